//! The API's texts made fit for people. Nothing that a person could read is lost.

use std::sync::LazyLock;

use html2text::render::TrivialDecorator;
use regex::Regex;

/// More than the longest real comment; html2text gets no more than this.
const LONGEST: usize = 20_000;
/// More tags than any real comment has. What is nested takes a reader of HTML its square in time.
const MOST_TAGS: usize = 100;
/// More than the longest real name; regexes, tables and pages get no more than this.
const LONGEST_LINE: usize = 2_000;

/// One line: control and direction characters dropped, white space collapsed; `None` if nothing is left.
pub(crate) fn line(text: &str) -> Option<String> {
    shown(text, LONGEST_LINE)
}

fn shown(text: &str, longest: usize) -> Option<String> {
    let text: String = text
        .chars()
        .take(longest)
        .filter(|c| is_shown(*c))
        .collect();
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!line.is_empty()).then_some(line)
}

/// Plain text of a comment that may hold HTML: tidy lines, the empty ones dropped.
pub(super) fn paragraph(text: &str) -> Option<String> {
    let text: String = text.chars().take(LONGEST).collect();
    let text = plain(&text);
    let lines: Vec<_> = text
        .lines()
        .filter_map(|line| shown(line, LONGEST))
        .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn is_shown(c: char) -> bool {
    // White space among the control characters is kept to be collapsed.
    let is_format = matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    );
    c.is_whitespace() || !(c.is_control() || is_format)
}

/// «ГП №27» → «ГП № 27», with a no-break space.
pub(super) fn clinic_name(name: &str) -> String {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| regex(r"№\s*(\w)"));
    NUMBER.replace_all(name, "№\u{a0}$1").into_owned()
}

/// «194100, г. Санкт-Петербург, ул. Ивовая, 6, ,» → «ул. Ивовая, 6»: all are of one city, and
/// whoever goes there needs no index. A suburb stays; so does an address that is nothing else.
pub(super) fn address(address: &str) -> String {
    static CITY: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?ix)^(?: [\s,;.]+
                | [0-9]{5,6} (?:[\s,;.]+|$)
                | (?:россия | рф | российская\s+федерация) (?:[\s,;.]+|$)
                | (?:(?:г|гор|город)[\s.]+)?
                  (?:санкт[\s–-]*петербург | с\.?[\s–-]*петербург | с-?пб) (?:[\s,;.]+|$)
            )+",
        )
    });
    let kept = |text: &str| text.trim_matches([' ', ',', ';']).to_owned();
    let street = kept(&CITY.replace(address, ""));
    if street.is_empty() {
        kept(address)
    } else {
        street
    }
}

/// «ВРАЧ-ГАСТРОЭНТЕРОЛОГ» → «Врач-гастроэнтеролог»: a capital first, shouted words in normal
/// case. Short ones that are no common words are abbreviations and stay, as do Latin ones.
pub(crate) fn specialty(name: &str) -> String {
    const COMMON: [&str; 37] = [
        "АКУШ", "БЕЗ", "БОКС", "В", "ВР", "ВРАЧ", "ГОД", "ГОДА", "ДЕНЬ", "ДЕТИ", "ДЛЯ", "ДНЕЙ",
        "ДО", "ЗУБ", "И", "ИЗ", "ИММ", "К", "КАБ", "ЛЕТ", "НА", "НЕ", "НЕТ", "ОБ", "ОБЩ", "ОТ",
        "ОФИС", "ПО", "ПР", "ПРИ", "С", "САД", "СТОМ", "ТРЕХ", "ТРЁХ", "УЧ", "ЭПИД",
    ];
    static WORD: LazyLock<Regex> = LazyLock::new(|| regex(r"\p{L}+"));
    static PERSON: LazyLock<Regex> =
        LazyLock::new(|| regex(r"\p{Lu}[\p{Lu}-]{2,} \p{Lu}\. ?\p{Lu}\b"));
    let people: Vec<_> = PERSON.find_iter(name).map(|found| found.range()).collect();
    let all_shouted = is_shouted(name);
    let mut is_first = true;
    let quiet = WORD.replace_all(name, |found: &regex::Captures<'_>| {
        let word = &found[0];
        let begins = std::mem::take(&mut is_first);
        let place = found.get(0).map_or(0..0, |found| found.range());
        let letters = word.chars().count();
        let is_latin = word.chars().any(|c| c.is_ascii_alphabetic());
        let alone = name[..place.start].ends_with(' ') && name[place.end..].starts_with(' ');
        let common = COMMON.contains(&word) && (letters > 1 || (all_shouted && alone));
        if is_latin || !is_shouted(word) || (letters <= 4 && !common) {
            word.to_owned()
        } else if begins || people.iter().any(|person| person.contains(&place.start)) {
            if letters > 1 {
                capitalised(word)
            } else {
                word.to_owned()
            }
        } else {
            word.to_lowercase()
        }
    });
    with_capital(&quiet)
}

