//! Stress: twenty times as many watches, nine clinics in ten failing, Telegram at its limit: what is
//! promised becomes longer, nothing else.

use std::{collections::HashSet, time::Duration};

use chrono::{DateTime, Utc};
use engine::{model::WatchDraft, model::WatchState};
use simulator::{Extent, Fault, Scope, machine_time, telegram::Telegram};

use super::{
    Heap, Verdict,
    load::{BUDGET, city, everywhere, told},
    measure::{Windows, moments, size},
    oracle::Books,
    town::Town,
};
use crate::{
    crowd::{picky, queue},
    hours, minutes, seconds,
};

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// How many watches at first.
    pub first: usize,
    /// How many at last.
    pub last: usize,
    /// How many hours each stage lasts.
    pub stage_hours: u64,
}

/// The whole of it.
pub const WHOLE: Size = Size {
    first: 10_000,
    last: 200_000,
    stage_hours: 2,
};

/// Parts of the clinics that fail, stage by stage.
const FAILING: [f64; 3] = [0.3, 0.6, 0.9];

const TOKEN: &str = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc";
const PERSON: i64 = 7_001;

/// Runs it.
pub async fn run(size_of: Size, heap: Heap) -> anyhow::Result<Verdict> {
    let mut verdict = Verdict::default();
    let town = Town::found(city().with_failing_share(0.0), BUDGET).await?;
    let places = everywhere(&town.city);
    let telegram = Box::pin(link_telegram(&town)).await?;
    town.import(&queue(0..size_of.first, &places, picky))
        .await?;
    until_checked(&town).await?;
    note_gap(&mut verdict, &town, "with the first of them").await?;

    let more = queue(size_of.first..size_of.last, &places, picky);
    let (row, before) = (row(&more, heap), heap());
    let began = machine_time();
    town.import(&more).await?;
    let took = machine_time().saturating_sub(began);
    drop(more);
    verdict.note(
        format!("import of {} more", size_of.last - size_of.first),
        format!("{:.1} s", took.as_secs_f64()),
    );
    until_checked(&town).await?;
    if let (Some(before), Some(after), Some(row)) = (before, heap(), row) {
        let each = after.saturating_sub(before) / (size_of.last - size_of.first);
        let beyond = each.saturating_sub(row);
        verdict.must(
            "memory of a watch beyond its row",
            format!("{} ({} − {})", size(beyond), size(each), size(row)),
            "≤ 1024 B",
            beyond <= 1024,
        );
    }
    let clinics: HashSet<&str> = places
        .iter()
        .take(size_of.last)
        .map(|it| it.clinic_id.as_str())
        .collect();
    let (round, missing) = round(&town, clinics.len()).await?;
    verdict.must(
        "a usual round",
        format!("{} min, {missing} clinics missing", round.as_secs() / 60),
        "0 missing",
        missing == 0,
    );
    note_gap(&mut verdict, &town, "with all of them").await?;

    for part in FAILING {
        town.city.clear_faults();
        town.city
            .fail(Scope::Share(part), Fault::Html502, Extent::UntilCleared);
        town.run_for(hours(size_of.stage_hours)).await;
        note_gap(
            &mut verdict,
            &town,
            &format!("{:.0} % of the clinics fail", part * 100.0),
        )
        .await?;
    }
    town.city.clear_faults();
    let (recovered, missing) = self::round(&town, clinics.len()).await?;
    verdict.must(
        "every clinic looked at again after the failures, of a usual round",
        format!(
            "{} min of {} min, {missing} missing",
            recovered.as_secs() / 60,
            round.as_secs() / 60
        ),
        "≤ 2 rounds",
        missing == 0 && recovered <= round * 2,
    );
    let mut windows = Windows::default();
    windows.add(&moments(&town.city.requests()));
    windows.hold(&mut verdict, BUDGET, 0);
    // Nothing new comes; what waits is told.
    town.unplug();
    town.run_for(hours(1)).await;
    let most = telegram.most_within(seconds(1), Some(PERSON));
    verdict.must(
        "messages to Telegram in any second",
        most.to_string(),
        "≤ 1",
        most <= 1,
    );
    verdict.note(
        "messages to Telegram",
        telegram.messages(PERSON).len().to_string(),
    );
    told(&mut verdict, &town).await?;
    town.stop().await;
    telegram.stop().await;
    Ok(verdict)
}

