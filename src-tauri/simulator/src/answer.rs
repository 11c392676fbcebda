//! From a path to the text of an answer.

use chrono::{DateTime, Utc};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::Value;

use crate::agenda::Slot;
use crate::city::State;
use crate::config::{Config, World};
use crate::distort::distort;
use crate::districts::DISTRICTS;
use crate::faults::{Fault, Rows, Subject, Suffering};
use crate::moscow;
use crate::random::{self, Stream};
use crate::staff::Doctor;
use crate::vendor::Vendor;
use crate::wire::{
    ClinicRow, DayRow, DistrictRow, DoctorRow, Failure, SlotRow, SpecialtyRow, Success,
};

/// Where the API lives below its host.
pub(crate) const BASE: &str = "/_api/api/v2";

/// How many days ahead a timetable looks.
const TIMETABLE_DAYS: usize = 30;

/// A fault of a clinic's own lasts at most so long.
const OUTAGE_MINUTES: i64 = 20;

/// A request the city understands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Question {
    Districts,
    Clinics,
    ClinicsOf { district: String },
    Clinic { clinic: String },
    Specialties { clinic: String },
    Doctors { clinic: String, specialty: String },
    Slots { clinic: String, doctor: String },
    Timetable { clinic: String, doctor: String },
}

impl Question {
    /// Reads a raw path: ids are one segment each, `/` inside them written as `%2F`.
    pub(crate) fn read(raw_path: &str) -> Option<Self> {
        let below = raw_path.strip_prefix(BASE)?.strip_prefix('/')?;
        let segments: Vec<String> = below
            .split('/')
            .map(|segment| percent_decode_str(segment).decode_utf8().map(String::from))
            .collect::<Result<_, _>>()
            .ok()?;
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        Some(match segments.as_slice() {
            ["shared", "districts"] => Self::Districts,
            ["shared", "lpus"] => Self::Clinics,
            ["shared", "district", district, "lpus"] => Self::ClinicsOf {
                district: (*district).to_owned(),
            },
            ["shared", "lpu", clinic] => Self::Clinic {
                clinic: (*clinic).to_owned(),
            },
            ["schedule", "lpu", clinic, "specialties"] => Self::Specialties {
                clinic: (*clinic).to_owned(),
            },
            [
                "schedule",
                "lpu",
                clinic,
                "speciality",
                specialty,
                "doctors",
            ] => Self::Doctors {
                clinic: (*clinic).to_owned(),
                specialty: (*specialty).to_owned(),
            },
            ["schedule", "lpu", clinic, "doctor", doctor, "appointments"] => Self::Slots {
                clinic: (*clinic).to_owned(),
                doctor: (*doctor).to_owned(),
            },
            ["schedule", "lpu", clinic, "doctor", doctor, "timetable"] => Self::Timetable {
                clinic: (*clinic).to_owned(),
                doctor: (*doctor).to_owned(),
            },
            _ => return None,
        })
    }

    pub(crate) fn clinic(&self) -> Option<&str> {
        match self {
            Self::Districts | Self::Clinics | Self::ClinicsOf { .. } => None,
            Self::Clinic { clinic }
            | Self::Specialties { clinic }
            | Self::Doctors { clinic, .. }
            | Self::Slots { clinic, .. }
            | Self::Timetable { clinic, .. } => Some(clinic),
        }
    }

    /// `vendor`: of the clinic that is asked about.
    pub(crate) fn subject<'a>(&'a self, path: &'a str, vendor: Option<Vendor>) -> Subject<'a> {
        Subject {
            path,
            clinic: self.clinic(),
            vendor,
            lists_slots: matches!(self, Self::Slots { .. } | Self::Timetable { .. }),
            counts: match self {
                Self::Specialties { .. } => Some(Rows::Specialties),
                Self::Doctors { .. } => Some(Rows::Doctors),
                Self::Districts
                | Self::Clinics
                | Self::ClinicsOf { .. }
                | Self::Clinic { .. }
                | Self::Slots { .. }
                | Self::Timetable { .. } => None,
            },
        }
    }
}

/// The text of an answer, made under the city's lock.
pub(crate) struct Answering<'a> {
    pub(crate) config: &'a Config,
    pub(crate) state: &'a mut State,
    pub(crate) now: DateTime<Utc>,
    pub(crate) suffering: &'a Suffering,
    /// A number no other answer has.
    pub(crate) serial: u64,
}

/// A failure's code stands for the whole failure.
type Code = i32;

