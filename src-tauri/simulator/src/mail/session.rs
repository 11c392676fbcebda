//! One connection: the dialogue of RFC 5321, as far as clients go.

use std::io;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufStream};
use tokio::time::Instant;
use tokio_rustls::server::TlsStream;

use super::{Letter, Login, MailFault, Office, Security};
use crate::connection::{Cuttable, Wire};
use crate::still::Still;
use crate::tls::Shown;

const LONGEST_LINE_BYTES: u64 = 4096;
const LARGEST_LETTER_BYTES: usize = 10 << 20;

/// Serves a connection until it ends, however it ends.
pub(super) async fn serve(stream: Cuttable, office: Arc<Office>) {
    // A client that broke off is no concern of the server's.
    converse(stream, &office).await.ok();
}

async fn converse(stream: Cuttable, office: &Office) -> io::Result<()> {
    let wire = stream.wire();
    let still = Some(Still::new());
    match office.security {
        Security::Tls => {
            let stream = encrypted(stream, office).await?;
            let mut talk = Talk::new(stream, office, wire, still, true);
            talk.greet().await?;
            talk.listen().await?;
        }
        Security::StartTls => {
            let mut talk = Talk::new(stream, office, wire.clone(), still, false);
            talk.greet().await?;
            if talk.listen().await? == End::Encrypt {
                // What came in the clear after STARTTLS is dropped with the buffer.
                let stream = encrypted(talk.stream.into_inner(), office).await?;
                let mut talk = Talk::new(stream, office, wire, talk.still, true);
                talk.listen().await?;
            }
        }
    }
    Ok(())
}

async fn encrypted(stream: Cuttable, office: &Office) -> io::Result<TlsStream<Cuttable>> {
    let shown = if office.meets(MailFault::WrongHost) {
        Shown::WrongHost
    } else if office.meets(MailFault::Expired) {
        Shown::Expired
    } else {
        Shown::Good
    };
    office.certificates.acceptor(shown).accept(stream).await
}

#[derive(PartialEq)]
enum End {
    Over,
    Encrypt,
}

struct Talk<'p, S> {
    stream: BufStream<S>,
    office: &'p Office,
    wire: Wire,
    /// There until a silence that is meant to last.
    still: Option<Still>,
    encrypted: bool,
    offers_encryption: bool,
    logged_in: bool,
    from: Option<String>,
    to: Vec<String>,
}

impl<'p, S: AsyncRead + AsyncWrite + Unpin> Talk<'p, S> {
    fn new(
        stream: S,
        office: &'p Office,
        wire: Wire,
        still: Option<Still>,
        encrypted: bool,
    ) -> Self {
        Self {
            stream: BufStream::new(stream),
            office,
            wire,
            still,
            encrypted,
            offers_encryption: !encrypted,
            logged_in: false,
            from: None,
            to: Vec::new(),
        }
    }

    async fn greet(&mut self) -> io::Result<()> {
        if self.office.meets(MailFault::SilentGreeting) {
            return self.hold().await;
        }
        if self.office.meets(MailFault::Unavailable) {
            self.reply("421 4.3.2 Service not available, closing")
                .await?;
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        if !self.encrypted && self.office.meets(MailFault::NoStartTls) {
            self.offers_encryption = false;
        }
        self.reply("220 localhost ESMTP").await
    }

    async fn listen(&mut self) -> io::Result<End> {
        loop {
            let line = self.line().await?;
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" => self.introduce().await?,
                "HELO" => self.reply("250 localhost").await?,
                "STARTTLS" if self.offers_encryption => {
                    self.reply("220 2.0.0 Go ahead").await?;
                    return Ok(End::Encrypt);
                }
                "AUTH" => self.log_in(rest).await?,
                "MAIL" => self.take_sender(rest).await?,
                "RCPT" => self.take_recipient(rest).await?,
                "DATA" => self.take_letter().await?,
                "RSET" => {
                    self.forget();
                    self.reply("250 2.0.0 Ok").await?;
                }
                "NOOP" => self.reply("250 2.0.0 Ok").await?,
                "QUIT" => {
                    self.reply("221 2.0.0 Bye").await?;
                    self.stream.shutdown().await?;
                    return Ok(End::Over);
                }
                _ => self.reply("502 5.5.1 Command not known").await?,
            }
        }
    }

    async fn introduce(&mut self) -> io::Result<()> {
        self.forget();
        let mut lines = vec!["localhost", "SIZE 10485760", "8BITMIME", "SMTPUTF8"];
        if self.offers_encryption {
            lines.push("STARTTLS");
        }
        if self.encrypted {
            lines.push("AUTH PLAIN LOGIN");
        }
        let last = lines.pop().unwrap_or_default();
        for line in lines {
            self.stream
                .write_all(format!("250-{line}\r\n").as_bytes())
                .await?;
        }
        self.reply(&format!("250 {last}")).await
    }

