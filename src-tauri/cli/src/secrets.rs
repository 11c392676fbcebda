//! Tokens and passwords on a machine without a key store: a passphrase opens their file.
//!
//! It comes from `--passphrase-file`, from the credentials a service manager hands over, or from
//! the terminal; never from an argument or the environment.

use std::{
    io,
    path::{Path, PathBuf},
};

use engine::{
    EngineError,
    secrets::{KeyStore, Secret, SecretError},
};

use crate::{failure::Failure, input, session::Session};

/// The file in the folder of credentials.
const CREDENTIAL: &str = "talonchik-passphrase";

/// Opens the secrets if there is a file with the passphrase, or somebody to ask. If there is
/// neither, what needs no secret goes on.
pub(crate) async fn open(session: &Session) -> Result<(), Failure> {
    if open_by_file(session).await? == KeyStore::Locked && input::has_terminal() {
        let asked = session.words.say("cli-ask-passphrase");
        unlock(session, input::typed(asked).await?).await?;
    }
    Ok(())
}

/// Opens the secrets if there is a file with the passphrase; tells where they are now.
pub(crate) async fn open_by_file(session: &Session) -> Result<KeyStore, Failure> {
    let state = state(session).await?;
    if state == KeyStore::Locked
        && let Some(passphrase) = by_file(session).await?
    {
        unlock(session, passphrase).await?;
        return self::state(session).await;
    }
    Ok(state)
}

/// Makes sure that a secret can be kept: opens the secrets, or begins a file for them.
pub(crate) async fn ready(session: &Session) -> Result<(), Failure> {
    open(session).await?;
    match state(session).await? {
        KeyStore::System | KeyStore::Sealed | KeyStore::Memory => Ok(()),
        KeyStore::Locked => Err(session.failed(SecretError::Locked.into())),
        KeyStore::Undecided => {
            let passphrase = match by_file(session).await? {
                Some(passphrase) => passphrase,
                None if input::has_terminal() => {
                    let asked = session.words.say("cli-ask-new-passphrase");
                    input::typed(asked).await?
                }
                None => return Err(session.failed(SecretError::Undecided.into())),
            };
            let sealed = session.engine.seal_secrets(passphrase).await;
            sealed.map(|_| ()).map_err(|error| session.failed(error))
        }
    }
}

async fn state(session: &Session) -> Result<KeyStore, Failure> {
    let channels = session.engine.channels().await;
    channels
        .map(|channels| channels.key_store)
        .map_err(|error| session.failed(error))
}

async fn unlock(session: &Session, passphrase: Secret) -> Result<(), Failure> {
    match session.engine.unlock_secrets(passphrase).await {
        Ok(_) => Ok(()),
        // Opened it is; what is wrong with a channel is said by the channel.
        Err(EngineError::Channel(why)) => {
            tracing::warn!(?why, "a channel did not open");
            Ok(())
        }
        Err(error) => Err(session.failed(error)),
    }
}

/// The first line of the file with the passphrase.
async fn by_file(session: &Session) -> Result<Option<Secret>, Failure> {
    let Some(file) = session.passphrase_file.clone().or_else(credential) else {
        return Ok(None);
    };
    let named = file.clone();
    let read = tokio::task::spawn_blocking(move || first_line(&named)).await;
    let (passphrase, seen_by_all) = read
        .unwrap_or_else(|error| Err(io::Error::other(error)))
        .map_err(|error| Failure::File {
            error,
            file: file.clone(),
        })?;
    if seen_by_all {
        Session::note(&session.words.say_with(
            "cli-passphrase-open",
            &[("file", file.display().to_string().into())],
        ));
    }
    Ok(Some(passphrase))
}

/// The passphrase as systemd hands it over: `LoadCredential=talonchik-passphrase:…`.
fn credential() -> Option<PathBuf> {
    let folder = std::env::var_os("CREDENTIALS_DIRECTORY")?;
    let file = Path::new(&folder).join(CREDENTIAL);
    file.is_file().then_some(file)
}

/// The passphrase, and whether every user of the machine can read it.
fn first_line(file: &Path) -> io::Result<(Secret, bool)> {
    let mut text = std::fs::read_to_string(file)?;
    text.truncate(text.find('\n').unwrap_or(text.len()));
    let passphrase = Secret::from(input::without_end(text));
    Ok((passphrase, seen_by_all(file)?))
}

#[cfg(unix)]
fn seen_by_all(file: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    // The group's bit is also how a list of access rights shows: systemd's credentials have one.
    Ok(std::fs::metadata(file)?.permissions().mode() & 0o004 != 0)
}

/// Elsewhere rights are lists, inherited from the folder.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
fn seen_by_all(_: &Path) -> io::Result<bool> {
    Ok(false)
}
