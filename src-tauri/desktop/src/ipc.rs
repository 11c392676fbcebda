//! What the window may ask for: one thin command for each operation of the
//! engine, and the desktop's own few.
//!
//! `ui/src/ipc/bindings.ts` is generated from this file; a test fails when it
//! is stale (`UPDATE_BINDINGS=1 cargo test -p talonchik bindings` rewrites it).

use chrono::{DateTime, Utc};
use engine::{EngineError, ImportPlan, Imported, Opening, model};
use model::{
    Activity, Alert, AlertId, Answer, Channels, ChatId, ChatLink, Check, Clinic, ClinicHits,
    ClinicId, ClinicTrust, Dated, District, DistrictId, Doctor, DoctorId, Folders, History, Ledger,
    LinkTarget, Look, MailSettings, PushSettings, Settings, Slot, Specialty, SpecialtyId, Status,
    Trial, Watch, WatchChoice, WatchDraft, WatchId, WatchView, WorkDay,
};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::{AppHandle, Manager, Runtime, State};
use tauri_specta::{Builder, Event, collect_commands, collect_events};
use tracing::warn;

use crate::{
    check,
    desk::Desk,
    error::CommandError,
    files,
    links::{self, LinkError},
    quit, system_page,
};

type Answered<T> = Result<T, CommandError>;

/// Something changed: the window asks again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type, Event)]
pub(crate) struct Changed(pub model::Event);

/// Show this route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type, Event)]
pub(crate) struct Navigate(pub String);

/// Where the window opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StartPage {
    /// From a notification, the tray or a link; `None`: at home.
    pub route: Option<String>,
}

/// Every command and event.
pub(crate) fn builder<R: Runtime>() -> Builder<R> {
    Builder::new()
        .commands(collect_commands![
            districts,
            clinics,
            clinic,
            search_clinics,
            specialties,
            doctors,
            slots,
            timetable,
            read_link,
            draft_from_link,
            add_watch,
            update_watch,
            set_activity,
            remove_watch,
            restore_watch,
            watches,
            watch,
            check_now,
            looks,
            openings,
            history,
            save_history::<tauri::Wry>,
            inbox,
            alert,
            answer,
            status,
            ledger,
            pause,
            resume,
            settings,
            save_settings,
            form,
            save_form,
            self_check::<tauri::Wry>,
            clinic_trust,
            start_page,
            enter_demo,
            leave_demo,
            open_link::<tauri::Wry>,
            trial_notification,
            open_notification_settings::<tauri::Wry>,
            folders,
            quit::<tauri::Wry>,
            export_to_file::<tauri::Wry>,
            choose_import::<tauri::Wry>,
            import_chosen,
            erase_all::<tauri::Wry>,
            channels,
            set_telegram_token,
            forget_telegram,
            set_telegram_way,
            new_chat_link,
            link_chat,
            unlink_chat,
            choose_for_chat,
            set_mail,
            forget_mail,
            set_push,
            forget_push,
            try_channels,
            seal_secrets,
            unlock_secrets,
            keep_secrets_in_memory,
            use_key_store,
        ])
        .events(collect_events![Changed, Navigate])
        .disable_serde_phases()
}

/// The districts of the city.
#[tauri::command]
#[specta::specta]
pub(crate) async fn districts(desk: State<'_, Desk>) -> Answered<Dated<Vec<District>>> {
    Ok(desk.engine().districts().await?)
}

/// The clinics of a district, or of the city.
#[tauri::command]
#[specta::specta]
pub(crate) async fn clinics(
    desk: State<'_, Desk>,
    district: Option<DistrictId>,
) -> Answered<Dated<Vec<Clinic>>> {
    Ok(desk.engine().clinics(district).await?)
}

/// One clinic.
#[tauri::command]
#[specta::specta]
pub(crate) async fn clinic(desk: State<'_, Desk>, id: ClinicId) -> Answered<Clinic> {
    Ok(desk.engine().clinic(id).await?)
}

/// Clinics that match what was typed, best first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn search_clinics(
    desk: State<'_, Desk>,
    text: String,
    district: Option<DistrictId>,
    limit: u32,
) -> Answered<ClinicHits> {
    Ok(desk.engine().search_clinics(&text, district, limit).await?)
}

