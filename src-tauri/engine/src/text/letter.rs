//! What is told far from the computer by mail and push, as parts each channel puts together its way.
//!
//! Names come from the booking site and from people: here they become single lines of a bounded
//! length; whoever puts them into HTML or JSON escapes them there.

use chrono::{DateTime, Utc};

use super::{
    Words,
    notice::{Manner, notice, notice_of_many},
    shortened, unbroken,
};
use crate::{
    delivery::Message,
    model::{Alert, AlertSlot, MessageKind, News, SilenceCause, TRIAL},
};

/// Slots told one by one.
const MOST_SLOTS: usize = 10;
/// And of each watch, where there are several.
const MOST_SLOTS_OF_MANY: usize = 5;
/// The longest name in it, in characters; real ones are never near it.
const LONGEST_NAME: usize = 80;
/// The longest link, in bytes.
const LONGEST_LINK: usize = 1000;

/// How it is worded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Voice {
    pub(crate) words: Words,
    pub(crate) manner: Manner,
}

/// What is told, in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    /// The program's name.
    pub(crate) sender: String,
    /// The important word first.
    pub(crate) title: String,
    /// Sentences at the top.
    pub(crate) lead: Vec<String>,
    /// A part for each watch.
    pub(crate) parts: Vec<Part>,
    /// Who sent it.
    pub(crate) footer: Option<String>,
}

/// What one watch has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// «Окулист. Для: мама».
    pub(crate) heading: String,
    /// A line a slot.
    pub(crate) slots: Vec<String>,
    /// «и ещё 4», the place, when it was found.
    pub(crate) lines: Vec<String>,
    /// The page of the booking site: its title and address.
    pub(crate) link: Option<(String, String)>,
}

impl Letter {
    /// What a message says.
    pub(crate) fn of(message: &Message, voice: Voice, now: DateTime<Utc>) -> Self {
        let words = voice.words;
        if message.alert.watch_id == TRIAL {
            return Self {
                sender: words.say("letter-sender"),
                title: words.say("letter-trial-title"),
                lead: vec![words.say("letter-trial")],
                parts: Vec::new(),
                footer: None,
            };
        }
        if message.kind == MessageKind::Gone {
            return Self::gone(&message.alert, voice, now);
        }
        let told: Vec<(&Alert, &[AlertSlot])> =
            std::iter::once((&message.alert, message.fresh.as_slice()))
                .chain(message.together.iter().map(|it| (it, it.slots.as_slice())))
                .collect();
        let mut title = line(&notice_of_many(&told, words, now, voice.manner).title);
        let mut lead = Vec::new();
        if message.repeat {
            title = words.say_with("letter-repeat", &[("title", title.into())]);
            lead.push(words.say("letter-repeated"));
        }
        let mut parts = Vec::new();
        if voice.manner.hide_details {
            lead.push(words.say("letter-hidden"));
        } else {
            let most = match told.len() {
                1 => MOST_SLOTS,
                _ => MOST_SLOTS_OF_MANY,
            };
            let part = |(alert, fresh)| Part::new(alert, fresh, most, voice, now);
            parts.extend(told.into_iter().map(part));
        }
        Self {
            sender: words.say("letter-sender"),
            title,
            lead,
            parts,
            footer: Some(words.say("letter-footer")),
        }
    }

    fn gone(alert: &Alert, voice: Voice, now: DateTime<Utc>) -> Self {
        let said = notice(
            alert,
            MessageKind::Gone,
            &[],
            voice.words,
            now,
            voice.manner,
        );
        Self {
            sender: voice.words.say("letter-sender"),
            title: line(&said.title),
            lead: Some(line(&said.body))
                .filter(|body| !body.is_empty())
                .into_iter()
                .collect(),
            parts: Vec::new(),
            footer: None,
        }
    }

    /// News of the program itself.
    pub(crate) fn of_news(news: &News, voice: Voice, now: DateTime<Utc>) -> Self {
        let words = voice.words;
        let (title, lead) = match news {
            News::Silence {
                since,
                watches,
                cause,
            } => {
                let cause = match cause {
                    SilenceCause::Offline => words.say("letter-silence-offline"),
                    SilenceCause::Site => words.say("letter-silence-site"),
                    SilenceCause::Blocked => words.say("letter-silence-blocked"),
                    // Which clinic is a detail.
                    SilenceCause::Clinic { .. } if voice.manner.hide_details => {
                        words.say("letter-silence-site")
                    }
                    SilenceCause::Clinic { name } => {
                        words.say_with("letter-silence-clinic", &[("clinic", named(name).into())])
                    }
                };
                let since = words.say_with(
                    "letter-silence-since",
                    &[
                        ("when", words.moment(*since, now).into()),
                        ("watches", (*watches).into()),
                    ],
                );
                (words.say("letter-silence-title"), vec![cause, since])
            }
            News::Recovered { since, until } => {
                let length = (*until - *since).to_std().unwrap_or_default();
                let gap = words.say_with(
                    "letter-recovered",
                    &[
                        ("duration", words.duration(length).into()),
                        ("time", words.moment(*until, now).into()),
                    ],
                );
                (words.say("letter-recovered-title"), vec![gap])
            }
            News::Morning { times, left } => {
                let title = words.say_with("quiet-over-title", &[("times", (*times).into())]);
                let left = match left {
                    0 => words.say("quiet-over-none"),
                    left => words.say_with("quiet-over-left", &[("left", (*left).into())]),
                };
                (title, vec![left])
            }
            // A chat has a person's name.
            News::ChatLost { title: _ } => (
                words.say("letter-chat-lost-title"),
                vec![words.say("letter-chat-lost")],
            ),
            News::Restored { copy_of } => (
                words.say("news-restored-title"),
                vec![words.restored(*copy_of, now)],
            ),
            News::Unsaved { cause } => {
                (words.say("news-unsaved-title"), vec![words.unsaved(*cause)])
            }
        };
        Self {
            sender: words.say("letter-sender"),
            title,
            lead,
            parts: Vec::new(),
            footer: None,
        }
    }

