//! The conversation in Telegram: a chat is linked, commands, is a stranger, is lost.

use std::sync::{Arc, Mutex};

use chrono::{TimeDelta, Utc};
use engine::{
    Engine, EngineError,
    clock::Clock,
    model::{
        Activity, AlertState, Answer, ChannelState, ChatId, ChatState, ClockDays, Delivery,
        DeliveryState, Event, Settings, TelegramView, Untold, WatchChoice, WatchDraft,
    },
    secrets::Secrets,
};
use flows::{TestApp, any, hours, minutes, seconds};
use simulator::telegram::{ChatMessage, Telegram, TelegramFault};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

const TOKEN: &str = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc";
const PERSON: i64 = 7_001;
const NEIGHBOUR: i64 = 7_002;
const GROUP: i64 = -500;
const STRANGER: &str = "Этот чат не подключён. Код показан в программе: Настройки → Телеграм.";

/// A program with a bot of its own, and the bot's Telegram.
struct Home {
    app: TestApp,
    telegram: Telegram,
}

impl Home {
    /// The bot is known, no chat is linked.
    async fn start() -> Self {
        Self::of(TestApp::start().await).await
    }

    async fn of(app: TestApp) -> Self {
        let telegram = telegram(&app.clock, 0).await;
        let home = Self { app, telegram };
        let url = Some(home.telegram.base_url());
        home.engine()
            .set_telegram_way(None, url)
            .await
            .expect("the way is fit");
        let token = TOKEN.into();
        home.engine()
            .set_telegram_token(token)
            .await
            .expect("Telegram knows it");
        home
    }

    /// With the person's private chat linked.
    async fn linked() -> Self {
        // Boxed: the engine's futures are large.
        let linked = async {
            let home = Self::start().await;
            home.link(PERSON).await;
            home
        };
        Box::pin(linked).await
    }

    fn engine(&self) -> &Arc<Engine> {
        &self.app.engine
    }

    async fn view(&self) -> TelegramView {
        self.engine()
            .channels()
            .await
            .expect("they can be read")
            .telegram
    }

    /// A new code, as the link carries it.
    async fn code(&self) -> String {
        let link = self.engine().new_chat_link().await.expect("there is a bot");
        link.url
            .split_once("?start=")
            .expect("it has a code")
            .1
            .to_owned()
    }

    async fn link(&self, person: i64) -> ChatId {
        let linked = async {
            let code = self.code().await;
            self.telegram.say(person, &format!("/start {code}"));
            self.app.run_for(seconds(3)).await;
            let chat = self.view().await.chats.last().expect("it asks").id;
            self.engine().link_chat(chat).await.expect("it asks");
            self.app.run_for(seconds(3)).await;
            chat
        };
        Box::pin(linked).await
    }

    /// What the person sees after saying this: the bot's messages since, as they are half a minute later.
    async fn say(&self, text: &str) -> Vec<ChatMessage> {
        let before = self.seen().len();
        self.telegram.say(PERSON, text);
        self.app.run_for(seconds(30)).await;
        self.seen().split_off(before)
    }

    /// The one message that came.
    async fn ask(&self, text: &str) -> ChatMessage {
        let mut said = self.say(text).await;
        assert_eq!(said.len(), 1, "{said:?}");
        said.remove(0)
    }

    fn seen(&self) -> Vec<ChatMessage> {
        self.telegram.messages(PERSON)
    }

    fn last(&self) -> ChatMessage {
        self.seen().pop().expect("something was said")
    }

    /// Presses a button of the last message; returns what was shown over the chat.
    async fn press(&self, title: &str) -> Option<String> {
        let message = self.last().id;
        self.telegram.press_button(PERSON, PERSON, message, title);
        self.app.run_for(seconds(10)).await;
        self.shown()
    }

    /// The last answer to a press.
    fn shown(&self) -> Option<String> {
        let calls = self.telegram.calls();
        let mut answers = calls
            .iter()
            .filter(|call| call.method == "answerCallbackQuery");
        let last = answers.next_back().expect("a press was answered");
        last.parameters["text"].as_str().map(str::to_owned)
    }

    /// Stops the program and starts it again.
    async fn restart(self) -> Self {
        let Self { app, telegram } = self;
        let app = app.restart().await;
        Self { app, telegram }
    }
}

async fn telegram(clock: &Clock, port: u16) -> Telegram {
    let clock = clock.clone();
    Telegram::start_with(TOKEN, move || clock.now(), port)
        .await
        .expect("a loopback port is free")
}

fn page_of(place: &simulator::Place) -> String {
    format!(
        "https://gorzdrav.spb.ru/service-free-schedule#[{{\"lpu\":\"{}\"}},{{\"speciality\":\"{}\"}}]",
        place.clinic, place.specialty
    )
}

// Linking.

