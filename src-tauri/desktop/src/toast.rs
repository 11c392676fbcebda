//! System notifications: the desktop's way to tell an alert.
//!
//! A watch has one notification, however many of its alerts wait for an answer:
//! it says what is free now, and a press on it answers the newest of them. It is
//! taken back when that one is answered or gone, or when the watch rests. Watches
//! that find slots in one moment share one. Where a system has no buttons or loses
//! them, a click on the body still opens the watch, and the inbox has the rest.

mod system;

use std::{
    collections::VecDeque,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use engine::{
    Channel, Message, Rung, Taken, TellError,
    clock::Clock,
    model::{Alert, AlertId, Answer, MessageKind, News, Settings, TRIAL, Untold, WatchId},
    text::{
        Words,
        notice::{self, Manner, Notice, notice, notice_of_many},
    },
};
use tokio::{sync::watch, time};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info};

use crate::{
    ask::{Ask, Asks},
    attention,
    program::Mode,
    tasks::Tasks,
};
pub(crate) use system::Wrong;

/// How long a notification server may take; some hang for a minute.
const LIMIT: Duration = Duration::from_secs(5);

/// After how long a server that hung or failed is tried again.
const AGAIN: Duration = Duration::from_mins(1);

/// After how long a server that is not there is looked for again.
const LOOK_AGAIN: Duration = Duration::from_mins(5);

/// Notifications whose buttons are listened to; each costs a connection. The
/// oldest is forgotten for a newer one, and its alert stays in the inbox.
const OPEN: usize = 16;

/// What to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Toast {
    /// The bold line.
    pub title: String,
    /// The text under it.
    pub body: String,
    /// Titles of the buttons, in order.
    pub buttons: Vec<(Button, String)>,
    /// What a click on the body does, in words, if it does anything.
    pub body_title: Option<String>,
    /// Stays until it is answered or taken back.
    pub lasting: bool,
    /// With the system's sound.
    pub sound: bool,
}

/// A button of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Button {
    /// «Записаться», «Посмотреть».
    Primary,
    /// «Позже».
    Later,
}

/// What a person did with a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Press {
    /// A click on its body.
    Body,
    /// A button.
    Button(Button),
    /// It was closed, or it went by itself.
    Closed,
}

/// Where notifications are shown.
#[async_trait]
trait Server: Send + Sync {
    /// Puts one on the screen, in the place of an earlier one if it can.
    async fn show(&self, toast: &Toast, replaced: Option<u32>) -> Result<Arc<dyn Shown>, Wrong>;
}

/// A notification on the screen.
#[async_trait]
trait Shown: Send + Sync {
    /// What a later one replaces it by, where that can be done.
    fn id(&self) -> Option<u32>;
    /// Waits until it is clicked or gone.
    async fn pressed(&self) -> Press;
    /// Takes it from the screen.
    async fn close(&self);
}

/// The system's own.
struct System {
    icon: Option<PathBuf>,
}

#[async_trait]
impl Server for System {
    async fn show(&self, toast: &Toast, replaced: Option<u32>) -> Result<Arc<dyn Shown>, Wrong> {
        let shown = system::show(toast, replaced, self.icon.as_deref()).await?;
        Ok(Arc::new(shown))
    }
}

/// Shows notifications and does what their buttons say.
pub(crate) struct Toasts {
    settings: watch::Receiver<Option<Settings>>,
    asks: Asks,
    clock: Clock,
    tasks: Tasks,
    server: Box<dyn Server>,
    open: Mutex<VecDeque<Open>>,
    /// The last news of the program itself, which a later one takes the place of.
    news: Mutex<Option<Arc<dyn Shown>>>,
}

/// A notification on the screen: of one watch, or of several that found slots in one moment.
struct Open {
    /// Watches and alerts of the two cities may have one number.
    mode: Mode,
    /// Each watch it speaks of, with the newest alert of that watch.
    told: Vec<(WatchId, AlertId)>,
    toast: Toast,
    shown: Arc<dyn Shown>,
    /// Ends the waiting for a press.
    waiting: CancellationToken,
}

impl Open {
    fn tells_of(&self, watch: WatchId) -> bool {
        self.told.iter().any(|(told, _)| *told == watch)
    }
}

impl Toasts {
    /// `icon` is a picture on the disk for servers that take no name.
    pub(crate) fn new(
        settings: watch::Receiver<Option<Settings>>,
        asks: Asks,
        clock: Clock,
        tasks: Tasks,
        icon: Option<PathBuf>,
    ) -> Arc<Self> {
        Self::on(Box::new(System { icon }), settings, asks, clock, tasks)
    }

