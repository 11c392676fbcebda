//! The command line: every command and option.
//!
//! The texts here are the definition; people read those of `cli.ftl`, see [`help`](crate::help).

use std::{num::NonZeroU32, path::PathBuf, time::Duration};

use chrono::{NaiveDate, NaiveTime};
use clap::{ArgAction, Parser, Subcommand, ValueEnum};
use engine::{
    gorzdrav::DEFAULT_BASE,
    model::{Day, Language},
    pace::REAL_CEILING_PER_HOUR,
};
use simulator::{Fault, World};
use url::Url;

use crate::{
    failure::Failure,
    language::{self, Spoken},
    values,
};

/// Waits for a doctor's appointment slot and tells you the moment one appears
#[derive(Debug, Parser)]
#[command(name = "talonctl", version)]
pub(crate) struct Args {
    /// What holds for every command
    #[command(flatten)]
    pub(crate) common: Common,
    /// What to do
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Common {
    /// Keep data in this folder
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Ask this service instead of the real one
    #[arg(long, global = true, value_name = "URL", value_parser = values::base)]
    pub(crate) api_base: Option<Url>,
    /// Language: ru or en
    #[arg(long, global = true, value_name = "LANG", ignore_case = true)]
    pub(crate) lang: Option<Spoken>,
    /// Requests per hour; at most 720 for the real service
    #[arg(long, global = true, value_name = "N")]
    pub(crate) budget: Option<NonZeroU32>,
    /// The first line of this file opens the tokens and passwords
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// One JSON document, or one line per event
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Log to standard error; twice for more
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
}

impl Common {
    /// The language to speak.
    pub(crate) fn language(&self) -> Language {
        self.lang.map_or_else(language::of_system, Language::from)
    }

    /// What no parser of a single option can see.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let over = self
            .budget
            .is_some_and(|budget| budget.get() > REAL_CEILING_PER_HOUR && self.asks_real_service());
        if over {
            Err(Failure::OverBudget)
        } else {
            Ok(())
        }
    }

