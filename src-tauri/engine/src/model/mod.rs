//! The nouns of the product: plain data, no I/O.
//!
//! Everything here crosses the border to the window as it is, so every type
//! is `Serialize + Type`. Ids are opaque text outside `gorzdrav/`; times are
//! UTC inside and Moscow time where a person reads them.

mod alert;
mod catalogue;
mod channels;
mod clock;
mod event;
mod history;
mod ledger;
mod program;
mod quiet;
mod watch;
mod wish;

pub use alert::*;
pub use catalogue::*;
pub use channels::*;
pub use clock::*;
pub use event::*;
pub use history::*;
pub use ledger::*;
pub use program::*;
pub use quiet::*;
pub use watch::*;
pub use wish::*;
