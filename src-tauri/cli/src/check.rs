//! `status` and `check`: one line per watch.

use std::collections::HashSet;

use engine::{
    EngineError,
    model::{ClinicId, Event, Outcome, ServiceState, WatchId, WatchState, WatchView},
    text::{Words, watch::state_tag},
};
use tokio::sync::broadcast::{Receiver, error::TryRecvError};

use crate::{
    failure::Failure,
    json,
    output::Table,
    session::Session,
    watch::{all, documents},
};

/// Prints the states as they are known.
pub(crate) async fn status(session: &Session) -> Result<(), Failure> {
    let views = all(session).await?;
    print(session, &views).await
}

/// Looks now at one watch or all, prints the states, and fails if a look did.
pub(crate) async fn check(session: &Session, id: Option<u32>) -> Result<(), Failure> {
    let failed = |error| session.failed(error);
    let id = id.map(WatchId);
    if let Some(id) = id {
        let view = session.engine.watch(id).await.map_err(failed)?;
        if let Some(sentence) = resting(&view, session.words) {
            return Err(Failure::Said(sentence));
        }
    }
    let mut events = session.engine.events();
    session.engine.check_now(id).await.map_err(failed)?;
    let failures = Failures::of(&mut events);
    let mut views = all(session).await?;
    if let Some(id) = id {
        views.retain(|view| view.watch.id == id);
        if views.is_empty() {
            return Err(failed(EngineError::NotFound("watch")));
        }
    }
    print(session, &views).await?;
    let service = session.engine.status().await.map_err(failed)?.service;
    failures
        .sentence(service, session.words)
        .map_or(Ok(()), |sentence| Err(Failure::Said(sentence)))
}

/// Why the watch is not looked at, if so.
fn resting(view: &WatchView, words: Words) -> Option<String> {
    let id = [("id", view.watch.id.to_string().into())];
    match view.state {
        WatchState::Paused { .. } => Some(words.say_with("cli-check-paused", &id)),
        WatchState::Expired => Some(words.say_with("cli-check-expired", &id)),
        WatchState::Found
        | WatchState::Waiting
        | WatchState::Unchecked
        | WatchState::Opened { .. }
        | WatchState::ClinicDown { .. }
        | WatchState::NoOnline { .. }
        | WatchState::Unbound { .. }
        | WatchState::SiteDown
        | WatchState::Blocked
        | WatchState::Slowed
        | WatchState::Offline => None,
    }
}

/// Looks that taught nothing.
#[derive(Debug, Default)]
struct Failures {
    clinics: HashSet<ClinicId>,
    /// What is wrong, when it is the same for all.
    outcomes: HashSet<Outcome>,
}

impl Failures {
    fn of(events: &mut Receiver<Event>) -> Self {
        let mut failures = Self::default();
        loop {
            match events.try_recv() {
                Ok(Event::Looked { look }) if !look.outcome.is_knowledge() => {
                    failures.clinics.insert(look.key.clinic_id().clone());
                    failures.outcomes.insert(look.outcome);
                }
                Ok(_) | Err(TryRecvError::Lagged(_)) => (),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return failures,
            }
        }
    }

    fn sentence(&self, service: ServiceState, words: Words) -> Option<String> {
        if self.clinics.is_empty() {
            return None;
        }
        match service {
            ServiceState::Impostor => return Some(words.say("impostor")),
            ServiceState::BadCertificate => return Some(words.say("bad-certificate")),
            ServiceState::Unknown
            | ServiceState::Fine
            | ServiceState::Down
            | ServiceState::Blocked
            | ServiceState::Slowed
            | ServiceState::Offline => (),
        }
        let is = |outcome| self.outcomes.contains(&outcome);
        let why = if is(Outcome::Offline) {
            words.say("cli-poll-offline")
        } else if is(Outcome::Blocked) {
            words.say("cli-poll-blocked")
        } else {
            words.say("cli-poll-unavailable")
        };
        let clinics = self.clinics.len().into();
        Some(words.say_with(
            "cli-check-failed",
            &[("clinics", clinics), ("why", why.into())],
        ))
    }
}

async fn print(session: &Session, views: &[WatchView]) -> Result<(), Failure> {
    let words = session.words;
    let text = || {
        if views.is_empty() {
            return words.say("cli-no-watches");
        }
        let mut table = Table::new([
            words.say("cli-id"),
            words.say("cli-watch"),
            words.say("cli-state"),
            words.say("cli-checked"),
            words.say("cli-slots-now"),
        ]);
        for view in views {
            table.row([
                view.watch.id.to_string(),
                json::watch_name(view, words),
                state_tag(view, words, session.now()),
                checked(session, view),
                slots_now(session, view),
            ]);
        }
        table.to_text()
    };
    session.answer(|| documents(views, words), text).await
}

/// «08:42», «08:42 (устарели)», or a dash.
fn checked(session: &Session, view: &WatchView) -> String {
    let words = session.words;
    let Some(at) = view.checked_at else {
        return "—".to_owned();
    };
    let when = words.moment(at, session.now());
    if view.stale {
        words.say_with("cli-stale", &[("when", when.into())])
    } else {
        when
    }
}

/// «3, ближайший завтра, 13:40», «0» after a good look, or a dash.
fn slots_now(session: &Session, view: &WatchView) -> String {
    let words = session.words;
    match (view.slots.first(), view.checked_at) {
        (Some(first), _) => words.say_with(
            "cli-slots-soonest",
            &[
                ("slots", view.slots.len().into()),
                ("when", words.when(first.slot.start, session.now()).into()),
            ],
        ),
        (None, Some(_)) => "0".to_owned(),
        (None, None) => "—".to_owned(),
    }
}
