use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;
use crate::model::{TimeWish, WatchDraft};

/// A Monday's noon in Moscow.
fn at(hours: i64) -> DateTime<Utc> {
    let noon: DateTime<Utc> = "2026-11-23T12:00:00+03:00".parse().unwrap();
    noon + TimeDelta::hours(hours)
}

fn date(day: i64) -> NaiveDate {
    at(24 * day).date_naive()
}

/// How a watch stands, said as simply as it can be.
fn stands(watch: &Watch, now: DateTime<Utc>) -> Standing {
    let today = now.with_timezone(&Moscow).date_naive();
    let wish = &watch.draft.wish;
    Standing {
        on: match watch.activity {
            Activity::On => true,
            Activity::PausedUntil { until } => until <= now,
            Activity::Off => false,
        },
        expired: watch.draft.until.is_some_and(|until| until < today)
            || wish.not_after.is_some_and(|last| last < today)
            || wish.earlier_than.is_some_and(|limit| limit <= now),
    }
}

/// Who is listed where: doctor `d` at specialty `s` of every clinic, if they are alike in this.
fn is_member(specialty: &str, doctor: &str) -> bool {
    specialty.len() % 2 == doctor.len() % 2
}

/// The watches that a doctor would do for, by walking through all of them.
fn covering(
    watches: &BTreeMap<WatchId, Watch>,
    clinic: &str,
    doctor: &str,
) -> Vec<(WatchId, String)> {
    let covers = |watch: &Watch| {
        let place = watch.draft.places.iter().find(|place| {
            let named = matches!(place.doctors, DoctorChoice::Only { .. });
            place.clinic_id.as_str() == clinic
                && place.doctors.includes(&doctor.into())
                && (named || is_member(place.specialty_id.as_str(), doctor))
        })?;
        Some((watch.id, place.specialty_id.to_string()))
    };
    watches.values().filter_map(covers).collect()
}

const CLINICS: [&str; 3] = ["1", "2", "3"];
const SPECIALTIES: [&str; 3] = ["a", "bb", "ccc"];
const DOCTORS: [&str; 4] = ["x", "yy", "zzz", "vvvv"];

fn any_place() -> impl Strategy<Value = Place> {
    let doctors = prop::sample::subsequence(DOCTORS.to_vec(), 1..3);
    let one_of = prop::sample::select::<&str>;
    (one_of(&CLINICS), one_of(&SPECIALTIES), 0..3, doctors).prop_map(
        |(clinic, specialty, kind, doctors)| {
            let doctors = doctors.into_iter().map(|id| DoctorRef {
                id: id.into(),
                name: format!("Doctor {id}"),
            });
            let doctors = doctors.collect();
            Place {
                clinic_id: clinic.into(),
                clinic_name: String::new(),
                specialty_id: specialty.into(),
                specialty_name: String::new(),
                fer_id: None,
                doctors: match kind {
                    0 => DoctorChoice::Any,
                    1 => DoctorChoice::Only { doctors },
                    _ => DoctorChoice::Except { doctors },
                },
            }
        },
    )
}

fn any_watch() -> impl Strategy<Value = Watch> {
    let day = || prop::option::weighted(0.2, -3..4i64);
    let hour = || -72..96i64;
    let activity = prop_oneof![
        2 => Just(Activity::On),
        1 => Just(Activity::Off),
        2 => hour().prop_map(|hour| Activity::PausedUntil { until: at(hour) }),
    ];
    let places = prop::collection::vec(any_place(), 1..4);
    let limit = prop::option::weighted(0.2, hour());
    (0..12u32, activity, places, day(), day(), limit).prop_map(
        |(id, activity, mut places, until, not_after, limit)| {
            let mut pairs = HashSet::new();
            places.retain(|it| pairs.insert((it.clinic_id.clone(), it.specialty_id.clone())));
            Watch {
                id: WatchId(id),
                created_at: at(0),
                draft: WatchDraft {
                    places,
                    until: until.map(date),
                    wish: TimeWish {
                        not_after: not_after.map(date),
                        earlier_than: limit.map(at),
                        ..TimeWish::default()
                    },
                    ..WatchDraft::default()
                },
                activity,
            }
        },
    )
}

