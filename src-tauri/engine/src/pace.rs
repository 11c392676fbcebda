//! One budget for every request of the program.
//!
//! A request starts when [`Pace::permit`] lets it and lasts as long as it holds
//! the [`Permit`]. Clicks go before background work and have a reserve; when the
//! reserve is gone they borrow from the background's future, so a person never
//! waits long. A refusal by the service (429, 503) holds everybody for as long
//! as it asked and halves the pace, which then recovers little by little.
//!
//! Two quotas count requests (GCRA, by `governor`): `whole` is the budget with a
//! burst that only clicks can use up, `background` is nine tenths of it, spread
//! evenly. A third, `starts`, keeps requests about a second apart.

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
    NotUntil, Quota, RateLimiter,
    clock::{Clock, Reference},
    middleware::{NoOpMiddleware, RateLimitingMiddleware, StateInformationMiddleware},
    nanos::Nanos,
    state::{InMemoryState, NotKeyed},
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::{
    sync::{Mutex as Queue, watch},
    time::Instant,
};

/// Requests an hour that the real service is never asked to exceed.
pub const REAL_CEILING_PER_HOUR: u32 = 360;
/// Connections to the real service at once.
const REAL_CONNECTIONS: usize = 2;
/// What background work may take of the budget.
pub(crate) const BACKGROUND_PART: f64 = 0.9;
/// The smallest burst of clicks the whole budget allows for.
const LEAST_RESERVE: u32 = 30;
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
    /// A pace of so many requests an hour. For the real service the ceiling of
    /// [`REAL_CEILING_PER_HOUR`], two connections and one request a second hold
    /// whatever the budget; for a simulator all of them grow with it.
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
                    };
                }
                Turn::At(moment) => {
                    tokio::select! {
                        () = tokio::time::sleep_until(moment) => (),
                        _ = changes.changed() => (),
                    }
                }
                // The sender lives in `shared`, so this never fails.
                Turn::AfterChange => _ = changes.changed().await,
            }
        }
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
        self.0.state().set_budget(budget_per_hour);
        self.0.tell();
    }

    /// Requests allowed in an hour.
    pub fn budget_per_hour(&self) -> u32 {
        self.0.state().budget
    }

    /// Requests started in the last 60 minutes.
    pub fn requests_last_hour(&self) -> u32 {
        self.0.state().log.last_hour(Instant::now())
    }

    /// Requests started since this pace was made.
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

