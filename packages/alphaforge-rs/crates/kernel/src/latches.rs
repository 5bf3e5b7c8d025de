//! Rule 1: who may trade: the node, a venue, a strategy, an instrument, each with a latch of its own.
//!
//! A latch stays until it is loosened. Anybody may tighten one: a rule, a monitor, a person. Only a person,
//! with a name, may loosen it.
//!
//! Source: MiFID II RTS 6 article 12 (kill functionality); Eurex Advanced Risk Protection, whose stages are
//! alert, slow-down and stop, and whose stop is released by a named user.

use std::collections::BTreeMap;
use std::fmt;

use alphaforge_risk::{Scope, TradingState};
use alphaforge_types::UnixNanos;

use crate::input::OperatorAction;
use crate::kernel::Kernel;
use crate::order::Order;
use crate::order_state::Reason;
use crate::output::{Alert, CommandRefusal, Outcome, Output};

/// Who has done something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The node itself: a rule, a monitor, its end.
    Node,
    /// A person, by name.
    Person(String),
}

impl fmt::Display for Actor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Actor::Node => formatter.write_str("the node"),
            Actor::Person(name) => formatter.write_str(name),
        }
    }
}

/// What a scope may do, since when, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latch {
    /// What it may do.
    pub state: TradingState,
    /// Since when.
    pub since: UnixNanos,
    /// Who says so.
    pub by: Actor,
    /// Why.
    pub reason: Reason,
}

/// The latches that hold something back; a scope without one is active.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Latches(BTreeMap<Scope, Latch>);

impl Latches {
    /// What a scope may do by its own latch.
    pub(crate) fn state(&self, scope: Scope) -> TradingState {
        // Most nodes hold nothing back, and every order asks.
        if self.0.is_empty() {
            return TradingState::Active;
        }
        self.0
            .get(&scope)
            .map_or(TradingState::Active, |latch| latch.state)
    }

    /// True where a change needs a person.
    pub(crate) fn would_loosen(&self, scope: Scope, state: TradingState) -> bool {
        state < self.state(scope)
    }

    pub(crate) fn set(&mut self, scope: Scope, latch: Latch) {
        match latch.state {
            TradingState::Active => self.0.remove(&scope),
            TradingState::Reducing | TradingState::Halted => self.0.insert(scope, latch),
        };
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Scope, &Latch)> {
        self.0.iter().map(|(scope, latch)| (*scope, latch))
    }
}

impl Kernel {
    /// A person, or the node itself, changes who may trade.
    pub(crate) fn on_operator(
        &mut self,
        action: &OperatorAction,
        outputs: &mut Vec<Output>,
    ) -> Outcome {
        if !self.has_scope(action.scope) {
            return CommandRefusal::UnknownScope.into();
        }
        if self.latches.would_loosen(action.scope, action.state) && action.by == Actor::Node {
            return CommandRefusal::NeedsPerson.into();
        }
        if action.flatten && action.state != TradingState::Halted {
            return CommandRefusal::FlattenNeedsHalt.into();
        }
        let loosens = self.latches.would_loosen(action.scope, action.state);
        let (by, reason) = (action.by.clone(), action.reason.clone());
        self.latch(action.scope, action.state, by, reason, outputs);
        if loosens {
            // What it was held back for would hold it back again at once.
            self.restart_conduct(action.scope);
            self.restart_losses(action.scope, outputs);
        }
        if action.cancel_orders || action.flatten {
            self.cancel_all(action.scope, None, outputs);
        }
        if action.flatten {
            self.begin_flattening(action.scope);
        } else if action.state != TradingState::Halted {
            self.flattening.remove(&action.scope);
        }
        Outcome::default()
    }

    /// The node holds a scope back from now on, and tells so, unless it is held back as much already.
    pub(crate) fn tighten(
        &mut self,
        scope: Scope,
        state: TradingState,
        reason: Reason,
        outputs: &mut Vec<Output>,
    ) {
        if state > self.latches.state(scope) {
            self.latch(scope, state, Actor::Node, reason, outputs);
        }
    }

    fn latch(
        &mut self,
        scope: Scope,
        state: TradingState,
        by: Actor,
        reason: Reason,
        outputs: &mut Vec<Output>,
    ) {
        let latch = Latch {
            state,
            since: self.clock,
            by,
            reason,
        };
        self.latches.set(scope, latch.clone());
        outputs.push(Output::Alert(Alert::TradingState { scope, latch }));
    }

    fn has_scope(&self, scope: Scope) -> bool {
        match scope {
            Scope::Account => true,
            Scope::Venue(venue) => venue.index() < self.venues.len(),
            Scope::Strategy(strategy) => strategy.index() < self.strategies.len(),
            Scope::Instrument(instrument) => instrument.index() < self.instruments.len(),
        }
    }

    /// Whether an order belongs to a scope.
    pub fn is_within(&self, scope: Scope, order: &Order) -> bool {
        match scope {
            Scope::Account => true,
            Scope::Venue(venue) => self.venue_of(order.instrument) == Some(venue),
            Scope::Strategy(strategy) => order.strategy == strategy,
            Scope::Instrument(instrument) => order.instrument == instrument,
        }
    }
}

#[cfg(test)]
mod tests;
