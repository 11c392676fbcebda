//! The way to the city, in process: delays, cuts and silence, but no socket.

use std::{
    collections::BTreeSet,
    io,
    sync::{Arc, LazyLock, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    body::Bytes,
    http::{self, StatusCode},
};
use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Europe::Moscow;
use engine::gorzdrav::{ApiError, OfflineCause, SiteFault, Transport};
use percent_encoding::percent_decode_str;
use reqwest::{Body, Response, Url};
use serde_json::Value;
use simulator::{City, Fate, Reached};
use tokio::{sync::Notify, time::Instant};

use super::{
    plan::Trap,
    record::{Asked, Look, Record},
};

/// Nothing is waited for longer …
const IDLE: Duration = Duration::from_secs(10);
/// … or, in all, than this: as with the network.
const TOTAL: Duration = Duration::from_secs(20);
/// More than anybody reads.
static FLOOD: LazyLock<Bytes> = LazyLock::new(|| vec![b' '; 9 << 20].into());

/// The way.
#[derive(Debug)]
pub struct Line {
    city: Arc<City>,
    record: Record,
    snare: Arc<Snare>,
    /// There is none until then.
    down: Mutex<(DateTime<Utc>, u8)>,
}

/// Waits for something to happen and tells who kills.
#[derive(Debug, Default)]
pub struct Snare {
    set: Mutex<Option<(Trap, u32, usize)>>,
    sprung: Notify,
}

impl Snare {
    /// After so many of these; with so many turns left then.
    pub fn set(&self, what: Trap, count: u32, turns: usize) {
        *self.locked() = Some((what, count, turns));
    }

    /// Waits for it; gives the turns that are left.
    pub async fn sprung(&self) -> usize {
        self.sprung.notified().await;
        self.locked().take().map_or(0, |(_, _, turns)| turns)
    }

    /// This happened.
    pub fn sprung_by(&self, what: Trap) {
        if let Some((wanted, count, _)) = &mut *self.locked()
            && *wanted == what
            && *count > 0
        {
            *count -= 1;
            if *count == 0 {
                self.sprung.notify_one();
            }
        }
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Option<(Trap, u32, usize)>> {
        self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    /// To this city.
    pub fn new(city: Arc<City>, record: Record, snare: Arc<Snare>) -> Self {
        Self {
            city,
            record,
            snare,
            down: Mutex::new((DateTime::UNIX_EPOCH, 0)),
        }
    }

    /// There is no way until then.
    pub fn cut(&self, until: DateTime<Utc>, how: u8) {
        *self.down.lock().unwrap_or_else(PoisonError::into_inner) = (until, how);
    }

    fn offline(&self) -> Option<OfflineCause> {
        let (until, how) = *self.down.lock().unwrap_or_else(PoisonError::into_inner);
        let cause = match how {
            0 => OfflineCause::Name,
            1 => OfflineCause::Route,
            _ => OfflineCause::Impostor,
        };
        (self.record.now() < until).then_some(cause)
    }

    fn failed(&self, asked: DateTime<Utc>, path: &str, error: ApiError) -> ApiError {
        self.record.note(&format!("{path}: {error}"));
        self.record.seen().asked.push(Asked {
            at: asked,
            good: false,
            reached: !matches!(error, ApiError::Offline { .. }),
        });
        self.snare.sprung_by(Trap::Answer);
        error
    }
}

#[async_trait::async_trait]
impl Transport for Line {
    async fn get(&self, url: Url) -> Result<Response, ApiError> {
        let (asked, began) = (self.record.now(), Instant::now());
        self.record.count("requests");
        let path = url.path().rsplit("/v2/").next().unwrap_or_default();
        if let Some(cause) = self.offline() {
            tokio::time::sleep(Duration::from_millis(30)).await;
            let source = io::Error::from(io::ErrorKind::NetworkUnreachable).into();
            let error = ApiError::Offline { cause, source };
            return Err(self.failed(asked, path, error));
        }
        let Reached { after, fate, fault } = self.city.reach(url.path());
        if let Some(fault) = fault {
            self.record.count(&format!("fault {fault}"));
        }
        if matches!(fate, Fate::Silence) || after >= IDLE {
            tokio::time::sleep(IDLE).await;
            return Err(self.failed(asked, path, down(SiteFault::Timeout)));
        }
        tokio::time::sleep(after).await;
        if began.elapsed() > TOTAL {
            // The computer slept meanwhile.
            return Err(self.failed(asked, path, down(SiteFault::Timeout)));
        }
        let (status, headers, body, sent) = match fate {
            Fate::Answered {
                status,
                headers,
                body,
            } => (status, headers, Body::from(body.clone()), Some(body)),
            Fate::Cut(half) => {
                let parts = [
                    Ok(half),
                    Err(io::Error::from(io::ErrorKind::ConnectionReset)),
                ];
                let body = Body::wrap_stream(futures::stream::iter(parts));
                (200, Vec::new(), body, None)
            }
            Fate::Flood => (200, Vec::new(), Body::from(FLOOD.clone()), None),
            Fate::Reset => {
                let source = io::Error::from(io::ErrorKind::ConnectionReset);
                let error = ApiError::Blocked {
                    status: None,
                    source: Some(source.into()),
                };
                return Err(self.failed(asked, path, error));
            }
            Fate::Silence => return Err(down(SiteFault::Timeout)),
        };
        let slots = path.ends_with("/appointments");
        let read = sent.filter(|_| status == 200);
        let read = read.and_then(|body| Listed::read(&body, slots));
        self.record.note(&format!(
            "{path}: {status}, {}",
            read.as_ref().map_or_else(
                || "unreadable".to_owned(),
                |read| format!(
                    "{} rows{}",
                    read.starts.len(),
                    if read.doubtful { ", doubtful" } else { "" }
                )
            )
        ));
        {
            let (at, wall) = (self.record.now(), self.record.wall());
            let mut seen = self.record.seen();
            let good = read.is_some();
            seen.asked.push(Asked {
                at: asked,
                good,
                reached: true,
            });
            let parts: Vec<String> = path
                .split('/')
                .map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned())
                .collect();
            if let (Some(read), [_, _, clinic, _, of, what]) = (read, parts.as_slice()) {
                match what.as_str() {
                    "appointments" => seen.looks.push(Look {
                        asked,
                        at,
                        wall,
                        doctor: (clinic.clone(), of.clone()),
                        starts: read.starts,
                        doubtful: read.doubtful,
                    }),
                    "doctors" => seen.lists.push((clinic.clone(), asked)),
                    _ => (),
                }
            }
        }
        self.snare.sprung_by(Trap::Answer);
        let mut response = http::Response::new(body);
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
        for (name, value) in headers {
            if let Ok(value) = value.parse() {
                response.headers_mut().insert(name, value);
            }
        }
        Ok(Response::from(response))
    }
}

fn down(fault: SiteFault) -> ApiError {
    ApiError::SiteDown {
        fault,
        source: None,
    }
}

/// A good answer, read without the engine's help.
struct Listed {
    starts: BTreeSet<DateTime<Utc>>,
    doubtful: bool,
}

impl Listed {
    /// `slots`: it lists slots. Of a list in which no row makes sense nothing is learned.
    fn read(body: &[u8], slots: bool) -> Option<Self> {
        let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
        let body: Value = serde_json::from_slice(body).ok()?;
        if body["success"] != Value::Bool(true) {
            let nothing = [37, 38, 39].map(Value::from).contains(&body["errorCode"]);
            return nothing.then(|| Self {
                starts: BTreeSet::new(),
                doubtful: false,
            });
        }
        let rows = body["result"].as_array().cloned().unwrap_or_default();
        let starts: Vec<_> = rows.iter().map(start).collect();
        if slots && !starts.is_empty() && starts.iter().all(Option::is_none) {
            return None;
        }
        Some(Self {
            doubtful: rows.is_empty() || starts.contains(&None),
            starts: starts.into_iter().flatten().collect(),
        })
    }
}

fn start(row: &Value) -> Option<DateTime<Utc>> {
    let text = row["visitStart"].as_str()?;
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(moment.to_utc());
    }
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S").ok()?;
    Some(Moscow.from_local_datetime(&local).earliest()?.to_utc())
}
