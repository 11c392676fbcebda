//! From the bytes of an answer to the channel, with 10 000 watches in the program: when what the answer
//! says is in the database for good, when the channel is called for the first of the watches it
//! concerns, and when for the last. Virtual time passes between the answers; what is measured is the
//! machine's.

#![expect(clippy::print_stdout, reason = "this is what it is for")]

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::TimeDelta;
use engine::{
    Engine,
    model::{Event, Key, TimeWish, WatchDraft},
};
use flows::{
    crowd::{Crowd, people, thirty_pairs},
    minutes, only,
};
use simulator::{City, Place, machine_time};

const WATCHES: usize = 10_000;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let nobody = |city: &City| TimeWish {
        not_before: Some((city.now() + TimeDelta::days(3000)).date_naive()),
        ..TimeWish::default()
    };
    println!("watches told of one answer: first and last, of {WATCHES} in the program");
    // A hundred at each place take any slot, the others wait for better ones.
    measure(100, 200, |city| {
        let wish = nobody(city);
        people(WATCHES, city, |person| match person {
            ..100 => TimeWish::default(),
            _ => wish.clone(),
        })
    })
    .await;
    measure(WATCHES / 30, 200, |city| {
        people(WATCHES, city, |_| TimeWish::default())
    })
    .await;
    measure(WATCHES, 10, |city| {
        let place = thirty_pairs(city).swap_remove(0);
        let watch = |index: usize| WatchDraft {
            places: vec![only(&place)],
            nickname: index.to_string(),
            ..WatchDraft::default()
        };
        (0..WATCHES).map(watch).collect()
    })
    .await;
}

/// Lets slots appear, one after another, for which this many wait.
async fn measure(concerned: usize, answers: usize, watches: impl Fn(&City) -> Vec<WatchDraft>) {
    let crowd = Crowd::gather(simulator::Config::default(), watches).await;
    let places = match concerned {
        WATCHES => thirty_pairs(&crowd.city)[..1].to_vec(),
        _ => thirty_pairs(&crowd.city),
    };
    crowd.run_for(minutes(60)).await;
    crowd.told.remember();
    let durable = Arc::new(Mutex::new(Vec::new()));
    let listener = listen(&crowd.engine, Arc::clone(&durable));
    let (mut to_disk, mut to_first, mut to_last) = (Vec::new(), Vec::new(), Vec::new());
    let measuring = async {
        for (turn, place) in (0..answers).zip(places.iter().cycle()) {
            let Some(times) = tell(&crowd, place, turn).await else {
                continue;
            };
            let durable =
                std::mem::take(&mut *durable.lock().unwrap_or_else(PoisonError::into_inner));
            let Some(answer) = times.answer else { continue };
            to_disk.extend(durable.first().map(|at| at.saturating_sub(answer)));
            to_first.push(times.first.saturating_sub(answer));
            to_last.push(times.last.saturating_sub(answer));
            assert!(times.told >= concerned.min(333), "{} were told", times.told);
        }
    };
    tokio::select! {
        () = measuring => (),
        () = listener => (),
    }
    for (what, times) in [
        ("durable", &mut to_disk),
        ("first channel call", &mut to_first),
        ("last channel call", &mut to_last),
    ] {
        times.sort_unstable();
        let at = |part: usize| times[(times.len() - 1) * part / 100].as_secs_f64() * 1e3;
        println!(
            "{concerned:>6} watches, {:>3} answers: {what:<18} p50 {:>8.1} ms, p99 {:>8.1} ms",
            times.len(),
            at(50),
            at(99),
        );
    }
    crowd.engine.stop().await;
}

/// When what happened to one answer, by the machine's clock.
struct Times {
    answer: Option<Duration>,
    first: Duration,
    last: Duration,
    told: usize,
}

/// A slot appears, and is told to everybody who waits for it.
async fn tell(crowd: &Crowd, place: &Place, turn: usize) -> Option<Times> {
    let start = crowd.city.now() + TimeDelta::days(2);
    let start = start + TimeDelta::minutes(i64::try_from(turn).ok()?);
    crowd.city.offer(&place.clinic, &place.doctor, start);
    // Each clinic has its turn in this time, and everybody is told.
    crowd.run_for(minutes(6)).await;
    let told = crowd.told.times();
    let slots = format!("/doctor/{}/appointments", place.doctor);
    let requests = crowd.city.requests();
    let first = told.first()?.1;
    let answers = requests.iter().filter(|it| it.path.contains(&slots));
    let before = answers.filter(|request| request.answered <= first);
    Some(Times {
        answer: before.map(|request| request.answered).max(),
        first,
        last: told.last()?.1,
        told: told.len(),
    })
}

/// Notes when what was found is in the database.
async fn listen(engine: &Engine, durable: Arc<Mutex<Vec<Duration>>>) {
    let mut events = engine.events();
    loop {
        if let Ok(Event::Looked { look }) = events.recv().await
            && let Key::Doctor { .. } = look.key
            && look.appeared > 0
        {
            let mut durable = durable.lock().unwrap_or_else(PoisonError::into_inner);
            durable.push(machine_time());
        }
    }
}