    fn on(
        server: Box<dyn Server>,
        settings: watch::Receiver<Option<Settings>>,
        asks: Asks,
        clock: Clock,
        tasks: Tasks,
    ) -> Arc<Self> {
        Arc::new(Self {
            settings,
            asks,
            clock,
            tasks,
            server,
            open: Mutex::default(),
            news: Mutex::default(),
        })
    }

    /// The channel of one city.
    pub(crate) fn channel(self: &Arc<Self>, mode: Mode) -> Arc<dyn Channel> {
        Arc::new(Desktop {
            toasts: self.clone(),
            mode,
        })
    }

    /// Shows something that needs no answer.
    pub(crate) async fn say(&self, title: String, body: String) -> Result<(), Wrong> {
        let toast = Toast {
            title,
            body,
            ..Toast::default()
        };
        self.show(&toast, None).await.map(drop)
    }

    /// The trial notification of the settings page: sounds as a real one would.
    pub(crate) async fn trial(&self, words: Words) -> Result<(), Wrong> {
        let sound = self.settings.borrow().as_ref().is_none_or(|it| it.sound);
        let toast = Toast {
            title: words.say("trial-title"),
            body: words.say("test-ok"),
            sound,
            ..Toast::default()
        };
        self.show(&toast, None).await.map(drop)
    }

    async fn show(&self, toast: &Toast, replaced: Option<u32>) -> Result<Arc<dyn Shown>, Wrong> {
        time::timeout(LIMIT, self.server.show(toast, replaced))
            .await
            .unwrap_or(Err(Wrong::Hangs))
    }

    async fn tell(self: &Arc<Self>, mode: Mode, message: &Message) -> Result<(), TellError> {
        let settings = self.known_settings().await?;
        if !settings.notifications {
            return Err(TellError::Never { why: Untold::Off });
        }
        if message.alert.watch_id == TRIAL {
            let words = Words::new(settings.language);
            return self.trial(words).await.map_err(|wrong| tell_error(&wrong));
        }
        let now = self.clock.now();
        let (alert, kind, news) = match (message.kind, message.others.split_first()) {
            (kind @ (MessageKind::Appeared | MessageKind::Again), _) => {
                (message.alert.joined(&message.others, now), kind, true)
            }
            // Not all of them are taken: the notification says what is left.
            (MessageKind::Gone, Some((newest, older))) => {
                (newest.joined(older, now), MessageKind::Appeared, false)
            }
            (MessageKind::Gone, None) => (message.alert.clone(), MessageKind::Gone, false),
        };
        let words = Words::new(settings.language);
        let manner = Manner {
            hide_details: settings.hide_details,
            demo: mode == Mode::Demo,
        };
        let together = match kind {
            MessageKind::Appeared | MessageKind::Again => of_one_moment(&alert, &message.together),
            MessageKind::Gone => vec![alert.clone()],
        };
        let notice = if together.len() > 1 {
            let parts: Vec<_> = together.iter().map(|it| (it, &it.slots[..])).collect();
            notice_of_many(&parts, words, now, manner)
        } else {
            notice(&alert, kind, &alert.slots, words, now, manner)
        };
        let mut toast = toast_of(notice, kind, &settings, words);
        let before = match kind {
            MessageKind::Appeared | MessageKind::Again => self.superseded(mode, &together),
            MessageKind::Gone => Vec::new(),
        };
        // What several alerts of a moment say together is heard once.
        let is_said = kind != MessageKind::Again
            && before.iter().any(|(said, _)| {
                said.sound && (&said.title, &said.body) == (&toast.title, &toast.body)
            });
        toast.sound &= news && !is_said && !message.silent;
        let replaced = match (kind, before.first()) {
            // Said again, it comes anew: one that is replaced may change unnoticed.
            (MessageKind::Again, _) | (_, None) => None,
            (MessageKind::Appeared | MessageKind::Gone, Some((_, shown))) => shown.id(),
        };
        let shown = self
            .show(&toast, replaced)
            .await
            .map_err(|wrong| tell_error(&wrong))?;
        info!("alert {} is on the screen", message.alert.id);
        match kind {
            MessageKind::Appeared | MessageKind::Again => {
                self.listen(mode, &together, toast, words, shown);
            }
            // It needs no answer.
            MessageKind::Gone => (),
        }
        for (_, shown) in before.iter().skip(usize::from(replaced.is_some())) {
            close(&**shown).await;
        }
        Ok(())
    }

