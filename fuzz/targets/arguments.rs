//! What the window may send: the arguments of every command that reaches no network, in any order,
//! to a real engine. Each is taken or refused; afterwards everything can be shown and taken away.
#![no_main]

use chrono::{DateTime, Utc};
use engine::{
    Engine, EngineError, ErrorCode, ImportFate,
    model::{
        Activity, AlertId, Answer, ChatId, ClinicId, DistrictId, DoctorId, Language, MailSettings,
        PushSettings, Settings, SpecialtyId, WatchChoice, WatchDraft, WatchId,
    },
    text::{
        Words,
        watch::{state_tag, wish_sentence},
    },
};
use libfuzzer_sys::{Corpus, fuzz_target};
use serde::Deserialize;
use talonchik_fuzz::with_engine;

/// No page sends more at once.
const MOST: usize = 8;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Call {
    Clinics(Option<DistrictId>),
    SearchClinics(String, Option<DistrictId>, u32),
    Doctors(ClinicId, SpecialtyId),
    Slots(ClinicId, DoctorId),
    ReadLink(String),
    AddWatch(WatchDraft),
    UpdateWatch(WatchId, WatchDraft),
    SetActivity(WatchId, Activity),
    RemoveWatch(WatchId),
    RestoreWatch(WatchId),
    Looks(WatchId, u32),
    Openings(WatchId, u32),
    Inbox(u32),
    Answer(AlertId, Answer),
    Pause(Option<DateTime<Utc>>),
    Resume,
    SaveSettings(Settings),
    Form(String),
    SaveForm(String, Option<String>),
    UnlinkChat(ChatId),
    ChooseForChat(ChatId, WatchChoice),
    SetMail(MailSettings, Option<String>),
    SetPush(PushSettings, Option<String>, Option<String>),
    Import(String),
}

fuzz_target!(|text: &str| -> Corpus {
    let Ok(calls) = serde_json::from_str::<Vec<Call>>(text) else {
        return Corpus::Reject;
    };
    with_engine(async |engine| {
        for call in calls.into_iter().take(MOST) {
            if let Err(error) = ask(engine, call).await {
                assert_ne!(error.code(), ErrorCode::Storage, "{error:?}");
                assert!(error.code() != ErrorCode::Invalid || !error.problems().is_empty());
            }
        }
        show_all(engine).await;
    });
    Corpus::Keep
});

async fn ask(engine: &Engine, call: Call) -> Result<(), EngineError> {
    match call {
        Call::Clinics(district) => drop(engine.clinics(district).await?),
        Call::SearchClinics(text, district, limit) => {
            drop(engine.search_clinics(&text, district, limit).await?);
        }
        Call::Doctors(clinic, specialty) => drop(engine.doctors(clinic, specialty).await?),
        Call::Slots(clinic, doctor) => drop(engine.slots(clinic, doctor).await?),
        Call::ReadLink(text) => drop(engine.read_link(&text)?),
        Call::AddWatch(draft) => drop(engine.add_watch(draft).await?),
        Call::UpdateWatch(id, draft) => drop(engine.update_watch(id, draft).await?),
        Call::SetActivity(id, activity) => drop(engine.set_activity(id, activity).await?),
        Call::RemoveWatch(id) => engine.remove_watch(id).await?,
        Call::RestoreWatch(id) => drop(engine.restore_watch(id).await?),
        Call::Looks(id, limit) => drop(engine.looks(id, limit).await?),
        Call::Openings(id, limit) => drop(engine.openings(id, limit).await?),
        Call::Inbox(limit) => drop(engine.inbox(limit).await?),
        Call::Answer(id, answer) => drop(engine.answer(id, answer).await?),
        Call::Pause(until) => engine.pause(until).await?,
        Call::Resume => engine.resume().await?,
        Call::SaveSettings(settings) => drop(engine.save_settings(settings).await?),
        Call::Form(name) => drop(engine.form(&name).await?),
        Call::SaveForm(name, text) => engine.save_form(&name, text).await?,
        Call::UnlinkChat(chat) => drop(engine.unlink_chat(chat).await?),
        Call::ChooseForChat(chat, watches) => drop(engine.choose_for_chat(chat, watches).await?),
        Call::SetMail(mail, password) => {
            drop(engine.set_mail(mail, password.map(Into::into)).await?);
        }
        Call::SetPush(push, address, token) => {
            let (address, token) = (address.map(Into::into), token.map(Into::into));
            drop(engine.set_push(push, address, token).await?);
        }
        Call::Import(text) => drop(engine.import(&text).await?),
    }
    Ok(())
}

async fn show_all(engine: &Engine) {
    engine.status().await.expect("the status");
    engine.channels().await.expect("the channels");
    engine.ledger().await.expect("the ledger");
    let settings = engine.settings().await.expect("the settings");
    assert!((30..=720).contains(&settings.budget_per_hour));
    let now = engine.config().clock.now();
    let views = engine.watches().await.expect("the watches");
    // A household's watches are shown over and over; so many are replaced with the engine.
    for view in views.iter().rev().take(3) {
        let id = view.watch.id;
        for words in [Words::new(Language::Ru), Words::new(Language::En)] {
            state_tag(view, words, now);
            wish_sentence(&view.watch.draft.wish, words, now);
        }
        engine.history(id).await.expect("the history");
        let words = Words::new(settings.language);
        engine.history_sheet(id, words).await.expect("the table");
    }
    let file = engine.export().await.expect("the file");
    let file = serde_json::to_string(&file).expect("it can be written");
    let plan = engine.preview_import(&file).expect("our own file");
    assert_eq!(plan.watches.len(), views.len());
    for row in plan.watches {
        // Its last day may have passed meanwhile.
        assert!(!matches!(row.fate, ImportFate::New | ImportFate::Unreadable), "{row:?}");
    }
}
