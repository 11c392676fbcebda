//! The only links that leave the program: the booking site and telephone numbers.

use tauri::{AppHandle, Runtime};
use tauri_plugin_opener::OpenerExt;
use tracing::warn;
use url::Url;

/// The booking site.
const SITE: &str = "gorzdrav.spb.ru";

/// Longer is no link of ours.
const LONGEST: usize = 2_000;

/// Why a link was not opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinkError {
    /// It leads elsewhere.
    #[error("only links of the booking site and telephone numbers are opened")]
    Foreign,
    /// The system has nothing to open it with.
    #[error("the system did not open the link")]
    Refused(#[source] tauri_plugin_opener::Error),
}

/// Opens a page of the booking site in the browser, or a number in whatever makes calls.
pub(crate) fn open<R: Runtime>(app: &AppHandle<R>, link: &str) -> Result<(), LinkError> {
    let link = allowed(link).ok_or(LinkError::Foreign)?;
    app.opener()
        .open_url(link, None::<&str>)
        .map_err(LinkError::Refused)
        .inspect_err(|error| warn!("{error}"))
}

/// The link as it may be handed to the system, if it may.
pub(crate) fn allowed(link: &str) -> Option<String> {
    if link.len() > LONGEST {
        return None;
    }
    let url = Url::parse(link).ok()?;
    match url.scheme() {
        "https" => {
            let ours = url.host_str() == Some(SITE)
                && url.port().is_none()
                && url.username().is_empty()
                && url.password().is_none();
            ours.then(|| url.into())
        }
        "tel" => telephone(url.path()),
        _ => None,
    }
}

/// «+7 (812) 123-45-67» as `tel:+78121234567`; anything but a number is none.
fn telephone(number: &str) -> Option<String> {
    let number = number.replace("%20", " ");
    let (plus, rest) = match number.trim().strip_prefix('+') {
        Some(rest) => ("+", rest),
        None => ("", number.trim()),
    };
    let written_well = rest
        .chars()
        .all(|letter| letter.is_ascii_digit() || matches!(letter, ' ' | '(' | ')' | '-'));
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    (written_well && (2..=15).contains(&digits.len())).then(|| format!("tel:{plus}{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_the_booking_site_are_opened_as_they_are() {
        let page =
            "https://gorzdrav.spb.ru/service-free-schedule#%5B%7B%22district%22:%2210%22%7D%5D";
        assert_eq!(allowed(page).as_deref(), Some(page));
    }

    #[test]
    fn telephone_numbers_are_opened_tidied() {
        for (link, tidied) in [
            ("tel:122", "tel:122"),
            ("tel:+78121234567", "tel:+78121234567"),
            ("tel:+7 (812) 123-45-67", "tel:+78121234567"),
            ("tel:8%20812%20123-45-67", "tel:88121234567"),
        ] {
            assert_eq!(allowed(link).as_deref(), Some(tidied), "{link}");
        }
    }

    #[test]
    fn fault_67_nothing_else_is_opened() {
        for link in [
            "",
            "gorzdrav.spb.ru",
            "http://gorzdrav.spb.ru/",
            "https://gorzdrav.spb.ru:8443/",
            "https://gorzdrav.spb.ru@evil.example/",
            "https://user:word@gorzdrav.spb.ru/",
            "https://evil.example/gorzdrav.spb.ru",
            "https://gorzdrav.spb.ru.evil.example/",
            "https://www.gorzdrav.spb.ru/",
            "https://xn--gorzdrav.spb.ru/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "smb://host/share",
            "mailto:someone@example.org",
            "tel:",
            "tel:1",
            "tel:*#06#",
            "tel:122;phone-context=evil",
            "tel:+7812123456712345678",
        ] {
            assert_eq!(allowed(link), None, "{link}");
        }
        let endless = format!("https://gorzdrav.spb.ru/{}", "x".repeat(LONGEST));
        assert_eq!(allowed(&endless), None);
    }
}
