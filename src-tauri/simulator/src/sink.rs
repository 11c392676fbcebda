//! A stand-in for an ntfy server and for anybody's webhook.
//!
//! It takes any request to any path, keeps it, answers 200 with what ntfy would say, and fails on
//! request.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::connection::Wire;
use crate::server::Server;

const LARGEST_REQUEST_BYTES: usize = 1 << 20;
/// How long ntfy keeps a message.
const KEPT: TimeDelta = TimeDelta::hours(12);

/// A running sink.
#[derive(Debug)]
pub struct Sink {
    server: Server,
    basin: Arc<Basin>,
}

/// A request that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// `POST`, `PUT`, ….
    pub method: String,
    /// The path and the query, as they came.
    pub path: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, byte for byte.
    pub body: Vec<u8>,
    /// When it came.
    pub at: Instant,
    /// Whether it was taken; `false` where a fault refused.
    pub done: bool,
}

impl Received {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; `null` where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<String> {
        let value = self.headers.get(name)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    }
}

/// One way in which the other side fails. All of them read the request first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SinkFault {
    /// This status, and ntfy's words for it.
    Status(u16),
    /// 429 with the header Retry-After.
    TooMany {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// 307 to this address.
    Redirect(String),
    /// The connection is reset; nothing was taken.
    Reset,
    /// It is taken, but the connection is reset before the answer.
    ResetAfterwards,
    /// It is taken, but the answer never comes; the connection stays open.
    Silent,
    /// It is taken, but the answer takes this long.
    Slow(Duration),
}

#[derive(Debug)]
struct Basin {
    began: Instant,
    state: Mutex<Content>,
}

#[derive(Debug, Default)]
struct Content {
    received: Vec<Received>,
    faults: VecDeque<(SinkFault, usize)>,
}

impl Sink {
    /// Listens on 127.0.0.1; port 0 takes any free one.
    pub async fn start(port: u16) -> io::Result<Self> {
        let basin = Arc::new(Basin {
            began: Instant::now(),
            state: Mutex::default(),
        });
        let desk = basin.clone();
        let build = |stop| {
            Router::new()
                .fallback(answer)
                .with_state(Desk { basin: desk, stop })
        };
        Ok(Self {
            server: Server::serve(port, build).await?,
            basin,
        })
    }

    /// What a client takes for `https://ntfy.sh`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// All that came, in order.
    pub fn received(&self) -> Vec<Received> {
        self.basin.state().received.clone()
    }

    /// The next `times` requests meet this fault.
    pub fn fail(&self, fault: SinkFault, times: usize) {
        self.basin.state().faults.push_back((fault, times));
    }

    /// All is well again.
    pub fn clear_faults(&self) {
        self.basin.state().faults.clear();
    }

    /// Stops as [`Server::stop`] does.
    pub async fn stop(&self) {
        self.server.stop().await;
    }
}

impl Basin {
    fn state(&self) -> MutexGuard<'_, Content> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next_fault(&self) -> Option<SinkFault> {
        let mut state = self.state();
        let (fault, left) = state.faults.iter_mut().find(|(_, left)| *left > 0)?;
        *left = left.saturating_sub(1);
        Some(fault.clone())
    }
}

#[derive(Clone)]
struct Desk {
    basin: Arc<Basin>,
    stop: CancellationToken,
}

async fn answer(
    State(desk): State<Desk>,
    ConnectInfo(wire): ConnectInfo<Wire>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, LARGEST_REQUEST_BYTES).await;
    let fault = desk.basin.next_fault();
    let done = match &fault {
        None | Some(SinkFault::ResetAfterwards | SinkFault::Silent | SinkFault::Slow(_)) => true,
        Some(
            SinkFault::Status(_)
            | SinkFault::TooMany { .. }
            | SinkFault::Redirect(_)
            | SinkFault::Reset,
        ) => false,
    };
    let received = Received {
        method: head.method.to_string(),
        path: head.uri.to_string(),
        headers: head.headers,
        body: body.unwrap_or_default().to_vec(),
        at: Instant::now(),
        done,
    };
    let thanks = thanks(&received, desk.basin.began);
    desk.basin.state().received.push(received);
    match fault {
        None => written(StatusCode::OK, &thanks),
        Some(SinkFault::Slow(delay)) => {
            tokio::select! {
                () = tokio::time::sleep(delay) => {}
                () = desk.stop.cancelled() => {}
            }
            written(StatusCode::OK, &thanks)
        }
        Some(SinkFault::Status(status)) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            refused(status)
        }
        Some(SinkFault::TooMany { retry_after }) => {
            let wait = [(header::RETRY_AFTER, retry_after.to_string())];
            (wait, refused(StatusCode::TOO_MANY_REQUESTS)).into_response()
        }
        Some(SinkFault::Redirect(to)) => {
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to)]).into_response()
        }
        Some(SinkFault::Silent) => {
            desk.stop.cancelled().await;
            cut(&wire)
        }
        Some(SinkFault::Reset | SinkFault::ResetAfterwards) => cut(&wire),
    }
}

fn cut(wire: &Wire) -> Response {
    wire.cut();
    StatusCode::OK.into_response()
}

/// What ntfy says when it took a message. The topic and the text may stand in a JSON body, or the
/// topic in the path and the text in the body.
fn thanks(received: &Received, began: Instant) -> Value {
    let now = Config::default().start + TimeDelta::from_std(began.elapsed()).unwrap_or_default();
    let body = received.json();
    let path = received.path.split('?').next().unwrap_or_default();
    let topic = percent_decode_str(path.trim_matches('/')).decode_utf8_lossy();
    json!({
        "id": format!("m{:011}", began.elapsed().as_millis()),
        "time": now.timestamp(),
        "expires": (now + KEPT).timestamp(),
        "event": "message",
        "topic": body["topic"].as_str().unwrap_or(&topic),
        "message": body["message"].as_str().map_or_else(|| received.text(), str::to_owned),
    })
}

fn refused(status: StatusCode) -> Response {
    let code = status.as_u16();
    let words = status.canonical_reason().unwrap_or_default();
    let body = json!({
        "code": u32::from(code) * 100 + 1,
        "http": code,
        "error": words.to_lowercase(),
    });
    written(status, &body)
}

fn written(status: StatusCode, body: &Value) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        body.to_string(),
    )
        .into_response()
}
