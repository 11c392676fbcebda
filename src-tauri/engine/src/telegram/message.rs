//! What an alert or news says in a chat, and the buttons under it.
//!
//! Names come from the booking site and from people: in a message they are
//! nothing but text. Telegram makes links and mentions of bare text too, so a
//! word joiner stands where one would begin.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::{
    api::Text,
    buttons::{Action, Planned},
};
use crate::{
    model::{Alert, AlertSlot, AlertState, Answer, News, SilenceCause, TRIAL},
    text::{Value, Words, dates::date_of, letter::link, notice::Manner, shortened, unbroken},
};

/// The longest text Telegram takes, in UTF-16 units, the tags not counted.
pub(crate) const LONGEST: usize = 4096;
/// Slots told one by one.
const SLOTS: usize = 10;
/// The longest name, in characters; an address or a specialty is never near it.
const LONGEST_NAME: usize = 160;
/// Ends a mention or a link before it begins; takes no room.
const JOINER: char = '\u{2060}';

/// How a telling stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Trial,
    Free,
    Gone,
    Started,
    Snoozed {
        until: DateTime<Utc>,
    },
    /// The id of the line that says the answer.
    Answered(&'static str),
}

fn standing(alert: &Alert, now: DateTime<Utc>) -> Standing {
    if alert.watch_id == TRIAL {
        return Standing::Trial;
    }
    match alert.state {
        AlertState::Seen => Standing::Answered("tg-alert-answered-seen"),
        AlertState::Acted => Standing::Answered("tg-alert-answered-acted"),
        AlertState::Dismissed => Standing::Answered("tg-alert-answered-dismissed"),
        AlertState::Gone => Standing::Gone,
        AlertState::Raised | AlertState::Snoozed { .. } if alert.gone_at().is_some() => {
            Standing::Gone
        }
        AlertState::Snoozed { until } => Standing::Snoozed { until },
        AlertState::Raised if free(alert, now).is_empty() => Standing::Started,
        AlertState::Raised => Standing::Free,
    }
}

/// The alert as it stands. `repeat`: it may have been said already.
pub(crate) fn alert_text(
    alert: &Alert,
    repeat: bool,
    words: Words,
    now: DateTime<Utc>,
    manner: Manner,
) -> Text {
    let teller = Teller {
        alert,
        words,
        now,
        manner,
    };
    let id = if repeat {
        "tg-alert-found-repeat"
    } else {
        "tg-alert-found"
    };
    match standing(alert, now) {
        Standing::Trial => Text {
            html: words.say("tg-alert-trial"),
        },
        Standing::Free => teller.free(id, None),
        Standing::Snoozed { until } => teller.free(id, Some(teller.reminder(until))),
        Standing::Gone => teller.over(Some(teller.lasted())),
        Standing::Started => teller.over(Some(words.say("tg-alert-started"))),
        Standing::Answered(line) => teller.free("tg-alert-over", Some(words.say(line))),
    }
}

/// The message of before «Позже», once a new one says the same.
pub(crate) fn reminded_text(
    alert: &Alert,
    words: Words,
    now: DateTime<Utc>,
    manner: Manner,
) -> Text {
    let teller = Teller {
        alert,
        words,
        now,
        manner,
    };
    teller.free("tg-alert-over", Some(words.say("tg-alert-reminded")))
}

/// The buttons of an alert that waits for an answer; no others have any.
pub(crate) fn alert_buttons(
    alert: &Alert,
    words: Words,
    now: DateTime<Utc>,
    manner: Manner,
) -> Vec<Vec<Planned>> {
    if standing(alert, now) != Standing::Free {
        return Vec::new();
    }
    let act = |id: &str, action| Planned::Act {
        title: words.say(id),
        action,
    };
    let answer = |id: &str, answer| {
        let alert = alert.id;
        act(id, Action::Answer { alert, answer })
    };
    let watch = alert.watch_id;
    // The address of the page says which clinic and which specialty.
    let book = link(alert, manner).map(|url| {
        let title = words.say("tg-alert-book");
        vec![Planned::Link { title, url }]
    });
    let answers = vec![
        answer("tg-alert-later", Answer::Later),
        answer("tg-alert-dismiss", Answer::Dismiss),
    ];
    let remove = vec![act("tg-alert-remove", Action::AskRemove { watch })];
    book.into_iter().chain([answers, remove]).collect()
}