fn with_capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

fn plain(text: &str) -> String {
    static MARKUP: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?i)</?[a-z][^<>]*>|&(?:[a-z]{2,8}|#x?[0-9a-f]{1,6});"));
    if !MARKUP.is_match(text) {
        return text.to_owned();
    }
    if MARKUP.find_iter(text).nth(MOST_TAGS).is_some() {
        let without_tags = |found: &regex::Captures<'_>| match &found[0] {
            tag if tag.starts_with('<') => " ".to_owned(),
            letter => letter.to_owned(),
        };
        return MARKUP.replace_all(text, without_tags).into_owned();
    }
    let marked = text.replace("\r\n", "\n").replace('\n', "<br>");
    html2text::config::with_decorator(TrivialDecorator::new())
        .no_link_wrapping()
        .string_from_read(marked.as_bytes(), LONGEST)
        .unwrap_or_else(|_| text.to_owned())
}

/// The name to show and the note, from the name, its separate parts (surname first) and the comment.
///
/// People get their bare name in normal case; what was mixed into it goes to the note,
/// before the comment. What does not surely look like a person stays as it is.
pub(super) fn doctor(
    name: Option<String>,
    parts: [Option<String>; 3],
    comment: Option<String>,
) -> (Option<String>, Option<String>) {
    let (name, rest) = match (name, whole_name(parts)) {
        (name, Some(whole)) => {
            let rest = name.map(|name| without(&name, &whole)).unwrap_or_default();
            (Some(normal_case(&whole, is_person_word)), rest)
        }
        (Some(name), None) => {
            let (name, rest) = split_person(&name);
            (Some(name), rest)
        }
        (None, None) => (None, Vec::new()),
    };
    (name, note(rest, comment))
}

