use std::{
    fmt::Write,
    sync::{Arc, Mutex},
};

use chrono::DateTime;
use secrecy::SecretString;
use simulator::{
    Shown,
    line::Line,
    sink::{Sink, SinkFault},
    telegram::{Telegram, TelegramFault},
};
use teloxide_core::types::UpdateKind;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tracing::{Event, Metadata, Subscriber, field::Visit, span};

use super::*;

const TOKEN: &str = "123456:CANARY-in-no-log";

fn secret(text: &str) -> Secret {
    SecretString::from(text)
}

fn text(html: &str) -> Text {
    Text {
        html: html.to_owned(),
    }
}

async fn stand_in() -> (Telegram, Api) {
    let telegram = Telegram::start(TOKEN, DateTime::UNIX_EPOCH, 0).await;
    let telegram = telegram.unwrap();
    let url = Url::parse(&telegram.base_url()).unwrap();
    let api = Api::new(&secret(TOKEN), None, Some(&url)).await.unwrap();
    (telegram, api)
}

#[tokio::test]
async fn a_token_a_proxy_and_an_address_are_checked_before_anything_is_sent() {
    let made = async |token: &str, proxy: Option<&str>, url: Option<&str>| {
        let proxy = proxy.map(secret);
        let url = url.map(|url| Url::parse(url).unwrap());
        let made = Api::new(&secret(token), proxy.as_ref(), url.as_ref()).await;
        made.map(|_| ())
    };
    for token in [
        "", "123456", ":abc", "123456:", "x:abc", "1:a b", "1:a/../b", "1:й",
    ] {
        assert_eq!(
            made(token, None, None).await,
            Err(Problem::BadToken),
            "{token}"
        );
    }
    assert_eq!(made(" 123456:AB_c-d \n", None, None).await, Ok(()));
    for proxy in [
        "",
        "127.0.0.1:1080",
        "ftp://a:1",
        "socks4://a:1",
        "http://",
        "socks5:a",
    ] {
        let made = made(TOKEN, Some(proxy), None).await;
        assert_eq!(made, Err(Problem::BadProxy), "{proxy}");
    }
    for proxy in [
        "http://a:3128",
        "https://l:p@a",
        "socks5://l:p%40ss@127.0.0.1:1080",
        "socks5h://a:1080",
    ] {
        assert_eq!(made(TOKEN, Some(proxy), None).await, Ok(()), "{proxy}");
    }
    for url in [
        "http://bots.example/",
        "https://bots.example/?key=1",
        "https://l:p@bots.example/",
        "ftp://bots.example/",
        "mailto:a@bots.example",
    ] {
        let made = made(TOKEN, None, Some(url)).await;
        assert_eq!(made, Err(Problem::BadAddress), "{url}");
    }
    for url in [
        "https://bots.example",
        "https://bots.example/telegram/",
        "http://127.0.0.1:8081",
        "http://[::1]:8081",
        "http://localhost:8081/x",
    ] {
        assert_eq!(made(TOKEN, None, Some(url)).await, Ok(()), "{url}");
    }
}

#[tokio::test]
async fn a_message_is_sent_changed_and_deleted() {
    let (telegram, api) = stand_in().await;
    assert!(!api.me().await.unwrap().username.is_empty());
    let press = Button::Press {
        title: "Да".into(),
        data: "1".into(),
    };
    let link = Button::Link {
        title: "Сайт".into(),
        url: "https://gorzdrav.spb.ru/".into(),
    };
    let broken = Button::Link {
        title: "Куда".into(),
        url: "никуда".into(),
    };
    let buttons = [vec![press, link], vec![broken]];
    let tagged = text("<b>a &lt; b</b>");
    let id = api.send(7, &tagged, &buttons, true).await.unwrap();
    let message = telegram.messages(7).remove(0);
    assert_eq!(message.text, "a < b");
    assert!(message.silent);
    let titles: Vec<_> = message.buttons.iter().flatten().map(|b| &*b.text).collect();
    assert_eq!(titles, ["Да", "Сайт"]);
    for _ in 0..2 {
        assert_eq!(api.edit(7, id, &text("c"), &[]).await, Ok(()));
    }
    assert!(telegram.messages(7)[0].buttons.is_empty());
    for gone in [id + 1, i64::MAX] {
        assert_eq!(
            api.edit(7, gone, &text("c"), &[]).await,
            Err(Refusal::MessageGone)
        );
    }
}