    async fn log_in(&mut self, rest: &str) -> io::Result<()> {
        if !self.encrypted {
            return self.reply("538 5.7.11 Encryption required").await;
        }
        let (mechanism, first) = rest.split_once(' ').unwrap_or((rest, ""));
        let mechanism = mechanism.to_ascii_uppercase();
        let (name, password) = match mechanism.as_str() {
            "PLAIN" => {
                let secret = self.given_or_asked(first, "").await?;
                let mut parts = secret.split('\0').skip(1);
                let mut part = || parts.next().unwrap_or_default().to_owned();
                (part(), part())
            }
            "LOGIN" => (
                self.given_or_asked(first, "VXNlcm5hbWU6").await?,
                self.given_or_asked("", "UGFzc3dvcmQ6").await?,
            ),
            _ => return self.reply("504 5.5.4 Mechanism not known").await,
        };
        let right = name == self.office.login && password == self.office.password;
        let accepted = right && !self.office.meets(MailFault::LoginRefused);
        self.logged_in = accepted;
        self.office.state().logins.push(Login {
            mechanism,
            name,
            accepted,
        });
        let answer = if accepted {
            "235 2.7.0 Welcome"
        } else {
            "535 5.7.8 Login or password is wrong"
        };
        self.reply(answer).await
    }

    /// Decodes what the client said along with the command, or else says on being asked.
    async fn given_or_asked(&mut self, given: &str, question: &str) -> io::Result<String> {
        let secret = if given.is_empty() {
            self.reply(&format!("334 {question}")).await?;
            self.line().await?
        } else {
            given.to_owned()
        };
        let secret = BASE64_STANDARD.decode(secret).unwrap_or_default();
        Ok(String::from_utf8_lossy(&secret).into_owned())
    }

    async fn take_sender(&mut self, rest: &str) -> io::Result<()> {
        if !self.logged_in {
            return self.reply("530 5.7.0 Authentication required").await;
        }
        let Some(address) = address(rest, "FROM:") else {
            return self.reply("501 5.1.7 Bad address").await;
        };
        self.forget();
        self.from = Some(address);
        self.reply("250 2.1.0 Ok").await
    }

    async fn take_recipient(&mut self, rest: &str) -> io::Result<()> {
        if self.from.is_none() {
            return self.reply("503 5.5.1 MAIL first").await;
        }
        let Some(address) = address(rest, "TO:") else {
            return self.reply("501 5.1.3 Bad address").await;
        };
        if self.office.meets(MailFault::RecipientRefused) {
            return self.reply("550 5.1.1 No such mailbox").await;
        }
        self.to.push(address);
        self.reply("250 2.1.5 Ok").await
    }

    async fn take_letter(&mut self) -> io::Result<()> {
        let Some(from) = self.from.clone().filter(|_| !self.to.is_empty()) else {
            return self.reply("503 5.5.1 RCPT first").await;
        };
        self.reply("354 End with a line of one dot").await?;
        let data = self.letter().await?;
        if self.office.meets(MailFault::Reset) {
            return self.cut().await;
        }
        let to = std::mem::take(&mut self.to);
        self.forget();
        if data.len() > LARGEST_LETTER_BYTES {
            return self.reply("552 5.3.4 Too large").await;
        }
        if self.office.meets(MailFault::TryLater) {
            return self.reply("451 4.7.1 Try again later").await;
        }
        self.office.state().letters.push(Letter {
            from,
            to,
            data,
            at: Instant::now(),
        });
        if self.office.meets(MailFault::Silent) {
            return self.hold().await;
        }
        if self.office.meets(MailFault::ResetAfterwards) {
            return self.cut().await;
        }
        self.reply("250 2.0.0 Accepted").await
    }

    /// The letter up to its last dot; of one too large only so much that this is seen.
    async fn letter(&mut self) -> io::Result<Vec<u8>> {
        let mut data = Vec::new();
        let mut begins = true;
        loop {
            let piece = self.bytes().await?;
            if begins && piece == b".\r\n" {
                return Ok(data);
            }
            let text = match piece.strip_prefix(b".") {
                Some(rest) if begins => rest,
                _ => &piece,
            };
            // A line too long for one piece goes on in the next.
            begins = piece.ends_with(b"\n");
            if data.len() <= LARGEST_LETTER_BYTES {
                data.extend(text);
            }
        }
    }

    fn forget(&mut self) {
        self.from = None;
        self.to.clear();
    }

    async fn reply(&mut self, line: &str) -> io::Result<()> {
        self.stream.write_all(line.as_bytes()).await?;
        self.stream.write_all(b"\r\n").await?;
        self.stream.flush().await
    }

    async fn line(&mut self) -> io::Result<String> {
        let bytes = self.bytes().await?;
        Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
    }

    async fn bytes(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        let mut limited = (&mut self.stream).take(LONGEST_LINE_BYTES);
        limited.read_until(b'\n', &mut line).await?;
        if line.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line)
    }

    /// Says nothing more until the client goes.
    async fn hold(&mut self) -> io::Result<()> {
        self.still = None;
        loop {
            self.bytes().await?;
        }
    }

    async fn cut(&mut self) -> io::Result<()> {
        self.wire.cut();
        // The connection notices at its next use.
        self.hold().await
    }
}

/// `FROM:<a@b> SIZE=1` → `a@b`.
fn address(rest: &str, key: &str) -> Option<String> {
    let (head, tail) = rest.split_at_checked(key.len())?;
    let address = tail.trim_start().strip_prefix('<')?.split_once('>')?.0;
    head.eq_ignore_ascii_case(key).then(|| address.to_owned())
}
