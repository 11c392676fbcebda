//! From a number to all that will happen: a list of events, in order of time.

use std::time::Duration;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use engine::{
    Rung,
    model::{Answer, Day, Quiet, QuietManner, Tell, TimeRange, TimeWish},
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use simulator::{Fault, Rows, Vendor};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A world.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Its number; also that of the city and of the engine's jitter.
    pub seed: u64,
    /// How many days it lasts.
    pub days: u32,
    /// When it begins.
    pub start: DateTime<Utc>,
    /// Clinics, and how many doctors the specialty that is watched there has at least.
    pub clinics: Vec<(Vendor, usize)>,
    /// How long an answer takes.
    pub latency: Duration,
    /// The ways to tell.
    pub ears: Vec<Rung>,
    /// What happens, in order.
    pub events: Vec<Event>,
}

/// Something that happens.
#[derive(Debug, Clone)]
pub struct Event {
    /// When, by the city's clock, since the world began.
    pub at: Duration,
    /// What.
    pub act: Act,
}

/// What may happen. `place`, `doctor`, `watch` and `nth` choose among what there is, round and round.
#[expect(missing_docs, reason = "each variant says what its fields mean")]
#[derive(Debug, Clone)]
pub enum Act {
    /// A doctor offers slots: so many, from so many hours from now on, a quarter of an hour apart.
    Offer {
        place: usize,
        doctor: usize,
        hours: i64,
        count: usize,
    },
    /// Somebody takes one of a doctor's slots.
    Take {
        place: usize,
        doctor: usize,
        nth: usize,
    },
    /// Somebody takes all of them.
    TakeAll { place: usize, doctor: usize },
    /// A slot that was taken a moment ago is given back.
    GiveBack,
    /// The clinic changes its vendor: all ids are others.
    Rebind { place: usize },
    /// The clinic gets another name, its doctor too.
    Rename { place: usize, doctor: usize },
    /// The clinic offers nothing online, or does again.
    CloseOnline { place: usize, closed: bool },
    /// The clinic leaves the register, or is back.
    Leave { place: usize, gone: bool },
    /// A doctor leaves.
    DoctorLeaves { place: usize, doctor: usize },
    /// The city answers badly.
    Fault {
        scope: Scope,
        fault: Fault,
        time: Duration,
    },
    /// There is no way to the city.
    Offline { time: Duration, how: u8 },
    /// The program starts.
    Start,
    /// It is quit.
    Quit,
    /// It is killed after so many turns of its tasks and starts again.
    Kill { turns: usize },
    /// It is killed when so many more requests were answered, or messages told, and starts again.
    KillAfter {
        what: Trap,
        count: u32,
        turns: usize,
    },
    /// The computer sleeps; its own clock stands still meanwhile or runs on.
    Sleep { time: Duration, ran: bool },
    /// Somebody sets the clock …
    SetClock { by: TimeDelta },
    /// … and it is right again.
    RightClock,
    /// A way to tell changes its mood for a while.
    Ear {
        ear: usize,
        mood: Mood,
        time: Duration,
    },
    /// The person adds a watch.
    Add { draft: Draft },
    /// … changes one.
    Change { watch: usize, draft: Draft },
    /// … pauses one, until then or for good.
    Pause {
        watch: usize,
        time: Option<Duration>,
    },
    /// … lets it go on.
    Resume { watch: usize },
    /// … removes one.
    Remove { watch: usize },
    /// … wants it back.
    Restore { watch: usize },
    /// … pauses everything.
    PauseAll { time: Option<Duration> },
    /// … lets everything go on.
    ResumeAll,
    /// … wants to know now.
    Check { watch: Option<usize> },
    /// … answers the newest alert but so many.
    Answer { nth: usize, answer: Answer },
    /// … sets how much may be asked, and when to be quiet.
    Set {
        budget: u32,
        bursts: bool,
        quiet: Option<Quiet>,
        hushed: bool,
    },
    /// … writes the watches to a file.
    Export,
    /// … reads that file.
    Import,
    /// … looks at everything the window shows.
    LookAround,
}

