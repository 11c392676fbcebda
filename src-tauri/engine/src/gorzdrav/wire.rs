//! The API's JSON, read once and translated into our nouns.
//!
//! Nothing here trusts the sender: every key may be missing, null or of another
//! type, and a row that makes no sense costs that row alone.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use chrono_tz::Europe::Moscow;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, value::RawValue};

use super::{
    client::Answer,
    error::{ApiError, SiteFault},
    tidy,
};
use crate::model::{
    Clinic, ClinicId, Counts, District, DistrictId, Doctor, DoctorId, RowDate, Slot, Specialty,
    SpecialtyId, WorkDay, is_id,
};

/// "There is nothing": an empty list to us, no error.
const EMPTY: [i32; 3] = [37, 38, 39];
/// A no that another try does not change.
const FINAL: [i32; 4] = [45, 639, 676, 751];

/// What an envelope holds.
pub(super) enum Content<'a> {
    /// The result as it came, `null` if it is missing.
    Result(&'a str),
    /// The API says that there is nothing, by this code.
    Nothing(i32),
}

/// Opens the envelope. Codes decide, texts never.
pub(super) fn open(body: &[u8]) -> Result<Content<'_>, ApiError> {
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    // A map takes the last of repeated keys.
    let keys: HashMap<String, &RawValue> =
        serde_json::from_slice(body).map_err(|error| ApiError::SiteDown {
            fault: SiteFault::Unreadable,
            source: Some(error.into()),
        })?;
    let part = |key| keys.get(key).and_then(|raw| value(raw.get()));
    let success = part("success").and_then(|value| value.as_bool());
    let code = part("errorCode").and_then(|value| integer(&value));
    let result = keys.get("result").map(|raw| raw.get());
    if success.is_none() && code.is_none() && result.is_none() {
        return Err(ApiError::site(SiteFault::Unreadable));
    }
    let code = code.unwrap_or(0);
    if success.unwrap_or(code == 0) {
        return Ok(Content::Result(result.unwrap_or("null")));
    }
    if EMPTY.contains(&code) {
        return Ok(Content::Nothing(code));
    }
    let message = part("message")
        .as_ref()
        .and_then(Value::as_str)
        .and_then(tidy::line)
        .unwrap_or_default();
    Err(if FINAL.contains(&code) {
        ApiError::Refused { code, message }
    } else {
        ApiError::ClinicDown { code, message }
    })
}

/// A part of an answer, by way of `Value`, which takes the last of repeated keys. A whole list of such
/// would be ten times as large as its text: it is read row by row.
fn value(text: &str) -> Option<Value> {
    let whole = || serde_json::from_slice(&without_halves(text.as_bytes())?).ok();
    serde_json::from_str(text).ok().or_else(whole)
}

/// The text with `\ufffd` for each escape that is half of a character; `None` if there is none.
/// A source that cuts texts by its own units of length writes such halves.
fn without_halves(body: &[u8]) -> Option<Vec<u8>> {
    let unit = |at: usize| {
        let digits = body.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
    };
    let mut whole = body.to_vec();
    let (mut at, mut halves) = (0, 0);
    while let Some(found) = body[at..].iter().position(|byte| *byte == b'\\') {
        at += found;
        at += match (unit(at), unit(at + 6)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                whole[at..at + 6].copy_from_slice(b"\\ufffd");
                halves += 1;
                6
            }
            // Another escape; the second of two backslashes begins none.
            (_, _) => 2,
        };
        at = at.min(body.len());
    }
    (halves > 0).then_some(whole)
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
    /// Only from an object: of a list the first would be taken for the first key, and so on.
    fn read(value: Value) -> Option<Self> {
        value.is_object().then(|| Self::deserialize(value).ok())?
    }
}

