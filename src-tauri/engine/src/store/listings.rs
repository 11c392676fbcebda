//! Catalogue lists with their age.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, named_params};
use serde::{Serialize, de::DeserializeOwned};

use super::{Result, Store, moment, ms};
use crate::model::{ClinicId, Dated, DoctorId, SpecialtyId};

/// So many doctors of a specialty are remembered: a clinic that renames them all costs no room.
const MEMBERS: usize = 1000;

/// Which list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Listing {
    /// All districts.
    Districts,
    /// All clinics.
    Clinics,
    /// The specialties of a clinic.
    Specialties(ClinicId),
    /// The doctors of a specialty.
    Doctors(ClinicId, SpecialtyId),
    /// The ids of all doctors of a specialty who have been listed, those listed lately first.
    Members(ClinicId, SpecialtyId),
}

impl Listing {
    fn name(&self) -> String {
        match self {
            Self::Districts => "districts".to_owned(),
            Self::Clinics => "clinics".to_owned(),
            Self::Specialties(clinic) => format!("specialties/{clinic}"),
            Self::Doctors(clinic, specialty) => format!("doctors/{clinic}/{specialty}"),
            Self::Members(clinic, specialty) => format!("members/{clinic}/{specialty}"),
        }
    }
}

impl Store {
    /// The last saved list, if there is one that this program can read.
    pub(crate) async fn listing<T: DeserializeOwned + Send + 'static>(
        &self,
        listing: &Listing,
    ) -> Result<Option<Dated<Vec<T>>>> {
        let name = listing.name();
        let row = self
            .with(move |connection| {
                Ok(connection
                    .prepare_cached("SELECT body, checked_at FROM listing WHERE name = :name")?
                    .query_row(named_params! {":name": name}, |row| {
                        Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
                    })
                    .optional()?)
            })
            .await?;
        // An unreadable list is as good as none: it is fetched again.
        Ok(row.and_then(|(body, checked_at)| {
            let value = serde_json::from_str(&body).ok()?;
            Some(Dated {
                value,
                checked_at: moment(checked_at),
            })
        }))
    }

    /// Replaces a list.
    pub(crate) async fn save_listing<T: Serialize>(
        &self,
        listing: &Listing,
        rows: &[T],
        checked_at: DateTime<Utc>,
    ) -> Result<()> {
        let (name, body) = (listing.name(), serde_json::to_string(rows)?);
        self.with(move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO listing (name, body, checked_at) VALUES (:name, :body, :checked_at)
                     ON CONFLICT (name) DO UPDATE SET body = :body, checked_at = :checked_at",
                )?
                .execute(named_params! {
                    ":name": name, ":body": body, ":checked_at": ms(checked_at),
                })?;
            Ok(())
        })
        .await
    }

    /// Remembers that these doctors have been listed. One round at a time calls it for a clinic.
    pub(crate) async fn note_members(
        &self,
        clinic: &ClinicId,
        specialty: &SpecialtyId,
        listed: Vec<DoctorId>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let listing = Listing::Members(clinic.clone(), specialty.clone());
        let known = self.listing::<DoctorId>(&listing).await?;
        let known = known.map_or_else(Vec::new, |known| known.value);
        if listed.iter().all(|id| known.contains(id)) {
            return Ok(());
        }
        let mut members = listed;
        members.extend(known);
        let mut seen = HashSet::new();
        members.retain(|id| seen.insert(id.clone()));
        members.truncate(MEMBERS);
        self.save_listing(&listing, &members, now).await
    }

    /// The doctors of a specialty who have ever been listed.
    pub(crate) async fn members(
        &self,
        clinic: &ClinicId,
        specialty: &SpecialtyId,
    ) -> Result<Vec<DoctorId>> {
        let listing = Listing::Members(clinic.clone(), specialty.clone());
        let members = self.listing(&listing).await?;
        Ok(members.map_or_else(Vec::new, |members| members.value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn doctors_who_left_are_remembered_and_the_oldest_make_room() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let (clinic, specialty): (ClinicId, SpecialtyId) = ("1".into(), "2".into());
        let note = async |ids: std::ops::Range<usize>| {
            let ids = ids.map(|id| DoctorId(id.to_string())).collect();
            let noted = store.note_members(&clinic, &specialty, ids, DateTime::UNIX_EPOCH);
            noted.await.unwrap();
            store.members(&clinic, &specialty).await.unwrap()
        };
        assert_eq!(store.members(&clinic, &specialty).await.unwrap(), []);
        assert_eq!(note(0..3).await.len(), 3);
        assert_eq!(note(0..0).await.len(), 3);
        assert_eq!(note(2..5).await.len(), 5);
        let members = note(3..3 + MEMBERS - 1).await;
        assert_eq!(members.len(), MEMBERS);
        assert_eq!(members.last(), Some(&"2".into()));
    }
}