/// The specialties of a clinic; empty when it offers nothing online.
#[tauri::command]
#[specta::specta]
pub(crate) async fn specialties(
    desk: State<'_, Desk>,
    clinic: ClinicId,
) -> Answered<Dated<Vec<Specialty>>> {
    Ok(desk.engine().specialties(clinic).await?)
}

/// The doctors of a specialty.
#[tauri::command]
#[specta::specta]
pub(crate) async fn doctors(
    desk: State<'_, Desk>,
    clinic: ClinicId,
    specialty: SpecialtyId,
) -> Answered<Dated<Vec<Doctor>>> {
    Ok(desk.engine().doctors(clinic, specialty).await?)
}

/// The free slots of a doctor.
#[tauri::command]
#[specta::specta]
pub(crate) async fn slots(
    desk: State<'_, Desk>,
    clinic: ClinicId,
    doctor: DoctorId,
) -> Answered<Dated<Vec<Slot>>> {
    Ok(desk.engine().slots(clinic, doctor).await?)
}

/// The working days of a doctor.
#[tauri::command]
#[specta::specta]
pub(crate) async fn timetable(
    desk: State<'_, Desk>,
    clinic: ClinicId,
    doctor: DoctorId,
) -> Answered<Dated<Vec<WorkDay>>> {
    Ok(desk.engine().timetable(clinic, doctor).await?)
}

/// What a pasted link points at.
#[tauri::command]
#[specta::specta]
pub(crate) async fn read_link(desk: State<'_, Desk>, text: String) -> Answered<LinkTarget> {
    Ok(desk.engine().read_link(&text)?)
}

/// A whole draft from a pasted link, with names.
#[tauri::command]
#[specta::specta]
pub(crate) async fn draft_from_link(desk: State<'_, Desk>, text: String) -> Answered<WatchDraft> {
    Ok(desk.engine().draft_from_link(&text).await?)
}

/// Begins to watch.
#[tauri::command]
#[specta::specta]
pub(crate) async fn add_watch(desk: State<'_, Desk>, draft: WatchDraft) -> Answered<Watch> {
    Ok(desk.engine().add_watch(draft).await?)
}

/// Changes what a watch waits for.
#[tauri::command]
#[specta::specta]
pub(crate) async fn update_watch(
    desk: State<'_, Desk>,
    id: WatchId,
    draft: WatchDraft,
) -> Answered<Watch> {
    Ok(desk.engine().update_watch(id, draft).await?)
}

/// Switches a watch on, off, or off for a while.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_activity(
    desk: State<'_, Desk>,
    id: WatchId,
    activity: Activity,
) -> Answered<Watch> {
    Ok(desk.engine().set_activity(id, activity).await?)
}

/// Removes a watch; it can be restored for a day.
#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_watch(desk: State<'_, Desk>, id: WatchId) -> Answered<()> {
    Ok(desk.engine().remove_watch(id).await?)
}

/// Takes the removal of a watch back.
#[tauri::command]
#[specta::specta]
pub(crate) async fn restore_watch(desk: State<'_, Desk>, id: WatchId) -> Answered<Watch> {
    Ok(desk.engine().restore_watch(id).await?)
}

/// Every watch, in the order of the home page.
#[tauri::command]
#[specta::specta]
pub(crate) async fn watches(desk: State<'_, Desk>) -> Answered<Vec<WatchView>> {
    Ok(desk.engine().watches().await?)
}

/// One watch.
#[tauri::command]
#[specta::specta]
pub(crate) async fn watch(desk: State<'_, Desk>, id: WatchId) -> Answered<WatchView> {
    Ok(desk.engine().watch(id).await?)
}

/// Looks at one watch or all of them now; answers when that is done.
#[tauri::command]
#[specta::specta]
pub(crate) async fn check_now(desk: State<'_, Desk>, id: Option<WatchId>) -> Answered<()> {
    Ok(desk.engine().check_now(id).await?)
}

/// The latest looks of a watch, newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn looks(desk: State<'_, Desk>, id: WatchId, limit: u32) -> Answered<Vec<Look>> {
    Ok(desk.engine().looks(id, limit).await?)
}

/// The openings a watch has seen, newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn openings(
    desk: State<'_, Desk>,
    id: WatchId,
    limit: u32,
) -> Answered<Vec<Opening>> {
    Ok(desk.engine().openings(id, limit).await?)
}

