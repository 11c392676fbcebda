//! Help and wrong usage in the reader's language.
//!
//! The definition is [`Args`]; its texts are replaced by messages of `cli.ftl`:
//! `cli-help-COMMAND` and `cli-arg-OPTION` (or `cli-arg-COMMAND-OPTION`).

use std::{
    error::Error,
    ffi::OsString,
    io::{self, Write},
    process::ExitCode,
};

use clap::{
    Arg, ArgAction, Command, CommandFactory, FromArgMatches,
    error::{ContextKind, ErrorKind},
};
use engine::text::Words;
use simulator::Fault;

use crate::{args::Args, failure::WRONG_USAGE, output::one_line};

/// Reads the command line. What is asked about it, or wrong with it, is said here.
pub(crate) fn parse(words: Words) -> Result<Args, ExitCode> {
    try_parse(words, std::env::args_os()).map_err(|error| say(&error, words))
}

fn try_parse(words: Words, line: impl IntoIterator<Item = OsString>) -> Result<Args, clap::Error> {
    let matches = command(words).try_get_matches_from(help_last(line.into_iter().collect()))?;
    Args::from_arg_matches(&matches)
}

/// `talonctl help watch add` is `talonctl watch add --help`.
fn help_last(mut line: Vec<OsString>) -> Vec<OsString> {
    if line.get(1).is_some_and(|first| first == "help") {
        line.remove(1);
        line.push("--help".into());
    }
    line
}

fn say(error: &clap::Error, words: Words) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // Somebody may have closed the pipe; they have read enough.
            let _ = error.print();
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            ExitCode::from(WRONG_USAGE)
        }
        _ => {
            let sentence = sentence(error, words);
            let hint = words.say("cli-usage-help");
            let _ = writeln!(io::stderr(), "talonctl: {} {hint}", one_line(&sentence));
            ExitCode::from(WRONG_USAGE)
        }
    }
}

/// What is wrong with the command line.
fn sentence(error: &clap::Error, words: Words) -> String {
    let context = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let argument = context(ContextKind::InvalidArg);
    let value = context(ContextKind::InvalidValue);
    match error.kind() {
        ErrorKind::UnknownArgument => {
            words.say_with("cli-usage-unknown", &[("argument", argument.into())])
        }
        ErrorKind::InvalidSubcommand => words.say_with(
            "cli-usage-command",
            &[("name", context(ContextKind::InvalidSubcommand).into())],
        ),
        ErrorKind::MissingRequiredArgument => {
            words.say_with("cli-usage-missing", &[("arguments", argument.into())])
        }
        ErrorKind::MissingSubcommand => words.say("cli-usage-subcommand"),
        ErrorKind::ArgumentConflict => words.say_with(
            "cli-usage-conflict",
            &[
                ("argument", argument.into()),
                ("other", context(ContextKind::PriorArg).into()),
            ],
        ),
        ErrorKind::InvalidValue if value.is_empty() => {
            words.say_with("cli-usage-no-value", &[("argument", argument.into())])
        }
        ErrorKind::InvalidValue => {
            let expected = words.say_with(
                "cli-expected-one-of",
                &[("values", context(ContextKind::ValidValue).into())],
            );
            bad_value(&argument, &value, &expected, words)
        }
        ErrorKind::ValueValidation => {
            let id = error.source().map(ToString::to_string);
            let id = id.filter(|id| id.starts_with("cli-expected-"));
            let names = Fault::names().collect::<Vec<_>>().join(", ");
            let expected = words.say_with(
                id.as_deref().unwrap_or("cli-expected-number"),
                &[("names", names.into())],
            );
            bad_value(&argument, &value, &expected, words)
        }
        _ => error.to_string(),
    }
}

fn bad_value(argument: &str, value: &str, expected: &str, words: Words) -> String {
    words.say_with(
        "cli-usage-value",
        &[
            ("argument", argument.into()),
            ("value", value.into()),
            ("expected", expected.into()),
        ],
    )
}

/// The command line as the reader's language describes it.
fn command(words: Words) -> Command {
    let version = Arg::new("version")
        .short('V')
        .long("version")
        .action(ArgAction::Version);
    localised(
        Args::command().disable_version_flag(true).arg(version),
        "",
        words,
    )
}

