//! What can be read of a kernel.

use std::sync::Arc;

use alphaforge_risk::{Exposure, Scope, TradingState};
use alphaforge_types::{Instrument, InstrumentId, Mark, StrategyId, UnixNanos, VenueId};

use crate::account::Account;
use crate::kernel::Kernel;
use crate::latches::Latch;
use crate::orders::Orders;
use crate::position::Position;

impl Kernel {
    /// Kernel time: that of the latest input.
    pub fn now(&self) -> UnixNanos {
        self.clock
    }

    /// Whether the node may trade.
    pub fn trading_state(&self) -> TradingState {
        self.latches.state(Scope::Account)
    }

    /// Whether a strategy may trade, by its own latch.
    pub fn strategy_state(&self, strategy: StrategyId) -> Option<TradingState> {
        self.strategies.get(strategy.index())?;
        Some(self.latches.state(Scope::Strategy(strategy)))
    }

    /// All that is held back.
    pub fn latches(&self) -> impl Iterator<Item = (Scope, &Latch)> {
        self.latches.iter()
    }

    /// A strategy's name.
    pub fn strategy_name(&self, strategy: StrategyId) -> Option<&str> {
        self.strategies
            .get(strategy.index())
            .map(|trader| trader.name.as_str())
    }

    /// The strategies' handles.
    pub fn strategies(&self) -> impl Iterator<Item = StrategyId> {
        (0..self.strategies.len() as u32).map(StrategyId::from_index)
    }

    /// The orders.
    pub fn orders(&self) -> &Orders {
        &self.orders
    }

    /// An instrument.
    pub fn instrument(&self, instrument: InstrumentId) -> Option<&Arc<Instrument>> {
        self.instruments
            .get(instrument.index())
            .map(|listing| &listing.instrument)
    }

    /// The instruments' handles.
    pub fn instruments(&self) -> impl Iterator<Item = InstrumentId> {
        (0..self.instruments.len() as u32).map(InstrumentId::from_index)
    }

    /// The instrument called `VENUE:SYMBOL`.
    pub fn find_instrument(&self, name: &str) -> Option<InstrumentId> {
        let (venue, symbol) = name.split_once(':')?;
        let index = self.instruments.iter().position(|listing| {
            listing.instrument.venue() == venue && listing.instrument.symbol() == symbol
        })?;
        Some(InstrumentId::from_index(index as u32))
    }

    /// An instrument's venue.
    pub fn venue_of(&self, instrument: InstrumentId) -> Option<VenueId> {
        self.instruments
            .get(instrument.index())
            .map(|listing| listing.venue)
    }

    /// A venue's name.
    pub fn venue_name(&self, venue: VenueId) -> Option<&str> {
        self.venues
            .get(venue.index())
            .map(|venue| venue.name.as_str())
    }

    /// The venues' handles.
    pub fn venues(&self) -> impl Iterator<Item = VenueId> {
        (0..self.venues.len() as u32).map(VenueId::from_index)
    }

    /// The account at a venue.
    pub fn account(&self, venue: VenueId) -> Option<&Account> {
        self.venues.get(venue.index()).map(|venue| &venue.account)
    }

    /// An instrument's mark.
    pub fn mark(&self, instrument: InstrumentId) -> Option<Mark> {
        self.instruments.get(instrument.index())?.market.mark
    }

    /// The whole node's exposure in an instrument.
    pub fn exposure(&self, instrument: InstrumentId) -> Exposure {
        self.instruments
            .get(instrument.index())
            .map(|listing| listing.exposure)
            .unwrap_or_default()
    }

    /// A strategy's position in an instrument.
    pub fn position(&self, strategy: StrategyId, instrument: InstrumentId) -> Option<&Position> {
        self.strategies
            .get(strategy.index())?
            .holdings
            .get(instrument.index())
            .map(|holding| &holding.position)
    }
}
