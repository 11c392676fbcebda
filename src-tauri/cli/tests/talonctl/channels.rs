//! Telegram, mail and push from the command line, on a machine without a key store.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use simulator::{
    mail::{Mail, Security},
    sink::{Sink, SinkFault},
    telegram::TelegramFault,
};

use crate::{
    harness::{ended, in_days, told, until},
    home::{Home, PERSON, TOKEN},
};

const PASSWORD: &str = "yfcnjzobq-gfhjkm";
const PUSH_TOKEN: &str = "tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2";

/// Every file under a folder that holds this.
fn files_with(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else if fs::read(&path)
            .unwrap()
            .windows(text.len())
            .any(|part| part == text.as_bytes())
        {
            found.push(path.display().to_string());
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_read_from_standard_input_and_kept_under_the_passphrase() {
    let home = Home::new().await;
    let nowhere = home.town.tell(&["telegram", "token"], TOKEN).await;
    assert!(
        nowhere
            .sentence(1)
            .starts_with("В системе нет хранилища паролей:")
    );
    let url = home.telegram.base_url();
    let way = home.ask(&["telegram", "way", "--api", &url]).await;
    assert_eq!(way.text(), format!("Телеграм: {url}, без прокси.\n"));

    let no_token = home.tell(&["telegram", "token"], "not a token\n").await;
    assert!(no_token.sentence(1).starts_with("Это не токен бота:"));
    let empty = home.tell(&["telegram", "token"], "").await;
    assert!(empty.sentence(1).starts_with("Это не токен бота:"));
    let other = TOKEN.replace("AAEh", "BBEh");
    let refused = home.tell(&["telegram", "token"], &other).await;
    assert_eq!(
        refused.sentence(1),
        "Не получилось: токен или пароль не принят."
    );
    let none = home.ask(&["telegram", "link", "--yes"]).await;
    assert!(none.sentence(1).starts_with("Бота ещё нет:"));

    let taken = home
        .tell(&["telegram", "token"], &format!("{TOKEN}\n"))
        .await;
    assert_eq!(
        taken.text(),
        "Бот @uchebny_talonchik_bot принят. Подключите чат: talonctl telegram link\n"
    );
    let unasked = home.ask(&["telegram", "link"]).await;
    assert!(unasked.sentence(1).starts_with("Спросить о чате некого:"));
    let channels = home.ask(&["channels", "--json"]).await.json();
    assert_eq!(channels["keyStore"], "sealed");
    assert_eq!(channels["telegram"]["bot"], "uchebny_talonchik_bot");
    assert_eq!(channels["telegram"]["state"]["kind"], "ready");
    assert_eq!(channels["telegram"].get("link"), None);

    let forgotten = home.ask(&["telegram", "forget"]).await;
    assert_eq!(forgotten.text(), "Бот, чаты и токен забыты.\n");
    let channels = home.ask(&["channels", "--json"]).await.json();
    assert_eq!(channels["telegram"]["state"]["kind"], "off");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_linked_chat_hears_of_a_slot_and_the_token_is_nowhere() {
    let home = Home::linked().await;
    let chats = home.ask(&["telegram", "chats"]).await;
    assert!(chats.text().contains("1  Пациент  подключён"), "{chats:?}");
    let place = home.town.place();
    home.town.watch(&place).await;
    home.telegram
        .fail(Some("getUpdates"), TelegramFault::Reset, 1);
    home.telegram
        .fail(Some("sendMessage"), TelegramFault::Reset, 1);
    let mut running = home.start(&["run", "--json", "-vv"]);
    running.baseline(&place.doctor).await;
    home.town
        .city
        .offer(&place.clinic, &place.doctor, in_days(2));
    running.event(|event| event["event"] == "alert").await;
    home.reads("Найдено в").await;
    assert!(running.terminate().await.success());
    let log = running.complaints().await;
    assert!(log.contains("INFO"), "there is a log");

    let (_, canary) = TOKEN.split_once(':').unwrap();
    let passphrase = "correct horse";
    let mut said = log;
    for line in [
        &["channels", "-vv"][..],
        &["channels", "--json"],
        &["doctor", "-vv"],
        &["telegram", "chats", "--json"],
        &["export", "-"],
    ] {
        let answer = home.ask(line).await;
        said.push_str(&answer.out);
        said.push_str(&answer.err);
    }
    for secret in [canary, passphrase] {
        assert!(!said.contains(secret), "{said}");
        let files = files_with(home.town.home.path(), secret);
        assert_eq!(files, Vec::<String>::new());
    }

    assert_eq!(
        home.ask(&["telegram", "unlink", "1"]).await.text(),
        "Чат отключён.\n"
    );
    let gone = home.ask(&["telegram", "unlink", "1"]).await;
    assert!(gone.sentence(1).starts_with("Такого чата нет:"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_channel_is_tried_and_one_that_fails_is_named() {
    let home = Home::linked().await;
    let mail = Mail::start(Security::Tls, "ivanova", PASSWORD, 0)
        .await
        .unwrap();
    let sink = Sink::start(0).await.unwrap();
    let root = home.passphrase().with_file_name("root.pem");
    fs::write(&root, mail.root_pem()).unwrap();
    let port = mail.port().to_string();
    let set = [
        "mail",
        "set",
        "--server",
        "localhost",
        "--port",
        &port,
        "--security",
        "tls",
        "--login",
        "ivanova",
        "--from",
        "ivanova@example.org",
        "--to",
        "maria@example.org",
    ];
    let without = home.tell(&set, "\n").await;
    assert!(without.sentence(1).starts_with("Нужен пароль:"));
    let answer = home.tell(&set, &format!("{PASSWORD}\n")).await;
    assert!(answer.text().contains("maria@example.org"), "{answer:?}");
    let address = format!("{}/talony\n{PUSH_TOKEN}\n", sink.base_url());
    let answer = home
        .tell(&["push", "set", "--kind", "ntfy"], &address)
        .await;
    assert!(answer.text().contains("127.0.0.1"), "{answer:?}");

    let trial = || {
        let mut command = home.command(&["try"]);
        command.env("SSL_CERT_FILE", &root);
        ended(command)
    };
    let tried = trial().await;
    let mut lines: Vec<&str> = tried.text().lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["✓ Push", "✓ Почта", "✓ Телеграм: Пациент"]);
    assert_eq!(mail.letters().len(), 1);
    assert_eq!(sink.received().len(), 1);

    sink.fail(SinkFault::Status(401), 9);
    let tried = trial().await;
    assert_eq!(tried.code, 1, "{tried:?}");
    assert!(
        tried.out.contains("✗ Push — токен или пароль не принят"),
        "{tried:?}"
    );
    assert!(tried.out.contains("✓ Почта"), "{tried:?}");
    assert_eq!(tried.said(), "Не дошло сообщений: 1.");

    for secret in [PASSWORD, PUSH_TOKEN] {
        let files = files_with(home.town.home.path(), secret);
        assert_eq!(files, Vec::<String>::new());
    }
    assert_eq!(
        home.ask(&["mail", "off"]).await.text(),
        "Почта выключена.\n"
    );
    for line in [
        ["push", "forget"],
        ["mail", "forget"],
        ["telegram", "forget"],
    ] {
        home.ask(&line).await.text();
    }
    let nothing = home.ask(&["try"]).await;
    assert!(nothing.sentence(1).starts_with("Пробовать нечего:"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_passphrase_a_run_goes_on_and_says_which_channels_do_not_work() {
    let home = Home::linked().await;
    let place = home.town.place();
    home.town.watch(&place).await;
    let mut running = home.town.start(&["run", "--json"]);
    running.baseline(&place.doctor).await;
    home.town
        .city
        .offer(&place.clinic, &place.doctor, in_days(2));
    running.event(|event| event["event"] == "alert").await;
    assert!(running.terminate().await.success());
    let said = running.complaints().await;
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.starts_with("Без токена или пароля не работают: Телеграм."));
    assert_eq!(home.alerts().len(), 0);

    let channels = home.town.ask(&["channels"]).await;
    assert!(
        channels.text().contains("в файле под фразой, закрыт"),
        "{channels:?}"
    );
    let doctor = home.town.ask(&["doctor"]).await;
    assert!(doctor.out.contains("токен или пароль закрыт"), "{doctor:?}");
    let tried = home.town.ask(&["try"]).await;
    assert_eq!(tried.code, 1);
    assert!(tried.out.starts_with("✗ Телеграм"), "{tried:?}");
    let locked = home.town.tell(&["telegram", "token"], TOKEN).await;
    assert!(locked.sentence(1).starts_with("Токены и пароли закрыты:"));

    let wrong = home.passphrase().with_file_name("wrong");
    fs::write(&wrong, "wrong horse battery\n").unwrap();
    fs::set_permissions(&wrong, Permissions::from_mode(0o644)).unwrap();
    let mut command = home.town.command(&["run", "--for", "1s"]);
    command.arg("--passphrase-file").arg(&wrong);
    let answer = ended(command).await;
    assert_eq!(answer.code, 1, "{answer:?}");
    let mut lines = answer.err.lines();
    assert!(
        lines
            .next()
            .unwrap()
            .starts_with("Файл с фразой читают все")
    );
    assert_eq!(
        lines.next(),
        Some("talonctl: Фраза не подошла: токены и пароли остались закрыты.")
    );

    // As a service of systemd has it.
    fs::rename(&wrong, wrong.with_file_name("old")).unwrap();
    let credential = home.passphrase().with_file_name("talonchik-passphrase");
    fs::copy(home.passphrase(), &credential).unwrap();
    let mut command = home.town.command(&["run", "--for", "1h"]);
    command.env("CREDENTIALS_DIRECTORY", credential.parent().unwrap());
    let mut running = crate::harness::Running::start(command);
    assert_eq!(running.line().await, "Сообщаем и так: Телеграм.");
    home.reads("Найдено в").await;
    assert!(running.terminate().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_is_read_from_standard_input_and_a_bad_one_is_refused() {
    let home = Home::new().await;
    let wrong = ["telegram", "way"];
    assert_eq!(home.ask(&wrong).await.code, 2);
    let way = ["telegram", "way", "--proxy-from-stdin"];
    let bad = told(home.command(&way), "ftp://127.0.0.1\n").await;
    assert!(bad.sentence(1).starts_with("Это не адрес прокси:"));
    let secret = "zaporozhec";
    let proxy = format!("socks5://masha:{secret}@127.0.0.1:9\n");
    let taken = home.tell(&way, &proxy).await;
    assert_eq!(taken.text(), "Телеграм: обычный адрес, через прокси.\n");
    assert_eq!(
        files_with(home.town.home.path(), secret),
        Vec::<String>::new()
    );
    let none = home.tell(&way, "\n").await;
    assert_eq!(none.text(), "Телеграм: обычный адрес, без прокси.\n");
    until("the bot was not asked", || home.telegram.calls().is_empty()).await;
    assert!(home.telegram.messages(PERSON).is_empty());
}
