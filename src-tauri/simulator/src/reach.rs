//! The city without a socket: what a client would get, as a value. For worlds that must go the same
//! way each time, and fast.

use std::time::Duration;

use axum::body::Bytes;
use chrono::{DateTime, Utc};

use crate::city::{City, Reply};
use crate::faults::Fault;

/// What came of a request.
#[derive(Clone, Debug)]
pub struct Reached {
    /// How long it took.
    pub after: Duration,
    /// What came.
    pub fate: Fate,
    /// The name of the fault that was met, if any answered in the city's stead.
    pub fault: Option<String>,
}

/// How a request ended.
#[derive(Clone, Debug)]
pub enum Fate {
    /// With an answer.
    Answered {
        /// The HTTP status.
        status: u16,
        /// Headers besides the usual.
        headers: Vec<(&'static str, String)>,
        /// The body, whole.
        body: Bytes,
    },
    /// The connection broke in the middle of this body.
    Cut(Bytes),
    /// The connection broke before an answer.
    Reset,
    /// More came than anybody reads.
    Flood,
    /// Nothing came, or too little ever to be a whole answer.
    Silence,
}

impl City {
    /// Answers a request for this path (with the base, as it would go over the wire) in process.
    pub fn reach(&self, raw_path: &str) -> Reached {
        let mut reply = self.reply(raw_path, None);
        let after = reply.suffering.latency;
        let instead = reply.suffering.instead.take();
        let fault = instead.as_ref().map(Fault::kind);
        Reached {
            after,
            fate: fate(instead, reply),
            fault,
        }
    }
}

fn fate(fault: Option<Fault>, reply: Reply) -> Fate {
    let Reply {
        text, token, now, ..
    } = reply;
    let Some(text) = text else {
        return html(404);
    };
    let answer = |body: Vec<u8>, header: Option<(&'static str, String)>| Fate::Answered {
        status: 200,
        headers: [("token", token)].into_iter().chain(header).collect(),
        body: body.into(),
    };
    let half = text.len() / 2;
    match fault {
        Some(Fault::Html502) => html(502),
        Some(Fault::Status(status)) => html(status),
        Some(Fault::Forbidden) => html(403),
        Some(Fault::HtmlOk) => html(200),
        Some(Fault::TooMany { retry_after }) => Fate::Answered {
            status: 429,
            headers: retry_after
                .map(|value| ("retry-after", value))
                .into_iter()
                .collect(),
            body: Bytes::new(),
        },
        Some(Fault::RedirectElsewhere) => Fate::Answered {
            status: 301,
            headers: vec![("location", "http://elsewhere.example/".to_owned())],
            body: Bytes::new(),
        },
        Some(Fault::Reset) => Fate::Reset,
        Some(Fault::CutBody) => Fate::Cut(text.as_bytes()[..half].to_vec().into()),
        Some(Fault::TruncatedJson) => answer(text.as_bytes()[..half].to_vec(), None),
        Some(Fault::SlowLoris | Fault::Stall | Fault::Silence) => Fate::Silence,
        Some(Fault::HugeBody | Fault::EndlessBody | Fault::GzipBomb) => Fate::Flood,
        Some(Fault::DeepNesting) => {
            let (open, close) = ("[".repeat(1000), "]".repeat(1000));
            let nested = format!(r#"{{"result":{open}{close},"success":true,"errorCode":0}}"#);
            answer(nested.into_bytes(), None)
        }
        Some(Fault::ByteOrderMark) => answer(format!("\u{FEFF}{text}").into_bytes(), None),
        Some(Fault::WrongDate) => answer(text.into_bytes(), Some(("date", years_ago(now)))),
        // Dealt with where the text is made.
        Some(
            Fault::Code(_)
            | Fault::UnknownCode
            | Fault::NullResult
            | Fault::EmptyResult
            | Fault::Latency(_)
            | Fault::DuplicateSlots
            | Fault::BadRow
            | Fault::MissingField
            | Fault::UnknownFields
            | Fault::SwappedIdTypes
            | Fault::NewSlotIds
            | Fault::Flapping
            | Fault::ShuffledOrder
            | Fault::LyingCounts
            | Fault::GhostCounts
            | Fault::StaleRows(..)
            | Fault::HiddenSlots(..)
            | Fault::ZuluTimes
            | Fault::HostileText
            | Fault::Payload(_),
        )
        | None => answer(text.into_bytes(), None),
    }
}

fn html(status: u16) -> Fate {
    Fate::Answered {
        status,
        headers: Vec::new(),
        body: Bytes::from_static(b"<html><body>...</body></html>"),
    }
}

fn years_ago(now: DateTime<Utc>) -> String {
    let date = now - chrono::TimeDelta::days(3_000);
    date.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

impl Fault {
    /// Its kind, without what else is said of it: `Code`, `TooMany`.
    pub fn kind(&self) -> String {
        let name = format!("{self:?}");
        let end = name.find(|sign: char| !sign.is_alphanumeric());
        name[..end.unwrap_or(name.len())].to_owned()
    }
}
