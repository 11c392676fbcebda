//! Reads the sentence of a wish as a person does: knows its words, and nothing of how it was made.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Europe::Moscow;

use crate::text::Words;

/// What the sentence says.
pub(super) struct Promise {
    /// Joined by «или».
    times: Vec<Times>,
    first: Option<NaiveDate>,
    last: Option<NaiveDate>,
    except: Vec<NaiveDate>,
    ahead: TimeDelta,
    before: Option<NaiveDateTime>,
}

/// «по вторникам с 9:00 до 12:30»
#[derive(Default)]
struct Times {
    /// 0 is Monday; empty: every day.
    weekdays: Vec<u32>,
    from: Option<NaiveTime>,
    to: Option<NaiveTime>,
}

/// How each part after the times begins.
const PARTS: [[&str; 2]; 5] = [
    ["не раньше ", "no earlier than "],
    ["не позже ", "no later than "],
    ["кроме ", "except "],
    ["хотя бы за ", "at least "],
    ["только раньше ", "only before "],
];

const WEEKDAYS: [[&str; 2]; 7] = [
    ["понедельникам", "mondays"],
    ["вторникам", "tuesdays"],
    ["средам", "wednesdays"],
    ["четвергам", "thursdays"],
    ["пятницам", "fridays"],
    ["субботам", "saturdays"],
    ["воскресеньям", "sundays"],
];

const MONTHS: [[&str; 2]; 12] = [
    ["января", "january"],
    ["февраля", "february"],
    ["марта", "march"],
    ["апреля", "april"],
    ["мая", "may"],
    ["июня", "june"],
    ["июля", "july"],
    ["августа", "august"],
    ["сентября", "september"],
    ["октября", "october"],
    ["ноября", "november"],
    ["декабря", "december"],
];

impl Promise {
    /// Panics at a word it does not know.
    pub(super) fn read(sentence: &str, words: Words, today: NaiveDate) -> Self {
        let sentence = sentence.replace(['\u{a0}', '\u{202f}'], " ").to_lowercase();
        let sentence = sentence.strip_suffix('.').expect("a sentence");
        let language = usize::from(words.say("list-or").contains("or"));
        let part_of = |text: &str| {
            PARTS
                .iter()
                .position(|begins| text.starts_with(begins[language]))
        };
        // A comma divides parts only where the next one begins: «кроме 3 декабря, 4 декабря».
        let mut times = String::new();
        let mut parts: [String; 5] = Default::default();
        let mut at: Option<usize> = None;
        for piece in sentence.split(", ") {
            let begins = part_of(piece);
            at = begins.or(at);
            let part = at.map_or(&mut times, |at| &mut parts[at]);
            let said = begins.map_or(piece, |begins| &piece[PARTS[begins][language].len()..]);
            if !part.is_empty() {
                part.push(' ');
            }
            part.push_str(said);
        }
        let [first, last, except, ahead, before] = parts;
        let dates = |text: &str| dates(text, today);
        Self {
            times: times
                .split([" или ", " or "][language])
                .map(Times::read)
                .collect(),
            first: dates(&first).pop(),
            last: dates(&last).pop(),
            except: dates(&except),
            ahead: length(&ahead),
            before: dates(&before)
                .pop()
                .map(|date| date.and_time(clock(before.split(' ').next_back().expect("a time")))),
        }
    }

    /// Does a slot that starts then keep the promise, seen from `now`?
    pub(super) fn holds(&self, start: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        let local = start.with_timezone(&Moscow).naive_local();
        start > now
            && start - now >= self.ahead
            && self.times.iter().any(|times| times.hold(local))
            && self.first.is_none_or(|first| local.date() >= first)
            && self.last.is_none_or(|last| local.date() <= last)
            && !self.except.contains(&local.date())
            && self.before.is_none_or(|before| local < before)
    }
}

impl Times {
    fn read(phrase: &str) -> Self {
        let mut times = Self::default();
        let mut between = false;
        let mut words = phrase.split([' ', ',']).filter(|word| !word.is_empty());
        while let Some(word) = words.next() {
            let mut time = || words.next().map(clock);
            match word {
                "будням" | "weekdays" => times.weekdays.extend(0..5),
                "выходным" | "weekends" => times.weekdays.extend(5..7),
                "с" | "после" | "after" => times.from = time(),
                "до" | "before" => times.to = time(),
                "between" => {
                    times.from = time();
                    between = true;
                }
                "and" if between => times.to = time(),
                "в" | "любое" | "время" | "по" | "и" | "at" | "any" | "time" | "on" | "and" =>
                    {}
                day => times.weekdays.push(numbered(&WEEKDAYS, day)),
            }
        }
        times
    }

    fn hold(&self, local: NaiveDateTime) -> bool {
        (self.weekdays.is_empty()
            || self
                .weekdays
                .contains(&local.weekday().num_days_from_monday()))
            && self.from.is_none_or(|from| local.time() >= from)
            && self.to.is_none_or(|to| local.time() < to)
    }
}

fn numbered<const N: usize>(names: &[[&str; 2]; N], word: &str) -> u32 {
    let at = names.iter().position(|name| name.contains(&word));
    let at = at.unwrap_or_else(|| panic!("what is «{word}»?"));
    u32::try_from(at).expect("few")
}

/// «3 декабря 4 января 2027 года и 5 декабря»
fn dates(text: &str, today: NaiveDate) -> Vec<NaiveDate> {
    let words: Vec<&str> = text.split(' ').collect();
    let mut dates = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let Ok(day) = word.parse::<u32>() else {
            continue;
        };
        if day > 31 {
            continue;
        }
        let month = numbered(&MONTHS, words[at + 1]) + 1;
        let year = words.get(at + 2).and_then(|year| year.parse().ok());
        let year = year
            .filter(|year| *year > 31)
            .unwrap_or_else(|| today.year());
        dates.push(NaiveDate::from_ymd_opt(year, month, day).expect("a date"));
    }
    dates
}

/// «1 час 30 минут до приёма»
fn length(text: &str) -> TimeDelta {
    let words: Vec<&str> = text.split(' ').collect();
    let of = |(number, unit): (i64, &str)| match unit.chars().next() {
        Some('м' | 'm') => TimeDelta::minutes(number),
        Some('ч' | 'h') => TimeDelta::hours(number),
        Some('д' | 'd') => TimeDelta::days(number),
        _ => panic!("how long is a «{unit}»?"),
    };
    words
        .windows(2)
        .filter_map(|pair| Some((pair[0].parse().ok()?, pair[1])))
        .map(of)
        .sum()
}

fn clock(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M").expect("a time")
}
