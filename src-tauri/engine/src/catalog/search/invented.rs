// 551 invented clinics, spelt in the many ways of the source.
// Shared by the tests and by `examples/search_speed.rs`, hence `super::model`.

use super::model::{Clinic, DistrictId};

/// As many as the city has.
pub(super) const CLINICS: usize = 551;

const DISTRICTS: [&str; 18] = [
    "Адмиралтейский",
    "Василеостровский",
    "Выборгский",
    "Калининский",
    "Кировский",
    "Колпинский",
    "Красногвардейский",
    "Красносельский",
    "Кронштадтский",
    "Курортный",
    "Московский",
    "Невский",
    "Петроградский",
    "Петродворцовый",
    "Приморский",
    "Пушкинский",
    "Фрунзенский",
    "Центральный",
];

const STREETS: [&str; 12] = [
    "ул. Дыбенко",
    "пр. Ветеранов",
    "Невский пр.",
    "ул. Маршала Казакова",
    "Будапештская ул.",
    "пр-кт Просвещения",
    "наб. реки Фонтанки",
    "Искровский пр.",
    "ул. Лётчика Пилютова",
    "Светлановский пр-т",
    "ш. Революции",
    "б-р Новаторов",
];

/// Short and full names; `#` is the number.
const KINDS: [(&str, &str); 10] = [
    ("ГП № #", "Городская поликлиника № #"),
    ("Поликлиника №#", "Городская поликлиника № #"),
    ("Пол-ка № #", "Поликлиника № #"),
    ("ДГП № #", "Детская городская поликлиника № #"),
    ("Дет. пол-ка № #", "Детская поликлиника № #"),
    ("ЖК № #", "Женская консультация № #"),
    ("КВД № #", "Кожно-венерологический диспансер № #"),
    ("ПНД № #", "Психоневрологический диспансер № #"),
    ("СП № #", "Стоматологическая поликлиника № #"),
    ("Родильный дом № #", "Родильный дом № #"),
];

/// The clinics, the same every time.
pub(super) fn clinics() -> Vec<Clinic> {
    (0..CLINICS)
        .map(|n| {
            let (short, full) = KINDS[n % KINDS.len()];
            let number = (1 + n / 2).to_string();
            let district = n % DISTRICTS.len();
            Clinic {
                id: n.to_string().as_str().into(),
                name: short.replace('#', &number),
                full_name: format!("СПб ГБУЗ «{}»", full.replace('#', &number)),
                district_id: DistrictId((district + 1).to_string()),
                district_name: DISTRICTS[district].to_owned(),
                kind: None,
                address: (n % 7 != 6).then(|| {
                    format!(
                        "Санкт-Петербург, {}, д. {}, лит. А",
                        STREETS[n % STREETS.len()],
                        1 + n * 7 % 150
                    )
                }),
                phone: None,
                email: None,
                latitude: None,
                longitude: None,
                institution: None,
                vendor: "invented".to_owned(),
            }
        })
        .collect()
}
