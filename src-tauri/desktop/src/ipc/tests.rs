use std::{collections::BTreeSet, fs, path::PathBuf};

use serde_json::{Value, json};
use specta_typescript::Typescript;
use tauri::{
    Manager, WebviewWindow, WebviewWindowBuilder,
    ipc::{CallbackFn, InvokeBody, InvokeResponseBody},
    test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder, mock_context, noop_assets},
    webview::InvokeRequest,
};
use tokio::sync::{mpsc, watch};

use super::*;
use crate::{
    folders::Folders,
    program::{self, Program},
    tasks::Tasks,
    toast::Toasts,
    tray::Place,
};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn json_of(path: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(root().join(path)).unwrap()).unwrap()
}

const HEADER: &str = "\
// Generated: UPDATE_BINDINGS=1 cargo test -p talonchik bindings
// biome-ignore-all lint: generated
// biome-ignore-all format: generated
// biome-ignore-all assist: generated
";

/// The answer of a command, which `tauri-specta` spells out without a name.
const ANSWER: &str = r#"{ status: "ok"; data: T } | { status: "error"; error: E }"#;

fn generated_bindings() -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bindings.ts");
    builder::<tauri::Wry>()
        .export(Typescript::default().header(HEADER), &path)
        .unwrap();
    let written = fs::read_to_string(path).unwrap();
    let (types, runtime) = written.split_once("/* Tauri Specta runtime */").unwrap();
    // A default is for what an older program has stored. Here everything is
    // always sent whole, in both directions, so no field is optional.
    let types = types.replace("?: ", ": ");
    assert!(runtime.contains(ANSWER), "{runtime}");
    let runtime = runtime.replace(ANSWER, "Result<T, E>");
    format!("{types}/* Tauri Specta runtime */\nexport type Result<T, E> = {ANSWER};\n{runtime}")
}

#[test]
fn bindings_are_current() {
    let path = root().join("ui/src/ipc/bindings.ts");
    let generated = generated_bindings();
    if std::env::var_os("UPDATE_BINDINGS").is_some() {
        fs::write(&path, &generated).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == generated,
        "{} is stale: UPDATE_BINDINGS=1 cargo test -p talonchik bindings",
        path.display()
    );
}

/// The names by which the generated bindings call commands.
fn called_commands() -> BTreeSet<String> {
    let bindings = generated_bindings();
    let called: BTreeSet<String> = bindings
        .split("__TAURI_INVOKE(\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(str::to_owned)
        .collect();
    assert!(called.len() > 30, "the bindings call commands: {called:?}");
    called
}

#[test]
fn the_window_may_call_exactly_the_commands_there_are() {
    let permissions =
        fs::read_to_string(root().join("src-tauri/desktop/permissions/commands.toml")).unwrap();
    let allowed: BTreeSet<String> = permissions
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\","))
        .map(str::to_owned)
        .collect();
    assert_eq!(allowed, called_commands());
}

#[test]
fn fault_69_capabilities_are_not_loosened() {
    let folder = root().join("src-tauri/desktop/capabilities");
    assert_eq!(fs::read_dir(folder).unwrap().count(), 1);
    let capability = json_of("src-tauri/desktop/capabilities/main.json");
    assert_eq!(capability["windows"], json!(["main"]));
    assert_eq!(capability["local"], json!(true));
    assert!(capability.get("remote").is_none());
    assert_eq!(
        capability["permissions"],
        json!([
            "commands",
            "core:event:allow-listen",
            "core:event:allow-unlisten",
            "core:window:allow-set-title",
        ])
    );
}

