//! The loop that asks Telegram for updates, and the sending of what is to be said.

use std::{sync::Arc, time::Duration};

use teloxide_core::types::Update;
use tokio::{sync::watch, task::JoinSet};
use tokio_util::sync::CancellationToken;

use super::{
    Bot, Telegram,
    api::{Api, Refusal, Text},
    pages,
    talk::{Refresh, Say},
    updates,
};
use crate::{
    delivery::retry_wait,
    engine::Engine,
    error::EngineError,
    model::{ChatState, Language, Untold},
    store::{Offset, SettingName},
    text::Words,
};

/// A poll waits this long for something to happen.
const POLL: Duration = Duration::from_secs(25);
/// While another program reads the updates.
const CONFLICT_REST: Duration = Duration::from_secs(30);
/// While the token is not accepted.
const TOKEN_REST: Duration = Duration::from_mins(15);
/// Doublings of the wait after a failure: 2 s … 5 min.
const MOST_DOUBLINGS: u32 = 7;
const LONGEST_REST: Duration = Duration::from_mins(5);
/// An update that cannot be handled is left out after so many tries.
const TRIES: u32 = 3;
/// Between two of them.
const TRY_REST: Duration = Duration::from_millis(500);
/// Something to be said waits no longer for Telegram's leave.
const LONGEST_WAIT_TO_SAY: Duration = Duration::from_secs(30);
/// A look that was asked for is waited for so long.
const LOOK_LIMIT: Duration = Duration::from_mins(2);
/// Looks and links under way at a time.
const MOST_ERRANDS: usize = 8;
/// After a week without updates Telegram numbers them anew, from anywhere.
const OFFSET_LIFE: chrono::TimeDelta = chrono::TimeDelta::days(6);

impl Telegram {
    /// Asks for updates whenever there is a bot, until stopped.
    pub(crate) async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut line = self.line.subscribe();
        loop {
            let open = line.borrow_and_update().clone();
            let poll = Poll {
                telegram: &self,
                line: line.clone(),
                stop: stop.clone(),
            };
            if let Some(api) = open {
                poll.run(&api).await;
            }
            tokio::select! {
                () = stop.cancelled() => return,
                changed = line.changed() => if changed.is_err() { return },
            }
        }
    }
}

/// One bot, on one way to Telegram.
struct Poll<'a> {
    telegram: &'a Arc<Telegram>,
    /// Says when token or way have changed.
    line: watch::Receiver<Option<Api>>,
    stop: CancellationToken,
}

impl Poll<'_> {
    /// Polls until stopped or until the way has changed. What is being handled is finished.
    async fn run(mut self, api: &Api) {
        let mut failures = 0;
        let mut greeted = false;
        let mut errands = JoinSet::new();
        let mut offset = match self.telegram.store.setting(SettingName::TelegramOffset).await {
            Ok(offset) => offset.unwrap_or_default(),
            Err(error) => {
                tracing::error!(%error, "the updates heard before are not known");
                Offset::default()
            }
        };
        loop {
            let telegram = Arc::clone(self.telegram);
            let asked = async {
                if !greeted {
                    telegram.greet(api).await?;
                }
                api.updates(telegram.first(offset), POLL).await
            };
            let Some(asked) = self.unless_over(asked).await else {
                return;
            };
            let rest = match asked {
                Ok(updates) => {
                    (failures, greeted) = (0, true);
                    telegram.works();
                    telegram.take(api, updates, &mut offset, &mut errands).await;
                    Duration::ZERO
                }
                Err(refusal) => {
                    failures += 1;
                    tracing::warn!(%refusal, failures, "Telegram gave no updates");
                    // A long wait is often cut short on its way; once says nothing.
                    if failures > 1 || refusal != Refusal::Unknown {
                        telegram.fails(untold(refusal));
                    }
                    rest(refusal, failures)
                }
            };
            while errands.try_join_next().is_some() {}
            if self.unless_over(tokio::time::sleep(rest)).await.is_none() {
                return;
            }
        }
    }

    /// What it comes to, unless it is over first.
    async fn unless_over<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => None,
            _ = self.line.changed() => None,
            done = work => Some(done),
        }
    }
}

