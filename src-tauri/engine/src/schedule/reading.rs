//! When a row's change is followed down.

use std::time::Duration;

use tokio::time::Instant;

/// Slots that went are looked after this long later: nobody waits for them, and more of them may
/// go meanwhile.
const GONE_WAIT: Duration = Duration::from_mins(2);

/// A row of a list, as it announces slots.
pub trait Row: Copy + PartialEq {
    /// Have slots merely gone since then? In doubt not.
    fn shrank(&self, before: &Self) -> bool;
}

/// What is known of a row whose slots are looked at when it changes.
#[derive(Debug, Clone)]
pub struct Reading<R> {
    /// As it was when everything under it was looked at.
    drilled: Option<R>,
    /// As it was read last.
    read: Option<R>,
    /// Something under it is to be looked at then.
    due: Option<Instant>,
}

impl<R> Default for Reading<R> {
    fn default() -> Self {
        Self {
            drilled: None,
            read: None,
            due: None,
        }
    }
}

impl<R: Row> Reading<R> {
    /// It is read: is it time to look underneath?
    pub fn asks(&mut self, row: &R) -> bool {
        let Some(drilled) = self.drilled else {
            return true;
        };
        let now = Instant::now();
        let before = self.read.replace(*row).unwrap_or(drilled);
        if *row != before {
            // Against the row read last: what came after something went is news, though the row
            // may look as it did at first.
            let wait = if row.shrank(&before) {
                GONE_WAIT
            } else {
                Duration::ZERO
            };
            let due = now + wait;
            self.due = Some(self.due.map_or(due, |sooner| sooner.min(due)));
        }
        self.due.is_some_and(|due| due <= now)
    }

    /// Is there anything to look at underneath, now or later?
    pub fn has_changed(&self) -> bool {
        self.due.is_some()
    }

    /// Everything under it was looked at while it was so; `None`: it was not read.
    pub fn drilled(&mut self, row: Option<&R>) {
        self.drilled = row.copied();
        self.read = self.drilled;
        self.due = None;
    }

    /// The same, where a row that was not read stays what it was.
    pub fn drilled_beneath(&mut self, row: Option<&R>) {
        let row = row.copied().or(self.drilled);
        self.drilled(row.as_ref());
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    impl Row for u32 {
        fn shrank(&self, before: &Self) -> bool {
            self < before
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_came_is_looked_at_now_what_went_after_a_while() {
        let mut row = Reading::default();
        assert!(row.asks(&3), "nothing is known yet");
        row.drilled(Some(&3));
        assert!(!row.asks(&3));
        assert!(row.asks(&4));
        assert!(row.asks(&4), "until somebody has looked");
        row.drilled(Some(&4));
        assert!(!row.asks(&2));
        assert!(row.has_changed());
        sleep(GONE_WAIT).await;
        assert!(row.asks(&2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_slot_that_comes_after_another_went_is_news_though_the_count_is_as_before() {
        let mut row = Reading::default();
        row.drilled(Some(&3));
        assert!(!row.asks(&2));
        assert!(row.asks(&3));
    }
}