    /// All of it but the title, as plain text; links only `with_links`.
    pub(crate) fn text(&self, with_links: bool) -> String {
        let mut blocks = Vec::new();
        if !self.lead.is_empty() {
            blocks.push(self.lead.join("\n"));
        }
        for part in &self.parts {
            let mut lines = vec![part.heading.clone()];
            lines.extend(part.slots.iter().map(|slot| format!("• {slot}")));
            lines.extend(part.lines.iter().cloned());
            if let Some((title, url)) = part.link.as_ref().filter(|_| with_links) {
                lines.push(format!("{title}: {url}"));
            }
            blocks.push(lines.join("\n"));
        }
        blocks.join("\n\n")
    }
}

impl Part {
    fn new(
        alert: &Alert,
        fresh: &[AlertSlot],
        most: usize,
        voice: Voice,
        now: DateTime<Utc>,
    ) -> Self {
        let words = voice.words;
        let slots = told(alert, fresh, now);
        let specialty = ("specialty", named(&alert.specialty).into());
        let nick = named(&alert.nickname);
        let heading = if nick.is_empty() {
            words.say_with("letter-heading", &[specialty])
        } else {
            words.say_with("letter-heading-for", &[specialty, ("nick", nick.into())])
        };
        let mut lines = Vec::new();
        if slots.len() > most {
            lines.push(words.say_with("letter-more", &[("n", (slots.len() - most).into())]));
        }
        lines.push(place(alert, words));
        lines.push(words.say_with(
            "letter-found",
            &[("when", words.moment(alert.raised_at, now).into())],
        ));
        Self {
            heading,
            slots: slots
                .into_iter()
                .take(most)
                .map(|slot| slot_line(slot, words, now))
                .collect(),
            lines,
            link: link(alert, voice.manner).map(|url| (words.say("letter-book"), url)),
        }
    }
}

/// Where the alert's slots can be booked. In the practice city nothing opens the booking site.
pub(crate) fn link(alert: &Alert, manner: Manner) -> Option<String> {
    let url = &alert.link;
    let fit = url.starts_with("https://")
        && url.len() <= LONGEST_LINK
        && !url
            .chars()
            .any(|one| one.is_control() || one.is_whitespace());
    (fit && !manner.demo && !manner.hide_details).then(|| url.clone())
}

/// The fresh slots that can still be had; with none of them, what can be had of all; else all.
fn told<'a>(alert: &'a Alert, fresh: &'a [AlertSlot], now: DateTime<Utc>) -> Vec<&'a AlertSlot> {
    let free = |slots: &'a [AlertSlot]| -> Vec<&'a AlertSlot> {
        slots
            .iter()
            .filter(|slot| slot.gone_at.is_none() && slot.start > now)
            .collect()
    };
    let mut told = [free(fresh), free(&alert.slots)]
        .into_iter()
        .find(|free| !free.is_empty())
        .unwrap_or_else(|| alert.slots.iter().collect());
    told.sort_by_key(|slot| slot.start);
    told
}

/// «вт, 24 ноября, 13:40 — Семёнов Пётр Ильич, каб. 435».
fn slot_line(slot: &AlertSlot, words: Words, now: DateTime<Utc>) -> String {
    let when = ("when", words.when(slot.start, now).into());
    let doctor = named(&slot.doctor);
    let room = slot.room.as_deref().map(named).unwrap_or_default();
    let id = match (doctor.is_empty(), room.is_empty()) {
        (true, true) => return words.when(slot.start, now),
        (true, false) => "letter-when-room",
        (false, true) => "letter-slot",
        (false, false) => "letter-slot-room",
    };
    unbroken(&words.say_with(
        id,
        &[when, ("doctor", doctor.into()), ("room", room.into())],
    ))
}

fn place(alert: &Alert, words: Words) -> String {
    let clinic = named(&alert.clinic);
    let address = alert.address.as_deref().map(named).unwrap_or_default();
    if address.is_empty() {
        clinic
    } else {
        words.say_with(
            "letter-place",
            &[("clinic", clinic.into()), ("address", address.into())],
        )
    }
}

/// A name as one line of a bounded length.
pub(crate) fn named(name: &str) -> String {
    shortened(&unbroken(&line(name)), LONGEST_NAME)
}

/// The text on one line: what breaks a line or cannot be seen is a space.
fn line(text: &str) -> String {
    let visible: String = text
        .chars()
        .map(|one| match one {
            '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => ' ',
            one if one.is_control() => ' ',
            one => one,
        })
        .collect();
    // No-break spaces stay as they are.
    visible
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
