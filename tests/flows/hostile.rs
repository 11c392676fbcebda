//! The source says what it must not say: each text of `tests/hostile.json` stands in every field of
//! every answer, and in the names of a watch besides. What comes out at the other end is text.

use std::{
    collections::BTreeSet,
    io,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, NaiveTime, Utc};
use engine::{
    clock::Clock,
    model::{
        Activity, Answer, Language, MailSecurity, MailSettings, Place, PushKind, PushSettings,
        Tell, TimeRange, TimeWish, WatchDraft, WatchId,
    },
    text::Words,
};
use flows::{TestApp, any, minutes, seconds};
use serde_json::{Value, json};
use simulator::{
    Extent, Fault, Scope,
    mail::{Mail, Security},
    sink::{Received, Sink},
    telegram::{Call, Telegram},
};
use tracing_subscriber::layer::SubscriberExt;

const TOKEN: &str = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc";
const PERSON: i64 = 700_142_424_242;
const PASSWORD: &str = "canary-of-a-password";
/// A name without any malice: what it looks like when all is well.
const HARMLESS: &str = "Иванова";

/// The texts; the long ones are written as how often a short one is repeated.
fn payloads() -> Vec<String> {
    let texts: Vec<Value> =
        serde_json::from_str(include_str!("../hostile.json")).expect("a list of texts");
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        repeated => {
            let times = repeated["times"].as_u64().expect("how often");
            let text = repeated["text"].as_str().expect("what");
            text.repeat(usize::try_from(times).expect("not that often"))
        }
    };
    texts.iter().map(text).collect()
}

/// One line that may stand anywhere.
fn is_line(text: &str) -> bool {
    let strange = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
    };
    text.trim() == text && !text.contains(strange)
}

/// Several, in which we have kept Telegram and mail programs from making links of names.
fn are_lines(text: &str) -> bool {
    // The line above a signature ends with a space by its standard.
    let text = text.replace('\u{2060}', "");
    text.lines().all(|line| line == "-- " || is_line(line))
}

/// Every text in it, whatever it is part of.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(keys) => keys.values().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// Everything it has a name for, and what stands under it: `slots[].room`.
fn shape(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Object(keys) => keys
            .iter()
            .flat_map(|(key, value)| {
                let below = shape(value).into_iter().map(move |it| format!(".{it}"));
                below
                    .chain([String::new()])
                    .map(move |it| format!("{key}{it}"))
            })
            .collect(),
        Value::Array(items) => {
            let items = items.iter().flat_map(shape);
            items.map(|it| format!("[]{it}")).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => BTreeSet::new(),
    }
}

/// Nobody waits for the budget.
async fn hasty() -> TestApp {
    TestApp::start_with(simulator::Config::default(), Some(1_000)).await
}

/// Waits until this has come: through sockets, whose time is not the one that is passed over. On a
/// machine with much else to do a limit passes meanwhile, and it is told again.
async fn comes(app: &TestApp, has_come: impl Fn() -> bool) {
    for _ in 0..60 {
        if has_come() {
            return;
        }
        app.run_for(seconds(10)).await;
    }
}

/// A person whose city says such things.
struct Story {
    app: TestApp,
    place: simulator::Place,
    offered: i64,
}

impl Story {
    fn new(app: TestApp) -> Self {
        let place = app.city.a_doctor();
        Self {
            app,
            place,
            offered: 0,
        }
    }

    fn now_everything_says(&self, payload: &str) {
        self.app.city.clear_faults();
        let fault = Fault::Payload(payload.to_owned());
        self.app.city.fail(Scope::All, fault, Extent::UntilCleared);
    }

    /// A wish of somebody who was shown these names.
    fn draft(&self, payload: &str) -> WatchDraft {
        WatchDraft {
            places: vec![Place {
                clinic_name: payload.to_owned(),
                specialty_name: payload.to_owned(),
                ..any(&self.place)
            }],
            nickname: payload.chars().take(40).collect(),
            tell: Tell::AtOnce,
            ..WatchDraft::default()
        }
    }

