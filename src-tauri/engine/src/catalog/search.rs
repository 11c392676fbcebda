//! Finding a clinic by what a person types: number, name, street, district.
//!
//! Names and what is typed are folded to the same words: lower case, «е» for
//! «ё», no «№» and no punctuation, numbers apart from letters, usual
//! abbreviations beside what they stand for. Every typed word must begin some
//! word of the clinic. Only if no clinic does, the text is read as typed in the
//! wrong keyboard layout, and then with typos forgiven.
//!
//! The index is a sorted list of all words: a typed word finds its range by
//! bisection, so a search costs what it finds.

use std::collections::BTreeMap;

use crate::model::{Clinic, ClinicHits, DistrictId};

/// What abbreviations stand for; the names of the source are full of them.
const ABBREVIATIONS: [(&str, &[&str]); 30] = [
    ("бц", &["бизнес", "центр"]),
    ("гб", &["городская", "больница"]),
    ("гкб", &["городская", "клиническая", "больница"]),
    ("гп", &["городская", "поликлиника"]),
    ("гсп", &["городская", "стоматологическая", "поликлиника"]),
    ("дгб", &["детская", "городская", "больница"]),
    ("дгп", &["детская", "городская", "поликлиника"]),
    ("дп", &["детская", "поликлиника"]),
    ("дпо", &["детское", "поликлиническое", "отделение"]),
    ("дсп", &["детская", "стоматологическая", "поликлиника"]),
    ("жк", &["женская", "консультация"]),
    ("кдц", &["консультативно", "диагностический", "центр"]),
    ("квд", &["кожно", "венерологический", "диспансер"]),
    ("нд", &["наркологический", "диспансер"]),
    ("овп", &["офис", "врача", "общей", "практики"]),
    ("пер", &["переулок"]),
    ("пка", &["поликлиника"]),
    ("пл", &["площадь"]),
    ("пнд", &["психоневрологический", "диспансер"]),
    ("по", &["поликлиническое", "отделение"]),
    ("пр", &["проспект"]),
    ("просп", &["проспект"]),
    ("птд", &["противотуберкулезный", "диспансер"]),
    ("рд", &["родильный"]),
    ("роддом", &["родильный"]),
    ("сп", &["стоматологическая", "поликлиника"]),
    ("стом", &["стоматологическая", "стоматология"]),
    ("ул", &["улица"]),
    ("ш", &["шоссе"]),
    ("цгб", &["центральная", "городская", "больница"]),
];

/// Abbreviations with a hyphen, which folding would tear apart.
const HYPHENATED: [(&str, &str); 6] = [
    ("пол-ка", "поликлиника"),
    ("п-ка", "поликлиника"),
    ("пр-кт", "проспект"),
    ("пр-т", "проспект"),
    ("б-р", "бульвар"),
    ("наб-я", "набережная"),
];

/// Words of no use for telling clinics apart; ignored unless nothing else is typed.
const NOISE: [&str; 26] = [
    "n",
    "no",
    "бюджетное",
    "г",
    "гбуз",
    "город",
    "государственное",
    "гуз",
    "д",
    "дом",
    "здравоохранения",
    "им",
    "имени",
    "казенное",
    "корп",
    "лит",
    "литера",
    "номер",
    "петербург",
    "петербурга",
    "петербургское",
    "пом",
    "санкт",
    "спб",
    "стр",
    "учреждение",
];

/// Keys of the two layouts in the same order.
const LATIN_KEYS: &str = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.";
const RUSSIAN_KEYS: &str = "ёйцукенгшщзхъфывапролджэячсмитьбю";
/// What Shift makes of the Latin keys that are no letters.
const SHIFTED_KEYS: [(char, char); 7] = [
    ('~', '`'),
    ('{', '['),
    ('}', ']'),
    (':', ';'),
    ('"', '\''),
    ('<', ','),
    ('>', '.'),
];

/// Words this long forgive a typo, or two.
const ONE_TYPO_FROM: usize = 4;
const TWO_TYPOS_FROM: usize = 8;

/// All clinics, ready to be searched. Cheap to build (milliseconds); rebuilt when the list changes.
#[derive(Debug, Clone, Default)]
pub struct ClinicIndex {
    /// By number, then by name: the order among equals.
    clinics: Vec<Clinic>,
    /// The folded short and full name of each clinic: typed whole, they mean that clinic.
    names: Vec<[Vec<String>; 2]>,
    /// Sorted by text, each once.
    words: Vec<Word>,
}

#[derive(Debug, Clone)]
struct Word {
    text: String,
    /// The best place in each clinic that has the word, by position in `clinics`.
    places: Vec<(usize, Place)>,
}

/// Where in a clinic's data a word stands; what comes first here counts for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Number,
    Name,
    FullName,
    Address,
    District,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spelling {
    Exact,
    Forgiving,
}

/// How badly a clinic matches; the sum over the typed words orders the results.
type Penalty = usize;

/// More than any place costs, so that fewer typos always win.
const TYPO: Penalty = 100;

