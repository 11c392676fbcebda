//! Wrong usage: exit code 2, one sentence, nothing done.

use crate::harness::{ended, talonctl};

#[tokio::test]
async fn what_is_wrong_with_the_command_line_is_said_in_one_sentence() {
    let cases: &[(&[&str], &str)] = &[
        (&["specialties"], "Не указано: --clinic <ID>."),
        (&["frobnicate"], "Команды «frobnicate» нет."),
        (&["districts", "--bad"], "Параметра «--bad» нет."),
        (&["watch", "show", "one"], "нужно число"),
        (
            &["watch", "add"],
            "Не указано: --clinic <ID>, --specialty <ID>.",
        ),
        (
            &["watch", "add", "--clinic", "1"],
            "Не указано: --specialty <ID>.",
        ),
        (
            &["watch", "add", "--link", "x", "--clinic", "1"],
            "Вместе не бывают",
        ),
        (
            &[
                "watch",
                "add",
                "--clinic",
                "1",
                "--specialty",
                "2",
                "--days",
                "moon",
            ],
            "нужны дни недели",
        ),
        (
            &[
                "watch",
                "add",
                "--clinic",
                "1",
                "--specialty",
                "2",
                "--from",
                "25:00",
            ],
            "нужно время",
        ),
        (&["run", "--for", "10"], "нужна длительность"),
        (&["history"], "Не указано: --watch <ID>."),
        (&["status", "--lang", "de"], "подойдёт одно из: ru, en"),
        (&["status", "--api-base", "ftp://x"], "нужен адрес"),
        (&["status", "--budget", "0"], "нужно число"),
        (
            &["status", "--budget", "721"],
            "не больше 720 запросов в час",
        ),
        (
            &[
                "status",
                "--budget",
                "721",
                "--api-base",
                "https://gorzdrav.spb.ru/_api/api/v2",
            ],
            "не больше 720 запросов в час",
        ),
        (&["simulate", "--fault", "none"], "code-602"),
        (&["simulate", "--world", "S9"], "S4"),
        (&["simulate", "--speed", "0"], "больше нуля"),
    ];
    for (line, expected) in cases {
        let answer = ended(talonctl(line)).await;
        let sentence = answer.sentence(2);
        assert!(sentence.contains(expected), "{line:?}: {sentence}");
    }
}

#[tokio::test]
async fn help_is_no_failure_and_no_command_is_wrong_usage() {
    for line in [&["--help"][..], &["watch", "add", "-h"], &["help", "run"]] {
        let answer = ended(talonctl(line)).await;
        assert!(answer.text().contains("Использование: talonctl"));
    }
    let nothing = ended(talonctl(&[])).await;
    assert_eq!(nothing.code, 2);
    assert!(nothing.err.contains("districts"), "{nothing:?}");
}

#[tokio::test]
async fn the_language_is_the_systems_unless_asked_for() {
    let mut english = talonctl(&["specialties"]);
    english.env("LANG", "en_GB.UTF-8");
    assert!(ended(english).await.sentence(2).starts_with("Missing"));
    let asked = ended(talonctl(&["--lang", "en", "specialties"])).await;
    assert!(asked.sentence(2).starts_with("Missing"));
    let mut none = talonctl(&["specialties"]);
    none.env_remove("LANG");
    assert!(ended(none).await.sentence(2).starts_with("Не указано"));
}
