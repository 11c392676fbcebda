//! The city has the size and the mixture of the real one.

use std::collections::{HashMap, HashSet};

use simulator::{City, Config, Vendor, World};

#[test]
fn the_city_is_as_large_as_the_real_one() {
    for seed in 1..4 {
        let start = Config::default().start;
        let city = City::new(Config::new(World::S2, start).with_seed(seed));
        let clinics = city.clinics();
        let ids: HashSet<_> = clinics.iter().map(|clinic| &clinic.id).collect();
        let districts: HashSet<_> = clinics.iter().map(|clinic| &clinic.district).collect();
        assert_eq!((ids.len(), districts.len()), (551, 18));

        let (mut rows, mut doctors, mut bookable, mut longest, mut widest) = (0, 0, 0, 0, 0);
        for clinic in &clinics {
            let specialties = city.specialties(&clinic.id);
            widest = widest.max(specialties.len());
            rows += specialties.len();
            for specialty in specialties {
                let list = city.doctors(&clinic.id, &specialty.id);
                longest = longest.max(list.len());
                doctors += list.len();
                bookable += usize::from(list.iter().any(|doctor| doctor.slots > 0));
            }
        }
        println!(
            "seed {seed}: {rows} rows, {doctors} doctors, {bookable} bookable, at most {widest} rows, {longest} doctors"
        );
        assert!((2_350..2_700).contains(&rows), "{rows} rows");
        assert!((7_900..9_000).contains(&doctors), "{doctors} doctors");
        assert!(
            (54..67).contains(&(bookable * 100 / rows)),
            "{bookable} of {rows}"
        );
        assert!(longest <= 50 && widest <= 21, "{longest} {widest}");
    }
}

#[test]
fn every_vendor_has_its_share_and_ids_are_unique_in_a_clinic() {
    let city = City::new(Config::default());
    let mut shares: HashMap<Vendor, usize> = HashMap::new();
    for clinic in city.clinics() {
        *shares.entry(clinic.vendor).or_default() += 1;
        let (mut specialties, mut doctors) = (HashSet::new(), HashSet::new());
        for specialty in city.specialties(&clinic.id) {
            for doctor in city.doctors(&clinic.id, &specialty.id) {
                assert!(doctors.insert(doctor.id));
            }
            assert!(specialties.insert(specialty.id));
        }
    }
    let shares = Vendor::ALL.map(|vendor| shares.get(&vendor).copied().unwrap_or(0));
    assert_eq!(shares, [160, 119, 112, 66, 24, 19, 16, 12, 9, 8, 4, 2]);
}

#[test]
fn a_quiet_city_has_no_slots() {
    let city = City::new(Config::default());
    for clinic in city.clinics().iter().take(100) {
        for specialty in city.specialties(&clinic.id) {
            let doctors = city.doctors(&clinic.id, &specialty.id);
            assert!(doctors.iter().all(|doctor| doctor.slots == 0));
        }
    }
}