/// News of the program itself.
pub(crate) fn news_text(news: &News, words: Words, now: DateTime<Utc>, manner: Manner) -> Text {
    let lines = match news {
        News::Silence {
            since,
            watches,
            cause,
        } => {
            let watches = Value::from(*watches);
            let since = if date_of(*since) == date_of(now) {
                let time = words.clock_time(*since).into();
                words.say_with(
                    "tg-alert-silence-since",
                    &[("time", time), ("watches", watches)],
                )
            } else {
                let when = words.when(*since, now).into();
                words.say_with(
                    "tg-alert-silence-since-day",
                    &[("when", when), ("watches", watches)],
                )
            };
            let cause = match cause {
                SilenceCause::Offline => words.say("tg-alert-silence-offline"),
                SilenceCause::Site => words.say("tg-alert-silence-site"),
                SilenceCause::Blocked => words.say("tg-alert-silence-blocked"),
                SilenceCause::Clinic { .. } if manner.hide_details => {
                    words.say("tg-alert-silence-clinic-hidden")
                }
                SilenceCause::Clinic { name } => {
                    let name = named(name).into();
                    words.say_with("tg-alert-silence-clinic", &[("name", name)])
                }
            };
            vec![words.say("tg-alert-silence"), since, cause]
        }
        News::Recovered { since, until } => {
            let length = (*until - *since).to_std().unwrap_or_default();
            let gap = [
                ("duration", words.duration(length).into()),
                ("time", words.moment(*until, now).into()),
            ];
            vec![
                words.say("tg-alert-recovered"),
                words.say_with("tg-alert-recovered-gap", &gap),
            ]
        }
        News::Morning { times, left } => {
            let left = if *left > 0 {
                words.say_with("quiet-over-left", &[("left", (*left).into())])
            } else {
                words.say("quiet-over-none")
            };
            vec![
                words.say_with("quiet-over-title", &[("times", (*times).into())]),
                left,
            ]
        }
        // Whose chat it was is nobody's business in another.
        News::ChatLost { title: _ } => vec![words.say("tg-alert-chat-lost")],
        News::Restored { copy_of } => vec![
            words.say("news-restored-title"),
            words.restored(*copy_of, now),
        ],
        News::Unsaved { cause } => vec![words.say("news-unsaved-title"), words.unsaved(*cause)],
    };
    Text {
        html: lines.join("\n"),
    }
}

struct Teller<'a> {
    alert: &'a Alert,
    words: Words,
    now: DateTime<Utc>,
    manner: Manner,
}

