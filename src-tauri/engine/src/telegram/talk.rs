//! What is heard, who may command, and what a command does.
//!
//! One rule: only the person of a linked chat commands, in that chat. Everybody
//! else is told one sentence, once an hour, and nothing else happens; not even
//! the disk is written. What is to be said is returned: the caller sends it.

use std::sync::Arc;

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use chrono_tz::Europe::Moscow;

use super::{
    Telegram,
    api::{Button, Text},
    buttons::{Action, PauseLength, mint},
    chat::channel_name,
    commands::{self, Asked, Command, Which},
    has_passed,
    pages::{self, Rows, Sight},
    updates::{Heard, Pressed, Reach, Said, Voice},
};
use crate::{
    engine::Engine,
    error::EngineError,
    gorzdrav::link::{self, LinkError},
    model::{
        Activity, AlertId, Answer, ChatId, ChatState, WatchChoice, WatchDraft, WatchId, WatchView,
    },
    store::ChatRow,
    text::Words,
};

/// A stranger is not told more often.
const STRANGER_REST: TimeDelta = TimeDelta::hours(1);
/// Looks asked for from Telegram are no closer.
const LOOK_REST: TimeDelta = TimeDelta::seconds(30);
/// «До завтра, 8:00».
const MORNING_HOUR: u32 = 8;

type Result<T, E = EngineError> = std::result::Result<T, E>;

/// What came of an update.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Outcome {
    /// To be said, in this order.
    pub(super) says: Vec<Say>,
    /// It was listened to: the update must not be heard again.
    pub(super) heeded: bool,
    /// The button that is used up.
    pub(super) used: Option<String>,
}

/// Something to be said.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Say {
    /// A message.
    Send {
        /// Telegram's number of the chat.
        chat: i64,
        /// What it says.
        text: Text,
        /// Its buttons.
        buttons: Vec<Vec<Button>>,
        /// Look, then say it anew in the same message.
        then: Option<Refresh>,
    },
    /// A message of before says this from now on.
    Edit {
        /// Telegram's number of the chat.
        chat: i64,
        /// The message.
        message: i64,
        /// What it says.
        text: Text,
        /// Its buttons.
        buttons: Vec<Vec<Button>>,
    },
    /// Ends the waiting of a press.
    Answer {
        /// Which.
        query: String,
        /// Shown over the chat.
        text: Option<String>,
        /// Until it is closed.
        alert: bool,
    },
    /// Reads a link of the booking site, which takes a while, and says what it points at.
    Consider {
        /// In which chat.
        chat: ChatId,
        /// The link.
        link: String,
    },
}

impl std::fmt::Debug for Say {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Send { .. } => "Send",
            Self::Edit { .. } => "Edit",
            Self::Answer { .. } => "Answer",
            Self::Consider { .. } => "Consider",
        })
    }
}

/// A page to be said anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refresh {
    /// In which chat.
    pub(super) chat: ChatId,
    /// Which page.
    pub(super) page: Page,
    /// What is to be looked at; `None`: everything.
    pub(super) watches: Option<Vec<WatchId>>,
}

/// A page about watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    /// «Что сейчас».
    Status,
    /// «Чего ждём».
    List,
}

impl Outcome {
    /// Nothing to say, and nothing to remember.
    fn nothing() -> Self {
        Self::default()
    }

    /// Listened to.
    fn heeded(says: Vec<Say>) -> Self {
        Self {
            says,
            heeded: true,
            used: None,
        }
    }
}

impl Telegram {
    /// Does what is asked for, if it may be.
    pub(super) async fn hear(&self, engine: &Arc<Engine>, heard: Heard) -> Result<Outcome> {
        match heard {
            Heard::Said(said) => self.said(engine, said).await,
            Heard::Pressed(pressed) => self.pressed(engine, pressed).await,
            Heard::Reach(reach) => self.reach(engine, &reach).await,
            Heard::Moved { chat, to } => self.moved(engine, chat, to).await,
            Heard::Nothing => Ok(Outcome::nothing()),
        }
    }

