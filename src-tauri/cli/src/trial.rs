//! `try`: a simulated slot goes out on every channel.

use engine::model::Trial;

use crate::{channels, failure::Failure, json, secrets, session::Session};

/// Tries every channel that is set up; fails if one did not take the message.
pub(crate) async fn try_all(session: &Session) -> Result<(), Failure> {
    let words = session.words;
    let failed = |error| session.failed(error);
    secrets::open(session).await?;
    let trials = session.engine.try_channels(None).await.map_err(failed)?;
    if trials.is_empty() {
        return Err(Failure::Said(words.say("cli-try-nothing")));
    }
    let lines = || {
        let lines = trials.iter().map(|trial| line(session, trial));
        lines.collect::<Vec<_>>().join("\n")
    };
    session.answer(|| json::trials(&trials), lines).await?;
    let failing = trials.iter().filter(|trial| trial.why.is_some()).count();
    if failing == 0 {
        return Ok(());
    }
    Err(Failure::Said(
        words.say_with("cli-try-failed", &[("n", failing.into())]),
    ))
}

/// «✓ Телеграм: Мария».
fn line(session: &Session, trial: &Trial) -> String {
    let words = session.words;
    let name = match trial.channel.split('/').next() {
        Some("telegram") => words.say("cli-doctor-telegram"),
        Some("mail") => words.say("cli-doctor-mail"),
        Some("push") => words.say("cli-doctor-push"),
        Some(_) | None => trial.channel.clone(),
    };
    let name = match &trial.title {
        Some(title) => format!("{name}: {title}"),
        None => name,
    };
    match trial.why {
        None => format!("✓ {}", crate::output::one_line(&name)),
        Some(why) => {
            let why = channels::why(why, words);
            format!("✗ {} — {why}", crate::output::one_line(&name))
        }
    }
}
