//! Closing what is held in a scope that is halted.
//!
//! Each strategy's position in each instrument is closed by a market order of that strategy, once its other
//! orders there have ended. The order passes a gate of its own, which lets it do nothing but shrink the
//! position; no command of a strategy comes there. What is left, because the venue takes no more at a time or
//! filled less, is tried again every second. It goes on till nothing is held, or a person lets trading go on.
//!
//! Source: MiFID II RTS 6 article 12 (kill functionality); CME Globex and Eurex leave closing to the trader,
//! so it happens on request only.

use std::collections::BTreeMap;

use alphaforge_risk::{Reject, Scope, approve_flattening};
use alphaforge_types::{
    InstrumentId, OrderConditions, OrderKind, Quantity, Side, StrategyId, TimeInForce, UnixNanos,
};

use crate::input::Submit;
use crate::kernel::Kernel;
use crate::order::Order;
use crate::order_state::OrderState;
use crate::output::{Alert, Output, VenueMessage};

const RETRY_NS: i64 = 1_000_000_000;

/// A scope whose positions are being closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flattening {
    /// Before when each position is not tried again.
    tried: BTreeMap<(StrategyId, InstrumentId), UnixNanos>,
    /// Why a position could not be closed, as it was told last.
    told: BTreeMap<(StrategyId, InstrumentId), &'static str>,
}

impl Kernel {
    /// Closes what is held in a scope from now on.
    pub(crate) fn begin_flattening(&mut self, scope: Scope) {
        self.flattening.insert(scope, Flattening::default());
    }

    /// Goes on with closing, after every step.
    pub(crate) fn flatten_on(&mut self, outputs: &mut Vec<Output>) {
        if self.flattening.is_empty() {
            return;
        }
        let scopes: Vec<Scope> = self.flattening.keys().copied().collect();
        for scope in scopes {
            let mut is_flat = true;
            for (strategy, instrument) in self.holdings_within(scope) {
                let exposure =
                    self.strategies[strategy.index()].holdings[instrument.index()].exposure;
                let is_working = !exposure.open_buy.is_zero() || !exposure.open_sell.is_zero();
                is_flat &= exposure.position.is_zero() && !is_working;
                if !exposure.position.is_zero() && !is_working {
                    self.close(scope, strategy, instrument, exposure.position, outputs);
                }
            }
            if is_flat {
                self.flattening.remove(&scope);
                outputs.push(Output::Alert(Alert::Flattened { scope }));
            }
        }
    }

    fn holdings_within(&self, scope: Scope) -> Vec<(StrategyId, InstrumentId)> {
        self.strategies()
            .flat_map(|strategy| {
                self.instruments()
                    .map(move |instrument| (strategy, instrument))
            })
            .filter(|(strategy, instrument)| match scope {
                Scope::Account => true,
                Scope::Venue(venue) => self.venue_of(*instrument) == Some(venue),
                Scope::Strategy(of) => of == *strategy,
                Scope::Instrument(of) => of == *instrument,
            })
            .collect()
    }

    fn close(
        &mut self,
        scope: Scope,
        strategy: StrategyId,
        instrument: InstrumentId,
        position: Quantity,
        outputs: &mut Vec<Output>,
    ) {
        let now = self.now();
        let holding = (strategy, instrument);
        let Some(flattening) = self.flattening.get_mut(&scope) else {
            return;
        };
        if flattening
            .tried
            .get(&holding)
            .is_some_and(|till| now < *till)
        {
            return;
        }
        flattening.tried.insert(holding, now.plus(RETRY_NS));
        let Some(reject) = self.send_closing(strategy, instrument, position, outputs) else {
            return;
        };
        let flattening = self.flattening.entry(scope).or_default();
        if flattening.told.insert(holding, reject.code()) != Some(reject.code()) {
            outputs.push(Output::Alert(Alert::NotFlattened {
                strategy,
                instrument,
                reject: Box::new(reject),
            }));
        }
    }

    /// Sends a market order that closes a position, or as much of it as can be closed at once.
    fn send_closing(
        &mut self,
        strategy: StrategyId,
        instrument: InstrumentId,
        position: Quantity,
        outputs: &mut Vec<Output>,
    ) -> Option<Reject> {
        let submit = Submit {
            strategy,
            instrument,
            side: if position.is_positive() {
                Side::Sell
            } else {
                Side::Buy
            },
            kind: OrderKind::Market,
            time_in_force: TimeInForce::Ioc,
            quantity: self.closable(instrument, position),
            conditions: OrderConditions {
                reduce_only: true,
                ..OrderConditions::default()
            },
            fault: None,
            verdict: None,
        };
        let id = self.upcoming_order_id()?;
        let request = self.request_as(id, &submit).ok()?;
        match self.judge(&request, Quantity::ZERO, None, None, approve_flattening) {
            Ok(approved) => {
                self.count_order();
                let order = Order::new(&request, OrderState::Intent, self.now());
                self.push(order, outputs);
                self.count_message(strategy, instrument);
                outputs.push(Output::ToVenue(VenueMessage::Submit(approved)));
                None
            }
            Err(reject) => Some(reject),
        }
    }

    /// How much of a position one order can close: no more than the venue takes in one order, and of what is
    /// sold no more than is on the account, from which fees may have been taken. Where nothing of it is there,
    /// all of it: the gate then says why not.
    fn closable(&self, instrument: InstrumentId, position: Quantity) -> Quantity {
        let listing = &self.instruments[instrument.index()];
        let traded = &listing.instrument;
        let size = Quantity::from_mantissa(position.mantissa().saturating_abs());
        let on_lot = traded.quantise_quantity(traded.quantity_decimal(size));
        let most = traded.max_quantity.unwrap_or(size);
        let size = on_lot.unwrap_or_default().min(most);
        if !position.is_positive() {
            return size;
        }
        let account = &self.venues[listing.venue.index()].account;
        let free = account
            .balance(traded.base())
            .and_then(|balance| traded.quantise_quantity(balance.free().to_decimal()).ok())
            .filter(|free| free.is_positive());
        free.map_or(size, |free| size.min(free))
    }
}

#[cfg(test)]
mod tests;
