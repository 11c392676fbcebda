//! `run`: looks and tells until stopped; prints each look and each alert.

use std::time::Duration;

use engine::model::{ChannelState, Event, Key, Look, Outcome};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::{
    channels, failure::Failure, json, names::Names, output::one_line, secrets, session::Session,
    signals::Signals,
};

/// What is being written is finished in this time, unless nobody reads it.
const STOP_LIMIT: Duration = Duration::from_secs(10);
/// And the lines about the last looks in this one.
const REST_LIMIT: Duration = Duration::from_secs(1);

/// Runs until a signal, the end of `limit` or of whoever reads.
pub(crate) async fn run(session: &Session, limit: Option<Duration>) -> Result<(), Failure> {
    let mut events = session.engine.events();
    let mut signals = Signals::listen().map_err(Failure::Runtime)?;
    let opened = tokio::select! {
        opened = secrets::open(session) => opened,
        () = signals.stop() => Ok(()),
    };
    if let Err(failure) = opened {
        session.engine.stop().await;
        return Err(failure);
    }
    let mut diary = Diary {
        session,
        names: Names::default(),
    };
    let greeted = greet(session).await;
    let printing = async {
        greeted?;
        loop {
            match events.recv().await {
                Ok(event) => diary.note(event).await?,
                Err(RecvError::Lagged(missed)) => {
                    tracing::warn!(missed, "looks were made faster than they are printed");
                }
                Err(RecvError::Closed) => return Ok(()),
            }
        }
    };
    let result = tokio::select! {
        // A reader who has left is noticed before the time is up.
        biased;
        result = printing => result,
        () = signals.stop() => Ok(()),
        () = session.closed.cancelled() => Ok(()),
        () = passed(limit) => Ok(()),
    };
    if tokio::time::timeout(STOP_LIMIT, session.engine.stop())
        .await
        .is_err()
    {
        tracing::warn!("somebody takes no more lines; what was not printed is told next time");
    }
    result?;
    tokio::time::timeout(REST_LIMIT, print_rest(&mut diary, &mut events))
        .await
        .unwrap_or(Ok(()))
}

/// Waits that long; without a limit, for ever.
async fn passed(limit: Option<Duration>) {
    match limit {
        Some(limit) => tokio::time::sleep(limit).await,
        None => std::future::pending().await,
    }
}

/// Says what will be done, to people only.
async fn greet(session: &Session) -> Result<(), Failure> {
    let status = session
        .engine
        .status()
        .await
        .map_err(|error| session.failed(error))?;
    let words = session.words;
    greet_channels(session).await?;
    if status.watching == 0 {
        Session::note(&words.say("cli-run-nothing"));
    } else if let Some(pause) = status.pause {
        Session::note(&match pause.until {
            Some(until) => words.say_with(
                "cli-run-paused-until",
                &[("when", words.moment(until, session.now()).into())],
            ),
            None => words.say("cli-run-paused"),
        });
    } else if !session.json {
        let greeting = words.say_with("cli-run-started", &[("watches", status.watching.into())]);
        return session
            .printer
            .print(&greeting)
            .await
            .map_err(Failure::Output);
    }
    Ok(())
}

/// Which channels are at work, to people; which are out of reach, to everybody.
async fn greet_channels(session: &Session) -> Result<(), Failure> {
    let words = session.words;
    let channels = session
        .engine
        .channels()
        .await
        .map_err(|error| session.failed(error))?;
    let of = |wanted: fn(ChannelState) -> bool| {
        let names = channels::states(&channels)
            .into_iter()
            .filter(|(_, state)| wanted(*state))
            .map(|(id, _)| words.say(id));
        names.collect::<Vec<_>>().join(", ")
    };
    let locked = of(|state| state == ChannelState::Locked);
    if !locked.is_empty() {
        Session::note(&words.say_with("cli-run-locked", &[("names", locked.into())]));
    }
    let at_work = of(|state| !matches!(state, ChannelState::Off | ChannelState::Locked));
    if session.json || at_work.is_empty() {
        return Ok(());
    }
    let greeting = words.say_with("cli-run-channels", &[("names", at_work.into())]);
    session
        .printer
        .print(&greeting)
        .await
        .map_err(Failure::Output)
}

