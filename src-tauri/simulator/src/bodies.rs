//! Good and bad answers as HTTP: statuses, pages, bodies that break off or never end.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use futures::{Stream, StreamExt, stream};
use tokio_util::sync::CancellationToken;

use crate::city::Reply;
use crate::connection::Wire;
use crate::faults::Fault;

const HUGE_BODY_BYTES: usize = 100 << 20;
const CHUNK_BYTES: usize = 64 << 10;
const DEPTH: usize = 100_000;

pub(crate) fn plain(text: Option<String>) -> Response {
    match text {
        Some(text) => json(text),
        None => page(StatusCode::NOT_FOUND, "404 Not Found"),
    }
}

fn json(body: impl Into<Body>) -> Response {
    (
        [(header::CONTENT_TYPE, "application/json; charset=utf-8")],
        body.into(),
    )
        .into_response()
}

fn page(status: StatusCode, title: &str) -> Response {
    let html = format!(
        "<html>\n<head><title>{title}</title></head>\n<body><h1>{title}</h1></body>\n</html>\n"
    );
    (
        status,
        [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
        html,
    )
        .into_response()
}

/// The answer in the way this fault has it.
pub(crate) async fn faulty(
    fault: Fault,
    reply: Reply,
    wire: &Wire,
    stop: &CancellationToken,
) -> Response {
    let text = reply.text.unwrap_or_default();
    match fault {
        Fault::Html502 => page(StatusCode::BAD_GATEWAY, "502 Bad Gateway"),
        Fault::Status(status) => StatusCode::from_u16(status)
            .unwrap_or(StatusCode::IM_A_TEAPOT)
            .into_response(),
        Fault::TooMany { retry_after } => {
            let mut response = page(StatusCode::TOO_MANY_REQUESTS, "429 Too Many Requests");
            if let Some(Ok(value)) = retry_after.map(|value| HeaderValue::from_str(&value)) {
                response.headers_mut().insert(header::RETRY_AFTER, value);
            }
            response
        }
        Fault::Forbidden => page(StatusCode::FORBIDDEN, "Доступ с вашего адреса ограничен"),
        Fault::HtmlOk => page(StatusCode::OK, "Вход в сеть"),
        Fault::Reset => {
            wire.cut();
            StatusCode::OK.into_response()
        }
        Fault::Silence => {
            stop.cancelled().await;
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        Fault::CutBody => {
            let half = Bytes::from(text.as_bytes()[..text.len() / 2].to_vec());
            let cut = async {
                // The first half has to leave before the connection does.
                tokio::time::sleep(Duration::from_millis(20)).await;
                Err(io::Error::from(io::ErrorKind::ConnectionReset))
            };
            let parts = stream::iter([Ok(half)]).chain(stream::once(cut));
            sized(Body::from_stream(parts), text.len())
        }
        Fault::TruncatedJson => json(text.as_bytes()[..text.len() / 2].to_vec()),
        Fault::SlowLoris => {
            let length = text.len();
            let bytes = stream::iter(text.into_bytes()).then(|byte| async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                Bytes::from(vec![byte])
            });
            sized(ending(bytes, stop), length)
        }
        Fault::Stall => sized(ending(stream::pending(), stop), text.len().max(1)),
        Fault::HugeBody => {
            let chunks = endless_rows().take(HUGE_BODY_BYTES / CHUNK_BYTES);
            sized(ending(chunks, stop), HUGE_BODY_BYTES)
        }
        Fault::EndlessBody => json(ending(endless_rows(), stop)),
        Fault::GzipBomb => gzip_bomb(),
        Fault::DeepNesting => deep_nesting(),
        Fault::ByteOrderMark => json(format!("\u{FEFF}{text}")),
        Fault::RedirectElsewhere => {
            let to = [(
                header::LOCATION,
                "http://elsewhere.example/_api/api/v2/shared/districts",
            )];
            (StatusCode::MOVED_PERMANENTLY, to).into_response()
        }
        Fault::WrongDate => years_ago(json(text), reply.now),
        // Dealt with where the text is made.
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
        | Fault::Payload(_) => json(text),
    }
}

fn gzip_bomb() -> Response {
    let mut response = json(gzip_of_blanks(HUGE_BODY_BYTES));
    let gzip = HeaderValue::from_static("gzip");
    response
        .headers_mut()
        .insert(header::CONTENT_ENCODING, gzip);
    response
}

fn deep_nesting() -> Response {
    let (open, close) = ("[".repeat(DEPTH), "]".repeat(DEPTH));
    json(format!(
        r#"{{"result":{open}{close},"success":true,"errorCode":0}}"#
    ))
}

fn years_ago(mut response: Response, now: DateTime<Utc>) -> Response {
    let date = now - TimeDelta::days(3_000);
    let date = date.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(date) = HeaderValue::from_str(&date) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

/// A JSON answer that promises this length whatever the body does.
fn sized(body: Body, length: usize) -> Response {
    let mut response = json(body);
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    response
}

/// A body that breaks off when the server stops.
fn ending(chunks: impl Stream<Item = Bytes> + Send + 'static, stop: &CancellationToken) -> Body {
    let stopped = stop.clone().cancelled_owned();
    Body::from_stream(chunks.take_until(stopped).map(Ok::<_, Infallible>))
}

/// Valid rows without end, after an opening bracket.
fn endless_rows() -> impl Stream<Item = Bytes> {
    let row = r#"{"id":"1","name":"ряд","room":null}, "#;
    let mut rows = row.repeat(CHUNK_BYTES / row.len());
    rows.extend(std::iter::repeat_n(' ', CHUNK_BYTES - rows.len()));
    let rows = Bytes::from(rows);
    let mut first = Vec::from(r#"{"success":true,"errorCode":0,"result":["#);
    first.resize(CHUNK_BYTES, b' ');
    stream::iter([Bytes::from(first)]).chain(stream::repeat(rows))
}

/// So many blanks (and up to 258 more), gzipped by hand: one literal, then copies of the last
/// 258 bytes, in a block of fixed codes. The checksum is left at zero; no client should get there.
fn gzip_of_blanks(length: usize) -> Vec<u8> {
    let mut gzip = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255];
    let (mut pending, mut count) = (0_u32, 0_u32);
    // Codes go in from their highest bit, bytes fill from their lowest.
    let mut push = |code: u32, bits: u32| {
        for bit in (0..bits).rev() {
            pending |= ((code >> bit) & 1) << count;
            count += 1;
            if count == 8 {
                gzip.push(u8::try_from(pending).unwrap_or(0));
                (pending, count) = (0, 0);
            }
        }
    };
    // The last block, fixed codes (the two bits of the type stand lowest first).
    push(0b110, 3);
    push(0x30 + u32::from(b' '), 8);
    for _ in 0..length.div_ceil(258) {
        push(0b1100_0101, 8);
        push(0, 5);
    }
    push(0, 7);
    push(0, 7);
    gzip.extend([0; 8]);
    gzip
}
