//! What the commands tell the person in front of them; nothing else prints.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command talks to its terminal"
)]

use std::{
    io::{IsTerminal, Write},
    time::Duration,
};

use anyhow::{Context, Result};

/// One line on standard output.
pub(crate) fn line(text: &str) {
    println!("{text}");
}

/// Why a command gave up, on standard error.
pub(crate) fn complain(text: &str) {
    eprintln!("xtask: {text}");
}

/// Asks a question that Enter answers with yes. `None` when nobody is there to answer.
pub(crate) fn ask(question: &str) -> Result<Option<bool>> {
    if !std::io::stdin().is_terminal() {
        return Ok(None);
    }
    print!("{question} [Y/n] ");
    std::io::stdout().flush().context("the terminal is gone")?;
    let mut answer = String::new();
    std::io::stdin()
        .read_line(&mut answer)
        .context("the answer could not be read")?;
    Ok(Some(means_yes(&answer)))
}

fn means_yes(answer: &str) -> bool {
    matches!(
        answer.trim().to_lowercase().as_str(),
        "" | "y" | "yes" | "д" | "да"
    )
}

/// A duration as people say it: `0.8 s`, `1 min 12 s`.
pub(crate) fn spell(duration: Duration) -> String {
    let secs = duration.as_secs();
    if secs < 10 {
        format!("{:.1} s", duration.as_secs_f64())
    } else if secs < 60 {
        format!("{secs} s")
    } else {
        format!("{} min {} s", secs / 60, secs % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_reads_as_people_say_it() {
        assert_eq!(spell(Duration::from_millis(840)), "0.8 s");
        assert_eq!(spell(Duration::from_millis(59_900)), "59 s");
        assert_eq!(spell(Duration::from_secs(72)), "1 min 12 s");
    }

    #[test]
    fn enter_agrees_and_anything_unclear_does_not() {
        assert!(means_yes("\n"));
        assert!(means_yes("Да\n"));
        assert!(!means_yes("n\n"));
        assert!(!means_yes("later\n"));
    }
}
