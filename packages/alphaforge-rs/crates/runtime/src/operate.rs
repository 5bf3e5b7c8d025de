//! Who may trade, changed from outside: by a person, a monitor, or a fault of a strategy.

use alphaforge_kernel::{
    Actor, CommandRefusal, InputEvent, OperatorAction, OverrideRequest, Reason,
};
use alphaforge_risk::{Scope, TradingState};
use alphaforge_types::StrategyId;

use crate::runtime::Runtime;

impl Runtime {
    /// Changes who may trade. Once it is halted nothing new leaves: what waits in the outbox is withdrawn.
    ///
    /// # Errors
    /// Where the scope names nothing of this node, or nobody in person lets go what is held back.
    pub fn operate(&mut self, action: OperatorAction) -> Result<(), CommandRefusal> {
        if action.state == TradingState::Halted {
            self.withdraw(action.scope);
        }
        let outcome = self.step(InputEvent::Operator(action));
        outcome.refusal.map_or(Ok(()), Err)
    }

    /// A person lets one order of a strategy break one rule, once and for a limited time (rule 21).
    ///
    /// # Errors
    /// Where nobody is named, the rule cannot be overridden, or the time has passed.
    pub fn override_rule(&mut self, request: OverrideRequest) -> Result<(), CommandRefusal> {
        let outcome = self.step(InputEvent::Override(request));
        outcome.refusal.map_or(Ok(()), Err)
    }

    /// Halts a strategy that cannot go on: it hears and says nothing more.
    pub fn halt_strategy(&mut self, strategy: StrategyId, cancel_orders: bool, reason: String) {
        // A halt is refused for a strategy that is not there only.
        let _ = self.operate(OperatorAction {
            by: Actor::Node,
            scope: Scope::Strategy(strategy),
            state: TradingState::Halted,
            cancel_orders,
            flatten: false,
            reason: Reason::Owned(reason),
        });
        if let Some(trader) = self.traders.get_mut(strategy.index()) {
            trader.muted = true;
        }
    }
}
