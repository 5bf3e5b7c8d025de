//! Rule 18: where the account differs from the venue's word, its instruments freeze.
//!
//! The engine says that a difference stays when all that was under way has been asked for. The venue's word is
//! taken; what may trade on is for a person to say.
//!
//! Source: RTS 6 article 17(3), reconciliation of own records with those of the trading venue.

use alphaforge_risk::{Scope, TradingState};
use alphaforge_types::{Amount, Currency, InstrumentId, VenueId};

use crate::input::Drift;
use crate::kernel::Kernel;
use crate::order_state::Reason;
use crate::output::{Alert, Output};

impl Kernel {
    /// Freezes what a drift is about, and tells it, where it is beyond tolerance.
    pub(crate) fn on_drift(&mut self, drift: &Drift, outputs: &mut Vec<Output>) {
        match drift {
            Drift::Balance {
                venue,
                currency,
                amount,
            } => self.on_balance_drift(*venue, *currency, *amount, outputs),
            Drift::Order { instrument, text } => {
                let Some(listing) = self.instruments.get(instrument.index()) else {
                    return;
                };
                let text = format!("{}: {text}: it is frozen", listing.instrument);
                self.freeze(*instrument, &text, outputs);
                outputs.push(Output::Alert(Alert::Drift { text }));
            }
        }
    }

    /// Small drifts add up: many that are each within tolerance are together beyond it.
    fn on_balance_drift(
        &mut self,
        id: VenueId,
        currency: Currency,
        amount: Amount,
        outputs: &mut Vec<Output>,
    ) {
        let tolerance = self.limits.drift_tolerance(id, currency);
        let Some(venue) = self.venues.get_mut(id.index()) else {
            return;
        };
        let before = venue.drifts.get(&currency).copied().unwrap_or(Amount::ZERO);
        let drift = before.plus(amount).unwrap_or(Amount::from_units(i128::MAX));
        if drift.units().unsigned_abs() <= tolerance.units().unsigned_abs() {
            venue.drifts.insert(currency, drift);
            return;
        }
        venue.drifts.remove(&currency);
        let text = format!(
            "{}: {drift} {currency} on the account are not of this node's trades (tolerance {tolerance}): all that \
             trades {currency} there is frozen",
            venue.name
        );
        for index in 0..self.instruments.len() {
            let listing = &self.instruments[index];
            let trades =
                [listing.instrument.base(), listing.instrument.quote()].contains(&currency);
            if listing.venue == id && trades {
                self.freeze(InstrumentId::from_index(index as u32), &text, outputs);
            }
        }
        outputs.push(Output::Alert(Alert::Drift { text }));
    }

    fn freeze(&mut self, instrument: InstrumentId, text: &str, outputs: &mut Vec<Output>) {
        let reason = Reason::Owned(text.to_owned());
        self.tighten(
            Scope::Instrument(instrument),
            TradingState::Halted,
            reason,
            outputs,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::InputEvent;
    use crate::testing::{INSTRUMENT, VENUE, amount, currency, kernel, limit, step, submit};
    use alphaforge_risk::{LimitTable, Limits};
    use alphaforge_types::Side;

    fn tolerant(code: &str, tolerance: &str) -> Kernel {
        let (mut kernel, mut table) = (kernel(), LimitTable::default());
        let limits = Limits {
            drift_tolerance: [(currency(code), amount(tolerance))].into(),
            ..Limits::default()
        };
        table.set(Scope::Venue(VENUE), limits).unwrap();
        kernel.set_limits(table);
        kernel
    }

    fn drifts(kernel: &mut Kernel, code: &str, by: &str) -> bool {
        let event = InputEvent::Drift(Drift::Balance {
            venue: VENUE,
            currency: currency(code),
            amount: amount(by),
        });
        let (_, outputs) = step(kernel, event);
        let told = outputs
            .iter()
            .any(|output| matches!(output, Output::Alert(Alert::Drift { .. })));
        let frozen = kernel.latches().any(|(scope, latch)| {
            scope == Scope::Instrument(INSTRUMENT) && latch.state == TradingState::Halted
        });
        assert_eq!(told, frozen);
        frozen
    }

    #[test]
    fn a_drift_at_the_tolerance_passes_and_one_unit_more_freezes() {
        for (by, freezes) in [
            ("0.999999999999999999", false),
            ("1", false),
            ("1.000000000000000001", true),
            ("-1", false),
            ("-1.000000000000000001", true),
        ] {
            assert_eq!(
                drifts(&mut tolerant("USDT", "1"), "USDT", by),
                freezes,
                "{by}"
            );
        }
        assert!(
            drifts(&mut tolerant("USDT", "1"), "BTC", "0.000000000000000001"),
            "exact elsewhere"
        );
    }

    #[test]
    fn small_drifts_add_up_and_opposite_ones_cancel_out() {
        let mut kernel = tolerant("USDT", "1");
        for by in ["0.6", "-0.6", "0.6", "0.4"] {
            assert!(!drifts(&mut kernel, "USDT", by), "{by}");
        }
        assert!(drifts(&mut kernel, "USDT", "0.01"));
    }

    #[test]
    fn what_trades_another_currency_goes_on() {
        let mut kernel = kernel();
        let event = InputEvent::Drift(Drift::Balance {
            venue: VENUE,
            currency: currency("BNB"),
            amount: amount("1"),
        });
        step(&mut kernel, event);
        assert_eq!(kernel.latches().count(), 0);
    }

    #[test]
    fn an_order_that_cannot_be_ours_freezes_its_instrument() {
        let mut kernel = kernel();
        let text = "order x is of another node".to_owned();
        let instrument = INSTRUMENT;
        let (_, outputs) = step(
            &mut kernel,
            InputEvent::Drift(Drift::Order { instrument, text }),
        );
        let told = "TEST:BTCUSDT: order x is of another node: it is frozen".to_owned();
        assert!(outputs.contains(&Output::Alert(Alert::Drift { text: told })));
        let denied = submit(&mut kernel, limit(Side::Buy, "100", "1"));
        assert_eq!(kernel.orders().get(denied).unwrap().state.name(), "denied");
    }
}
