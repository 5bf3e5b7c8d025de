//! What waits to go to venues outside: taken by their adapters, or taken back by a halt.

use std::collections::BTreeSet;

use alphaforge_kernel::{InputEvent, Reason, Report, ReportEvent, VenueMessage};
use alphaforge_risk::Scope;
use alphaforge_types::OrderId;

use crate::runtime::Runtime;

const WITHDRAWN: Reason = Reason::Borrowed("halted before it was sent");

impl Runtime {
    /// The messages for venues outside, in order. New orders count as sent from here on.
    pub fn take_outbox(&mut self) -> Vec<VenueMessage> {
        let messages = std::mem::take(&mut self.outbox);
        for message in &messages {
            if let VenueMessage::Submit(approved) = message {
                let order = approved.get().order;
                self.step(InputEvent::Released { order });
            }
        }
        messages
    }

    /// Takes back what waits and would trade: new orders end here, and replaces are refused. Cancels
    /// stay, but for those of orders that never left.
    pub(crate) fn withdraw(&mut self, scope: Scope) {
        let mut never_sent = BTreeSet::new();
        for message in std::mem::take(&mut self.outbox) {
            let order = message.order();
            let event = match &message {
                _ if !self.is_within(scope, order) => None,
                VenueMessage::Submit(_) => {
                    never_sent.insert(order);
                    let reason = WITHDRAWN;
                    Some(ReportEvent::Cancelled { reason })
                }
                VenueMessage::Replace { replace, .. } => Some(ReportEvent::ReplaceRejected {
                    version: replace.get().version,
                    reason: WITHDRAWN,
                }),
                VenueMessage::Cancel { .. } => None,
            };
            match event {
                Some(event) => self.report(Report {
                    order,
                    venue_order_id: None,
                    event,
                }),
                None if never_sent.contains(&order) => {}
                None => self.outbox.push(message),
            }
        }
    }

    fn is_within(&self, scope: Scope, order: OrderId) -> bool {
        let order = self.kernel.orders().get(order);
        order.is_some_and(|order| self.kernel.is_within(scope, order))
    }
}