impl Teller<'_> {
    /// Slots, place, time; then a line that ends it.
    fn free(&self, head: &str, last: Option<String>) -> Text {
        let (alert, words) = (self.alert, self.words);
        let mut slots = free(alert, self.now);
        let gone = alert.slots.iter().filter(|slot| slot.gone_at.is_some());
        let mut taken = gone.count();
        // What was answered is still said when its slots are gone.
        if slots.is_empty() {
            slots = alert.slots.iter().collect();
            taken = 0;
        }
        if self.manner.hide_details {
            let title = self.head(head, words.say("notice-hidden"));
            return joined(std::iter::once(title).chain(last));
        }
        let specialty = named(&unbroken(&alert.specialty)).into();
        let title = if slots.len() == 1 {
            words.say_with("notice-one-title", &[("specialty", specialty)])
        } else {
            let count = slots.len().into();
            words.say_with(
                "notice-several-title",
                &[("slots", count), ("specialty", specialty)],
            )
        };
        let title = self.head(head, title);
        let taken = (taken > 0).then(|| words.say_with("tg-alert-taken", &[("n", taken.into())]));
        let doctors: HashSet<_> = alert.slots.iter().map(|slot| &slot.doctor_id).collect();
        let whole = |shown: usize| {
            let told = slots[..shown].iter();
            let told = told.map(|slot| self.slot(slot, doctors.len() > 1));
            let left = slots.len() - shown;
            let more = (left > 0).then(|| words.say_with("tg-alert-more", &[("n", left.into())]));
            joined(
                std::iter::once(title.clone())
                    .chain(self.nick())
                    .chain(told)
                    .chain(more)
                    .chain(self.place())
                    .chain([self.found_at()])
                    .chain(taken.clone())
                    .chain(last.clone()),
            )
        };
        // Ten slots of doctors with endless names may be too long.
        (0..=slots.len().min(SLOTS))
            .rev()
            .map(whole)
            .find(|text| units(text) <= LONGEST)
            .unwrap_or_else(|| joined([title.clone()]))
    }

    /// Nothing of it is free any more.
    fn over(&self, last: Option<String>) -> Text {
        let words = self.words;
        if self.manner.hide_details {
            let title = self.head("tg-alert-over", words.say("notice-hidden-gone"));
            return joined([title]);
        }
        let specialty = named(&unbroken(&self.alert.specialty)).into();
        let title = words.say_with("notice-gone-title", &[("specialty", specialty)]);
        let title = self.head("tg-alert-over", title);
        joined(std::iter::once(title).chain(self.nick()).chain(last))
    }

    fn head(&self, id: &str, title: String) -> String {
        let title = if self.manner.demo {
            self.words
                .say_with("notice-demo", &[("title", title.into())])
        } else {
            title
        };
        self.words.say_with(id, &[("title", title.into())])
    }

    fn nick(&self) -> Option<String> {
        let nick = named(&self.alert.nickname);
        (!nick.is_empty()).then(|| {
            self.words
                .say_with("tg-alert-nick", &[("nick", nick.into())])
        })
    }

    fn slot(&self, slot: &AlertSlot, with_doctor: bool) -> String {
        let when = self.words.when(slot.start, self.now).into();
        let doctor = named(&slot.doctor);
        if with_doctor && !doctor.is_empty() {
            let parts = [("when", when), ("doctor", doctor.into())];
            self.words.say_with("tg-alert-slot-doctor", &parts)
        } else {
            self.words.say_with("tg-alert-slot", &[("when", when)])
        }
    }

    fn place(&self) -> Option<String> {
        let clinic = named(&unbroken(&self.alert.clinic));
        let address = self.alert.address.as_deref().unwrap_or_default();
        let address = named(&unbroken(address));
        match (clinic.is_empty(), address.is_empty()) {
            (true, true) => None,
            (true, false) => Some(address),
            (false, true) => Some(clinic),
            (false, false) => {
                let parts = [("clinic", clinic.into()), ("address", address.into())];
                Some(self.words.say_with("tg-alert-place", &parts))
            }
        }
    }

    fn found_at(&self) -> String {
        let at = self.alert.raised_at;
        if date_of(at) == date_of(self.now) {
            let time = self.words.clock_time(at).into();
            self.words.say_with("tg-alert-seen-at", &[("time", time)])
        } else {
            let when = self.words.when(at, self.now).into();
            self.words.say_with("tg-alert-seen-on", &[("when", when)])
        }
    }

    fn reminder(&self, until: DateTime<Utc>) -> String {
        if date_of(until) == date_of(self.now) {
            let time = self.words.clock_time(until).into();
            let line = &[("time", time)];
            self.words.say_with("tg-alert-snoozed-at", line)
        } else {
            let when = self.words.when(until, self.now).into();
            self.words.say_with("tg-alert-snoozed", &[("when", when)])
        }
    }

    fn lasted(&self) -> String {
        let first = self.alert.slots.iter().map(|slot| slot.first_seen).min();
        let gone = self.alert.gone_at().unwrap_or(self.now);
        let lasted = gone - first.unwrap_or(self.alert.raised_at);
        let duration = self.words.duration(lasted.to_std().unwrap_or_default());
        self.words
            .say_with("tg-alert-gone", &[("duration", duration.into())])
    }
}

/// What can be booked now, soonest first.
fn free(alert: &Alert, now: DateTime<Utc>) -> Vec<&AlertSlot> {
    let mut free: Vec<_> = alert
        .slots
        .iter()
        .filter(|slot| slot.gone_at.is_none() && slot.start > now)
        .collect();
    free.sort_by_key(|slot| slot.start);
    free
}

fn joined(lines: impl IntoIterator<Item = String>) -> Text {
    Text {
        html: lines.into_iter().collect::<Vec<_>>().join("\n"),
    }
}

/// As Telegram counts.
fn units(text: &Text) -> usize {
    text.plain().encode_utf16().count()
}

/// A name on one line that is nothing but text: no tags, no links, no mentions, no directions.
pub(crate) fn named(name: &str) -> String {
    let is_space = |sign: char| sign.is_whitespace() && sign != '\u{a0}';
    let name: String = name
        .chars()
        .filter(|sign| is_space(*sign) || is_shown(*sign))
        .collect();
    let name = name.split(is_space).filter(|word| !word.is_empty());
    let name = shortened(&name.collect::<Vec<_>>().join(" "), LONGEST_NAME);
    let mut text = String::with_capacity(name.len());
    let mut signs = name.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            _ => text.push(sign),
        }
        // `@all`, `#tag`, `$USD`, `/command`, `tg://`, `evil.example`.
        let begins = matches!(sign, '@' | '#' | '$' | '/' | ':' | '.');
        if begins && signs.peek().is_some_and(|next| !next.is_whitespace()) {
            text.push(JOINER);
        }
    }
    text
}

/// Neither a control character nor one that only directs the others.
fn is_shown(sign: char) -> bool {
    let directs = matches!(
        sign,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    );
    !(sign.is_control() || directs)
}

#[cfg(test)]
mod tests;
