use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey},
    parser,
};

use std::time::Duration;

use super::*;

const RU: Words = Words {
    language: Language::Ru,
};
const EN: Words = Words {
    language: Language::En,
};

fn at(moscow: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(&format!("{moscow}:00+03:00"))
        .unwrap()
        .to_utc()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

// The catalogue.

/// What a translation must share with the other: variables by message or attribute.
type Shape = BTreeMap<String, BTreeSet<String>>;

#[derive(Default)]
struct Catalogue {
    shape: Shape,
    references: Vec<(String, String)>,
    functions: Vec<(String, String)>,
    /// Keys of each selector that has a plural category among them.
    plurals: Vec<(String, BTreeSet<String>)>,
    repeated: Vec<String>,
    unreadable: Vec<String>,
}

fn catalogue(language: &str) -> Catalogue {
    let mut catalogue = Catalogue::default();
    for (path, text) in files(language) {
        let resource = parser::parse(text.as_str()).unwrap_or_else(|(resource, problems)| {
            catalogue.unreadable.push(format!("{path}: {problems:?}"));
            resource
        });
        for entry in &resource.body {
            let (id, value, attributes) = match entry {
                Entry::Message(message) => (
                    message.id.name.to_owned(),
                    message.value.as_ref(),
                    &message.attributes,
                ),
                Entry::Term(term) => (
                    format!("-{}", term.id.name),
                    Some(&term.value),
                    &term.attributes,
                ),
                Entry::Junk { content } => {
                    catalogue.unreadable.push(format!("{path}: {content}"));
                    continue;
                }
                Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => continue,
            };
            if catalogue
                .shape
                .insert(id.clone(), BTreeSet::new())
                .is_some()
            {
                catalogue.repeated.push(id.clone());
            }
            if let Some(value) = value {
                catalogue.read(&id, value);
            }
            for attribute in attributes {
                let id = format!("{id}.{}", attribute.id.name);
                catalogue.shape.insert(id.clone(), BTreeSet::new());
                catalogue.read(&id, &attribute.value);
            }
        }
    }
    catalogue
}

impl Catalogue {
    fn read(&mut self, id: &str, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                self.read_expression(id, expression);
            }
        }
    }

    fn read_expression(&mut self, id: &str, expression: &Expression<&str>) {
        match expression {
            Expression::Inline(inline) => self.read_inline(id, inline),
            Expression::Select { selector, variants } => {
                self.read_inline(id, selector);
                let keys: BTreeSet<String> = variants
                    .iter()
                    .map(|variant| match &variant.key {
                        VariantKey::Identifier { name } => (*name).to_owned(),
                        VariantKey::NumberLiteral { value } => (*value).to_owned(),
                    })
                    .collect();
                if keys.contains("one") {
                    self.plurals.push((id.to_owned(), keys));
                }
                for variant in variants {
                    self.read(id, &variant.value);
                }
            }
        }
    }

    fn read_inline(&mut self, id: &str, inline: &InlineExpression<&str>) {
        match inline {
            InlineExpression::VariableReference { id: variable } => {
                self.shape
                    .entry(id.to_owned())
                    .or_default()
                    .insert(variable.name.to_owned());
            }
            InlineExpression::MessageReference { id: to, attribute } => {
                let to = match attribute {
                    Some(attribute) => format!("{}.{}", to.name, attribute.name),
                    None => to.name.to_owned(),
                };
                self.references.push((id.to_owned(), to));
            }
            InlineExpression::TermReference { id: to, .. } => {
                self.references
                    .push((id.to_owned(), format!("-{}", to.name)));
            }
            InlineExpression::FunctionReference { id: name, .. } => {
                self.functions.push((id.to_owned(), name.name.to_owned()));
            }
            InlineExpression::Placeable { expression } => self.read_expression(id, expression),
            InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => (),
        }
    }
}

#[test]
fn both_languages_have_the_same_messages_attributes_and_variables() {
    assert_eq!(catalogue("ru").shape, catalogue("en").shape);
}

#[test]
fn every_message_is_readable_and_its_id_stands_once_in_all_files() {
    for language in ["ru", "en"] {
        let catalogue = catalogue(language);
        assert_eq!(catalogue.unreadable, Vec::<String>::new(), "{language}");
        assert_eq!(catalogue.repeated, Vec::<String>::new(), "{language}");
        assert!(catalogue.shape.contains_key("-brand"));
    }
}

#[test]
fn messages_refer_only_to_what_exists_and_call_no_functions() {
    for language in ["ru", "en"] {
        let catalogue = catalogue(language);
        // DATETIME() is unknown on this side, NUMBER() prints otherwise than in the window.
        assert_eq!(catalogue.functions, [], "{language}");
        for (from, to) in &catalogue.references {
            assert!(catalogue.shape.contains_key(to), "{from} refers to {to}");
        }
    }
}

