//! How the service as a whole is doing, and when it is asked whether it is back.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::{Board, Cause, Trouble};
use crate::{model::ServiceState, schedule};

/// No longer than this after the last question it is asked whether the network is back.
const OFFLINE_PROBE: Duration = Duration::from_secs(5);
/// And no sooner than this after its answer.
pub(super) const SHORTEST_PROBE: Duration = Duration::from_secs(1);
/// How long to wait before asking whether the whole service is back.
const DOWN_PROBE: Duration = Duration::from_secs(75);
/// The longest wait before asking whether the service still refuses this address.
const BLOCKED_PROBE: Duration = Duration::from_mins(10);

/// How the service as a whole is doing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Service {
    pub(crate) state: ServiceState,
    pub(super) since: Option<DateTime<Utc>>,
    pub(super) failures: u32,
    /// Nothing is asked before; then one round goes first.
    pub(super) hold_until: Option<Instant>,
}

impl Board {
    pub(super) fn recover(&mut self, before: ServiceState) {
        self.service = Service {
            state: ServiceState::Fine,
            since: None,
            failures: 0,
            hold_until: None,
        };
        if matches!(
            before,
            ServiceState::Offline
                | ServiceState::Impostor
                | ServiceState::BadCertificate
                | ServiceState::Blocked
                | ServiceState::Down
        ) {
            self.spread();
        }
    }

    pub(super) fn degrade(&mut self, trouble: Trouble) {
        let (before, times) = (self.service.state, self.service.failures);
        let failures_as = |state| if before == state { times } else { 0 };
        let (state, hold) = match trouble.cause {
            Cause::Offline => (ServiceState::Offline, Some(self.before_probing())),
            // Whoever it is, the service hears nothing of it.
            Cause::Impostor => (ServiceState::Impostor, Some(self.before_probing())),
            Cause::BadCertificate => (
                ServiceState::BadCertificate,
                Some(self.in_about(DOWN_PROBE)),
            ),
            // The pace itself holds everything.
            Cause::Slowed => (ServiceState::Slowed, None),
            Cause::Blocked => {
                let doubled =
                    OFFLINE_PROBE.saturating_mul(2 << failures_as(ServiceState::Blocked).min(10));
                let hold = self.in_about(doubled.min(BLOCKED_PROBE));
                (ServiceState::Blocked, Some(hold))
            }
            Cause::Site if self.most_clinics_fail() => {
                (ServiceState::Down, Some(self.in_about(DOWN_PROBE)))
            }
            Cause::Site | Cause::Own => return self.hold_on(),
            Cause::Clinic | Cause::Missing => return self.recover(self.service.state),
        };
        let failures = failures_as(state) + 1;
        let since = match failures {
            1 => Some(trouble.since),
            _ => self.service.since,
        };
        self.service = Service {
            state,
            since,
            failures,
            hold_until: hold,
        };
    }

    /// Whoever went first to see whether the service is back did not find out: another does.
    fn hold_on(&mut self) {
        if self
            .service
            .hold_until
            .is_some_and(|hold| hold <= Instant::now())
        {
            self.service.hold_until = Some(match self.service.state {
                ServiceState::Offline | ServiceState::Impostor => self.before_probing(),
                ServiceState::Unknown
                | ServiceState::Fine
                | ServiceState::Slowed
                | ServiceState::Blocked
                | ServiceState::BadCertificate
                | ServiceState::Down => self.in_about(DOWN_PROBE),
            });
        }
    }

    fn in_about(&mut self, wait: Duration) -> Instant {
        Instant::now() + schedule::jittered(wait, &mut self.rng)
    }

    /// When to ask next whether the network is back: counted from the beginning of the last such
    /// question, for a resolver that is silent takes most of the time that it may take to notice.
    fn before_probing(&mut self) -> Instant {
        let now = Instant::now();
        // A person who presses asks before it is time.
        let began = self.service.hold_until.map_or(now, |until| until.min(now));
        let next = began + schedule::before(OFFLINE_PROBE, &mut self.rng);
        next.max(now + SHORTEST_PROBE)
    }

    fn most_clinics_fail(&self) -> bool {
        let failing = self
            .plan
            .keys()
            .filter(|clinic| {
                self.facts
                    .get(*clinic)
                    .is_some_and(|facts| facts.trouble.is_some())
            })
            .count();
        failing * 2 > self.plan.len()
    }
}