/// What may happen to the watches.
#[derive(Debug, Clone)]
enum Step {
    Put(Box<Watch>),
    Remove(u32),
    /// The clock shows this; it may have been set back.
    Time(i64),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => any_watch().prop_map(|watch| Step::Put(Box::new(watch))),
        1 => (0..12u32).prop_map(Step::Remove),
        3 => (-72..96i64).prop_map(Step::Time),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever was added, changed, paused and removed, and wherever the clock went, what is looked up
    /// is what a walk through all watches finds.
    #[test]
    fn what_is_looked_up_is_what_a_walk_through_all_watches_finds(
        steps in prop::collection::vec(any_step(), 1..40),
    ) {
        let mut roster = Roster::default();
        let mut watches = BTreeMap::new();
        let mut planned: BTreeMap<&str, Vec<WatchId>> = BTreeMap::new();
        let mut now = at(0);
        for step in steps {
            match step {
                Step::Put(watch) => {
                    roster.insert(Watch::clone(&watch));
                    watches.insert(watch.id, *watch);
                }
                Step::Remove(id) => {
                    roster.remove(WatchId(id));
                    watches.remove(&WatchId(id));
                }
                Step::Time(hour) => now = at(hour),
            }
            roster.settle(now);

            let awake = roster.awake();
            for id in (1..12).map(WatchId) {
                let watch = watches.get(&id);
                let on = watch.is_some_and(|watch| stands(watch, now).on);
                prop_assert_eq!(awake.contains(id), on);
                let expected = watch.is_some_and(|watch| stands(watch, now).is_active());
                prop_assert_eq!(roster.active(id).is_some(), expected);
            }
            for clinic in CLINICS {
                let of_clinic = |of: &ClinicId, _: &SpecialtyId| of.as_str() == clinic;
                let waits = |watch: &&Watch| {
                    let mut places = watch.draft.places.iter();
                    places.any(|place| place.clinic_id.as_str() == clinic)
                };
                let waiting: Vec<_> = watches.values().filter(waits).map(|watch| watch.id).collect();
                prop_assert_eq!(roster.waiting_where(of_clinic), waiting);
            }
            for clinic in CLINICS {
                for doctor in DOCTORS {
                    let (clinic_id, doctor_id) = (clinic.into(), doctor.into());
                    let member = |specialty: &SpecialtyId| is_member(specialty.as_str(), doctor);
                    let found: Vec<_> =
                        roster.covering(&clinic_id, &doctor_id, member).collect();
                    for (watch, _, standing) in &found {
                        prop_assert_eq!(*standing, stands(watch, now));
                    }
                    let found: Vec<_> = found
                        .iter()
                        .map(|(watch, place, _)| (watch.id, place.specialty_id.to_string()))
                        .collect();
                    prop_assert_eq!(found, covering(&watches, clinic, doctor));
                }
            }
            // A plan is true that is made anew for the clinics that are said to have changed alone.
            let changes = roster.take_changes();
            for clinic in CLINICS {
                let active = watches.values().filter(|watch| {
                    let mut places = watch.draft.places.iter();
                    stands(watch, now).is_active()
                        && places.any(|place| place.clinic_id.as_str() == clinic)
                });
                let active: Vec<WatchId> = active.map(|watch| watch.id).collect();
                if changes.clinics.contains(&clinic.into()) {
                    let clinic_id = clinic.into();
                    let ids = roster.active_at(&clinic_id).map(|watch| watch.id);
                    planned.insert(clinic, ids.collect());
                }
                prop_assert_eq!(planned.get(clinic).cloned().unwrap_or_default(), active);
            }
        }
    }
}

#[test]
fn a_turn_in_which_no_moment_passed_touches_nothing_and_one_watch_touches_its_clinic_alone() {
    let mut roster = Roster::default();
    let watch = |id: u32, activity| Watch {
        id: WatchId(id),
        created_at: at(0),
        draft: WatchDraft {
            places: vec![Place {
                clinic_id: ClinicId((id % 3).to_string()),
                clinic_name: String::new(),
                specialty_id: "a".into(),
                specialty_name: String::new(),
                fer_id: None,
                doctors: DoctorChoice::Any,
            }],
            ..WatchDraft::default()
        },
        activity,
    };
    for id in 1..=300 {
        roster.insert(watch(id, Activity::On));
    }
    roster.settle(at(0));
    assert_eq!(roster.take_changes().clinics.len(), 3);
    roster.settle(at(1));
    assert!(roster.take_changes().clinics.is_empty());

    roster.insert(watch(4, Activity::PausedUntil { until: at(5) }));
    roster.settle(at(2));
    let paused = roster.take_changes();
    assert_eq!(paused.clinics, BTreeSet::from(["1".into()]));
    assert!(paused.woken.is_empty());
    roster.settle(at(6));
    assert_eq!(roster.take_changes().woken, BTreeSet::from(["1".into()]));
}
