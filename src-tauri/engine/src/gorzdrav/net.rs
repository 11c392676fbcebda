//! What a failed exchange means: the error's chain is searched for typed causes.

use std::{
    error::Error,
    io::{self, ErrorKind},
    net::{SocketAddr, ToSocketAddrs},
    sync::Arc,
    time::Duration,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::CertificateError;
use tokio::sync::Semaphore;

use super::error::{ApiError, OfflineCause, SiteFault};
use crate::blocking;

/// Less than the time to connect: a resolver that is silent means no network, not a slow service.
const NAME_TIMEOUT: Duration = Duration::from_secs(4);

/// Names that are looked up at the same time. The system's resolver cannot be stopped: one that is
/// silent keeps its thread for as long as it likes (half a minute, mostly), and others would pile up
/// behind it. So many, asked for every five seconds, outlast that: one is free when the network is back.
const LOOKUPS: usize = 8;

/// The system's resolver, with a failure that can be told from others.
#[derive(Debug, Clone)]
pub(super) struct Resolver(Arc<Semaphore>);

impl Default for Resolver {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(LOOKUPS)))
    }
}

impl Resolver {
    /// Looks up a name by `system`, on a thread of its own. The thread keeps its place till its end.
    async fn look_up(
        self,
        system: impl FnOnce() -> io::Result<Vec<SocketAddr>> + Send + 'static,
    ) -> io::Result<Vec<SocketAddr>> {
        let lookup = async {
            let place = self.0.acquire_owned().await.map_err(io::Error::other)?;
            let found = blocking::run(move || (system(), place)).await;
            found.map_err(io::Error::other)?.0
        };
        let found = tokio::time::timeout(NAME_TIMEOUT, lookup).await;
        found.unwrap_or_else(|late| Err(late.into()))
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the name could not be resolved")]
struct Unresolved(#[source] io::Error);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let system = move || Ok((name.as_str(), 0).to_socket_addrs()?.collect());
            let found = resolver.look_up(system).await.map_err(Unresolved)?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Sorts an error that came before the answer's head.
pub(super) fn before_answer(error: reqwest::Error) -> ApiError {
    let error = error.without_url();
    if let Some(tls) = find::<rustls::Error>(&error).cloned() {
        return certificate(&tls, error);
    }
    if find::<Unresolved>(&error).is_some() {
        return offline(OfflineCause::Name, error);
    }
    // The kernel's own ETIMEDOUT is a timeout too.
    if error.is_timeout() || has_kind(&error, &[ErrorKind::TimedOut]) {
        return site(SiteFault::Timeout, error);
    }
    if has_kind(&error, NO_ROUTE) {
        return offline(OfflineCause::Route, error);
    }
    if error.is_connect() || is_broken(&error) {
        return ApiError::Blocked {
            status: None,
            source: Some(error.into()),
        };
    }
    site(SiteFault::Exchange, error)
}

/// Sorts an error that came in the middle of the answer's body.
pub(super) fn in_body(error: reqwest::Error) -> ApiError {
    let error = error.without_url();
    let fault = if error.is_timeout() {
        SiteFault::Timeout
    } else {
        SiteFault::Cut
    };
    site(fault, error)
}

/// Did the connection break before an answer (not a refusal, not a timeout)? Then another try may cure it.
pub(super) fn was_reset(error: &ApiError) -> bool {
    match error {
        ApiError::Blocked {
            source: Some(source),
            ..
        } => is_broken(source.as_ref()),
        ApiError::SiteDown {
            fault: SiteFault::Cut,
            source: Some(source),
        } => has_kind(source.as_ref(), &[ErrorKind::ConnectionReset]),
        _ => false,
    }
}

const NO_ROUTE: &[ErrorKind] = &[
    ErrorKind::NetworkUnreachable,
    ErrorKind::HostUnreachable,
    ErrorKind::NetworkDown,
    ErrorKind::AddrNotAvailable,
];

const BROKEN: &[ErrorKind] = &[
    ErrorKind::ConnectionReset,
    ErrorKind::ConnectionAborted,
    ErrorKind::BrokenPipe,
    ErrorKind::UnexpectedEof,
];

#[cfg(test)]
pub(super) fn is_no_route(kind: ErrorKind) -> bool {
    NO_ROUTE.contains(&kind)
}

fn is_broken(error: &(dyn Error + 'static)) -> bool {
    let is_gone = |error: &hyper::Error| {
        error.is_incomplete_message() || error.is_canceled() || error.is_closed()
    };
    has_kind(error, BROKEN) || find::<hyper::Error>(error).is_some_and(is_gone)
}

/// A certificate whose time is over, or not yet come, is the service's own fault, or that of the
/// computer's date. Any other bad one is a stranger's: what routers make for their login pages
/// fails in many ways.
fn certificate(tls: &rustls::Error, error: reqwest::Error) -> ApiError {
    match tls {
        rustls::Error::InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. }
            | CertificateError::Revoked,
        ) => site(SiteFault::Certificate, error),
        rustls::Error::InvalidCertificate(_) => offline(OfflineCause::Impostor, error),
        _ => site(SiteFault::Exchange, error),
    }
}

fn offline(cause: OfflineCause, error: reqwest::Error) -> ApiError {
    ApiError::Offline {
        cause,
        source: error.into(),
    }
}

fn site(fault: SiteFault, error: reqwest::Error) -> ApiError {
    ApiError::SiteDown {
        fault,
        source: Some(error.into()),
    }
}

fn has_kind(error: &(dyn Error + 'static), kinds: &[ErrorKind]) -> bool {
    chain(error).any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| kinds.contains(&error.kind()))
    })
}

/// The first cause of this type.
pub(crate) fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    chain(error).find_map(<dyn Error>::downcast_ref)
}

/// The error and its causes. An `io::Error` hides the error it wraps from `source`, so it is looked into.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(
        Some(error),
        |&error: &&'a (dyn Error + 'static)| match error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => error.source(),
        },
    )
    .take(32)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn fault_15_a_silent_resolver_keeps_eight_threads_and_no_more() {
        let resolver = Resolver::default();
        let (began, begins) = mpsc::channel();
        let (_held, hold) = mpsc::channel::<()>();
        let hold = Arc::new(std::sync::Mutex::new(hold));
        tokio::time::pause();
        let mut lookups = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let (began, hold) = (began.clone(), Arc::clone(&hold));
            let silent = move || {
                began.send(()).unwrap();
                let _never = hold.lock().unwrap().recv();
                Ok(Vec::new())
            };
            lookups.spawn(resolver.clone().look_up(silent));
        }
        tokio::task::yield_now().await;
        for _ in 0..LOOKUPS {
            begins.recv().unwrap();
        }
        tokio::time::advance(NAME_TIMEOUT * 2).await;
        for found in lookups.join_all().await {
            assert_eq!(found.unwrap_err().kind(), ErrorKind::TimedOut);
        }
        assert!(begins.try_recv().is_err(), "the others wait for a thread");
    }
}
