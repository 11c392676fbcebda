use std::sync::Arc;

use chrono::TimeDelta;

use super::{service::SHORTEST_PROBE, *};
use crate::{
    model::{
        Activity, Counts, Doctor, DoctorChoice, DoctorRef, Place, RowDate, Specialty, WatchDraft,
    },
    schedule::Row,
};

#[test]
fn slots_have_merely_gone_when_there_are_fewer_and_no_new_day() {
    let on = |day| {
        let day = NaiveDate::from_ymd_opt(2026, 11, day)?;
        Some(RowDate::Day { day })
    };
    let row = |free, tickets, first, last| Counts {
        free,
        tickets,
        first: on(first),
        last: on(last),
    };
    let before = row(5, 9, 23, 27);
    assert!(row(4, 8, 23, 27).shrank(&before));
    assert!(
        row(4, 8, 24, 26).shrank(&before),
        "the first and the last went"
    );
    assert!(Counts::default().shrank(&before), "all went");
    assert!(!row(4, 8, 20, 27).shrank(&before), "one came sooner");
    assert!(!row(4, 8, 23, 30).shrank(&before), "one came later");
    assert!(!row(6, 9, 23, 27).shrank(&before), "one came");
    assert!(
        !row(5, 10, 23, 27).shrank(&before),
        "one came, for others perhaps"
    );
    assert!(
        !row(4, 8, 23, 27).shrank(&Counts::default()),
        "the first ones came"
    );
    let at = DateTime::from_timestamp(1_900_000_000, 0);
    let moment = Counts {
        first: at.map(|at| RowDate::Moment { at }),
        ..before
    };
    assert!(!moment.shrank(&before), "in doubt not");
    let undated = Counts {
        last: None,
        ..before
    };
    assert!(!row(4, 8, 23, 27).shrank(&undated), "in doubt not");
}

#[tokio::test(start_paused = true)]
async fn what_a_list_hides_is_not_held_against_the_summary_that_announced_it() {
    let (specialty, id) = (SpecialtyId::from("a"), DoctorId::from("x"));
    let counts = |free| Counts {
        free,
        ..Counts::default()
    };
    let summary = |free| {
        vec![Specialty {
            id: "a".into(),
            fer_id: None,
            name: String::new(),
            counts: counts(free),
        }]
    };
    let list = vec![Doctor {
        id: id.clone(),
        name: String::new(),
        note: None,
        area: None,
        counts: counts(0),
    }];
    let wanted = Wanted::Except(BTreeSet::new());
    let pair = Pair {
        wanted: wanted.clone(),
        watches: Vec::new(),
        weight: 1.0,
    };
    let plan = ClinicPlan {
        pairs: BTreeMap::from([(specialty.clone(), pair)]),
    };
    let pass = || tokio::time::sleep(Duration::from_secs(10));
    let mut facts = ClinicFacts::new(Instant::now(), false);
    let mut trials = facts.note_specialties(&summary(0), false, &plan, true);
    trials.extend(facts.note_doctors(&specialty, &list));
    pass().await;
    trials.extend(facts.note_slots(&id, None, BTreeSet::new(), false, false));
    facts.note_drilled(&specialty, Some(&counts(0)));
    pass().await;
    // A slot comes. The summary says so, the list does not, and nobody looks at the slots.
    trials.extend(facts.note_specialties(&summary(1), false, &plan, false));
    trials.extend(facts.note_doctors(&specialty, &list));
    facts.note_drilled(&specialty, Some(&counts(1)));
    pass().await;
    assert_eq!(trials, []);
    assert!(!facts.wants_look(&specialty, &counts(1), &wanted));
    // A walk does.
    trials.extend(facts.note_specialties(&summary(1), false, &plan, true));
    trials.extend(facts.note_doctors(&specialty, &list));
    let slots = BTreeSet::from([DateTime::UNIX_EPOCH]);
    trials.extend(facts.note_slots(&id, None, slots, true, false));
    assert_eq!(trials, [(Level::Clinic, Trial::Announced)]);
    assert!(
        facts.wants_look(&specialty, &counts(1), &wanted),
        "the list is to be read again"
    );
    let gap = Duration::from_secs(20);
    assert_eq!(
        facts.note_doctors(&specialty, &list),
        [(Level::Specialty, Trial::Missed { gap })]
    );
    assert!(!facts.wants_look(&specialty, &counts(1), &wanted));
}

