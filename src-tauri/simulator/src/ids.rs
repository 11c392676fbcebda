//! Ids in the shape of each vendor. Opaque text to every client.

use crate::random::Stream;
use crate::vendor::Vendor;

/// A specialty's id. `clinic` is the clinic's own number, `name` the specialty's.
pub(crate) fn specialty(vendor: Vendor, name: &str, stream: &mut Stream) -> String {
    match vendor {
        Vendor::Ariadna => match stream.below(8) {
            0..3 => format!("{}", stream.between(40_000, 59_999)),
            3..5 => format!("9213{:04}", stream.between(4_000, 9_999)),
            5..7 => format!("{}", stream.between(1_000, 9_999)),
            _ => format!("{}", stream.between(100, 999)),
        },
        Vendor::SvMed => match stream.below(200) {
            0 => format!("{}.{}", stream.between(20, 99), stream.between(1, 4)),
            1 => format!("{}_{}", stream.between(20, 99), stream.between(1, 4)),
            2 => format!("{}-{}", stream.between(20, 99), stream.between(1, 4)),
            3..160 => format!("{}", stream.between(1, 99)),
            _ => format!("{}", stream.between(100, 9_999)),
        },
        Vendor::Samson | Vendor::VistaMed => match stream.below(10) {
            0..8 => format!("{}", stream.between(1, 99)),
            8 => format!("{}", stream.between(100, 999)),
            _ => format!("{}", stream.between(10_000, 19_999)),
        },
        Vendor::PetroMs => format!("{}", stream.between(100, 399)),
        Vendor::Narcology | Vendor::Avicenna => format!("{}", stream.between(10, 99)),
        Vendor::Itworks => stream.guid(),
        Vendor::Sparm => {
            let encoded = base64(&cp1251(name));
            if stream.chance(0.15) {
                encoded.trim_end_matches('=').to_owned()
            } else {
                encoded
            }
        }
        Vendor::Medis => match stream.below(3) {
            0 => format!("{}", stream.between(1_000, 9_999)),
            _ => format!("99000{:04}", stream.between(700, 999)),
        },
        Vendor::Medialog => format!("{}", stream.between(100, 9_999)),
        Vendor::VitaSoft => format!("{:06}", stream.between(100, 999)),
    }
}

/// A doctor's id. `building` is the number the clinic's system gives its branches.
pub(crate) fn doctor(vendor: Vendor, building: i64, stream: &mut Stream) -> String {
    match vendor {
        Vendor::Ariadna | Vendor::Samson | Vendor::VistaMed => match stream.below(10) {
            0 => format!("{}", stream.between(10, 99)),
            1..5 => format!("{}", stream.between(100, 999)),
            _ => format!("{}", stream.between(1_000, 9_999)),
        },
        Vendor::PetroMs => format!("{}", stream.between(10, 999)),
        Vendor::Medialog => format!("{}", stream.between(1, 399)),
        Vendor::SvMed => sv_med(building, stream),
        Vendor::Narcology => format!("{}", stream.between(10_000_000_000, 199_999_999_999)),
        Vendor::Itworks => stream.guid(),
        Vendor::Avicenna => match stream.below(2) {
            0 => format!("{}", stream.between(1_000, 999_999)),
            _ => format!(
                "{}.{}",
                stream.between(100, 999),
                stream.between(1_000, 99_999)
            ),
        },
        Vendor::Sparm => loop {
            let bytes: Vec<u8> = (0..11)
                .map(|_| {
                    *b"KQRSTUabcdeijkoqVWXYZ"
                        .get(stream.below(21))
                        .unwrap_or(&b'K')
                })
                .collect();
            let id = base64(&bytes);
            if !id.contains(['+', '/']) {
                break id;
            }
        },
        Vendor::Medis => match stream.below(5) {
            0 => format!("-{}", stream.between(100_000_000, 999_999_999)),
            1 => format!("{}", stream.between(10, 999)),
            _ => format!("{}", stream.between(100_000_000, 999_999_999)),
        },
        Vendor::VitaSoft => format!("{:06}", stream.between(10, 999)),
    }
}

