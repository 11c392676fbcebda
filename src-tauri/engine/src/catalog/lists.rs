//! The lists to choose from: kept in SQLite with their age, readable offline at once.
//!
//! Requests for the same list at the same time are one request. Whether a list
//! is fresh is decided by the engine's clock; moka only keeps it.

use std::{
    hash::Hash,
    sync::{Arc, PoisonError, RwLock},
};

use chrono::{DateTime, TimeDelta, Utc};
use moka::future::Cache;
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::broadcast;

use super::search::ClinicIndex;
use crate::{
    clock::Clock,
    error::EngineError,
    gorzdrav::{Answer, ApiError, Client},
    model::{
        Clinic, ClinicHits, ClinicId, Dated, District, DistrictId, Doctor, DoctorId, Event, Slot,
        Specialty, SpecialtyId, WorkDay,
    },
    pace::Why,
    store::{Listing, Store},
};

/// Districts and clinics are refreshed after this.
const DAILY: TimeDelta = TimeDelta::days(1);
/// How long counts of specialties and doctors are good enough to choose by.
const COUNTS_FRESH: TimeDelta = TimeDelta::minutes(3);
/// How long slots are good enough to look at.
const SLOTS_FRESH: TimeDelta = TimeDelta::seconds(20);
/// Not earlier than this after a refresh.
const DAY: std::time::Duration = std::time::Duration::from_hours(24);

/// The code for a clinic that is not there.
const UNKNOWN_CLINIC: i32 = 610;

type Shelf<K, T> = Cache<K, Arc<Dated<Vec<T>>>>;

/// Everything that can be chosen.
pub(crate) struct Catalog {
    store: Store,
    client: Client,
    clock: Clock,
    events: broadcast::Sender<Event>,
    districts: Shelf<(), District>,
    clinics: Shelf<(), Clinic>,
    specialties: Shelf<ClinicId, Specialty>,
    doctors: Shelf<(ClinicId, SpecialtyId), Doctor>,
    slots: Shelf<(ClinicId, DoctorId), Slot>,
    timetables: Shelf<(ClinicId, DoctorId), WorkDay>,
    index: RwLock<Arc<ClinicIndex>>,
}

fn shelf<K: Hash + Eq + Send + Sync + 'static, T: Send + Sync + 'static>() -> Shelf<K, T> {
    Cache::new(200)
}

/// What is on the shelf and fresh, or else what `load` brings; one load at a time for a key.
async fn take<K, T, F>(
    shelf: &Shelf<K, T>,
    key: K,
    fresh_since: DateTime<Utc>,
    load: F,
) -> Result<Arc<Dated<Vec<T>>>, EngineError>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    T: Clone + Send + Sync + 'static,
    F: Future<Output = Result<Dated<Vec<T>>, EngineError>>,
{
    if shelf
        .get(&key)
        .await
        .is_some_and(|kept| kept.checked_at < fresh_since)
    {
        shelf.invalidate(&key).await;
    }
    let load = Box::pin(async { load.await.map(Arc::new) });
    shelf
        .try_get_with(key, load)
        .await
        .map_err(|error| EngineError::clone(&error))
}

/// Is a new answer fit to replace an old list? Neither empty nor less than half of it.
fn is_sane(old: usize, new: usize) -> bool {
    new > 0 && new * 2 >= old
}

impl Catalog {
    pub(crate) fn new(
        store: Store,
        client: Client,
        clock: Clock,
        events: broadcast::Sender<Event>,
    ) -> Self {
        Self {
            store,
            client,
            clock,
            events,
            districts: shelf(),
            clinics: shelf(),
            specialties: shelf(),
            doctors: shelf(),
            slots: shelf(),
            timetables: shelf(),
            index: RwLock::new(Arc::new(ClinicIndex::new(&[]))),
        }
    }