    async fn said(&self, engine: &Arc<Engine>, said: Said) -> Result<Outcome> {
        let asked = commands::read(
            &said.text,
            &self.bot().map(|bot| bot.name).unwrap_or_default(),
        );
        let row = self.linked(&said.voice).await?;
        match (asked, row) {
            (Asked::Elsewhere, _) => Ok(Outcome::nothing()),
            (Asked::Command { command, addressed }, Some(row)) => {
                if row.is_group && command == Command::Unknown && !addressed {
                    return Ok(Outcome::nothing());
                }
                self.talk(engine, row).await?.command(command).await
            }
            (Asked::Text, Some(row)) => Ok(self.talk(engine, row).await?.text(&said)),
            (Asked::Command { command, addressed }, None) => {
                if let Command::Start(Some(secret)) = &command
                    && self.use_code(secret)
                {
                    return self.ask(engine, said.voice).await;
                }
                self.refuse(engine, &said.voice, addressed).await
            }
            (Asked::Text, None) => self.refuse(engine, &said.voice, false).await,
        }
    }

    /// The right code came in time: the chat asks to be linked.
    async fn ask(&self, engine: &Arc<Engine>, voice: Voice) -> Result<Outcome> {
        let Voice {
            chat,
            person,
            is_group,
            title,
        } = voice;
        let asks = self
            .store
            .ask_for_chat(chat, person, title, is_group, self.clock.now())
            .await?;
        // One that was lost had a channel until now.
        self.reopen_chat(engine, asks.id).await?;
        let html = words(engine).await?.say("telegram-asking");
        Ok(Outcome::heeded(vec![send(chat, Text { html })]))
    }

    /// One sentence, once an hour; in a group only to who calls the bot by name.
    async fn refuse(
        &self,
        engine: &Arc<Engine>,
        voice: &Voice,
        addressed: bool,
    ) -> Result<Outcome> {
        if voice.is_group && !addressed {
            return Ok(Outcome::nothing());
        }
        let now = self.clock.now();
        let told = self.strangers.get(&voice.chat).await;
        if told.is_some_and(|told| !has_passed(STRANGER_REST, told, now)) {
            return Ok(Outcome::nothing());
        }
        self.strangers.insert(voice.chat, now).await;
        let html = words(engine).await?.say("telegram-stranger");
        Ok(Outcome {
            says: vec![send(voice.chat, Text { html })],
            ..Outcome::default()
        })
    }

    async fn pressed(&self, engine: &Arc<Engine>, pressed: Pressed) -> Result<Outcome> {
        let Some(row) = self.linked(&pressed.voice).await? else {
            let text = words(engine).await?.say("telegram-stranger");
            return Ok(Outcome {
                says: vec![Say::Answer {
                    query: pressed.query,
                    text: Some(text),
                    alert: true,
                }],
                ..Outcome::default()
            });
        };
        let now = self.clock.now();
        let action = self
            .store
            .button(row.id, pressed.token.clone(), now)
            .await?;
        let talk = self.talk(engine, row).await?;
        let (done, used) = match action {
            Some(action) => {
                let done = talk.act(action, i64::from(pressed.message)).await?;
                (done, Some(pressed.token))
            }
            // It may be good, in another chat.
            None => (Done::Stale, None),
        };
        let (text, says) = match done {
            Done::Briefly(text) => (Some(text), Vec::new()),
            Done::Said(says) => (None, says),
            Done::Stale => (Some(talk.words.say("telegram-stale")), Vec::new()),
        };
        let answer = Say::Answer {
            query: pressed.query,
            text,
            alert: false,
        };
        let mut outcome = Outcome::heeded(std::iter::once(answer).chain(says).collect());
        outcome.used = used;
        Ok(outcome)
    }

    /// Blocked or thrown out; or, by the person of a private chat, let in again.
    async fn reach(&self, engine: &Arc<Engine>, reach: &Reach) -> Result<Outcome> {
        let voice = &reach.voice;
        let mut outcome = Outcome::nothing();
        for row in self.store.chats().await? {
            if row.chat != voice.chat {
                continue;
            }
            match (row.state, reach.reachable) {
                (ChatState::Linked, false) => {
                    self.lost(engine, &row).await?;
                    outcome.heeded = true;
                }
                (ChatState::Blocked, true) if !row.is_group && row.person == voice.person => {
                    self.store.block_chat(row.id, false).await?;
                    self.reopen_chat(engine, row.id).await?;
                    outcome.heeded = true;
                }
                (ChatState::Asking | ChatState::Linked | ChatState::Blocked, _) => (),
            }
        }
        Ok(outcome)
    }

    async fn moved(&self, engine: &Arc<Engine>, chat: i64, to: i64) -> Result<Outcome> {
        let mut outcome = Outcome::nothing();
        for row in self.store.chats().await? {
            if row.chat == chat && row.is_group {
                if let Some(other) = self.store.move_chat(row.id, to, self.clock.now()).await? {
                    engine.close_channel(&channel_name(other));
                }
                self.reopen_chat(engine, row.id).await?;
                outcome.heeded = true;
            }
        }
        Ok(outcome)
    }

