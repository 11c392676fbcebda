//! Districts, clinics, specialties and doctors to choose from.
//!
//! [`search`] finds clinics as a name is typed, in memory.

pub mod search;
