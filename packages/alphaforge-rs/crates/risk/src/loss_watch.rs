//! Rule 14: the loss of a day and the fall from the peak of the profit, and the stages of what follows.
//!
//! Profit is what trading has earned: realised and unrealised, less fees. Deposits and withdrawals are no part
//! of it. The stages are latches: a figure that gets better again loosens nothing.
//!
//! Source: SEC rule 15c3-5(c)(1)(i), pre-set thresholds; FIA, Best Practices for Automated Trading Risk
//! Controls, profit and loss limits; Eurex Advanced Risk Protection, whose stages are alert, slow-down, stop.

use alphaforge_types::{Amount, Currency, DayClock, Rate};

/// What is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LossMeasure {
    /// The profit at the day's start less the profit.
    DailyLoss,
    /// The highest profit less the profit.
    Drawdown,
    /// The same, as a share of what there was: the equity at the start and the highest profit since.
    DrawdownShare,
}

impl LossMeasure {
    /// The name in words.
    pub const fn name(self) -> &'static str {
        match self {
            LossMeasure::DailyLoss => "daily loss",
            LossMeasure::Drawdown | LossMeasure::DrawdownShare => "drawdown",
        }
    }

    /// The name of its limit in the configuration.
    pub const fn setting(self) -> &'static str {
        match self {
            LossMeasure::DailyLoss => "max_daily_loss",
            LossMeasure::Drawdown => "max_drawdown",
            LossMeasure::DrawdownShare => "max_drawdown_share",
        }
    }
}

/// How far a loss has come; each stage holds back more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum LossStage {
    /// Nothing to tell.
    #[default]
    Within,
    /// Somebody is told.
    Alert,
    /// Only orders that shrink a position.
    Reducing,
    /// No orders.
    Halted,
}

impl LossStage {
    /// The lower-case name.
    pub const fn name(self) -> &'static str {
        match self {
            LossStage::Within => "within",
            LossStage::Alert => "alert",
            LossStage::Reducing => "reducing",
            LossStage::Halted => "halted",
        }
    }
}

/// What happens on the way to a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LossResponse {
    /// Above this share of a limit somebody is told.
    pub alert: Rate,
    /// Above this share only orders that shrink a position pass.
    pub reduce: Rate,
    /// Above a limit positions are closed too.
    pub flatten: bool,
    /// What equity is reckoned in, for limits that are a share of it; without it those cannot be reckoned.
    pub currency: Option<Currency>,
    /// When days begin.
    pub days: DayClock,
}

impl Default for LossResponse {
    fn default() -> LossResponse {
        LossResponse {
            alert: Rate::percent(50),
            reduce: Rate::percent(80),
            flatten: false,
            currency: None,
            days: DayClock::default(),
        }
    }
}

/// How much may be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LossLimit {
    /// So much.
    Amount(Amount),
    /// So much of what there was.
    Share(Rate),
}

/// One limit, and what it is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LossWatch {
    /// What is watched.
    pub measure: LossMeasure,
    /// In which currency.
    pub currency: Currency,
    /// How much may be lost.
    pub limit: LossLimit,
    /// The profit that counts as none lost: at the day's start, or the highest one. `None` till it is known.
    reference: Option<Amount>,
    /// Of a share: equity less profit when it began to count.
    capital: Option<Amount>,
    /// What is lost; `None` where it is not known.
    value: Option<Amount>,
    stage: LossStage,
}

impl LossWatch {
    /// Counts from the first profit that it is shown.
    pub fn new(measure: LossMeasure, currency: Currency, limit: LossLimit) -> LossWatch {
        LossWatch {
            measure,
            currency,
            limit,
            reference: None,
            capital: None,
            value: None,
            stage: LossStage::Within,
        }
    }

    /// The same limit, changed: what it counts from stays, and its stage is found anew.
    pub fn go_on_from(&mut self, earlier: &LossWatch) {
        if (self.measure, self.currency) == (earlier.measure, earlier.currency) {
            self.reference = earlier.reference;
            self.capital = earlier.capital;
        }
    }

    /// Counts from the next profit that it is shown.
    pub fn restart(&mut self) {
        *self = LossWatch::new(self.measure, self.currency, self.limit);
    }

    /// What is lost, negative for a gain; `None` where it is not known.
    pub fn value(&self) -> Option<Amount> {
        self.value
    }

    /// How far the loss has come.
    pub fn stage(&self) -> LossStage {
        self.stage
    }

    /// How much may be lost now, in the currency of the watch; `None` where that is not known.
    pub fn allowed(&self) -> Option<Amount> {
        match self.limit {
            LossLimit::Amount(amount) => Some(amount),
            LossLimit::Share(share) => {
                let most = self.capital?.plus(self.reference?).ok()?;
                part(most.max(Amount::ZERO), share)
            }
        }
    }

    /// Sees the profit, and for a share the equity; returns the stage that the loss has newly come to.
    pub fn observe(
        &mut self,
        profit: Option<Amount>,
        equity: impl FnOnce() -> Option<Amount>,
        response: &LossResponse,
    ) -> Option<LossStage> {
        self.value = None;
        let profit = profit?;
        if matches!(self.limit, LossLimit::Share(_)) && self.capital.is_none() {
            self.capital = Some(equity()?.minus(profit).ok()?);
        }
        let reference = match (self.measure, self.reference) {
            (_, None) => profit,
            (LossMeasure::DailyLoss, Some(start)) => start,
            (LossMeasure::Drawdown | LossMeasure::DrawdownShare, Some(peak)) => peak.max(profit),
        };
        self.reference = Some(reference);
        let lost = reference.minus(profit).ok()?;
        let allowed = self.allowed()?;
        self.value = Some(lost);
        let stage = if lost > allowed {
            LossStage::Halted
        } else if lost > part(allowed, response.reduce)? {
            LossStage::Reducing
        } else if lost > part(allowed, response.alert)? {
            LossStage::Alert
        } else {
            LossStage::Within
        };
        let is_new = stage > self.stage;
        self.stage = self.stage.max(stage);
        is_new.then_some(stage)
    }
}

/// A share of an amount, rounded half-even at 12 decimals.
fn part(amount: Amount, share: Rate) -> Option<Amount> {
    amount
        .ratio(i128::from(share.units()), i128::from(Rate::ONE))
        .ok()
}

#[cfg(test)]
mod tests;
