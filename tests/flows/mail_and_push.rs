//! Letters and pushes: through the person's own mail server, ntfy and webhooks.

use std::time::Duration;

use chrono::NaiveTime;
use engine::{
    EngineError, Problem, Rung,
    model::{
        Alert, Answer, ChannelState, DeliveryState, MailSecurity, MailSettings, PushKind,
        PushSettings, Quiet, Settings, Untold, WatchDraft,
    },
};
use flows::{TestApp, any, minutes, seconds};
use serde_json::{Value, json};
use simulator::{
    Extent, Fault, Place, Scope,
    mail::{Letter, Mail, MailFault, Security},
    sink::{Sink, SinkFault},
};

const LOGIN: &str = "me@example.org";
const PASSWORD: &str = "right";

/// A watch on a doctor, and ways out of the house.
struct Home {
    app: TestApp,
    place: Place,
    offered: i64,
}

impl Home {
    async fn new(app: TestApp) -> Self {
        let place = app.city.a_doctor();
        app.watch_doctor(&place).await;
        app.run_for(minutes(1)).await;
        Self {
            app,
            place,
            offered: 0,
        }
    }

    /// With a mailbox that has been set up.
    async fn with_mail(security: Security) -> (Self, Mail) {
        let (home, mail) = Self::beside_mail(security).await;
        let settings = settings(&mail, security);
        let password = Some(PASSWORD.into());
        home.app
            .engine
            .set_mail(settings, password)
            .await
            .expect("the mailbox is good");
        (home, mail)
    }

    /// With a mail server that nobody has set up yet.
    async fn beside_mail(security: Security) -> (Self, Mail) {
        let mail = Mail::start(security, LOGIN, PASSWORD, 0)
            .await
            .expect("a loopback port is free");
        let mut app = TestApp::start().await;
        app.config.extra_roots.push(mail.root_der());
        (Self::new(app.restart().await).await, mail)
    }

    /// With a push service that has been set up.
    async fn with_push(kind: PushKind, token: Option<&str>) -> (Self, Sink) {
        let sink = Sink::start(0).await.expect("a loopback port is free");
        let home = Self::new(TestApp::start().await).await;
        let address = match kind {
            PushKind::Ntfy => format!("{}/my-topic", sink.base_url()),
            PushKind::Webhook => format!("{}/hook?of=me", sink.base_url()),
        };
        let settings = PushSettings { on: true, kind };
        let token = token.map(Into::into);
        let set = home
            .app
            .engine
            .set_push(settings, Some(address.into()), token);
        set.await.expect("the address is good");
        (home, sink)
    }

    /// A slot appears, and is seen.
    async fn find(&mut self) {
        self.offered += 1;
        let start = self.app.in_days(2, self.offered * 10);
        self.app
            .city
            .offer(&self.place.clinic, &self.place.doctor, start);
        self.app.run_for(seconds(40)).await;
    }

    async fn wait(&self, time: Duration) {
        self.app.run_for(time).await;
    }

    async fn alert(&self) -> Alert {
        self.app.inbox().await.pop().expect("there is an alert")
    }

    /// How far the last alert got on this channel.
    async fn delivery(&self, channel: &str) -> (DeliveryState, Option<Untold>) {
        let alert = self.alert().await;
        let delivery = alert.deliveries.iter().find(|it| it.channel == channel);
        let delivery = delivery.expect("it is for this channel");
        (delivery.state, delivery.why)
    }

    async fn mail_fails(&self) -> Option<Untold> {
        why(self
            .app
            .engine
            .channels()
            .await
            .expect("the channels are known")
            .mail
            .state)
    }

    async fn push_fails(&self) -> Option<Untold> {
        why(self
            .app
            .engine
            .channels()
            .await
            .expect("the channels are known")
            .push
            .state)
    }

