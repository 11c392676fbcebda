//! One letter, one connection. Nothing of worth goes out before the connection is encrypted and the
//! server has shown whose it is.

use std::{
    net::Ipv4Addr,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use lettre::transport::smtp::{
    Error,
    authentication::{Credentials, Mechanism},
    client::{AsyncSmtpConnection, TlsParameters},
    commands::{Data, Mail, Rcpt},
    extension::{ClientId, Extension, MailParameter},
};

use super::{NEXT_TRY, letter::Envelope};
use crate::{
    delivery::TellError,
    gorzdrav::find_cause,
    model::{MailSecurity, Untold},
};

/// Until an address of the server is given up.
const CONNECT_LIMIT: Duration = Duration::from_secs(4);
/// For all of it: less than the worker waits, so that it is known how far it went.
const LIMIT: Duration = Duration::from_millis(8500);
/// A goodbye that is not answered matters to nobody.
const GOODBYE_LIMIT: Duration = Duration::from_secs(1);

/// Ways to log in, the better first.
const MECHANISMS: &[Mechanism] = &[Mechanism::Plain, Mechanism::Login];

/// Where letters go first.
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: MailSecurity,
    pub(super) credentials: Credentials,
}

/// Hands over a letter.
pub(super) async fn send(
    server: &Server,
    tls: TlsParameters,
    envelope: &Envelope,
    letter: &[u8],
) -> Result<(), TellError> {
    let handed_over = AtomicBool::new(false);
    let talk = talk(server, tls, envelope, letter, &handed_over);
    match tokio::time::timeout(LIMIT, talk).await {
        Ok(Ok(mut connection)) => {
            // It is told; how the server says goodbye changes nothing.
            let _ = tokio::time::timeout(GOODBYE_LIMIT, connection.quit()).await;
            Ok(())
        }
        Ok(Err(error)) => Err(error),
        Err(_) if handed_over.load(Ordering::Relaxed) => Err(soon(Untold::Silent)),
        Err(_) => Err(soon(Untold::Unreachable)),
    }
}

async fn talk(
    server: &Server,
    tls: TlsParameters,
    envelope: &Envelope,
    letter: &[u8],
    handed_over: &AtomicBool,
) -> Result<AsyncSmtpConnection, TellError> {
    // What a computer calls itself is nobody's business.
    let name = ClientId::Ipv4(Ipv4Addr::LOCALHOST);
    let wrapped = (server.security == MailSecurity::Tls).then(|| tls.clone());
    let address = (server.host.as_str(), server.port);
    let mut connection =
        AsyncSmtpConnection::connect_tokio1(address, Some(CONNECT_LIMIT), &name, wrapped, None)
            .await
            .map_err(|error| of_connection(&error))?;
    if server.security == MailSecurity::StartTls {
        if !connection.can_starttls() {
            return Err(for_the_person(Untold::Refused));
        }
        connection
            .starttls(tls, &name)
            .await
            .map_err(|error| of_connection(&error))?;
    }
    if !connection.is_encrypted() {
        return Err(for_the_person(Untold::Refused));
    }
    connection
        .auth(MECHANISMS, &server.credentials)
        .await
        .map_err(|error| of_answer(&error, Untold::Token))?;
    address_it(&mut connection, envelope).await?;
    let refused = |error: Error| of_answer(&error, Untold::Refused);
    connection.command(Data).await.map_err(refused)?;
    handed_over.store(true, Ordering::Relaxed);
    match connection.message(letter).await {
        Ok(_) => Ok(connection),
        Err(error) if error.status().is_some() => Err(refused(error)),
        // Who heard the end of the letter may have taken it.
        Err(_) => Err(soon(Untold::Silent)),
    }
}

/// Says who writes to whom. An address the server knows to be none is left out while others are
/// taken; one that is to be tried later holds up all, so that nobody gets a letter twice.
async fn address_it(
    connection: &mut AsyncSmtpConnection,
    envelope: &Envelope,
) -> Result<(), TellError> {
    let all = || std::iter::once(&envelope.from).chain(&envelope.to);
    let foreign = !all().all(|address| AsRef::<str>::as_ref(address).is_ascii());
    let knows = connection
        .server_info()
        .supports_feature(Extension::SmtpUtfEight);
    if foreign && !knows {
        return Err(for_the_person(Untold::Blocked));
    }
    let parameters = foreign.then_some(MailParameter::SmtpUtfEight);
    let from = Mail::new(
        Some(envelope.from.clone()),
        parameters.into_iter().collect(),
    );
    connection
        .command(from)
        .await
        .map_err(|error| of_answer(&error, Untold::Blocked))?;
    let mut taken = false;
    for to in &envelope.to {
        match connection.command(Rcpt::new(to.clone(), Vec::new())).await {
            Ok(_) => taken = true,
            Err(error) if error.is_permanent() => {
                tracing::warn!("the mail server does not know a recipient");
            }
            Err(error) => return Err(of_answer(&error, Untold::Blocked)),
        }
    }
    if taken {
        Ok(())
    } else {
        Err(for_the_person(Untold::Blocked))
    }
}

/// What went wrong before the connection was there and encrypted.
fn of_connection(error: &Error) -> TellError {
    let stranger = find_cause::<rustls::Error>(error).is_some();
    if stranger || error.is_permanent() || error.is_client() || error.is_tls() {
        for_the_person(Untold::Refused)
    } else if error.is_transient() {
        soon(Untold::Busy)
    } else {
        soon(Untold::Unreachable)
    }
}

/// What went wrong afterwards; `refusal` is what a lasting refusal means here.
fn of_answer(error: &Error, refusal: Untold) -> TellError {
    /// Log in first, or better: the answer to any command of a login that does not hold.
    const LOGIN: [&str; 3] = ["530", "534", "535"];
    let status = error.status().map(|code| code.to_string());
    if error.is_permanent() {
        let login = status.is_some_and(|code| LOGIN.contains(&code.as_str()));
        for_the_person(if login { Untold::Token } else { refusal })
    } else if error.is_transient() {
        soon(Untold::Busy)
    } else if error.is_client() {
        for_the_person(Untold::Refused)
    } else {
        soon(Untold::Unreachable)
    }
}

/// It may pass by itself.
fn soon(why: Untold) -> TellError {
    TellError::Later { after: None, why }
}

/// It passes when somebody does something.
fn for_the_person(why: Untold) -> TellError {
    TellError::Later {
        after: Some(NEXT_TRY),
        why,
    }
}
