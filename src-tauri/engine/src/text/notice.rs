//! What a system notification says. The channel only shows it.
//!
//! The important word comes first; the patient is named by nickname or not at all.

use chrono::{DateTime, Utc};

use super::{Value, Words, shortened, unbroken};
use crate::model::{Alert, AlertSlot, MessageKind, News, SilenceCause, UnsavedCause};

/// The longest title, in characters.
pub const LONGEST_TITLE: usize = 45;
/// The longest body, in characters.
pub const LONGEST_BODY: usize = 110;
/// The longest specialty in a title, in characters.
const LONGEST_SPECIALTY: usize = 28;
/// A clinic is not cut shorter than this, whatever stands beside it.
const SHORTEST_CLINIC: usize = 12;

/// A system notification, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The bold line.
    pub title: String,
    /// The text under it; empty when details are hidden.
    pub body: String,
    /// The first button.
    pub primary: Option<String>,
    /// The second button, with another title.
    pub secondary: Option<String>,
}

/// How notifications are to be worded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Manner {
    /// Say only that there are slots: neither specialty nor clinic nor nickname.
    pub hide_details: bool,
    /// The simulated city: «Учебный: …».
    pub demo: bool,
}

/// The notification of one message. `fresh` are the slots it is about; when
/// there are none (it is told again) it is about all that are still free.
pub fn notice(
    alert: &Alert,
    kind: MessageKind,
    fresh: &[AlertSlot],
    words: Words,
    now: DateTime<Utc>,
    manner: Manner,
) -> Notice {
    match kind {
        MessageKind::Appeared | MessageKind::Again => {
            appeared(alert, &told_slots(alert, fresh), words, now, manner)
        }
        MessageKind::Gone => gone(alert, words, now, manner),
    }
}

