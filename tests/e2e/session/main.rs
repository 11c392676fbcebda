//! Stories: the real program in a real session.
//!
//! Each story has a screen with a window manager, a session bus with a notification server
//! and a tray host, a simulated city and a home of its own, so stories run side by side.
//! Nothing leaves the computer. Needed: Xvfb, openbox, dbus-daemon, `WebKitWebDriver`.
//! With `TALONCHIK_PICTURES=1` pictures are kept in `tests/e2e/pictures`.
#![cfg(target_os = "linux")]

mod desktop;
mod processes;
mod program;
mod screen;
mod soak;
mod town;
mod tray;
mod wait;
mod webdriver;

use chrono::NaiveTime;
use engine::{
    clock::Clock,
    model::{Settings, Tell},
};
use simulator::telegram::Telegram;

use desktop::{Desktop, Notifying, TrayHost, plain};
use program::{Program, Running};
use town::{Doctor, Town};
use wait::until;
use webdriver::Page;

fn at(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).expect("there is such a time")
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_first_run_to_a_slot_with_the_window_open_and_closed() {
    let (desktop, town) = (Desktop::usual().await, Town::open().await);
    let doctor = &town.doctor;
    let program = Program::new(&desktop, &town);
    let (page, running) = webdriver::start(&desktop, &program).await;

    first_run(&page, &desktop, doctor).await;

    // It waits.
    page.see("Пока нет талонов").await;
    page.picture("3-waiting").await;
    let tray = desktop.tray().await;
    tray.looks("idle").await;
    tray.line("Ждём талоны: 1").await;
    town.looked_at().await;

    // A slot is released.
    town.release(3, at(13, 40));
    let title = format!("Есть талон · {}", doctor.specialty);
    let found = desktop.notification(&title).await;
    for words in ["13:40", &doctor.clinic, "Для: мама"] {
        assert!(found.body.contains(words), "{}", found.body);
    }
    let actions = [
        ("primary", "Записаться"),
        ("later", "Позже"),
        ("default", "Посмотреть"),
    ];
    assert_eq!(
        found.actions,
        actions.map(|(key, title)| (key.to_owned(), title.to_owned()))
    );
    tray.looks("found").await;
    let line = format!("✓ Есть талоны: 1 — {}, мама", doctor.specialty);
    tray.line(&line).await;
    page.see("Есть талоны: 1").await;
    page.picture("4-found").await;
    page.press("События").await;
    page.heading("События").await;
    page.see("Ждёт ответа").await;
    page.see(&format!("Есть талоны · {}", doctor.specialty))
        .await;
    page.see("Уведомление на экране: показано в").await;
    page.picture("5-inbox").await;
    desktop.screen.picture("6-screen");

    // The window is closed: it is gone with its processes, the program is not.
    let window = running
        .window("the window is there", |window| !window.minimised)
        .await;
    assert_eq!(window.title, "События — Талончик");
    assert_eq!(running.pages().len(), 1);
    let with_window = running.memory();
    desktop.screen.close(&window);
    let hint = desktop.notification("Талончик ждёт дальше").await;
    assert_eq!(
        hint.body,
        "Окно закрыто, проверки продолжаются. Значок — рядом с часами."
    );
    running.pages_end().await;
    assert!(running.memory() < with_window);
    assert_eq!(running.windows(), []);
    assert!(running.lives());
    tray.line(&line).await;

    // Another slot is told all the same, and a click on it opens the watch.
    town.release(4, at(9, 10));
    let title = format!("Есть талоны: 2 · {}", doctor.specialty);
    let another = desktop.notification(&title).await;
    assert!(another.body.contains("13:40"), "{}", another.body);
    assert_eq!(another.id, found.id, "a watch has one notification");
    tray.line("✓ Есть талоны: 2").await;
    let watch = format!("{} — любой врач — Талончик", doctor.specialty);
    let window = desktop
        .press(&another, "default", "the window shows the watch", || {
            running
                .windows()
                .into_iter()
                .find(|window| window.title == watch && !window.minimised)
        })
        .await;
    until("the window is drawn", async || {
        desktop.screen.is_drawn(&window).then_some(())
    })
    .await;
    assert_eq!(running.pages().len(), 1);
    desktop.screen.picture("7-reopened");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_leaves_the_window() {
    /// Tries the ways a page has to reach a server; tells which rules of the policy held it back.
    const TRY: &str = "
        const [address, done] = arguments;
        const held = [];
        document.addEventListener('securitypolicyviolation', (event) =>
            held.push(event.effectiveDirective),
        );
        const image = new Image();
        image.src = `${address}/from-an-image`;
        const form = document.createElement('form');
        Object.assign(form, { method: 'post', action: `${address}/from-a-form`, target: '_blank' });
        document.body.append(form);
        form.submit();
        form.remove();
        navigator.sendBeacon(`${address}/from-a-beacon`, '');
        await fetch(`${address}/from-fetch`, { mode: 'no-cors' }).catch(() => {});
        setTimeout(() => done([...new Set(held)].sort()), 100);";
    let (desktop, town) = (Desktop::usual().await, Town::open().await);
    let program = Program::new(&desktop, &town);
    town.watch(program.data()).await;
    let (page, _running) = webdriver::start(&desktop, &program).await;
    page.press("Найти врача").await;
    page.see("551 поликлиника").await;

    let script = format!("(async function () {{ {TRY} }}).apply(null, arguments);");
    let held = page.run(&script, vec![town.address().into()]).await;
    assert_eq!(
        held,
        serde_json::json!(["connect-src", "form-action", "img-src"])
    );
    let asked = town.asked();
    assert!(
        !asked.iter().any(|path| path.contains("/from-")),
        "{asked:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_language_is_spoken_everywhere_at_once_and_deleted_data_is_in_no_file() {
    let (desktop, town) = (Desktop::usual().await, Town::open().await);
    let program = Program::new(&desktop, &town);
    let (page, running) = webdriver::start(&desktop, &program).await;
    first_run(&page, &desktop, &town.doctor).await;
    let tray = desktop.tray().await;
    tray.line("Ждём талоны: 1").await;
    town.looked_at().await;

    page.press("Настройки").await;
    page.press("Вид и язык").await;
    page.press("English").await;
    page.heading("Settings: Look and language").await;
    tray.line("Watching 1").await;
    tray.line("Quit").await;
    running
        .window("its title is English", |window| {
            window.title.starts_with("Settings: Look and language")
        })
        .await;
    town.release(3, at(13, 40));
    let title = format!("Slot available · {}", town.doctor.specialty);
    let found = desktop.notification(&title).await;
    assert!(found.body.contains("For: мама"), "{}", found.body);
    assert!(program.holds("мама"));

    page.press("Data").await;
    page.press("Delete everything").await;
    page.answer("Yes, delete for good").await;
    page.answer("Delete everything").await;
    // As on the first day, in the system's language.
    page.heading("Здравствуйте. Помогу дождаться талона к врачу")
        .await;
    tray.line("Пока ничего не ждём").await;
    desktop.taken_back(found.id).await;
    for words in ["мама", &town.doctor.specialty] {
        assert!(!program.holds(words), "{words}");
    }
    assert!(running.lives());
}

/// Goes through the first run as far as the home page, for «мама».
async fn first_run(page: &Page, desktop: &Desktop, doctor: &Doctor) {
    page.heading("Здравствуйте. Помогу дождаться талона к врачу")
        .await;
    page.picture("1-hello").await;
    page.press("Начать").await;
    page.heading("Кому нужен врач?").await;
    page.press("Близкому").await;
    page.fill("Как назвать?", "мама").await;
    page.press("Дальше").await;
    page.heading("Где искать?").await;
    page.press("Выбрать район").await;
    page.press(&format!("{} район", doctor.district_name)).await;
    page.fill("Номер, название, улица или район", &doctor.clinic)
        .await;
    page.press(&doctor.clinic).await;
    page.heading("Какой врач?").await;
    page.picture("2-specialty").await;
    page.press(&doctor.specialty).await;
    page.heading("К кому именно?").await;
    page.see("К любому врачу").await;
    page.press("Дальше").await;
    page.heading("Когда удобно?").await;
    page.press("Дальше").await;
    page.heading("Как сообщить?").await;
    page.press("Показать пробное уведомление").await;
    let trial = desktop.notification("Талончик").await;
    assert_eq!(
        trial.body,
        "Пробное уведомление. Если вы его видите, всё работает."
    );
    page.press("Да").await;
    page.see("Хорошо. Так и сообщим о талоне.").await;
    page.press("Готово").await;
    page.heading("Всё готово").await;
    page.press("Понятно").await;
    page.heading("Жду талон").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_of_slots_that_went_is_taken_back() {
    let (desktop, town) = (Desktop::usual().await, Town::open().await);
    let program = Program::new(&desktop, &town);
    town.watch(program.data()).await;
    let running = program.start(&["--minimized"]);
    let tray = desktop.tray().await;
    town.looked_at().await;

    town.release(3, at(13, 40));
    let specialty = &town.doctor.specialty;
    let found = desktop
        .notification(&format!("Есть талон · {specialty}"))
        .await;
    tray.looks("found").await;

    town.take_all();
    desktop.taken_back(found.id).await;
    let gone = desktop
        .notification(&format!("Талоны разобрали · {specialty}"))
        .await;
    assert_eq!(gone.body, "Были меньше минуты. Ждём дальше");
    assert_eq!(gone.actions, []);
    tray.looks("idle").await;
    assert!(!tray.has("✓").await);
    assert!(running.lives());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_is_told_in_telegram_too_and_answered_from_there() {
    const TOKEN: &str = "123456789:AAH4fKq2vXcT9mPz7WdR3bNs8LgYhEuJo";
    const PERSON: i64 = 700;
    let (desktop, town) = (Desktop::usual().await, Town::open().await);
    let telegram = Telegram::start(TOKEN, Clock::system().now(), 0)
        .await
        .expect("a loopback port is free");
    let program = Program::new(&desktop, &town);
    let settings = Settings {
        telegram_api: Some(telegram.base_url()),
        ..Settings::default()
    };
    let data = program.data();
    town.watch_with(data, settings, Tell::AtOnce).await;
    let (page, running) = webdriver::start(&desktop, &program).await;
    page.heading("Жду талон").await;
    town.looked_at().await;

    // The three steps. This desktop has no key store: the person is asked.
    page.press("Настройки").await;
    page.press("Телеграм").await;
    page.see("Шаг 1 из 3. Создайте бота").await;
    page.picture("10-telegram").await;
    page.fill("Токен бота", TOKEN).await;
    page.press("Проверить и подключить").await;
    page.see("На этом компьютере нет хранилища паролей.").await;
    page.picture("11-key-store").await;
    page.press("Спрашивать при каждом запуске").await;
    page.finish("Спрашивать при каждом запуске").await;
    page.see("Шаг 2 из 3. Подключите чат").await;
    let code = page.address("?start=").await;
    page.picture("12-link").await;
    telegram.say(PERSON, &format!("/start {code}"));
    page.see("Подключить чат «Пациент»?").await;
    page.press("Подключить").await;
    page.see("Шаг 3 из 3. Отправьте проверку").await;
    page.press("Отправить проверку").await;
    page.see("Дошло.").await;
    page.picture("13-linked").await;

    // A slot is on the screen and in the chat; «Позже» in the chat takes it from the screen.
    town.release(3, at(13, 40));
    let specialty = &town.doctor.specialty;
    let found = desktop
        .notification(&format!("Есть талон · {specialty}"))
        .await;
    let message = until("the chat has the slot", async || {
        let messages = telegram.messages(PERSON);
        messages.into_iter().find(|it| it.text.contains("13:40"))
    })
    .await;
    assert!(plain(&message.text).contains(&town.doctor.clinic));
    telegram.press_button(PERSON, PERSON, message.id, "Позже");
    desktop.taken_back(found.id).await;
    until("the message says when it comes again", async || {
        let messages = telegram.messages(PERSON);
        let now = messages.into_iter().find(|it| it.id == message.id)?;
        now.text.contains("Напомним").then_some(())
    })
    .await;
    assert!(running.lives());
    assert!(!program.holds(TOKEN), "the token is in no file");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_of_everything_takes_the_notification_back() {
    let (desktop, town) = (Desktop::usual().await, Town::open().await);
    let program = Program::new(&desktop, &town);
    town.watch(program.data()).await;
    let running = program.start(&["--minimized"]);
    let tray = desktop.tray().await;
    town.looked_at().await;

    town.release(3, at(13, 40));
    let specialty = &town.doctor.specialty;
    let found = desktop
        .notification(&format!("Есть талон · {specialty}"))
        .await;
    tray.looks("found").await;

    tray.choose("Пока не включу").await;
    desktop.taken_back(found.id).await;
    tray.looks("paused").await;
    assert!(!tray.has("✓").await);
    assert!(running.lives());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_at_login_waits_beside_the_clock_until_it_is_paused_and_ended_there() {
    let (desktop, town) = (Desktop::usual().await, Town::open().await);
    let program = Program::new(&desktop, &town);
    town.watch(program.data()).await;
    let running = program.start(&["--minimized"]);
    let tray = desktop.tray().await;
    tray.looks("idle").await;
    tray.line("Ждём талоны: 1 · проверили в").await;
    town.looked_at().await;
    assert_eq!(running.windows(), []);
    assert_eq!(running.pages(), []);

    tray.choose("Пока не включу").await;
    tray.looks("paused").await;
    tray.choose("Продолжить").await;
    tray.looks("idle").await;
    tray.line("Пауза").await;

    assert!(!tray.is_ticked("Тихий режим").await);
    tray.choose("Тихий режим").await;
    until("the quiet mode is ticked", async || {
        tray.is_ticked("Тихий режим").await.then_some(())
    })
    .await;

    tray.choose("Выйти").await;
    let ended = running.ends().await;
    assert_eq!(ended.and_then(|status| status.code()), Some(0));
    program.check_database();
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_48_a_second_start_raises_the_window_of_the_first_at_its_link() {
    let (desktop, town) = (Desktop::usual().await, Town::open().await);
    let program = Program::new(&desktop, &town);
    town.watch(program.data()).await;
    let (page, running) = webdriver::start(&desktop, &program).await;
    page.heading("Жду талон").await;
    let window = running
        .window("the window is there", |window| !window.minimised)
        .await;
    desktop.screen.minimise(&window);
    running
        .window("the window is minimised", |window| window.minimised)
        .await;

    program.start_again(&[&town.link()]).await;
    running
        .window("the window is raised", |window| !window.minimised)
        .await;
    page.heading("Где искать?").await;
    page.see("По ссылке нашли").await;
    page.see(&town.doctor.specialty).await;
    page.picture("8-link").await;
    assert_eq!(running.windows().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_52_without_a_notification_server_the_inbox_has_the_alert() {
    the_inbox_has_the_alert(Notifying::Absent).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_52_with_a_notification_server_that_hangs_the_inbox_has_the_alert() {
    the_inbox_has_the_alert(Notifying::Hangs).await;
}

async fn the_inbox_has_the_alert(notifying: Notifying) {
    let desktop = Desktop::start(notifying, TrayHost::There).await;
    let town = Town::open().await;
    let program = Program::new(&desktop, &town);
    town.watch(program.data()).await;
    let (page, running) = webdriver::start(&desktop, &program).await;
    page.heading("Жду талон").await;
    town.looked_at().await;

    town.release(3, at(13, 40));
    page.see("Есть талоны: 1").await;
    desktop.tray().await.looks("found").await;
    page.press("События").await;
    page.heading("События").await;
    page.see("Ждёт ответа").await;
    page.see("Уведомление на экране: пока не показано, пробуем ещё")
        .await;
    page.picture(&format!("9-{notifying:?}").to_lowercase())
        .await;
    assert!(running.lives());

    desktop.tray().await.choose("Выйти").await;
    running.ends().await;
    program.check_database();
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_54_without_a_place_for_the_icon_the_window_is_minimised_not_closed() {
    let desktop = Desktop::start(Notifying::Works, TrayHost::Absent).await;
    let town = Town::open().await;
    let program = Program::new(&desktop, &town);
    town.watch(program.data()).await;
    let running = program.start(&[]);
    let window = running
        .window("the window shows the watches", |window| {
            window.title == "Жду талон — Талончик"
        })
        .await;

    desktop.screen.close(&window);
    let why = desktop.notification("Талончик свёрнут").await;
    assert_eq!(
        why.body,
        "Значка рядом с часами в вашей системе нет, поэтому окно будет сворачиваться."
    );
    let minimised = running
        .window("the window is minimised", |window| window.minimised)
        .await;
    assert_eq!(minimised.title, window.title);
    assert_eq!(running.pages().len(), 1);

    program.start_again(&[]).await;
    until("the window is back", async || {
        running
            .windows()
            .iter()
            .any(|window| !window.minimised)
            .then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_48_of_twenty_started_at_once_one_lives() {
    let (desktop, town) = (Desktop::usual().await, Town::open().await);
    let program = Program::new(&desktop, &town);
    town.watch(program.data()).await;
    let mut started: Vec<Running> = (0..20).map(|_| program.start(&["--minimized"])).collect();
    until("all but one have ended", async || {
        started.retain(Running::lives);
        (started.len() <= 1).then_some(())
    })
    .await;
    desktop.tray().await.looks("idle").await;
    town.looked_at().await;
    let last = started.pop().expect("one lives");
    desktop.tray().await.choose("Выйти").await;
    last.ends().await;
    program.check_database();
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_50_told_to_end_by_the_system_it_ends_in_order() {
    let (desktop, town) = (Desktop::usual().await, Town::open().await);
    let program = Program::new(&desktop, &town);
    town.watch(program.data()).await;
    let running = program.start(&[]);
    town.looked_at().await;
    running.terminate();
    let ended = running.ends().await;
    assert_eq!(ended.and_then(|status| status.code()), Some(0));
    program.check_database();
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_55_a_page_that_crashes_is_loaded_again_and_the_program_looks_on() {
    let (desktop, town) = (Desktop::usual().await, Town::open().await);
    let program = Program::new(&desktop, &town);
    town.watch(program.data()).await;
    let running = program.start(&[]);
    let shown = |title: &'static str| {
        let running = &running;
        async move {
            running
                .window("the watches are shown", |window| window.title == title)
                .await
        }
    };
    shown("Жду талон — Талончик").await;
    let [page] = &running.pages()[..] else {
        panic!("a window has one page: {:?}", running.pages());
    };
    processes::kill(page.id);
    let crashed = page.id;
    until("another page is there", async || {
        let pages = running.pages();
        pages.iter().any(|page| page.id != crashed).then_some(())
    })
    .await;
    shown("Жду талон — Талончик").await;

    town.looked_at().await;
    town.release(3, at(13, 40));
    let title = format!("Есть талон · {}", town.doctor.specialty);
    desktop.notification(&title).await;
    desktop.tray().await.choose("Выйти").await;
    running.ends().await;
    program.check_database();
}

/// `cargo xtask soak` does it a thousand times, when caches and pools of threads are warm, and judges
/// them, too.
#[tokio::test(flavor = "multi_thread")]
async fn fault_51_a_window_opened_and_closed_again_and_again_leaves_nothing_open() {
    let growth = soak::run(12, 5, |_, _, _| ()).await;
    // A dozen windows still warm caches up.
    assert!(growth.memory <= 0.5, "{growth:?}");
    assert!(growth.files <= 6.0, "{growth:?}");
    assert!(growth.threads <= 6.0, "{growth:?}");
}