/// What the last weeks say about a watch.
#[tauri::command]
#[specta::specta]
pub(crate) async fn history(desk: State<'_, Desk>, id: WatchId) -> Answered<History> {
    Ok(desk.engine().history(id).await?)
}

/// Asks for a file and writes the history of a watch to it as a table; `false` when none was chosen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_history<R: Runtime>(
    app: AppHandle<R>,
    desk: State<'_, Desk>,
    id: WatchId,
) -> Answered<bool> {
    let Some(path) = files::ask_where_to_save(&app, &desk, files::HISTORY).await else {
        return Ok(false);
    };
    let sheet = desk.engine().history_sheet(id, desk.words()).await?;
    files::write_bytes(path, sheet).await?;
    Ok(true)
}

/// Alerts, newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn inbox(desk: State<'_, Desk>, limit: u32) -> Answered<Vec<Alert>> {
    Ok(desk.engine().inbox(limit).await?)
}

/// One alert.
#[tauri::command]
#[specta::specta]
pub(crate) async fn alert(desk: State<'_, Desk>, id: AlertId) -> Answered<Alert> {
    Ok(desk.engine().alert(id).await?)
}

/// Answers an alert.
#[tauri::command]
#[specta::specta]
pub(crate) async fn answer(desk: State<'_, Desk>, id: AlertId, answer: Answer) -> Answered<Alert> {
    Ok(desk.engine().answer(id, answer).await?)
}

/// The state of the program.
#[tauri::command]
#[specta::specta]
pub(crate) async fn status(desk: State<'_, Desk>) -> Answered<Status> {
    Ok(desk.engine().status().await?)
}

/// The requests of today and of this hour against the budget, by clinic and by watch.
#[tauri::command]
#[specta::specta]
pub(crate) async fn ledger(desk: State<'_, Desk>) -> Answered<Ledger> {
    Ok(desk.engine().ledger().await?)
}

/// Pauses every watch; without a moment, until resumed.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pause(desk: State<'_, Desk>, until: Option<DateTime<Utc>>) -> Answered<()> {
    Ok(desk.engine().pause(until).await?)
}

/// Ends the pause.
#[tauri::command]
#[specta::specta]
pub(crate) async fn resume(desk: State<'_, Desk>) -> Answered<()> {
    Ok(desk.engine().resume().await?)
}

/// What the person has set.
#[tauri::command]
#[specta::specta]
pub(crate) async fn settings(desk: State<'_, Desk>) -> Answered<Settings> {
    Ok(desk.engine().settings().await?)
}

/// Keeps what the person has set.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_settings(desk: State<'_, Desk>, settings: Settings) -> Answered<Settings> {
    Ok(desk.engine().save_settings(settings).await?)
}

/// What was typed into an unfinished form.
#[tauri::command]
#[specta::specta]
pub(crate) async fn form(desk: State<'_, Desk>, name: String) -> Answered<Option<String>> {
    Ok(desk.engine().form(&name).await?)
}

/// Keeps what is typed into a form, or forgets it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_form(
    desk: State<'_, Desk>,
    name: String,
    text: Option<String>,
) -> Answered<()> {
    Ok(desk.engine().save_form(&name, text).await?)
}

/// The self-check: the engine's lines and the desktop's.
#[tauri::command]
#[specta::specta]
pub(crate) async fn self_check<R: Runtime>(
    app: AppHandle<R>,
    desk: State<'_, Desk>,
) -> Answered<Vec<Check>> {
    let mut checks = desk.engine().self_check().await?;
    checks.extend(check::lines(&app, &desk).await);
    check::without_home(&mut checks, app.path().home_dir().ok().as_deref());
    Ok(checks)
}

/// What the counts of the watched clinics are worth.
#[tauri::command]
#[specta::specta]
pub(crate) async fn clinic_trust(desk: State<'_, Desk>) -> Answered<Vec<ClinicTrust>> {
    Ok(desk.engine().clinic_trust().await?)
}

/// Where the window is to open; from now on it hears `Navigate`.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_page(desk: State<'_, Desk>) -> Answered<StartPage> {
    Ok(StartPage {
        route: desk.pages.started(),
    })
}