/// The notification of news. «Посмотреть», «Подробнее» lead to where more is said.
pub fn news(news: &News, words: Words, now: DateTime<Utc>) -> Notice {
    let say = |id: &str, variables: &[(&str, Value<'_>)]| words.say_with(id, variables);
    let moment = |at| Value::from(words.moment(at, now));
    let (title, body, primary) = match news {
        News::Silence { since, cause, .. } => {
            let time = ("time", moment(*since));
            let body = match cause {
                SilenceCause::Offline => say("news-silence-offline", &[time]),
                SilenceCause::Site => say("news-silence-site", &[time]),
                SilenceCause::Blocked => say("news-silence-blocked", &[time]),
                SilenceCause::Clinic { name } => {
                    let clinic = ("clinic", unbroken(name).into());
                    say("news-silence-clinic", &[clinic, time])
                }
            };
            (words.say("news-silence-title"), body, Some("news-more"))
        }
        News::Recovered { since, until } => {
            let times = [("from", moment(*since)), ("to", moment(*until))];
            let body = say("news-recovered-body", &times);
            (words.say("news-recovered-title"), body, None)
        }
        News::Morning { times, left } => {
            let body = match left {
                0 => words.say("quiet-over-none"),
                left => say("quiet-over-left", &[("left", (*left).into())]),
            };
            let title = say("quiet-over-title", &[("times", (*times).into())]);
            (title, body, Some("notice-look"))
        }
        News::ChatLost { title } => {
            let body = say("news-chat-lost-body", &[("chat", title.as_str().into())]);
            (words.say("news-chat-lost-title"), body, Some("news-more"))
        }
        News::Restored { copy_of } => (
            words.say("news-restored-title"),
            words.restored(*copy_of, now),
            Some("news-more"),
        ),
        News::Unsaved { cause } => (
            words.say("news-unsaved-title"),
            words.unsaved(*cause),
            Some("news-more"),
        ),
    };
    Notice {
        title,
        body,
        primary: primary.map(|id| words.say(id)),
        secondary: None,
    }
}

impl Words {
    /// What a damaged database was put together from.
    pub fn restored(self, copy_of: Option<DateTime<Utc>>, now: DateTime<Utc>) -> String {
        match copy_of {
            Some(at) => self.say_with(
                "news-restored-copy",
                &[("when", self.moment(at, now).into())],
            ),
            None => self.say("news-restored-none"),
        }
    }

    /// Why nothing can be saved.
    pub fn unsaved(self, cause: UnsavedCause) -> String {
        self.say(match cause {
            UnsavedCause::Full => "news-unsaved-full",
            UnsavedCause::ReadOnly => "news-unsaved-read-only",
            UnsavedCause::Busy => "news-unsaved-busy",
            UnsavedCause::Failing => "news-unsaved-failing",
        })
    }
}

/// One notification for several watches that found slots within 20 seconds.
/// A single message is worded as [`notice`] words it.
pub fn notice_of_many(
    messages: &[(&Alert, &[AlertSlot])],
    words: Words,
    now: DateTime<Utc>,
    manner: Manner,
) -> Notice {
    if let [(alert, fresh)] = messages {
        return notice(alert, MessageKind::Appeared, fresh, words, now, manner);
    }
    if manner.hide_details {
        return Notice {
            primary: Some(words.say("notice-look")),
            ..hidden("notice-hidden", words, manner)
        };
    }
    let mut earliest: Vec<(Option<DateTime<Utc>>, &str)> = messages
        .iter()
        .map(|(alert, fresh)| {
            let soonest = told_slots(alert, fresh).first().map(|slot| slot.start);
            (soonest, alert.specialty.as_str())
        })
        .collect();
    earliest.sort_unstable();
    let lines: Vec<String> = earliest
        .into_iter()
        .map(|(soonest, specialty)| {
            let specialty = shortened(&unbroken(specialty), LONGEST_SPECIALTY);
            match soonest {
                Some(start) => words.say_with(
                    "notice-many-line",
                    &[
                        ("specialty", specialty.into()),
                        ("when", words.when_briefly(start, now).into()),
                    ],
                ),
                None => specialty,
            }
        })
        .collect();
    let title = words.say_with("notice-many-title", &[("watches", messages.len().into())]);
    Notice {
        title: marked(title, words, manner),
        body: fitted(&lines, words),
        primary: Some(words.say("notice-look")),
        secondary: None,
    }
}

fn appeared(
    alert: &Alert,
    slots: &[&AlertSlot],
    words: Words,
    now: DateTime<Utc>,
    manner: Manner,
) -> Notice {
    if manner.hide_details {
        return Notice {
            primary: Some(words.say("notice-look")),
            secondary: Some(words.say("notice-later")),
            ..hidden("notice-hidden", words, manner)
        };
    }
    let one = slots.len() == 1;
    let title = titled(alert, manner, words, |specialty| {
        if one {
            words.say_with("notice-one-title", &[("specialty", specialty.into())])
        } else {
            words.say_with(
                "notice-several-title",
                &[
                    ("slots", slots.len().into()),
                    ("specialty", specialty.into()),
                ],
            )
        }
    });
    let when = slots
        .first()
        .map_or_else(String::new, |slot| words.when(slot.start, now));
    let nick = alert.nickname.trim();
    let id = match (one, nick.is_empty()) {
        (true, true) => "notice-one-body-self",
        (true, false) => "notice-one-body",
        (false, true) => "found-body-self",
        (false, false) => "found-body",
    };
    let body = |clinic: &str| {
        words.say_with(
            id,
            &[
                ("when", when.as_str().into()),
                ("clinic", clinic.into()),
                ("nick", nick.into()),
            ],
        )
    };
    Notice {
        title,
        body: shortened(
            &cut_to_fit(&clinic_name(alert), LONGEST_BODY, SHORTEST_CLINIC, body),
            LONGEST_BODY,
        ),
        primary: Some(words.say(if one { "notice-book" } else { "notice-look" })),
        secondary: Some(words.say("notice-later")),
    }
}

fn gone(alert: &Alert, words: Words, now: DateTime<Utc>, manner: Manner) -> Notice {
    if manner.hide_details {
        return hidden("notice-hidden-gone", words, manner);
    }
    let appeared = alert.slots.iter().map(|slot| slot.first_seen).min();
    let gone_at = alert.gone_at().unwrap_or(now);
    let lasted = (gone_at - appeared.unwrap_or(alert.raised_at))
        .to_std()
        .unwrap_or_default();
    Notice {
        title: titled(alert, manner, words, |specialty| {
            words.say_with("notice-gone-title", &[("specialty", specialty.into())])
        }),
        body: words.say_with(
            "notice-gone-body",
            &[("duration", words.duration(lasted).into())],
        ),
        primary: None,
        secondary: None,
    }
}

fn hidden(id: &str, words: Words, manner: Manner) -> Notice {
    Notice {
        title: marked(words.say(id), words, manner),
        body: String::new(),
        primary: None,
        secondary: None,
    }
}

/// The fresh slots that are still free, or else all of the alert's, soonest first.
fn told_slots<'a>(alert: &'a Alert, fresh: &'a [AlertSlot]) -> Vec<&'a AlertSlot> {
    let free = |slots: &'a [AlertSlot]| {
        let mut free: Vec<&AlertSlot> =
            slots.iter().filter(|slot| slot.gone_at.is_none()).collect();
        free.sort_by_key(|slot| slot.start);
        free
    };
    let told = free(fresh);
    if told.is_empty() {
        free(&alert.slots)
    } else {
        told
    }
}

/// The clinic's name without a full stop of its own: one follows it.
fn clinic_name(alert: &Alert) -> String {
    unbroken(alert.clinic.trim().trim_end_matches('.'))
}

/// The title around as much of the specialty as fits.
fn titled(alert: &Alert, manner: Manner, words: Words, title: impl Fn(&str) -> String) -> String {
    let specialty = shortened(&unbroken(alert.specialty.trim()), LONGEST_SPECIALTY);
    let whole = cut_to_fit(&specialty, LONGEST_TITLE, 1, |specialty| {
        marked(title(specialty), words, manner)
    });
    shortened(&whole, LONGEST_TITLE)
}

/// The sentence made around `part`, which is cut if the whole is longer than `longest`.
fn cut_to_fit(
    part: &str,
    longest: usize,
    shortest_part: usize,
    sentence: impl Fn(&str) -> String,
) -> String {
    let whole = sentence(part);
    let excess = whole.chars().count().saturating_sub(longest);
    if excess == 0 {
        return whole;
    }
    let left = part.chars().count().saturating_sub(excess);
    sentence(&shortened(part, left.max(shortest_part)))
}

fn marked(title: String, words: Words, manner: Manner) -> String {
    if manner.demo {
        words.say_with("notice-demo", &[("title", title.into())])
    } else {
        title
    }
}

/// As many lines as fit into a body, then «ещё 2».
fn fitted(lines: &[String], words: Words) -> String {
    (1..=lines.len())
        .rev()
        .map(|kept| {
            let mut parts = lines[..kept].to_vec();
            let left = lines.len() - kept;
            if left > 0 {
                parts.push(words.say_with("notice-many-more", &[("n", left.into())]));
            }
            parts.join("; ")
        })
        .find(|body| body.chars().count() <= LONGEST_BODY)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
