//! The stand-in for the Bot API, by plain HTTP.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};
use simulator::Config;
use simulator::telegram::{Telegram, TelegramFault};

/// One client for all tests (loading the system's certificates takes its time); it keeps no
/// connections, as every test has its own runtime.
fn client() -> Client {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    let build = || {
        Client::builder()
            .no_proxy()
            .pool_max_idle_per_host(0)
            .build()
            .unwrap()
    };
    CLIENT.get_or_init(build).clone()
}

async fn start() -> Telegram {
    Telegram::start("1:secret", Config::default().start, 0)
        .await
        .unwrap()
}

async fn call(telegram: &Telegram, method: &str, parameters: Value) -> Value {
    attempt(telegram, method, parameters).await.unwrap()
}

async fn attempt(
    telegram: &Telegram,
    method: &str,
    parameters: Value,
) -> Result<Value, reqwest::Error> {
    let url = format!("{}/bot1:secret/{method}", telegram.base_url());
    let sent = client().post(url).json(&parameters).send();
    sent.await?.json().await
}

async fn send(telegram: &Telegram, chat: i64, text: &str) -> i64 {
    let sent = json!({"chat_id": chat, "text": text});
    let sent = call(telegram, "sendMessage", sent).await;
    sent["result"]["message_id"].as_i64().unwrap()
}

/// What Telegram says against this call.
async fn refusal(telegram: &Telegram, method: &str, parameters: Value) -> String {
    let answer = call(telegram, method, parameters).await;
    assert_eq!(answer["ok"], false, "{answer}");
    answer["description"].as_str().unwrap().to_owned()
}

fn ids(updates: &Value) -> Vec<i64> {
    let updates = updates["result"].as_array().unwrap();
    updates
        .iter()
        .map(|update| update["update_id"].as_i64().unwrap())
        .collect()
}