impl Answering<'_> {
    pub(crate) fn text(mut self, question: &Question) -> String {
        match &self.suffering.instead {
            Some(Fault::Code(code)) => return self.failure(*code),
            Some(Fault::UnknownCode) => return self.failure(4242),
            Some(Fault::NullResult) => return json(&Success::of(Value::Null)),
            Some(Fault::EmptyResult) => return json(&Success::of(Vec::<()>::new())),
            _ => {}
        }
        let answer = match question {
            Question::Districts => {
                let rows: Vec<DistrictRow> = DISTRICTS.iter().map(DistrictRow::from).collect();
                Ok(self.success(&rows))
            }
            Question::Clinics => Ok(self.clinics(|_| true)),
            Question::ClinicsOf { district } => {
                Ok(self.clinics(|at| DISTRICTS[at].id.to_string() == *district))
            }
            Question::Clinic { clinic } => self.clinic(clinic),
            Question::Specialties { clinic } => self.specialties(clinic),
            Question::Doctors { clinic, specialty } => self.doctors(clinic, specialty),
            Question::Slots { clinic, doctor } => self.slots(clinic, doctor),
            Question::Timetable { clinic, doctor } => self.timetable(clinic, doctor),
        };
        answer.unwrap_or_else(|code| self.failure(code))
    }

    fn failure(&self, code: Code) -> String {
        let request_id = Stream::new(&[self.config.seed, self.serial]).guid();
        let mut failure = Failure::of(code, request_id);
        for fault in &self.suffering.distortions {
            if let Fault::Payload(payload) = fault {
                failure.message = payload.into();
            }
        }
        json(&failure)
    }

    fn success<T: Serialize>(&self, result: &T) -> String {
        if self.suffering.distortions.is_empty() {
            return json(&Success::of(result));
        }
        let mut result = serde_json::to_value(result).unwrap_or(Value::Null);
        let mut stream = Stream::new(&[self.config.seed, self.serial, 0xD157]);
        for fault in &self.suffering.distortions {
            distort(fault, &mut result, &mut stream);
        }
        json(&Success::of(result))
    }

    /// A list that counts slots; under a fault as it was first given.
    fn counts<T: Serialize>(&mut self, list: String, rows: &T) -> String {
        let Some(time) = self.suffering.stale() else {
            self.state.first_given.remove(&list);
            return self.success(rows);
        };
        let fresh = || (self.now, serde_json::to_value(rows).unwrap_or(Value::Null));
        let given = self.state.first_given.entry(list).or_insert_with(fresh);
        if (self.now - given.0).to_std().is_ok_and(|age| age >= time) {
            *given = fresh();
        }
        let rows = given.1.clone();
        self.success(&rows)
    }

    fn clinics(&self, in_district: impl Fn(usize) -> bool) -> String {
        let open = self.state.clinics.iter().filter(|clinic| !clinic.removed);
        let rows: Vec<ClinicRow<'_>> = open
            .map(|clinic| &clinic.entry)
            .filter(|entry| in_district(entry.district))
            .map(ClinicRow::from)
            .collect();
        self.success(&rows)
    }

    fn clinic(&self, clinic: &str) -> Result<String, Code> {
        let clinic = self.state.place(clinic).ok_or(610)?;
        Ok(self.success(&ClinicRow::from(&self.state.clinics[clinic].entry)))
    }

    /// The clinic's place in the register, if its own system answers now.
    fn answering(&self, clinic: &str) -> Result<usize, Code> {
        let place = self.state.place(clinic).ok_or(610)?;
        if self.state.clinics[place].closed {
            return Err(37);
        }
        match self.outage(place) {
            Some(code) => Err(code),
            None => Ok(place),
        }
    }

    /// The background rate of failing clinics: each for some minutes, by its own dice.
    fn outage(&self, place: usize) -> Option<Code> {
        let entry = &self.state.clinics[place].entry;
        if self.config.failing_share <= 0.0 {
            return None;
        }
        let clinic = u64::from(entry.id);
        let minutes = self.now.timestamp() / 60 + i64::from(entry.id) * 7;
        let spell = (minutes / OUTAGE_MINUTES).unsigned_abs();
        let mut stream = Stream::new(&[self.config.seed, clinic, spell, 0x0FF]);
        let codes: &[Code] = match entry.vendor {
            Vendor::SvMed => &[1, 1, 1, 1, 603],
            Vendor::VistaMed => &[602, 602, 1],
            Vendor::Ariadna => &[602, 602, 1, 616],
            Vendor::Samson
            | Vendor::PetroMs
            | Vendor::Narcology
            | Vendor::Itworks
            | Vendor::Avicenna
            | Vendor::Sparm
            | Vendor::Medis
            | Vendor::Medialog
            | Vendor::VitaSoft => &[1, 603, 610, 616, 645],
        };
        stream
            .chance(self.config.failing_share)
            .then(|| codes[stream.below(codes.len())])
    }

    fn specialties(&mut self, clinic: &str) -> Result<String, Code> {
        let place = self.answering(clinic)?;
        let (entry, staff) = self.state.staffed(self.config, place);
        let mut rows = Vec::new();
        for specialty in &staff.specialties {
            let doctors = &mut staff.doctors[specialty.doctors.clone()];
            if self.config.world == World::Lively {
                wake(doctors, self.now);
            }
            let mut slots = Vec::new();
            let mut quota = 0;
            for doctor in doctors.iter_mut().filter(|doctor| !doctor.removed) {
                slots.extend(counted(self.suffering, self.config, doctor, self.now));
                quota += doctor.quota;
            }
            slots.sort_by_key(|slot| slot.start);
            rows.push(SpecialtyRow::of(specialty, entry, &slots, quota, self.now));
        }
        if rows.is_empty() {
            return Err(37);
        }
        let list = clinic.to_owned();
        Ok(self.counts(list, &rows))
    }

    fn doctors(&mut self, clinic: &str, specialty: &str) -> Result<String, Code> {
        let place = self.answering(clinic)?;
        let (entry, staff) = self.state.staffed(self.config, place);
        let range = staff.specialty(specialty).ok_or(38)?.doctors.clone();
        let mut rows = Vec::new();
        for doctor in staff.doctors[range]
            .iter_mut()
            .filter(|doctor| !doctor.removed)
        {
            doctor.agenda.ask(&doctor.plan, self.now);
            let slots = counted(self.suffering, self.config, doctor, self.now);
            rows.push(DoctorRow::of(
                doctor,
                entry,
                &slots,
                self.config.split_names,
                self.now,
            ));
        }
        if rows.is_empty() {
            return Err(38);
        }
        Ok(self.counts(format!("{clinic}/{specialty}"), &rows))
    }

    fn slots(&mut self, clinic: &str, doctor: &str) -> Result<String, Code> {
        let place = self.answering(clinic)?;
        let (entry, staff) = self.state.staffed(self.config, place);
        let doctor = staff.doctor_mut(doctor).ok_or(39)?;
        doctor.agenda.ask(&doctor.plan, self.now);
        let slots = doctor.slots(self.now);
        let rows: Vec<SlotRow> = slots
            .iter()
            .map(|slot| SlotRow::of(slot, doctor, entry))
            .collect();
        if rows.is_empty() {
            return Err(39);
        }
        Ok(self.success(&rows))
    }

    fn timetable(&mut self, clinic: &str, doctor: &str) -> Result<String, Code> {
        let place = self.answering(clinic)?;
        let (entry, staff) = self.state.staffed(self.config, place);
        let doctor = staff.doctor_mut(doctor).ok_or(39)?;
        doctor.agenda.ask(&doctor.plan, self.now);
        let slots = doctor.slots(self.now);
        let mut rows = Vec::new();
        for date in moscow::date(self.now).iter_days().take(TIMETABLE_DAYS) {
            let hours = doctor.plan.hours.of(date);
            let today = slots.iter().filter(|slot| moscow::date(slot.start) == date);
            let appointments: Vec<SlotRow> =
                today.map(|slot| SlotRow::of(slot, doctor, entry)).collect();
            let denied = hours.is_none() && doctor.plan.hours.on_leave(date);
            if hours.is_none() && appointments.is_empty() && !denied {
                continue;
            }
            let begin = hours
                .as_ref()
                .map_or(moscow::midnight(date), |hours| hours.start);
            rows.push(DayRow {
                appointments,
                deny_cause: denied.then_some("Врач в отпуске"),
                recordable_day: !denied,
                visit_start: Some(moscow::stamp(begin)),
                visit_end: hours.map(|hours| moscow::stamp(hours.end)),
            });
        }
        Ok(self.success(&rows))
    }
}

