//! What was mailed.

use mail_parser::{Message, MessageParser};
use tokio::time::Instant;

/// A letter the server accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The sender on the envelope.
    pub from: String,
    /// The recipients on the envelope.
    pub to: Vec<String>,
    /// The letter itself, headers and all, byte for byte.
    pub data: Vec<u8>,
    /// When it was accepted.
    pub at: Instant,
}

impl Letter {
    /// The subject, decoded.
    pub fn subject(&self) -> Option<String> {
        self.parsed()?.subject().map(str::to_owned)
    }

    /// A header as it was written, folded lines and encoded words included.
    pub fn header(&self, name: &str) -> Option<String> {
        let parsed = self.parsed()?;
        Some(parsed.header_raw(name)?.trim().to_owned())
    }

    /// The plain text, decoded; `None` where there is only HTML.
    pub fn text(&self) -> Option<String> {
        let parsed = self.parsed()?;
        let mut parts = parsed.text_bodies();
        let part = parts.find(|part| !part.is_text_html())?;
        part.text_contents().map(str::to_owned)
    }

    /// The HTML, decoded; `None` where there is only plain text.
    pub fn html(&self) -> Option<String> {
        let parsed = self.parsed()?;
        let mut parts = parsed.html_bodies();
        let part = parts.find(|part| part.is_text_html())?;
        part.text_contents().map(str::to_owned)
    }

    fn parsed(&self) -> Option<Message<'_>> {
        MessageParser::default().parse(&self.data)
    }
}
