//! A crash at each step between an alert's commit and the channel's acknowledgement.

use engine::{Config, Engine, model::Alert, secrets::Secrets};
use simulator::{Place, telegram::TelegramFault};

use crate::{
    harness::{Running, in_days},
    home::{Home, PERSON},
};

/// A linked chat, a watch, and a program that waits.
struct Story {
    home: Home,
    place: Place,
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
        self.home.town.city.offer(clinic, doctor, in_days(2));
    }

    fn closes(&self) {
        let Place { clinic, doctor, .. } = &self.place;
        self.home.town.city.take(clinic, doctor, in_days(2));
    }

    /// Once the bot has called this method again, the program is killed and started anew.
    async fn killed_at(self, method: &str, before: usize) -> Self {
        let Self {
            home,
            place,
            running,
        } = self;
        home.called(method, before + 1).await;
        running.kill().await;
        let running = home.run(&place).await;
        Self {
            home,
            place,
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
async fn fault_46_killed_before_the_answer_of_a_message_that_was_taken() {
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
async fn fault_46_killed_right_after_the_answer() {
    let story = Story::begin().await;
    let before = story.calls("sendMessage");
    story.opens();
    let story = story.killed_at("sendMessage", before).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn fault_46_killed_while_it_shows_an_answer() {
    for fault in [TelegramFault::SilentUnheard, TelegramFault::Silent] {
        let story = Story::begin().await;
        story.opens();
        story.home.reads("Найдено в").await;
        story.fail("editMessageText", fault);
        let message = story.home.alerts()[0].id;
        let telegram = &story.home.telegram;
        telegram.press_button(PERSON, PERSON, message, "Не подходит");
        let story = story.killed_at("editMessageText", 0).await;
        story.ends_with("Не подходит").await;
    }
}
