//! The city on a loopback port: real HTTP on the caller's runtime.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::answer::BASE;
use crate::bodies::{faulty, plain};
use crate::city::City;
use crate::connection::{Loopback, Wire};

/// How long `stop` lets open answers finish before it cuts their connections.
const FAREWELL: Duration = Duration::from_secs(1);

/// A running server. Dropping it cuts every connection; [`Server::stop`] also waits.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: CancellationToken,
    cut_all: CancellationToken,
    tasks: Mutex<JoinSet<()>>,
}

impl Server {
    /// Serves the city on 127.0.0.1 and this port; 0 takes any free one.
    pub async fn start(city: Arc<City>, port: u16) -> io::Result<Self> {
        Self::serve(port, |stop| {
            Router::new()
                .fallback(answer)
                .with_state(Desk { city, stop })
        })
        .await
    }

    /// Serves whatever router `build` makes of the token that ends long answers.
    pub(crate) async fn serve(
        port: u16,
        build: impl FnOnce(CancellationToken) -> Router,
    ) -> io::Result<Self> {
        let (stop, cut_all) = (CancellationToken::new(), CancellationToken::new());
        let listener = Loopback::bind(port, cut_all.clone()).await?;
        let address = axum::serve::Listener::local_addr(&listener)?;
        let service = build(stop.clone()).into_make_service_with_connect_info::<Wire>();
        let serving = axum::serve(listener, service)
            .with_graceful_shutdown(stop.clone().cancelled_owned())
            .into_future();
        let mut tasks = JoinSet::new();
        tasks.spawn(async {
            serving.await.ok();
        });
        Ok(Self {
            address,
            stop,
            cut_all,
            tasks: Mutex::new(tasks),
        })
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What a client takes as the base of the API: `http://127.0.0.1:PORT/_api/api/v2`.
    pub fn base_url(&self) -> String {
        format!("http://{}{BASE}", self.address)
    }

    /// Takes no more requests, finishes what is open, cuts what does not finish within a
    /// second, and returns when all of it is over.
    pub async fn stop(&self) {
        self.stop.cancel();
        let mut tasks =
            std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        if tokio::time::timeout(FAREWELL, tasks.join_next())
            .await
            .is_err()
        {
            self.cut_all.cancel();
            tasks.join_next().await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
        self.cut_all.cancel();
    }
}

#[derive(Clone)]
struct Desk {
    city: Arc<City>,
    stop: CancellationToken,
}

async fn answer(
    State(desk): State<Desk>,
    ConnectInfo(wire): ConnectInfo<Wire>,
    request: Request,
) -> Response {
    if request.method() != Method::GET {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let agent = request.headers().get(header::USER_AGENT);
    let agent = agent.map(|agent| String::from_utf8_lossy(agent.as_bytes()).into_owned());
    let reply = desk.city.reply(request.uri().path(), agent);
    if !reply.suffering.latency.is_zero() {
        until(&desk.stop, tokio::time::sleep(reply.suffering.latency)).await;
    }
    let token = reply.token.clone();
    let mut response = match reply.suffering.instead.clone() {
        Some(fault) => faulty(fault, reply, &wire, &desk.stop).await,
        None => plain(reply.text),
    };
    if let Ok(token) = HeaderValue::from_str(&token) {
        response.headers_mut().insert("token", token);
    }
    response
}

/// Waits, but not beyond the server's end.
async fn until(stop: &CancellationToken, waiting: impl Future<Output = ()>) {
    tokio::select! {
        () = waiting => {}
        () = stop.cancelled() => {}
    }
}
