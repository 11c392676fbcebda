//! The working days of a doctor.
#![no_main]

use libfuzzer_sys::fuzz_target;
use talonchik_fuzz::{is_line, read_list};

fuzz_target!(|bytes: &[u8]| {
    read_list(bytes, engine::doors::timetable, |day| {
        assert!(day.slots.is_sorted_by(|a, b| a.start < b.start));
        assert!(day.deny_cause.as_deref().is_none_or(is_line));
        assert!(day.start.is_some() || day.end.is_some() || !day.slots.is_empty());
    });
});
