//! The Bot API's HTTP: the token, the parameters, the faults.

use std::sync::Arc;

use axum::body::{Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::chats::{Bot, Call};
use super::fault::{Refusal, TelegramFault};
use super::methods::{chat_of, spelled};
use crate::connection::Wire;

const LARGEST_REQUEST_BYTES: usize = 1 << 20;

#[derive(Clone)]
pub(super) struct Desk {
    pub(super) bot: Arc<Bot>,
    pub(super) stop: CancellationToken,
}

pub(super) async fn answer(
    State(desk): State<Desk>,
    ConnectInfo(wire): ConnectInfo<Wire>,
    request: Request,
) -> Response {
    let uri = request.uri().clone();
    let path = percent_decode_str(uri.path()).decode_utf8_lossy();
    let named = path
        .strip_prefix("/bot")
        .and_then(|rest| rest.split_once('/'))
        .filter(|(token, _)| !token.is_empty());
    let Some((token, method)) = named else {
        return refuse(&Refusal::new(404, "Not Found"));
    };
    if token != desk.bot.token {
        return refuse(&Refusal::new(401, "Unauthorized"));
    }
    let Some(method) = spelled(method) else {
        return refuse(&Refusal::new(404, "Not Found: method not found"));
    };
    let body = to_bytes(request.into_body(), LARGEST_REQUEST_BYTES).await;
    let parameters = parameters(&uri, &body.unwrap_or_default());
    let fault = desk.bot.state().fault_for(method, &parameters);
    match fault {
        None => desk.act(method, parameters).await,
        Some(fault) => desk.fail(fault, method, parameters, &wire).await,
    }
}

impl Desk {
    async fn act(&self, method: &'static str, parameters: Map<String, Value>) -> Response {
        match self.bot.act(method, parameters, &self.stop).await {
            Ok(result) => written(StatusCode::OK, &json!({"ok": true, "result": result})),
            Err(refusal) => refuse(&refusal),
        }
    }

    async fn fail(
        &self,
        fault: TelegramFault,
        method: &'static str,
        parameters: Map<String, Value>,
        wire: &Wire,
    ) -> Response {
        match fault {
            TelegramFault::Slow(delay) => {
                let response = self.act(method, parameters).await;
                tokio::select! {
                    () = tokio::time::sleep(delay) => {}
                    () = self.stop.cancelled() => {}
                }
                return response;
            }
            TelegramFault::Silent => {
                self.act(method, parameters).await;
                return self.hold(wire).await;
            }
            TelegramFault::ResetAfterwards => {
                self.act(method, parameters).await;
                return cut(wire);
            }
            _ => {}
        }
        let refusal = fault.refusal(method, chat_of(&parameters));
        self.bot.note(Call {
            method: method.to_owned(),
            parameters: Value::Object(parameters),
            message_id: None,
            done: false,
            refusal: refusal
                .as_ref()
                .map(|refusal| refusal.description.to_string()),
            at: Instant::now(),
        });
        match (refusal, fault) {
            (Some(refusal), _) => refuse(&refusal),
            (None, TelegramFault::Status(status)) => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
                (status, "<html><body>Bad Gateway</body></html>").into_response()
            }
            (None, TelegramFault::SilentUnheard) => self.hold(wire).await,
            (None, _) => cut(wire),
        }
    }

    /// Says nothing until the stand-in stops or the client goes.
    async fn hold(&self, wire: &Wire) -> Response {
        self.stop.cancelled().await;
        cut(wire)
    }
}

fn cut(wire: &Wire) -> Response {
    wire.cut();
    StatusCode::OK.into_response()
}

fn parameters(uri: &Uri, body: &Bytes) -> Map<String, Value> {
    let query = uri.query().unwrap_or_default();
    let mut parameters: Map<String, Value> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| {
            let value = percent_decode_str(&value.replace('+', " "))
                .decode_utf8_lossy()
                .into_owned();
            (key.to_owned(), Value::String(value))
        })
        .collect();
    if let Ok(Value::Object(more)) = serde_json::from_slice(body) {
        parameters.extend(more);
    }
    // Objects and lists may also come as text.
    for key in ["reply_markup", "commands", "scope", "allowed_updates"] {
        let text = parameters.get(key).and_then(Value::as_str);
        if let Some(value) = text.and_then(|text| serde_json::from_str(text).ok()) {
            parameters.insert(key.to_owned(), value);
        }
    }
    parameters
}

fn refuse(refusal: &Refusal) -> Response {
    let mut body = json!({
        "ok": false,
        "error_code": refusal.code,
        "description": refusal.description,
    });
    if let Some(parameters) = &refusal.parameters {
        body["parameters"] = parameters.clone();
    }
    written(
        StatusCode::from_u16(refusal.code).unwrap_or(StatusCode::BAD_REQUEST),
        &body,
    )
}

fn written(status: StatusCode, body: &Value) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        body.to_string(),
    )
        .into_response()
}
