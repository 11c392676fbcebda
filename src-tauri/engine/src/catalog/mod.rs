//! Districts, clinics, specialties and doctors to choose from.
//!
//! `lists` keeps them with their age; [`search`] finds clinics as a name is
//! typed, in memory.

mod lists;
pub mod search;

pub(crate) use lists::Catalog;
