use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::model;

#[path = "invented.rs"]
mod invented;

fn clinic(id: &str, name: &str, full_name: &str, address: &str, district: &str) -> Clinic {
    Clinic {
        id: id.into(),
        name: name.into(),
        full_name: full_name.into(),
        district_id: district.into(),
        district_name: district.into(),
        address: Some(address.into()),
        ..invented::clinics().swap_remove(0)
    }
}

fn city() -> &'static ClinicIndex {
    static CITY: LazyLock<ClinicIndex> = LazyLock::new(|| ClinicIndex::new(&invented::clinics()));
    &CITY
}

fn names(hits: &ClinicHits) -> Vec<&str> {
    hits.clinics
        .iter()
        .map(|clinic| clinic.name.as_str())
        .collect()
}

fn found(text: &str) -> ClinicHits {
    city().search(text, None, 1000)
}

#[test]
fn a_number_finds_the_clinic_of_that_number_before_longer_ones_and_houses() {
    let index = ClinicIndex::new(&[
        clinic("1", "ГП № 187", "", "ул. Дыбенко, д. 2", "Невский"),
        clinic("2", "ГП № 870", "", "ул. Дыбенко, д. 3", "Невский"),
        clinic("3", "ЖК № 5", "", "ул. Дыбенко, д. 87", "Невский"),
        clinic(
            "4",
            "Отделение № 9 ГП № 87",
            "",
            "ул. Крыленко, 1",
            "Невский",
        ),
        clinic("5", "Поликлиника №87", "", "ул. Дыбенко, д. 21", "Невский"),
    ]);
    assert_eq!(
        names(&index.search("87", None, 10)),
        [
            "Поликлиника №87",
            "ГП № 870",
            "Отделение № 9 ГП № 87",
            "ЖК № 5"
        ]
    );
}

#[test]
fn the_first_digit_finds_its_own_number_first_and_then_in_order() {
    let hits = found("7");
    let numbers: Vec<&str> = hits
        .clinics
        .iter()
        .filter_map(|clinic| clinic.name.split(['№', ' ']).next_back())
        .take(6)
        .collect();
    assert_eq!(numbers, ["7", "7", "70", "70", "71", "71"]);
}

#[test]
fn a_name_typed_whole_means_that_clinic_though_its_numbers_repeat_elsewhere() {
    let index = ClinicIndex::new(&[
        clinic(
            "1",
            "ГП №44 ЖК №19",
            "Поликлиника 44, консультация 19",
            "",
            "",
        ),
        clinic("2", "ЖК №44", "Женская консультация 44", "", ""),
    ]);
    assert_eq!(names(&index.search("ЖК №44", None, 10))[0], "ЖК №44");
}

#[test]
fn one_letter_is_enough() {
    assert!(found("ж").clinics[0].name.starts_with("ЖК"));
}

#[test]
fn every_spelling_of_a_polyclinic_finds_it() {
    for text in [
        "поликлиника 27",
        "ПОЛИКЛИНИКА №27",
        "поликлиника № 27",
        "пол-ка 27",
        "п-ка №27",
        "полик 27",
        "27 поликлиника",
        "гп 27",
        "гп27",
        "ГП №27",
        "городская поликлиника 27",
    ] {
        for name in ["ГП № 27", "Поликлиника №27", "Пол-ка № 27"] {
            let index = ClinicIndex::new(&[
                clinic("1", name, "Городская поликлиника № 27", "", "Невский"),
                clinic("2", "ЖК № 27", "Женская консультация № 27", "", "Невский"),
            ]);
            assert_eq!(names(&index.search(text, None, 10)), [name], "{text}");
        }
    }
}

#[test]
fn an_abbreviated_polyclinic_is_found_while_its_hyphen_is_typed() {
    for text in ["пол", "пол-", "пол-к", "пол-ка", "п-", "п-к"] {
        assert!(found(text).total > 100, "{text}");
    }
}

