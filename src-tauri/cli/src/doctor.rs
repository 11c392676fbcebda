//! `doctor`: the self-check.

use chrono::{DateTime, Utc};
use engine::{
    model::{Check, CheckSubject, ClinicTrust, DeliveryState, Ledger, Status, TrustState, Verdict},
    text::Words,
};
use serde_json::{Value, json};

use crate::{channels, failure::Failure, output::Table, secrets, session::Session};

/// Alerts whose deliveries are looked at.
const ALERTS: u32 = 200;

/// One line of the report.
struct Line {
    id: &'static str,
    name: String,
    verdict: Verdict,
    detail: Option<String>,
    /// For whom the service was asked.
    ledger: Option<Ledger>,
}

/// What a person is to know of the database.
fn storage(status: &Status, words: Words, now: DateTime<Utc>) -> Option<String> {
    let unsaved = status.unsaved.map(|unsaved| words.unsaved(unsaved.cause));
    let restored = status.restored;
    unsaved.or(restored.map(|restored| words.restored(restored.copy_of, now)))
}

/// Checks everything; fails if something is broken.
pub(crate) async fn doctor(session: &Session) -> Result<(), Failure> {
    let words = session.words;
    let failed = |error| session.failed(error);
    secrets::open_by_file(session).await?;
    let checks = session.engine.self_check().await.map_err(failed)?;
    let ways = session.engine.channels().await.map_err(failed)?;
    let status = session.engine.status().await.map_err(failed)?;
    let mut lines: Vec<Line> = checks
        .into_iter()
        .map(|check| {
            let detail = match check.subject {
                CheckSubject::Database => storage(&status, words, session.now()),
                subject => channels::detail(subject, &ways, words, session.now()),
            };
            let line = line(check, words);
            Line {
                detail: detail.or(line.detail),
                ..line
            }
        })
        .collect();
    if !lines.iter().any(|line| line.id == "clock") {
        lines.push(Line {
            id: "clock",
            name: words.say("cli-doctor-clock"),
            verdict: Verdict::Remark,
            detail: Some(words.say("cli-doctor-no-clock")),
            ledger: None,
        });
    }
    lines.push(outbox(session).await.map_err(failed)?);
    lines.push(requests(session).await.map_err(failed)?);
    let summaries = session.engine.clinic_trust().await.map_err(failed)?;
    lines.extend(summaries.into_iter().map(|clinic| summary(&clinic, words)));
    let document = || {
        let items = lines.iter().map(|line| {
            let mut item = json!({
                "id": line.id, "name": line.name, "verdict": line.verdict, "detail": line.detail,
            });
            if let Some(ledger) = &line.ledger {
                item["ledger"] = json!(ledger);
            }
            item
        });
        items.collect::<Value>()
    };
    let text = || {
        let mut table = Table::new([
            words.say("cli-doctor-what"),
            words.say("cli-doctor-verdict"),
            words.say("cli-doctor-detail"),
        ]);
        for line in &lines {
            table.row([
                line.name.clone(),
                verdict(line.verdict, words),
                line.detail.clone().unwrap_or_default(),
            ]);
        }
        table.to_text()
    };
    session.answer(document, text).await?;
    let broken: Vec<&str> = lines
        .iter()
        .filter(|line| line.verdict == Verdict::Broken)
        .map(|line| line.name.as_str())
        .collect();
    if broken.is_empty() {
        return Ok(());
    }
    let names = broken.join(", ");
    Err(Failure::Said(
        words.say_with("cli-doctor-broken", &[("names", names.into())]),
    ))
}

