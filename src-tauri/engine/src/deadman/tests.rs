use super::*;
use crate::model::{Activity, WatchDraft};

const GAP: Duration = Duration::from_mins(2);

/// A minute of a morning.
fn at(minute: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minute)
}

/// A watch, last looked at with success at this minute.
#[derive(Clone)]
struct Seen {
    watch: Watch,
    since: DateTime<Utc>,
    checked: DateTime<Utc>,
    heard: DateTime<Utc>,
}

fn seen(id: u32, checked: i64) -> Seen {
    let watch = Watch {
        id: WatchId(id),
        created_at: at(0),
        draft: WatchDraft::default(),
        activity: Activity::On,
    };
    Seen {
        watch,
        since: at(0),
        checked: at(checked),
        heard: at(checked),
    }
}

/// What is said at this minute.
fn tick(
    deadman: &mut DeadMan,
    gap: Duration,
    minute: i64,
    service: ServiceState,
    seen: &[Seen],
) -> Option<News> {
    let pulses = seen.iter().map(|seen| Pulse {
        watch: &seen.watch,
        since: seen.since,
        checked_at: Some(seen.checked),
        heard_at: Some(seen.heard.max(seen.checked)),
    });
    let pulses: Vec<_> = pulses.collect();
    deadman.is_time(limit(gap), at(minute));
    deadman.look(&pulses, service, at(minute))
}

/// What is said, minute by minute, of watches whose last good looks `checked` gives.
fn said(
    deadman: &mut DeadMan,
    minutes: std::ops::Range<i64>,
    service: ServiceState,
    checked: impl Fn(i64) -> Vec<Seen>,
) -> Vec<(i64, News)> {
    minutes
        .filter_map(|minute| {
            let seen = checked(minute);
            Some((minute, tick(deadman, GAP, minute, service, &seen)?))
        })
        .collect()
}

fn silence(since: i64, watches: u32, cause: SilenceCause) -> News {
    News::Silence {
        since: at(since),
        watches,
        cause,
    }
}

#[test]
fn silence_that_was_told_is_not_told_again_because_the_gaps_have_changed_twice() {
    let mut deadman = DeadMan::default();
    let one = [seen(1, 1)];
    let mut news = Vec::new();
    for minute in 0..60 {
        let gap = if minute == 30 { GAP * 10 } else { GAP };
        news.extend(tick(&mut deadman, gap, minute, ServiceState::Fine, &one));
    }
    let clinic = SilenceCause::Clinic {
        name: String::new(),
    };
    assert_eq!(news, [silence(1, 1, clinic)]);
    let back = tick(&mut deadman, GAP, 60, ServiceState::Fine, &[seen(1, 60)]);
    assert!(matches!(back, Some(News::Recovered { .. })), "{back:?}");
}

#[test]
fn a_round_that_goes_well_keeps_silence_from_being_told_and_does_not_end_it() {
    let mut deadman = DeadMan::default();
    let mut news = Vec::new();
    for minute in 0..60 {
        // One that is under way and comes to nothing.
        let heard = if (25..30).contains(&minute) {
            minute
        } else {
            1
        };
        let one = Seen {
            heard: at(heard),
            ..seen(1, 1)
        };
        news.extend(tick(&mut deadman, GAP, minute, ServiceState::Fine, &[one]));
    }
    let clinic = SilenceCause::Clinic {
        name: String::new(),
    };
    assert_eq!(news, [silence(1, 1, clinic)]);

    let mut deadman = DeadMan::default();
    for minute in 0..60 {
        let one = Seen {
            heard: at(minute),
            ..seen(1, 1)
        };
        assert_eq!(
            tick(&mut deadman, GAP, minute, ServiceState::Fine, &[one]),
            None
        );
    }
}

#[test]
fn an_outage_is_one_message_and_its_end_another() {
    let mut deadman = DeadMan::default();
    // The site answers until minute 5 and from 90 on.
    let good = |minute: i64| if minute < 90 { minute.min(5) } else { minute };
    let news = said(&mut deadman, 0..120, ServiceState::Down, |minute| {
        vec![seen(1, good(minute)), seen(2, good(minute))]
    });
    assert_eq!(
        news,
        [
            (16, silence(5, 2, SilenceCause::Site)),
            (
                90,
                News::Recovered {
                    since: at(5),
                    until: at(90)
                }
            ),
        ]
    );
    assert_eq!(deadman.silent_since(), None);
}

#[test]
fn a_rare_look_is_promised_rarely() {
    let mut deadman = DeadMan::default();
    let hourly = Duration::from_hours(1);
    for minute in 0..500 {
        let seen = [seen(1, minute / 170 * 170)];
        let said = tick(&mut deadman, hourly, minute, ServiceState::Fine, &seen);
        assert_eq!(said, None);
    }
}

#[test]
fn a_watch_that_was_promised_a_rare_look_is_not_silent_because_it_is_looked_at_often_from_now_on() {
    let mut deadman = DeadMan::default();
    let looked = |minute: i64| if minute < 45 { 0 } else { minute / 2 * 2 };
    for minute in 0..90 {
        let gap = if minute < 42 { GAP * 10 } else { GAP };
        let one = [seen(1, looked(minute))];
        let said = tick(&mut deadman, gap, minute, ServiceState::Fine, &one);
        assert_eq!(said, None, "at {minute}");
    }
    // From then on what is promised holds.
    let last = [seen(1, 90)];
    let news = (91..120).find_map(|minute| {
        let news = tick(&mut deadman, GAP, minute, ServiceState::Fine, &last)?;
        Some((minute, news))
    });
    assert_eq!(news.map(|(minute, _)| minute), Some(101));
}