    /// A watch with this name finds a slot with this name and is answered; `meanwhile` looks on.
    async fn find(&mut self, payload: &str, meanwhile: impl AsyncFnOnce(&TestApp, WatchId)) {
        self.now_everything_says(payload);
        let draft = self.draft(payload);
        let app = &self.app;
        let watch = app.engine.add_watch(draft).await.expect("a watch").id;
        // Its first look is shown, not told.
        app.run_for(minutes(1)).await;
        while app.view(watch).await.checked_at.is_none() {
            app.run_for(seconds(5)).await;
        }
        self.offered += 1;
        let start = app.in_days(3, self.offered * 10);
        let simulator::Place { clinic, doctor, .. } = &self.place;
        app.city.offer_slot(clinic, doctor, start, Some(payload));
        let known = app.inbox().await.len();
        for _ in 0..60 {
            app.run_for(seconds(10)).await;
            if app.inbox().await.len() > known {
                break;
            }
        }
        assert_eq!(app.inbox().await.len(), known + 1, "{payload:?}");
        app.run_for(seconds(5)).await;
        meanwhile(app, watch).await;
        let alert = app.inbox().await.pop().expect("it is there").id;
        let answer = app.engine.answer(alert, Answer::Dismiss).await;
        answer.expect("it is open");
        app.engine.remove_watch(watch).await.expect("it is there");
        app.city.take_all(clinic, doctor);
        app.run_for(seconds(5)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn fault_63_whatever_the_source_says_is_a_line_of_text_to_the_window() {
    let mut story = Story::new(hasty().await);
    for payload in payloads() {
        story
            .find(&payload, async |app, watch| {
                let engine = &app.engine;
                let view = engine.watch(watch).await.expect("it is there");
                let alerts = engine.inbox(1).await.expect("the inbox");
                let openings = engine.openings(watch, 5).await.expect("the openings");
                let looks = engine.looks(watch, 5).await.expect("the looks");
                let history = engine.history(watch).await.expect("the history");
                let all = json!([view, alerts, looks, history]);
                for text in texts(&all) {
                    assert!(is_line(text), "{payload:?} → {text:?}");
                }
                assert!(openings.iter().all(|it| is_line(&it.doctor)));
            })
            .await;
        // What a person chooses from is asked for as it is now, and shown as it comes.
        let simulator::Place {
            clinic,
            specialty,
            doctor,
        } = story.place.clone();
        let engine = &story.app.engine;
        let timetable = engine.timetable(clinic.as_str().into(), doctor.as_str().into());
        let slots = engine.slots(clinic.as_str().into(), doctor.as_str().into());
        let doctors = engine.doctors(clinic.as_str().into(), specialty.as_str().into());
        let shown = json!([
            timetable.await.expect("the timetable").value,
            slots.await.expect("the slots").value,
            doctors.await.expect("the doctors").value,
        ]);
        for text in texts(&shown).into_iter().flat_map(str::lines) {
            assert!(is_line(text), "{payload:?} → {text:?}");
        }
        // A refusal carries a text, too.
        story.app.city.fail(
            Scope::Path("/schedule/".to_owned()),
            Fault::Code(602),
            Extent::UntilCleared,
        );
        let refused = engine
            .timetable(clinic.as_str().into(), doctor.as_str().into())
            .await;
        if let Err(error) = refused {
            assert!(is_line(&error.to_string()), "{error}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn fault_63_the_lists_to_choose_from_are_lines_of_text() {
    // Each list is kept for a day: another city for each text that differs in kind.
    // All of them at once would be more than an answer may hold.
    let short = payloads().into_iter().filter(|text| text.len() < 500);
    for payload in short.step_by(9) {
        let app = hasty().await;
        let fault = Fault::Payload(payload.clone());
        app.city.fail(Scope::All, fault, Extent::UntilCleared);
        let place = app.city.a_doctor();
        let engine = &app.engine;
        let shown = json!([
            engine.districts().await.expect("the districts").value,
            engine.clinics(None).await.expect("the clinics").value,
            engine
                .specialties(place.clinic.as_str().into())
                .await
                .expect("the specialties")
                .value,
            engine
                .search_clinics(&payload, None, 5)
                .await
                .expect("the search"),
        ]);
        for text in texts(&shown) {
            assert!(is_line(text), "{payload:?} → {text:?}");
        }
        engine.stop().await;
    }
}

// What the window sends.

#[tokio::test(start_paused = true)]
async fn fault_69_no_argument_of_the_window_stops_the_program() {
    let story = Story::new(hasty().await);
    let engine = &story.app.engine;
    let usual = engine.settings().await.expect("the settings");
    for text in payloads() {
        let id = text.as_str();
        // Asked of the city, which knows nothing of it.
        let asked = [
            engine.clinic(id.into()).await.err(),
            engine.specialties(id.into()).await.err(),
            engine.draft_from_link(id).await.err(),
            engine.read_link(id).err(),
            engine.preview_import(id).err(),
        ];
        assert!(asked.iter().all(Option::is_some), "{text:?}");
        for error in asked.into_iter().flatten() {
            let line = error.to_string();
            assert!(is_line(&line) && line.len() < 300, "{text:?} → {line:?}");
        }
        let draft = WatchDraft {
            places: vec![Place {
                clinic_id: id.into(),
                fer_id: Some(text.clone()),
                ..any(&story.place)
            }],
            ..story.draft(id)
        };
        if let Ok(watch) = engine.add_watch(draft).await {
            engine.watch(watch.id).await.expect("it can be shown");
            engine.remove_watch(watch.id).await.expect("it is there");
        }
        let server = MailSettings {
            on: true,
            server: text.clone(),
            login: text.clone(),
            from: text.clone(),
            to: text.clone(),
            ..MailSettings::default()
        };
        let mail = engine.set_mail(server, Some(id.into())).await;
        mail.expect_err("no address is like that");
        if text.starts_with("http") {
            continue;
        }
        let settings = PushSettings {
            on: true,
            kind: PushKind::Webhook,
        };
        let push = engine.set_push(settings, Some(id.into()), Some(id.into()));
        push.await.expect_err("no address is like that");
        let token = engine.set_telegram_token(id.into()).await;
        token.expect_err("no token is like that");
    }
    assert_eq!(engine.settings().await.expect("the settings"), usual);
    assert!(engine.watches().await.expect("the watches").is_empty());
}

#[tokio::test(start_paused = true)]
async fn fault_69_no_time_a_window_can_name_stops_the_program() {
    let app = hasty().await;
    let telegram = telegram(&app).await;
    let story = Story::new(app);
    let engine = &story.app.engine;
    let ends = [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC];
    for end in ends {
        let draft = WatchDraft {
            until: Some(end.date_naive()),
            wish: TimeWish {
                ranges: vec![TimeRange {
                    days: Vec::new(),
                    from: None,
                    to: NaiveTime::from_hms_nano_opt(23, 59, 59, 1_999_999_999),
                }],
                not_before: Some(end.date_naive()),
                except: vec![end.date_naive()],
                notice_minutes: 60 * 24 * 60,
                earlier_than: Some(end),
                ..TimeWish::default()
            },
            ..story.draft(HARMLESS)
        };
        let added = engine.add_watch(draft).await;
        let harmless = engine.add_watch(story.draft(HARMLESS)).await.expect("one");
        let ids = added.iter().chain([&harmless]).map(|watch| watch.id);
        for id in ids {
            for activity in [Activity::On, Activity::PausedUntil { until: end }] {
                engine
                    .set_activity(id, activity)
                    .await
                    .expect("it is there");
                engine.pause(Some(end)).await.expect("a pause");
                for command in ["/list", "/status"] {
                    telegram.say(PERSON, command);
                    story.app.run_for(seconds(5)).await;
                }
                let words = Words::new(Language::Ru);
                engine.status().await.expect("the status");
                engine.watches().await.expect("the watches");
                engine.history(id).await.expect("the history");
                engine.history_sheet(id, words).await.expect("the table");
                engine.resume().await.expect("no pause");
                story.app.run_for(minutes(2)).await;
            }
        }
        engine
            .looks(harmless.id, u32::MAX)
            .await
            .expect("the looks");
        engine.inbox(u32::MAX).await.expect("the inbox");
        let file = engine.export().await.expect("the file");
        let file = serde_json::to_string(&file).expect("it can be written");
        engine.preview_import(&file).expect("our own file");
        engine.remove_watch(harmless.id).await.expect("it is there");
    }
    let seen = telegram.messages(PERSON);
    assert!(seen.len() > 12, "it went on answering: {}", seen.len());
}

// Telegram.

/// The tags that the program writes itself.
const TAGS: [&str; 6] = ["<b>", "</b>", "<s>", "</s>", "<i>", "</i>"];

async fn telegram(app: &TestApp) -> Telegram {
    let clock: Clock = app.clock.clone();
    let telegram = Telegram::start_with(TOKEN, move || clock.now(), 0)
        .await
        .expect("a loopback port is free");
    let engine = &app.engine;
    let url = Some(telegram.base_url());
    engine.set_telegram_way(None, url).await.expect("the way");
    let known = engine.set_telegram_token(TOKEN.into()).await;
    known.expect("Telegram knows it");
    let link = engine.new_chat_link().await.expect("there is a bot").url;
    let (_, code) = link.split_once("?start=").expect("it has a code");
    telegram.say(PERSON, &format!("/start {code}"));
    app.run_for(seconds(3)).await;
    let view = engine.channels().await.expect("the channels").telegram;
    let chat = view.chats.last().expect("it asks").id;
    engine.link_chat(chat).await.expect("it asks");
    app.run_for(seconds(3)).await;
    telegram
}

/// Is it what the program writes, with text between?
fn check_call(call: &Call, payload: &str) {
    let told = matches!(call.method.as_str(), "sendMessage" | "editMessageText");
    // An edit may come to what is there already.
    let refusal = call.refusal.as_deref().unwrap_or_default();
    let idle = refusal.contains("message is not modified");
    assert!(call.done || idle, "{payload:?}: {call:?}");
    if !told {
        return;
    }
    let parameters = &call.parameters;
    assert_eq!(parameters["parse_mode"], "HTML", "{payload:?}");
    let html = parameters["text"].as_str().expect("a text");
    for (at, _) in html.match_indices('<') {
        let ours = TAGS.iter().any(|tag| html[at..].starts_with(tag));
        assert!(ours, "{payload:?} → {html}");
    }
    assert!(html.encode_utf16().count() <= 4_096 * 6, "{payload:?}");
    assert!(are_lines(html), "{payload:?} → {html:?}");
    let buttons = parameters["reply_markup"]["inline_keyboard"].as_array();
    for button in buttons.into_iter().flatten().filter_map(Value::as_array) {
        for button in button {
            let title = button["text"].as_str().expect("a title");
            assert!(are_lines(title), "{payload:?} → {title:?}");
            if let Some(url) = button["url"].as_str() {
                assert!(url.starts_with("https://gorzdrav.spb.ru/"), "{url}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn fault_64_whatever_the_source_says_is_text_in_telegram() {
    let app = hasty().await;
    let telegram = telegram(&app).await;
    let mut story = Story::new(app);
    for payload in payloads() {
        let before = telegram.calls().len();
        story
            .find(&payload, async |app, _| {
                for command in ["/list", "/status"] {
                    telegram.say(PERSON, command);
                    app.run_for(seconds(5)).await;
                }
                app.run_for(seconds(30)).await;
            })
            .await;
        let calls = telegram.calls().split_off(before);
        let told = calls.iter().filter(|call| call.method == "sendMessage");
        assert!(told.count() >= 3, "{payload:?} is told");
        for call in &calls {
            check_call(call, &payload);
        }
        let seen = telegram.messages(PERSON);
        for message in seen.iter().rev().take(3) {
            assert!(message.text.encode_utf16().count() <= 4_096);
            let kinds = message.entities.iter().map(|it| it["type"].as_str());
            let ours = |kind| matches!(kind, Some("bold" | "italic" | "strikethrough"));
            assert!(kinds.into_iter().all(ours), "{:?}", message.entities);
        }
    }
}

// Letters, pushes, tables.

/// The tags of a page without the text between them.
fn tags(html: &str) -> Vec<String> {
    let parts = html.split('<').skip(1);
    parts
        .map(|part| part.split('>').next().unwrap_or_default().to_owned())
        .collect()
}

fn header_names(letter: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(letter);
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    let lines = head
        .split("\r\n")
        .filter(|line| !line.starts_with([' ', '\t']));
    lines
        .map(|line| line.split(':').next().unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn fault_65_whatever_the_source_says_makes_neither_a_header_nor_markup_of_a_letter() {
    let mail = Mail::start(Security::Tls, "me@example.org", PASSWORD, 0)
        .await
        .expect("a loopback port is free");
    let mut app = hasty().await;
    app.config.extra_roots.push(mail.root_der());
    let app = app.restart().await;
    let settings = MailSettings {
        on: true,
        server: "127.0.0.1".to_owned(),
        port: mail.port(),
        security: MailSecurity::Tls,
        login: "me@example.org".to_owned(),
        from: String::new(),
        to: "mother@example.org".to_owned(),
    };
    let set = app.engine.set_mail(settings, Some(PASSWORD.into())).await;
    set.expect("the mailbox is good");
    let mut story = Story::new(app);
    let mut usual = None;
    for payload in [HARMLESS.to_owned()]
        .into_iter()
        .chain(payloads().into_iter().step_by(2))
    {
        let before = mail.letters().len();
        story
            .find(&payload, async |app, _| {
                comes(app, || mail.letters().len() > before).await;
            })
            .await;
        let letters = mail.letters().split_off(before);
        let letter = letters.first().expect("it is mailed");
        assert_eq!(letter.to, ["mother@example.org"], "{payload:?}");
        let subject = letter.subject().expect("a subject");
        assert!(are_lines(&subject), "{payload:?} → {subject:?}");
        let text = letter.text().expect("a text");
        assert!(are_lines(&text), "{payload:?} → {text:?}");
        let html = letter.html().expect("a page");
        let made_of = (header_names(&letter.data), tags(&html));
        for tag in &made_of.1 {
            let (_, address) = tag.split_once("href=\"").unwrap_or_default();
            assert!(address.is_empty() || address.starts_with("https://gorzdrav.spb.ru/"));
        }
        let usual = usual.get_or_insert_with(|| made_of.clone());
        assert_eq!(usual.0, made_of.0, "{payload:?}: headers");
        assert_eq!(usual.1, made_of.1, "{payload:?}: tags");
    }
}

#[tokio::test(start_paused = true)]
async fn fault_65_whatever_the_source_says_is_a_value_of_a_push() {
    for kind in [PushKind::Ntfy, PushKind::Webhook] {
        let sink = Sink::start(0).await.expect("a loopback port is free");
        let app = hasty().await;
        let address = format!("{}/my-topic", sink.base_url());
        let settings = PushSettings { on: true, kind };
        let set = app.engine.set_push(settings, Some(address.into()), None);
        set.await.expect("the address is good");
        let mut story = Story::new(app);
        let mut usual = None;
        for payload in [HARMLESS.to_owned()]
            .into_iter()
            .chain(payloads().into_iter().step_by(2))
        {
            let before = sink.received().len();
            story
                .find(&payload, async |app, _| {
                    comes(app, || sink.received().len() > before).await;
                })
                .await;
            let pushes = sink.received().split_off(before);
            let push: &Received = pushes.first().expect("it is pushed");
            let body = push.json();
            // A text may be of several lines, a line is a line.
            for text in texts(&body) {
                assert!(are_lines(text), "{payload:?} → {text:?}");
            }
            let headers: BTreeSet<String> = push.headers.keys().map(ToString::to_string).collect();
            let made_of = (push.path.clone(), headers, shape(&body));
            let usual = usual.get_or_insert_with(|| made_of.clone());
            assert_eq!(*usual, made_of, "{payload:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn fault_65_whatever_the_source_says_is_a_cell_of_the_table() {
    let mut story = Story::new(hasty().await);
    for payload in payloads().iter().step_by(2) {
        story
            .find(payload, async |app, watch| {
                let table = app.engine.history_sheet(watch, Words::new(Language::Ru));
                let table = table.await.expect("the table");
                let table = table.strip_prefix("\u{feff}".as_bytes());
                let mut reader = csv::ReaderBuilder::new()
                    .delimiter(b';')
                    .from_reader(table.expect("its mark"));
                let rows: Vec<csv::StringRecord> =
                    reader.records().map(|row| row.expect("a row")).collect();
                assert!(!rows.is_empty(), "{payload:?}");
                for row in rows {
                    assert_eq!(row.len(), 10, "{payload:?}");
                    let parts = row.iter().flat_map(|it| it.split([',', ';', '|', '"']));
                    for part in parts {
                        let formula = part
                            .trim_start()
                            .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
                        assert!(!formula && !part.contains(char::is_control), "{part:?}");
                    }
                }
            })
            .await;
    }
}

// Logs.

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn fault_68_no_name_no_secret_and_no_line_of_anybody_elses_is_in_a_log() {
    const CANARY: &str = "Канарейкин";
    let (plain, structured) = (Log::default(), Log::default());
    let (to_plain, to_structured) = (plain.clone(), structured.clone());
    let layers = tracing_subscriber::registry()
        .with(
            tracing_subscriber::fmt::layer()
                .with_ansi(false)
                .with_writer(move || to_plain.clone()),
        )
        .with(
            tracing_subscriber::fmt::layer()
                .json()
                .with_writer(move || to_structured.clone()),
        );
    let _logged = tracing::subscriber::set_default(layers);

    let mail = Mail::start(Security::Tls, "me@example.org", PASSWORD, 0)
        .await
        .expect("a loopback port is free");
    let mut app = hasty().await;
    // Its certificate is strange to us: sending fails, and that is logged.
    let telegram = telegram(&app).await;
    let settings = MailSettings {
        on: true,
        server: "127.0.0.1".to_owned(),
        port: mail.port(),
        login: "me@example.org".to_owned(),
        to: "mother@example.org".to_owned(),
        ..MailSettings::default()
    };
    let set = app.engine.set_mail(settings, Some(PASSWORD.into())).await;
    set.expect("the mailbox is good");
    app = app.restart().await;
    let mut story = Story::new(app);
    for payload in payloads().iter().step_by(5) {
        let payload: String = format!("{CANARY}\r\n2026-11-23 ERROR {CANARY} {payload}");
        story
            .find(&payload, async |app, _| {
                telegram.say(PERSON, &format!("/off {CANARY}\n{CANARY}"));
                app.city
                    .fail(Scope::All, Fault::Code(602), Extent::For(minutes(1)));
                app.run_for(minutes(3)).await;
                let engine = &app.engine;
                let _ = engine.read_link(&format!("https://gorzdrav.spb.ru/#{CANARY}"));
                let _ = engine
                    .import(&format!("{{\"talonchik\": \"{CANARY}\""))
                    .await;
                let _ = engine.save_form(&CANARY.repeat(9), None).await;
            })
            .await;
    }
    story.app.engine.self_check().await.expect("the self-check");

    let structured = structured.text();
    assert!(structured.lines().count() > 20, "something was logged");
    for line in structured.lines() {
        let event: Value = serde_json::from_str(line).expect("an event is a line of JSON");
        assert!(event["level"].is_string() && event["timestamp"].is_string());
    }
    let plain = plain.text();
    assert_eq!(plain.lines().count(), structured.lines().count());
    assert!(!plain.contains(|c: char| c.is_control() && c != '\n'));
    for secret in [
        CANARY,
        TOKEN,
        PASSWORD,
        "700142424242",
        "mother@",
        "me@example.org",
    ] {
        for log in [&plain, &structured] {
            let line = log.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "{secret}");
        }
    }
}
