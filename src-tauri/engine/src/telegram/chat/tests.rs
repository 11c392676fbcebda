use std::{future::Future, pin::pin};

use chrono::TimeDelta;
use secrecy::SecretString;
use simulator::{
    Still,
    telegram::{Telegram, TelegramFault},
};
use tokio::time;
use url::Url;

use super::*;
use crate::model::{AlertSlot, Answer};
use crate::telegram::buttons::Action;

const TOKEN: &str = "123456:SECRET";
/// Telegram's number of the chat.
const HERE: i64 = 7;

/// A linked chat at a stand-in of Telegram.
struct Story {
    telegram: Telegram,
    store: Store,
    channel: ChatChannel,
    found: mpsc::UnboundedReceiver<Found>,
    _folder: tempfile::TempDir,
    _still: Still,
}

fn start() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-20T08:42:00+03:00")
        .unwrap()
        .to_utc()
}

impl Story {
    async fn begin() -> Self {
        let still = Still::new();
        let telegram = Telegram::start(TOKEN, start(), 0).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let asked = store.ask_for_chat(HERE, HERE, "Мария".into(), false, start());
        let chat = asked.await.unwrap().id;
        store.link_chat(chat, start()).await.unwrap();
        let row = store.chats().await.unwrap().remove(0);
        let url = Url::parse(&telegram.base_url()).unwrap();
        let (found, found_here) = mpsc::unbounded_channel();
        let api = Api::new(&SecretString::from(TOKEN), None, Some(&url)).await;
        let api = api.unwrap();
        let office = Office {
            api,
            store: store.clone(),
            clock: Clock::test(start()),
            limits: Limits::new(),
            found,
            demo: false,
        };
        Self {
            telegram,
            store,
            channel: ChatChannel::new(office, row),
            found: found_here,
            _folder: folder,
            _still: still,
        }
    }

    async fn tell(&self, message: &Message) -> Result<Taken, TellError> {
        self.channel.tell(message).await
    }

    /// Tells of these slots and waits as long as the next message needs.
    async fn told(&self, message: &Message) -> String {
        let taken = self.tell(message).await.unwrap();
        wait(10).await;
        taken.receipt.unwrap()
    }

    fn messages(&self) -> Vec<simulator::telegram::ChatMessage> {
        self.telegram.messages(HERE)
    }

    async fn state(&self) -> ChatState {
        self.store.chats().await.unwrap()[0].state
    }
}

/// Lets this many seconds pass without anybody waiting.
async fn wait(secs: u64) {
    time::advance(Duration::from_secs(secs)).await;
}

fn slot(day: i64) -> AlertSlot {
    AlertSlot {
        doctor_id: "1".into(),
        doctor: "Семёнов".into(),
        start: start() + TimeDelta::days(day),
        end: None,
        room: None,
        first_seen: start(),
        gone_at: None,
    }
}

fn alert(days: &[i64]) -> Alert {
    Alert {
        id: AlertId(1),
        watch_id: WatchId(1),
        nickname: "мама".into(),
        clinic_id: "229".into(),
        clinic: "Поликлиника № 87".into(),
        address: None,
        specialty: "Окулист".into(),
        link: "https://gorzdrav.spb.ru/service-free-schedule".into(),
        raised_at: start(),
        state: AlertState::Raised,
        slots: days.iter().map(|day| slot(*day)).collect(),
        deliveries: Vec::new(),
    }
}

fn gone(mut alert: Alert) -> Alert {
    alert.state = AlertState::Gone;
    for slot in &mut alert.slots {
        slot.gone_at = Some(start() + TimeDelta::minutes(3));
    }
    alert
}

fn appeared(alert: Alert) -> Message {
    Message {
        fresh: alert.slots.clone(),
        alert,
        kind: MessageKind::Appeared,
        others: Vec::new(),
        together: Vec::new(),
        repeat: false,
        silent: false,
        receipt: None,
    }
}

fn later_after(secs: u64, why: Untold) -> Result<Taken, TellError> {
    Err(TellError::Later {
        after: Some(Duration::from_secs(secs)),
        why,
    })
}

fn later_sometime(why: Untold) -> Result<Taken, TellError> {
    Err(TellError::Later { after: None, why })
}

