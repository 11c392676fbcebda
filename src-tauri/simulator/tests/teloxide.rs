//! The stand-in for the Bot API, by the library the product uses.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::time::Duration;

use chrono::TimeDelta;
use reqwest::Client;
use simulator::Config;
use simulator::telegram::{Telegram, TelegramFault};
use teloxide_core::payloads::{
    EditMessageTextSetters, GetUpdatesSetters, SendMessageSetters, SetMyCommandsSetters,
};
use teloxide_core::requests::Requester;
use teloxide_core::types::{
    AllowedUpdate, BotCommand, CallbackQueryId, ChatId, ChatMemberStatus, InlineKeyboardButton,
    InlineKeyboardMarkup, MessageId, ParseMode, Update, UpdateKind,
};
use teloxide_core::{ApiError, Bot, RequestError};

const PERSON: i64 = 7;
const CHAT: ChatId = ChatId(PERSON);
const GROUP: i64 = -1_000_000_000_005;

async fn start() -> (Telegram, Bot) {
    let telegram = Telegram::start("1:secret", Config::default().start, 0)
        .await
        .unwrap();
    let client = Client::builder().no_proxy().build().unwrap();
    let address = telegram.base_url().parse().unwrap();
    let bot = Bot::with_client("1:secret", client).set_api_url(address);
    (telegram, bot)
}

async fn updates(bot: &Bot) -> Vec<Update> {
    bot.get_updates().timeout(0).limit(100).await.unwrap()
}

fn later() -> InlineKeyboardMarkup {
    let site = "https://gorzdrav.spb.ru/".parse().unwrap();
    InlineKeyboardMarkup::new([
        vec![InlineKeyboardButton::url("Записаться", site)],
        vec![InlineKeyboardButton::callback("Позже", "a1b2")],
    ])
}

#[tokio::test]
async fn a_person_answers_an_alert_by_its_button() {
    let (telegram, bot) = start().await;
    assert_eq!(
        bot.get_me().await.unwrap().username(),
        "uchebny_talonchik_bot"
    );
    let sent = bot
        .send_message(CHAT, "<b>Талон</b> к врачу &lt;1&gt;")
        .parse_mode(ParseMode::Html)
        .reply_markup(later())
        .disable_notification(true)
        .await
        .unwrap();
    assert_eq!(sent.text(), Some("Талон к врачу <1>"));
    let seen = &telegram.messages(PERSON)[0];
    assert_eq!(seen.text, "Талон к врачу <1>");
    assert_eq!(seen.source, "<b>Талон</b> к врачу &lt;1&gt;");
    assert!(seen.silent && !seen.deleted);
    assert!(seen.button("Записаться").unwrap().url.is_some());

    telegram.press_button(PERSON, PERSON, seen.id, "Позже");
    let heard = updates(&bot).await;
    let UpdateKind::CallbackQuery(press) = &heard[0].kind else {
        panic!("{heard:?}");
    };
    assert_eq!(press.data.as_deref(), Some("a1b2"));
    assert_eq!(press.message.as_ref().unwrap().id(), sent.id);
    bot.answer_callback_query(press.id.clone()).await.unwrap();
    let forged = bot.answer_callback_query(CallbackQueryId("9".into())).await;
    assert!(matches!(forged, Err(RequestError::Api(_))));

    bot.edit_message_text(CHAT, sent.id, "Талон разобрали")
        .await
        .unwrap();
    let seen = &telegram.messages(PERSON)[0];
    assert_eq!((seen.text.as_str(), seen.edits), ("Талон разобрали", 1));
    assert!(seen.buttons.is_empty());
    bot.edit_message_reply_markup(CHAT, sent.id)
        .await
        .unwrap_err();
    bot.delete_message(CHAT, sent.id).await.unwrap();
    assert!(telegram.messages(PERSON)[0].deleted);
}

