use super::*;
use crate::{
    model::{
        Activity, DoctorChoice, DoctorId, GapCause, Key, Language, Look, Outcome, Place, Slot,
        SpecialtyId, Watch, WatchDraft, WatchId,
    },
    text::Words,
};

/// Monday, 5 October 2026, midnight in Moscow.
fn monday() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-10-05T00:00:00+03:00")
        .unwrap()
        .to_utc()
}

fn at(day: i64, hour: i64, minute: i64) -> DateTime<Utc> {
    monday() + TimeDelta::days(day) + TimeDelta::hours(hour) + TimeDelta::minutes(minute)
}

fn clinic() -> ClinicId {
    "1".into()
}

fn doctor(name: &str) -> (ClinicId, DoctorId) {
    (clinic(), name.into())
}

fn of_doctor(name: &str) -> Key {
    Key::Doctor {
        clinic_id: clinic(),
        doctor_id: name.into(),
    }
}

fn of_clinic() -> Key {
    Key::Clinic {
        clinic_id: clinic(),
    }
}

fn look(key: Key, at: DateTime<Utc>, outcome: Outcome) -> Look {
    Look {
        key,
        at,
        outcome,
        code: None,
        appeared: 1,
        vanished: 0,
        elapsed_ms: 1,
    }
}

fn watch() -> Watch {
    Watch {
        id: WatchId(1),
        draft: WatchDraft {
            places: vec![Place {
                clinic_id: clinic(),
                clinic_name: "Поликлиника № 1".to_owned(),
                specialty_id: SpecialtyId("s".to_owned()),
                specialty_name: "Окулист".to_owned(),
                fer_id: None,
                doctors: DoctorChoice::Any,
            }],
            ..WatchDraft::default()
        },
        created_at: monday(),
        activity: Activity::On,
    }
}

/// The log of these looks, for doctors «a» and «b».
fn reading(looks: &[Look]) -> Reading {
    let doctors = ["a", "b"].map(doctor).into_iter().collect();
    let mut reading = Reading::new(Scope::new(&watch(), doctors));
    for look in looks {
        reading.read(look);
    }
    reading
}

