//! What can be chosen: districts, clinics, specialties, doctors, slots.

use engine::{
    EngineError,
    model::{Clinic, ClinicId, Counts, DistrictId, DoctorId, RowDate, SpecialtyId},
    text::{Words, dates::date_of},
};
use serde_json::{Value, json};

use crate::{args::Clinics, failure::Failure, json, output::Table, session::Session};

/// More clinics than there are.
const ALL: u32 = 10_000;

/// Prints the districts.
pub(crate) async fn districts(session: &Session) -> Result<(), Failure> {
    let words = session.words;
    let districts = session
        .engine
        .districts()
        .await
        .map_err(|error| session.failed(error))?;
    let document = || json!(districts.value);
    let text = || {
        let mut table = Table::new([words.say("cli-id"), words.say("cli-district")]);
        for district in &districts.value {
            table.row([district.id.to_string(), district.name.clone()]);
        }
        format!(
            "{}\n{}",
            table.to_text(),
            session.as_of(districts.checked_at)
        )
    };
    session.answer(document, text).await
}

/// Prints clinics.
pub(crate) async fn clinics(session: &Session, wanted: Clinics) -> Result<(), Failure> {
    let words = session.words;
    let failed = |error| session.failed(error);
    let district = wanted.district.map(DistrictId);
    if let Some(id) = &district {
        let districts = session.engine.districts().await.map_err(failed)?;
        if !districts.value.iter().any(|district| district.id == *id) {
            return Err(Failure::Said(words.say("cli-no-district")));
        }
    }
    let all = session
        .engine
        .clinics(district.clone())
        .await
        .map_err(failed)?;
    let (clinics, read_as) = match &wanted.search {
        None => (all.value, None),
        Some(text) => {
            let hits = session
                .engine
                .search_clinics(text, district, ALL)
                .await
                .map_err(failed)?;
            (hits.clinics, hits.read_as)
        }
    };
    if let Some(text) = read_as {
        Session::note(&words.say_with("cli-read-as", &[("text", text.into())]));
    }
    let document = || json!(clinics);
    let text = || {
        if clinics.is_empty() {
            return match &wanted.search {
                Some(text) => words.say_with("cli-not-found", &[("q", text.as_str().into())]),
                None => words.say("cli-no-clinics"),
            };
        }
        format!(
            "{}\n{}",
            clinics_table(&clinics, words).to_text(),
            session.as_of(all.checked_at)
        )
    };
    session.answer(document, text).await
}

fn clinics_table(clinics: &[Clinic], words: Words) -> Table {
    let mut table = Table::new([
        words.say("cli-id"),
        words.say("cli-clinic"),
        words.say("cli-district"),
        words.say("cli-address"),
    ]);
    for clinic in clinics {
        table.row([
            clinic.id.to_string(),
            clinic.name.clone(),
            clinic.district_name.clone(),
            clinic.address.clone().unwrap_or_default(),
        ]);
    }
    table
}

/// Prints the specialties of a clinic.
pub(crate) async fn specialties(session: &Session, clinic: String) -> Result<(), Failure> {
    let words = session.words;
    let clinic = known_clinic(session, clinic).await?;
    let rows = session
        .engine
        .specialties(clinic.id.clone())
        .await
        .map_err(|error| session.failed(error))?;
    let document = || {
        let items = rows.value.iter();
        let items = items.map(|row| json::specialty(row, rows.checked_at));
        items.collect::<Value>()
    };
    let text = || {
        if rows.value.is_empty() {
            return no_online(&clinic, words);
        }
        let mut table = Table::new([
            words.say("cli-id"),
            words.say("cli-specialty"),
            words.say("cli-free"),
            words.say("cli-soonest"),
        ]);
        for row in &rows.value {
            table.row([
                row.id.to_string(),
                row.name.clone(),
                row.counts.free.to_string(),
                soonest(session, row.counts),
            ]);
        }
        format!(
            "{}\n\n{}\n{}",
            clinic.name,
            table.to_text(),
            session.as_of(rows.checked_at)
        )
    };
    session.answer(document, text).await
}