/// Looks that ended while the engine was being stopped.
async fn print_rest(diary: &mut Diary<'_>, events: &mut Receiver<Event>) -> Result<(), Failure> {
    if diary.session.closed.is_cancelled() {
        return Ok(());
    }
    while let Ok(event) = events.try_recv() {
        diary.note(event).await?;
    }
    Ok(())
}

/// Prints events.
struct Diary<'a> {
    session: &'a Session,
    names: Names,
}

impl Diary<'_> {
    async fn note(&mut self, event: Event) -> Result<(), Failure> {
        let look = match event {
            Event::Looked { look } => look,
            // Alerts are printed by their channel.
            Event::AlertChanged { .. }
            | Event::WatchesChanged
            | Event::StatusChanged
            | Event::CatalogueChanged
            | Event::SettingsChanged
            | Event::ChannelsChanged => return Ok(()),
        };
        let line = if self.session.json {
            json::poll(&look).to_string()
        } else {
            self.learn(&look).await;
            self.sentence(&look)
        };
        let printer = &self.session.printer;
        printer.print(&line).await.map_err(Failure::Output)
    }

    /// Gathers names again when there are new ones.
    async fn learn(&mut self, look: &Look) {
        let new = match &look.key {
            Key::Clinic { clinic_id } => self.names.clinic(clinic_id) == clinic_id.as_str(),
            Key::Specialty {
                clinic_id,
                specialty_id,
            } => self.names.specialty(clinic_id, specialty_id) == specialty_id.as_str(),
            Key::Doctor {
                clinic_id,
                doctor_id,
            } => !self.names.knows_doctor(clinic_id, doctor_id) && look.outcome == Outcome::Fresh,
        };
        if new {
            match Names::gather(self.session).await {
                Ok(names) => self.names = names,
                Err(error) => tracing::warn!(%error, "names are not known"),
            }
        }
    }

    /// «08:42  ГП № 27 · Иванов И. И.: талонов нет».
    fn sentence(&self, look: &Look) -> String {
        let words = self.session.words;
        let clinic = self.names.clinic(look.key.clinic_id());
        let what = match &look.key {
            Key::Clinic { .. } => clinic,
            Key::Specialty {
                clinic_id,
                specialty_id,
            } => format!(
                "{clinic} · {}",
                self.names.specialty(clinic_id, specialty_id)
            ),
            Key::Doctor {
                clinic_id,
                doctor_id,
            } => format!("{clinic} · {}", self.names.doctor(clinic_id, doctor_id)),
        };
        let result = match look.outcome {
            Outcome::Fresh => match &look.key {
                Key::Clinic { .. } => words.say("cli-poll-specialties"),
                Key::Specialty { .. } => words.say("cli-poll-doctors"),
                Key::Doctor { .. } if look.appeared > 0 => {
                    words.say_with("cli-poll-new", &[("n", look.appeared.into())])
                }
                Key::Doctor { .. } => words.say("cli-poll-slots"),
            },
            Outcome::Empty => match &look.key {
                Key::Clinic { .. } => words.say("cli-poll-no-specialties"),
                Key::Specialty { .. } => words.say("cli-poll-no-doctors"),
                Key::Doctor { .. } => words.say("cli-poll-no-slots"),
            },
            Outcome::Unavailable => match look.code {
                Some(code) => words.say_with(
                    "cli-poll-unavailable-code",
                    &[("code", code.to_string().into())],
                ),
                None => words.say("cli-poll-unavailable"),
            },
            Outcome::Blocked => words.say("cli-poll-blocked"),
            Outcome::Offline => words.say("cli-poll-offline"),
        };
        one_line(&words.say_with(
            "cli-poll",
            &[
                ("time", words.clock_time(look.at).into()),
                ("what", what.into()),
                ("result", result.into()),
            ],
        ))
    }
}
