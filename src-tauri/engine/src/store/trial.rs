//! The trial of all channels: a simulated slot that goes the way of a real one.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::params;

use super::{Coverage, DoctorLook, Result, Site, Step, Store, commit::commit};
use crate::model::{
    Activity, AlertId, ClinicId, DoctorId, Key, Look, MessageKind, Outcome, Slot, TRIAL, Watch,
    WatchDraft,
};

/// A clinic and a doctor of no list.
const NOWHERE: &str = "trial";

impl Store {
    /// A good look at a doctor nobody has sees nothing, the next one a slot: an alert for these channels.
    pub(crate) async fn begin_trial(
        &self,
        channels: Vec<String>,
        now: DateTime<Utc>,
    ) -> Result<AlertId> {
        let steps = channels
            .into_iter()
            .map(|channel| Step {
                channel,
                kind: MessageKind::Appeared,
                after: TimeDelta::zero(),
                at_once: false,
            })
            .collect();
        let coverage = Coverage {
            watch: Arc::new(Watch {
                id: TRIAL,
                created_at: now,
                draft: WatchDraft::default(),
                activity: Activity::On,
            }),
            site: Arc::new(Site {
                clinic_id: ClinicId(NOWHERE.to_owned()),
                clinic: String::new(),
                address: None,
                specialty: String::new(),
                link: String::new(),
            }),
            listed: true,
            paused: false,
            steps,
        };
        let look = DoctorLook {
            look: Look {
                key: Key::Doctor {
                    clinic_id: ClinicId(NOWHERE.to_owned()),
                    doctor_id: DoctorId(NOWHERE.to_owned()),
                },
                at: now,
                outcome: Outcome::Fresh,
                code: None,
                appeared: 0,
                vanished: 0,
                elapsed_ms: 0,
            },
            doctor: String::new(),
            slots: vec![Slot {
                start: now + TimeDelta::days(1),
                end: None,
                room: None,
                address: None,
            }],
            coverage: Arc::new(move || Arc::new([coverage.clone()])),
            before: None,
        };
        self.with(move |connection| {
            let tx = connection.transaction()?;
            forget(&tx)?;
            let committed = commit(&tx, look.clone())?;
            tx.commit()?;
            committed
                .alerts
                .first()
                .copied()
                .ok_or(super::StoreError::Closed)
        })
        .await
    }

    /// Nothing of the trial stays.
    pub(crate) async fn end_trial(&self) -> Result<()> {
        self.with(|connection| {
            let tx = connection.transaction()?;
            forget(&tx)?;
            Ok(tx.commit()?)
        })
        .await
    }
}

fn forget(tx: &rusqlite::Transaction<'_>) -> Result<()> {
    tx.execute("DELETE FROM alert WHERE watch_id = ?1", params![TRIAL.0])?;
    for table in ["opening", "snapshot", "look"] {
        tx.execute(
            &format!("DELETE FROM {table} WHERE clinic = ?1"),
            params![NOWHERE],
        )?;
    }
    Ok(())
}
