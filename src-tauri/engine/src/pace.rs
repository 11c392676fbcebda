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
    Quota, RateLimiter,
    clock::{Clock, Reference},
    middleware::{NoOpMiddleware, StateInformationMiddleware},
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
const BACKGROUND_PART: f64 = 0.9;
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
        if let Err(moment) = pay.and_then(|()| ask(&self.limits.starts)) {
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
            match self.limits.ask_whole() {
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
            ask(&self.limits.background)?;
            claim.own = true;
        }
        if !claim.whole {
            while self.debt > 0 {
                self.limits.ask_whole()?;
                self.debt -= 1;
            }
            self.limits.ask_whole()?;
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
type Reserve = RateLimiter<NotKeyed, InMemoryState, TokioClock, StateInformationMiddleware>;

#[derive(Debug)]
struct Limits {
    share: f64,
    connections: usize,
    starts: Quotas,
    background: Quotas,
    background_burst: NonZeroU32,
    whole: Reserve,
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
            starts: quotas(per_second, burst.max(at_least_one(CLICK_BURST))),
            background: quotas(per_hour * BACKGROUND_PART / 3600.0, background_burst),
            background_burst,
            whole: RateLimiter::direct_with_clock(
                quota(per_hour / 3600.0, whole_burst),
                TokioClock,
            )
            .with_middleware(),
            whole_burst,
        }
    }

    /// New limits in which what was used stays used, so that no change gives a burst.
    fn changed(&self, budget: u32, share: f64, real: bool) -> Self {
        let new = Self::new(budget, share, real);
        let left = self
            .whole
            .check()
            .map_or(0, |state| state.remaining_burst_capacity() + 1);
        let used = new.whole_burst.get().saturating_sub(left);
        if let Some(used) = NonZeroU32::new(used) {
            // Not more than the burst, and the quota is untouched: it passes.
            let _passed = new.whole.check_n(used);
        }
        let _passed = new.background.check_n(new.background_burst);
        new
    }

    fn ask_whole(&self) -> Result<(), Instant> {
        match self.whole.check() {
            Ok(_) => Ok(()),
            Err(until) => Err(until.earliest_possible().0),
        }
    }
}

fn ask(quotas: &Quotas) -> Result<(), Instant> {
    quotas.check().map_err(|until| until.earliest_possible().0)
}

fn quotas(per_second: f64, burst: NonZeroU32) -> Quotas {
    RateLimiter::direct_with_clock(quota(per_second, burst), TokioClock)
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
struct TokioClock;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Tick(Instant);

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