    /// Is it the real service that is asked?
    pub(crate) fn asks_real_service(&self) -> bool {
        let Some(base) = &self.api_base else {
            return true;
        };
        let real = Url::parse(DEFAULT_BASE).ok();
        let real = real.as_ref().and_then(Url::host_str);
        base.host_str().map(|host| host.trim_end_matches('.')) == real
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Districts of the city
    Districts,
    /// Clinics: all, of a district, or found by number, name or street
    Clinics(Clinics),
    /// Specialties of a clinic
    Specialties(InClinic),
    /// Doctors of a specialty
    Doctors(InSpecialty),
    /// Free slots of a doctor
    Slots(OfDoctor),
    /// What to wait for
    #[command(subcommand)]
    Watch(Watch),
    /// One line per watch: state, when checked, slots now
    Status,
    /// Look now
    Check(Check),
    /// Look and tell until stopped
    Run(Run),
    /// Slots that were seen, with how long they lasted
    History(History),
    /// Write watches and settings to a file
    Export(File),
    /// Add watches and settings from a file
    Import(File),
    /// Ways to tell: one line each
    Channels,
    /// Telegram: a bot of one's own
    #[command(subcommand)]
    Telegram(Telegram),
    /// Letters from one's own mailbox
    #[command(subcommand)]
    Mail(Mail),
    /// ntfy or a webhook
    #[command(subcommand)]
    Push(Push),
    /// Send a trial message on every channel
    Try,
    /// Check the network, the service, the clock, the database and the channels
    Doctor,
    /// Serve the simulated city
    Simulate(Simulate),
}

/// Which clinics.
#[derive(Debug, clap::Args)]
pub(crate) struct Clinics {
    /// Only of this district
    #[arg(long, value_name = "ID", value_parser = values::id)]
    pub(crate) district: Option<String>,
    /// By number, name, street or district
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<String>,
}

/// Where.
#[derive(Debug, clap::Args)]
pub(crate) struct InClinic {
    /// The clinic
    #[arg(long, value_name = "ID", value_parser = values::id)]
    pub(crate) clinic: String,
}

/// Where and what.
#[derive(Debug, clap::Args)]
pub(crate) struct InSpecialty {
    /// The clinic
    #[arg(long, value_name = "ID", value_parser = values::id)]
    pub(crate) clinic: String,
    /// The specialty
    #[arg(long, value_name = "ID", value_parser = values::id)]
    pub(crate) specialty: String,
}

/// Where and with whom.
#[derive(Debug, clap::Args)]
pub(crate) struct OfDoctor {
    /// The clinic
    #[arg(long, value_name = "ID", value_parser = values::id)]
    pub(crate) clinic: String,
    /// The doctor
    #[arg(long, value_name = "ID", value_parser = values::id)]
    pub(crate) doctor: String,
}

/// What to do with watches.
#[derive(Debug, Subcommand)]
pub(crate) enum Watch {
    /// Wait for slots
    Add(Box<Add>),
    /// All watches
    List,
    /// One watch with everything known about it
    Show(WatchOf),
    /// Go on waiting
    On(WatchOf),
    /// Stop waiting, keep the watch
    Off(WatchOf),
    /// Remove the watch
    Remove(WatchOf),
}

/// Which watch.
#[derive(Debug, clap::Args)]
pub(crate) struct WatchOf {
    /// The watch's number
    #[arg(value_name = "ID")]
    pub(crate) id: u32,
}

/// What to wait for.
#[derive(Debug, clap::Args)]
pub(crate) struct Add {
    /// A pasted link of gorzdrav.spb.ru instead of ids
    #[arg(long, value_name = "URL", conflicts_with_all = ["clinic", "specialty", "doctor"])]
    pub(crate) link: Option<String>,
    /// The clinic
    #[arg(long, value_name = "ID", value_parser = values::id, required_unless_present = "link")]
    pub(crate) clinic: Option<String>,
    /// The specialty
    #[arg(long, value_name = "ID", value_parser = values::id, required_unless_present = "link")]
    pub(crate) specialty: Option<String>,
    /// A doctor who will do; may be repeated; any without
    #[arg(long, value_name = "ID", value_parser = values::id)]
    pub(crate) doctor: Vec<String>,
    /// When it suits
    #[command(flatten)]
    pub(crate) when: When,
    /// Whom it is for
    #[arg(long = "for", value_name = "NICK")]
    pub(crate) nickname: Option<String>,
}

/// When it suits.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct When {
    /// Days of the week
    #[arg(long, value_name = "mon,tue", value_delimiter = ',', value_parser = values::day)]
    pub(crate) days: Vec<Day>,
    /// Not before this time of day
    #[arg(long, value_name = "17:00", value_parser = values::time)]
    pub(crate) from: Option<NaiveTime>,
    /// Before this time of day
    #[arg(long, value_name = "20:00", value_parser = values::time)]
    pub(crate) to: Option<NaiveTime>,
    /// The first day that suits
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub(crate) not_before: Option<NaiveDate>,
    /// The last day that suits
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub(crate) not_after: Option<NaiveDate>,
    /// Time needed to get there: 2h, 30m, 1d
    #[arg(long, value_name = "2h", value_parser = values::minutes)]
    pub(crate) notice: Option<u32>,
}

/// What to look at.
#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    /// Only this watch
    #[arg(value_name = "ID")]
    pub(crate) id: Option<u32>,
}

/// How long to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Run {
    /// Stop after that: 90s, 10m, 2h
    #[arg(long = "for", value_name = "DURATION", value_parser = values::duration)]
    pub(crate) limit: Option<Duration>,
}

/// What to do with Telegram.
#[derive(Debug, Subcommand)]
pub(crate) enum Telegram {
    /// Take the token of a bot from standard input
    Token,
    /// Link a chat
    Link(Link),
    /// The chats
    Chats,
    /// Unlink a chat
    Unlink(ChatOf),
    /// The way to Telegram
    Way(Way),
    /// Forget the bot, its chats and its token
    Forget,
}

/// How to link.
#[derive(Debug, clap::Args)]
pub(crate) struct Link {
    /// Link the first chat that sends the code, without asking
    #[arg(long)]
    pub(crate) yes: bool,
}

