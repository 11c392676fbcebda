//! A crash while Telegram is spoken to: in the middle of a call, and at each step of an answer.

use std::os::unix::process::ExitStatusExt;

use chrono::{DateTime, Utc};
use engine::{
    Config, Engine,
    model::{Alert, AlertState},
    secrets::Secrets,
};
use simulator::{Place, telegram::TelegramFault};

use super::dying_at;
use crate::{
    harness::{Running, in_days, until},
    home::{Home, PERSON},
};

/// A linked chat, a watch, and a program that waits.
struct Story {
    home: Home,
    place: Place,
    /// The slot that comes and goes.
    start: DateTime<Utc>,
    running: Running,
}

impl Story {
    async fn begin() -> Self {
        let home = Home::linked().await;
        let place = home.town.place();
        home.town.watch(&place).await;
        let running = home.run(&place).await;
        Self {
            home,
            place,
            start: in_days(2),
            running,
        }
    }

    fn fail(&self, method: &str, fault: TelegramFault) {
        self.home.telegram.fail(Some(method), fault, 1);
    }

    /// How often the bot has called this method.
    fn calls(&self, method: &str) -> usize {
        let calls = self.home.telegram.calls();
        calls.iter().filter(|call| call.method == method).count()
    }

    fn opens(&self) {
        let Place { clinic, doctor, .. } = &self.place;
        self.home.town.city.offer(clinic, doctor, self.start);
    }

    fn closes(&self) {
        let Place { clinic, doctor, .. } = &self.place;
        self.home.town.city.take(clinic, doctor, self.start);
    }

    /// Once the bot has called this method again, the program is killed and started anew.
    async fn killed_at(self, method: &str, before: usize) -> Self {
        let Self {
            home,
            place,
            start,
            running,
        } = self;
        home.called(method, before + 1).await;
        running.kill().await;
        let running = home.run(&place).await;
        Self {
            home,
            place,
            start,
            running,
        }
    }

    /// The alert is in the inbox once, in the chat once or once more and marked, and the chat's
    /// last word on it is this.
    async fn ends_with(mut self, last: &str) {
        self.home.reads(last).await;
        assert!(self.running.terminate().await.success());
        let told = self.home.alerts();
        assert!((1..=2).contains(&told.len()), "{told:?}");
        let marked = self.home.telegram.texts();
        let marked: Vec<bool> = marked
            .iter()
            .filter(|text| text.starts_with('🟢'))
            .map(|text| text.contains("(повтор)"))
            .collect();
        assert_eq!(marked.len(), told.len(), "{told:?}");
        assert!(marked.iter().skip(1).all(|marked| *marked), "{told:?}");
        let inbox = inbox(&self.home).await;
        assert_eq!(inbox.len(), 1, "{inbox:?}");
        assert_eq!(inbox[0].slots.len(), 1, "{inbox:?}");
    }
}

async fn inbox(home: &Home) -> Vec<Alert> {
    let mut config = Config::new(home.town.home.path().to_owned());
    config.background = false;
    config.secrets = Some(Secrets::in_memory());
    let engine = Engine::start(config, Vec::new()).await.unwrap();
    let inbox = engine.inbox(10).await.unwrap();
    engine.stop().await;
    inbox
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_46_killed_while_telegram_had_not_heard() {
    let story = Story::begin().await;
    story.fail("sendMessage", TelegramFault::SilentUnheard);
    let before = story.calls("sendMessage");
    story.opens();
    let story = story.killed_at("sendMessage", before).await;
    // It may have been heard, for all the program knows.
    story.home.reads("(повтор)").await;
    assert_eq!(story.home.alerts().len(), 1);
    story.closes();
    story.ends_with("Были доступны").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_59_killed_before_the_answer_of_a_message_that_was_taken() {
    let story = Story::begin().await;
    story.fail("sendMessage", TelegramFault::Silent);
    let before = story.calls("sendMessage");
    story.opens();
    let story = story.killed_at("sendMessage", before).await;
    story.home.reads("(повтор)").await;
    assert_eq!(story.home.alerts().len(), 2);
    story.closes();
    story.ends_with("Были доступны").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_46_killed_while_it_says_that_the_slots_are_gone() {
    for fault in [TelegramFault::SilentUnheard, TelegramFault::Silent] {
        let story = Story::begin().await;
        story.opens();
        story.home.reads("Найдено в").await;
        story.fail("editMessageText", fault);
        story.closes();
        let story = story.killed_at("editMessageText", 0).await;
        story.ends_with("Были доступны").await;
    }
}

/// From a press of a button to the message that says so.
pub(super) const STEPS: [&str; 5] = ["heard", "noted", "refreshing", "refreshed", "put right"];

#[tokio::test(flavor = "multi_thread")]
async fn fault_46_killed_at_each_step_of_an_answer_it_is_taken_once_and_shown() {
    let home = Home::linked().await;
    let place = home.town.place();
    home.town.watch(&place).await;
    let Place { clinic, doctor, .. } = &place;
    for (days, step) in (2..).zip(STEPS) {
        let command = dying_at(home.command(&["run", "--json"]), step, 1);
        let mut running = Running::start(command);
        running.baseline(doctor).await;
        home.town.city.offer(clinic, doctor, in_days(days));
        let rounds = usize::try_from(days).unwrap() - 1;
        until(step, || home.alerts().len() == rounds).await;
        let message = home.alerts()[rounds - 1].id;
        home.telegram
            .press_button(PERSON, PERSON, message, "Не подходит");
        assert_eq!(running.wait().await.signal(), Some(9), "{step}");

        let mut running = home.run(&place).await;
        let answered = || home.alerts()[rounds - 1].text.contains("Не подходит");
        until(step, answered).await;
        assert!(running.terminate().await.success());
        // Nobody was told again, whatever the program knew of its telling.
        let told = home.alerts();
        assert_eq!(told.len(), rounds, "{step}: {told:?}");
        let inbox = inbox(&home).await;
        assert_eq!(inbox[0].state, AlertState::Dismissed, "{step}");
    }
}
