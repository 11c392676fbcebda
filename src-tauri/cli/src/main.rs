//! talonctl.
fn main() {}
