//! One budget for every request of the program.
//!
//! A request starts when [`Pace::permit`] lets it and lasts as long as it holds
//! the [`Permit`]. Clicks go before background work and have a reserve; when the
//! reserve is gone they borrow from the background's future, so a person never
//! waits long. A refusal by the service (429, 503) holds everybody for as long
//! as it asked and halves the pace, which then recovers little by little.
//!
//! The budget is an average over the day: quiet hours save, busy ones spend.
//! Quotas (GCRA, by `governor`) count requests. Background work refills with nine
//! tenths of the budget and saves up eight hours of it (`saved`); an hour takes
//! twice the budget at most, where bursts are allowed three times (`hour`); two starts
//! are a second apart (`apart`), without bursts three on the long run (`calm`).
//! Clicks refill with the last tenth (`reserve`). When nothing is saved the average
//! is still there: spending never blinds. `starts` keeps everybody about a second apart.

use std::{
    collections::VecDeque,
    num::NonZeroU32,
    ops::Add,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, Reference},
    middleware::StateInformationMiddleware,
    nanos::Nanos,
    state::{InMemoryState, NotKeyed},
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::{
    sync::{Mutex as Queue, watch},
    time::Instant,
};

/// The largest budget for the real service, requests per hour.
pub const REAL_CEILING_PER_HOUR: u32 = 720;
/// Connections to the real service at once.
const REAL_CONNECTIONS: usize = 2;
/// What background work may take of the budget.
pub const BACKGROUND_PART: f64 = 0.9;
/// Background work saves up so many hours of its part.
const SAVED_HOURS: f64 = 8.0;
/// Within 60 minutes background work takes half the budget at once and this much evenly.
const HOUR_REFILL: f64 = 1.5;
const HOUR_AT_ONCE: f64 = 0.5;
/// The same where bursts are allowed: three budgets in the hour of a release, at most.
const HOUR_REFILL_IN_BURSTS: f64 = 2.0;
const HOUR_AT_ONCE_IN_BURSTS: f64 = 1.0;
/// Requests to the real service start so far apart: background ones always, everybody's on the long run.
const APART: Duration = Duration::from_secs(1);
/// Without bursts background ones do so on the long run …
const CALM: Duration = Duration::from_secs(3);
/// … save for so many that follow one release down.
const CALM_AT_ONCE: u32 = 8;
/// Clicks kept for a person who looks around.
const RESERVE: u32 = 30;
/// Clicks that may start at once.
const CLICK_BURST: u32 = 5;
/// A click first in its queue waits no longer for the budget than this.
const CLICK_PATIENCE: Duration = Duration::from_secs(10);
/// The shortest and the longest hold.
const HOLD: (Duration, Duration) = (Duration::from_secs(1), HOUR);
/// The mean of the first hold is half of this when the service names no time.
const FIRST_HOLD: Duration = Duration::from_secs(30);
/// The pace never falls below this share of the budget.
const LEAST_SHARE: f64 = 0.125;
/// The pace gains this share …
const RECOVERY: f64 = 0.1;
/// … after each time this long without a refusal.
const RECOVERY_STEP: Duration = Duration::from_mins(5);
const HOUR: Duration = Duration::from_hours(1);

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// A person waits for the answer.
    Click,
    /// Nobody does.
    Background,
}

/// The budget and the queue of those who want a part of it. Cheap to clone; clones share it.
#[derive(Debug, Clone)]
pub struct Pace(Arc<Shared>);

/// Leave to make one request, given back on drop.
#[derive(Debug)]
#[must_use = "the request lasts as long as its permit"]
pub struct Permit {
    shared: Arc<Shared>,
    why: Why,
    /// Somebody has heard the request.
    heard: bool,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// First come, first served; only the first of each queue looks at `state`.
    clicks: Queue<()>,
    background: Queue<()>,
    clicks_waiting: AtomicUsize,
    /// Told whenever somebody who waits may find things changed.
    changed: watch::Sender<()>,
}

impl Pace {
    /// A pace of so many requests an hour on average, without bursts. For the real
    /// service the ceiling of [`REAL_CEILING_PER_HOUR`], two connections and one request
    /// a second hold whatever the budget; for a simulator all of them grow with it.
    pub fn new(budget_per_hour: u32, real_service: bool) -> Self {
        Self::with_rng(
            budget_per_hour,
            real_service,
            StdRng::from_rng(&mut rand::rng()),
        )
    }

    /// The same with the jitter of holds settled by `seed`.
    pub fn seeded(budget_per_hour: u32, real_service: bool, seed: u64) -> Self {
        Self::with_rng(budget_per_hour, real_service, StdRng::seed_from_u64(seed))
    }

    fn with_rng(budget_per_hour: u32, real_service: bool, rng: StdRng) -> Self {
        Self(Arc::new(Shared {
            state: Mutex::new(State::new(budget_per_hour, real_service, rng)),
            clicks: Queue::new(()),
            background: Queue::new(()),
            clicks_waiting: AtomicUsize::new(0),
            changed: watch::Sender::new(()),
        }))
    }