#[test]
fn fault_63_the_content_policy_is_not_loosened() {
    let config = json_of("tauri.conf.json");
    let security = &config["app"]["security"];
    let policy = security["csp"].as_str().unwrap();
    let rules: BTreeSet<&str> = policy.split(';').map(str::trim).collect();
    assert_eq!(
        rules,
        BTreeSet::from([
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src ipc: http://ipc.localhost",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ])
    );
    assert_eq!(security["dangerousDisableAssetCspModification"], false);
    assert_eq!(security["freezePrototype"], true);
    assert!(security.get("devCsp").is_none());
    assert!(security.get("assetProtocol").is_none());
    assert_eq!(security["capabilities"], json!(["main"]));
    assert_eq!(config["app"]["withGlobalTauri"], false);
    assert!(config["build"].get("devUrl").is_none());
    assert_eq!(config["app"]["windows"][0]["create"], false);
}

#[test]
fn this_program_and_the_bundle_have_one_version() {
    assert_eq!(
        json_of("tauri.conf.json")["version"],
        env!("CARGO_PKG_VERSION")
    );
}

/// The commands behind a window of the mock runtime, an engine on a folder of its own.
struct Page {
    app: tauri::App<MockRuntime>,
    view: WebviewWindow<MockRuntime>,
    _folder: tempfile::TempDir,
}

impl Page {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = tauri::async_runtime::block_on(program::tests::program(folder.path()));
        Self::around(folder, program)
    }

    fn around(folder: tempfile::TempDir, program: std::sync::Arc<Program>) -> Self {
        let (asks, _) = mpsc::unbounded_channel();
        let toasts = Toasts::new(
            program.settings(),
            asks,
            program.clock().clone(),
            Tasks::new(tauri::async_runtime::handle().inner().clone()),
            None,
        );
        let place = Place::new(watch::Sender::new(true).subscribe());
        let folders = Folders::under(folder.path().to_owned());
        let app = mock_builder()
            .plugin(tauri_plugin_opener::init())
            .plugin(tauri_plugin_dialog::init())
            .invoke_handler(builder().invoke_handler())
            .manage(Desk::new(program, toasts, place, folders))
            .build(mock_context(noop_assets()))
            .unwrap();
        let window = WebviewWindowBuilder::new(&app, "main", tauri::WebviewUrl::default())
            .build()
            .unwrap();
        Self {
            app,
            view: window,
            _folder: folder,
        }
    }

    fn call(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        let request = InvokeRequest {
            cmd: command.to_owned(),
            callback: CallbackFn(0),
            error: CallbackFn(1),
            url: "tauri://localhost".parse().unwrap(),
            body: InvokeBody::Json(arguments),
            headers: tauri::http::HeaderMap::new(),
            invoke_key: INVOKE_KEY.to_owned(),
        };
        get_ipc_response(&self.view, request).map(|body| match body {
            InvokeResponseBody::Json(text) => serde_json::from_str(&text).unwrap(),
            InvokeResponseBody::Raw(_) => panic!("no command answers with bytes"),
        })
    }

    fn desk(&self) -> tauri::State<'_, Desk> {
        self.app.state::<Desk>()
    }
}

#[test]
fn settings_travel_to_the_engine_and_back() {
    let window = Page::open();
    let mut settings = window.call("settings", json!({})).unwrap();
    settings["language"] = json!("en");
    settings["hideDetails"] = json!(true);
    let saved = window
        .call("save_settings", json!({ "settings": settings }))
        .unwrap();
    assert_eq!(saved["language"], "en");
    assert_eq!(window.call("settings", json!({})).unwrap(), saved);
}

#[test]
fn a_file_is_taken_once_after_it_was_looked_through() {
    let window = Page::open();
    let taken = || window.call("import_chosen", json!({}));
    assert_eq!(taken().unwrap_err()["code"], "notFound");
    let file = json!({ "talonchik": 1, "watches": [], "settings": { "sound": false } });
    window.desk().keep_chosen_file(Some(file.to_string()));
    assert_eq!(taken().unwrap(), json!({ "watches": 0, "skipped": 0 }));
    assert_eq!(window.call("settings", json!({})).unwrap()["sound"], false);
    assert_eq!(taken().unwrap_err()["code"], "notFound");
}

#[test]
fn the_window_deletes_everything_with_the_log() {
    let window = Page::open();
    let folders = &window.desk().folders;
    folders.create().unwrap();
    let log = folders.logs.join("talonchik.2026-11-24.log");
    fs::write(&log, "what was watched").unwrap();
    let mut settings = window.call("settings", json!({})).unwrap();
    settings["welcomed"] = json!(true);
    window
        .call("save_settings", json!({ "settings": settings }))
        .unwrap();
    window.call("erase_all", json!({})).unwrap();
    let settings = window.call("settings", json!({})).unwrap();
    assert_eq!(settings["welcomed"], false);
    assert_eq!(fs::read_to_string(log).unwrap(), "");
}

#[test]
fn what_could_not_be_deleted_is_said_the_log_stays_and_the_next_try_ends_it() {
    let window = Page::open();
    let folders = &window.desk().folders;
    folders.create().unwrap();
    let log = folders.logs.join("talonchik.2026-11-24.log");
    fs::write(&log, "why").unwrap();
    // No folder, so it cannot be removed as one.
    fs::write(folders.demo_data(), "").unwrap();
    let form = json!({ "name": "find", "text": "мама" });
    window.call("save_form", form).unwrap();
    let erased = || window.call("erase_all", json!({}));
    let kept = || window.call("form", json!({ "name": "find" })).unwrap();

    assert_eq!(erased().unwrap_err()["code"], "storage");
    assert_eq!(kept(), Value::Null);
    assert_eq!(fs::read_to_string(&log).unwrap(), "why");
    fs::remove_file(folders.demo_data()).unwrap();
    erased().unwrap();
    assert_eq!(fs::read_to_string(&log).unwrap(), "");
}

#[test]
fn a_failure_comes_with_a_code_of_the_closed_set() {
    let window = Page::open();
    let error = window.call("watch", json!({ "id": 404 })).unwrap_err();
    assert_eq!(error["code"], "notFound");

    let draft = json!({ "places": [], "wish": {}, "nickname": "", "until": null });
    let error = window
        .call("add_watch", json!({ "draft": draft }))
        .unwrap_err();
    assert_eq!(error["code"], "invalid");
    assert_eq!(error["problems"], json!(["noPlace"]));

    let error = window
        .call("read_link", json!({ "text": "https://example.org/" }))
        .unwrap_err();
    assert_eq!(error["code"], "badLink");
}

