//! Soak: three months in which every night brings an outage, every week a clinic with another vendor,
//! every day some hours of sleep.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use engine::model::{AlertState, Answer, TimeWish, WatchId, WatchState, WatchView};
use rusqlite::Connection;
use simulator::{Config, Extent, Fault, Scope, World};

use super::{
    Heap, Verdict,
    measure::{Windows, moments, ratio, resident, size},
    oracle::Books,
    town::Town,
};
use crate::{crowd::people, hours, minutes};

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// How many watches.
    pub watches: usize,
    /// How many days.
    pub days: usize,
    /// Requests per hour.
    pub budget: u32,
}

/// The whole of it: a tenth of a thousand people, and what the program asks for at first.
pub const WHOLE: Size = Size {
    watches: 100,
    days: 90,
    budget: 120,
};

/// What is learned is kept for eight weeks, so a program that has just been installed grows until then.
/// After the third week this one remembers eight, all like the third: it is how weeks go from now on.
const REMEMBERED: &str = "
    CREATE TEMP TABLE past AS
        WITH RECURSIVE weeks(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM weeks WHERE n < 7)
        SELECT 7 * n AS days, 7 * 86400000 * n AS ms FROM weeks;
    CREATE TEMP TABLE week AS SELECT max(at) - 7 * 86400000 AS begin FROM look;
    DELETE FROM arrival WHERE at <= (SELECT begin FROM week);
    INSERT INTO arrival (clinic, specialty, since, at, slots)
        SELECT clinic, specialty, since - ms, at - ms, slots FROM arrival, past;
    INSERT OR IGNORE INTO watched SELECT clinic, day - days, quarters FROM watched, past;
    INSERT OR IGNORE INTO opening
            (clinic, doctor, doctor_name, start, generation, slot, first_seen, last_seen, gone_at,
             absent_looks, flaps)
        SELECT clinic, doctor, doctor_name, start - ms, generation, slot, first_seen - ms,
            last_seen - ms, gone_at - ms, absent_looks, flaps
        FROM opening, past, week
        WHERE gone_at > begin AND start - ms < begin;
";
/// So many weeks go by before.
const NEW: usize = 3;

/// The restart and what follows it have settled after so many weeks.
const SETTLED: usize = 4;

/// What a night may bring.
const OUTAGES: [Fault; 5] = [
    Fault::Html502,
    Fault::Code(602),
    Fault::HtmlOk,
    Fault::Stall,
    Fault::TruncatedJson,
];

/// How things stood after a week, with nothing kept for the audit.
struct Week {
    heap: Option<usize>,
    resident: Option<usize>,
}

/// Runs it.
pub async fn run(size_of: Size, heap: Heap) -> anyhow::Result<Verdict> {
    let mut verdict = Verdict::default();
    // Six in the morning in Moscow: a day of the story begins.
    let start = Config::default().start - TimeDelta::hours(3);
    let city = Config::new(World::S1, start).with_failing_share(0.09);
    let mut town = Town::found(city, size_of.budget).await?;
    let people = people(size_of.watches, &town.city, |_| TimeWish::default());
    town.import(&people).await?;

    let mut weeks = Vec::new();
    let mut sums = [0; 4];
    let (mut audited, mut breaks) = (start, Vec::new());
    let mut rebound = 0;
    let mut changed = HashMap::new();
    let mut windows = Windows::default();
    for day in 0..size_of.days {
        // Until ten; the computer sleeps until noon, and goes on until two in the night.
        town.run_for(hours(4)).await;
        answer(&town).await?;
        town.sleep(hours(2)).await;
        town.run_for(hours(14)).await;
        // Until four nothing comes through.
        night(&town, day).await;
        town.run_for(hours(2)).await;
        if day % 7 == 6 || day + 1 == size_of.days {
            // What was seen is told before it is counted.
            town.unplug();
            town.run_for(minutes(1)).await;
            let (found, damage) = audit(&town, audited, &changed)?;
            for (sum, found) in sums.iter_mut().zip(found) {
                *sum += found;
            }
            breaks.extend(damage);
            audited = town.config.clock.now();
            town.plug_in();
            let place = &people[rebound * 7 % people.len()].places[0];
            if day + 1 < size_of.days {
                town.city.rebind(place.clinic_id.as_str());
                rebound += 1;
            }
        }
        find_again(&town, &mut changed).await?;
        windows.add(&moments(&town.city.requests()));
        town.city.clear_requests();
        if day % 7 == 6 {
            weeks.push(Week {
                heap: heap(),
                resident: resident(),
            });
        }
        if day + 1 == 7 * NEW {
            Connection::open(town.database())?.execute_batch(REMEMBERED)?;
            (town, _) = town.restart().await?;
        }
    }
    verdict.note(
        "watches, days",
        format!("{}, {}", size_of.watches, size_of.days),
    );
    verdict.note("vendors changed, ids renumbered", rebound.to_string());
    // The first looks after a change are clicks: thirty in reserve, a tenth of the budget besides.
    windows.hold(
        &mut verdict,
        size_of.budget,
        30 + size_of.budget as usize / 10,
    );
    let [due, lost, twice, repeats] = sums;
    verdict.must(
        format!("openings told, of {due} (watch, channel)"),
        format!("{lost} lost, {twice} twice, {repeats} repeats"),
        "0, 0, 0",
        lost == 0 && twice == 0 && repeats == 0 && due > 0,
    );
    verdict.must(
        "breaks in the database",
        format!(
            "{}{}",
            breaks.len(),
            breaks.first().map_or(String::new(), |it| format!(": {it}"))
        ),
        "0",
        breaks.is_empty(),
    );
    growth(&mut verdict, &weeks, town.database_size());
    let views = town.engine.watches().await?;
    let lost = |view: &&WatchView| matches!(view.state, WatchState::Unbound { .. });
    let lost = views.iter().filter(lost).count();
    verdict.must(
        "watches that lost their place",
        lost.to_string(),
        "0",
        lost == 0,
    );
    // Nothing new comes; what waits is told.
    town.unplug();
    town.run_for(hours(1)).await;
    let waits = books(&town)?.number(WAITING)?;
    verdict.must("left in the outbox", waits.to_string(), "0", waits == 0);
    town.stop().await;
    Ok(verdict)
}

