//! What a program that runs for months has in its environment before its first line.
//!
//! Setting a variable is unsafe once there are threads, and `unsafe` is forbidden here; the program
//! replaces itself by one that has it, as the same process.

/// A variable's name and value.
pub type Variable = (&'static str, &'static str);

/// Pieces of memory of this size in bytes and more are given back to the system as soon as they are
/// freed. Left alone, glibc raises its first value, which is this one, to that of the largest piece
/// freed so far (`mallopt(3)`, `M_MMAP_THRESHOLD`); then the half megabyte of all clinics comes from
/// among the small pieces once a day, and what lies between them is kept for good.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const STEADY_MEMORY: Option<Variable> = Some(("MALLOC_MMAP_THRESHOLD_", "131072"));
/// Other systems' allocators need nothing.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
const STEADY_MEMORY: Option<Variable> = None;

/// Says that the program has been replaced: a system may drop a variable on the way (glibc does, of
/// its own, where a program has more rights than its user), and that must not begin anew for ever.
const REPLACED: Variable = ("TALONCHIK_REPLACED", "1");

/// Called first of all: from here on the program's memory stays steady, and it has these variables,
/// too. What somebody has set stays as it is. A program that cannot be replaced goes on without.
pub fn with(variables: impl IntoIterator<Item = Variable>) {
    let missing: Vec<Variable> = STEADY_MEMORY
        .into_iter()
        .chain(variables)
        .filter(|(name, _)| std::env::var_os(name).is_none())
        .collect();
    if !missing.is_empty() && std::env::var_os(REPLACED.0).is_none() {
        replace(&missing);
    }
}

/// Returns only when it failed.
#[cfg(unix)]
fn replace(variables: &[Variable]) {
    use std::{env, os::unix::process::CommandExt, process::Command};

    let mut arguments = env::args_os();
    let (Ok(program), Some(name)) = (env::current_exe(), arguments.next()) else {
        return;
    };
    // Its error is nothing that anybody could do something about.
    let _ = Command::new(program)
        .arg0(name)
        .args(arguments)
        .envs(variables.iter().copied().chain([REPLACED]))
        .exec();
}

/// No other system needs any.
#[cfg(not(unix))]
fn replace(_variables: &[Variable]) {}
