//! The register of clinics: ids, names, addresses, vendors.

use std::collections::HashMap;

use crate::districts::DISTRICTS;
use crate::people;
use crate::random::{self, Stream};
use crate::vendor::Vendor;

/// Ids lie in 1..=1222 with gaps.
const LAST_ID: i64 = 1222;
/// Numbers of invented institutions begin here, above those of the real city.
const FIRST_NUMBER: i64 = 201;

/// What a clinic is for; decides its specialties and its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Adult,
    Children,
    Women,
    Teeth,
    Skin,
    Addiction,
    Mind,
    Other,
}

/// A row of the register.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) id: u32,
    pub(crate) vendor: Vendor,
    pub(crate) kind: Kind,
    /// Index into `DISTRICTS`.
    pub(crate) district: usize,
    pub(crate) full_name: String,
    pub(crate) short_name: String,
    pub(crate) clinic_type: Option<&'static str>,
    pub(crate) oid: Option<&'static str>,
    pub(crate) head: String,
    pub(crate) organization: String,
    pub(crate) address: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) email: Option<String>,
    /// Longitude and latitude, as text.
    pub(crate) place: Option<(String, String)>,
    pub(crate) vaccinates: bool,
    pub(crate) examines: bool,
    /// Offers nothing online, lastingly.
    pub(crate) offline: bool,
}

/// All clinics of the city, by id.
pub(crate) fn register(seed: u64) -> Vec<Entry> {
    let mut stream = Stream::new(&[seed, 0xC117]);
    let mut ids: Vec<i64> = (1..=LAST_ID).collect();
    stream.shuffle(&mut ids);
    let mut homes = homes(&mut stream);
    let mut numbers: HashMap<Kind, i64> = HashMap::new();
    let mut entries: Vec<Entry> = Vec::new();
    for vendor in Vendor::ALL {
        let mut left = vendor.clinics();
        while left > 0 {
            let kind = kind(vendor, &mut stream);
            let branches = institution_size(&mut stream).min(left);
            let number = numbers.entry(kind).or_insert(FIRST_NUMBER);
            *number += 1;
            let head =
                Stream::new(&[seed, random::text(kind.long_name()), number.unsigned_abs()]).guid();
            let district = homes.last().copied().unwrap_or(0);
            for branch in 0..branches {
                // A branch stays in its institution's district while that has room.
                let home = homes.iter().rposition(|home| *home == district);
                let home = home.unwrap_or(homes.len() - 1);
                let Some(id) = ids.pop().and_then(|id| u32::try_from(id).ok()) else {
                    continue;
                };
                entries.push(Entry {
                    id,
                    vendor,
                    kind,
                    district: homes.remove(home),
                    head: head.clone(),
                    ..entry(kind, *number, branch, &mut stream)
                });
            }
            left -= branches;
        }
    }
    entries.sort_by_key(|entry| entry.id);
    exceptions(&mut entries, &mut stream);
    entries
}

/// The districts of the 551 places to fill, in random order.
fn homes(stream: &mut Stream) -> Vec<usize> {
    let mut homes: Vec<usize> = DISTRICTS
        .iter()
        .enumerate()
        .flat_map(|(at, district)| std::iter::repeat_n(at, district.clinics))
        .collect();
    stream.shuffle(&mut homes);
    homes
}

/// 173 institutions keep the 551 clinics.
fn institution_size(stream: &mut Stream) -> usize {
    [1, 1, 2, 2, 3, 4, 4, 5, 7][stream.below(9)]
}

fn kind(vendor: Vendor, stream: &mut Stream) -> Kind {
    use Kind::{Addiction, Adult, Children, Mind, Other, Skin, Teeth, Women};
    let kinds: &[Kind] = match vendor {
        Vendor::Ariadna => &[
            Adult, Adult, Adult, Children, Children, Women, Skin, Mind, Other, Other,
        ],
        Vendor::SvMed => &[
            Adult, Adult, Adult, Adult, Children, Children, Women, Skin, Teeth,
        ],
        Vendor::Samson => &[Adult, Adult, Adult, Adult, Children, Children, Women, Other],
        Vendor::VistaMed => &[Adult, Adult, Children, Children, Other, Teeth],
        Vendor::PetroMs | Vendor::Medis => &[Teeth],
        Vendor::Narcology => &[Addiction],
        Vendor::Itworks | Vendor::Sparm => &[Adult],
        Vendor::Avicenna | Vendor::VitaSoft => &[Other],
        Vendor::Medialog => &[Other, Adult],
    };
    kinds[stream.below(kinds.len())]
}

