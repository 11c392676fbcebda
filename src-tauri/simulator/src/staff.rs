//! Who works in one clinic: its specialties and doctors, drawn when first asked for.

use std::collections::HashSet;
use std::ops::Range;

use chrono::{DateTime, Days, NaiveDate, Utc};

use crate::agenda::{Agenda, Plan};
use crate::clinics::{Entry, Kind};
use crate::config::{Config, World};
use crate::hours::Hours;
use crate::ids;
use crate::moscow;
use crate::people::{self, Person};
use crate::random::{self, Stream};
use crate::specialties;
use crate::vendor::Vendor;

/// A clinic's specialties, and all its doctors in the order of the specialties.
#[derive(Clone, Debug)]
pub(crate) struct Staff {
    pub(crate) specialties: Vec<Specialty>,
    pub(crate) doctors: Vec<Doctor>,
}

/// A row of the specialties list.
#[derive(Clone, Debug)]
pub(crate) struct Specialty {
    pub(crate) id: String,
    pub(crate) fer: Option<&'static str>,
    pub(crate) name: String,
    /// Its doctors' places in [`Staff::doctors`].
    pub(crate) doctors: Range<usize>,
}

/// A row of a doctors list.
#[derive(Clone, Debug)]
pub(crate) struct Doctor {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    /// `None` where the name is a room's.
    pub(crate) person: Option<Person>,
    pub(crate) comment: Option<String>,
    pub(crate) area: Option<String>,
    pub(crate) room: Option<String>,
    /// Tickets the public can't book, counted in `freeTicketCount` only.
    pub(crate) quota: usize,
    pub(crate) removed: bool,
    pub(crate) plan: Plan,
    pub(crate) agenda: Agenda,
}

impl Staff {
    pub(crate) fn draw(config: &Config, entry: &Entry) -> Self {
        let clinic = u64::from(entry.id);
        let mut stream = Stream::new(&[config.seed, clinic, 0x57AF]);
        let mut staff = Self {
            specialties: Vec::new(),
            doctors: Vec::new(),
        };
        let mut offered = specialties::of_kind(entry.kind.letter());
        let count = specialty_count(entry, &mut stream).min(offered.len());
        let crowd = offered.remove(0);
        stream.shuffle(&mut offered);
        offered.insert(0, crowd);
        for specialty in offered.into_iter().take(count) {
            let first = staff.doctors.len();
            let doctors = doctor_count(specialty.crowd, &mut stream);
            let stocked = config.world != World::Quiet && stream.chance(0.6);
            let mut drawing = Drawing {
                config,
                entry,
                stream: &mut stream,
            };
            for place in 0..doctors {
                let free = stocked && (place == 0 || drawing.stream.chance(0.7));
                let key = random::mix(&[clinic, u64::try_from(staff.doctors.len()).unwrap_or(0)]);
                staff.doctors.push(drawing.doctor(key, free));
            }
            let fer = match specialty.fer {
                "" => {
                    if stream.chance(0.5) {
                        Some("")
                    } else {
                        None
                    }
                }
                _ if stream.chance(0.02) => None,
                _ if stream.chance(0.02) => Some("0"),
                code => Some(code),
            };
            staff.specialties.push(Specialty {
                id: String::new(),
                fer,
                name: specialty.spelled(&mut stream),
                doctors: first..staff.doctors.len(),
            });
        }
        stream.shuffle(&mut staff.specialties);
        if let [first, second, ..] = staff.specialties.as_mut_slice()
            && entry.vendor != Vendor::Sparm
            && stream.chance(0.02)
        {
            second.name.clone_from(&first.name);
        }
        staff.assign_ids(config.seed, entry.vendor, clinic, 0);
        staff
    }

    /// Gives everybody an id of this vendor that nobody here has or just had.
    pub(crate) fn assign_ids(&mut self, seed: u64, vendor: Vendor, clinic: u64, generation: u64) {
        let mut stream = Stream::new(&[seed, clinic, generation, 0x1D5]);
        let building = stream.between(20, 139);
        let mut used: HashSet<String> = self.specialties.iter().map(|row| row.id.clone()).collect();
        for row in &mut self.specialties {
            row.id = fresh(&mut used, || ids::specialty(vendor, &row.name, &mut stream));
        }
        let mut used: HashSet<String> = self
            .doctors
            .iter()
            .map(|doctor| doctor.id.clone())
            .collect();
        for doctor in &mut self.doctors {
            doctor.id = fresh(&mut used, || ids::doctor(vendor, building, &mut stream));
        }
    }

