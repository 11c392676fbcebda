//! What is typed on the command line: durations, days, dates, times, addresses.
//!
//! A value that cannot be read gives the id of the sentence that says what was expected.

use std::time::Duration;

use chrono::{NaiveDate, NaiveTime};
use engine::model::Day;
use simulator::{Fault, World};
use url::Url;

use crate::args::Api;

/// The id of the sentence that says what was expected.
pub(crate) type Expected = &'static str;

/// `90s`, `30m`, `2h`, `1d`, `1h30m`.
pub(crate) fn duration(text: &str) -> Result<Duration, Expected> {
    const EXPECTED: Expected = "cli-expected-duration";
    let mut total = Duration::ZERO;
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(EXPECTED);
    }
    while !rest.is_empty() {
        let digits = rest
            .find(|letter: char| !letter.is_ascii_digit())
            .ok_or(EXPECTED)?;
        let number: u64 = rest[..digits].parse().map_err(|_| EXPECTED)?;
        let unit = rest[digits..].chars().next().ok_or(EXPECTED)?;
        let secs: u64 = match unit {
            's' | 'с' => 1,
            'm' | 'м' => 60,
            'h' | 'ч' => 60 * 60,
            'd' | 'д' => 24 * 60 * 60,
            _ => return Err(EXPECTED),
        };
        let part = number.checked_mul(secs).ok_or(EXPECTED)?;
        total = total
            .checked_add(Duration::from_secs(part))
            .ok_or(EXPECTED)?;
        rest = &rest[digits + unit.len_utf8()..];
    }
    Ok(total)
}

/// A duration in whole minutes, rounded up.
pub(crate) fn minutes(text: &str) -> Result<u32, Expected> {
    let minutes = duration(text)?.as_secs().div_ceil(60);
    u32::try_from(minutes).map_err(|_| "cli-expected-duration")
}

/// `mon` … `sun`, or `пн` … `вс`.
pub(crate) fn day(text: &str) -> Result<Day, Expected> {
    const NAMES: [[&str; 2]; 7] = [
        ["mon", "пн"],
        ["tue", "вт"],
        ["wed", "ср"],
        ["thu", "чт"],
        ["fri", "пт"],
        ["sat", "сб"],
        ["sun", "вс"],
    ];
    let name = text.trim().to_lowercase();
    Day::ALL
        .into_iter()
        .zip(NAMES)
        .find(|(_, names)| names.contains(&name.as_str()))
        .map(|(day, _)| day)
        .ok_or("cli-expected-day")
}

/// `2026-11-24` or `24.11.2026`.
pub(crate) fn date(text: &str) -> Result<NaiveDate, Expected> {
    let text = text.trim();
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .or_else(|_| NaiveDate::parse_from_str(text, "%d.%m.%Y"))
        .map_err(|_| "cli-expected-date")
}

/// `17:00`, `9:05`.
pub(crate) fn time(text: &str) -> Result<NaiveTime, Expected> {
    NaiveTime::parse_from_str(text.trim(), "%H:%M").map_err(|_| "cli-expected-time")
}

/// An address that paths can be added to.
pub(crate) fn base(text: &str) -> Result<Url, Expected> {
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or("cli-expected-url")
}

/// An address of the Bot API, or `default` for Telegram's.
pub(crate) fn api(text: &str) -> Result<Api, Expected> {
    match text {
        "default" => Ok(Api::Default),
        _ => base(text).map(Api::At).map_err(|_| "cli-expected-api"),
    }
}

/// An id: not empty.
pub(crate) fn id(text: &str) -> Result<String, Expected> {
    let id = text.trim();
    if id.is_empty() {
        Err("cli-expected-id")
    } else {
        Ok(id.to_owned())
    }
}

/// How many times faster than real time, more than nothing.
pub(crate) fn speed(text: &str) -> Result<f64, Expected> {
    text.parse()
        .ok()
        .filter(|speed| (0.001..=100_000.0).contains(speed))
        .ok_or("cli-expected-speed")
}

/// A world of the simulated city.
pub(crate) fn world(text: &str) -> Result<World, Expected> {
    match text.to_ascii_lowercase().as_str() {
        "s0" => Ok(World::S0),
        "s1" => Ok(World::S1),
        "s2" => Ok(World::S2),
        "s3" => Ok(World::S3),
        "s4" => Ok(World::S4),
        "lively" => Ok(World::Lively),
        "quiet" => Ok(World::Quiet),
        _ => Err("cli-expected-world"),
    }
}

/// A fault of the simulated city.
pub(crate) fn fault(text: &str) -> Result<Fault, Expected> {
    Fault::parse(text).map_err(|_| "cli-expected-fault")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units_and_may_have_several() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("2h"), Ok(Duration::from_hours(2)));
        assert_eq!(duration("1h30m"), Ok(Duration::from_mins(90)));
        assert_eq!(minutes("1d"), Ok(1_440));
        assert_eq!(minutes("90s"), Ok(2));
        for wrong in ["", "5", "h", "-1s", "2 h", "1w", "99999999999999999999s"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
        assert!(minutes("18446744073709551615s").is_err());
    }

    #[test]
    fn days_are_read_in_both_languages() {
        assert_eq!(day("mon"), Ok(Day::Mon));
        assert_eq!(day("Вс"), Ok(Day::Sun));
        assert!(day("понедельник").is_err());
    }

    #[test]
    fn dates_and_times_are_read_as_people_write_them() {
        assert_eq!(date("2026-11-24"), date("24.11.2026"));
        assert!(date("31.02.2026").is_err());
        assert_eq!(time("9:05"), time("09:05"));
        assert!(time("24:00").is_err());
    }

    #[test]
    fn only_addresses_of_the_web_are_a_base() {
        assert!(base("http://127.0.0.1:8080/_api/api/v2").is_ok());
        for wrong in ["127.0.0.1:8080", "ftp://example.org", "mailto:a@b.c"] {
            assert!(base(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_city_does_not_stand_still() {
        assert_eq!(speed("20"), Ok(20.0));
        for wrong in ["0", "-1", "nan", "inf", "fast"] {
            assert!(speed(wrong).is_err(), "{wrong}");
        }
    }
}