/// The slots of a doctor that lists count.
fn counted(
    suffering: &Suffering,
    config: &Config,
    doctor: &mut Doctor,
    now: DateTime<Utc>,
) -> Vec<Slot> {
    let mut slots = doctor.slots(now);
    slots.retain(|slot| !suffering.hides(config.seed, &doctor.id, slot.start));
    slots
}

/// A look at the whole clinic keeps awake whom somebody asked about; the first doctor of a
/// specialty nobody asked about wakes up, so that a watch of the clinic has something to see.
fn wake(doctors: &mut [Doctor], now: DateTime<Utc>) {
    let anybody = doctors.iter().any(|doctor| doctor.agenda.was_asked());
    for (at, doctor) in doctors.iter_mut().enumerate() {
        if doctor.agenda.was_asked() || (!anybody && at == 0) {
            doctor.agenda.ask(&doctor.plan, now);
        }
    }
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("rows hold nothing that JSON can't")
}

/// The decoded path below the base, for the request log and for `Scope::Path`.
pub(crate) fn readable(raw_path: &str) -> String {
    let below = raw_path.strip_prefix(BASE).unwrap_or(raw_path);
    percent_decode_str(below).decode_utf8_lossy().into_owned()
}

/// A new value of the `token` header for every answer.
pub(crate) fn token(seed: u64, serial: u64) -> String {
    let (high, low) = (
        random::mix(&[seed, serial, 1]),
        random::mix(&[seed, serial, 2]),
    );
    format!("{high:016x}{low:016x}")
}

#[cfg(test)]
mod tests {
    use super::Question;

    #[test]
    fn an_id_is_one_segment_whatever_is_in_it() {
        let path = "/_api/api/v2/schedule/lpu/7/speciality/x%2BDv6PH8%2F%3D/doctors";
        let question = Question::Doctors {
            clinic: "7".into(),
            specialty: "x+Dv6PH8/=".into(),
        };
        assert_eq!(Question::read(path), Some(question));
        assert_eq!(
            Question::read("/_api/api/v2/schedule/lpu/7/speciality/a/b/doctors"),
            None
        );
        assert_eq!(Question::read("/shared/districts"), None);
    }
}
