//! What is posted, as JSON.

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Europe::Moscow;
use serde_json::{Value, json};

use crate::{
    delivery::Message,
    model::{Alert, AlertSlot, MessageKind, News, TRIAL},
    text::letter::{Letter, Voice, link},
};

/// ntfy makes an attachment of a longer message; bytes.
const LONGEST_MESSAGE: usize = 3800;
/// ntfy's priorities.
const HIGH: u8 = 4;
const USUAL: u8 = 3;
const LOW: u8 = 2;

/// A message for ntfy. `name` is what a later one replaces it by.
pub(super) fn ntfy(
    message: &Message,
    topic: &str,
    name: &str,
    voice: Voice,
    now: DateTime<Utc>,
) -> Value {
    let letter = Letter::of(message, voice, now);
    let found = message.kind != MessageKind::Gone;
    let priority = match (found, message.silent) {
        (true, false) => HIGH,
        (true, true) | (false, _) => LOW,
    };
    let tag = match (message.alert.watch_id == TRIAL, found) {
        (true, _) => "wave",
        (false, true) => "green_circle",
        (false, false) => "white_circle",
    };
    let mut body = body(&letter, topic, priority, tag);
    body["sequence_id"] = name.into();
    let links: Vec<_> = letter
        .parts
        .iter()
        .filter_map(|part| part.link.as_ref())
        .collect();
    if let [(title, url)] = links[..] {
        body["click"] = url.as_str().into();
        body["actions"] = json!([{"action": "view", "label": title, "url": url}]);
    }
    body
}

/// News for ntfy.
pub(super) fn ntfy_news(
    news: &News,
    silent: bool,
    topic: &str,
    voice: Voice,
    now: DateTime<Utc>,
) -> Value {
    let (priority, tag) = match news {
        News::Silence { .. } => (HIGH, "warning"),
        News::ChatLost { .. } | News::Restored { .. } | News::Unsaved { .. } => (USUAL, "warning"),
        News::Recovered { .. } | News::Morning { .. } => (USUAL, "information_source"),
    };
    let priority = if silent { LOW } else { priority };
    body(&Letter::of_news(news, voice, now), topic, priority, tag)
}

fn body(letter: &Letter, topic: &str, priority: u8, tag: &str) -> Value {
    json!({
        "topic": topic,
        "title": letter.title,
        "message": cut(letter.text(false)),
        "priority": priority,
        "tags": [tag],
    })
}

/// As many lines as fit.
fn cut(text: String) -> String {
    if text.len() <= LONGEST_MESSAGE {
        return text;
    }
    let mut kept = String::new();
    for line in text.lines() {
        if kept.len() + line.len() + 1 > LONGEST_MESSAGE {
            break;
        }
        kept.push_str(line);
        kept.push('\n');
    }
    kept.push('…');
    kept
}

/// An alert for a program: the keys of a line of `talonctl run --json`, with words for people. A
/// line has the slots of one doctor, this has all: each slot says whose it is, and `doctor` is that
/// of the first.
pub(super) fn webhook(message: &Message, voice: Voice, now: DateTime<Utc>) -> Value {
    let alert = &message.alert;
    let letter = Letter::of(message, voice, now);
    if alert.watch_id == TRIAL {
        return json!({
            "event": "trial", "at": moment(now), "title": letter.title, "text": letter.text(true),
        });
    }
    let kind = match message.kind {
        MessageKind::Appeared | MessageKind::Again => "appeared",
        MessageKind::Gone => "gone",
    };
    let mut body = json!({
        "event": "alert",
        "alertId": alert.id,
        "watchId": alert.watch_id,
        "kind": kind,
        "silent": message.silent,
        "title": letter.title,
        "text": letter.text(true),
    });
    let mut slots: Vec<&AlertSlot> = message
        .fresh
        .iter()
        .filter(|slot| message.kind == MessageKind::Gone || slot.gone_at.is_none())
        .collect();
    slots.sort_by_key(|slot| slot.start);
    let mut add = |fields: Value| {
        if let (Value::Object(body), Value::Object(fields)) = (&mut body, fields) {
            body.extend(fields);
        }
    };
    if message.repeat {
        add(json!({"repeat": true}));
    }
    let first_seen = slots.iter().map(|slot| slot.first_seen).min();
    add(json!({"firstSeen": first_seen.map(moment)}));
    if message.kind == MessageKind::Gone {
        let gone_at = slots.iter().filter_map(|slot| slot.gone_at).max();
        let lasted = gone_at
            .zip(first_seen)
            .map(|(gone, seen)| (gone - seen).num_seconds().max(0));
        add(json!({"goneAt": gone_at.map(moment), "lastedSecs": lasted}));
    }
    if !voice.manner.hide_details {
        add(details(alert, &slots, voice));
    }
    body
}

fn details(alert: &Alert, slots: &[&AlertSlot], voice: Voice) -> Value {
    let told: Vec<Value> = slots
        .iter()
        .map(|slot| {
            json!({
                "start": moment(slot.start), "end": slot.end.map(moment), "room": slot.room,
                "doctorId": slot.doctor_id, "doctor": slot.doctor,
            })
        })
        .collect();
    json!({
        "nickname": alert.nickname,
        "clinicId": alert.clinic_id,
        "clinic": alert.clinic,
        "address": alert.address,
        "specialty": alert.specialty,
        "doctorId": slots.first().map(|slot| &slot.doctor_id),
        "doctor": slots.first().map(|slot| &slot.doctor),
        "slots": told,
        "link": link(alert, voice.manner),
    })
}

/// News for a program, in words for people.
pub(super) fn webhook_news(news: &News, voice: Voice, now: DateTime<Utc>) -> Value {
    let letter = Letter::of_news(news, voice, now);
    let kind = match news {
        News::Silence { .. } => "silence",
        News::Recovered { .. } => "recovered",
        News::Morning { .. } => "morning",
        News::ChatLost { .. } => "chatLost",
        News::Restored { .. } => "restored",
        News::Unsaved { .. } => "unsaved",
    };
    json!({
        "event": "news",
        "kind": kind,
        "at": moment(now),
        "title": letter.title,
        "text": letter.text(true),
    })
}

/// A moment: `2026-11-24T13:40:00+03:00`.
fn moment(at: DateTime<Utc>) -> String {
    at.with_timezone(&Moscow)
        .to_rfc3339_opts(SecondsFormat::Secs, false)
}
