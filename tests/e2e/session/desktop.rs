//! What a desktop offers a program: a screen, a session bus, notifications, a place for icons.

use std::{
    collections::HashMap,
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use tempfile::TempDir;
use zbus::{
    connection::{Builder, Connection},
    fdo::DBusProxy,
    interface,
    message::Header,
    object_server::SignalEmitter,
    zvariant::OwnedValue,
};

use crate::{
    processes::Killed,
    screen::Screen,
    tray::Tray,
    wait::{LIMIT, until, within},
};

const NOTIFICATIONS: &str = "org.freedesktop.Notifications";
const NOTIFICATIONS_PATH: &str = "/org/freedesktop/Notifications";
const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const WATCHER_PATH: &str = "/StatusNotifierWatcher";

/// How this desktop treats notifications.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notifying {
    /// They are shown.
    Works,
    /// The server is there and never answers.
    Hangs,
    /// There is no server.
    Absent,
}

/// Has this desktop a place for tray icons?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TrayHost {
    /// It has.
    There,
    /// It has none, like GNOME as it comes.
    Absent,
}

/// The desktop of one story.
pub(crate) struct Desktop {
    /// Its screen.
    pub(crate) screen: Screen,
    address: String,
    connection: Connection,
    told: Told,
    items: Items,
    _bus: Killed,
    home: TempDir,
}

/// A notification as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notification {
    /// The number it was given.
    pub(crate) id: u32,
    /// The bold line.
    pub(crate) title: String,
    /// The text under it.
    pub(crate) body: String,
    /// Keys and titles of its buttons.
    pub(crate) actions: Vec<(String, String)>,
}

/// What was asked of the notification server and no story has taken yet.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Show(Notification),
    TakeBack(u32),
}

type Told = Arc<Mutex<Vec<Asked>>>;
/// Bus names and paths of tray icons.
type Items = Arc<Mutex<Vec<(String, String)>>>;

impl Desktop {
    /// A desktop where everything works.
    pub(crate) async fn usual() -> Self {
        Self::start(Notifying::Works, TrayHost::There).await
    }

    /// A desktop of this kind.
    pub(crate) async fn start(notifying: Notifying, host: TrayHost) -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let runtime = home.path().join("run");
        fs::create_dir(&runtime).expect("the home is ours");
        fs::set_permissions(&runtime, PermissionsExt::from_mode(0o700))
            .expect("the folder is ours");
        let screen = Screen::start(home.path()).await;
        let (bus, address) = start_bus(&runtime);
        let (told, items) = (Told::default(), Items::default());
        let mut builder = Builder::address(address.as_str()).expect("the bus tells its address");
        if notifying != Notifying::Absent {
            let server = NotificationServer {
                hangs: notifying == Notifying::Hangs,
                told: told.clone(),
                last: AtomicU32::new(0),
            };
            builder = serving(builder, NOTIFICATIONS, NOTIFICATIONS_PATH, server);
        }
        if host == TrayHost::There {
            let watcher = Watcher {
                has_host: true,
                items: items.clone(),
            };
            builder = serving(builder, WATCHER, WATCHER_PATH, watcher);
        }
        let connection = builder.build().await.expect("the bus is there");
        Self {
            screen,
            address,
            connection,
            told,
            items,
            _bus: bus,
            home,
        }
    }

    /// A command that runs in this desktop and knows of no other.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let home = self.home.path();
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| name == "PATH"))
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_DATA_HOME", home.join("share"))
            .env("XDG_CACHE_HOME", home.join("cache"))
            .env("XDG_RUNTIME_DIR", home.join("run"))
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .env("DISPLAY", self.screen.name())
            .env("LANG", "ru_RU.UTF-8")
            .env("TZ", "Europe/Moscow")
            .env("GDK_BACKEND", "x11")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("NO_AT_BRIDGE", "1");
        command
    }

    /// A folder of this desktop's person.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Waits for a notification with this title and takes it.
    pub(crate) async fn notification(&self, title: &str) -> Notification {
        self.notification_within(LIMIT, title).await
    }

    /// The same where there is much to look at before.
    pub(crate) async fn notification_within(&self, limit: Duration, title: &str) -> Notification {
        within(
            limit,
            &format!("the notification «{title}»"),
            async || {
                self.take(|asked| match asked {
                    Asked::Show(shown) => shown.title == title,
                    Asked::TakeBack(_) => false,
                })
                .and_then(|asked| match asked {
                    Asked::Show(shown) => Some(shown),
                    Asked::TakeBack(_) => None,
                })
            },
        )
        .await
    }

    /// Waits until a notification is taken back.
    pub(crate) async fn taken_back(&self, id: u32) {
        self.taken_back_within(LIMIT, id).await;
    }

    /// The same where there is much to look at before.
    pub(crate) async fn taken_back_within(&self, limit: Duration, id: u32) {
        within(
            limit,
            &format!("notification {id} is taken back"),
            async || self.take(|asked| *asked == Asked::TakeBack(id)),
        )
        .await;
    }

    /// Presses a button of a notification until the program does what it says: in the very
    /// moment a notification appears, quicker than any hand, it is not listened to yet.
    pub(crate) async fn press<T>(
        &self,
        notification: &Notification,
        key: &str,
        what: &str,
        mut look: impl FnMut() -> Option<T>,
    ) -> T {
        let emitter = SignalEmitter::new(&self.connection, NOTIFICATIONS_PATH)
            .expect("the path is well made");
        until(what, async || {
            NotificationServer::action_invoked(&emitter, notification.id, key)
                .await
                .expect("the bus is there");
            look()
        })
        .await
    }

    /// Waits for the program's tray icon.
    pub(crate) async fn tray(&self) -> Tray {
        let bus = DBusProxy::new(&self.connection)
            .await
            .expect("the bus is there");
        let (name, path) = until("the tray icon", async || {
            let (name, path) = locked(&self.items).last().cloned()?;
            // The newest may be that of a program which has ended.
            let owner = name.as_str().try_into().expect("it is a bus name");
            let lives = bus.name_has_owner(owner).await.expect("the bus is there");
            lives.then_some((name, path))
        })
        .await;
        Tray::new(&self.connection, name, path).await
    }

    fn take(&self, which: impl Fn(&Asked) -> bool) -> Option<Asked> {
        let mut told = locked(&self.told);
        let place = told.iter().position(which)?;
        Some(told.remove(place))
    }
}

