//! A city that answers like the real appointment API.
//!
//! It stands in for gorzdrav.spb.ru in tests, benches and the demo, and lies the
//! way the real service lies. [`City`] is the city itself: its content, its clock
//! and what a test does to it. [`Server`] puts it on a loopback port. [`Fault`] is
//! one way to answer badly.
//!
//! With the feature `stand-ins`, which only tests turn on, there are also the ways an alert
//! takes out of the house: `telegram::Telegram` stands in for the Bot API, `mail::Mail` for a mail
//! server, `sink::Sink` for ntfy and webhooks. Each keeps what it got and fails on request.
//! `line::Line` stands in front of any of them: it shows certificates good and bad, and breaks.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use std::time::Duration;
//! use simulator::{City, Config, Extent, Fault, Scope, Server};
//!
//! let city = City::new(Config::default());
//! let server = Server::start(city.clone(), 0).await?;
//! let place = city.a_doctor();
//! let tomorrow = city.now() + chrono::TimeDelta::days(1);
//! city.offer(&place.clinic, &place.doctor, tomorrow);
//! city.fail(Scope::Clinic(place.clinic.clone()), Fault::Code(602), Extent::Next(3));
//! println!("{}", server.base_url());
//! server.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! Every person, clinic and street is invented; only the districts are real.

mod agenda;
mod answer;
mod bodies;
mod city;
mod clinics;
mod config;
mod connection;
mod distort;
mod districts;
mod faults;
mod hours;
mod ids;
#[cfg(feature = "stand-ins")]
pub mod line;
#[cfg(feature = "stand-ins")]
pub mod mail;
mod moscow;
mod people;
mod random;
mod reach;
mod server;
#[cfg(feature = "stand-ins")]
pub mod sink;
mod specialties;
mod staff;
#[cfg(feature = "stand-ins")]
mod still;
#[cfg(feature = "stand-ins")]
pub mod telegram;
#[cfg(feature = "stand-ins")]
mod tls;
mod vendor;
mod wire;

pub use agenda::Opening;
pub use city::{City, ClinicInfo, DoctorInfo, Place, Request, SpecialtyInfo, machine_time};
pub use config::{Config, World};
pub use faults::{Extent, Fault, Rows, Scope, UnknownFault};
pub use reach::{Fate, Reached};
pub use server::Server;
#[cfg(feature = "stand-ins")]
pub use still::Still;
#[cfg(feature = "stand-ins")]
pub use tls::Shown;
pub use vendor::Vendor;