/// In each of so many clinics a specialty is waited for.
fn clinics(count: u32) -> Board {
    let mut board = Board::new(1, 324.0, Learned::new(0), DateTime::UNIX_EPOCH);
    for clinic in 1..=count {
        let clinic = ClinicId(clinic.to_string());
        let pair = Pair {
            wanted: Wanted::Except(BTreeSet::new()),
            watches: Vec::new(),
            weight: 1.0,
        };
        let plan = ClinicPlan {
            pairs: BTreeMap::from([("a".into(), pair)]),
        };
        board.plan.insert(clinic.clone(), plan);
        board.stale.insert(clinic.clone());
        board.facts_of(&clinic);
    }
    board
}

fn one_clinic() -> Board {
    clinics(1)
}

/// One in which two specialties are waited for, `a` and `b`.
fn clinic_of_two() -> (Board, ClinicId) {
    let (mut board, id) = (one_clinic(), ClinicId::from("1"));
    let plan = board.plan.get_mut(&id).expect("it is planned");
    let pair = plan.pairs[&SpecialtyId::from("a")].clone();
    plan.pairs.insert("b".into(), pair);
    (board, id)
}

#[tokio::test(start_paused = true)]
async fn a_clinic_that_stops_being_proven_is_walked_within_a_quarter_of_an_hour() {
    let mut board = one_clinic();
    let id = ClinicId::from("1");
    board.note_trials(&id, &vec![(Level::Specialty, Trial::Announced); 400]);
    tokio::time::sleep(JUDGE_GAP).await;
    let errand = board.walk(&id).unwrap();
    assert!(board.is_proven(&id));
    board.finish(&errand, true, None, DateTime::UNIX_EPOCH);
    assert!(board.facts[&id].walk_due > Instant::now() + Duration::from_hours(20));
    let gap = Duration::from_secs(20);
    board.note_trials(&id, &[(Level::Specialty, Trial::Missed { gap }); 4]);
    board.due(DateTime::UNIX_EPOCH, 8, true);
    assert!(!board.is_proven(&id));
    assert!(board.facts[&id].walk_due <= Instant::now() + schedule::WALK_GAP);
}

#[tokio::test(start_paused = true)]
async fn a_raised_budget_brings_walks_nearer() {
    let mut board = clinics(100);
    board.set_budget(27.0, false);
    let errand = board.walk(&"1".into()).unwrap();
    board.finish(&errand, true, None, DateTime::UNIX_EPOCH);
    let due = |board: &Board| board.facts[&ClinicId::from("1")].walk_due - Instant::now();
    assert!(due(&board) > Duration::from_hours(10));
    board.set_budget(648.0, false);
    assert!(due(&board) <= Duration::from_hours(1));
}

#[tokio::test(start_paused = true)]
async fn walks_that_a_start_or_an_outage_calls_are_spread_like_looks() {
    let mut board = clinics(60);
    let (mut walks, began) = (Vec::new(), Instant::now());
    board.spread();
    while began.elapsed() < schedule::WALK_GAP {
        let (errands, wait) = board.due(DateTime::UNIX_EPOCH, 8, true);
        for (errand, _turn) in errands {
            if errand.walk {
                walks.push(began.elapsed());
            }
            board.finish(&errand, true, None, DateTime::UNIX_EPOCH);
        }
        tokio::time::sleep(wait.max(Duration::from_millis(1))).await;
    }
    let soon = walks.iter().filter(|at| at.as_secs() < 60).count();
    assert!((1..=12).contains(&soon), "{soon} of 60 in the first minute");
    let first: BTreeSet<_> = walks.iter().take(60).collect();
    assert_eq!(first.len(), 60, "everything is walked");
}