    /// The chat in which this person commands.
    async fn linked(&self, voice: &Voice) -> Result<Option<ChatRow>> {
        let chats = self.store.chats().await?;
        Ok(chats.into_iter().find(|row| {
            row.state == ChatState::Linked && (row.chat, row.person) == (voice.chat, voice.person)
        }))
    }

    async fn talk<'a>(&'a self, engine: &'a Arc<Engine>, row: ChatRow) -> Result<Talk<'a>> {
        Ok(Talk {
            telegram: self,
            engine,
            row,
            words: words(engine).await?,
            now: self.clock.now(),
        })
    }

    /// A page as it is now, if the chat is still linked.
    pub(super) async fn page(
        &self,
        engine: &Arc<Engine>,
        refresh: &Refresh,
        message: i64,
    ) -> Result<Say> {
        let talk = self.resume_talk(engine, refresh.chat).await?;
        let (text, buttons) = talk.page(refresh.page, false).await?;
        Ok(Say::Edit {
            chat: talk.row.chat,
            message,
            text,
            buttons,
        })
    }

    /// What a link points at, if the chat is still linked.
    pub(super) async fn consider(
        &self,
        engine: &Arc<Engine>,
        chat: ChatId,
        link: &str,
    ) -> Result<Say> {
        let talk = self.resume_talk(engine, chat).await?;
        let said = talk.consider(link).await?;
        // It took a while.
        self.resume_talk(engine, chat).await?;
        Ok(said)
    }

    async fn resume_talk<'a>(&'a self, engine: &'a Arc<Engine>, chat: ChatId) -> Result<Talk<'a>> {
        let row = self.row(chat).await?;
        match row.state {
            ChatState::Linked => self.talk(engine, row).await,
            ChatState::Asking | ChatState::Blocked => Err(EngineError::NotFound("chat")),
        }
    }
}

/// One exchange with a linked person.
struct Talk<'a> {
    telegram: &'a Telegram,
    engine: &'a Arc<Engine>,
    row: ChatRow,
    words: Words,
    now: DateTime<Utc>,
}

/// What came of a press.
enum Done {
    /// A line over the chat says it.
    Briefly(String),
    /// These say it.
    Said(Vec<Say>),
    /// It means nothing any more.
    Stale,
}

