//! Stories: simulated city → engine → database → a channel that remembers.
//!
//! Time is paused and moved by sleeping; nothing leaves the computer.

mod alerts;
mod budget;
mod catalogue;
mod data;
mod faults;
mod history;
mod hostile;
mod ladder;
mod load;
mod mail_and_push;
mod network;
mod news;
mod patience;
mod replay;
mod restart;
mod storage;
mod telegram;
mod time;
mod trust;
mod watches;