/// What a kill waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trap {
    /// An answer of the city.
    Answer,
    /// A message to a channel.
    Tell,
}

/// Whom a fault concerns.
#[derive(Debug, Clone, Copy)]
pub enum Scope {
    /// Everybody.
    All,
    /// This place's clinic.
    Clinic(usize),
    /// Doctors' slots of this place's clinic.
    Slots(usize),
}

/// How a way to tell does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// It takes everything at once.
    Fine,
    /// It takes so long.
    Slow(u64),
    /// It takes nothing.
    Refuses,
    /// It will never take what it is told now.
    Never,
    /// It takes nothing for a moment and says for how long.
    Busy(u64),
    /// It takes the message and never comes back.
    Hangs,
    /// It takes the message and says that nothing was heard.
    Unsure,
    /// It takes the message, and nobody sees it.
    Unseen,
}

/// What a person fills in.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Places, and the doctors there (none: anybody; negative: anybody but these).
    pub places: Vec<(usize, Vec<i64>)>,
    /// When it suits.
    pub wish: TimeWish,
    /// In which order the channels tell.
    pub tell: Tell,
}

struct Maker {
    rng: StdRng,
    places: usize,
    ears: usize,
    start: DateTime<Utc>,
    events: Vec<Event>,
}

impl Plan {
    /// The world of this number.
    pub fn of(seed: u64, days: u32) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let start = simulator::Config::default().start + TimeDelta::days(rng.random_range(0..400));
        let vendors = [
            Vendor::Ariadna,
            Vendor::Samson,
            Vendor::PetroMs,
            Vendor::Sparm,
        ];
        let clinics: Vec<_> = (0..rng.random_range(1..=3))
            .map(|_| {
                (
                    vendors[rng.random_range(0..vendors.len())],
                    rng.random_range(1..=4),
                )
            })
            .collect();
        let latency = Duration::from_millis(rng.random_range(20..900));
        let ears = match rng.random_range(0..4) {
            0 => vec![Rung::Machine],
            1 => vec![Rung::Machine, Rung::Screen],
            2 => vec![Rung::Machine, Rung::Afar],
            _ => vec![Rung::Machine, Rung::Screen, Rung::Afar],
        };
        let mut maker = Maker {
            rng,
            places: clinics.len(),
            ears: ears.len(),
            start,
            events: Vec::new(),
        };
        maker.city(days);
        maker.household(days);
        let mut events = maker.events;
        events.sort_by_key(|event| event.at);
        events.retain(|event| event.at < Duration::from_secs(u64::from(days) * DAY));
        Self {
            seed,
            days,
            start,
            clinics,
            latency,
            ears,
            events,
        }
    }
}

impl Maker {
    fn add(&mut self, at: u64, act: Act) {
        // Not on the second: things happen between each other.
        let at = Duration::from_secs(at) + Duration::from_millis(self.rng.random_range(0..1000));
        self.events.push(Event { at, act });
    }

    fn place(&mut self) -> usize {
        self.rng.random_range(0..self.places)
    }

    fn doctor(&mut self) -> usize {
        self.rng.random_range(0..4)
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.rng.random_range(0..100) < percent
    }

    fn within(&mut self, from: u64, length: u64) -> u64 {
        from + self.rng.random_range(0..length.max(1))
    }

    /// What happens in the city whether anybody looks or not. The world begins at 9:00 in Moscow.
    fn city(&mut self, days: u32) {
        for day in 0..u64::from(days) {
            let morning = (day * DAY).saturating_sub(HOUR);
            if self.chance(30) {
                let (place, doctor) = (self.place(), self.doctor());
                let at = self.within(morning, 15);
                let count = self.rng.random_range(3..30);
                let hours = self.rng.random_range(24..400);
                let act = Act::Offer {
                    place,
                    doctor,
                    hours,
                    count,
                };
                self.add(at, act);
                if self.chance(80) {
                    let at = self.within(at + 300, 6 * HOUR);
                    self.add(at, Act::TakeAll { place, doctor });
                }
            }
            for _ in 0..self.rng.random_range(0..5) {
                let (place, doctor) = (self.place(), self.doctor());
                let at = self.within(day * DAY, DAY);
                self.offer(at, place, doctor);
            }
        }
    }