impl Telegram {
    /// The first words with Telegram: whose the token is, and the menu.
    async fn greet(&self, api: &Api) -> Result<(), Refusal> {
        let me = api.me().await?;
        let bot = Bot {
            id: me.id,
            name: me.username,
        };
        if let Err(error) = self.take_bot(bot).await {
            tracing::error!(%error, "the bot could not be kept");
        }
        for (code, language) in [(None, Language::Ru), (Some("en"), Language::En)] {
            let menu = pages::menu(Words::new(language));
            if let Err(refusal) = api.set_commands(code, &menu).await {
                tracing::warn!(%refusal, "the bot has no menu");
            }
        }
        Ok(())
    }

    /// The first update to ask for.
    fn first(&self, offset: Offset) -> i64 {
        if self.clock.now() - offset.at < OFFSET_LIFE {
            offset.next
        } else {
            0
        }
    }

    /// Handles a batch, oldest first. What had an effect is written down with it, the rest together.
    async fn take(
        &self,
        api: &Api,
        mut updates: Vec<Update>,
        offset: &mut Offset,
        errands: &mut JoinSet<()>,
    ) {
        updates.sort_by_key(|update| update.id);
        let mut kept = true;
        for update in updates {
            let id = i64::from(update.id.0);
            let now = self.clock.now();
            if id < self.first(*offset) {
                continue;
            }
            let heard = updates::read(update, now);
            let outcome = self.heard(id, heard).await;
            *offset = Offset {
                next: id + 1,
                at: now,
            };
            kept = outcome.heeded;
            if outcome.heeded {
                self.keep(*offset, outcome.used).await;
            }
            for say in outcome.says {
                self.say(api, say, errands).await;
            }
        }
        if !kept {
            self.keep(*offset, None).await;
        }
    }

    /// What came of an update; of one that cannot be handled, nothing.
    async fn heard(&self, id: i64, heard: updates::Heard) -> super::talk::Outcome {
        let Some(engine) = self.engine() else {
            return super::talk::Outcome::default();
        };
        while self.may_try(id, TRIES) {
            match self.hear(&engine, heard.clone()).await {
                Ok(outcome) => return outcome,
                Err(error) => {
                    tracing::warn!(update = id, %error, "an update could not be handled");
                    tokio::time::sleep(TRY_REST).await;
                }
            }
        }
        tracing::error!(update = id, "an update is left out");
        super::talk::Outcome {
            heeded: true,
            ..Default::default()
        }
    }

    async fn keep(&self, offset: Offset, used: Option<String>) {
        if let Err(error) = self.store.update_done(offset, used).await {
            tracing::error!(%error, "an update may be heard again");
        }
    }

    async fn say(&self, api: &Api, say: Say, errands: &mut JoinSet<()>) {
        let said = match say {
            Say::Send {
                chat,
                text,
                buttons,
                then,
            } => {
                self.leave(chat).await;
                let sent = again(|| api.send(chat, &text, &buttons, true)).await;
                if let (Ok(message), Some(refresh)) = (&sent, then) {
                    self.refresh_later(api, *message, refresh, errands).await;
                }
                sent.map(drop)
            }
            Say::Edit {
                chat,
                message,
                text,
            } => {
                self.leave(chat).await;
                again(|| api.edit(chat, message, &text, &[])).await
            }
            Say::Answer { query, text, alert } => {
                api.answer_press(&query, text.as_deref(), alert).await
            }
            Say::Consider { row, link } => {
                if let Some(engine) = self.engine() {
                    let (telegram, api) = (Arc::clone(&engine.telegram()), api.clone());
                    room_for_one_more(errands).await;
                    errands.spawn(async move {
                        let chat = row.chat;
                        match telegram.consider(&engine, row, &link).await {
                            Ok(Say::Send { text, buttons, .. }) => {
                                telegram.leave(chat).await;
                                let sent = again(|| api.send(chat, &text, &buttons, true)).await;
                                warn_unsaid(sent.map(drop));
                            }
                            Ok(Say::Edit { .. } | Say::Answer { .. } | Say::Consider { .. }) => (),
                            Err(error) => tracing::warn!(%error, "a link could not be read"),
                        }
                    });
                }
                Ok(())
            }
        };
        warn_unsaid(said);
    }

