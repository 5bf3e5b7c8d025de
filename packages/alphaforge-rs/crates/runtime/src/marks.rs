//! Marks: the prices that the kernel sees, and what everything is worth by them.

use alphaforge_kernel::InputEvent;
use alphaforge_types::{InstrumentId, Mark};

use crate::record::{EquityPoint, Record};
use crate::runtime::Runtime;
use crate::schedule::Work;

/// How often marks and equity are taken.
const MARK_INTERVAL_NS: i64 = 1_000_000_000;

impl Runtime {
    /// Marks are taken at whole intervals since the first event, but not while nothing happens: a
    /// recording can be silent for months.
    pub(crate) fn schedule_marks(&mut self) {
        if self.marks_are_due {
            return;
        }
        self.marks_are_due = true;
        let since = self.clock.nanos().saturating_sub(self.first_event.nanos());
        let next = (since / MARK_INTERVAL_NS + 1).saturating_mul(MARK_INTERVAL_NS);
        self.schedule.push(self.first_event.plus(next), Work::Marks);
    }

    /// The kernel sees the marks, and what everything is worth is recorded.
    pub(crate) fn take_marks(&mut self) {
        self.step(InputEvent::Timer);
        self.record_equity();
    }

    pub(crate) fn record_equity(&mut self) {
        if let Some(currency) = self.reporting_currency {
            self.records.push(Record::Equity(EquityPoint {
                ts: self.clock,
                currency,
                equity: self.kernel.equity(currency),
                market_value: self.kernel.market_value(currency),
            }));
        }
    }

    pub(crate) fn note_mark(&mut self, instrument: InstrumentId) {
        let market = &mut self.markets[instrument.index()];
        if let Some(mark) = market.view.mark() {
            market.middles.add(self.clock.nanos(), mark.twice_middle());
        }
        if !market.mark_changed {
            market.mark_changed = true;
            self.changed_marks.push(instrument);
        }
    }

    pub(crate) fn take_changed_marks(&mut self) -> Vec<(InstrumentId, Option<Mark>)> {
        let mut marks = Vec::with_capacity(self.changed_marks.len());
        for instrument in self.changed_marks.drain(..) {
            let market = &mut self.markets[instrument.index()];
            market.mark_changed = false;
            marks.push((instrument, market.view.mark()));
        }
        marks
    }
}