#[test]
fn abbreviations_find_what_they_stand_for_and_the_other_way_round() {
    for (text, name) in [
        ("дп", "Детская поликлиника № 3"),
        ("дгп 3", "Детская городская поликлиника № 3"),
        ("детская поликлиника", "ДГП № 3"),
        ("жк", "Женская консультация № 3"),
        ("женская", "ЖК № 3"),
        ("квд", "Кожно-венерологический диспансер № 3"),
        ("венерологический", "КВД № 3"),
        ("пнд", "Психоневрологический диспансер"),
        ("стом", "Стоматологическая поликлиника № 3"),
        ("стоматология", "СП № 3"),
        ("стоматология", "Стоматологическая п-ка № 3"),
        ("стоматологическая", "Детская стоматология № 3"),
        ("роддом", "Родильный дом № 3"),
    ] {
        let index = ClinicIndex::new(&[
            clinic("1", name, "", "", "Невский"),
            clinic("2", "Хоспис № 3", "", "", "Невский"),
        ]);
        assert_eq!(names(&index.search(text, None, 10)), [name], "{text}");
    }
}

#[test]
fn streets_are_found_in_full_in_short_and_without_dots_over_e() {
    for (text, street) in [
        ("дыбенко", "ул. Дыбенко"),
        ("улица дыбенко", "ул. Дыбенко"),
        ("ул дыбенко", "ул. Дыбенко"),
        ("проспект просвещения", "пр-кт Просвещения"),
        ("пр-т просвещения", "пр-кт Просвещения"),
        ("летчика", "ул. Лётчика Пилютова"),
        ("ЛЁТЧИКА ПИЛЮТОВА", "ул. Лётчика Пилютова"),
        ("бульвар новаторов", "б-р Новаторов"),
    ] {
        let hits = found(text);
        assert!(hits.total > 10, "{text}");
        for clinic in hits.clinics {
            assert!(
                clinic.address.unwrap_or_default().contains(street),
                "{text}"
            );
        }
    }
}

#[test]
fn a_name_with_a_common_word_is_found_while_that_word_is_typed() {
    for text in [
        "родильный д",
        "родильный до",
        "родильный дом",
        "родильный дом № 5",
    ] {
        assert_eq!(names(&found(text))[0], "Родильный дом № 5", "{text}");
    }
}

#[test]
fn several_words_must_all_be_there() {
    let hits = found("дыбенко 87");
    for clinic in &hits.clinics {
        let text = format!(
            "{} {}",
            clinic.name,
            clinic.address.clone().unwrap_or_default()
        );
        assert!(text.contains("Дыбенко") && text.contains("87"), "{text}");
    }
    assert_eq!(found("дыбенко ветеранов").total, 0);
}

#[test]
fn a_name_counts_for_more_than_a_street_and_a_street_more_than_a_district() {
    let index = ClinicIndex::new(&[
        clinic("1", "ГП № 1", "", "ул. Дыбенко, 2", "Невский"),
        clinic("2", "ГП № 2", "", "Невский пр., 3", "Центральный"),
        clinic("3", "Невский центр", "", "ул. Дыбенко, 4", "Центральный"),
    ]);
    assert_eq!(
        names(&index.search("невский", None, 10)),
        ["Невский центр", "ГП № 2", "ГП № 1"]
    );
    assert_eq!(
        names(&index.search("невский район", None, 10)),
        ["Невский центр", "ГП № 2", "ГП № 1"]
    );
}

#[test]
fn a_chosen_district_hides_the_others() {
    let hits = city().search("поликлиника", Some(&"12".into()), 1000);
    assert!(hits.total > 0);
    assert!(
        hits.clinics
            .iter()
            .all(|clinic| clinic.district_name == "Невский")
    );
}

#[test]
fn a_limit_cuts_the_list_and_not_the_count() {
    let hits = city().search("поликлиника", None, 5);
    assert_eq!(hits.clinics.len(), 5);
    assert!(hits.total > 100);
}