fn localised(command: Command, path: &str, words: Words) -> Command {
    let about = if path.is_empty() {
        words.say("cli-help")
    } else {
        said(&format!("cli-help{path}"), words).unwrap_or_default()
    };
    let help = Arg::new("help")
        .short('h')
        .long("help")
        .display_order(usize::MAX)
        .action(ArgAction::Help);
    let names: Vec<String> = command
        .get_subcommands()
        .map(|sub| sub.get_name().to_owned())
        .collect();
    let mut command = command
        .about(about)
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .subcommand_help_heading(words.say("cli-heading-commands"))
        .help_template(format!(
            "{{about}}\n\n{} {{usage}}\n\n{{all-args}}",
            words.say("cli-heading-usage")
        ))
        .arg(help)
        .mut_args(|argument| described(argument, path, words));
    for name in names {
        command = command.mut_subcommand(&name, |sub| {
            localised(sub, &format!("{path}-{name}"), words)
        });
    }
    command
}

fn described(argument: Arg, path: &str, words: Words) -> Arg {
    let name = argument.get_id().as_str().replace('_', "-");
    let text = said(&format!("cli-arg{path}-{name}"), words)
        .or_else(|| said(&format!("cli-arg-{name}"), words))
        .unwrap_or_default();
    let heading = if argument.is_positional() {
        words.say("cli-heading-arguments")
    } else if argument.is_global_set() {
        words.say("cli-heading-common")
    } else {
        words.say("cli-heading-options")
    };
    let argument = argument.help(text).help_heading(heading);
    if argument.get_action().takes_values() {
        // The texts name them, in the reader's language.
        argument.hide_default_value(true).hide_possible_values(true)
    } else {
        argument
    }
}

fn said(id: &str, words: Words) -> Option<String> {
    let text = words.say(id);
    (text != id).then_some(text)
}

#[cfg(test)]
mod tests {
    use engine::model::Language;

    use super::*;

    fn undescribed(command: &Command, path: &str) -> Vec<String> {
        let empty = |text: Option<&clap::builder::StyledStr>| {
            text.is_none_or(|text| text.to_string().is_empty())
        };
        let mut found = Vec::new();
        if empty(command.get_about()) {
            found.push(path.to_owned());
        }
        for argument in command.get_arguments() {
            if empty(argument.get_help()) {
                found.push(format!("{path} {}", argument.get_id()));
            }
        }
        for sub in command.get_subcommands() {
            found.extend(undescribed(sub, &format!("{path} {}", sub.get_name())));
        }
        found
    }

    #[test]
    fn every_command_and_option_is_described_in_both_languages() {
        for language in [Language::Ru, Language::En] {
            let command = command(Words::new(language));
            assert_eq!(undescribed(&command, "talonctl"), Vec::<String>::new());
        }
    }

    #[test]
    fn help_is_wholly_in_the_readers_language() {
        let mut command = command(Words::new(Language::Ru));
        command.build();
        let add = command.find_subcommand_mut("watch").unwrap();
        let add = add.find_subcommand_mut("add").unwrap();
        let help = add.render_help().to_string();
        for english in [
            "Usage",
            "Options",
            "Arguments",
            "default",
            "possible",
            "Print",
        ] {
            assert!(!help.contains(english), "{english} in {help}");
        }
    }

    #[test]
    fn wrong_usage_is_said_in_one_russian_sentence() {
        let wrong = |line: &[&str]| {
            let line = ["talonctl"].iter().chain(line).map(OsString::from);
            sentence(
                &try_parse(Words::default(), line).unwrap_err(),
                Words::default(),
            )
        };
        assert_eq!(
            wrong(&["doctors", "--clinic", "1"]),
            "Не указано: --specialty <ID>."
        );
        assert_eq!(
            wrong(&["clinics", "--distrikt", "1"]),
            "Параметра «--distrikt» нет."
        );
        assert_eq!(wrong(&["clinic"]), "Команды «clinic» нет.");
        assert_eq!(
            wrong(&["run", "--for", "soon"]),
            "Не подходит «soon» для --for <DURATION>: нужна длительность, например 90s, 30m, 2h, 1d."
        );
        assert_eq!(
            wrong(&["watch", "show", "x"]),
            "Не подходит «x» для <ID>: нужно число."
        );
    }
}