/// The separate parts, if they are a name: at least a surname and a first name.
fn whole_name(parts: [Option<String>; 3]) -> Option<String> {
    let [Some(last), Some(first), middle] = parts else {
        return None;
    };
    let whole = [Some(last), Some(first), middle];
    Some(whole.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

/// What the single name says besides the whole one.
fn without(name: &str, whole: &str) -> Vec<String> {
    let (lower, whole) = (name.to_lowercase(), whole.to_lowercase());
    // Lower case may change lengths; then places in the two do not agree.
    if lower.len() == name.len()
        && let Some(at) = lower.find(&whole)
    {
        return scraps([&name[..at], &name[at + whole.len()..]]);
    }
    scraps([name])
}

/// A person's name anywhere in the text and what stands before and after it, or the text as it is.
fn split_person(text: &str) -> (String, Vec<String>) {
    match person(text) {
        Some((start, end)) => (
            dotted(&normal_case(text[start..end].trim(), is_person_word)),
            scraps([&text[..start], &text[end..]]),
        ),
        None if is_shouted(text) && looks_like_name(text) => {
            (normal_case(text, is_person_word), Vec::new())
        }
        None => (sentence_case(text), Vec::new()),
    }
}

/// «Фамилия И. О» → «Фамилия И.О.»
fn dotted(name: &str) -> String {
    static INITIALS: LazyLock<Regex> = LazyLock::new(|| regex(r" (\p{Lu}) ?\. ?(\p{Lu})\.*$"));
    INITIALS.replace(name, " $1.$2.").into_owned()
}

/// «Фамилия Имя Отчество» or «Фамилия И.О.», wherever it stands outside brackets;
/// «Фамилия ИО» at the very beginning only, for two capitals may be anything.
fn person(text: &str) -> Option<(usize, usize)> {
    const LAST: &str = r"\p{Lu}[\p{L}’']+(?:-\p{Lu}\p{L}+)?(?: ?\(\p{Lu}\p{L}+\))?";
    static PERSON: LazyLock<Regex> = LazyLock::new(|| {
        regex(&format!(
            r"(?:{LAST}) (?:\p{{Lu}}[\p{{L}}-]+ \p{{Lu}}\p{{L}}*(?i:вич|ьич|мич|вна|чна|оглы|кызы)\b|\p{{Lu}} ?\. ?\p{{Lu}}\b\.*)"
        ))
    });
    static BARE: LazyLock<Regex> =
        LazyLock::new(|| regex(&format!(r"^(?:{LAST}) \p{{Lu}} ?\p{{Lu}}\b\.?")));
    if let Some(found) = BARE.find(text).filter(|found| !is_service(found.as_str())) {
        return Some((found.start(), found.end()));
    }
    // Overlapping on purpose: in «Врач Петров Пётр Петрович» the first match is no person.
    let mut from = 0;
    while let Some(found) = PERSON.find_at(text, from) {
        let word_starts = !text[..found.start()].ends_with(char::is_alphanumeric);
        let in_brackets = text[..found.start()].matches('(').count()
            != text[..found.start()].matches(')').count();
        if word_starts && !in_brackets && !is_service(found.as_str()) {
            return Some((found.start(), found.end()));
        }
        from = found.start() + text[found.start()..].chars().next()?.len_utf8();
    }
    None
}

/// Does one of the words belong to a room or a service rather than to a person?
fn is_service(text: &str) -> bool {
    static SERVICE: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?ix)\b(?:
            каб(?:\b|инет) | врач | доктор | дежурн | процедур | привив | вакцин | диспансер | доврач | смотров | флюор
            | узи\b | экг\b | ээг\b | мрт\b | фгдс\b | дпо\b | орви\b | ковид | отдел | профилакт
            | профосмотр | телемед | запис | при[её]м | детск | взросл | терап | педиатр | хирург | осмотр | справ | день\b
            | дни\b | дневн | школ | подрост | неотлож | стомат | ортодонт | медсестр | медицинск | фельдш | акуш | гинек
            | резерв | центр | услуг | лаборат | анализ | забор | кров[ьи] | мазок | тест | проб[аы] | манту | диаскин | улиц
            | ул\b | уч\b | участ | дерматол | венерол | уролог | андролог | невролог | онколог | окулист | офтальм | лор\b
            | кардиол | эндокрин | психиатр | нарколог | логопед | психолог | ортопед | травмат | первичн | повторн | рецепт
            | больничн | вызов | комиссия | допуск | общ(?:ий|ая|ей|его)\b | здоров | консульт | специалист | стационар
            | денситом | рентген | массаж | физио | лфк\b | женск | мужск | смена | филиал | регистрат | комната | инфекц
        )",
        )
    });
    SERVICE.is_match(text)
}

/// Two to four words of letters alone: a name that lacks the marks of one.
fn looks_like_name(text: &str) -> bool {
    let words: Vec<_> = text.split(' ').collect();
    (1..=4).contains(&words.len())
        && words.iter().all(|word| is_person_word(word))
        && !is_service(text)
}

fn is_person_word(word: &str) -> bool {
    word.chars()
        .all(|c| c.is_alphabetic() || "-’'()".contains(c))
        && word.chars().filter(|c| c.is_alphabetic()).count() > 2
}

