//! Who has no say has none, whatever is sent.

use std::{fmt::Write as _, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

use super::{
    buttons::{Action, Planned, mint},
    talk::{Outcome, Say},
    *,
};
use crate::{
    model::{DoctorChoice, Place, WatchDraft, WatchId},
    text::Words,
};

const NOW: i64 = 1_795_000_000;
/// The linked private chat, and the linked person of a linked group.
const OWNER: i64 = 42;
const GROUP: i64 = -7;
const NEIGHBOUR: i64 = 43;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW, 0).unwrap()
}

/// An engine that does nothing by itself, with a linked chat, a linked group and one that asks.
async fn home(folder: &std::path::Path) -> Arc<Engine> {
    let config = Config {
        api_base: "http://127.0.0.1:9/".parse().unwrap(),
        clock: Clock::test(now()),
        background: false,
        secrets: Some(Secrets::in_memory()),
        ..Config::new(folder.join("data"))
    };
    let engine = Engine::start(config, Vec::new()).await.unwrap();
    let telegram = engine.telegram();
    let bot = Bot {
        id: 3,
        name: "our_bot".to_owned(),
    };
    telegram.take_bot(bot).await.unwrap();
    let store = &telegram.store;
    for (chat, is_group) in [(OWNER, false), (GROUP, true)] {
        let title = "Свои".to_owned();
        let row = store.ask_for_chat(chat, OWNER, title, is_group, now());
        let row = row.await.unwrap();
        store.link_chat(row.id, now()).await.unwrap();
    }
    let asking = store.ask_for_chat(NEIGHBOUR, NEIGHBOUR, "Сосед".to_owned(), false, now());
    asking.await.unwrap();
    let place = Place {
        clinic_id: "1".into(),
        clinic_name: "Поликлиника".to_owned(),
        specialty_id: "2".into(),
        specialty_name: "Окулист".to_owned(),
        fer_id: None,
        doctors: DoctorChoice::Any,
    };
    let draft = WatchDraft {
        places: vec![place],
        ..WatchDraft::default()
    };
    engine.add_watch(draft).await.unwrap();
    engine
}

/// Everything of worth in the database, as text.
fn rows(folder: &std::path::Path) -> String {
    let file = rusqlite::Connection::open(folder.join("data/talonchik.db")).unwrap();
    let mut rows = String::new();
    for table in [
        "watch", "alert", "setting", "chat", "button", "outbox", "news",
    ] {
        let mut statement = file.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = statement.column_count();
        let mut found = statement.query(()).unwrap();
        while let Some(row) = found.next().unwrap() {
            write!(rows, "{table}").unwrap();
            for column in 0..columns {
                write!(rows, " {:?}", row.get_ref(column).unwrap()).unwrap();
            }
            rows.push('\n');
        }
    }
    rows
}

fn any<'a>(random: &mut StdRng, of: &[&'a str]) -> &'a str {
    of[random.random_range(0..of.len())]
}

/// A person who has no say in the chat: never the owner in their own chats.
fn outsider(random: &mut StdRng) -> (Value, Value) {
    let stranger = random.random_range(1000..3000_i64);
    let (chat, person) = match random.random_range(0..6) {
        0 => (OWNER, stranger),
        1 => (GROUP, stranger),
        2 => (-random.random_range(100..200_i64), OWNER),
        3 => (NEIGHBOUR, NEIGHBOUR),
        4 => (stranger, OWNER),
        _ => (stranger, stranger),
    };
    let kinds: &[&str] = if chat < 0 {
        &["group", "supergroup"]
    } else {
        &["private"]
    };
    let kind = any(random, kinds);
    (
        json!({"id": chat, "type": kind, "title": "Чужие", "first_name": "Чужой"}),
        json!({"id": person, "is_bot": random.random_bool(0.1), "first_name": "Чужой"}),
    )
}

/// Anything Telegram may hand out but what a linked person says, or Telegram itself of their chats.
fn update(random: &mut StdRng, tokens: &[String]) -> Value {
    let (chat, person) = outsider(random);
    let secret = format!("/start {:x}", random.random::<u128>());
    let texts = [
        "/status",
        "/list",
        "/on all",
        "/off all",
        "/off 1",
        "/check",
        "/pause",
        "/resume",
        "/quiet",
        "/stop",
        "/help",
        "/start",
        &secret,
        "/status@our_bot",
        "/off@our_bot 1",
        "/",
        "привет",
        "https://gorzdrav.spb.ru/service-free-schedule#[{\"lpu\":\"1\"},{\"speciality\":\"2\"}]",
        "\u{202e}/stop",
        "/off 99999999999999",
        "<b>/stop</b>",
        "",
    ];
    let mut message = json!({
        "message_id": random.random_range(1..1000),
        "date": NOW - random.random_range(0..900_i64),
        "chat": chat,
        "from": person,
        "text": any(random, &texts),
    });
    if random.random_bool(0.1) {
        message["forward_origin"] = json!({"type": "user", "date": NOW, "sender_user": {"id": OWNER, "is_bot": false, "first_name": "Свой"}});
    }
    let token = tokens[random.random_range(0..tokens.len())].clone();
    let kinds = [
        "message",
        "message",
        "message",
        "edited_message",
        "channel_post",
        "callback_query",
        "callback_query",
        "my_chat_member",
        "inline_query",
        "новое",
    ];
    let kind = any(random, &kinds);
    let content = match kind {
        "callback_query" => json!({
            "id": random.random::<u64>().to_string(),
            "from": message["from"],
            "message": message,
            "chat_instance": "1",
            "data": if random.random_bool(0.8) { token } else { secret },
        }),
        "my_chat_member" => {
            // That the owner's chats are lost, Telegram itself would say.
            let chat = json!({"id": -900, "type": "group", "title": "Чужие"});
            let bot = json!({"id": 3, "is_bot": true, "first_name": "Бот"});
            let left = json!({"user": bot, "status": any(random, &["left", "member"])});
            json!({"chat": chat, "from": message["from"], "date": NOW,
                "old_chat_member": left, "new_chat_member": left})
        }
        _ => message,
    };
    json!({"update_id": random.random_range(1..i32::MAX), kind: content})
}

