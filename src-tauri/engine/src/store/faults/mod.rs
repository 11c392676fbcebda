//! What disks, other programs and years do to the file.

mod copies;
mod damage;
mod full;
mod golden;
mod growth;

use std::{path::Path, sync::Arc};

use super::*;
use crate::model::{
    Activity, Alert, DoctorChoice, DoctorId, DoctorRef, Key, Look, MessageKind, Outcome, Place,
    Settings, Slot, Watch, WatchDraft,
};
use chrono::TimeDelta;

/// A Monday morning.
fn begin() -> DateTime<Utc> {
    "2026-11-23T06:00:00Z".parse().unwrap()
}

fn place() -> Place {
    Place {
        clinic_id: "27".into(),
        clinic_name: "Поликлиника № 27".to_owned(),
        specialty_id: "78".into(),
        specialty_name: "Офтальмолог".to_owned(),
        fer_id: None,
        doctors: DoctorChoice::Only {
            doctors: vec![doctor("a")],
        },
    }
}

fn doctor(id: &str) -> DoctorRef {
    DoctorRef {
        id: id.into(),
        name: "Синицына Вера Павловна".to_owned(),
    }
}

fn wish(nickname: &str) -> WatchDraft {
    WatchDraft {
        nickname: nickname.to_owned(),
        places: vec![place()],
        ..WatchDraft::default()
    }
}

/// A good look at a doctor that sees slots these days after the beginning.
fn look(watch: &Watch, doctor: &str, at: DateTime<Utc>, days: &[i64]) -> DoctorLook {
    let step = |kind, minutes| Step {
        channel: "desktop".to_owned(),
        kind,
        after: TimeDelta::minutes(minutes),
        at_once: false,
    };
    let coverage = Coverage {
        watch: Arc::new(watch.clone()),
        site: Arc::new(Site {
            clinic_id: "27".into(),
            clinic: "Поликлиника № 27".to_owned(),
            address: None,
            specialty: "Офтальмолог".to_owned(),
            link: "https://gorzdrav.spb.ru/".to_owned(),
        }),
        listed: true,
        paused: false,
        steps: Arc::new([step(MessageKind::Appeared, 0), step(MessageKind::Again, 2)]),
    };
    let slots = days.iter().map(|day| Slot {
        start: begin() + TimeDelta::days(*day),
        end: None,
        room: Some("312".to_owned()),
        address: None,
    });
    DoctorLook {
        look: Look {
            key: Key::Doctor {
                clinic_id: "27".into(),
                doctor_id: DoctorId(doctor.to_owned()),
            },
            at,
            outcome: Outcome::Fresh,
            code: None,
            appeared: 0,
            vanished: 0,
            elapsed_ms: 90,
        },
        doctor: "Синицына Вера Павловна".to_owned(),
        slots: slots.collect(),
        coverage: Arc::new(move || Arc::new([coverage.clone()])),
        before: Some(("78".into(), at - TimeDelta::minutes(2))),
    }
}

/// Opens the folder as the program does that looks and tells, at this time.
fn open(folder: &Path, now: DateTime<Utc>) -> Result<Store> {
    Store::open_at(folder, Clock::test(now), true)
}

/// Two people wait; one has been told of a slot, and something waits to be told.
async fn lived_in(folder: &Path) -> Vec<Watch> {
    let store = open(folder, begin()).unwrap();
    let drafts = ["мама", "Петя"].map(|nickname| (wish(nickname), Activity::On));
    let watches = store.add_watches(drafts.to_vec(), begin()).await.unwrap();
    let settings = Settings {
        welcomed: true,
        ..Settings::default()
    };
    store
        .save_setting(SettingName::Settings, Some(&settings))
        .await
        .unwrap();
    let minute = TimeDelta::minutes(1);
    for (minutes, days) in [(-4, &[3][..]), (-2, &[3, 4]), (0, &[3, 4, 5])] {
        let look = look(&watches[0], "a", begin() + minute * minutes, days);
        store.commit(look).await.unwrap();
    }
    watches
}

async fn nicknames(store: &Store) -> Vec<String> {
    let watches = store.watches().await.unwrap();
    watches
        .into_iter()
        .map(|watch| watch.draft.nickname)
        .collect()
}

async fn alerts(store: &Store) -> Vec<Alert> {
    store.alerts(100).await.unwrap()
}

/// Is the file sound, as SQLite and we see it?
fn is_sound(folder: &Path) -> bool {
    let file = Connection::open(folder.join(FILE_NAME)).unwrap();
    mend::check(&file, mend::Depth::Whole).is_ok()
        && !file
            .prepare("PRAGMA foreign_key_check")
            .unwrap()
            .exists(())
            .unwrap()
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Runs a test of this file again in a process of its own, which it tells by `true`.
#[cfg(target_os = "linux")]
fn is_alone(test: &str, prepare: impl FnOnce(&mut std::process::Command)) -> bool {
    const ALONE: &str = "TALONCHIK_TEST_ALONE";
    if std::env::var_os(ALONE).is_some() {
        return true;
    }
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "--nocapture", test]).env(ALONE, "1");
    prepare(&mut child);
    let output = child.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    false
}
