//! Feed time: when it begins, and how it passes.

use alphaforge_types::UnixNanos;

use crate::runtime::Runtime;
use crate::schedule::Work;

impl Runtime {
    /// Feed time begins: what was asked for before counts from here.
    pub(crate) fn begin(&mut self) {
        self.has_begun = true;
        self.first_event = self.clock;
        // Before anything that the first event causes, but after the event itself: it brings a price.
        self.marks_are_due = true;
        self.schedule.push(self.clock, Work::Marks);
        for ((strategy, timer), interval_ns) in &self.timers {
            let work = Work::Timer {
                strategy: *strategy,
                timer: *timer,
            };
            self.schedule.push(self.clock.plus(*interval_ns), work);
        }
    }

    /// Nothing was left to do until then, and it is later now: what comes next from outside is judged by it.
    pub(crate) fn advance_to(&mut self, until: Option<UnixNanos>) {
        if let Some(until) = until
            && self.has_begun
            && !self.is_draining
        {
            self.advance_clock(until);
        }
    }

    pub(crate) fn advance_clock(&mut self, to: UnixNanos) {
        if to > self.clock {
            self.clock = to;
            self.moment += 1;
        }
    }
}
