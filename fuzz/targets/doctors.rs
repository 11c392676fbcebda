//! The doctors of a specialty, with their names, areas and comments.
#![no_main]

use libfuzzer_sys::fuzz_target;
use talonchik_fuzz::{is_id, is_line, is_paragraph, read_list};

fuzz_target!(|bytes: &[u8]| {
    read_list(bytes, engine::doors::doctors, |doctor| {
        assert!(is_id(doctor.id.as_str()));
        assert!(is_line(&doctor.name), "{:?}", doctor.name);
        assert!(doctor.note.as_deref().is_none_or(is_paragraph), "{:?}", doctor.note);
        assert!(doctor.area.as_deref().is_none_or(is_paragraph), "{:?}", doctor.area);
    });
});
