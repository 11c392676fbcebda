//! A failed command, as the window hears it.

use engine::{EngineError, ErrorCode, Problem};
use serde::Serialize;
use specta::Type;

use crate::{links::LinkError, program::MoveError};

/// A closed set of codes; the window has a sentence for each and never reads the detail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CommandError {
    /// What kind of failure it is.
    pub code: ErrorCode,
    /// For the report to the makers; free of personal data.
    pub detail: Option<String>,
    /// What is wrong with what was filled in.
    pub problems: Vec<Problem>,
}

impl CommandError {
    fn new(code: ErrorCode, error: &dyn std::error::Error) -> Self {
        Self {
            code,
            detail: Some(crate::with_causes(error)),
            problems: Vec::new(),
        }
    }

    /// A file or the system did not do what was asked.
    pub(crate) fn system(error: &dyn std::error::Error) -> Self {
        Self::new(ErrorCode::Storage, error)
    }
}

impl From<EngineError> for CommandError {
    fn from(error: EngineError) -> Self {
        Self {
            code: error.code(),
            detail: Some(error.to_string()),
            problems: error.problems().to_vec(),
        }
    }
}

impl From<LinkError> for CommandError {
    fn from(error: LinkError) -> Self {
        let code = match error {
            LinkError::Foreign => ErrorCode::BadLink,
            LinkError::Refused(_) => ErrorCode::Storage,
        };
        Self::new(code, &error)
    }
}

impl From<MoveError> for CommandError {
    fn from(error: MoveError) -> Self {
        match error {
            MoveError::Engine(error) => error.into(),
            MoveError::City(_)
            | MoveError::Address(_)
            | MoveError::Start(_)
            | MoveError::Files(_) => Self::new(ErrorCode::Storage, &error),
        }
    }
}
