//! Why a command failed: one clear sentence and an exit code.

use std::{io, path::PathBuf, process::ExitCode};

use engine::{
    EngineError, Problem, StartError, StoreError,
    gorzdrav::{ApiError, OfflineCause, SiteFault},
    secrets::SecretError,
    text::Words,
};

use crate::channels;

/// The operation failed.
const FAILED: u8 = 1;
/// The command line is wrong.
pub(crate) const WRONG_USAGE: u8 = 2;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// More requests than the real service may be asked.
    #[error("a budget over the ceiling")]
    OverBudget,
    /// The system tells no folder for data.
    #[error("no folder for data")]
    NoHome,
    /// The engine did not start on this folder.
    #[error("the engine did not start")]
    Start {
        /// Why.
        #[source]
        error: StartError,
        /// The data folder.
        folder: PathBuf,
    },
    /// An operation of the engine failed.
    #[error("an operation failed")]
    Engine {
        /// Why.
        #[source]
        error: EngineError,
        /// The service asked, if it is not the real one.
        other_service: Option<String>,
    },
    /// There is no such thing; the sentence says which.
    #[error("{0}")]
    Said(String),
    /// Standard output cannot be written to.
    #[error("standard output failed")]
    Output(#[source] io::Error),
    /// Standard input or the terminal cannot be read.
    #[error("standard input failed")]
    Input(#[source] io::Error),
    /// A file cannot be read or written.
    #[error("a file failed")]
    File {
        /// Why.
        #[source]
        error: io::Error,
        /// Which.
        file: PathBuf,
    },
    /// The simulated city cannot be served on this port.
    #[error("the port cannot be used")]
    Port {
        /// Why.
        #[source]
        error: io::Error,
        /// Which.
        port: u16,
    },
    /// The runtime cannot be started or told to listen to signals.
    #[error("the runtime failed")]
    Runtime(#[source] io::Error),
}

impl Failure {
    /// With which code to end.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::OverBudget => ExitCode::from(WRONG_USAGE),
            // Whoever read has read enough.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Self::NoHome
            | Self::Start { .. }
            | Self::Engine { .. }
            | Self::Said(_)
            | Self::Output(_)
            | Self::Input(_)
            | Self::File { .. }
            | Self::Port { .. }
            | Self::Runtime(_) => ExitCode::from(FAILED),
        }
    }

    /// What to say; nothing about a pipe that was closed.
    pub(crate) fn sentence(&self, words: Words) -> Option<String> {
        Some(match self {
            Self::OverBudget => words.say_with(
                "cli-error-budget",
                &[(
                    "ceiling",
                    engine::pace::REAL_CEILING_PER_HOUR.to_string().into(),
                )],
            ),
            Self::NoHome => words.say("cli-error-home"),
            Self::Start { error, folder } => {
                let folder = folder.display().to_string();
                start_sentence(error, &folder, words)
            }
            Self::Engine {
                error,
                other_service,
            } => engine_sentence(error, other_service.as_deref(), words),
            Self::Said(sentence) => sentence.clone(),
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => return None,
            Self::Output(error) => {
                words.say_with("cli-error-output", &[("why", error.to_string().into())])
            }
            Self::Input(error) => {
                words.say_with("cli-error-input", &[("why", error.to_string().into())])
            }
            Self::File { error, file } => words.say_with(
                "cli-error-file",
                &[
                    ("file", file.display().to_string().into()),
                    ("why", error.to_string().into()),
                ],
            ),
            Self::Port { error, port } => words.say_with(
                "cli-error-port",
                &[
                    ("port", port.to_string().into()),
                    ("why", error.to_string().into()),
                ],
            ),
            Self::Runtime(error) => {
                words.say_with("cli-error-runtime", &[("why", error.to_string().into())])
            }
        })
    }
}

fn start_sentence(error: &StartError, folder: &str, words: Words) -> String {
    let of_folder =
        |id, why: String| words.say_with(id, &[("folder", folder.into()), ("why", why.into())]);
    match error {
        StartError::Store(StoreError::InUse) => {
            words.say_with("cli-start-in-use", &[("folder", folder.into())])
        }
        StartError::Store(StoreError::Newer { .. }) => {
            words.say_with("cli-start-newer", &[("folder", folder.into())])
        }
        StartError::Store(StoreError::Folder { source, .. }) => {
            of_folder("cli-start-folder", source.to_string())
        }
        StartError::Store(
            error @ (StoreError::Sqlite(_)
            | StoreError::Damaged(_)
            | StoreError::Busy
            | StoreError::Migration(_)
            | StoreError::Unreadable(_)
            | StoreError::Closed),
        ) => of_folder("cli-start-database", root_cause(error)),
        StartError::Client(error) => {
            words.say_with("cli-start-client", &[("why", root_cause(error).into())])
        }
    }
}