/// Prints the doctors of a specialty.
pub(crate) async fn doctors(
    session: &Session,
    clinic: String,
    specialty: String,
) -> Result<(), Failure> {
    let words = session.words;
    let failed = |error| session.failed(error);
    let clinic = known_clinic(session, clinic).await?;
    let specialty = SpecialtyId(specialty);
    let rows = session
        .engine
        .doctors(clinic.id.clone(), specialty.clone())
        .await
        .map_err(failed)?;
    if rows.value.is_empty() {
        // The service gives no doctors for a specialty that is not there, too.
        let known = session
            .engine
            .specialties(clinic.id.clone())
            .await
            .map_err(failed)?;
        let listed = known.value.iter().any(|row| row.id == specialty);
        if !known.value.is_empty() && !listed {
            return Err(failed(EngineError::NotFound("specialty")));
        }
    }
    let document = || {
        let items = rows.value.iter();
        let items = items.map(|row| json::doctor(row, rows.checked_at));
        items.collect::<Value>()
    };
    let text = || {
        if rows.value.is_empty() {
            return words.say("no-doctors");
        }
        let mut table = Table::new([
            words.say("cli-id"),
            words.say("cli-doctor"),
            words.say("cli-free"),
            words.say("cli-soonest"),
            words.say("cli-note"),
        ]);
        for row in &rows.value {
            table.row([
                row.id.to_string(),
                row.name.clone(),
                row.counts.free.to_string(),
                soonest(session, row.counts),
                row.note.clone().unwrap_or_default(),
            ]);
        }
        format!(
            "{}\n\n{}\n{}",
            clinic.name,
            table.to_text(),
            session.as_of(rows.checked_at)
        )
    };
    session.answer(document, text).await
}

/// Prints the free slots of a doctor. Slots of an earlier look are printed too, but that is a failure.
pub(crate) async fn slots(
    session: &Session,
    clinic: String,
    doctor: String,
) -> Result<(), Failure> {
    let words = session.words;
    let clinic = known_clinic(session, clinic).await?;
    let doctor = DoctorId(doctor);
    let slots = session
        .engine
        .slots(clinic.id.clone(), doctor.clone())
        .await
        .map_err(|error| session.failed(error))?;
    let fresh = slots.checked_at >= session.began;
    let document = || {
        let items = slots.value.iter();
        let items =
            items.map(|slot| json::checked_slot(slot, &clinic.id, &doctor, slots.checked_at));
        items.collect::<Value>()
    };
    let text = || {
        let as_of = session.as_of(slots.checked_at);
        if slots.value.is_empty() {
            return if fresh {
                format!("{} {as_of}", words.say("cli-no-slots"))
            } else {
                as_of
            };
        }
        let mut table = Table::new([words.say("cli-when"), words.say("cli-room")]);
        for slot in &slots.value {
            table.row([
                words.when(slot.start, session.now()),
                slot.room.clone().unwrap_or_default(),
            ]);
        }
        format!("{}\n\n{}\n{as_of}", clinic.name, table.to_text())
    };
    session.answer(document, text).await?;
    if fresh {
        Ok(())
    } else {
        let when = words.moment(slots.checked_at, session.now());
        let sentence = words.say_with("cli-slots-old", &[("when", when.into())]);
        Err(Failure::Said(sentence))
    }
}

async fn known_clinic(session: &Session, id: String) -> Result<Clinic, Failure> {
    session
        .engine
        .clinic(ClinicId(id))
        .await
        .map_err(|error| session.failed(error))
}

fn no_online(clinic: &Clinic, words: Words) -> String {
    match &clinic.phone {
        Some(phone) => words.say_with("cli-no-online", &[("phone", phone.as_str().into())]),
        None => words.say("cli-no-online-no-phone"),
    }
}

/// «завтра», «24 ноября»: what the list says about the soonest slot.
fn soonest(session: &Session, counts: Counts) -> String {
    let words = session.words;
    match counts.first {
        None => String::new(),
        Some(RowDate::Day { day }) => words.day(day, date_of(session.now())),
        Some(RowDate::Moment { at }) => words.when(at, session.now()),
    }
}