#[test]
fn fault_69_odd_arguments_are_refused_and_hurt_nothing() {
    let window = Page::open();
    for (command, arguments) in [
        ("watch", json!({})),
        ("watch", json!({ "id": "1" })),
        ("watch", json!({ "id": -1 })),
        ("watch", json!({ "id": 1.5 })),
        ("watch", json!({ "id": 4_294_967_296_u64 })),
        ("answer", json!({ "id": 1, "answer": "explode" })),
        ("pause", json!({ "until": "tomorrow" })),
        ("save_settings", json!({ "settings": "none" })),
        ("save_form", json!({ "name": 1, "text": {} })),
        ("add_watch", json!({ "draft": null })),
        (
            "set_activity",
            json!({ "id": 1, "activity": { "kind": "never" } }),
        ),
        ("no_such_command", json!({})),
    ] {
        window.call(command, arguments).unwrap_err();
    }
    assert_eq!(window.call("watches", json!({})).unwrap(), json!([]));
}

/// The texts of `tests/hostile.json`, the long ones left out.
pub(crate) fn hostile_texts() -> Vec<String> {
    let texts: Vec<Value> =
        serde_json::from_value(json_of("tests/hostile.json")).expect("a list of texts");
    let texts = texts.iter().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

#[test]
fn fault_69_every_text_of_an_argument_may_be_hostile() {
    let window = Page::open();
    for text in hostile_texts() {
        for (command, arguments) in [
            ("read_link", json!({ "text": text })),
            ("draft_from_link", json!({ "text": text })),
            ("open_link", json!({ "url": text })),
            ("watch", json!({ "id": text })),
            (
                "set_push",
                json!({ "push": { "on": true, "kind": "webhook" }, "address": text, "token": text }),
            ),
        ] {
            // A telephone number may be called, and a push service is anywhere.
            if !text.starts_with("tel:") && !text.starts_with("http") {
                let error = window.call(command, arguments).unwrap_err();
                assert!(error != "", "{command} {text:?}");
            }
        }
        for (command, arguments) in [
            ("form", json!({ "name": text })),
            ("save_form", json!({ "name": "find", "text": text })),
        ] {
            window.call(command, arguments).unwrap();
        }
        let kept = window.call("form", json!({ "name": "find" })).unwrap();
        assert_eq!(kept, text);
    }
    assert_eq!(window.call("watches", json!({})).unwrap(), json!([]));
}

#[test]
fn fault_67_a_foreign_link_is_not_opened() {
    let window = Page::open();
    for url in ["https://example.org/", "file:///etc/passwd", "calc.exe"] {
        let error = window.call("open_link", json!({ "url": url })).unwrap_err();
        assert_eq!(error["code"], "badLink", "{url}");
    }
}

#[test]
fn the_page_learns_where_to_start_once() {
    let window = Page::open();
    window.desk().pages.start_at(Some("/watches/7".to_owned()));
    let start = |window: &Page| window.call("start_page", json!({})).unwrap();
    assert_eq!(start(&window), json!({ "route": "/watches/7" }));
    assert_eq!(start(&window), json!({ "route": null }));
}

#[test]
fn the_window_goes_to_the_practice_city_and_back() {
    let window = Page::open();
    window.call("enter_demo", json!({})).unwrap();
    let status = window.call("status", json!({})).unwrap();
    assert_eq!(status["demo"], true);
    let districts = window.call("districts", json!({})).unwrap();
    assert_eq!(districts["value"].as_array().unwrap().len(), 18);
    // Its links are good ones, but lead nowhere: there is nothing here to open them with.
    let url = "https://gorzdrav.spb.ru/service-free-schedule";
    window.call("open_link", json!({ "url": url })).unwrap();
    window.call("leave_demo", json!({})).unwrap();
    let status = window.call("status", json!({})).unwrap();
    assert_eq!(status["demo"], false);
}

/// The real configuration: what the window may not call does not arrive.
#[test]
fn fault_69_plugins_are_out_of_the_windows_reach() {
    let folder = tempfile::tempdir().unwrap();
    let app = mock_builder()
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(builder().invoke_handler())
        .build(tauri::generate_context!())
        .unwrap();
    let window = WebviewWindowBuilder::new(&app, "main", tauri::WebviewUrl::default())
        .build()
        .unwrap();
    let window = Page {
        app,
        view: window,
        _folder: folder,
    };
    for command in [
        "plugin:opener|open_url",
        "plugin:opener|open_path",
        "plugin:dialog|open",
        "plugin:dialog|message",
        "plugin:window|close",
        "plugin:window|create",
        "plugin:webview|create_webview_window",
        "plugin:path|resolve_directory",
        "plugin:event|emit",
        "plugin:app|app_hide",
    ] {
        let refused = window.call(command, json!({})).unwrap_err();
        assert!(
            refused
                .as_str()
                .is_some_and(|why| why.contains("not allowed")),
            "{command}: {refused}"
        );
    }
}
