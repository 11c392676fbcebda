//! The simulated city, scripted by the story, and what a person finds in it.

use std::{path::Path, sync::Arc, time::Duration};

use chrono::{DateTime, Days, NaiveTime, Utc};
use chrono_tz::Europe::Moscow;
use engine::{
    Config, Engine,
    clock::Clock,
    gorzdrav::link,
    model::{
        ClinicId, DistrictId, DoctorChoice, DoctorId, DoctorRef, Place, Settings, SpecialtyId,
        Tell, WatchDraft, WatchId,
    },
};
use simulator::{City, Server};

use crate::{
    desktop::plain,
    wait::{LIMIT, within},
};

/// A quiet city: nothing happens in it unless the story says so.
pub(crate) struct Town {
    /// The doctor that stories are about.
    pub(crate) doctor: Doctor,
    city: Arc<City>,
    server: Server,
}

/// A doctor, as the city knows and a person reads them.
pub(crate) struct Doctor {
    place: simulator::Place,
    district: DistrictId,
    name: String,
    /// The name of their clinic's district.
    pub(crate) district_name: String,
    /// The short name of their clinic.
    pub(crate) clinic: String,
    /// Their specialty.
    pub(crate) specialty: String,
}

impl Town {
    /// Opens the city and finds a doctor in it.
    pub(crate) async fn open() -> Self {
        let city = City::new(simulator::Config::quiet(Clock::system().now()));
        let server = Server::start(city.clone(), 0)
            .await
            .expect("a loopback port is free");
        let doctor = find_doctor(&city, &server).await;
        city.clear_requests();
        Self {
            doctor,
            city,
            server,
        }
    }

    /// What the program is to ask instead of the real service.
    pub(crate) fn address(&self) -> String {
        self.server.base_url()
    }

    /// The booking site's page of the doctor's specialty.
    pub(crate) fn link(&self) -> String {
        let doctor = &self.doctor;
        link::specialty_page(
            Some(&doctor.district),
            &ClinicId(doctor.place.clinic.clone()),
            &SpecialtyId(doctor.place.specialty.clone()),
        )
    }

    /// A slot of the doctor appears, some days ahead at this time of Moscow.
    pub(crate) fn release(&self, days: u64, time: NaiveTime) {
        let place = &self.doctor.place;
        self.city
            .offer(&place.clinic, &place.doctor, moment(days, time));
    }

    /// Others take all slots of the doctor.
    pub(crate) fn take_all(&self) {
        let place = &self.doctor.place;
        let taken = self.city.take_all(&place.clinic, &place.doctor);
        assert!(taken > 0, "there was nothing to take");
    }

    /// Waits until the program has looked at the slots of the doctor and come back: what
    /// appears from then on is news to it.
    pub(crate) async fn looked_at(&self) {
        self.looked_at_within(LIMIT).await;
    }

    /// The same where there is much to look at before.
    pub(crate) async fn looked_at_within(&self, limit: Duration) {
        let place = &self.doctor.place;
        let slots = format!(
            "/schedule/lpu/{}/doctor/{}/appointments",
            place.clinic, place.doctor
        );
        within(limit, "the program looks at the doctor", async || {
            let requests = self.city.requests();
            let first = requests.iter().position(|request| request.path == slots)?;
            // A later look begins when the first one's outcome is kept.
            let later = requests[first + 1..]
                .iter()
                .any(|request| request.path == slots || request.path.contains("/doctors"));
            later.then_some(())
        })
        .await;
    }

