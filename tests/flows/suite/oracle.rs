//! What must have been told, worked out from the database alone: from the looks, what they found and
//! who waited.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use chrono::{DateTime, Utc};
use engine::model::{DoctorId, WatchDraft, WatchId};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Statement, params};
use simulator::City;

use super::town::{Heard, slot_of};

/// A database, read while the engine writes it.
pub(super) struct Books(Connection);

/// What of it was told otherwise than it should have been.
#[derive(Debug, Default)]
pub(super) struct Audit {
    /// Tellings that were due.
    pub(super) due: usize,
    /// Those that never came.
    pub(super) lost: usize,
    /// Tellings beyond one for each opening.
    pub(super) twice: usize,
}

/// Good looks at lists and doctors: asked for one by one, so that little of them is in memory.
struct Looks<'a> {
    first: Statement<'a>,
    known: HashMap<(String, &'static str, String, i64), Option<i64>>,
}

struct Opening {
    clinic: String,
    doctor: String,
    start: DateTime<Utc>,
    first_seen: i64,
}

impl Books {
    pub(super) fn open(path: &Path) -> rusqlite::Result<Self> {
        let books = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        books.busy_timeout(std::time::Duration::from_secs(5))?;
        // Memory is measured in this process.
        books.pragma_update(None, "cache_size", -256)?;
        Ok(Self(books))
    }

    /// One number.
    pub(super) fn number(&self, sql: &str) -> rusqlite::Result<i64> {
        self.0.query_row(sql, (), |row| row.get(0))
    }

    /// What is broken in it, if anything.
    pub(super) fn damage(&self) -> rusqlite::Result<Vec<String>> {
        let mut said = self.0.prepare("PRAGMA integrity_check")?;
        let said = said.query_map((), |row| row.get(0))?;
        let mut damage: Vec<String> = said.collect::<rusqlite::Result<_>>()?;
        damage.retain(|line| line != "ok");
        let mut strays = self.0.prepare("PRAGMA foreign_key_check")?;
        let strays = strays.query_map((), |row| row.get::<_, String>(0))?;
        for table in strays {
            damage.push(format!("a stray row in {}", table?));
        }
        let doubled = self.number(
            "SELECT count(*) FROM (SELECT 1 FROM alert_slot JOIN alert ON alert.id = alert_id
             GROUP BY watch_id, opening_id HAVING count(*) > 1)",
        )?;
        if doubled > 0 {
            damage.push(format!("{doubled} openings in two alerts of a watch"));
        }
        Ok(damage)
    }

    /// Compares what a channel heard with what looks since `from` found for the watches that are there.
    ///
    /// A watch must be told of what appeared after the first look at a doctor that came after the
    /// first list of the specialty that came after the watch, or the time it was `changed`; what that
    /// look shows it may be told.
    pub(super) fn audit(
        &self,
        city: &City,
        heard: &Heard,
        from: DateTime<Utc>,
        changed: &HashMap<WatchId, DateTime<Utc>>,
    ) -> anyhow::Result<Audit> {
        let watches = self.watches(changed)?;
        let mut looks = Looks::of(&self.0)?;
        let mut waiting: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
        for (index, (_, draft, _)) in watches.iter().enumerate() {
            for place in &draft.places {
                let at = (place.clinic_id.as_str(), place.specialty_id.as_str());
                waiting.entry(at).or_default().push(index);
            }
        }
        let mut specialties: HashMap<(&str, String), Vec<&str>> = HashMap::new();
        for (clinic, specialty) in waiting.keys() {
            let known = city.specialties(clinic);
            if known.iter().all(|one| one.id != **specialty) {
                // Its ids have changed and nobody has found it again yet.
                continue;
            }
            for doctor in city.doctors(clinic, specialty) {
                let listed = specialties.entry((*clinic, doctor.id)).or_default();
                listed.push(*specialty);
            }
        }
        let mut due: HashMap<(WatchId, u64), u32> = HashMap::new();
        let mut seen: HashMap<u64, u32> = HashMap::new();
        let mut openings = self.0.prepare(
            "SELECT clinic, doctor, start, first_seen FROM opening WHERE first_seen >= ?1",
        )?;
        let openings = openings.query_map([from.timestamp_millis()], |row| {
            Ok(Opening {
                clinic: row.get(0)?,
                doctor: row.get(1)?,
                start: DateTime::from_timestamp_millis(row.get(2)?).unwrap_or_default(),
                first_seen: row.get(3)?,
            })
        })?;
        for opening in openings {
            let opening = opening?;
            let slot = slot_of(&opening.clinic, &opening.doctor, opening.start);
            *seen.entry(slot).or_default() += 1;
            let at = (opening.clinic.as_str(), opening.doctor.clone());
            let mut concerned = HashSet::new();
            for specialty in specialties.get(&at).into_iter().flatten() {
                for index in &waiting[&(opening.clinic.as_str(), *specialty)] {
                    let (id, draft, since) = &watches[*index];
                    if !concerned.contains(id)
                        && must_tell(&mut looks, draft, specialty, *since, &opening)?
                    {
                        concerned.insert(*id);
                        *due.entry((*id, slot)).or_default() += 1;
                    }
                }
            }
        }
        let mut audit = Audit::default();
        for (telling, times) in &due {
            let heard = heard.slots.get(telling).copied().unwrap_or(0);
            audit.due += *times as usize;
            audit.lost += times.saturating_sub(heard) as usize;
        }
        for ((_, slot), times) in &heard.slots {
            // What was seen before `from` may be told only now.
            let seen = seen.get(slot).copied().unwrap_or(1);
            audit.twice += times.saturating_sub(seen) as usize;
        }
        Ok(audit)
    }

    fn watches(
        &self,
        changed: &HashMap<WatchId, DateTime<Utc>>,
    ) -> anyhow::Result<Vec<(WatchId, WatchDraft, i64)>> {
        let mut watches = self
            .0
            .prepare("SELECT id, draft, created_at FROM watch WHERE removed_at IS NULL")?;
        let rows = watches.query_map((), |row| {
            Ok((WatchId(row.get(0)?), row.get::<_, String>(1)?, row.get(2)?))
        })?;
        rows.map(|row| {
            let (id, draft, created) = row?;
            let changed = changed.get(&id).map_or(created, DateTime::timestamp_millis);
            Ok((id, serde_json::from_str(&draft)?, changed))
        })
        .collect()
    }
}

