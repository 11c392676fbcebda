//! Watches: adding, showing, switching, removing.

use engine::{
    EngineError,
    model::{
        Activity, ClinicId, DoctorChoice, DoctorId, Place, SpecialtyId, TimeRange, TimeWish,
        WatchDraft, WatchId, WatchSlot, WatchState, WatchView,
    },
    text::{
        Words,
        clock::clock_sentences,
        watch::{state_tag, wish_sentence},
    },
};
use serde_json::{Value, json};

use crate::{
    args::{Add, Watch, When},
    failure::Failure,
    json,
    output::{Table, one_line},
    session::Session,
};

/// Does what was asked with watches.
pub(crate) async fn perform(session: &Session, command: Watch) -> Result<(), Failure> {
    match command {
        Watch::Add(add) => self::add(session, *add).await,
        Watch::List => list(session).await,
        Watch::Show(of) => show(session, WatchId(of.id)).await,
        Watch::On(of) => switch(session, WatchId(of.id), Activity::On).await,
        Watch::Off(of) => switch(session, WatchId(of.id), Activity::Off).await,
        Watch::Remove(of) => remove(session, WatchId(of.id)).await,
    }
}

async fn add(session: &Session, add: Add) -> Result<(), Failure> {
    let words = session.words;
    let failed = |error| session.failed(error);
    let draft = match (add.link, add.clinic, add.specialty) {
        (Some(link), _, _) => session
            .engine
            .draft_from_link(&link)
            .await
            .map_err(failed)?,
        (None, Some(clinic), Some(specialty)) => {
            let doctors = add.doctor.into_iter().map(DoctorId).collect();
            let place = session
                .engine
                .place(ClinicId(clinic), SpecialtyId(specialty), doctors)
                .await
                .map_err(failed)?;
            WatchDraft {
                places: vec![place],
                ..WatchDraft::default()
            }
        }
        // The command line asks for either.
        (None, _, _) => return Err(failed(EngineError::NotFound("clinic"))),
    };
    for place in &draft.places {
        warn_of_strangers(session, place).await;
    }
    let draft = WatchDraft {
        wish: wish(add.when),
        nickname: add.nickname.unwrap_or_default(),
        ..draft
    };
    let added = session.engine.add_watch(draft).await.map_err(failed)?;
    let view = session.engine.watch(added.id).await.map_err(failed)?;
    let document = || json::watch(&view, words);
    let text = || {
        words.say_with(
            "cli-watch-added",
            &[
                ("id", added.id.to_string().into()),
                ("name", json::watch_name(&view, words).into()),
                (
                    "wish",
                    wish_sentence(&view.watch.draft.wish, words, session.now()).into(),
                ),
            ],
        )
    };
    session.answer(document, text).await
}

/// A doctor who is on no list today may come back; a wrong id never will.
async fn warn_of_strangers(session: &Session, place: &Place) {
    let DoctorChoice::Only { doctors } = &place.doctors else {
        return;
    };
    let listed = session
        .engine
        .doctors(place.clinic_id.clone(), place.specialty_id.clone())
        .await;
    let Ok(listed) = listed else { return };
    for doctor in doctors {
        if !listed.value.iter().any(|row| row.id == doctor.id) {
            let id = doctor.id.to_string();
            Session::note(&session.words.say_with("cli-stranger", &[("id", id.into())]));
        }
    }
}

fn wish(when: When) -> TimeWish {
    let range = TimeRange {
        days: when.days,
        from: when.from,
        to: when.to,
    };
    let any_time = range.days.is_empty() && range.from.is_none() && range.to.is_none();
    TimeWish {
        ranges: if any_time { Vec::new() } else { vec![range] },
        not_before: when.not_before,
        not_after: when.not_after,
        notice_minutes: when.notice.unwrap_or(0),
        ..TimeWish::default()
    }
}

async fn list(session: &Session) -> Result<(), Failure> {
    let words = session.words;
    let views = all(session).await?;
    let document = || documents(&views, words);
    let text = || {
        if views.is_empty() {
            return words.say("cli-no-watches");
        }
        let mut table = Table::new([
            words.say("cli-id"),
            words.say("cli-watch"),
            words.say("cli-for"),
            words.say("cli-wish"),
            words.say("cli-state"),
        ]);
        for view in &views {
            table.row([
                view.watch.id.to_string(),
                json::watch_name(view, words),
                view.watch.draft.nickname.clone(),
                wish_sentence(&view.watch.draft.wish, words, session.now()),
                state_tag(view, words, session.now()),
            ]);
        }
        table.to_text()
    };
    session.answer(document, text).await
}

/// All watches, by number.
pub(crate) async fn all(session: &Session) -> Result<Vec<WatchView>, Failure> {
    let views = session.engine.watches().await;
    let mut views = views.map_err(|error| session.failed(error))?;
    views.sort_by_key(|view| view.watch.id);
    Ok(views)
}

