//! What an order can cost at worst. The gate asks it, and the kernel locks it.

use alphaforge_types::{
    AMOUNT_DECIMALS, Amount, Currency, Decimal, Instrument, Mark, OrderKind, Overflow, Price,
    Quantity, Rate, Side, Trigger,
};

/// The currency an order spends and the most it can take of it.
///
/// A buy spends the quote currency: its notional at the worst price and the fee on it. Where a fee can
/// have more decimals than an amount, each fill's is rounded by itself, and one step of 10^-12 is added
/// for what that can add up to. A sell spends the base currency; its fee comes out of the proceeds.
/// A buy with a budget spends no more than that and the fee.
///
/// # Errors
/// [`Overflow`] where it does not fit an amount.
pub fn order_cost(
    instrument: &Instrument,
    side: Side,
    worst_price: Price,
    quantity: Quantity,
    budget: Option<Amount>,
    fee_rate: Rate,
) -> Result<(Currency, Amount), Overflow> {
    match side {
        Side::Buy => {
            let notional = worst_notional(instrument, worst_price, quantity, budget)?;
            let fee_rate = fee_rate.max(Rate::ZERO);
            let cost = notional.plus(notional.fee(fee_rate)?)?;
            let decimals = instrument.price_decimals() + instrument.quantity_decimals();
            let is_exact = decimals + fee_rate.decimals() <= AMOUNT_DECIMALS;
            let cost = if is_exact {
                cost
            } else {
                cost.next_ratio_step()?
            };
            Ok((instrument.quote(), cost))
        }
        Side::Sell => Ok((instrument.base(), instrument.base_amount(quantity)?)),
    }
}

/// The most that an order can be worth: its quantity at the worst price, and no more than its budget.
pub(crate) fn worst_notional(
    instrument: &Instrument,
    worst_price: Price,
    quantity: Quantity,
    budget: Option<Amount>,
) -> Result<Amount, Overflow> {
    let notional = instrument.notional(worst_price, quantity)?;
    Ok(budget.map_or(notional, |budget| notional.min(budget)))
}

/// The most that an order with a budget can trade: all of it at the lowest price that it could meet,
/// the bid less `slippage`. `None` where the mark has no usable price.
pub fn budget_quantity(
    instrument: &Instrument,
    budget: Amount,
    mark: Mark,
    slippage: Rate,
) -> Option<Quantity> {
    let lowest = market_worst_price(instrument, Side::Sell, mark, slippage)?;
    Some(instrument.quantity_within(lowest, budget))
}

/// The worst price that an order may trade at: its limit; for a market order the far side of the book
/// plus `slippage`, and for one that waits for a trigger the trigger's price plus `slippage`. `None`
/// where no price is known to reckon with.
pub fn worst_price(
    instrument: &Instrument,
    side: Side,
    kind: OrderKind,
    trigger: Option<Trigger>,
    mark: Option<Mark>,
    slippage: Rate,
) -> Option<Price> {
    let reference = match (kind, trigger) {
        (OrderKind::Limit { price, .. }, _) => return Some(price),
        (OrderKind::Market, None) => mark?,
        (OrderKind::Market, Some(Trigger::Stop { price } | Trigger::TakeProfit { price })) => {
            Mark {
                bid: price,
                ask: price,
            }
        }
        (OrderKind::Market, Some(trailing)) => {
            let mark = mark?;
            Mark {
                bid: trailing.price_from(side, mark.bid),
                ask: trailing.price_from(side, mark.ask),
            }
        }
    };
    market_worst_price(instrument, side, reference, slippage)
}

