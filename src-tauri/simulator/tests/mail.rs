//! The stand-in for a mail server, by the library the product uses.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::sync::OnceLock;
use std::time::Duration;

use lettre::message::MultiPart;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use simulator::mail::{Mail, MailFault, Security};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

type Mailer = AsyncSmtpTransport<Tokio1Executor>;

const LOGIN: &str = "me@example.org";
const PASSWORD: &str = "тайна";
const PATIENCE: Duration = Duration::from_secs(20);

async fn start(security: Security) -> Mail {
    Mail::start(security, LOGIN, PASSWORD, 0).await.unwrap()
}

fn mailer_of(mail: &Mail, security: Security, password: &str, mechanism: Mechanism) -> Mailer {
    // The system's own certificates take long to read, and no test needs them.
    let tls = TlsParameters::builder("localhost".to_owned())
        .certificate_store(CertificateStore::None)
        .add_root_certificate(Certificate::from_der(mail.root_der()).unwrap())
        .build()
        .unwrap();
    let tls = match security {
        Security::Tls => Tls::Wrapper(tls),
        Security::StartTls => Tls::Required(tls),
    };
    Mailer::builder_dangerous("127.0.0.1")
        .port(mail.port())
        .tls(tls)
        .timeout(Some(PATIENCE))
        .authentication(vec![mechanism])
        .credentials(Credentials::new(LOGIN.to_owned(), password.to_owned()))
        .build()
}

fn mailer(mail: &Mail, security: Security) -> Mailer {
    mailer_of(mail, security, PASSWORD, Mechanism::Plain)
}

fn letter() -> Message {
    static LETTER: OnceLock<Message> = OnceLock::new();
    let write = || {
        let text = "Талоны есть.\n.\n..Точки в начале\n".to_owned();
        let html = "<p>Талоны есть.</p>".to_owned();
        Message::builder()
            .from("Талончик <me@example.org>".parse().unwrap())
            .to("you@example.org".parse().unwrap())
            .subject("Талон к врачу: 3 марта")
            .multipart(MultiPart::alternative_plain_html(text, html))
            .unwrap()
    };
    LETTER.get_or_init(write).clone()
}

async fn send(mail: &Mail, security: Security) -> Result<(), Error> {
    mailer(mail, security).send(letter()).await.map(drop)
}

#[tokio::test]
async fn a_letter_arrives_as_it_was_written() {
    for security in [Security::Tls, Security::StartTls] {
        for mechanism in [Mechanism::Plain, Mechanism::Login] {
            let mail = start(security).await;
            mailer_of(&mail, security, PASSWORD, mechanism)
                .send(letter())
                .await
                .unwrap();
            let letters = mail.letters();
            let [letter] = &letters[..] else {
                panic!("{letters:?}");
            };
            assert_eq!(letter.from, "me@example.org");
            assert_eq!(letter.to, ["you@example.org"]);
            assert_eq!(letter.subject().unwrap(), "Талон к врачу: 3 марта");
            let text = letter.text().unwrap().replace("\r\n", "\n");
            assert_eq!(text.trim_end(), "Талоны есть.\n.\n..Точки в начале");
            assert_eq!(letter.html().unwrap().trim_end(), "<p>Талоны есть.</p>");
            assert_eq!(letter.header("To").unwrap(), "you@example.org");
            let [login] = &mail.logins()[..] else {
                panic!("{:?}", mail.logins());
            };
            assert!(login.accepted && login.name == LOGIN);
            assert_eq!(login.mechanism, mechanism.to_string());
            mail.stop().await;
        }
    }
}

#[tokio::test]
async fn only_the_right_password_is_let_in() {
    let mail = start(Security::Tls).await;
    let wrong = mailer_of(&mail, Security::Tls, "догадка", Mechanism::Plain);
    let refused = wrong.send(letter()).await.unwrap_err();
    assert_eq!(refused.status().unwrap().to_string(), "535");
    assert!(!mail.logins()[0].accepted);
    assert!(mail.letters().is_empty());
}

