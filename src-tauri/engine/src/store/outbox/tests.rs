//! What is due to a channel, and what becomes of it.

use super::*;
use crate::{
    model::{
        Activity, Answer, DeliveryState, DoctorChoice, Key, Look, Outcome, Place, Slot, Watch,
        WatchDraft,
    },
    store::{Coverage, DoctorLook, Site, Step},
};

/// A watch on one doctor, its database, and a clock moved by hand.
struct Story {
    store: Store,
    now: DateTime<Utc>,
    watch: WatchId,
    steps: Vec<Step>,
    _folder: tempfile::TempDir,
}

impl Story {
    async fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let place = Place {
            clinic_id: "1".into(),
            clinic_name: String::new(),
            specialty_id: "2".into(),
            specialty_name: String::new(),
            fer_id: None,
            doctors: DoctorChoice::Any,
        };
        let draft = WatchDraft {
            places: vec![place],
            ..WatchDraft::default()
        };
        let added = store.add_watches(vec![(draft, Activity::On)], now).await;
        let watch = added.unwrap()[0].id;
        Self {
            store,
            now,
            watch,
            steps: vec![Step {
                channel: "test".to_owned(),
                kind: MessageKind::Appeared,
                after: TimeDelta::zero(),
                at_once: false,
            }],
            _folder: folder,
        }
    }

    /// Whoever does not answer is told a second time, two minutes after the first.
    fn tell_again(&mut self) {
        self.steps.push(Step {
            kind: MessageKind::Again,
            after: TimeDelta::minutes(2),
            ..self.steps[0].clone()
        });
    }

    fn wait(&mut self, secs: i64) {
        self.now += TimeDelta::seconds(secs);
    }

    /// A good look sees slots on these days from now.
    async fn see(&self, days: &[i64]) {
        self.see_of(self.watch, "3", days).await;
    }

    /// The same, of a doctor another watch waits for.
    async fn see_of(&self, watch: WatchId, doctor: &str, days: &[i64]) {
        self.look(watch, doctor, days, false).await;
    }

    /// The same, perhaps while the watch is paused.
    async fn look(&self, watch: WatchId, doctor: &str, days: &[i64], paused: bool) {
        let slot = |day: &i64| Slot {
            start: DateTime::UNIX_EPOCH + TimeDelta::days(20_000 + day),
            end: None,
            room: None,
            address: None,
        };
        let coverage = Coverage {
            watch: Arc::new(Watch {
                id: watch,
                created_at: self.now,
                draft: WatchDraft::default(),
                activity: Activity::On,
            }),
            site: Arc::new(Site {
                clinic_id: "1".into(),
                clinic: String::new(),
                address: None,
                specialty: String::new(),
                link: String::new(),
            }),
            listed: true,
            paused,
            steps: self.steps.clone().into(),
        };
        let look = DoctorLook {
            look: Look {
                key: Key::Doctor {
                    clinic_id: "1".into(),
                    doctor_id: doctor.into(),
                },
                at: self.now,
                outcome: Outcome::Fresh,
                code: None,
                appeared: 0,
                vanished: 0,
                elapsed_ms: 0,
            },
            doctor: String::new(),
            slots: days.iter().map(slot).collect(),
            coverage: Arc::new(move || Arc::new([coverage.clone()])),
            before: None,
        };
        self.store.commit(look).await.unwrap();
    }

    /// What the channel has to be told now, if anything.
    async fn due(&self) -> Option<Due> {
        self.due_to(Company::None).await
    }

    /// The same, told in this company.
    async fn due_to(&self, company: Company) -> Option<Due> {
        self.lease(company, &[self.watch]).await
    }

    /// The same for a channel that groups and two watches.
    async fn due_of(&self, watches: [WatchId; 2]) -> Vec<Due> {
        let leased = self.lease(Company::Told, &watches).await;
        leased.map_or_else(Vec::new, Due::apart)
    }

    /// What the channel has to be told now in this company of these watches.
    async fn lease(&self, company: Company, watches: &[WatchId]) -> Option<Due> {
        let until = self.now + TimeDelta::seconds(60);
        let channel = "test".to_owned();
        let awake = Awake::of(watches.iter().copied());
        let leased = self
            .store
            .lease(channel, company, awake, self.now, until)
            .await;
        leased.unwrap()
    }

    /// When the channel has something to be told of these watches.
    async fn next_due_at(&self, watches: &[WatchId]) -> Option<DateTime<Utc>> {
        let awake = Awake::of(watches.iter().copied());
        let next = self.store.next_due_at("test".to_owned(), awake).await;
        next.unwrap()
    }

    /// What the channel has to put right now.
    async fn stale(&self) -> Option<Stale> {
        let stale = self.store.stale("test".to_owned(), self.now).await;
        stale.unwrap()
    }

    /// How many messages of such channels were tried and wait.
    async fn undelivered(&self, prefix: &'static str) -> u32 {
        self.store.undelivered(prefix).await.unwrap()
    }

    /// Slots that were there are gone for certain.
    async fn lose_all(&mut self) {
        for _ in 0..crate::diff::CONFIRMING_LOOKS {
            self.wait(60);
            self.see(&[]).await;
        }
    }

    /// Does this to the file.
    async fn batch(&self, sql: &'static str) {
        let done = self
            .store
            .with(|connection| Ok(connection.execute_batch(sql)?));
        done.await.unwrap();
    }

    async fn answer(&self, id: AlertId, answer: Answer) {
        let open = vec!["test".to_owned()];
        let answered = self.store.answer(id, answer, open, self.now);
        answered.await.unwrap();
    }

    async fn settle(&self, due: &Due, told: Told) {
        self.store.settle(due, told, self.now).await.unwrap();
    }
}

