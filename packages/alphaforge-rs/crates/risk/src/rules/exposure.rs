//! Rule 12: gross and net exposure across instruments, with all open and in-flight orders at their worst.
//!
//! Gross: the sum over instruments of the larger of the long position with all buys filled and the short one
//! with all sells filled. Net: the sum of the positions with all orders of this order's side filled. Each
//! instrument counts at the middle of its mark, whatever price an order asks for: once it is filled, the middle
//! is what it is worth (rules 4 and 5 judge its own price). An order that does not raise the figure passes,
//! even where prices have brought the figure beyond its limit.
//!
//! Source: SEC rule 15c3-5(c)(1)(i), aggregate credit or capital thresholds; RTS 6 article 15(1) and (4);
//! CME Globex Credit Controls.

use alphaforge_types::{Amount, Currency, OrderRequest};

use crate::exposure_sums::{Contribution, ExposureSums, Measure};
use crate::limits::{Limit, Money, Scope};
use crate::reject::Reject;
use crate::view::{Exposure, View};

pub(crate) fn check(order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    let (gross, net) = (&view.limits.gross_exposure, &view.limits.net_exposure);
    if gross.is_empty() && net.is_empty() {
        return Ok(());
    }
    let exposures = &view.exposures;
    let account = Change::new(order, view, view.account_exposure, exposures.of_account);
    let strategy = Change::new(order, view, view.strategy_exposure, exposures.of_strategy);
    for (measure, limits) in [(Measure::Gross, gross), (Measure::Net(order.side), net)] {
        for limit in limits {
            let change = match limit.scope {
                Scope::Strategy(_) => &strategy,
                Scope::Account | Scope::Venue(_) | Scope::Instrument(_) => &account,
            };
            judge(change, limit, measure, view)?;
        }
    }
    Ok(())
}

/// What the order's instrument adds to the sums without the order and with it.
struct Change {
    before: Contribution,
    after: Contribution,
    raises_gross: bool,
}

impl Change {
    fn new(
        order: &OrderRequest,
        view: &View<'_>,
        exposure: Exposure,
        before: Contribution,
    ) -> Change {
        let with_order = exposure.with(order.side, order.quantity);
        Change {
            before,
            after: Contribution::new(view.instrument, with_order, view.exposures.mark),
            raises_gross: with_order.reach() > exposure.reach(),
        }
    }
}

fn judge(
    change: &Change,
    limit: &Limit<Money>,
    measure: Measure,
    view: &View<'_>,
) -> Result<(), Reject> {
    if measure == Measure::Gross && !change.raises_gross {
        return Ok(());
    }
    let [account, venue, strategy] = view.exposures.sums;
    let sums = match limit.scope {
        Scope::Strategy(_) => strategy,
        Scope::Venue(_) => venue,
        Scope::Account | Scope::Instrument(_) => account,
    };
    let none = ExposureSums::default();
    let sums = sums.unwrap_or(&none);
    let value = total(sums, change, measure, limit, view)?;
    let Money { amount, currency } = limit.value;
    if value <= amount {
        return Ok(());
    }
    let (limit, value, scope) = (amount.to_decimal(), value.to_decimal(), limit.scope);
    Err(match measure {
        Measure::Gross => Reject::GrossExposure {
            limit,
            value,
            currency,
            scope,
        },
        Measure::Net(_) => Reject::NetExposure {
            limit,
            value,
            currency,
            scope,
        },
    })
}

/// The figure of the whole scope in the limit's currency, with the order; each quote currency is converted once.
fn total(
    sums: &ExposureSums,
    change: &Change,
    measure: Measure,
    limit: &Limit<Money>,
    view: &View<'_>,
) -> Result<Amount, Reject> {
    let quote = view.instrument.quote();
    let mut is_counted = false;
    let mut value = Amount::ZERO;
    for (currency, sum) in sums.iter() {
        let sum = if currency == quote {
            is_counted = true;
            sum.exchanged(change.before, change.after)
        } else {
            sum
        };
        value = add(value, sum, currency, measure, limit, view)?;
    }
    if !is_counted {
        // The first that is held in this currency.
        value = add(value, change.after, quote, measure, limit, view)?;
    }
    Ok(value)
}

fn add(
    value: Amount,
    sum: Contribution,
    currency: Currency,
    measure: Measure,
    limit: &Limit<Money>,
    view: &View<'_>,
) -> Result<Amount, Reject> {
    if sum.unpriced() > 0 {
        return Err(Reject::UnpricedExposure {
            count: sum.unpriced(),
            currency,
            scope: limit.scope,
        });
    }
    let figure = sum.figure(measure).map_err(|_| Reject::Overflow)?;
    let to = limit.value.currency;
    let figure = if currency == to {
        figure
    } else {
        view.conversion.convert(figure, currency, to)?
    };
    value.plus(figure).map_err(|_| Reject::Overflow)
}

#[cfg(test)]
mod tests;
