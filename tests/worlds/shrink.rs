//! A failing world with as few events as will do.

use super::{Plan, run};

/// Worlds that are tried at most.
const TRIES: usize = 400;

/// The smallest world found that breaks the same promise; that it is the smallest there is is not said.
pub fn shrink(plan: &Plan, check: &str) -> Plan {
    let mut best = plan.clone();
    let mut tries = 0;
    let mut fails = |plan: &Plan| {
        tries += 1;
        tries <= TRIES && run(plan).violations.iter().any(|it| it.check == check)
    };
    // Fewer days first: each makes the rest faster.
    let mut days = best.days / 2;
    while days > 0 {
        let shorter = cut(&best, best.days - days);
        if best.days > days && fails(&shorter) {
            best = shorter;
            days = days.min(best.days / 2);
        } else {
            days /= 2;
        }
    }
    let mut size = best.events.len() / 2;
    while size > 0 {
        let mut from = 0;
        while from < best.events.len() {
            let mut fewer = best.clone();
            let to = (from + size).min(fewer.events.len());
            fewer.events.drain(from..to);
            if fails(&fewer) {
                best = fewer;
            } else {
                from = to;
            }
        }
        size /= 2;
    }
    best
}

fn cut(plan: &Plan, days: u32) -> Plan {
    let mut shorter = plan.clone();
    shorter.days = days.max(1);
    let end = std::time::Duration::from_secs(u64::from(shorter.days) * 86_400);
    shorter.events.retain(|event| event.at < end);
    shorter
}
