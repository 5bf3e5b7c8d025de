//! Rule 14: what trading has earned, and what follows where too much is lost.
//!
//! Profit is realised (by average cost) and unrealised (at the middle of the mark), funding included and less
//! fees, in the currency of the limit at the rates of the moment. It is reckoned anew after each fill and at
//! each timer.

use alphaforge_risk::{LossMeasure, LossStage, LossWatch, Scope, TradingState};
use alphaforge_types::{Amount, Currency, StrategyId};

use crate::kernel::Kernel;
use crate::order_state::Reason;
use crate::output::{Alert, Output};
use crate::valuation::Valuation;

/// A rate that is missing, or not to be relied on: from, to.
pub(crate) type Missing = (Currency, Currency);

/// The limits on the losses of one scope, as they are watched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ScopeLosses {
    watches: Vec<LossWatch>,
    /// Why a loss is not known, if it is not.
    pub(crate) unknown: Option<Missing>,
    told_unknown: bool,
}

impl Kernel {
    /// Watches what the limits say; what was counted from before stays.
    pub(crate) fn compile_losses(&mut self) {
        let earlier = std::mem::take(&mut self.losses);
        for (scope, limits) in self.limits.watched() {
            let currency = self.limits.loss_response.currency;
            let mut watches = limits.loss_watches(currency);
            if watches.is_empty() {
                continue;
            }
            for watch in &mut watches {
                let known = earlier
                    .get(&scope)
                    .map_or(&[][..], |losses| &losses.watches);
                known.iter().for_each(|known| watch.go_on_from(known));
            }
            let losses = ScopeLosses {
                watches,
                ..ScopeLosses::default()
            };
            self.losses.insert(scope, losses);
        }
    }

    /// Each scope with limits on its losses, and these.
    pub fn losses(&self) -> impl Iterator<Item = (Scope, &LossWatch)> {
        self.losses
            .iter()
            .flat_map(|(scope, losses)| losses.watches.iter().map(|watch| (*scope, watch)))
    }

    /// Another day begins where kernel time has passed into it: what it loses counts from the profit by the
    /// last marks of the day before.
    pub(crate) fn roll_day(&mut self, outputs: &mut Vec<Output>) {
        if self.losses.is_empty() {
            return;
        }
        let day = self.limits.loss_response.days.day_of(self.clock);
        if day <= self.day {
            return;
        }
        self.day = day;
        for losses in self.losses.values_mut() {
            let of_day = |watch: &&mut LossWatch| watch.measure == LossMeasure::DailyLoss;
            losses
                .watches
                .iter_mut()
                .filter(of_day)
                .for_each(LossWatch::restart);
        }
        self.watch_losses(None, false, outputs);
    }

    /// The losses of a scope count from now on.
    pub(crate) fn restart_losses(&mut self, scope: Scope, outputs: &mut Vec<Output>) {
        if let Some(losses) = self.losses.get_mut(&scope) {
            losses.watches.iter_mut().for_each(LossWatch::restart);
            self.watch_losses(None, false, outputs);
        }
    }

    /// What is not known is looked at with every input, so that it is known as soon as it can be.
    pub(crate) fn watch_unknown_losses(&mut self, outputs: &mut Vec<Output>) {
        let is_unknown =
            |losses: &ScopeLosses| losses.watches.iter().any(|watch| watch.value().is_none());
        if self.losses.values().any(is_unknown) {
            self.watch_losses(None, false, outputs);
        }
    }

    /// Reckons what is lost, of one strategy and the account or of all, and holds back who has lost too much.
    /// The equity that a share is of is taken when time passes only: accounts become known one by one.
    pub(crate) fn watch_losses(
        &mut self,
        only: Option<StrategyId>,
        takes_equity: bool,
        outputs: &mut Vec<Output>,
    ) {
        let scopes: Vec<Scope> = self
            .losses
            .keys()
            .copied()
            .filter(|scope| match (scope, only) {
                (Scope::Strategy(strategy), Some(only)) => *strategy == only,
                _ => true,
            })
            .collect();
        for scope in scopes {
            let Some(mut losses) = self.losses.remove(&scope) else {
                continue;
            };
            let news = self.reckon(scope, &mut losses, takes_equity);
            self.losses.insert(scope, losses);
            for (stage, text) in news {
                self.answer_loss(scope, stage, text, outputs);
            }
        }
    }

