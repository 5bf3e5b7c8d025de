//! What the rules may know of the world.

use alphaforge_types::{
    Amount, Currency, Instrument, MarketCondition, MarketState, NumberFault, OrderType, Quantity,
    Rate, Side, UnixNanos,
};

use crate::conduct::Conduct;
use crate::exposure_sums::Exposures;
use crate::limits::EffectiveLimits;
use crate::limits::Scope;
use crate::message_window::MessageWindow;
use crate::order_field::OrderField;
use crate::own_orders::OwnOrders;
use crate::reject::Reject;

/// Whether a node, a venue, a strategy or an instrument may trade; what allows less is greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TradingState {
    /// All orders.
    #[default]
    Active,
    /// Only orders that shrink a position.
    Reducing,
    /// No orders.
    Halted,
}

impl TradingState {
    /// The lower-case name.
    pub const fn name(self) -> &'static str {
        match self {
            TradingState::Active => "active",
            TradingState::Reducing => "reducing",
            TradingState::Halted => "halted",
        }
    }
}

/// A position and the worst case of what is open or in flight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exposure {
    /// The position, long above zero.
    pub position: Quantity,
    /// What open buy orders can still add, in flight included.
    pub open_buy: Quantity,
    /// What open sell orders can still take, in flight included.
    pub open_sell: Quantity,
}

impl Exposure {
    /// How much an order of `side` can trade without bringing the position beyond zero, even if all open
    /// orders of that side fill too; zero or below where it cannot.
    #[must_use]
    pub const fn reducible(&self, side: Side) -> Quantity {
        let (held, open) = match side {
            Side::Sell => (self.position, self.open_sell),
            Side::Buy => (Side::Sell.signed(self.position), self.open_buy),
        };
        Quantity::from_mantissa(held.mantissa().saturating_sub(open.mantissa()))
    }

    /// The position with all buys filled; `None` where it does not fit.
    pub(crate) fn highest(&self) -> Option<Quantity> {
        self.position.checked_add(self.open_buy)
    }

    /// The position with all sells filled; `None` where it does not fit.
    pub(crate) fn lowest(&self) -> Option<Quantity> {
        self.position.checked_sub(self.open_sell)
    }

    /// The largest size that the position can reach, on either side.
    pub(crate) fn reach(&self) -> Quantity {
        let long = self.position.saturating_add(self.open_buy);
        let short = Side::Sell
            .signed(self.position)
            .saturating_add(self.open_sell);
        long.max(short)
    }

    /// The exposure with one more open order.
    #[must_use]
    pub(crate) fn with(mut self, side: Side, quantity: Quantity) -> Exposure {
        let open = match side {
            Side::Buy => &mut self.open_buy,
            Side::Sell => &mut self.open_sell,
        };
        *open = open.saturating_add(quantity);
        self
    }
}

/// A number of the order that could not be brought onto the instrument's grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputFault {
    /// Which number.
    pub field: OrderField,
    /// What is wrong with it.
    pub fault: NumberFault,
}

/// The word of a plugin's risk rule, taken before the step and carried in the command's record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The rule's name.
    pub rule: String,
    /// Why it rejects.
    pub reason: String,
}

/// Brings an amount into another currency.
pub trait Conversion {
    /// `amount` of `from` in `to`.
    ///
    /// # Errors
    /// Where no rate is known that can be relied on, which denies.
    fn convert(&self, amount: Amount, from: Currency, to: Currency) -> Result<Amount, RateFault>;
}

/// Why an amount cannot be brought into another currency for a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateFault {
    /// No instruments lead from one to the other, or none on the way has a price.
    Missing {
        /// The amount's currency.
        from: Currency,
        /// The limit's currency.
        to: Currency,
    },
    /// A rate on the way is too old.
    Stale {
        /// What its instrument trades.
        base: Currency,
        /// What it is paid in.
        quote: Currency,
        /// How long ago its market was last known to be alive.
        age_ns: i64,
        /// How long ago that may be.
        max_age_ns: i64,
    },
    /// The market of a rate on the way cannot be trusted.
    Unsound {
        /// What its instrument trades.
        base: Currency,
        /// What it is paid in.
        quote: Currency,
        /// What is wrong with it.
        condition: MarketCondition,
    },
}

