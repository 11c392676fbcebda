//! A database of every release, and of the schemas before the first one, as a person left it: the
//! newest program finds all of it.
//!
//! A release adds its own: `TALONCHIK_GOLDEN=1 cargo test -p engine golden`.

use serde_json::{Value, json};

use super::*;
use crate::{
    model::{Answer, News},
    trust::{Level, Row},
};

fn golden() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")
}

/// Everything that a person or the program would miss.
async fn contents(store: &Store) -> Value {
    let now = begin() + TimeDelta::hours(2);
    let watches = store.watches().await.unwrap();
    let awake = Awake::of(watches.iter().map(|watch| watch.id));
    let mut waiting = Vec::new();
    for channel in ["desktop", "telegram/1"] {
        let next = store.next_due_at(channel.to_owned(), awake.clone()).await;
        waiting.push((channel, next.unwrap()));
    }
    let settings: Option<Settings> = store.setting(SettingName::Settings).await.unwrap();
    let installation: Option<String> = store.setting(SettingName::Installation).await.unwrap();
    let news = store.due_news("desktop".to_owned(), now).await.unwrap();
    let lives = store.arrivals(DateTime::UNIX_EPOCH).await.unwrap();
    let signals = store.signals().await.unwrap();
    json!({
        "watches": watches,
        "settings": settings,
        "installation": installation,
        "inbox": store.alerts(100).await.unwrap(),
        "waiting": waiting,
        "news": news.map(|due| due.news),
        "looks": store.looks(vec!["27".into()], 100).await.unwrap(),
        "openings": store.openings(vec!["27".into()], 100).await.unwrap(),
        "arrivals": lives.iter().map(|it| (it.since, it.at, it.slots)).collect::<Vec<_>>(),
        "watched": store.watched().await.unwrap().iter().map(|(clinic, day, quarters)| {
            (clinic.clone(), *day, quarters.to_string())
        }).collect::<Vec<_>>(),
        "signals": signals.iter().map(|it| (it.clinic.clone(), it.announced, it.missed)).collect::<Vec<_>>(),
        "listed": store.listed().await.unwrap(),
        "asked": store.asked().await.unwrap(),
    })
}

/// A database with something of everything in it.
async fn make(path: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let watches = lived_in(folder.path()).await;
    let store = open(folder.path(), begin()).unwrap();
    let key = Key::Specialty {
        clinic_id: "27".into(),
        specialty_id: "78".into(),
    };
    let listed = vec!["a".into(), "b".into()];
    let newcomer = crate::store::Newcomer {
        watch: watches[1].id,
        since: begin(),
        named: false,
    };
    let noted = store.note_listed(vec![newcomer], key, listed);
    noted.await.unwrap();
    let alert = alerts(&store).await.remove(0);
    store
        .answer(alert.id, Answer::Later, vec!["desktop".to_owned()], begin())
        .await
        .unwrap();
    let later = look(&watches[1], "c", begin() + TimeDelta::minutes(5), &[6, 7]);
    store.commit(later).await.unwrap();
    let name = "installation-of-nobody".to_owned();
    store
        .save_setting(SettingName::Installation, Some(&name))
        .await
        .unwrap();
    let (changed, activity) = (watches[0].id, watches[0].activity);
    store
        .set_activity(changed, activity, begin())
        .await
        .unwrap();
    let news = News::Morning { times: 2, left: 1 };
    let channels = vec!["desktop".to_owned()];
    let until = begin() + TimeDelta::days(1);
    store
        .raise_news(news, channels, begin(), until)
        .await
        .unwrap();
    store
        .save_watched(vec![("27".into(), 20_780, 0b1011)])
        .await
        .unwrap();
    let signal = Row {
        clinic: "27".into(),
        level: Level::Clinic,
        announced: 12.5,
        missed: 1.25,
    };
    store.save_signals(vec![signal]).await.unwrap();
    let said = contents(&store).await;
    drop(store);
    let file = Connection::open(folder.path().join(FILE_NAME)).unwrap();
    // Small pages: there is little on each.
    file.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA page_size = 1024; VACUUM")
        .unwrap();
    drop(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::copy(folder.path().join(FILE_NAME), path).unwrap();
    let said = serde_json::to_string_pretty(&said).unwrap();
    std::fs::write(path.with_extension("json"), said + "\n").unwrap();
}

/// Is all that was said still said? A newer program may say more.
fn lost(before: &Value, now: &Value, at: &str) -> Vec<String> {
    match (before, now) {
        (Value::Object(before), Value::Object(now)) => before
            .iter()
            .flat_map(|(name, value)| {
                lost(
                    value,
                    now.get(name).unwrap_or(&Value::Null),
                    &format!("{at}.{name}"),
                )
            })
            .collect(),
        (Value::Array(before), Value::Array(now)) if before.len() == now.len() => before
            .iter()
            .zip(now)
            .enumerate()
            .flat_map(|(index, (before, now))| lost(before, now, &format!("{at}[{index}]")))
            .collect(),
        _ if before == now => Vec::new(),
        _ => vec![format!("{at}: {before} became {now}")],
    }
}

#[tokio::test]
async fn fault_41_the_newest_program_finds_everything_in_the_database_of_each_release() {
    let newest = golden().join(concat!("v", env!("CARGO_PKG_VERSION"), ".db"));
    if std::env::var_os("TALONCHIK_GOLDEN").is_some() {
        make(&newest).await;
    }
    assert!(newest.is_file(), "this release has no golden database");
    let mut versions = Vec::new();
    for entry in std::fs::read_dir(golden()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "db") {
            continue;
        }
        let file = Connection::open(&path).unwrap();
        let version = file.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0));
        versions.push(version.unwrap());
        drop(file);
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(&path, folder.path().join(FILE_NAME)).unwrap();
        let store = open(folder.path(), begin()).unwrap();
        let mended: Option<Mended> = store.setting(SettingName::Mended).await.unwrap();
        assert_eq!(mended, None, "{}", path.display());
        let said = std::fs::read_to_string(path.with_extension("json")).unwrap();
        let said: Value = serde_json::from_str(&said).unwrap();
        let lost = lost(&said, &contents(&store).await, "");
        assert_eq!(lost, Vec::<String>::new(), "{}", path.display());
    }
    let newest = versions.iter().max();
    assert_eq!(
        newest,
        Some(&KNOWN_VERSION),
        "the newest schema has no golden database"
    );
}