    /// All districts, however old.
    pub(crate) async fn districts(&self) -> Result<Arc<Dated<Vec<District>>>, EngineError> {
        take(&self.districts, (), DateTime::UNIX_EPOCH, async {
            match self.store.listing(&Listing::Districts).await? {
                Some(kept) => Ok(kept),
                None => {
                    self.fetch(&Listing::Districts, self.client.districts(Why::Click))
                        .await
                }
            }
        })
        .await
    }

    /// All clinics, however old.
    pub(crate) async fn clinics(&self) -> Result<Arc<Dated<Vec<Clinic>>>, EngineError> {
        take(&self.clinics, (), DateTime::UNIX_EPOCH, async {
            let clinics = match self.store.listing(&Listing::Clinics).await? {
                Some(kept) => kept,
                None => {
                    self.fetch(&Listing::Clinics, self.client.clinics(Why::Click))
                        .await?
                }
            };
            self.set_index(&clinics.value);
            Ok(clinics)
        })
        .await
    }

    fn set_index(&self, clinics: &[Clinic]) {
        let index = Arc::new(ClinicIndex::new(clinics));
        *self.index.write().unwrap_or_else(PoisonError::into_inner) = index;
    }

    /// One clinic.
    pub(crate) async fn clinic(&self, id: &ClinicId) -> Result<Clinic, EngineError> {
        let clinics = self.clinics().await?;
        match clinics.value.iter().find(|clinic| clinic.id == *id) {
            Some(clinic) => Ok(clinic.clone()),
            // The list may be a day old; the clinic may be new.
            None => match self.client.clinic(id, Why::Click).await {
                Ok(clinic) => Ok(clinic),
                Err(ApiError::ClinicDown {
                    code: UNKNOWN_CLINIC,
                    ..
                }) => Err(EngineError::NotFound("clinic")),
                Err(error) => Err(error.into()),
            },
        }
    }

    /// Clinics by what was typed.
    pub(crate) async fn search(
        &self,
        text: &str,
        district: Option<&DistrictId>,
        limit: u32,
    ) -> Result<ClinicHits, EngineError> {
        self.clinics().await?;
        let index = Arc::clone(&self.index.read().unwrap_or_else(PoisonError::into_inner));
        Ok(index.search(text, district, limit))
    }

    /// The specialties of a clinic with their counts; the last known ones if the clinic does not answer.
    pub(crate) async fn specialties(
        &self,
        clinic: ClinicId,
    ) -> Result<Arc<Dated<Vec<Specialty>>>, EngineError> {
        let listing = Listing::Specialties(clinic.clone());
        let ask = self.client.specialties(&clinic, Why::Click);
        take(
            &self.specialties,
            clinic.clone(),
            self.clock.now() - COUNTS_FRESH,
            self.fresh(&listing, ask),
        )
        .await
    }

    /// The doctors of a specialty with their counts; the last known ones if the clinic does not answer.
    pub(crate) async fn doctors(
        &self,
        clinic: ClinicId,
        specialty: SpecialtyId,
    ) -> Result<Arc<Dated<Vec<Doctor>>>, EngineError> {
        let listing = Listing::Doctors(clinic.clone(), specialty.clone());
        let ask = self.client.doctors(&clinic, &specialty, Why::Click);
        let key = (clinic.clone(), specialty.clone());
        take(
            &self.doctors,
            key,
            self.clock.now() - COUNTS_FRESH,
            self.fresh(&listing, ask),
        )
        .await
    }

    /// The free slots of a doctor; the last good look's if the clinic does not answer.
    pub(crate) async fn slots(
        &self,
        clinic: ClinicId,
        doctor: DoctorId,
    ) -> Result<Arc<Dated<Vec<Slot>>>, EngineError> {
        let key = (clinic.clone(), doctor.clone());
        take(&self.slots, key, self.clock.now() - SLOTS_FRESH, async {
            match self.client.slots(&clinic, &doctor, Why::Click).await {
                Ok(answer) => Ok(Dated {
                    value: answer.rows,
                    checked_at: self.clock.now(),
                }),
                Err(error) => self
                    .store
                    .snapshot(clinic.clone(), doctor.clone())
                    .await?
                    .ok_or_else(|| error.into()),
            }
        })
        .await
    }