fn entry(kind: Kind, number: i64, branch: usize, stream: &mut Stream) -> Entry {
    let street = people::street_address(stream);
    let (full_name, short_name) = kind.names(number, branch, &street);
    let address = format!(
        "{}, Санкт-Петербург, {street}",
        stream.between(199_001, 199_399)
    );
    let phone = {
        let one = format!(
            "(812) 000-{:02}-{:02}",
            stream.between(0, 99),
            stream.between(0, 99)
        );
        match stream.below(8) {
            0 => format!(
                "{one} (регистратура), (812) 000-{:02}-00",
                stream.between(10, 99)
            ),
            1..4 => format!("{one} "),
            _ => one,
        }
    };
    let space = if stream.chance(0.1) { " " } else { "" };
    let place = stream.chance(0.77).then(|| {
        if stream.chance(0.05) {
            ("30.400000".to_owned(), "59.900000".to_owned())
        } else {
            let (east, north) = (29.9 + 0.6 * stream.unit(), 59.75 + 0.3 * stream.unit());
            (format!("{east:.6}"), format!("{north:.6}"))
        }
    });
    Entry {
        id: 0,
        vendor: Vendor::Ariadna,
        kind,
        district: 0,
        full_name,
        short_name,
        clinic_type: Some(kind.clinic_type()),
        oid: None,
        head: String::new(),
        organization: stream.guid(),
        address: Some(address),
        phone: Some(phone),
        email: Some(format!("reg{number}@clinic.example{space}")),
        place,
        vaccinates: matches!(kind, Kind::Adult | Kind::Children) && stream.chance(0.6),
        examines: kind == Kind::Adult && stream.chance(0.7),
        offline: false,
    }
}

/// The register's few slips: nulls, doubles, spaces; and who offers nothing online.
fn exceptions(entries: &mut [Entry], stream: &mut Stream) {
    let mut some =
        |count: usize| -> Vec<usize> { (0..count).map(|_| stream.below(entries.len())).collect() };
    let (untyped, typed, unreachable, spaced, offline) =
        (some(4), some(3), some(2), some(9), some(7));
    for at in untyped {
        entries[at].clinic_type = None;
    }
    for (at, oid) in typed.into_iter().zip([
        "1.2.643.5.1.13.13.12.2.78.990001",
        "1.2.643.5.1.13.13.12.2.78.990002",
        "1.2.643.5.1.13.13.12.2.78.990003",
    ]) {
        entries[at].oid = Some(oid);
    }
    for at in unreachable.iter().copied() {
        entries[at].address = None;
        entries[at].email = None;
    }
    if let Some(at) = unreachable.first() {
        entries[*at].phone = None;
    }
    for at in spaced {
        entries[at].full_name = entries[at].full_name.replacen(' ', "  ", 1);
    }
    for at in offline {
        entries[at].offline = true;
    }
    for first in [0, 200] {
        let name = entries[first].short_name.clone();
        entries[first + 1].short_name = name;
    }
}

impl Kind {
    /// The letter by which `specialties` knows it.
    pub(crate) fn letter(self) -> char {
        match self {
            Self::Adult => 'a',
            Self::Children => 'c',
            Self::Women => 'w',
            Self::Teeth => 'd',
            Self::Skin => 's',
            Self::Addiction => 'n',
            Self::Mind => 'm',
            Self::Other => 'h',
        }
    }

    fn long_name(self) -> &'static str {
        match self {
            Self::Adult => "Городская поликлиника",
            Self::Children => "Детская городская поликлиника",
            Self::Women => "Женская консультация",
            Self::Teeth => "Стоматологическая поликлиника",
            Self::Skin => "Кожно-венерологический диспансер",
            Self::Addiction => "Наркологический кабинет",
            Self::Mind => "Психоневрологический диспансер",
            Self::Other => "Консультативный центр",
        }
    }

    fn initials(self) -> &'static str {
        match self {
            Self::Adult => "ГП",
            Self::Children => "ДГП",
            Self::Women => "ЖК",
            Self::Teeth => "СП",
            Self::Skin => "КВД",
            Self::Addiction => "НК",
            Self::Mind => "ПНД",
            Self::Other => "КЦ",
        }
    }

    fn clinic_type(self) -> &'static str {
        match self {
            Self::Adult => "Поликлиника взрослая",
            Self::Children => "Поликлиника детская",
            Self::Women => "Женская консультация",
            Self::Teeth => "Стоматологическая поликлиника",
            Self::Skin => "Кожно-венерологическая служба",
            Self::Addiction | Self::Mind | Self::Other => "Прочее",
        }
    }

    /// Full and short name of an institution's head or branch.
    fn names(self, number: i64, branch: usize, street: &str) -> (String, String) {
        let long = self.long_name();
        let short = self.initials();
        let street = street.split(',').next().unwrap_or(street);
        let full = format!("СПб ГБУЗ \"{long} №{number}\"");
        if branch == 0 {
            return (full, format!("{short} №{number}"));
        }
        let (long_unit, short_unit) = match self {
            Self::Adult => ("Поликлиническое отделение", "ПО"),
            Self::Children => ("Детское поликлиническое отделение", "ДПО"),
            Self::Women | Self::Teeth | Self::Skin | Self::Addiction | Self::Mind | Self::Other => {
                ("Отделение", "отд.")
            }
        };
        let unit = number * 10 + i64::try_from(branch).unwrap_or(0);
        (
            format!("{full} {long_unit} №{unit} ({street})"),
            format!("{short} №{number} {short_unit} №{unit}"),
        )
    }
}
