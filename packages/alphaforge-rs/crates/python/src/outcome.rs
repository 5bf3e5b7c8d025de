//! What came of a command, as Python sees it.

use alphaforge_kernel::{CommandRefusal, Kernel, OrderState, Outcome as InnerOutcome};
use alphaforge_types::OrderId;
use pyo3::prelude::*;

/// What came of a command.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct Outcome {
    order_id: Option<u64>,
    accepted: bool,
    code: Option<&'static str>,
    rule: Option<u8>,
    reason: Option<String>,
}

#[pymethods]
impl Outcome {
    /// The order that was made or changed.
    #[getter]
    fn order_id(&self) -> Option<u64> {
        self.order_id
    }

    /// True where it is on its way.
    #[getter]
    fn accepted(&self) -> bool {
        self.accepted
    }

    /// A short name of why not, that programs can rely on.
    #[getter]
    fn code(&self) -> Option<&'static str> {
        self.code
    }

    /// The number of the rule of the gate that denied; None for other refusals.
    #[getter]
    fn rule(&self) -> Option<u8> {
        self.rule
    }

    /// Why not.
    #[getter]
    fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    fn __bool__(&self) -> bool {
        self.accepted
    }

    fn __repr__(&self) -> String {
        match &self.reason {
            Some(reason) => format!("Outcome(refused: {reason})"),
            None => "Outcome(accepted)".to_owned(),
        }
    }
}

impl Outcome {
    /// The outcome of a command for one of the orders that it made or changed.
    pub(crate) fn new(outcome: &InnerOutcome, order: Option<OrderId>, kernel: &Kernel) -> Outcome {
        let order_id = order.map(OrderId::raw);
        if let Some(refusal) = &outcome.refusal {
            return Outcome {
                order_id,
                accepted: false,
                code: Some(refusal_code(refusal)),
                rule: rule_of(refusal),
                reason: Some(refusal.to_string()),
            };
        }
        let made = order.and_then(|order| kernel.orders().get(order));
        if let Some(OrderState::Denied { reject }) = made.map(|order| &order.state) {
            return Outcome {
                order_id,
                accepted: false,
                code: Some(reject.code()),
                rule: reject.rule(),
                reason: Some(reject.to_string()),
            };
        }
        Outcome {
            order_id,
            accepted: true,
            code: None,
            rule: None,
            reason: None,
        }
    }
}

fn rule_of(refusal: &CommandRefusal) -> Option<u8> {
    if let CommandRefusal::Denied(reject) = refusal {
        reject.rule()
    } else {
        None
    }
}

fn refusal_code(refusal: &CommandRefusal) -> &'static str {
    match refusal {
        CommandRefusal::NotYours => "not_yours",
        CommandRefusal::State(_) => "wrong_state",
        CommandRefusal::Untriggered => "untriggered",
        CommandRefusal::NotAGroup => "not_a_group",
        CommandRefusal::MarketOrder => "market_order",
        CommandRefusal::NothingLeft => "nothing_left",
        CommandRefusal::NothingToChange => "nothing_to_change",
        CommandRefusal::Denied(reject) => reject.code(),
        CommandRefusal::NoIdsLeft => "no_ids_left",
        CommandRefusal::UnknownStrategy => "unknown_strategy",
        CommandRefusal::UnknownScope => "unknown_scope",
        CommandRefusal::FlattenNeedsHalt => "flatten_needs_halt",
        CommandRefusal::NeedsPerson => "needs_person",
        CommandRefusal::NoSuchParent => "no_such_parent",
        CommandRefusal::NotOverridable { .. } => "not_overridable",
        CommandRefusal::OverrideExpired => "override_expired",
    }
}
