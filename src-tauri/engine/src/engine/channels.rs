//! Ways to tell besides the screen: set up, tried, shown.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use chrono::TimeDelta;

use super::{Engine, Result, supervised};
use crate::{
    delivery::{Locked, Rung},
    error::{EngineError, Problem},
    mail,
    model::{
        ChannelState, Channels, ChatId, ChatLink, DeliveryState, Event, MailSettings, MailView,
        News, PushSettings, PushView, Settings, Trial, Untold, WatchChoice,
    },
    push,
    secrets::{Secret, SecretName},
    telegram::Telegram,
    text::{Words, letter::Voice, notice::Manner},
};

/// The trial waits this long for all channels.
const TRIAL_LIMIT: Duration = Duration::from_secs(20);
/// And asks this often how far they are.
const TRIAL_TICK: Duration = Duration::from_millis(200);

/// Which of the secrets that are needed are at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AtHand {
    mail: bool,
    push: bool,
    telegram: bool,
}

impl Engine {
    /// Every way to tell besides the screen, and how each does.
    pub async fn channels(&self) -> Result<Channels> {
        let settings = self.settings().await?;
        let has_password = self.has_secret(SecretName::MailPassword).await;
        let address = self.secrets.get(SecretName::PushAddress).await;
        let host = address.ok().flatten().and_then(|it| push::host(&it));
        let has_token = self.has_secret(SecretName::PushToken).await;
        Ok(Channels {
            key_store: self.secrets.state(),
            key_store_trouble: self.secrets.trouble(),
            telegram: self.telegram.view().await?,
            mail: MailView {
                state: self.health(mail::NAME, settings.mail.on, has_password),
                settings: settings.mail,
                has_password,
                undelivered: self.store.undelivered(mail::NAME).await?,
            },
            push: PushView {
                state: self.health(push::NAME, settings.push.on, host.is_some()),
                settings: settings.push,
                host,
                has_token,
                undelivered: self.store.undelivered(push::NAME).await?,
            },
        })
    }

    fn health(&self, name: &str, on: bool, has_secret: bool) -> ChannelState {
        match (on, has_secret, self.channels.health(name)) {
            (false, ..) => ChannelState::Off,
            (true, false, _) => ChannelState::Locked,
            (true, true, health) => health.unwrap_or(ChannelState::Ready),
        }
    }

    async fn has_secret(&self, name: SecretName) -> bool {
        matches!(self.secrets.get(name).await, Ok(Some(_)))
    }

    /// Takes the mail server of the person. The password may be left out while server and login
    /// stay the same: it is never shown to another server.
    pub async fn set_mail(&self, mail: MailSettings, password: Option<Secret>) -> Result<Channels> {
        self.refuse_in_demo()?;
        let mail = mail::checked(mail)?;
        let _turn = self.settings_turn.lock().await;
        let settings = self.settings().await?;
        let same = mail.is_same_mailbox(&settings.mail);
        let has_password = same && self.has_secret(SecretName::MailPassword).await;
        if mail.on && password.is_none() && !has_password {
            return Err(EngineError::Invalid(vec![Problem::NoPassword]));
        }
        // In this order no password meets a server it is not for, whatever fails on the way.
        if !same {
            self.secrets.delete(SecretName::MailPassword).await?;
        }
        self.put_settings(Settings { mail, ..settings }).await?;
        if let Some(password) = password {
            self.secrets.set(SecretName::MailPassword, password).await?;
            self.reopen_mail_and_push().await?;
        }
        self.channels().await
    }

    /// Forgets the mail server and its password.
    pub async fn forget_mail(&self) -> Result<Channels> {
        self.secrets.delete(SecretName::MailPassword).await?;
        self.change_settings(|settings| settings.mail = MailSettings::default())
            .await?;
        self.channels().await
    }

    /// Takes a push service. What is left out stays as it is kept; a new address forgets the old token.
    pub async fn set_push(
        &self,
        push: PushSettings,
        address: Option<Secret>,
        token: Option<Secret>,
    ) -> Result<Channels> {
        self.refuse_in_demo()?;
        match &address {
            Some(address) => push::check(push.kind, address)?,
            None if !push.on => (),
            // What is good for one kind may not be for the other.
            None => match self.secrets.get(SecretName::PushAddress).await {
                Ok(Some(kept)) => push::check(push.kind, &kept)?,
                Ok(None) | Err(_) => return Err(EngineError::Invalid(vec![Problem::BadAddress])),
            },
        }
        let anew = address.is_some() || token.is_some();
        // In this order no token meets an address it is not for, whatever fails on the way.
        if let Some(address) = address {
            self.secrets.delete(SecretName::PushToken).await?;
            self.secrets.set(SecretName::PushAddress, address).await?;
        }
        if let Some(token) = token {
            self.secrets.set(SecretName::PushToken, token).await?;
        }
        self.change_settings(|settings| settings.push = push)
            .await?;
        if anew {
            self.reopen_mail_and_push().await?;
        }
        self.channels().await
    }

