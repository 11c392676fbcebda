//! The channel of `talonctl run`: alerts as lines of standard output.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use engine::{
    Channel, Message, Rung, Taken, TellError,
    clock::Clock,
    model::{Alert, AlertSlot, DoctorId, MessageKind, Untold},
    text::Words,
};
use tokio_util::sync::CancellationToken;

use crate::{
    json,
    output::{Printer, one_line},
};

/// When standard output took no more: long enough for the program to end first.
const RETRY: Duration = Duration::from_secs(5);

/// Prints alerts.
pub(crate) struct StandardOutput {
    /// Standard output.
    pub(crate) printer: Arc<Printer>,
    /// The language spoken.
    pub(crate) words: Words,
    /// One JSON document a line.
    pub(crate) json: bool,
    /// Tells which slots are over.
    pub(crate) clock: Clock,
    /// Cancelled when standard output takes no more.
    pub(crate) closed: CancellationToken,
}

#[async_trait::async_trait]
impl Channel for StandardOutput {
    fn name(&self) -> &'static str {
        "stdout"
    }

    fn rung(&self) -> Rung {
        Rung::Machine
    }

    async fn tell(&self, message: &Message) -> Result<Taken, TellError> {
        let lines = lines(message, self.clock.now(), self.words, self.json);
        if lines.is_empty() {
            return Ok(Taken::default());
        }
        // One write: another's line cannot come between, nor half of it be told.
        let printed = self.printer.print(&lines).await;
        printed.map(|()| Taken::default()).map_err(|error| {
            tracing::debug!(%error, "standard output takes no more");
            self.closed.cancel();
            TellError::Later {
                after: Some(RETRY),
                why: Untold::Absent,
            }
        })
    }
}

/// What is printed of a message: nothing when all it could say is over.
fn lines(message: &Message, now: DateTime<Utc>, words: Words, as_json: bool) -> String {
    let alert = &message.alert;
    let told: Vec<&AlertSlot> = message
        .fresh
        .iter()
        .filter(|slot| match message.kind {
            MessageKind::Appeared | MessageKind::Again => {
                slot.gone_at.is_none() && slot.start > now
            }
            MessageKind::Gone => true,
        })
        .collect();
    let doctors = by_doctor(&told);
    if doctors.is_empty() {
        return String::new();
    }
    let lines: Vec<String> = if as_json {
        let line = |(_, slots): &(&DoctorId, Vec<&AlertSlot>)| {
            match message.kind {
                MessageKind::Appeared | MessageKind::Again => {
                    json::appeared(alert, slots, message.repeat)
                }
                MessageKind::Gone => json::gone(alert, slots, message.repeat),
            }
            .to_string()
        };
        doctors.iter().map(line).collect()
    } else {
        match message.kind {
            MessageKind::Appeared | MessageKind::Again => {
                appeared(alert, &doctors, message.repeat, now, words)
            }
            MessageKind::Gone => vec![gone(alert, &told, now, words)],
        }
    };
    lines.join("\n")
}

/// The slots of each doctor, the soonest first; doctors by their soonest.
fn by_doctor<'a>(slots: &[&'a AlertSlot]) -> Vec<(&'a DoctorId, Vec<&'a AlertSlot>)> {
    let mut sorted = slots.to_vec();
    sorted.sort_by_key(|slot| slot.start);
    let mut doctors: Vec<(&DoctorId, Vec<&AlertSlot>)> = Vec::new();
    for slot in sorted {
        match doctors.iter_mut().find(|(id, _)| **id == slot.doctor_id) {
            Some((_, slots)) => slots.push(slot),
            None => doctors.push((&slot.doctor_id, vec![slot])),
        }
    }
    doctors
}

fn appeared(
    alert: &Alert,
    doctors: &[(&DoctorId, Vec<&AlertSlot>)],
    repeat: bool,
    now: DateTime<Utc>,
    words: Words,
) -> Vec<String> {
    let soonest = doctors
        .iter()
        .find_map(|(_, slots)| slots.first())
        .map_or_else(String::new, |slot| words.when(slot.start, now));
    let title = words.say_with(
        "found-title",
        &[("specialty", alert.specialty.as_str().into())],
    );
    let id = if alert.nickname.is_empty() {
        "found-body-self"
    } else {
        "found-body"
    };
    let body = words.say_with(
        id,
        &[
            ("when", soonest.into()),
            ("clinic", alert.clinic.as_str().into()),
            ("nick", alert.nickname.as_str().into()),
        ],
    );
    let head = one_line(&format!("{title}. {body}"));
    let head = if repeat {
        words.say_with("cli-repeat", &[("text", head.into())])
    } else {
        head
    };
    let mut lines = vec![head];
    lines.extend(doctors.iter().map(|(_, slots)| {
        let name = slots.first().map_or("", |slot| slot.doctor.as_str());
        let times: Vec<String> = slots
            .iter()
            .map(|slot| place_and_time(slot, now, words))
            .collect();
        format!("    {}", one_line(&format!("{name}: {}", times.join("; "))))
    }));
    lines.push(format!("    {}", one_line(&alert.link)));
    lines
}

