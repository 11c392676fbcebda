//! The API's texts made fit for people. Nothing that a person could read is lost.

use std::sync::LazyLock;

use regex::Regex;

/// More than the longest real text; html2text and regexes get no more than this.
const LONGEST: usize = 20_000;

/// One line: control and direction characters dropped, white space collapsed; `None` if nothing is left.
pub(super) fn line(text: &str) -> Option<String> {
    let text: String = text
        .chars()
        .take(LONGEST)
        .filter(|c| is_shown(*c))
        .collect();
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!line.is_empty()).then_some(line)
}

/// Plain text of a comment that may hold HTML: tidy lines, the empty ones dropped.
pub(super) fn paragraph(text: &str) -> Option<String> {
    let text: String = text.chars().take(LONGEST).collect();
    let lines: Vec<_> = plain(&text).lines().filter_map(line).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn is_shown(c: char) -> bool {
    // White space among the control characters is kept to be collapsed.
    let is_format = matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
    );
    c.is_whitespace() || !(c.is_control() || is_format)
}

/// «ГП №27» → «ГП № 27», with a no-break space.
pub(super) fn clinic_name(name: &str) -> String {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| regex(r"№\s*(\w)"));
    NUMBER.replace_all(name, "№\u{a0}$1").into_owned()
}

fn plain(text: &str) -> String {
    static MARKUP: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?i)</?[a-z][^<>]*>|&(?:[a-z]{2,8}|#x?[0-9a-f]{1,6});"));
    if !MARKUP.is_match(text) {
        return text.to_owned();
    }
    let marked = text.replace("\r\n", "\n").replace('\n', "<br>");
    html2text::config::plain_no_decorate()
        .no_link_wrapping()
        .string_from_read(marked.as_bytes(), LONGEST)
        .unwrap_or_else(|_| text.to_owned())
}

/// The name to show and the note.
pub(super) fn doctor(
    name: Option<String>,
    _parts: [Option<String>; 3],
    comment: Option<String>,
) -> (Option<String>, Option<String>) {
    (name, comment)
}

/// A room, if the text begins with one: it may stand in for a name.
pub(super) fn room(text: Option<&str>) -> Option<String> {
    static ROOM: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?i)^\W*((?:каб(?:инет)?\.?|комната)\s*(?:№\s*)?\d+\w*)"));
    Some(ROOM.captures(text?)?.get(1)?.as_str().to_owned())
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant and tested")
}
