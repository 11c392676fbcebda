//! The API's JSON, read once and translated into our nouns.
//!
//! Nothing here trusts the sender: every key may be missing, null or of another
//! type, and a row that makes no sense costs that row alone.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use chrono_tz::Europe::Moscow;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{
    client::Answer,
    error::{ApiError, SiteFault},
    tidy,
};
use crate::model::{
    Clinic, ClinicId, Counts, District, DistrictId, Doctor, DoctorId, RowDate, Slot, Specialty,
    SpecialtyId, WorkDay,
};

/// "There is nothing": an empty list to us, no error.
const EMPTY: [i32; 3] = [37, 38, 39];
/// A no that another try does not change.
const FINAL: [i32; 4] = [45, 639, 676, 751];

/// What an envelope holds.
pub(super) enum Content {
    /// The result, null if it is missing.
    Result(Value),
    /// The API says that there is nothing, by this code.
    Nothing(i32),
}

/// Opens the envelope. Codes decide, texts never.
pub(super) fn open(body: &[u8]) -> Result<Content, ApiError> {
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    // By way of `Value`, which takes the last of repeated keys.
    let value: Value = serde_json::from_slice(body).map_err(|error| ApiError::SiteDown {
        fault: SiteFault::Unreadable,
        source: Some(error.into()),
    })?;
    let Value::Object(mut keys) = value else {
        return Err(ApiError::site(SiteFault::Unreadable));
    };
    let success = keys.get("success").and_then(Value::as_bool);
    let code = keys.get("errorCode").and_then(integer);
    let result = keys.remove("result");
    if success.is_none() && code.is_none() && result.is_none() {
        return Err(ApiError::site(SiteFault::Unreadable));
    }
    let code = code.unwrap_or(0);
    if success.unwrap_or(code == 0) {
        return Ok(Content::Result(result.unwrap_or(Value::Null)));
    }
    if EMPTY.contains(&code) {
        return Ok(Content::Nothing(code));
    }
    let message = keys
        .get("message")
        .and_then(Value::as_str)
        .and_then(tidy::line)
        .unwrap_or_default();
    Err(if FINAL.contains(&code) {
        ApiError::Refused { code, message }
    } else {
        ApiError::ClinicDown { code, message }
    })
}

/// A row of a list, as the API spells it.
pub(super) trait Row: for<'a> Deserialize<'a> {
    /// What it means to us.
    type Noun;
    /// `None` if it lacks what it cannot do without.
    fn noun(self) -> Option<Self::Noun>;
    /// Should it be left out, though there is nothing wrong with it?
    fn is_hidden(&self) -> bool {
        false
    }
}

/// Reads a list; rows that make no sense are counted and left out.
pub(super) fn list<R: Row>(body: &[u8]) -> Result<Answer<R::Noun>, ApiError> {
    match open(body)? {
        Content::Nothing(code) => Ok(Answer {
            rows: Vec::new(),
            skipped: 0,
            code,
        }),
        Content::Result(Value::Null) => Ok(Answer {
            rows: Vec::new(),
            skipped: 0,
            code: 0,
        }),
        Content::Result(Value::Array(values)) => Ok(rows::<R>(values)),
        Content::Result(_) => Err(ApiError::site(SiteFault::Unreadable)),
    }
}

fn rows<R: Row>(values: Vec<Value>) -> Answer<R::Noun> {
    let mut rows = Vec::with_capacity(values.len());
    let mut skipped = 0;
    for value in values {
        match R::deserialize(value) {
            Ok(row) if row.is_hidden() => (),
            row => match row.ok().and_then(R::noun) {
                Some(noun) => rows.push(noun),
                None => skipped += 1,
            },
        }
    }
    Answer {
        rows,
        skipped,
        code: 0,
    }
}

/// Reads the answer about one clinic.
pub(super) fn clinic(body: &[u8]) -> Result<Clinic, ApiError> {
    let value = match open(body)? {
        Content::Nothing(code) => {
            return Err(ApiError::ClinicDown {
                code,
                message: String::new(),
            });
        }
        Content::Result(Value::Array(mut list)) if list.len() == 1 => list.remove(0),
        Content::Result(value) => value,
    };
    ClinicRow::deserialize(value)
        .ok()
        .and_then(ClinicRow::noun)
        .ok_or_else(|| ApiError::site(SiteFault::Unreadable))
}

/// Reads free slots: each time once, soonest first.
pub(super) fn slots(body: &[u8]) -> Result<Answer<Slot>, ApiError> {
    let mut answer = list::<SlotRow>(body)?;
    put_in_order(&mut answer.rows);
    Ok(answer)
}

/// Reads working days. Slots without a start are counted among the skipped.
pub(super) fn timetable(body: &[u8]) -> Result<Answer<WorkDay>, ApiError> {
    let days = list::<WorkDayRow>(body)?;
    let lost: usize = days.rows.iter().map(|(_, lost)| lost).sum();
    let mut rows: Vec<_> = days.rows.into_iter().map(|(day, _)| day).collect();
    rows.sort_by_key(|day| day.start.or(day.end));
    Ok(Answer {
        rows,
        skipped: days.skipped + lost,
        code: days.code,
    })
}

