//! What the bot says: watches, the program's state, questions. Pure.
//!
//! Names come from the clinics and from the person: all of them are escaped.

use chrono::{DateTime, Utc};
use chrono_tz::Europe::Moscow;

use super::{
    api::Text,
    buttons::{Action, PauseLength, Planned},
    commands::MENU,
    message::named,
};
use crate::{
    board::is_active,
    model::{
        DoctorChoice, Pause, Quiet, Settings, Sleep, WatchDraft, WatchId, WatchState, WatchView,
    },
    text::{Words, clock::clock_brief, shortened, unbroken, watch},
};

/// Watches named in one message.
const MOST_LINES: usize = 30;
/// Telegram takes 4096 UTF-16 units; tags are not counted there and are here.
const MOST_UNITS: usize = 3600;
/// The longest title of a button: more is not seen on a phone.
const LONGEST_TITLE: usize = 40;

/// Rows of buttons to be given.
pub(super) type Rows = Vec<Vec<Planned>>;

/// What a page about watches is made of.
pub(super) struct Sight {
    /// The watches the chat hears of, in the order of the home page.
    pub(super) views: Vec<WatchView>,
    /// The program's pause.
    pub(super) pause: Option<Pause>,
    /// The last sleep.
    pub(super) slept: Option<Sleep>,
    /// What the person has set.
    pub(super) settings: Settings,
    /// The program runs since then.
    pub(super) since: DateTime<Utc>,
    /// Somebody is looking just now.
    pub(super) looking: bool,
    /// The time.
    pub(super) now: DateTime<Utc>,
}

/// «Что сейчас».
pub(super) fn status(sight: &Sight, words: Words) -> Text {
    let now = sight.now;
    let active = |view: &&WatchView| is_active(&view.watch, now);
    let watching = sight.views.iter().filter(active).count();
    let is_found = |view: &&WatchView| view.state == WatchState::Found;
    let found: usize = sight
        .views
        .iter()
        .filter(is_found)
        .map(|view| view.slots.len())
        .sum();
    let checked_at = sight.views.iter().filter_map(|view| view.checked_at).max();
    let awake_since = sight
        .slept
        .map_or(sight.since, |slept| slept.to.max(sight.since));
    let mut head = vec![
        words.say_with(
            "telegram-counts",
            &[("watching", watching.into()), ("found", found.into())],
        ),
        checked(checked_at, words, now),
        since(awake_since, words, now),
    ];
    if let Some(slept) = sight.slept {
        let variables = [
            ("from", words.clock_time(slept.from).into()),
            ("to", words.clock_time(slept.to).into()),
        ];
        head.push(words.say_with("telegram-slept", &variables));
    }
    head.extend(paused(sight.pause, words, now));
    if sight.settings.hushed {
        head.push(words.say("telegram-hushed"));
    }
    let mut parts = vec![head.join(" ")];
    if sight.looking {
        parts.push(words.say("telegram-looking"));
    }
    let lines = sight.views.iter().map(|view| {
        let mut line = vec![format!("{}.", state(view, words, now))];
        line.extend(view.slots.first().map(|slot| {
            let when = words.when_briefly(slot.slot.start, now);
            words.say_with("telegram-nearest", &[("when", when.into())])
        }));
        line.push(checked(view.checked_at, words, now));
        let clock = view.clock.as_ref().filter(|_| view.slots.is_empty());
        line.extend(clock.map(|clock| format!("{}.", clock_brief(clock, words))));
        format!("<b>{}</b>\n{}", name(view, words), line.join(" "))
    });
    listed(parts, lines.collect(), words)
}

/// «Чего ждём», with the buttons of each watch.
pub(super) fn list(sight: &Sight, words: Words) -> (Text, Rows) {
    if sight.views.is_empty() {
        let html = words.say("telegram-nothing");
        return (Text { html }, Rows::new());
    }
    let now = sight.now;
    let mut head = vec![words.say("telegram-list")];
    head.extend(paused(sight.pause, words, now));
    if sight.looking {
        head.push(words.say("telegram-looking"));
    }
    let lines = sight.views.iter().map(|view| {
        let wish = watch::wish_sentence(&view.watch.draft.wish, words, now);
        let state = state(view, words, now);
        format!("<b>{}</b>\n{state}. {wish}", name(view, words))
    });
    let buttons = sight.views.iter().take(MOST_LINES).map(|view| {
        let (id, on) = (view.watch.id, !is_active(&view.watch, now));
        let number = || [("n", id.to_string().into())];
        let title = if on {
            words.say_with("telegram-button-on", &number())
        } else {
            words.say_with("telegram-button-off", &number())
        };
        let switch = Action::Switch {
            watch: Some(id),
            on,
        };
        let remove = words.say_with("telegram-button-remove", &number());
        vec![
            act(title, switch),
            act(remove, Action::AskRemove { watch: id }),
        ]
    });
    (
        listed(vec![head.join(" ")], lines.collect(), words),
        buttons.collect(),
    )
}