/// Good looks at «a» every quarter of an hour from the first moment to the second.
fn looked(from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Look> {
    let quarters = (to - from).num_minutes() / 15;
    (0..=quarters)
        .map(|quarter| {
            look(
                of_doctor("a"),
                from + TimeDelta::minutes(15 * quarter),
                Outcome::Fresh,
            )
        })
        .collect()
}

fn past(first_seen: DateTime<Utc>, gone_at: Option<DateTime<Utc>>) -> Past {
    Past {
        opening: Opening {
            clinic_id: clinic(),
            doctor_id: "a".into(),
            doctor: "Иванова".to_owned(),
            slot: Slot {
                start: at(60, 0, 0),
                end: None,
                room: None,
                address: None,
            },
            first_seen,
            last_seen: first_seen,
            gone_at,
        },
        gone_for_certain: gone_at.is_some(),
        alerted: true,
    }
}

fn story(looks: &[Look], past: Vec<Past>, now: DateTime<Utc>) -> History {
    let reading = reading(looks);
    history(&tell(past, &reading, now), &reading, None, now)
}

#[test]
fn what_the_first_look_shows_is_no_release() {
    let looks = looked(at(0, 9, 0), at(0, 10, 0));
    let history = story(
        &looks,
        vec![past(at(0, 9, 0), None), past(at(0, 9, 45), None)],
        at(0, 10, 0),
    );
    assert_eq!(history.since, Some(at(0, 9, 0)));
    assert_eq!(history.releases.len(), 1);
    assert_eq!(history.releases[0].first_seen, at(0, 9, 45));
    assert_eq!(history.releases[0].unseen_since, None);
}

#[test]
fn what_appears_while_nobody_looks_is_counted_apart() {
    let mut looks = looked(at(0, 9, 0), at(0, 22, 0));
    looks.extend(looked(at(1, 8, 0), at(1, 9, 0)));
    let history = story(&looks, vec![past(at(1, 8, 0), None)], at(1, 9, 0));
    assert_eq!(history.unplaced, 1);
    assert_eq!(history.releases[0].unseen_since, Some(at(0, 22, 0)));
    assert_eq!(
        history.timing,
        Timing::TooFew {
            releases: 0,
            days_left: None
        }
    );
    assert_eq!(history.gaps.len(), 1);
    assert_eq!(history.gaps[0].from, at(0, 22, 0));
    assert_eq!(history.gaps[0].to, Some(at(1, 8, 0)));
    assert_eq!(history.gaps[0].cause, GapCause::Off);
}

#[test]
fn the_list_that_wakes_the_round_does_not_hide_the_gap_before_it() {
    let mut looks = looked(at(0, 9, 0), at(0, 10, 0));
    looks.push(look(of_clinic(), at(0, 20, 0), Outcome::Fresh));
    looks.push(look(of_doctor("a"), at(0, 20, 1), Outcome::Fresh));
    let reading = reading(&looks);
    assert_eq!(
        reading.known(&clinic(), &"a".into(), at(0, 20, 1)),
        Some(Known::Since(at(0, 10, 0)))
    );
}

#[test]
fn unchanged_lists_stand_for_slots_for_a_while_and_a_failed_look_ends_that() {
    let lists = |until: i64| {
        let mut looks = vec![look(of_doctor("a"), at(0, 9, 0), Outcome::Fresh)];
        looks.extend((1..=until).map(|n| look(of_clinic(), at(0, 9, 10 * n), Outcome::Fresh)));
        looks
    };
    let known = |mut looks: Vec<Look>, minute: i64| {
        looks.push(look(of_doctor("a"), at(0, 9, minute), Outcome::Fresh));
        reading(&looks).known(&clinic(), &"a".into(), at(0, 9, minute))
    };
    assert_eq!(known(lists(6), 61), Some(Known::Closely));
    assert_eq!(known(lists(20), 201), Some(Known::Since(at(0, 9, 70))));
    let mut failed = vec![look(of_doctor("a"), at(0, 9, 5), Outcome::Unavailable)];
    failed.splice(0..0, lists(0));
    failed.extend(lists(6).split_off(1));
    assert_eq!(known(failed, 61), Some(Known::Since(at(0, 9, 0))));
}

#[test]
fn a_doctor_new_on_the_list_is_news_and_one_never_read_is_not() {
    let mut looks: Vec<Look> = (0..=6)
        .map(|n| look(of_clinic(), at(0, 9, 10 * n), Outcome::Fresh))
        .collect();
    let newcomer = look(of_doctor("b"), at(0, 10, 1), Outcome::Fresh);
    looks.push(newcomer.clone());
    let known = |looks: &[Look]| reading(looks).known(&clinic(), &"b".into(), at(0, 10, 1));
    assert_eq!(known(&looks), Some(Known::First { newcomer: true }));
    looks.insert(1, look(of_doctor("b"), at(0, 9, 1), Outcome::Unavailable));
    assert_eq!(known(&looks), Some(Known::First { newcomer: false }));
    assert_eq!(known(&[newcomer]), Some(Known::First { newcomer: false }));
}

#[test]
fn ten_releases_make_a_table() {
    let looks = looked(at(0, 7, 0), at(14, 23, 0));
    let mut openings = Vec::new();
    // At eight from Monday to Friday, both weeks, two slots each time.
    for day in [0, 1, 2, 3, 4, 7, 8, 9, 10, 11] {
        openings.extend([past(at(day, 8, 0), None), past(at(day, 8, 0), None)]);
    }
    openings.push(past(at(5, 15, 45), None));
    let history = story(&looks, openings.clone(), at(14, 23, 0));
    let Timing::Known {
        releases,
        cells,
        unlooked,
    } = history.timing
    else {
        panic!("eleven releases are enough");
    };
    assert_eq!(releases, 11);
    assert_eq!(cells.len(), 6);
    // Some nights are missing, but those in between were looked through.
    assert!(
        unlooked
            .iter()
            .all(|at| at.half_hour >= 46 || at.half_hour < 14)
    );
    assert_eq!(
        cells[0],
        Cell {
            day: Day::Mon,
            half_hour: 16,
            releases: 2,
            slots: 4
        }
    );
    openings.truncate(12);
    let fewer = story(&looks, openings, at(14, 23, 0));
    assert_eq!(
        fewer.timing,
        Timing::TooFew {
            releases: 6,
            days_left: Some(10)
        }
    );
}

#[test]
fn slots_that_come_together_are_one_release_and_the_gap_is_never_mixed_in() {
    let mut looks = looked(at(0, 9, 0), at(0, 10, 0));
    looks.push(look(of_doctor("a"), at(0, 10, 3), Outcome::Fresh));
    let history = story(
        &looks,
        vec![
            past(at(0, 10, 0), None),
            past(at(0, 10, 3), None),
            past(at(0, 9, 30), None),
        ],
        at(0, 10, 5),
    );
    let sizes: Vec<u32> = history.releases.iter().map(|it| it.slots).collect();
    assert_eq!(sizes, [2, 1]);
    assert_eq!(history.releases[0].free, 2);
    assert_eq!(history.releases[0].doctors, ["Иванова"]);
}

#[test]
fn a_life_counts_only_when_both_ends_were_seen_and_the_end_is_certain() {
    let mut looks = looked(at(0, 9, 0), at(0, 12, 0));
    looks.push(look(of_doctor("a"), at(0, 9, 34), Outcome::Fresh));
    looks.sort_by_key(|look| look.at);
    looks.extend(looked(at(0, 20, 0), at(0, 21, 0)));
    let mut openings: Vec<Past> = (0..4)
        .map(|_| past(at(0, 9, 30), Some(at(0, 9, 45))))
        .collect();
    openings.push(past(at(0, 9, 30), Some(at(0, 9, 34))));
    // There from the first look; gone while nobody looked; not certain; until its own time.
    openings.push(past(at(0, 9, 0), Some(at(0, 9, 45))));
    openings.push(past(at(0, 9, 30), Some(at(0, 20, 0))));
    openings.push(Past {
        gone_for_certain: false,
        ..past(at(0, 9, 30), Some(at(0, 10, 0)))
    });
    let mut unclaimed = past(at(0, 9, 30), Some(at(0, 11, 0)));
    unclaimed.opening.slot.start = at(0, 10, 50);
    openings.push(unclaimed);
    let history = story(&looks, openings.clone(), at(0, 21, 0));
    assert_eq!(
        history.lives,
        Lives::Known {
            counted: 5,
            median_secs: 15 * 60,
            short: 1
        }
    );
    assert_eq!(history.unclaimed, 1);
    assert_eq!(history.releases[0].life_secs, Some(15 * 60));

    openings.remove(0);
    let fewer = story(&looks, openings, at(0, 21, 0));
    assert_eq!(fewer.lives, Lives::TooFew { counted: 4 });
}

#[test]
fn a_gap_is_named_after_what_took_most_of_it() {
    let failing = |from: i64, to: i64, outcome| {
        (from..to).map(move |minute| look(of_clinic(), at(0, 9, minute), outcome))
    };
    let gaps = |looks: Vec<Look>, slept| reading(&looks).gaps(at(0, 12, 0), slept);
    let mut looks = looked(at(0, 9, 0), at(0, 9, 0));
    looks.extend(failing(1, 60, Outcome::Offline));
    looks.extend(failing(60, 80, Outcome::Unavailable));
    looks.extend(looked(at(0, 10, 20), at(0, 12, 0)));
    let named = gaps(looks, None);
    assert_eq!(named.len(), 1);
    assert_eq!(named[0].cause, GapCause::Offline);

    let nights = vec![look(of_doctor("a"), at(0, 2, 0), Outcome::Fresh)];
    let named = gaps(nights.clone(), None);
    assert_eq!((named[0].cause, named[0].to), (GapCause::Off, None));
    let slept = Sleep {
        from: at(0, 3, 0),
        to: at(0, 11, 0),
    };
    assert_eq!(gaps(nights, Some(slept))[0].cause, GapCause::Asleep);

    let daily = Look {
        code: Some(37),
        ..look(of_clinic(), at(-1, 12, 0), Outcome::Empty)
    };
    assert_eq!(gaps(vec![daily], None)[0].cause, GapCause::NoOnline);
}

#[test]
fn a_clinic_that_failed_while_another_answered_is_named() {
    let two = || {
        let mut watch = watch();
        let mut second = watch.draft.places[0].clone();
        second.clinic_id = "2".into();
        watch.draft.places.push(second);
        watch
    };
    let mut reading = Reading::new(Scope::new(&two(), [doctor("a")].into()));
    for quarter in 0..12 {
        let moment = at(0, 9, 15 * quarter);
        reading.read(&look(of_doctor("a"), moment, Outcome::Fresh));
        let outcome = if (1..11).contains(&quarter) {
            Outcome::Unavailable
        } else {
            Outcome::Fresh
        };
        let other = Key::Clinic {
            clinic_id: "2".into(),
        };
        reading.read(&look(other, moment, outcome));
    }
    let gaps = reading.gaps(at(0, 11, 45), None);
    assert_eq!(gaps.len(), 1);
    assert_eq!(gaps[0].clinic_id, Some("2".into()));
    assert_eq!(gaps[0].cause, GapCause::Unavailable);
}

#[test]
fn the_sheet_opens_in_a_spreadsheet_and_holds_no_formula() {
    let looks = looked(at(0, 9, 0), at(0, 10, 0));
    let mut wicked = past(at(0, 9, 30), Some(at(0, 9, 45)));
    wicked.opening.doctor = "=HYPERLINK(\"http://x\";1)".to_owned();
    let told = tell(
        vec![past(at(0, 9, 0), None), wicked],
        &reading(&looks),
        at(0, 10, 0),
    );
    let text = |language| {
        String::from_utf8(sheet(&watch(), &told, Words::new(language))).expect("the sheet is UTF-8")
    };
    let ru = text(Language::Ru);
    let lines: Vec<&str> = ru.split("\r\n").collect();
    assert!(lines[0].starts_with("\u{feff}Поликлиника;Врач;"), "{ru}");
    assert_eq!(lines[0].matches("(московское время)").count(), 4);
    assert_eq!(
        lines[1],
        "Поликлиника № 1;\"'=HYPERLINK(\"\"http://x\"\";1)\";2026-12-04 00:00;;2026-10-05 09:30;;2026-10-05 09:45;15;появился;разобрали"
    );
    assert_eq!(
        lines[2],
        "Поликлиника № 1;Иванова;2026-12-04 00:00;;2026-10-05 09:00;;;;был при первой проверке;свободен"
    );
    assert!(text(Language::En).starts_with("\u{feff}Clinic;Doctor;"));
}

#[test]
fn a_half_hour_that_nobody_ever_looked_at_is_not_one_without_slots() {
    // Two weeks; every night from 22:00 to 8:00 nobody looks.
    let mut looks = Vec::new();
    for day in 0..14 {
        looks.extend(looked(at(day, 8, 0), at(day, 22, 0)));
    }
    let openings = (0..10).map(|day| past(at(day, 8, 15), None)).collect();
    let Timing::Known {
        cells, unlooked, ..
    } = story(&looks, openings, at(13, 22, 0)).timing
    else {
        panic!("ten releases are enough");
    };
    assert_eq!(cells.len(), 7);
    assert_eq!(unlooked.len(), 7 * 20);
    let monday: Vec<u8> = unlooked
        .iter()
        .filter(|at| at.day == Day::Mon)
        .map(|at| at.half_hour)
        .collect();
    assert_eq!(
        monday,
        [(0..16).collect::<Vec<_>>(), (44..48).collect()].concat()
    );
}

#[test]
fn a_half_hour_counts_as_looked_at_when_most_of_it_once_was() {
    let at_monday = |half_hour| HalfHour {
        day: Day::Mon,
        half_hour,
    };
    let gap = |from, to| Gap {
        clinic_id: None,
        from,
        to,
        cause: GapCause::Off,
    };
    let gaps = [gap(at(0, 10, 10), Some(at(0, 11, 20)))];
    let never = unlooked(&gaps, at(0, 9, 20), at(0, 12, 0));
    let looked = |half_hour| !never.contains(&at_monday(half_hour));
    // 9:00 began too late, 10:00 and 11:00 were mostly in the gap, 10:30 wholly.
    let seen: Vec<u8> = (0..48).filter(|at| looked(*at)).collect();
    assert_eq!(seen, [19, 23]);
    assert_eq!(never.len(), 7 * 48 - 2);
    // A week later the hole is filled.
    let later = unlooked(&gaps, at(0, 9, 20), at(7, 12, 0));
    assert_eq!(later, []);
    // One clinic of several that is not looked at hides nothing of the others.
    let other = Gap {
        clinic_id: Some(clinic()),
        ..gap(at(0, 0, 0), None)
    };
    assert_eq!(unlooked(&[other], at(0, 0, 0), at(7, 0, 0)), []);
    // An open gap lasts until now.
    let open = [gap(at(0, 10, 0), None)];
    assert_eq!(unlooked(&open, at(0, 9, 0), at(9, 0, 0)).len(), 7 * 48 - 2);
}

#[test]
fn failing_from_the_first_look_on_is_a_gap_and_not_an_empty_past() {
    let failed = |minute| look(of_clinic(), at(0, 9, minute), Outcome::Unavailable);
    let mut looks: Vec<Look> = (0..50).map(failed).collect();
    let history = story(&looks, Vec::new(), at(0, 9, 50));
    assert_eq!(history.since, None);
    assert_eq!(history.gaps.len(), 1);
    assert_eq!(history.gaps[0].from, at(0, 9, 0));
    assert_eq!(history.gaps[0].to, None);
    assert_eq!(history.gaps[0].cause, GapCause::Unavailable);

    looks.push(look(of_doctor("a"), at(0, 9, 50), Outcome::Empty));
    let history = story(&looks, Vec::new(), at(0, 9, 51));
    assert_eq!(history.since, Some(at(0, 9, 50)));
    assert_eq!(history.gaps[0].to, Some(at(0, 9, 50)));
}

#[test]
fn a_trace_holds_what_was_seen_appearing_from_the_monday_before() {
    let looks = looked(at(1, 9, 0), at(3, 21, 0));
    let there = past(at(1, 9, 0), None);
    let taken = past(at(2, 9, 15), Some(at(2, 9, 30)));
    let free = past(at(3, 9, 15), None);
    let now = at(3, 21, 0);
    let told = tell(vec![there, free, taken], &reading(&looks), now);
    let key = TraceKey {
        clinic: clinic(),
        specialty: "s".into(),
        weight: 2,
    };
    let day = 86_400;
    let quarter = 9 * 3600 + 15 * 60;
    assert_eq!(
        trace(&[(key.clone(), told)], now),
        format!(
            "{{\"keys\":[{{\"clinic\":\"1\",\"specialty\":\"s\",\"weight\":2}}],\"learnDays\":2,\"scoreDays\":2}}\n\
             {{\"key\":0,\"appears\":{},\"gone\":{}}}\n\
             {{\"key\":0,\"appears\":{},\"gone\":{}}}",
            2 * day + quarter,
            2 * day + quarter + 900,
            3 * day + quarter,
            3 * day + 21 * 3600
        )
    );
    assert!(trace(&[(key, Vec::new())], now).ends_with("\"learnDays\":0,\"scoreDays\":0}"));
}