    fn offer(&mut self, at: u64, place: usize, doctor: usize) {
        let count = if self.chance(80) {
            1
        } else {
            self.rng.random_range(2..6)
        };
        let hours = if self.chance(20) {
            self.rng.random_range(0..12)
        } else {
            self.rng.random_range(12..400)
        };
        self.add(
            at,
            Act::Offer {
                place,
                doctor,
                hours,
                count,
            },
        );
        if self.chance(60) {
            let at = self.within(at + 20, 2 * HOUR);
            let nth = self.rng.random_range(0..8);
            self.add(at, Act::Take { place, doctor, nth });
            if self.chance(25) {
                let back = self.within(at + 5, 30 * MINUTE);
                self.add(back, Act::GiveBack);
            }
        }
    }

    /// The computer is on now and then.
    fn household(&mut self, days: u32) {
        let mut on = true;
        self.add(0, Act::Start);
        self.settle_in();
        self.session(2, HOUR);
        let mut free = HOUR + 4;
        for day in 0..u64::from(days) {
            for _ in 0..[0, 0, 1, 1, 2][self.rng.random_range(0..5)] {
                let at = if self.chance(50) {
                    self.within((day * DAY).saturating_sub(2 * HOUR), HOUR + 30 * MINUTE)
                } else {
                    self.within(day * DAY, 20 * HOUR)
                };
                if at <= free {
                    continue;
                }
                if on {
                    let time = Duration::from_secs(at - free);
                    let ran = self.chance(50);
                    self.add(free, Act::Sleep { time, ran });
                } else {
                    self.add(at, Act::Start);
                }
                let minutes = if self.chance(5) {
                    self.rng.random_range(120..360)
                } else {
                    self.rng.random_range(10..90)
                };
                let length = minutes * MINUTE;
                self.session(at + 2, length);
                free = at + length + 4;
                on = self.chance(55);
                if !on {
                    self.add(free, Act::Quit);
                    free += 2;
                }
            }
        }
        if on {
            self.add(free, Act::Quit);
        }
    }

    fn settle_in(&mut self) {
        for _ in 0..self.rng.random_range(1..=3) {
            let draft = self.draft();
            self.add(1, Act::Add { draft });
        }
        let set = self.set();
        self.add(0, set);
    }

    fn session(&mut self, from: u64, length: u64) {
        let acts = 3 + length / (8 * MINUTE);
        for _ in 0..acts {
            let at = self.within(from, length);
            match self.rng.random_range(0..100) {
                0..30 => {
                    let (place, doctor) = (self.place(), self.doctor());
                    self.offer(at, place, doctor);
                }
                30..55 => {
                    let act = self.fault();
                    self.add(at, act);
                }
                55..65 => {
                    let act = self.city_change();
                    self.add(at, act);
                }
                65..72 => {
                    let turns = self.rng.random_range(0..40);
                    let act = match self.rng.random_range(0..3) {
                        0 => Act::Kill { turns },
                        1 => Act::KillAfter {
                            what: Trap::Answer,
                            count: self.rng.random_range(1..20),
                            turns,
                        },
                        _ => Act::KillAfter {
                            what: Trap::Tell,
                            count: 1,
                            turns,
                        },
                    };
                    self.add(at, act);
                }
                72..80 => {
                    let ear = self.rng.random_range(0..self.ears);
                    let mood = self.mood();
                    let time = Duration::from_secs(self.rng.random_range(20..HOUR));
                    self.add(at, Act::Ear { ear, mood, time });
                }
                80..83 => {
                    let by = match self.rng.random_range(0..5) {
                        0 => TimeDelta::days(365),
                        1 => TimeDelta::days(-1),
                        2 => TimeDelta::hours(self.rng.random_range(-5..5)),
                        _ => TimeDelta::seconds(self.rng.random_range(-600..600)),
                    };
                    self.add(at, Act::SetClock { by });
                    let right = self.within(at + 30, HOUR);
                    self.add(right, Act::RightClock);
                }
                _ => {
                    let act = self.person();
                    self.add(at, act);
                }
            }
        }
    }

