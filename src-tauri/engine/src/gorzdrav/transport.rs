//! How a request leaves: over the network, or to a city in the same process.

use std::{fmt, sync::Arc};

use reqwest::{
    Response, Url,
    header::{ACCEPT, HeaderMap, HeaderValue},
    redirect,
};

use super::{
    client::{CONNECT_TIMEOUT, IDLE_TIMEOUT, TOTAL_TIMEOUT, USER_AGENT},
    error::{ApiError, ClientError},
    net,
};

const MOST_REDIRECTS: usize = 3;

/// Carries one question to the service and the head of its answer back.
///
/// Timeouts and redirects are its own; what an answer means is the client's.
#[async_trait::async_trait]
pub trait Transport: fmt::Debug + Send + Sync {
    /// One GET.
    async fn get(&self, url: Url) -> Result<Response, ApiError>;
}

/// The network.
#[derive(Debug)]
pub(super) struct Http(reqwest::Client);

impl Http {
    /// To the service at `base`, trusting authorities (DER) besides those of the system: https is kept
    /// to; plain http works for a simulator whose base is http.
    pub(super) fn new(base: &Url, extra_roots: &[Vec<u8>]) -> Result<Self, ClientError> {
        let mut http = builder(base);
        for root in extra_roots {
            let root = reqwest::Certificate::from_der(root).map_err(ClientError::Http)?;
            http = http.add_root_certificate(root);
        }
        Ok(Self(http.build().map_err(ClientError::Http)?))
    }
}

#[async_trait::async_trait]
impl Transport for Http {
    async fn get(&self, url: Url) -> Result<Response, ApiError> {
        let sent = self.0.get(url).send().await;
        sent.map_err(net::before_answer)
    }
}

/// How the service at `base` is spoken to.
pub(super) fn builder(base: &Url) -> reqwest::ClientBuilder {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let http = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .default_headers(headers)
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(IDLE_TIMEOUT)
        .timeout(TOTAL_TIMEOUT)
        .https_only(base.scheme() == "https")
        .redirect(same_place_only(base))
        .referer(false)
        .pool_max_idle_per_host(2)
        // reqwest's own retries would get round the pace.
        .retry(reqwest::retry::never())
        .dns_resolver(Arc::new(net::Resolver::default()));
    if is_loopback(base) {
        http.no_proxy()
    } else {
        http
    }
}

/// Redirects are followed on the same host and port and by the same scheme only. Others end with
/// the redirecting answer itself.
fn same_place_only(base: &Url) -> redirect::Policy {
    let origin = base.origin();
    redirect::Policy::custom(move |attempt| {
        if attempt.previous().len() > MOST_REDIRECTS || attempt.url().origin() != origin {
            attempt.stop()
        } else {
            attempt.follow()
        }
    })
}

fn is_loopback(base: &Url) -> bool {
    match base.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
