//! Orders that belong together: one cancels the other, and brackets.
//!
//! The rule. Of a group's exits at most one may trade at any moment, and they close no more than there
//! is to close. So an exit whose trigger has fired goes out only when every other order of the group
//! has ended at the venue, and only with what they have left: a position is never closed twice, at the
//! price of one round trip. Exits of a bracket wait for their entry: a limit goes out when the entry has
//! ended, and a stop guards from the entry's first fill on.

use alphaforge_risk::{Reject, check_member, foresee};
use alphaforge_types::{OrderId, OrderRequest, Quantity};

use crate::input::{Submit, SubmitGroup};
use crate::kernel::Kernel;
use crate::order::Order;
use crate::order_state::{OrderState, Reason};
use crate::output::{CommandRefusal, Outcome, Output};
use crate::transition::OrderEvent;

const WHOLE: Quantity = Quantity::from_mantissa(i64::MAX);
const CLOSED: Reason = Reason::Borrowed("its group has nothing left to close");
const OTHER_FIRED: Reason = Reason::Borrowed("the other exit of its group was triggered");

/// Which group an order belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId(u32);

/// Orders that belong together.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    entry: Option<OrderId>,
    exits: Vec<OrderId>,
    /// What the exits close where there is no entry.
    quantity: Quantity,
}

impl Kernel {
    /// Makes the orders of a group: all pass the gate, or all are denied.
    pub(crate) fn submit_group(
        &mut self,
        group: &SubmitGroup,
        outputs: &mut Vec<Output>,
    ) -> Outcome {
        if !is_a_group(group) {
            return CommandRefusal::NotAGroup.into();
        }
        let submits = || group.entry.iter().chain(&group.exits);
        let mut requests = Vec::new();
        for submit in submits() {
            match self.request_of(submit) {
                Ok(request) => requests.push(request),
                Err(refusal) => return refusal.into(),
            }
        }
        let judged: Vec<Result<(), Reject>> = submits()
            .zip(&requests)
            .enumerate()
            .map(|(index, (submit, request))| {
                let waits = group.entry.is_some() && index > 0;
                self.judge_member(submit, request, waits)
            })
            .collect();
        if judged.iter().any(Result::is_err) {
            for (request, judged) in requests.iter().zip(judged) {
                self.deny(request, judged.err().unwrap_or(Reject::OfGroup), outputs);
            }
        } else {
            self.open_group(group, &requests, outputs);
        }
        let mut ids = requests.iter().map(|request| request.order);
        Outcome {
            order: ids.next(),
            others: ids.collect(),
            ..Outcome::default()
        }
    }

    /// An exit that waits for its entry is judged by what does not depend on it.
    fn judge_member(
        &self,
        submit: &Submit,
        request: &OrderRequest,
        waits: bool,
    ) -> Result<(), Reject> {
        let (fault, verdict) = (submit.fault, submit.verdict.as_ref());
        self.judge(request, Quantity::ZERO, fault, verdict, |request, view| {
            if waits {
                foresee(&request, view)
            } else {
                check_member(&request, view)
            }
        })
    }

    /// Holds all orders of the group; those that wait for nothing go out as it settles.
    fn open_group(
        &mut self,
        group: &SubmitGroup,
        requests: &[OrderRequest],
        outputs: &mut Vec<Output>,
    ) {
        let id = GroupId(self.groups.len() as u32);
        for request in requests {
            let mut order = Order::new(request, OrderState::Held, self.now());
            order.group = Some(id);
            self.push(order, outputs);
        }
        let mut ids = requests.iter().map(|request| request.order);
        let quantities = group.exits.iter().map(|exit| exit.quantity);
        self.groups.push(Group {
            entry: group.entry.as_ref().and_then(|_| ids.next()),
            exits: ids.collect(),
            quantity: quantities.max().unwrap_or_default(),
        });
        self.touched_groups.push(id);
    }

