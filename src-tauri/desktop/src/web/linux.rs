//! WebKitGTK: a page process per window, and a network process for all of them
//! that does not end by itself.

use std::{
    fs,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use engine::launch::Variable;
use rustix::process::{Pid, Signal, getpid, kill_process};
use tauri::{AppHandle, Runtime, WebviewWindow};
use tokio::time;
use tracing::{debug, info, warn};
use webkit2gtk::{WebProcessTerminationReason, WebViewExt};

use crate::{tasks::Tasks, window};

/// A window that is closed is hidden and used again: the page's message handler holds its web view,
/// and each one destroyed would leave a file open and memory taken.
pub(crate) const KEEPS_WINDOW: bool = true;

/// Older ones may show an empty window on some graphics drivers.
const DMABUF_WORKS_SINCE: (u32, u32) = (2, 48);

const NO_DMABUF: Variable = ("WEBKIT_DISABLE_DMABUF_RENDERER", "1");

/// How long a closed window may be opened again without starting its processes anew.
const GRACE: Duration = Duration::from_secs(3);

/// The network process as the kernel knows it: the first 15 letters.
const NETWORK_PROCESS: &str = "WebKitNetworkPr";

/// What the program is to be launched with: an old WebKitGTK without its DMABUF renderer.
pub(crate) fn variable() -> Option<Variable> {
    let version = tauri::webview_version().ok()?;
    needs_no_dmabuf(&version).then_some(NO_DMABUF)
}

fn needs_no_dmabuf(version: &str) -> bool {
    let mut parts = version.split('.').map(str::parse::<u32>);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) < DMABUF_WORKS_SINCE,
        _ => false,
    }
}

/// A page whose process crashed is loaded again once; the engine has noticed nothing.
pub(crate) fn outlive_crashes<R: Runtime>(window: &WebviewWindow<R>) {
    let tried = AtomicBool::new(false);
    let connected = window.with_webview(move |view| {
        view.inner()
            .connect_web_process_terminated(move |view, reason| {
                if reason == WebProcessTerminationReason::TerminatedByApi {
                    // Closed; the next page may crash once again.
                    tried.store(false, Ordering::SeqCst);
                    return;
                }
                warn!("the page's process ended: {reason:?}");
                if !tried.swap(true, Ordering::SeqCst) {
                    view.reload();
                }
            });
    });
    if let Err(error) = connected {
        warn!("a crash of the page will not be noticed: {error}");
    }
}

/// Ends the page of a window that is hidden, and its process.
pub(crate) fn end_page<R: Runtime>(window: &WebviewWindow<R>) {
    let ended = window.with_webview(|view| view.inner().terminate_web_process());
    if let Err(error) = ended {
        warn!("the page stays: {error}");
    }
}

/// Some time after the window was closed, and if it was not opened again,
/// ends the network process, which holds 40 MiB for no one.
///
/// `WebKit` starts another one with the next window. Nothing is lost: the pages
/// are in the program, and no page runs.
pub(crate) fn end_after<R: Runtime>(app: AppHandle<R>, tasks: &Tasks) {
    tasks.spawn(async move {
        time::sleep(GRACE).await;
        let here = app.clone();
        // On the main thread no window can be built meanwhile.
        let sent = app.run_on_main_thread(move || {
            if window::shown(&here).is_none() {
                end_network_process();
            }
        });
        if let Err(error) = sent {
            debug!("the network process stays: {error}");
        }
    });
}

fn end_network_process() {
    for process in children() {
        match kill_process(process, Signal::TERM) {
            Ok(()) => info!("the network process {} ends", process.as_raw_nonzero()),
            Err(error) => debug!("the network process stays: {error}"),
        }
    }
}

/// Network processes that this very process has started.
fn children() -> Vec<Pid> {
    let own = getpid().as_raw_nonzero().get();
    let Ok(processes) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok())
        .filter(|process| {
            fs::read_to_string(format!("/proc/{process}/stat"))
                .is_ok_and(|stat| is_network_process_of(&stat, own))
        })
        .filter_map(Pid::from_raw)
        .collect()
}

/// Reads `pid (name) state parent …`.
fn is_network_process_of(stat: &str, parent: i32) -> bool {
    let Some((before, after)) = stat.rsplit_once(')') else {
        return false;
    };
    let name = before.split_once('(').map(|(_, name)| name);
    let mut rest = after.split_whitespace();
    let state = rest.next();
    let its_parent = rest.next().and_then(|text| text.parse::<i32>().ok());
    name == Some(NETWORK_PROCESS) && its_parent == Some(parent) && state != Some("Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_55_only_an_old_webkit_needs_the_older_renderer() {
        assert!(needs_no_dmabuf("2.46.6"));
        assert!(!needs_no_dmabuf("2.48.0"));
        assert!(!needs_no_dmabuf("2.50.6"));
        assert!(!needs_no_dmabuf("3.0"));
        assert!(!needs_no_dmabuf("unknown"));
    }

    #[test]
    fn only_our_own_network_process_is_ended() {
        let ours = "812 (WebKitNetworkPr) S 700 812 700 0 -1";
        assert!(is_network_process_of(ours, 700));
        assert!(!is_network_process_of(ours, 701));
        assert!(!is_network_process_of(
            "812 (WebKitWebProces) S 700 1 1",
            700
        ));
        assert!(!is_network_process_of(
            "812 (WebKitNetworkPr) Z 700 1 1",
            700
        ));
        assert!(!is_network_process_of("812 (a) (b) S 700 1 1", 700));
        assert!(!is_network_process_of("", 700));
    }
}
