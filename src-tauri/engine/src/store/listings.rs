//! Catalogue lists with their age.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, named_params};
use serde::{Serialize, de::DeserializeOwned};

use super::{Result, Store, moment, ms};
use crate::model::{ClinicId, Dated, SpecialtyId};

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
}

impl Listing {
    fn name(&self) -> String {
        match self {
            Self::Districts => "districts".to_owned(),
            Self::Clinics => "clinics".to_owned(),
            Self::Specialties(clinic) => format!("specialties/{clinic}"),
            Self::Doctors(clinic, specialty) => format!("doctors/{clinic}/{specialty}"),
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
}