    async fn change(&self, change: impl FnOnce(&mut Settings)) {
        let mut settings = self
            .app
            .engine
            .settings()
            .await
            .expect("the settings are known");
        change(&mut settings);
        self.app
            .engine
            .save_settings(settings)
            .await
            .expect("the settings are good");
    }
}

fn why(state: ChannelState) -> Option<Untold> {
    match state {
        ChannelState::Failing { why, .. } => Some(why),
        ChannelState::Off
        | ChannelState::Locked
        | ChannelState::Ready
        | ChannelState::Works { .. } => None,
    }
}

fn settings(mail: &Mail, security: Security) -> MailSettings {
    MailSettings {
        on: true,
        server: "127.0.0.1".to_owned(),
        port: mail.port(),
        security: match security {
            Security::Tls => MailSecurity::Tls,
            Security::StartTls => MailSecurity::StartTls,
        },
        login: LOGIN.to_owned(),
        from: String::new(),
        to: "mother@example.org".to_owned(),
    }
}

fn subjects(mail: &Mail) -> Vec<String> {
    let letters = mail.letters();
    letters.iter().filter_map(Letter::subject).collect()
}

fn message_ids(mail: &Mail) -> Vec<String> {
    let letters = mail.letters();
    let id = |letter: &Letter| letter.header("Message-ID");
    letters.iter().filter_map(id).collect()
}

/// Quiet from midnight to the end of the day, wherever the computer is.
fn all_day() -> Quiet {
    Quiet {
        on: true,
        from: NaiveTime::MIN,
        to: NaiveTime::from_hms_opt(23, 59, 0).expect("it is a time"),
        ..Quiet::default()
    }
}

// Mail.

