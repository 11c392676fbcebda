//! Links into the booking site's own pages: built for people, read when pasted by them.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde_json::{Value, json};

pub use crate::model::LinkTarget;
use crate::model::{ClinicId, DistrictId, DoctorId, SpecialtyId, is_id};

/// The page of free schedules.
const PAGE: &str = "https://gorzdrav.spb.ru/service-free-schedule";
/// The site's only name, with or without `www.`.
const HOST: &str = "gorzdrav.spb.ru";
/// More than a link with its surroundings ever has.
const LONGEST: usize = 4_096;

/// As the site itself writes its fragment (`encodeURI`): `:` and `,` stay. `#` is encoded besides.
const FRAGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Why a text gives no target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum LinkError {
    /// Longer than 4 096 characters.
    #[error("the text is too long for a link")]
    TooLong,
    /// There is no link to the booking site in it, or it leads to another host.
    #[error("no link to the booking site")]
    NotOurs,
    /// It names something, but not in a form that can be understood.
    #[error("the link is damaged")]
    Damaged,
}

/// The page of a specialty: the deepest that the site dependably opens.
pub fn specialty_page(
    district: Option<&DistrictId>,
    clinic: &ClinicId,
    specialty: &SpecialtyId,
) -> String {
    let district = district.map(|district| json!({"district": district.as_str()}));
    let steps: Vec<Value> = district
        .into_iter()
        .chain([
            json!({"lpu": clinic.as_str()}),
            json!({"speciality": specialty.as_str()}),
        ])
        .collect();
    let json = Value::Array(steps).to_string();
    format!("{PAGE}#{}", utf8_percent_encode(&json, FRAGMENT))
}

/// Finds what a pasted text points at. Every form the site ever wrote is understood,
/// however much of it is percent-encoded and whatever stands around it. A page of the site
/// where nothing has been chosen yet points at nothing: an empty target.
pub fn parse(text: &str) -> Result<LinkTarget, LinkError> {
    if text.chars().nth(LONGEST).is_some() {
        return Err(LinkError::TooLong);
    }
    let after_host = after_host(text).ok_or(LinkError::NotOurs)?;
    let Some(fragment) = fragment(after_host) else {
        return Ok(LinkTarget::default());
    };
    let steps = steps(fragment).ok_or(LinkError::Damaged)?;
    target(&steps)
}

/// What follows the site's name where it stands as a host, not as a part of something else.
fn after_host(text: &str) -> Option<&str> {
    // Lowered byte by byte, so that places in both texts agree.
    let lowered = text.to_ascii_lowercase();
    lowered.match_indices(HOST).find_map(|(at, _)| {
        let before = lowered[..at].trim_end_matches("www.");
        let before = before
            .strip_suffix("https://")
            .or_else(|| before.strip_suffix("http://"))
            .unwrap_or(before);
        let after = &text[at + HOST.len()..];
        let after = after.strip_prefix(":443").unwrap_or(after);
        let starts = !before.ends_with(|c: char| c.is_alphanumeric() || "-_./:@=&?%#".contains(c));
        let ends = after.is_empty()
            || after.starts_with(|c: char| c.is_whitespace() || "/#?%\"'»)>].,".contains(c));
        // «gorzdrav.spb.ru.example.com» is another host; «gorzdrav.spb.ru.» ends a sentence.
        let goes_on = after
            .strip_prefix('.')
            .is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
        (starts && ends && !goes_on).then_some(after)
    })
}

fn fragment(after_host: &str) -> Option<&str> {
    let hash = after_host.find('#').map(|at| (at, 1));
    let encoded = after_host.find("%23").map(|at| (at, 3));
    let (at, length) = hash.into_iter().chain(encoded).min()?;
    let fragment = after_host[at + length..].trim_start();
    (!fragment.is_empty()).then_some(fragment)
}

/// The JSON at the beginning of the fragment; what follows it is the text around the link.
fn steps(fragment: &str) -> Option<Value> {
    let mut text = fragment.to_owned();
    // Some programs encode a link once more when they pass it on.
    for _ in 0..3 {
        if let Some(value) = first_json(&text).or_else(|| first_json(&mended(&text))) {
            return Some(value);
        }
        text = percent_decode_str(&text).decode_utf8_lossy().into_owned();
    }
    first_json(&text).or_else(|| first_json(&mended(&text)))
}

fn first_json(text: &str) -> Option<Value> {
    let value = serde_json::Deserializer::from_str(text)
        .into_iter::<Value>()
        .next()?
        .ok()?;
    (value.is_array() || value.is_object()).then_some(value)
}

/// Undoes what chats and letters do to a link: curly quotes, broken lines, invisible characters.
fn mended(text: &str) -> String {
    text.chars()
        .filter(|c| {
            !c.is_control() && !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{feff}')
        })
        .map(|c| match c {
            '“' | '”' | '„' | '«' | '»' => '"',
            other => other,
        })
        .collect()
}