/// Two hours in which nothing comes through.
async fn night(town: &Town, day: usize) {
    if let Some(outage) = OUTAGES.get(day % (OUTAGES.len() + 1)) {
        let extent = Extent::For(hours(2));
        town.city.fail(Scope::All, outage.clone(), extent);
        town.run_for(hours(2)).await;
    } else {
        town.unplug();
        town.run_for(hours(2)).await;
        town.plug_in();
    }
}

/// What was due since then, lost, told twice and told as a repeat, and what is wrong with the database.
/// In a thread of its own: the memory that it takes is not between what the program has.
fn audit(
    town: &Town,
    since: DateTime<Utc>,
    changed: &HashMap<WatchId, DateTime<Utc>>,
) -> anyhow::Result<([usize; 4], Vec<String>)> {
    let audit = || {
        let books = books(town)?;
        let mut sums = [0; 4];
        for ear in &town.ears {
            let mut heard = ear.heard();
            let audit = books.audit(&town.city, &heard, since, changed)?;
            let found = [audit.due, audit.lost, audit.twice, heard.repeats];
            for (sum, found) in sums.iter_mut().zip(found) {
                *sum += found;
            }
            heard.clear();
        }
        Ok((sums, books.damage()?))
    };
    std::thread::scope(|scope| {
        let audited = scope.spawn(audit).join();
        audited.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

const WAITING: &str = "SELECT count(*) FROM outbox WHERE state IN ('due', 'leased')";

fn books(town: &Town) -> anyhow::Result<Books> {
    Ok(Books::open(&town.database())?)
}

/// The person answers what every channel has told: every second alert, now this way, now that.
async fn answer(town: &Town) -> anyhow::Result<()> {
    let answers = [Answer::Seen, Answer::Acted, Answer::Dismiss];
    let told = town.config.clock.now() - TimeDelta::minutes(2);
    for (turn, alert) in town.engine.inbox(200).await?.iter().enumerate().step_by(2) {
        if alert.state == AlertState::Raised && alert.raised_at < told {
            town.engine
                .answer(alert.id, answers[turn / 2 % answers.len()])
                .await?;
        }
    }
    Ok(())
}

/// The person takes what is suggested for places whose ids have changed.
async fn find_again(
    town: &Town,
    changed: &mut HashMap<WatchId, DateTime<Utc>>,
) -> anyhow::Result<()> {
    for view in town.engine.watches().await? {
        let WatchState::Unbound { lost } = view.state else {
            continue;
        };
        let mut draft = view.watch.draft;
        for rebinding in lost {
            if let Some(place) = rebinding.suggestion {
                draft.places[rebinding.place as usize] = place;
            }
        }
        town.engine.update_watch(view.watch.id, draft).await?;
        changed.insert(view.watch.id, town.config.clock.now());
    }
    Ok(())
}

/// Memory is flat and the database bounded, once they have settled.
fn growth(verdict: &mut Verdict, weeks: &[Week], database: u64) {
    let late = weeks.get(SETTLED..).unwrap_or_default();
    let heap = |week: &Week| week.heap;
    let resident = |week: &Week| week.resident;
    for (what, of) in [
        ("heap", &heap as &dyn Fn(&Week) -> Option<usize>),
        ("resident memory", &resident),
    ] {
        let sizes: Vec<_> = weeks.iter().filter_map(of).map(size).collect();
        if sizes.is_empty() {
            continue;
        }
        let slope = slope(&late.iter().filter_map(of).collect::<Vec<_>>()) * 30.0 / 7.0;
        verdict.must(
            format!("{what} week by week; its slope after {SETTLED} weeks"),
            format!("{}; {slope:+.2} % in 30 days", sizes.join(", ")),
            "≤ 1 %",
            slope <= 1.0,
        );
    }
    verdict.must(
        "the database and its log at the end",
        size(database),
        "≤ 128 MB",
        database <= 128_000_000,
    );
}

/// By how many per cent of their mean the values rise from one to the next: the straight line with
/// the least squares. Nothing where there are few.
fn slope(values: &[usize]) -> f64 {
    if values.len() < 3 {
        return 0.0;
    }
    let values: Vec<f64> = values.iter().map(|value| ratio(*value, 1)).collect();
    let count = ratio(values.len(), 1);
    let (middle, mean) = ((count - 1.0) / 2.0, values.iter().sum::<f64>() / count);
    let (mut rise, mut run) = (0.0, 0.0);
    for (at, value) in values.into_iter().enumerate() {
        let apart = ratio(at, 1) - middle;
        rise += apart * (value - mean);
        run += apart * apart;
    }
    rise / run / mean * 100.0
}
