//! The specialties of a clinic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use talonchik_fuzz::{is_id, is_line, read_list};

fuzz_target!(|bytes: &[u8]| {
    read_list(bytes, engine::doors::specialties, |specialty| {
        assert!(is_id(specialty.id.as_str()) && is_line(&specialty.name));
        assert!(specialty.fer_id.as_deref().is_none_or(is_line));
    });
});
