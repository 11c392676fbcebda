//! The loop that asks Telegram for updates, and the sending of what is to be said.

use std::{sync::Arc, time::Duration};

use teloxide_core::types::Update;
use tokio::{sync::watch, task::JoinSet};
use tokio_util::sync::CancellationToken;

use super::{
    Bot, LOSS_LIFE, Telegram,
    api::{Api, Refusal, Text},
    chat::{Found, channel_name},
    pages,
    talk::{Outcome, Refresh, Say},
    updates,
};
use crate::{
    delivery::retry_wait,
    engine::Engine,
    error::EngineError,
    failpoints::step,
    model::{ChatId, Language, News, Untold},
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
        tokio::join!(
            self.polls(&stop),
            stop.run_until_cancelled(self.hear_of_findings())
        );
    }

    async fn polls(self: &Arc<Self>, stop: &CancellationToken) {
        let mut line = self.line.subscribe();
        loop {
            let open = line.borrow_and_update().clone();
            let poll = Poll {
                telegram: self,
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

/// What it takes to say something.
struct Mouth<'a> {
    api: &'a Api,
    /// Looks and links under way.
    errands: &'a mut JoinSet<()>,
    stop: &'a CancellationToken,
}

impl Poll<'_> {
    /// Polls until stopped or until the way has changed. What is being handled is finished.
    async fn run(mut self, api: &Api) {
        let mut failures = 0;
        let mut greeted = false;
        // How it is, is known at once: the first answer is not waited for.
        let mut wait = Duration::ZERO;
        let mut errands = JoinSet::new();
        let mut offset = match self
            .telegram
            .store
            .setting(SettingName::TelegramOffset)
            .await
        {
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
                api.updates(telegram.first(offset), wait).await
            };
            let Some(asked) = self.unless_over(asked).await else {
                return;
            };
            let rest = match asked {
                Ok(updates) => {
                    (failures, greeted, wait) = (0, true, POLL);
                    telegram.works();
                    let mut mouth = Mouth {
                        api,
                        errands: &mut errands,
                        stop: &self.stop,
                    };
                    telegram.take(updates, &mut offset, &mut mouth).await;
                    Duration::ZERO
                }
                Err(refusal) => {
                    failures += 1;
                    wait = Duration::ZERO;
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
    pub(super) fn first(&self, offset: Offset) -> i64 {
        if self.clock.now() - offset.at < OFFSET_LIFE {
            offset.next
        } else {
            0
        }
    }

    /// Handles a batch, oldest first. What had an effect is written down with it, the rest together.
    /// What is left when the program stops is heard at the next start.
    async fn take(&self, mut updates: Vec<Update>, offset: &mut Offset, mouth: &mut Mouth<'_>) {
        updates.sort_by_key(|update| update.id);
        let mut kept = true;
        for update in updates {
            let id = i64::from(update.id.0);
            let now = self.clock.now();
            if mouth.stop.is_cancelled() {
                break;
            }
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
                step("heard");
                self.keep(*offset, outcome.used).await;
                step("noted");
            }
            for say in outcome.says {
                let Mouth { api, errands, stop } = mouth;
                stop.run_until_cancelled(self.say(api, say, errands)).await;
            }
        }
        if !kept {
            self.keep(*offset, None).await;
        }
    }

    /// What came of an update; of one that cannot be handled, nothing.
    async fn heard(&self, id: i64, heard: updates::Heard) -> Outcome {
        let Some(engine) = self.engine() else {
            return Outcome::default();
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
        Outcome {
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
        let then = match &say {
            Say::Send { then, .. } => then.clone(),
            Say::Edit { .. } | Say::Answer { .. } => None,
            Say::Consider { chat, link } => {
                return self.consider_later(api, *chat, link.clone(), errands).await;
            }
        };
        if let (Some(message), Some(refresh)) = (self.put(api, say).await, then) {
            self.refresh_later(api, message, refresh, errands).await;
        }
    }

    /// Sends, edits or answers; returns the number of a new message.
    async fn put(&self, api: &Api, say: Say) -> Option<i64> {
        let put = match say {
            Say::Send {
                chat,
                text,
                buttons,
                then: _,
            } => {
                self.leave(chat).await;
                // Who has just asked needs no sound.
                again(|| api.send(chat, &text, &buttons, true))
                    .await
                    .map(Some)
            }
            Say::Edit {
                chat,
                message,
                text,
                buttons,
            } => {
                self.leave(chat).await;
                let edited = again(|| api.edit(chat, message, &text, &buttons)).await;
                edited.map(|()| None)
            }
            Say::Answer { query, text, alert } => {
                let answered = api.answer_press(&query, text.as_deref(), alert).await;
                answered.map(|()| None)
            }
            Say::Consider { .. } => Ok(None),
        };
        put.unwrap_or_else(|refusal| {
            tracing::warn!(%refusal, "an answer in Telegram was not said");
            None
        })
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
        let api = api.clone();
        room_for_one_more(errands).await;
        errands.spawn(async move {
            let looked = tokio::time::timeout(LOOK_LIMIT, look(&engine, &refresh)).await;
            if looked.is_err() {
                tracing::debug!("a look asked for from Telegram lasts");
            }
            let telegram = engine.telegram();
            match telegram.page(&engine, &refresh, message).await {
                Ok(say) => drop(telegram.put(&api, say).await),
                Err(error) => tracing::warn!(%error, "a page could not be said anew"),
            }
        });
    }

    /// Reads a link, then says what it points at.
    async fn consider_later(
        &self,
        api: &Api,
        chat: ChatId,
        link: String,
        errands: &mut JoinSet<()>,
    ) {
        let Some(engine) = self.engine() else { return };
        let api = api.clone();
        room_for_one_more(errands).await;
        errands.spawn(async move {
            let telegram = engine.telegram();
            match telegram.consider(&engine, chat, &link).await {
                Ok(say) => drop(telegram.put(&api, say).await),
                Err(error) => tracing::warn!(%error, "a link could not be read"),
            }
        });
    }

    /// Says something beside the talk, if it can be said now.
    pub(super) async fn mention(&self, engine: &Arc<Engine>, chat: i64, text: Text) {
        let Some(api) = self.line.borrow().clone() else {
            return;
        };
        let telegram = engine.telegram();
        let say = Say::Send {
            chat,
            text,
            buttons: Vec::new(),
            then: None,
        };
        engine
            .errand(async move {
                telegram.put(&api, say).await;
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

    /// Chats that took no message or have moved, as their channels say.
    async fn hear_of_findings(&self) {
        let mut findings = self.findings.lock().await;
        while let Some(found) = findings.recv().await {
            let Some(engine) = self.engine() else { return };
            self.tell_changed();
            let (chat, title) = match found {
                Found::Lost { chat, title } => (chat, title),
                Found::Replaced(chat) => {
                    engine.close_channel(&channel_name(chat));
                    continue;
                }
            };
            let news = News::ChatLost { title };
            if let Err(error) = engine.mourn(channel_name(chat), news, LOSS_LIFE).await {
                tracing::error!(%error, "that a chat was lost is told nowhere");
            }
        }
    }

    /// The bot is this one from now on.
    pub(super) async fn take_bot(&self, bot: Bot) -> Result<(), EngineError> {
        if self.keep_bot(&bot).await? {
            self.remember_bot(bot);
            self.tell_changed();
        }
        Ok(())
    }

    /// Writes down whose the token is, if that is new: chats of another bot are not this one's.
    pub(super) async fn keep_bot(&self, bot: &Bot) -> Result<bool, EngineError> {
        let before = self.bot();
        if before.as_ref() == Some(bot) {
            return Ok(false);
        }
        if before.is_some_and(|before| before.id != bot.id) {
            self.forget_chats().await?;
        }
        self.store
            .save_setting(SettingName::TelegramBot, Some(bot))
            .await?;
        Ok(true)
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
        | Refusal::Other => {
            retry_wait(failures.min(MOST_DOUBLINGS), &mut rand::rng()).min(LONGEST_REST)
        }
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
