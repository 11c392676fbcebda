//! Windows and macOS end their web processes themselves and show a crashed page again.

use engine::launch::Variable;
use tauri::{AppHandle, Runtime, WebviewWindow};

use crate::tasks::Tasks;

/// A destroyed window leaves nothing.
pub(crate) const KEEPS_WINDOW: bool = false;

/// The page ends with the window.
pub(crate) fn end_page<R: Runtime>(_window: &WebviewWindow<R>) {}

/// The program is launched as it is.
pub(crate) fn variable() -> Option<Variable> {
    None
}

/// The system reloads a page that crashed.
pub(crate) fn outlive_crashes<R: Runtime>(_window: &WebviewWindow<R>) {}

/// The processes end with the window.
pub(crate) fn end_after<R: Runtime>(_app: AppHandle<R>, _tasks: &Tasks) {}
