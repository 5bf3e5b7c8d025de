//! A position: what is held, what it cost, and what was earned.

use std::collections::{BTreeMap, VecDeque};

use alphaforge_types::{Amount, Currency, Instrument, Mark, Overflow, Price, Quantity, Side};

use crate::input::FillReport;

/// A part of a position that was opened at one price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lot {
    /// What is left of it.
    pub quantity: Quantity,
    /// What it was opened at.
    pub price: Price,
}

/// A net position with two accounts of its profit: by average cost and first in, first out.
///
/// The cost basis is an exact sum of notionals. By average cost, closing a part takes the same part
/// of the cost basis with it, rounded half-even at 12 decimals; closing all takes all, so nothing is
/// lost. First in, first out never divides and is exact. Fees are counted apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    quantity: Quantity,
    cost: Amount,
    lots: VecDeque<Lot>,
    realised: Amount,
    realised_fifo: Amount,
    fees: BTreeMap<Currency, Amount>,
    funding: BTreeMap<Currency, Amount>,
}

impl Position {
    /// What is held, long above zero.
    pub fn quantity(&self) -> Quantity {
        self.quantity
    }

    /// What the open quantity cost (long) or brought (short), in the quote currency.
    pub fn cost(&self) -> Amount {
        self.cost
    }

    /// The open lots, oldest first.
    pub fn lots(&self) -> impl Iterator<Item = &Lot> {
        self.lots.iter()
    }

    /// The profit of what was closed, by average cost, before fees.
    pub fn realised(&self) -> Amount {
        self.realised
    }

    /// The profit of what was closed, first in, first out, before fees.
    pub fn realised_fifo(&self) -> Amount {
        self.realised_fifo
    }

    /// True once anything was traded, even if nothing is held now.
    pub fn has_traded(&self) -> bool {
        // Every fill counts its fee, a fee of zero too.
        !self.fees.is_empty()
    }

    /// The fees paid, by currency.
    pub fn fees(&self) -> &BTreeMap<Currency, Amount> {
        &self.fees
    }

    /// The funding received, by currency; what was paid is below zero.
    pub fn funding(&self) -> &BTreeMap<Currency, Amount> {
        &self.funding
    }

    /// True once anything has happened to it.
    pub(crate) fn has_changed(&self) -> bool {
        self.has_traded() || !self.funding.is_empty()
    }

    /// Counts funding that was received, or paid where it is below zero.
    ///
    /// # Errors
    /// [`Overflow`] where the sum does not fit; nothing is changed then.
    pub(crate) fn fund(&mut self, currency: Currency, amount: Amount) -> Result<(), Overflow> {
        let before = self.funding.get(&currency).copied().unwrap_or_default();
        self.funding.insert(currency, before.plus(amount)?);
        Ok(())
    }

    /// The average price of what is held, rounded half-even at 12 decimals; `None` when flat.
    pub fn average_price(&self, instrument: &Instrument) -> Option<Amount> {
        let held = instrument.base_amount(self.quantity).ok()?.units();
        if held == 0 {
            return None;
        }
        let one = Amount::parse("1").ok()?.units();
        self.cost.ratio(one, held.checked_abs()?).ok()
    }

    /// What closing at the middle of the mark would earn, rounded half-even at 12 decimals.
    ///
    /// # Errors
    /// [`Overflow`] where it does not fit.
    pub fn unrealised(&self, instrument: &Instrument, mark: Mark) -> Result<Amount, Overflow> {
        let twice_value = instrument
            .notional(mark.bid, self.quantity)?
            .plus(instrument.notional(mark.ask, self.quantity)?)?;
        let value = twice_value.ratio(1, 2).map_err(|_| Overflow)?;
        if self.quantity.is_positive() {
            value.minus(self.cost)
        } else {
            value.plus(self.cost)
        }
    }

