//! `history`: slots that were seen, with how long they lasted.

use engine::{
    Opening,
    model::{WatchId, WatchView},
    text::clock::clock_sentences,
};
use serde_json::Value;

use crate::{args::History, failure::Failure, json, names::Names, output::Table, session::Session};

/// The newest openings that are shown.
const SHOWN: u32 = 1_000;

/// Prints the past of a watch, or that of all as a trace.
pub(crate) async fn perform(session: &Session, wanted: &History) -> Result<(), Failure> {
    let id = wanted.watch.map(WatchId);
    match id.filter(|_| !wanted.trace) {
        Some(id) => history(session, id).await,
        None => trace(session, id).await,
    }
}

/// JSON lines, whether JSON was asked for or not.
async fn trace(session: &Session, id: Option<WatchId>) -> Result<(), Failure> {
    let trace = session.engine.trace(id).await;
    let trace = trace.map_err(|error| session.failed(error))?;
    session.printer.print(&trace).await.map_err(Failure::Output)
}

/// When slots usually appear, and the openings of a watch, the newest first.
async fn history(session: &Session, id: WatchId) -> Result<(), Failure> {
    let words = session.words;
    let openings = session
        .engine
        .openings(id, SHOWN)
        .await
        .map_err(|error| session.failed(error))?;
    let view = session.engine.watch(id).await;
    let view = view.map_err(|error| session.failed(error))?;
    let names = names(session, &view, &openings).await?;
    let document = || {
        let items = openings.iter().map(|opening| {
            let doctor = names.doctor(&opening.clinic_id, &opening.doctor_id);
            json::opening(opening, &doctor)
        });
        items.collect::<Value>()
    };
    let text = || {
        if openings.is_empty() {
            return words.say("cli-no-history");
        }
        let mut table = Table::new([
            words.say("cli-when"),
            words.say("cli-doctor"),
            words.say("cli-room"),
            words.say("cli-seen"),
            words.say("cli-lasted"),
        ]);
        for opening in &openings {
            table.row([
                words.when(opening.slot.start, session.now()),
                names.doctor(&opening.clinic_id, &opening.doctor_id),
                opening.slot.room.clone().unwrap_or_default(),
                words.moment(opening.first_seen, session.now()),
                lasted(session, opening),
            ]);
        }
        let clock = view.clock.as_ref().map(|clock| {
            let sentences = clock_sentences(clock, words, session.now());
            format!("{sentences}\n\n")
        });
        clock.unwrap_or_default() + &table.to_text()
    };
    session.answer(document, text).await
}

/// The doctors' names, from what is kept; lists are asked only for those that are in none of it.
async fn names(
    session: &Session,
    view: &WatchView,
    openings: &[Opening],
) -> Result<Names, Failure> {
    let failed = |error| session.failed(error);
    let mut names = Names::gather(session).await.map_err(failed)?;
    let nameless = |names: &Names| {
        openings
            .iter()
            .any(|opening| !names.knows_doctor(&opening.clinic_id, &opening.doctor_id))
    };
    for place in &view.watch.draft.places {
        if !nameless(&names) {
            break;
        }
        let rows = session
            .engine
            .doctors(place.clinic_id.clone(), place.specialty_id.clone())
            .await;
        // Without a name the id stands in for it.
        let Ok(rows) = rows else { continue };
        for row in rows.value {
            names.learn_doctor(place.clinic_id.clone(), row.id, row.name);
        }
    }
    Ok(names)
}

/// «5 минут», or when it was last seen: nobody may have looked since.
fn lasted(session: &Session, opening: &Opening) -> String {
    let words = session.words;
    match opening.gone_at {
        Some(gone) => words.duration((gone - opening.first_seen).to_std().unwrap_or_default()),
        None => words.say_with(
            "cli-lasts",
            &[(
                "when",
                words.moment(opening.last_seen, session.now()).into(),
            )],
        ),
    }
}