    fn fault(&mut self) -> Act {
        let time = Duration::from_secs(match self.rng.random_range(0..4) {
            0 => self.rng.random_range(1..60),
            1 | 2 => self.rng.random_range(60..20 * MINUTE),
            _ => self.rng.random_range(20 * MINUTE..3 * HOUR),
        });
        if self.chance(12) {
            // It is asked after each five seconds: more of it only takes time.
            let time = time.min(Duration::from_secs(15 * MINUTE));
            let how = self.rng.random_range(0..3);
            return Act::Offline { time, how };
        }
        let place = self.place();
        let scope = match self.rng.random_range(0..3) {
            0 => Scope::All,
            1 => Scope::Clinic(place),
            _ => Scope::Slots(place),
        };
        let codes = [
            1, 37, 38, 39, 602, 603, 610, 616, 639, 645, 660, 676, 751, 45,
        ];
        let statuses = [400, 404, 408, 500, 502, 503, 504];
        let waits = ["0", "-1", "5", "90", "100000000", "later"];
        let rows = if self.chance(50) {
            Rows::Specialties
        } else {
            Rows::Doctors
        };
        let fault = match self.rng.random_range(0..32) {
            0..4 => Fault::Code(codes[self.rng.random_range(0..codes.len())]),
            4 => Fault::UnknownCode,
            5 => Fault::Html502,
            6 => Fault::Status(statuses[self.rng.random_range(0..statuses.len())]),
            7 => Fault::TooMany {
                retry_after: (!self.chance(40))
                    .then(|| waits[self.rng.random_range(0..waits.len())].to_owned()),
            },
            8 => Fault::Forbidden,
            9 => Fault::Reset,
            10 => Fault::CutBody,
            11 => Fault::TruncatedJson,
            12 => Fault::Silence,
            13 => Fault::HtmlOk,
            14 => Fault::HugeBody,
            15 => Fault::DeepNesting,
            16 => Fault::ByteOrderMark,
            17 => Fault::NullResult,
            18 => Fault::EmptyResult,
            19 => Fault::RedirectElsewhere,
            20 => Fault::WrongDate,
            21 => Fault::DuplicateSlots,
            22 => Fault::BadRow,
            23 => Fault::MissingField,
            24 => Fault::Latency(Duration::from_millis(self.rng.random_range(100..15_000))),
            25 => Fault::NewSlotIds,
            26 => Fault::Flapping,
            27 => Fault::ShuffledOrder,
            28 => Fault::LyingCounts,
            29 => Fault::GhostCounts,
            30 => Fault::StaleRows(rows, Duration::from_secs(self.rng.random_range(60..7200))),
            _ => match self.rng.random_range(0..4) {
                0 => Fault::HiddenSlots(rows, self.rng.random_range(1..=100)),
                1 => Fault::ZuluTimes,
                2 => Fault::HostileText,
                _ => Fault::SwappedIdTypes,
            },
        };
        Act::Fault { scope, fault, time }
    }

    fn city_change(&mut self) -> Act {
        let (place, doctor) = (self.place(), self.doctor());
        match self.rng.random_range(0..12) {
            0 => Act::Rebind { place },
            1 | 2 => Act::Rename { place, doctor },
            3 => Act::CloseOnline {
                place,
                closed: true,
            },
            4 | 5 => Act::CloseOnline {
                place,
                closed: false,
            },
            6 => Act::Leave { place, gone: true },
            7 | 8 => Act::Leave { place, gone: false },
            9 => Act::DoctorLeaves { place, doctor },
            _ => Act::TakeAll { place, doctor },
        }
    }

    fn mood(&mut self) -> Mood {
        match self.rng.random_range(0..8) {
            0 => Mood::Fine,
            1 => Mood::Slow(self.rng.random_range(1..9)),
            2 | 3 => Mood::Refuses,
            4 => Mood::Busy(self.rng.random_range(1..90)),
            5 => Mood::Hangs,
            6 => Mood::Unsure,
            _ => {
                if self.chance(50) {
                    Mood::Never
                } else {
                    Mood::Unseen
                }
            }
        }
    }