    /// Looks, then says the page anew.
    async fn refresh_later(
        &self,
        api: &Api,
        message: i64,
        refresh: Refresh,
        errands: &mut JoinSet<()>,
    ) {
        let Some(engine) = self.engine() else { return };
        let (telegram, api) = (engine.telegram(), api.clone());
        room_for_one_more(errands).await;
        errands.spawn(async move {
            let looked = tokio::time::timeout(LOOK_LIMIT, look(&engine, &refresh)).await;
            if looked.is_err() {
                tracing::debug!("a look asked for from Telegram lasts");
            }
            let chat = refresh.row.chat;
            match telegram.page(&engine, &refresh).await {
                Ok((text, buttons)) => {
                    telegram.leave(chat).await;
                    warn_unsaid(again(|| api.edit(chat, message, &text, &buttons)).await);
                }
                Err(error) => tracing::warn!(%error, "a page could not be said anew"),
            }
        });
    }

    /// Says something beside the talk, if it can be said now.
    pub(super) async fn mention(&self, engine: &Arc<Engine>, chat: i64, text: Text) {
        let Some(api) = self.line.borrow().clone() else {
            return;
        };
        let telegram = engine.telegram();
        engine
            .errand(async move {
                telegram.leave(chat).await;
                warn_unsaid(api.send(chat, &text, &[], true).await.map(drop));
            })
            .await;
    }

    /// Waits for Telegram's leave to write in this chat, a while.
    async fn leave(&self, chat: i64) {
        if let Err(wait) = self.limits.take(chat) {
            tokio::time::sleep(wait.min(LONGEST_WAIT_TO_SAY)).await;
            let _ = self.limits.take(chat);
        }
    }

    /// Chats of another bot are not this one's.
    pub(super) async fn take_bot(&self, bot: Bot) -> Result<(), EngineError> {
        let before = self.bot();
        if before.as_ref().is_some_and(|before| before.id != bot.id) {
            self.forget_chats().await?;
        }
        if before.as_ref() != Some(&bot) {
            self.store
                .save_setting(SettingName::TelegramBot, Some(&bot))
                .await?;
            self.remember_bot(Some(bot));
            self.tell_changed();
        }
        Ok(())
    }

    /// Is any chat linked?
    pub(super) async fn open_chats(&self) -> Result<(), EngineError> {
        let Some(engine) = self.engine() else {
            return Ok(());
        };
        for row in self.store.chats().await? {
            if row.state == ChatState::Linked {
                self.open_chat(&engine, row).await?;
            }
        }
        Ok(())
    }
}

async fn look(engine: &Arc<Engine>, refresh: &Refresh) {
    let watches = match &refresh.watches {
        None => vec![None],
        Some(watches) => watches.iter().copied().map(Some).collect(),
    };
    for watch in watches {
        if let Err(error) = engine.check_now(watch).await {
            tracing::debug!(%error, "a look asked for from Telegram failed");
        }
    }
}

/// Once more, when Telegram says when.
async fn again<T, F>(call: impl Fn() -> F) -> Result<T, Refusal>
where
    F: Future<Output = Result<T, Refusal>>,
{
    match call().await {
        Err(Refusal::Busy(wait)) if wait <= LONGEST_WAIT_TO_SAY => {
            tokio::time::sleep(wait).await;
            call().await
        }
        done => done,
    }
}

async fn room_for_one_more(errands: &mut JoinSet<()>) {
    while errands.len() >= MOST_ERRANDS {
        errands.join_next().await;
    }
}

fn warn_unsaid(said: Result<(), Refusal>) {
    if let Err(refusal) = said {
        tracing::warn!(%refusal, "an answer in Telegram was not said");
    }
}

/// How long to leave Telegram alone.
fn rest(refusal: Refusal, failures: u32) -> Duration {
    match refusal {
        Refusal::Busy(wait) => wait,
        Refusal::Conflict => CONFLICT_REST,
        Refusal::Token => TOKEN_REST,
        Refusal::Unheard
        | Refusal::Unknown
        | Refusal::Server
        | Refusal::Blocked
        | Refusal::Migrated(_)
        | Refusal::Formatting
        | Refusal::MessageGone
        | Refusal::Other => retry_wait(failures.min(MOST_DOUBLINGS)).min(LONGEST_REST),
    }
}

/// A refusal in the person's words.
pub(super) fn untold(refusal: Refusal) -> Untold {
    match refusal {
        Refusal::Token => Untold::Token,
        Refusal::Conflict => Untold::Conflict,
        Refusal::Busy(_) => Untold::Busy,
        Refusal::Blocked => Untold::Blocked,
        Refusal::Unheard | Refusal::Unknown | Refusal::Server => Untold::Unreachable,
        Refusal::Migrated(_) | Refusal::Formatting | Refusal::MessageGone | Refusal::Other => {
            Untold::Refused
        }
    }
}