    /// Waits for one's turn. Dropping the future leaves the queue.
    pub async fn permit(&self, why: Why) -> Permit {
        let shared = &self.0;
        let _waiting = (why == Why::Click).then(|| Waiting::new(shared));
        let _first = match why {
            Why::Click => shared.clicks.lock().await,
            Why::Background => shared.background.lock().await,
        };
        let mut claim = Claim::new();
        let mut changes = shared.changed.subscribe();
        loop {
            changes.mark_unchanged();
            let others_first =
                why == Why::Background && shared.clicks_waiting.load(Ordering::SeqCst) > 0;
            let turn = shared.state().turn(why, &mut claim, others_first);
            match turn {
                Turn::Go => {
                    return Permit {
                        shared: Arc::clone(shared),
                        why,
                        heard: true,
                    };
                }
                Turn::At(moment) => {
                    tokio::select! {
                        biased;
                        () = tokio::time::sleep_until(moment) => (),
                        _ = changes.changed() => (),
                    }
                }
                // The sender lives in `shared`, so this never fails.
                Turn::AfterChange => _ = changes.changed().await,
            }
        }
    }

    /// Takes what was sent before this start from what background work may spend at once, so
    /// that a restart gives no burst: requests of the hours before, oldest first.
    pub fn recall(&self, hours: &[u32]) {
        let state = self.0.state();
        let refill = f64::from(state.budget) * BACKGROUND_PART;
        let used = hours.iter().fold(0.0, |used: f64, sent| {
            (used - refill).max(0.0) + f64::from(*sent)
        });
        state.limits.saved.spend(whole_number(used).get());
        let hour = hours.last().copied().unwrap_or(0);
        state.limits.hour.spend(hour);
    }

    /// The service refused: everybody waits until `retry_after` is over (kept
    /// between a second and an hour; without it a random time that grows with
    /// each refusal) and the pace halves. Refusals that arrive during the hold
    /// may lengthen it but halve nothing again.
    pub fn slow_down(&self, retry_after: Option<Duration>) {
        let hold = self.0.state().slow_down(retry_after);
        tracing::warn!(
            hold_secs = hold.as_secs(),
            "the service asked to slow down: all requests wait"
        );
        self.0.tell();
    }

    /// A number for the jitter of whoever asks.
    pub(crate) fn random(&self) -> u64 {
        self.0.state().rng.random()
    }

    /// The part of the budget in use: 1 down to 1/8.
    pub fn share(&self) -> f64 {
        self.0.state().share(Instant::now())
    }

    /// How much longer everybody waits after a refusal, if so.
    pub fn hold(&self) -> Option<Duration> {
        let left = self
            .0
            .state()
            .hold_until
            .saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    /// Changes the budget; what was already used stays used.
    pub fn set_budget(&self, budget_per_hour: u32) {
        let mut state = self.0.state();
        state.budget = allowed(budget_per_hour, state.real);
        drop(state);
        self.0.tell();
    }

    /// May background requests start a second apart, not three? The averages stay as they are.
    pub fn set_bursts(&self, allowed: bool) {
        self.0.state().bursts = allowed;
        self.0.tell();
    }

    /// Were bursts allowed?
    pub fn bursts(&self) -> bool {
        self.0.state().bursts
    }

    /// Requests allowed in an hour.
    pub fn budget_per_hour(&self) -> u32 {
        self.0.state().budget
    }

    /// Requests that reached somebody and ended in the last 60 minutes.
    pub fn requests_last_hour(&self) -> u32 {
        self.0.state().log.last_hour(Instant::now())
    }

    /// Requests that reached somebody and have ended, since this pace was made.
    pub fn requests_total(&self) -> u64 {
        self.0.state().log.total
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // A panic in here leaves numbers behind, not a broken structure.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self) {
        self.changed.send_replace(());
    }
}

impl Permit {
    /// The request reached nobody, and is none: the next one of background work costs nothing, so
    /// that a network that is away is looked for as long as it takes.
    pub fn give_back(mut self) {
        self.heard = false;
        if self.why == Why::Background {
            self.shared.state().given_back += 1;
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.shared.state().finish(self.why, self.heard);
        self.shared.tell();
    }
}

/// A click that waits; background work lets it pass.
struct Waiting<'a>(&'a Shared);

impl<'a> Waiting<'a> {
    fn new(shared: &'a Shared) -> Self {
        shared.clicks_waiting.fetch_add(1, Ordering::SeqCst);
        Self(shared)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.clicks_waiting.fetch_sub(1, Ordering::SeqCst);
        self.0.tell();
    }
}

/// What the first of a queue has got so far. It is lost if it leaves, which errs on the slow side.
struct Claim {
    since: Instant,
    /// Purses that have paid.
    paid: usize,
    /// It takes the place of a request that reached nobody.
    given_back: bool,
}

impl Claim {
    fn new() -> Self {
        Self {
            since: Instant::now(),
            paid: 0,
            given_back: false,
        }
    }

