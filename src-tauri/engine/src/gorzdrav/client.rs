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
    header::{DATE, HeaderMap, LOCATION, RETRY_AFTER},
};
use tokio::time::Instant;

use super::{
    error::{ApiError, ClientError, SiteFault},
    net,
    transport::{Http, Transport},
    wire,
};
use crate::{
    blocking,
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

pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Between two pieces of an answer.
pub(super) const IDLE_TIMEOUT: Duration = Duration::from_secs(10);
pub(super) const TOTAL_TIMEOUT: Duration = Duration::from_secs(20);
/// After decompression; the largest real answer is 0.5 MB.
const LARGEST_BODY: usize = 8 * 1024 * 1024;
/// A longer body takes milliseconds to read.
const LONG_BODY: usize = 256 * 1024;
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
    transport: Arc<dyn Transport>,
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
        Self::trusting(base, pace, &[])
    }

    /// The same, trusting authorities (DER) besides those of the system.
    pub fn trusting(
        base: Url,
        pace: Arc<Pace>,
        extra_roots: &[Vec<u8>],
    ) -> Result<Self, ClientError> {
        let http = Http::new(&base, extra_roots)?;
        Self::over(Arc::new(http), base, pace)
    }

    /// The same with another way to the service than the network.
    pub fn over(
        transport: Arc<dyn Transport>,
        base: Url,
        pace: Arc<Pace>,
    ) -> Result<Self, ClientError> {
        if base.cannot_be_a_base() || !matches!(base.scheme(), "http" | "https") {
            return Err(ClientError::Base);
        }
        Ok(Self {
            transport,
            base,
            pace,
            token: Arc::default(),
            service_time: Arc::default(),
        })
    }

    /// The 18 districts.
    pub async fn districts(&self, why: Why) -> Result<Answer<District>, ApiError> {
        let body = self.get(&["shared", "districts"], why).await?;
        read("districts", body, wire::list::<wire::DistrictRow>).await
    }

    /// Every active clinic of the city.
    pub async fn clinics(&self, why: Why) -> Result<Answer<Clinic>, ApiError> {
        let body = self.get(&["shared", "lpus"], why).await?;
        read("clinics", body, wire::list::<wire::ClinicRow>).await
    }

    /// The active clinics of a district; none for an unknown district.
    pub async fn clinics_of(
        &self,
        district: &DistrictId,
        why: Why,
    ) -> Result<Answer<Clinic>, ApiError> {
        let path = ["shared", "district", district.as_str(), "lpus"];
        let body = self.get(&path, why).await?;
        read("clinics", body, wire::list::<wire::ClinicRow>).await
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
        read("specialties", body, wire::list::<wire::SpecialtyRow>).await
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
        read("doctors", body, wire::list::<wire::DoctorRow>).await
    }

    /// A doctor's free slots, each start once, soonest first; none is code 39.
    pub async fn slots(
        &self,
        clinic: &ClinicId,
        doctor: &DoctorId,
        why: Why,
    ) -> Result<Answer<Slot>, ApiError> {
        let body = self.of_doctor(clinic, doctor, "appointments", why).await?;
        read("slots", body, wire::slots).await
    }

    /// A doctor's working days ahead, soonest first.
    pub async fn timetable(
        &self,
        clinic: &ClinicId,
        doctor: &DoctorId,
        why: Why,
    ) -> Result<Answer<WorkDay>, ApiError> {
        let body = self.of_doctor(clinic, doctor, "timetable", why).await?;
        read("timetable", body, wire::timetable).await
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
                    .with_jitter_seed(self.pace.random())
                    .with_max_times(1),
            )
            .sleep(tokio::time::sleep)
            .when(net::was_reset)
            .await
    }

    async fn get_once(&self, url: Url, why: Why) -> Result<Vec<u8>, ApiError> {
        let permit = self.pace.permit(why).await;
        let response = match self.transport.get(url).await {
            Err(error @ ApiError::Offline { .. }) => {
                permit.give_back();
                return Err(error);
            }
            response => response?,
        };
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

/// Reads a list, a long one off the async threads. Reports skipped rows, once, without their content.
async fn read<T: Send + 'static>(
    list: &'static str,
    body: Vec<u8>,
    parse: fn(&[u8]) -> Result<Answer<T>, ApiError>,
) -> Result<Answer<T>, ApiError> {
    let answer = if body.len() > LONG_BODY {
        let parsed = blocking::run(move || parse(&body)).await;
        parsed.unwrap_or_else(|_| Err(ApiError::site(SiteFault::Unreadable)))
    } else {
        parse(&body)
    };
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

#[cfg(test)]
mod tests {
    use std::{
        io::ErrorKind,
        net::SocketAddr,
        sync::atomic::{AtomicUsize, Ordering},
    };

    use axum::{
        Router,
        body::{Body, Bytes},
        extract::{Request, State},
        http::header,
        response::{IntoResponse, Redirect},
        routing::any,
    };
    use proptest::prelude::*;
    use simulator::{Shown, line::Line};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
        task::JoinSet,
        time::Instant,
    };

    use super::*;
    use crate::{
        error::{EngineError, ErrorCode},
        gorzdrav::OfflineCause,
        model::Outcome,
    };

    const NOTHING: &str = r#"{"success": true, "errorCode": 0, "result": []}"#;

    /// A service on this test's runtime; it ends with the test.
    struct Service {
        client: Client,
        pace: Arc<Pace>,
        _tasks: JoinSet<()>,
    }

    fn client(address: SocketAddr, tasks: JoinSet<()>) -> Service {
        let pace = Arc::new(Pace::seeded(100_000, false, 1));
        let base = Url::parse(&format!("http://{address}/_api/api/v2")).unwrap();
        Service {
            client: Client::new(base, Arc::clone(&pace)).unwrap(),
            pace,
            _tasks: tasks,
        }
    }

    async fn service(router: Router) -> Service {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
        client(address, tasks)
    }

    /// Whatever is asked, this is the answer.
    async fn always<R: IntoResponse>(
        answer: impl Fn() -> R + Clone + Send + Sync + 'static,
    ) -> Service {
        service(Router::new().fallback(any(move || {
            let answer = answer.clone();
            async move { answer().into_response() }
        })))
        .await
    }

    /// For each connection: the head of a request is read, these bytes are written, the connection is closed
    /// (with a reset if so wanted). Counts connections.
    async fn raw(answers: Vec<(Vec<u8>, bool)>) -> (Service, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&seen);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                let at = count.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
                let (bytes, reset) = &answers[at];
                let mut head = [0; 4096];
                let _ = socket.read(&mut head).await;
                let _ = socket.write_all(bytes).await;
                if *reset {
                    // Nothing is left to send, so closing at once is a reset to the other side.
                    socket.set_zero_linger().unwrap();
                } else {
                    let _ = socket.shutdown().await;
                }
            }
        });
        (client(address, tasks), seen)
    }

    fn ok(body: &str) -> Vec<u8> {
        format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    }

    async fn error_of(service: &Service) -> ApiError {
        let answer = service.client.districts(Why::Click).await;
        let error = answer.expect_err("this answer is no good");
        let mut text = format!("{error} {error:?}");
        let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(&error);
        while let Some(inner) = cause {
            text = format!("{text} {inner}");
            cause = inner.source();
        }
        assert!(
            !text.contains("/shared/"),
            "an address is no part of an error: {text}"
        );
        error
    }

    fn fault(error: &ApiError) -> Option<SiteFault> {
        match error {
            ApiError::SiteDown { fault, .. } => Some(*fault),
            _ => None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn every_question_asks_its_own_address_and_says_who_asks() {
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let router = Router::new()
            .fallback(any(
                |State(asked): State<Arc<Mutex<Vec<String>>>>, request: Request| async move {
                    assert_eq!(request.headers()[header::USER_AGENT], USER_AGENT);
                    assert!(
                        request.headers()[header::ACCEPT_ENCODING]
                            .to_str()
                            .unwrap()
                            .contains("gzip")
                    );
                    asked.lock().unwrap().push(request.uri().to_string());
                    NOTHING
                },
            ))
            .with_state(Arc::clone(&asked));
        let Service {
            client,
            pace,
            _tasks,
        } = service(router).await;
        let (clinic, doctor) = (ClinicId::from("1174"), DoctorId::from("п100.1"));
        let why = Why::Click;
        client.districts(why).await.unwrap();
        client.clinics(why).await.unwrap();
        client.clinics_of(&"12".into(), why).await.unwrap();
        client.clinic(&clinic, why).await.unwrap_err();
        client.specialties(&clinic, why).await.unwrap();
        client.doctors(&clinic, &"a/+=".into(), why).await.unwrap();
        client.slots(&clinic, &doctor, why).await.unwrap();
        client.timetable(&clinic, &"..".into(), why).await.unwrap();
        let paths = [
            "shared/districts",
            "shared/lpus",
            "shared/district/12/lpus",
            "shared/lpu/1174",
            "schedule/lpu/1174/specialties",
            "schedule/lpu/1174/speciality/a%2F%2B%3D/doctors",
            "schedule/lpu/1174/doctor/%D0%BF100.1/appointments",
            "schedule/lpu/1174/doctor/%252E%252E/timetable",
        ];
        let expected = paths.map(|path| format!("/_api/api/v2/{path}"));
        assert_eq!(*asked.lock().unwrap(), expected);
        assert_eq!(pace.requests_total(), 8);
    }

    #[tokio::test(start_paused = true)]
    async fn the_newest_token_is_kept_and_not_shown() {
        let service = always(|| ([("token", "s3cret")], NOTHING)).await;
        assert_eq!(service.client.token(), None);
        service.client.districts(Why::Click).await.unwrap();
        assert_eq!(service.client.token().unwrap().expose(), "s3cret");
        assert!(!format!("{:?}", service.client).contains("s3cret"));
    }

    #[tokio::test(start_paused = true)]
    async fn the_services_clock_is_read_and_goes_on() {
        let service = always(|| ([(header::DATE, "Tue, 18 Feb 2025 10:00:00 GMT")], NOTHING)).await;
        assert_eq!(service.client.service_time(), None);
        service.client.districts(Why::Click).await.unwrap();
        tokio::time::sleep(Duration::from_mins(1)).await;
        let time = service.client.service_time().unwrap();
        assert_eq!(time.format("%H:%M").to_string(), "10:01");
    }

    #[tokio::test(start_paused = true)]
    async fn fault_01_html_with_200_is_a_failed_look() {
        let page = include_str!("../../fixtures/maintenance.html");
        let service = always(move || ([(header::CONTENT_TYPE, "text/html")], page)).await;
        let error = error_of(&service).await;
        assert_eq!(fault(&error), Some(SiteFault::Unreadable));
        assert_eq!(error.outcome(), Outcome::Unavailable);
    }

    #[tokio::test(start_paused = true)]
    async fn fault_07_a_cut_answer_is_a_failed_look_and_not_tried_again() {
        let mut cut = ok(NOTHING);
        cut.truncate(cut.len() - 5);
        let (service, seen) = raw(vec![(cut, false)]).await;
        assert_eq!(fault(&error_of(&service).await), Some(SiteFault::Cut));
        assert_eq!(seen.load(Ordering::SeqCst), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn fault_08_a_body_is_read_up_to_8_mb() {
        let service = always(|| {
            let piece = Bytes::from(vec![b' '; 64 * 1024]);
            let endless =
                futures::stream::repeat_with(move || Ok::<_, std::io::Error>(piece.clone()));
            Body::from_stream(endless)
        })
        .await;
        assert_eq!(fault(&error_of(&service).await), Some(SiteFault::TooLarge));
    }

    #[tokio::test(start_paused = true)]
    async fn fault_08_a_gzip_bomb_is_measured_after_decompression() {
        // Nine empty MB in 9 KB, made by `head -c 9437184 /dev/zero | gzip -9`.
        const BOMB: &[u8] = include_bytes!("../../fixtures/bomb.json.gz");
        let service = always(|| ([(header::CONTENT_ENCODING, "gzip")], BOMB)).await;
        assert_eq!(fault(&error_of(&service).await), Some(SiteFault::TooLarge));
    }

    #[tokio::test(start_paused = true)]
    async fn fault_09_a_stalled_answer_ends_after_10_seconds() {
        let service =
            always(|| Body::from_stream(futures::stream::pending::<std::io::Result<Bytes>>()))
                .await;
        let asked = Instant::now();
        assert_eq!(fault(&error_of(&service).await), Some(SiteFault::Timeout));
        let took = asked.elapsed().as_secs();
        assert!((9..=11).contains(&took), "{took}");
        assert_eq!(
            service.pace.requests_total(),
            1,
            "a timeout is not tried again"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn fault_09_a_trickling_answer_ends_after_20_seconds() {
        let service = always(|| {
            Body::from_stream(futures::stream::unfold((), |()| async {
                tokio::time::sleep(Duration::from_secs(1)).await;
                Some((Ok::<_, std::io::Error>(Bytes::from_static(b" ")), ()))
            }))
        })
        .await;
        let asked = Instant::now();
        assert_eq!(fault(&error_of(&service).await), Some(SiteFault::Timeout));
        let took = asked.elapsed().as_secs();
        assert!((19..=21).contains(&took), "{took}");
    }

    #[tokio::test(start_paused = true)]
    async fn fault_11_every_form_of_retry_after_is_obeyed() {
        let date = "Tue, 18 Feb 2025 10:00:00 GMT";
        for (status, after, said, hold) in [
            (429, "90", Some(90), 90),
            (503, "90", Some(90), 90),
            (429, "-1", Some(0), 1),
            (429, "315360000", Some(315_360_000), 3600),
            (429, "Tue, 18 Feb 2025 10:02:00 GMT", Some(120), 120),
            (429, "Tue, 18 Feb 2025 09:00:00 GMT", Some(0), 1),
            (429, "soon", None, 30),
        ] {
            let service = always(move || {
                let status = StatusCode::from_u16(status).unwrap();
                (status, [(header::RETRY_AFTER, after), (header::DATE, date)])
            })
            .await;
            let error = error_of(&service).await;
            let said = said.map(Duration::from_secs);
            assert!(
                matches!(error, ApiError::Slowed { retry_after } if retry_after == said),
                "{after}: {error:?}"
            );
            assert_eq!(error.outcome(), Outcome::Blocked);
            let held = service.pace.hold().unwrap();
            assert!(held <= Duration::from_secs(hold), "{after}: {held:?}");
            if said.is_some() {
                assert!(
                    held > Duration::from_millis(hold * 1000 - 500),
                    "{after}: {held:?}"
                );
            }
            assert!((service.pace.share() - 0.5).abs() < 1e-9);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn fault_12_other_statuses_are_the_sites_fault_and_slow_nobody() {
        for status in [500, 502, 503, 504, 404, 408, 400] {
            let service = always(move || (StatusCode::from_u16(status).unwrap(), NOTHING)).await;
            assert_eq!(
                fault(&error_of(&service).await),
                Some(SiteFault::Status(status))
            );
            assert_eq!(service.pace.hold(), None);
            assert_eq!(service.pace.requests_total(), 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn fault_13_a_403_means_that_the_address_is_refused() {
        let service = always(|| (StatusCode::FORBIDDEN, NOTHING)).await;
        let error = error_of(&service).await;
        assert!(matches!(
            error,
            ApiError::Blocked {
                status: Some(403),
                ..
            }
        ));
        assert_eq!(error.outcome(), Outcome::Blocked);
    }

    #[tokio::test(start_paused = true)]
    async fn fault_13_a_refused_connection_is_a_refusal_and_not_tried_again() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let service = client(listener.local_addr().unwrap(), JoinSet::new());
        drop(listener);
        let error = error_of(&service).await;
        assert!(
            matches!(
                error,
                ApiError::Blocked {
                    status: None,
                    source: Some(_)
                }
            ),
            "{error:?}"
        );
        assert_eq!(service.pace.requests_total(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn fault_13_a_broken_connection_is_tried_once_more_through_the_pace() {
        for reset in [true, false] {
            let (service, seen) = raw(vec![(Vec::new(), reset), (ok(NOTHING), false)]).await;
            service.client.districts(Why::Background).await.unwrap();
            assert_eq!(seen.load(Ordering::SeqCst), 2);
            assert_eq!(service.pace.requests_total(), 2);

            let (service, seen) = raw(vec![(Vec::new(), reset)]).await;
            let error = error_of(&service).await;
            assert!(
                matches!(error, ApiError::Blocked { status: None, .. }),
                "{error:?}"
            );
            assert_eq!(seen.load(Ordering::SeqCst), 2);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn fault_14_a_redirect_is_followed_on_the_same_host_only() {
        let router = Router::new()
            .route(
                "/_api/api/v2/shared/districts",
                any(|| async { Redirect::to("/elsewhere") }),
            )
            .route("/elsewhere", any(|| async { NOTHING }))
            .route(
                "/_api/api/v2/shared/lpus",
                any(|| async { Redirect::to("https://example.com/") }),
            )
            .route(
                "/_api/api/v2/shared/lpu/1",
                any(|| async { Redirect::to("/_api/api/v2/shared/lpu/1") }),
            );
        let Service { client, _tasks, .. } = service(router).await;
        client.districts(Why::Click).await.unwrap();
        let foreign = client.clinics(Why::Click).await.unwrap_err();
        assert_eq!(fault(&foreign), Some(SiteFault::Redirected));
        let circle = client.clinic(&"1".into(), Why::Click).await.unwrap_err();
        assert_eq!(fault(&circle), Some(SiteFault::Redirected));
    }

    #[tokio::test]
    async fn fault_15_a_name_that_does_not_resolve_means_offline() {
        let base = Url::parse("https://nowhere.invalid/_api/api/v2").unwrap();
        let client = Client::new(base, Arc::new(Pace::new(360, true))).unwrap();
        // A proxy of this machine would answer in the name's stead.
        if ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
            .iter()
            .any(|name| std::env::var_os(name).is_some())
        {
            println!("skipped: there is a proxy");
            return;
        }
        let error = client.districts(Why::Click).await.unwrap_err();
        assert!(
            matches!(
                error,
                ApiError::Offline {
                    cause: OfflineCause::Name,
                    ..
                }
            ),
            "{error:?}"
        );
        assert_eq!(error.outcome(), Outcome::Offline);
    }

    /// A line with TLS to a service that answers with nothing, and a client that trusts it.
    async fn behind_tls() -> (Line, Client, JoinSet<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let line = Line::tls(listener.local_addr().unwrap()).await.unwrap();
        let router = Router::new().fallback(any(|| async { NOTHING }));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
        let base = Url::parse(&line.base_url()).unwrap();
        let pace = Arc::new(Pace::seeded(100_000, false, 1));
        let client = Client::trusting(base, pace, &[line.root_der()]).unwrap();
        (line, client, tasks)
    }

    #[tokio::test(start_paused = true)]
    async fn fault_17_a_bad_certificate_is_refused_before_a_word_is_said_and_told_apart() {
        let (line, client, _tasks) = behind_tls().await;
        for (shown, code) in [
            (Shown::WrongHost, ErrorCode::Impostor),
            (Shown::SelfSigned, ErrorCode::Impostor),
            (Shown::OwnAuthority, ErrorCode::Impostor),
            (Shown::Unknown, ErrorCode::Impostor),
            (Shown::Expired, ErrorCode::BadCertificate),
            (Shown::NotYetValid, ErrorCode::BadCertificate),
        ] {
            line.show(shown);
            let before = line.connections();
            let error = client.districts(Why::Background).await.unwrap_err();
            assert_eq!(EngineError::from(error).code(), code, "{shown:?}");
            assert_eq!(
                line.heard(),
                0,
                "{shown:?}: nothing may be said to a stranger"
            );
            assert_eq!(line.connections(), before + 1, "{shown:?}: tried once");
        }
        line.show(Shown::Good);
        client.districts(Why::Background).await.unwrap();
        assert!(line.heard() > 0);
    }

    #[tokio::test(start_paused = true)]
    async fn fault_17_without_its_root_the_same_certificate_is_a_strangers() {
        let (line, ..) = behind_tls().await;
        let base = Url::parse(&line.base_url()).unwrap();
        let client = Client::new(base, Arc::new(Pace::new(360, true))).unwrap();
        let error = client.districts(Why::Click).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Offline);
        assert_eq!(EngineError::from(error).code(), ErrorCode::Impostor);
        assert_eq!(line.heard(), 0);
    }

    /// A network that wants a login first answers in one of these ways.
    #[tokio::test(start_paused = true)]
    async fn fault_16_a_login_page_is_never_read_as_an_answer() {
        // It speaks without TLS where TLS is expected.
        let page = b"HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\n\r\n";
        let (plain, seen) = raw(vec![(page.to_vec(), false)]).await;
        let address = plain.client.base.authority().to_owned();
        let base = Url::parse(&format!("https://{address}/_api/api/v2")).unwrap();
        let client = Client::new(base, Arc::new(Pace::new(360, true))).unwrap();
        let error = client.districts(Why::Click).await.unwrap_err();
        assert!(!error.outcome().is_knowledge(), "{error:?}");
        assert!(seen.load(Ordering::SeqCst) > 0);

        // Its certificate is good (the system was taught to trust it), and it redirects or shows
        // its page with any status.
        let login = include_str!("../../fixtures/maintenance.html");
        for status in [200, 203, 302, 303, 401, 511] {
            let service = always(move || {
                let status = StatusCode::from_u16(status).unwrap();
                let to = [(header::LOCATION, "http://login.example/")];
                (status, to, login)
            })
            .await;
            let error = error_of(&service).await;
            assert_eq!(error.outcome(), Outcome::Unavailable, "{status}: {error:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn fault_14_whoever_a_redirect_names_hears_nothing() {
        let (stranger, heard) = raw(vec![(ok(NOTHING), false)]).await;
        let elsewhere = stranger.client.base.clone();
        let plain = elsewhere.to_string();
        let by_name = plain.replace("127.0.0.1", "localhost");
        let schemeless = format!("//{}/", elsewhere.authority());
        for to in [plain, by_name, schemeless, "ftp://127.0.0.1/".to_owned()] {
            for status in [301, 302, 303, 307, 308] {
                let to = to.clone();
                let service = always(move || {
                    let status = StatusCode::from_u16(status).unwrap();
                    (status, [(header::LOCATION, to.clone())], NOTHING)
                })
                .await;
                let error = error_of(&service).await;
                assert_eq!(fault(&error), Some(SiteFault::Redirected), "{status}");
            }
        }
        assert_eq!(heard.load(Ordering::SeqCst), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn fault_07_a_length_that_is_wrong_is_a_failed_look() {
        let body = NOTHING.len();
        let half = &NOTHING[..body / 2];
        for head in [
            format!("Content-Length: {}", body + 1),
            format!("Content-Length: {}", body - 1),
            "Content-Length: 0".to_owned(),
            "Content-Length: -1".to_owned(),
            "Content-Length: 99999999999999999999999".to_owned(),
            format!("Content-Length: {body}\r\nContent-Length: {}", body - 1),
            "Transfer-Encoding: chunked".to_owned(),
            "Content-Encoding: gzip".to_owned(),
        ] {
            let answer = format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{NOTHING}");
            let (service, _) = raw(vec![(answer.into_bytes(), false)]).await;
            let error = error_of(&service).await;
            assert!(fault(&error).is_some(), "{head}: {error:?}");
        }
        // Without any length the end of the connection is the end of the answer: half of it is none.
        let answer = format!("HTTP/1.1 200 OK\r\n\r\n{half}");
        let (service, _) = raw(vec![(answer.into_bytes(), false)]).await;
        let error = error_of(&service).await;
        assert_eq!(fault(&error), Some(SiteFault::Unreadable));
    }

    #[tokio::test(start_paused = true)]
    async fn fault_08_no_more_of_an_endless_answer_is_taken_than_may_be_kept() {
        let given = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&given);
        let service = always(move || {
            let (count, piece) = (Arc::clone(&count), Bytes::from(vec![b' '; 64 * 1024]));
            Body::from_stream(futures::stream::repeat_with(move || {
                count.fetch_add(piece.len(), Ordering::SeqCst);
                Ok::<_, std::io::Error>(piece.clone())
            }))
        })
        .await;
        assert_eq!(fault(&error_of(&service).await), Some(SiteFault::TooLarge));
        let given = given.load(Ordering::SeqCst);
        // What lies in the buffers of both sides is on top.
        assert!(given < LARGEST_BODY + 16 * 1024 * 1024, "{given}");
    }

    #[tokio::test(start_paused = true)]
    async fn fault_09_a_service_that_takes_the_question_and_says_nothing_ends_after_10_seconds() {
        let service = service(Router::new().fallback(any(|| async {
            std::future::pending::<()>().await;
        })))
        .await;
        let asked = Instant::now();
        assert_eq!(fault(&error_of(&service).await), Some(SiteFault::Timeout));
        let took = asked.elapsed().as_secs();
        assert!((9..=11).contains(&took), "{took}");
        assert_eq!(service.pace.requests_total(), 1);
    }

    /// A port whose queue is full: the system takes no more connections and refuses none.
    #[cfg(target_os = "linux")]
    async fn full(address: SocketAddr) -> Option<(TcpListener, Vec<tokio::net::TcpStream>)> {
        let socket = match address {
            SocketAddr::V4(_) => tokio::net::TcpSocket::new_v4(),
            SocketAddr::V6(_) => tokio::net::TcpSocket::new_v6(),
        };
        let socket = socket.ok()?;
        socket.bind(address).ok()?;
        let listener = socket.listen(1).ok()?;
        let address = listener.local_addr().ok()?;
        let mut queue = Vec::new();
        for _ in 0..8 {
            let connecting = tokio::net::TcpStream::connect(address);
            let Ok(connected) = tokio::time::timeout(Duration::from_secs(1), connecting).await
            else {
                return Some((listener, queue));
            };
            queue.push(connected.ok()?);
        }
        None
    }

    #[cfg(target_os = "linux")]
    #[tokio::test(start_paused = true)]
    async fn fault_09_a_connection_that_is_not_made_ends_after_5_seconds() {
        let (listener, _queue) = full("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let service = client(listener.local_addr().unwrap(), JoinSet::new());
        let asked = Instant::now();
        assert_eq!(fault(&error_of(&service).await), Some(SiteFault::Timeout));
        let took = asked.elapsed().as_secs();
        assert!((4..=6).contains(&took), "{took}");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test(start_paused = true)]
    async fn fault_15_where_the_newer_protocol_leads_nowhere_the_older_one_is_taken() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let alive = listener.local_addr().unwrap();
        let dead = SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, alive.port()));
        let router = Router::new().fallback(any(|| async { NOTHING }));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
        // Refused where nobody listens; silent where the queue is full.
        for silent in [false, true] {
            let queue = if silent { full(dead).await } else { None };
            if silent && queue.is_none() {
                println!("skipped: this system has no IPv6");
                continue;
            }
            let http = crate::gorzdrav::transport::builder(
                &Url::parse(&format!("http://{alive}")).unwrap(),
            )
            .resolve_to_addrs("city.test", &[dead, alive])
            .build()
            .unwrap();
            let asked = Instant::now();
            let url = format!("http://city.test:{}/", alive.port());
            let answer = http.get(url).send().await.unwrap();
            assert!(answer.status().is_success());
            assert!(asked.elapsed() < Duration::from_secs(2), "silent: {silent}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_on_another_protocol_is_the_sites_fault() {
        let (service, _) = raw(vec![(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec(), false)]).await;
        assert_eq!(fault(&error_of(&service).await), Some(SiteFault::Exchange));
    }

    #[test]
    fn a_base_must_be_http() {
        let pace = Arc::new(Pace::new(1, false));
        for base in [
            "ftp://gorzdrav.spb.ru/",
            "mailto:a@example.com",
            "file:///etc",
        ] {
            let client = Client::new(Url::parse(base).unwrap(), Arc::clone(&pace));
            assert!(matches!(client, Err(ClientError::Base)), "{base}");
        }
    }

    #[test]
    fn fault_15_routes_that_are_missing_mean_offline() {
        let kinds = [
            ErrorKind::NetworkUnreachable,
            ErrorKind::HostUnreachable,
            ErrorKind::NetworkDown,
        ];
        assert!(kinds.iter().all(|kind| net::is_no_route(*kind)));
        assert!(!net::is_no_route(ErrorKind::ConnectionRefused));
    }

    proptest! {
        #[test]
        fn an_id_is_exactly_one_segment_whatever_is_in_it(id in "\\PC{1,40}|[./%+=!;:\\\\?#]{1,6}") {
            let base = Url::parse(DEFAULT_BASE).unwrap();
            let url = address(&base, &["schedule", "lpu", &id, "specialties"]);
            let segments: Vec<_> = url.path_segments().unwrap().collect();
            prop_assert_eq!(segments.len(), 7);
            prop_assert_eq!((url.query(), url.fragment(), url.host_str()), (None, None, base.host_str()));
            let decoded = percent_encoding::percent_decode_str(segments[5]).decode_utf8().unwrap();
            if id != "." && id != ".." {
                prop_assert_eq!(decoded, id);
            }
        }
    }
}
