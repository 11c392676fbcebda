//! talonctl: Talonchik without a window, for a home server, scripts and tests.
//!
//! It runs the same engine on the same data folder as the desktop program. What
//! it says goes to standard output, why it failed to standard error: one
//! sentence. Exit code 0 is fine, 1 failed, 2 is wrong usage.

mod args;
mod catalogue;
mod channels;
mod check;
mod doctor;
mod failure;
mod files;
mod help;
mod history;
mod input;
mod json;
mod language;
mod logs;
mod mail;
mod names;
mod output;
mod push;
mod run;
mod secrets;
mod session;
mod signals;
mod simulate;
mod stdout;
mod telegram;
mod trial;
mod values;
mod watch;

use std::{
    io::{self, Write},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use engine::{launch, text::Words};

use crate::{
    args::{Args, Command, Telegram},
    failure::Failure,
    output::Printer,
    session::{Session, Work},
};

/// How long a write that nobody reads may hold up the end of the program.
const LAST_WRITE: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    let words = Words::new(language::before_parsing());
    let args = match help::parse(words) {
        Ok(args) => args,
        Err(ended) => return ended,
    };
    if matches!(args.command, Command::Run(_)) {
        launch::with([]);
    }
    let words = Words::new(args.common.language());
    logs::start(args.common.verbose);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return ended(Err(Failure::Runtime(error)), words),
    };
    let result = runtime.block_on(perform(args, words));
    // A pipe nobody reads must not keep the program alive.
    runtime.shutdown_timeout(LAST_WRITE);
    ended(result, words)
}

async fn perform(args: Args, words: Words) -> Result<(), Failure> {
    args.common.check()?;
    let printer = Arc::new(Printer::new());
    let command = match args.command {
        Command::Simulate(simulated) => {
            return simulate::serve(&simulated, args.common.json, words, &printer).await;
        }
        Command::Run(ran) => {
            let session = Session::open(&args.common, words, printer, Work::Background).await?;
            return run::run(&session, ran.limit).await;
        }
        other => other,
    };
    let work = match command {
        Command::Try | Command::Telegram(Telegram::Link(_)) => Work::Channels,
        _ => Work::OnlyAsked,
    };
    let session = Session::open(&args.common, words, printer, work).await?;
    let result = Box::pin(answer(&session, command)).await;
    session.engine.stop().await;
    result
}

/// Commands that do one thing and end.
async fn answer(session: &Session, command: Command) -> Result<(), Failure> {
    match command {
        Command::Districts => catalogue::districts(session).await,
        Command::Clinics(wanted) => catalogue::clinics(session, wanted).await,
        Command::Specialties(wanted) => catalogue::specialties(session, wanted.clinic).await,
        Command::Doctors(wanted) => {
            catalogue::doctors(session, wanted.clinic, wanted.specialty).await
        }
        Command::Slots(wanted) => catalogue::slots(session, wanted.clinic, wanted.doctor).await,
        Command::Watch(command) => watch::perform(session, command).await,
        Command::Status => check::status(session).await,
        Command::Check(wanted) => check::check(session, wanted.id).await,
        Command::History(wanted) => history::perform(session, &wanted).await,
        Command::Export(wanted) => files::export(session, &wanted.file).await,
        Command::Import(wanted) => files::import(session, &wanted.file).await,
        Command::Channels => channels::channels(session).await,
        Command::Telegram(command) => Box::pin(telegram::perform(session, command)).await,
        Command::Mail(command) => mail::perform(session, command).await,
        Command::Push(command) => push::perform(session, command).await,
        Command::Try => trial::try_all(session).await,
        Command::Doctor => doctor::doctor(session).await,
        // Handled above: they live until stopped.
        Command::Run(_) | Command::Simulate(_) => Ok(()),
    }
}

/// Says why it failed, if it did, and with which code to end.
fn ended(result: Result<(), Failure>, words: Words) -> ExitCode {
    let Err(failure) = result else {
        return ExitCode::SUCCESS;
    };
    if let Some(sentence) = failure.sentence(words) {
        // Nobody can be told that standard error is closed.
        let _ = writeln!(io::stderr(), "talonctl: {}", output::one_line(&sentence));
    }
    failure.exit_code()
}