#[tokio::test]
async fn the_menu_and_the_web_hook_are_set() {
    let (telegram, api) = stand_in().await;
    let commands = [("status", "Что сейчас".to_owned())];
    assert_eq!(api.set_commands(Some("ru"), &commands).await, Ok(()));
    assert_eq!(telegram.commands("ru")[0].1, "Что сейчас");
    telegram.set_webhook("https://a.example/");
    let polled = api.updates(0, Duration::ZERO).await.map(|_| ());
    assert_eq!(polled, Err(Refusal::Conflict));
    assert_eq!(api.delete_web_hook().await, Ok(()));
    assert!(api.updates(0, Duration::ZERO).await.is_ok());
}

#[tokio::test]
async fn fault_60_an_update_that_cannot_be_read_keeps_its_number() {
    let (telegram, api) = stand_in().await;
    telegram.say(7, "/status");
    let strange = telegram.update("message", serde_json::json!({"shape": "new"}));
    telegram.say(7, "/list");
    let updates = api.updates(0, Duration::ZERO).await.unwrap();
    let readable: Vec<bool> = updates
        .iter()
        .map(|update| !matches!(update.kind, UpdateKind::Error(_)))
        .collect();
    assert_eq!(readable, [true, false, true]);
    assert_eq!(i64::from(updates[1].id.0), strange);
    let rest = api.updates(strange + 1, Duration::ZERO).await.unwrap();
    assert_eq!(rest.len(), 1);
}

#[tokio::test]
async fn a_press_too_old_to_be_answered_is_no_failure() {
    let (_telegram, api) = stand_in().await;
    assert_eq!(api.answer_press("999", Some("Готово"), false).await, Ok(()));
}

#[tokio::test]
async fn fault_56_refusals_are_told_apart() {
    let (telegram, api) = stand_in().await;
    for (fault, refusal) in [
        (TelegramFault::Unauthorized, Refusal::Token),
        (TelegramFault::NotFound, Refusal::Token),
        (TelegramFault::Conflict, Refusal::Conflict),
        (TelegramFault::Kicked, Refusal::Blocked),
        (TelegramFault::ChatNotFound, Refusal::Blocked),
        (TelegramFault::Migrated { to: -9 }, Refusal::Migrated(-9)),
        (
            TelegramFault::TooMany { retry_after: 33 },
            Refusal::Busy(Duration::from_secs(33)),
        ),
        (TelegramFault::Status(500), Refusal::Server),
        (
            TelegramFault::TooMany {
                retry_after: u32::MAX,
            },
            Refusal::Busy(Duration::from_hours(24)),
        ),
        // What was passed on may have been done.
        (TelegramFault::Status(502), Refusal::Unknown),
        (TelegramFault::Status(504), Refusal::Unknown),
        // A stranger's page is no word of Telegram's: the chat is not blocked, the token not bad.
        (TelegramFault::Status(403), Refusal::Other),
        (TelegramFault::Status(404), Refusal::Other),
        (TelegramFault::Status(200), Refusal::Unknown),
        (TelegramFault::Reset, Refusal::Unknown),
        (TelegramFault::ResetAfterwards, Refusal::Unknown),
    ] {
        telegram.fail(Some("sendMessage"), fault.clone(), 1);
        let sent = api.send(7, &text("a"), &[], false).await;
        assert_eq!(sent, Err(refusal), "{fault:?}");
    }
    telegram.stop().await;
    let sent = api.send(7, &text("a"), &[], false).await;
    assert_eq!(sent, Err(Refusal::Unheard));
}

#[tokio::test]
async fn fault_58_the_way_leads_through_the_proxy_with_login_and_password() {
    let (_telegram, direct) = stand_in().await;
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = proxy.local_addr().unwrap();
    let url = Url::parse("http://127.0.0.1:9").unwrap();
    let through = async |scheme: &str| {
        let proxy = secret(&format!("{scheme}://login:p%40ss@{address}"));
        let api = Api::new(&secret(TOKEN), Some(&proxy), Some(&url)).await;
        api.unwrap()
    };

    let message = text("a");

    // HTTP: the whole address is asked for, `login:p@ss` in Base64 beside it.
    let api = through("http").await;
    let (sent, asked) = tokio::join!(api.send(7, &message, &[], false), async {
        let (mut wire, _) = proxy.accept().await.unwrap();
        let mut head = vec![0; 4096];
        let read = wire.read(&mut head).await.unwrap();
        String::from_utf8_lossy(&head[..read]).into_owned()
    });
    assert_eq!(sent, Err(Refusal::Unknown));
    assert!(asked.starts_with("POST http://127.0.0.1:9/bot"));
    assert!(asked.to_lowercase().contains("proxy-authorization: basic"));
    assert!(asked.contains("bG9naW46cEBzcw=="));

    // SOCKS 5: login and password are offered and told (RFC 1929).
    for scheme in ["socks5", "socks5h"] {
        let api = through(scheme).await;
        let (sent, told) = tokio::join!(api.send(7, &message, &[], false), async {
            let (mut wire, _) = proxy.accept().await.unwrap();
            let mut greeting = [0; 64];
            let read = wire.read(&mut greeting).await.unwrap();
            assert_eq!(greeting[0], 5);
            assert!(greeting[2..read].contains(&2));
            wire.write_all(&[5, 2]).await.unwrap();
            let mut told = vec![0; 64];
            let read = wire.read(&mut told).await.unwrap();
            told.truncate(read);
            // Not the right one, says the proxy.
            wire.write_all(&[1, 1]).await.unwrap();
            told
        });
        assert_eq!(told, b"\x01\x05login\x04p@ss", "{scheme}");
        assert_eq!(sent, Err(Refusal::Unheard), "{scheme}");
    }
    assert!(direct.me().await.is_ok());
}

