//! Rule 3: a strategy trades the instruments, venues, sides and order types that were declared for it before
//! it started, and nothing else. The type is the one that the order was made with.
//!
//! Source: RTS 6 article 15(4), orders in instruments that a trader may not trade;
//! SEC rule 15c3-5(c)(2)(ii), restricted securities.

use alphaforge_types::OrderRequest;

use crate::reject::Reject;
use crate::view::View;

pub(crate) fn check(order: &OrderRequest, view: &View<'_>) -> Result<(), Reject> {
    let envelope = &view.limits.envelope;
    if let Some(barred) = envelope.barred {
        return Err(Reject::InstrumentNotAllowed { barred });
    }
    if let Some(sides) = &envelope.sides
        && !sides.contains(&order.side)
    {
        return Err(Reject::SideNotAllowed { side: order.side });
    }
    if let Some(order_types) = &envelope.order_types
        && !order_types.contains(&view.order_type)
    {
        return Err(Reject::OrderTypeNotAllowed {
            order_type: view.order_type,
            allowed: order_types.clone(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope::{Barred, Envelope, InstrumentEnvelope};
    use crate::limits::EffectiveLimits;
    use crate::view::testing::{instrument, limit_order, permissive};
    use alphaforge_types::{InstrumentId, OrderType, Side, VenueId};

    const VENUE: VenueId = VenueId::from_index(0);
    const OTHER_VENUE: VenueId = VenueId::from_index(1);
    const MINE: InstrumentId = InstrumentId::from_index(0);
    const OTHER: InstrumentId = InstrumentId::from_index(1);

    fn code(envelope: InstrumentEnvelope, side: Side, order_type: OrderType) -> &'static str {
        let instrument = instrument();
        let limits = EffectiveLimits {
            envelope,
            ..EffectiveLimits::default()
        };
        let mut view = permissive(&instrument, &limits);
        view.order_type = order_type;
        match check(&limit_order(side, "100", "1"), &view) {
            Ok(()) => "passes",
            Err(reject) => reject.code(),
        }
    }

    #[test]
    fn a_strategy_stays_within_its_venues_and_instruments() {
        let envelope =
            |venues: Option<Vec<VenueId>>, instruments: Option<Vec<InstrumentId>>| Envelope {
                venues,
                instruments,
                ..Envelope::default()
            };
        let (mine, other) = (vec![MINE], vec![OTHER]);
        for (given, venues, instruments, barred) in [
            (None, None, None, None),
            (Some(&mine), None, None, None),
            (Some(&other), None, None, Some(Barred::NotGiven)),
            (None, Some(vec![VENUE]), None, None),
            (None, Some(vec![OTHER_VENUE]), None, Some(Barred::Venue)),
            (None, Some(vec![]), None, Some(Barred::Venue)),
            (None, None, Some(vec![OTHER, MINE]), None),
            (None, None, Some(vec![OTHER]), Some(Barred::Instrument)),
        ] {
            let given = given.map(Vec::as_slice);
            let compiled = envelope(venues, instruments).within(VENUE, MINE, given);
            assert_eq!(compiled.barred, barred);
            let expected = barred.map_or("passes", |_| "instrument_not_allowed");
            assert_eq!(code(compiled, Side::Buy, OrderType::Limit), expected);
        }
    }

    #[test]
    fn a_strategy_stays_within_its_sides_and_order_types() {
        let envelope = InstrumentEnvelope {
            sides: Some(vec![Side::Buy]),
            order_types: Some(vec![OrderType::Limit, OrderType::StopLimit]),
            ..InstrumentEnvelope::default()
        };
        for order_type in OrderType::ALL {
            let expected = match order_type {
                OrderType::Limit | OrderType::StopLimit => "passes",
                OrderType::Market
                | OrderType::StopMarket
                | OrderType::TakeProfitMarket
                | OrderType::TakeProfitLimit
                | OrderType::TrailingStop => "order_type_not_allowed",
            };
            assert_eq!(code(envelope.clone(), Side::Buy, order_type), expected);
            let sold = code(envelope.clone(), Side::Sell, order_type);
            assert_eq!(sold, "side_not_allowed");
            let free = InstrumentEnvelope::default();
            assert_eq!(code(free, Side::Sell, order_type), "passes");
        }
    }
}