fn sent() -> Told {
    Told::Sent(Taken::default())
}

/// A message that can be edited.
fn sent_as(name: &str) -> Told {
    Told::Sent(Taken {
        receipt: Some(name.to_owned()),
        unseen: false,
    })
}

fn later(story: &Story, why: Untold) -> Told {
    Told::Later {
        next_at: story.now + TimeDelta::seconds(2),
        why,
    }
}

#[tokio::test]
async fn what_is_held_over_the_quiet_hours_is_no_failure_and_is_due_once_they_change() {
    let mut story = Story::begin().await;
    story.see(&[]).await;
    story.wait(60);
    story.see(&[1]).await;
    let due = story.due().await.unwrap();
    let held = Told::Later {
        next_at: story.now + TimeDelta::hours(8),
        why: Untold::Quiet,
    };
    story.settle(&due, held).await;
    story.wait(60);
    assert_eq!(story.due().await, None);
    story.store.release_held(story.now).await.unwrap();
    let due = story.due().await.unwrap();
    assert_eq!((due.attempts, due.repeat), (0, false));
    // What failed keeps its own wait.
    story.settle(&due, later(&story, Untold::Refused)).await;
    story.store.release_held(story.now).await.unwrap();
    assert_eq!(story.due().await, None);
}

#[tokio::test]
async fn later_said_while_another_channel_is_being_told_tells_that_one_again_too() {
    let mut story = Story::begin().await;
    story.see(&[2]).await;
    let due = story.due().await.unwrap();
    story.answer(due.alert.id, Answer::Later).await;
    story.settle(&due, sent()).await;
    story.wait(16 * 60);
    let again = story.due().await.unwrap();
    assert_eq!(again.fresh.len(), 1);
}

#[tokio::test]
async fn later_reminds_of_nothing_where_nothing_could_be_told() {
    let story = Story::begin().await;
    story.see(&[2]).await;
    let twice = "INSERT INTO outbox (alert_id, channel, kind, state, attempts, next_at, at, step)
         SELECT alert_id, channel, 'again', 'due', 0, next_at, at, 120000 FROM outbox";
    let twice = story
        .store
        .with(|connection| Ok(connection.execute(twice, ())?));
    assert_eq!(twice.await.unwrap(), 1);
    let due = story.due().await.unwrap();
    let why = Untold::Refused;
    story.settle(&due, Told::Never { why }).await;
    story.answer(due.alert.id, Answer::Later).await;
    let waiting = story.store.with(|connection| {
        let waiting = "SELECT count(*) FROM outbox WHERE state = 'due'";
        Ok(connection.query_row(waiting, (), |row| row.get::<_, i64>(0))?)
    });
    assert_eq!(waiting.await.unwrap(), 0);
}

