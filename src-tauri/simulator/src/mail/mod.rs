//! A stand-in for a mail server that takes letters (SMTP submission).
//!
//! It knows one login, keeps what it accepted, and fails on request. It takes no login and no
//! letter without encryption. A paused clock stands while a connection is open, except in the
//! silences a test asks for, so that no timeout goes off in the middle of a dialogue.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use simulator::mail::{Mail, MailFault, Security};
//!
//! let mail = Mail::start(Security::StartTls, "me@example.org", "secret", 0).await?;
//! mail.fail(MailFault::LoginRefused, 1);
//! // … a client that trusts `mail.root_der()` sends to 127.0.0.1, `mail.port()` …
//! println!("{:?}", mail.letters()[0].subject());
//! # Ok(())
//! # }
//! ```

mod letter;
mod session;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::serve::Listener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use letter::Letter;

use crate::connection::Loopback;
use crate::tls::Certificates;

/// When a connection becomes encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// From the first byte, as on port 465.
    Tls,
    /// After the command STARTTLS, as on port 587.
    StartTls,
}

/// One way in which a mail server fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailFault {
    /// 535: the login or the password is wrong.
    LoginRefused,
    /// 550: there is no such recipient.
    RecipientRefused,
    /// 421 instead of a greeting, and the connection is closed.
    Unavailable,
    /// 451 after the letter, which is not kept: try again later.
    TryLater,
    /// STARTTLS is neither offered nor taken: somebody on the way wants to read along.
    NoStartTls,
    /// Says nothing, not even a greeting; the connection stays open.
    SilentGreeting,
    /// The letter is accepted, but the answer never comes; the connection stays open.
    Silent,
    /// The connection is reset before the end of the letter is heard: it is not accepted.
    Reset,
    /// The letter is accepted, but the connection is reset before the answer.
    ResetAfterwards,
    /// The certificate is another host's.
    WrongHost,
    /// The certificate has expired.
    Expired,
}

/// An attempt to log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// `PLAIN` or `LOGIN`.
    pub mechanism: String,
    /// Who wanted in.
    pub name: String,
    /// Whether they were let in.
    pub accepted: bool,
}

/// A running stand-in for a mail server. Dropping it cuts every connection.
#[derive(Debug)]
pub struct Mail {
    port: u16,
    office: Arc<Office>,
    stop: CancellationToken,
    tasks: Mutex<JoinSet<()>>,
}

/// What all its connections share.
#[derive(Debug)]
struct Office {
    security: Security,
    login: String,
    password: String,
    certificates: Certificates,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    connections: usize,
    letters: Vec<Letter>,
    logins: Vec<Login>,
    faults: Vec<(MailFault, usize)>,
}

impl Mail {
    /// Serves one mailbox on 127.0.0.1; port 0 takes any free one. The certificate, made now, is
    /// for `localhost` and `127.0.0.1`.
    pub async fn start(
        security: Security,
        login: &str,
        password: &str,
        port: u16,
    ) -> io::Result<Self> {
        let stop = CancellationToken::new();
        let listener = Loopback::bind(port, stop.clone()).await?;
        let port = listener.local_addr()?.port();
        let office = Arc::new(Office {
            security,
            login: login.to_owned(),
            password: password.to_owned(),
            certificates: Certificates::new().map_err(io::Error::other)?,
            state: Mutex::default(),
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(serve(listener, office.clone(), stop.clone()));
        Ok(Self {
            port,
            office,
            stop,
            tasks: Mutex::new(tasks),
        })
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The certificate of the authority a client is to trust, as DER.
    pub fn root_der(&self) -> Vec<u8> {
        self.office.certificates.root.der().to_vec()
    }

    /// The same as PEM.
    pub fn root_pem(&self) -> String {
        self.office.certificates.root.pem()
    }

    /// The letters it accepted, in order.
    pub fn letters(&self) -> Vec<Letter> {
        self.office.state().letters.clone()
    }

    /// Every attempt to log in, in order.
    pub fn logins(&self) -> Vec<Login> {
        self.office.state().logins.clone()
    }

    /// How many connections there have been.
    pub fn connections(&self) -> usize {
        self.office.state().connections
    }

    /// This fault is met the next `times` times its turn comes.
    pub fn fail(&self, fault: MailFault, times: usize) {
        self.office.state().faults.push((fault, times));
    }

    /// All is well again.
    pub fn clear_faults(&self) {
        self.office.state().faults.clear();
    }

    /// Cuts every connection and returns when all of it is over.
    pub async fn stop(&self) {
        self.stop.cancel();
        let mut tasks =
            std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        while tasks.join_next().await.is_some() {}
    }
}

impl Drop for Mail {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Office {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this fault is to be met now; uses it up by one.
    fn meets(&self, fault: MailFault) -> bool {
        let mut state = self.state();
        let waiting = state.faults.iter_mut();
        let mut waiting = waiting.filter(|(waiting, left)| *waiting == fault && *left > 0);
        let Some((_, left)) = waiting.next() else {
            return false;
        };
        *left = left.saturating_sub(1);
        true
    }
}

async fn serve(mut listener: Loopback, office: Arc<Office>, stop: CancellationToken) {
    let mut sessions = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = sessions.join_next() => {}
            (stream, _) = listener.accept() => {
                office.state().connections += 1;
                sessions.spawn(session::serve(stream, office.clone()));
            }
        }
    }
    sessions.shutdown().await;
}
