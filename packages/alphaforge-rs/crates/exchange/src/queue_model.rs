//! What is believed of an order's place in the displayed queue: pluggable, in integers.

mod probabilistic;
mod risk_averse;

use alphaforge_types::Quantity;

pub use probabilistic::{CancelSplit, MOST_EXPONENT};

/// How an order's place in the queue follows from what is shown.
///
/// Under every model an order joins behind what is displayed at its price, a trade at its price takes
/// what is before it first, and no more can be before it than is displayed. Models differ in what they
/// make of cancellations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QueueModel {
    /// Cancellations are behind us, as far as that is possible.
    #[default]
    RiskAverse,
    /// Cancellations are split over what is before us and what is behind us, by expectation.
    Probabilistic(CancelSplit),
}

/// The quantities of an instrument, in mantissas.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QuantityGrid {
    /// A whole unit.
    pub(crate) one: u64,
    /// The step: what is estimated is rounded to it, since nothing else can trade.
    pub(crate) lot: u64,
}

/// Where an order stands among what is displayed at its price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueuePosition {
    /// How much is before it.
    pub ahead: Quantity,
    /// How much was displayed when its level was last shown.
    shown: Quantity,
    /// How much has traded there since then: the next smaller display holds these trades.
    traded: Quantity,
}

impl QueuePosition {
    /// Behind all that is displayed.
    pub fn behind(shown: Quantity) -> QueuePosition {
        QueuePosition {
            ahead: shown,
            shown,
            traded: Quantity::ZERO,
        }
    }

    /// How much was displayed when its level was last shown.
    pub(crate) fn shown(&self) -> Quantity {
        self.shown
    }

    /// A trade at its price: `quantity` in all, of which `taken` was before it.
    pub(crate) fn on_trade(&mut self, quantity: Quantity, taken: Quantity) {
        self.ahead = self.ahead.saturating_sub(taken).max(Quantity::ZERO);
        self.traded = self.traded.saturating_add(quantity);
    }

    /// Its level is shown anew.
    pub(crate) fn on_shown(&mut self, model: QueueModel, shown: Quantity, grid: QuantityGrid) {
        let cancelled = self
            .shown
            .saturating_sub(shown)
            .saturating_sub(self.traded)
            .max(Quantity::ZERO);
        let behind = self.shown.saturating_sub(self.ahead).max(Quantity::ZERO);
        let ahead = match model {
            QueueModel::RiskAverse => risk_averse::ahead_after_cancels(self.ahead),
            QueueModel::Probabilistic(split) => {
                probabilistic::ahead_after_cancels(split, self.ahead, behind, cancelled, grid)
            }
        };
        *self = QueuePosition {
            ahead: ahead.min(shown),
            ..QueuePosition::behind(shown)
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const POWER: QueueModel = QueueModel::Probabilistic(CancelSplit::Power { exponent: 3 });
    const LOG: QueueModel = QueueModel::Probabilistic(CancelSplit::Logarithmic);

    const ONES: QuantityGrid = QuantityGrid { one: 1, lot: 1 };

    fn units(mantissa: i64) -> Quantity {
        Quantity::from_mantissa(mantissa)
    }

    /// An order behind 10, of which 3 have traded, so that 7 are before it; 5 more have joined behind it.
    fn position(model: QueueModel) -> QueuePosition {
        let mut position = QueuePosition::behind(units(10));
        position.on_trade(units(3), units(3));
        position.on_shown(model, units(12), ONES);
        position
    }

    #[test]
    fn what_joins_is_behind_us() {
        for model in [QueueModel::RiskAverse, POWER, LOG] {
            assert_eq!(position(model).ahead, units(7), "{model:?}");
        }
    }

    #[test]
    fn models_differ_in_cancellations() {
        // Six of twelve are cancelled, while seven are before us and five behind.
        let left = |model: QueueModel| {
            let mut position = position(model);
            position.on_shown(model, units(6), ONES);
            position.ahead.mantissa()
        };
        // Risk-averse: as many as can be are still before us.
        assert_eq!(left(QueueModel::RiskAverse), 6);
        // 7^3 / (7^3 + 5^3) = 0.733 of the six were before us: 4.4, of which whole ones count.
        assert_eq!(left(POWER), 3);
        // log(8) / (log(8) + log(6)) = 0.537 of them: 3.2.
        assert_eq!(left(LOG), 4);
    }

    #[test]
    fn a_trade_is_not_taken_for_a_cancellation() {
        for model in [QueueModel::RiskAverse, POWER, LOG] {
            let mut position = QueuePosition::behind(units(1000));
            position.on_shown(model, units(2000), ONES);
            position.on_trade(units(600), units(600));
            position.on_shown(model, units(1400), ONES);
            assert_eq!(position.ahead, units(400), "{model:?}");
        }
    }

    #[test]
    fn estimates_are_whole_lots() {
        let mut position = QueuePosition::behind(units(700));
        position.on_shown(POWER, units(1200), ONES);
        let mut in_lots = position;
        // As above, 4.4 of six are before us, in units of 100.
        position.on_shown(POWER, units(600), ONES);
        assert_eq!(position.ahead, units(261));
        let grid = QuantityGrid { one: 1, lot: 100 };
        in_lots.on_shown(POWER, units(600), grid);
        assert_eq!(in_lots.ahead, units(300));
    }

    proptest! {
        /// Whatever is shown and traded, no more is before us than is displayed, what is before us never
        /// grows, and no model is more careful than the risk-averse one.
        #[test]
        fn positions_stay_within_what_is_shown(
            first in 0_i64..1_000_000,
            steps in prop::collection::vec((any::<bool>(), 0_i64..1_000_000), 0..40),
            exponent in 1_u8..=MOST_EXPONENT,
        ) {
            let power = QueueModel::Probabilistic(CancelSplit::Power { exponent });
            let mut positions = [QueueModel::RiskAverse, power, LOG]
                .map(|model| (model, QueuePosition::behind(units(first))));
            for (is_trade, quantity) in steps {
                for (model, position) in &mut positions {
                    let before = position.ahead;
                    if is_trade {
                        position.on_trade(units(quantity), units(quantity).min(before));
                    } else {
                        let grid = QuantityGrid { one: 1000, lot: 10 };
                        position.on_shown(*model, units(quantity), grid);
                        prop_assert!(position.ahead <= units(quantity));
                    }
                    prop_assert!(position.ahead <= before && position.ahead >= Quantity::ZERO);
                }
                prop_assert!(positions[1].1.ahead <= positions[0].1.ahead);
                prop_assert!(positions[2].1.ahead <= positions[0].1.ahead);
            }
        }
    }
}