#[test]
fn a_second_clinic_that_falls_silent_is_said_and_a_shared_cause_is_not_said_twice() {
    let later = |minute: i64| vec![seen(1, minute.min(5)), seen(2, minute.min(20))];
    let clinic = || SilenceCause::Clinic {
        name: String::new(),
    };
    assert_eq!(
        said(&mut DeadMan::default(), 0..60, ServiceState::Fine, later),
        [
            (16, silence(5, 1, clinic())),
            (31, silence(20, 1, clinic()))
        ]
    );
    assert_eq!(
        said(&mut DeadMan::default(), 0..60, ServiceState::Offline, later),
        [(16, silence(5, 1, SilenceCause::Offline))]
    );
}

#[test]
fn sleep_a_pause_and_a_start_are_no_silence() {
    let mut deadman = DeadMan::default();
    let down = ServiceState::Down;
    assert_eq!(
        said(&mut deadman, 0..9, down, |minute| vec![seen(1, minute)]),
        []
    );
    // Eight hours of sleep; the first look after it takes five minutes.
    let waking = said(&mut deadman, 480..520, down, |minute| {
        vec![seen(1, if minute < 485 { 8 } else { minute })]
    });
    assert_eq!(waking, []);
    // An hour's pause of the watch.
    let pausing = said(&mut deadman, 520..640, down, |minute| {
        let last = if minute < 588 { 524 } else { minute };
        let going_on = Seen {
            since: at(585),
            ..seen(1, last)
        };
        match minute {
            ..525 => vec![seen(1, minute)],
            525..585 => Vec::new(),
            _ => vec![going_on],
        }
    });
    assert_eq!(pausing, []);
    // An hour's pause of everything.
    let before = said(&mut deadman, 640..645, down, |minute| vec![seen(1, minute)]);
    (645..705).for_each(|minute| {
        deadman.rest(at(minute));
        tick(&mut deadman, GAP, minute, down, &[]);
    });
    let after = said(&mut deadman, 705..760, down, |minute| {
        vec![seen(1, if minute < 708 { 644 } else { minute })]
    });
    assert_eq!((before, after), (vec![], vec![]));
}

#[test]
fn what_was_said_before_a_restart_is_not_said_again_and_its_end_is() {
    let mut deadman = DeadMan::default();
    let before = said(&mut deadman, 0..30, ServiceState::Down, |_| {
        vec![seen(1, 0)]
    });
    assert_eq!(before.len(), 1);
    let mut deadman = DeadMan::new(deadman.told().clone());
    let after = said(&mut deadman, 40..80, ServiceState::Down, |minute| {
        vec![seen(1, if minute < 70 { 0 } else { minute })]
    });
    assert_eq!(
        after,
        [(
            70,
            News::Recovered {
                since: at(0),
                until: at(70)
            }
        )]
    );
}

#[test]
fn a_silent_watch_that_is_removed_takes_its_silence_along() {
    let mut deadman = DeadMan::default();
    let news = said(&mut deadman, 0..60, ServiceState::Down, |minute| {
        if minute < 40 {
            vec![seen(1, 0)]
        } else {
            Vec::new()
        }
    });
    assert_eq!(news.len(), 1);
    assert_eq!(deadman.told().watches.len(), 0);
}

#[test]
fn watches_that_are_looked_after_rarely_are_rarely_asked_after() {
    let mut deadman = DeadMan::default();
    let looks = |deadman: &mut DeadMan, limit: TimeDelta, minutes: std::ops::Range<i64>| {
        let is_time = |minute: &i64| {
            let time = deadman.is_time(limit, at(*minute));
            if time {
                deadman.look(&[], ServiceState::Fine, at(*minute));
            }
            time
        };
        minutes.filter(is_time).collect::<Vec<_>>()
    };
    let usual = looks(&mut deadman, TimeDelta::minutes(45), 0..5);
    assert_eq!(usual, [0, 1, 2, 3, 4]);
    let rare = looks(&mut deadman, TimeDelta::hours(4), 5..14);
    assert_eq!(rare, [8, 12]);
    let slept = looks(&mut deadman, TimeDelta::hours(4), 60..63);
    assert_eq!(slept, [60]);
}

#[test]
fn a_watch_that_was_promised_a_look_in_hours_is_not_silent_because_all_others_were_removed() {
    let mut deadman = DeadMan::default();
    let rare = Duration::from_hours(7);
    for minute in 100..515 {
        let said = said_in_time(&mut deadman, rare, minute, &seen(1, 100));
        assert_eq!(said, None);
    }
    for minute in 515..525 {
        let checked = if minute < 523 { 100 } else { 523 };
        let said = said_in_time(&mut deadman, GAP, minute, &seen(1, checked));
        assert_eq!(said, None, "{minute}");
    }
}

/// What is said at this minute, if the watches are looked at in it.
fn said_in_time(deadman: &mut DeadMan, gap: Duration, minute: i64, seen: &Seen) -> Option<News> {
    deadman.is_time(limit(gap), at(minute)).then_some(())?;
    tick(
        deadman,
        gap,
        minute,
        ServiceState::Fine,
        std::slice::from_ref(seen),
    )
}