#[tokio::test]
async fn a_message_whose_alert_is_gone_holds_up_no_other() {
    let mut story = Story::begin().await;
    story.see(&[2]).await;
    story
        .batch(
            "PRAGMA foreign_keys = OFF; DELETE FROM alert_slot; DELETE FROM alert;
             PRAGMA foreign_keys = ON",
        )
        .await;
    story.wait(120);
    story.see(&[2, 3]).await;
    let due = story.due().await.unwrap();
    assert_eq!(due.fresh.len(), 1);
}

#[tokio::test]
async fn what_is_to_be_put_right_is_found_without_reading_all_that_was_told() {
    let story = Story::begin().await;
    let plan = story.store.with(|connection| {
        let plan = connection.query_row(
            &format!("EXPLAIN QUERY PLAN SELECT next_at FROM outbox WHERE {STALE}"),
            named_params! {":channel": "test"},
            |row| row.get::<_, String>("detail"),
        );
        Ok(plan?)
    });
    let plan = plan.await.unwrap();
    assert!(plan.contains("outbox_stale (channel=?)"), "{plan}");
}

#[tokio::test]
async fn a_message_put_off_says_so_at_once_and_is_put_right_again_after_the_next_one() {
    for fails in [false, true] {
        let mut story = Story::begin().await;
        story.see(&[2]).await;
        let due = story.due().await.unwrap();
        story.settle(&due, sent_as("1")).await;
        assert_eq!(story.stale().await, None);
        story.answer(due.alert.id, Answer::Later).await;
        let first = story.stale().await.unwrap();
        assert_eq!(first.receipt, "1");
        assert!(matches!(first.alert.state, AlertState::Snoozed { .. }));
        let retry = fails.then(|| story.now + TimeDelta::seconds(1));
        story.store.settle_stale(&first, retry).await.unwrap();
        story.wait(60);
        assert_eq!(story.stale().await, None, "once");
        assert_eq!(story.due().await, None, "the time of the reminder stays");
        story.wait(15 * 60);
        let again = story.due().await.unwrap();
        story.settle(&again, sent_as("2")).await;
        let second = story.stale().await.map(|stale| stale.receipt);
        assert_eq!(second, fails.then(|| "2".to_owned()));
    }
}

#[tokio::test]
async fn what_was_missed_during_a_pause_is_told_though_it_is_older_than_what_was_told() {
    let mut story = Story::begin().await;
    story.see(&[]).await;
    story.look(story.watch, "4", &[], false).await;
    story.wait(60);
    story.look(story.watch, "4", &[2], true).await;
    story.wait(60);
    story.see(&[3]).await;
    let due = story.due().await.unwrap();
    story.settle(&due, sent()).await;
    // The watch goes on; the first doctor is looked at second.
    story.wait(20);
    story.look(story.watch, "4", &[2], false).await;
    let joined = story.due().await.expect("what was missed is told");
    assert_eq!(joined.alert.id, due.alert.id);
    let [fresh] = &joined.fresh[..] else {
        panic!("what was told is not told again: {:?}", joined.fresh);
    };
    assert_eq!(fresh.doctor_id.as_str(), "4");
}

#[tokio::test]
async fn a_slot_that_was_missing_when_its_alert_was_told_is_told_when_it_is_back() {
    for back_during_the_telling in [false, true] {
        let mut story = Story::begin().await;
        story.see(&[]).await;
        story.wait(60);
        story.see(&[2, 3]).await;
        story.wait(2);
        story.see(&[3]).await;
        let due = story.due().await.unwrap();
        assert_eq!(due.fresh.len(), 2);
        story.wait(2);
        if back_during_the_telling {
            story.see(&[2, 3]).await;
            story.settle(&due, sent()).await;
        } else {
            story.settle(&due, sent()).await;
            assert_eq!(story.due().await, None, "it is away");
            story.see(&[2, 3]).await;
        }
        story.wait(20);
        let back = story.due().await.expect("it was never told");
        let [fresh] = &back.fresh[..] else {
            panic!("what was told is not told again: {:?}", back.fresh);
        };
        let away = due.fresh.iter().find(|slot| slot.gone_at.is_some());
        assert_eq!(Some(fresh.start), away.map(|slot| slot.start));
        story.settle(&back, sent()).await;
        // Once told, it flaps as it likes.
        for seen in [&[3][..], &[2, 3]] {
            story.wait(60);
            story.see(seen).await;
            assert_eq!(story.due().await, None);
        }
    }
}