#[tokio::test(start_paused = true)]
async fn a_probe_does_not_wait_for_a_clinic_that_a_person_has_looked_at() {
    let mut board = one_clinic();
    board.service.hold_until = Some(Instant::now());
    let round = Arc::clone(&board.facts_of(&"1".into()).round);
    let looked_at = round.lock().await;
    let (errands, wait) = board.due(DateTime::UNIX_EPOCH, 8, true);
    assert!(errands.is_empty());
    assert!(wait <= Duration::from_secs(2));
    drop(looked_at);
    assert_eq!(board.due(DateTime::UNIX_EPOCH, 8, true).0.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_walk_is_not_later_than_a_quarter_of_an_hour_after_the_last_though_no_look_is_due() {
    let mut board = one_clinic();
    let mut last = Instant::now();
    for _ in 0..20 {
        let (errands, wait) = board.due(DateTime::UNIX_EPOCH, 8, true);
        for (errand, _) in &errands {
            let now = Instant::now();
            if errand.walk {
                assert!(now - last <= schedule::WALK_GAP);
                last = now;
            }
            board.finish(errand, true, None, DateTime::UNIX_EPOCH);
        }
        drop(errands);
        tokio::time::sleep(wait.max(Duration::from_millis(1))).await;
    }
    assert!(last.elapsed() <= schedule::WALK_GAP);
}

#[tokio::test(start_paused = true)]
async fn fault_15_a_resolver_that_is_silent_makes_nobody_wait_longer_than_five_seconds() {
    let mut board = one_clinic();
    for turn in 0..100 {
        // The question begins now, and its answer that there is none takes four seconds.
        let began = Instant::now();
        tokio::time::sleep(Duration::from_secs(4)).await;
        let errand = board.walk(&"1".into()).unwrap();
        let trouble = Trouble {
            since: DateTime::UNIX_EPOCH,
            cause: Cause::Offline,
        };
        board.finish(&errand, false, Some(trouble), DateTime::UNIX_EPOCH);
        let next = board.next_due().unwrap();
        // The first failure is no probe: nobody knew when it began.
        assert!(turn == 0 || next - began <= Duration::from_secs(5));
        assert!(next >= Instant::now() + SHORTEST_PROBE);
        tokio::time::sleep_until(next).await;
    }
}

fn trouble(cause: Cause) -> Trouble {
    let since = DateTime::UNIX_EPOCH;
    Trouble { since, cause }
}

#[tokio::test(start_paused = true)]
async fn fault_47_a_round_that_dies_says_nothing_about_the_service() {
    let mut board = one_clinic();
    let errand = board.walk(&"1".into()).unwrap();
    for cause in [Cause::Offline, Cause::Own] {
        board.finish(&errand, false, Some(trouble(cause)), DateTime::UNIX_EPOCH);
        assert_eq!(board.service.state, ServiceState::Offline, "{cause:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_comes_during_a_walk_has_one_to_come_and_nobody_else() {
    let mut board = one_clinic();
    let id = ClinicId::from("1");
    for comes in [false, true, false] {
        let errand = board.walk(&id).unwrap();
        tokio::time::sleep(Duration::from_secs(5)).await;
        if comes {
            board.hurry([id.clone()], false);
        }
        board.finish(&errand, true, None, DateTime::UNIX_EPOCH);
        assert_eq!(board.facts[&id].walk_due <= Instant::now(), comes);
    }
}

#[tokio::test(start_paused = true)]
async fn rounds_without_room_stay_due() {
    let mut board = clinics(3);
    board.hurry((1..=3).map(|id: u32| ClinicId(id.to_string())), false);
    let mut begun = Vec::new();
    for (room, count) in [(2, 2), (0, 2), (1, 3), (1, 3)] {
        begun.extend(board.due(DateTime::UNIX_EPOCH, room, false).0);
        assert_eq!(begun.len(), count);
    }
}

#[tokio::test(start_paused = true)]
async fn a_clinic_that_is_busy_keeps_its_place() {
    let mut board = clinics(3);
    for id in ["1", "2", "3"] {
        board.hurry([ClinicId::from(id)], false);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let next = |board: &mut Board| {
        let (errands, wait) = board.due(DateTime::UNIX_EPOCH, 1, false);
        (
            errands.first().map(|(errand, _)| errand.clinic.0.clone()),
            wait,
        )
    };
    let turn = board.facts[&"1".into()].turn();
    assert_eq!(next(&mut board).0.as_deref(), Some("2"));
    drop(turn);
    assert_eq!(next(&mut board).0.as_deref(), Some("1"));
    let turn = board.facts[&"3".into()].turn();
    let (none, wait) = next(&mut board);
    assert!(
        none.is_none() && wait <= Duration::from_secs(2),
        "{none:?} {wait:?}"
    );
    drop(turn);
    assert_eq!(next(&mut board).0.as_deref(), Some("3"));
}

#[tokio::test(start_paused = true)]
async fn a_clinic_with_another_booking_system_is_judged_anew() {
    let mut board = one_clinic();
    let ids = [ClinicId::from("1"), "2".into()];
    let clinic = |id: &ClinicId, vendor: &str| Clinic {
        id: id.clone(),
        name: String::new(),
        full_name: String::new(),
        district_id: "1".into(),
        district_name: String::new(),
        kind: None,
        address: None,
        phone: None,
        email: None,
        latitude: None,
        longitude: None,
        institution: None,
        vendor: vendor.to_owned(),
    };
    board.note_trials(&ids[1], &[(Level::Specialty, Trial::Announced); 400]);
    board.choose_targets();
    for (vendor, worth) in [("a", Worth::Proven), ("b", Worth::Unproven)] {
        board.set_clinics(vec![clinic(&ids[0], vendor), clinic(&ids[1], "a")]);
        board.choose_targets();
        assert_eq!(board.worth(&ids[0]).1, worth);
    }
}

#[tokio::test(start_paused = true)]
async fn a_network_that_goes_in_the_middle_of_a_round_is_away() {
    let mut board = one_clinic();
    let errand = board.walk(&"1".into()).unwrap();
    board.finish(
        &errand,
        true,
        Some(trouble(Cause::Offline)),
        DateTime::UNIX_EPOCH,
    );
    assert_eq!(board.service.state, ServiceState::Offline);
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_the_site_does_not_answer_is_no_stream_of_probes() {
    for (cause, longest) in [(Cause::Offline, 5), (Cause::Blocked, 90)] {
        let mut board = clinics(9);
        let errand = board.walk(&"1".into()).unwrap();
        board.finish(&errand, false, Some(trouble(cause)), DateTime::UNIX_EPOCH);
        for clinic in ["2", "3"] {
            tokio::time::sleep_until(board.next_due().unwrap()).await;
            let errand = board.walk(&clinic.into()).unwrap();
            board.finish(
                &errand,
                false,
                Some(trouble(Cause::Site)),
                DateTime::UNIX_EPOCH,
            );
            let wait = board.next_due().unwrap() - Instant::now();
            assert!(
                (1..=longest).contains(&wait.as_secs()),
                "{cause:?}: {wait:?}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_cannot_be_read_keeps_no_other_list_of_its_clinic_waiting() {
    let (mut board, id) = clinic_of_two();
    board
        .worth
        .insert(id.clone(), (Worth::Refuted, Worth::Unproven));
    let errand = board.walk(&id).unwrap();
    board.finish(&errand, true, None, DateTime::UNIX_EPOCH);
    let keys = board.scheduler.keys(&id).to_vec();
    assert_eq!(keys.len(), 2);
    board.next_due();
    let due = board.scheduler.due(&keys[1]);
    let mut waits = Vec::new();
    for _ in 0..9 {
        let errand = board.errand(keys[0].clone(), false).unwrap();
        let failed = trouble(Cause::Clinic);
        let Board { facts, rng, .. } = &mut board;
        let facts = facts.get_mut(&id).unwrap();
        let gap = Duration::from_secs(30);
        facts.note_list_failed(&"a".into(), failed, gap, rng);
        board.finish(&errand, false, Some(failed), DateTime::UNIX_EPOCH);
        waits.push(board.scheduler.due(&keys[0]).unwrap() - board.timeline.now());
    }
    assert_eq!(board.scheduler.due(&keys[1]), due);
    let longest = waits.iter().max().unwrap();
    assert!(
        *longest > 120_000,
        "it rests for longer and longer: {waits:?}"
    );
    let facts = &board.facts[&id];
    let fails = |id: &str| facts.pairs[&id.into()].trouble.is_some();
    assert!(fails("a") && !fails("b") && facts.trouble.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_walk_begins_with_what_the_last_one_did_not_come_to_and_ends_with_what_keeps_failing() {
    let (mut board, id) = clinic_of_two();
    let errand = board.walk(&id).unwrap();
    let facts = board.facts.get_mut(&id).unwrap();
    let first = |facts: &ClinicFacts| {
        let order = |id: &&str| facts.walk_order(&(*id).into());
        ["a", "b"].into_iter().min_by_key(order).unwrap()
    };
    assert_eq!(first(facts), "a", "nothing is known of either");
    facts.note_known(&errand, &"a".into(), DateTime::UNIX_EPOCH);
    facts.note_walked(&"a".into(), true);
    assert_eq!(first(facts), "b", "the walk did not come to it");
    for _ in 0..3 {
        facts.note_walked(&"b".into(), false);
    }
    assert_eq!(first(facts), "b", "walks gave way there");
    let gap = Duration::from_secs(30);
    let mut rng = StdRng::seed_from_u64(1);
    facts.note_list_failed(&"b".into(), trouble(Cause::Clinic), gap, &mut rng);
    facts.note_trouble(&errand, &"b".into());
    facts.note_walked(&"b".into(), false);
    assert_eq!(first(facts), "b", "the clinic failed when it came to b");
    facts.note_walked(&"b".into(), false);
    assert_eq!(first(facts), "a", "b itself fails");
    facts.note_doctors(&"b".into(), &[]);
    facts.note_trouble(&errand, &"b".into());
    facts.note_walked(&"b".into(), true);
    assert_eq!(first(facts), "b", "no more");
}

#[tokio::test(start_paused = true)]
async fn a_first_walk_that_broke_off_goes_on_there_unless_that_is_long_ago_or_a_person_wants_all() {
    let (mut board, id) = clinic_of_two();
    let begin = |board: &mut Board, errand: &Errand| {
        let mut errand = errand.clone();
        board.begin_walk(&mut errand);
        errand
    };
    let seen = |errand: Errand| {
        let ids = errand.plan.pairs.into_keys();
        let seen = ids.filter(|id| !errand.left_out.contains(id));
        seen.map(|id| id.0).collect::<String>()
    };
    let pressed = board.walk(&id).unwrap();
    let errand = Errand {
        urgent: false,
        ..pressed.clone()
    };
    let breaks_off_after_a = |board: &mut Board, minute| {
        let now = DateTime::UNIX_EPOCH + Duration::from_mins(minute);
        let errand = begin(board, &errand);
        let facts = board.facts.get_mut(&id).unwrap();
        facts.note_known(&errand, &"a".into(), now);
        facts.note_walked(&"a".into(), true);
        board.finish(&errand, true, Some(trouble(Cause::Clinic)), now);
    };

    breaks_off_after_a(&mut board, 0);
    assert_eq!(seen(begin(&mut board, &errand)), "b");
    assert_eq!(seen(begin(&mut board, &pressed)), "ab");

    breaks_off_after_a(&mut board, 1);
    tokio::time::advance(board.walk_gap(&id)).await;
    assert_eq!(seen(begin(&mut board, &errand)), "ab");

    breaks_off_after_a(&mut board, 15);
    board.hurry([id.clone()], false);
    assert_eq!(seen(begin(&mut board, &errand)), "ab", "somebody came");

    breaks_off_after_a(&mut board, 20);
    let rest = begin(&mut board, &errand);
    let end = DateTime::UNIX_EPOCH + Duration::from_mins(25);
    tokio::time::advance(Duration::from_mins(5)).await;
    board.finish(&rest, true, None, end);
    let known = ["a", "b"].map(|it| board.facts[&id].pairs[&it.into()].good_at);
    let a = DateTime::UNIX_EPOCH + Duration::from_mins(20);
    assert_eq!(known, [Some(a), Some(end)]);
    let next = board.facts[&id].walk_due - Instant::now();
    let gap = board.walk_gap(&id);
    assert!(
        next + Duration::from_mins(5) < gap,
        "counted from a: {next:?}"
    );

    breaks_off_after_a(&mut board, 30);
    assert_eq!(seen(begin(&mut board, &errand)), "ab", "all has been seen");
}

#[tokio::test(start_paused = true)]
async fn a_first_look_that_failed_is_tried_again_before_what_is_overdue_and_not_for_ever() {
    let mut board = clinics(40);
    let epoch = DateTime::UNIX_EPOCH;
    let id = ClinicId::from("7");
    let mut tries = Vec::new();
    for minute in 0..2000 {
        // One look in a minute: never all that is due.
        let (errands, _) = board.due(epoch, 1, true);
        for (errand, _turn) in errands {
            let fails = errand.clinic == id;
            let trouble = fails.then(|| trouble(Cause::Clinic));
            board.finish(&errand, !fails, trouble, epoch);
            tries.extend(fails.then_some(minute));
        }
        tokio::time::advance(Duration::from_mins(1)).await;
    }
    let waits: Vec<i32> = tries.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let (soon, usual) = waits.split_at(6);
    assert!(soon.iter().all(|wait| *wait <= 16), "{waits:?}");
    assert!(usual.iter().all(|wait| *wait >= 30), "{waits:?}");
}

#[tokio::test(start_paused = true)]
async fn a_specialty_that_is_missing_from_a_list_is_walked_for_until_it_is_lost() {
    let mut board = one_clinic();
    let mut walks = Vec::new();
    for minute in 0..90 {
        if glance(&mut board, &["b"]) {
            walks.push(minute);
        }
        tokio::time::advance(Duration::from_mins(1)).await;
    }
    // Its budget is what two walks in two hours are made of.
    assert_eq!(walks[..2], [0, 15]);
    assert!(walks.iter().zip(&walks[1..]).all(|(a, b)| b - a >= 13));
    assert!(board.facts[&ClinicId::from("1")].lost_specialty(&"a".into()));
}

#[tokio::test(start_paused = true)]
async fn a_specialty_that_comes_and_goes_calls_a_walk_in_a_quarter_of_an_hour_and_no_more() {
    let mut board = one_clinic();
    let mut walks = 0;
    for minute in 0..90 {
        let list = if minute % 2 == 0 { ["b"] } else { ["a"] };
        walks += u32::from(glance(&mut board, &list));
        tokio::time::advance(Duration::from_mins(1)).await;
    }
    assert!(walks <= 7, "{walks} walks in an hour and a half");
    assert!(!board.facts[&ClinicId::from("1")].lost_specialty(&"a".into()));
}

#[tokio::test(start_paused = true)]
async fn a_walk_that_gave_way_and_the_one_it_gave_way_to_are_one_list_without_a_specialty() {
    let mut board = one_clinic();
    let id = ClinicId::from("1");
    for _ in 0..2 {
        let errand = board.walk(&id).unwrap();
        note(&mut board, &errand, &["b"]);
    }
    assert!(!board.facts[&id].lost_specialty(&"a".into()));
    tokio::time::advance(Duration::from_mins(1)).await;
    let errand = board.walk(&id).unwrap();
    note(&mut board, &errand, &["b"]);
    assert!(board.facts[&id].lost_specialty(&"a".into()));
}

/// A look at the clinic, which lists these specialties. Was it a walk?
fn glance(board: &mut Board, listed: &[&str]) -> bool {
    let key = board.walk(&"1".into()).unwrap().key;
    let errand = board.errand(key, false).unwrap();
    note(board, &errand, listed);
    board.finish(&errand, true, None, DateTime::UNIX_EPOCH);
    errand.walk
}

fn note(board: &mut Board, errand: &Errand, listed: &[&str]) {
    let rows: Vec<Specialty> = listed
        .iter()
        .map(|id| Specialty {
            id: SpecialtyId::from(*id),
            fer_id: None,
            name: String::new(),
            counts: Counts::default(),
        })
        .collect();
    let facts = board.facts_of(&errand.clinic);
    facts.note_specialties(&rows, false, &errand.plan, errand.walk);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_after_a_long_time_offline_is_a_first_refusal() {
    let mut board = one_clinic();
    let mut fail = |cause| {
        let errand = board.walk(&"1".into()).unwrap();
        let trouble = Trouble {
            since: DateTime::UNIX_EPOCH,
            cause,
        };
        board.finish(&errand, false, Some(trouble), DateTime::UNIX_EPOCH);
        board.next_due().unwrap() - Instant::now()
    };
    for _ in 0..100 {
        assert!(fail(Cause::Offline) <= Duration::from_secs(5));
    }
    assert!(fail(Cause::Blocked) <= Duration::from_secs(11));
    assert!(
        fail(Cause::Blocked) > Duration::from_secs(17),
        "then it doubles"
    );
}

#[tokio::test(start_paused = true)]
async fn a_watch_waits_since_a_person_asked_or_it_was_lost() {
    let mut board = one_clinic();
    let (clinic, specialty) = ("1".into(), "a".into());
    let made = DateTime::UNIX_EPOCH;
    let watch = Watch {
        id: WatchId(1),
        draft: WatchDraft::default(),
        activity: Activity::On,
        created_at: made,
    };
    board.watches.insert(watch);
    let later = made + TimeDelta::hours(9);
    let newcomer = |board: &Board| board.newcomer(WatchId(1), &clinic, &specialty, later);
    assert_eq!(newcomer(&board).since, made);
    let mended = made + TimeDelta::hours(8);
    board.mended_at = Some(mended);
    assert_eq!(newcomer(&board).since, mended, "it may have been shown");
    board.asked_at.insert(WatchId(1), later);
    let asked = newcomer(&board).since;
    assert_eq!(asked, later, "who asks now looks at the window");
}

#[tokio::test(start_paused = true)]
async fn a_clinic_that_offered_nothing_online_is_asked_itself_whether_it_does_again() {
    let mut board = one_clinic();
    let errand = board.walk(&"1".into()).unwrap();
    board.finish(&errand, true, None, DateTime::UNIX_EPOCH);
    let key = errand.key;
    assert!(!board.errand(key.clone(), false).unwrap().walk);
    board.facts_of(&"1".into()).no_online = true;
    let errand = board.errand(key, false).unwrap();
    assert!(errand.walk, "a list of doctors does not say it");
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_read_is_tried_again_though_no_list_has_the_doctor_and_at_once_after_a_sleep()
 {
    let mut board = one_clinic();
    let (clinic, doctor) = (ClinicId::from("1"), DoctorId::from("x"));
    let trouble = Trouble {
        since: DateTime::UNIX_EPOCH,
        cause: Cause::Site,
    };
    let fail = |board: &mut Board| {
        let mut rng = StdRng::seed_from_u64(1);
        let facts = board.facts_of(&clinic);
        facts.note_slots_failed(&doctor, trouble, Duration::from_secs(30), &mut rng);
        facts.doctors[&doctor].failing.unwrap().wait()
    };
    let open =
        |board: &Board| board.facts[&ClinicId::from("1")].doctors[&DoctorId::from("x")].is_open();
    let first = fail(&mut board);
    assert!(!open(&board));
    tokio::time::advance(first).await;
    assert!(open(&board), "it has rested");
    for _ in 0..9 {
        fail(&mut board);
    }
    board.set_time(DateTime::UNIX_EPOCH);
    assert!(open(&board));
    assert!(
        fail(&mut board) <= Duration::from_mins(1),
        "as the first time"
    );
}

#[tokio::test(start_paused = true)]
async fn what_nobody_waits_for_any_more_is_forgotten_when_it_cannot_come_back() {
    let mut board = Board::new(1, 324.0, Learned::new(0), DateTime::UNIX_EPOCH);
    let place = |clinic: &str, specialty: &str, doctors| Place {
        clinic_id: clinic.into(),
        clinic_name: String::new(),
        specialty_id: specialty.into(),
        specialty_name: String::new(),
        fer_id: None,
        doctors,
    };
    let chosen = DoctorRef {
        id: "chosen".into(),
        name: String::new(),
    };
    let mut watch = Watch {
        id: WatchId(1),
        draft: WatchDraft {
            places: vec![
                place("1", "old", DoctorChoice::Any),
                place(
                    "1",
                    "kept",
                    DoctorChoice::Only {
                        doctors: vec![chosen],
                    },
                ),
                place("2", "old", DoctorChoice::Any),
            ],
            ..WatchDraft::default()
        },
        activity: Activity::Off,
        created_at: DateTime::UNIX_EPOCH,
    };
    board.watches.insert(watch.clone());
    let row = |id: &str| Doctor {
        id: id.into(),
        name: String::new(),
        note: None,
        area: None,
        counts: Counts::default(),
    };
    for clinic in ["1", "2"] {
        let facts = board.facts_of(&clinic.into());
        facts.note_doctors(&"old".into(), &[row("a"), row("both")]);
        facts.note_doctors(&"kept".into(), &[row("both")]);
        facts.note_doctors(&"kept".into(), &[row("b")]);
        facts.doctor(&"chosen".into());
    }
    let evening = DateTime::UNIX_EPOCH + TimeDelta::hours(20);
    board.replan(evening, false);
    watch
        .draft
        .places
        .retain(|place| &*place.specialty_id.0 == "kept");
    board.watches.insert(watch);
    board.replan(evening + TimeDelta::hours(2), false);
    assert_eq!(board.facts[&"1".into()].pairs.len(), 2, "it may come back");
    assert!(board.facts.contains_key(&"2".into()));

    let round = board.facts[&"2".into()].turn();
    board.replan(evening + TimeDelta::hours(26), false);
    let facts = &board.facts[&"1".into()];
    assert!(facts.pairs.keys().eq([&"kept".into()]));
    let doctors: Vec<&str> = facts.doctors.keys().map(|id| &*id.0).collect();
    assert_eq!(doctors, ["b", "both", "chosen"]);
    assert!(
        board.facts.contains_key(&"2".into()),
        "a round is under way"
    );
    drop(round);
    board.replan(evening + TimeDelta::hours(50), false);
    assert!(!board.facts.contains_key(&"2".into()));
}