fn target(steps: &Value) -> Result<LinkTarget, LinkError> {
    let target = LinkTarget {
        district_id: named(steps, "district", is_number)?.map(DistrictId),
        clinic_id: named(steps, "lpu", is_number)?.map(ClinicId),
        specialty_id: named(steps, "speciality", |_| true)?.map(SpecialtyId),
        doctor_id: named(steps, "doctor", |_| true)?
            .or(named(steps, "schedule", |_| true)?)
            .map(DoctorId),
    };
    // Ids below a clinic mean nothing without it.
    if target.clinic_id.is_none() && (target.specialty_id.is_some() || target.doctor_id.is_some()) {
        return Err(LinkError::Damaged);
    }
    Ok(target)
}

/// The last id under this key.
fn named(
    steps: &Value,
    key: &str,
    is_right: impl Fn(&str) -> bool,
) -> Result<Option<String>, LinkError> {
    let steps = match steps {
        Value::Array(steps) => steps.as_slice(),
        single => std::slice::from_ref(single),
    };
    let id = match steps.iter().rev().find_map(|step| step.get(key)) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(id)) => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        Some(_) => return Err(LinkError::Damaged),
    };
    if id.is_empty() {
        return Ok(None);
    }
    if is_id(&id) && is_right(&id) {
        Ok(Some(id))
    } else {
        Err(LinkError::Damaged)
    }
}

