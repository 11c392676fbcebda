//! The language spoken: as asked for, else the system's, else Russian.

use clap::ValueEnum;
use engine::model::Language;

/// A language on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Spoken {
    /// Русский
    Ru,
    /// English
    En,
}

impl From<Spoken> for Language {
    fn from(spoken: Spoken) -> Self {
        match spoken {
            Spoken::Ru => Self::Ru,
            Spoken::En => Self::En,
        }
    }
}

/// The system's language.
pub(crate) fn of_system() -> Language {
    of_locale(
        ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(|name| std::env::var(name).ok()),
    )
}

/// The language for what is said about the command line itself, which cannot be read yet.
pub(crate) fn before_parsing() -> Language {
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let value = if argument == "--lang" {
            arguments.next()
        } else {
            argument.strip_prefix("--lang=").map(str::to_owned)
        };
        if let Some(Ok(spoken)) = value.map(|value| Spoken::from_str(&value, true)) {
            return spoken.into();
        }
    }
    of_system()
}

/// By the first locale that is set, as the system itself decides; only English is not Russian here.
fn of_locale(mut locales: impl Iterator<Item = String>) -> Language {
    match locales.find(|locale| !locale.is_empty()) {
        Some(locale) if locale.to_ascii_lowercase().starts_with("en") => Language::En,
        Some(_) | None => Language::Ru,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(locales: &[&str]) -> Language {
        of_locale(locales.iter().map(|&locale| locale.to_owned()))
    }

    #[test]
    fn only_an_english_system_is_spoken_to_in_english() {
        assert_eq!(of(&[]), Language::Ru);
        assert_eq!(of(&["C.UTF-8"]), Language::Ru);
        assert_eq!(of(&["en_US.UTF-8"]), Language::En);
        assert_eq!(of(&["", "en"]), Language::En);
        assert_eq!(of(&["ru_RU.UTF-8", "en_GB"]), Language::Ru);
    }
}
