//! What strategies may trade, as what, and the limits that apply to each of them there.

use alphaforge_types::{InstrumentId, OrderRequest, OrderType, StrategyId};

use crate::kernel::{Holding, Kernel};

impl Kernel {
    /// Lets a strategy trade these instruments, and no others.
    pub fn give_instruments(&mut self, strategy: StrategyId, instruments: Vec<InstrumentId>) {
        if let Some(trader) = self.strategies.get_mut(strategy.index()) {
            trader.given = Some(instruments);
            self.compile_limits();
        }
    }

    /// Gives every strategy a holding in every instrument, with the limits that apply there.
    pub(crate) fn compile_limits(&mut self) {
        for (index, trader) in self.strategies.iter_mut().enumerate() {
            let strategy = StrategyId::from_index(index as u32);
            trader
                .holdings
                .resize_with(self.instruments.len(), Holding::default);
            for (index, listing) in self.instruments.iter().enumerate() {
                let limits = self.limits.effective(
                    strategy,
                    listing.venue,
                    InstrumentId::from_index(index as u32),
                    &listing.instrument,
                    trader.given.as_deref(),
                );
                let holding = &mut trader.holdings[index];
                holding.recent.remember_for(limits.longest_duplicates_ns());
                holding.limits = limits;
            }
        }
    }

    /// The type of an order, or that with which it was made where it is there already.
    pub(crate) fn order_type(&self, request: &OrderRequest) -> OrderType {
        let made = self.orders.get(request.order);
        made.map_or_else(
            || OrderType::of(request.kind, request.conditions.trigger),
            |order| OrderType::of(order.kind, order.conditions.trigger),
        )
    }
}