/// Words of capitals alone as «Слово»; others, initials among them, stay.
fn normal_case(text: &str, is_meant: impl Fn(&str) -> bool) -> String {
    let word = |word: &str| {
        if is_meant(word) && is_shouted(word) {
            capitalised(word)
        } else {
            word.to_owned()
        }
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// A shouted text in quieter letters: words of services small, others with a capital, for they
/// may be names. Short words may be abbreviations and Latin ones brands: they stay.
fn sentence_case(text: &str) -> String {
    const LITTLE: [&str; 14] = [
        "ДЛЯ", "ПРИ", "ОТ", "ДО", "ПО", "И", "НА", "С", "К", "В", "НЕ", "БЕЗ", "ВРАЧ", "ДЕТИ",
    ];
    if !is_shouted(text) {
        return text.to_owned();
    }
    let word = |(place, word): (usize, &str)| {
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        let is_latin = word.chars().any(|c| c.is_ascii_alphabetic());
        let is_little = LITTLE.contains(&word.trim_matches(|c: char| !c.is_alphabetic()));
        if !is_shouted(word) || is_latin || (letters <= 4 && !is_little) {
            word.to_owned()
        } else if place > 0 && (is_little || is_service(word)) {
            word.to_lowercase()
        } else {
            capitalised(word)
        }
    };
    let words: Vec<_> = text.split(' ').enumerate().map(word).collect();
    words.join(" ")
}

/// Letters, all of them capitals.
fn is_shouted(text: &str) -> bool {
    let mut letters = text.chars().filter(|c| c.is_alphabetic()).peekable();
    letters.peek().is_some() && letters.all(char::is_uppercase)
}

/// «ПЕТРОВА-ВОДКИНА» → «Петрова-Водкина»
fn capitalised(word: &str) -> String {
    let mut after_letter = false;
    word.chars()
        .flat_map(|c| {
            let changed: Vec<char> = if after_letter {
                c.to_lowercase().collect()
            } else {
                vec![c]
            };
            after_letter = c.is_alphabetic() || "’'".contains(c);
            changed
        })
        .collect()
}

/// Pieces around a name without the punctuation that tied them to it.
fn scraps<const N: usize>(pieces: [&str; N]) -> Vec<String> {
    let tied = |c: char| c.is_whitespace() || ",;:.-–—!".contains(c);
    let clean = |piece: &str| {
        let piece = piece.trim_start_matches(tied);
        // A full stop may belong to an abbreviation: «10 уч.»
        let piece = piece.trim_end_matches(|c: char| tied(c) && c != '.');
        unwrapped(piece).to_owned()
    };
    let is_text = |piece: &String| piece.chars().any(char::is_alphanumeric);
    pieces.into_iter().map(clean).filter(is_text).collect()
}

/// «(отпуск)» → «отпуск», but «(2 уч.) (отпуск)» stays.
fn unwrapped(text: &str) -> &str {
    let closed = text.trim_end_matches('.');
    let Some(inner) = closed
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
    else {
        return text;
    };
    let mut depth = 0_i32;
    let is_whole = inner.chars().all(|c| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth >= 0
    });
    if is_whole && depth == 0 {
        inner.trim_matches(|c: char| c.is_whitespace() || "!,".contains(c))
    } else {
        text
    }
}

/// What the name held, then the comment; nothing twice.
fn note(rest: Vec<String>, comment: Option<String>) -> Option<String> {
    let said = comment
        .as_deref()
        .map(str::to_lowercase)
        .unwrap_or_default();
    let mut lines: Vec<String> = Vec::new();
    let fresh: Vec<_> = rest
        .into_iter()
        .filter(|piece| !said.contains(&piece.to_lowercase()))
        .collect();
    if !fresh.is_empty() {
        lines.push(fresh.join("; "));
    }
    lines.extend(comment);
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// A room, if the text begins with one: it may stand in for a name.
pub(super) fn room(text: Option<&str>) -> Option<String> {
    static ROOM: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?i)^\W*((?:каб(?:инет)?\.?|комната)\s*(?:№\s*)?\d+\w*)"));
    line(ROOM.captures(text?)?.get(1)?.as_str())
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant and tested")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(name: &str) -> (String, Option<String>) {
        let (name, note) = doctor(line(name), [None, None, None], None);
        (name.unwrap(), note)
    }

    #[test]
    fn fault_24_a_persons_name_is_found_wherever_it_stands() {
        for (name, shown, note) in [
            ("ОСИНИНА В.В.", "Осинина В.В.", None),
            ("осинина в.в.", "осинина в.в.", None),
            ("ОСИНИНА ВВ", "Осинина ВВ", None),
            ("ОСИНИНА ВВ-УД", "Осинина ВВ", Some("УД")),
            ("Осинин П. И. ", "Осинин П.И.", None),
            ("Осинин П.И..", "Осинин П.И.", None),
            (
                "Осинин П.И.отпуск с 01/04/24",
                "Осинин П.И.",
                Some("отпуск с 01/04/24"),
            ),
            (
                "Осинин П.И.,30 уч.(Ивовая, 6 ) каб.7",
                "Осинин П.И.",
                Some("30 уч.(Ивовая, 6 ) каб.7"),
            ),
            ("Осинин П. И.(до года). ", "Осинин П.И.", Some("до года")),
            (
                "4 уч. ОСИНИН П.И. 22.03 к др. врачу",
                "Осинин П.И.",
                Some("4 уч.; 22.03 к др. врачу"),
            ),
            (
                "1. ДЕТСКИЙ ВРАЧ Липова Агата Ильинична",
                "Липова Агата Ильинична",
                Some("1. ДЕТСКИЙ ВРАЧ"),
            ),
            (
                "Липова Агата Ильинична (Врач (семейный))",
                "Липова Агата Ильинична",
                Some("Врач (семейный)"),
            ),
            (
                "Липова (Осинина) Агата Ильинична",
                "Липова (Осинина) Агата Ильинична",
                None,
            ),
            (
                "Осинин П.И. !!!детский прием!!!",
                "Осинин П.И.",
                Some("детский прием"),
            ),
            ("Мамедов Али Гусейн оглы", "Мамедов Али Гусейн оглы", None),
            ("ОСИНИН", "Осинин", None),
            ("КИМ ЛЕВ", "Ким Лев", None),
        ] {
            assert_eq!(
                split(name),
                (shown.to_owned(), note.map(String::from)),
                "{name}"
            );
        }
    }

    #[test]
    fn what_is_no_person_is_left_whole() {
        for (name, shown) in [
            ("Дежурный врач (104 к)", "Дежурный врач (104 к)"),
            ("Кабинет УЗ диагностики", "Кабинет УЗ диагностики"),
            (
                "Диспансеризация (Осинин П.И.)",
                "Диспансеризация (Осинин П.И.)",
            ),
            ("КАБИНЕТ ДИСПАНСЕРИЗАЦИИ", "Кабинет диспансеризации"),
            ("КАБИНЕТ УЗИ ДЛЯ ВЗРОСЛЫХ", "Кабинет УЗИ для взрослых"),
            ("ЭКГ", "ЭКГ"),
            ("Справка 002-О/У", "Справка 002-О/У"),
            ("1 УЧАСТОК ОСИНИН СД", "1 участок Осинин СД"),
        ] {
            assert_eq!(split(name), (shown.to_owned(), None), "{name}");
        }
    }

    #[test]
    fn the_number_sign_of_a_clinic_never_ends_a_line() {
        assert_eq!(clinic_name("ГП №27"), "ГП №\u{a0}27");
        assert_eq!(clinic_name("ГП № 27, №  3"), "ГП №\u{a0}27, №\u{a0}3");
        assert_eq!(clinic_name("Номер №"), "Номер №");
    }

    #[test]
    fn no_specialty_is_shouted_and_abbreviations_stay() {
        for (name, shown) in [
            ("ГИНЕКОЛОГ", "Гинеколог"),
            ("ВРАЧ-ГАСТРОЭНТЕРОЛОГ", "Врач-гастроэнтеролог"),
            ("врач общей практики", "Врач общей практики"),
            ("ВРАЧ ОБЩЕЙ ПРАКТИКИ", "Врач общей практики"),
            ("ТЕРАПЕВТ участковый", "Терапевт участковый"),
            ("АКУШЕР-ГИНЕКОЛ.", "Акушер-гинекол."),
            ("ТРАВМАТОЛ/ОРТОП", "Травматол/ортоп"),
            ("ДЕТСКИЙ ХИРУРГ", "Детский хирург"),
            ("ХИРУРГ КАБ 309", "Хирург каб 309"),
            ("Направление ОБЯЗАТЕЛЬНО.", "Направление обязательно."),
            ("ШКОЛА ДЛЯ БЕРЕМЕННЫХ", "Школа для беременных"),
            ("ТЕРАПЕВТ ОСИНИН П.И.", "Терапевт Осинин П.И."),
            ("ГРИПП И ОРВИ", "Грипп и ОРВИ"),
            ("АЛЛЕРГОЛОГ/ИММ.", "Аллерголог/имм."),
            ("ДОПУСК В САД/ШКОЛУ", "Допуск в сад/школу"),
            ("ФУНКЦ.ДИАГНОСТ. (ЭКГ)", "Функц.диагност. (ЭКГ)"),
            ("ВАКЦИНАЦИЯ ОТ COVID-19", "Вакцинация от COVID-19"),
            ("ФИЗИОТЕРАПЕВТ ПН-ПРИЁМА НЕТ", "Физиотерапевт ПН-приёма нет"),
            ("Педиатрия (Только ДПО № 43)", "Педиатрия (Только ДПО № 43)"),
            (
                "ЦАОП прием по направлениям 057у",
                "ЦАОП прием по направлениям 057у",
            ),
            ("Терапия 1-е отделение", "Терапия 1-е отделение"),
            ("1-е ТЕРАПЕВТИЧЕСКОЕ", "1-е терапевтическое"),
            ("Справка 002-О/У", "Справка 002-О/У"),
            ("Ё", "Ё"),
        ] {
            assert_eq!(specialty(name), shown, "{name}");
        }
        for abbreviation in [
            "ЛФК", "УЗИ", "ЭКГ", "МРТ", "КТ", "ЛОР", "ДПО", "ВОП", "ФГДС",
        ] {
            assert_eq!(specialty(abbreviation), abbreviation);
        }
    }

    #[test]
    fn an_address_begins_with_its_street_or_suburb() {
        for (long, short) in [
            (
                "190000, Санкт-Петербург, ул. Ивовая, д. 1",
                "ул. Ивовая, д. 1",
            ),
            ("193230 г. Санкт-Петербург, ул. Ивовая, 1", "ул. Ивовая, 1"),
            ("95176 г. Санкт-Петербург, ул. Ивовая, 1", "ул. Ивовая, 1"),
            ("195267,г. Санкт-Петербург,б-р.Ивовый, 1", "б-р.Ивовый, 1"),
            ("г. Санкт Петербург, пр. Ивовый д.7", "пр. Ивовый д.7"),
            (
                "196642 г.  Санкт-Петербург, п. Петро-Славянка, д. 2",
                "п. Петро-Славянка, д. 2",
            ),
            (
                "198504 Город Санкт-Петербург, г. Петергоф, ул. Ивовая",
                "г. Петергоф, ул. Ивовая",
            ),
            (
                "198320, Санкт-Петербург г. Красное Село, д. 1",
                "г. Красное Село, д. 1",
            ),
            (
                "194294, Россия, г Санкт-Петербург, п Парголово, дом 14",
                "п Парголово, дом 14",
            ),
            (
                "196626, Санкт-Петербург, Пушкинский район, пос. Шушары",
                "Пушкинский район, пос. Шушары",
            ),
            (", СПб, ул. Ивовая, 14, ,", "ул. Ивовая, 14"),
            ("196247, СПб., ул. Ивовая, 6, ,", "ул. Ивовая, 6"),
            (
                "г.СПб, 1-й Ивовый проезд, д. 15",
                "1-й Ивовый проезд, д. 15",
            ),
            ("С.-Петербург, 10-я линия, 3", "10-я линия, 3"),
            ("пр. Союзный, дом 3", "пр. Союзный, дом 3"),
            ("г. Пушкин, ул. Ивовая, 1", "г. Пушкин, ул. Ивовая, 1"),
            (
                "Санкт-Петербургское шоссе, 3",
                "Санкт-Петербургское шоссе, 3",
            ),
            ("Россиянская ул., 5", "Россиянская ул., 5"),
            ("190000, Санкт-Петербург", "190000, Санкт-Петербург"),
        ] {
            assert_eq!(address(long), short, "{long}");
        }
    }

    #[test]
    fn fault_10_an_endless_text_is_cut() {
        let long = "<b>я</b> ".repeat(100_000);
        assert!(paragraph(&long).unwrap().len() < LONGEST);
        assert_eq!(
            line(&"я".repeat(100_000)).unwrap().chars().count(),
            LONGEST_LINE
        );
    }
}
