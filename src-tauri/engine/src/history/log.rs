//! What the log of looks says about knowing: how sure the moment of a change
//! is, and when nobody looked. Pure; reads the looks one by one, in their order.
//!
//! A doctor's slots are known by a look at them. Lists looked at in between
//! say that nothing changed, as long as they come densely; they are believed
//! for a while only, since the slots of a watch that is off are not followed.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::{
    ClinicId, DoctorId, Gap, GapCause, Key, Look, Outcome, Sleep, SpecialtyId, Watch,
};

/// Looks further apart than this leave a gap: nothing seen after it can be put into a half-hour.
pub(crate) const DENSE: TimeDelta = TimeDelta::minutes(30);
/// Lists that do not change stand for the slots under them this long.
const HINT_LASTS: TimeDelta = TimeDelta::minutes(75);
/// The code of a clinic that offers nothing online.
const NO_ONLINE: i32 = 37;

/// How well the moment of a change is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// The first look at the doctor; `newcomer`: the lists had been looked at for a while without them.
    First { newcomer: bool },
    /// Looked at shortly before.
    Closely,
    /// Nobody had looked since.
    Since(DateTime<Utc>),
}

/// What belongs to a watch.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    specialties: HashSet<(ClinicId, SpecialtyId)>,
    /// The doctors it covers.
    pub(crate) doctors: HashSet<(ClinicId, DoctorId)>,
}

impl Scope {
    /// The specialties of the watch and these doctors.
    pub(crate) fn new(watch: &Watch, doctors: HashSet<(ClinicId, DoctorId)>) -> Self {
        let places = watch.draft.places.iter();
        Self {
            specialties: places
                .map(|place| (place.clinic_id.clone(), place.specialty_id.clone()))
                .collect(),
            doctors,
        }
    }
}

/// What the looks so far have told.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    scope: Scope,
    all: Line,
    clinics: HashMap<ClinicId, Clinic>,
    changes: HashMap<(ClinicId, DoctorId, DateTime<Utc>), Known>,
}

#[derive(Debug, Default)]
struct Clinic {
    line: Line,
    /// The lists have been looked at densely from the first moment to the second.
    listed: Option<(DateTime<Utc>, DateTime<Utc>)>,
    doctors: HashMap<DoctorId, Followed>,
    /// Doctors whose slots could not be read and never had been.
    unread: HashSet<DoctorId>,
}

#[derive(Debug)]
struct Followed {
    /// The last good look at the slots.
    good: DateTime<Utc>,
    /// Nothing had changed by then.
    known: DateTime<Utc>,
    /// A look failed since: lists say nothing any more.
    sick: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taught {
    Much,
    NoOnline,
    Nothing,
    Failed(GapCause),
}

impl Reading {
    /// Nothing read yet.
    pub(crate) fn new(scope: Scope) -> Self {
        Self {
            scope,
            ..Self::default()
        }
    }

    /// The next look.
    pub(crate) fn read(&mut self, look: &Look) {
        let clinic_id = look.key.clinic_id();
        let ours = match &look.key {
            Key::Clinic { .. } => true,
            Key::Specialty {
                clinic_id,
                specialty_id,
            } => self
                .scope
                .specialties
                .contains(&(clinic_id.clone(), specialty_id.clone())),
            Key::Doctor {
                clinic_id,
                doctor_id,
            } => self
                .scope
                .doctors
                .contains(&(clinic_id.clone(), doctor_id.clone())),
        };
        if !ours {
            return;
        }
        let taught = taught(look);
        self.all.note(look.at, taught);
        let clinic = self.clinics.entry(clinic_id.clone()).or_default();
        clinic.line.note(look.at, taught);
        match (&look.key, taught) {
            (Key::Doctor { doctor_id, .. }, Taught::Failed(_)) => {
                match clinic.doctors.get_mut(doctor_id) {
                    Some(doctor) => doctor.sick = true,
                    None => drop(clinic.unread.insert(doctor_id.clone())),
                }
            }
            (Key::Doctor { doctor_id, .. }, Taught::Much | Taught::NoOnline | Taught::Nothing) => {
                let known = clinic.see(doctor_id, look.at);
                if look.appeared + look.vanished > 0 {
                    let change = (clinic_id.clone(), doctor_id.clone(), look.at);
                    self.changes.insert(change, known);
                }
            }
            (Key::Specialty { .. }, Taught::Failed(_)) => {
                for doctor in clinic.doctors.values_mut() {
                    doctor.sick = true;
                }
            }
            (Key::Clinic { .. } | Key::Specialty { .. }, Taught::Much | Taught::NoOnline) => {
                clinic.list(look.at);
            }
            (Key::Clinic { .. }, Taught::Nothing | Taught::Failed(_))
            | (Key::Specialty { .. }, Taught::Nothing) => (),
        }
    }

    /// How well the moment of this change is known; `None`: the log does not reach back to it.
    pub(crate) fn known(
        &self,
        clinic: &ClinicId,
        doctor: &DoctorId,
        at: DateTime<Utc>,
    ) -> Option<Known> {
        let change = (clinic.clone(), doctor.clone(), at);
        self.changes.get(&change).copied()
    }

    /// The first good look.
    pub(crate) fn since(&self) -> Option<DateTime<Utc>> {
        self.all.first
    }

