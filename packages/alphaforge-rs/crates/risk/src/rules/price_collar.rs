//! Rule 4: the price at which an order may trade at worst lies within so many basis points, and within so
//! many ticks, of the middle of the market, on either side.
//!
//! For a limit order that is its limit, for a market order the far side of the book plus the slippage that
//! it is allowed: who may trade far from the market by one kind of order may do so by the other. An order
//! that waits for a trigger is held against the price at which the market will stand when it fires: the
//! trigger's, or the market's own where that lies beyond it already. When one that is held here goes out, it
//! is judged by the market like any other.
//!
//! The middle must be of a market whose stream is alive and whose best prices do not cross. Without one the
//! order is denied.
//!
//! Source: RTS 6 article 15(1)(a), price collars; CME Globex price banding; SEC rule 15c3-5(c)(1)(ii).

use alphaforge_types::{Decimal, MarketCondition, OrderRequest, Price, Rate, Trigger};

use crate::collar_unit::CollarUnit;
use crate::reject::Reject;
use crate::staleness::Staleness;
use crate::view::View;

pub(crate) fn check(order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    let (share, ticks) = (view.limits.collar_share, view.limits.collar_ticks);
    if share.is_none() && ticks.is_none() {
        return Ok(());
    }
    let twice_reference = twice_reference(order, twice_middle(view)?);
    let price = order.worst_price.ok_or(Reject::NoReferencePrice)?;
    let twice_distance = (twice(price) - twice_reference).abs();
    let collar = |limit, unit, scope| Reject::PriceCollar {
        price: view.instrument.price_decimal(price),
        reference: half(twice_reference, view),
        limit,
        unit,
        scope,
    };
    if let Some(limit) = share {
        let allowed = i128::from(limit.value.units()) * twice_reference;
        if twice_distance * i128::from(Rate::ONE) > allowed {
            let bps = Decimal::new(i128::from(limit.value.units()), 5).unwrap_or(Decimal::ZERO);
            return Err(collar(bps, CollarUnit::Bps, limit.scope));
        }
    }
    if let Some(limit) = ticks {
        let tick = i128::from(view.instrument.tick_size.mantissa());
        if twice_distance > 2 * i128::from(limit.value) * tick {
            let ticks = Decimal::new(i128::from(limit.value), 0).unwrap_or(Decimal::ZERO);
            return Err(collar(ticks, CollarUnit::Ticks, limit.scope));
        }
    }
    Ok(())
}

/// Twice the middle of a market that can be judged by.
fn twice_middle(view: &View<'_>) -> Result<i128, Reject> {
    let market = Staleness::new(view);
    let is_usable = match market.condition {
        // The middle is then of the quotes or trades, which do not need the book.
        MarketCondition::Sound
        | MarketCondition::Stale
        | MarketCondition::Gapped
        | MarketCondition::Unseen => true,
        MarketCondition::Crossed | MarketCondition::Disconnected => false,
    };
    let mark = match view.market.mark {
        _ if !is_usable => return Err(Reject::StaleReference { market }),
        Some(mark) if mark.bid.is_positive() && mark.ask.is_positive() => mark,
        Some(_) | None => return Err(Reject::NoReferencePrice),
    };
    if market.limit.is_some() {
        return Err(Reject::StaleReference { market });
    }
    Ok(mark.twice_middle())
}

/// Twice the price at which the market will stand when the order works.
fn twice_reference(order: &OrderRequest, twice_middle: i128) -> i128 {
    let Some(trigger) = order.conditions.trigger else {
        return twice_middle;
    };
    let rises = trigger.rises(order.side);
    let twice_trigger = match trigger {
        Trigger::Stop { price } | Trigger::TakeProfit { price } => twice(price),
        Trigger::Trailing { distance } if rises => twice_middle + twice(distance),
        Trigger::Trailing { distance } => twice_middle - twice(distance),
    };
    if rises {
        twice_trigger.max(twice_middle)
    } else {
        twice_trigger.min(twice_middle)
    }
}

fn twice(price: Price) -> i128 {
    2 * i128::from(price.mantissa())
}

fn half(twice_price: i128, view: &View<'_>) -> Decimal {
    // A half has one decimal more.
    let decimals = view.instrument.price_decimals() + 1;
    Decimal::new(5 * twice_price, decimals).unwrap_or(Decimal::ZERO)
}

#[cfg(test)]
mod tests;