#[tokio::test(start_paused = true)]
async fn a_chat_is_linked_by_a_code_and_a_click_in_the_program() {
    let home = Home::start().await;
    let view = home.view().await;
    assert_eq!(view.bot.as_deref(), Some("uchebny_talonchik_bot"));
    let link = home.engine().new_chat_link().await.unwrap();
    assert_eq!(home.view().await.link.as_ref(), Some(&link));
    let code = link
        .url
        .strip_prefix("https://t.me/uchebny_talonchik_bot?start=");
    home.telegram
        .say(PERSON, &format!("/start {}", code.unwrap()));
    home.app.run_for(seconds(3)).await;
    assert_eq!(home.last().text, "Осталось подтвердить на компьютере.");
    let view = home.view().await;
    assert_eq!(view.link, None, "the code is used up");
    assert_eq!(view.chats[0].state, ChatState::Asking);
    assert_eq!(view.chats[0].title, "Пациент");
    home.telegram.say(PERSON, "/pause");
    home.app.run_for(seconds(30)).await;
    assert_eq!(home.last().text, STRANGER, "not linked yet");

    home.engine().link_chat(view.chats[0].id).await.unwrap();
    home.app.run_for(seconds(3)).await;
    assert!(home.last().text.starts_with("Готово, чат подключён."));
    assert!(home.last().text.contains("/status — Что сейчас"));
    assert_eq!(home.view().await.chats[0].state, ChatState::Linked);
    assert!(matches!(
        home.view().await.state,
        ChannelState::Works { .. }
    ));
    assert_eq!(home.telegram.commands("").len(), 10);
    assert_eq!(home.telegram.commands("en")[0].1, "What is going on");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_an_old_and_a_used_code_link_nobody() {
    let home = Home::start().await;
    let void = home.code().await;
    let code = home.code().await;
    for wrong in ["", "wrong", &void, &code.to_lowercase()] {
        home.telegram.say(PERSON, &format!("/start {wrong}"));
    }
    home.app.run_for(seconds(30)).await;
    assert_eq!(home.seen().len(), 1, "told once");
    assert_eq!(home.last().text, STRANGER);

    home.app.run_for(minutes(10)).await;
    home.telegram.say(PERSON, &format!("/start {code}"));
    home.app.run_for(seconds(30)).await;
    assert_eq!(home.view().await.chats, []);
    assert_eq!(home.view().await.link, None);

    let code = home.code().await;
    home.telegram.say(PERSON, &format!("/start {code}"));
    home.telegram.say(NEIGHBOUR, &format!("/start {code}"));
    home.app.run_for(seconds(30)).await;
    let chats = home.view().await.chats;
    assert_eq!(chats.len(), 1, "one code, one chat");
    assert_eq!(home.telegram.messages(NEIGHBOUR)[0].text, STRANGER);

    home.engine().unlink_chat(chats[0].id).await.unwrap();
    home.app.run_for(seconds(30)).await;
    assert_eq!(home.view().await.chats, []);
    assert_eq!(
        home.last().text,
        "На компьютере подключение этого чата отклонили."
    );
    let gone = home.engine().link_chat(chats[0].id).await;
    assert!(matches!(gone, Err(EngineError::NotFound("chat"))));
}

#[tokio::test(start_paused = true)]
async fn a_token_is_asked_about_at_once_and_a_refused_one_is_not_kept() {
    let app = TestApp::start().await;
    let telegram = telegram(&app.clock, 0).await;
    let engine = &app.engine;
    let shape = engine.set_telegram_token("not a token".into()).await;
    assert!(matches!(shape, Err(EngineError::Invalid(_))));
    assert!(engine.new_chat_link().await.is_err());
    engine
        .set_telegram_way(None, Some(telegram.base_url()))
        .await
        .unwrap();
    let other = "123456789:BBEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc";
    let refused = engine.set_telegram_token(other.into()).await;
    assert!(matches!(refused, Err(EngineError::Channel(Untold::Token))));
    telegram.fail(Some("getMe"), TelegramFault::Status(502), 1);
    let failing = engine.set_telegram_token(TOKEN.into()).await;
    assert!(matches!(
        failing,
        Err(EngineError::Channel(Untold::Unreachable))
    ));
    let view = engine.channels().await.unwrap().telegram;
    assert_eq!((view.state, view.bot), (ChannelState::Off, None));
    engine
        .set_telegram_token(format!("  {TOKEN}\n").into())
        .await
        .unwrap();
    app.run_for(seconds(1)).await;
    let view = engine.channels().await.unwrap().telegram;
    assert!(matches!(view.state, ChannelState::Works { .. }));
    for (proxy, url) in [
        (Some("ftp://127.0.0.1:1"), None),
        (None, Some("http://example.com")),
        (None, Some("не адрес")),
    ] {
        let way = engine.set_telegram_way(proxy.map(Into::into), url.map(str::to_owned));
        assert!(matches!(way.await, Err(EngineError::Invalid(_))));
    }
    engine.forget_telegram().await.unwrap();
    let view = engine.channels().await.unwrap().telegram;
    assert_eq!((view.state, view.bot), (ChannelState::Off, None));
}

#[tokio::test(start_paused = true)]
async fn who_sees_the_bot_may_link_a_chat_to_it_at_once() {
    let app = TestApp::start().await;
    let telegram = telegram(&app.clock, 0).await;
    let engine = &app.engine;
    let way = engine.set_telegram_way(None, Some(telegram.base_url()));
    way.await.unwrap();
    // As the window does: it looks whenever something has changed, and the step is there with the bot.
    let mut events = engine.events();
    let window = async {
        loop {
            let event = events.recv().await.expect("the program lives");
            if event == Event::ChannelsChanged
                && engine.channels().await.unwrap().telegram.bot.is_some()
            {
                break engine.new_chat_link().await;
            }
        }
    };
    let (taken, link) = tokio::join!(engine.set_telegram_token(TOKEN.into()), window);
    taken.unwrap();
    link.expect("the way to the bot is open");
}

#[tokio::test(start_paused = true)]
async fn in_a_group_only_the_one_who_linked_it_commands() {
    let home = Home::start().await;
    let code = home.code().await;
    let start = format!("/start@uchebny_talonchik_bot {code}");
    home.telegram.say_in_group(GROUP, PERSON, &start);
    home.app.run_for(seconds(3)).await;
    let chat = home.view().await.chats[0].clone();
    assert!(chat.is_group && chat.title == "Группа");
    home.engine().link_chat(chat.id).await.unwrap();
    home.app.run_for(seconds(3)).await;
    let said = || home.telegram.messages(GROUP);
    let before = said().len();
    for (person, text) in [
        (NEIGHBOUR, "/pause"),
        (NEIGHBOUR, "привет"),
        (PERSON, "привет"),
        (PERSON, "/status@other_bot"),
        (PERSON, "/book"),
    ] {
        home.telegram.say_in_group(GROUP, person, text);
    }
    home.app.run_for(minutes(1)).await;
    assert_eq!(said().len(), before, "nobody called the bot");
    home.telegram
        .say_in_group(GROUP, PERSON, "/pause@uchebny_talonchik_bot");
    home.app.run_for(seconds(30)).await;
    let question = said().pop().unwrap();
    home.telegram
        .press_button(NEIGHBOUR, GROUP, question.id, "1 час");
    home.app.run_for(seconds(10)).await;
    assert_eq!(home.shown().as_deref(), Some(STRANGER));
    assert_eq!(home.engine().status().await.unwrap().pause, None);
    home.telegram
        .press_button(PERSON, GROUP, question.id, "1 час");
    home.app.run_for(seconds(10)).await;
    assert!(home.engine().status().await.unwrap().pause.is_some());

    home.telegram.migrate(GROUP, -1_000_000_500);
    home.telegram.announce_migration(GROUP, -1_000_000_500);
    home.app.run_for(seconds(10)).await;
    home.telegram
        .say_in_group(-1_000_000_500, PERSON, "/resume");
    home.app.run_for(seconds(10)).await;
    assert_eq!(home.engine().status().await.unwrap().pause, None);
}

// Commands.

#[tokio::test(start_paused = true)]
async fn status_says_what_is_known_at_once_and_then_what_a_look_has_found() {
    let home = Home::linked().await;
    let place = home.app.city.a_doctor();
    home.app.watch_doctor(&place).await;
    home.app.run_for(minutes(1)).await;
    home.app
        .city
        .offer(&place.clinic, &place.doctor, home.app.in_days(2, 0));
    // The alert itself may come before or after.
    let mut said = home.say("/status").await;
    said.retain(|message| !message.text.starts_with("🟢"));
    let [status] = said.as_slice() else {
        panic!("one answer: {said:?}");
    };
    assert!(status.edits >= 1, "{status:?}");
    assert!(
        status
            .text
            .starts_with("Ждём: 1. Есть талоны: 1. Проверили в 09:0"),
        "{}",
        status.text
    );
    assert!(status.text.contains("Компьютер включён с 09:00."));
    assert!(
        status
            .text
            .contains("1. Офтальмолог · Иванова Анна Петровна · Поликлиника")
    );
    assert!(
        status.text.contains("Есть талоны: 1. Ближайший: ср, 9:00."),
        "{}",
        status.text
    );
    assert!(!status.text.contains("Проверяем ещё раз"));
}

#[tokio::test(start_paused = true)]
async fn a_clinic_with_a_habit_is_learned_in_three_weeks_and_a_restart_keeps_it() {
    let home = Home::linked().await;
    let place = home.app.city.a_doctor();
    let watch = home.app.watch_doctor(&place).await.id;
    home.app.run_for(minutes(20)).await;
    assert_eq!(home.app.view(watch).await.clock, None);
    // The computer is on from 7:50 to 8:20, from Tuesday on; on workdays slots come at 8:06.
    home.app.clock.step(TimeDelta::minutes(22 * 60 + 30));
    for day in 1..=21 {
        home.app.run_for(minutes(16)).await;
        if day % 7 < 5 {
            let start = home.app.in_days(40 + day, 0);
            home.app.city.offer(&place.clinic, &place.doctor, start);
            home.app.run_for(minutes(6)).await;
            home.app.city.take(&place.clinic, &place.doctor, start);
            home.app.run_for(minutes(8)).await;
        } else {
            home.app.run_for(minutes(14)).await;
        }
        home.app.clock.step(TimeDelta::minutes(23 * 60 + 30));
    }
    let learned = home.app.view(watch).await.clock.expect("fifteen mornings");
    assert_eq!(learned.days, ClockDays::Workdays);
    assert_eq!(learned.from.to_string(), "08:05:00");
    assert_eq!(learned.to.to_string(), "08:10:00");
    assert_eq!((learned.hits, learned.of, learned.hit_days), (15, 15, 15));
    assert_eq!(learned.next, home.app.in_days(22, -55), "today");
    let chance = learned.chance.expect("slots live for six minutes");
    assert!(chance.low >= 7, "looked at twice a minute: {chance:?}");

    let home = home.restart().await;
    let kept = home.app.view(watch).await.clock.expect("it is kept");
    assert_eq!(
        (kept.from, kept.hits, kept.chance),
        (learned.from, 15, learned.chance)
    );
    let status = home.ask("/status").await.text;
    assert!(
        status.contains("Обычно появляются 8:05–8:10, по будням."),
        "{status}"
    );
    let trace = home.engine().trace(None).await.expect("it can be read");
    let lines: Vec<serde_json::Value> = trace
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect();
    assert_eq!(lines[0]["keys"][0]["weight"], 1);
    assert_eq!(lines[0]["learnDays"], 12);
    assert_eq!(lines[0]["scoreDays"], 11);
    assert_eq!(lines.len(), 1 + 15);
    let lived = |line: &serde_json::Value| {
        line["gone"].as_i64().unwrap_or(0) - line["appears"].as_i64().unwrap_or(0)
    };
    assert!(
        lines[1..]
            .iter()
            .all(|line| (300..420).contains(&lived(line)))
    );
}

#[tokio::test(start_paused = true)]
async fn status_says_how_long_the_computer_slept() {
    let home = Home::linked().await;
    home.app.watch_any(&home.app.city.a_doctor()).await;
    home.app.run_for(minutes(5)).await;
    home.app.clock.step(TimeDelta::hours(6));
    home.app.run_for(minutes(2)).await;
    let status = home.ask("/status").await.text;
    assert!(status.contains("Компьютер включён с 15:0"), "{status}");
    assert!(
        status.contains("Был сон 09:0") && status.contains("–15:0"),
        "{status}"
    );
}

#[tokio::test(start_paused = true)]
async fn fault_62_a_long_list_of_hostile_names_is_cut_and_taken() {
    let home = Home::linked().await;
    let place = home.app.city.a_doctor();
    for index in 0..45 {
        let draft = WatchDraft {
            places: vec![any(&place)],
            nickname: format!("<b>&\"_*[@all](tg://x) {index} </i> 🟢🟢🟢"),
            ..WatchDraft::default()
        };
        home.engine().add_watch(draft).await.unwrap();
    }
    for command in ["/list", "/status", "/off"] {
        let said = home.ask(command).await;
        assert_eq!(said.parse_mode.as_deref(), Some("HTML"), "{command}");
        assert!(said.buttons.len() <= 31);
    }
    for said in home.seen().iter().rev().skip(1).take(2) {
        assert!(said.text.contains("\n\nи ещё "), "{}", said.text);
    }
}

#[tokio::test(start_paused = true)]
async fn looks_asked_for_from_telegram_are_half_a_minute_apart() {
    let home = Home::linked().await;
    let place = home.app.city.a_doctor();
    home.app.watch_doctor(&place).await;
    home.app.run_for(minutes(1)).await;
    home.app.city.clear_requests();
    for _ in 0..5 {
        home.telegram.say(PERSON, "/check");
    }
    home.app.run_for(seconds(28)).await;
    let seen = home.seen();
    let rested = seen
        .iter()
        .filter(|it| it.text.ends_with("Проверяли только что."));
    assert!(rested.count() >= 3);
    assert!(
        home.app.asked("doctors") <= 3,
        "one look and the usual ones"
    );
}

#[tokio::test(start_paused = true)]
async fn a_watch_is_paused_taken_up_and_removed_from_the_list() {
    let home = Home::linked().await;
    let place = home.app.city.a_doctor();
    let watch = home.app.watch_any(&place).await.id;
    home.app.run_for(minutes(1)).await;
    let list = home.ask("/list").await;
    assert!(
        list.text
            .starts_with("Чего ждём:\n\n1. Офтальмолог · Поликлиника\n"),
        "{}",
        list.text
    );
    home.telegram
        .press_button(PERSON, PERSON, list.id, "№ 1: пауза");
    home.app.run_for(seconds(10)).await;
    assert_eq!(home.app.view(watch).await.watch.activity, Activity::Off);
    assert!(home.last().text.starts_with("Не проверяем: 1. Офтальмолог"));
    home.ask("/on все").await;
    assert_eq!(home.app.view(watch).await.watch.activity, Activity::On);
    home.ask("/off 1").await;
    assert_eq!(home.app.view(watch).await.watch.activity, Activity::Off);
    home.ask("/on").await;
    home.press("1. Офтальмолог").await;
    assert_eq!(home.app.view(watch).await.watch.activity, Activity::On);
    let none = home.ask("/off 9").await;
    assert_eq!(
        none.text,
        "Ожидания с таким номером нет. Номера показывает /list"
    );

    home.telegram
        .press_button(PERSON, PERSON, list.id, "№ 1: убрать");
    home.app.run_for(seconds(10)).await;
    assert!(home.last().text.ends_with("Точно?"));
    home.press("Нет").await;
    assert_eq!(home.last().text, "Хорошо, всё остаётся как было.");
    home.ask("/list").await;
    home.press("№ 1: убрать").await;
    home.press("Да").await;
    assert!(
        home.last()
            .text
            .starts_with("Больше не ждём: 1. Офтальмолог")
    );
    assert!(home.engine().watches().await.unwrap().is_empty());
    home.engine().restore_watch(watch).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn everything_is_paused_for_an_hour_until_the_morning_and_until_told() {
    let home = Home::linked().await;
    let pause = async || home.engine().status().await.unwrap().pause;
    home.ask("/pause").await;
    home.press("1 час").await;
    assert!(
        home.last().text.starts_with("Пауза до 10:0"),
        "{}",
        home.last().text
    );
    let until = pause().await.unwrap().until.unwrap();
    assert!(until - home.app.clock.now() <= TimeDelta::hours(1));
    assert_eq!(home.ask("/resume").await.text, "Проверяем снова.");
    assert_eq!(pause().await, None);
    home.ask("/pause").await;
    home.press("До завтра, 8:00").await;
    let until = pause().await.unwrap().until.unwrap();
    assert_eq!(until, home.app.in_days(1, -60).with_timezone(&Utc));
    home.ask("/pause").await;
    home.press("Пока не включу").await;
    assert_eq!(pause().await.unwrap().until, None);
    home.ask("/resume").await;
    assert_eq!(
        home.ask("/resume").await.text,
        "Паузы нет, проверяем как обычно."
    );
}

#[tokio::test(start_paused = true)]
async fn the_quiet_mode_help_and_what_is_not_understood() {
    let home = Home::linked().await;
    let hushed = async || home.engine().settings().await.unwrap().hushed;
    let off = "Тихий режим выключен. Тихих часов нет.";
    let on = "Тихий режим включён: уведомления и сообщения приходят без звука. Тихих часов нет.";
    assert_eq!(home.ask("/quiet").await.text, off);
    assert!(!hushed().await, "asked, not turned round");
    home.press("Включить").await;
    assert_eq!(home.last().text, on);
    assert!(hushed().await);
    assert_eq!(home.ask("/quiet вкл").await.text, on);
    assert!(hushed().await);
    assert_eq!(home.ask("/quiet").await.text, on);
    home.press("Выключить").await;
    assert_eq!(home.last().text, off);
    assert!(!hushed().await);
    home.ask("/quiet on").await;
    assert_eq!(home.ask("/quiet off").await.text, off);
    assert!(!hushed().await);
    assert!(
        home.ask("/help")
            .await
            .text
            .contains("/quiet — Тихий режим")
    );
    assert!(
        home.ask("/start")
            .await
            .text
            .contains("/quiet — Тихий режим")
    );
    let unknown = "Я понимаю команды из меню. Добавить ожидание можно, прислав ссылку с сайта Горздрава, или в программе на компьютере.";
    assert_eq!(home.ask("запиши меня").await.text, unknown);
    assert_eq!(home.ask("/book").await.text, unknown);
    let settings = home.engine().settings().await.unwrap();
    let settings = Settings {
        language: engine::model::Language::En,
        ..settings
    };
    home.engine().save_settings(settings).await.unwrap();
    assert!(home.ask("/help").await.text.contains("/quiet — Quiet mode"));
}

#[tokio::test(start_paused = true)]
async fn a_link_becomes_a_watch_by_a_press_and_only_once() {
    let home = Home::linked().await;
    let place = home.app.city.a_doctor();
    let link = page_of(&place);
    let offer = home.ask(&format!("вот: {link}")).await;
    assert!(offer.text.starts_with("Ждать талон?\n"), "{}", offer.text);
    assert!(home.engine().watches().await.unwrap().is_empty());
    home.press("Нет").await;
    assert!(home.engine().watches().await.unwrap().is_empty());
    let first = home.ask(&link).await;
    let second = home.ask(&link).await;
    for offer in [&first, &second] {
        home.telegram
            .press_button(PERSON, PERSON, offer.id, "Ждать талон");
        home.app.run_for(seconds(10)).await;
    }
    assert_eq!(home.engine().watches().await.unwrap().len(), 1);
    assert!(
        home.ask(&link)
            .await
            .text
            .starts_with("Этого уже ждём: 1. ")
    );
    let bad = home
        .ask("https://gorzdrav.spb.ru/service-free-schedule#[{\"lpu\":")
        .await;
    assert!(bad.text.starts_with("Не получилось понять эту ссылку."));
    let site = home.ask("https://gorzdrav.spb.ru/").await;
    assert!(site.text.starts_with("В этой ссылке не выбран"));
}

#[tokio::test(start_paused = true)]
async fn a_chat_commands_the_watches_it_hears_of_and_no_others() {
    let home = Home::start().await;
    let place = home.app.city.a_doctor();
    let first = home.app.watch_any(&place).await.id;
    let second = home
        .engine()
        .add_watch(WatchDraft {
            places: vec![any(&place)],
            nickname: "мама".to_owned(),
            ..WatchDraft::default()
        })
        .await
        .unwrap()
        .id;
    let chat = home.link(PERSON).await;
    let only = WatchChoice::Only {
        watches: vec![second],
    };
    home.engine().choose_for_chat(chat, only).await.unwrap();
    let list = home.ask("/list").await.text;
    assert!(
        list.contains("2. Офтальмолог · Поликлиника · мама") && !list.contains("1. "),
        "{list}"
    );
    home.ask("/off 1").await;
    home.ask("/off all").await;
    assert_eq!(home.app.view(first).await.watch.activity, Activity::On);
    assert_eq!(home.app.view(second).await.watch.activity, Activity::Off);
    // What is added from a chat is heard of there.
    let other = home.app.city.specialties(&place.clinic);
    let other = other
        .into_iter()
        .find(|it| it.id != place.specialty)
        .unwrap();
    let link = page_of(&simulator::Place {
        specialty: other.id,
        ..place
    });
    home.ask(&link).await;
    home.press("Ждать талон").await;
    let WatchChoice::Only { watches } = home.view().await.chats[0].watches.clone() else {
        panic!("it stays a choice");
    };
    assert_eq!(watches.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_chat_that_hears_of_some_watches_pauses_them_and_not_the_program() {
    let home = Home::start().await;
    let place = home.app.city.a_doctor();
    let [other, own, off] = ["", "мама", "папа"].map(|nickname| WatchDraft {
        places: vec![any(&place)],
        nickname: nickname.to_owned(),
        ..WatchDraft::default()
    });
    let other = home.engine().add_watch(other).await.unwrap().id;
    let own = home.engine().add_watch(own).await.unwrap().id;
    let off = home.engine().add_watch(off).await.unwrap().id;
    home.engine()
        .set_activity(off, Activity::Off)
        .await
        .unwrap();
    let chat = home.link(PERSON).await;
    let only = WatchChoice::Only {
        watches: vec![own, off],
    };
    home.engine().choose_for_chat(chat, only).await.unwrap();
    let activity = async |watch| home.app.view(watch).await.watch.activity;

    home.ask("/pause").await;
    home.press("1 час").await;
    assert!(
        home.last().text.starts_with("До 10:0"),
        "{}",
        home.last().text
    );
    assert!(matches!(activity(own).await, Activity::PausedUntil { .. }));
    assert_eq!(activity(off).await, Activity::Off);
    assert_eq!(activity(other).await, Activity::On);
    assert_eq!(home.engine().status().await.unwrap().pause, None);
    assert_eq!(home.ask("/resume").await.text, "Проверяем снова.");
    assert_eq!(activity(own).await, Activity::On);
    assert_eq!(activity(off).await, Activity::Off, "it was off before");

    home.ask("/pause").await;
    home.press("Пока не включу").await;
    assert_eq!(activity(own).await, Activity::Off);
    // What was paused at the computer goes on there.
    home.engine().pause(None).await.unwrap();
    let said = home.ask("/resume").await.text;
    assert!(said.ends_with("Продолжить можно в программе на компьютере."));
    assert!(home.engine().status().await.unwrap().pause.is_some());
    assert_eq!(activity(own).await, Activity::On);

    let said = home.ask("/quiet вкл").await;
    assert_eq!(
        said.text,
        "Тихий режим переключают в программе на компьютере."
    );
    assert!(said.buttons.is_empty());
    assert!(!home.engine().settings().await.unwrap().hushed);
}

#[tokio::test(start_paused = true)]
async fn fault_57_a_group_that_threw_the_bot_out_is_linked_again_by_a_code() {
    let home = Home::start().await;
    let ask = async || {
        let code = home.code().await;
        let start = format!("/start@uchebny_talonchik_bot {code}");
        home.telegram.say_in_group(GROUP, PERSON, &start);
        home.app.run_for(seconds(3)).await;
    };
    ask().await;
    let chat = home.view().await.chats[0].id;
    home.engine().link_chat(chat).await.unwrap();
    home.app.run_for(seconds(3)).await;
    home.telegram.fail_chat(GROUP, TelegramFault::Kicked, 1);
    let trials = home.engine().try_channels(Some(format!("telegram/{chat}")));
    trials.await.unwrap();
    assert_eq!(home.view().await.chats[0].state, ChatState::Blocked);

    ask().await;
    assert_eq!(home.view().await.chats[0].state, ChatState::Asking);
    home.engine().link_chat(chat).await.unwrap();
    home.app.run_for(seconds(3)).await;
    assert_eq!(home.view().await.chats[0].state, ChatState::Linked);
    home.telegram.say_in_group(GROUP, PERSON, "/pause");
    home.app.run_for(seconds(10)).await;
    let said = home.telegram.messages(GROUP).pop().unwrap();
    assert!(said.button("1 час").is_some());
}

#[tokio::test(start_paused = true)]
async fn a_bot_at_work_is_not_begun_with_anew() {
    let home = Home::linked().await;
    let greetings = || {
        let calls = home.telegram.calls();
        calls.iter().filter(|call| call.method == "getMe").count()
    };
    let before = greetings();
    home.app.run_for(minutes(10)).await;
    assert_eq!(greetings(), before);
}

#[tokio::test(start_paused = true)]
async fn later_does_not_begin_anew_in_a_chat_that_is_linked_no_more() {
    let home = Home::linked().await;
    let place = home.app.city.a_doctor();
    home.app.watch_doctor(&place).await;
    home.app.run_for(minutes(1)).await;
    home.app
        .city
        .offer(&place.clinic, &place.doctor, home.app.in_days(2, 0));
    home.app.run_for(minutes(6)).await;
    let chat = home.view().await.chats[0].id;
    home.engine().unlink_chat(chat).await.unwrap();
    let alert = home.app.inbox().await.remove(0).id;
    home.engine().answer(alert, Answer::Later).await.unwrap();
    home.app.run_for(minutes(20)).await;
    let alert = home.app.inbox().await.remove(0);
    let of_chat = |it: &&Delivery| it.channel.starts_with("telegram/");
    let of_chat = alert.deliveries.iter().find(of_chat).unwrap();
    assert_eq!((of_chat.state, of_chat.why), (DeliveryState::Sent, None));
    assert!(home.last().text.starts_with("Чат отключён."));
}

#[tokio::test(start_paused = true)]
async fn a_chat_unlinks_itself_and_is_unlinked_from_the_program() {
    let home = Home::linked().await;
    home.ask("/stop").await;
    home.press("Нет").await;
    assert_eq!(home.view().await.chats.len(), 1);
    home.ask("/stop").await;
    home.press("Да").await;
    assert!(home.last().text.starts_with("Чат отключён."));
    assert_eq!(home.view().await.chats, []);
    assert_eq!(home.ask("/status").await.text, STRANGER);

    let chat = home.link(PERSON).await;
    home.engine().unlink_chat(chat).await.unwrap();
    home.app.run_for(seconds(5)).await;
    assert!(home.last().text.starts_with("Чат отключён."));
    assert_eq!(home.view().await.chats, []);
}

// Alerts and presses.

#[tokio::test(start_paused = true)]
async fn an_answer_in_telegram_is_an_answer_everywhere() {
    let home = Home::linked().await;
    let place = home.app.city.a_doctor();
    home.app.watch_doctor(&place).await;
    home.app.run_for(minutes(1)).await;
    home.app
        .city
        .offer(&place.clinic, &place.doctor, home.app.in_days(2, 0));
    home.app.run_for(minutes(6)).await;
    assert!(
        home.last().text.contains("Есть талон"),
        "{}",
        home.last().text
    );
    assert_eq!(
        home.press("Позже").await.as_deref(),
        Some("Напомню через 15 минут")
    );
    let alert = home.app.inbox().await.remove(0);
    assert!(matches!(alert.state, AlertState::Snoozed { .. }));
    assert_eq!(
        home.app.told.withdrawn().len(),
        1,
        "the other channel takes it back"
    );
    home.app.run_for(minutes(20)).await;
    assert!(home.last().button("Не подходит").is_some());
    assert_eq!(
        home.press("Не подходит").await.as_deref(),
        Some("Эти талоны больше не покажу")
    );
    assert_eq!(home.app.inbox().await[0].state, AlertState::Dismissed);
}

#[tokio::test(start_paused = true)]
async fn a_button_works_once_for_its_chat_and_for_two_days() {
    let home = Home::linked().await;
    home.link(NEIGHBOUR).await;
    let question = home.ask("/pause").await;
    let data = question.button("1 час").unwrap().data.clone().unwrap();
    home.telegram.press(NEIGHBOUR, question.id, &data);
    home.app.run_for(seconds(10)).await;
    assert_eq!(
        home.shown().as_deref(),
        Some("Кнопка устарела"),
        "another chat's"
    );
    home.telegram.press(PERSON, question.id, &data);
    home.app.run_for(seconds(10)).await;
    assert!(home.engine().status().await.unwrap().pause.is_some());
    home.engine().resume().await.unwrap();
    home.telegram.press(PERSON, question.id, &data);
    home.app.run_for(seconds(10)).await;
    assert_eq!(
        home.shown().as_deref(),
        Some("Кнопка устарела"),
        "pressed before"
    );
    let question = home.ask("/pause").await;
    home.app.run_for(hours(49)).await;
    home.telegram
        .press_button(PERSON, PERSON, question.id, "1 час");
    home.app.run_for(seconds(10)).await;
    assert_eq!(home.shown().as_deref(), Some("Кнопка устарела"), "too old");
    assert_eq!(home.engine().status().await.unwrap().pause, None);
}

// Faults.

#[tokio::test(start_paused = true)]
async fn fault_61_a_stranger_is_told_one_sentence_an_hour() {
    let home = Home::start().await;
    for _ in 0..7 {
        home.say("/status").await;
        home.say("впустите").await;
        home.app.run_for(minutes(9)).await;
    }
    let seen = home.seen();
    assert_eq!(seen.len(), 2);
    assert!(seen.iter().all(|message| message.text == STRANGER));
    home.telegram.say_in_group(GROUP, NEIGHBOUR, "/status");
    home.telegram.forward(NEIGHBOUR, "/status");
    home.app.run_for(seconds(30)).await;
    assert!(home.telegram.messages(GROUP).is_empty());
    assert!(home.telegram.messages(NEIGHBOUR).is_empty());
}

#[tokio::test(start_paused = true)]
async fn fault_60_an_update_that_comes_twice_late_or_out_of_order_has_one_effect_or_none() {
    let home = Home::linked().await;
    let quiet = home.telegram.say(PERSON, "/quiet on");
    home.app.run_for(seconds(30)).await;
    assert!(home.engine().settings().await.unwrap().hushed);
    home.engine().set_hush(false).await.unwrap();
    home.telegram.repeat(quiet);
    home.app.run_for(seconds(30)).await;
    assert!(
        !home.engine().settings().await.unwrap().hushed,
        "switched once"
    );
    home.engine().set_hush(true).await.unwrap();

    let old = home.app.clock.now() - TimeDelta::minutes(11);
    home.telegram.say_at(PERSON, "/quiet off", old);
    home.telegram.forward(PERSON, "/quiet off");
    let said = home.telegram.say(PERSON, "привет");
    home.telegram.reword(said, "/quiet off");
    home.app.run_for(minutes(1)).await;
    assert!(home.engine().settings().await.unwrap().hushed);

    // Later in the queue, earlier in time.
    home.telegram.say(PERSON, "/off 1");
    home.telegram.say(PERSON, "/quiet off");
    home.telegram.reverse_updates();
    home.app.run_for(seconds(30)).await;
    assert!(home.last().text.starts_with("Тихий режим выключен."));
    assert!(!home.engine().settings().await.unwrap().hushed);

    // A crash takes nothing back that was done.
    let home = home.restart().await;
    home.telegram.repeat(quiet);
    home.app.run_for(seconds(30)).await;
    assert!(!home.engine().settings().await.unwrap().hushed);
    assert_eq!(home.view().await.chats[0].state, ChatState::Linked);
    assert!(home.ask("/help").await.text.contains("/status"));
}

#[tokio::test(start_paused = true)]
async fn fault_60_another_program_that_reads_the_updates_is_shown_and_probed() {
    let home = Home::linked().await;
    home.telegram
        .fail(Some("getUpdates"), TelegramFault::Conflict, 3);
    home.telegram.say(PERSON, "/help");
    home.app.run_for(seconds(27)).await;
    home.app.run_for(seconds(27)).await;
    let ChannelState::Failing { why, .. } = home.view().await.state else {
        panic!("it does not work");
    };
    assert_eq!(why, Untold::Conflict);
    home.app.run_for(minutes(2)).await;
    assert!(matches!(
        home.view().await.state,
        ChannelState::Works { .. }
    ));

    // A web hook is ended only by the person, with the token.
    home.telegram.set_webhook("https://example.com/");
    home.app.run_for(minutes(3)).await;
    assert!(matches!(
        home.view().await.state,
        ChannelState::Failing {
            why: Untold::Conflict,
            ..
        }
    ));
    home.engine()
        .set_telegram_token(TOKEN.into())
        .await
        .unwrap();
    home.app.run_for(seconds(5)).await;
    assert!(matches!(
        home.view().await.state,
        ChannelState::Works { .. }
    ));
    assert_eq!(
        home.view().await.chats.len(),
        1,
        "the same bot keeps its chats"
    );
}

#[tokio::test(start_paused = true)]
async fn fault_56_a_token_that_is_not_accepted_any_more_rests_the_bot() {
    let home = Home::linked().await;
    home.telegram
        .fail(Some("getUpdates"), TelegramFault::Unauthorized, 2);
    home.telegram.say(PERSON, "/help");
    home.app.run_for(minutes(1)).await;
    let polls = home.telegram.polls().len();
    let state = home.view().await.state;
    assert!(matches!(
        state,
        ChannelState::Failing {
            why: Untold::Token,
            ..
        }
    ));
    home.app.run_for(minutes(14)).await;
    assert!(home.telegram.polls().len() <= polls + 1);
    home.app.run_for(minutes(17)).await;
    assert!(matches!(
        home.view().await.state,
        ChannelState::Works { .. }
    ));
    assert!(home.last().text.contains("/status"));
}

#[tokio::test(start_paused = true)]
async fn fault_57_a_chat_that_blocks_the_bot_is_lost_and_said_to_be_on_the_other_channels() {
    let home = Home::linked().await;
    home.link(NEIGHBOUR).await;
    home.telegram.block(PERSON);
    home.app.run_for(seconds(30)).await;
    assert_eq!(home.view().await.chats[0].state, ChatState::Blocked);
    let told = home.telegram.messages(NEIGHBOUR).pop().unwrap().text;
    assert!(told.starts_with("Один из подключённых чатов больше не получает сообщений."));
    home.telegram.say(PERSON, "/pause");
    home.app.run_for(seconds(30)).await;
    assert_eq!(home.engine().status().await.unwrap().pause, None);
    home.telegram.unblock(PERSON);
    home.app.run_for(seconds(30)).await;
    assert_eq!(home.view().await.chats[0].state, ChatState::Linked);
    assert!(home.ask("/help").await.text.contains("/status"));
}

#[tokio::test(start_paused = true)]
async fn fault_58_telegram_that_fails_is_left_alone_for_longer_and_longer() {
    let home = Home::linked().await;
    home.telegram
        .fail(Some("getUpdates"), TelegramFault::Status(502), 10_000);
    home.app.run_for(minutes(1)).await;
    let before = home.telegram.polls().len();
    home.app.run_for(hours(1)).await;
    let polls = home.telegram.polls().len() - before;
    assert!((10..=90).contains(&polls), "{polls}");
    let state = home.view().await.state;
    assert!(matches!(
        state,
        ChannelState::Failing {
            why: Untold::Unreachable,
            ..
        }
    ));
    home.telegram.clear_faults();
    home.app.run_for(minutes(6)).await;
    assert!(matches!(
        home.view().await.state,
        ChannelState::Works { .. }
    ));
    home.telegram.fail(
        Some("getUpdates"),
        TelegramFault::TooMany { retry_after: 300 },
        1,
    );
    home.app.run_for(seconds(60)).await;
    let before = home.telegram.polls().len();
    home.app.run_for(seconds(60)).await;
    assert_eq!(home.telegram.polls().len(), before);
    home.app.run_for(minutes(5)).await;
    assert!(home.telegram.polls().len() > before);
}

#[tokio::test(start_paused = true)]
async fn fault_58_a_proxy_is_for_telegram_alone_and_is_never_gone_round() {
    let app = TestApp::start().await;
    let telegram = telegram(&app.clock, 0).await;
    let proxy = Proxy::start().await;
    let engine = &app.engine;
    let address = format!("http://login:password@{}", proxy.address);
    engine
        .set_telegram_way(Some(address.into()), Some(telegram.base_url()))
        .await
        .unwrap();
    engine.set_telegram_token(TOKEN.into()).await.unwrap();
    app.watch_any(&app.city.a_doctor()).await;
    app.run_for(minutes(2)).await;
    let view = engine.channels().await.unwrap().telegram;
    assert!(view.proxy);
    assert!(matches!(view.state, ChannelState::Works { .. }));
    assert!(app.asked("doctors") > 0);
    let heads = proxy.heads();
    assert!(!heads.is_empty());
    for head in heads {
        let line = head.lines().next().unwrap();
        assert!(
            line.starts_with(&format!("POST {}/", telegram.base_url())),
            "{line}"
        );
        assert!(head.to_lowercase().contains("proxy-authorization: basic"));
    }

    proxy.stop().await;
    let polls = telegram.polls().len();
    app.run_for(minutes(5)).await;
    let view = engine.channels().await.unwrap().telegram;
    let state = view.state;
    assert!(matches!(
        state,
        ChannelState::Failing {
            why: Untold::Unreachable,
            ..
        }
    ));
    assert!(telegram.polls().len() <= polls + 1);

    engine
        .set_telegram_way(Some("".into()), Some(telegram.base_url()))
        .await
        .unwrap();
    app.run_for(seconds(5)).await;
    let view = engine.channels().await.unwrap().telegram;
    assert!(!view.proxy && matches!(view.state, ChannelState::Works { .. }));
}

/// An HTTP proxy that remembers the head of the first request of each connection.
struct Proxy {
    address: std::net::SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
    task: JoinSet<()>,
}

impl Proxy {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a loopback port is free");
        let address = listener.local_addr().expect("it is bound");
        let heads = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&heads);
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(Self::pass(stream, Arc::clone(&seen)));
            }
        });
        Self {
            address,
            heads,
            task,
        }
    }

    async fn pass(mut client: TcpStream, seen: Arc<Mutex<Vec<String>>>) {
        let mut head = Vec::new();
        while !head.windows(4).any(|end| end == b"\r\n\r\n") {
            if client.read_buf(&mut head).await.unwrap_or(0) == 0 {
                return;
            }
        }
        let text = String::from_utf8_lossy(&head).into_owned();
        let target = text
            .split_whitespace()
            .nth(1)
            .expect("a request names its target")
            .to_owned();
        seen.lock().expect("nobody died with it").push(text);
        let host = target
            .split('/')
            .nth(2)
            .expect("the target is a whole address");
        let mut server = TcpStream::connect(host).await.expect("Telegram is there");
        server.write_all(&head).await.expect("it listens");
        // Whoever hangs up ends it.
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("nobody died with it").clone()
    }

    async fn stop(mut self) {
        self.task.shutdown().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_program_whose_token_is_out_of_reach_says_so_and_goes_on_when_it_is_back() {
    let home = Home::linked().await;
    let place = home.app.city.a_doctor();
    home.app.watch_doctor(&place).await;
    home.app.run_for(minutes(1)).await;
    let kept = home.app.config.secrets.clone();
    let Home { mut app, telegram } = home;
    app.config.secrets = Some(Secrets::in_memory());
    let mut home = Home { app, telegram }.restart().await;
    home.app.run_for(seconds(5)).await;
    let view = home.view().await;
    assert_eq!(view.state, ChannelState::Locked);
    assert_eq!(view.chats[0].state, ChatState::Linked);
    let link = home.engine().new_chat_link().await;
    assert!(matches!(link, Err(EngineError::Channel(Untold::Locked))));

    let slot = home.app.in_days(2, 0);
    home.app.city.offer(&place.clinic, &place.doctor, slot);
    home.app.run_for(minutes(2)).await;
    let [alert] = home.app.inbox().await.try_into().expect("one alert");
    let telegram = alert.deliveries.iter().find(|it| it.channel != "test");
    let telegram = telegram.map(|it| (it.state, it.why));
    assert_eq!(telegram, Some((DeliveryState::Due, Some(Untold::Locked))));

    home.app.config.secrets = kept;
    let home = home.restart().await;
    home.app.run_for(minutes(1)).await;
    let told = |message: &ChatMessage| message.text.starts_with("🟢");
    let told = home.seen().into_iter().filter(told).count();
    assert_eq!(told, 1, "what waited is told at once, and once");
    assert!(home.ask("/help").await.text.contains("/status"));
}
