//! Load: watches come little by little, over the whole city; then a day at the highest budget.

use std::{collections::HashMap, sync::Arc, time::Duration};

use engine::model::{ClinicId, DoctorChoice, Place, SpecialtyId, TimeWish, WatchState, WatchView};
use simulator::{City, Config, World};

use super::{
    Heap, Verdict,
    measure::{Windows, moments, percentile, size},
    oracle::Books,
    town::{Commits, Town, note_commits},
};
use crate::{crowd::queue, hours, minutes};

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// How many watches.
    pub watches: usize,
    /// In how many minutes they come.
    pub ramp_minutes: usize,
    /// How many hours follow.
    pub hours: u64,
}

/// The whole of it.
pub const WHOLE: Size = Size {
    watches: 10_000,
    ramp_minutes: 60,
    hours: 24,
};

/// Requests per hour: the most that the program asks the real service.
pub(super) const BUDGET: u32 = 720;

/// A city in which slots come at unequal rates and 9 % of the clinics fail.
pub(super) fn city() -> Config {
    Config::new(World::S1, Config::default().start).with_failing_share(0.09)
}

/// All specialties of all clinics, the clinics taking turns.
pub(super) fn everywhere(city: &City) -> Vec<Place> {
    let clinics = city.clinics().into_iter().map(|clinic| {
        let specialties = city.specialties(&clinic.id);
        (clinic, specialties)
    });
    let clinics: Vec<_> = clinics.collect();
    let most = clinics.iter().map(|(_, specialties)| specialties.len());
    (0..most.max().unwrap_or(0))
        .flat_map(|turn| {
            clinics.iter().filter_map(move |(clinic, specialties)| {
                let specialty = specialties.get(turn)?;
                Some(Place {
                    clinic_id: ClinicId(clinic.id.clone()),
                    clinic_name: clinic.name.clone(),
                    specialty_id: SpecialtyId(specialty.id.clone()),
                    specialty_name: specialty.name.clone(),
                    fer_id: specialty.fer_id.clone(),
                    doctors: DoctorChoice::Any,
                })
            })
        })
        .collect()
}

/// Runs it.
pub async fn run(size_of: Size, heap: Heap) -> anyhow::Result<Verdict> {
    let mut verdict = Verdict::default();
    let town = Town::found(city(), BUDGET).await?;
    let places = everywhere(&town.city);
    let before = heap();
    let commits = Commits::default();
    let mut asked = Vec::new();
    let story = async {
        for minute in 0..size_of.ramp_minutes {
            let until = |minute| size_of.watches * minute / size_of.ramp_minutes;
            let come = until(minute)..until(minute + 1);
            let people = queue(come, &places, |_| TimeWish::default());
            town.import(&people).await?;
            town.run_for(minutes(1)).await;
        }
        town.run_for(hours(size_of.hours)).await;
        asked = town.city.requests();
        anyhow::Ok(())
    };
    tokio::select! {
        done = story => done?,
        () = note_commits(Arc::clone(&town.engine), Arc::clone(&commits)) => (),
    }
    let views = town.engine.watches().await?;
    let looked = views.iter().filter(|view| view.checked_at.is_some());
    let waits = |view: &&WatchView| {
        let down = matches!(view.state, WatchState::ClinicDown { .. });
        view.checked_at.is_none() && !down
    };
    let waiting = views.iter().filter(waits).count();
    verdict.must(
        format!("of {} watches", views.len()),
        format!(
            "{} looked at, {waiting} wait though their clinic answers",
            looked.count()
        ),
        "0 wait",
        waiting == 0,
    );
    let mut windows = Windows::default();
    windows.add(&moments(&asked));
    windows.hold(&mut verdict, BUDGET, 0);

    let mut times = answered_to_durable(&asked, &commits);
    let p99 = percentile(&mut times, 99);
    verdict.must_be_quick(
        format!("answer → database, p99 of {}", times.len()),
        p99,
        50,
    );
    if let (Some(before), Some(after)) = (before, heap()) {
        let all = after.saturating_sub(before);
        verdict.note("memory", size(all));
    }
    told(&mut verdict, &town).await?;
    town.stop().await;
    Ok(verdict)
}

/// From each answer about a doctor's slots to the database.
fn answered_to_durable(asked: &[simulator::Request], commits: &Commits) -> Vec<Duration> {
    let mut answers = HashMap::<&str, Vec<Duration>>::new();
    for request in asked {
        answers
            .entry(&request.path)
            .or_default()
            .push(request.answered);
    }
    let commits = commits
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let times = commits.iter().filter_map(|(path, durable)| {
        let answers = answers.get(path.as_str())?;
        let before = answers.partition_point(|answer| answer <= durable);
        let answer = answers.get(before.checked_sub(1)?)?;
        Some(durable.saturating_sub(*answer))
    });
    times.collect()
}

/// Everything that looks found was told on every channel, once.
pub(super) async fn told(verdict: &mut Verdict, town: &Town) -> anyhow::Result<()> {
    // Nothing more is seen, and what was is told.
    town.unplug();
    town.run_for(minutes(1)).await;
    let books = Books::open(&town.database())?;
    let mut sums = (0, 0, 0);
    for ear in &town.ears {
        let start = town.city.config().start;
        let audit = books.audit(&town.city, &ear.heard(), start, &HashMap::new())?;
        sums = (
            sums.0 + audit.due,
            sums.1 + audit.lost,
            sums.2 + audit.twice,
        );
    }
    let (due, lost, twice) = sums;
    verdict.must(
        format!("openings told, of {due} (watch, channel)"),
        format!("{lost} lost, {twice} twice"),
        "0, 0",
        lost == 0 && twice == 0 && due > 0,
    );
    let waits = books.number("SELECT count(*) FROM outbox WHERE state IN ('due', 'leased')")?;
    verdict.must("left in the outbox", waits.to_string(), "0", waits == 0);
    let damage = books.damage()?;
    verdict.must(
        "breaks in the database",
        format!(
            "{}{}",
            damage.len(),
            damage.first().map_or(String::new(), |it| format!(": {it}"))
        ),
        "0",
        damage.is_empty(),
    );
    Ok(())
}
