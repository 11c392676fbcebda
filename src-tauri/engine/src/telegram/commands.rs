//! What a message asks for. Pure.

use crate::model::WatchId;

/// The commands of the bot's menu, in its order, each with the id of its description.
pub(super) const MENU: [&str; 10] = [
    "status", "list", "check", "on", "off", "pause", "resume", "quiet", "help", "stop",
];

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    /// «Что сейчас».
    Status,
    /// «Чего ждём».
    List,
    /// Look now.
    Check,
    /// Switch watches on.
    On(Which),
    /// Switch watches off.
    Off(Which),
    /// Pause all the chat hears of.
    Pause,
    /// End the pause.
    Resume,
    /// «Тихий режим», on or off if that was said.
    Quiet(Option<bool>),
    /// What can be asked for.
    Help,
    /// Unlink.
    Stop,
    /// The first word to a bot, with what the link carried.
    Start(Option<String>),
    /// No command of ours.
    Unknown,
}

/// Which watches are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// It was not said.
    Unsaid,
    /// All of them.
    All,
    /// The one with this number.
    One(WatchId),
    /// It was said, and cannot be understood.
    Unclear,
}

/// A message, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    /// A command.
    Command {
        /// What it asks for.
        command: Command,
        /// The bot was called by its name.
        addressed: bool,
    },
    /// A command to another bot of the group.
    Elsewhere,
    /// No command at all.
    Text,
}

/// What a message asks this bot for.
pub(super) fn read(text: &str, bot: &str) -> Asked {
    let mut words = text.split_whitespace();
    let Some(first) = words.next().and_then(|word| word.strip_prefix('/')) else {
        return Asked::Text;
    };
    let (name, addressee) = match first.split_once('@') {
        Some((name, addressee)) => (name, Some(addressee)),
        None => (first, None),
    };
    if addressee.is_some_and(|addressee| !addressee.eq_ignore_ascii_case(bot)) {
        return Asked::Elsewhere;
    }
    let argument = words.next();
    let command = match name.to_lowercase().as_str() {
        "status" => Command::Status,
        "list" => Command::List,
        "check" => Command::Check,
        "on" => Command::On(which(argument)),
        "off" => Command::Off(which(argument)),
        "pause" => Command::Pause,
        "resume" => Command::Resume,
        "quiet" => Command::Quiet(argument.and_then(on_or_off)),
        "help" => Command::Help,
        "stop" => Command::Stop,
        "start" => Command::Start(argument.map(str::to_owned)),
        _ => Command::Unknown,
    };
    Asked::Command {
        command,
        addressed: addressee.is_some(),
    }
}

fn on_or_off(word: &str) -> Option<bool> {
    match word.to_lowercase().as_str() {
        "on" | "вкл" => Some(true),
        "off" | "выкл" => Some(false),
        _ => None,
    }
}

fn which(argument: Option<&str>) -> Which {
    let Some(word) = argument else {
        return Which::Unsaid;
    };
    if ["все", "всё", "all"].contains(&word.to_lowercase().as_str()) {
        return Which::All;
    }
    let number = word.trim_start_matches(['№', '#']).parse();
    number.map_or(Which::Unclear, |number| Which::One(WatchId(number)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(text: &str) -> Option<Command> {
        match read(text, "our_bot") {
            Asked::Command { command, .. } => Some(command),
            Asked::Elsewhere | Asked::Text => None,
        }
    }

    #[test]
    fn every_command_of_the_menu_is_understood() {
        for name in MENU {
            let understood = command(&format!("/{name}"));
            assert_ne!(understood, Some(Command::Unknown), "{name}");
            assert_eq!(
                command(&format!(" /{}@Our_Bot ", name.to_uppercase())),
                understood
            );
        }
        assert_eq!(command("/start"), Some(Command::Start(None)));
        assert_eq!(
            command("/start a_b-c"),
            Some(Command::Start(Some("a_b-c".to_owned())))
        );
        assert_eq!(command("/book"), Some(Command::Unknown));
        assert_eq!(command("status"), None);
        assert_eq!(command(""), None);
    }

    #[test]
    fn watches_are_named_by_number_or_all_at_once() {
        assert_eq!(command("/off"), Some(Command::Off(Which::Unsaid)));
        assert_eq!(
            command("/off 2"),
            Some(Command::Off(Which::One(WatchId(2))))
        );
        assert_eq!(
            command("/on №12"),
            Some(Command::On(Which::One(WatchId(12))))
        );
        assert_eq!(command("/on Все"), Some(Command::On(Which::All)));
        assert_eq!(command("/on all"), Some(Command::On(Which::All)));
        for unclear in ["/off окулист", "/off -1", "/off 99999999999"] {
            assert_eq!(
                command(unclear),
                Some(Command::Off(Which::Unclear)),
                "{unclear}"
            );
        }
    }

    #[test]
    fn the_quiet_mode_is_switched_by_word_and_never_without_one() {
        for (text, on) in [
            ("/quiet", None),
            ("/quiet может быть", None),
            ("/quiet on", Some(true)),
            ("/quiet Вкл", Some(true)),
            ("/quiet OFF", Some(false)),
            ("/quiet выкл", Some(false)),
        ] {
            assert_eq!(command(text), Some(Command::Quiet(on)), "{text}");
        }
    }

    #[test]
    fn in_a_group_another_bots_commands_are_left_to_it() {
        assert_eq!(read("/status@other_bot", "our_bot"), Asked::Elsewhere);
        let asked = read("/status@our_bot", "our_bot");
        assert!(matches!(
            asked,
            Asked::Command {
                addressed: true,
                ..
            }
        ));
        let asked = read("/status", "our_bot");
        assert!(matches!(
            asked,
            Asked::Command {
                addressed: false,
                ..
            }
        ));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,60}", tail in "[/@ a-zа-я0-9№]{0,40}") {
            let _ = read(&text, "our_bot");
            let _ = read(&format!("/{tail}"), "our_bot");
        }
    }
}
