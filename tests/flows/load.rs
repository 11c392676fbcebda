//! Short forms of `cargo xtask suite10k`.

use flows::suite::{load, soak, spike, stress};

#[tokio::test(start_paused = true)]
async fn watches_that_come_over_the_whole_city_are_told_all_that_looks_find() {
    let short = load::Size {
        watches: 60,
        ramp_minutes: 6,
        hours: 2,
    };
    let verdict = Box::pin(load::run(short, || None)).await.unwrap();
    assert!(verdict.passed(), "{verdict}");
}

#[tokio::test(start_paused = true)]
async fn twenty_times_as_many_watches_and_failing_clinics_only_lengthen_the_gaps() {
    let short = stress::Size {
        first: 20,
        last: 60,
        stage_hours: 1,
    };
    let verdict = Box::pin(stress::run(short, || None)).await.unwrap();
    assert!(verdict.passed(), "{verdict}");
}

#[tokio::test(start_paused = true)]
async fn a_release_a_sleep_and_an_outage_are_each_told_once() {
    let short = spike::Size {
        watches: 90,
        slots: 300,
    };
    let verdict = Box::pin(spike::run(short, || None)).await.unwrap();
    assert!(verdict.passed(), "{verdict}");
}

#[tokio::test(start_paused = true)]
async fn a_week_of_outages_sleep_and_renumbered_ids_loses_nothing() {
    let short = soak::Size {
        watches: 12,
        days: 8,
        budget: 60,
    };
    let verdict = Box::pin(soak::run(short, || None)).await.unwrap();
    assert!(verdict.passed(), "{verdict}");
}