/// The worst price a market order may trade at: the far side of the book plus `slippage`, on the
/// tick. `None` where the mark has no usable price.
fn market_worst_price(
    instrument: &Instrument,
    side: Side,
    mark: Mark,
    slippage: Rate,
) -> Option<Price> {
    let (far, factor) = match side {
        Side::Buy => (mark.ask, Rate::ONE + slippage.units()),
        Side::Sell => (mark.bid, Rate::ONE - slippage.units()),
    };
    if !far.is_positive() {
        return None;
    }
    let product = i128::from(far.mantissa()) * i128::from(factor);
    // Nine decimals of the rate stand behind the instrument's own.
    let decimal = Decimal::new(product, instrument.price_decimals() + 9).ok()?;
    let worst = instrument.quantise_price(decimal, side).ok()?;
    // A far side below one tick of slippage still lets the order meet the book.
    let meets_book = side.accepts(worst, far);
    Some(if meets_book { worst } else { far })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::testing::{instrument, price, quantity};
    use alphaforge_types::{InstrumentSpec, InstrumentStatus};

    #[test]
    fn a_buy_costs_notional_and_fee_a_sell_its_base() {
        let rate = Rate::parse("0.001").unwrap();
        let cost = |side| {
            order_cost(&instrument(), side, price("100"), quantity("2"), None, rate)
                .map(|(currency, amount)| (currency.to_string(), amount.to_string()))
                .unwrap()
        };
        assert_eq!(cost(Side::Buy), ("USDT".to_owned(), "200.2".to_owned()));
        assert_eq!(cost(Side::Sell), ("BTC".to_owned(), "2".to_owned()));
    }

    #[test]
    fn a_rebate_does_not_lower_the_cost() {
        let rebate = Rate::parse("-0.001").unwrap();
        let (_, cost) = order_cost(
            &instrument(),
            Side::Buy,
            price("100"),
            quantity("1"),
            None,
            rebate,
        )
        .unwrap();
        assert_eq!(cost, Amount::parse("100").unwrap());
    }

    #[test]
    fn fees_that_are_rounded_one_by_one_have_room() {
        // Eight and eight decimals, and three of the rate: one more than an amount has.
        let eight = || Decimal::parse("0.00000001").unwrap();
        let fine = Instrument::new(&InstrumentSpec {
            venue: "TEST".to_owned(),
            symbol: "BTCUSDT".to_owned(),
            base: Currency::new("BTC").unwrap(),
            quote: Currency::new("USDT").unwrap(),
            tick_size: eight(),
            lot_size: eight(),
            min_quantity: None,
            max_quantity: None,
            min_price: None,
            max_price: None,
            min_notional: None,
            max_notional: None,
            status: InstrumentStatus::Trading,
        })
        .unwrap();
        let cost = |rate| {
            let price = fine.parse_price("100").unwrap();
            let quantity = fine.parse_quantity("1").unwrap();
            let rate = Rate::parse(rate).unwrap();
            let (_, cost) = order_cost(&fine, Side::Buy, price, quantity, None, rate).unwrap();
            cost.to_string()
        };
        assert_eq!(cost("0.01"), "101");
        assert_eq!(cost("0.001"), "100.100000000001");
    }

    #[test]
    fn market_orders_are_bounded_by_the_far_side_and_slippage() {
        let mark = Mark {
            bid: price("99.99"),
            ask: price("100.01"),
        };
        let worst = |side, slippage: &str| {
            market_worst_price(&instrument(), side, mark, Rate::parse(slippage).unwrap()).unwrap()
        };
        assert_eq!(worst(Side::Buy, "0.01"), price("101.01"));
        assert_eq!(worst(Side::Sell, "0.01"), price("99"));
        assert_eq!(worst(Side::Buy, "0"), price("100.01"));
        assert_eq!(worst(Side::Sell, "0"), price("99.99"));
        let empty = Mark {
            bid: Price::ZERO,
            ..mark
        };
        assert_eq!(
            market_worst_price(&instrument(), Side::Sell, empty, Rate::ZERO),
            None
        );
    }

    #[test]
    fn a_market_order_without_a_mark_has_no_worst_price_and_a_trigger_brings_its_own() {
        let (instrument, slippage) = (instrument(), Rate::parse("0.01").unwrap());
        let mark = Some(Mark {
            bid: price("99"),
            ask: price("101"),
        });
        let limit = OrderKind::Limit {
            price: price("50"),
            post_only: false,
        };
        let (buy, sell, market) = (Side::Buy, Side::Sell, OrderKind::Market);
        let stop = Some(Trigger::Stop {
            price: price("200"),
        });
        let trailing = Some(Trigger::Trailing {
            distance: price("10"),
        });
        for (side, kind, trigger, mark, expected) in [
            (buy, limit, None, None, Some("50")),
            (buy, market, None, None, None),
            (buy, market, None, mark, Some("102.01")),
            (sell, market, None, mark, Some("98.01")),
            (buy, market, stop, None, Some("202")),
            (sell, market, stop, mark, Some("198")),
            (buy, market, trailing, None, None),
            (buy, market, trailing, mark, Some("112.11")),
            (sell, market, trailing, mark, Some("88.11")),
        ] {
            let worst = worst_price(&instrument, side, kind, trigger, mark, slippage);
            assert_eq!(worst, expected.map(price), "{side} {kind:?} {trigger:?}");
        }
    }

    #[test]
    fn a_budget_buys_most_at_the_lowest_price_it_could_meet() {
        let (instrument, budget) = (instrument(), Amount::parse("495").unwrap());
        let bought = |bid: &str, slippage: &str| {
            let mark = Mark {
                bid: price(bid),
                ask: price("120"),
            };
            budget_quantity(&instrument, budget, mark, Rate::parse(slippage).unwrap())
        };
        assert_eq!(bought("100", "0.01"), Some(quantity("5")));
        assert_eq!(bought("100", "0"), Some(quantity("4.95")));
        assert_eq!(bought("0", "0"), None);
    }
}