    /// Forgets the push service.
    pub async fn forget_push(&self) -> Result<Channels> {
        self.secrets.delete(SecretName::PushAddress).await?;
        self.secrets.delete(SecretName::PushToken).await?;
        self.change_settings(|settings| settings.push = PushSettings::default())
            .await?;
        self.channels().await
    }

    /// The person switched it off.
    async fn drop_channel(&self, name: &str) -> Result<()> {
        self.channels.remove(name);
        Ok(self.store.drop_channel(name.to_owned(), self.now()).await?)
    }

    /// From the practice city nothing is sent.
    fn refuse_in_demo(&self) -> Result<()> {
        if self.config.demo {
            return Err(EngineError::Channel(Untold::Off));
        }
        Ok(())
    }

    /// Notes which secrets the channels are opened with.
    pub(crate) async fn note_secrets(&self) -> Result<()> {
        let at_hand = self.secrets_at_hand().await?;
        *self.at_hand.lock().unwrap_or_else(PoisonError::into_inner) = Some(at_hand);
        Ok(())
    }

    /// Which of the secrets that are needed can be read now.
    pub(super) async fn secrets_at_hand(&self) -> Result<AtHand> {
        let settings = self.settings().await?;
        let telegram = settings.telegram && self.telegram.is_set_up();
        Ok(AtHand {
            mail: settings.mail.on && self.has_secret(SecretName::MailPassword).await,
            push: settings.push.on && self.has_secret(SecretName::PushAddress).await,
            telegram: telegram && self.has_secret(SecretName::TelegramToken).await,
        })
    }

    /// Mail and push as they are set up now; called when settings or secrets have changed.
    pub(super) async fn reopen_mail_and_push(&self) -> Result<()> {
        let mut settings = self.settings().await?;
        if self.config.demo {
            // Nothing is sent from the practice city.
            settings.mail.on = false;
            settings.push.on = false;
        }
        self.note_secrets().await?;
        let installation = super::installation(&self.store).await?;
        let voice = Voice {
            words: Words::new(settings.language),
            manner: Manner {
                hide_details: settings.hide_details,
                demo: self.config.demo,
            },
        };
        let password = self.secrets.get(SecretName::MailPassword).await;
        match (settings.mail.on, password) {
            (true, Ok(Some(password))) => {
                let clock = self.config.clock.clone();
                let roots = &self.config.extra_roots;
                match mail::Mail::new(settings.mail, &password, voice, &installation, clock, roots)
                {
                    Ok(mail) => self.open_channel(Arc::new(mail)).await,
                    // Settings of a file or of another version: push goes on without.
                    Err(error) => {
                        tracing::warn!(%error, "the mail server cannot be used");
                        self.channels.remove(mail::NAME);
                    }
                }
            }
            (true, _) => {
                self.open_channel(Arc::new(Locked::of_all(mail::NAME, Rung::Afar)))
                    .await;
            }
            (false, _) => self.drop_channel(mail::NAME).await?,
        }
        let address = self.secrets.get(SecretName::PushAddress).await;
        let token = self.secrets.get(SecretName::PushToken).await;
        match (settings.push.on, address) {
            (true, Ok(Some(address))) => {
                let token = token.ok().flatten();
                let (kind, clock) = (settings.push.kind, self.config.clock.clone());
                match push::Push::new(kind, &address, token, voice, installation, clock) {
                    Ok(push) => self.open_channel(Arc::new(push)).await,
                    Err(error) => {
                        tracing::warn!(%error, "the push service cannot be used");
                        self.channels.remove(push::NAME);
                    }
                }
            }
            (true, _) => {
                self.open_channel(Arc::new(Locked::of_all(
                    push::NAME,
                    push::rung(settings.push.kind),
                )))
                .await;
            }
            (false, _) => self.drop_channel(push::NAME).await?,
        }
        for name in [mail::NAME, push::NAME] {
            self.store
                .release_channel(name.to_owned(), self.now())
                .await?;
        }
        self.poller.outbox.notify_waiters();
        self.tell(Event::ChannelsChanged);
        Ok(())
    }
}

/// Telegram.
impl Engine {
    /// The bot goes to work. The simulated city has none.
    pub(super) async fn start_telegram(self: &Arc<Self>) {
        self.telegram.meet(self);
        if let Err(error) = self.telegram.reopen().await {
            tracing::error!(%error, "Telegram does not work");
        }
        if self.config.background && !self.config.demo {
            let (bot, stop) = (self.telegram(), self.stop.clone());
            self.spawn(supervised("telegram", stop.clone(), move || {
                Arc::clone(&bot).run(stop.clone())
            }))
            .await;
        }
    }

    /// The bot.
    pub(crate) fn telegram(&self) -> Arc<Telegram> {
        Arc::clone(&self.telegram)
    }

    /// News of a channel that is lost, for all the others.
    pub(crate) async fn mourn(&self, lost: String, news: News, life: TimeDelta) -> Result<()> {
        let mut names = self.channels.names();
        names.retain(|name| *name != lost);
        self.raise_news(news, names, self.now() + life).await
    }