/// Everything that is logged, spans included.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Visit for Log {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn fmt::Debug) {
        writeln!(self.0.lock().unwrap(), "{field}={value:?}").unwrap();
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        span.record(&mut self.clone());
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut self.clone());
    }
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

#[tokio::test]
async fn fault_68_neither_token_nor_chat_nor_text_is_in_a_log_or_an_error() {
    const CHAT: i64 = 987_654_321;
    let log = Log::default();
    let _logged = tracing::subscriber::set_default(log.clone());
    let (telegram, api) = stand_in().await;
    let mut said = format!("{api:?}");
    let bad_proxy = secret("socks9://login:PASSWORD@127.0.0.1:1");
    let problem = Api::new(&secret(TOKEN), Some(&bad_proxy), None).await;
    let problem = problem.unwrap_err();
    write!(said, "{problem:?}").unwrap();
    for fault in [
        TelegramFault::Unauthorized,
        TelegramFault::Status(502),
        TelegramFault::Status(403),
        TelegramFault::Reset,
        TelegramFault::CannotParseEntities,
        TelegramFault::Migrated { to: CHAT },
    ] {
        telegram.fail(Some("sendMessage"), fault, 1);
        if let Err(refusal) = api.send(CHAT, &text("<b>мама</b>"), &[], false).await {
            write!(said, "{refusal} {refusal:?}").unwrap();
        }
    }
    telegram.stop().await;
    let polled = api.updates(0, Duration::ZERO).await;
    write!(said, "{polled:?}").unwrap();
    let proxy = secret("http://login:PASSWORD@127.0.0.1:1");
    let api = Api::new(&secret(TOKEN), Some(&proxy), None).await.unwrap();
    write!(said, "{:?} {api:?}", api.me().await).unwrap();
    said += &log.0.lock().unwrap();
    assert!(said.contains("did not understand the tags"), "it is logged");
    for part in ["CANARY", "PASSWORD", "987654321", "мама", "bot123456"] {
        assert!(!said.contains(part), "{part}: {said}");
    }
}

/// Where a line leads to, as an address.
fn address(root: &str) -> std::net::SocketAddr {
    root.trim_start_matches("http://").parse().unwrap()
}

#[tokio::test]
async fn fault_17_no_token_is_said_to_whoever_shows_a_bad_certificate() {
    let telegram = Telegram::start(TOKEN, DateTime::UNIX_EPOCH, 0).await;
    let telegram = telegram.unwrap();
    let line = Line::tls(address(&telegram.base_url())).await.unwrap();
    let url = Url::parse(&line.root_url()).unwrap();
    let root = Certificate::from_der(&line.root_der()).unwrap();
    let made = Api::trusting(&secret(TOKEN), None, Some(&url), &[root]).await;
    let api = made.unwrap();
    for shown in [
        Shown::WrongHost,
        Shown::Expired,
        Shown::NotYetValid,
        Shown::SelfSigned,
        Shown::OwnAuthority,
        Shown::Unknown,
    ] {
        line.show(shown);
        // Nothing was told, so trying again is no repeat.
        assert_eq!(api.me().await, Err(Refusal::Unheard), "{shown:?}");
        assert_eq!(line.heard(), 0, "{shown:?}");
    }
    line.show(Shown::Good);
    assert!(!api.me().await.unwrap().username.is_empty());
}

#[tokio::test]
async fn fault_16_a_token_does_not_follow_a_redirect_to_another_host() {
    let (here, elsewhere) = (Sink::start(0).await.unwrap(), Sink::start(0).await.unwrap());
    here.fail(SinkFault::Redirect(elsewhere.base_url()), 1);
    let url = Url::parse(&here.base_url()).unwrap();
    let api = Api::new(&secret(TOKEN), None, Some(&url)).await.unwrap();
    api.me().await.unwrap_err();
    assert_eq!(here.received().len(), 1);
    assert!(elsewhere.received().is_empty());
}