#[tokio::test]
async fn a_bot_introduces_itself_and_a_wrong_token_is_refused() {
    let telegram = start().await;
    assert_eq!(
        call(&telegram, "GetMe", json!({})).await["result"]["is_bot"],
        true
    );
    let url = format!("{}/bot1:wrong/getMe", telegram.base_url());
    assert_eq!(client().get(url).send().await.unwrap().status(), 401);
    let url = format!("{}/bot/getMe", telegram.base_url());
    assert_eq!(client().get(url).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn messages_are_sent_edited_deleted_and_kept() {
    let telegram = start().await;
    let sent = call(
        &telegram,
        "SendMessage",
        json!({"chat_id": 7, "text": "талон"}),
    )
    .await;
    let id = sent["result"]["message_id"].as_i64().unwrap();
    assert_eq!(sent["result"]["chat"]["id"], 7);
    let edit = json!({"chat_id": 7, "message_id": id, "text": "занят"});
    assert_eq!(
        call(&telegram, "editMessageText", edit).await["result"]["text"],
        "занят"
    );
    let gone = call(
        &telegram,
        "deleteMessage",
        json!({"chat_id": 7, "message_id": id}),
    )
    .await;
    assert_eq!(gone["result"], true);
    let url = format!(
        "{}/bot1:secret/sendMessage?chat_id=7&text=a+%D1%8F",
        telegram.base_url()
    );
    client().get(url).send().await.unwrap();
    assert_eq!(telegram.texts(), ["талон", "a я"]);
    let methods: Vec<_> = telegram
        .calls()
        .into_iter()
        .map(|call| call.method)
        .collect();
    assert_eq!(
        methods,
        [
            "sendMessage",
            "editMessageText",
            "deleteMessage",
            "sendMessage"
        ]
    );
    let long = json!({"chat_id": 7, "text": "я".repeat(4097)});
    assert_eq!(
        call(&telegram, "sendMessage", long).await["error_code"],
        400
    );
}

#[tokio::test(start_paused = true)]
async fn updates_come_when_they_come_and_are_forgotten_beyond_the_offset() {
    let telegram = start().await;
    let nothing = call(&telegram, "getUpdates", json!({"timeout": 30})).await;
    assert_eq!(nothing["result"], json!([]));
    let (updates, first) = tokio::join!(
        call(&telegram, "getUpdates", json!({"timeout": 30})),
        async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            telegram.say(7, "/start")
        }
    );
    assert_eq!(updates["result"][0]["message"]["text"], "/start");
    let second = telegram.press(7, 1, "ok");
    let both = call(&telegram, "getUpdates", json!({"offset": first})).await;
    assert_eq!(both["result"].as_array().unwrap().len(), 2);
    let rest = call(&telegram, "getUpdates", json!({"offset": second})).await;
    assert_eq!(rest["result"][0]["callback_query"]["data"], "ok");
    let none = call(&telegram, "getUpdates", json!({"offset": second + 1})).await;
    assert_eq!(none["result"], json!([]));
}

#[tokio::test]
async fn it_refuses_as_told_and_then_works_again() {
    let telegram = start().await;
    let message = json!({"chat_id": 7, "text": "<b>талон</b>", "parse_mode": "HTML"});
    let cases = [
        (TelegramFault::TooMany { retry_after: 9 }, 429),
        (TelegramFault::Blocked, 403),
        (TelegramFault::ChatNotFound, 400),
        (TelegramFault::Unauthorized, 401),
        (TelegramFault::Conflict, 409),
        (TelegramFault::Migrated { to: -100 }, 400),
        (TelegramFault::CannotParseEntities, 400),
    ];
    for (fault, code) in cases {
        telegram.fail(Some("sendMessage"), fault, 1);
        let refused = call(&telegram, "sendMessage", message.clone()).await;
        assert_eq!(
            (&refused["ok"], &refused["error_code"]),
            (&json!(false), &json!(code))
        );
    }
    assert_eq!(telegram.texts().len(), 0);
    telegram.fail(None, TelegramFault::TooMany { retry_after: 9 }, 1);
    assert_eq!(
        call(&telegram, "getMe", json!({})).await["parameters"]["retry_after"],
        9
    );
    telegram.fail(None, TelegramFault::Status(502), 1);
    let url = format!("{}/bot1:secret/sendMessage", telegram.base_url());
    assert_eq!(
        client()
            .post(&url)
            .json(&message)
            .send()
            .await
            .unwrap()
            .status(),
        502
    );
    telegram.fail(None, TelegramFault::Reset, 1);
    assert!(client().post(&url).json(&message).send().await.is_err());
    assert_eq!(telegram.texts().len(), 0);
    telegram.fail(None, TelegramFault::ResetAfterwards, 1);
    assert!(client().post(&url).json(&message).send().await.is_err());
    assert_eq!(telegram.texts().len(), 1);
    assert_eq!(call(&telegram, "sendMessage", message).await["ok"], true);
}

#[tokio::test]
async fn what_telegram_never_takes_is_refused() {
    let telegram = start().await;
    let html = |text: &str| json!({"chat_id": 7, "text": text, "parse_mode": "HTML"});
    let buttons =
        |rows: Value| json!({"chat_id": 7, "text": "a", "reply_markup": {"inline_keyboard": rows}});
    let many: Vec<Value> = (0..101)
        .map(|n| json!([{"text": "a", "callback_data": n.to_string()}]))
        .collect();
    for (parameters, why) in [
        (json!({"text": "a"}), "chat_id is empty"),
        (
            json!({"chat_id": 7, "text": " \n"}),
            "message text is empty",
        ),
        (html("<b></b>"), "message text is empty"),
        (html(&"я".repeat(4097)), "message is too long"),
        (
            html(&format!("{}я", "😀".repeat(2048))),
            "message is too long",
        ),
        (html("<b>талон"), "can't parse entities: "),
        (
            buttons(json!([[{"text": "a", "callback_data": "я".repeat(33)}]])),
            "BUTTON_DATA_INVALID",
        ),
        (
            buttons(json!([[{"text": "a", "url": "javascript:1"}]])),
            "BUTTON_URL_INVALID",
        ),
        (
            buttons(json!([[{"text": "a"}]])),
            "can't parse inline keyboard button",
        ),
        (buttons(json!(many)), "REPLY_MARKUP_TOO_LONG"),
    ] {
        let refused = refusal(&telegram, "sendMessage", parameters).await;
        let expected = format!("Bad Request: {why}");
        assert!(refused.starts_with(&expected), "{refused}, not {why}");
    }
    assert!(telegram.messages(7).is_empty());
    assert!(
        telegram
            .calls()
            .iter()
            .all(|call| !call.done && call.refusal.is_some())
    );
    // Tags and the escapes of a sign are not counted.
    let longest = format!("<b>{}</b>", "&amp;".repeat(4096));
    assert_eq!(
        call(&telegram, "sendMessage", html(&longest)).await["ok"],
        true
    );
}

#[tokio::test]
async fn an_edit_must_change_a_message_that_is_there() {
    let telegram = start().await;
    let id = send(&telegram, 7, "талон").await;
    let edit = |text: &str| json!({"chat_id": 7, "message_id": id, "text": text});
    let same = refusal(&telegram, "editMessageText", edit("талон")).await;
    assert!(same.starts_with("Bad Request: message is not modified"));
    telegram.fail(None, TelegramFault::MessageGone, 1);
    let again = send(&telegram, 7, "ещё талон").await;
    let gone = "Bad Request: message to edit not found";
    assert_eq!(
        refusal(&telegram, "editMessageText", edit("занят")).await,
        gone
    );
    assert_eq!(
        call(&telegram, "editMessageText", edit("занят")).await["ok"],
        true
    );
    assert_eq!(telegram.messages(7)[0].text, "занят");
    assert_eq!(telegram.messages(7)[0].edits, 1);
    // In another chat the id means nothing.
    let elsewhere = json!({"chat_id": 8, "message_id": again, "text": "a"});
    assert_eq!(refusal(&telegram, "editMessageText", elsewhere).await, gone);
    let delete = json!({"chat_id": 7, "message_id": id});
    assert_eq!(
        call(&telegram, "deleteMessage", delete.clone()).await["ok"],
        true
    );
    assert!(telegram.messages(7)[0].deleted);
    assert_eq!(
        refusal(&telegram, "editMessageText", edit("свободен")).await,
        gone
    );
    assert_eq!(
        refusal(&telegram, "deleteMessage", delete).await,
        "Bad Request: message to delete not found"
    );
}

#[tokio::test]
async fn a_fault_may_wait_for_one_chat() {
    let telegram = start().await;
    telegram.fail_chat(7, TelegramFault::Deactivated, 1);
    telegram.fail_in(8, "deleteMessage", TelegramFault::Kicked, 1);
    let id = send(&telegram, 8, "a").await;
    let message = json!({"chat_id": 7, "text": "a"});
    assert_eq!(
        refusal(&telegram, "sendMessage", message.clone()).await,
        "Forbidden: user is deactivated"
    );
    assert_eq!(call(&telegram, "sendMessage", message).await["ok"], true);
    let delete = json!({"chat_id": 8, "message_id": id});
    assert_eq!(
        refusal(&telegram, "deleteMessage", delete).await,
        "Forbidden: bot was kicked from the group chat"
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_may_be_slow_or_never_come() {
    let telegram = start().await;
    let minute = Duration::from_mins(1);
    telegram.fail(None, TelegramFault::Slow(minute), 1);
    let began = tokio::time::Instant::now();
    send(&telegram, 7, "медленно").await;
    assert!(began.elapsed() >= minute);
    telegram.fail(None, TelegramFault::Silent, 1);
    telegram.fail(None, TelegramFault::SilentUnheard, 1);
    for text in ["услышано", "не услышано"] {
        let sending = send(&telegram, 7, text);
        assert!(tokio::time::timeout(minute, sending).await.is_err());
    }
    assert_eq!(telegram.texts(), ["медленно", "услышано"]);
    assert_eq!(telegram.calls().len(), 3);
    assert_eq!(telegram.most_within(minute, Some(7)), 1);
    assert_eq!(telegram.most_within(2 * minute, None), 2);
    telegram.stop().await;
}

#[tokio::test(start_paused = true)]
async fn only_one_may_ask_for_updates() {
    let telegram = start().await;
    let poll = || call(&telegram, "getUpdates", json!({"timeout": 50}));
    let (first, second) = tokio::join!(poll(), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        tokio::join!(poll(), async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            telegram.say(7, "/status");
        })
        .0
    });
    assert_eq!(first["error_code"], 409);
    assert_eq!(ids(&second).len(), 1);
    telegram.set_webhook("https://example.org/hook");
    let hooked = refusal(&telegram, "getUpdates", json!({})).await;
    assert!(hooked.contains("webhook is active"), "{hooked}");
    let info = call(&telegram, "getWebhookInfo", json!({})).await;
    assert_eq!(info["result"]["url"], "https://example.org/hook");
    call(&telegram, "deleteWebhook", json!({})).await;
    assert_eq!(call(&telegram, "getUpdates", json!({})).await["ok"], true);
    assert_eq!(telegram.polls().len(), 4);
}

#[tokio::test]
async fn updates_come_twice_late_and_out_of_order() {
    let telegram = start().await;
    let first = telegram.say(7, "раз");
    let second = telegram.say(7, "два");
    let poll = async |offset: i64| {
        ids(&call(
            &telegram,
            "getUpdates",
            json!({"offset": offset, "limit": 2}),
        )
        .await)
    };
    telegram.reverse_updates();
    assert_eq!(poll(0).await, [second, first]);
    let third = telegram.say(7, "три");
    telegram.repeat(first);
    assert_eq!(poll(third).await, [third, first]);
    assert_eq!(poll(third + 1).await, [0; 0]);
    telegram.update_as(12, "message", json!({}));
    assert_eq!(poll(third + 1).await, [12]);
    for text in ["четыре", "пять", "шесть"] {
        telegram.say(7, text);
    }
    assert_eq!(poll(third + 1).await, [third + 1, third + 2]);
    assert_eq!(poll(-1).await, [third + 3]);
}

#[tokio::test]
async fn kinds_the_bot_does_not_want_do_not_come() {
    let telegram = start().await;
    let poll = json!({"allowed_updates": ["message"]});
    call(&telegram, "getUpdates", poll).await;
    telegram.press(7, 1, "ok");
    telegram.say(7, "/start");
    telegram.update("purchase_of_the_moon", json!({"by": 7}));
    let updates = call(&telegram, "getUpdates", json!({})).await;
    assert_eq!(updates["result"][0]["message"]["text"], "/start");
    assert_eq!(updates["result"][1]["purchase_of_the_moon"]["by"], 7);
    assert_eq!(ids(&updates).len(), 2);
}

#[tokio::test]
async fn a_group_that_became_a_supergroup_has_a_new_id() {
    let telegram = start().await;
    let (old, new) = (-5, -1_000_000_000_005);
    telegram.migrate(old, new);
    let message = json!({"chat_id": old, "text": "талон"});
    let refused = call(&telegram, "sendMessage", message).await;
    assert_eq!(refused["parameters"]["migrate_to_chat_id"], new);
    send(&telegram, new, "талон").await;
    assert_eq!(telegram.messages(old), []);
    assert_eq!(telegram.messages(new).len(), 1);
    telegram.announce_migration(old, new);
    let updates = call(&telegram, "getUpdates", json!({})).await;
    assert_eq!(updates["result"][0]["message"]["migrate_to_chat_id"], new);
    assert_eq!(updates["result"][1]["message"]["migrate_from_chat_id"], old);
}

#[tokio::test]
async fn who_left_can_not_be_written_to() {
    let telegram = start().await;
    let tell = |chat: i64| {
        refusal(
            &telegram,
            "sendMessage",
            json!({"chat_id": chat, "text": "a"}),
        )
    };
    telegram.block(7);
    assert_eq!(tell(7).await, "Forbidden: bot was blocked by the user");
    telegram.unblock(7);
    send(&telegram, 7, "a").await;
    telegram.kick(-5, 7);
    assert_eq!(
        tell(-5).await,
        "Forbidden: bot was kicked from the group chat"
    );
    telegram.invite(-5, 7);
    send(&telegram, -5, "a").await;
    call(&telegram, "leaveChat", json!({"chat_id": -5})).await;
    assert_eq!(
        tell(-5).await,
        "Forbidden: bot is not a member of the group chat"
    );
}
