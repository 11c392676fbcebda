//! The client: one GET per question, paced, bounded and sorted by what went wrong.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use backon::{ExponentialBuilder, Retryable};
use chrono::{DateTime, TimeDelta, Utc};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{
    Response, StatusCode, Url,
    header::{ACCEPT, DATE, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER},
    redirect,
};

use tokio::time::Instant;

use super::{
    error::{ApiError, ClientError, SiteFault},
    net, wire,
};
use crate::{
    model::{
        Clinic, ClinicId, District, DistrictId, Doctor, DoctorId, Slot, Specialty, SpecialtyId,
        WorkDay,
    },
    pace::{Pace, Why},
};

/// The real service.
pub const DEFAULT_BASE: &str = "https://gorzdrav.spb.ru/_api/api/v2";

/// How this program introduces itself: honestly.
pub const USER_AGENT: &str = concat!(
    "Talonchik/",
    env!("CARGO_PKG_VERSION"),
    " (+https://github.com/talonchik/talonchik)"
);

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Between two pieces of an answer.
const IDLE_TIMEOUT: Duration = Duration::from_secs(10);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(20);
/// After decompression; the largest real answer is 0.5 MB.
const LARGEST_BODY: usize = 8 * 1024 * 1024;
const MOST_REDIRECTS: usize = 3;
/// The mean pause before the one retry after a broken connection is half as much again:
/// about 0.7 s cures nearly all (Kalikoff/gorzdrav-app).
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// Everything but letters, digits and `-_~`. A dot stays, for ids hold many; see [`segment`].
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'~')
    .remove(b'.');

/// A good answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<T> {
    /// What it lists. Slots and working days are in order of time, the rest as received.
    pub rows: Vec<T>,
    /// Rows that made no sense and were left out.
    pub skipped: usize,
    /// 0, or the code that says there is nothing: 37, 38, 39 (then there are no rows).
    pub code: i32,
}

/// The one-time token that answers carry for a booking. Shown to nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// The token itself, to be sent back to the service and nowhere else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// What the service's clock showed, and when we heard it.
type Heard = (DateTime<Utc>, Instant);

/// Asks the appointment API. Cheap to clone; clones share connections and the pace.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    pace: Arc<Pace>,
    token: Arc<Mutex<Option<Token>>>,
    /// The service's time on its newest answer, and when that came.
    service_time: Arc<Mutex<Option<Heard>>>,
}

impl Client {
    /// A client of the API at `base`, such as [`DEFAULT_BASE`].
    ///
    /// https is kept to; plain http works for a simulator whose base is http.
    pub fn new(base: Url, pace: Arc<Pace>) -> Result<Self, ClientError> {
        if base.cannot_be_a_base() || !matches!(base.scheme(), "http" | "https") {
            return Err(ClientError::Base);
        }
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let mut http = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .default_headers(headers)
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(IDLE_TIMEOUT)
            .timeout(TOTAL_TIMEOUT)
            .https_only(base.scheme() == "https")
            .redirect(same_place_only(&base))
            .referer(false)
            .pool_max_idle_per_host(2)
            // reqwest's own retries would get round the pace.
            .retry(reqwest::retry::never())
            .dns_resolver(Arc::new(net::Resolver));
        if is_loopback(&base) {
            http = http.no_proxy();
        }
        Ok(Self {
            http: http.build().map_err(ClientError::Http)?,
            base,
            pace,
            token: Arc::default(),
            service_time: Arc::default(),
        })
    }

    /// The 18 districts.
    pub async fn districts(&self, why: Why) -> Result<Answer<District>, ApiError> {
        let body = self.get(&["shared", "districts"], why).await?;
        told("districts", wire::list::<wire::DistrictRow>(&body))
    }

    /// Every active clinic of the city.
    pub async fn clinics(&self, why: Why) -> Result<Answer<Clinic>, ApiError> {
        let body = self.get(&["shared", "lpus"], why).await?;
        told("clinics", wire::list::<wire::ClinicRow>(&body))
    }