    /// News of the program itself; a press leads to where more is said.
    async fn announce(&self, news: &News) -> Result<(), TellError> {
        let settings = self.known_settings().await?;
        if !settings.notifications {
            return Err(TellError::Never { why: Untold::Off });
        }
        let words = Words::new(settings.language);
        let notice = notice::news(news, words, self.clock.now());
        let route = match news {
            News::Silence { .. }
            | News::Recovered { .. }
            | News::Restored { .. }
            | News::Unsaved { .. } => "/",
            News::Morning { .. } => "/inbox",
            News::ChatLost { .. } => "/settings",
        };
        let toast = Toast {
            title: notice.title,
            body: notice.body,
            lasting: notice.primary.is_some(),
            body_title: notice.primary.clone(),
            buttons: notice
                .primary
                .map(|it| (Button::Primary, it))
                .into_iter()
                .collect(),
            sound: false,
        };
        let shown = self
            .show(&toast, None)
            .await
            .map_err(|wrong| tell_error(&wrong))?;
        if toast.lasting {
            let (asks, shown) = (self.asks.clone(), shown.clone());
            self.tasks.spawn(async move {
                match shown.pressed().await {
                    Press::Closed => (),
                    // The receiver is gone only when the program is.
                    Press::Body | Press::Button(_) => {
                        _ = asks.send(Ask::OpenAt(route.to_owned()));
                    }
                }
            });
        }
        // The word before is out of date: that it cannot look, when it can again.
        let before = self.news().replace(shown);
        if let Some(before) = before {
            close(&*before).await;
        }
        Ok(())
    }

    /// The settings, waited for while the first engine starts.
    async fn known_settings(&self) -> Result<Settings, TellError> {
        let mut settings = self.settings.clone();
        let known = time::timeout(LIMIT, settings.wait_for(Option::is_some)).await;
        known
            .ok()
            .and_then(|known| known.ok()?.clone())
            .ok_or(TellError::Later {
                after: Some(AGAIN),
                why: Untold::Starting,
            })
    }

    /// Waits for a press in a task of its own and does what it says.
    fn listen(
        self: &Arc<Self>,
        mode: Mode,
        alerts: &[Alert],
        toast: Toast,
        words: Words,
        shown: Arc<dyn Shown>,
    ) {
        // In the practice city there is no page to book on: the window shows the rest.
        let books = mode == Mode::Real
            && toast
                .buttons
                .iter()
                .any(|(_, title)| *title == words.say("notice-book"));
        let link = alerts.first().filter(|_| books).map(|it| it.link.clone());
        let told: Vec<(WatchId, AlertId)> = alerts.iter().map(|it| (it.watch_id, it.id)).collect();
        let waiting = CancellationToken::new();
        self.remember(Open {
            mode,
            told: told.clone(),
            toast,
            shown: shown.clone(),
            waiting: waiting.clone(),
        });
        let toasts = self.clone();
        self.tasks.spawn(async move {
            let Some(press) = waiting.run_until_cancelled(shown.pressed()).await else {
                return;
            };
            toasts.drop_if_current(&shown);
            if let Some(ask) = ask_of(press, &told, link) {
                // The receiver is gone only when the program is.
                let _ = toasts.asks.send(ask);
            }
        });
    }

    /// In the place of the earlier ones of its watches, which are listened to no more.
    fn remember(&self, new: Open) {
        let mut open = self.lock();
        for it in open.iter_mut().filter(|it| it.mode == new.mode) {
            it.told.retain(|(watch, _)| !new.tells_of(*watch));
        }
        open.retain(|it| {
            let speaks = !it.told.is_empty();
            if !speaks {
                it.waiting.cancel();
            }
            speaks
        });
        open.push_back(new);
        while open.len() > OPEN {
            if let Some(oldest) = open.pop_front() {
                oldest.waiting.cancel();
            }
        }
    }

    /// Notifications that speak of these watches alone: what they say, and themselves.
    fn superseded(&self, mode: Mode, alerts: &[Alert]) -> Vec<(Toast, Arc<dyn Shown>)> {
        let covers = |watch: WatchId| alerts.iter().any(|alert| alert.watch_id == watch);
        self.lock()
            .iter()
            .filter(|it| it.mode == mode && it.told.iter().all(|(watch, _)| covers(*watch)))
            .map(|it| (it.toast.clone(), it.shown.clone()))
            .collect()
    }

    /// Stops listening for this alert; gives the notification of it, if it says nothing else.
    fn forget(&self, mode: Mode, alert: AlertId) -> Option<Arc<dyn Shown>> {
        let mut open = self.lock();
        let place = open
            .iter()
            .position(|it| it.mode == mode && it.told.iter().any(|(_, id)| *id == alert))?;
        let it = open.get_mut(place)?;
        it.told.retain(|(_, id)| *id != alert);
        if !it.told.is_empty() {
            return None;
        }
        let it = open.remove(place)?;
        it.waiting.cancel();
        Some(it.shown)
    }