/// СВ-Мед: a third digits, the rest some twenty habits of its clinics. The Latin
/// letters among them look like Cyrillic ones and are meant to.
fn sv_med(building: i64, stream: &mut Stream) -> String {
    let number = stream.between(10, 999);
    match stream.below(100) {
        0..35 => format!("{}", stream.between(10, 9_999)),
        35..60 => format!("п{building}.{number}"),
        60..71 => format!("д{building}.{number}"),
        71..83 => format!("{building}.{number}"),
        83..85 => format!("п{number}"),
        // Latin p
        85..88 => format!("p{building}.{number}"),
        88 => format!("п{building}с.{number}"),
        // Latin c, then Cyrillic с
        89 => format!("п{building}.{number}c"),
        90 => format!("п{building}.{number}с"),
        91 => format!("д.{building}.{number}"),
        92 => format!("п.{number}"),
        93 => format!("{building}.{number}УД"),
        94 => format!("{number}.{building}D"),
        95 => format!("{number}УД"),
        96 => format!("{building}к{number}"),
        97 => match stream.below(3) {
            0 => format!("L{number}"),
            1 => format!("{building},{}", stream.between(1, 9)),
            _ => format!("п{building}.{}.{number}", stream.between(1, 9)),
        },
        98 => match stream.below(3) {
            0 => format!("д{building}.{number}!"),
            1 => format!("д{building}.{number}_{}", stream.between(2, 9)),
            _ => stream.pick(&["псих", "физио", "узист"]).to_owned(),
        },
        _ => format!("ДПО{building}.{number}"),
    }
}

/// The id of a slot; `serial` makes numeric ids differ, `stamp_*` are local.
pub(crate) fn slot(
    vendor: Vendor,
    doctor: &str,
    start: chrono::NaiveDateTime,
    serial: u64,
) -> String {
    match vendor {
        Vendor::SvMed => format!("{};{doctor}", start.format("%d.%m.%Y;%H:%M")),
        Vendor::VistaMed => format!("{doctor}_{}", start.format("%Y-%m-%d_%H:%M:%S")),
        Vendor::Itworks => Stream::new(&[serial]).guid(),
        Vendor::Sparm => base64(&serial.to_be_bytes()),
        Vendor::Ariadna
        | Vendor::Samson
        | Vendor::PetroMs
        | Vendor::Narcology
        | Vendor::Avicenna
        | Vendor::Medis
        | Vendor::Medialog
        | Vendor::VitaSoft => format!("{}", 10_000_000 + serial % 90_000_000),
    }
}

/// Windows-1251, in which СПАРМ keeps its names; what it lacks becomes `?`.
fn cp1251(text: &str) -> Vec<u8> {
    text.chars()
        .map(|letter| match letter {
            'Ё' => 0xA8,
            'ё' => 0xB8,
            '№' => 0xB9,
            '«' => 0xAB,
            '»' => 0xBB,
            'А'..='я' => u8::try_from(u32::from(letter) - u32::from('А') + 0xC0).unwrap_or(b'?'),
            ' '..='~' => u8::try_from(letter).unwrap_or(b'?'),
            _ => b'?',
        })
        .collect()
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4_usize {
            let sextet = (bits >> (18 - 6 * at)) & 63;
            let letter = ALPHABET[usize::try_from(sextet).unwrap_or(0)];
            text.push(if at <= chunk.len() {
                char::from(letter)
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{base64, cp1251};

    #[test]
    fn a_name_in_cp1251_becomes_the_known_base64() {
        // The example of gorzdrav-api.md §2.3.
        assert_eq!(base64(&cp1251("Врач-терапевт")), "wvDg9y3y5fDg7+Xi8g==");
        assert_eq!(base64(b"a"), "YQ==");
        assert_eq!(base64(b"abc"), "YWJj");
    }
}