impl From<RateFault> for Reject {
    fn from(fault: RateFault) -> Reject {
        match fault {
            RateFault::Missing { from, to } => Reject::NoConversion { from, to },
            RateFault::Stale {
                base,
                quote,
                age_ns,
                max_age_ns,
            } => Reject::StaleRate {
                base,
                quote,
                age_ms: age_ns / 1_000_000,
                limit_ms: max_age_ns / 1_000_000,
            },
            RateFault::Unsound {
                base,
                quote,
                condition,
            } => Reject::UnsoundRate {
                base,
                quote,
                condition,
            },
        }
    }
}

/// What the rules may know when they judge one order.
pub struct View<'a> {
    /// Kernel time.
    pub now: UnixNanos,
    /// What each scope that the order belongs to may do.
    pub states: [(Scope, TradingState); 4],
    /// The type that the order was made with.
    pub order_type: OrderType,
    /// The order's instrument.
    pub instrument: &'a Instrument,
    /// What is known of its market.
    pub market: MarketState,
    /// What was wrong with the order's numbers.
    pub fault: Option<InputFault>,
    /// How much of the order is filled already; the order judged is what is left of it.
    pub filled: Quantity,
    /// The limits of this strategy in this instrument.
    pub limits: &'a EffectiveLimits,
    /// The message windows that the order counts in, with the scope of each.
    pub windows: &'a [Option<(Scope, &'a MessageWindow)>],
    /// The node's other orders.
    pub own: OwnOrders<'a>,
    /// How the scopes that the order belongs to get on with their venues, where that is limited.
    pub conducts: [Option<(Scope, &'a Conduct)>; 4],
    /// A scope of the order whose losses are limited and not known, and the rate that is missing.
    pub unknown_loss: Option<(Scope, Currency, Currency)>,
    /// The whole node's exposure in the instrument.
    pub account_exposure: Exposure,
    /// The strategy's exposure in the instrument.
    pub strategy_exposure: Exposure,
    /// The venue's clock less ours, in ns; `None` where it was never measured.
    pub clock_offset_ns: Option<i64>,
    /// What is free of the currency the order spends; `None` where the venue's account is unknown.
    pub free: Option<Amount>,
    /// Rule 12: the exposure of the scopes that have a limit of it.
    pub exposures: Exposures<'a>,
    /// The highest fee rate the order can meet.
    pub fee_rate: Rate,
    /// The share of the order's cost that must be free beyond the cost itself.
    pub buffer: Rate,
    /// Rates between currencies.
    pub conversion: &'a dyn Conversion,
    /// The rejection of a plugin's rule.
    pub verdict: Option<&'a Verdict>,
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;
    use crate::limits::{LimitTable, Limits};
    use alphaforge_types::{
        Decimal, InstrumentId, InstrumentSpec, InstrumentStatus, Mark, OrderConditions, OrderId,
        OrderKind, OrderRequest, Price, StrategyId, TimeInForce, VenueId,
    };

    /// Ticks of 0.01, lots of 0.001, quantities 0.001 to 1000, notionals 5 to 1000000.
    pub fn instrument() -> Instrument {
        let decimal = |text| Some(Decimal::parse(text).unwrap());
        Instrument::new(&InstrumentSpec {
            venue: "TEST".to_owned(),
            symbol: "BTCUSDT".to_owned(),
            base: Currency::new("BTC").unwrap(),
            quote: Currency::new("USDT").unwrap(),
            tick_size: Decimal::parse("0.01").unwrap(),
            lot_size: Decimal::parse("0.001").unwrap(),
            min_quantity: decimal("0.001"),
            max_quantity: decimal("1000"),
            min_price: decimal("1"),
            max_price: decimal("100000"),
            min_notional: decimal("5"),
            max_notional: decimal("1000000"),
            status: InstrumentStatus::Trading,
        })
        .unwrap()
    }

    pub fn price(text: &str) -> Price {
        instrument().parse_price(text).unwrap()
    }

    pub fn quantity(text: &str) -> Quantity {
        instrument().parse_quantity(text).unwrap()
    }

    pub fn limit_order(side: Side, price_text: &str, quantity_text: &str) -> OrderRequest {
        OrderRequest {
            order: OrderId::new(1, 1).unwrap(),
            strategy: StrategyId::from_index(0),
            instrument: InstrumentId::from_index(0),
            side,
            kind: OrderKind::Limit {
                price: price(price_text),
                post_only: false,
            },
            time_in_force: TimeInForce::Gtc,
            quantity: quantity(quantity_text),
            worst_price: Some(price(price_text)),
            conditions: OrderConditions::default(),
        }
    }

    /// The scopes that the orders of tests belong to.
    pub const SCOPES: [Scope; 4] = [
        Scope::Account,
        Scope::Venue(VenueId::from_index(0)),
        Scope::Strategy(StrategyId::from_index(0)),
        Scope::Instrument(InstrumentId::from_index(0)),
    ];

    /// What limits of one scope come to for the orders of tests.
    pub fn limits_at(scope: Scope, limits: Limits) -> EffectiveLimits {
        let mut table = LimitTable::default();
        table.set(scope, limits).unwrap();
        let (strategy, venue) = (StrategyId::from_index(0), VenueId::from_index(0));
        table.effective(
            strategy,
            venue,
            InstrumentId::from_index(0),
            &instrument(),
            None,
        )
    }

    pub struct NoConversion;

    impl Conversion for NoConversion {
        fn convert(&self, _: Amount, from: Currency, to: Currency) -> Result<Amount, RateFault> {
            Err(RateFault::Missing { from, to })
        }
    }

    /// Puts a state in place of that of one scope's kind.
    pub fn set_state(view: &mut View<'_>, kind: &str, state: TradingState) -> Scope {
        let place = view
            .states
            .iter_mut()
            .find(|(scope, _)| scope.name() == kind)
            .unwrap();
        place.1 = state;
        place.0
    }

    /// A view in which every rule passes, for a test to spoil.
    pub fn permissive<'a>(instrument: &'a Instrument, limits: &'a EffectiveLimits) -> View<'a> {
        View {
            now: UnixNanos::ZERO,
            states: SCOPES.map(|scope| (scope, TradingState::Active)),
            order_type: OrderType::Limit,
            instrument,
            market: MarketState {
                mark: Some(Mark {
                    bid: price("100"),
                    ask: price("100.01"),
                }),
                condition: MarketCondition::Sound,
                alive_at: UnixNanos::ZERO,
            },
            fault: None,
            filled: Quantity::ZERO,
            limits,
            windows: &[],
            own: OwnOrders::default(),
            conducts: [None; 4],
            unknown_loss: None,
            account_exposure: Exposure::default(),
            strategy_exposure: Exposure::default(),
            clock_offset_ns: None,
            free: Some(Amount::parse("1000000000").unwrap()),
            exposures: Exposures::default(),
            fee_rate: Rate::ZERO,
            buffer: Rate::ZERO,
            conversion: &NoConversion,
            verdict: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_have_names_and_what_allows_less_is_greater() {
        let states = [
            TradingState::Active,
            TradingState::Reducing,
            TradingState::Halted,
        ];
        assert!(states.is_sorted());
        let names = states.map(TradingState::name);
        assert_eq!(names, ["active", "reducing", "halted"]);
    }
}