// One message an alert.

#[tokio::test(start_paused = true)]
async fn an_alert_is_one_message_edited_as_slots_join_and_go() {
    let story = Story::begin().await;
    let receipt = story.told(&appeared(alert(&[4]))).await;
    let joined = Message {
        receipt: Some(receipt.clone()),
        ..appeared(alert(&[4, 5]))
    };
    assert_eq!(story.tell(&joined).await, Ok(Taken::default()));
    wait(10).await;
    let [message] = &story.messages()[..] else {
        panic!("one message")
    };
    assert!(message.text.starts_with("🟢 Есть талоны: 2 · Окулист\n"));
    assert_eq!(message.buttons.len(), 3);
    let over = Message {
        receipt: Some(receipt),
        kind: MessageKind::Gone,
        ..appeared(gone(alert(&[4, 5])))
    };
    assert_eq!(story.tell(&over).await, Ok(Taken::default()));
    let [message] = &story.messages()[..] else {
        panic!("one message")
    };
    assert_eq!(
        message.text,
        "⚪ Талоны разобрали · Окулист\nДля: мама\nБыли доступны 3 минуты. Ждём дальше."
    );
    assert!(message.buttons.is_empty());
}

#[tokio::test(start_paused = true)]
async fn that_slots_are_gone_is_a_message_of_its_own_where_none_can_be_edited() {
    let story = Story::begin().await;
    let over = Message {
        kind: MessageKind::Gone,
        silent: true,
        ..appeared(gone(alert(&[4])))
    };
    assert_eq!(story.tell(&over).await, Ok(Taken::default()));
    let messages = story.messages();
    assert!(messages[0].text.starts_with("⚪ Талоны разобрали"));
    assert!(messages[0].silent);
}