    /// Takes one from each purse that has not paid yet, or says when the next one has some.
    fn take(&mut self, purses: &[&Purse]) -> Result<(), Instant> {
        for purse in purses.iter().skip(self.paid) {
            purse.take()?;
            self.paid += 1;
        }
        Ok(())
    }
}

enum Turn {
    Go,
    /// Ask again then.
    At(Instant),
    /// Ask again after somebody else did something.
    AfterChange,
}

#[derive(Debug)]
struct State {
    real: bool,
    budget: u32,
    bursts: bool,
    limits: Limits,
    /// Connections in use.
    clicks_running: usize,
    background_running: usize,
    /// Requests that clicks took beyond the budget and background work pays for.
    debt: u32,
    /// Paid requests of background work that reached nobody.
    given_back: u32,
    hold_until: Instant,
    /// The share at the end of the last hold; it has grown since.
    base_share: f64,
    refusals: u32,
    log: Log,
    rng: StdRng,
}

impl State {
    fn new(budget: u32, real: bool, rng: StdRng) -> Self {
        let budget = allowed(budget, real);
        let now = Instant::now();
        let rules = Rules {
            budget,
            share: 1.0,
            bursts: false,
            real,
        };
        Self {
            real,
            budget,
            bursts: false,
            limits: Limits::new(rules),
            clicks_running: 0,
            background_running: 0,
            debt: 0,
            given_back: 0,
            hold_until: now,
            base_share: 1.0,
            refusals: 0,
            log: Log::new(now),
            rng,
        }
    }

    fn turn(&mut self, why: Why, claim: &mut Claim, others_first: bool) -> Turn {
        let now = Instant::now();
        if now < self.hold_until {
            return Turn::At(self.hold_until);
        }
        self.follow_rules(now);
        if others_first || !self.has_connection(why) {
            return Turn::AfterChange;
        }
        let paid = match why {
            Why::Click => self.pay_click(claim, now),
            Why::Background => self.pay_background(claim),
        };
        if let Err(moment) = paid {
            return Turn::At(moment);
        }
        match why {
            Why::Click => self.clicks_running += 1,
            Why::Background => self.background_running += 1,
        }
        Turn::Go
    }

    /// One connection is kept free of background work, so that slow answers never make a click wait.
    fn has_connection(&self, why: Why) -> bool {
        let all = self.limits.connections;
        self.clicks_running + self.background_running < all
            && (why == Why::Click || self.background_running < (all - 1).max(1))
    }

    fn pay_click(&mut self, claim: &mut Claim, now: Instant) -> Result<(), Instant> {
        let limits = &self.limits;
        let patience = claim.since + CLICK_PATIENCE;
        if let Err(moment) = claim.take(&[&limits.reserve]) {
            if now < patience {
                return Err(moment.min(patience));
            }
            self.debt += 1;
            claim.paid = 1;
        }
        claim.take(&[&limits.reserve, &limits.starts])
    }

    fn pay_background(&mut self, claim: &mut Claim) -> Result<(), Instant> {
        let limits = &self.limits;
        while self.debt > 0 && !claim.given_back {
            claim.take(&[&limits.saved, &limits.hour])?;
            *claim = Claim::new();
            self.debt -= 1;
        }
        if !claim.given_back && self.given_back > 0 {
            self.given_back -= 1;
            *claim = Claim {
                given_back: true,
                ..Claim::new()
            };
        }
        if claim.given_back {
            return claim.take(&[&limits.apart, &limits.starts]);
        }
        claim.take(&[
            &limits.saved,
            &limits.hour,
            &limits.calm,
            &limits.apart,
            &limits.starts,
        ])
    }

    fn finish(&mut self, why: Why, heard: bool) {
        if heard {
            self.log.add(Instant::now());
        }
        match why {
            Why::Click => self.clicks_running -= 1,
            Why::Background => self.background_running -= 1,
        }
    }

    fn slow_down(&mut self, retry_after: Option<Duration>) -> Duration {
        let now = Instant::now();
        let (shortest, longest) = HOLD;
        if now >= self.hold_until {
            let share = self.share(now);
            // Whole again: the refusals before are forgotten.
            self.refusals = if share < 1.0 { self.refusals + 1 } else { 1 };
            self.base_share = (share / 2.0).max(LEAST_SHARE);
        }
        let hold = retry_after
            .unwrap_or_else(|| {
                let ceiling = FIRST_HOLD * 2_u32.saturating_pow((self.refusals - 1).min(10));
                ceiling.mul_f64(self.rng.random_range(0.0..=1.0))
            })
            .clamp(shortest, longest);
        self.hold_until = self.hold_until.max(now + hold);
        hold
    }

    fn share(&self, now: Instant) -> f64 {
        let good = now.saturating_duration_since(self.hold_until);
        let steps = good.as_secs() / RECOVERY_STEP.as_secs();
        #[expect(clippy::cast_precision_loss, reason = "a few steps are enough")]
        let gained = steps.min(10) as f64 * RECOVERY;
        (self.base_share + gained).min(1.0)
    }