    /// The active clinics of a district; none for an unknown district.
    pub async fn clinics_of(
        &self,
        district: &DistrictId,
        why: Why,
    ) -> Result<Answer<Clinic>, ApiError> {
        let path = ["shared", "district", district.as_str(), "lpus"];
        let body = self.get(&path, why).await?;
        told("clinics", wire::list::<wire::ClinicRow>(&body))
    }

    /// One clinic, active or not.
    pub async fn clinic(&self, clinic: &ClinicId, why: Why) -> Result<Clinic, ApiError> {
        let body = self.get(&["shared", "lpu", clinic.as_str()], why).await?;
        wire::clinic(&body)
    }

    /// What a clinic offers online; nothing is code 37.
    pub async fn specialties(
        &self,
        clinic: &ClinicId,
        why: Why,
    ) -> Result<Answer<Specialty>, ApiError> {
        let path = ["schedule", "lpu", clinic.as_str(), "specialties"];
        let body = self.get(&path, why).await?;
        told("specialties", wire::list::<wire::SpecialtyRow>(&body))
    }

    /// The doctors of a specialty; none is code 38.
    pub async fn doctors(
        &self,
        clinic: &ClinicId,
        specialty: &SpecialtyId,
        why: Why,
    ) -> Result<Answer<Doctor>, ApiError> {
        let path = [
            "schedule",
            "lpu",
            clinic.as_str(),
            "speciality",
            specialty.as_str(),
            "doctors",
        ];
        let body = self.get(&path, why).await?;
        told("doctors", wire::list::<wire::DoctorRow>(&body))
    }

    /// A doctor's free slots, each start once, soonest first; none is code 39.
    pub async fn slots(
        &self,
        clinic: &ClinicId,
        doctor: &DoctorId,
        why: Why,
    ) -> Result<Answer<Slot>, ApiError> {
        let body = self.of_doctor(clinic, doctor, "appointments", why).await?;
        told("slots", wire::slots(&body))
    }

    /// A doctor's working days ahead, soonest first.
    pub async fn timetable(
        &self,
        clinic: &ClinicId,
        doctor: &DoctorId,
        why: Why,
    ) -> Result<Answer<WorkDay>, ApiError> {
        let body = self.of_doctor(clinic, doctor, "timetable", why).await?;
        told("timetable", wire::timetable(&body))
    }