/// District and clinic ids are numbers.
fn is_number(id: &str) -> bool {
    id.len() <= 9 && id.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use percent_encoding::NON_ALPHANUMERIC;
    use proptest::prelude::*;

    use super::*;

    const ENCODED: &str = "https://gorzdrav.spb.ru/service-free-schedule#%5B%7B%22district%22:%2212%22%7D,%7B%22lpu%22:%221174%22%7D,%7B%22speciality%22:%224%22%7D%5D";

    fn target(ids: [Option<&str>; 4]) -> LinkTarget {
        let [district, clinic, specialty, doctor] = ids;
        LinkTarget {
            district_id: district.map(DistrictId::from),
            clinic_id: clinic.map(ClinicId::from),
            specialty_id: specialty.map(SpecialtyId::from),
            doctor_id: doctor.map(DoctorId::from),
        }
    }

    fn page(json: &str) -> String {
        format!("{PAGE}#{json}")
    }

    #[test]
    fn a_specialty_page_is_written_as_the_site_writes_it() {
        let page = specialty_page(Some(&"12".into()), &"1174".into(), &"4".into());
        assert_eq!(page, ENCODED);
    }

    #[test]
    fn a_base64_id_survives_a_page() {
        let page = specialty_page(None, &"389".into(), &"a+/b\"\\#%41я==".into());
        assert!(page.is_ascii());
        assert_eq!(
            parse(&page),
            Ok(target([None, Some("389"), Some("a+/b\"\\#%41я=="), None]))
        );
    }

    #[test]
    fn every_form_the_site_ever_wrote_is_read() {
        let steps = [
            (
                r#"[{"district":"12"}]"#,
                target([Some("12"), None, None, None]),
            ),
            (
                r#"[{"district":"12"},{"lpu":"1174"}]"#,
                target([Some("12"), Some("1174"), None, None]),
            ),
            (
                r#"[{"district":"12"},{"lpu":"1174"},{"speciality":"4"}]"#,
                target([Some("12"), Some("1174"), Some("4"), None]),
            ),
            (
                r#"[{"district":"12"},{"lpu":"1174"},{"speciality":"4"},{"doctor":"п100.7"}]"#,
                target([Some("12"), Some("1174"), Some("4"), Some("п100.7")]),
            ),
            (
                r#"[{"district":"12"},{"lpu":"1174"},{"speciality":"4"},{"schedule":"127"}]"#,
                target([Some("12"), Some("1174"), Some("4"), Some("127")]),
            ),
            (
                r#"[{"district":"12"},{"lpu":"1174"},{"speciality":"4"},{"schedule":"186"},{"doctor":"186"}]"#,
                target([Some("12"), Some("1174"), Some("4"), Some("186")]),
            ),
            (
                r#"[{"district": 12}, {"lpu": 1174}, {"speciality": 4}]"#,
                target([Some("12"), Some("1174"), Some("4"), None]),
            ),
        ];
        for (json, expected) in steps {
            let quarter = json.replace('"', "%22");
            let whole = utf8_percent_encode(json, NON_ALPHANUMERIC).to_string();
            let twice = utf8_percent_encode(&whole, NON_ALPHANUMERIC).to_string();
            for fragment in [json, &quarter, &whole, &twice] {
                for prefix in [
                    "https://gorzdrav.spb.ru/service-free-schedule#",
                    "http://www.gorzdrav.spb.ru/service-free-schedule/#",
                    "gorzdrav.spb.ru/service-free-schedule#",
                    "WWW.GorZdrav.spb.ru/service-free-schedule?utm=1#",
                    "Смотри, мама: «https://gorzdrav.spb.ru/service-free-schedule%23",
                ] {
                    for suffix in ["", "\n\nзапишись!", "\"", "» [не отвечай]"] {
                        let text = format!("{prefix}{fragment}{suffix}");
                        assert_eq!(parse(&text), Ok(expected.clone()), "{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn fault_67_what_chats_do_to_a_link_is_undone() {
        let curly = page("[{“district”:“12”},{«lpu»:«7»}]");
        assert_eq!(
            parse(&curly),
            Ok(target([Some("12"), Some("7"), None, None]))
        );
        let (head, tail) = ENCODED.split_at(ENCODED.len() - 10);
        assert_eq!(parse(&format!("{head}\r\n{tail}")), parse(ENCODED));
        assert_eq!(parse(&format!("  <{ENCODED}>")), parse(ENCODED));
    }

    #[test]
    fn fault_67_other_hosts_are_refused() {
        for host in [
            "gorzdrav.spb.ru.example.com",
            "example.com/gorzdrav.spb.ru",
            "notgorzdrav.spb.ru",
            "x-gorzdrav.spb.ru",
            "gorzdrav.spb.ru@example.com",
            "gorzdrav.spb.ru:8080",
            "api.gorzdrav.spb.ru",
            "evil.www.gorzdrav.spb.ru",
            "example.com/?to=https://gorzdrav.spb.ru",
            "ftp://gorzdrav.spb.ru",
        ] {
            let text = ENCODED.replace("https://gorzdrav.spb.ru", host);
            assert_eq!(parse(&text), Err(LinkError::NotOurs), "{text}");
        }
        assert_eq!(parse(""), Err(LinkError::NotOurs));
        assert_eq!(parse("запишите меня"), Err(LinkError::NotOurs));
    }

    #[test]
    fn a_page_of_the_site_where_nothing_is_chosen_is_a_good_link_to_nothing() {
        for link in [
            "https://gorzdrav.spb.ru/service-free-schedule",
            "https://gorzdrav.spb.ru/service-free-schedule/",
            "https://gorzdrav.spb.ru/service-free-schedule#",
            "https://gorzdrav.spb.ru/service-free-schedule/# ",
            "http://www.gorzdrav.spb.ru/service-free-schedule?utm=1",
            "gorzdrav.spb.ru",
            "Смотри: https://gorzdrav.spb.ru/faq.",
            &page("[]"),
            &page("[{\"district\":\"\"}]"),
        ] {
            assert_eq!(parse(link), Ok(LinkTarget::default()), "{link}");
        }
    }

    #[test]
    fn fault_67_a_damaged_link_is_not_guessed_at() {
        for json in [
            "%5B%7B%22district%22:%2212",
            "[{\"lpu\":\"../../etc\"}]",
            "[{\"lpu\":\"1174\"},{\"speciality\":{}}]",
            "[{\"lpu\":1.5}]",
            "[{\"lpu\":\"-1\"}]",
            "[{\"speciality\":\"4\"}]",
            "[{\"doctor\":\"4\"}]",
            "12",
        ] {
            assert_eq!(parse(&page(json)), Err(LinkError::Damaged), "{json}");
        }
        let long = "9".repeat(201);
        let json = format!("[{{\"lpu\":\"1\"}},{{\"speciality\":\"{long}\"}}]");
        assert_eq!(parse(&page(&json)), Err(LinkError::Damaged));
    }

    #[test]
    fn fault_67_a_text_of_more_than_4096_characters_is_not_searched() {
        let text = format!("{ENCODED} {}", "я".repeat(4096 - ENCODED.len() - 1));
        assert!(parse(&text).is_ok());
        assert_eq!(parse(&format!("{text}я")), Err(LinkError::TooLong));
    }

    proptest! {
        #[test]
        fn what_is_built_is_read_back(
            district in prop::option::of("[1-9][0-9]{0,2}"),
            clinic in "[1-9][0-9]{0,5}",
            specialty in "[^\\p{Cc}]{1,60}",
            around in ("[а-я «(\n]{0,20}", "[ \n»)][а-я. ]{0,20}"),
        ) {
            let district = district.map(DistrictId);
            let (clinic, specialty) = (ClinicId(clinic), SpecialtyId(specialty));
            let link = specialty_page(district.as_ref(), &clinic, &specialty);
            let expected = LinkTarget {
                district_id: district,
                clinic_id: Some(clinic),
                specialty_id: Some(specialty),
                doctor_id: None,
            };
            prop_assert_eq!(parse(&link), Ok(expected.clone()));
            prop_assert_eq!(parse(&format!("{} {link}{}", around.0, around.1)), Ok(expected));
        }

        #[test]
        fn fault_67_no_text_makes_it_panic(text in "\\PC{0,200}", tail in "[\\[\\]{}\":,%0-9a-zа-я#/ ]{0,120}") {
            let _ = parse(&text);
            let _ = parse(&format!("{text}gorzdrav.spb.ru{tail}"));
            let _ = parse(&page(&tail));
            let _ = parse(&format!("{PAGE}#[{{\"lpu\":{tail}"));
        }
    }
}