/// «завтра, 13:40, каб. 435».
fn place_and_time(slot: &AlertSlot, now: DateTime<Utc>, words: Words) -> String {
    let when = words.when(slot.start, now);
    match &slot.room {
        Some(room) => words.say_with(
            "cli-slot-room",
            &[("when", when.into()), ("room", room.as_str().into())],
        ),
        None => when,
    }
}

fn gone(alert: &Alert, slots: &[&AlertSlot], now: DateTime<Utc>, words: Words) -> String {
    let seen = slots.iter().map(|slot| slot.first_seen).min();
    let gone_at = alert.gone_at().unwrap_or(now);
    let lasted = (gone_at - seen.unwrap_or(alert.raised_at))
        .to_std()
        .unwrap_or_default();
    one_line(&words.say_with(
        "cli-gone",
        &[
            ("specialty", alert.specialty.as_str().into()),
            ("clinic", alert.clinic.as_str().into()),
            ("duration", words.duration(lasted).into()),
        ],
    ))
}

#[cfg(test)]
mod tests {
    use engine::model::{AlertId, AlertState, WatchId};
    use serde_json::Value;

    use super::*;

    fn at(moscow: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(&format!("2026-11-{moscow}:00+03:00"))
            .unwrap()
            .to_utc()
    }

    fn slot(doctor: &str, start: &str, gone_at: Option<&str>) -> AlertSlot {
        AlertSlot {
            doctor_id: doctor.into(),
            doctor: format!("Врач {doctor}"),
            start: at(start),
            end: None,
            room: Some("435".to_owned()),
            first_seen: at("23T08:00"),
            gone_at: gone_at.map(at),
        }
    }

    fn message(kind: MessageKind, slots: Vec<AlertSlot>) -> Message {
        Message {
            alert: Alert {
                id: AlertId(7),
                watch_id: WatchId(1),
                nickname: "мама".to_owned(),
                clinic_id: "27".into(),
                clinic: "ГП № 27".to_owned(),
                address: None,
                specialty: "Терапевт".to_owned(),
                link: "https://gorzdrav.spb.ru/x".to_owned(),
                raised_at: at("23T08:00"),
                state: AlertState::Raised,
                slots: slots.clone(),
                deliveries: Vec::new(),
            },
            kind,
            fresh: slots,
            others: Vec::new(),
            together: Vec::new(),
            repeat: false,
            silent: false,
            receipt: None,
        }
    }

    fn json_lines(message: &Message) -> Vec<Value> {
        lines(message, at("23T09:00"), Words::default(), true)
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn each_doctor_has_a_line_with_what_is_still_free() {
        let message = message(
            MessageKind::Appeared,
            vec![
                slot("б", "24T13:40", None),
                slot("а", "24T14:00", None),
                slot("б", "24T15:00", Some("23T08:30")),
                slot("а", "23T08:50", None),
            ],
        );
        let lines = json_lines(&message);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["doctorId"], "б");
        assert_eq!(lines[0]["kind"], "appeared");
        assert_eq!(
            lines[0]["slots"],
            serde_json::json!([{"start": "2026-11-24T13:40:00+03:00", "end": null, "room": "435"}])
        );
        assert_eq!(lines[1]["doctorId"], "а");
        assert_eq!(lines[1].get("repeat"), None);
    }

    #[test]
    fn what_is_over_is_not_told_as_news() {
        let over = message(
            MessageKind::Appeared,
            vec![slot("а", "24T15:00", Some("23T08:30"))],
        );
        assert_eq!(json_lines(&over), Vec::<Value>::new());
    }

    #[test]
    fn gone_slots_tell_how_long_they_lasted() {
        let gone = message(
            MessageKind::Gone,
            vec![slot("а", "24T15:00", Some("23T08:30"))],
        );
        assert_eq!(json_lines(&gone)[0]["lastedSecs"], 1_800);
        assert_eq!(json_lines(&gone)[0]["kind"], "gone");
        assert_eq!(
            lines(&gone, at("23T09:00"), Words::default(), false),
            "Талоны разобрали · Терапевт, ГП № 27. Были доступны 30 минут."
        );
    }

    #[test]
    fn people_read_sentences() {
        let message = Message {
            repeat: true,
            ..message(MessageKind::Appeared, vec![slot("а", "24T13:40", None)])
        };
        assert_eq!(
            lines(&message, at("23T09:00"), Words::default(), false),
            "Повтор: Есть талоны · Терапевт. Ближайший: завтра, 13:40. ГП № 27. Для: мама\n    \
             Врач а: завтра, 13:40, каб. 435\n    https://gorzdrav.spb.ru/x"
        );
    }
}