fn engine_sentence(error: &EngineError, other_service: Option<&str>, words: Words) -> String {
    match error {
        EngineError::NotFound(what) => match *what {
            "clinic" => words.say("cli-no-clinic"),
            "specialty" => words.say("cli-no-specialty"),
            "watch" => words.say("cli-no-watch"),
            "bot" => words.say("cli-no-bot"),
            "chat" => words.say("cli-no-chat"),
            _ => words.say("cli-no-such"),
        },
        EngineError::Invalid(problems) => {
            let sentences: Vec<String> = problems
                .iter()
                .map(|problem| problem_sentence(*problem, words))
                .collect();
            sentences.join(" ")
        }
        EngineError::BadLink(_) => words.say("cli-bad-link"),
        EngineError::Api(error) => api_sentence(error, other_service, words),
        EngineError::Storage(error) => {
            words.say_with("cli-error-database", &[("why", root_cause(error).into())])
        }
        EngineError::Secrets(error) => secrets_sentence(*error, words),
        EngineError::Channel(why) => {
            let why = channels::why(*why, words);
            words.say_with("cli-error-channel", &[("why", why.into())])
        }
    }
}

fn secrets_sentence(error: SecretError, words: Words) -> String {
    match error {
        SecretError::Locked => words.say("cli-secrets-locked"),
        SecretError::Undecided => words.say("cli-secrets-undecided"),
        SecretError::WrongPassphrase => words.say("cli-secrets-wrong"),
        SecretError::WeakPassphrase => words.say("cli-problem-passphrase"),
        SecretError::Damaged => words.say("cli-secrets-damaged"),
        SecretError::Newer => words.say("cli-secrets-newer"),
        SecretError::Store(_) | SecretError::Io(_) => {
            words.say_with("cli-error-secrets", &[("why", error.to_string().into())])
        }
    }
}

/// Why the service gave nothing.
fn api_sentence(error: &ApiError, other_service: Option<&str>, words: Words) -> String {
    match (error, other_service) {
        (
            ApiError::Offline {
                cause: OfflineCause::Impostor,
                ..
            },
            _,
        ) => words.say("impostor"),
        (
            ApiError::SiteDown {
                fault: SiteFault::Certificate,
                ..
            },
            _,
        ) => words.say("bad-certificate"),
        (ApiError::Offline { .. }, None) => words.say("cli-error-offline"),
        (ApiError::Blocked { .. }, None) => words.say("cli-error-blocked"),
        (ApiError::Offline { .. } | ApiError::Blocked { .. }, Some(service)) => {
            words.say_with("cli-error-refused", &[("service", service.into())])
        }
        (ApiError::Slowed { .. }, _) => words.say("cli-error-slowed"),
        (ApiError::ClinicDown { code, .. } | ApiError::Refused { code, .. }, _) => {
            words.say_with("cli-error-clinic", &[("code", code.to_string().into())])
        }
        (ApiError::SiteDown { .. }, _) => words.say("cli-error-site"),
    }
}

fn problem_sentence(problem: Problem, words: Words) -> String {
    match problem {
        Problem::NoPlace => words.say("cli-problem-place"),
        Problem::TooManyPlaces => words.say("cli-problem-places"),
        Problem::RepeatedPlace => words.say("cli-problem-repeated"),
        Problem::BadId => words.say("cli-problem-id"),
        Problem::NoDoctor => words.say("cli-problem-doctors"),
        Problem::LongNickname => words.say("cli-problem-nickname"),
        Problem::EmptyRange => words.say("cli-problem-range"),
        Problem::TooManyRules => words.say("cli-problem-rules"),
        Problem::DatesReversed => words.say("cli-problem-dates"),
        Problem::Past => words.say("cli-problem-past"),
        Problem::LongNotice => words.say("cli-problem-notice"),
        Problem::TooLong => words.say("cli-problem-long"),
        Problem::BadFile => words.say("cli-problem-file"),
        Problem::BadBudget => words.say("cli-problem-budget"),
        Problem::BadToken => words.say("cli-problem-token"),
        Problem::BadProxy => words.say("cli-problem-proxy"),
        Problem::BadAddress => words.say("cli-problem-address"),
        Problem::BadServer => words.say("cli-problem-server"),
        Problem::BadMailAddress => words.say("cli-problem-mail-address"),
        Problem::NoPassword => words.say("cli-problem-password"),
        Problem::WeakPassphrase => words.say("cli-problem-passphrase"),
    }
}

/// The innermost cause: what the system itself said.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
