//! The twelve vendors of clinics' systems; each has its own ids and dates.

use std::fmt;

/// Who wrote the clinic's system: decides the shape of its ids and the lies in its dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Vendor {
    /// «Ариадна»: digits everywhere, real times, HTML in some comments.
    Ariadna,
    /// «СВ-Мед»: Cyrillic and Latin look-alikes in ids, leave notes in names.
    SvMed,
    /// «Самсон»: nearest and last date swapped in a third of its clinics.
    Samson,
    /// «Виста-Мед»: a nearest date even where nothing can be booked.
    VistaMed,
    /// «ПетроМС»: where nothing is free, the date is the time of the answer.
    PetroMs,
    /// «Наркология»: doctors' ids of eleven and twelve digits.
    Narcology,
    /// «ООО "ИТВОРКС"»: GUIDs.
    Itworks,
    /// «МИС "Авиценна"»: ids such as `310.8784`.
    Avicenna,
    /// «СПАРМ»: ids are base64 of the name in CP1251, with `/`, `+` and `=`.
    Sparm,
    /// «МедИС»: negative ids.
    Medis,
    /// «Медиалог»: digits.
    Medialog,
    /// «ВитаСофт»: leading zeros, doctors without a name.
    VitaSoft,
}

impl Vendor {
    /// Every vendor, the most common first.
    pub const ALL: [Self; 12] = [
        Self::Ariadna,
        Self::SvMed,
        Self::Samson,
        Self::VistaMed,
        Self::PetroMs,
        Self::Narcology,
        Self::Itworks,
        Self::Avicenna,
        Self::Sparm,
        Self::Medis,
        Self::Medialog,
        Self::VitaSoft,
    ];

    /// The vendor's name as the API gives it in a clinic's `description`.
    pub fn description(self) -> &'static str {
        match self {
            Self::Ariadna => "Ариадна",
            Self::SvMed => "СВ-Мед",
            Self::Samson => "Самсон",
            Self::VistaMed => "Виста-Мед",
            Self::PetroMs => "ПетроМС",
            Self::Narcology => "Наркология",
            Self::Itworks => "ООО \"ИТВОРКС\"",
            Self::Avicenna => "МИС \"Авиценна\"",
            Self::Sparm => "СПАРМ",
            Self::Medis => "МедИС",
            Self::Medialog => "Медиалог",
            Self::VitaSoft => "ВитаСофт",
        }
    }

    /// How many clinics of the city use it (`gorzdrav-api.md` §2.3).
    pub(crate) fn clinics(self) -> usize {
        match self {
            Self::Ariadna => 160,
            Self::SvMed => 119,
            Self::Samson => 112,
            Self::VistaMed => 66,
            Self::PetroMs => 24,
            Self::Narcology => 19,
            Self::Itworks => 16,
            Self::Avicenna => 12,
            Self::Sparm => 9,
            Self::Medis => 8,
            Self::Medialog => 4,
            Self::VitaSoft => 2,
        }
    }

    /// Whether its nearest and last dates name a day only, at midnight.
    pub(crate) fn writes_days(self) -> bool {
        match self {
            Self::SvMed | Self::Samson | Self::VistaMed | Self::VitaSoft => true,
            Self::Ariadna
            | Self::PetroMs
            | Self::Narcology
            | Self::Itworks
            | Self::Avicenna
            | Self::Sparm
            | Self::Medis
            | Self::Medialog => false,
        }
    }
}

impl fmt::Display for Vendor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.description())
    }
}
