//! Everything a person reads: sentences, dates, notifications.
//!
//! The sentences are Fluent messages in `locales/{ru,en}/*.ftl` at the root of
//! the repository, one catalogue for this side and the window. Every file of
//! the two folders is loaded, into one bundle a language.
//!
//! This sits on `fluent-bundle` and not on `i18n-embed`: its loader makes a
//! bundle of each file, so a term of one (`-brand`) is unknown in the others,
//! and its `fl!` knows one file a crate. What `fl!` would check while compiling
//! is checked by this module's tests: ids asked for in Rust, ids and variables
//! equal in both languages.
//!
//! Dates are [`dates`], notifications [`notice`], what is told afar `letter`, a watch in words [`watch`],
//! when its slots usually appear [`clock`].

pub mod clock;
pub mod dates;
pub(crate) mod letter;
pub mod notice;
pub mod watch;

use std::{
    collections::HashSet,
    path::Path,
    sync::{LazyLock, Mutex, PoisonError},
};

use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use rust_embed::RustEmbed;
use tracing::warn;
use unic_langid::LanguageIdentifier;

use crate::model::Language;

pub use fluent_bundle::FluentValue as Value;

#[derive(RustEmbed)]
#[folder = "../../locales"]
struct Locales;

/// The catalogue in one language. Free to copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Words {
    language: Language,
}

impl Words {
    /// The catalogue in this language.
    pub fn new(language: Language) -> Self {
        Self { language }
    }

    /// The language spoken.
    pub fn language(self) -> Language {
        self.language
    }

    /// The message of this id, which takes no variables.
    pub fn say(self, id: &str) -> String {
        self.say_with(id, &[])
    }

    /// The message of this id with its variables: `say_with("tag-found", &[("slots", 3.into())])`.
    ///
    /// Numbers choose plural forms; dates come as ready text. An id missing in
    /// this language is said in the other one, an unknown id is returned as it
    /// is; both are logged once.
    pub fn say_with(self, id: &str, variables: &[(&str, Value<'_>)]) -> String {
        let arguments = variables
            .iter()
            .map(|(name, value)| (*name, value.clone()))
            .collect();
        if let Some(text) = format(self.language, id, &arguments) {
            return text;
        }
        warn_once(id, "is not in the catalogue of this language");
        format(other(self.language), id, &arguments).unwrap_or_else(|| id.to_owned())
    }

    /// «a», «a и b», «a, b и c».
    fn all_of(self, items: &[String]) -> String {
        match items {
            [] => String::new(),
            [only] => only.clone(),
            [first @ .., last] => self.pair("list-and", &first.join(", "), last),
        }
    }

    /// «a», «a или b», «a или b или c»: a comma would be read as part of an item.
    fn any_of(self, items: Vec<String>) -> Option<String> {
        items
            .into_iter()
            .reduce(|first, last| self.pair("list-or", &first, &last))
    }

    fn pair(self, id: &str, first: &str, last: &str) -> String {
        self.say_with(id, &[("first", first.into()), ("last", last.into())])
    }
}

/// The text with its first letter in upper case.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// The text with no-break spaces where a line must not end: «№ 87», «ул. Дыбенко», «каб. 435».
pub fn unbroken(text: &str) -> String {
    const TIED: [&str; 6] = ["№ ", "ул. ", "пр. ", "д. ", "каб. ", "No. "];
    TIED.iter().fold(text.to_owned(), |text, tied| {
        text.replace(tied, &tied.replace(' ', "\u{a0}"))
    })
}

/// The text cut to this many characters, the last of which is then «…».
pub fn shortened(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let kept: String = text.chars().take(longest.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

fn other(language: Language) -> Language {
    match language {
        Language::Ru => Language::En,
        Language::En => Language::Ru,
    }
}

fn format(language: Language, id: &str, arguments: &FluentArgs<'_>) -> Option<String> {
    let bundle = bundle(language);
    let pattern = bundle.get_message(id)?.value()?;
    let mut problems = Vec::new();
    let text = bundle.format_pattern(pattern, Some(arguments), &mut problems);
    if let Some(problem) = problems.first() {
        warn_once(id, &format!("cannot be said whole: {problem}"));
    }
    Some(text.into_owned())
}

fn bundle(language: Language) -> &'static FluentBundle<FluentResource> {
    static RU: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| load("ru"));
    static EN: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| load("en"));
    match language {
        Language::Ru => &RU,
        Language::En => &EN,
    }
}

fn load(language: &str) -> FluentBundle<FluentResource> {
    let tag: LanguageIdentifier = language.parse().expect("ru and en are language tags");
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // Isolation marks show up as boxes in notifications.
    bundle.set_use_isolating(false);
    for (path, text) in files(language) {
        let resource = FluentResource::try_new(text).unwrap_or_else(|(readable, problems)| {
            warn!("{path} has {} unreadable messages", problems.len());
            readable
        });
        if let Err(problems) = bundle.add_resource(resource) {
            warn!("{path} repeats {} ids of other files", problems.len());
        }
    }
    bundle
}

/// Path and text of every file of one language.
fn files(language: &str) -> Vec<(String, String)> {
    Locales::iter()
        .filter(|path| {
            let path = Path::new(path.as_ref());
            path.starts_with(language) && path.extension().is_some_and(|end| end == "ftl")
        })
        .filter_map(|path| {
            let file = Locales::get(&path)?;
            let text = String::from_utf8_lossy(&file.data).into_owned();
            Some((path.into_owned(), text))
        })
        .collect()
}

fn warn_once(id: &str, what: &str) {
    static SAID: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    if said.insert(id.to_owned()) {
        warn!("message {id} {what}");
    }
}

#[cfg(test)]
mod tests;
