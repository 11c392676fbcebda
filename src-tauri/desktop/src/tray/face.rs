//! What the tray shows, as data.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use chrono_tz::Europe::Moscow;
use engine::{
    model::{ServiceState, Status, WatchId, WatchState, WatchView},
    text::{Words, shortened, unbroken},
};

/// The most lines of found slots.
const FOUND_LINES: usize = 3;

/// The longest specialty in a line, in characters.
const LONGEST_SPECIALTY: usize = 28;

/// The longest nickname in a line, in characters.
const LONGEST_NICKNAME: usize = 16;

/// The whole of it: icon, tooltip, menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Face {
    /// The drawing; states differ by shape, not by colour alone.
    pub shape: Shape,
    /// Shown where the system has tooltips.
    pub tooltip: String,
    /// The number beside the icon, where the system shows one.
    pub count: Option<u32>,
    /// The menu, top to bottom.
    pub menu: Vec<Entry>,
}

/// A drawing of the icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// An outlined ticket with the hands of a clock.
    Idle,
    /// A filled ticket with a tick and a dot.
    Found,
    /// With a warning triangle.
    Problem,
    /// Struck through.
    Offline,
    /// With two bars.
    Paused,
}

/// A line of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry {
    /// Words that cannot be chosen.
    Line(String),
    /// Something to choose.
    Choice(Item),
    /// Something that is on or off.
    Switch(Item, bool),
    /// A menu in the menu.
    Submenu(String, Vec<Item>),
    /// A rule between groups.
    Separator,
}

/// Something to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    /// What it does.
    pub choice: Choice,
    /// What it is called.
    pub title: String,
    /// Can it be chosen now?
    pub enabled: bool,
}

/// What can be chosen in the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Open this watch.
    Watch(WatchId),
    /// Open the window.
    Open,
    /// Look at everything now.
    CheckNow,
    /// Stop looking for a while.
    Pause(PauseLength),
    /// End the pause.
    Resume,
    /// «Тихий режим» on or off.
    Hush,
    /// Open the settings.
    Settings,
    /// End the program.
    Quit,
}

/// How long a pause lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PauseLength {
    /// 30 minutes.
    HalfHour,
    /// One hour.
    Hour,
    /// Until tomorrow, 8:00.
    Morning,
    /// Until it is ended by hand.
    Endless,
}

impl PauseLength {
    /// As the menu lists them.
    pub(crate) const ALL: [Self; 4] = [Self::HalfHour, Self::Hour, Self::Morning, Self::Endless];

    /// When a pause that begins now ends by itself.
    pub(crate) fn until(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::HalfHour => Some(now + TimeDelta::minutes(30)),
            Self::Hour => Some(now + TimeDelta::hours(1)),
            Self::Morning => {
                let tomorrow = now.with_timezone(&Moscow).date_naive() + Days::new(1);
                let eight = NaiveTime::from_hms_opt(8, 0, 0)?;
                // Moscow has no change of clocks, so there is exactly one such moment.
                let morning = tomorrow.and_time(eight).and_local_timezone(Moscow);
                morning.single().map(|morning| morning.to_utc())
            }
            Self::Endless => None,
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::HalfHour => "tray-pause-half-hour",
            Self::Hour => "tray-pause-hour",
            Self::Morning => "tray-pause-morning",
            Self::Endless => "tray-pause-endless",
        }
    }
}

impl Choice {
    /// Its name inside the menu.
    pub(crate) fn id(self) -> String {
        match self {
            Self::Watch(watch) => format!("watch-{watch}"),
            Self::Open => "open".to_owned(),
            Self::CheckNow => "check".to_owned(),
            Self::Pause(PauseLength::HalfHour) => "pause-half-hour".to_owned(),
            Self::Pause(PauseLength::Hour) => "pause-hour".to_owned(),
            Self::Pause(PauseLength::Morning) => "pause-morning".to_owned(),
            Self::Pause(PauseLength::Endless) => "pause-endless".to_owned(),
            Self::Resume => "resume".to_owned(),
            Self::Hush => "hush".to_owned(),
            Self::Settings => "settings".to_owned(),
            Self::Quit => "quit".to_owned(),
        }
    }

    /// The choice of that name.
    pub(crate) fn of_id(id: &str) -> Option<Self> {
        if let Some(watch) = id.strip_prefix("watch-") {
            return watch.parse().ok().map(|watch| Self::Watch(WatchId(watch)));
        }
        [
            Self::Open,
            Self::CheckNow,
            Self::Resume,
            Self::Hush,
            Self::Settings,
            Self::Quit,
        ]
        .into_iter()
        .chain(PauseLength::ALL.map(Self::Pause))
        .find(|choice| choice.id() == id)
    }
}

/// The face of this state. `just_checked` is true for a while after «Проверить сейчас».
pub(crate) fn face(
    status: &Status,
    watches: &[WatchView],
    just_checked: bool,
    words: Words,
    now: DateTime<Utc>,
) -> Face {
    let line = status_line(status, words, now);
    Face {
        shape: shape(status),
        tooltip: tooltip(status, &line, words),
        count: (status.found > 0 && status.pause.is_none()).then_some(status.found),
        menu: menu(status, watches, just_checked, line, words),
    }
}

