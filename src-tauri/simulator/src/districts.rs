//! The eighteen districts: public facts, the only part of the city that is not invented.

/// A district: id, name, OKATO code and how many clinics it has.
pub(crate) struct District {
    pub(crate) id: u32,
    pub(crate) name: &'static str,
    pub(crate) okato: u32,
    pub(crate) clinics: usize,
}

const fn district(id: u32, name: &'static str, okato: u32, clinics: usize) -> District {
    District {
        id,
        name,
        okato,
        clinics,
    }
}

pub(crate) const DISTRICTS: [District; 18] = [
    district(1, "Адмиралтейский", 40262, 26),
    district(2, "Василеостровский", 40263, 23),
    district(3, "Выборгский", 40265, 45),
    district(4, "Калининский", 40273, 44),
    district(5, "Кировский", 40276, 31),
    district(6, "Колпинский", 40277, 24),
    district(7, "Красногвардейский", 40278, 44),
    district(8, "Красносельский", 40279, 38),
    district(9, "Кронштадтский", 40280, 10),
    district(10, "Курортный", 40281, 15),
    district(11, "Московский", 40284, 33),
    district(12, "Невский", 40285, 40),
    district(13, "Петроградский", 40288, 18),
    district(14, "Петродворцовый", 40290, 16),
    district(15, "Приморский", 40270, 67),
    district(16, "Пушкинский", 40294, 24),
    district(17, "Фрунзенский", 40296, 28),
    district(18, "Центральный", 40298, 25),
];
