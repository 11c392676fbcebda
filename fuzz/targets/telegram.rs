//! Answers to `getUpdates`: what the bot would make of them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use talonchik_fuzz::now;

fuzz_target!(|bytes: &[u8]| {
    let mut answer = br#"{"ok":true,"result":["#.to_vec();
    answer.extend_from_slice(bytes);
    answer.extend_from_slice(b"]}");
    for body in [bytes, &answer] {
        let Some(heard) = engine::doors::updates(body, now()) else {
            continue;
        };
        let most = body.iter().filter(|byte| **byte == b'{').count();
        assert!(heard.len() <= most, "an update that was not there");
        for one in heard {
            assert!(!one.title.contains(char::is_control), "{:?}", one.title);
            assert!(one.title.chars().count() <= 64);
        }
    }
});