    /// Lets every group go on in which something has happened, until nothing follows any more.
    pub(crate) fn settle_groups(&mut self, outputs: &mut Vec<Output>) {
        while let Some(GroupId(index)) = self.touched_groups.pop() {
            let group = self.groups[index as usize].clone();
            self.settle_group(&group, outputs);
        }
    }

    fn settle_group(&mut self, group: &Group, outputs: &mut Vec<Output>) {
        if let Some(entry) = group.entry {
            self.let_go(entry, WHOLE, outputs);
        }
        let entry = group.entry.and_then(|id| self.orders.get(id));
        let entry_is_over = entry.is_none_or(|entry| !entry.state.is_live());
        let to_close = entry.map_or(group.quantity, |entry| entry.filled);
        let exits = group.exits.iter().filter_map(|id| self.orders.get(*id));
        let closed = exits.clone().fold(Quantity::ZERO, |closed, exit| {
            closed.saturating_add(exit.filled)
        });
        let left = to_close.saturating_sub(closed);
        let fired = exits
            .clone()
            .find(|exit| exit.state == OrderState::Held && exit.triggered);
        if !left.is_positive() {
            if entry_is_over {
                self.end(group, None, CLOSED, outputs);
            }
        } else if let Some(fired) = fired.map(|exit| exit.id) {
            self.end(group, Some(fired), OTHER_FIRED, outputs);
            let members = group.entry.iter().chain(&group.exits);
            let mut others = members.filter_map(|id| self.orders.get(*id));
            if !others.any(|order| order.state.is_at_venue()) {
                self.release(fired, left, outputs);
            }
        } else {
            for exit in &group.exits {
                let waits_for_trigger = self
                    .orders
                    .get(*exit)
                    .is_some_and(|exit| exit.conditions.trigger.is_some());
                if entry_is_over || waits_for_trigger {
                    self.let_go(*exit, left, outputs);
                }
            }
        }
    }

    /// Watches for the trigger of a held order, or sends at most `quantity` of it where it has none or
    /// it has fired.
    fn let_go(&mut self, id: OrderId, quantity: Quantity, outputs: &mut Vec<Output>) {
        let Some(order) = self.orders.get(id) else {
            return;
        };
        if order.state != OrderState::Held {
            return;
        }
        if order.conditions.trigger.is_some() && !order.triggered {
            self.arm(id, outputs);
        } else {
            let quantity = order.quantity.min(quantity);
            self.release(id, quantity, outputs);
        }
    }

    /// Ends every order of the group but `keep`: held ones at once, others by a cancel. One whose state is
    /// unknown is cancelled when the venue has told what it is.
    fn end(
        &mut self,
        group: &Group,
        keep: Option<OrderId>,
        reason: Reason,
        outputs: &mut Vec<Output>,
    ) {
        for id in group.entry.iter().chain(&group.exits).copied() {
            let Some(order) = self.orders.get(id).filter(|_| Some(id) != keep) else {
                continue;
            };
            if order.state == OrderState::Held {
                let reason = reason.clone();
                self.advance(id, &OrderEvent::Cancelled { reason }, outputs);
            } else if order.state.is_live() && !matches!(order.state, OrderState::Unknown { .. }) {
                // A refusal here means that a cancel is on its way already.
                let _ = self.send_cancel(id, outputs);
            }
        }
    }
}

fn is_a_group(group: &SubmitGroup) -> bool {
    let Some(first) = group.exits.first() else {
        return false;
    };
    let alike = |submit: &Submit| {
        (submit.strategy, submit.instrument) == (first.strategy, first.instrument)
            && submit.conditions.budget.is_none()
            && submit.conditions.parent.is_none()
    };
    let waits_for_nothing = |exit: &&Submit| exit.conditions.trigger.is_none();
    let closes = |entry: &Submit| entry.side == first.side.opposite();
    group.entry.iter().chain(&group.exits).all(alike)
        && group.exits.iter().all(|exit| exit.side == first.side)
        && group.exits.iter().filter(waits_for_nothing).count() <= 1
        && group.entry.as_ref().is_none_or(closes)
}

#[cfg(test)]
mod tests;
