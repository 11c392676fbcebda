//! The API's spelling: what goes over the wire, key by key in the recorded order.

use std::borrow::Cow;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::agenda::Slot;
use crate::clinics::Entry;
use crate::districts::{DISTRICTS, District};
use crate::ids;
use crate::moscow;
use crate::random;
use crate::staff::{Doctor, Specialty};
use crate::vendor::Vendor;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Success<T> {
    result: T,
    #[serde(rename = "success")]
    good: bool,
    error_code: i32,
    message: Option<()>,
    stack_trace: Option<()>,
}

impl<T> Success<T> {
    pub(crate) fn of(result: T) -> Self {
        Self {
            result,
            good: true,
            error_code: 0,
            message: None,
            stack_trace: None,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Failure<'a> {
    success: bool,
    error_code: i32,
    pub(crate) message: Cow<'a, str>,
    request_id: String,
}

impl Failure<'_> {
    pub(crate) fn of(error_code: i32, request_id: String) -> Self {
        let request_id = match error_code {
            645 | 660 => "00000000-0000-0000-0000-000000000000".to_owned(),
            _ => request_id,
        };
        Self {
            success: false,
            error_code,
            message: message(error_code).into(),
            request_id,
        }
    }
}

/// What the API says with a code; our own words where its are not known.
fn message(code: i32) -> &'static str {
    match code {
        1 => "Внутренняя ошибка сервиса",
        37 => {
            "Отсутствуют специальности для записи на приём. Для записи к врачу обратитесь в регистратуру или колл-центр медицинской организации"
        }
        38 => {
            "Отсутствуют специалисты для приёма по выбранной специальности. Обратитесь в регистратуру медорганизации"
        }
        39 => {
            "В медицинской организации закончились свободные талоны для записи к выбранному врачу. Попробуйте записаться позже или обратитесь в регистратуру медицинской организации"
        }
        602 => {
            "Медорганизация нам не ответила. Попробуйте записаться позже или обратитесь в регистратуру медорганизации"
        }
        603 => {
            "Время ожидания ответа от медицинской организации истекло. Попробуйте записаться позже или обратитесь в регистратуру медицинской организации"
        }
        610 => {
            "Мы не смогли получить данные о выбранной медорганизации. Попробуйте записаться позже или обратитесь в регистратуру медорганизации."
        }
        616 => {
            "Возникла ошибка в работе медицинской информационной системы медицинской организации. Попробуйте позже или обратитесь в регистратуру медицинской организации."
        }
        639 => "Этот талон уже достался другому пациенту",
        645 => "Не найдено расписание медицинского ресурса",
        660 => "Что-то пошло не так. Попробуйте записаться позже",
        676 => {
            "Направление не найдено. Пожалуйста, проверьте корректность введенных данных и попробуйте записаться снова"
        }
        751 => "Запись к врачу возможна при отсутствии активной записи к аналогичному специалисту",
        _ => "Случилось то, чего в городе ещё не бывало",
    }
}

#[derive(Serialize)]
pub(crate) struct DistrictRow {
    id: String,
    name: &'static str,
    okato: u32,
}