#[tokio::test(start_paused = true)]
async fn an_alert_is_one_letter_over_an_encrypted_connection() {
    for security in [Security::Tls, Security::StartTls] {
        let (mut home, mail) = Home::with_mail(security).await;
        home.find().await;
        home.wait(minutes(30)).await;

        let letters = mail.letters();
        assert_eq!(letters.len(), 1);
        let letter = &letters[0];
        assert_eq!(
            (&*letter.from, &letter.to[..]),
            (LOGIN, &["mother@example.org".to_owned()][..])
        );
        assert_eq!(letter.subject().unwrap(), "Есть талон · Офтальмолог");
        let text = letter.text().unwrap();
        assert!(
            text.contains("Записаться на сайте: https://gorzdrav.spb.ru/"),
            "{text}"
        );
        assert!(
            letter
                .html()
                .unwrap()
                .contains("<a href=\"https://gorzdrav.spb.ru/")
        );
        assert_eq!(letter.header("Auto-Submitted").unwrap(), "auto-generated");
        assert_eq!(home.delivery("mail").await, (DeliveryState::Sent, None));
        let state = home.app.engine.channels().await.unwrap().mail.state;
        assert!(matches!(state, ChannelState::Works { .. }), "{state:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn fault_56_a_wrong_password_keeps_the_letter_until_the_right_one_comes() {
    let (mut home, mail) = Home::beside_mail(Security::Tls).await;
    let engine = home.app.engine.clone();
    let settings = settings(&mail, Security::Tls);
    let wrong = engine.set_mail(settings.clone(), Some("wrong".into()));
    wrong.await.unwrap();
    home.find().await;
    home.wait(minutes(20)).await;
    assert_eq!(mail.letters(), []);
    assert_eq!(home.mail_fails().await, Some(Untold::Token));
    assert_eq!(
        home.delivery("mail").await,
        (DeliveryState::Due, Some(Untold::Token))
    );
    assert!(
        mail.logins().len() <= 3,
        "a quarter of an hour between two tries"
    );

    let right = engine.set_mail(settings, Some(PASSWORD.into()));
    right.await.unwrap();
    home.wait(seconds(5)).await;
    assert_eq!(subjects(&mail), ["Есть талон · Офтальмолог"]);
    assert_eq!(home.mail_fails().await, None);
}

#[tokio::test(start_paused = true)]
async fn fault_57_a_refused_recipient_is_tried_again_and_others_are_written_to() {
    let (mut home, mail) = Home::with_mail(Security::Tls).await;
    mail.fail(MailFault::RecipientRefused, 1);
    home.find().await;
    assert_eq!(mail.letters(), []);
    assert_eq!(
        home.delivery("mail").await,
        (DeliveryState::Due, Some(Untold::Blocked))
    );
    home.wait(minutes(16)).await;
    assert_eq!(mail.letters().len(), 1);

    let two = MailSettings {
        to: "gone@example.org, mother@example.org".to_owned(),
        ..settings(&mail, Security::Tls)
    };
    home.app.engine.set_mail(two, None).await.unwrap();
    mail.fail(MailFault::RecipientRefused, 1);
    home.find().await;
    home.wait(minutes(30)).await;
    let letters = mail.letters();
    assert_eq!(letters.len(), 2);
    assert_eq!(letters[1].to, ["mother@example.org"]);
}

#[tokio::test(start_paused = true)]
async fn fault_58_a_failure_that_passes_ends_in_one_letter_that_is_no_repeat() {
    for fault in [
        MailFault::Unavailable,
        MailFault::TryLater,
        MailFault::SilentGreeting,
    ] {
        let (mut home, mail) = Home::with_mail(Security::StartTls).await;
        mail.fail(fault, 3);
        home.find().await;
        home.wait(minutes(10)).await;
        assert_eq!(subjects(&mail), ["Есть талон · Офтальмолог"], "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn fault_59_a_letter_that_may_have_come_is_repeated_once_marked_under_the_same_id() {
    for fault in [MailFault::ResetAfterwards, MailFault::Silent] {
        let (mut home, mail) = Home::with_mail(Security::Tls).await;
        mail.fail(fault, 1);
        home.find().await;
        home.wait(minutes(10)).await;
        assert_eq!(
            subjects(&mail),
            [
                "Есть талон · Офтальмолог",
                "Есть талон · Офтальмолог (повтор)"
            ],
            "{fault:?}"
        );
        let ids = message_ids(&mail);
        assert_eq!(ids[0], ids[1]);
        // Another alert is another letter.
        home.find().await;
        home.wait(minutes(2)).await;
        assert_eq!(message_ids(&mail).len(), 3);
        assert_ne!(message_ids(&mail)[2], ids[0]);
    }
}

#[tokio::test(start_paused = true)]
async fn without_encryption_nothing_is_sent_and_nobody_logs_in() {
    let (mut home, mail) = Home::with_mail(Security::StartTls).await;
    mail.fail(MailFault::NoStartTls, usize::MAX);
    home.find().await;
    home.wait(minutes(20)).await;
    assert!(mail.connections() > 0);
    assert_eq!((mail.logins(), mail.letters()), (vec![], vec![]));
    assert_eq!(home.mail_fails().await, Some(Untold::Refused));
}

#[tokio::test(start_paused = true)]
async fn a_certificate_of_another_host_or_of_another_time_is_refused() {
    for security in [Security::Tls, Security::StartTls] {
        for fault in [MailFault::WrongHost, MailFault::Expired] {
            let (mut home, mail) = Home::with_mail(security).await;
            mail.fail(fault, 1);
            home.find().await;
            assert_eq!(
                (mail.logins(), mail.letters()),
                (vec![], vec![]),
                "{fault:?}"
            );
            assert_eq!(home.mail_fails().await, Some(Untold::Refused), "{fault:?}");
            home.wait(minutes(16)).await;
            assert_eq!(mail.letters().len(), 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_stranger_who_is_trusted_by_nobody_is_shown_no_password() {
    let mail = Mail::start(Security::Tls, LOGIN, PASSWORD, 0)
        .await
        .unwrap();
    let mut home = Home::new(TestApp::start().await).await;
    let set = home
        .app
        .engine
        .set_mail(settings(&mail, Security::Tls), Some(PASSWORD.into()));
    set.await.unwrap();
    home.find().await;
    assert_eq!((mail.logins(), mail.letters()), (vec![], vec![]));
    assert_eq!(home.mail_fails().await, Some(Untold::Refused));
}

#[tokio::test(start_paused = true)]
async fn a_password_is_never_shown_to_another_server() {
    let (mut home, mail) = Home::with_mail(Security::Tls).await;
    let engine = home.app.engine.clone();
    let elsewhere = MailSettings {
        server: "localhost".to_owned(),
        ..settings(&mail, Security::Tls)
    };
    let refused = engine.set_mail(elsewhere.clone(), None).await.unwrap_err();
    assert!(matches!(&refused, EngineError::Invalid(why) if why[..] == [Problem::NoPassword]));
    // Nor by settings that come another way.
    home.change(|settings| settings.mail = elsewhere.clone())
        .await;
    assert_eq!(engine.settings().await.unwrap().mail.server, "127.0.0.1");
    // Nor by a detour through a mailbox that is switched off.
    let off = MailSettings {
        on: false,
        ..elsewhere.clone()
    };
    engine.set_mail(off, None).await.unwrap();
    let refused = engine.set_mail(elsewhere, None).await.unwrap_err();
    assert_eq!(refused.problems(), [Problem::NoPassword]);
    home.find().await;
    assert_eq!(mail.connections(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_letter_waits_for_an_answer_at_the_screen_and_does_not_come_after_one() {
    let (mut home, mail) = Home::with_mail(Security::Tls).await;
    home.app.told.stand_on(Rung::Screen);
    home.find().await;
    home.wait(seconds(180)).await;
    assert_eq!(mail.letters(), []);
    assert_eq!(
        home.delivery("mail").await,
        (DeliveryState::Due, Some(Untold::Ladder))
    );
    home.wait(minutes(2)).await;
    assert_eq!(mail.letters().len(), 1, "nobody answered for four minutes");

    home.find().await;
    let alert = home.alert().await.id;
    home.app.engine.answer(alert, Answer::Seen).await.unwrap();
    home.wait(minutes(20)).await;
    assert_eq!(mail.letters().len(), 1);
    assert_eq!(
        home.delivery("mail").await,
        (DeliveryState::Expired, Some(Untold::Answered))
    );
}

#[tokio::test(start_paused = true)]
async fn two_watches_of_one_release_are_one_letter_and_both_count_as_told() {
    let (mut home, mail) = Home::with_mail(Security::Tls).await;
    let mother = WatchDraft {
        places: vec![any(&home.place)],
        nickname: "мама".to_owned(),
        ..WatchDraft::default()
    };
    home.app.engine.add_watch(mother).await.unwrap();
    home.wait(minutes(1)).await;
    home.find().await;
    home.wait(minutes(10)).await;
    assert_eq!(subjects(&mail), ["Есть талоны по 2 ожиданиям"]);
    assert!(mail.letters()[0].text().unwrap().contains("Для: мама"));
    let inbox = home.app.inbox().await;
    assert_eq!(inbox.len(), 2);
    for alert in inbox {
        let mail = alert.deliveries.iter().find(|it| it.channel == "mail");
        assert_eq!(mail.unwrap().state, DeliveryState::Sent);
    }

    // Cut short, both are repeated in one letter under the same id.
    mail.fail(MailFault::ResetAfterwards, 1);
    home.find().await;
    home.wait(minutes(10)).await;
    let ids = message_ids(&mail);
    assert_eq!(ids.len(), 3);
    assert_eq!(ids[1], ids[2]);
    assert_eq!(subjects(&mail)[2], "Есть талоны по 2 ожиданиям (повтор)");
}

#[tokio::test(start_paused = true)]
async fn mail_keeps_quiet_about_slots_that_are_gone() {
    let (mut home, mail) = Home::with_mail(Security::Tls).await;
    home.find().await;
    let start = home.alert().await.slots[0].start;
    home.app
        .city
        .take(&home.place.clinic, &home.place.doctor, start);
    home.wait(minutes(5)).await;
    assert_eq!(mail.letters().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn hidden_details_are_hidden_from_the_next_letter_on() {
    let (mut home, mail) = Home::with_mail(Security::Tls).await;
    home.change(|settings| settings.hide_details = true).await;
    home.find().await;
    assert_eq!(subjects(&mail), ["Есть талоны"]);
    let letter = String::from_utf8(mail.letters()[0].data.clone()).unwrap();
    assert!(!letter.contains("gorzdrav"));
}

#[tokio::test(start_paused = true)]
async fn quiet_hours_hold_a_letter_and_the_quiet_mode_lowers_its_priority() {
    let (mut home, mail) = Home::with_mail(Security::Tls).await;
    home.change(|settings| settings.quiet = all_day()).await;
    home.find().await;
    home.wait(minutes(20)).await;
    assert_eq!(mail.letters(), []);
    assert_eq!(
        home.delivery("mail").await,
        (DeliveryState::Due, Some(Untold::Quiet))
    );

    home.change(|settings| {
        settings.quiet = Quiet::default();
        settings.hushed = true;
    })
    .await;
    home.wait(seconds(5)).await;
    let letters = mail.letters();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].header("Importance").unwrap(), "low");
}

#[tokio::test(start_paused = true)]
async fn a_trial_goes_to_every_channel_and_leaves_nothing_behind() {
    let (home, mail) = Home::with_mail(Security::Tls).await;
    for _ in 0..2 {
        let trials = home.app.engine.try_channels(Some("mail".to_owned())).await;
        let trials = trials.unwrap();
        assert_eq!((trials.len(), trials[0].why), (1, None));
    }
    assert_eq!(subjects(&mail), ["Пробное сообщение · Талончик"; 2]);
    let ids = message_ids(&mail);
    assert_ne!(ids[0], ids[1], "the second is not dropped as a repeat");
    assert_eq!(home.app.inbox().await, []);

    mail.fail(MailFault::LoginRefused, 1);
    let trials = home.app.engine.try_channels(Some("mail".to_owned())).await;
    assert_eq!(trials.unwrap()[0].why, Some(Untold::Token));
}

// Push.

#[tokio::test(start_paused = true)]
async fn ntfy_is_told_once_and_what_is_gone_takes_its_place_quietly() {
    let (mut home, sink) = Home::with_push(PushKind::Ntfy, Some("tk_secret")).await;
    home.find().await;
    let received = sink.received();
    assert_eq!(received.len(), 1);
    assert_eq!((&*received[0].method, &*received[0].path), ("POST", "/"));
    assert_eq!(
        received[0].header("Authorization").unwrap(),
        "Bearer tk_secret"
    );
    let found = received[0].json();
    assert_eq!(found["topic"], "my-topic");
    assert_eq!(found["title"], "Есть талон · Офтальмолог");
    assert_eq!(found["priority"], 4);
    assert_eq!(found["click"], home.alert().await.link);

    let start = home.alert().await.slots[0].start;
    home.app
        .city
        .take(&home.place.clinic, &home.place.doctor, start);
    home.wait(minutes(5)).await;
    let received = sink.received();
    assert_eq!(received.len(), 2);
    let gone = received[1].json();
    assert_eq!(
        (&gone["priority"], &gone["sequence_id"]),
        (&json!(2), &found["sequence_id"])
    );
    assert_eq!(gone["title"], "Талоны разобрали · Офтальмолог");
    let host = home.app.engine.channels().await.unwrap().push.host;
    assert_eq!(host.as_deref(), Some("127.0.0.1"));
}

#[tokio::test(start_paused = true)]
async fn a_webhook_gets_each_alert_as_json() {
    let (mut home, sink) = Home::with_push(PushKind::Webhook, Some("secret")).await;
    let mother = WatchDraft {
        places: vec![any(&home.place)],
        nickname: "мама".to_owned(),
        ..WatchDraft::default()
    };
    home.app.engine.add_watch(mother).await.unwrap();
    home.wait(minutes(1)).await;
    home.find().await;
    let received = sink.received();
    assert_eq!(received.len(), 2, "a program takes alerts one by one");
    let alerts = home.app.inbox().await;
    for (request, alert) in received.iter().zip(&alerts) {
        assert_eq!(request.path, "/hook?of=me");
        assert_eq!(request.header("Authorization").unwrap(), "Bearer secret");
        let key = request.header("Idempotency-Key").unwrap();
        assert!(
            key.ends_with(&format!("-alert-{}-1-appeared", alert.id)),
            "{key}"
        );
        let body = request.json();
        assert_eq!(body["event"], "alert");
        assert_eq!(body["alertId"], json!(alert.id));
        assert_eq!(body["nickname"], json!(alert.nickname));
        assert_eq!(body["slots"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn fault_58_a_push_service_that_asks_to_wait_is_obeyed() {
    let (mut home, sink) = Home::with_push(PushKind::Ntfy, None).await;
    sink.fail(SinkFault::TooMany { retry_after: 300 }, 1);
    home.find().await;
    assert_eq!(
        home.delivery("push").await,
        (DeliveryState::Due, Some(Untold::Busy))
    );
    assert_eq!(home.push_fails().await, None, "it works, only not now");
    home.wait(minutes(10)).await;
    let received = sink.received();
    assert_eq!(received.len(), 2);
    let wait = received[1].at - received[0].at;
    assert!((seconds(300)..seconds(302)).contains(&wait), "{wait:?}");
    assert_eq!(titles(&sink), ["Есть талон · Офтальмолог"; 2]);
}

#[tokio::test(start_paused = true)]
async fn fault_58_a_push_service_that_fails_is_told_when_it_works_again() {
    let (mut home, sink) = Home::with_push(PushKind::Webhook, None).await;
    sink.fail(SinkFault::Status(502), 3);
    home.find().await;
    home.wait(minutes(5)).await;
    let received = sink.received();
    assert_eq!(received.len(), 4);
    assert!(
        received
            .iter()
            .all(|one| one.json().get("repeat").is_none())
    );
    assert_eq!(home.push_fails().await, None);

    for (status, why) in [
        (403, Untold::Token),
        (404, Untold::Blocked),
        (413, Untold::Refused),
    ] {
        sink.fail(SinkFault::Status(status), 1);
        home.wait(minutes(1)).await;
        home.find().await;
        assert_eq!(home.push_fails().await, Some(why), "{status}");
        home.wait(minutes(16)).await;
        assert_eq!(home.push_fails().await, None);
    }
}

#[tokio::test(start_paused = true)]
async fn fault_59_a_push_that_hung_is_repeated_once_marked_under_the_same_key() {
    for fault in [SinkFault::Silent, SinkFault::ResetAfterwards] {
        let (mut home, sink) = Home::with_push(PushKind::Webhook, None).await;
        sink.fail(fault.clone(), 1);
        home.find().await;
        home.wait(minutes(2)).await;
        let received = sink.received();
        assert_eq!(received.len(), 2, "{fault:?}");
        let repeats: Vec<Value> = received
            .iter()
            .map(|one| one.json()["repeat"].clone())
            .collect();
        assert_eq!(repeats, [Value::Null, json!(true)]);
        let key = |index: usize| received[index].header("Idempotency-Key");
        assert_eq!(key(0), key(1));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_posted_follows_nobody_to_another_host() {
    let (mut home, sink) = Home::with_push(PushKind::Webhook, Some("secret")).await;
    let other = Sink::start(0).await.unwrap();
    let elsewhere = other.base_url().replace("127.0.0.1", "localhost");
    sink.fail(SinkFault::Redirect(elsewhere), 1);
    home.find().await;
    assert_eq!(other.received(), []);
    assert_eq!(home.push_fails().await, Some(Untold::Refused));

    sink.fail(SinkFault::Redirect(format!("{}/moved", sink.base_url())), 1);
    home.wait(minutes(16)).await;
    let paths: Vec<_> = sink.received().into_iter().map(|one| one.path).collect();
    assert_eq!(paths, ["/hook?of=me", "/hook?of=me", "/moved"]);
    assert_eq!(home.push_fails().await, None);
}

#[tokio::test(start_paused = true)]
async fn quiet_hours_hold_a_push_and_the_quiet_mode_lowers_its_priority() {
    let (mut home, sink) = Home::with_push(PushKind::Ntfy, None).await;
    home.change(|settings| settings.quiet = all_day()).await;
    home.find().await;
    home.wait(minutes(20)).await;
    assert_eq!(sink.received(), []);
    home.change(|settings| {
        settings.quiet = Quiet::default();
        settings.hushed = true;
    })
    .await;
    home.wait(seconds(5)).await;
    assert_eq!(titles(&sink), ["Есть талон · Офтальмолог"]);
    assert_eq!(sink.received()[0].json()["priority"], 2);
}

#[tokio::test(start_paused = true)]
async fn a_webhook_waits_neither_for_the_person_at_the_screen_nor_for_the_morning() {
    let (mut home, sink) = Home::with_push(PushKind::Webhook, None).await;
    home.app.told.stand_on(Rung::Screen);
    home.change(|settings| settings.quiet = all_day()).await;
    home.find().await;
    assert_eq!(titles(&sink), ["Есть талон · Офтальмолог"]);
    assert_eq!(home.delivery("push").await, (DeliveryState::Sent, None));
}

#[tokio::test(start_paused = true)]
async fn a_silence_and_its_end_are_each_one_letter_and_one_push() {
    let (home, mail) = Home::with_mail(Security::Tls).await;
    let sink = Sink::start(0).await.unwrap();
    let hook = PushSettings {
        on: true,
        kind: PushKind::Webhook,
    };
    let address = Some(format!("{}/hook", sink.base_url()).into());
    home.app.engine.set_push(hook, address, None).await.unwrap();
    home.app
        .city
        .fail(Scope::All, Fault::Status(502), Extent::UntilCleared);
    // The letter is not taken at first.
    mail.fail(MailFault::TryLater, 1);
    home.wait(minutes(20)).await;
    let app = home.app.restart().await;
    app.run_for(minutes(60)).await;
    assert_eq!(subjects(&mail), ["Не можем проверить талоны"]);
    let text = mail.letters()[0].text().unwrap();
    assert!(text.contains("Ожиданий без проверки: 1"), "{text}");
    let news = || {
        let received = sink.received();
        let kind = |body: Value| {
            assert_eq!(body["event"], "news");
            body["kind"].as_str().unwrap_or_default().to_owned()
        };
        received
            .iter()
            .map(|one| kind(one.json()))
            .collect::<Vec<_>>()
    };
    assert_eq!(news(), ["silence"]);

    app.city.clear_faults();
    app.run_for(minutes(60)).await;
    assert_eq!(mail.letters().len(), 2);
    assert_eq!(news(), ["silence", "recovered"]);
}

#[tokio::test(start_paused = true)]
async fn an_address_that_anybody_could_read_or_that_has_no_topic_is_not_taken() {
    let (home, _sink) = Home::with_push(PushKind::Webhook, None).await;
    let ntfy = || PushSettings {
        on: true,
        kind: PushKind::Ntfy,
    };
    let address = Some("http://ntfy.example.org/topic".into());
    for address in [address, None] {
        let refused = home.app.engine.set_push(ntfy(), address, None).await;
        assert_eq!(refused.unwrap_err().problems(), [Problem::BadAddress]);
    }
}

fn titles(sink: &Sink) -> Vec<String> {
    let received = sink.received();
    let title = |body: Value| body["title"].as_str().unwrap_or_default().to_owned();
    received.iter().map(|one| title(one.json())).collect()
}