/// A bot with one chat.
async fn link_telegram(town: &Town) -> anyhow::Result<Telegram> {
    let clock = town.config.clock.clone();
    let telegram = Telegram::start_with(TOKEN, move || clock.now(), 0).await?;
    let engine = &town.engine;
    engine
        .set_telegram_way(None, Some(telegram.base_url()))
        .await?;
    engine.set_telegram_token(TOKEN.into()).await?;
    let link = engine.new_chat_link().await?;
    let code = link.url.split_once("?start=").map_or("", |(_, code)| code);
    telegram.say(PERSON, &format!("/start {code}"));
    town.run_for(seconds(3)).await;
    let chats = engine.channels().await?.telegram.chats;
    let chat = chats
        .last()
        .ok_or_else(|| anyhow::anyhow!("no chat asks"))?;
    engine.link_chat(chat.id).await?;
    Ok(telegram)
}

/// What a draft holds itself, beside the struct.
fn row(drafts: &[WatchDraft], heap: Heap) -> Option<usize> {
    let before = heap()?;
    let copy = drafts.to_vec();
    let hanging = heap()? - before - copy.capacity() * size_of::<WatchDraft>();
    Some(hanging / copy.len().max(1) + size_of::<engine::model::Watch>())
}

/// What is promised now.
async fn note_gap(verdict: &mut Verdict, town: &Town, when: &str) -> anyhow::Result<()> {
    let views = town.engine.watches().await?;
    let gaps: Vec<u32> = views.iter().filter_map(|view| view.gap_secs).collect();
    let mean = gaps.iter().map(|gap| u64::from(*gap)).sum::<u64>() / gaps.len().max(1) as u64;
    let down = views
        .iter()
        .filter(|view| matches!(view.state, WatchState::ClinicDown { .. }));
    verdict.note(
        format!("{} watches, {when}: mean gap promised", views.len()),
        format!("{} min; {} whose clinic is down", mean / 60, down.count()),
    );
    Ok(())
}

/// Lets time pass until everybody's place was looked at, three days at most.
async fn until_checked(town: &Town) -> anyhow::Result<()> {
    let mut left = None;
    // Cards of hundreds of thousands of watches take a while to make.
    for _ in 0..18 {
        town.run_for(hours(4)).await;
        let views = town.engine.watches().await?;
        let mut views = views.into_iter();
        left = views.find(|view| view.checked_at.is_none());
        if left.is_none() {
            return Ok(());
        }
    }
    let left = left.map(|view| (view.watch.draft.places, view.state));
    anyhow::bail!("somebody's place is not looked at in three days: {left:?}")
}

/// How long it takes until each clinic has had a good look from now; and how many have had none.
async fn round(town: &Town, clinics: usize) -> anyhow::Result<(Duration, usize)> {
    let books = Books::open(&town.database())?;
    let began = town.config.clock.now();
    let mut took = Duration::ZERO;
    loop {
        let looked = looked(&books, began)?;
        let missing = clinics.saturating_sub(looked);
        if missing == 0 || took >= hours(24) {
            return Ok((took, missing));
        }
        town.run_for(minutes(1)).await;
        took += minutes(1);
    }
}

fn looked(books: &Books, since: DateTime<Utc>) -> anyhow::Result<usize> {
    let looked = books.number(&format!(
        "SELECT count(DISTINCT clinic) FROM look WHERE outcome IN ('fresh', 'empty') AND at >= {}",
        since.timestamp_millis()
    ))?;
    Ok(usize::try_from(looked)?)
}
