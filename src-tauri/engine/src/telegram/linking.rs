//! The code by which a chat asks to be linked, as a link and as a picture.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use qrcode::{Color, EcLevel, QrCode};

use crate::model::{ChatLink, Qr};

/// A code is good for this long.
const LIFE: TimeDelta = TimeDelta::minutes(10);
/// Light modules around a QR code, as its standard asks for.
const QUIET_ZONE: usize = 4;

/// A code that no chat has used yet.
#[derive(Clone)]
pub(super) struct Code {
    secret: String,
    until: DateTime<Utc>,
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Code").finish_non_exhaustive()
    }
}

impl Code {
    /// 128 random bits.
    pub(super) fn new(now: DateTime<Utc>) -> Self {
        Self {
            secret: BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>()),
            until: now + LIFE,
        }
    }

    /// May it still be used?
    pub(super) fn is_good(&self, now: DateTime<Utc>) -> bool {
        now < self.until
    }

    /// Is this it, in time?
    pub(super) fn is(&self, secret: &str, now: DateTime<Utc>) -> bool {
        self.secret == secret && self.is_good(now)
    }

    /// The link to this bot with the code.
    pub(super) fn link(&self, bot: &str) -> ChatLink {
        let url = format!("https://t.me/{bot}?start={}", self.secret);
        ChatLink {
            qr: qr(&url),
            url,
            until: self.until,
        }
    }
}

/// Where bots are made.
const MAKER: &str = "https://t.me/BotFather";

/// The way to where bots are made.
pub(super) fn maker() -> Qr {
    qr(MAKER)
}

/// The text as a QR code.
fn qr(text: &str) -> Qr {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)
        .expect("an address of a bot fits into a QR code");
    let width = code.width();
    let colors = code.to_colors();
    let mut runs = Vec::new();
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run.first() == Some(&Color::Dark) {
                let (left, top, length) = (x + QUIET_ZONE, y + QUIET_ZONE, run.len());
                runs.push(format!("M{left} {top}h{length}v1h-{length}z"));
            }
            x += run.len();
        }
    }
    Qr {
        size: u32::try_from(width + 2 * QUIET_ZONE).unwrap_or(u32::MAX),
        path: runs.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_000_000, 0).unwrap()
    }

    #[test]
    fn a_code_is_good_for_ten_minutes_and_fits_a_link() {
        let code = Code::new(now());
        let link = code.link("our_bot");
        let secret = link
            .url
            .strip_prefix("https://t.me/our_bot?start=")
            .unwrap();
        assert_eq!(secret.len(), 22);
        assert!(
            secret
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        );
        assert!(code.is(secret, now() + TimeDelta::seconds(599)));
        assert!(!code.is(secret, now() + TimeDelta::minutes(10)));
        assert!(!code.is("", now()));
        assert!(!Code::new(now()).is(secret, now()));
        assert!(!format!("{code:?}").contains(secret));
    }

    #[test]
    fn the_picture_has_the_three_marks_of_a_qr_code_inside_its_quiet_zone() {
        let qr = qr("https://t.me/our_bot?start=AAAAAAAAAAAAAAAAAAAAAA");
        let (first, last) = (QUIET_ZONE, qr.size as usize - QUIET_ZONE - 7);
        for (x, y) in [(first, first), (last, first), (first, last)] {
            assert!(qr.path.contains(&format!("M{x} {y}h7v1h-7z")), "{x} {y}");
        }
        assert!(!qr.path.contains("M3 ") && !qr.path.contains(&format!("M{} ", qr.size - 4)));
    }
}