impl ClinicIndex {
    /// An index of these clinics.
    pub fn new(clinics: &[Clinic]) -> Self {
        let mut clinics = clinics.to_vec();
        clinics.sort_by_cached_key(|clinic| {
            let words = fold(&clinic.name);
            let number = words.iter().find_map(|word| word.parse::<u32>().ok());
            (number.is_none(), number, words, clinic.id.clone())
        });
        let mut words: BTreeMap<String, Vec<(usize, Place)>> = BTreeMap::new();
        for (position, clinic) in clinics.iter().enumerate() {
            for (word, place) in words_of(clinic) {
                let places = words.entry(word).or_default();
                match places.last_mut() {
                    Some((last, best)) if *last == position => *best = place.min(*best),
                    _ => places.push((position, place)),
                }
            }
        }
        let words = words
            .into_iter()
            .map(|(text, places)| Word { text, places })
            .collect();
        let names = clinics
            .iter()
            .map(|clinic| [fold(&clinic.name), fold(&clinic.full_name)])
            .collect();
        Self {
            clinics,
            names,
            words,
        }
    }

    /// Clinics that match what was typed, best first, at most `limit`, of one
    /// district or of all. An empty text matches every clinic.
    pub fn search(&self, text: &str, district: Option<&DistrictId>, limit: u32) -> ClinicHits {
        let converted = in_russian_layout(text);
        let attempts = [Spelling::Exact, Spelling::Forgiving]
            .into_iter()
            .flat_map(|spelling| {
                [
                    (Some(text), None),
                    (converted.as_deref(), converted.clone()),
                ]
                .map(|(text, read_as)| (text, read_as, spelling))
            });
        for (text, read_as, spelling) in attempts {
            let found = text.map(|text| self.find(text, district, spelling));
            if let Some(found) = found
                && !found.is_empty()
            {
                return ClinicHits {
                    total: u32::try_from(found.len()).unwrap_or(u32::MAX),
                    clinics: found
                        .into_iter()
                        .take(usize::try_from(limit).unwrap_or(usize::MAX))
                        .cloned()
                        .collect(),
                    read_as,
                };
            }
        }
        ClinicHits {
            clinics: Vec::new(),
            total: 0,
            read_as: None,
        }
    }

    fn find(&self, text: &str, district: Option<&DistrictId>, spelling: Spelling) -> Vec<&Clinic> {
        let mut penalties: Vec<Option<Penalty>> = self
            .clinics
            .iter()
            .map(|clinic| {
                district
                    .is_none_or(|district| clinic.district_id == *district)
                    .then_some(0)
            })
            .collect();
        for typed in typed_words(text) {
            let found = self.penalties_of(&typed, spelling);
            for (penalty, added) in penalties.iter_mut().zip(found) {
                *penalty = penalty.zip(added).map(|(sum, added)| sum + added);
            }
        }
        let whole = fold(text);
        let mut found: Vec<((bool, Penalty), &Clinic)> = penalties
            .into_iter()
            .zip(self.clinics.iter().zip(&self.names))
            .filter_map(|(penalty, (clinic, names))| {
                Some(((!names.contains(&whole), penalty?), clinic))
            })
            .collect();
        // Stable: equals stay in the order of the index.
        found.sort_by_key(|(rank, _)| *rank);
        found.into_iter().map(|(_, clinic)| clinic).collect()
    }

    /// For each clinic, how badly it matches one typed word, itself or written out.
    fn penalties_of(&self, typed: &str, spelling: Spelling) -> Vec<Option<Penalty>> {
        let mut itself = self.penalties_of_word(typed, spelling);
        let Some(meaning) = meaning_of(typed) else {
            return itself;
        };
        let mut written_out = vec![Some(1); self.clinics.len()];
        for word in meaning {
            let found = self.penalties_of_word(word, Spelling::Exact);
            for (penalty, other) in written_out.iter_mut().zip(found) {
                *penalty = penalty
                    .zip(other)
                    .map(|(worst, other)| worst.max(other + 1));
            }
        }
        for (penalty, other) in itself.iter_mut().zip(written_out) {
            *penalty = match (*penalty, other) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
        }
        itself
    }

    fn penalties_of_word(&self, typed: &str, spelling: Spelling) -> Vec<Option<Penalty>> {
        let mut penalties = vec![None; self.clinics.len()];
        let mut add = |word: &Word, extra: Penalty| {
            for (position, place) in &word.places {
                let penalty = extra + 2 * (*place as Penalty);
                let best = &mut penalties[*position];
                *best = Some(best.map_or(penalty, |best: Penalty| best.min(penalty)));
            }
        };
        match spelling {
            Spelling::Exact => {
                let first = self
                    .words
                    .partition_point(|word| word.text.as_str() < typed);
                self.words[first..]
                    .iter()
                    .take_while(|word| word.text.starts_with(typed))
                    .for_each(|word| add(word, Penalty::from(word.text != typed)));
            }
            Spelling::Forgiving => {
                let typed: Vec<char> = typed.chars().collect();
                for word in &self.words {
                    if let Some(typos) = typos_in_prefix(&typed, &word.text) {
                        add(word, typos * TYPO);
                    }
                }
            }
        }
        penalties
    }
}