impl Drop for Permit {
    fn drop(&mut self) {
        self.shared.state().finish(self.why);
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
    own: bool,
    whole: bool,
}

impl Claim {
    fn new() -> Self {
        Self {
            since: Instant::now(),
            own: false,
            whole: false,
        }
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
    limits: Limits,
    /// Connections in use.
    clicks_running: usize,
    background_running: usize,
    /// Requests that clicks took beyond the budget and background work pays for.
    debt: u32,
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
        Self {
            real,
            budget,
            limits: Limits::new(budget, 1.0, real),
            clicks_running: 0,
            background_running: 0,
            debt: 0,
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
        self.follow_share(now);
        if others_first || !self.has_connection(why) {
            return Turn::AfterChange;
        }
        let pay = match why {
            Why::Click => self.pay_click(claim, now),
            Why::Background => self.pay_background(claim),
        };
        if let Err(moment) = pay.and_then(|()| take(&self.limits.starts)) {
            return Turn::At(moment);
        }
        match why {
            Why::Click => self.clicks_running += 1,
            Why::Background => self.background_running += 1,
        }
        self.log.add(now);
        Turn::Go
    }

    /// One connection is kept free of background work, so that slow answers never make a click wait.
    fn has_connection(&self, why: Why) -> bool {
        let all = self.limits.connections;
        self.clicks_running + self.background_running < all
            && (why == Why::Click || self.background_running < (all - 1).max(1))
    }

    fn pay_click(&mut self, claim: &mut Claim, now: Instant) -> Result<(), Instant> {
        if !claim.whole {
            let patience = claim.since + CLICK_PATIENCE;
            match take(&self.limits.whole) {
                Ok(()) => (),
                Err(_) if now >= patience => self.debt += 1,
                Err(moment) => return Err(moment.min(patience)),
            }
            claim.whole = true;
        }
        Ok(())
    }

    fn pay_background(&mut self, claim: &mut Claim) -> Result<(), Instant> {
        if !claim.own {
            take(&self.limits.background)?;
            claim.own = true;
        }
        if !claim.whole {
            while self.debt > 0 {
                take(&self.limits.whole)?;
                self.debt -= 1;
            }
            take(&self.limits.whole)?;
            claim.whole = true;
        }
        Ok(())
    }

    fn finish(&mut self, why: Why) {
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

    fn follow_share(&mut self, now: Instant) {
        let share = self.share(now);
        if (share - self.limits.share).abs() > f64::EPSILON {
            self.limits = self.limits.changed(self.budget, share, self.real);
        }
    }

    fn set_budget(&mut self, budget: u32) {
        let budget = allowed(budget, self.real);
        if budget != self.budget {
            self.budget = budget;
            let share = self.share(Instant::now());
            self.limits = self.limits.changed(budget, share, self.real);
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

type Quotas = RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Tick>>;
/// One that tells how much is left.
type Purse = RateLimiter<NotKeyed, InMemoryState, TokioClock, StateInformationMiddleware>;

#[derive(Debug)]
struct Limits {
    share: f64,
    connections: usize,
    starts: Quotas,
    background: Purse,
    background_burst: NonZeroU32,
    whole: Purse,
    whole_burst: NonZeroU32,
}

impl Limits {
    fn new(budget: u32, share: f64, real: bool) -> Self {
        let per_second = if real {
            1.0
        } else {
            (f64::from(budget) / 3600.0 * 2.0).max(1.0)
        };
        let burst = whole_number(per_second);
        let per_hour = f64::from(budget) * share;
        // A simulator's budget may outrun the timer's millisecond.
        let background_burst = if real { NonZeroU32::MIN } else { burst };
        let whole_burst = at_least_one(LEAST_RESERVE.max(budget / 4));
        Self {
            share,
            connections: if real {
                REAL_CONNECTIONS
            } else {
                (burst.get() as usize).clamp(2, 16)
            },
            starts: RateLimiter::direct_with_clock(
                quota(per_second, burst.max(at_least_one(CLICK_BURST))),
                TokioClock,
            ),
            background: purse(per_hour * BACKGROUND_PART / 3600.0, background_burst),
            background_burst,
            whole: purse(per_hour / 3600.0, whole_burst),
            whole_burst,
        }
    }

    /// New limits in which what was used stays used, so that no change gives a burst.
    fn changed(&self, budget: u32, share: f64, real: bool) -> Self {
        let new = Self::new(budget, share, real);
        carry_over(&self.whole, &new.whole, new.whole_burst);
        carry_over(&self.background, &new.background, new.background_burst);
        new
    }
}

fn carry_over(old: &Purse, new: &Purse, burst: NonZeroU32) {
    let left = old
        .check()
        .map_or(0, |state| state.remaining_burst_capacity() + 1);
    if let Some(used) = NonZeroU32::new(burst.get().saturating_sub(left)) {
        // Not more than the burst of a purse that is still full: it passes.
        let _passed = new.check_n(used);
    }
}

/// Takes one, or says when there will be one.
fn take<M>(purse: &RateLimiter<NotKeyed, InMemoryState, TokioClock, M>) -> Result<(), Instant>
where
    M: RateLimitingMiddleware<Tick, NegativeOutcome = NotUntil<Tick>>,
{
    match purse.check() {
        Ok(_) => Ok(()),
        Err(until) => Err(until.earliest_possible().0),
    }
}

fn purse(per_second: f64, burst: NonZeroU32) -> Purse {
    RateLimiter::direct_with_clock(quota(per_second, burst), TokioClock).with_middleware()
}

fn quota(per_second: f64, burst: NonZeroU32) -> Quota {
    let period = Duration::from_secs_f64(1.0 / per_second).max(Duration::from_nanos(1));
    Quota::with_period(period)
        .expect("the period is not zero")
        .allow_burst(burst)
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

/// Starts of the last hour, counted by the second.
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
        (0..starts.len())
            .map(|i| {
                starts[i..]
                    .iter()
                    .take_while(|at| **at < starts[i] + window)
                    .count()
            })
            .max()
            .unwrap_or(0)
    }

    #[tokio::test(start_paused = true)]
    async fn background_work_takes_nine_tenths_of_the_budget_evenly() {
        let pace = Pace::new(360, true);
        let starts = starts(pace.clone(), Why::Background, 700, SECOND).await;
        assert!((320..=325).contains(&most_in(&starts, HOUR)));
        assert_eq!(most_in(&starts, Duration::from_secs(11)), 1);
        assert!(
            pace.requests_last_hour() <= 325,
            "{}",
            pace.requests_last_hour()
        );
        assert_eq!(pace.requests_total(), 700);
    }

    #[tokio::test(start_paused = true)]
    async fn no_crowd_gets_more_than_the_caps_in_any_window() {
        let pace = Pace::new(360, true);
        let asks = [(Why::Click, 400), (Why::Background, 50)];
        let all = crowd(&pace, &asks, Duration::from_millis(300)).await;
        let starts: Vec<_> = all.iter().map(|(_, at)| *at).collect();
        for secs in [1_u32, 2, 5, 10, 60, 600, 3600] {
            let most = most_in(&starts, SECOND * secs);
            // The burst of clicks, then one a second; the reserve, then the budget.
            assert!(most <= 5 + secs as usize, "{most} in {secs} s");
            assert!(most <= 90 + 1 + secs as usize / 10, "{most} in {secs} s");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_budget_above_the_ceiling_is_cut_for_the_real_service_only() {
        assert_eq!(Pace::new(10_000, true).budget_per_hour(), 360);
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
        sleep(HOUR * 5).await;
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
        // About 50 clicks in three minutes with a reserve of 30: the rest is paid back a minute each.
        let asked = Instant::now();
        drop(pace.permit(Why::Background).await);
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
    async fn a_hold_without_a_time_is_random_and_grows() {
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
    }

    #[tokio::test(start_paused = true)]
    async fn refusals_halve_the_share_and_good_minutes_bring_it_back() {
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
        let starts = starts(pace, Why::Background, 4, Duration::ZERO).await;
        let gap = starts[3] - starts[2];
        // 360 × 0.9 / 8 = 40.5 an hour.
        assert!((SECOND * 88..=SECOND * 90).contains(&gap), "{gap:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn changing_the_budget_to_and_fro_gives_no_burst() {
        let pace = Pace::new(360, true);
        let mut starts = Vec::new();
        for round in 0..200_u32 {
            pace.set_budget(300 + round % 2 * 60);
            if let Ok(permit) = tokio::time::timeout(SECOND, pace.permit(Why::Click)).await {
                starts.push(Instant::now());
                drop(permit);
            }
        }
        assert!(starts.len() <= 90 + 1 + 20, "{}", starts.len());
    }

    #[tokio::test(start_paused = true)]
    async fn a_simulator_may_be_asked_as_fast_as_its_budget_allows() {
        let pace = Pace::new(36_000, false);
        let asked = Instant::now();
        crowd(&pace, &[(Why::Background, 900)], Duration::from_millis(200)).await;
        let took = asked.elapsed();
        assert!((SECOND * 95..SECOND * 105).contains(&took), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn requests_are_forgotten_after_an_hour() {
        let pace = Pace::new(360, true);
        drop(pace.permit(Why::Click).await);
        sleep(SECOND * 3599).await;
        drop(pace.permit(Why::Click).await);
        assert_eq!(pace.requests_last_hour(), 2);
        sleep(SECOND * 2).await;
        assert_eq!(pace.requests_last_hour(), 1);
        assert_eq!(pace.requests_total(), 2);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        /// Whatever is asked whenever, no window holds more than the budget and its reserve.
        #[test]
        fn no_window_exceeds_the_budget(
            budget in 60_u32..=360,
            asks in prop::collection::vec((any::<bool>(), 0_u64..40, 0_u64..3000), 1..250),
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_time().start_paused(true).build().unwrap();
            let starts = runtime.block_on(async {
                let pace = Pace::seeded(budget, true, 1);
                let mut set = JoinSet::new();
                for (is_click, pause, lasting_ms) in asks {
                    sleep(SECOND * u32::try_from(pause).unwrap() / 4).await;
                    let why = if is_click { Why::Click } else { Why::Background };
                    let pace = pace.clone();
                    set.spawn(async move {
                        let _permit = pace.permit(why).await;
                        let at = Instant::now();
                        sleep(Duration::from_millis(lasting_ms)).await;
                        at
                    });
                }
                let mut starts = set.join_all().await;
                starts.sort();
                starts
            });
            let per_hour = usize::try_from(budget.max(360)).unwrap();
            for secs in [1_usize, 10, 60, 600, 3600] {
                let most = most_in(&starts, Duration::from_secs(secs as u64));
                prop_assert!(most <= 5 + secs);
                // Clicks may borrow one every ten seconds below 360 an hour.
                prop_assert!(most <= 92 + (secs * per_hour).div_ceil(3600), "{} in {} s", most, secs);
            }
        }
    }
}