/// One shape for everything, the most important first.
fn shape(status: &Status) -> Shape {
    if status.pause.is_some() {
        return Shape::Paused;
    }
    if status.found > 0 {
        return Shape::Found;
    }
    match status.service {
        ServiceState::Offline => Shape::Offline,
        ServiceState::Down
        | ServiceState::Blocked
        | ServiceState::Impostor
        | ServiceState::BadCertificate => Shape::Problem,
        ServiceState::Unknown | ServiceState::Fine | ServiceState::Slowed
            if status.silent_since.is_some() || status.unsaved.is_some() =>
        {
            Shape::Problem
        }
        ServiceState::Unknown | ServiceState::Fine | ServiceState::Slowed => Shape::Idle,
    }
}

fn status_line(status: &Status, words: Words, now: DateTime<Utc>) -> String {
    let checked = status.checked_at.map(|at| words.moment(at, now));
    let since = |plain: &str, since: &str| match &checked {
        Some(time) => words.say_with(since, &[("time", time.as_str().into())]),
        None => words.say(plain),
    };
    let line = if let Some(pause) = status.pause {
        match pause.until {
            Some(until) => words.say_with(
                "tray-paused-until",
                &[("time", words.moment(until, now).into())],
            ),
            None => words.say("tray-paused"),
        }
    } else if status.watching == 0 {
        words.say("tray-nothing")
    } else {
        match status.service {
            ServiceState::Offline => since("tray-offline", "tray-offline-since"),
            ServiceState::Down => since("tray-site-down", "tray-site-down-since"),
            ServiceState::Blocked => words.say("tray-blocked"),
            ServiceState::Impostor => words.say("tray-impostor"),
            ServiceState::BadCertificate => words.say("tray-bad-certificate"),
            ServiceState::Unknown | ServiceState::Fine | ServiceState::Slowed => {
                let watches = ("watches", status.watching.into());
                if let Some(since) = status.silent_since {
                    let since = ("time", words.moment(since, now).into());
                    return in_city(status, words.say_with("tray-silent", &[since]), words);
                }
                if status.unsaved.is_some() {
                    return in_city(status, words.say("tray-unsaved"), words);
                }
                match checked {
                    Some(time) => {
                        words.say_with("tray-waiting-checked", &[watches, ("time", time.into())])
                    }
                    None => words.say_with("tray-waiting", &[watches]),
                }
            }
        }
    };
    in_city(status, line, words)
}

fn in_city(status: &Status, line: String, words: Words) -> String {
    if status.demo {
        words.say_with("tray-demo", &[("status", line.into())])
    } else {
        line
    }
}

fn tooltip(status: &Status, line: &str, words: Words) -> String {
    if status.found > 0 {
        words.say_with(
            "tray-tooltip-found",
            &[("status", line.into()), ("slots", status.found.into())],
        )
    } else {
        words.say_with("tray-tooltip", &[("status", line.into())])
    }
}

fn menu(
    status: &Status,
    watches: &[WatchView],
    just_checked: bool,
    line: String,
    words: Words,
) -> Vec<Entry> {
    let item = |choice: Choice, message: &str| Item {
        choice,
        title: words.say(message),
        enabled: true,
    };
    let mut menu: Vec<Entry> = watches
        .iter()
        .filter(|view| view.state == WatchState::Found)
        .take(FOUND_LINES)
        .map(|view| {
            Entry::Choice(Item {
                choice: Choice::Watch(view.watch.id),
                title: found_line(view, words),
                enabled: true,
            })
        })
        .collect();
    menu.push(Entry::Line(line));
    menu.push(Entry::Separator);
    menu.push(Entry::Choice(item(Choice::Open, "tray-open")));
    menu.push(Entry::Choice(Item {
        enabled: !just_checked && status.watching > 0 && status.pause.is_none(),
        ..item(
            Choice::CheckNow,
            if just_checked {
                "tray-just-checked"
            } else {
                "tray-check"
            },
        )
    }));
    menu.push(if status.pause.is_some() {
        Entry::Choice(item(Choice::Resume, "tray-resume"))
    } else {
        let lengths = PauseLength::ALL.map(|length| item(Choice::Pause(length), length.message()));
        Entry::Submenu(words.say("tray-pause"), lengths.into())
    });
    menu.push(Entry::Switch(
        item(Choice::Hush, "tray-hush"),
        status.hushed,
    ));
    menu.push(Entry::Separator);
    menu.push(Entry::Choice(item(Choice::Settings, "tray-settings")));
    menu.push(Entry::Choice(item(Choice::Quit, "tray-quit")));
    menu
}

fn found_line(view: &WatchView, words: Words) -> String {
    let draft = &view.watch.draft;
    let specialty = draft
        .places
        .first()
        .map(|place| shortened(&unbroken(&place.specialty_name), LONGEST_SPECIALTY))
        .unwrap_or_default();
    let nickname = shortened(draft.nickname.trim(), LONGEST_NICKNAME);
    let id = if nickname.is_empty() {
        "tray-found"
    } else {
        "tray-found-for"
    };
    words.say_with(
        id,
        &[
            ("slots", view.slots.len().into()),
            ("specialty", specialty.into()),
            ("nick", nickname.into()),
        ],
    )
}

#[cfg(test)]
mod tests;