/// Changes to the practice city.
#[tauri::command]
#[specta::specta]
pub(crate) async fn enter_demo(desk: State<'_, Desk>) -> Answered<()> {
    desk.enter_demo().await.map_err(CommandError::from)
}

/// Back to the real city.
#[tauri::command]
#[specta::specta]
pub(crate) async fn leave_demo(desk: State<'_, Desk>) -> Answered<()> {
    desk.leave_demo().await.map_err(CommandError::from)
}

/// Opens a page of the booking site, or a telephone number. In the practice city, whose clinics
/// are none of the real ones, nothing is opened.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_link<R: Runtime>(
    app: AppHandle<R>,
    desk: State<'_, Desk>,
    url: String,
) -> Answered<()> {
    if desk.program.is_demo() {
        links::allowed(&url).ok_or(LinkError::Foreign)?;
        return Ok(());
    }
    Ok(links::open(&app, &url)?)
}

/// Shows a notification for trial.
#[tauri::command]
#[specta::specta]
pub(crate) async fn trial_notification(desk: State<'_, Desk>) -> Answered<()> {
    let shown = desk.toasts.trial(desk.words()).await;
    shown.map_err(|wrong| CommandError::system(&wrong))
}

/// Opens the system's page of notifications; `false` when it has none that is known.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_notification_settings<R: Runtime>(app: AppHandle<R>) -> Answered<bool> {
    Ok(system_page::open_notifications(&app))
}

/// The folders of the program.
#[tauri::command]
#[specta::specta]
pub(crate) async fn folders(desk: State<'_, Desk>) -> Answered<Folders> {
    Ok(desk.folders.to_model())
}

/// Ends the program.
#[tauri::command]
#[specta::specta]
pub(crate) async fn quit<R: Runtime>(app: AppHandle<R>) -> Answered<()> {
    quit::quit(&app);
    Ok(())
}

/// Asks for a file and writes watches and settings to it; `false` when none was chosen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_to_file<R: Runtime>(
    app: AppHandle<R>,
    desk: State<'_, Desk>,
) -> Answered<bool> {
    let Some(path) = files::ask_where_to_save(&app, &desk, files::BACKUP).await else {
        return Ok(false);
    };
    let backup = desk.engine().export().await?;
    files::write(path, &backup).await?;
    Ok(true)
}

/// Asks for a file and tells what an import of it would do; `None` when none was chosen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_import<R: Runtime>(
    app: AppHandle<R>,
    desk: State<'_, Desk>,
) -> Answered<Option<ImportPlan>> {
    let Some(path) = files::ask_what_to_open(&app, &desk).await else {
        return Ok(None);
    };
    let text = files::read(path).await?;
    let plan = desk.engine().preview_import(&text)?;
    desk.keep_chosen_file(Some(text));
    Ok(Some(plan))
}

/// Takes watches and settings from the file that was chosen last.
#[tauri::command]
#[specta::specta]
pub(crate) async fn import_chosen(desk: State<'_, Desk>) -> Answered<Imported> {
    let text = desk
        .keep_chosen_file(None)
        .ok_or(EngineError::NotFound("chosen file"))?;
    Ok(desk.engine().import(&text).await?)
}

/// Deletes all data of the program, which then starts as on the first day.
#[tauri::command]
#[specta::specta]
pub(crate) async fn erase_all<R: Runtime>(
    app: AppHandle<R>,
    desk: State<'_, Desk>,
) -> Answered<()> {
    // Some browser engines keep what was typed, to offer it again.
    for window in app.webview_windows().values() {
        if let Err(error) = window.clear_all_browsing_data() {
            warn!("the browser engine keeps its data: {error}");
        }
    }
    desk.erase().await
}

/// Every way to tell besides the screen, and how each does.
#[tauri::command]
#[specta::specta]
pub(crate) async fn channels(desk: State<'_, Desk>) -> Answered<Channels> {
    Ok(desk.engine().channels().await?)
}

/// Takes the token of a bot; Telegram is asked at once whose it is.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_telegram_token(desk: State<'_, Desk>, token: String) -> Answered<Channels> {
    Ok(desk.engine().set_telegram_token(token.into()).await?)
}

