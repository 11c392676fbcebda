//! Ways to answer badly, by name.
//!
//! A row number is that of the catalogue that `cargo xtask faults` prints.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::random;
use crate::vendor::Vendor;

/// One way in which the service lets its clients down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Rows 2–4: `success: false` with this code, HTTP 200.
    Code(i32),
    /// Row 5: a code nobody has seen (4242).
    UnknownCode,
    /// Row 12: a proxy's HTML page with status 502.
    Html502,
    /// Row 12: this HTTP status with an empty body.
    Status(u16),
    /// Row 11: 429, with this `Retry-After` if any.
    TooMany {
        /// The header's value, sent as it is: seconds, a date, nonsense.
        retry_after: Option<String>,
    },
    /// Row 13: 403 with a page about an address that is not served.
    Forbidden,
    /// Row 13: the connection is reset before the answer.
    Reset,
    /// Row 7: the connection ends in the middle of the promised body.
    CutBody,
    /// Row 7: the JSON ends in the middle; HTTP is satisfied.
    TruncatedJson,
    /// Row 9: headers, then one byte a second.
    SlowLoris,
    /// Row 9: headers, then nothing ever.
    Stall,
    /// Row 9: not even headers.
    Silence,
    /// Rows 1 and 16: a login page with status 200.
    HtmlOk,
    /// Row 8: a hundred megabytes of JSON.
    HugeBody,
    /// Row 8: an endless body without a length.
    EndlessBody,
    /// Row 8: some hundred kilobytes of gzip that hold a hundred megabytes of blanks.
    GzipBomb,
    /// Row 10: arrays nested a hundred thousand deep.
    DeepNesting,
    /// Row 10: a byte order mark before the JSON.
    ByteOrderMark,
    /// Row 6: `result: null` with success.
    NullResult,
    /// Row 6: `result: []` with success.
    EmptyResult,
    /// Row 14: 301 to another host over plain http.
    RedirectElsewhere,
    /// Row 18: the `Date` header is years off.
    WrongDate,
    /// Rows 9 and 28: each answer so much later. It holds the state of the moment of the request.
    Latency(Duration),
    /// Row 19: every slot twice.
    DuplicateSlots,
    /// Row 5: one row is not an object as it should be, the others are.
    BadRow,
    /// Row 5: a required field is missing in the first row.
    MissingField,
    /// Row 5: fields nobody knows in every row.
    UnknownFields,
    /// Row 5: ids that are numbers come as text, and text of digits as numbers.
    SwappedIdTypes,
    /// Row 20: slot ids differ in every answer.
    NewSlotIds,
    /// Row 21: every second answer of `/appointments` knows no slots.
    Flapping,
    /// Row 24: rows in another order in every answer.
    ShuffledOrder,
    /// Row 25: lists count 0 while `/appointments` has slots.
    LyingCounts,
    /// Row 25, the reverse: lists count slots that `/appointments` does not have.
    GhostCounts,
    /// Row 25: these lists go on showing the counts and dates of their first answer, and are put
    /// right only when so much of the city's time has passed (`Duration::MAX`: never).
    StaleRows(Rows, Duration),
    /// Row 25: these lists do not count so many of a hundred slots, always the same ones.
    HiddenSlots(Rows, u8),
    /// Row 26: the times of slots in UTC with `Z`.
    ZuluTimes,
    /// Rows 10 and 63: markup, control characters and reversed text in names.
    HostileText,
    /// Rows 63–68: this stands in every text of every answer, missing or not; ids and times stay.
    Payload(String),
}

/// The lists that count slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// A clinic's specialties.
    Specialties,
    /// A specialty's doctors.
    Doctors,
}

/// Which requests a fault meets.
#[derive(Clone, Debug, PartialEq)]
pub enum Scope {
    /// Every request.
    All,
    /// Requests about this clinic.
    Clinic(String),
    /// Requests about the clinics of this vendor.
    Vendor(Vendor),
    /// Requests about this share of the clinics, always the same ones.
    Share(f64),
    /// Requests whose decoded path below the base begins so: `/shared/`, `/schedule/lpu/12/doctor/`.
    Path(String),
}

