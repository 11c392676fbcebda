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
    let url = format!("{}/bot1:secret/{method}", telegram.base_url());
    client()
        .post(url)
        .json(&parameters)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap()
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
