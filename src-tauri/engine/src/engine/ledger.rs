//! What was asked of the service, and for whom.

use chrono::TimeDelta;

use crate::{
    board::is_active,
    ledger,
    model::{ClinicId, ClinicRequests, Key, Ledger, WatchRequests},
};

use super::{Engine, Result, midnight};

impl Engine {
    /// The requests of today and of this hour against the budget, by clinic and by watch.
    pub async fn ledger(&self) -> Result<Ledger> {
        let now = self.now();
        let looked = self.store.looked_since(midnight(now)).await?;
        let last_hour = self.requests_last_hour().await?;
        let pace = self.client.pace();
        let looks = sum(&looked);
        let today = self.requests_today(looks);
        let board = self.poller.board();
        let mut clinics: Vec<ClinicRequests> = looked
            .chunk_by(|(a, _), (b, _)| a.clinic_id() == b.clinic_id())
            .filter_map(|of_clinic| {
                let clinic_id = of_clinic.first()?.0.clinic_id().clone();
                let known = board.clinics.get(&clinic_id);
                Some(ClinicRequests {
                    name: known.map(|clinic| clinic.name.clone()),
                    clinic_id,
                    requests: sum(of_clinic),
                })
            })
            .collect();
        clinics.sort_by_key(|row| std::cmp::Reverse(row.requests));
        let watches = board.watches.iter();
        let (watches, useful): (Vec<WatchRequests>, u32) = ledger::by_watch(
            &looked,
            watches.map(|watch| (watch, is_active(watch, now))),
            |clinic: &ClinicId, doctor| {
                let facts = board.facts.get(clinic);
                facts.map_or_else(Vec::new, |facts| {
                    let specialties = facts.pairs.keys();
                    specialties
                        .filter(|specialty| facts.is_member(specialty, doctor))
                        .cloned()
                        .collect()
                })
            },
        );
        Ok(Ledger {
            today,
            budget_per_day: pace.budget_per_hour().saturating_mul(24),
            last_hour,
            budget_per_hour: pace.budget_per_hour(),
            clinics,
            beside_clinics: today - looks,
            watches,
            beside_watches: today - useful,
        })
    }

    /// Requests since midnight, of which `looked` are in the log: it lacks nothing after a
    /// crash, the tally may lack a minute.
    pub(super) fn requests_today(&self, looked: u32) -> u32 {
        let total = self.client.pace().requests_total();
        self.tally.count(total, self.now()).max(looked)
    }

    /// Requests of the last 60 minutes: those before the start are in the log of looks.
    pub(super) async fn requests_last_hour(&self) -> Result<u32> {
        let hour_ago = self.now() - TimeDelta::hours(1);
        let looked = self.store.looks_since(hour_ago).await?.values().sum();
        Ok(self.client.pace().requests_last_hour().max(looked))
    }
}

fn sum(looked: &[(Key, u32)]) -> u32 {
    looked.iter().map(|(_, looks)| looks).sum()
}
