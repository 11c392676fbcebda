//! The program itself: status, pause, settings, self-check, data.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    board::is_active,
    error::{EngineError, Problem},
    gorzdrav::ApiError,
    model::{
        ChannelState, Check, CheckSubject, ClinicId, ClinicTrust, Event, Pause, QuietManner,
        Settings, Status, Verdict,
    },
    pace::Why,
    secrets::KeyStore,
    store::{FORM_LIMIT, SettingName},
    watches,
};

use super::{CLOCK_TOLERANCE, Engine, Result, check_budget, count, midnight};

impl Engine {
    /// What the status line and the tray say.
    pub async fn status(&self) -> Result<Status> {
        let now = self.now();
        let clinics: BTreeSet<ClinicId> = {
            let board = self.poller.board();
            board
                .watches
                .places()
                .map(|(clinic, _)| clinic.clone())
                .collect()
        };
        let starts = self.starts(clinics.into_iter().collect()).await?;
        let looked = self.store.looks_since(midnight(now)).await?.values().sum();
        let requests_today = self.requests_today(looked);
        let requests_last_hour = self.requests_last_hour().await?;
        let unanswered = self.store.unanswered().await?;
        let Settings { quiet, hushed, .. } = self.settings().await?;
        let unsaved = self.store.unsaved().await?;
        let restored = self.restored().await?;
        let holds = quiet.manner == QuietManner::Hold;
        let mut board = self.poller.board();
        let found = watches::found(&board, &starts);
        let pace = self.client.pace();
        Ok(Status {
            service: board.service.state,
            watching: count(board.watches.iter().filter(|watch| is_active(watch, now))),
            found: u32::try_from(found).unwrap_or(u32::MAX),
            unanswered,
            checked_at: board
                .facts
                .values()
                .flat_map(|facts| facts.pairs.values())
                .filter_map(|pair| pair.good_at)
                .max(),
            next_look_at: board
                .next_due()
                .filter(|_| !board.is_paused(now))
                .map(|due| watches::moment_of(due, now)),
            pause: board.pause.filter(|_| board.is_paused(now)),
            quiet_until: quiet.until(now, &chrono::Local).filter(|_| holds),
            hushed,
            silent_since: self.deadman().silent_since(),
            slept: board
                .slept
                .filter(|slept| now - slept.to < TimeDelta::days(1)),
            requests_today,
            requests_last_hour,
            budget_per_hour: pace.budget_per_hour(),
            budget_per_day: pace.budget_per_hour().saturating_mul(24),
            unsaved,
            restored,
            demo: self.config.demo,
        })
    }

    /// Pauses everything; `None`: until resumed.
    pub async fn pause(&self, until: Option<DateTime<Utc>>) -> Result<()> {
        self.set_pause(Some(Pause { until })).await
    }

    /// Goes on after a pause.
    pub async fn resume(&self) -> Result<()> {
        self.set_pause(None).await
    }

    async fn set_pause(&self, pause: Option<Pause>) -> Result<()> {
        self.store
            .save_setting(SettingName::Pause, pause.as_ref())
            .await?;
        {
            let mut board = self.poller.board();
            board.pause = pause;
            board.spread();
        }
        self.poller.changed.notify_one();
        self.tell(Event::StatusChanged);
        self.tell(Event::WatchesChanged);
        self.tell_or_take_back(None).await;
        Ok(())
    }

    /// What the person has set.
    pub async fn settings(&self) -> Result<Settings> {
        Ok(self
            .store
            .setting(SettingName::Settings)
            .await?
            .unwrap_or_default())
    }

    /// Has the person ever set anything? The first start takes the system's language.
    pub async fn has_settings(&self) -> Result<bool> {
        Ok(self
            .store
            .setting::<Settings>(SettingName::Settings)
            .await?
            .is_some())
    }

