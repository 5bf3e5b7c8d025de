//! Marks: the prices that the kernel sees, and what everything is worth by them.

use alphaforge_kernel::InputEvent;
use alphaforge_risk::Scope;
use alphaforge_types::{Currency, InstrumentId, MarketState, UnixNanos};

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

    /// The currency in which equity is recorded.
    pub fn reporting_currency(&self) -> Option<Currency> {
        self.reporting_currency
    }

    pub(crate) fn record_equity(&mut self) {
        if let Some(currency) = self.reporting_currency {
            let value = self.kernel.market_value(Scope::Account, currency);
            self.records.push(Record::Equity(EquityPoint {
                ts: self.clock,
                currency,
                equity: self.kernel.equity(currency).complete(),
                gross_exposure: value.gross.complete(),
                net_exposure: value.net.complete(),
            }));
        }
    }

    pub(crate) fn note_mark(&mut self, instrument: InstrumentId) {
        let market = &mut self.markets[instrument.index()];
        if !market.is_told_alive {
            market.alive_at = market.alive_at.max(self.clock);
        }
        if let Some(mark) = market.view.mark() {
            market.middles.add(self.clock.nanos(), mark.twice_middle());
        }
        self.note_change(instrument);
    }

    /// All of a market's streams were alive at `at`, though nothing may have changed. Once somebody says so,
    /// events do not: one stream's tell nothing of another.
    pub fn note_alive(&mut self, instrument: InstrumentId, at: UnixNanos) {
        if let Some(market) = self.markets.get_mut(instrument.index()) {
            market.is_told_alive = true;
            market.alive_at = market.alive_at.max(at);
            self.note_change(instrument);
        }
    }

    fn note_change(&mut self, instrument: InstrumentId) {
        let market = &mut self.markets[instrument.index()];
        if !market.has_changed {
            market.has_changed = true;
            self.changed_markets.push(instrument);
        }
    }

    pub(crate) fn take_changed_markets(&mut self) -> Vec<(InstrumentId, MarketState)> {
        let mut changed = Vec::with_capacity(self.changed_markets.len());
        for instrument in self.changed_markets.drain(..) {
            let market = &mut self.markets[instrument.index()];
            market.has_changed = false;
            changed.push((instrument, market.state()));
        }
        changed
    }
}