/// How long a fault lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// For the next so many requests it concerns.
    Next(usize),
    /// For so much of the city's time.
    For(Duration),
    /// Until `City::clear_faults`.
    UntilCleared,
}

/// The faults in force.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Active>);

#[derive(Debug)]
struct Active {
    scope: Scope,
    fault: Fault,
    ends: Ends,
    hits: usize,
}

#[derive(Debug)]
enum Ends {
    AfterHits(usize),
    At(DateTime<Utc>),
    Never,
}

/// What one answer has to suffer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Suffering {
    pub(crate) latency: Duration,
    /// Changes to the rows of a good answer, in order.
    pub(crate) distortions: Vec<Fault>,
    /// What happens instead of the answer; the fault set last wins.
    pub(crate) instead: Option<Fault>,
}

/// A request as faults see it.
pub(crate) struct Subject<'a> {
    pub(crate) path: &'a str,
    pub(crate) clinic: Option<&'a str>,
    pub(crate) vendor: Option<Vendor>,
    pub(crate) lists_slots: bool,
    pub(crate) counts: Option<Rows>,
}

impl Suffering {
    /// How long the rows of this list stay as they were first given.
    pub(crate) fn stale(&self) -> Option<Duration> {
        self.distortions.iter().find_map(|fault| match fault {
            Fault::StaleRows(_, time) => Some(*time),
            _ => None,
        })
    }

    /// Whether the counts of this list leave the slot out: by its own dice.
    pub(crate) fn hides(&self, seed: u64, doctor: &str, start: DateTime<Utc>) -> bool {
        self.distortions.iter().any(|fault| match fault {
            Fault::HiddenSlots(_, percent) => {
                let start = start.timestamp().unsigned_abs();
                let lot = random::mix(&[seed, random::text(doctor), start, 0x41D0]) % 100;
                lot < u64::from(*percent)
            }
            _ => false,
        })
    }
}