#[tokio::test(start_paused = true)]
async fn after_later_a_new_message_comes_and_the_old_one_loses_its_buttons() {
    let story = Story::begin().await;
    let receipt = story.told(&appeared(alert(&[4]))).await;
    wait(15 * 60).await;
    let mut snoozed = alert(&[4]);
    snoozed.state = AlertState::Snoozed {
        until: start() + TimeDelta::minutes(15),
    };
    let again = Message {
        receipt: Some(receipt.clone()),
        ..appeared(snoozed)
    };
    let second = story.told(&again).await;
    assert_ne!(receipt, second);
    // Two edits in a second are one too many.
    let refreshed = story.channel.refresh(&alert(&[4]), &second).await;
    let refreshed = refreshed.map(|()| Taken::default());
    assert_eq!(refreshed, later_after(1, Untold::Busy));
    wait(1).await;
    story.channel.refresh(&alert(&[4]), &second).await.unwrap();
    let messages = story.messages();
    assert!(messages[0].text.ends_with("Напомнили новым сообщением."));
    assert!(messages[0].buttons.is_empty());
    assert!(messages[1].text.starts_with("🟢 Есть талон · Окулист"));
    assert_eq!(messages[1].buttons.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn slots_that_join_a_message_somebody_deleted_are_told_anew() {
    let story = Story::begin().await;
    let receipt = story.told(&appeared(alert(&[4]))).await;
    let joined = Message {
        receipt: Some(receipt),
        ..appeared(alert(&[4, 5]))
    };
    story
        .telegram
        .fail_chat(HERE, TelegramFault::MessageGone, 9);
    // One call a second.
    assert_eq!(story.tell(&joined).await, later_after(1, Untold::Busy));
    wait(1).await;
    let taken = story.tell(&joined).await.unwrap();
    assert!(taken.receipt.is_some());
    assert_eq!(story.messages().len(), 2);
    // What is gone need not be put right.
    wait(1).await;
    let receipt = taken.receipt.unwrap();
    let refreshed = story.channel.refresh(&alert(&[4, 5]), &receipt).await;
    assert_eq!(refreshed, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_message_that_says_so_already_is_no_failure() {
    let story = Story::begin().await;
    let receipt = story.told(&appeared(gone(alert(&[4])))).await;
    for _ in 0..2 {
        let refreshed = story.channel.refresh(&gone(alert(&[4])), &receipt).await;
        assert_eq!(refreshed, Ok(()));
        wait(1).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_group_that_became_a_supergroup_gets_the_message_at_once() {
    let story = Story::begin().await;
    let there = -1_000_000_000_009;
    story.telegram.migrate(HERE, there);
    story.told(&appeared(alert(&[4]))).await;
    assert_eq!(story.telegram.messages(there).len(), 1);
    assert_eq!(story.store.chats().await.unwrap()[0].chat, there);
    story.told(&appeared(alert(&[5]))).await;
    assert_eq!(story.telegram.messages(there).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_group_that_moves_to_where_it_was_linked_already_is_one_chat() {
    let mut story = Story::begin().await;
    let there = -1_000_000_000_009;
    let kept = story.store.clone();
    let asked = kept.ask_for_chat(there, HERE, "Она же".into(), true, start());
    let other = asked.await.unwrap().id;
    kept.link_chat(other, start()).await.unwrap();
    story.telegram.migrate(HERE, there);
    story.told(&appeared(alert(&[4]))).await;
    let chats = kept.chats().await.unwrap();
    assert_eq!(chats.len(), 1);
    assert_eq!((chats[0].id, chats[0].chat), (story.channel.id, there));
    assert!(story.found.try_recv().unwrap() == Found::Replaced(other));
    // What a chat that only asks takes the place of was approved.
    let asked = kept.ask_for_chat(HERE, HERE, "Третья".into(), true, start());
    let third = asked.await.unwrap().id;
    let replaced = kept.move_chat(third, there, start()).await.unwrap();
    assert_eq!(replaced, Some(story.channel.id));
    let chats = kept.chats().await.unwrap();
    assert_eq!((chats.len(), chats[0].state), (1, ChatState::Linked));
    assert_eq!((chats[0].id, chats[0].chat), (third, there));
}

#[tokio::test(start_paused = true)]
async fn language_and_hidden_details_are_those_of_the_moment() {
    let story = Story::begin().await;
    story.told(&appeared(alert(&[4]))).await;
    let settings = Settings {
        language: crate::model::Language::En,
        hide_details: true,
        ..Settings::default()
    };
    let saved = story
        .store
        .save_setting(SettingName::Settings, Some(&settings));
    saved.await.unwrap();
    story.told(&appeared(alert(&[4]))).await;
    let messages = story.messages();
    assert!(messages[0].text.contains("Для: мама"));
    let words = Words::new(settings.language);
    assert_eq!(
        messages[1].text,
        format!("🟢 {}", words.say("notice-hidden"))
    );
    assert_eq!(messages[1].buttons.len(), 2);
    let mut buttons = messages[1].buttons.iter().flatten();
    assert!(buttons.all(|button| button.url.is_none()));
}

#[tokio::test(start_paused = true)]
async fn a_button_means_what_it_says_for_two_days_in_its_chat() {
    let story = Story::begin().await;
    story.told(&appeared(alert(&[4]))).await;
    let message = &story.messages()[0];
    let token = message.button("Позже").unwrap().data.clone().unwrap();
    assert_eq!(token.len(), 22, "128 bits");
    let meaning = async |chat, hours| {
        let now = start() + TimeDelta::hours(hours);
        let action: Option<Action> = story.store.button(chat, token.clone(), now).await.unwrap();
        action
    };
    let later = Action::Answer {
        alert: AlertId(1),
        answer: Answer::Later,
    };
    let chat = story.channel.id;
    assert_eq!(meaning(chat, 47).await, Some(later));
    assert_eq!(meaning(chat, 49).await, None);
    assert_eq!(meaning(ChatId(99), 1).await, None);
    let book = message.button("Записаться на сайте ↗").unwrap();
    assert_eq!(book.url.as_deref(), Some(&*alert(&[]).link));
}

#[tokio::test(start_paused = true)]
async fn news_are_told_without_buttons() {
    let story = Story::begin().await;
    let news = News::Morning { times: 1, left: 2 };
    story.channel.announce(&news, true).await.unwrap();
    let message = &story.messages()[0];
    assert!(message.text.ends_with("Сейчас свободны: 2"));
    assert!(message.buttons.is_empty() && message.silent);
}

#[tokio::test(start_paused = true)]
async fn a_chat_hears_of_its_watches_and_of_the_trial() {
    let story = Story::begin().await;
    let only = WatchChoice::Only {
        watches: vec![WatchId(3)],
    };
    let chat = story.channel.id;
    story.store.choose_for_chat(chat, only).await.unwrap();
    let row = story.store.chats().await.unwrap().remove(0);
    let channel = ChatChannel::new(story.channel.office.clone(), row);
    let wanted = [TRIAL, WatchId(3), WatchId(4)].map(|watch| channel.wants(watch));
    assert_eq!(wanted, [true, true, false]);
}

// What Telegram refuses, and how it fails.

#[tokio::test(start_paused = true)]
async fn fault_56_a_bad_token_is_for_the_person_to_mend() {
    let mut story = Story::begin().await;
    for fault in [TelegramFault::Unauthorized, TelegramFault::NotFound] {
        story.telegram.fail(None, fault, 1);
        let told = story.tell(&appeared(alert(&[4]))).await;
        assert_eq!(told, later_after(15 * 60, Untold::Token));
        wait(10).await;
    }
    assert_eq!(story.state().await, ChatState::Linked);
    assert!(story.found.try_recv().is_err());
    story.told(&appeared(alert(&[4]))).await;
}

#[tokio::test(start_paused = true)]
async fn fault_57_a_chat_that_takes_no_messages_is_told_of_once_and_tried_again() {
    for fault in [
        TelegramFault::Blocked,
        TelegramFault::Deactivated,
        TelegramFault::Kicked,
        TelegramFault::NotMember,
        TelegramFault::ChatNotFound,
    ] {
        let mut story = Story::begin().await;
        story.telegram.fail_chat(HERE, fault.clone(), 2);
        for _ in 0..2 {
            let told = story.tell(&appeared(alert(&[4]))).await;
            assert_eq!(told, later_after(15 * 60, Untold::Blocked), "{fault:?}");
            wait(15 * 60).await;
        }
        assert_eq!(story.state().await, ChatState::Blocked);
        let (chat, title) = (story.channel.id, "Мария".to_owned());
        assert!(story.found.try_recv().unwrap() == Found::Lost { chat, title });
        assert!(story.found.try_recv().is_err(), "once");
        story.told(&appeared(alert(&[4]))).await;
        assert_eq!(story.state().await, ChatState::Linked);
    }
}

#[tokio::test(start_paused = true)]
async fn fault_58_a_wait_telegram_asks_for_is_kept_to_the_second() {
    let story = Story::begin().await;
    let busy = TelegramFault::TooMany { retry_after: 9 };
    story.telegram.fail_chat(HERE, busy, 1);
    let told = story.tell(&appeared(alert(&[4]))).await;
    assert_eq!(told, later_after(9, Untold::Busy));
    // Other messages to the chat wait too, without a call.
    wait(5).await;
    let told = story.tell(&appeared(alert(&[5]))).await;
    assert_eq!(told, later_after(4, Untold::Busy));
    assert_eq!(story.telegram.calls().len(), 1);
    wait(5).await;
    story.told(&appeared(alert(&[4]))).await;
}

#[tokio::test(start_paused = true)]
async fn fault_58_a_server_that_fails_did_not_take_it_and_a_gateway_does_not_know() {
    let story = Story::begin().await;
    for (status, why) in [
        (500, Untold::Refused),
        (502, Untold::Silent),
        (504, Untold::Silent),
    ] {
        story.telegram.fail(None, TelegramFault::Status(status), 1);
        let told = story.tell(&appeared(alert(&[4]))).await;
        assert_eq!(told, later_sometime(why), "{status}");
        wait(10).await;
    }
}

#[tokio::test(start_paused = true)]
async fn fault_58_where_no_connection_is_made_nothing_was_told() {
    let story = Story::begin().await;
    story.telegram.stop().await;
    let told = story.tell(&appeared(alert(&[4]))).await;
    assert_eq!(told, later_sometime(Untold::Unreachable));
}

#[tokio::test(start_paused = true)]
async fn fault_58_no_answer_is_waited_for_longer_than_a_delivery_may_last() {
    for fault in [TelegramFault::Silent, TelegramFault::SilentUnheard] {
        let story = Story::begin().await;
        story.telegram.fail(None, fault, 1);
        let message = appeared(alert(&[4]));
        let mut telling = pin!(story.tell(&message));
        until(telling.as_mut(), || !story.telegram.calls().is_empty()).await;
        wait(9).await;
        assert_eq!(telling.await, later_sometime(Untold::Silent));
    }
}

/// Lets the work go on until this is so.
async fn until<T>(mut work: std::pin::Pin<&mut impl Future<Output = T>>, so: impl Fn() -> bool) {
    while !so() {
        tokio::select! {
            biased;
            _ = work.as_mut() => panic!("the work has ended"),
            () = tokio::task::yield_now() => (),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn fault_59_what_may_have_come_through_is_repeated_once_and_says_so() {
    let story = Story::begin().await;
    story.telegram.fail(None, TelegramFault::ResetAfterwards, 1);
    let told = story.tell(&appeared(alert(&[4]))).await;
    assert_eq!(told, later_sometime(Untold::Silent));
    wait(10).await;
    let repeat = Message {
        repeat: true,
        ..appeared(alert(&[4]))
    };
    let receipt = story.told(&repeat).await;
    let messages = story.messages();
    assert_eq!(messages.len(), 2);
    assert!(!messages[0].text.contains("повтор"));
    assert!(
        messages[1]
            .text
            .starts_with("🟢 Есть талон · Окулист (повтор)")
    );
    assert_eq!(receipt, messages[1].id.to_string());
    // An edit that may have come through is no second message.
    story.telegram.fail(None, TelegramFault::ResetAfterwards, 1);
    let joined = Message {
        receipt: Some(receipt),
        repeat: true,
        ..appeared(alert(&[4, 5]))
    };
    assert_eq!(story.tell(&joined).await, later_sometime(Untold::Silent));
    wait(10).await;
    assert_eq!(story.tell(&joined).await, Ok(Taken::default()));
    assert_eq!(story.messages().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn fault_64_what_telegram_cannot_parse_is_sent_as_plain_text() {
    let story = Story::begin().await;
    let fault = TelegramFault::CannotParseEntities;
    story.telegram.fail_chat(HERE, fault, 1);
    let mut hostile = alert(&[4]);
    hostile.specialty = "<b>Окулист & @all".into();
    story.told(&appeared(hostile)).await;
    let message = &story.messages()[0];
    assert_eq!(message.parse_mode, None);
    let first = message.text.lines().next().unwrap();
    assert_eq!(first, "🟢 Есть талон · <b>Окулист & @\u{2060}all");
    assert_eq!(message.buttons.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn fault_64_hostile_names_are_read_as_they_are() {
    let story = Story::begin().await;
    let mut hostile = alert(&[4]);
    hostile.specialty = "</b><a href=\"tg://user?id=1\">Окулист</a>".into();
    hostile.nickname = "_*[]()~`>#+-=|{}.! @all".into();
    story.told(&appeared(hostile)).await;
    let message = &story.messages()[0];
    assert_eq!(message.parse_mode.as_deref(), Some("HTML"));
    let read = message.text.replace('\u{2060}', "");
    assert!(read.contains("</b><a href=\"tg://user?id=1\">Окулист</a>"));
    assert!(read.contains("Для: _*[]()~`>#+-=|{}.! @all\n"));
    let kinds: Vec<_> = message
        .entities
        .iter()
        .map(|entity| &entity["type"])
        .collect();
    assert_eq!(kinds, ["bold"]);
}

#[tokio::test(start_paused = true)]
async fn messages_never_come_faster_than_telegram_takes_them() {
    let story = Story::begin().await;
    let mut told = 0;
    for _ in 0..60 {
        told += usize::from(story.tell(&appeared(alert(&[4]))).await.is_ok());
        wait(1).await;
    }
    assert_eq!(story.messages().len(), told);
    let most = |secs| {
        let stretch = Duration::from_secs(secs);
        story.telegram.most_within(stretch, Some(HERE))
    };
    assert_eq!(most(1), 1);
    assert!((10..=15).contains(&most(60)), "{}", most(60));
}
