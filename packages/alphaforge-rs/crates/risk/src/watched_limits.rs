//! The limits of what is watched as it happens: losses, executions, rejections.

use alphaforge_types::{Amount, Currency, Rate};
use thiserror::Error;

use crate::limits::{LimitTable, LimitTableError, MessageRate, Money, Scope, WindowCount};
use crate::loss_watch::{LossLimit, LossMeasure, LossResponse, LossWatch};

/// The limits of one scope; `None` sets none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WatchedLimits {
    /// Rule 14: the most that a day may lose.
    pub max_daily_loss: Option<Money>,
    /// Rule 14: how far the profit may fall below its peak.
    pub max_drawdown: Option<Money>,
    /// Rule 14: the same as a share.
    pub max_drawdown_share: Option<Rate>,
    /// Rule 9: how many orders of one side may trade one after the other.
    pub max_same_side_fills: Option<WindowCount>,
    /// Rule 16: how many orders and replaces venues may reject.
    pub max_rejects: Option<WindowCount>,
    /// Rule 16: how many orders and replaces may be sent for each trade.
    pub max_orders_per_trade: Option<WindowCount>,
}

impl WatchedLimits {
    pub(crate) fn check(&self, scope: Scope) -> Result<(), LimitTableError> {
        let is_set = [
            ("max_daily_loss", self.max_daily_loss.is_some()),
            ("max_drawdown", self.max_drawdown.is_some()),
            ("max_drawdown_share", self.max_drawdown_share.is_some()),
            ("max_same_side_fills", self.max_same_side_fills.is_some()),
        ];
        let of_strategies = matches!(scope, Scope::Account | Scope::Strategy(_));
        if let Some((field, _)) = is_set.iter().find(|(_, set)| *set && !of_strategies) {
            return Err(WatchedLimitError::WrongScope {
                field,
                scope: scope.name(),
            }
            .into());
        }
        let money = [
            ("max_daily_loss", self.max_daily_loss),
            ("max_drawdown", self.max_drawdown),
        ];
        for (field, money) in money {
            if let Some(money) = money.filter(|money| money.amount < Amount::ZERO) {
                let value = money.amount.to_string();
                return Err(LimitTableError::Negative { field, value });
            }
        }
        if let Some(share) = self.max_drawdown_share.filter(|share| *share < Rate::ZERO) {
            return Err(LimitTableError::Negative {
                field: "max_drawdown_share",
                value: share.to_string(),
            });
        }
        let windows = [
            ("max_same_side_fills", self.max_same_side_fills),
            ("max_rejects", self.max_rejects),
            ("max_orders_per_trade", self.max_orders_per_trade),
        ];
        windows
            .into_iter()
            .filter_map(|(field, window)| Some((field, window?)))
            .try_for_each(|(field, window)| check_window_length(field, window.window_ns))
    }

    /// The limits of rule 14, each as it is watched; `equity` is the currency of what is a share.
    pub fn loss_watches(&self, equity: Option<Currency>) -> Vec<LossWatch> {
        let of_money = |measure, money: Option<Money>| {
            money.map(|money| {
                LossWatch::new(measure, money.currency, LossLimit::Amount(money.amount))
            })
        };
        let share = self
            .max_drawdown_share
            .zip(equity)
            .map(|(share, currency)| {
                let limit = LossLimit::Share(share);
                LossWatch::new(LossMeasure::DrawdownShare, currency, limit)
            });
        [
            of_money(LossMeasure::DailyLoss, self.max_daily_loss),
            of_money(LossMeasure::Drawdown, self.max_drawdown),
            share,
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

pub(crate) fn check_window_length(
    field: &'static str,
    window_ns: i64,
) -> Result<(), LimitTableError> {
    if window_ns <= 0 {
        return Err(LimitTableError::EmptyWindow { field, window_ns });
    }
    Ok(())
}

/// Why a limit of what is watched cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WatchedLimitError {
    /// The limit says nothing there.
    #[error(
        "{field} is of what strategies do: set it per account or per strategy, not per {scope}"
    )]
    WrongScope {
        /// The setting.
        field: &'static str,
        /// Where it was set.
        scope: &'static str,
    },
    /// Limits that are a share of equity, and no currency to reckon it in.
    #[error("max_drawdown_share is a share of the equity: set the reporting currency")]
    NoEquityCurrency,
    /// The stages are not one after the other.
    #[error(
        "loss_alert {alert} and loss_reduce {reduce} are shares of a limit: the first is the smaller one, and neither is above 1"
    )]
    Stages {
        /// From where on somebody is told.
        alert: Rate,
        /// From where on positions may only shrink.
        reduce: Rate,
    },
}