impl<'a> Looks<'a> {
    fn of(books: &'a Connection) -> rusqlite::Result<Self> {
        let first = books.prepare(
            "SELECT at FROM look
             WHERE clinic = ?1 AND level = ?2 AND resource = ?3 AND at >= ?4
                 AND outcome IN ('fresh', 'empty')
             ORDER BY at LIMIT 1",
        )?;
        Ok(Self {
            first,
            known: HashMap::new(),
        })
    }

    /// When this was looked at first, not before then.
    fn first(
        &mut self,
        clinic: &str,
        level: &'static str,
        resource: &str,
        since: i64,
    ) -> rusqlite::Result<Option<i64>> {
        let key = (clinic.to_owned(), level, resource.to_owned(), since);
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        let wanted = params![clinic, level, resource, since];
        let first = self.first.query_row(wanted, |row| row.get(0)).optional()?;
        self.known.insert(key, first);
        Ok(first)
    }
}

fn must_tell(
    looks: &mut Looks<'_>,
    draft: &WatchDraft,
    specialty: &str,
    since: i64,
    opening: &Opening,
) -> rusqlite::Result<bool> {
    let Opening {
        clinic,
        doctor,
        start,
        first_seen,
    } = opening;
    let id = DoctorId(doctor.clone());
    let wanted = draft.places.iter().any(|place| {
        (place.clinic_id.as_str(), place.specialty_id.as_str()) == (clinic.as_str(), specialty)
            && place.doctors.includes(&id)
    });
    let seen_at = DateTime::from_timestamp_millis(*first_seen).unwrap_or_default();
    if !wanted || !draft.wish.suits(*start, seen_at) {
        return Ok(false);
    }
    let Some(listed) = looks.first(clinic, "specialty", specialty, since)? else {
        return Ok(false);
    };
    let shown = looks.first(clinic, "doctor", doctor, listed)?;
    Ok(shown.is_some_and(|shown| *first_seen > shown))
}
