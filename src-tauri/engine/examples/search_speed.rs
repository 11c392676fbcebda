//! How long a search takes over 551 clinics while words are typed letter by letter.
//!
//! `cargo run --release -p engine --example search_speed`

#![expect(clippy::print_stdout, reason = "it tells its result")]

use std::hint::black_box;

use engine::{catalog::search::ClinicIndex, model};
use tokio::time::Instant;

#[path = "../src/catalog/search/invented.rs"]
mod invented;

const TYPED: [&str; 9] = [
    "87",
    "поликлиника 87",
    "детская поликлиника невский",
    "дп 12",
    "улица дыбенко",
    "стоматологическая",
    "поликлинка дыбинко",
    "gjkbrkbybrf",
    "такого здесь нет",
];

const ROUNDS: usize = 50;

fn main() {
    let clinics = invented::clinics();
    let started = Instant::now();
    let index = ClinicIndex::new(&clinics);
    let built = started.elapsed();

    let mut times = Vec::new();
    let mut slowest = (std::time::Duration::ZERO, String::new());
    for text in TYPED.repeat(ROUNDS) {
        for (end, letter) in text.char_indices() {
            let typed = &text[..end + letter.len_utf8()];
            let started = Instant::now();
            black_box(index.search(black_box(typed), None, 50));
            let elapsed = started.elapsed();
            if elapsed > slowest.0 {
                slowest = (elapsed, typed.to_owned());
            }
            times.push(elapsed);
        }
    }
    times.sort_unstable();
    println!("{} clinics indexed in {built:?}", invented::CLINICS);
    println!("{} searches", times.len());
    println!("median          {:?}", times[times.len() / 2]);
    println!("95th percentile {:?}", times[times.len() * 95 / 100]);
    println!("slowest         {:?} («{}»)", slowest.0, slowest.1);
}
