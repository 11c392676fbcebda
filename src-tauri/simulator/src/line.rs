//! A line to a server: whoever wants to break what lies between a client and a server puts one
//! in front of it.
//!
//! It passes on what it hears, with or without TLS, and on request shows another certificate,
//! cuts an answer after so many bytes, or lets nobody through.
//!
//! ```no_run
//! # async fn example(city: simulator::Server) -> std::io::Result<()> {
//! use simulator::Shown;
//! use simulator::line::{Cut, Line};
//!
//! let line = Line::tls(city.address()).await?;
//! // … a client that trusts `line.root_der()` asks `line.base_url()` …
//! line.show(Shown::Expired);
//! line.show(Shown::Good);
//! line.cut("/appointments", 17, Cut::Reset);
//! # Ok(())
//! # }
//! ```

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::answer::BASE;
use crate::connection::{Cuttable, Loopback, Wire};
use crate::tls::{Certificates, Shown};

/// A running line. Dropping it cuts every connection.
#[derive(Debug)]
pub struct Line {
    address: SocketAddr,
    ends: Arc<Ends>,
    stop: CancellationToken,
    _tasks: JoinSet<()>,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Politely, as if nothing more was to be said.
    Fin,
    /// With a reset.
    Reset,
}

/// What all its connections share.
#[derive(Debug)]
struct Ends {
    to: SocketAddr,
    certificates: Option<Certificates>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    shown: Shown,
    closed: bool,
    cut: Option<(String, usize, Cut)>,
    connections: usize,
    heard: usize,
    answered: usize,
    wires: Vec<Wire>,
}

impl Line {
    /// To this server, without TLS.
    pub async fn plain(to: SocketAddr) -> io::Result<Self> {
        Self::start(to, None).await
    }

    /// To this server, which speaks without TLS; the line speaks with it.
    pub async fn tls(to: SocketAddr) -> io::Result<Self> {
        let certificates = Certificates::new().map_err(io::Error::other)?;
        Self::start(to, Some(certificates)).await
    }

    async fn start(to: SocketAddr, certificates: Option<Certificates>) -> io::Result<Self> {
        let stop = CancellationToken::new();
        let listener = Loopback::bind(0, stop.clone()).await?;
        let address = listener.local_addr()?;
        let ends = Arc::new(Ends {
            to,
            certificates,
            state: Mutex::new(State {
                shown: Shown::Good,
                closed: false,
                cut: None,
                connections: 0,
                heard: 0,
                answered: 0,
                wires: Vec::new(),
            }),
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(serve(listener, ends.clone(), stop.clone()));
        Ok(Self {
            address,
            ends,
            stop,
            _tasks: tasks,
        })
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What a client takes for the root of the server: `http://127.0.0.1:PORT`, or with https.
    pub fn root_url(&self) -> String {
        let scheme = match self.ends.certificates {
            Some(_) => "https",
            None => "http",
        };
        format!("{scheme}://{}", self.address)
    }

    /// What a client takes for the base of the appointment API.
    pub fn base_url(&self) -> String {
        format!("{}{BASE}", self.root_url())
    }

    /// The certificate of the authority a client is to trust, as DER; empty without TLS.
    pub fn root_der(&self) -> Vec<u8> {
        let certificates = self.ends.certificates.as_ref();
        certificates.map_or_else(Vec::new, |known| known.root.der().to_vec())
    }

    /// Shows this certificate from now on; connections that are open are cut.
    pub fn show(&self, shown: Shown) {
        self.ends.state().shown = shown;
        self.hang_up();
    }

    /// Cuts every answer to a request that holds this text, after so many bytes of it.
    pub fn cut(&self, to: &str, after: usize, how: Cut) {
        self.ends.state().cut = Some((to.to_owned(), after, how));
    }

    /// Resets every new connection before a word is heard; those that are open are cut.
    pub fn close(&self) {
        self.ends.state().closed = true;
        self.hang_up();
    }

    /// Cuts nothing any more and lets everybody through.
    pub fn mend(&self) {
        let mut state = self.ends.state();
        state.closed = false;
        state.cut = None;
    }

    /// Resets the connections that are open.
    pub fn hang_up(&self) {
        let wires = std::mem::take(&mut self.ends.state().wires);
        for wire in wires {
            wire.cut();
        }
    }

    /// How many bytes clients have said in all, once they trusted the certificate.
    pub fn heard(&self) -> usize {
        self.ends.state().heard
    }

    /// How many bytes of an answer were passed on since the last request.
    pub fn answered(&self) -> usize {
        self.ends.state().answered
    }

    /// How many connections there have been.
    pub fn connections(&self) -> usize {
        self.ends.state().connections
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Ends {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request was heard: after how many bytes its answer is cut, if it is.
    fn hear(&self, request: &[u8]) -> Option<(usize, Cut)> {
        let mut state = self.state();
        state.heard += request.len();
        state.answered = 0;
        let (to, after, how) = state.cut.as_ref()?;
        let holds = String::from_utf8_lossy(request).contains(to.as_str());
        holds.then_some((*after, *how))
    }
}

async fn serve(mut listener: Loopback, ends: Arc<Ends>, stop: CancellationToken) {
    let mut sessions = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = sessions.join_next() => {}
            (client, _) = listener.accept() => {
                sessions.spawn(session(client, ends.clone()));
            }
        }
    }
    sessions.shutdown().await;
}

async fn session(client: Cuttable, ends: Arc<Ends>) {
    let wire = client.wire();
    let (shown, closed) = {
        let mut state = ends.state();
        state.connections += 1;
        state.wires.push(wire.clone());
        (state.shown, state.closed)
    };
    if closed {
        wire.cut();
    }
    // However it ends, it ends with the connection; there is nobody to tell.
    let _ = match &ends.certificates {
        Some(certificates) => match certificates.acceptor(shown).accept(client).await {
            Ok(client) => pass(client, &wire, &ends).await,
            Err(error) => Err(error),
        },
        None => pass(client, &wire, &ends).await,
    };
}

/// Passes on what both sides say until one has nothing more to say.
async fn pass<C>(mut client: C, wire: &Wire, ends: &Ends) -> io::Result<()>
where
    C: AsyncRead + AsyncWrite + Unpin,
{
    let mut server = TcpStream::connect(ends.to).await?;
    server.set_nodelay(true)?;
    let mut cut: Option<(usize, Cut)> = None;
    let (mut asked, mut told) = (vec![0; 16 * 1024], vec![0; 16 * 1024]);
    loop {
        match cut {
            Some((0, Cut::Fin)) => return client.shutdown().await,
            Some((0, Cut::Reset)) => {
                wire.cut();
                // The reset goes out when the connection is touched again.
                return client.read(&mut asked).await.map(|_| ());
            }
            Some(_) | None => {}
        }
        tokio::select! {
            count = client.read(&mut asked) => {
                let count = count?;
                if count == 0 {
                    return server.shutdown().await;
                }
                cut = ends.hear(&asked[..count]);
                server.write_all(&asked[..count]).await?;
            }
            count = server.read(&mut told) => {
                let count = count?;
                if count == 0 {
                    return client.shutdown().await;
                }
                let passed = cut.map_or(count, |(left, _)| count.min(left));
                client.write_all(&told[..passed]).await?;
                client.flush().await?;
                if let Some((left, _)) = &mut cut {
                    *left -= passed;
                }
                ends.state().answered += passed;
            }
        }
    }
}