    /// Saves settings; they hold at once. Another mail server or login is none of them: it comes with
    /// its password by [`Engine::set_mail`], so that none is shown to a server it is not for.
    pub async fn save_settings(&self, settings: Settings) -> Result<Settings> {
        let _turn = self.settings_turn.lock().await;
        let here = self.settings().await?;
        let mail = if here.mail.is_same_mailbox(&settings.mail) {
            settings.mail
        } else {
            here.mail
        };
        self.put_settings(Settings { mail, ..settings }).await
    }

    /// Changes settings as they are now.
    pub(crate) async fn change_settings(
        &self,
        change: impl FnOnce(&mut Settings),
    ) -> Result<Settings> {
        let _turn = self.settings_turn.lock().await;
        let mut settings = self.settings().await?;
        change(&mut settings);
        self.put_settings(settings).await
    }

    /// Writes settings; whoever calls holds the turn.
    pub(super) async fn put_settings(&self, settings: Settings) -> Result<Settings> {
        check_budget(&settings)?;
        let before = self.settings().await?;
        self.store
            .save_setting(SettingName::Settings, Some(&settings))
            .await?;
        if (&before.quiet, before.hushed) != (&settings.quiet, settings.hushed) {
            // What waits for the end of the quiet hours goes by the new ones.
            self.store.release_held(self.now()).await?;
            self.poller.outbox.notify_waiters();
            self.tell(Event::StatusChanged);
        }
        if self.config.budget_per_hour.is_none() {
            self.client.pace().set_budget(settings.budget_per_hour);
        }
        self.client.pace().set_bursts(settings.bursts);
        if (before.budget_per_hour, before.bursts) != (settings.budget_per_hour, settings.bursts) {
            self.poller.changed.notify_one();
            self.tell(Event::StatusChanged);
        }
        let outside = |it: &Settings| {
            (
                it.mail.clone(),
                it.push.clone(),
                it.language,
                it.hide_details,
            )
        };
        if outside(&before) != outside(&settings) {
            self.reopen_mail_and_push().await?;
        }
        let telegram = |it: &Settings| (it.telegram, it.telegram_api.clone(), it.language);
        if telegram(&before) != telegram(&settings) {
            self.telegram.reopen().await?;
        }
        self.tell(Event::SettingsChanged);
        Ok(settings)
    }

    /// Switches «Тихий режим» on or off, whatever it is now.
    pub async fn set_hush(&self, on: bool) -> Result<()> {
        let settings = Settings {
            hushed: on,
            ..self.settings().await?
        };
        self.save_settings(settings).await?;
        Ok(())
    }

    /// Switches «Тихий режим» on or off; gives what it is now.
    pub async fn toggle_hush(&self) -> Result<bool> {
        let settings = self
            .change_settings(|settings| settings.hushed = !settings.hushed)
            .await?;
        Ok(settings.hushed)
    }

    /// What was typed into an unfinished form.
    pub async fn form(&self, name: &str) -> Result<Option<String>> {
        Ok(self
            .store
            .setting(SettingName::Form(name.to_owned()))
            .await?)
    }

    /// Keeps what was typed into a form (at most 64 KB); `None` forgets it.
    pub async fn save_form(&self, name: &str, text: Option<String>) -> Result<()> {
        if name.len() > 64 || text.as_ref().is_some_and(|text| text.len() > FORM_LIMIT) {
            return Err(EngineError::Invalid(vec![Problem::TooLong]));
        }
        Ok(self
            .store
            .save_setting(SettingName::Form(name.to_owned()), text.as_ref())
            .await?)
    }