    /// Takes the token of a bot: Telegram is asked at once whose it is.
    pub async fn set_telegram_token(&self, token: Secret) -> Result<Channels> {
        self.telegram.set_token(token).await?;
        self.channels().await
    }

    /// Forgets the bot, its chats and its token.
    pub async fn forget_telegram(&self) -> Result<Channels> {
        self.telegram.forget().await?;
        self.channels().await
    }

    /// The way to Telegram and to nothing else: a proxy (`None`: as before, empty: none) and an
    /// address of the Bot API (`None`: Telegram's).
    pub async fn set_telegram_way(
        &self,
        proxy: Option<Secret>,
        api_url: Option<String>,
    ) -> Result<Channels> {
        self.telegram.set_way(proxy, api_url).await?;
        self.channels().await
    }

    /// A new code to link a chat by, good for ten minutes.
    #[expect(clippy::unused_async, reason = "as its neighbours")]
    pub async fn new_chat_link(&self) -> Result<ChatLink> {
        self.telegram.new_link()
    }

    /// Links a chat that sent the code.
    pub async fn link_chat(&self, chat: ChatId) -> Result<Channels> {
        self.telegram.link(chat).await?;
        self.channels().await
    }

    /// Unlinks a chat, or refuses one that asks.
    pub async fn unlink_chat(&self, chat: ChatId) -> Result<Channels> {
        self.telegram.unlink(chat).await?;
        self.channels().await
    }

    /// Chooses what a chat hears of.
    pub async fn choose_for_chat(&self, chat: ChatId, watches: WatchChoice) -> Result<Channels> {
        self.telegram.choose(chat, watches).await?;
        self.channels().await
    }
}

/// Secrets and the trial.
impl Engine {
    /// There is no key store: keeps tokens and passwords in a file under this passphrase.
    pub async fn seal_secrets(&self, passphrase: Secret) -> Result<Channels> {
        self.secrets.seal(passphrase).await?;
        self.reach_secrets().await
    }

    /// Opens that file; what waited for a token or a password goes on.
    pub async fn unlock_secrets(&self, passphrase: Secret) -> Result<Channels> {
        self.secrets.unlock(passphrase).await?;
        self.reach_secrets().await
    }

    /// Tries the system's key store again, and moves secrets into it from wherever they are.
    pub async fn use_key_store(&self) -> Result<Channels> {
        self.secrets.use_system().await?;
        self.reach_secrets().await
    }

    /// There is no key store: they are asked for at each start.
    pub async fn keep_secrets_in_memory(&self) -> Result<Channels> {
        self.secrets.keep_in_memory();
        self.reach_secrets().await
    }

    /// Secrets may have come within reach, or gone: every way goes by what there is now.
    pub(super) async fn reach_secrets(&self) -> Result<Channels> {
        self.reopen_mail_and_push().await?;
        self.telegram.reopen().await?;
        self.channels().await
    }

    /// Lets a simulated slot go through the whole pipeline to every channel at hand, or to one, and
    /// says how each did. Quiet hours do not hold it; nothing of it stays in the inbox.
    pub async fn try_channels(&self, only: Option<String>) -> Result<Vec<Trial>> {
        let _turn = self.trial_turn.lock().await;
        let now = self.now();
        let channels: Vec<_> = self
            .channels
            .all()
            .into_iter()
            .filter(|channel| only.as_ref().is_none_or(|only| channel.name() == only))
            .collect();
        let names = channels.iter().map(|channel| channel.name().to_owned());
        let alert = self.store.begin_trial(names.collect(), now).await?;
        self.poller.outbox.notify_waiters();
        let mut done = self.store.alert(alert).await?;
        for _ in 0..TRIAL_LIMIT.as_millis() / TRIAL_TICK.as_millis() {
            let waits = done
                .iter()
                .flat_map(|alert| &alert.deliveries)
                .any(|delivery| {
                    // A channel that takes no more for a moment is waited for.
                    matches!(delivery.why, None | Some(Untold::Busy))
                        && matches!(delivery.state, DeliveryState::Due | DeliveryState::Leased)
                });
            if !waits {
                break;
            }
            tokio::time::sleep(TRIAL_TICK).await;
            done = self.store.alert(alert).await?;
        }
        self.store.end_trial().await?;
        let deliveries = done.map(|alert| alert.deliveries).unwrap_or_default();
        Ok(channels
            .iter()
            .map(|channel| {
                let how = deliveries.iter().find(|it| it.channel == channel.name());
                let why = match how {
                    Some(how) if how.state == DeliveryState::Sent => None,
                    Some(how) => Some(how.why.unwrap_or(Untold::Silent)),
                    None => Some(Untold::Silent),
                };
                Trial {
                    channel: channel.name().to_owned(),
                    title: channel.title(),
                    why,
                }
            })
            .collect())
    }
}