#[tokio::test(start_paused = true)]
async fn fault_61_of_a_hundred_thousand_foreign_updates_none_has_an_effect() {
    let folder = tempfile::tempdir().unwrap();
    let engine = home(folder.path()).await;
    let telegram = engine.telegram();
    let chats = telegram.store.chats().await.unwrap();
    let remove = Action::Remove { watch: WatchId(1) };
    let mut tokens = Vec::new();
    for action in [remove, Action::Stop] {
        let title = "Да".to_owned();
        let row = vec![vec![Planned::Act { title, action }]];
        let given = mint(&telegram.store, chats[0].id, row, now())
            .await
            .unwrap();
        for button in given.into_iter().flatten() {
            if let api::Button::Press { data, .. } = button {
                tokens.push(data);
            }
        }
    }
    engine.telegram().known().code = Some(Code::new(now()));
    let before = rows(folder.path());
    let sentence = Words::default().say("telegram-stranger");
    let mut random = StdRng::seed_from_u64(61);
    let mut said = 0;
    for _ in 0..100_000 {
        // From text: an update is not read from a value.
        let update = update(&mut random, &tokens).to_string();
        let update = serde_json::from_str(&update).unwrap();
        let heard = updates::read(update, telegram.clock.now());
        let Outcome { says, heeded, used } = telegram.hear(&engine, heard).await.unwrap();
        assert!(!heeded && used.is_none());
        for say in says {
            said += 1;
            match say {
                Say::Send {
                    text,
                    buttons,
                    then,
                    ..
                } => {
                    assert_eq!(text.html, sentence);
                    assert!(buttons.is_empty() && then.is_none());
                }
                Say::Answer { text, .. } => assert_eq!(text.as_ref(), Some(&sentence)),
                Say::Edit { .. } | Say::Consider { .. } => panic!("nothing else is said"),
            }
        }
    }
    assert!(said > 10_000, "{said}");
    assert_eq!(rows(folder.path()), before);
    engine.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_update_that_cannot_be_handled_is_left_out_after_three_tries() {
    let folder = tempfile::tempdir().unwrap();
    let engine = home(folder.path()).await;
    let telegram = engine.telegram();
    assert_eq!(
        [1, 2, 3, 4].map(|_| telegram.may_try(7, 3)),
        [true, true, true, false]
    );
    assert!(telegram.may_try(8, 3));
    engine.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_menu_is_worded_in_both_languages() {
    use crate::model::Language;
    for language in [Language::Ru, Language::En] {
        for (command, words) in pages::menu(Words::new(language)) {
            assert!(!words.starts_with("telegram-"), "{command}");
            assert!((1..=256).contains(&words.chars().count()), "{command}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_code_is_worth_one_chat() {
    let folder = tempfile::tempdir().unwrap();
    let engine = home(folder.path()).await;
    let telegram = engine.telegram();
    let code = Code::new(now());
    let url = code.link("our_bot").url;
    let secret = url.split_once("?start=").unwrap().1;
    telegram.known().code = Some(code);
    assert!(!telegram.use_code("other"));
    tokio::time::sleep(Duration::from_secs(599)).await;
    assert!(telegram.use_code(secret));
    assert!(!telegram.use_code(secret));
    assert!(telegram.clock.now() < now() + TimeDelta::minutes(10));
    engine.stop().await;
}

#[tokio::test(start_paused = true)]
async fn after_the_clock_was_set_back_a_look_may_be_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let engine = home(folder.path()).await;
    let telegram = engine.telegram();
    let rest = TimeDelta::seconds(30);
    assert!(telegram.may_look(rest));
    assert!(!telegram.may_look(rest));
    telegram.clock.step(TimeDelta::hours(-5));
    assert!(telegram.may_look(rest));
    assert!(!telegram.may_look(rest));
    engine.stop().await;
}

#[tokio::test(start_paused = true)]
async fn after_a_week_of_silence_telegram_may_number_its_updates_anew() {
    let folder = tempfile::tempdir().unwrap();
    let engine = home(folder.path()).await;
    let telegram = engine.telegram();
    let heard = |days| crate::store::Offset {
        next: 900,
        at: now() - TimeDelta::days(days),
    };
    assert_eq!(telegram.first(heard(5)), 900);
    assert_eq!(telegram.first(heard(7)), 0);
    engine.stop().await;
}