impl Drop for Desktop {
    #[expect(clippy::print_stderr, reason = "says why a story failed")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("asked and not expected: {:#?}", locked(&self.told));
        }
    }
}

fn start_bus(runtime: &Path) -> (Killed, String) {
    let mut bus = Killed::start(
        Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
            .arg(format!("--address=unix:path={}/bus", runtime.display()))
            .env_remove("DISPLAY")
            .stdout(Stdio::piped())
            .stderr(Stdio::null()),
        "dbus",
    );
    let told = bus.0.stdout.take().expect("its output is piped");
    let mut address = String::new();
    BufReader::new(told)
        .read_line(&mut address)
        .expect("the bus tells its address");
    (bus, address.trim().to_owned())
}

fn serving<'a>(
    builder: Builder<'a>,
    name: &'a str,
    path: &'a str,
    object: impl zbus::object_server::Interface,
) -> Builder<'a> {
    builder
        .name(name)
        .and_then(|builder| builder.serve_at(path, object))
        .expect("name and path are well made")
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct NotificationServer {
    hangs: bool,
    told: Told,
    last: AtomicU32,
}

impl NotificationServer {
    async fn hang_if_so(&self) {
        if self.hangs {
            std::future::pending::<()>().await;
        }
    }
}

#[interface(name = "org.freedesktop.Notifications")]
impl NotificationServer {
    async fn get_capabilities(&self) -> Vec<String> {
        self.hang_if_so().await;
        ["actions", "body", "body-markup", "persistence"]
            .map(str::to_owned)
            .into()
    }

    async fn get_server_information(&self) -> (String, String, String, String) {
        self.hang_if_so().await;
        ["story", "talonchik", "1", "1.2"].map(str::to_owned).into()
    }

    #[expect(
        clippy::too_many_arguments,
        unused_variables,
        reason = "as the specification has it"
    )]
    async fn notify(
        &self,
        program: String,
        replaced: u32,
        icon: String,
        title: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        timeout: i32,
    ) -> u32 {
        self.hang_if_so().await;
        let id = match replaced {
            0 => self.last.fetch_add(1, Ordering::SeqCst) + 1,
            id => id,
        };
        let actions = actions
            .chunks_exact(2)
            .map(|pair| (pair[0].clone(), pair[1].clone()))
            .collect();
        locked(&self.told).push(Asked::Show(Notification {
            id,
            title: plain(&title),
            body: plain(&body),
            actions,
        }));
        id
    }

    async fn close_notification(&self, id: u32) {
        self.hang_if_so().await;
        locked(&self.told).push(Asked::TakeBack(id));
    }

    #[zbus(signal)]
    async fn action_invoked(emitter: &SignalEmitter<'_>, id: u32, key: &str) -> zbus::Result<()>;
}

struct Watcher {
    has_host: bool,
    items: Items,
}

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    #[expect(clippy::needless_pass_by_value, reason = "zbus gives it so")]
    fn register_status_notifier_item(&self, service: String, #[zbus(header)] header: Header<'_>) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        // Ayatana tells the path of the item, others tell its bus name.
        let item = if service.starts_with('/') {
            (sender, service)
        } else {
            (service, "/StatusNotifierItem".to_owned())
        };
        locked(&self.items).push(item);
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        let items = locked(&self.items);
        items
            .iter()
            .map(|(name, path)| format!("{name}{path}"))
            .collect()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        self.has_host
    }
}

/// Text without its no-break spaces, as one reads it.
pub(crate) fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
}
