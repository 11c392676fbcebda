//! A screen in memory with a window manager, and the windows on it.

use std::{
    collections::HashSet,
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use x11rb::{
    CURRENT_TIME,
    connection::Connection,
    protocol::xproto::{
        AtomEnum, ClientMessageEvent, ConnectionExt, EventMask, GetPropertyReply, ImageFormat,
        Window as Id,
    },
    rust_connection::RustConnection,
};

use crate::{processes::Killed, wait::until};

/// The screen of one story.
pub(crate) struct Screen {
    x11: RustConnection,
    root: Id,
    name: String,
    _manager: Killed,
    server: Killed,
}

/// A window as the window manager lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Window {
    id: Id,
    /// What stands in its title bar.
    pub(crate) title: String,
    /// Only its entry on a taskbar is to be seen.
    pub(crate) minimised: bool,
}

impl Screen {
    /// Starts the screen and its window manager, whose settings would be under `home`.
    pub(crate) async fn start(home: &Path) -> Self {
        let mut server = Killed::start(
            Command::new("Xvfb")
                .args(["-displayfd", "1", "-screen", "0", "1280x1024x24"])
                .args(["-nolisten", "tcp", "-noreset"])
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
            "xvfb",
        );
        let told = server.0.stdout.take().expect("its output is piped");
        let mut number = String::new();
        BufReader::new(told)
            .read_line(&mut number)
            .expect("Xvfb tells its number");
        let name = format!(":{}", number.trim());
        let (x11, screen) = x11rb::connect(Some(&name)).expect("Xvfb is ready");
        let root = x11.setup().roots[screen].root;
        let manager = Killed::start(
            Command::new("openbox")
                .arg("--sm-disable")
                .env("DISPLAY", &name)
                .env("HOME", home)
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
            "openbox",
        );
        let screen = Self {
            x11,
            root,
            name,
            _manager: manager,
            server,
        };
        until("the window manager is there", async || {
            let there = screen.numbers(screen.root, "_NET_SUPPORTING_WM_CHECK");
            (!there.is_empty()).then_some(())
        })
        .await;
        screen
    }

    /// As `DISPLAY` names it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The windows of a process.
    pub(crate) fn windows(&self, process: u32) -> Vec<Window> {
        self.numbers(self.root, "_NET_CLIENT_LIST")
            .into_iter()
            .filter(|id| self.numbers(*id, "_NET_WM_PID") == [process])
            .map(|id| Window {
                id,
                title: self.text(id, "_NET_WM_NAME"),
                minimised: self
                    .numbers(id, "_NET_WM_STATE")
                    .contains(&self.atom("_NET_WM_STATE_HIDDEN")),
            })
            .collect()
    }

    /// Is there a page in the window, or is it blank?
    pub(crate) fn is_drawn(&self, window: &Window) -> bool {
        const COLOURS_OF_TEXT: usize = 16;
        let asked = self
            .x11
            .get_geometry(window.id)
            .expect("the screen is there");
        let Ok(size) = asked.reply() else {
            return false;
        };
        let (format, all) = (ImageFormat::Z_PIXMAP, u32::MAX);
        let asked = self
            .x11
            .get_image(format, window.id, 0, 0, size.width, size.height, all)
            .expect("the screen is there");
        let Ok(image) = asked.reply() else {
            return false;
        };
        let colours: HashSet<&[u8]> = image.data.chunks_exact(4).collect();
        colours.len() > COLOURS_OF_TEXT
    }

    /// Closes a window as its «×» does.
    pub(crate) fn close(&self, window: &Window) {
        // The second number: asked for by a tool of the person, not by a program.
        self.ask_manager(window, "_NET_CLOSE_WINDOW", [CURRENT_TIME, 2, 0, 0, 0]);
    }

    /// Minimises a window as its «_» does.
    pub(crate) fn minimise(&self, window: &Window) {
        const ICONIC: u32 = 3;
        self.ask_manager(window, "WM_CHANGE_STATE", [ICONIC, 0, 0, 0, 0]);
    }

    /// Keeps a picture of the whole screen, if pictures are wanted and can be taken.
    pub(crate) fn picture(&self, name: &str) {
        if let Some(path) = picture_path(name) {
            let taken = Command::new("import")
                .args(["-display", &self.name, "-window", "root"])
                .arg(path)
                .status();
            drop(taken);
        }
    }

    fn ask_manager(&self, window: &Window, wish: &str, data: [u32; 5]) {
        let event = ClientMessageEvent::new(32, window.id, self.atom(wish), data);
        let managers = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
        self.x11
            .send_event(false, self.root, managers, event)
            .expect("the screen is there")
            .check()
            .expect("the event is well made");
    }

    fn atom(&self, name: &str) -> u32 {
        self.x11
            .intern_atom(false, name.as_bytes())
            .expect("the screen is there")
            .reply()
            .expect("there is room for a name")
            .atom
    }

    /// `None`: the window is gone.
    fn property(&self, window: Id, name: &str) -> Option<GetPropertyReply> {
        let (name, any) = (self.atom(name), AtomEnum::ANY);
        let asked = self
            .x11
            .get_property(false, window, name, any, 0, 1024)
            .expect("the screen is there");
        asked.reply().ok()
    }

    fn numbers(&self, window: Id, name: &str) -> Vec<u32> {
        self.property(window, name)
            .and_then(|reply| Some(reply.value32()?.collect()))
            .unwrap_or_default()
    }

    fn text(&self, window: Id, name: &str) -> String {
        self.property(window, name)
            .map(|reply| String::from_utf8_lossy(&reply.value).into_owned())
            .unwrap_or_default()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Killed, it would leave its socket and lock behind.
        self.server.end();
    }
}

/// Where a picture is kept, if `TALONCHIK_PICTURES` asks for pictures.
pub(crate) fn picture_path(name: &str) -> Option<PathBuf> {
    std::env::var_os("TALONCHIK_PICTURES")?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/e2e/pictures");
    fs::create_dir_all(&folder).expect("the folder of pictures can be made");
    Some(folder.join(format!("{name}.png")))
}