    /// It was pressed or closed, unless it has been replaced by a newer one.
    fn drop_if_current(&self, shown: &Arc<dyn Shown>) {
        self.lock().retain(|it| !Arc::ptr_eq(&it.shown, shown));
    }

    /// Takes an alert's notification back; one that a newer alert of its watch has taken over, or
    /// that speaks of other watches too, stays.
    async fn withdraw(&self, mode: Mode, alert: AlertId) {
        if let Some(shown) = self.forget(mode, alert) {
            close(&*shown).await;
        }
    }

    /// Takes every notification of a city back, and the news: no one would answer their buttons.
    pub(crate) async fn withdraw_all(&self, mode: Mode) {
        let alerts: Vec<AlertId> = self
            .lock()
            .iter()
            .filter(|it| it.mode == mode)
            .flat_map(|it| it.told.iter().map(|(_, alert)| *alert))
            .collect();
        for alert in alerts {
            self.withdraw(mode, alert).await;
        }
        let news = self.news().take();
        if let Some(news) = news {
            close(&*news).await;
        }
    }

    fn news(&self) -> MutexGuard<'_, Option<Arc<dyn Shown>>> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Will notifications be shown here? Asks the server, at most for the usual limit.
pub(crate) async fn server() -> Result<String, Wrong> {
    time::timeout(LIMIT, system::server())
        .await
        .unwrap_or(Err(Wrong::Hangs))
}

/// Takes it from the screen, as far as the server lets.
async fn close(shown: &dyn Shown) {
    if time::timeout(LIMIT, shown.close()).await.is_err() {
        debug!("a notification could not be taken back");
    }
}

struct Desktop {
    toasts: Arc<Toasts>,
    mode: Mode,
}

#[async_trait]
impl Channel for Desktop {
    fn name(&self) -> &'static str {
        "desktop"
    }

    fn rung(&self) -> Rung {
        Rung::Screen
    }

    async fn tell(&self, message: &Message) -> Result<Taken, TellError> {
        // Asked first: to be shown may wake the screen.
        let unseen = attention::is_elsewhere().await;
        self.toasts.tell(self.mode, message).await?;
        Ok(Taken {
            receipt: None,
            unseen,
        })
    }

    async fn announce(&self, news: &News, _silent: bool) -> Result<(), TellError> {
        self.toasts.announce(news).await
    }

    async fn withdraw(&self, alert: &Alert) {
        self.toasts.withdraw(self.mode, alert.id).await;
    }
}

/// Why it was not shown, as the outbox takes it.
fn tell_error(wrong: &Wrong) -> TellError {
    debug!("a notification was not shown: {wrong}");
    let (after, why) = match wrong {
        Wrong::Hangs => (AGAIN, Untold::Silent),
        Wrong::Refused(_) => (AGAIN, Untold::Refused),
        Wrong::Absent => (LOOK_AGAIN, Untold::Absent),
    };
    TellError::Later {
        after: Some(after),
        why,
    }
}

/// The alert, and the newest of each other watch of its moment.
fn of_one_moment(alert: &Alert, together: &[Alert]) -> Vec<Alert> {
    let mut all = vec![alert.clone()];
    for other in together {
        if all.iter().all(|it| it.watch_id != other.watch_id) {
            all.push(other.clone());
        }
    }
    all
}

/// A notification, ready to be put on the screen.
fn toast_of(notice: Notice, kind: MessageKind, settings: &Settings, words: Words) -> Toast {
    let found = match kind {
        MessageKind::Appeared | MessageKind::Again => true,
        MessageKind::Gone => false,
    };
    Toast {
        title: notice.title,
        body: notice.body,
        buttons: [
            notice.primary.map(|title| (Button::Primary, title)),
            notice.secondary.map(|title| (Button::Later, title)),
        ]
        .into_iter()
        .flatten()
        .collect(),
        body_title: found.then(|| words.say("notice-look")),
        lasting: found,
        sound: found && settings.sound,
    }
}

/// What a press asks for. `link` is the page to book on, if the primary button leads there.
fn ask_of(press: Press, told: &[(WatchId, AlertId)], link: Option<String>) -> Option<Ask> {
    let [(watch, alert)] = *told else {
        let alerts = told.iter().map(|(_, alert)| *alert).collect();
        return (press != Press::Closed).then_some(Ask::ReadAll { alerts });
    };
    match press {
        Press::Closed => None,
        Press::Button(Button::Later) => Some(Ask::Answer(alert, Answer::Later)),
        Press::Body => Some(Ask::Read { alert, watch }),
        Press::Button(Button::Primary) => Some(match link {
            Some(link) => Ask::Book { alert, watch, link },
            None => Ask::Read { alert, watch },
        }),
    }
}

#[cfg(test)]
mod tests;
