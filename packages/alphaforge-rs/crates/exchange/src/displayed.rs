//! The liquidity of everybody else, where the engine does not hold it itself.

use alphaforge_types::{Level, Price, Quantity, Side};

/// Liquidity beside the engine's own orders. `side` is always the side on which it rests.
pub trait Displayed {
    /// The best level that is left.
    fn best(&self, side: Side) -> Option<Level>;

    /// How much is left in total at `limit` or better; everything where there is no limit.
    fn within(&self, side: Side, limit: Option<Price>) -> Quantity;

    /// How much an order that joins at `price` has before it; `None` where that cannot be seen.
    fn queue_at(&self, side: Side, price: Price) -> Option<Quantity>;

    /// Takes liquidity away; it does not come back until the market shows that level anew.
    fn take(&mut self, side: Side, price: Price, quantity: Quantity);
}

/// No liquidity but the engine's own: the engine is the exchange.
#[derive(Clone, Copy, Debug, Default)]
pub struct NothingDisplayed;

impl Displayed for NothingDisplayed {
    fn best(&self, _: Side) -> Option<Level> {
        None
    }

    fn within(&self, _: Side, _: Option<Price>) -> Quantity {
        Quantity::ZERO
    }

    fn queue_at(&self, _: Side, _: Price) -> Option<Quantity> {
        Some(Quantity::ZERO)
    }

    fn take(&mut self, _: Side, _: Price, _: Quantity) {}
}
