//! The openings of a watch as a table that a spreadsheet opens: UTF-8 with its
//! mark, semicolons, Moscow time.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Europe::Moscow;

use super::{Fate, Sighting, Told, life};
use crate::{
    model::{ClinicId, Watch},
    text::Words,
};

/// Without it Excel takes UTF-8 for the system's old encoding.
const MARK: &str = "\u{feff}";

/// The table, newest first, with headers in the language of `words`.
pub(crate) fn sheet(watch: &Watch, told: &[Told], words: Words) -> Vec<u8> {
    let places = watch.draft.places.iter();
    let clinics: HashMap<&ClinicId, &str> = places
        .map(|place| (&place.clinic_id, place.clinic_name.as_str()))
        .collect();
    let mut rows: Vec<&Told> = told.iter().collect();
    rows.sort_by_key(|told| {
        (
            std::cmp::Reverse(told.opening.first_seen),
            told.opening.slot.start,
        )
    });
    let mut table = csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .from_writer(MARK.as_bytes().to_vec());
    let heads = [
        "sheet-clinic",
        "sheet-doctor",
        "sheet-slot",
        "sheet-room",
        "sheet-seen",
        "sheet-unseen-since",
        "sheet-gone",
        "sheet-minutes",
        "sheet-came",
        "sheet-went",
    ];
    let mut write = |cells: [String; 10]| {
        let cells = cells.map(|cell| safe(&cell));
        table
            .write_record(cells)
            .expect("memory takes rows of equal length");
    };
    write(heads.map(|id| words.say(id)));
    for told in rows {
        let Told {
            opening,
            sighting,
            fate,
        } = told;
        let clinic = clinics.get(&opening.clinic_id).copied();
        let (came, since) = match sighting {
            Sighting::There => ("sheet-there", None),
            Sighting::Appeared => ("sheet-appeared", None),
            Sighting::AppearedSince(since) => ("sheet-appeared-since", Some(*since)),
        };
        let went = match fate {
            Fate::Free => "sheet-free",
            Fate::Lived(_) | Fate::Taken => "sheet-taken",
            Fate::Unclaimed => "sheet-unclaimed",
            Fate::Unknown => "sheet-unknown",
        };
        let gone = opening.gone_at.filter(|_| *fate != Fate::Unknown);
        let minutes = life(told).map(|life| life.num_minutes().to_string());
        write([
            clinic.unwrap_or(opening.clinic_id.as_str()).to_owned(),
            opening.doctor.clone(),
            moment(opening.slot.start),
            opening.slot.room.clone().unwrap_or_default(),
            moment(opening.first_seen),
            since.map(moment).unwrap_or_default(),
            gone.map(moment).unwrap_or_default(),
            minutes.unwrap_or_default(),
            words.say(came),
            words.say(went),
        ]);
    }
    table.into_inner().expect("memory can be written to")
}

/// «2026-11-24 13:40»: every spreadsheet in every language reads it as a time.
fn moment(at: DateTime<Utc>) -> String {
    at.with_timezone(&Moscow)
        .format("%Y-%m-%d %H:%M")
        .to_string()
}

/// A name from the source must not become a formula, not even where a spreadsheet takes commas
/// for the bounds of cells: whatever could begin one there gets an apostrophe before it.
fn safe(cell: &str) -> String {
    let mut safe = String::with_capacity(cell.len());
    let mut begins = true;
    for letter in cell.chars() {
        let letter = if letter.is_control() { ' ' } else { letter };
        let formula = matches!(letter, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠');
        if begins && formula {
            safe.push('\'');
        }
        begins = matches!(letter, ',' | ';' | '|' | '"') || (begins && letter.is_whitespace());
        safe.push(letter);
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_65_a_name_does_not_become_a_formula() {
        for cell in ["=1+1", "+7 812", "-2", "@sum", "＝1"] {
            assert_eq!(safe(cell), format!("'{cell}"));
        }
        for (cell, shown) in [
            ("\t=1", " '=1"),
            ("\r\n@sum", "  '@sum"),
            ("\u{a0}=1", "\u{a0}'=1"),
            ("Иванова, =1+1", "Иванова, '=1+1"),
            ("а;-1", "а;'-1"),
            ("\"=1\"", "\"'=1\""),
        ] {
            assert_eq!(safe(cell), shown);
        }
        for cell in ["Иванова А. П.", "Петрова-Водкина", "435", "", "д=1"] {
            assert_eq!(safe(cell), cell);
        }
    }
}