impl Faults {
    pub(crate) fn add(&mut self, scope: Scope, fault: Fault, extent: Extent, now: DateTime<Utc>) {
        let ends = match extent {
            Extent::Next(count) => Ends::AfterHits(count),
            Extent::For(time) => match chrono::TimeDelta::from_std(time) {
                Ok(time) => now.checked_add_signed(time).map_or(Ends::Never, Ends::At),
                Err(_) => Ends::Never,
            },
            Extent::UntilCleared => Ends::Never,
        };
        self.0.push(Active {
            scope,
            fault,
            ends,
            hits: 0,
        });
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// What this request suffers; counts it against `Extent::Next`.
    pub(crate) fn meet(
        &mut self,
        subject: &Subject<'_>,
        seed: u64,
        now: DateTime<Utc>,
    ) -> Suffering {
        self.0.retain(|active| !active.over(now));
        let mut suffering = Suffering::default();
        for active in &mut self.0 {
            let effect = active.fault.effect();
            if !effect.concerns(subject) || !active.scope.holds(subject, seed) {
                continue;
            }
            active.hits += 1;
            match (effect, &active.fault) {
                (Effect::Delays, Fault::Latency(time)) => suffering.latency += *time,
                (Effect::Delays, _) => {}
                (Effect::Alternates, _) if active.hits % 2 == 1 => {}
                (Effect::Alternates, _) => suffering.instead = Some(Fault::Code(39)),
                (Effect::Replaces, fault) => suffering.instead = Some(fault.clone()),
                (
                    Effect::DistortsSlots
                    | Effect::DistortsCounts
                    | Effect::DistortsCountsOf(_)
                    | Effect::DistortsRows,
                    fault,
                ) => suffering.distortions.push(fault.clone()),
            }
        }
        suffering
    }
}

/// What a fault does, and to which answers.
#[derive(Clone, Copy)]
enum Effect {
    Delays,
    /// Every second answer about slots is replaced.
    Alternates,
    Replaces,
    DistortsSlots,
    DistortsCounts,
    DistortsCountsOf(Rows),
    DistortsRows,
}

impl Effect {
    /// Whether this kind of answer can show it at all.
    fn concerns(self, subject: &Subject<'_>) -> bool {
        match self {
            Self::Delays | Self::Replaces | Self::DistortsRows => true,
            Self::Alternates | Self::DistortsSlots => subject.lists_slots,
            Self::DistortsCounts => subject.counts.is_some(),
            Self::DistortsCountsOf(rows) => subject.counts == Some(rows),
        }
    }
}

impl Active {
    fn over(&self, now: DateTime<Utc>) -> bool {
        match self.ends {
            Ends::AfterHits(count) => self.hits >= count,
            Ends::At(end) => now >= end,
            Ends::Never => false,
        }
    }
}

impl Scope {
    #[expect(clippy::cast_precision_loss, reason = "a share of clinics")]
    fn holds(&self, subject: &Subject<'_>, seed: u64) -> bool {
        match self {
            Self::All => true,
            Self::Clinic(clinic) => subject.clinic == Some(clinic),
            Self::Vendor(vendor) => subject.vendor == Some(*vendor),
            Self::Share(share) => subject.clinic.is_some_and(|clinic| {
                let lot = random::mix(&[seed, random::text(clinic), 0x5A4E]) >> 11;
                (lot as f64) < share * (1_u64 << 53) as f64
            }),
            Self::Path(prefix) => subject.path.starts_with(prefix),
        }
    }
}

impl Fault {
    /// What it does to an answer.
    fn effect(&self) -> Effect {
        match self {
            Self::Latency(_) => Effect::Delays,
            Self::Flapping => Effect::Alternates,
            Self::DuplicateSlots | Self::NewSlotIds | Self::ZuluTimes => Effect::DistortsSlots,
            Self::LyingCounts | Self::GhostCounts => Effect::DistortsCounts,
            Self::StaleRows(rows, _) | Self::HiddenSlots(rows, _) => {
                Effect::DistortsCountsOf(*rows)
            }
            Self::BadRow
            | Self::MissingField
            | Self::UnknownFields
            | Self::SwappedIdTypes
            | Self::ShuffledOrder
            | Self::HostileText
            | Self::Payload(_) => Effect::DistortsRows,
            Self::Code(_)
            | Self::UnknownCode
            | Self::Html502
            | Self::Status(_)
            | Self::TooMany { .. }
            | Self::Forbidden
            | Self::Reset
            | Self::CutBody
            | Self::TruncatedJson
            | Self::SlowLoris
            | Self::Stall
            | Self::Silence
            | Self::HtmlOk
            | Self::HugeBody
            | Self::EndlessBody
            | Self::GzipBomb
            | Self::DeepNesting
            | Self::ByteOrderMark
            | Self::NullResult
            | Self::EmptyResult
            | Self::RedirectElsewhere
            | Self::WrongDate => Effect::Replaces,
        }
    }

    /// The fault of this name, as on the command line: `code-602`, `too-many-30`, `latency-5`.
    pub fn parse(name: &str) -> Result<Self, UnknownFault> {
        let unknown = || UnknownFault(name.to_owned());
        if let Some(plain) = PLAIN.iter().find(|(known, _)| *known == name) {
            return Ok(plain.1.clone());
        }
        let number = |prefix: &str| name.strip_prefix(prefix);
        if let Some(code) = number("code-") {
            return code.parse().map(Self::Code).map_err(|_| unknown());
        }
        if let Some(status) = number("status-") {
            return status
                .parse()
                .ok()
                .filter(|status| (200..=599).contains(status))
                .map(Self::Status)
                .ok_or_else(unknown);
        }
        if let Some(value) = number("too-many-") {
            return Ok(Self::TooMany {
                retry_after: Some(value.to_owned()),
            });
        }
        if let Some(secs) = number("latency-") {
            return secs
                .parse()
                .map(|secs| Self::Latency(Duration::from_secs(secs)))
                .map_err(|_| unknown());
        }
        for rows in [Rows::Specialties, Rows::Doctors] {
            let lie = |lie: &str| number(lie)?.strip_prefix(rows.name())?.strip_prefix('-');
            if let Some(secs) = lie("stale-") {
                let stale = |secs| Self::StaleRows(rows, Duration::from_secs(secs));
                return secs.parse().map(stale).map_err(|_| unknown());
            }
            if let Some(percent) = lie("hidden-") {
                return percent
                    .parse()
                    .ok()
                    .filter(|percent| (1..=100).contains(percent))
                    .map(|percent| Self::HiddenSlots(rows, percent))
                    .ok_or_else(unknown);
            }
        }
        Err(unknown())
    }