impl Talk<'_> {
    async fn command(&self, command: Command) -> Result<Outcome> {
        let words = self.words;
        let say = match command {
            Command::Status | Command::Check => self.look(Page::Status).await?,
            Command::List => self.look(Page::List).await?,
            Command::On(which) => self.switch(which, true).await?,
            Command::Off(which) => self.switch(which, false).await?,
            Command::Pause => self.with_buttons(pages::pauses(words)).await?,
            Command::Resume => self.resume().await?,
            Command::Quiet(_) if !self.hears_all() => {
                self.sentence(words.say("telegram-quiet-elsewhere"))
            }
            Command::Quiet(on) => {
                if let Some(on) = on {
                    self.engine.set_hush(on).await?;
                }
                self.with_buttons(self.quiet().await?).await?
            }
            Command::Help | Command::Start(_) => self.plain(pages::help(words)),
            Command::Stop => {
                let question = words.say("telegram-stop-ask");
                let asked = pages::confirm(question, Action::Stop, words);
                self.with_buttons(asked).await?
            }
            Command::Unknown => self.sentence(words.say("telegram-unknown")),
        };
        Ok(Outcome::heeded(vec![say]))
    }

    /// No command: a link, or something that is not understood.
    fn text(&self, said: &Said) -> Outcome {
        let texts = std::iter::once(&said.text).chain(&said.links);
        let ours = texts.map(|text| (text, link::parse(text)));
        let mut ours = ours.filter(|(_, read)| !matches!(read, Err(LinkError::NotOurs)));
        // A word with a link behind it says more than a bare mention of the site.
        let found = ours
            .clone()
            .find(|(_, read)| read.as_ref().is_ok_and(|to| to.specialty_id.is_some()))
            .or_else(|| ours.next());
        let say = match found {
            Some((_, Ok(to))) if to.specialty_id.is_none() => {
                self.sentence(self.words.say("telegram-link-incomplete"))
            }
            Some((text, Ok(_))) => Say::Consider {
                chat: self.row.id,
                link: text.clone(),
            },
            Some((_, Err(_))) => self.sentence(self.words.say("telegram-link-bad")),
            // People talk to each other in a group.
            None if self.row.is_group => return Outcome::nothing(),
            None => self.sentence(self.words.say("telegram-unknown")),
        };
        Outcome::heeded(vec![say])
    }

    async fn consider(&self, link: &str) -> Result<Say> {
        let words = self.words;
        let draft = match self.engine.draft_from_link(link).await {
            Ok(draft) => draft,
            Err(EngineError::BadLink(_)) => {
                return Ok(self.sentence(words.say("telegram-link-bad")));
            }
            Err(EngineError::NotFound(_) | EngineError::Invalid(_)) => {
                return Ok(self.sentence(words.say("telegram-link-incomplete")));
            }
            Err(EngineError::Api(_)) => {
                return Ok(self.sentence(words.say("telegram-link-failed")));
            }
            Err(error) => return Err(error),
        };
        match self.known(&draft) {
            Some(said) => Ok(self.sentence(said)),
            None => {
                self.with_buttons(pages::offer(draft, words, self.now))
                    .await
            }
        }
    }

    async fn act(&self, action: Action, message: i64) -> Result<Done> {
        let words = self.words;
        let edit = |html: String| {
            let text = Text { html };
            let chat = self.row.chat;
            let buttons = Vec::new();
            Done::Said(vec![Say::Edit {
                chat,
                message,
                text,
                buttons,
            }])
        };
        Ok(match action {
            Action::Answer { alert, answer } => self.answer(alert, answer).await?,
            Action::AskRemove { watch } => match self.view(watch).await? {
                Some(view) => {
                    let name = pages::name(&view, words);
                    let question = words.say_with("telegram-remove-ask", &[("watch", name.into())]);
                    let asked = pages::confirm(question, Action::Remove { watch }, words);
                    Done::Said(vec![self.with_buttons(asked).await?])
                }
                None => Done::Stale,
            },
            Action::Remove { watch } => match self.view(watch).await? {
                Some(view) => {
                    self.engine.remove_watch(watch).await?;
                    let name = pages::name(&view, words);
                    edit(words.say_with("telegram-removed", &[("watch", name.into())]))
                }
                None => Done::Stale,
            },
            Action::Keep => edit(words.say("telegram-kept")),
            Action::Switch { watch: None, on } => edit(self.switch_all(on).await?),
            Action::Switch {
                watch: Some(watch),
                on,
            } => match self.switch_one(watch, on).await? {
                Some(said) => Done::Said(vec![self.sentence(said)]),
                None => Done::Stale,
            },
            Action::Pause { length } => edit(self.pause(length).await?),
            Action::Hush { .. } if !self.hears_all() => edit(words.say("telegram-quiet-elsewhere")),
            Action::Hush { on } => {
                self.engine.set_hush(on).await?;
                edit(self.quiet().await?.0.html)
            }
            Action::Stop => {
                self.telegram.forget_chat(self.engine, self.row.id).await?;
                edit(words.say("telegram-unlinked"))
            }
            Action::Add { draft } => edit(self.add(*draft).await?),
        })
    }

    /// A page at once as it was last seen; then, if nobody has just looked, as it is.
    async fn look(&self, page: Page) -> Result<Say> {
        let views = self.views().await?;
        let status = self.engine.status().await?;
        let wanted = views
            .iter()
            .any(|view| crate::board::is_active(&view.watch, self.now));
        let looking = wanted && status.pause.is_none() && self.telegram.may_look(LOOK_REST);
        let (mut text, buttons) = self.page(page, looking).await?;
        if wanted && status.pause.is_none() && !looking {
            text.html.push_str("\n\n");
            text.html.push_str(&self.words.say("telegram-just-checked"));
        }
        let then = looking.then(|| Refresh {
            chat: self.row.id,
            page,
            watches: match &self.row.watches {
                WatchChoice::All => None,
                WatchChoice::Only { .. } => Some(views.iter().map(|view| view.watch.id).collect()),
            },
        });
        Ok(Say::Send {
            chat: self.row.chat,
            text,
            buttons,
            then,
        })
    }

    async fn page(&self, page: Page, looking: bool) -> Result<(Text, Vec<Vec<Button>>)> {
        let sight = self.sight(looking).await?;
        Ok(match page {
            Page::Status => (pages::status(&sight, self.words), Vec::new()),
            Page::List => {
                let (text, rows) = pages::list(&sight, self.words);
                (text, self.mint(rows).await?)
            }
        })
    }

    async fn switch(&self, which: Which, on: bool) -> Result<Say> {
        let words = self.words;
        let none = || self.sentence(words.say("telegram-no-such"));
        Ok(match which {
            Which::Unsaid => {
                let sight = self.sight(false).await?;
                self.with_buttons(pages::which(&sight, on, words)).await?
            }
            Which::All => self.sentence(self.switch_all(on).await?),
            Which::One(watch) => {
                let said = self.switch_one(watch, on).await?;
                said.map_or_else(none, |said| self.sentence(said))
            }
            Which::Unclear => none(),
        })
    }

    async fn switch_one(&self, watch: WatchId, on: bool) -> Result<Option<String>> {
        let Some(view) = self.view(watch).await? else {
            return Ok(None);
        };
        self.engine.set_activity(watch, activity(on)).await?;
        let name = pages::name(&view, self.words);
        let named = [("watch", name.into())];
        Ok(Some(if on {
            self.words.say_with("telegram-on-done", &named)
        } else {
            self.words.say_with("telegram-off-done", &named)
        }))
    }

    async fn switch_all(&self, on: bool) -> Result<String> {
        for view in self.views().await? {
            if view.watch.activity != activity(on) {
                self.engine
                    .set_activity(view.watch.id, activity(on))
                    .await?;
            }
        }
        Ok(if on {
            self.words.say("telegram-on-all")
        } else {
            self.words.say("telegram-off-all")
        })
    }

    async fn pause(&self, length: PauseLength) -> Result<String> {
        let until = match length {
            PauseLength::Hour => Some(self.now + TimeDelta::hours(1)),
            PauseLength::Morning => tomorrow_morning(self.now),
            PauseLength::Open => None,
        };
        if !self.hears_all() {
            return self.pause_own(until).await;
        }
        self.engine.pause(until).await?;
        let pause = Some(crate::model::Pause { until });
        let paused = pages::paused(pause, self.words, self.now).unwrap_or_default();
        Ok(self
            .words
            .say_with("telegram-paused", &[("paused", paused.into())]))
    }

    /// What others wait for is none of this chat's business.
    async fn pause_own(&self, until: Option<DateTime<Utc>>) -> Result<String> {
        let words = self.words;
        let mut views = self.views().await?;
        views.retain(|view| view.watch.activity != Activity::Off);
        if views.is_empty() {
            return Ok(words.say("telegram-off-none"));
        }
        let paused = until.map_or(Activity::Off, |until| Activity::PausedUntil { until });
        for view in views {
            self.engine.set_activity(view.watch.id, paused).await?;
        }
        Ok(match until {
            Some(until) => {
                let time = words.moment(until, self.now).into();
                words.say_with("telegram-paused-own", &[("time", time)])
            }
            None => words.say("telegram-paused-own-open"),
        })
    }

    async fn resume_own(&self) -> Result<Say> {
        let words = self.words;
        let mut views = self.views().await?;
        let is_paused = |it: &WatchView| matches!(it.watch.activity, Activity::PausedUntil { .. });
        // What was switched off by itself stays so while something else is paused.
        if views.iter().any(is_paused) {
            views.retain(is_paused);
        }
        for view in views {
            if view.watch.activity != Activity::On {
                self.engine
                    .set_activity(view.watch.id, Activity::On)
                    .await?;
            }
        }
        let pause = self.engine.status().await?.pause;
        Ok(self.sentence(match pages::paused(pause, words, self.now) {
            Some(paused) => {
                words.say_with("telegram-paused-elsewhere", &[("paused", paused.into())])
            }
            None => words.say("telegram-resumed"),
        }))
    }

    async fn resume(&self) -> Result<Say> {
        if !self.hears_all() {
            return self.resume_own().await;
        }
        let said = if self.engine.status().await?.pause.is_some() {
            self.engine.resume().await?;
            self.words.say("telegram-resumed")
        } else {
            self.words.say("telegram-not-paused")
        };
        Ok(self.sentence(said))
    }

    async fn quiet(&self) -> Result<(Text, Rows)> {
        let settings = self.engine.settings().await?;
        Ok(pages::quiet(settings.hushed, &settings.quiet, self.words))
    }

    /// Only such a chat commands the program as a whole.
    fn hears_all(&self) -> bool {
        self.row.watches == WatchChoice::All
    }

    async fn answer(&self, alert: AlertId, answer: Answer) -> Result<Done> {
        let watch = match self.engine.alert(alert).await {
            Ok(alert) => alert.watch_id,
            Err(EngineError::NotFound(_)) => return Ok(Done::Stale),
            Err(error) => return Err(error),
        };
        if !self.row.watches.includes(watch) {
            return Ok(Done::Stale);
        }
        match self.engine.answer(alert, answer).await {
            Ok(_) => (),
            Err(EngineError::NotFound(_)) => return Ok(Done::Stale),
            Err(error) => return Err(error),
        }
        Ok(Done::Briefly(match answer {
            Answer::Later => self.words.say("telegram-answer-later"),
            Answer::Dismiss => self.words.say("telegram-answer-dismiss"),
            Answer::Seen | Answer::Acted => self.words.say("telegram-answer-seen"),
        }))
    }

    /// Adds what a link pointed at; the chat hears of it.
    async fn add(&self, draft: WatchDraft) -> Result<String> {
        let words = self.words;
        if let Some(known) = self.known(&draft) {
            return Ok(known);
        }
        let watch = match self.engine.add_watch(draft.clone()).await {
            Ok(watch) => watch.id,
            Err(EngineError::Invalid(_)) => return Ok(words.say("telegram-link-unfit")),
            Err(error) => return Err(error),
        };
        self.hear_of(watch).await?;
        let name = pages::draft_name(&draft, words);
        let name = format!("{watch}. {name}");
        Ok(words.say_with("telegram-added", &[("watch", name.into())]))
    }

    async fn hear_of(&self, watch: WatchId) -> Result<()> {
        if let WatchChoice::Only { watches } = &self.row.watches {
            let mut watches = watches.clone();
            watches.push(watch);
            let choice = WatchChoice::Only { watches };
            self.telegram
                .choose_for(self.engine, self.row.id, choice)
                .await?;
        }
        Ok(())
    }

    /// «Этого уже ждём», if there is a watch that asks for the same.
    fn known(&self, draft: &WatchDraft) -> Option<String> {
        let id = self.engine.alike(draft)?;
        let name = format!("{id}. {}", pages::draft_name(draft, self.words));
        let known = self
            .words
            .say_with("telegram-known", &[("watch", name.into())]);
        Some(known)
    }

    /// The watches this chat hears of.
    async fn views(&self) -> Result<Vec<WatchView>> {
        let mut views = self.engine.glance().await?;
        views.retain(|view| self.row.watches.includes(view.watch.id));
        Ok(views)
    }

    async fn view(&self, id: WatchId) -> Result<Option<WatchView>> {
        let views = self.views().await?;
        Ok(views.into_iter().find(|view| view.watch.id == id))
    }

    async fn sight(&self, looking: bool) -> Result<Sight> {
        let status = self.engine.status().await?;
        Ok(Sight {
            views: self.views().await?,
            pause: status.pause,
            slept: status.slept,
            settings: self.engine.settings().await?,
            since: self.telegram.since,
            looking,
            now: self.now,
        })
    }

    async fn mint(&self, rows: Rows) -> Result<Vec<Vec<Button>>> {
        Ok(mint(&self.telegram.store, self.row.id, rows, self.now).await?)
    }

    async fn with_buttons(&self, (text, rows): (Text, Rows)) -> Result<Say> {
        Ok(Say::Send {
            chat: self.row.chat,
            text,
            buttons: self.mint(rows).await?,
            then: None,
        })
    }

    fn sentence(&self, html: String) -> Say {
        self.plain(Text { html })
    }

    fn plain(&self, text: Text) -> Say {
        send(self.row.chat, text)
    }
}

fn send(chat: i64, text: Text) -> Say {
    Say::Send {
        chat,
        text,
        buttons: Vec::new(),
        then: None,
    }
}

async fn words(engine: &Engine) -> Result<Words> {
    Ok(Words::new(engine.settings().await?.language))
}

fn activity(on: bool) -> Activity {
    if on { Activity::On } else { Activity::Off }
}

fn tomorrow_morning(now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let tomorrow = now
        .with_timezone(&Moscow)
        .date_naive()
        .checked_add_days(Days::new(1))?;
    let morning = tomorrow.and_time(NaiveTime::from_hms_opt(MORNING_HOUR, 0, 0)?);
    let morning = morning.and_local_timezone(Moscow).earliest()?;
    Some(morning.with_timezone(&Utc))
}
