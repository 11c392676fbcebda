//! Files that are brought in: what an engine would make of them.
#![no_main]

use engine::{ImportFate, model::{DoctorChoice, DoctorRef, WatchDraft}};
use libfuzzer_sys::fuzz_target;
use talonchik_fuzz::{is_id, is_line, keeps, with_engine};

fuzz_target!(|text: &str| {
    let Ok(plan) = with_engine(async |engine| engine.preview_import(text)) else {
        return;
    };
    assert!(plan.settings.is_none_or(|settings| (30..=720).contains(&settings.budget_per_hour)));
    for row in plan.watches {
        match (row.fate, row.draft) {
            (ImportFate::New | ImportFate::Known, Some(draft)) => check(&draft),
            (ImportFate::Invalid { problems }, Some(_)) => assert!(!problems.is_empty()),
            (ImportFate::Unreadable, None) => (),
            (fate, draft) => panic!("{fate:?} of {draft:?}"),
        }
    }
});

fn check(draft: &WatchDraft) {
    keeps(draft);
    assert!((1..=20).contains(&draft.places.len()));
    assert!(draft.nickname.is_empty() || is_line(&draft.nickname));
    for place in &draft.places {
        let doctors: &[DoctorRef] = match &place.doctors {
            DoctorChoice::Any => &[],
            DoctorChoice::Only { doctors } | DoctorChoice::Except { doctors } => doctors,
        };
        assert!(doctors.len() <= 100);
        let names = doctors.iter().map(|doctor| &doctor.name);
        for name in names.chain([&place.clinic_name, &place.specialty_name]) {
            assert!(name.is_empty() || is_line(name), "{name:?}");
        }
        let ids = doctors.iter().map(|doctor| doctor.id.as_str());
        for id in ids.chain([place.clinic_id.as_str(), place.specialty_id.as_str()]) {
            assert!(is_id(id), "{id:?}");
        }
    }
}
