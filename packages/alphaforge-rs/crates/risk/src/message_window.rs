//! Rule 8: how many messages were sent lately.

use std::collections::VecDeque;

use alphaforge_types::UnixNanos;

use crate::limits::MessageRate;

/// The messages of a sliding window. A message counts while less than the window's length has passed.
#[derive(Clone, Debug)]
pub struct MessageWindow {
    rate: MessageRate,
    sent: VecDeque<UnixNanos>,
}

impl MessageWindow {
    /// An empty window.
    pub fn new(rate: MessageRate) -> MessageWindow {
        MessageWindow {
            rate,
            sent: VecDeque::new(),
        }
    }

    /// The limit it watches.
    pub fn rate(&self) -> MessageRate {
        self.rate
    }

    /// Watches another limit from now on. What was sent stays counted; a longer window counts of what is older
    /// than the shorter one only what that still knew.
    pub fn set_rate(&mut self, rate: MessageRate) {
        self.rate = rate;
    }

    /// How many messages count at `now`.
    pub fn count(&self, now: UnixNanos) -> usize {
        let expired = self
            .sent
            .partition_point(|sent| now.since(*sent) >= self.rate.window_ns);
        self.sent.len() - expired
    }

    /// Whether another new order or replace may be sent at `now`.
    pub fn has_room(&self, now: UnixNanos) -> bool {
        let for_orders = self
            .rate
            .limit
            .saturating_sub(self.rate.reserved_for_cancels);
        // As many as are allowed lie within the window if the oldest of so many does.
        match self.sent.len().checked_sub(for_orders as usize) {
            None => true,
            Some(oldest) => self
                .sent
                .get(oldest)
                .is_some_and(|sent| now.since(*sent) >= self.rate.window_ns),
        }
    }

    /// Counts a message sent at `now`, which never lies before the last one.
    pub fn record(&mut self, now: UnixNanos) {
        while self
            .sent
            .front()
            .is_some_and(|sent| now.since(*sent) >= self.rate.window_ns)
        {
            self.sent.pop_front();
        }
        self.sent.push_back(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(nanos: i64) -> UnixNanos {
        UnixNanos::from_nanos(nanos)
    }

    #[test]
    fn a_message_leaves_the_window_when_its_length_has_passed() {
        let mut window = MessageWindow::new(MessageRate {
            limit: 3,
            window_ns: 10,
            reserved_for_cancels: 1,
        });
        assert!(window.has_room(at(0)));
        window.record(at(0));
        assert!(window.has_room(at(5)));
        window.record(at(5));
        assert!(!window.has_room(at(9)));
        assert!(window.has_room(at(10)));
        window.record(at(10));
        assert_eq!(window.count(at(10)), 2);
    }

    #[test]
    fn what_was_sent_counts_against_another_limit_too() {
        let rate = |limit, window_ns| MessageRate {
            limit,
            window_ns,
            reserved_for_cancels: 0,
        };
        let mut window = MessageWindow::new(rate(5, 10));
        for nanos in [0, 1, 2] {
            window.record(at(nanos));
        }
        window.set_rate(rate(3, 10));
        assert!(!window.has_room(at(2)));
        window.set_rate(rate(3, 2));
        assert!(window.has_room(at(2)));
        window.set_rate(rate(3, 20));
        assert!(!window.has_room(at(2)), "nothing was recorded meanwhile");
    }

    proptest! {
        #[test]
        fn counts_what_a_full_list_would(steps in prop::collection::vec(0_i64..7, 1..60)) {
            let mut window = MessageWindow::new(MessageRate { limit: 9, window_ns: 10, reserved_for_cancels: 0 });
            let mut all = Vec::new();
            let mut now = 0;
            for step in steps {
                now += step;
                window.record(at(now));
                all.push(now);
                let expected = all.iter().filter(|sent| now - **sent < 10).count();
                prop_assert_eq!(window.count(at(now)), expected);
                prop_assert_eq!(window.has_room(at(now)), expected < 9);
            }
        }
    }
}