    pub(crate) fn specialty(&self, id: &str) -> Option<&Specialty> {
        self.specialties.iter().find(|specialty| specialty.id == id)
    }

    pub(crate) fn doctor_mut(&mut self, id: &str) -> Option<&mut Doctor> {
        self.doctors
            .iter_mut()
            .find(|doctor| doctor.id == id && !doctor.removed)
    }
}

impl Doctor {
    pub(crate) fn slots(&mut self, now: DateTime<Utc>) -> Vec<crate::agenda::Slot> {
        self.agenda.slots(&self.plan, now)
    }
}

fn fresh(used: &mut HashSet<String>, mut draw: impl FnMut() -> String) -> String {
    loop {
        let id = draw();
        if used.insert(id.clone()) {
            return id;
        }
    }
}

/// Mean 4.9 over the city, 1 to 21 in a clinic.
fn specialty_count(entry: &Entry, stream: &mut Stream) -> usize {
    if entry.offline {
        return 0;
    }
    match entry.kind {
        Kind::Adult | Kind::Children => match stream.below(10) {
            0 => 1,
            1 => 2 + stream.below(2),
            2..8 => 3 + stream.below(7),
            _ => 10 + stream.below(12),
        },
        Kind::Other => 1 + stream.below(5) * stream.below(2),
        Kind::Women | Kind::Teeth | Kind::Skin | Kind::Addiction | Kind::Mind => {
            1 + stream.below(4)
        }
    }
}

/// Mean 3.4 over the city, 50 at most; a few lists are empty.
fn doctor_count(crowd: bool, stream: &mut Stream) -> usize {
    if stream.chance(0.002) {
        return 0;
    }
    let size = if crowd {
        1.0 + stream.lognormal(7.6, 0.9)
    } else {
        stream.lognormal(1.6, 0.6)
    };
    (1..=50)
        .rev()
        .find(|count| f64::from(*count) <= size)
        .map_or(1, |count| usize::try_from(count).unwrap_or(1))
}

/// What it takes to draw a doctor.
struct Drawing<'a> {
    config: &'a Config,
    entry: &'a Entry,
    stream: &'a mut Stream,
}

