//! Talonchik as a desktop program: tray, notifications, a window on demand.
//!
//! Everything the product does is in `engine`; here it meets the system.
//! `program` owns the engine, `tray` and `toast` show what it tells,
//! `window` and `ipc` serve the page.

mod args;
mod ask;
mod attention;
mod autostart;
mod check;
mod desk;
mod error;
mod files;
mod folders;
mod ipc;
mod links;
mod locale;
mod logs;
mod program;
mod quit;
mod system_page;
mod tasks;
mod toast;
mod tray;
mod web;
mod window;

use std::{
    fs,
    path::PathBuf,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    time::Duration,
};

use clap::Parser;
use engine::{
    Config, StartError, StoreError, launch,
    model::{Event, Language},
    text::Words,
};
use tauri::{App, AppHandle, Manager, RunEvent, Runtime, async_runtime};
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};
use tauri_specta::Event as _;
use tokio::sync::{broadcast, mpsc, watch};
use tracing::{error, info, warn};
use tracing_appender::non_blocking::WorkerGuard;

use self::{
    args::Args,
    desk::Desk,
    folders::Folders,
    ipc::Changed,
    program::{Mode, MoveError, Program, Setup},
    tasks::Tasks,
    toast::Toasts,
    tray::{Place, Tray},
};

/// How long after a start at login the desktop may take to offer a place for the icon.
const PLACE_LIMIT: Duration = Duration::from_secs(20);

/// What was wrong with the command line, by convention.
const WRONG_USAGE: u8 = 2;

