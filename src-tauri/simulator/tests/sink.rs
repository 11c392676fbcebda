//! The sink for ntfy and webhooks.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::time::Duration;

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use simulator::sink::{Sink, SinkFault};

fn client() -> Client {
    Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .tls_built_in_root_certs(false)
        .build()
        .unwrap()
}

#[tokio::test]
async fn what_comes_is_kept() {
    let sink = Sink::start(0).await.unwrap();
    let address = sink.base_url();
    let post = client().post(format!("{address}/talony?up=1"));
    let answer = post.header("Title", "Талон").body("3 марта").send();
    let answer: Value = answer.await.unwrap().json().await.unwrap();
    assert_eq!(answer["event"], "message");
    assert_eq!(answer["topic"], "talony");
    assert_eq!(answer["message"], "3 марта");
    let put = client().put(&address);
    let answer = put.json(&json!({"topic": "t", "message": "m"})).send();
    let answer: Value = answer.await.unwrap().json().await.unwrap();
    assert_eq!(
        (&answer["topic"], &answer["message"]),
        (&json!("t"), &json!("m"))
    );
    let [first, second] = &sink.received()[..] else {
        panic!("{:?}", sink.received());
    };
    assert_eq!(
        (first.method.as_str(), first.path.as_str()),
        ("POST", "/talony?up=1")
    );
    assert_eq!(first.header("title").unwrap(), "Талон");
    assert_eq!(first.text(), "3 марта");
    assert_eq!(second.json()["message"], "m");
    sink.stop().await;
}

#[tokio::test]
async fn it_refuses_as_told_and_then_works_again() {
    let sink = Sink::start(0).await.unwrap();
    let send = || client().post(sink.base_url()).body("a").send();
    sink.fail(SinkFault::Status(503), 1);
    assert_eq!(
        send().await.unwrap().status(),
        StatusCode::SERVICE_UNAVAILABLE
    );
    sink.fail(SinkFault::TooMany { retry_after: 9 }, 1);
    let busy = send().await.unwrap();
    assert_eq!(busy.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(busy.headers()["retry-after"], "9");
    sink.fail(
        SinkFault::Redirect("http://elsewhere.example/".to_owned()),
        1,
    );
    let away = send().await.unwrap();
    assert!(away.status().is_redirection());
    assert_eq!(away.headers()["location"], "http://elsewhere.example/");
    sink.fail(SinkFault::Reset, 1);
    assert!(send().await.is_err());
    assert!(sink.received().iter().all(|received| !received.done));
    sink.fail(SinkFault::ResetAfterwards, 1);
    assert!(send().await.is_err());
    assert!(send().await.unwrap().status().is_success());
    let done = sink
        .received()
        .iter()
        .filter(|received| received.done)
        .count();
    assert_eq!(done, 2);
}

#[tokio::test(start_paused = true)]
async fn an_answer_may_be_slow_or_never_come() {
    let sink = Sink::start(0).await.unwrap();
    let minute = Duration::from_mins(1);
    let client = client();
    let send = || client.post(sink.base_url()).body("a").send();
    sink.fail(SinkFault::Slow(minute), 1);
    let began = tokio::time::Instant::now();
    assert!(send().await.unwrap().status().is_success());
    assert!(began.elapsed() >= minute);
    sink.fail(SinkFault::Silent, 1);
    assert!(tokio::time::timeout(minute, send()).await.is_err());
    assert_eq!(sink.received().len(), 2);
    sink.stop().await;
}