#[tokio::test]
async fn doctors_of_one_release_are_two_messages_not_one_each() {
    let mut story = Story::begin().await;
    let doctors = ["3", "4", "5", "6", "7", "8"];
    for doctor in doctors {
        story.look(story.watch, doctor, &[], false).await;
    }
    story.wait(600);
    let mut told = Vec::new();
    // They are looked at three seconds apart; the second comes while the first is being told.
    for second in 0..60 {
        if second % 3 == 0
            && let Some(doctor) = doctors.get(second / 3)
        {
            story.look(story.watch, doctor, &[1], false).await;
        }
        if let Some(due) = story.due().await {
            told.push((second, due.fresh.len()));
            if second == 0 {
                story.wait(1);
                story.look(story.watch, "4", &[1], false).await;
            }
            story.settle(&due, sent()).await;
        }
        story.wait(1);
    }
    assert_eq!(told, [(0, 1), (20, 5)]);
}

#[tokio::test]
async fn a_program_is_told_what_joins_at_once() {
    let mut story = Story::begin().await;
    story.steps[0].at_once = true;
    story.see(&[]).await;
    story.wait(60);
    story.see(&[1]).await;
    let due = story.due_to(Company::Program).await.unwrap();
    story.see(&[1, 2]).await;
    story.settle(&due, sent()).await;
    let joined = story.due_to(Company::Program).await.unwrap();
    assert_eq!(joined.fresh.len(), 1);
    story.settle(&joined, sent()).await;
    story.wait(1);
    story.see(&[1, 2, 3]).await;
    assert!(story.due_to(Company::Program).await.is_some());
}

#[tokio::test]
async fn an_answer_is_to_what_was_told_and_not_to_what_joined_since() {
    for answer in [Answer::Seen, Answer::Acted, Answer::Dismiss] {
        for still_telling in [false, true] {
            let mut story = Story::begin().await;
            story.see(&[]).await;
            story.wait(60);
            story.see(&[1]).await;
            let due = story.due().await.unwrap();
            if !still_telling {
                story.settle(&due, sent()).await;
            }
            story.wait(5);
            story.see(&[1, 2]).await;
            story.answer(due.alert.id, answer).await;
            if still_telling {
                story.settle(&due, sent()).await;
            }
            let joined = story.due().await.expect("the slot that joined is told");
            assert_ne!(joined.alert.id, due.alert.id);
            assert_eq!(joined.fresh.len(), 1);
            assert_eq!(joined.alert.slots, joined.fresh);
            assert_eq!(joined.alert.state, AlertState::Raised);
            story.settle(&joined, sent()).await;
            story.wait(60);
            assert_eq!(story.due().await, None);
            let inbox = story.store.alerts(10).await.unwrap();
            let slots: Vec<_> = inbox.iter().map(|alert| alert.slots.len()).collect();
            assert_eq!(slots, [1, 1]);
            let hidden = story.store.hidden().await.unwrap();
            let hidden = hidden.values().map(Vec::len).sum::<usize>();
            assert_eq!(hidden, usize::from(answer == Answer::Dismiss));
        }
    }
}