impl Drawing<'_> {
    fn doctor(&mut self, key: u64, free: bool) -> Doctor {
        let vendor = self.entry.vendor;
        let leave = self.stream.chance(0.08).then(|| self.leave());
        let hours = Hours::draw(self.stream, leave.clone());
        let stock = if free {
            self.stream.lognormal(0.15, 0.7).clamp(0.02, 0.9)
        } else {
            0.0
        };
        let room_share = if vendor == Vendor::Medis { 0.3 } else { 0.06 };
        let person = (!self.stream.chance(room_share)).then(|| people::person(self.stream));
        let quota = match vendor {
            Vendor::PetroMs if self.stream.chance(0.85) => self.stream.below(60),
            Vendor::VistaMed | Vendor::Samson | Vendor::SvMed if self.stream.chance(0.2) => {
                self.stream.below(20)
            }
            Vendor::Ariadna if self.stream.chance(0.03) => 1 + self.stream.below(5),
            _ => 0,
        };
        Doctor {
            id: String::new(),
            name: self.name(person.as_ref(), leave.as_ref()),
            comment: self.comment(leave.as_ref()),
            area: self.area(),
            room: self.stream.chance(0.8).then(|| self.room()),
            person,
            quota,
            removed: false,
            plan: Plan {
                seed: self.config.seed,
                world: self.config.world,
                city_start: self.config.start,
                key,
                clinic: u64::from(self.entry.id),
                hours,
                stock,
            },
            agenda: Agenda::default(),
        }
    }

    fn leave(&mut self) -> Range<NaiveDate> {
        let today = moscow::date(self.config.start);
        let first = today + Days::new(self.stream.between(0, 20).unsigned_abs());
        first..first + Days::new(self.stream.between(5, 28).unsigned_abs())
    }

    fn room(&mut self) -> String {
        match self.stream.below(6) {
            0 => format!(
                "{}/ПО {} к.{}",
                self.stream.between(101, 420),
                self.stream.between(1, 9),
                self.stream.between(1, 4)
            ),
            1 => format!("каб. {}", self.stream.between(1, 60)),
            _ => format!("{}", self.stream.between(101, 540)),
        }
    }

    fn name(
        &mut self,
        person: Option<&Person>,
        leave: Option<&Range<NaiveDate>>,
    ) -> Option<String> {
        let Some(person) = person else {
            let room = people::room_name(self.stream);
            return (self.entry.vendor != Vendor::VitaSoft).then_some(room);
        };
        let full = person.join(" ");
        let name = match self.entry.vendor {
            Vendor::VitaSoft => return None,
            Vendor::SvMed => {
                let name = match self.stream.below(4) {
                    0 | 1 => {
                        let short = people::initials(person);
                        let part = self.stream.between(1, 5);
                        let area = self.stream.between(1, 60);
                        format!("{short} {part} ТО {area}/{} участки", area + 2)
                    }
                    2 => format!("{full} уч. {}", self.stream.between(1, 60)),
                    _ => full,
                };
                match leave {
                    Some(leave) => format!(
                        "{name} (с {} по {} без приёма)",
                        leave.start.format("%d.%m"),
                        last(leave).format("%d.%m")
                    ),
                    None => name,
                }
            }
            Vendor::PetroMs => {
                let note =
                    self.stream
                        .pick(&["", "Терапевтический приём ", "!!!ДЕТСКИЙ ПРИЁМ!!! "]);
                format!("{full} {note}")
            }
            Vendor::Ariadna
            | Vendor::Samson
            | Vendor::VistaMed
            | Vendor::Narcology
            | Vendor::Itworks
            | Vendor::Avicenna
            | Vendor::Sparm
            | Vendor::Medis
            | Vendor::Medialog => full,
        };
        Some(match self.stream.below(30) {
            0 => name.to_uppercase(),
            1 => format!("{name} "),
            // Latin look-alikes inside a Cyrillic word
            2 => name.replacen('а', "a", 1).replacen('о', "o", 1),
            _ => name,
        })
    }

    fn comment(&mut self, leave: Option<&Range<NaiveDate>>) -> Option<String> {
        let (nothing, text_share) = match self.entry.vendor {
            Vendor::Ariadna | Vendor::Medis => (None, 0.2),
            Vendor::Samson => (Some(String::new()), 0.2),
            Vendor::SvMed => (Some(String::new()), 0.07),
            Vendor::VistaMed => (self.stream.chance(0.07).then(String::new), 0.03),
            Vendor::Itworks => (None, 0.6),
            Vendor::PetroMs | Vendor::Narcology | Vendor::Sparm => return Some(String::new()),
            Vendor::Avicenna | Vendor::Medialog | Vendor::VitaSoft => return None,
        };
        if self.entry.vendor == Vendor::Ariadna {
            if let Some(leave) = leave {
                let (first, last) = (
                    leave.start.format("%d.%m.%Y"),
                    last(leave).format("%d.%m.%Y"),
                );
                return Some(format!("с {first} по {last}: Очередной отпуск"));
            }
            if self.entry.id % 40 == 3 {
                let street = people::street_address(self.stream);
                return Some(format!(
                    "{street}\n<br><font color=red><b>Без справки приём не ведётся. Справку выдаёт <a href=\"#\">кабинет 1</a>.</b></font>"
                ));
            }
        }
        if !self.stream.chance(text_share) {
            return nothing;
        }
        Some(match self.stream.below(6) {
            0 => format!("Кабинет {}", self.stream.between(1, 540)),
            1 => format!("{} ", self.stream.between(100, 540)),
            2 => format!(
                "участки № {}, {}",
                self.stream.between(1, 30),
                self.stream.between(31, 60)
            ),
            3 => format!("{}\r\nвход со двора", people::street_address(self.stream)),
            4 => "Первичный приём. При себе иметь полис и паспорт.\r\n"
                .repeat(1 + self.stream.below(12)),
            _ => "Только повторный приём".to_owned(),
        })
    }

    fn area(&mut self) -> Option<String> {
        let (nothing, text_share) = match self.entry.vendor {
            Vendor::Ariadna => (self.stream.chance(0.33).then(String::new), 0.25),
            Vendor::Samson => (None, 0.48),
            Vendor::SvMed => (Some(String::new()), 0.12),
            Vendor::VistaMed | Vendor::Narcology => (None, 1.0),
            Vendor::Avicenna => (None, 0.15),
            Vendor::PetroMs
            | Vendor::Itworks
            | Vendor::Sparm
            | Vendor::Medis
            | Vendor::Medialog
            | Vendor::VitaSoft => return None,
        };
        if !self.stream.chance(text_share) {
            return nothing;
        }
        let first = self.stream.between(1, 60);
        Some(match self.stream.below(5) {
            0 => format!("{first}-{}", first + self.stream.between(1, 9)),
            1 => format!("{first}, {}, {}", first + 1, first + 4),
            2 => people::street_address(self.stream),
            3 => "0".to_owned(),
            _ => format!("{first} участок"),
        })
    }
}

fn last(leave: &Range<NaiveDate>) -> NaiveDate {
    leave.end - Days::new(1)
}
