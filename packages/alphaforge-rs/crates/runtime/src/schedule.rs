//! Work that is due at a time: messages in flight and timers.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use alphaforge_kernel::{Report, VenueMessage};
use alphaforge_types::{InstrumentId, OrderId, StrategyId, UnixNanos};

/// Something that will happen.
#[derive(Debug)]
pub(crate) enum Work {
    /// A message reaches the paper venue.
    Arrival(VenueMessage),
    /// The paper venue's word reaches us.
    Report(Report),
    /// The time till which some order at the paper venue is good.
    Expiry { instrument: InstrumentId },
    /// The time till which an order is good that its venue does not watch.
    Overdue { order: OrderId },
    /// The trigger of an order that is held here had been reached before it was armed.
    Fired { order: OrderId },
    /// A strategy's timer.
    Timer { strategy: StrategyId, timer: u64 },
    /// Marks and equity are taken.
    Marks,
}

#[derive(Debug)]
struct Entry {
    at: UnixNanos,
    sequence: u64,
    work: Work,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        self.sequence == other.sequence
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Entry) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Entry) -> std::cmp::Ordering {
        (self.at, self.sequence).cmp(&(other.at, other.sequence))
    }
}

/// Work by time; what is due at the same time happens in the order in which it was put here.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    entries: BinaryHeap<Reverse<Entry>>,
    sequence: u64,
}

impl Schedule {
    pub(crate) fn push(&mut self, at: UnixNanos, work: Work) {
        self.sequence += 1;
        let sequence = self.sequence;
        self.entries.push(Reverse(Entry { at, sequence, work }));
    }

    /// When the next work is due.
    pub(crate) fn next_at(&self) -> Option<UnixNanos> {
        self.entries.peek().map(|Reverse(entry)| entry.at)
    }

    /// The next work, if it is due at `now`.
    pub(crate) fn pop_due(&mut self, now: UnixNanos) -> Option<(UnixNanos, Work)> {
        if self.next_at()? > now {
            return None;
        }
        let Reverse(entry) = self.entries.pop()?;
        Some((entry.at, entry.work))
    }

    /// Forgets timers; messages in flight stay.
    pub(crate) fn keep_messages_only(&mut self) {
        self.entries.retain(|Reverse(entry)| match entry.work {
            Work::Arrival(_) | Work::Report(_) | Work::Fired { .. } => true,
            Work::Expiry { .. } | Work::Overdue { .. } | Work::Timer { .. } | Work::Marks => false,
        });
    }

    /// Forgets one timer of a strategy.
    pub(crate) fn forget_timer(&mut self, owner: StrategyId, id: u64) {
        self.entries.retain(|Reverse(entry)| match entry.work {
            Work::Timer { strategy, timer } => (strategy, timer) != (owner, id),
            Work::Arrival(_)
            | Work::Report(_)
            | Work::Expiry { .. }
            | Work::Overdue { .. }
            | Work::Fired { .. }
            | Work::Marks => true,
        });
    }
}