/// Every word a clinic can be found by, with where it stands.
fn words_of(clinic: &Clinic) -> Vec<(String, Place)> {
    let name = fold(&clinic.name);
    let number = name.iter().find(|word| is_number(word)).cloned();
    let texts = [
        (Place::Name, name),
        (Place::FullName, fold(&clinic.full_name)),
        (
            Place::Address,
            fold(clinic.address.as_deref().unwrap_or_default()),
        ),
        (
            Place::District,
            fold(&format!("{} район", clinic.district_name)),
        ),
    ];
    number
        .into_iter()
        .map(|number| (number, Place::Number))
        .chain(texts.into_iter().flat_map(|(place, words)| {
            words
                .into_iter()
                // Noise of the name is kept, for names are typed letter by letter.
                .filter(move |word| place == Place::Name || !is_noise(word))
                .flat_map(move |word| {
                    let place = if is_noise(&word) {
                        Place::District
                    } else {
                        place
                    };
                    with_meaning(word)
                        .into_iter()
                        .map(move |word| (word, place))
                })
        }))
        .collect()
}

fn with_meaning(word: String) -> Vec<String> {
    // «Стоматология» and «стоматологическая» are one thing to whoever types.
    let meaning = if word.starts_with("стоматолог") {
        meaning_of("стом")
    } else {
        meaning_of(&word)
    };
    let mut words: Vec<String> = meaning
        .into_iter()
        .flatten()
        .map(|word| (*word).to_owned())
        .collect();
    words.push(word);
    words
}

/// The words typed, without noise unless there is nothing else.
fn typed_words(text: &str) -> Vec<String> {
    let words = fold(text);
    if words.iter().all(|word| is_noise(word)) {
        return words;
    }
    words.into_iter().filter(|word| !is_noise(word)).collect()
}

/// Lower case, «е» for «ё», hyphenated abbreviations written out, then runs of letters and runs of digits.
fn fold(text: &str) -> Vec<String> {
    let text = text.to_lowercase().replace('ё', "е");
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '-')
        .flat_map(|word| match written_out(word) {
            Some(meaning) => vec![meaning.to_owned()],
            None => word.split('-').flat_map(letters_and_digits).collect(),
        })
        .collect()
}

/// «гп27» → «гп», «27».
fn letters_and_digits(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    letters
        .chunk_by(|one, next| one.is_ascii_digit() == next.is_ascii_digit())
        .map(|run| run.iter().collect())
        .collect()
}

/// «поликлиника» for «пол-ка» and for its beginnings that already have the hyphen.
fn written_out(word: &str) -> Option<&'static str> {
    if !word.contains('-') {
        return None;
    }
    HYPHENATED
        .iter()
        .find(|(short, _)| short.starts_with(word))
        .map(|(_, meaning)| *meaning)
}

fn meaning_of(word: &str) -> Option<&'static [&'static str]> {
    ABBREVIATIONS
        .iter()
        .find(|(short, _)| *short == word)
        .map(|(_, meaning)| *meaning)
}

fn is_noise(word: &str) -> bool {
    NOISE.contains(&word)
}

fn is_number(word: &str) -> bool {
    word.starts_with(|letter: char| letter.is_ascii_digit())
}

/// The text as the Russian layout would have given it; `None` if it has no Latin letter.
fn in_russian_layout(text: &str) -> Option<String> {
    let text = text.trim();
    if !text.contains(|letter: char| letter.is_ascii_alphabetic()) {
        return None;
    }
    let converted = text.chars().map(|typed| {
        let key = SHIFTED_KEYS
            .iter()
            .find(|(shifted, _)| *shifted == typed)
            .map_or(typed.to_ascii_lowercase(), |(_, key)| *key);
        LATIN_KEYS
            .chars()
            .zip(RUSSIAN_KEYS.chars())
            .find(|(latin, _)| *latin == key)
            .map_or(typed, |(_, russian)| russian)
    });
    Some(converted.collect())
}

/// How many typos turn what was typed into the beginning of a word, if that few are forgiven.
/// Numbers and short words forgive none.
fn typos_in_prefix(typed: &[char], word: &str) -> Option<usize> {
    let forgiven = match typed.len() {
        _ if !typed.iter().all(|letter| letter.is_alphabetic()) => 0,
        TWO_TYPOS_FROM.. => 2,
        ONE_TYPO_FROM.. => 1,
        _ => 0,
    };
    let word: Vec<char> = word.chars().collect();
    if word.len() + forgiven < typed.len() {
        return None;
    }
    let typos = |length: usize| strsim::generic_damerau_levenshtein(typed, &word[..length]);
    // A letter more or less is one typo at most, so this one tells of all the others.
    if typos(typed.len().min(word.len())) > 2 * forgiven {
        return None;
    }
    let shortest = typed.len() - forgiven;
    let longest = (typed.len() + forgiven).min(word.len());
    (shortest..=longest)
        .map(typos)
        .min()
        .filter(|typos| *typos <= forgiven)
}

#[cfg(test)]
mod tests;