    /// Every path it was asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        let requests = self.city.requests();
        requests.into_iter().map(|request| request.path).collect()
    }

    /// Leaves a watch on the doctor in a folder of data, as earlier runs would have.
    pub(crate) async fn watch(&self, data: &Path) -> WatchId {
        self.watch_with(data, Settings::default(), Tell::Ladder)
            .await
    }

    /// The same with these settings, telling so.
    pub(crate) async fn watch_with(&self, data: &Path, settings: Settings, tell: Tell) -> WatchId {
        let doctor = &self.doctor;
        let wanted = DoctorRef {
            id: DoctorId(doctor.place.doctor.clone()),
            name: doctor.name.clone(),
        };
        let place = Place {
            clinic_id: ClinicId(doctor.place.clinic.clone()),
            clinic_name: doctor.clinic.clone(),
            specialty_id: SpecialtyId(doctor.place.specialty.clone()),
            specialty_name: doctor.specialty.clone(),
            fer_id: None,
            doctors: DoctorChoice::Only {
                doctors: vec![wanted],
            },
        };
        let engine = engine(data, &self.server).await;
        let settings = Settings {
            welcomed: true,
            close_hint_shown: true,
            ..settings
        };
        engine
            .save_settings(settings)
            .await
            .expect("the settings are good");
        let draft = WatchDraft {
            places: vec![place],
            tell,
            ..WatchDraft::default()
        };
        let watch = engine.add_watch(draft).await.expect("the draft is good");
        engine.stop().await;
        watch.id
    }
}

impl Town {
    /// Leaves a watch on a specialty of each of so many other clinics than the doctor's; how many there are.
    pub(crate) async fn watch_clinics(&self, data: &Path, clinics: usize) -> usize {
        let engine = engine(data, &self.server).await;
        let mut watches = 0;
        let others = self.city.clinics().into_iter();
        let others = others.filter(|clinic| clinic.id != self.doctor.place.clinic);
        for clinic in others.take(clinics) {
            let Some(specialty) = self.city.specialties(&clinic.id).into_iter().next() else {
                continue;
            };
            let place = Place {
                clinic_id: ClinicId(clinic.id),
                clinic_name: clinic.name,
                specialty_id: SpecialtyId(specialty.id),
                specialty_name: specialty.name,
                fer_id: None,
                doctors: DoctorChoice::Any,
            };
            let draft = WatchDraft {
                places: vec![place],
                ..WatchDraft::default()
            };
            engine.add_watch(draft).await.expect("the draft is good");
            watches += 1;
        }
        engine.stop().await;
        watches
    }

    /// How often the city was asked.
    pub(crate) fn polls(&self) -> usize {
        self.city.request_count()
    }
}

/// An engine that does nothing by itself.
pub(crate) async fn engine(data: &Path, server: &Server) -> std::sync::Arc<Engine> {
    let config = Config {
        api_base: server.base_url().parse().expect("the address is a URL"),
        budget_per_hour: Some(100_000),
        background: false,
        secrets: Some(engine::secrets::Secrets::in_memory()),
        ..Config::new(data.to_owned())
    };
    Engine::start(config, Vec::new())
        .await
        .expect("the folder is free")
}

/// Reads the names as the program shows them.
async fn find_doctor(city: &City, server: &Server) -> Doctor {
    let place = city.a_doctor();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let engine = engine(folder.path(), server).await;
    let (clinic_id, specialty_id) = (
        ClinicId(place.clinic.clone()),
        SpecialtyId(place.specialty.clone()),
    );
    let clinics = engine.clinics(None).await.expect("the city answers").value;
    let clinic = clinics
        .into_iter()
        .find(|clinic| clinic.id == clinic_id)
        .expect("the clinic is listed");
    let districts = engine.districts().await.expect("the city answers").value;
    let district = districts
        .into_iter()
        .find(|district| district.id == clinic.district_id)
        .expect("the district is listed");
    let specialties = engine
        .specialties(clinic_id.clone())
        .await
        .expect("the city answers")
        .value;
    let specialty = specialties
        .into_iter()
        .find(|specialty| specialty.id == specialty_id)
        .expect("the specialty is listed");
    let doctors = engine
        .doctors(clinic_id, specialty_id)
        .await
        .expect("the city answers")
        .value;
    let doctor = doctors
        .into_iter()
        .find(|doctor| doctor.id.0 == place.doctor)
        .expect("the doctor is listed");
    engine.stop().await;
    Doctor {
        place,
        district: district.id,
        name: plain(&doctor.name),
        district_name: plain(&district.name),
        clinic: plain(&clinic.name),
        specialty: plain(&specialty.name),
    }
}

fn moment(days: u64, time: NaiveTime) -> DateTime<Utc> {
    let today = Clock::system().now().with_timezone(&Moscow).date_naive();
    let moment = (today + Days::new(days))
        .and_time(time)
        .and_local_timezone(Moscow);
    moment.single().expect("Moscow changes no clocks").to_utc()
}