/// Reads a list; rows that make no sense are counted and left out.
pub(super) fn list<R: Row>(body: &[u8]) -> Result<Answer<R::Noun>, ApiError> {
    let nothing = |code| Answer {
        rows: Vec::new(),
        skipped: 0,
        code,
    };
    let result = match open(body)? {
        Content::Nothing(code) => return Ok(nothing(code)),
        Content::Result("null") => return Ok(nothing(0)),
        Content::Result(result) => result,
    };
    let values: Vec<&RawValue> =
        serde_json::from_str(result).map_err(|_| ApiError::site(SiteFault::Unreadable))?;
    match rows::<R>(values.into_iter().map(|raw| value(raw.get()))) {
        // Nothing but nonsense is not nothing.
        Answer { rows, skipped, .. } if rows.is_empty() && skipped > 0 => {
            Err(ApiError::site(SiteFault::Unreadable))
        }
        answer => Ok(answer),
    }
}

fn rows<R: Row>(values: impl ExactSizeIterator<Item = Option<Value>>) -> Answer<R::Noun> {
    let mut rows = Vec::with_capacity(values.len().min(MOST_ROWS));
    let mut skipped = values.len().saturating_sub(MOST_ROWS);
    for value in values.take(MOST_ROWS) {
        match value.and_then(R::read) {
            Some(row) if row.is_hidden() => (),
            row => match row.and_then(R::noun) {
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
    let result = match open(body)? {
        Content::Nothing(code) => {
            return Err(ApiError::ClinicDown {
                code,
                message: String::new(),
            });
        }
        Content::Result(result) => value(result),
    };
    let row = match result {
        Some(Value::Array(mut list)) if list.len() == 1 => list.pop(),
        result => result,
    };
    row.and_then(ClinicRow::read)
        .and_then(ClinicRow::noun)
        .ok_or_else(|| ApiError::site(SiteFault::Unreadable))
}

/// Rows of a list that are read; the longest real one has some hundreds.
const MOST_ROWS: usize = 5000;

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
            name: self.name.line().or_else(|| tidy::line(&id))?,
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
        let name = short.or_else(|| full.clone()).or_else(|| tidy::line(&id))?;
        let district_id = self.district_id.id().or_else(|| self.district.id());
        Some(Clinic {
            full_name: full.unwrap_or_else(|| name.clone()),
            name,
            id: ClinicId(id),
            district_id: DistrictId(district_id.unwrap_or_default()),
            district_name: self.district_name.line().unwrap_or_default(),
            kind: self.lpu_type.line(),
            address: self.address.address(),
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
            name: self
                .name
                .line()
                .map(|name| tidy::specialty(&name))
                .or_else(|| tidy::line(&id))?,
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
                .or_else(|| tidy::line(&id))?,
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
            address: self.address.address(),
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
        let appointments = match self.appointments {
            Value::Array(values) => values,
            _ => Vec::new(),
        };
        let slots = rows::<SlotRow>(appointments.into_iter().map(Some));
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
    /// An id: opaque, kept byte by byte; none of ours is what nobody could ask for or keep.
    fn id(self) -> Option<String> {
        self.0.filter(|id| is_id(id))
    }

    fn line(&self) -> Option<String> {
        self.0.as_deref().and_then(tidy::line)
    }

    fn address(&self) -> Option<String> {
        let address = self.line().map(|line| tidy::address(&line));
        address.filter(|address| !address.is_empty())
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

#[cfg(test)]
mod tests {
    use std::{fs, time::Duration};

    use chrono::TimeZone;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::model::Outcome;

    /// An answer written by us, named after its quirk.
    fn fixture(name: &str) -> Vec<u8> {
        let path = format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
        fs::read(path).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn doctors(name: &str) -> Answer<Doctor> {
        list::<DoctorRow>(&fixture(name)).unwrap()
    }

    fn named(name: &str) -> Vec<(String, Option<String>)> {
        let rows = doctors(name).rows.into_iter();
        rows.map(|doctor| (doctor.name, doctor.note)).collect()
    }

    fn pairs(pairs: &[(&str, Option<&str>)]) -> Vec<(String, Option<String>)> {
        let owned =
            |(name, note): &(&str, Option<&str>)| (String::from(*name), note.map(String::from));
        pairs.iter().map(owned).collect()
    }

    fn utc(day: u32, hour: u32, minute: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2025, 2, day, hour, minute, 0).unwrap()
    }

    fn day(day: u32) -> Option<RowDate> {
        let day = NaiveDate::from_ymd_opt(2025, 2, day)?;
        Some(RowDate::Day { day })
    }

    fn success(result: &Value) -> Vec<u8> {
        json!({"result": result, "success": true, "errorCode": 0})
            .to_string()
            .into()
    }

    #[test]
    fn a_numeric_district_id_is_text_to_us() {
        let rows = list::<DistrictRow>(&fixture("district-numeric-id.json"))
            .unwrap()
            .rows;
        let rows: Vec<_> = rows
            .iter()
            .map(|row| (row.id.as_str(), row.name.as_str()))
            .collect();
        assert_eq!(rows, [("1", "Заречный"), ("2", "Озёрный")]);
    }

    #[test]
    fn a_list_of_nothing_but_senseless_rows_is_no_empty_list() {
        let body =
            br#"{"success": true, "errorCode": 0, "result": [{"begin": "2025-02-18T13:00:00"}]}"#;
        assert!(matches!(
            slots(body),
            Err(ApiError::SiteDown {
                fault: SiteFault::Unreadable,
                ..
            })
        ));
    }

    #[test]
    fn an_inactive_clinic_is_hidden_and_not_counted_as_skipped() {
        let answer = list::<ClinicRow>(&fixture("clinic-inactive.json")).unwrap();
        assert_eq!(answer.skipped, 0);
        let [clinic] = answer.rows.try_into().unwrap();
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            clinic,
            Clinic {
                id: "1".into(),
                name: "ГП №\u{a0}901".into(),
                full_name: "СПб ГБУЗ \"Городская поликлиника №\u{a0}901\"".into(),
                district_id: "1".into(),
                district_name: "Заречный".into(),
                kind: text("Поликлиника взрослая"),
                address: text("ул. Ивовая, д. 1"),
                phone: text("(812) 000-00-01"),
                email: text("p901@example.com"),
                latitude: Some(59.925_867),
                longitude: Some(30.307_837),
                institution: text("11111111-1111-1111-1111-111111111111"),
                vendor: "Ариадна".into(),
            }
        );
    }

    #[test]
    fn an_inactive_clinic_is_so_by_truth_by_number_and_by_text() {
        for (is_active, shown) in [
            (json!(true), true),
            (json!(1), true),
            (json!(" TRUE "), true),
            (json!(null), true),
            (json!(false), false),
            (json!(0), false),
            (json!("false"), false),
        ] {
            let row = json!({"id": 1, "isActive": is_active});
            let answer = list::<ClinicRow>(&success(&json!([row]))).unwrap();
            assert_eq!(
                (answer.rows.len() == 1, answer.skipped),
                (shown, 0),
                "{row}"
            );
        }
    }

    #[test]
    fn a_place_that_is_nowhere_on_earth_is_none() {
        for (latitude, read) in [
            ("59,9", Some(59.9)),
            ("-90", Some(-90.0)),
            ("90.1", None),
            ("0", None),
            ("NaN", None),
        ] {
            let clinic = clinic(&success(&json!({"id": 1, "latitude": latitude}))).unwrap();
            assert_eq!(clinic.latitude, read, "{latitude}");
        }
    }

    #[test]
    fn a_clinic_of_which_nothing_is_known_has_its_id() {
        let answer = list::<ClinicRow>(&fixture("clinic-nothing-known.json")).unwrap();
        assert_eq!(answer.skipped, 0);
        assert_eq!(answer.rows[0].name, "3");
        assert_eq!(
            (answer.rows[0].latitude, &answer.rows[0].phone),
            (None, &None)
        );
    }

    #[test]
    fn one_clinic_is_read_from_an_object_and_from_a_list_of_one() {
        for result in [json!({"id": 44}), json!([{"id": "44"}])] {
            assert_eq!(clinic(&success(&result)).unwrap().id.0, "44");
        }
        let two = json!([{"id": 44}, {"id": 45}]);
        for result in [
            json!(null),
            json!([]),
            two,
            json!("44"),
            json!({"id": null}),
        ] {
            assert!(matches!(
                clinic(&success(&result)),
                Err(ApiError::SiteDown {
                    fault: SiteFault::Unreadable,
                    ..
                })
            ));
        }
    }

    #[test]
    fn a_federal_code_of_nothing_is_none() {
        let rows = list::<SpecialtyRow>(&fixture("specialty-fer-id-none.json"))
            .unwrap()
            .rows;
        let codes: Vec<_> = rows.iter().map(|row| row.fer_id.as_deref()).collect();
        assert_eq!(codes, [Some("27"), None, None, None]);
        assert_eq!(rows[0].name, "Терапевт участковый");
        let counts = Counts {
            free: 3,
            tickets: 5,
            first: day(17),
            last: day(28),
        };
        assert_eq!(rows[0].counts, counts);
        assert_eq!(rows[2].counts, Counts::default());
    }

    #[test]
    fn fault_26_swapped_dates_are_put_in_order_and_midnight_is_a_day() {
        let rows = doctors("doctor-swapped-dates.json").rows;
        let moment = Some(RowDate::Moment {
            at: utc(17, 12, 30),
        });
        let dates: Vec<_> = rows
            .iter()
            .map(|row| (row.counts.first, row.counts.last))
            .collect();
        assert_eq!(
            dates,
            [(day(17), day(28)), (day(17), moment), (moment, moment)]
        );
    }

    #[test]
    fn fault_26_the_time_of_the_answer_is_no_date() {
        let rows = doctors("doctor-time-of-answer.json").rows;
        assert_eq!(rows[0].counts.first, None);
        assert!(matches!(rows[0].counts.last, Some(RowDate::Moment { .. })));
        // With something free an offset is only another way to write a date.
        assert!(matches!(rows[1].counts.first, Some(RowDate::Moment { .. })));
        assert!(matches!(rows[1].counts.last, Some(RowDate::Day { .. })));
        assert_eq!(rows[1].name, "Осинин Пётр Ильич");
    }

    #[test]
    fn fault_24_what_was_mixed_into_a_name_is_in_the_note() {
        assert_eq!(
            named("doctor-notes-in-name.json"),
            pairs(&[
                (
                    "Осинина В.В.",
                    Some("3 ТО 25/27 участки\nтерапевтические участки № 25, 27")
                ),
                ("Кленин Л.М.", Some("отпуск с 01.02 по 15.02")),
                ("Ольхина-Речная Майя Петровна", Some("каб.12")),
                ("Липова Агата Ильинична", Some("Рецепты")),
                ("Дежурный врач (104 к)", None),
                ("Кабинет вакцинации от COVID-19", None),
            ])
        );
    }

    #[test]
    fn a_name_in_parts_is_preferred() {
        assert_eq!(
            named("doctor-split-name.json"),
            pairs(&[
                ("Липова Агата Ильинична", Some("каб. 5")),
                ("Кабинет доврачебной помощи", None),
                ("Ким Ли", None),
                ("Липова А.И.", Some("2 уч.")),
            ])
        );
    }

    #[test]
    fn a_room_or_the_id_stands_in_for_a_missing_name() {
        let names: Vec<_> = named("doctor-null-name.json")
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(names, ["007375", "Кабинет № 317", "каб. 8б"]);
    }

    #[test]
    fn html_in_a_comment_becomes_text_and_a_less_sign_stays() {
        let notes: Vec<_> = named("doctor-html-comment.json")
            .into_iter()
            .map(|(_, note)| note)
            .collect();
        let [marked, plain, hostile] = notes.try_into().unwrap();
        let marked = marked.unwrap();
        assert_eq!(
            marked.split('\n').collect::<Vec<_>>(),
            [
                "ул. Ивовая, дом 28.",
                "Дети с признаками ОРВИ — в бокс.",
                "Кабинет №106."
            ]
        );
        assert_eq!(plain.as_deref(), Some("Дети <1 года\nи > 3 лет & родители"));
        assert_eq!(hostile.as_deref(), Some("запись"));
    }

    #[test]
    fn ids_stay_byte_by_byte() {
        let ids: Vec<_> = doctors("doctor-odd-id.json")
            .rows
            .into_iter()
            .map(|row| row.id.0)
            .collect();
        assert_eq!(
            ids,
            [
                "п76с.621",
                "п76c.915",
                "wvDg9y3y5fDg7+Xi8g==",
                "-12",
                "000104",
                "д71.115!",
                " 47,1 ",
                "20735418",
                "18.02.2025;13:00;п100.136",
                "."
            ]
        );
    }

    #[test]
    fn fault_05_a_bad_row_costs_itself_alone() {
        let answer = doctors("doctor-bad-row.json");
        let ids: Vec<_> = answer.rows.iter().map(|row| row.id.as_str()).collect();
        assert_eq!((ids, answer.skipped), (vec!["1", "2"], 7));
        assert_eq!(
            (answer.rows[0].counts.free, answer.rows[0].counts.tickets),
            (3, 0)
        );
    }

    #[test]
    fn fault_10_direction_and_control_characters_are_dropped() {
        assert_eq!(
            named("doctor-direction-marks.json"),
            pairs(&[("Липова А.И.", Some("кабинет 7"))])
        );
    }

    #[test]
    fn fault_19_a_repeated_slot_is_one_and_slots_are_in_order() {
        let answer = slots(&fixture("slot-repeated-and-unsorted.json")).unwrap();
        let starts: Vec<_> = answer.rows.iter().map(|slot| slot.start).collect();
        assert_eq!(starts, [utc(18, 10, 0), utc(18, 10, 15), utc(18, 11, 0)]);
        assert_eq!(answer.skipped, 3);
        assert_eq!(answer.rows[0].end, Some(utc(18, 10, 15)));
        assert_eq!(answer.rows[0].address.as_deref(), Some("ул. Ивовая, дом 3"));
        assert_eq!(
            (&answer.rows[1].address, answer.rows[1].room.as_deref()),
            (&None, Some("435"))
        );
        // It cannot end before it starts.
        assert_eq!(answer.rows[2].end, None);
    }

    #[test]
    fn fault_26_every_form_of_a_date_is_read_and_none_means_moscow() {
        let answer = slots(&fixture("slot-every-date-form.json")).unwrap();
        assert_eq!(answer.skipped, 0);
        let hours: Vec<_> = answer
            .rows
            .iter()
            .map(|slot| slot.start.format("%d %H").to_string())
            .collect();
        assert_eq!(
            hours,
            [
                "18 07", "18 08", "18 09", "18 10", "18 11", "18 12", "18 13", "18 14", "18 21"
            ]
        );
    }

    #[test]
    fn a_closed_day_of_the_timetable_says_why() {
        let answer = timetable(&fixture("timetable-closed-day.json")).unwrap();
        assert_eq!((answer.rows.len(), answer.skipped), (3, 2));
        let closed = &answer.rows[0];
        assert_eq!(
            (closed.bookable, closed.deny_cause.as_deref()),
            (false, Some("Нерабочий день"))
        );
        assert_eq!(
            (answer.rows[1].bookable, answer.rows[1].slots.len()),
            (true, 0)
        );
        assert_eq!(
            (answer.rows[2].bookable, answer.rows[2].slots.len()),
            (true, 1)
        );
    }

    #[test]
    fn fault_20_a_slot_is_its_start_whatever_id_it_is_given() {
        let with_ids = |ids: [Value; 2]| {
            let [first, second] = ids;
            let rows = json!([
                {"id": first, "visitStart": "2025-02-18T10:00:00"},
                {"id": second, "visitStart": "2025-02-18T10:15:00"},
            ]);
            slots(&success(&rows)).unwrap().rows
        };
        let plain = with_ids([json!("1"), json!("2")]);
        assert_eq!(plain.len(), 2);
        for ids in [
            [json!("2"), json!("1")],
            [json!("1"), json!("1")],
            [json!(1), json!(null)],
            [json!(""), json!({"a": 1})],
        ] {
            assert_eq!(with_ids(ids.clone()), plain, "{ids:?}");
        }
    }

    #[test]
    fn fault_06_success_without_rows_is_an_empty_list() {
        for name in [
            "success-null-result.json",
            "success-empty-list.json",
            "success-without-result.json",
        ] {
            let answer = slots(&fixture(name)).unwrap();
            assert_eq!(
                (answer.rows.len(), answer.skipped, answer.code),
                (0, 0, 0),
                "{name}"
            );
        }
    }

    #[test]
    fn fault_02_nothing_free_is_no_error() {
        for (name, code) in [
            ("error-39-nothing-free.json", 39),
            ("error-39-as-text.json", 39),
        ] {
            let answer = slots(&fixture(name)).unwrap();
            assert_eq!((answer.rows.len(), answer.code), (0, code), "{name}");
        }
        for code in EMPTY {
            let body = json!({"success": false, "errorCode": code}).to_string();
            assert_eq!(list::<DoctorRow>(body.as_bytes()).unwrap().code, code);
        }
    }

    #[test]
    fn fault_03_codes_decide_between_passing_and_final() {
        for code in [1, 602, 603, 610, 616, 645, 660, 0, -7] {
            let body = json!({"success": false, "errorCode": code, "message": "Нет"}).to_string();
            let error = slots(body.as_bytes()).unwrap_err();
            assert!(matches!(&error, ApiError::ClinicDown { .. }), "{error:?}");
            assert_eq!(
                (error.code(), error.outcome()),
                (Some(code), Outcome::Unavailable)
            );
        }
        for code in FINAL {
            let body = json!({"success": false, "errorCode": code, "message": "Нет"}).to_string();
            let error = slots(body.as_bytes()).unwrap_err();
            assert!(
                matches!(&error, ApiError::Refused { message, .. } if message == "Нет"),
                "{error:?}"
            );
        }
    }

    #[test]
    fn fault_05_an_unknown_code_is_passing_and_keeps_its_text() {
        let error = slots(&fixture("error-unknown-code.json")).unwrap_err();
        assert!(
            matches!(&error, ApiError::ClinicDown { code: 4711, message } if message == "Неведомая беда"),
            "{error:?}"
        );
        let error = slots(&fixture("error-without-code.json")).unwrap_err();
        assert!(matches!(error, ApiError::ClinicDown { code: 0, .. }));
    }

    #[test]
    fn fault_01_what_is_not_our_json_is_unreadable() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let bodies: [&[u8]; 9] = [
            &fixture("maintenance.html"),
            b"",
            b"null",
            b"[]",
            b"{}",
            br#"{"result": NaN, "success": true}"#,
            br#"{"result": "text", "success": true}"#,
            b"{\"result\": \"\xff\xfe\", \"success\": true}",
            deep.as_bytes(),
        ];
        for body in bodies {
            let error = slots(body).unwrap_err();
            assert!(
                matches!(
                    error,
                    ApiError::SiteDown {
                        fault: SiteFault::Unreadable,
                        ..
                    }
                ),
                "{error:?}"
            );
        }
    }

    #[test]
    fn fault_10_a_byte_order_mark_and_repeated_keys_do_no_harm() {
        let body = "\u{feff}{\"success\": false, \"success\": true, \"result\": [], \"result\": [{\"id\": \"1\", \"id\": \"2\"}]}";
        let rows = list::<DoctorRow>(body.as_bytes()).unwrap().rows;
        assert_eq!(rows[0].id.0, "2");
    }

    #[test]
    fn fault_05_an_address_of_commas_is_none() {
        let body = br#"{"success": true, "result": [{"visitStart": "2025-02-18T13:00:00", "address": " , ;,", "room": ""}]}"#;
        let slot = &slots(body).unwrap().rows[0];
        assert_eq!((&slot.address, &slot.room), (&None, &None));
    }

    #[test]
    fn fault_10_half_a_character_costs_itself_alone() {
        let body = br#"{"success": true, "result": [{"id": "1", "name": "\ud83d\ude00 \uD83D \\ud800 \ude00\ud83d"},
            {"id": "\\\ud800", "name": "\ud800\ud83d\ude00"}]}"#;
        let rows = list::<DistrictRow>(body).unwrap().rows;
        let names: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(
            names,
            ["😀 \u{fffd} \\ud800 \u{fffd}\u{fffd}", "\u{fffd}😀"]
        );
        assert_eq!(rows[1].id.as_str(), "\\\u{fffd}");
        for broken in [
            &b"{\"result\": [\"\\ud8"[..],
            b"\\",
            b"{\"success\": \\ud800}",
        ] {
            list::<DistrictRow>(broken).unwrap_err();
        }
    }

    #[test]
    fn fault_10_a_row_that_cannot_be_read_costs_itself_alone() {
        let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
        for nonsense in ["1e999", &deep] {
            let row = format!(r#"{{"id": "2", "name": {nonsense}}}"#);
            let body = format!(r#"{{"result": [{row}, {{"id": "1", "name": "Заречный"}}]}}"#);
            let answer = list::<DistrictRow>(body.as_bytes()).unwrap();
            assert_eq!((answer.rows.len(), answer.skipped), (1, 1), "{nonsense}");
            assert_eq!(answer.rows[0].name, "Заречный");
        }
    }

    #[test]
    fn fault_10_a_list_in_the_place_of_a_row_is_none() {
        let body = br#"{"success": true, "result": [["2", "7"], {"id": "1", "name": "x"}]}"#;
        let answer = list::<DistrictRow>(body).unwrap();
        assert_eq!((answer.rows.len(), answer.skipped), (1, 1));
        slots(br#"{"success": true, "result": [["2026-12-01T10:00:00"]]}"#).unwrap_err();
        clinic(br#"{"success": true, "result": [["7"]]}"#).unwrap_err();
    }

    #[test]
    fn fault_10_a_name_that_cannot_be_seen_is_none() {
        let body = "{\"success\": true, \"result\": [{\"id\": \"\\u202e7\", \"name\": \"\\u200b\"}, {\"id\": \"\\u200b\"}, {\"id\": \"1\\u0000\"}]}";
        let answer = list::<DoctorRow>(body.as_bytes()).unwrap();
        assert_eq!((answer.rows.len(), answer.skipped), (1, 2));
        assert_eq!(answer.rows[0].name, "7");
        assert_eq!(answer.rows[0].id.as_str(), "\u{202e}7");
    }

    /// An answer of this size whose rows are all alike.
    fn crowded(bytes: usize, row: &str) -> Vec<u8> {
        let mut body = br#"{"success":true,"result":["#.to_vec();
        while body.len() + row.len() < bytes {
            body.extend_from_slice(row.as_bytes());
            body.push(b',');
        }
        body.extend_from_slice(b"null]}");
        body
    }

    #[test]
    fn fault_10_an_answer_of_a_million_rows_is_read_in_bounded_time() {
        let body = crowded(8 * 1024 * 1024, "{\"id\":7}");
        let answer = list::<DistrictRow>(&body).unwrap();
        assert_eq!(answer.rows.len(), MOST_ROWS);
        assert!(answer.skipped > 800_000);
    }

    #[test]
    fn fault_10_whatever_a_text_is_made_of_it_is_read_in_bounded_time() {
        // Linear, this takes less than a second; what is not takes minutes.
        const BOUND: Duration = Duration::from_mins(1);
        const NAMES: [&str; 8] = [
            "(Аа А.А. ",
            "Аа А.А. ",
            "АААА ",
            "А-",
            "Врач Аа Аа Аавич ",
            "((",
            "а б",
            "\u{202e}",
        ];
        const COMMENTS: [&str; 16] = [
            "<b>",
            "<table><tr><td>",
            "<a href=x>",
            "<p><b>",
            "&amp;",
            "<ul><li>",
            "<pre>",
            "</p>",
            "<!--",
            "<a><p>",
            "<div><span>",
            "<svg>",
            "<select><option>",
            "<br>",
            "<",
            "<template>",
        ];
        let long = |text: &str| text.repeat(20_000 / text.chars().count());
        let row = |key: &str, text: String| json!({"id": 1, key: text}).to_string();
        let names = NAMES.iter().map(|name| row("name", long(name)));
        let comments = COMMENTS
            .iter()
            .map(|part| row("comment", long(&format!("{part}а"))));
        let twins = format!("{{{}\"id\":1}}", "\"id\":1,".repeat(10_000));
        let deep = format!("{}1{}", "[".repeat(120), "]".repeat(120));
        for row in names.chain(comments).chain([twins, deep]) {
            let body = crowded(400_000, &row);
            let started = simulator::machine_time();
            let _ = list::<DoctorRow>(&body);
            let start: String = row.chars().take(40).collect();
            let took = simulator::machine_time().saturating_sub(started);
            assert!(took < BOUND, "{start}");
        }
    }

    #[test]
    fn fault_07_an_answer_cut_anywhere_is_no_answer() {
        for name in [
            "doctor-notes-in-name.json",
            "slot-every-date-form.json",
            "clinic-inactive.json",
            "error-39-nothing-free.json",
        ] {
            let body = fixture(name);
            let end = body.iter().rposition(|byte| *byte == b'}').unwrap();
            for cut in 0..end {
                assert!(
                    list::<DoctorRow>(&body[..cut]).is_err(),
                    "{name} cut at {cut}"
                );
            }
        }
    }

    /// Any JSON, shallow and small.
    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "\\PC{0,30}".prop_map(Value::from),
            "[0-9T:.+Z -]{0,30}".prop_map(Value::from),
            "[<>/a-zбр&;= ]{0,40}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::hash_map(key(), inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn key() -> impl Strategy<Value = String> {
        prop::sample::select(vec![
            "id",
            "name",
            "comment",
            "nearestDate",
            "lastDate",
            "freeParticipantCount",
            "visitStart",
            "visitEnd",
            "appointments",
            "isActive",
            "lpuShortName",
            "latitude",
            "success",
            "result",
            "errorCode",
            "message",
            "lastName",
            "firstName",
            "ariaNumber",
        ])
        .prop_map(String::from)
    }

    proptest! {
        #[test]
        fn fault_10_no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = slots(&body);
        }

        #[test]
        fn fault_10_no_json_makes_it_panic(value in any_json()) {
            for body in [value.to_string().into_bytes(), success(&value)] {
                let _ = list::<DistrictRow>(&body);
                let _ = list::<ClinicRow>(&body);
                let _ = list::<SpecialtyRow>(&body);
                let _ = list::<DoctorRow>(&body);
                let _ = slots(&body);
                let _ = timetable(&body);
                let _ = clinic(&body);
            }
        }

        #[test]
        fn fault_05_good_rows_around_any_row_stay(row in any_json(), at in 0_usize..4) {
            let mut rows: Vec<Value> = (0..3).map(|n| json!({"id": format!("good {n}"), "name": "Липова А.И."})).collect();
            rows.insert(at, row);
            let answer = list::<DoctorRow>(&success(&Value::from(rows))).unwrap();
            let good: Vec<_> = answer.rows.iter().filter(|row| row.id.0.starts_with("good ")).collect();
            prop_assert_eq!(good.len(), 3);
            prop_assert_eq!(answer.rows.len() + answer.skipped, 4);
        }

        #[test]
        fn fault_19_slots_are_sorted_and_each_start_is_there_once(minutes in prop::collection::vec(0_u32..600, 0..60)) {
            let rows: Vec<Value> = minutes
                .iter()
                .map(|m| json!({"visitStart": format!("2025-02-18T{:02}:{:02}:00", 8 + m / 60, m % 60)}))
                .collect();
            let answer = slots(&success(&Value::from(rows))).unwrap();
            let wanted: std::collections::BTreeSet<_> = minutes.into_iter().collect();
            prop_assert_eq!(answer.rows.len(), wanted.len());
            prop_assert!(answer.rows.is_sorted_by(|a, b| a.start < b.start));
        }

        #[test]
        fn no_letter_of_a_name_is_lost(
            name in "[А-ЯЁа-яё]{0,9}[ (.,-]{0,2}[А-ЯЁ]{0,2}[. ]{0,2}[А-Яа-я]{0,6}[ ().,!0-9-]{0,4}[А-Яа-яa-z0-9 №/()-]{0,20}",
            comment in "[А-Яа-я0-9 .]{0,20}",
        ) {
            let Some(name) = tidy::line(&name) else { return Ok(()) };
            let (shown, note) = tidy::doctor(Some(name.clone()), [None, None, None], tidy::paragraph(&comment));
            let all = format!("{} {}", shown.unwrap(), note.unwrap_or_default()).to_lowercase();
            for letter in name.to_lowercase().chars().filter(|c| c.is_alphanumeric()) {
                let wanted = name.to_lowercase().matches(letter).count();
                prop_assert!(all.matches(letter).count() >= wanted, "{} → {}", name, all);
            }
        }
    }
}