    fn follow_rules(&mut self, now: Instant) {
        let rules = Rules {
            budget: self.budget,
            share: self.share(now),
            bursts: self.bursts,
            real: self.real,
        };
        if rules != self.limits.rules {
            self.limits = self.limits.changed(rules);
        }
    }
}

fn allowed(budget: u32, real: bool) -> u32 {
    let ceiling = if real {
        REAL_CEILING_PER_HOUR
    } else {
        u32::MAX
    };
    budget.clamp(1, ceiling)
}

/// What the limits follow from.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Rules {
    budget: u32,
    share: f64,
    bursts: bool,
    real: bool,
}

#[derive(Debug)]
struct Limits {
    rules: Rules,
    connections: usize,
    starts: Purse,
    apart: Purse,
    calm: Purse,
    saved: Purse,
    hour: Purse,
    reserve: Purse,
}

impl Limits {
    fn new(rules: Rules) -> Self {
        let budget = f64::from(rules.budget);
        // A simulator may be asked twice as fast as its budget needs.
        let faster = if rules.real { 0.0 } else { budget * 2.0 };
        let (calm, refill, at_once_in_hour) = if rules.bursts {
            (APART, HOUR_REFILL_IN_BURSTS, HOUR_AT_ONCE_IN_BURSTS)
        } else {
            (CALM, HOUR_REFILL, HOUR_AT_ONCE)
        };
        // Its budget may outrun the timer's millisecond.
        let at_once = whole_number(faster / HOUR.as_secs_f64());
        let per_hour = budget * rules.share;
        let background = per_hour * BACKGROUND_PART;
        Self {
            rules,
            connections: if rules.real {
                REAL_CONNECTIONS
            } else {
                (at_once.get() as usize).clamp(2, 16)
            },
            starts: Purse::new(
                faster.max(per_hour_of(APART)),
                at_once.max(at_least_one(CLICK_BURST)),
            ),
            apart: Purse::new(faster.max(per_hour_of(APART)), at_once),
            calm: Purse::new(
                faster.max(per_hour_of(calm)),
                at_once.max(at_least_one(CALM_AT_ONCE)),
            ),
            saved: Purse::new(background, whole_number(background * SAVED_HOURS)),
            hour: Purse::new(per_hour * refill, whole_number(per_hour * at_once_in_hour)),
            reserve: Purse::new(per_hour - background, at_least_one(RESERVE)),
        }
    }

    /// New limits in which what was used stays used, so that no change gives a burst.
    fn changed(&self, rules: Rules) -> Self {
        let new = Self::new(rules);
        for (old, new) in [
            (&self.starts, &new.starts),
            (&self.apart, &new.apart),
            (&self.calm, &new.calm),
            (&self.saved, &new.saved),
            (&self.hour, &new.hour),
            (&self.reserve, &new.reserve),
        ] {
            new.fill_from(old);
        }
        new
    }
}

fn per_hour_of(gap: Duration) -> f64 {
    HOUR.div_duration_f64(gap)
}

/// Requests that refill evenly up to a depth.
#[derive(Debug)]
struct Purse {
    depth: NonZeroU32,
    limiter: RateLimiter<NotKeyed, InMemoryState, TokioClock, StateInformationMiddleware>,
}

impl Purse {
    fn new(per_hour: f64, depth: NonZeroU32) -> Self {
        let period = HOUR.div_f64(per_hour).max(Duration::from_nanos(1));
        let quota = Quota::with_period(period)
            .expect("the period is not zero")
            .allow_burst(depth);
        Self {
            depth,
            limiter: RateLimiter::direct_with_clock(quota, TokioClock).with_middleware(),
        }
    }

    /// Takes one, or says when there will be one.
    fn take(&self) -> Result<(), Instant> {
        let taken = self.limiter.check().map(drop);
        taken.map_err(|until| until.earliest_possible().0)
    }

    /// Leaves no more in this full purse than is left in the old one.
    fn fill_from(&self, old: &Self) {
        let left = old
            .limiter
            .check()
            .map_or(0, |state| state.remaining_burst_capacity() + 1);
        self.spend(self.depth.get().saturating_sub(left));
    }

    /// Takes so many, or all there are, from this full purse.
    fn spend(&self, used: u32) {
        if let Some(used) = NonZeroU32::new(used.min(self.depth.get())) {
            // Not more than the depth of a purse that is still full: it passes.
            let _passed = self.limiter.check_n(used);
        }
    }
}

fn at_least_one(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, and the number is positive"
)]
fn whole_number(number: f64) -> NonZeroU32 {
    at_least_one(number.ceil() as u32)
}

/// tokio's time for `governor`, so that a paused test drives it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TokioClock;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tick(pub(crate) Instant);

impl Clock for TokioClock {
    type Instant = Tick;

    fn now(&self) -> Tick {
        Tick(Instant::now())
    }
}