/// Runs the program until its end.
pub fn run() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(told) => {
            // The console may be gone; then no one reads it.
            let _ = told.print();
            return if told.use_stderr() {
                WRONG_USAGE.into()
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    launch::with(web::variable());
    let log: Arc<Mutex<Option<WorkerGuard>>> = Arc::default();
    let ended = match build(args, log.clone()) {
        Ok(app) => app.run_return(on_event),
        Err(error) => {
            // Most likely the first start is ending and cannot take this one's wish.
            error!("the program did not start: {}", with_causes(&error));
            1
        }
    };
    // Writes what is still in memory.
    drop(log.lock().unwrap_or_else(PoisonError::into_inner).take());
    u8::try_from(ended).map_or(ExitCode::FAILURE, ExitCode::from)
}

fn build(args: Args, log: Arc<Mutex<Option<WorkerGuard>>>) -> tauri::Result<App> {
    let commands = ipc::builder();
    tauri::Builder::default()
        // The first of all: a second start ends here and shows the first one's window.
        .plugin(tauri_plugin_single_instance::init(|app, arguments, _| {
            started_again(app, arguments);
        }))
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(commands.invoke_handler())
        .on_window_event(window::on_event)
        .setup(move |app| {
            commands.mount_events(app);
            start(app.handle(), &args, &log)?;
            Ok(())
        })
        .build(tauri::generate_context!())
}

fn on_event<R: Runtime>(app: &AppHandle<R>, event: RunEvent) {
    match event {
        // The last window closed: the program stays. With a code someone asked for the end.
        RunEvent::ExitRequested {
            api, code: None, ..
        } => api.prevent_exit(),
        RunEvent::Exit => {
            // Ended by the system or a toolkit, not by `quit`: stop what it did not.
            if let Some(desk) = app.try_state::<Desk>()
                && !desk.quitting.swap(true, Ordering::SeqCst)
            {
                async_runtime::block_on(quit::stop(app));
            }
        }
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => window::open(app, None),
        _ => (),
    }
}

/// The program was started while it runs.
fn started_again<R: Runtime>(app: &AppHandle<R>, arguments: Vec<String>) {
    match Args::try_parse_from(arguments) {
        Ok(args) if args.minimized && args.link.is_none() => (),
        Ok(args) => window::open(app, args.route()),
        Err(_) => window::open(app, None),
    }
}

fn start<R: Runtime>(
    app: &AppHandle<R>,
    args: &Args,
    log: &Mutex<Option<WorkerGuard>>,
) -> tauri::Result<()> {
    let folders = Folders::find(app, args.data_dir.as_deref())?;
    let created = folders.create();
    *log.lock().unwrap_or_else(PoisonError::into_inner) = logs::start(&folders.logs);
    info!("Talonchik {} starts", app.package_info().version);
    if let Err(error) = created {
        error!("the folders could not be made: {error}");
    }
    app.plugin(
        tauri_plugin_window_state::Builder::new()
            .with_state_flags(window::remembered())
            .with_filename(folders.data.join("window.json").to_string_lossy())
            .build(),
    )?;
    app.plugin(
        tauri_plugin_autostart::Builder::new()
            .arg("--minimized")
            .build(),
    )?;
    #[cfg(target_os = "macos")]
    app.set_activation_policy(tauri::ActivationPolicy::Accessory)?;

    let tasks = Tasks::new(async_runtime::handle().inner().clone());
    let (asks, asked) = mpsc::unbounded_channel();
    let settings = watch::Sender::new(None);
    let setup = setup(args, &folders);
    let toasts = Toasts::new(
        settings.subscribe(),
        asks.clone(),
        setup.clock.clone(),
        tasks.clone(),
        icon_file(&folders),
    );
    let channels = toasts.clone();
    let setup = Setup {
        channels: Box::new(move |mode| vec![channels.channel(mode)]),
        ..setup
    };
    let mode = if args.demo { Mode::Demo } else { Mode::Real };
    let started = async_runtime::block_on(Program::start(setup, mode, settings, tasks.clone()));
    let program = match started {
        Ok(program) => program,
        Err(error) => {
            say_why_not_started(app, &error, &folders);
            return Ok(());
        }
    };

    let (chosen, choices) = mpsc::unbounded_channel();
    let tray = Arc::new(Tray::build(app, chosen));
    let found = watch::Sender::new(false);
    let place = Place::new(found.subscribe());
    if tray.is_built() {
        tasks.keep("tray host", move || tray::host::follow(found.clone()));
    }
    let desk = Desk::new(program.clone(), toasts, place.clone(), folders);
    let usual = desk.folders.usual;
    app.manage(desk);

    let work = Arc::new(tray::Work {
        app: app.clone(),
        tray,
        program: program.clone(),
        chosen: tokio::sync::Mutex::new(choices),
        asks,
    });
    tasks.keep("tray", move || tray::run(work.clone()));
    let asked = Arc::new(tokio::sync::Mutex::new(asked));
    let (here, source) = (app.clone(), program.clone());
    tasks.keep("wishes", move || {
        ask::fulfil(here.clone(), source.clone(), asked.clone())
    });
    let (here, source) = (app.clone(), program.clone());
    tasks.keep("window events", move || {
        tell_the_window(here.clone(), source.events())
    });
    if usual {
        let (here, source) = (app.clone(), program.clone());
        tasks.keep("autostart", move || {
            autostart::follow(here.clone(), source.settings())
        });
    }
    #[cfg(unix)]
    tasks.spawn(quit::when_told(app.clone()));

    open_first(app, args, place, &tasks);
    Ok(())
}

fn setup(args: &Args, folders: &Folders) -> Setup {
    let usual = Config::new(folders.data.clone());
    Setup {
        data_dir: usual.data_dir,
        demo_dir: folders.demo_data(),
        api_base: args.api_base.clone().unwrap_or(usual.api_base),
        budget_per_hour: args.budget.map(std::num::NonZeroU32::get),
        clock: usual.clock,
        seed: usual.seed,
        language: system_language(),
        secrets: None,
        channels: Box::new(|_| Vec::new()),
    }
}

/// The window, unless the program was started to wait beside the clock.
fn open_first<R: Runtime>(app: &AppHandle<R>, args: &Args, place: Place, tasks: &Tasks) {
    if !args.minimized {
        window::open(app, args.route());
        return;
    }
    // Without a place for the icon a hidden start would leave no way in.
    let app = app.clone();
    tasks.spawn(async move {
        if !place.comes_within(PLACE_LIMIT).await {
            warn!("there is no place for the tray icon: the window opens minimised");
            window::open_minimised(&app);
        }
    });
}

/// Passes what changed on to the page, while there is one.
async fn tell_the_window<R: Runtime>(app: AppHandle<R>, mut events: broadcast::Receiver<Event>) {
    loop {
        let heard = match events.recv().await {
            Ok(event) => vec![event],
            // Some were missed: the page asks everything again.
            Err(broadcast::error::RecvError::Lagged(_)) => vec![
                Event::SettingsChanged,
                Event::StatusChanged,
                Event::CatalogueChanged,
                Event::WatchesChanged,
            ],
            Err(broadcast::error::RecvError::Closed) => return,
        };
        if window::shown(&app).is_none() {
            continue;
        }
        for event in heard {
            if let Err(error) = Changed(event).emit(&app) {
                warn!("the window was not told of a change: {error}");
            }
        }
    }
}

fn system_language() -> Language {
    locale::language_of(sys_locale::get_locale().as_deref())
}

/// The program cannot work: one sentence why, and the end.
fn say_why_not_started<R: Runtime>(app: &AppHandle<R>, error: &MoveError, folders: &Folders) {
    error!("the engine did not start: {}", with_causes(error));
    let (title, text) = match error {
        MoveError::Start(StartError::Store(StoreError::InUse)) => {
            ("start-in-use-title", "start-in-use")
        }
        MoveError::Start(StartError::Store(StoreError::Newer { .. })) => {
            ("start-newer-title", "start-newer")
        }
        MoveError::City(_) | MoveError::Address(_) => ("start-demo-title", "start-demo"),
        MoveError::Start(_) | MoveError::Engine(_) | MoveError::Files(_) => {
            ("start-storage-title", "start-storage")
        }
    };
    let words = Words::new(system_language());
    let folder = folders.data.display().to_string();
    let here = app.clone();
    app.dialog()
        .message(words.say_with(text, &[("folder", folder.into())]))
        .title(words.say(title))
        .kind(MessageDialogKind::Error)
        .show(move |_| here.exit(1));
}

/// An error and everything under it, in one line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

/// The program's picture on the disk, for notification servers.
fn icon_file(folders: &Folders) -> Option<PathBuf> {
    let path = folders.cache.join("talonchik.png");
    fs::write(&path, include_bytes!("../../../icons/128x128.png"))
        .inspect_err(|error| warn!("notifications go without a picture: {error}"))
        .ok()?;
    Some(path)
}