    fn person(&mut self) -> Act {
        let watch = self.rng.random_range(0..6);
        let some = |secs: u64| Some(Duration::from_secs(secs));
        match self.rng.random_range(0..22) {
            0 | 1 => Act::Add {
                draft: self.draft(),
            },
            2 | 3 => Act::Change {
                watch,
                draft: self.draft(),
            },
            4 => Act::Pause { watch, time: None },
            5 => {
                let secs = self.rng.random_range(60..5 * HOUR);
                Act::Pause {
                    watch,
                    time: some(secs),
                }
            }
            6..9 => Act::Resume { watch },
            9 => Act::Remove { watch },
            10 => Act::Restore { watch },
            11 => {
                let secs = self.rng.random_range(60..3 * HOUR);
                Act::PauseAll { time: some(secs) }
            }
            12 => Act::ResumeAll,
            13 | 14 => Act::Check {
                watch: self.chance(50).then_some(watch),
            },
            15..18 => {
                let answers = [Answer::Seen, Answer::Later, Answer::Acted, Answer::Dismiss];
                Act::Answer {
                    nth: self.rng.random_range(0..3),
                    answer: answers[self.rng.random_range(0..answers.len())],
                }
            }
            18 => self.set(),
            19 => Act::Export,
            20 => Act::Import,
            _ => Act::LookAround,
        }
    }

    fn set(&mut self) -> Act {
        let hour = |hour: u32| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or(NaiveTime::MIN);
        let quiet = self.chance(50).then(|| Quiet {
            on: true,
            from: hour(self.rng.random_range(0..24)),
            to: hour(self.rng.random_range(0..24)),
            manner: if self.rng.random_bool(0.5) {
                QuietManner::Hold
            } else {
                QuietManner::Silent
            },
        });
        Act::Set {
            budget: [30, 30, 30, 30, 60, 90][self.rng.random_range(0..6)],
            bursts: self.chance(20),
            quiet,
            hushed: self.chance(10),
        }
    }

    fn draft(&mut self) -> Draft {
        let places = 1 + usize::from(self.chance(25));
        let places = (0..places.min(self.places)).map(|nth| {
            let place = (self.rng.random_range(0..self.places) + nth) % self.places;
            let doctors = match self.rng.random_range(0..3) {
                0 => Vec::new(),
                1 => vec![self.rng.random_range(1..=4)],
                _ => vec![-self.rng.random_range(1..=4)],
            };
            (place, doctors)
        });
        let mut places: Vec<(usize, Vec<i64>)> = places.collect();
        places.sort();
        places.dedup_by_key(|(place, _)| *place);
        Draft {
            places,
            wish: self.wish(),
            tell: if self.chance(50) {
                Tell::AtOnce
            } else {
                Tell::Ladder
            },
        }
    }

    fn wish(&mut self) -> TimeWish {
        if self.chance(60) {
            return TimeWish::default();
        }
        let time = |hour: u32| NaiveTime::from_hms_opt(hour, 0, 0);
        let from = self.rng.random_range(7..15);
        let today = self.start.date_naive();
        let range = TimeRange {
            days: Day::ALL
                .into_iter()
                .filter(|_| self.rng.random_bool(0.5))
                .collect(),
            from: time(from),
            to: time(from + self.rng.random_range(1..8)),
        };
        TimeWish {
            ranges: if self.chance(60) {
                vec![range]
            } else {
                Vec::new()
            },
            not_before: self
                .chance(20)
                .then(|| today + TimeDelta::days(self.rng.random_range(0..20))),
            not_after: self
                .chance(20)
                .then(|| today + TimeDelta::days(self.rng.random_range(30..60))),
            except: Vec::new(),
            notice_minutes: if self.chance(30) {
                self.rng.random_range(0..600)
            } else {
                0
            },
            earlier_than: None,
        }
    }
}