#[test]
fn russian_plurals_tell_one_and_either_all_forms_or_no_few() {
    for (id, keys) in catalogue("ru").plurals {
        let nominative = keys.contains("few") && (keys.contains("many") || keys.contains("other"));
        let oblique = !keys.contains("few") && !keys.contains("many");
        assert!(nominative || oblique, "{id}: {keys:?}");
    }
    for (id, keys) in catalogue("en").plurals {
        assert!(
            keys.contains("other") && !keys.contains("few"),
            "{id}: {keys:?}"
        );
    }
}

#[test]
fn every_id_asked_for_in_rust_is_in_the_catalogue() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let known = catalogue("ru").shape;
    let mut unknown = Vec::new();
    // The stand-in for a mail server says lines of its own.
    let speaks = |file: &PathBuf| {
        !file
            .components()
            .any(|part| part.as_os_str() == "simulator")
    };
    for file in rust_files(&root).into_iter().filter(speaks) {
        let source = fs::read_to_string(&file).unwrap();
        for call in [".say(", ".say_with("] {
            for rest in source.split(call).skip(1) {
                let quoted = rest.trim_start().strip_prefix('"');
                if let Some((id, _)) = quoted.and_then(|rest| rest.split_once('"'))
                    && !known.contains_key(id)
                    && !file.ends_with("text/tests.rs")
                {
                    unknown.push(format!("{}: {id}", file.display()));
                }
            }
        }
    }
    assert_eq!(unknown, Vec::<String>::new());
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
    found
}

// Words.

#[test]
fn an_unknown_id_is_said_as_it_is() {
    assert_eq!(RU.say("no-such-message"), "no-such-message");
}

#[test]
fn variables_stand_in_the_text_without_isolation_marks() {
    assert_eq!(
        RU.say_with("no-results", &[("q", "Дыбенко".into())]),
        "Ничего не нашли по запросу «Дыбенко». Попробуйте номер или улицу, либо выберите район."
    );
}

#[test]
fn text_is_cut_by_characters_and_never_after_a_space() {
    assert_eq!(shortened("Окулист", 7), "Окулист");
    assert_eq!(shortened("Врач общей практики", 6), "Врач…");
}

#[test]
fn numbers_and_streets_keep_to_their_signs() {
    assert_eq!(
        unbroken("Поликлиника № 87, ул. Дыбенко, каб. 435"),
        "Поликлиника №\u{a0}87, ул.\u{a0}Дыбенко, каб.\u{a0}435"
    );
}

// Plurals.

#[test]
fn durations_agree_with_their_numbers() {
    let minutes = |words: Words| {
        [1, 2, 5, 11, 21, 22, 25].map(|n: u64| words.duration(Duration::from_secs(n * 60)))
    };
    assert_eq!(
        minutes(RU),
        [
            "1 минуту",
            "2 минуты",
            "5 минут",
            "11 минут",
            "21 минуту",
            "22 минуты",
            "25 минут"
        ]
    );
    assert_eq!(
        minutes(EN),
        [
            "1 minute",
            "2 minutes",
            "5 minutes",
            "11 minutes",
            "21 minutes",
            "22 minutes",
            "25 minutes"
        ]
    );
    let days = |words: Words| {
        [1, 2, 5, 11, 21, 22, 25, 101].map(|n: u32| words.exact_duration(n * 24 * 60))
    };
    assert_eq!(
        days(RU),
        [
            "1 день",
            "2 дня",
            "5 дней",
            "11 дней",
            "21 день",
            "22 дня",
            "25 дней",
            "101 день"
        ]
    );
    assert_eq!(
        days(EN),
        [
            "1 day", "2 days", "5 days", "11 days", "21 days", "22 days", "25 days", "101 days"
        ]
    );
}

#[test]
fn a_duration_is_told_in_its_largest_unit() {
    let said = |seconds| RU.duration(Duration::from_secs(seconds));
    assert_eq!(said(0), "меньше минуты");
    assert_eq!(said(59), "меньше минуты");
    assert_eq!(said(3 * 60 + 59), "3 минуты");
    assert_eq!(said(59 * 60 + 59), "59 минут");
    assert_eq!(said(60 * 60), "1 час");
    assert_eq!(said(110 * 60), "2 часа");
    assert_eq!(said(23 * 3600 + 59 * 60), "1 день");
    assert_eq!(said(36 * 3600), "2 дня");
    assert_eq!(RU.exact_duration(90), "1 час 30 минут");
    assert_eq!(RU.exact_duration(120), "2 часа");
    assert_eq!(EN.exact_duration(61), "1 hour 1 minute");
}

#[test]
fn watches_are_counted_in_the_dative() {
    let said = |words: Words| {
        [1, 2, 5, 11, 21, 22, 25, 101]
            .map(|n: u32| words.say_with("notice-many-title", &[("watches", n.into())]))
    };
    assert_eq!(
        said(RU),
        [
            "Есть талоны по 1 ожиданию",
            "Есть талоны по 2 ожиданиям",
            "Есть талоны по 5 ожиданиям",
            "Есть талоны по 11 ожиданиям",
            "Есть талоны по 21 ожиданию",
            "Есть талоны по 22 ожиданиям",
            "Есть талоны по 25 ожиданиям",
            "Есть талоны по 101 ожиданию",
        ]
    );
    assert_eq!(said(EN)[0], "Slots for 1 watch");
    assert_eq!(said(EN)[7], "Slots for 101 watches");
}