impl Reference for Tick {
    fn duration_since(&self, earlier: Self) -> Nanos {
        self.0.saturating_duration_since(earlier.0).into()
    }

    fn saturating_sub(&self, duration: Nanos) -> Self {
        Self(self.0.checked_sub(duration.into()).unwrap_or(self.0))
    }
}

impl Add<Nanos> for Tick {
    type Output = Self;

    fn add(self, nanos: Nanos) -> Self {
        Self(self.0 + Duration::from(nanos))
    }
}

/// Requests of the last hour, counted by the second.
#[derive(Debug)]
struct Log {
    origin: Instant,
    total: u64,
    seconds: VecDeque<(u64, u32)>,
}

impl Log {
    fn new(origin: Instant) -> Self {
        Self {
            origin,
            total: 0,
            seconds: VecDeque::new(),
        }
    }

    fn add(&mut self, now: Instant) {
        self.forget(now);
        self.total += 1;
        let second = (now - self.origin).as_secs();
        match self.seconds.back_mut() {
            Some((last, count)) if *last == second => *count += 1,
            _ => self.seconds.push_back((second, 1)),
        }
    }

    fn last_hour(&mut self, now: Instant) -> u32 {
        self.forget(now);
        self.seconds.iter().map(|(_, count)| count).sum()
    }