    /// Shows a scope's profit to its watches; returns the stages that its losses have newly come to.
    fn reckon(
        &self,
        scope: Scope,
        losses: &mut ScopeLosses,
        takes_equity: bool,
    ) -> Vec<(LossStage, String)> {
        let mut news = Vec::new();
        losses.unknown = None;
        for watch in &mut losses.watches {
            let currency = watch.currency;
            let profit = self.profit_of(scope, currency);
            losses.unknown = losses.unknown.or(profit.err());
            let mut missing = None;
            let equity = || {
                let equity = reliable(&self.equity(currency), currency);
                missing = equity.err();
                equity.ok().filter(|_| takes_equity)
            };
            let response = &self.limits.loss_response;
            let stage = watch.observe(profit.ok(), equity, response);
            if watch.value().is_none() {
                let missing = missing.unwrap_or((currency, currency));
                losses.unknown = losses.unknown.or(Some(missing));
            }
            if let (Some(stage), Some(lost), Some(allowed)) =
                (stage, watch.value(), watch.allowed())
            {
                let text = format!(
                    "the {} of {lost} {currency} is past {} of {} {allowed} {currency}",
                    watch.measure.name(),
                    self.threshold_name(stage),
                    watch.measure.setting(),
                );
                news.push((stage, text));
            }
        }
        news
    }

    /// What a scope has earned since the run began.
    fn profit_of(&self, scope: Scope, currency: Currency) -> Result<Amount, Missing> {
        let profit = self.profit(scope, currency);
        reliable(&profit.map_err(|_| (currency, currency))?, currency)
    }

    fn threshold_name(&self, stage: LossStage) -> String {
        let response = &self.limits.loss_response;
        match stage {
            LossStage::Within | LossStage::Alert => format!("{} times the limit", response.alert),
            LossStage::Reducing => format!("{} times the limit", response.reduce),
            LossStage::Halted => "the limit".to_owned(),
        }
    }

    fn answer_loss(
        &mut self,
        scope: Scope,
        stage: LossStage,
        text: String,
        outputs: &mut Vec<Output>,
    ) {
        let reason = Reason::Owned(text);
        match stage {
            LossStage::Within => {}
            LossStage::Alert => outputs.push(Output::Alert(Alert::Loss { scope, reason })),
            LossStage::Reducing => {
                self.tighten(scope, TradingState::Reducing, reason, outputs);
            }
            LossStage::Halted => {
                self.tighten(scope, TradingState::Halted, reason, outputs);
                self.cancel_all(scope, None, outputs);
                if self.limits.loss_response.flatten {
                    self.begin_flattening(scope);
                }
            }
        }
    }

    /// Says once that a loss is not known; called when time passes, so that a rate may come late.
    pub(crate) fn tell_unknown_losses(&mut self, outputs: &mut Vec<Output>) {
        for (scope, losses) in &mut self.losses {
            if let Some((from, to)) = losses.unknown
                && !losses.told_unknown
            {
                let scope = *scope;
                outputs.push(Output::Alert(Alert::UnknownLoss { scope, from, to }));
            }
            losses.told_unknown = losses.unknown.is_some();
        }
    }

    /// The scope of a strategy's order whose loss is limited and not known.
    pub(crate) fn unknown_loss(&self, strategy: StrategyId) -> Option<(Scope, Currency, Currency)> {
        if self.losses.is_empty() {
            return None;
        }
        [Scope::Account, Scope::Strategy(strategy)]
            .into_iter()
            .find_map(|scope| {
                let (from, to) = self.losses.get(&scope)?.unknown?;
                Some((scope, from, to))
            })
    }
}

/// What a limit may go by, or the rate for want of which there is no such thing.
fn reliable(valuation: &Valuation, to: Currency) -> Result<Amount, Missing> {
    let mut wanting = valuation.missing.iter().chain(&valuation.stale);
    let from = wanting.next().copied().unwrap_or(to);
    valuation.reliable().ok_or((from, to))
}

#[cfg(test)]
mod tests;
