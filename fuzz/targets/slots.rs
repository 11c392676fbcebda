//! The free slots of a doctor.
#![no_main]

use chrono::Datelike;
use engine::{doors, model::Slot};
use libfuzzer_sys::fuzz_target;
use talonchik_fuzz::{is_line, read_list};

fuzz_target!(|bytes: &[u8]| {
    read_list(
        bytes,
        |body| {
            let answer = doors::slots(body)?;
            assert!(answer.rows.is_sorted_by(|a, b| a.start < b.start));
            Ok(answer)
        },
        check,
    );
});

fn check(slot: &Slot) {
    assert!((1999..2201).contains(&slot.start.year()));
    assert!(slot.end.is_none_or(|end| end >= slot.start));
    assert!(slot.room.as_deref().is_none_or(is_line));
    assert!(slot.address.as_deref().is_none_or(is_line));
}