// Dates.

#[test]
fn twenty_dates_are_said_in_both_languages() {
    let now = at("2026-11-20T23:30");
    for (start, ru, en) in [
        ("2026-11-20T23:45", "сегодня, 23:45", "today, 23:45"),
        ("2026-11-20T09:10", "сегодня, 9:10", "today, 9:10"),
        ("2026-11-21T00:05", "завтра, 0:05", "tomorrow, 0:05"),
        ("2026-11-21T13:40", "завтра, 13:40", "tomorrow, 13:40"),
        (
            "2026-11-22T13:40",
            "вс, 22 ноября, 13:40",
            "Sun, 22 November, 13:40",
        ),
        (
            "2026-11-23T13:40",
            "пн, 23 ноября, 13:40",
            "Mon, 23 November, 13:40",
        ),
        (
            "2026-11-24T13:40",
            "вт, 24 ноября, 13:40",
            "Tue, 24 November, 13:40",
        ),
        (
            "2026-11-25T08:00",
            "ср, 25 ноября, 8:00",
            "Wed, 25 November, 8:00",
        ),
        (
            "2026-11-26T09:10",
            "чт, 26 ноября, 9:10",
            "Thu, 26 November, 9:10",
        ),
        (
            "2026-11-27T23:59",
            "пт, 27 ноября, 23:59",
            "Fri, 27 November, 23:59",
        ),
        (
            "2026-11-28T00:00",
            "сб, 28 ноября, 0:00",
            "Sat, 28 November, 0:00",
        ),
        (
            "2026-12-31T10:00",
            "чт, 31 декабря, 10:00",
            "Thu, 31 December, 10:00",
        ),
        (
            "2027-01-01T10:00",
            "пт, 1 января 2027 года, 10:00",
            "Fri, 1 January 2027, 10:00",
        ),
        (
            "2027-02-28T10:00",
            "вс, 28 февраля 2027 года, 10:00",
            "Sun, 28 February 2027, 10:00",
        ),
        (
            "2027-05-03T10:00",
            "пн, 3 мая 2027 года, 10:00",
            "Mon, 3 May 2027, 10:00",
        ),
        (
            "2028-02-29T10:00",
            "вт, 29 февраля 2028 года, 10:00",
            "Tue, 29 February 2028, 10:00",
        ),
        (
            "2026-11-19T10:00",
            "чт, 19 ноября, 10:00",
            "Thu, 19 November, 10:00",
        ),
        (
            "2026-08-01T10:00",
            "сб, 1 августа, 10:00",
            "Sat, 1 August, 10:00",
        ),
        (
            "2026-03-08T10:00",
            "вс, 8 марта, 10:00",
            "Sun, 8 March, 10:00",
        ),
        (
            "2025-12-31T10:00",
            "ср, 31 декабря 2025 года, 10:00",
            "Wed, 31 December 2025, 10:00",
        ),
    ] {
        assert_eq!(RU.when(at(start), now), ru);
        assert_eq!(EN.when(at(start), now), en);
    }
}

#[test]
fn today_is_moscows_today_whatever_the_utc_date() {
    let now = at("2026-11-24T00:30");
    assert_eq!(RU.when(at("2026-11-24T09:10"), now), "сегодня, 9:10");
    assert_eq!(RU.when(at("2026-11-25T01:00"), now), "завтра, 1:00");
}

#[test]
fn a_day_alone_is_said_without_a_time() {
    let today = date("2026-11-20");
    assert_eq!(RU.day(date("2026-11-20"), today), "сегодня");
    assert_eq!(RU.day(date("2026-11-24"), today), "вт, 24 ноября");
    assert_eq!(EN.day(date("2026-11-21"), today), "tomorrow");
    assert_eq!(RU.day_and_month(date("2026-11-20"), today), "20 ноября");
}

#[test]
fn checks_have_two_digit_hours_and_slots_have_not() {
    let at = at("2026-11-20T08:42");
    assert_eq!(
        (RU.time(at), RU.clock_time(at)),
        ("8:42".into(), "08:42".into())
    );
}

#[test]
fn a_moment_of_another_day_says_the_day() {
    let now = at("2026-11-20T08:00");
    assert_eq!(RU.moment(at("2026-11-20T09:00"), now), "09:00");
    assert_eq!(RU.moment(at("2026-11-21T08:00"), now), "завтра, 8:00");
}

#[test]
fn the_coming_week_is_said_by_weekday_alone_when_brief() {
    let now = at("2026-11-20T08:00");
    let said = |days| RU.when_briefly(now + TimeDelta::days(days), now);
    assert_eq!(said(1), "завтра, 8:00");
    assert_eq!(said(2), "вс, 8:00");
    assert_eq!(said(6), "чт, 8:00");
    assert_eq!(said(7), "пт, 27 ноября, 8:00");
    assert_eq!(said(-1), "чт, 19 ноября, 8:00");
}