    /// When nobody looked, newest first: at nothing of the watch, or at one of its clinics.
    pub(crate) fn gaps(&self, now: DateTime<Utc>, slept: Option<Sleep>) -> Vec<Gap> {
        let whole = self.all.gaps(now);
        let mut gaps = whole.clone();
        if self.clinics.len() > 1 {
            for (id, clinic) in &self.clinics {
                let own = clinic.line.gaps(now).into_iter().map(|gap| Gap {
                    clinic_id: Some(id.clone()),
                    ..gap
                });
                gaps.extend(own.filter(|gap| !is_told_by(gap, &whole, now)));
            }
        }
        for gap in &mut gaps {
            let asleep = slept.map_or(TimeDelta::zero(), |slept| {
                overlap(gap, slept.from, slept.to, now)
            });
            if gap.cause == GapCause::Off && asleep * 2 > length(gap, now) {
                gap.cause = GapCause::Asleep;
            }
        }
        gaps.sort_by(|a, b| (b.from, &b.clinic_id).cmp(&(a.from, &a.clinic_id)));
        gaps
    }
}

impl Clinic {
    fn see(&mut self, id: &DoctorId, at: DateTime<Utc>) -> Known {
        let known = match self.doctors.get(id) {
            Some(doctor) if at - doctor.known <= DENSE => Known::Closely,
            Some(doctor) => Known::Since(doctor.known),
            None => Known::First {
                newcomer: !self.unread.contains(id)
                    && self.listed.is_some_and(|(from, _)| at - from >= DENSE),
            },
        };
        let doctor = Followed {
            good: at,
            known: at,
            sick: false,
        };
        self.doctors.insert(id.clone(), doctor);
        known
    }

    fn list(&mut self, at: DateTime<Utc>) {
        let from = match self.listed {
            Some((from, to)) if at - to <= DENSE => from,
            Some(_) | None => at,
        };
        self.listed = Some((from, at));
        for doctor in self.doctors.values_mut() {
            if !doctor.sick && at - doctor.known <= DENSE && at - doctor.good <= HINT_LASTS {
                doctor.known = at;
            }
        }
    }
}

fn taught(look: &Look) -> Taught {
    match (look.outcome, &look.key) {
        (Outcome::Empty, Key::Clinic { .. }) if look.code == Some(NO_ONLINE) => Taught::NoOnline,
        // An empty list of specialties says nothing about what is under it.
        (Outcome::Empty, Key::Clinic { .. }) => Taught::Nothing,
        (Outcome::Fresh | Outcome::Empty, _) => Taught::Much,
        (Outcome::Unavailable, _) => Taught::Failed(GapCause::Unavailable),
        (Outcome::Blocked, _) => Taught::Failed(GapCause::Blocked),
        (Outcome::Offline, _) => Taught::Failed(GapCause::Offline),
    }
}

/// Looks one after another, and what was between them.
#[derive(Debug, Default)]
struct Line {
    first: Option<DateTime<Utc>>,
    /// What has passed since the last good look, or since the first that failed before any was good.
    open: Option<Open>,
    closed: Vec<Gap>,
}

#[derive(Debug, Clone)]
struct Open {
    good: DateTime<Utc>,
    last: DateTime<Utc>,
    last_taught: Taught,
    spent: HashMap<GapCause, TimeDelta>,
}

impl Open {
    /// Time passed: nobody looked, or looks failed.
    fn pass(&mut self, at: DateTime<Utc>, taught: Taught) {
        let passed = at - self.last;
        let cause = match (self.last_taught, taught) {
            (Taught::NoOnline, _) if passed > DENSE => Some(GapCause::NoOnline),
            _ if passed > DENSE => Some(GapCause::Off),
            (Taught::Failed(cause), _) | (_, Taught::Failed(cause)) => Some(cause),
            _ => None,
        };
        if let Some(cause) = cause {
            *self.spent.entry(cause).or_default() += passed;
        }
        self.last = at;
        self.last_taught = taught;
    }

    fn gap(&self, to: Option<DateTime<Utc>>) -> Gap {
        let most = self
            .spent
            .iter()
            .max_by_key(|(cause, spent)| (**spent, **cause));
        Gap {
            clinic_id: None,
            from: self.good,
            to,
            cause: most.map_or(GapCause::Unavailable, |(cause, _)| *cause),
        }
    }
}

impl Line {
    fn note(&mut self, at: DateTime<Utc>, taught: Taught) {
        let good = matches!(taught, Taught::Much | Taught::NoOnline);
        if let Some(open) = &mut self.open {
            open.pass(at, taught);
            if good && at - open.good > DENSE {
                self.closed.push(open.gap(Some(at)));
            }
        }
        if good {
            self.first.get_or_insert(at);
        }
        // Failing from the first look on is a gap, too.
        if good || (self.open.is_none() && matches!(taught, Taught::Failed(_))) {
            self.open = Some(Open {
                good: at,
                last: at,
                last_taught: taught,
                spent: HashMap::new(),
            });
        }
    }

    fn gaps(&self, now: DateTime<Utc>) -> Vec<Gap> {
        let mut gaps = self.closed.clone();
        if let Some(open) = self.open.as_ref().filter(|open| now - open.good > DENSE) {
            let mut open = open.clone();
            open.pass(now, Taught::Nothing);
            gaps.push(open.gap(None));
        }
        gaps
    }
}

fn length(gap: &Gap, now: DateTime<Utc>) -> TimeDelta {
    gap.to.unwrap_or(now) - gap.from
}

fn overlap(gap: &Gap, from: DateTime<Utc>, to: DateTime<Utc>, now: DateTime<Utc>) -> TimeDelta {
    (to.min(gap.to.unwrap_or(now)) - from.max(gap.from)).max(TimeDelta::zero())
}

/// Does most of this gap lie in gaps of the whole watch?
fn is_told_by(gap: &Gap, whole: &[Gap], now: DateTime<Utc>) -> bool {
    let told: TimeDelta = whole
        .iter()
        .map(|other| overlap(gap, other.from, other.to.unwrap_or(now), now))
        .sum();
    told * 2 >= length(gap, now)
}
