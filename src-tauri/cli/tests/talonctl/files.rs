//! export and import.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::Town;

#[tokio::test(flavor = "multi_thread")]
async fn watches_travel_to_another_computer() {
    let mut town = Town::new().await;
    let place = town.place();
    town.watch(&place).await;
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("ожидания.json");
    let file = file.to_str().unwrap();
    assert_eq!(town.ask_json(&["export", file]).await["watches"], 1);
    assert!(
        town.ask(&["export", file])
            .await
            .text()
            .contains("1 ожидание")
    );
    let piped = town.ask(&["export", "-"]).await;
    let document: Value = serde_json::from_str(piped.text()).unwrap();
    assert_eq!(
        document["watches"][0]["places"][0]["clinicId"],
        place.clinic.as_str()
    );

    town.home = TempDir::new().unwrap();
    let imported = town.ask_json(&["import", file]).await;
    assert_eq!(imported, json!({"watches": 1, "skipped": 0}));
    let again = town.tell(&["import", "-", "--json"], piped.text()).await;
    assert_eq!(again.json(), json!({"watches": 0, "skipped": 1}));
    assert_eq!(
        town.ask_json(&["watch", "list"])
            .await
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_66_what_is_no_export_is_refused() {
    let town = Town::new().await;
    for text in ["", "{}", "[1]", "не JSON"] {
        let answer = town.tell(&["import", "-"], text).await;
        assert_eq!(answer.sentence(1), "Это не файл с ожиданиями Талончик.");
    }
    #[cfg(unix)]
    {
        let endless = town.ask(&["import", "/dev/zero"]).await;
        assert_eq!(endless.sentence(1), "Это не файл с ожиданиями Талончик.");
    }
    let missing = town.ask(&["import", "/no/such/file"]).await;
    assert!(missing.sentence(1).contains("/no/such/file"));
    let folder = town.ask(&["export", "/no/such/file"]).await;
    assert!(folder.sentence(1).contains("/no/such/file"));
}