    /// Counts a fill and its fee.
    ///
    /// # Errors
    /// [`Overflow`] where any figure does not fit; nothing is changed then.
    pub fn apply(
        &mut self,
        instrument: &Instrument,
        side: Side,
        fill: &FillReport,
    ) -> Result<(), Overflow> {
        let (price, quantity) = (fill.price, fill.quantity);
        let after = self
            .quantity
            .checked_add(side.signed(quantity))
            .ok_or(Overflow)?;
        let closing = self.held_against(side).min(quantity);
        let opening = quantity.checked_sub(closing).ok_or(Overflow)?;
        let mut next = Figures {
            cost: self.cost,
            realised: self.realised,
            realised_fifo: self.realised_fifo,
        };
        if closing.is_positive() {
            next.close(self, instrument, side, price, closing)?;
        }
        if opening.is_positive() {
            next.cost = next.cost.plus(instrument.notional(price, opening)?)?;
        }
        let paid = self.fees.get(&fill.fee_currency).copied();
        let fees = paid.unwrap_or_default().plus(fill.fee)?;
        self.fees.insert(fill.fee_currency, fees);
        self.close_lots(closing);
        if opening.is_positive() {
            self.open_lot(price, opening);
        }
        self.quantity = after;
        self.cost = next.cost;
        self.realised = next.realised;
        self.realised_fifo = next.realised_fifo;
        Ok(())
    }

    /// How much of the position a trade on `side` would close.
    fn held_against(&self, side: Side) -> Quantity {
        let against = side.opposite().signed(self.quantity);
        against.max(Quantity::ZERO)
    }

    /// What the oldest `closing` of the open lots cost, exactly.
    fn fifo_cost(&self, instrument: &Instrument, closing: Quantity) -> Result<Amount, Overflow> {
        let mut left = closing;
        let mut cost = Amount::ZERO;
        for lot in &self.lots {
            if left.is_zero() {
                break;
            }
            let taken = left.min(lot.quantity);
            cost = cost.plus(instrument.notional(lot.price, taken)?)?;
            left = left.saturating_sub(taken);
        }
        Ok(cost)
    }

    fn close_lots(&mut self, closing: Quantity) {
        let mut left = closing;
        while let Some(lot) = self.lots.front_mut() {
            if left.is_zero() {
                return;
            }
            let taken = left.min(lot.quantity);
            left = left.saturating_sub(taken);
            lot.quantity = lot.quantity.saturating_sub(taken);
            if lot.quantity.is_zero() {
                self.lots.pop_front();
            }
        }
    }

    /// Opens a lot, or adds to the newest where the price is the same, which changes no figure.
    /// No lot passes the position itself, whose quantity was checked before.
    fn open_lot(&mut self, price: Price, quantity: Quantity) {
        match self.lots.back_mut() {
            Some(lot) if lot.price == price => {
                lot.quantity = lot.quantity.saturating_add(quantity);
            }
            Some(_) | None => self.lots.push_back(Lot { quantity, price }),
        }
    }
}

/// The figures that a fill changes, until all of them are known to fit.
struct Figures {
    cost: Amount,
    realised: Amount,
    realised_fifo: Amount,
}

impl Figures {
    fn close(
        &mut self,
        position: &Position,
        instrument: &Instrument,
        side: Side,
        price: Price,
        closing: Quantity,
    ) -> Result<(), Overflow> {
        let held = position.held_against(side);
        let average_cost = if closing == held {
            position.cost
        } else {
            position
                .cost
                .ratio(i128::from(closing.mantissa()), i128::from(held.mantissa()))
                .map_err(|_| Overflow)?
        };
        let fifo_cost = position.fifo_cost(instrument, closing)?;
        let value = instrument.notional(price, closing)?;
        let profit = |cost: Amount| match side {
            Side::Sell => value.minus(cost),
            Side::Buy => cost.minus(value),
        };
        self.realised = self.realised.plus(profit(average_cost)?)?;
        self.realised_fifo = self.realised_fifo.plus(profit(fifo_cost)?)?;
        self.cost = self.cost.minus(average_cost)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
