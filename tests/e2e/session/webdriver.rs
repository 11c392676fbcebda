//! The page in the program's first window, used as a person would: by what stands on it.

use std::{
    net::TcpListener,
    process::{Command, Stdio},
};

use fantoccini::{Client, ClientBuilder, Locator, elements::Element, error::CmdError};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};

use crate::{
    desktop::{Desktop, plain},
    processes::Killed,
    program::{Program, Running},
    screen::picture_path,
    wait::{LIMIT, seen_within, until},
};

/// The page of the first window.
pub(crate) struct Page {
    client: Client,
    _driver: Killed,
}

/// Starts the program with its window, to be used through the returned page.
pub(crate) async fn start<'a>(desktop: &Desktop, program: &'a Program<'a>) -> (Page, Running<'a>) {
    let (driver, port) = start_driver(desktop).await;
    let options = json!({ "binary": Program::file(), "args": program.arguments() });
    let wanted = json!({ "webkitgtk:browserOptions": options });
    let mut builder = ClientBuilder::new(HttpConnector::new());
    builder.capabilities(wanted.as_object().expect("it is one").clone());
    let address = format!("http://127.0.0.1:{port}");
    // If the program ends early, the driver waits for ever.
    let client = timeout(LIMIT, builder.connect(&address))
        .await
        .expect("the program opens a window")
        .expect("the driver takes the program");
    let running = program.started_by(driver.id()).await;
    let page = Page {
        client,
        _driver: driver,
    };
    (page, running)
}

async fn start_driver(desktop: &Desktop) -> (Killed, u16) {
    let mut driver: Option<(Killed, u16)> = None;
    let port = until("the web driver listens", async || {
        // Someone may be quicker to take the port: then the driver ends.
        if let Some((process, port)) = &mut driver
            && process.0.try_wait().expect("it is our child").is_none()
        {
            let listens = TcpStream::connect(("127.0.0.1", *port)).await.is_ok();
            return listens.then_some(*port);
        }
        let port = free_port();
        driver = Some((
            Killed::start(&mut driver_command(desktop, port), "webkit2gtk-driver"),
            port,
        ));
        None
    })
    .await;
    let (driver, _) = driver.expect("it listens");
    (driver, port)
}

fn driver_command(desktop: &Desktop, port: u16) -> Command {
    let mut command = desktop.command("WebKitWebDriver");
    command
        .env("TAURI_WEBVIEW_AUTOMATION", "true")
        .args(["--host=127.0.0.1".to_owned(), format!("--port={port}")])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a loopback port is free");
    listener.local_addr().expect("it is bound").port()
}

impl Page {
    /// Waits for the page with this heading.
    pub(crate) async fn heading(&self, text: &str) {
        self.find(
            &format!("the page «{text}»"),
            &format!("//h1[{}]", reads(text)),
        )
        .await;
    }

    /// Presses the button, link or choice that reads so.
    pub(crate) async fn press(&self, text: &str) {
        self.press_in("", text).await;
    }

    /// Presses it in the question over the page.
    pub(crate) async fn answer(&self, text: &str) {
        self.press_in("//*[@role = 'alertdialog']", text).await;
    }

    async fn press_in(&self, place: &str, text: &str) {
        let reads = reads(text);
        let path =
            format!("{place}//*[self::button or self::a or self::label][{reads} or .//*[{reads}]]");
        self.until(&format!("«{text}» is pressed"), async || {
            let element = self.shown(&path).await?;
            passing(element.click().await)
        })
        .await;
    }

    /// Presses the button that reads so in a dialog over the page: a choice may read alike.
    pub(crate) async fn finish(&self, text: &str) {
        let path = format!("//*[@role = 'dialog']//button[{}]", reads(text));
        self.until(&format!("«{text}» is pressed"), async || {
            let button = self.shown(&path).await?;
            passing(button.click().await)
        })
        .await;
    }

    /// Waits for an address that begins so; gives what follows.
    pub(crate) async fn address(&self, start: &str) -> String {
        self.until(&format!("«{start}…» on the page"), async || {
            let text = self.text().await?;
            let (_, rest) = text.split_once(start)?;
            let is_of_it = |sign: &char| sign.is_ascii_alphanumeric() || "-_".contains(*sign);
            Some(rest.chars().take_while(is_of_it).collect())
        })
        .await
    }

    /// Types into the field with this label.
    pub(crate) async fn fill(&self, label: &str, text: &str) {
        let path = format!("//input[@id = //label[{}]/@for]", reads(label));
        let field = self.find(&format!("the field «{label}»"), &path).await;
        field.send_keys(text).await.expect("it takes text");
    }

    /// Runs a script that ends by calling its last argument.
    pub(crate) async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        let told = self.client.execute_async(script, arguments).await;
        told.expect("the page takes the script")
    }

    /// Waits until this can be read on the page.
    pub(crate) async fn see(&self, text: &str) {
        self.until(&format!("«{text}» on the page"), async || {
            self.text().await?.contains(text).then_some(())
        })
        .await;
    }

    /// Keeps a picture of the page, if pictures are wanted.
    pub(crate) async fn picture(&self, name: &str) {
        if let Some(path) = picture_path(name) {
            // What was read a moment ago is drawn by then.
            let drawn = "requestAnimationFrame(() => requestAnimationFrame(arguments[0]))";
            self.run(drawn, Vec::new()).await;
            let taken = self.client.screenshot().await.expect("the page is drawn");
            std::fs::write(path, taken).expect("the picture can be kept");
        }
    }

    /// Everything that can be read on the page.
    async fn text(&self) -> Option<String> {
        let body = passing(self.client.find(Locator::Css("body")).await)?;
        Some(plain(&passing(body.text().await)?))
    }

    async fn find(&self, what: &str, path: &str) -> Element {
        self.until(what, async || self.shown(path).await).await
    }

    /// The first of them that can be seen: the menu of a wide window hides in a narrow one.
    async fn shown(&self, path: &str) -> Option<Element> {
        for element in passing(self.client.find_all(Locator::XPath(path)).await)? {
            if passing(element.is_displayed().await) == Some(true) {
                return Some(element);
            }
        }
        None
    }

    async fn until<T>(&self, what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
        if let Some(seen) = seen_within(LIMIT, look).await {
            return seen;
        }
        let page = timeout(LIMIT, self.text()).await.ok().flatten();
        let page = page.unwrap_or_else(|| "nothing".to_owned());
        panic!("not within {LIMIT:?}: {what}. On the page:\n{page}");
    }
}

/// What was asked for; `None` when the page is not there yet, or is changing.
fn passing<T>(told: Result<T, CmdError>) -> Option<T> {
    match told {
        Ok(told) => Some(told),
        Err(CmdError::Standard(_)) => None,
        Err(error) => panic!("the web driver failed: {error}"),
    }
}

/// As `XPath`: an element that reads so.
fn reads(text: &str) -> String {
    assert!(!text.contains('"'), "{text}");
    format!("normalize-space(translate(., '\u{a0}\u{202f}', '  ')) = \"{text}\"")
}