    /// A doctor's working days.
    pub(crate) async fn timetable(
        &self,
        clinic: ClinicId,
        doctor: DoctorId,
    ) -> Result<Arc<Dated<Vec<WorkDay>>>, EngineError> {
        let key = (clinic.clone(), doctor.clone());
        take(
            &self.timetables,
            key,
            self.clock.now() - COUNTS_FRESH,
            async {
                let answer = self.client.timetable(&clinic, &doctor, Why::Click).await?;
                Ok(Dated {
                    value: answer.rows,
                    checked_at: self.clock.now(),
                })
            },
        )
        .await
    }

    /// A kept list if it is fresh, else a new one, else the kept one with its age.
    async fn fresh<T: Serialize + DeserializeOwned + Send + 'static>(
        &self,
        listing: &Listing,
        ask: impl Future<Output = Result<Answer<T>, ApiError>>,
    ) -> Result<Dated<Vec<T>>, EngineError> {
        let kept = self.store.listing(listing).await?;
        match kept {
            Some(kept) if kept.checked_at >= self.clock.now() - COUNTS_FRESH => Ok(kept),
            Some(kept) => Ok(self.fetch(listing, ask).await.unwrap_or(kept)),
            None => self.fetch(listing, ask).await,
        }
    }

    /// A new list, kept if there is anything on it.
    async fn fetch<T: Serialize>(
        &self,
        listing: &Listing,
        ask: impl Future<Output = Result<Answer<T>, ApiError>>,
    ) -> Result<Dated<Vec<T>>, EngineError> {
        let rows = ask.await?.rows;
        let checked_at = self.clock.now();
        if !rows.is_empty() {
            self.store.save_listing(listing, &rows, checked_at).await?;
        }
        Ok(Dated {
            value: rows,
            checked_at,
        })
    }

    /// Replaces what is older than a day and whose new answer is sane; returns the wait until the next time.
    pub(crate) async fn refresh(&self) -> Result<std::time::Duration, EngineError> {
        let districts = self.store.listing::<District>(&Listing::Districts).await?;
        let clinics = self.store.listing::<Clinic>(&Listing::Clinics).await?;
        let oldest = match (&districts, &clinics) {
            (Some(districts), Some(clinics)) => Some(districts.checked_at.min(clinics.checked_at)),
            (None, _) | (_, None) => None,
        };
        let now = self.clock.now();
        if let Some(wait) = oldest
            .and_then(|oldest| (oldest + DAILY - now).to_std().ok())
            .filter(|wait| !wait.is_zero())
        {
            self.clinics().await?;
            return Ok(wait.min(DAY));
        }
        let renewed = self
            .renew(
                &Listing::Districts,
                districts,
                self.client.districts(Why::Background),
            )
            .await?;
        if renewed {
            self.districts.invalidate(&()).await;
        }
        if self
            .renew(
                &Listing::Clinics,
                clinics,
                self.client.clinics(Why::Background),
            )
            .await?
        {
            self.clinics.invalidate(&()).await;
        }
        self.clinics().await?;
        // Nobody listening is no error.
        let _ = self.events.send(Event::CatalogueChanged);
        Ok(DAY)
    }

    async fn renew<T: Serialize>(
        &self,
        listing: &Listing,
        old: Option<Dated<Vec<T>>>,
        ask: impl Future<Output = Result<Answer<T>, ApiError>>,
    ) -> Result<bool, EngineError> {
        let rows = ask.await?.rows;
        let kept = old.map_or(0, |old| old.value.len());
        if !is_sane(kept, rows.len()) {
            tracing::warn!(
                ?listing,
                kept,
                new = rows.len(),
                "a new list looks wrong; the old one is kept"
            );
            return Ok(false);
        }
        self.store
            .save_listing(listing, &rows, self.clock.now())
            .await?;
        Ok(true)
    }
}