    fn forget(&mut self, now: Instant) {
        let second = (now - self.origin).as_secs();
        while self
            .seconds
            .front()
            .is_some_and(|(first, _)| first + HOUR.as_secs() <= second)
        {
            self.seconds.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio::{task::JoinSet, time::sleep};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Asks `count` times, one after another, each request lasting so long; when each started.
    async fn starts(pace: Pace, why: Why, count: usize, lasting: Duration) -> Vec<Instant> {
        let mut starts = Vec::new();
        for _ in 0..count {
            let permit = pace.permit(why).await;
            starts.push(Instant::now());
            sleep(lasting).await;
            drop(permit);
        }
        starts
    }

    /// Starts of many who ask at once.
    async fn crowd(pace: &Pace, asks: &[(Why, usize)], lasting: Duration) -> Vec<(Why, Instant)> {
        let mut set = JoinSet::new();
        for &(why, count) in asks {
            for _ in 0..count {
                let pace = pace.clone();
                set.spawn(async move {
                    let _permit = pace.permit(why).await;
                    let at = Instant::now();
                    sleep(lasting).await;
                    (why, at)
                });
            }
        }
        let mut all = set.join_all().await;
        all.sort_by_key(|(_, at)| *at);
        all
    }

    /// The most starts in any window of this length.
    fn most_in(starts: &[Instant], window: Duration) -> usize {
        let mut first = 0;
        let mut most = 0;
        for (last, at) in starts.iter().enumerate() {
            while starts[first] + window <= *at {
                first += 1;
            }
            most = most.max(last + 1 - first);
        }
        most
    }

    const DAY: Duration = Duration::from_hours(24);

    #[tokio::test(start_paused = true)]
    async fn greedy_background_work_spends_what_was_saved_and_then_the_average() {
        let pace = Pace::new(360, true);
        pace.set_bursts(true);
        // What may be spent at once grows with the limit, as it is saved.
        drop(pace.permit(Why::Click).await);
        sleep(HOUR).await;
        let spent = starts(pace.clone(), Why::Background, 12_000, Duration::ZERO).await;
        assert_eq!(most_in(&spent, SECOND), 1);
        assert!(most_in(&spent, SECOND * 60) <= 60);
        assert_eq!(most_in(&spent, HOUR), 3 * 360 - 1);
        // A day and the eight hours saved, nine tenths of each.
        assert_eq!(most_in(&spent, DAY), (24 + 8) * 324 - 1);
        let last = &spent[11_000..];
        let longest = last.windows(2).map(|pair| pair[1] - pair[0]).max();
        assert!(longest <= Some(SECOND * 12), "never blind: {longest:?}");
        assert!(
            (323..=325).contains(&pace.requests_last_hour()),
            "{}",
            pace.requests_last_hour()
        );
        assert_eq!(pace.requests_total(), 12_001);
    }

    #[tokio::test(start_paused = true)]
    async fn fault_15_a_network_that_is_away_is_looked_for_without_a_cost() {
        let pace = Pace::new(30, true);
        let began = Instant::now();
        for _ in 0..10_000 {
            pace.permit(Why::Background).await.give_back();
            sleep(SECOND * 5).await;
        }
        assert!(began.elapsed() < SECOND * 5 * 10_000 + SECOND * 60);
        // What reached nobody is no reason to ask more.
        let spent = starts(pace, Why::Background, 100, Duration::ZERO).await;
        assert!(most_in(&spent, HOUR) <= 61);
    }

    #[tokio::test(start_paused = true)]
    async fn quiet_hours_save_for_a_busy_one() {
        let pace = Pace::new(360, true);
        starts(pace.clone(), Why::Background, 9000, Duration::ZERO).await;
        assert!(pace.requests_last_hour() <= 325);
        sleep(HOUR * 2).await;
        let spent = starts(pace, Why::Background, 1000, Duration::ZERO).await;
        let (two_hours, refilled) = (648, 324);
        let most = most_in(&spent, HOUR);
        assert!((700..720).contains(&most), "{most}");
        let most = most_in(&spent, HOUR * 2);
        assert!(
            (two_hours + refilled..=two_hours + 2 * refilled).contains(&most),
            "{most}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_restart_gives_no_burst() {
        let pace = Pace::new(360, true);
        pace.recall(&[0; 24]);
        let fresh = starts(pace, Why::Background, 400, Duration::ZERO).await;
        assert!(most_in(&fresh, HOUR / 3) > 350);

        // Half an hour in which all was spent that an hour may spend at once.
        let pace = Pace::new(360, true);
        pace.recall(&[0, 0, 450]);
        let resumed = starts(pace.clone(), Why::Background, 400, Duration::ZERO).await;
        assert!(450 + most_in(&resumed, HOUR / 2) <= 720);

        // All that was saved is spent: the average is still there.
        let pace = Pace::new(360, true);
        pace.recall(&[720; 8]);
        let resumed = starts(pace.clone(), Why::Background, 650, Duration::ZERO).await;
        assert!((323..=325).contains(&most_in(&resumed, HOUR)));

        // Of three such hours each but the last has brought back nine tenths of the budget.
        let pace = Pace::new(360, true);
        pace.recall(&[720; 3]);
        let began = Instant::now();
        let resumed = starts(pace, Why::Background, 4000, Duration::ZERO).await;
        let soon = resumed.iter().filter(|at| **at < began + HOUR * 6).count();
        let left = 8 * 324 - 3 * 720 + 2 * 324;
        assert!(
            (left + 6 * 324 - 5..=left + 6 * 324 + 5).contains(&soon),
            "{soon}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn without_bursts_one_release_is_followed_down_at_once_and_then_twenty_a_minute() {
        let pace = Pace::new(720, true);
        assert!(!pace.bursts());
        let spent = starts(pace.clone(), Why::Background, 100, Duration::ZERO).await;
        assert_eq!(most_in(&spent, SECOND), 1);
        assert!((8..=11).contains(&most_in(&spent, SECOND * 10)));
        assert!((20..=28).contains(&most_in(&spent, SECOND * 60)));
        let last = spent.windows(2).last().map(|pair| pair[1] - pair[0]);
        assert!(last >= Some(SECOND * 299 / 100), "{last:?}");
        pace.set_bursts(true);
        assert!(pace.bursts());
        let spent = starts(pace, Why::Background, 60, Duration::ZERO).await;
        assert!(most_in(&spent, SECOND * 60) >= 55);
    }

    #[tokio::test(start_paused = true)]
    async fn no_crowd_gets_more_than_the_caps_in_any_window() {
        let pace = Pace::new(360, true);
        pace.set_bursts(true);
        let asks = [(Why::Click, 400), (Why::Background, 2000)];
        let all = crowd(&pace, &asks, Duration::from_millis(300)).await;
        let starts: Vec<_> = all.iter().map(|(_, at)| *at).collect();
        for secs in [1_u32, 2, 5, 10, 60, 600, 3600] {
            let most = most_in(&starts, SECOND * secs);
            // The burst of clicks, then one a second.
            assert!(most <= 5 + secs as usize, "{most} in {secs} s");
        }
        // Three budgets; for the clicks their reserve and a tenth of the budget.
        let most = most_in(&starts, HOUR);
        assert!(most <= 1080 + 30 + 36, "{most}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_budget_above_the_ceiling_is_cut_for_the_real_service_only() {
        assert_eq!(Pace::new(10_000, true).budget_per_hour(), 720);
        assert_eq!(Pace::new(10_000, false).budget_per_hour(), 10_000);
        let pace = Pace::new(100, true);
        pace.set_budget(0);
        assert_eq!(pace.budget_per_hour(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn clicks_overtake_background_work_that_waits() {
        let pace = Pace::new(360, true);
        let asks = [(Why::Background, 20), (Why::Click, 20)];
        let all = crowd(&pace, &asks, Duration::from_millis(100)).await;
        let last_click = all.iter().rposition(|(why, _)| *why == Why::Click).unwrap();
        let before = all[..last_click]
            .iter()
            .filter(|(why, _)| *why == Why::Background)
            .count();
        assert!(before <= 1, "{before} went before the last click");
    }

    #[tokio::test(start_paused = true)]
    async fn a_click_finds_its_reserve_however_busy_the_background_is() {
        let pace = Pace::new(360, true);
        let mut set = JoinSet::new();
        set.spawn(starts(pace.clone(), Why::Background, 10_000, SECOND * 8));
        sleep(HOUR * 20).await;
        for _ in 0..5 {
            let asked = Instant::now();
            drop(pace.permit(Why::Click).await);
            assert!(asked.elapsed() < SECOND / 10);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn clicks_beyond_a_small_budget_borrow_from_the_background() {
        let pace = Pace::new(60, true);
        let clicks = starts(pace.clone(), Why::Click, 50, Duration::ZERO).await;
        let longest = clicks.windows(2).map(|pair| pair[1] - pair[0]).max();
        assert!(
            longest <= Some(CLICK_PATIENCE + SECOND / 100),
            "{longest:?}"
        );
        // 50 clicks in three minutes with a reserve of 30: the half hour's worth that background
        // work could take at once pays for the rest, and 40 seconds each are what is left.
        let asked = Instant::now();
        starts(pace, Why::Background, 30, Duration::ZERO).await;
        assert!(asked.elapsed() > Duration::from_mins(10));
    }

    #[tokio::test(start_paused = true)]
    async fn slow_answers_hold_two_connections_and_leave_one_for_clicks() {
        let pace = Pace::new(360, true);
        let _slow = pace.permit(Why::Background).await;
        sleep(Duration::from_mins(1)).await;
        let second = tokio::time::timeout(HOUR, pace.permit(Why::Background)).await;
        assert!(second.is_err());
        let click = tokio::time::timeout(SECOND, pace.permit(Why::Click)).await;
        assert!(click.is_ok());
        let third = tokio::time::timeout(HOUR, pace.permit(Why::Click)).await;
        assert!(third.is_err());
        drop(click);
        assert!(
            tokio::time::timeout(SECOND, pace.permit(Why::Click))
                .await
                .is_ok()
        );
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_waiting_leaves_the_queue() {
        let pace = Pace::new(360, true);
        let held = [pace.permit(Why::Click).await, pace.permit(Why::Click).await];
        let gone = tokio::time::timeout(SECOND, pace.permit(Why::Click)).await;
        assert!(gone.is_err());
        drop(held);
        let background = tokio::time::timeout(SECOND, pace.permit(Why::Background)).await;
        assert!(background.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_hold_stops_everybody_until_it_is_over() {
        let pace = Pace::new(360, true);
        pace.slow_down(Some(SECOND * 90));
        assert_eq!(pace.hold(), Some(SECOND * 90));
        let asked = Instant::now();
        let all = crowd(&pace, &[(Why::Click, 1), (Why::Background, 1)], SECOND).await;
        for (why, at) in all {
            assert!(at - asked >= SECOND * 90, "{why:?} after {:?}", at - asked);
        }
        assert_eq!(pace.hold(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn fault_11_absurd_holds_are_kept_between_a_second_and_an_hour() {
        let pace = Pace::new(360, true);
        pace.slow_down(Some(Duration::ZERO));
        assert_eq!(pace.hold(), Some(SECOND));
        sleep(SECOND * 2).await;
        pace.slow_down(Some(HOUR * 24 * 3650));
        assert_eq!(pace.hold(), Some(HOUR));
    }

    #[tokio::test(start_paused = true)]
    async fn fault_11_a_hold_without_a_time_is_random_and_grows() {
        let first = |seed| {
            let pace = Pace::seeded(360, true, seed);
            pace.slow_down(None);
            pace.hold().unwrap()
        };
        let holds: Vec<_> = (0..50).map(first).collect();
        assert!(
            holds
                .iter()
                .all(|hold| (SECOND..=SECOND * 30).contains(hold))
        );
        assert!(holds.iter().any(|hold| *hold > SECOND * 20));
        assert!(holds.iter().any(|hold| *hold < SECOND * 10));
        assert_eq!(first(7), first(7));

        let pace = Pace::seeded(360, true, 7);
        let mut longest = Duration::ZERO;
        for _ in 0..20 {
            pace.slow_down(None);
            let hold = pace.hold().unwrap();
            longest = longest.max(hold);
            sleep(hold).await;
        }
        assert!(longest > SECOND * 120 && longest <= HOUR, "{longest:?}");
        // The same for whoever waits by these numbers.
        assert_ne!(pace.random(), pace.random());
    }

    #[tokio::test(start_paused = true)]
    async fn fault_11_after_good_hours_holds_are_short_again() {
        let pace = Pace::seeded(360, true, 7);
        for _ in 0..20 {
            pace.slow_down(None);
            let hold = pace.hold().unwrap();
            assert!(hold <= FIRST_HOLD, "{hold:?}");
            sleep(hold + RECOVERY_STEP * 9).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn fault_11_refusals_halve_the_share_and_good_minutes_bring_it_back() {
        let pace = Pace::new(360, true);
        let mut shares = Vec::new();
        for _ in 0..5 {
            pace.slow_down(Some(SECOND));
            // The second of two answers that were under way together.
            pace.slow_down(Some(SECOND));
            shares.push(pace.share());
            sleep(SECOND).await;
        }
        assert_eq!(shares, [0.5, 0.25, 0.125, 0.125, 0.125]);
        let mut recovered = Vec::new();
        for _ in 0..9 {
            sleep(RECOVERY_STEP).await;
            recovered.push((pace.share() * 1000.0).round() / 1000.0);
        }
        assert_eq!(
            recovered,
            [0.225, 0.325, 0.425, 0.525, 0.625, 0.725, 0.825, 0.925, 1.0]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_smaller_share_slows_the_background_down() {
        let pace = Pace::new(360, true);
        for _ in 0..3 {
            pace.slow_down(Some(SECOND));
            sleep(SECOND).await;
        }
        let started = Instant::now();
        let starts = starts(pace, Why::Background, 300, Duration::ZERO).await;
        // For a while: five minutes at an eighth, the next at a fifth …
        let early = starts.iter().filter(|at| **at < started + RECOVERY_STEP);
        let most = 23 + 6;
        assert!(early.count() <= most);
    }

    #[tokio::test(start_paused = true)]
    async fn changing_the_budget_to_and_fro_gives_no_burst() {
        let pace = Pace::new(360, true);
        let mut starts = Vec::new();
        for round in 0..200_u32 {
            pace.set_budget(300 + round % 2 * 60);
            pace.set_bursts(round % 3 == 0);
            if let Ok(permit) = tokio::time::timeout(SECOND, pace.permit(Why::Click)).await {
                starts.push(Instant::now());
                drop(permit);
            }
        }
        assert!(starts.len() <= 30 + 2 + 20, "{}", starts.len());
    }

    #[tokio::test(start_paused = true)]
    async fn changing_the_budget_to_and_fro_costs_nothing() {
        let pace = Pace::new(360, true);
        let asked = Instant::now();
        for round in 0..25_u32 {
            pace.set_budget(300 + round % 2 * 60);
            drop(pace.permit(Why::Click).await);
        }
        assert!(asked.elapsed() < SECOND * 25, "{:?}", asked.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_simulator_may_be_asked_as_fast_as_its_budget_allows() {
        let pace = Pace::new(36_000, false);
        let asked = Instant::now();
        crowd(&pace, &[(Why::Background, 900)], Duration::from_millis(200)).await;
        let took = asked.elapsed();
        assert!((SECOND * 42..SECOND * 50).contains(&took), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn requests_are_forgotten_after_an_hour() {
        let pace = Pace::new(360, true);
        drop(pace.permit(Why::Click).await);
        sleep(SECOND * 3599).await;
        for _ in 0..3 {
            drop(pace.permit(Why::Click).await);
        }
        assert_eq!(pace.requests_last_hour(), 4);
        sleep(SECOND * 2).await;
        assert_eq!(pace.requests_last_hour(), 3);
        assert_eq!(pace.requests_total(), 4);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        /// Whatever is asked whenever, no window holds more than the quotas promise.
        #[test]
        fn no_window_exceeds_the_budget(
            budget in 30_u32..=720,
            bursts: bool,
            asks in prop::collection::vec((any::<bool>(), 0_u64..40, 0_u64..3000), 1..250),
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_time().start_paused(true).build().unwrap();
            let starts = runtime.block_on(async {
                let pace = Pace::seeded(budget, true, 1);
                pace.set_bursts(bursts);
                let mut set = JoinSet::new();
                for (is_click, pause, lasting_ms) in asks {
                    sleep(SECOND * u32::try_from(pause).unwrap() / 4).await;
                    let why = if is_click { Why::Click } else { Why::Background };
                    let pace = pace.clone();
                    set.spawn(async move {
                        let _permit = pace.permit(why).await;
                        let at = Instant::now();
                        sleep(Duration::from_millis(lasting_ms)).await;
                        (at, why)
                    });
                }
                let mut starts = set.join_all().await;
                starts.sort_by_key(|(at, _)| *at);
                starts
            });
            let (all, background): (Vec<_>, Vec<_>) = starts
                .into_iter()
                .map(|(at, why)| (at, (why == Why::Background).then_some(at)))
                .unzip();
            let background: Vec<_> = background.into_iter().flatten().collect();
            let of_budget =
                |hours: f64| whole_number(f64::from(budget) * hours).get() as usize;
            for secs in [1_usize, 3, 10, 60, 600, 3600] {
                let window = Duration::from_secs(secs as u64);
                let hours = window.div_duration_f64(HOUR);
                let most = most_in(&background, window);
                let (calm, at_once, refill) =
                    if bursts { (secs, 1.0, 2.0) } else { (8 + secs.div_ceil(3), 0.5, 1.5) };
                prop_assert!(most <= secs.min(calm), "{} in {} s", most, secs);
                prop_assert!(most <= of_budget(at_once + refill * hours), "{} in {} s", most, secs);
                let most = most_in(&all, window);
                prop_assert!(most <= 5 + secs);
                // Beyond their reserve clicks borrow one every ten seconds.
                let clicks = 30 + of_budget(0.1 * hours) + secs.div_ceil(10);
                prop_assert!(most <= of_budget(at_once + refill * hours) + clicks, "{} in {} s", most, secs);
            }
        }
    }
}