    /// The newest token any answer carried.
    pub fn token(&self) -> Option<Token> {
        self.token
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The time by the service's own clock, to the second, if it has answered yet.
    pub fn service_time(&self) -> Option<DateTime<Utc>> {
        let (time, at) = (*self
            .service_time
            .lock()
            .unwrap_or_else(PoisonError::into_inner))?;
        Some(time + TimeDelta::from_std(at.elapsed()).ok()?)
    }

    /// The budget that every request of this client goes through.
    pub fn pace(&self) -> &Arc<Pace> {
        &self.pace
    }

    async fn of_doctor(
        &self,
        clinic: &ClinicId,
        doctor: &DoctorId,
        what: &str,
        why: Why,
    ) -> Result<Vec<u8>, ApiError> {
        let path = [
            "schedule",
            "lpu",
            clinic.as_str(),
            "doctor",
            doctor.as_str(),
            what,
        ];
        self.get(&path, why).await
    }

    /// The body of a good answer. A connection that broke is tried once more.
    async fn get(&self, path: &[&str], why: Why) -> Result<Vec<u8>, ApiError> {
        let url = address(&self.base, path);
        // Boxed: the future of one exchange is large, and many others hold it.
        (|| Box::pin(self.get_once(url.clone(), why)))
            .retry(
                ExponentialBuilder::default()
                    .with_min_delay(RETRY_PAUSE)
                    .with_jitter()
                    .with_max_times(1),
            )
            .sleep(tokio::time::sleep)
            .when(net::was_reset)
            .await
    }

    async fn get_once(&self, url: Url, why: Why) -> Result<Vec<u8>, ApiError> {
        let _permit = self.pace.permit(why).await;
        let response = self
            .http
            .get(url)
            .send()
            .await
            .map_err(net::before_answer)?;
        self.remember_token(response.headers());
        self.remember_time(response.headers());
        self.check_status(&response)?;
        read_body(response).await
    }

    fn remember_token(&self, headers: &HeaderMap) {
        let token = headers
            .get("token")
            .and_then(|value| value.to_str().ok())
            .filter(|token| !token.is_empty());
        if let Some(token) = token {
            *self.token.lock().unwrap_or_else(PoisonError::into_inner) =
                Some(Token(token.to_owned()));
        }
    }

    fn remember_time(&self, headers: &HeaderMap) {
        if let Some(time) = service_time(headers) {
            *self
                .service_time
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = Some((time, Instant::now()));
        }
    }

    fn check_status(&self, response: &Response) -> Result<(), ApiError> {
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        if status.is_redirection() && response.headers().contains_key(LOCATION) {
            return Err(ApiError::site(SiteFault::Redirected));
        }
        let retry_after = retry_after(response.headers());
        Err(match status {
            StatusCode::FORBIDDEN | StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS => {
                ApiError::Blocked {
                    status: Some(status.as_u16()),
                    source: None,
                }
            }
            StatusCode::TOO_MANY_REQUESTS => self.slowed(retry_after),
            StatusCode::SERVICE_UNAVAILABLE if response.headers().contains_key(RETRY_AFTER) => {
                self.slowed(retry_after)
            }
            status => ApiError::site(SiteFault::Status(status.as_u16())),
        })
    }

    fn slowed(&self, retry_after: Option<Duration>) -> ApiError {
        self.pace.slow_down(retry_after);
        ApiError::Slowed { retry_after }
    }
}

/// Reports skipped rows, once, without their content.
fn told<T>(list: &'static str, answer: Result<Answer<T>, ApiError>) -> Result<Answer<T>, ApiError> {
    if let Ok(Answer { rows, skipped, .. }) = &answer
        && *skipped > 0
    {
        tracing::warn!(
            list,
            skipped,
            read = rows.len(),
            "rows that make no sense were left out"
        );
    }
    answer
}

async fn read_body(mut response: Response) -> Result<Vec<u8>, ApiError> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(net::in_body)? {
        if body.len() + piece.len() > LARGEST_BODY {
            return Err(ApiError::site(SiteFault::TooLarge));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// The base with each part of the path as exactly one segment.
fn address(base: &Url, path: &[&str]) -> Url {
    let mut url = base.clone();
    let mut full = base.path().trim_end_matches('/').to_owned();
    for part in path {
        full.push('/');
        full.push_str(&segment(part));
    }
    url.set_path(&full);
    url.set_query(None);
    url.set_fragment(None);
    url
}

/// Percent-encodes an id completely. `.` and `..` would be taken for steps of the path even
/// as `%2E` (the URL standard says so), so their dots are encoded twice: such an id comes
/// back as an unknown one instead of asking something else.
fn segment(part: &str) -> String {
    if matches!(part, "." | "..") {
        return part.replace('.', "%252E");
    }
    utf8_percent_encode(part, SEGMENT).to_string()
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

fn service_time(headers: &HeaderMap) -> Option<DateTime<Utc>> {
    let text = headers.get(DATE)?.to_str().ok()?;
    httpdate::parse_http_date(text).ok().map(DateTime::from)
}

/// Seconds, or a date seen from the same answer's own `Date` (our clock may be wrong).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(secs) = text.parse::<i64>() {
        return Some(Duration::from_secs(secs.max(0).unsigned_abs()));
    }
    let until = httpdate::parse_http_date(text)
        .ok()
        .map(DateTime::<Utc>::from)?;
    Some(
        (until - service_time(headers)?)
            .to_std()
            .unwrap_or(Duration::ZERO),
    )
}
