//! A line breaks where it is told to, and nowhere else.

use std::time::Duration;

use simulator::line::{Cut, Line};
use simulator::{City, Config, Server, Shown};

struct Over {
    line: Line,
    _server: Server,
    client: reqwest::Client,
}

impl Over {
    async fn new(tls: bool) -> Self {
        let city = City::new(Config::default());
        let server = Server::start(city, 0).await.expect("a free port");
        let line = if tls {
            Line::tls(server.address()).await.expect("a free port")
        } else {
            Line::plain(server.address()).await.expect("a free port")
        };
        let mut client = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(10));
        if tls {
            let root = reqwest::Certificate::from_der(&line.root_der()).expect("a certificate");
            client = client.add_root_certificate(root);
        }
        Self {
            client: client.build().expect("a client"),
            line,
            _server: server,
        }
    }

    /// The text of the districts, if they came whole.
    async fn districts(&self) -> Option<String> {
        let url = format!("{}/shared/districts", self.line.base_url());
        let answer = self.client.get(url).send().await.ok()?;
        answer.text().await.ok()
    }
}

#[tokio::test]
async fn an_answer_is_cut_after_so_many_bytes_and_the_next_is_whole() {
    let over = Over::new(false).await;
    let whole = over.districts().await.unwrap();
    let length = over.line.answered();
    assert!(length > whole.len());
    for how in [Cut::Fin, Cut::Reset] {
        for after in [0, 1, length / 2, length - 1] {
            over.line.cut("/districts", after, how);
            assert_eq!(over.districts().await, None, "{how:?} after {after}");
            assert_eq!(over.line.answered(), after, "{how:?}");
        }
        over.line.cut("/lpus", 0, how);
        assert_eq!(over.districts().await.as_ref(), Some(&whole));
        over.line.mend();
    }
}

#[tokio::test]
async fn a_bad_certificate_is_shown_to_connections_that_are_open_too() {
    let over = Over::new(true).await;
    assert!(over.districts().await.is_some());
    let heard = over.line.heard();
    for shown in [
        Shown::WrongHost,
        Shown::Expired,
        Shown::NotYetValid,
        Shown::SelfSigned,
        Shown::OwnAuthority,
        Shown::Unknown,
    ] {
        over.line.show(shown);
        assert_eq!(over.districts().await, None, "{shown:?}");
        assert_eq!(over.line.heard(), heard, "{shown:?}");
    }
    over.line.show(Shown::Good);
    assert!(over.districts().await.is_some());
}

#[tokio::test]
async fn a_closed_line_resets_everybody_until_it_is_mended() {
    let over = Over::new(false).await;
    assert!(over.districts().await.is_some());
    over.line.close();
    assert_eq!(over.districts().await, None);
    over.line.mend();
    assert!(over.districts().await.is_some());
}