#[tokio::test]
async fn whoever_answers_in_the_inbox_before_any_telling_has_read_all_of_it() {
    let mut story = Story::begin().await;
    story.see(&[]).await;
    story.wait(60);
    story.see(&[1]).await;
    story.wait(5);
    story.see(&[1, 2]).await;
    let alert = story.store.alerts(1).await.unwrap()[0].id;
    story.answer(alert, Answer::Seen).await;
    story.wait(60);
    assert_eq!(story.due().await, None);
    assert_eq!(story.store.alerts(10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_slot_that_joins_while_the_rest_is_being_given_up_is_told() {
    let mut story = Story::begin().await;
    story.see(&[2]).await;
    let due = story.due().await.unwrap();
    story.wait(1);
    story.see(&[3]).await;
    story
        .settle(&due, Told::Expired { why: Untold::Gone })
        .await;
    let joined = story.due().await.expect("the slot that joined is told");
    assert_eq!(joined.alert.id, due.alert.id);
}

#[tokio::test]
async fn fault_59_what_may_have_got_through_is_told_again_as_a_repeat_only() {
    let mut story = Story::begin().await;
    story.see(&[2]).await;
    let mut repeats = Vec::new();
    for why in [Untold::Refused, Untold::Silent, Untold::Refused] {
        let due = story.due().await.unwrap();
        repeats.push(due.repeat);
        story.settle(&due, later(&story, why)).await;
        story.wait(3);
    }
    let due = story.due().await.unwrap();
    repeats.push(due.repeat);
    story.settle(&due, sent()).await;
    assert_eq!(repeats, [false, false, true, true]);

    story.wait(20);
    story.see(&[2, 3]).await;
    assert!(
        !story.due().await.unwrap().repeat,
        "new slots are no repeat"
    );
}

#[tokio::test]
async fn fault_59_what_may_have_got_through_and_is_back_after_it_was_gone_is_a_repeat() {
    let mut story = Story::begin().await;
    story.see(&[2]).await;
    let due = story.due().await.unwrap();
    story.settle(&due, later(&story, Untold::Silent)).await;
    story.wait(60);
    story.see(&[]).await;
    let due = story.due().await.unwrap();
    let gone = Told::Expired { why: Untold::Gone };
    story.settle(&due, gone).await;
    story.wait(60);
    story.see(&[2]).await;
    assert!(story.due().await.expect("it was not told for sure").repeat);
}

/// Two watches whose slots come ten seconds apart.
async fn two_of_a_moment() -> (Story, [WatchId; 2]) {
    let mut story = Story::begin().await;
    let other = WatchId(story.watch.0 + 1);
    let both = [story.watch, other];
    story.see(&[]).await;
    story.see_of(other, "4", &[]).await;
    story.wait(60);
    story.see(&[1]).await;
    story.wait(10);
    story.see_of(other, "4", &[2]).await;
    (story, both)
}

#[tokio::test]
async fn watches_of_one_moment_are_leased_together_and_settled_together() {
    let (story, both) = two_of_a_moment().await;
    let group = story.due_of(both).await;
    assert_eq!(group.len(), 2);
    assert_eq!(story.due_of(both).await, [], "nothing is told twice");
    let due = Due::grouped(group).unwrap();
    story.settle(&due, sent()).await;
    for alert in story.store.alerts(9).await.unwrap() {
        assert_eq!(alert.deliveries[0].state, DeliveryState::Sent);
    }
    // A channel that does not group takes them one by one.
    let (story, _) = two_of_a_moment().await;
    assert_eq!(story.due().await.unwrap().group, []);
    // So does one that only knows of them.
    let (story, both) = two_of_a_moment().await;
    let due = story.lease(Company::Known, &both).await.unwrap();
    assert_eq!((due.together.len(), due.group), (1, Vec::new()));
}

#[tokio::test]
async fn a_second_telling_takes_no_other_along() {
    let mut story = Story::begin().await;
    let other = WatchId(story.watch.0 + 1);
    story.tell_again();
    story.see(&[]).await;
    story.see_of(other, "4", &[]).await;
    story.wait(60);
    story.see(&[1]).await;
    let due = story.due().await.unwrap();
    story.settle(&due, sent()).await;
    story.wait(10);
    story.see_of(other, "4", &[2]).await;
    let held = story.lease(Company::Told, &[other]).await.unwrap();
    let quiet = Told::Later {
        next_at: story.now + TimeDelta::seconds(115),
        why: Untold::Quiet,
    };
    story.settle(&held, quiet).await;
    story.wait(110);
    let both = [story.watch, other];
    let again = story.lease(Company::Told, &both).await.unwrap();
    assert_eq!(again.kind, MessageKind::Again);
    assert_eq!((again.together.len(), again.group), (1, Vec::new()));
}

#[tokio::test]
async fn what_else_the_watch_has_found_is_for_a_screen_and_for_a_second_telling() {
    let companies = [
        (Company::None, 0),
        (Company::Program, 0),
        (Company::Told, 0),
        (Company::Known, 1),
    ];
    for (company, others) in companies {
        let mut story = Story::begin().await;
        story.tell_again();
        story.see(&[1]).await;
        let first = story.due().await.unwrap();
        story.settle(&first, sent()).await;
        story.wait(61);
        story.see(&[1, 2]).await;
        let second = story.due_to(company).await.unwrap();
        assert_ne!(second.alert.id, first.alert.id);
        assert_eq!(second.others.len(), others);
        story.settle(&second, sent()).await;
        story.wait(60);
        let again = story.due_to(company).await.unwrap();
        assert_eq!((again.kind, again.others.len()), (MessageKind::Again, 1));
    }
}

#[tokio::test]
async fn whoever_waits_for_the_screen_is_due_once_nobody_saw_it() {
    let mut story = Story::begin().await;
    story.steps[0].after = TimeDelta::minutes(2);
    story.see(&[1]).await;
    let alert = story.store.alerts(1).await.unwrap()[0].id;
    assert_eq!(story.due().await, None);
    assert!(story.store.climb(alert, story.now).await.unwrap());
    assert!(story.due().await.is_some());
    let climbs = story.store.climb(alert, story.now).await.unwrap();
    assert!(!climbs, "nobody waits any more");
}

#[tokio::test]
async fn what_a_resting_watch_has_to_say_waits_until_it_goes_on() {
    let story = Story::begin().await;
    story.see(&[1]).await;
    assert_eq!(story.lease(Company::None, &[]).await, None);
    assert_eq!(story.next_due_at(&[]).await, None);
    assert_eq!(story.next_due_at(&[story.watch]).await, Some(story.now));
    assert!(story.due().await.is_some());
    assert!(Awake::default().contains(TRIAL));
}

#[tokio::test]
async fn a_channel_set_up_anew_is_told_what_it_put_off_and_one_switched_off_nothing() {
    let mut story = Story::begin().await;
    let name = || "test".to_owned();
    story.see(&[1]).await;
    assert_eq!(story.undelivered("te").await, 0);
    let due = story.due().await.unwrap();
    let refused = Told::Later {
        next_at: story.now + TimeDelta::hours(1),
        why: Untold::Refused,
    };
    story.settle(&due, refused).await;
    assert_eq!(story.undelivered("te").await, 1);
    assert_eq!(story.undelivered("other").await, 0);
    assert_eq!(story.due().await, None);
    let anew = story.store.release_channel(name(), story.now).await;
    anew.unwrap();
    let due = story.due().await.unwrap();
    assert_eq!(due.attempts, 0);
    story.settle(&due, later(&story, Untold::Refused)).await;
    let off = story.store.drop_channel(name(), story.now).await;
    off.unwrap();
    story.wait(60);
    assert_eq!(story.due().await, None);
    assert_eq!(story.undelivered("te").await, 0);
}

#[tokio::test]
async fn an_alert_of_a_newer_program_is_given_up_and_a_database_that_fails_gives_up_nothing() {
    let cases = [
        (
            "ALTER TABLE opening RENAME TO lost",
            "ALTER TABLE lost RENAME TO opening",
            true,
        ),
        (
            r#"UPDATE alert SET state = '{"kind": "lent"}'"#,
            r#"UPDATE alert SET state = '{"kind": "gone"}'"#,
            false,
        ),
    ];
    for (breaks, mends, fails) in cases {
        let mut story = Story::begin().await;
        story.see(&[2]).await;
        let due = story.due().await.unwrap();
        story.settle(&due, sent_as("1")).await;
        story.lose_all().await;
        story.batch(breaks).await;
        let awake = Awake::of([story.watch]);
        let until = story.now + TimeDelta::seconds(60);
        let leased = story
            .store
            .lease("test".to_owned(), Company::None, awake, story.now, until);
        assert_eq!(leased.await.ok(), (!fails).then_some(None));
        let stale = story.store.stale("test".to_owned(), story.now);
        assert_eq!(stale.await.ok(), (!fails).then_some(None));
        story.batch(mends).await;
        assert_eq!(story.stale().await.is_some(), fails);
        let gone = story.due().await.map(|due| due.kind);
        assert_eq!(gone, fails.then_some(MessageKind::Gone));
    }
}

#[tokio::test]
async fn what_the_message_of_the_end_says_need_not_be_put_right() {
    let mut story = Story::begin().await;
    story.see(&[2]).await;
    let due = story.due().await.unwrap();
    story.settle(&due, sent_as("1")).await;
    story.lose_all().await;
    assert!(story.stale().await.is_some());
    let gone = story.due().await.unwrap();
    assert_eq!(gone.kind, MessageKind::Gone);
    story.settle(&gone, sent()).await;
    assert_eq!(story.stale().await, None);
}

#[tokio::test]
async fn an_answer_during_the_telling_stands_and_is_put_into_the_message() {
    let story = Story::begin().await;
    story.see(&[2]).await;
    let due = story.due().await.unwrap();
    story.answer(due.alert.id, Answer::Seen).await;
    story.settle(&due, sent_as("1")).await;
    let stale = story.stale().await.unwrap();
    assert_eq!(stale.alert.state, AlertState::Seen);
}

#[tokio::test]
async fn what_was_answered_before_it_could_be_told_is_not_told() {
    let story = Story::begin().await;
    story.see(&[2]).await;
    let due = story.due().await.unwrap();
    story.answer(due.alert.id, Answer::Seen).await;
    let why = Untold::Answered;
    story.settle(&due, Told::Expired { why }).await;
    assert_eq!(story.due().await, None);
}

#[tokio::test]
async fn nothing_new_to_tell_neither_puts_off_nor_prevents_the_second_telling() {
    let mut story = Story::begin().await;
    story.tell_again();
    story.see(&[1]).await;
    let due = story.due().await.unwrap();
    story.settle(&due, sent()).await;
    story.wait(50);
    story.batch("UPDATE outbox SET state = 'due'").await;
    let nothing = story.due().await.unwrap();
    assert_eq!(
        (nothing.kind, &nothing.fresh[..]),
        (MessageKind::Appeared, &[][..])
    );
    let why = Untold::Told;
    story.settle(&nothing, Told::Expired { why }).await;
    assert_eq!(story.due().await, None);
    story.wait(70);
    let again = story.due().await.map(|due| due.kind);
    assert_eq!(again, Some(MessageKind::Again));
}

#[tokio::test]
async fn fault_46_a_group_that_was_cut_short_is_one_repeat() {
    // By a crash, and by a worker that never came back.
    for crash in [true, false] {
        let (mut story, both) = two_of_a_moment().await;
        assert_eq!(story.due_of(both).await.len(), 2);
        story.wait(if crash { 1 } else { 61 });
        if crash {
            story.store.release_leases(story.now).await.unwrap();
        }
        let group = story.due_of(both).await;
        assert_eq!(group.len(), 2);
        assert!(group.iter().all(|due| due.repeat));
    }
}

#[tokio::test]
async fn who_waits_for_another_try_is_not_told_before_its_time() {
    let (mut story, both) = two_of_a_moment().await;
    let mut group = story.due_of(both).await;
    let last = group.pop().unwrap();
    let wait = |secs| Told::Later {
        next_at: story.now + TimeDelta::seconds(secs),
        why: Untold::Busy,
    };
    story.settle(&group[0], wait(2)).await;
    story.settle(&last, wait(10)).await;
    story.wait(3);
    assert_eq!(story.due_of(both).await.len(), 1);
}

#[tokio::test]
async fn fault_30_a_clock_set_back_keeps_no_message_waiting() {
    let mut story = Story::begin().await;
    story.see(&[5]).await;
    story.wait(2 * 86400);
    let due = story.due().await.unwrap();
    story.settle(&due, later(&story, Untold::Refused)).await;
    story.wait(-86400);
    assert!(story.due().await.is_some());
}

#[tokio::test]
async fn a_slot_that_was_away_whenever_the_channel_was_ready_is_told_when_it_is_back() {
    // Away for one look, and away for certain.
    for looks in [1, 2] {
        let mut story = Story::begin().await;
        story.see(&[2]).await;
        for _ in 0..looks {
            story.wait(30);
            story.see(&[]).await;
        }
        if let Some(due) = story.due().await {
            story
                .settle(&due, Told::Expired { why: Untold::Gone })
                .await;
        }
        story.wait(30);
        story.see(&[2]).await;
        let due = story.due().await.expect("nobody was told of it yet");
        assert_eq!((due.fresh.len(), due.alert.state), (1, AlertState::Raised));
        story.settle(&due, sent()).await;

        story.wait(30);
        story.see(&[]).await;
        story.wait(30);
        story.see(&[2]).await;
        assert_eq!(story.due().await, None, "told already");
    }
}