#[test]
fn typos_are_forgiven_by_length() {
    for (typed, meant) in [
        ("поликлинка", "поликлиника"),
        ("полекленика", "поликлиника"),
        ("дыбинко", "дыбенко"),
        ("дыбенок", "дыбенко"),
        ("ыдбенко", "дыбенко"),
        ("прасвещения", "просвещения"),
        ("будапшетск", "будапештская"),
    ] {
        assert_eq!(found(typed).total, found(meant).total, "{typed}");
        assert!(found(typed).total > 0, "{typed}");
    }
    assert_eq!(found("дыбинка").total, 0, "two typos in seven letters");
    assert_eq!(found("жкк").total, 0, "a typo in a short word");
    assert_eq!(found("999").total, 0, "another number");
}

#[test]
fn typos_are_forgiven_only_when_nothing_matches_as_typed() {
    let index = ClinicIndex::new(&[
        clinic("1", "Клиника «Мария»", "", "", "Невский"),
        clinic("2", "Клиника «Марина»", "", "", "Невский"),
    ]);
    assert_eq!(names(&index.search("мария", None, 10)), ["Клиника «Мария»"]);
}

#[test]
fn text_in_the_wrong_layout_is_converted_and_reported() {
    let hits = found("gjkbrkbybrf 87");
    assert_eq!(hits.read_as.as_deref(), Some("поликлиника 87"));
    assert_eq!(hits.total, found("поликлиника 87").total);
    assert_eq!(found("Ktnxbrf").read_as.as_deref(), Some("летчика"));
    assert_eq!(
        found("<elfgtincrfz").read_as.as_deref(),
        Some("будапештская")
    );
    assert_eq!(found(";").read_as, None, "no letter of a Latin layout");
    assert_eq!(found("поликлиника").read_as, None);
}

#[test]
fn text_in_the_wrong_layout_may_have_a_typo_too() {
    let hits = found("gjkbrkbyrf");
    assert_eq!(hits.read_as.as_deref(), Some("поликлинка"));
    assert!(hits.total > 100);
}

#[test]
fn a_latin_name_is_not_taken_for_a_wrong_layout() {
    let index = ClinicIndex::new(&[clinic("1", "Клиника Medem", "", "", "Невский")]);
    let hits = index.search("mede", None, 10);
    assert_eq!((hits.total, hits.read_as), (1, None));
}

#[test]
fn an_empty_text_lists_everything_by_number() {
    for text in ["", "  ", "№"] {
        let hits = found(text);
        assert_eq!(hits.total, 551, "{text}");
        assert!(names(&hits)[0].ends_with('1'), "{text}");
    }
}

#[test]
fn the_full_official_name_can_be_pasted() {
    let hits = found("СПб ГБУЗ «Женская консультация № 3»");
    assert_eq!(names(&hits)[0], "ЖК № 3");
}

proptest! {
    #[test]
    fn any_clinic_is_found_by_its_own_name_and_by_its_beginnings(
        position in 0..invented::CLINICS, letters in 1..30usize
    ) {
        let clinic = invented::clinics().swap_remove(position);
        let typed: String = clinic.name.chars().take(letters).collect();
        let hits = found(&typed);
        prop_assert!(hits.clinics.contains(&clinic), "{typed}");
        prop_assert_eq!(hits.read_as, None);
    }

    #[test]
    fn any_text_can_be_typed(text in any::<String>()) {
        let hits = city().search(&text, None, 20);
        prop_assert!(hits.clinics.len() <= 20);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn the_order_of_the_source_does_not_matter(text in "[а-я0-9 ]{0,6}", turn in 0..551usize) {
        let mut turned = invented::clinics();
        turned.rotate_left(turn);
        prop_assert_eq!(
            ClinicIndex::new(&turned).search(&text, None, 20),
            city().search(&text, None, 20)
        );
    }

}
