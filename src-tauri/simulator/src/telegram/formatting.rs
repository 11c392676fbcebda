//! HTML in messages: what a person sees of it, and what is refused.
//!
//! Stricter than Telegram, which takes some lone `&` and more tags: here only what its manual
//! asks for passes.

use serde_json::{Value, json};

/// The tags that are known, with the entity each makes.
const TAGS: [(&str, &str); 7] = [
    ("b", "bold"),
    ("i", "italic"),
    ("u", "underline"),
    ("s", "strikethrough"),
    ("a", "text_link"),
    ("code", "code"),
    ("pre", "pre"),
];

/// A text as it is seen.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Shown {
    pub(super) text: String,
    /// Telegram's `MessageEntity`s, by where they begin.
    pub(super) entities: Vec<Value>,
}

impl Shown {
    pub(super) fn plain(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            entities: Vec::new(),
        }
    }

    /// The length Telegram counts, in UTF-16 units.
    pub(super) fn units(&self) -> usize {
        units(&self.text)
    }
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// A tag that is not closed yet.
struct Open<'t> {
    name: &'t str,
    kind: &'static str,
    link: Option<String>,
    offset: usize,
}

/// Reads HTML; otherwise what Telegram says after "can't parse entities: ".
pub(super) fn html(source: &str) -> Result<Shown, String> {
    let mut shown = Shown::default();
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut at = 0;
    while let Some(next) = source[at..].find(['<', '&']).map(|found| at + found) {
        shown.text.push_str(&source[at..next]);
        at = if source[next..].starts_with('&') {
            let (character, length) = character(&source[next..])
                .ok_or_else(|| format!("Unescaped & at byte offset {next}"))?;
            shown.text.push(character);
            next + length
        } else {
            let end = source[next..]
                .find('>')
                .ok_or_else(|| format!("Unclosed start tag at byte offset {next}"))?;
            let tag = &source[next + 1..next + end];
            match tag.strip_prefix('/') {
                Some(name) => close(&mut open, name.trim_end(), next, &mut shown)?,
                None => open.push(start(tag, next, shown.units())?),
            }
            next + end + 1
        };
    }
    if let Some(unclosed) = open.last() {
        return Err(format!(
            "Can't find end tag corresponding to start tag \"{}\"",
            unclosed.name
        ));
    }
    shown.text.push_str(&source[at..]);
    shown
        .entities
        .sort_by_key(|entity| entity["offset"].as_u64());
    Ok(shown)
}

fn start(tag: &str, at: usize, offset: usize) -> Result<Open<'_>, String> {
    let (name, attribute) = tag.split_once(' ').unwrap_or((tag, ""));
    let unsupported = || format!("Unsupported start tag \"{name}\" at byte offset {at}");
    let kind = TAGS.iter().find(|(known, _)| *known == name);
    let (_, kind) = kind.ok_or_else(unsupported)?;
    let value = |key: &str| {
        let quoted = attribute.trim().strip_prefix(key)?.strip_prefix("=\"")?;
        quoted
            .strip_suffix('"')
            .filter(|value| !value.contains('"'))
    };
    let link = match (name, attribute) {
        ("a", _) => {
            let address = value("href").ok_or_else(unsupported)?;
            Some(decoded(address).ok_or_else(unsupported)?)
        }
        (_, "") => None,
        ("code", _) if value("class").is_some() => None,
        _ => return Err(unsupported()),
    };
    Ok(Open {
        name,
        kind,
        link,
        offset,
    })
}

fn close(open: &mut Vec<Open<'_>>, name: &str, at: usize, shown: &mut Shown) -> Result<(), String> {
    let Some(last) = open.pop() else {
        return Err(format!("Unexpected end tag at byte offset {at}"));
    };
    if last.name != name {
        return Err(format!(
            "Unmatched end tag at byte offset {at}, expected \"</{}>\", found \"</{name}>\"",
            last.name
        ));
    }
    let length = shown.units() - last.offset;
    let mut entity = json!({"type": last.kind, "offset": last.offset, "length": length});
    match last.link {
        // A link that leads nowhere is shown as mere text.
        Some(link) if !leads_somewhere(&link) => return Ok(()),
        Some(link) => entity["url"] = json!(link),
        None => {}
    }
    if length > 0 {
        shown.entities.push(entity);
    }
    Ok(())
}

/// Whether Telegram opens this address.
pub(super) fn leads_somewhere(address: &str) -> bool {
    let known = ["http://", "https://", "tg://"];
    known.iter().any(|scheme| {
        address
            .strip_prefix(scheme)
            .is_some_and(|host| !host.is_empty())
    })
}

/// The text with its character references resolved; `None` if one is none.
fn decoded(text: &str) -> Option<String> {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        let (character, length) = character(&rest[at..])?;
        plain.push(character);
        rest = &rest[at + length..];
    }
    plain.push_str(rest);
    Some(plain)
}

/// The character a reference at the start of the text stands for, and the reference's length.
fn character(text: &str) -> Option<(char, usize)> {
    let (name, _) = text.strip_prefix('&')?.split_once(';')?;
    let character = match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((character, name.len() + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_is_the_text_without_its_tags() {
        let shown =
            html("😀 <b>талон <i>&lt;1&gt;</i></b> &amp; <a href=\"https://t.me/?a&amp;b\">x</a>");
        let shown = shown.unwrap();
        assert_eq!(shown.text, "😀 талон <1> & x");
        assert_eq!(
            Value::from(shown.entities),
            json!([
                {"type": "bold", "offset": 3, "length": 9},
                {"type": "italic", "offset": 9, "length": 3},
                {"type": "text_link", "offset": 15, "length": 1, "url": "https://t.me/?a&b"},
            ])
        );
        assert_eq!(html("a &#1103;&#x44f; > b").unwrap().text, "a яя > b");
    }

    #[test]
    fn what_is_not_formatting_is_refused() {
        for (source, why) in [
            ("a < b", "Unclosed start tag"),
            ("врач <3 > 2", "Unsupported start tag"),
            ("<img src=\"x\">", "Unsupported start tag \"img\""),
            ("<b onclick=\"x\">a</b>", "Unsupported start tag \"b\""),
            ("<a>x</a>", "Unsupported start tag \"a\""),
            (
                "<b>a",
                "Can't find end tag corresponding to start tag \"b\"",
            ),
            ("a</b>", "Unexpected end tag"),
            ("<b><i>a</b></i>", "Unmatched end tag at byte offset 7"),
            ("A & B", "Unescaped &"),
            ("&nbsp;", "Unescaped &"),
        ] {
            let refused = html(source).unwrap_err();
            assert!(refused.starts_with(why), "{source}: {refused}");
        }
    }
}
