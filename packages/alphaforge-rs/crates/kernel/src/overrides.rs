//! Rule 21: a person lets one order of a strategy break one rule, for a limited time.
//!
//! It is used up by the first order that breaks exactly that rule and no other. Orders of a group cannot use
//! one. An order that was let through and is held here keeps it for when it goes out.
//!
//! Source: SEC rule 15c3-5(d) and its adopting release 34-63241: who may override controls, and how it is
//! recorded.

use std::fmt;

use alphaforge_risk::{OverridableRule, Overrides};
use alphaforge_types::{InstrumentId, OrderId, OrderRequest, StrategyId, UnixNanos};

use crate::input::OverrideRequest;
use crate::kernel::Kernel;
use crate::order_state::{OrderState, Reason};
use crate::output::{Alert, CommandRefusal, Outcome, Output};

/// Leave to break a rule once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// Who gave it.
    pub by: String,
    /// For an order of this strategy.
    pub strategy: StrategyId,
    /// In this instrument; in any where it is `None`.
    pub instrument: Option<InstrumentId>,
    /// Which rule may be broken.
    pub rule: OverridableRule,
    /// From when on it may not be used any more.
    pub expires_at: UnixNanos,
    /// Why.
    pub reason: Reason,
}

impl Override {
    fn is_for(&self, request: &OrderRequest) -> bool {
        let instrument = self
            .instrument
            .is_none_or(|instrument| instrument == request.instrument);
        self.strategy == request.strategy && instrument
    }

    /// What has become of it, in words.
    pub(crate) fn tell(&self, step: OverrideStep, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (by, rule, reason) = (&self.by, self.rule.number(), &self.reason);
        match step {
            OverrideStep::Granted => {
                write!(
                    to,
                    "{by} lets one order of a strategy break rule {rule}: {reason}"
                )
            }
            OverrideStep::Used(_) => {
                write!(
                    to,
                    "the order breaks rule {rule}, as {by} has let one do: {reason}"
                )
            }
            OverrideStep::Expired => write!(
                to,
                "no order has broken rule {rule} in the time that {by} has let one do so"
            ),
        }
    }
}

/// What has become of an override.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverrideStep {
    /// It can be used.
    Granted,
    /// This order has used it.
    Used(OrderId),
    /// Its time has passed, and nobody used it.
    Expired,
}

impl Kernel {
    /// A person gives leave to break a rule once.
    pub(crate) fn on_override(
        &mut self,
        request: &OverrideRequest,
        outputs: &mut Vec<Output>,
    ) -> Outcome {
        match self.checked(request) {
            Ok(granted) => {
                tell(&granted, OverrideStep::Granted, outputs);
                self.overrides.push(granted);
                Outcome::default()
            }
            Err(refusal) => refusal.into(),
        }
    }

    fn checked(&self, request: &OverrideRequest) -> Result<Override, CommandRefusal> {
        if request.by.trim().is_empty() {
            return Err(CommandRefusal::NeedsPerson);
        }
        if self.strategies.get(request.strategy.index()).is_none() {
            return Err(CommandRefusal::UnknownStrategy);
        }
        if let Some(instrument) = request.instrument
            && self.instruments.get(instrument.index()).is_none()
        {
            return Err(CommandRefusal::UnknownScope);
        }
        let rule = OverridableRule::new(request.rule)
            .ok_or(CommandRefusal::NotOverridable { rule: request.rule })?;
        if request.expires_at <= self.now() {
            return Err(CommandRefusal::OverrideExpired);
        }
        Ok(Override {
            by: request.by.clone(),
            strategy: request.strategy,
            instrument: request.instrument,
            rule,
            expires_at: request.expires_at,
            reason: request.reason.clone(),
        })
    }

    /// Takes back what was not used in time.
    pub(crate) fn expire_overrides(&mut self, outputs: &mut Vec<Output>) {
        let now = self.now();
        self.overrides.retain(|granted| {
            let holds = now < granted.expires_at;
            if !holds {
                tell(granted, OverrideStep::Expired, outputs);
            }
            holds
        });
    }

    /// The rules that a new order may break, one of them.
    pub(crate) fn overrides_for(&self, request: &OrderRequest) -> Overrides {
        let mut overrides = Overrides::default();
        for granted in &self.overrides {
            if granted.is_for(request) {
                overrides.add(granted.rule);
            }
        }
        overrides
    }

    /// The rule that a held order may break when it goes out, because it did when it was made.
    pub(crate) fn kept_override(&self, id: OrderId) -> Overrides {
        let mut overrides = Overrides::default();
        let held = self.orders.get(id);
        let held = held.filter(|order| order.state == OrderState::Held);
        if let Some(rule) = held.and_then(|order| order.overridden) {
            overrides.add(rule);
        }
        overrides
    }

    /// An order has used one up, where it broke a rule.
    pub(crate) fn use_override(
        &mut self,
        rule: Option<OverridableRule>,
        request: &OrderRequest,
        outputs: &mut Vec<Output>,
    ) {
        let used = |granted: &Override| Some(granted.rule) == rule && granted.is_for(request);
        if let Some(index) = self.overrides.iter().position(used) {
            let granted = self.overrides.remove(index);
            tell(&granted, OverrideStep::Used(request.order), outputs);
        }
    }
}

fn tell(granted: &Override, step: OverrideStep, outputs: &mut Vec<Output>) {
    outputs.push(Output::Alert(Alert::Override {
        step,
        granted: Box::new(granted.clone()),
    }));
}

#[cfg(test)]
mod tests;
