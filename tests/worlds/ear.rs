//! A way to tell that remembers, and has moods.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use engine::{
    Channel, Message, Rung, Taken, TellError,
    model::{Alert, News, Untold},
};

use super::{
    line::Snare,
    plan::{Mood, Trap},
    record::{Doctor, Fate, Record, Told},
};

/// A channel.
pub struct Ear {
    number: usize,
    name: String,
    rung: Rung,
    record: Record,
    snare: Arc<Snare>,
    mood: Mutex<(Mood, DateTime<Utc>)>,
}

impl Ear {
    /// The channel of this number.
    pub fn new(number: usize, rung: Rung, record: Record, snare: Arc<Snare>) -> Self {
        Self {
            number,
            name: format!("ear/{number}"),
            rung,
            record,
            snare,
            mood: Mutex::new((Mood::Fine, DateTime::UNIX_EPOCH)),
        }
    }

    /// In this mood until then.
    pub fn be(&self, mood: Mood, until: DateTime<Utc>) {
        *self.mood.lock().unwrap_or_else(PoisonError::into_inner) = (mood, until);
    }

    fn mood(&self) -> Mood {
        let (mood, until) = *self.mood.lock().unwrap_or_else(PoisonError::into_inner);
        if self.record.now() < until {
            mood
        } else {
            Mood::Fine
        }
    }

    fn hear(&self, message: &Message, taken: Fate) {
        let says = |alert: &Alert| {
            let of = alert.watch_id.0;
            let clinic = alert.clinic_id.as_str().to_owned();
            let slots = alert.slots.iter();
            slots
                .map(|slot| {
                    let doctor = (clinic.clone(), slot.doctor_id.as_str().to_owned());
                    (of, doctor, slot.start)
                })
                .collect::<Vec<_>>()
        };
        let clinic = message.alert.clinic_id.as_str();
        let fresh: Vec<(Doctor, _)> = message
            .fresh
            .iter()
            .filter(|slot| slot.gone_at.is_none())
            .map(|slot| {
                let doctor = (clinic.to_owned(), slot.doctor_id.as_str().to_owned());
                (doctor, slot.start)
            })
            .collect();
        self.record.note(&format!(
            "{} hears {:?} of alert {} of watch {}, {} fresh{}: {taken:?}",
            self.name,
            message.kind,
            message.alert.id,
            message.alert.watch_id,
            fresh.len(),
            if message.repeat { ", a repeat" } else { "" },
        ));
        self.record.count("messages");
        let others = message.others.iter().chain(&message.together);
        let told = Told {
            at: self.record.now(),
            ear: self.number,
            alert: message.alert.id.0,
            watch: message.alert.watch_id.0,
            kind: message.kind,
            fresh,
            says: std::iter::once(&message.alert)
                .chain(others)
                .flat_map(says)
                .collect(),
            repeat: message.repeat,
            taken,
        };
        self.record.seen().told.push(told);
        self.snare.sprung_by(Trap::Tell);
    }
}

#[async_trait::async_trait]
impl Channel for Ear {
    fn name(&self) -> &str {
        &self.name
    }

    fn rung(&self) -> Rung {
        self.rung
    }

    async fn tell(&self, message: &Message) -> Result<Taken, TellError> {
        let later = |after, why| Err(TellError::Later { after, why });
        match self.mood() {
            Mood::Fine => {
                self.hear(message, Fate::Yes);
                Ok(Taken::default())
            }
            Mood::Slow(secs) => {
                // What is cut short in between may have been heard.
                tokio::time::sleep(Duration::from_millis(secs * 500)).await;
                self.hear(message, Fate::Perhaps);
                tokio::time::sleep(Duration::from_millis(secs * 500)).await;
                let mut seen = self.record.seen();
                let heard = seen
                    .told
                    .iter_mut()
                    .rev()
                    .find(|told| told.ear == self.number);
                if let Some(heard) = heard {
                    heard.taken = Fate::Yes;
                    heard.at = self.record.now();
                }
                Ok(Taken::default())
            }
            Mood::Refuses => later(None, Untold::Refused),
            Mood::Never => Err(TellError::Never {
                why: Untold::Refused,
            }),
            Mood::Busy(secs) => later(Some(Duration::from_secs(secs)), Untold::Busy),
            Mood::Hangs => {
                self.hear(message, Fate::Perhaps);
                std::future::pending().await
            }
            Mood::Unsure => {
                self.hear(message, Fate::Perhaps);
                later(None, Untold::Silent)
            }
            Mood::Unseen => {
                self.hear(message, Fate::Yes);
                Ok(Taken {
                    unseen: true,
                    ..Taken::default()
                })
            }
        }
    }

    async fn announce(&self, news: &News, _silent: bool) -> Result<(), TellError> {
        let later = |why| Err(TellError::Later { after: None, why });
        match self.mood() {
            Mood::Refuses | Mood::Never | Mood::Busy(_) => return later(Untold::Refused),
            Mood::Hangs => std::future::pending().await,
            Mood::Unsure => return later(Untold::Silent),
            Mood::Fine | Mood::Slow(_) | Mood::Unseen => {}
        }
        self.record
            .note(&format!("{} hears news: {news:?}", self.name));
        self.record.count("news");
        let at = self.record.now();
        self.record
            .seen()
            .news
            .push((self.number, at, news.clone()));
        Ok(())
    }
}
