//! Faults that change the rows of a good answer.

use serde_json::{Map, Value, json};

use crate::faults::Fault;
use crate::random::Stream;

/// Applies one such fault to the `result` of an answer; others change nothing.
pub(crate) fn distort(fault: &Fault, result: &mut Value, stream: &mut Stream) {
    match fault {
        Fault::DuplicateSlots => slot_lists(result, &mut |slots| {
            let again = slots.clone();
            slots.extend(again);
        }),
        Fault::NewSlotIds => slot_lists(result, &mut |slots| {
            for slot in slots {
                slot["id"] = Value::String(stream.below(1_000_000_000).to_string());
            }
        }),
        Fault::ZuluTimes => slot_lists(result, &mut |slots| {
            for slot in slots {
                for key in ["visitStart", "visitEnd"] {
                    zulu(&mut slot[key]);
                }
            }
        }),
        Fault::BadRow => {
            if let Some(rows) = result.as_array_mut() {
                rows.insert(
                    rows.len() / 2,
                    json!({"id": [null], "name": 7, "visitStart": "вчера"}),
                );
            }
        }
        Fault::MissingField => {
            if let Some(first) = result.get_mut(0).and_then(Value::as_object_mut) {
                for key in ["id", "visitStart", "name"] {
                    first.remove(key);
                }
            }
        }
        Fault::UnknownFields => each_row(result, &mut |row| {
            row.insert("новоеПоле".to_owned(), json!({"a": [1, null, "x"]}));
            row.insert("subdivision".to_owned(), Value::Null);
        }),
        Fault::SwappedIdTypes => each_row(result, &mut |row| {
            let Some(id) = row.get_mut("id") else {
                return;
            };
            let swapped = match &*id {
                Value::Number(number) => Some(Value::String(number.to_string())),
                Value::String(text) if !text.starts_with('0') => {
                    text.parse::<i64>().ok().map(Value::from)
                }
                _ => None,
            };
            if let Some(swapped) = swapped {
                *id = swapped;
            }
        }),
        Fault::ShuffledOrder => {
            if let Some(rows) = result.as_array_mut() {
                stream.shuffle(rows);
            }
        }
        Fault::LyingCounts => each_row(result, &mut |row| set_counts(row, 0)),
        Fault::GhostCounts => each_row(result, &mut |row| set_counts(row, 5)),
        Fault::HostileText => each_row(result, &mut |row| {
            for key in ["name", "comment", "lpuShortName", "address", "room"] {
                if let Some(Value::String(text)) = row.get_mut(key) {
                    text.push_str(
                        "<img src=x onerror=alert(1)>\u{202E}\u{0007}\u{0}<b>&amp;_*[]()~`",
                    );
                }
            }
        }),
        Fault::Payload(payload) => {
            each_row(result, &mut |row| fill(row, payload));
            slot_lists(result, &mut |slots| {
                let slots = slots.iter_mut().filter_map(Value::as_object_mut);
                slots
                    .filter(|slot| slot.contains_key("visitStart"))
                    .for_each(|slot| fill(slot, payload));
            });
        }
        _ => {}
    }
}

/// Every text that any row of the API has, ids and times apart.
fn fill(row: &mut Map<String, Value>, payload: &str) {
    const TEXTS: [&str; 18] = [
        "address",
        "ariaNumber",
        "comment",
        "denyCause",
        "description",
        "districtName",
        "email",
        "firstName",
        "headOrganization",
        "lastName",
        "lpuFullName",
        "lpuShortName",
        "lpuType",
        "middleName",
        "name",
        "organization",
        "phone",
        "room",
    ];
    for key in TEXTS {
        row.insert(key.to_owned(), Value::from(payload));
    }
}

fn set_counts(row: &mut Map<String, Value>, count: i64) {
    const COUNTS: [&str; 4] = [
        "freeParticipantCount",
        "freeTicketCount",
        "countFreeParticipant",
        "countFreeTicket",
    ];
    for key in COUNTS {
        if let Some(value) = row.get_mut(key)
            && (count == 0 || *value == json!(0))
        {
            *value = json!(count);
        }
    }
    if count == 0 {
        for key in ["nearestDate", "lastDate"] {
            if let Some(value) = row.get_mut(key) {
                *value = Value::Null;
            }
        }
    }
}

fn zulu(time: &mut Value) {
    let parsed = time
        .as_str()
        .and_then(|text| chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S").ok());
    if let Some(local) = parsed {
        *time = Value::String(
            crate::moscow::utc(local)
                .format("%Y-%m-%dT%H:%M:%SZ")
                .to_string(),
        );
    }
}

/// The slots of `/appointments`, or those of every day of `/timetable`.
fn slot_lists(result: &mut Value, change: &mut dyn FnMut(&mut Vec<Value>)) {
    let Some(rows) = result.as_array_mut() else {
        return;
    };
    if rows.iter().all(|row| row.get("appointments").is_none()) {
        change(rows);
        return;
    }
    let days = rows
        .iter_mut()
        .filter_map(|row| row.get_mut("appointments"));
    days.filter_map(Value::as_array_mut).for_each(change);
}

fn each_row(result: &mut Value, change: &mut dyn FnMut(&mut Map<String, Value>)) {
    match result {
        Value::Array(rows) => rows
            .iter_mut()
            .filter_map(Value::as_object_mut)
            .for_each(change),
        Value::Object(row) => change(row),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
