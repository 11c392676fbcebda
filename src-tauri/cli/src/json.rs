//! Things as JSON: camelCase keys, times in Moscow's offset.

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Europe::Moscow;
use engine::{
    Opening,
    model::{
        Activity, Alert, AlertSlot, Channels, ClinicId, Counts, Doctor, DoctorChoice, DoctorId,
        Key, Look, Place, RowDate, Slot, Specialty, Trial, WatchSlot, WatchView,
    },
    text::Words,
};
use serde_json::{Map, Value, json};

/// A moment: `2026-11-24T13:40:00+03:00`.
pub(crate) fn moment(at: DateTime<Utc>) -> String {
    at.with_timezone(&Moscow)
        .to_rfc3339_opts(SecondsFormat::Secs, false)
}

fn optional(at: Option<DateTime<Utc>>) -> Option<String> {
    at.map(moment)
}

fn row_date(date: Option<RowDate>) -> Option<String> {
    date.map(|date| match date {
        RowDate::Day { day } => day.to_string(),
        RowDate::Moment { at } => moment(at),
    })
}

/// The same with every moment in Moscow's offset.
fn in_moscow(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(
            text.ends_with('Z')
                .then(|| DateTime::parse_from_rfc3339(&text).ok())
                .flatten()
                .map_or(text, |at| moment(at.to_utc())),
        ),
        Value::Array(items) => items.into_iter().map(in_moscow).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, in_moscow(value)))
            .collect(),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_)) => other,
    }
}

/// The fields of both.
fn joined(mut first: Value, second: Value) -> Value {
    if let (Value::Object(fields), Value::Object(more)) = (&mut first, second) {
        fields.extend(more);
    }
    first
}

fn counts(counts: Counts) -> Value {
    json!({
        "free": counts.free,
        "tickets": counts.tickets,
        "first": row_date(counts.first),
        "last": row_date(counts.last),
    })
}

/// A row of `specialties`.
pub(crate) fn specialty(row: &Specialty, checked_at: DateTime<Utc>) -> Value {
    joined(
        json!({
            "id": row.id, "name": row.name, "ferId": row.fer_id, "checkedAt": moment(checked_at),
        }),
        counts(row.counts),
    )
}

/// A row of `doctors`.
pub(crate) fn doctor(row: &Doctor, checked_at: DateTime<Utc>) -> Value {
    joined(
        json!({
            "id": row.id, "name": row.name, "note": row.note, "area": row.area,
            "checkedAt": moment(checked_at),
        }),
        counts(row.counts),
    )
}

/// A slot with where and with whom.
pub(crate) fn slot(slot: &Slot, clinic: &ClinicId, doctor: &DoctorId) -> Value {
    json!({
        "start": moment(slot.start), "end": optional(slot.end), "room": slot.room,
        "address": slot.address, "clinicId": clinic, "doctorId": doctor,
    })
}

/// A row of `slots`.
pub(crate) fn checked_slot(
    free: &Slot,
    clinic: &ClinicId,
    doctor: &DoctorId,
    checked_at: DateTime<Utc>,
) -> Value {
    joined(
        slot(free, clinic, doctor),
        json!({"checkedAt": moment(checked_at)}),
    )
}

fn watch_slot(found: &WatchSlot) -> Value {
    joined(
        slot(&found.slot, &found.clinic_id, &found.doctor_id),
        json!({"doctor": found.doctor, "firstSeen": moment(found.first_seen)}),
    )
}

/// A row of `history`; `lastedSecs` is there when the slot is gone.
pub(crate) fn opening(opening: &Opening, doctor: &str) -> Value {
    let lasted = opening
        .gone_at
        .map(|gone| (gone - opening.first_seen).num_seconds().max(0));
    joined(
        slot(&opening.slot, &opening.clinic_id, &opening.doctor_id),
        json!({
            "doctor": doctor,
            "firstSeen": moment(opening.first_seen),
            "lastSeen": moment(opening.last_seen),
            "goneAt": optional(opening.gone_at),
            "lastedSecs": lasted,
        }),
    )
}

/// Every way to tell. The code of an open link is left out: who has it may ask to be linked.
pub(crate) fn channels(channels: &Channels) -> Value {
    let mut value = serde_json::to_value(channels)
        .map(in_moscow)
        .unwrap_or_default();
    if let Some(telegram) = value.get_mut("telegram").and_then(Value::as_object_mut) {
        telegram.remove("link");
    }
    value
}

/// How each channel did in the trial; `why` is null for one that took the message.
pub(crate) fn trials(trials: &[Trial]) -> Value {
    json!(trials)
}

/// «Терапевт · ГП № 27»: what a watch is called.
pub(crate) fn watch_name(view: &WatchView, words: Words) -> String {
    let places = &view.watch.draft.places;
    let Some(first) = places.first() else {
        return String::new();
    };
    let name = format!("{} · {}", first.specialty_name, first.clinic_name);
    match places.len() - 1 {
        0 => name,
        more => words.say_with(
            "cli-more-places",
            &[("name", name.into()), ("n", more.into())],
        ),
    }
}

fn place(place: &Place, address: Option<&str>, link: Option<&str>) -> Value {
    let (choice, doctors) = match &place.doctors {
        DoctorChoice::Any => ("any", &[][..]),
        DoctorChoice::Only { doctors } => ("only", &doctors[..]),
        DoctorChoice::Except { doctors } => ("except", &doctors[..]),
    };
    json!({
        "clinicId": place.clinic_id, "clinic": place.clinic_name, "address": address,
        "specialtyId": place.specialty_id, "specialty": place.specialty_name, "ferId": place.fer_id,
        "choice": choice, "doctors": doctors, "link": link,
    })
}

