//! What several targets ask of what they find.

use std::{cell::RefCell, sync::Arc};

use chrono::{DateTime, Utc};
use engine::{
    Config, Engine,
    clock::Clock,
    gorzdrav::{Answer, ApiError},
    secrets::Secrets,
};
use serde::{Serialize, de::DeserializeOwned};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The longest text of the source that is kept.
const LONGEST: usize = 20_000;
/// An engine that has been asked so often is replaced: what it has kept would slow it down.
const WORN: u32 = 100;

/// Now, for everybody: nothing depends on the day of a run.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).expect("a moment of 2026")
}

/// One line that may be shown anywhere: no control and no direction character, no white space
/// around it.
pub fn is_line(text: &str) -> bool {
    let strange = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
    };
    !text.is_empty()
        && text.trim() == text
        && text.chars().count() <= 2 * LONGEST
        && !text.contains(strange)
}

/// Lines.
pub fn is_paragraph(text: &str) -> bool {
    !text.is_empty() && text.split('\n').all(is_line)
}

/// An id that can be asked for and kept.
pub fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 200 && !id.contains(char::is_control)
}

/// Reads the bytes as an answer and as the rows of a good one; whatever comes of it is shown to `check`.
pub fn read_list<T>(
    bytes: &[u8],
    read: impl Fn(&[u8]) -> Result<Answer<T>, ApiError>,
    check: impl Fn(&T),
) where
    T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let mut good = br#"{"success":true,"errorCode":0,"result":["#.to_vec();
    good.extend_from_slice(bytes);
    good.extend_from_slice(b"]}");
    for body in [bytes, &good] {
        match read(body) {
            Ok(answer) => {
                let most = body.iter().filter(|byte| **byte == b'{').count();
                assert!(answer.rows.len() <= most, "rows that were not there");
                assert!(answer.rows.is_empty() || answer.code == 0);
                for row in &answer.rows {
                    check(row);
                    keeps(row);
                }
                let mut marked = "\u{feff}".as_bytes().to_vec();
                marked.extend_from_slice(body);
                let again = read(&marked).map(|answer| answer.rows);
                assert!(
                    body.starts_with("\u{feff}".as_bytes())
                        || again.is_ok_and(|rows| rows == answer.rows)
                );
            }
            Err(ApiError::Refused { message, .. } | ApiError::ClinicDown { message, .. }) => {
                assert!(message.is_empty() || is_line(&message));
            }
            Err(ApiError::SiteDown { .. }) => (),
            Err(other) => panic!("no answer says {other:?}"),
        }
    }
}

/// What is written into the database comes back as it was.
pub fn keeps<T: Serialize + DeserializeOwned>(value: &T) {
    let text = serde_json::to_string(value).expect("it can be written");
    let back: T = serde_json::from_str(&text).expect("what was written can be read");
    let again = serde_json::to_string(&back).expect("it can be written again");
    assert_eq!(text, again);
}

struct Bench {
    engine: Arc<Engine>,
    runtime: Runtime,
    asked: u32,
    _folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .expect("a runtime");
        // No disk is waited for where there is a folder in memory.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        let folder = folder.expect("a temporary folder");
        let engine = runtime.block_on(async {
            let config = Config {
                // Nobody listens there.
                api_base: "http://127.0.0.1:9/".parse().expect("an address"),
                background: false,
                clock: Clock::test(now()),
                secrets: Some(Secrets::in_memory()),
                seed: 7,
                ..Config::new(folder.path().join("data"))
            };
            Engine::start(config, Vec::new()).await
        });
        Self {
            engine: engine.expect("the engine starts"),
            runtime,
            asked: 0,
            _folder: folder,
        }
    }
}

/// Asks a real engine without background work, in paused time; what it keeps stays for the next.
pub fn with_engine<T>(ask: impl AsyncFnOnce(&Engine) -> T) -> T {
    thread_local! {
        static BENCH: RefCell<Option<Bench>> = const { RefCell::new(None) };
    }
    BENCH.with_borrow_mut(|bench| {
        if bench.as_ref().is_some_and(|bench| bench.asked >= WORN) {
            *bench = None;
        }
        let bench = bench.get_or_insert_with(Bench::new);
        bench.asked += 1;
        bench.runtime.block_on(ask(&bench.engine))
    })
}
