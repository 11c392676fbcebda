//! What a failure of the database asks for.

use rusqlite::{Error, ErrorCode};

use super::StoreError;
use crate::model::UnsavedCause;

/// A failure of the file, not of what was asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It takes nothing now: the same is done in memory.
    Unwritable(UnsavedCause),
    /// It is not as it was written.
    Damaged,
}

impl Fault {
    pub(super) fn of(error: &StoreError) -> Option<Self> {
        match error {
            StoreError::Sqlite(error)
            | StoreError::Migration(rusqlite_migration::Error::RusqliteError {
                err: error, ..
            }) => of_sqlite(error),
            StoreError::Busy => Some(Self::Unwritable(UnsavedCause::Busy)),
            StoreError::Damaged(_) => Some(Self::Damaged),
            // JSON of another program is not damage.
            StoreError::Unreadable(error) if error.is_syntax() || error.is_eof() => {
                Some(Self::Damaged)
            }
            StoreError::Folder { .. }
            | StoreError::InUse
            | StoreError::Newer { .. }
            | StoreError::Migration(_)
            | StoreError::Unreadable(_)
            | StoreError::Closed => None,
        }
    }
}

fn of_sqlite(error: &Error) -> Option<Fault> {
    // Text that is none.
    if let Error::FromSqlConversionFailure(..) | Error::Utf8Error(..) = error {
        return Some(Fault::Damaged);
    }
    match error.sqlite_error_code()? {
        ErrorCode::DiskFull => Some(Fault::Unwritable(UnsavedCause::Full)),
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => {
            Some(Fault::Unwritable(UnsavedCause::ReadOnly))
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
            Some(Fault::Unwritable(UnsavedCause::Busy))
        }
        ErrorCode::SystemIoFailure | ErrorCode::CannotOpen => {
            Some(Fault::Unwritable(UnsavedCause::Failing))
        }
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Some(Fault::Damaged),
        _ => None,
    }
}