/// Which chat.
#[derive(Debug, clap::Args)]
pub(crate) struct ChatOf {
    /// The chat's number
    #[arg(value_name = "ID")]
    pub(crate) id: u32,
}

/// Which way.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
pub(crate) struct Way {
    /// Take the address of a proxy from standard input; an empty line: none
    #[arg(long)]
    pub(crate) proxy_from_stdin: bool,
    /// The address of the Bot API; "default" is Telegram's
    #[arg(long, value_name = "URL", value_parser = values::api)]
    pub(crate) api: Option<Api>,
}

/// An address of the Bot API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Api {
    /// Telegram's own.
    Default,
    /// Another.
    At(Url),
}

/// What to do with mail.
#[derive(Debug, Subcommand)]
pub(crate) enum Mail {
    /// Take a mail server, its password from standard input
    Set(SetMail),
    /// Send no mail, keep the settings
    Off,
    /// Forget the server and its password
    Forget,
}

/// A mail server.
#[derive(Debug, clap::Args)]
pub(crate) struct SetMail {
    /// Its name
    #[arg(long, value_name = "HOST")]
    pub(crate) server: String,
    /// Its port
    #[arg(long, value_name = "PORT")]
    pub(crate) port: u16,
    /// How it is secured
    #[arg(long, value_name = "tls|starttls")]
    pub(crate) security: Security,
    /// The login
    #[arg(long, value_name = "LOGIN")]
    pub(crate) login: String,
    /// The sender; the login without
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) from: Option<String>,
    /// Who is written to
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) to: String,
}

/// How a mail server is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Security {
    /// TLS from the first byte
    Tls,
    /// STARTTLS, required
    Starttls,
}

/// What to do with pushes.
#[derive(Debug, Subcommand)]
pub(crate) enum Push {
    /// Take an address and a token from standard input
    Set(SetPush),
    /// Forget them
    Forget,
}

/// A push service.
#[derive(Debug, clap::Args)]
pub(crate) struct SetPush {
    /// What it is
    #[arg(long, value_name = "ntfy|webhook")]
    pub(crate) kind: Service,
}

/// A kind of push service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Service {
    /// ntfy
    Ntfy,
    /// A POST of JSON
    Webhook,
}

/// Whose history.
#[derive(Debug, clap::Args)]
pub(crate) struct History {
    /// The watch's number
    #[arg(long, value_name = "ID", required_unless_present = "trace")]
    pub(crate) watch: Option<u32>,
    /// As JSON lines on which ways of looking can be compared
    #[arg(long)]
    pub(crate) trace: bool,
}

/// Where to.
#[derive(Debug, clap::Args)]
pub(crate) struct File {
    /// The file; "-" is standard input or output
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

/// What city.
#[derive(Debug, clap::Args)]
pub(crate) struct Simulate {
    /// The same seed is the same city
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many times faster than real time
    #[arg(long, value_name = "X", default_value = "1", value_parser = values::speed)]
    pub(crate) speed: f64,
    /// The port; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) port: u16,
    /// How slots appear: lively, quiet, S0 to S4
    #[arg(long, value_name = "WORLD", default_value = "lively", value_parser = values::world)]
    pub(crate) world: World,
    /// What goes wrong, by name; may be repeated
    #[arg(long, value_name = "NAME", value_parser = values::fault)]
    pub(crate) fault: Vec<Fault>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn common(arguments: &[&str]) -> Common {
        let line = ["talonctl", "status"].iter().chain(arguments);
        Args::try_parse_from(line).unwrap().common
    }

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn the_real_service_has_a_ceiling_and_a_simulator_has_none() {
        let local = "http://127.0.0.1:1/_api/api/v2";
        assert!(common(&["--budget", "720"]).check().is_ok());
        assert!(common(&["--budget", "721"]).check().is_err());
        assert!(
            common(&["--budget", "100000", "--api-base", local])
                .check()
                .is_ok()
        );
        for real in [
            "https://gorzdrav.spb.ru/_api/api/v2",
            "http://GORZDRAV.spb.ru./x",
        ] {
            let asked = common(&["--budget", "721", "--api-base", real]);
            assert!(asked.check().is_err(), "{real}");
        }
    }
}