/// A watch with its state and its slots: the same wherever a watch is printed.
pub(crate) fn watch(view: &WatchView, words: Words) -> Value {
    let watch = &view.watch;
    let draft = &watch.draft;
    let first = draft.places.first();
    let (activity, paused_until) = match watch.activity {
        Activity::On => ("on", None),
        Activity::PausedUntil { until } => ("paused", Some(until)),
        Activity::Off => ("off", None),
    };
    // `{"kind": "clinicDown", "since": …}`: the kind is the state, the rest its details.
    let mut details = match serde_json::to_value(&view.state).map(in_moscow) {
        Ok(Value::Object(fields)) => fields,
        Ok(_) | Err(_) => Map::new(),
    };
    let state = details.remove("kind");
    let wish = serde_json::to_value(&draft.wish).map(in_moscow).ok();
    let places: Vec<Value> = draft
        .places
        .iter()
        .enumerate()
        .map(|(index, one)| {
            let address = view.addresses.get(index).and_then(Option::as_deref);
            place(one, address, view.links.get(index).map(String::as_str))
        })
        .collect();
    json!({
        "id": watch.id,
        "name": watch_name(view, words),
        "nickname": draft.nickname,
        "clinicId": first.map(|place| &place.clinic_id),
        "specialtyId": first.map(|place| &place.specialty_id),
        "places": places,
        "wish": wish,
        "until": draft.until,
        "createdAt": moment(watch.created_at),
        "activity": activity,
        "pausedUntil": optional(paused_until),
        "on": activity == "on",
        "state": state,
        "stateDetails": (!details.is_empty()).then_some(details),
        "stale": view.stale,
        "checkedAt": optional(view.checked_at),
        "nextLookAt": optional(view.next_look_at),
        "gapSecs": view.gap_secs,
        "looksToday": view.looks_today,
        "nextWorkDay": view.next_work_day,
        "clock": serde_json::to_value(&view.clock).map(in_moscow).ok(),
        "slots": view.slots.iter().map(watch_slot).collect::<Vec<_>>(),
        "others": view.others.iter().map(watch_slot).collect::<Vec<_>>(),
        "link": view.links.first(),
    })
}

/// A line of `run`: a look ended.
pub(crate) fn poll(look: &Look) -> Value {
    let fields = json!({
        "event": "poll",
        "outcome": look.outcome,
        "clinicId": look.key.clinic_id(),
        "at": moment(look.at),
        "code": look.code,
        "appeared": look.appeared,
        "vanished": look.vanished,
        "elapsedMs": look.elapsed_ms,
    });
    let more = match &look.key {
        Key::Clinic { .. } => json!({"level": "clinic"}),
        Key::Specialty { specialty_id, .. } => {
            json!({"level": "specialty", "specialtyId": specialty_id})
        }
        Key::Doctor { doctor_id, .. } => json!({"level": "doctor", "doctorId": doctor_id}),
    };
    joined(fields, more)
}

/// A line of `run`: slots of one doctor appeared. `slots` is not empty.
pub(crate) fn appeared(alert: &Alert, slots: &[&AlertSlot], repeat: bool) -> Value {
    let mut line = alert_line("appeared", alert, slots);
    if repeat {
        line = joined(line, json!({"repeat": true}));
    }
    line
}

/// A line of `run`: the slots of one doctor are gone. `slots` is not empty.
pub(crate) fn gone(alert: &Alert, slots: &[&AlertSlot], repeat: bool) -> Value {
    let gone_at = slots.iter().filter_map(|slot| slot.gone_at).max();
    let first_seen = slots.iter().map(|slot| slot.first_seen).min();
    let lasted = gone_at
        .zip(first_seen)
        .map(|(gone, seen)| (gone - seen).num_seconds().max(0));
    let mut line = joined(
        alert_line("gone", alert, slots),
        json!({"goneAt": optional(gone_at), "lastedSecs": lasted}),
    );
    if repeat {
        line = joined(line, json!({"repeat": true}));
    }
    line
}

fn alert_line(kind: &str, alert: &Alert, slots: &[&AlertSlot]) -> Value {
    let told: Vec<Value> = slots
        .iter()
        .map(|slot| {
            json!({"start": moment(slot.start), "end": optional(slot.end), "room": slot.room})
        })
        .collect();
    json!({
        "event": "alert",
        "alertId": alert.id,
        "watchId": alert.watch_id,
        "kind": kind,
        "nickname": alert.nickname,
        "clinicId": alert.clinic_id,
        "clinic": alert.clinic,
        "specialty": alert.specialty,
        "doctorId": slots.first().map(|slot| &slot.doctor_id),
        "doctor": slots.first().map(|slot| &slot.doctor),
        "slots": told,
        "firstSeen": optional(slots.iter().map(|slot| slot.first_seen).min()),
        "link": alert.link,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_have_moscows_offset_wherever_they_stand() {
        let value = json!({"a": ["2026-11-24T10:40:00Z", "Z", 1], "day": "2026-11-24"});
        assert_eq!(
            in_moscow(value),
            json!({"a": ["2026-11-24T13:40:00+03:00", "Z", 1], "day": "2026-11-24"})
        );
    }
}
