//! Which language the program speaks until someone has chosen.

use engine::model::Language;

/// Where Russian is understood better than English.
const RUSSIAN: [&str; 11] = [
    "ru", "be", "uk", "kk", "ky", "tg", "uz", "hy", "az", "tk", "ka",
];

/// The language of a system whose locale is named so («en-US», «ru_RU.UTF-8», «C»).
pub(crate) fn language_of(locale: Option<&str>) -> Language {
    let tag: String = locale
        .unwrap_or_default()
        .chars()
        .take_while(char::is_ascii_alphabetic)
        .collect::<String>()
        .to_ascii_lowercase();
    // «C» and «POSIX» name no language.
    let names_none = tag.len() < 2 || tag == "posix";
    if names_none || RUSSIAN.contains(&tag.as_str()) {
        Language::Ru
    } else {
        Language::En
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_speaks_russian_unless_the_system_speaks_something_far_from_it() {
        for (locale, language) in [
            (Some("ru-RU"), Language::Ru),
            (Some("ru_RU.UTF-8"), Language::Ru),
            (Some("kk-KZ"), Language::Ru),
            (Some("C"), Language::Ru),
            (Some("POSIX"), Language::Ru),
            (None, Language::Ru),
            (Some("en-US"), Language::En),
            (Some("de"), Language::En),
        ] {
            assert_eq!(language_of(locale), language, "{locale:?}");
        }
    }
}