/// Which watches are to be switched on or off.
pub(super) fn which(sight: &Sight, on: bool, words: Words) -> (Text, Rows) {
    let now = sight.now;
    let concerned = sight
        .views
        .iter()
        .filter(|view| is_active(&view.watch, now) != on);
    let mut rows: Rows = concerned
        .take(MOST_LINES)
        .map(|view| {
            let title = title(view.watch.id, &view.watch.draft);
            let watch = Some(view.watch.id);
            vec![act(title, Action::Switch { watch, on })]
        })
        .collect();
    let text = match (on, rows.is_empty()) {
        (false, false) => words.say("telegram-off-which"),
        (true, false) => words.say("telegram-on-which"),
        (false, true) => words.say("telegram-off-none"),
        (true, true) => words.say("telegram-on-none"),
    };
    if rows.len() > 1 {
        let all = Action::Switch { watch: None, on };
        rows.push(vec![act(words.say("telegram-all"), all)]);
    }
    (Text { html: text }, rows)
}

/// For how long to pause.
pub(super) fn pauses(words: Words) -> (Text, Rows) {
    let row = |title, length| vec![act(title, Action::Pause { length })];
    let html = words.say("telegram-pause-which");
    let rows = vec![
        row(words.say("telegram-pause-hour"), PauseLength::Hour),
        row(words.say("telegram-pause-morning"), PauseLength::Morning),
        row(words.say("telegram-pause-open"), PauseLength::Open),
    ];
    (Text { html }, rows)
}

/// «Точно? Да / Нет».
pub(super) fn confirm(question: String, yes: Action, words: Words) -> (Text, Rows) {
    let row = vec![
        act(words.say("telegram-yes"), yes),
        act(words.say("telegram-no"), Action::Keep),
    ];
    (Text { html: question }, vec![row])
}

/// What a link points at: «Ждать талон» / «Нет».
pub(super) fn offer(draft: WatchDraft, words: Words, now: DateTime<Utc>) -> (Text, Rows) {
    let wish = watch::wish_sentence(&draft.wish, words, now);
    let name = draft_name(&draft, words);
    let html = words.say_with(
        "telegram-offer",
        &[("watch", name.into()), ("wish", wish.into())],
    );
    let draft = Box::new(draft);
    let row = vec![
        act(words.say("telegram-wait"), Action::Add { draft }),
        act(words.say("telegram-no"), Action::Keep),
    ];
    (Text { html }, vec![row])
}

/// The commands and what else is understood.
pub(super) fn help(words: Words) -> Text {
    let lines = menu(words)
        .into_iter()
        .map(|(command, words)| format!("/{command} — {words}"));
    let lines: Vec<String> = lines.collect();
    let html = format!("{}\n\n{}", lines.join("\n"), words.say("telegram-help"));
    Text { html }
}

/// The bot's menu.
pub(super) fn menu(words: Words) -> Vec<(&'static str, String)> {
    MENU.into_iter()
        .map(|name| (name, words.say(&format!("telegram-command-{name}"))))
        .collect()
}

/// «Тихий режим включён. Тихие часы: с 23:00 до 7:00.»
pub(super) fn quiet(hushed: bool, quiet: &Quiet, words: Words) -> (Text, Rows) {
    let mode = if hushed {
        words.say("telegram-quiet-on")
    } else {
        words.say("telegram-quiet-off")
    };
    let hours = if quiet.on {
        let variables = [
            ("from", words.time_of_day(quiet.from).into()),
            ("to", words.time_of_day(quiet.to).into()),
        ];
        words.say_with("telegram-quiet-hours", &variables)
    } else {
        words.say("telegram-quiet-none")
    };
    let html = format!("{mode} {hours}");
    // Each says what it does, not that it turns it round: pressed twice, it does it once.
    let row = vec![
        act(
            words.say("telegram-quiet-turn-on"),
            Action::Hush { on: true },
        ),
        act(
            words.say("telegram-quiet-turn-off"),
            Action::Hush { on: false },
        ),
    ];
    (Text { html }, vec![row])
}