impl From<&District> for DistrictRow {
    fn from(district: &District) -> Self {
        Self {
            id: district.id.to_string(),
            name: district.name,
            okato: district.okato,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClinicRow<'a> {
    covid_vaccination_ticket_count: Option<()>,
    covid_vaccination_ticket_receive_time: Option<()>,
    id: u32,
    description: &'static str,
    district: u32,
    district_id: u32,
    district_name: &'static str,
    is_active: bool,
    lpu_full_name: &'a str,
    lpu_short_name: &'a str,
    lpu_type: Option<&'a str>,
    oid: Option<&'a str>,
    part_of: Option<()>,
    head_organization: &'a str,
    organization: &'a str,
    address: Option<&'a str>,
    phone: Option<&'a str>,
    email: Option<&'a str>,
    longitude: Option<&'a str>,
    latitude: Option<&'a str>,
    covid_vaccination: bool,
    in_depth_examination: bool,
}

impl<'a> From<&'a Entry> for ClinicRow<'a> {
    fn from(entry: &'a Entry) -> Self {
        let district = &DISTRICTS[entry.district];
        Self {
            covid_vaccination_ticket_count: None,
            covid_vaccination_ticket_receive_time: None,
            id: entry.id,
            description: entry.vendor.description(),
            district: district.id,
            district_id: district.id,
            district_name: district.name,
            is_active: true,
            lpu_full_name: &entry.full_name,
            lpu_short_name: &entry.short_name,
            lpu_type: entry.clinic_type,
            oid: entry.oid,
            part_of: None,
            head_organization: &entry.head,
            organization: &entry.organization,
            address: entry.address.as_deref(),
            phone: entry.phone.as_deref(),
            email: entry.email.as_deref(),
            longitude: entry.place.as_ref().map(|(east, _)| east.as_str()),
            latitude: entry.place.as_ref().map(|(_, north)| north.as_str()),
            covid_vaccination: entry.vaccinates,
            in_depth_examination: entry.examines,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SpecialtyRow {
    id: String,
    fer_id: Option<&'static str>,
    name: String,
    count_free_participant: usize,
    count_free_ticket: usize,
    last_date: Option<String>,
    nearest_date: Option<String>,
}

impl SpecialtyRow {
    /// `slots` of all its doctors in order of time; `quota` of them together.
    pub(crate) fn of(
        specialty: &Specialty,
        entry: &Entry,
        slots: &[Slot],
        quota: usize,
        now: DateTime<Utc>,
    ) -> Self {
        let mut dates = Dates::of(entry.vendor, slots, quota, now);
        if entry.vendor == Vendor::PetroMs && slots.is_empty() {
            dates = Dates::both(moscow::stamp(now));
        }
        if entry.vendor == Vendor::Sparm && random::text(&specialty.id).is_multiple_of(3) {
            dates.nearest = None;
        }
        Self {
            id: specialty.id.clone(),
            fer_id: specialty.fer,
            name: specialty.name.clone(),
            count_free_participant: slots.len(),
            count_free_ticket: slots.len() + quota,
            last_date: dates.last,
            nearest_date: dates.nearest,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DoctorRow {
    aria_number: Option<String>,
    aria_type: Option<()>,
    comment: Option<String>,
    free_participant_count: usize,
    free_ticket_count: usize,
    id: String,
    last_date: Option<String>,
    name: Option<String>,
    #[serde(flatten)]
    names: Option<SplitName>,
    nearest_date: Option<String>,
}

#[derive(Serialize)]
struct SplitName {
    #[serde(rename = "lastName")]
    surname: Option<String>,
    #[serde(rename = "firstName")]
    given: Option<String>,
    #[serde(rename = "middleName")]
    patronymic: Option<String>,
}

impl DoctorRow {
    pub(crate) fn of(
        doctor: &Doctor,
        entry: &Entry,
        slots: &[Slot],
        split_names: bool,
        now: DateTime<Utc>,
    ) -> Self {
        let mut dates = Dates::of(entry.vendor, slots, doctor.quota, now);
        // Always or never within a clinic.
        if entry.vendor == Vendor::Samson && random::mix(&[u64::from(entry.id)]).is_multiple_of(3) {
            std::mem::swap(&mut dates.nearest, &mut dates.last);
        }
        let names = split_names.then(|| {
            let person = doctor.person.as_ref().filter(|_| doctor.name.is_some());
            let part = |at: usize| person.map(|person| person[at].clone());
            SplitName {
                surname: part(0),
                given: part(1),
                patronymic: part(2),
            }
        });
        Self {
            aria_number: doctor.area.clone(),
            aria_type: None,
            comment: doctor.comment.clone(),
            free_participant_count: slots.len(),
            free_ticket_count: slots.len() + doctor.quota,
            id: doctor.id.clone(),
            last_date: dates.last,
            name: doctor.name.clone(),
            names,
            nearest_date: dates.nearest,
        }
    }
}

/// Nearest and last date as the vendor's system tells them.
struct Dates {
    nearest: Option<String>,
    last: Option<String>,
}

impl Dates {
    fn both(stamp: String) -> Self {
        Self {
            nearest: Some(stamp.clone()),
            last: Some(stamp),
        }
    }

    fn of(vendor: Vendor, slots: &[Slot], quota: usize, now: DateTime<Utc>) -> Self {
        let stamp = |slot: &Slot| {
            if vendor.writes_days() {
                moscow::day_stamp(slot.start)
            } else {
                moscow::stamp(slot.start)
            }
        };
        if let (Some(first), Some(last)) = (slots.first(), slots.last()) {
            return Self {
                nearest: Some(stamp(first)),
                last: Some(stamp(last)),
            };
        }
        let weeks = TimeDelta::days(14);
        match vendor {
            Vendor::VistaMed => Self {
                nearest: Some(moscow::day_stamp(now)),
                last: Some(moscow::day_stamp(now + weeks)),
            },
            Vendor::PetroMs if quota > 0 => Self {
                nearest: Some(moscow::stamp(now + TimeDelta::days(1))),
                last: Some(moscow::stamp(now + weeks)),
            },
            Vendor::PetroMs => Self::both(moscow::answer_stamp(now)),
            Vendor::SvMed if quota > 0 => Self {
                nearest: None,
                last: Some(moscow::day_stamp(now + weeks)),
            },
            Vendor::Ariadna
            | Vendor::SvMed
            | Vendor::Samson
            | Vendor::Narcology
            | Vendor::Itworks
            | Vendor::Avicenna
            | Vendor::Sparm
            | Vendor::Medis
            | Vendor::Medialog
            | Vendor::VitaSoft => Self {
                nearest: None,
                last: None,
            },
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SlotRow {
    id: String,
    visit_start: String,
    visit_end: String,
    address: Option<String>,
    number: Option<i64>,
    room: Option<String>,
}

impl SlotRow {
    pub(crate) fn of(slot: &Slot, doctor: &Doctor, entry: &Entry) -> Self {
        let vendor = entry.vendor;
        let hours = &doctor.plan.hours;
        let serial = random::mix(&[doctor.plan.key, slot.start.timestamp().unsigned_abs()]);
        let address = match vendor {
            Vendor::VistaMed => Some(String::new()),
            Vendor::SvMed => entry.address.as_deref().and_then(|address| {
                address
                    .split_once("Санкт-Петербург, ")
                    .map(|(_, street)| street.to_owned())
            }),
            Vendor::Ariadna
            | Vendor::Samson
            | Vendor::PetroMs
            | Vendor::Narcology
            | Vendor::Itworks
            | Vendor::Avicenna
            | Vendor::Sparm
            | Vendor::Medis
            | Vendor::Medialog
            | Vendor::VitaSoft => None,
        };
        Self {
            id: ids::slot(vendor, &doctor.id, moscow::local(slot.start), serial),
            visit_start: moscow::stamp(slot.start),
            visit_end: moscow::stamp(slot.start + TimeDelta::minutes(hours.visit_minutes)),
            address,
            number: (vendor == Vendor::VistaMed).then(|| hours.number(slot.start)),
            room: slot.room.clone().or_else(|| doctor.room.clone()),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DayRow {
    pub(crate) appointments: Vec<SlotRow>,
    pub(crate) deny_cause: Option<&'static str>,
    pub(crate) recordable_day: bool,
    pub(crate) visit_start: Option<String>,
    pub(crate) visit_end: Option<String>,
}