impl LimitTable {
    /// Sets what happens on the way to a limit of losses. Set it before the limits.
    ///
    /// # Errors
    /// Where the stages are not one after the other, up to the limit.
    pub fn set_loss_response(&mut self, response: LossResponse) -> Result<(), LimitTableError> {
        let (alert, reduce) = (response.alert, response.reduce);
        let whole = Rate::percent(100);
        if alert < Rate::ZERO || alert > reduce || reduce > whole {
            return Err(WatchedLimitError::Stages { alert, reduce }.into());
        }
        self.loss_response = response;
        Ok(())
    }

    /// Sets the limits of what is watched in a scope.
    ///
    /// # Errors
    /// Where a limit is negative, says nothing there, or is a share of an equity in no currency.
    pub fn set_watched(
        &mut self,
        scope: Scope,
        watched: WatchedLimits,
    ) -> Result<(), LimitTableError> {
        watched.check(scope)?;
        if watched.max_drawdown_share.is_some() && self.loss_response.currency.is_none() {
            return Err(WatchedLimitError::NoEquityCurrency.into());
        }
        self.watched.insert(scope, watched);
        Ok(())
    }

    /// The scopes in which something is watched.
    pub fn watched(&self) -> impl Iterator<Item = (Scope, &WatchedLimits)> {
        self.watched
            .iter()
            .map(|(scope, watched)| (*scope, watched))
    }

    /// What is watched in one scope.
    pub fn watched_in(&self, scope: Scope) -> Option<&WatchedLimits> {
        self.watched.get(&scope)
    }

    /// How many messages a scope may send.
    pub fn message_rate(&self, scope: Scope) -> Option<MessageRate> {
        self.scopes.get(&scope)?.message_rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alphaforge_types::{StrategyId, VenueId};

    fn refusal(scope: Scope, watched: WatchedLimits) -> String {
        let mut table = LimitTable::default();
        table.set_watched(scope, watched).unwrap_err().to_string()
    }

    #[test]
    fn what_cannot_be_watched_is_refused() {
        let venue = Scope::Venue(VenueId::from_index(0));
        let strategy = Scope::Strategy(StrategyId::from_index(0));
        let money = |amount| {
            Some(Money {
                amount: Amount::parse(amount).unwrap(),
                currency: Currency::new("USDT").unwrap(),
            })
        };
        let empty = Some(WindowCount {
            count: 1,
            window_ns: 0,
        });
        let none = WatchedLimits::default;
        let daily = WatchedLimits {
            max_daily_loss: money("1"),
            ..none()
        };
        assert!(refusal(venue, daily).starts_with("max_daily_loss is of what strategies do"));
        let negative = WatchedLimits {
            max_drawdown: money("-1"),
            ..none()
        };
        assert!(refusal(strategy, negative).starts_with("max_drawdown -1"));
        let share = WatchedLimits {
            max_drawdown_share: Some(Rate::percent(1)),
            ..none()
        };
        assert!(refusal(strategy, share).contains("set the reporting currency"));
        let window = WatchedLimits {
            max_rejects: empty,
            ..none()
        };
        assert!(refusal(venue, window).starts_with("max_rejects window 0 ns"));
    }

    #[test]
    fn stages_are_one_after_the_other() {
        for (alert, reduce, passes) in [
            (50, 80, true),
            (0, 100, true),
            (81, 80, false),
            (50, 101, false),
        ] {
            let response = LossResponse {
                alert: Rate::percent(alert),
                reduce: Rate::percent(reduce),
                ..LossResponse::default()
            };
            let set = LimitTable::default().set_loss_response(response);
            assert_eq!(set.is_ok(), passes, "{alert} {reduce}");
        }
    }
}