/// «Пауза до 09:42. Талоны не проверяются.»
pub(super) fn paused(pause: Option<Pause>, words: Words, now: DateTime<Utc>) -> Option<String> {
    Some(match pause? {
        Pause { until: None } => words.say("paused-off"),
        Pause { until: Some(until) } => {
            let time = words.moment(until, now).into();
            words.say_with("paused", &[("time", time)])
        }
    })
}

/// «2. Окулист · Поликлиника № 87 · мама», ready for HTML.
pub(super) fn name(view: &WatchView, words: Words) -> String {
    let name = draft_name(&view.watch.draft, words);
    format!("{}. {name}", view.watch.id)
}

/// «Окулист · Поликлиника № 87 · мама», ready for HTML.
pub(super) fn draft_name(draft: &WatchDraft, words: Words) -> String {
    let mut parts = Vec::new();
    if let Some(place) = draft.places.first() {
        parts.push(place.specialty_name.clone());
        match &place.doctors {
            DoctorChoice::Only { doctors } => {
                if let [doctor] = doctors.as_slice() {
                    parts.push(doctor.name.clone());
                }
            }
            DoctorChoice::Any | DoctorChoice::Except { .. } => (),
        }
        parts.push(unbroken(&place.clinic_name));
    }
    parts.push(draft.nickname.clone());
    parts.retain(|part| !part.trim().is_empty());
    let parts = parts.iter().map(|part| named(part));
    let mut name = parts.collect::<Vec<_>>().join(" · ");
    if draft.places.len() > 1 {
        let more = more(draft.places.len() - 1, words);
        name = format!("{name} ({more})");
    }
    name
}

fn title(id: WatchId, draft: &WatchDraft) -> String {
    let specialty = draft
        .places
        .first()
        .map(|place| place.specialty_name.as_str());
    let title = format!("{id}. {} {}", specialty.unwrap_or_default(), draft.nickname);
    shortened(title.trim(), LONGEST_TITLE)
}

fn state(view: &WatchView, words: Words, now: DateTime<Utc>) -> String {
    watch::state_tag(view, words, now)
}

fn checked(at: Option<DateTime<Utc>>, words: Words, now: DateTime<Utc>) -> String {
    match at {
        None => words.say("telegram-unchecked"),
        Some(at) if is_today(at, now) => {
            words.say_with("telegram-checked", &[("time", words.clock_time(at).into())])
        }
        Some(at) => words.say_with(
            "telegram-checked-day",
            &[("when", words.when(at, now).into())],
        ),
    }
}

fn since(at: DateTime<Utc>, words: Words, now: DateTime<Utc>) -> String {
    if is_today(at, now) {
        words.say_with("telegram-since", &[("time", words.clock_time(at).into())])
    } else {
        words.say_with(
            "telegram-since-day",
            &[("when", words.when(at, now).into())],
        )
    }
}

fn is_today(at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    let date = |moment: DateTime<Utc>| moment.with_timezone(&Moscow).date_naive();
    date(at) == date(now)
}

/// A page of paragraphs; what does not fit is counted.
fn listed(head: Vec<String>, lines: Vec<String>, words: Words) -> Text {
    let mut left = MOST_UNITS;
    let fits = lines.iter().take(MOST_LINES).take_while(|line| {
        let units = line.encode_utf16().count() + 2;
        let fits = units <= left;
        left = left.saturating_sub(units);
        fits
    });
    let fitting = fits.count();
    let rest = lines.len() - fitting;
    let tail = (rest > 0).then(|| more(rest, words));
    let parts = head
        .into_iter()
        .chain(lines.into_iter().take(fitting))
        .chain(tail);
    Text {
        html: parts.collect::<Vec<_>>().join("\n\n"),
    }
}

fn more(n: usize, words: Words) -> String {
    words.say_with("telegram-more", &[("n", n.into())])
}

fn act(title: String, action: Action) -> Planned {
    Planned::Act { title, action }
}