fn put_in_order(slots: &mut Vec<Slot>) {
    slots.sort();
    // The same start twice is the same slot: its identity is (clinic, doctor, start).
    slots.dedup_by_key(|slot| slot.start);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
pub(super) struct DistrictRow {
    id: Text,
    name: Text,
}

impl Row for DistrictRow {
    type Noun = District;

    fn noun(self) -> Option<District> {
        let id = self.id.id()?;
        Some(District {
            name: self.name.line().unwrap_or_else(|| id.clone()),
            id: DistrictId(id),
        })
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ClinicRow {
    id: Text,
    /// The vendor of its booking system.
    description: Text,
    district: Text,
    district_id: Text,
    district_name: Text,
    is_active: Flag,
    lpu_full_name: Text,
    lpu_short_name: Text,
    lpu_type: Text,
    head_organization: Text,
    address: Text,
    phone: Text,
    email: Text,
    latitude: Text,
    longitude: Text,
}

impl Row for ClinicRow {
    type Noun = Clinic;

    fn is_hidden(&self) -> bool {
        self.is_active.0 == Some(false)
    }

    fn noun(self) -> Option<Clinic> {
        let id = self.id.id()?;
        let short = self
            .lpu_short_name
            .line()
            .map(|name| tidy::clinic_name(&name));
        let full = self
            .lpu_full_name
            .line()
            .map(|name| tidy::clinic_name(&name));
        let name = short.or_else(|| full.clone()).unwrap_or_else(|| id.clone());
        let district_id = self.district_id.id().or_else(|| self.district.id());
        Some(Clinic {
            full_name: full.unwrap_or_else(|| name.clone()),
            name,
            id: ClinicId(id),
            district_id: DistrictId(district_id.unwrap_or_default()),
            district_name: self.district_name.line().unwrap_or_default(),
            kind: self.lpu_type.line(),
            address: self.address.line(),
            phone: self.phone.line(),
            email: self.email.line(),
            latitude: self.latitude.degrees(90.0),
            longitude: self.longitude.degrees(180.0),
            institution: self.head_organization.line(),
            vendor: self.description.line().unwrap_or_default(),
        })
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct SpecialtyRow {
    id: Text,
    fer_id: Text,
    name: Text,
    count_free_participant: Count,
    count_free_ticket: Count,
    nearest_date: Text,
    last_date: Text,
}

impl Row for SpecialtyRow {
    type Noun = Specialty;

    fn noun(self) -> Option<Specialty> {
        let id = self.id.id()?;
        Some(Specialty {
            fer_id: self.fer_id.line().filter(|fer| fer != "0"),
            name: self.name.line().unwrap_or_else(|| id.clone()),
            counts: counts(
                self.count_free_participant,
                self.count_free_ticket,
                &self.nearest_date,
                &self.last_date,
            ),
            id: SpecialtyId(id),
        })
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct DoctorRow {
    id: Text,
    name: Text,
    last_name: Text,
    first_name: Text,
    middle_name: Text,
    aria_number: Text,
    comment: Text,
    free_participant_count: Count,
    free_ticket_count: Count,
    nearest_date: Text,
    last_date: Text,
}

impl Row for DoctorRow {
    type Noun = Doctor;

    fn noun(self) -> Option<Doctor> {
        let id = self.id.id()?;
        let area = self.aria_number.paragraph().filter(|area| area != "0");
        let parts = [self.last_name, self.first_name, self.middle_name].map(|part| part.line());
        let comment = self.comment.paragraph();
        let (name, note) = tidy::doctor(self.name.line(), parts, comment);
        Some(Doctor {
            name: name
                .or_else(|| tidy::room(note.as_deref()).or_else(|| tidy::room(area.as_deref())))
                .unwrap_or_else(|| id.clone()),
            note,
            area,
            counts: counts(
                self.free_participant_count,
                self.free_ticket_count,
                &self.nearest_date,
                &self.last_date,
            ),
            id: DoctorId(id),
        })
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct SlotRow {
    visit_start: Text,
    visit_end: Text,
    room: Text,
    address: Text,
}

impl Row for SlotRow {
    type Noun = Slot;

    fn noun(self) -> Option<Slot> {
        let start = self.visit_start.date()?.moment()?;
        Some(Slot {
            start,
            end: self
                .visit_end
                .date()
                .and_then(Date::moment)
                .filter(|end| *end >= start),
            room: self.room.line(),
            address: self.address.line(),
        })
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct WorkDayRow {
    visit_start: Text,
    visit_end: Text,
    recordable_day: Flag,
    deny_cause: Text,
    appointments: Value,
}

impl Row for WorkDayRow {
    /// The day and how many of its slots made no sense.
    type Noun = (WorkDay, usize);

    fn noun(self) -> Option<(WorkDay, usize)> {
        let slots = match self.appointments {
            Value::Array(values) => rows::<SlotRow>(values),
            _ => rows::<SlotRow>(Vec::new()),
        };
        let mut free = slots.rows;
        put_in_order(&mut free);
        let start = self.visit_start.date().and_then(Date::moment);
        let end = self.visit_end.date().and_then(Date::moment);
        // A day without a date is none.
        if start.is_none() && end.is_none() && free.is_empty() {
            return None;
        }
        let day = WorkDay {
            start,
            end,
            bookable: self.recordable_day.0.unwrap_or(!free.is_empty()),
            deny_cause: self.deny_cause.line(),
            slots: free,
        };
        Some((day, slots.skipped))
    }
}

/// The hint of a row. The source may swap the two dates, and some vendors put the
/// time of the answer there (the only dates with an offset) when nothing is free.
fn counts(free: Count, tickets: Count, nearest: &Text, last: &Text) -> Counts {
    let date = |text: &Text| {
        let date = text.date()?;
        let is_time_of_answer = free.0 == 0 && matches!(date, Date::Moment(_));
        (!is_time_of_answer).then(|| date.row_date()).flatten()
    };
    let (first, last) = match (date(nearest), date(last)) {
        (Some(a), Some(b)) if begin(a) > begin(b) => (Some(b), Some(a)),
        pair => pair,
    };
    Counts {
        free: free.0,
        tickets: tickets.0,
        first,
        last,
    }
}

fn begin(date: RowDate) -> NaiveDateTime {
    match date {
        RowDate::Day { day } => day.and_time(NaiveTime::MIN),
        RowDate::Moment { at } => at.with_timezone(&Moscow).naive_local(),
    }
}

/// A date in one of the API's forms.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Date {
    /// No offset: Moscow.
    Local(NaiveDateTime),
    /// With an offset.
    Moment(DateTime<Utc>),
}

impl Date {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let date = if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
            Self::Moment(moment.to_utc())
        } else {
            [
                "%Y-%m-%dT%H:%M:%S%.f",
                "%Y-%m-%d %H:%M:%S%.f",
                "%Y-%m-%dT%H:%M",
            ]
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
            .or_else(|| Some(text.parse::<NaiveDate>().ok()?.and_time(NaiveTime::MIN)))
            .map(Self::Local)?
        };
        // .NET's empty date is the year 1.
        (2000..2200).contains(&date.year()).then_some(date)
    }

    fn year(self) -> i32 {
        match self {
            Self::Local(local) => local.year(),
            Self::Moment(moment) => moment.year(),
        }
    }

    fn moment(self) -> Option<DateTime<Utc>> {
        match self {
            // Of the two readings when clocks go back, the earlier.
            Self::Local(local) => Some(local.and_local_timezone(Moscow).earliest()?.to_utc()),
            Self::Moment(moment) => Some(moment),
        }
    }

    fn row_date(self) -> Option<RowDate> {
        let at = self.moment()?;
        let local = match self {
            Self::Local(local) => local,
            Self::Moment(moment) => moment.with_timezone(&Moscow).naive_local(),
        };
        Some(if local.time() == NaiveTime::MIN {
            RowDate::Day { day: local.date() }
        } else {
            RowDate::Moment { at }
        })
    }
}

/// Text, or a number where text belongs; anything else is as good as missing.
#[derive(Default)]
struct Text(Option<String>);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Value::deserialize(deserializer)? {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }))
    }
}

impl Text {
    /// An id: opaque, kept byte by byte.
    fn id(self) -> Option<String> {
        self.0.filter(|id| !id.is_empty())
    }

    fn line(&self) -> Option<String> {
        self.0.as_deref().and_then(tidy::line)
    }

    fn paragraph(&self) -> Option<String> {
        self.0.as_deref().and_then(tidy::paragraph)
    }

    fn date(&self) -> Option<Date> {
        self.0.as_deref().and_then(Date::read)
    }

    fn degrees(&self, limit: f64) -> Option<f64> {
        let degrees: f64 = self.0.as_deref()?.trim().replace(',', ".").parse().ok()?;
        (degrees.abs() <= limit && degrees != 0.0).then_some(degrees)
    }
}

/// A count; what is none of ours (null, negative, text) is zero.
#[derive(Default, Clone, Copy)]
struct Count(u32);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = integer(&Value::deserialize(deserializer)?);
        Ok(Self(
            number.and_then(|n| u32::try_from(n).ok()).unwrap_or(0),
        ))
    }
}

/// True, false or unknown.
#[derive(Default)]
struct Flag(Option<bool>);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Value::deserialize(deserializer)? {
            Value::Bool(flag) => Some(flag),
            Value::String(text) => text.trim().to_ascii_lowercase().parse().ok(),
            Value::Number(number) => number.as_i64().map(|n| n != 0),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }))
    }
}

fn integer(value: &Value) -> Option<i32> {
    match value {
        Value::Number(number) => i32::try_from(number.as_i64()?).ok(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}
