//! The file's layout, its round trip, and every way to spoil it.

use proptest::prelude::*;

use super::*;
use crate::secrets::tests::{CHEAP, values};

const SALT_OF_TEST: [u8; SALT] = *b"sixteen of salt.";
const NONCE_OF_TEST: [u8; NONCE] = *b"twenty-four of a nonce..";

fn passphrase() -> Secret {
    Secret::from("корова лошадь")
}

fn plain_text(values: &Values) -> Vec<(&str, &str)> {
    values
        .iter()
        .map(|(name, value)| (name.as_str(), value.expose_secret()))
        .collect()
}

fn golden() -> Vec<u8> {
    Seal::derive(&passphrase(), CHEAP, SALT_OF_TEST)
        .unwrap()
        .close_with(&values(&[("telegram-token", "42:abc")]), NONCE_OF_TEST)
        .unwrap()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

#[test]
fn the_layout_of_version_one_never_changes() {
    let file = golden();

    assert_eq!(file[..8], *b"TALONKEY");
    assert_eq!(file[8..10], [1, 0]);
    assert_eq!(file[10..14], [8, 0, 0, 0]);
    assert_eq!(file[14..18], [1, 0, 0, 0]);
    assert_eq!(file[18..22], [1, 0, 0, 0]);
    assert_eq!(file[22..38], SALT_OF_TEST);
    assert_eq!(file[38..62], NONCE_OF_TEST);
    assert_eq!(
        file.len(),
        62 + r#"{"telegram-token":"NDI6YWJj"}"#.len() + 16
    );
    // As other implementations of Argon2id and XChaCha20-Poly1305 have it.
    assert_eq!(
        hex(&file[62..]),
        "4869e58c5f2ac3c27826ed728d012584fa0861e1c53e243c391f184508744fa17dcfc477543e1098568bb34840"
    );
}

#[test]
fn a_file_opens_under_its_passphrase_and_no_other() {
    let (_, opened) = Seal::open(&golden(), &passphrase()).unwrap();
    assert_eq!(plain_text(&opened), [("telegram-token", "42:abc")]);

    let wrong = Seal::open(&golden(), &Secret::from("корова лошадь ")).err();
    assert_eq!(wrong, Some(SecretError::WrongPassphrase));
}

#[test]
fn every_write_has_a_nonce_of_its_own_and_every_passphrase_a_salt() {
    let seal = Seal::new(&passphrase(), CHEAP).unwrap();
    let (first, second) = (Values::new(), Values::new());
    let (first, second) = (seal.close(&first).unwrap(), seal.close(&second).unwrap());

    assert_eq!(first[..38], second[..38]);
    assert_ne!(first[38..62], second[38..62]);
    let other = Seal::new(&passphrase(), CHEAP).unwrap();
    assert_ne!(seal.salt, other.salt);
}

#[test]
fn a_spoiled_byte_anywhere_never_opens_the_file() {
    let whole = golden();
    for at in 0..whole.len() {
        for bits in [0x01, 0x80, 0xff] {
            let mut spoiled = whole.clone();
            spoiled[at] ^= bits;
            let error = Seal::open(&spoiled, &passphrase()).err();
            let told = match at {
                0..8 => error == Some(SecretError::Damaged),
                8..10 => matches!(error, Some(SecretError::Damaged | SecretError::Newer)),
                10..22 => matches!(
                    error,
                    Some(SecretError::Damaged | SecretError::WrongPassphrase)
                ),
                _ => error == Some(SecretError::WrongPassphrase),
            };
            assert!(told, "byte {at} with {bits:#x}: {error:?}");
        }
    }
}

#[test]
fn a_cut_or_lengthened_file_never_opens() {
    let whole = golden();
    for length in 0..whole.len() {
        let error = Seal::open(&whole[..length], &passphrase()).err();
        if length < HEADER + TAG {
            assert_eq!(error, Some(SecretError::Damaged), "{length} bytes");
        } else {
            assert_eq!(error, Some(SecretError::WrongPassphrase), "{length} bytes");
        }
    }
    let longer = [whole, vec![0]].concat();
    assert!(Seal::open(&longer, &passphrase()).is_err());
}

#[test]
fn a_file_that_would_exhaust_the_machine_is_refused_at_once() {
    for (at, number) in [(10, u32::MAX), (14, u32::MAX), (18, u32::MAX), (10, 0)] {
        let mut file = golden();
        file[at..at + 4].copy_from_slice(&number.to_le_bytes());
        let error = Seal::open(&file, &passphrase()).err();
        assert_eq!(error, Some(SecretError::Damaged));
    }
}

#[test]
fn names_of_a_newer_program_survive_a_change_by_this_one() {
    let seal = Seal::new(&passphrase(), CHEAP).unwrap();
    let file = seal.close(&values(&[("pager-code", "7")])).unwrap();

    let (seal, mut opened) = Seal::open(&file, &passphrase()).unwrap();
    opened.insert("mail-password".to_owned(), Secret::from("p"));
    let (_, again) = Seal::open(&seal.close(&opened).unwrap(), &passphrase()).unwrap();

    assert_eq!(
        plain_text(&again),
        [("mail-password", "p"), ("pager-code", "7")]
    );
}

#[test]
fn the_plain_text_never_outgrows_its_buffer() {
    for length in 0..64 {
        let content = plain(&values(&[("mail-password", &"ы".repeat(length))])).unwrap();
        assert!(content.capacity() >= content.len() + TAG);
        let room = 2 + "mail-password".len() + (2 * length).div_ceil(3) * 4 + 6 + TAG;
        assert_eq!(content.capacity(), room, "a larger one has been moved");
    }
}

#[test]
fn the_real_cost_is_one_that_is_opened_again() {
    assert!(Cost::REAL.params().is_some());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_sealed_comes_out_again(
        token in any::<String>(),
        password in "[\\u{0}-\\u{1f}\"\\\\\\u{200b}-\\u{202e}\\u{10000}-\\u{10ffff}]{0,40}",
        passphrase in any::<String>(),
    ) {
        let kept = values(&[("telegram-token", &token), ("mail-password", &password)]);
        let passphrase = Secret::from(passphrase);

        let file = Seal::new(&passphrase, CHEAP).unwrap().close(&kept).unwrap();
        let (_, opened) = Seal::open(&file, &passphrase).unwrap();

        prop_assert_eq!(plain_text(&opened), plain_text(&kept));
    }

    #[test]
    fn no_bytes_at_all_make_it_panic(
        file in proptest::collection::vec(any::<u8>(), 0..200),
        honest_start in any::<bool>(),
    ) {
        let file = if honest_start { [&golden()[..22], &file[..]].concat() } else { file };
        prop_assert!(Seal::open(&file, &passphrase()).is_err());
    }
}
