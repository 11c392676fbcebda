//! The list of districts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use talonchik_fuzz::{is_id, is_line, read_list};

fuzz_target!(|bytes: &[u8]| {
    read_list(bytes, engine::doors::districts, |district| {
        assert!(is_id(district.id.as_str()) && is_line(&district.name));
    });
});
