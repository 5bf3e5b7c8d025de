//! Rules 9 and 16: what is counted of executions and rejections, and what follows where there are too many.

use alphaforge_risk::{Conduct, ConductStage, FillRun, Scope, TradingState, WindowCount};
use alphaforge_types::{InstrumentId, Side, StrategyId};

use crate::kernel::Kernel;
use crate::order_state::Reason;
use crate::output::{Alert, Output};

const CONDUCT: Reason =
    Reason::Borrowed("venues reject too much, or too many orders are sent for each trade");

impl Kernel {
    /// Counts what the limits say; what was counted before stays.
    pub(crate) fn compile_conducts(&mut self) {
        let mut earlier = std::mem::take(&mut self.conducts);
        for (scope, watched) in self.limits.watched() {
            let (rejects, orders) = (watched.max_rejects, watched.max_orders_per_trade);
            let rate = self.limits.message_rate(scope);
            if let Some(conduct) = Conduct::new(rejects, orders, rate) {
                let conduct = match earlier.remove(&scope) {
                    Some(earlier) => conduct.after(earlier),
                    None => conduct,
                };
                self.conducts.insert(scope, conduct);
            }
        }
    }

    /// A new order or a replace was sent.
    pub(crate) fn count_order_sent(&mut self, strategy: StrategyId, instrument: InstrumentId) {
        let now = self.now();
        self.each_conduct(strategy, instrument, |conduct| conduct.on_order(now));
    }

    /// A venue has rejected a new order or a replace.
    pub(crate) fn count_reject(&mut self, strategy: StrategyId, instrument: InstrumentId) {
        let now = self.now();
        self.each_conduct(strategy, instrument, |conduct| conduct.on_reject(now));
    }

    /// An order has traded, `is_first` where it had not before.
    pub(crate) fn count_trade(
        &mut self,
        strategy: StrategyId,
        instrument: InstrumentId,
        side: Side,
        is_first: bool,
        outputs: &mut Vec<Output>,
    ) {
        let now = self.now();
        self.each_conduct(strategy, instrument, |conduct| conduct.on_trade(now));
        let limits = self.same_side_limits(strategy);
        let Some(longest) = limits.iter().flatten().map(|limit| limit.window_ns).max() else {
            return;
        };
        let holding = &mut self.strategies[strategy.index()].holdings[instrument.index()];
        holding.fill_run.on_trade(side, is_first, now, longest);
        let run = &holding.fill_run;
        let broken = limits
            .into_iter()
            .flatten()
            .find(|limit| run.count(now, limit.window_ns) > u64::from(limit.count));
        if let Some(limit) = broken {
            let reason = Reason::Owned(format!(
                "more than {} orders have traded on the {side} side of one instrument in {} ms, and none on the other",
                limit.count,
                limit.window_ns / 1_000_000,
            ));
            let scope = Scope::Strategy(strategy);
            self.tighten(scope, TradingState::Halted, reason, outputs);
            self.cancel_all(scope, None, outputs);
        }
    }

    fn same_side_limits(&self, strategy: StrategyId) -> [Option<WindowCount>; 2] {
        [Scope::Account, Scope::Strategy(strategy)]
            .map(|scope| self.limits.watched_in(scope)?.max_same_side_fills)
    }

    /// Holds back or tells of the scopes that do badly, after every step.
    pub(crate) fn watch_conducts(&mut self, outputs: &mut Vec<Output>) {
        if !std::mem::take(&mut self.conducts_touched) {
            return;
        }
        let now = self.now();
        let mut halted = Vec::new();
        for (scope, conduct) in &mut self.conducts {
            match conduct.stage(now) {
                ConductStage::Sound => {}
                ConductStage::Slow => {
                    if conduct.is_news(now) {
                        outputs.push(Output::Alert(Alert::Slow { scope: *scope }));
                    }
                }
                ConductStage::Halted => halted.push(*scope),
            }
        }
        for scope in halted {
            if self.latches.state(scope) != TradingState::Halted {
                self.tighten(scope, TradingState::Halted, CONDUCT, outputs);
                self.cancel_all(scope, None, outputs);
            }
        }
    }

    /// What a scope has done before counts no more: a person lets it go on.
    pub(crate) fn restart_conduct(&mut self, scope: Scope) {
        if let Some(conduct) = self.conducts.get_mut(&scope) {
            conduct.restart();
        }
        if let Scope::Strategy(strategy) = scope
            && let Some(trader) = self.strategies.get_mut(strategy.index())
        {
            for holding in &mut trader.holdings {
                holding.fill_run = FillRun::default();
            }
        }
    }

    fn each_conduct(
        &mut self,
        strategy: StrategyId,
        instrument: InstrumentId,
        count: impl Fn(&mut Conduct),
    ) {
        if self.conducts.is_empty() {
            return;
        }
        self.conducts_touched = true;
        for scope in self.scopes_of(strategy, instrument) {
            if let Some(conduct) = self.conducts.get_mut(&scope) {
                count(conduct);
            }
        }
    }

    /// How the scopes of an order get on, where that is limited.
    pub(crate) fn conducts_of(
        &self,
        strategy: StrategyId,
        instrument: InstrumentId,
    ) -> [Option<(Scope, &Conduct)>; 4] {
        if self.conducts.is_empty() {
            return [None; 4];
        }
        self.scopes_of(strategy, instrument)
            .map(|scope| Some((scope, self.conducts.get(&scope)?)))
    }
}

#[cfg(test)]
mod tests;