    /// Every name `parse` knows; those with a number appear with an example.
    pub fn names() -> impl Iterator<Item = &'static str> {
        let numbered = [
            "code-602",
            "status-503",
            "too-many-30",
            "latency-5",
            "stale-specialties-600",
            "stale-doctors-600",
            "hidden-specialties-50",
            "hidden-doctors-50",
        ];
        PLAIN.iter().map(|(name, _)| *name).chain(numbered)
    }
}

impl Rows {
    fn name(self) -> &'static str {
        match self {
            Self::Specialties => "specialties",
            Self::Doctors => "doctors",
        }
    }
}

const PLAIN: &[(&str, Fault)] = &[
    ("unknown-code", Fault::UnknownCode),
    ("html-502", Fault::Html502),
    ("too-many", Fault::TooMany { retry_after: None }),
    ("forbidden", Fault::Forbidden),
    ("reset", Fault::Reset),
    ("cut-body", Fault::CutBody),
    ("truncated-json", Fault::TruncatedJson),
    ("slow-loris", Fault::SlowLoris),
    ("stall", Fault::Stall),
    ("silence", Fault::Silence),
    ("html-ok", Fault::HtmlOk),
    ("huge-body", Fault::HugeBody),
    ("endless-body", Fault::EndlessBody),
    ("gzip-bomb", Fault::GzipBomb),
    ("deep-nesting", Fault::DeepNesting),
    ("byte-order-mark", Fault::ByteOrderMark),
    ("null-result", Fault::NullResult),
    ("empty-result", Fault::EmptyResult),
    ("redirect-elsewhere", Fault::RedirectElsewhere),
    ("wrong-date", Fault::WrongDate),
    ("duplicate-slots", Fault::DuplicateSlots),
    ("bad-row", Fault::BadRow),
    ("missing-field", Fault::MissingField),
    ("unknown-fields", Fault::UnknownFields),
    ("swapped-id-types", Fault::SwappedIdTypes),
    ("new-slot-ids", Fault::NewSlotIds),
    ("flapping", Fault::Flapping),
    ("shuffled-order", Fault::ShuffledOrder),
    ("lying-counts", Fault::LyingCounts),
    ("ghost-counts", Fault::GhostCounts),
    ("zulu-times", Fault::ZuluTimes),
    ("hostile-text", Fault::HostileText),
];

/// No fault has this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFault(String);

impl fmt::Display for UnknownFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "no fault is called {:?}", self.0)
    }
}

impl std::error::Error for UnknownFault {}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(name: &str) -> Result<Self, UnknownFault> {
        Self::parse(name)
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Rows};
    use std::time::Duration;

    #[test]
    fn every_name_is_understood() {
        for name in Fault::names() {
            assert!(Fault::parse(name).is_ok(), "{name}");
        }
        assert_eq!(Fault::parse("code-602"), Ok(Fault::Code(602)));
        assert_eq!(
            Fault::parse("latency-5"),
            Ok(Fault::Latency(Duration::from_secs(5)))
        );
        assert_eq!(
            Fault::parse("hidden-doctors-50"),
            Ok(Fault::HiddenSlots(Rows::Doctors, 50))
        );
        assert!(Fault::parse("hidden-doctors-101").is_err());
        assert!(Fault::parse("code-").is_err());
        assert!(Fault::parse("status-99").is_err());
    }
}