#[tokio::test]
async fn it_refuses_as_told_and_then_works_again() {
    let mail = start(Security::StartTls).await;
    for (fault, code, for_good) in [
        (MailFault::LoginRefused, "535", true),
        (MailFault::RecipientRefused, "550", true),
        (MailFault::Unavailable, "421", false),
        (MailFault::TryLater, "451", false),
    ] {
        mail.fail(fault, 1);
        let refused = send(&mail, Security::StartTls).await.unwrap_err();
        assert_eq!(refused.status().unwrap().to_string(), code);
        assert_eq!(refused.is_permanent(), for_good);
    }
    assert!(mail.letters().is_empty());
    send(&mail, Security::StartTls).await.unwrap();
    assert_eq!(mail.letters().len(), 1);
    assert_eq!(mail.connections(), 5);
}

#[tokio::test]
async fn whom_a_client_must_not_trust_learns_nothing() {
    for security in [Security::Tls, Security::StartTls] {
        let mail = start(security).await;
        let mut faults = vec![MailFault::WrongHost, MailFault::Expired];
        if security == Security::StartTls {
            faults.push(MailFault::NoStartTls);
        }
        for fault in faults {
            mail.fail(fault, 1);
            send(&mail, security).await.unwrap_err();
        }
        // Somebody else's authority signed this one.
        let other = start(security).await;
        let stranger = Mailer::builder_dangerous("127.0.0.1");
        let tls = TlsParameters::builder("localhost".to_owned())
            .certificate_store(CertificateStore::None)
            .add_root_certificate(Certificate::from_pem(other.root_pem().as_bytes()).unwrap())
            .build()
            .unwrap();
        let tls = match security {
            Security::Tls => Tls::Wrapper(tls),
            Security::StartTls => Tls::Required(tls),
        };
        let stranger = stranger.port(mail.port()).tls(tls).build();
        stranger.send(letter()).await.unwrap_err();
        assert_eq!(mail.logins(), []);
        assert!(mail.letters().is_empty());
        send(&mail, security).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_may_never_come() {
    for security in [Security::Tls, Security::StartTls] {
        let mail = start(security).await;
        // The library's own timeout is only for connecting.
        let hopeless = || tokio::time::timeout(PATIENCE, send(&mail, security));
        mail.fail(MailFault::SilentGreeting, 1);
        hopeless().await.unwrap_err();
        assert_eq!(mail.letters().len(), 0);
        mail.fail(MailFault::Silent, 1);
        hopeless().await.unwrap_err();
        assert_eq!(mail.letters().len(), 1);
        mail.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_timeout_in_paused_time_does_not_go_off_in_a_dialogue() {
    for security in [Security::Tls, Security::StartTls] {
        let mail = start(security).await;
        // As in the product, where the test's own task is not the one that sends.
        let mailer = mailer(&mail, security);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            tokio::time::timeout(Duration::from_secs(1), mailer.send(letter())).await
        });
        tasks.join_next().await.unwrap().unwrap().unwrap().unwrap();
        assert_eq!(mail.letters().len(), 1);
    }
}

#[tokio::test]
async fn a_connection_may_break_before_or_after_the_letter_is_taken() {
    let mail = start(Security::Tls).await;
    mail.fail(MailFault::Reset, 1);
    let broken = send(&mail, Security::Tls).await.unwrap_err();
    assert!(broken.status().is_none());
    assert_eq!(mail.letters().len(), 0);
    mail.fail(MailFault::ResetAfterwards, 1);
    send(&mail, Security::Tls).await.unwrap_err();
    assert_eq!(mail.letters().len(), 1);
}

#[tokio::test]
async fn nothing_is_taken_in_the_clear() {
    let mail = start(Security::StartTls).await;
    let stream = TcpStream::connect(("127.0.0.1", mail.port()))
        .await
        .unwrap();
    let mut stream = BufReader::new(stream);
    let mut answer = String::new();
    stream.read_line(&mut answer).await.unwrap();
    assert!(answer.starts_with("220"), "{answer}");
    for (line, code) in [
        ("AUTH PLAIN AG1lAHNlY3JldA==", "538"),
        ("MAIL FROM:<me@example.org>", "530"),
        ("RCPT TO:<you@example.org>", "503"),
        ("DATA", "503"),
        ("VRFY you", "502"),
        ("QUIT", "221"),
    ] {
        stream
            .write_all(format!("{line}\r\n").as_bytes())
            .await
            .unwrap();
        answer.clear();
        stream.read_line(&mut answer).await.unwrap();
        assert!(answer.starts_with(code), "{line}: {answer}");
    }
    assert_eq!(mail.logins(), []);
}