/// Watches as a JSON array.
pub(crate) fn documents(views: &[WatchView], words: Words) -> Value {
    views.iter().map(|view| json::watch(view, words)).collect()
}

async fn show(session: &Session, id: WatchId) -> Result<(), Failure> {
    let view = session
        .engine
        .watch(id)
        .await
        .map_err(|error| session.failed(error))?;
    let document = || json::watch(&view, session.words);
    session.answer(document, || page(session, &view)).await
}

/// Everything about a watch.
fn page(session: &Session, view: &WatchView) -> String {
    let (words, now) = (session.words, session.now());
    let draft = &view.watch.draft;
    let mut lines = vec![format!(
        "{}. {}",
        view.watch.id,
        json::watch_name(view, words)
    )];
    if !draft.nickname.is_empty() {
        let nick = draft.nickname.as_str();
        lines.push(words.say_with("cli-show-for", &[("nick", nick.into())]));
    }
    lines.push(wish_sentence(&draft.wish, words, now));
    lines.push(state_tag(view, words, now));
    if let WatchState::NoOnline { phone: Some(phone) } = &view.state {
        lines.push(words.say_with("cli-no-online", &[("phone", phone.as_str().into())]));
    }
    lines.push(match view.checked_at {
        Some(at) => session.as_of(at),
        None => words.say("cli-unchecked"),
    });
    let clock = view.clock.as_ref();
    lines.extend(clock.map(|clock| clock_sentences(clock, words, now)));
    for (index, place) in draft.places.iter().enumerate() {
        lines.push(String::new());
        lines.push(format!("{} · {}", place.clinic_name, place.specialty_name));
        lines.extend(view.addresses.get(index).cloned().flatten());
        lines.push(doctors_sentence(&place.doctors, words));
        lines.extend(view.links.get(index).cloned());
    }
    for (title, slots) in [("cli-slots", &view.slots), ("cli-others", &view.others)] {
        if !slots.is_empty() {
            lines.push(String::new());
            lines.push(words.say(title));
            let table = slots_table(session, slots).to_text();
            lines.extend(table.lines().map(str::to_owned));
        }
    }
    let lines: Vec<String> = lines.iter().map(|line| one_line(line)).collect();
    lines.join("\n")
}

fn doctors_sentence(choice: &DoctorChoice, words: Words) -> String {
    let (id, doctors) = match choice {
        DoctorChoice::Any => return words.say("cli-doctors-any"),
        DoctorChoice::Only { doctors } => ("cli-doctors-only", doctors),
        DoctorChoice::Except { doctors } => ("cli-doctors-except", doctors),
    };
    let names: Vec<&str> = doctors.iter().map(|doctor| doctor.name.as_str()).collect();
    words.say_with(id, &[("names", names.join(", ").into())])
}

fn slots_table(session: &Session, slots: &[WatchSlot]) -> Table {
    let words = session.words;
    let mut table = Table::new([
        words.say("cli-when"),
        words.say("cli-doctor"),
        words.say("cli-room"),
        words.say("cli-seen"),
    ]);
    for found in slots {
        table.row([
            words.when(found.slot.start, session.now()),
            found.doctor.clone(),
            found.slot.room.clone().unwrap_or_default(),
            words.moment(found.first_seen, session.now()),
        ]);
    }
    table
}

async fn switch(session: &Session, id: WatchId, activity: Activity) -> Result<(), Failure> {
    let words = session.words;
    let failed = |error| session.failed(error);
    session
        .engine
        .set_activity(id, activity)
        .await
        .map_err(failed)?;
    let view = session.engine.watch(id).await.map_err(failed)?;
    let sentence = match activity {
        Activity::On => "cli-watch-on",
        Activity::Off | Activity::PausedUntil { .. } => "cli-watch-off",
    };
    let document = || json::watch(&view, words);
    let text = || {
        words.say_with(
            sentence,
            &[
                ("id", id.to_string().into()),
                ("name", json::watch_name(&view, words).into()),
            ],
        )
    };
    session.answer(document, text).await
}

async fn remove(session: &Session, id: WatchId) -> Result<(), Failure> {
    let words = session.words;
    let failed = |error| session.failed(error);
    let view = session.engine.watch(id).await.map_err(failed)?;
    session.engine.remove_watch(id).await.map_err(failed)?;
    let name = json::watch_name(&view, words);
    let document = || json!({"id": id, "name": name, "removed": true});
    let text = || {
        words.say_with(
            "cli-watch-removed",
            &[
                ("id", id.to_string().into()),
                ("name", name.as_str().into()),
            ],
        )
    };
    session.answer(document, text).await
}
