//! SIGTERM: a service manager or the end of a session.

use std::time::Duration;

use tokio::time::Instant;

use super::database::Database;
use crate::harness::{Town, in_days};

/// From the signal to the end.
const LIMIT: Duration = Duration::from_millis(500);

#[tokio::test(flavor = "multi_thread")]
async fn fault_50_asked_to_stop_in_the_middle_of_a_telling_it_ends_at_once_and_whole() {
    let town = Town::new().await;
    let place = town.place();
    town.watch(&place).await;
    let (mut told, mut took) = (Vec::new(), Vec::new());
    for days in 2..7 {
        let mut running = town.start(&["run", "--json"]);
        running.baseline(&place.doctor).await;
        let start = in_days(days);
        town.city.offer(&place.clinic, &place.doctor, start);
        let is_alert = |event: &serde_json::Value| event["event"] == "alert";
        told.push(running.event(is_alert).await);
        let asked = Instant::now();
        assert!(running.terminate().await.success());
        took.push(asked.elapsed());
        told.extend(running.rest().await.into_iter().filter(is_alert));
        assert_eq!(running.complaints().await, "");
        let database = Database::of_the_dead(town.home.path()).unwrap();
        assert_eq!(
            database
                .alerts()
                .iter()
                .map(|(_, time)| time)
                .max()
                .unwrap()
                .1,
            start
        );
        // The log is in the file: the program has closed it.
        assert!(!town.home.path().join("talonchik.db-wal").exists());
    }
    // Other tests run beside this one: the median.
    took.sort_unstable();
    assert!(took[2] < LIMIT, "{took:?}");
    // What was cut short is told again, and says so.
    let new = told.iter().filter(|event| event["repeat"] != true).count();
    assert_eq!(new, 5, "{told:?}");
}
