//! What is read from standard input: secrets, which are never arguments, and answers.

use std::io::{self, BufRead, IsTerminal, Write};

use engine::secrets::Secret;

use crate::failure::Failure;

/// No secret is longer.
const LONGEST: u64 = 64 * 1024;

/// The next line of standard input; at a terminal it is asked for and not shown. `None`: empty.
pub(crate) async fn secret(prompt: String) -> Result<Option<Secret>, Failure> {
    let read = move || {
        if io::stdin().is_terminal() {
            rpassword::prompt_password(format!("{prompt}: "))
        } else {
            line()
        }
    };
    let line = blocking(read).await.map_err(Failure::Input)?;
    Ok((!line.is_empty()).then(|| Secret::from(line)))
}

/// A secret typed at the terminal, whatever standard input is.
pub(crate) async fn typed(prompt: String) -> Result<Secret, Failure> {
    let typed = blocking(move || rpassword::prompt_password(format!("{prompt}: "))).await;
    typed.map(Secret::from).map_err(Failure::Input)
}

/// Is there somebody to ask?
pub(crate) fn has_terminal() -> bool {
    io::stderr().is_terminal()
}

/// Asks a question whose answer is no unless it is yes.
pub(crate) async fn agreed(question: String) -> Result<bool, Failure> {
    let asked = blocking(move || {
        write!(io::stderr(), "{question} [y/N] ")?;
        line()
    });
    let answer = asked.await.map_err(Failure::Input)?.trim().to_lowercase();
    Ok(["y", "yes", "д", "да"].contains(&answer.as_str()))
}

/// Can a question be answered?
pub(crate) fn can_answer() -> bool {
    io::stdin().is_terminal() && has_terminal()
}

fn line() -> io::Result<String> {
    let mut line = String::new();
    io::Read::take(io::stdin().lock(), LONGEST).read_line(&mut line)?;
    Ok(without_end(line))
}

/// A line without what ends it; blanks may be part of a secret.
pub(crate) fn without_end(mut line: String) -> String {
    line.truncate(line.trim_end_matches(['\r', '\n']).len());
    line
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(io::Error::other(error)))
}
