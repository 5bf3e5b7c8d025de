//! What a trade costs.

use alphaforge_types::{Amount, Instrument, Liquidity, Overflow, Price, Quantity, Rate};

/// Fee rates, charged in the quote currency on the notional.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeeSchedule {
    /// For orders that rested.
    pub maker: Rate,
    /// For orders that traded on arrival.
    pub taker: Rate,
}

impl FeeSchedule {
    /// The higher of the two rates.
    pub fn highest(&self) -> Rate {
        self.maker.max(self.taker)
    }

    /// The fee of one fill.
    ///
    /// # Errors
    /// [`Overflow`] where the notional does not fit an amount.
    pub fn fee(
        &self,
        instrument: &Instrument,
        liquidity: Liquidity,
        price: Price,
        quantity: Quantity,
    ) -> Result<Amount, Overflow> {
        let rate = match liquidity {
            Liquidity::Maker => self.maker,
            Liquidity::Taker => self.taker,
        };
        instrument.notional(price, quantity)?.fee(rate)
    }
}