    /// Checks the network, the service, the clock and the database.
    pub async fn self_check(&self) -> Result<Vec<Check>> {
        let check = |subject, verdict, detail| Check {
            subject,
            verdict,
            detail,
        };
        let asked = self.client.districts(Why::Click).await;
        let (network, service, detail) = match &asked {
            Ok(_) => (Verdict::Fine, Verdict::Fine, None),
            Err(error @ ApiError::Offline { .. }) => {
                (Verdict::Broken, Verdict::Broken, Some(error.to_string()))
            }
            Err(error @ ApiError::Slowed { .. }) => {
                (Verdict::Fine, Verdict::Remark, Some(error.to_string()))
            }
            Err(error) => (Verdict::Fine, Verdict::Broken, Some(error.to_string())),
        };
        let mut checks = vec![
            check(CheckSubject::Network, network, None),
            check(CheckSubject::Service, service, detail),
        ];
        if let Some(service_time) = self.client.service_time() {
            let ahead = self.now() - service_time;
            let fine = ahead.abs() <= CLOCK_TOLERANCE;
            let detail = format!("{} s", ahead.num_seconds());
            checks.push(check(
                CheckSubject::Clock,
                if fine { Verdict::Fine } else { Verdict::Remark },
                (!fine).then_some(detail),
            ));
        }
        let (verdict, detail) = self.check_database().await?;
        checks.push(check(CheckSubject::Database, verdict, detail));
        checks.extend(self.check_channels().await?);
        Ok(checks)
    }

    /// What the counts of the watched clinics are worth, by name.
    #[expect(
        clippy::unused_async,
        reason = "asked like everything else of a program"
    )]
    pub async fn clinic_trust(&self) -> Result<Vec<ClinicTrust>> {
        let board = self.poller.board();
        let named = |id: &ClinicId| {
            let mut places = board.watches.iter().flat_map(|it| &it.draft.places);
            let chosen = || Some(&places.find(|place| place.clinic_id == *id)?.clinic_name);
            let listed = board.clinics.get(id).map(|clinic| &clinic.name);
            listed.or_else(chosen).cloned().unwrap_or_default()
        };
        let mut clinics: Vec<ClinicTrust> = board
            .plan
            .keys()
            .map(|id| ClinicTrust {
                clinic_id: id.clone(),
                clinic: named(id),
                state: board.trust.summary(id).state(),
            })
            .collect();
        clinics.sort_by(|a, b| (&a.clinic, &a.clinic_id).cmp(&(&b.clinic, &b.clinic_id)));
        Ok(clinics)
    }

    /// The key store where it matters, and every way to tell that is set up.
    async fn check_channels(&self) -> Result<Vec<Check>> {
        let channels = self.channels().await?;
        let states = [
            (CheckSubject::Telegram, channels.telegram.state),
            (CheckSubject::Mail, channels.mail.state),
            (CheckSubject::Push, channels.push.state),
        ];
        let set_up = states
            .into_iter()
            .filter(|(_, state)| *state != ChannelState::Off);
        let mut checks: Vec<Check> = set_up
            .map(|(subject, state)| {
                let (verdict, detail) = match state {
                    ChannelState::Off | ChannelState::Ready | ChannelState::Works { .. } => {
                        (Verdict::Fine, None)
                    }
                    ChannelState::Locked => (Verdict::Broken, Some("its secret is locked".into())),
                    ChannelState::Failing { why, .. } => {
                        (Verdict::Broken, Some(format!("{why:?}")))
                    }
                };
                Check {
                    subject,
                    verdict,
                    detail,
                }
            })
            .collect();
        let (verdict, detail) = match channels.key_store {
            KeyStore::System | KeyStore::Sealed => (Verdict::Fine, None),
            KeyStore::Memory => (Verdict::Remark, Some("kept until the end".to_owned())),
            KeyStore::Locked => (Verdict::Broken, Some("locked".to_owned())),
            KeyStore::Undecided => {
                let trouble = channels.key_store_trouble;
                (
                    Verdict::Remark,
                    trouble.map(|trouble| format!("{trouble:?}")),
                )
            }
        };
        checks.push(Check {
            subject: CheckSubject::KeyStore,
            verdict,
            detail,
        });
        Ok(checks)
    }
}
