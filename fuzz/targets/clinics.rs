//! Lists of clinics, and one clinic.
#![no_main]

use engine::model::Clinic;
use libfuzzer_sys::fuzz_target;
use talonchik_fuzz::{is_id, is_line, read_list};

fuzz_target!(|bytes: &[u8]| {
    // Where it lies is compared by its text: a float need not come back to the last bit.
    read_list(
        bytes,
        |body| {
            let mut answer = engine::doors::clinics(body)?;
            for clinic in &mut answer.rows {
                check_place(clinic);
                (clinic.latitude, clinic.longitude) = (None, None);
            }
            Ok(answer)
        },
        check,
    );
    if let Ok(clinic) = engine::doors::clinic(bytes) {
        check_place(&clinic);
        check(&clinic);
    }
});

fn check_place(clinic: &Clinic) {
    assert!(clinic.latitude.is_none_or(|at| at.abs() <= 90.0));
    assert!(clinic.longitude.is_none_or(|at| at.abs() <= 180.0));
}

fn check(clinic: &Clinic) {
    assert!(is_id(clinic.id.as_str()));
    assert!(clinic.district_id.as_str().is_empty() || is_id(clinic.district_id.as_str()));
    assert!(is_line(&clinic.name) && is_line(&clinic.full_name));
    for text in [&clinic.district_name, &clinic.vendor] {
        assert!(text.is_empty() || is_line(text));
    }
    let more = [
        &clinic.kind,
        &clinic.address,
        &clinic.phone,
        &clinic.email,
        &clinic.institution,
    ];
    for text in more.into_iter().flatten() {
        assert!(is_line(text), "{text:?}");
    }
}
