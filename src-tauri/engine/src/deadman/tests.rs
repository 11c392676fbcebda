use super::*;
use crate::model::{Activity, Tell, TimeWish, Watch, WatchDraft};

/// A minute of a morning.
fn at(minute: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minute)
}

/// A watch looked at every two minutes, last with success at this minute.
fn view(id: u32, checked: i64) -> WatchView {
    WatchView {
        watch: Watch {
            id: WatchId(id),
            created_at: at(0),
            draft: WatchDraft {
                places: Vec::new(),
                wish: TimeWish::default(),
                nickname: String::new(),
                until: None,
                tell: Tell::default(),
            },
            activity: Activity::On,
        },
        state: WatchState::Waiting,
        stale: false,
        checked_at: Some(at(checked)),
        next_look_at: None,
        gap_secs: Some(120),
        slots: Vec::new(),
        others: Vec::new(),
        addresses: Vec::new(),
        links: Vec::new(),
        next_work_day: None,
        clock: None,
        looks_today: 0,
    }
}

/// What is said, minute by minute, of watches whose last good looks `checked` gives.
fn said(
    deadman: &mut DeadMan,
    minutes: std::ops::Range<i64>,
    service: ServiceState,
    checked: impl Fn(i64) -> Vec<WatchView>,
) -> Vec<(i64, News)> {
    minutes
        .filter_map(|minute| Some((minute, deadman.tick(&checked(minute), service, at(minute))?)))
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
fn an_outage_is_one_message_and_its_end_another() {
    let mut deadman = DeadMan::default();
    // The site answers until minute 5 and from 90 on.
    let good = |minute: i64| if minute < 90 { minute.min(5) } else { minute };
    let news = said(&mut deadman, 0..120, ServiceState::Down, |minute| {
        vec![view(1, good(minute)), view(2, good(minute))]
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
    let hourly = |minute: i64| {
        vec![WatchView {
            gap_secs: Some(3600),
            ..view(1, minute / 170 * 170)
        }]
    };
    assert_eq!(
        said(&mut DeadMan::default(), 0..500, ServiceState::Fine, hourly),
        []
    );
}

#[test]
fn a_second_clinic_that_falls_silent_is_said_and_a_shared_cause_is_not_said_twice() {
    let later = |minute: i64| vec![view(1, minute.min(5)), view(2, minute.min(20))];
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
        said(&mut deadman, 0..9, down, |minute| vec![view(1, minute)]),
        []
    );
    // Eight hours of sleep; the first look after it takes five minutes.
    let waking = said(&mut deadman, 480..520, down, |minute| {
        vec![view(1, if minute < 485 { 8 } else { minute })]
    });
    assert_eq!(waking, []);
    // An hour's pause.
    let pausing = said(&mut deadman, 520..640, down, |minute| {
        let paused = (525..585).contains(&minute);
        let last = if (525..588).contains(&minute) {
            524
        } else {
            minute
        };
        vec![WatchView {
            gap_secs: (!paused).then_some(120),
            ..view(1, last)
        }]
    });
    assert_eq!(pausing, []);
}

#[test]
fn what_was_said_before_a_restart_is_not_said_again_and_its_end_is() {
    let mut deadman = DeadMan::default();
    let before = said(&mut deadman, 0..30, ServiceState::Down, |_| {
        vec![view(1, 0)]
    });
    assert_eq!(before.len(), 1);
    let mut deadman = DeadMan::new(deadman.told().clone());
    let after = said(&mut deadman, 40..80, ServiceState::Down, |minute| {
        vec![view(1, if minute < 70 { 0 } else { minute })]
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
            vec![view(1, 0)]
        } else {
            Vec::new()
        }
    });
    assert_eq!(news.len(), 1);
    assert_eq!(deadman.told().watches.len(), 0);
}