#[tokio::test]
async fn every_scripted_update_is_understood() {
    let (telegram, bot) = start().await;
    let told = telegram.say_at(
        PERSON,
        "/status",
        Config::default().start - TimeDelta::hours(25),
    );
    telegram.say_in_group(GROUP, 8, "привет");
    telegram.reword(told, "/stop");
    telegram.forward(PERSON, "чужое");
    telegram.post(-1_000_000_000_009, "новость");
    telegram.kick(GROUP, 8);
    telegram.block(PERSON);
    telegram.announce_migration(-5, GROUP);
    telegram.press_in(GROUP, 8, 999, "x");
    telegram.update("purchase_of_the_moon", serde_json::json!({}));
    let heard = updates(&bot).await;
    let kinds: Vec<&UpdateKind> = heard.iter().map(|update| &update.kind).collect();
    let [
        UpdateKind::Message(old),
        UpdateKind::Message(in_group),
        UpdateKind::EditedMessage(edited),
        UpdateKind::Message(forwarded),
        UpdateKind::ChannelPost(post),
        UpdateKind::MyChatMember(kicked),
        UpdateKind::MyChatMember(blocked),
        UpdateKind::Message(moved_to),
        UpdateKind::Message(moved_from),
        UpdateKind::CallbackQuery(stale),
        UpdateKind::Error(_),
    ] = kinds[..]
    else {
        panic!("{kinds:#?}");
    };
    assert_eq!(old.date, Config::default().start - TimeDelta::hours(25));
    assert_eq!(in_group.from.as_ref().unwrap().id.0, 8);
    assert_eq!((edited.id, edited.text()), (old.id, Some("/stop")));
    assert!(forwarded.forward_origin().is_some());
    assert!(post.from.is_none());
    for change in [kicked, blocked] {
        assert_eq!(change.new_chat_member.status(), ChatMemberStatus::Banned);
    }
    assert_eq!(moved_to.migrate_to_chat_id(), Some(&ChatId(GROUP)));
    assert_eq!(moved_from.migrate_from_chat_id(), Some(&ChatId(-5)));
    assert!(stale.regular_message().is_none());
}

#[tokio::test]
async fn refusals_are_those_the_library_knows() {
    let (telegram, bot) = start().await;
    let tell = || async { bot.send_message(CHAT, "талон").await.unwrap_err() };
    for (fault, known) in [
        (TelegramFault::Blocked, ApiError::BotBlocked),
        (TelegramFault::Deactivated, ApiError::UserDeactivated),
        (TelegramFault::ChatNotFound, ApiError::ChatNotFound),
        (TelegramFault::Unauthorized, ApiError::InvalidToken),
        (TelegramFault::NotFound, ApiError::InvalidToken),
        (
            TelegramFault::Conflict,
            ApiError::TerminatedByOtherGetUpdates,
        ),
    ] {
        telegram.fail_chat(PERSON, fault, 1);
        assert!(matches!(tell().await, RequestError::Api(refused) if refused == known));
    }
    telegram.fail(None, TelegramFault::TooMany { retry_after: 9 }, 1);
    let RequestError::RetryAfter(wait) = tell().await else {
        panic!("not told to wait");
    };
    assert_eq!(wait.duration(), Duration::from_secs(9));
    telegram.migrate(PERSON, GROUP);
    assert!(matches!(
        tell().await,
        RequestError::MigrateToChatId(ChatId(GROUP))
    ));
    let edit = bot.edit_message_text(ChatId(9), MessageId(99), "a");
    let refused = edit.parse_mode(ParseMode::Html).await.unwrap_err();
    assert!(matches!(
        refused,
        RequestError::Api(ApiError::MessageToEditNotFound)
    ));
    let long = bot.send_message(ChatId(9), "я".repeat(4097)).await;
    assert!(matches!(
        long.unwrap_err(),
        RequestError::Api(ApiError::MessageIsTooLong)
    ));
}

#[tokio::test]
async fn the_menu_is_kept_by_language() {
    let (telegram, bot) = start().await;
    let menu = |words: &str| [BotCommand::new("status", words)];
    bot.set_my_commands(menu("что сейчас"))
        .language_code("ru")
        .await
        .unwrap();
    bot.set_my_commands(menu("what is free")).await.unwrap();
    let command = |words: &str| ("status".to_owned(), words.to_owned());
    assert_eq!(telegram.commands("ru"), [command("что сейчас")]);
    assert_eq!(telegram.commands(""), [command("what is free")]);
    assert_eq!(
        bot.get_my_commands().await.unwrap()[0].description,
        "what is free"
    );
    bot.delete_my_commands().await.unwrap();
    assert_eq!(telegram.commands(""), []);
    assert!(
        bot.set_my_commands([BotCommand::new("Плохо", "a")])
            .await
            .is_err()
    );
}

#[tokio::test]
async fn the_rest_of_what_the_library_asks() {
    let (telegram, bot) = start().await;
    assert!(bot.get_chat(CHAT).await.unwrap().is_private());
    assert!(bot.get_chat(ChatId(GROUP)).await.unwrap().is_supergroup());
    assert!(bot.get_webhook_info().await.unwrap().url.is_none());
    bot.delete_webhook().await.unwrap();
    bot.leave_chat(ChatId(GROUP)).await.unwrap();
    assert!(bot.send_message(ChatId(GROUP), "a").await.is_err());
    bot.get_updates()
        .allowed_updates([AllowedUpdate::Message])
        .await
        .unwrap();
    telegram.block(PERSON);
    assert_eq!(updates(&bot).await, []);
}