fn line(check: Check, words: Words) -> Line {
    let (id, name) = match check.subject {
        CheckSubject::Network => ("network", words.say("cli-doctor-network")),
        CheckSubject::Service => ("service", words.say("cli-doctor-service")),
        CheckSubject::Clock => ("clock", words.say("cli-doctor-clock")),
        CheckSubject::Database => ("database", words.say("cli-doctor-database")),
        CheckSubject::Notifications => ("notifications", words.say("cli-doctor-notifications")),
        CheckSubject::Tray => ("tray", words.say("cli-doctor-tray")),
        CheckSubject::Autostart => ("autostart", words.say("cli-doctor-autostart")),
        CheckSubject::KeyStore => ("keyStore", words.say("cli-doctor-key-store")),
        CheckSubject::Telegram => ("telegram", words.say("cli-doctor-telegram")),
        CheckSubject::Mail => ("mail", words.say("cli-doctor-mail")),
        CheckSubject::Push => ("push", words.say("cli-doctor-push")),
    };
    Line {
        id,
        name,
        verdict: check.verdict,
        detail: check.detail,
        ledger: None,
    }
}

/// What a watched clinic's counts are worth. That they are wrong is no fault: what is under them is looked at.
fn summary(clinic: &ClinicTrust, words: Words) -> Line {
    let (verdict, detail) = match clinic.state {
        TrustState::Trusted => (Verdict::Fine, words.say("trust-trusted")),
        TrustState::Checking { seen, needed } => {
            let numbers = [("seen", seen.into()), ("needed", needed.into())];
            (Verdict::Fine, words.say_with("trust-checking", &numbers))
        }
        TrustState::Lists => (Verdict::Remark, words.say("trust-lists")),
        TrustState::Slots => (Verdict::Remark, words.say("trust-slots")),
    };
    Line {
        id: "summary",
        name: words.say_with(
            "cli-doctor-summary",
            &[("clinic", clinic.clinic.as_str().into())],
        ),
        verdict,
        detail: Some(detail),
        ledger: None,
    }
}

fn verdict(verdict: Verdict, words: Words) -> String {
    match verdict {
        Verdict::Fine => words.say("cli-doctor-fine"),
        Verdict::Remark => words.say("cli-doctor-remark"),
        Verdict::Broken => words.say("cli-doctor-not-fine"),
    }
}

/// The ways to tell: what waits for its turn, and what no channel will ever take.
async fn outbox(session: &Session) -> Result<Line, engine::EngineError> {
    let words = session.words;
    let alerts = session.engine.inbox(ALERTS).await?;
    let of = |states: &[DeliveryState]| {
        let deliveries = alerts.iter().flat_map(|alert| &alert.deliveries);
        deliveries
            .filter(|delivery| states.contains(&delivery.state))
            .count()
    };
    let waiting = of(&[DeliveryState::Due, DeliveryState::Leased]);
    let dead = of(&[DeliveryState::Dead]);
    let (verdict, detail) = if dead > 0 {
        let detail = words.say_with("cli-doctor-dead", &[("n", dead.into())]);
        (Verdict::Remark, detail)
    } else if waiting > 0 {
        let detail = words.say_with("cli-doctor-waiting", &[("n", waiting.into())]);
        (Verdict::Fine, detail)
    } else {
        (Verdict::Fine, words.say("cli-doctor-stdout"))
    };
    Ok(Line {
        id: "channels",
        name: words.say("cli-doctor-channels"),
        verdict,
        detail: Some(detail),
        ledger: None,
    })
}

/// How much the service is asked.
async fn requests(session: &Session) -> Result<Line, engine::EngineError> {
    let words = session.words;
    let ledger = session.engine.ledger().await?;
    let detail = words.say_with(
        "cli-doctor-requests-detail",
        &[
            ("today", ledger.today.into()),
            ("day", ledger.budget_per_day.into()),
            ("hour", ledger.last_hour.into()),
            ("budget", ledger.budget_per_hour.into()),
        ],
    );
    Ok(Line {
        id: "requests",
        name: words.say("cli-doctor-requests"),
        verdict: Verdict::Fine,
        detail: Some(detail),
        ledger: Some(ledger),
    })
}
