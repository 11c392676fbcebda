//! What people paste: links with whatever stands around them.
#![no_main]

use engine::gorzdrav::link::{LinkError, parse, specialty_page};
use libfuzzer_sys::fuzz_target;
use talonchik_fuzz::is_id;

fuzz_target!(|text: &str| {
    let target = match parse(text) {
        Ok(target) => target,
        Err(LinkError::TooLong) => {
            assert!(text.chars().count() > 4_096);
            return;
        }
        Err(LinkError::NotOurs | LinkError::Damaged) => return,
    };
    assert!(text.to_ascii_lowercase().contains("gorzdrav.spb.ru"));
    let number = |id: &str| id.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(district) = &target.district_id {
        assert!(is_id(district.as_str()) && number(district.as_str()));
    }
    let Some(clinic) = &target.clinic_id else {
        assert!(target.specialty_id.is_none() && target.doctor_id.is_none());
        return;
    };
    assert!(is_id(clinic.as_str()) && number(clinic.as_str()));
    if let Some(specialty) = &target.specialty_id {
        let page = specialty_page(target.district_id.as_ref(), clinic, specialty);
        assert!(page.is_ascii() && !page.contains(char::is_whitespace));
        assert!(page.starts_with("https://gorzdrav.spb.ru/service-free-schedule#"));
        let back = parse(&page).expect("our own link can be read");
        assert_eq!(
            (back.district_id, back.clinic_id, back.specialty_id),
            (target.district_id, target.clinic_id, target.specialty_id)
        );
    }
});