/// Forgets the bot, its chats and its token.
#[tauri::command]
#[specta::specta]
pub(crate) async fn forget_telegram(desk: State<'_, Desk>) -> Answered<Channels> {
    Ok(desk.engine().forget_telegram().await?)
}

/// The way to Telegram alone: a proxy (nothing: as before; empty: none), an address of the Bot API.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_telegram_way(
    desk: State<'_, Desk>,
    proxy: Option<String>,
    api_url: Option<String>,
) -> Answered<Channels> {
    let proxy = proxy.map(Into::into);
    Ok(desk.engine().set_telegram_way(proxy, api_url).await?)
}

/// A new code to link a chat by.
#[tauri::command]
#[specta::specta]
pub(crate) async fn new_chat_link(desk: State<'_, Desk>) -> Answered<ChatLink> {
    Ok(desk.engine().new_chat_link().await?)
}

/// Links a chat that sent the code.
#[tauri::command]
#[specta::specta]
pub(crate) async fn link_chat(desk: State<'_, Desk>, chat: ChatId) -> Answered<Channels> {
    Ok(desk.engine().link_chat(chat).await?)
}

/// Unlinks a chat, or refuses one that asks.
#[tauri::command]
#[specta::specta]
pub(crate) async fn unlink_chat(desk: State<'_, Desk>, chat: ChatId) -> Answered<Channels> {
    Ok(desk.engine().unlink_chat(chat).await?)
}

/// Chooses what a chat hears of.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_for_chat(
    desk: State<'_, Desk>,
    chat: ChatId,
    watches: WatchChoice,
) -> Answered<Channels> {
    Ok(desk.engine().choose_for_chat(chat, watches).await?)
}

/// Takes the person's mail server; without a password the kept one stays.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_mail(
    desk: State<'_, Desk>,
    mail: MailSettings,
    password: Option<String>,
) -> Answered<Channels> {
    let password = password.map(Into::into);
    Ok(desk.engine().set_mail(mail, password).await?)
}

/// Forgets the mail server and its password.
#[tauri::command]
#[specta::specta]
pub(crate) async fn forget_mail(desk: State<'_, Desk>) -> Answered<Channels> {
    Ok(desk.engine().forget_mail().await?)
}

/// Takes a push service; what is left out stays as it is kept.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_push(
    desk: State<'_, Desk>,
    push: PushSettings,
    address: Option<String>,
    token: Option<String>,
) -> Answered<Channels> {
    let (address, token) = (address.map(Into::into), token.map(Into::into));
    Ok(desk.engine().set_push(push, address, token).await?)
}

/// Forgets the push service.
#[tauri::command]
#[specta::specta]
pub(crate) async fn forget_push(desk: State<'_, Desk>) -> Answered<Channels> {
    Ok(desk.engine().forget_push().await?)
}

/// Lets a simulated slot go to every channel, or to one, and says how each did.
#[tauri::command]
#[specta::specta]
pub(crate) async fn try_channels(
    desk: State<'_, Desk>,
    only: Option<String>,
) -> Answered<Vec<Trial>> {
    Ok(desk.engine().try_channels(only).await?)
}

/// There is no key store: tokens and passwords go into a file under this passphrase.
#[tauri::command]
#[specta::specta]
pub(crate) async fn seal_secrets(desk: State<'_, Desk>, passphrase: String) -> Answered<Channels> {
    Ok(desk.engine().seal_secrets(passphrase.into()).await?)
}

/// Opens that file.
#[tauri::command]
#[specta::specta]
pub(crate) async fn unlock_secrets(
    desk: State<'_, Desk>,
    passphrase: String,
) -> Answered<Channels> {
    Ok(desk.engine().unlock_secrets(passphrase.into()).await?)
}

/// Tries the system's key store again.
#[tauri::command]
#[specta::specta]
pub(crate) async fn use_key_store(desk: State<'_, Desk>) -> Answered<Channels> {
    Ok(desk.engine().use_key_store().await?)
}

/// There is no key store: tokens and passwords are asked for at each start.
#[tauri::command]
#[specta::specta]
pub(crate) async fn keep_secrets_in_memory(desk: State<'_, Desk>) -> Answered<Channels> {
    Ok(desk.engine().keep_secrets_in_memory().await?)
}

#[cfg(test)]
pub(crate) mod tests;
