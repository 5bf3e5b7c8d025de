//! One step of the kernel, and what follows from its outputs.

use alphaforge_kernel::{Alert, Funding, Input, InputEvent, Outcome, Output, Report, VenueMessage};
use alphaforge_risk::TradingState;
use alphaforge_types::{OrderId, UnixNanos};

use crate::delivery::{Event, OrderUpdate};
use crate::record::Record;
use crate::runtime::{Runtime, Venue};
use crate::schedule::Work;

impl Runtime {
    /// One step of the kernel, with the markets that changed, and what follows from it.
    pub(crate) fn step(&mut self, event: InputEvent) -> Outcome {
        let input = Input {
            now: self.clock,
            markets: self.take_changed_markets(),
            event,
        };
        let mut outputs = std::mem::take(&mut self.outputs);
        let outcome = self.kernel.step(&input, &mut outputs);
        for output in outputs.drain(..) {
            self.on_output(output);
        }
        self.outputs = outputs;
        outcome
    }

    /// A venue outside says something of an order.
    pub fn report(&mut self, report: Report) {
        self.step(InputEvent::Report(report));
    }

    /// A venue has paid funding, or taken it. What it came to is recorded with the equity.
    pub fn report_funding(&mut self, funding: Funding) {
        self.step(InputEvent::Funding(funding));
        self.record_equity();
    }

    fn on_output(&mut self, output: Output) {
        match output {
            Output::ToVenue(message) => self.send(message),
            Output::Armed(id) => self.arm(id),
            Output::Disarmed(id) => self.disarm(id),
            Output::OrderChanged(id) => {
                self.watch_time(id);
                let Some(order) = self.kernel.orders().get(id) else {
                    return;
                };
                let update = OrderUpdate::from(order);
                if self.traders[update.strategy.index()].wants_orders {
                    self.deliver(update.strategy, Event::Order(Box::new(update.clone())));
                }
                self.records.push(Record::Order(update));
            }
            Output::Filled(fill) => {
                self.counters.fills += 1;
                self.hash.add(&fill, &self.kernel);
                if self.traders[fill.strategy.index()].wants_fills {
                    self.deliver(fill.strategy, Event::Fill(fill));
                }
                self.records.push(Record::Fill(fill));
                self.record_equity();
            }
            Output::Alert(alert) => {
                if let Alert::TradingState { scope, latch } = &alert
                    && latch.state == TradingState::Halted
                {
                    // A rule may have halted it, with orders on their way to their venue.
                    self.withdraw(*scope);
                }
                let ts = self.clock;
                self.records.push(Record::Alert { ts, alert });
            }
        }
    }

    /// Hands a message to its venue: on its way to the paper venue, or into the outbox.
    fn send(&mut self, message: VenueMessage) {
        let venue = self.venue_of[message.instrument().index()];
        let at = match &mut self.venues[venue.index()] {
            Venue::External => {
                if matches!(message, VenueMessage::Cancel { .. }) && !self.is_live(message.order())
                {
                    // It was withdrawn since: the venue has never seen it.
                    return;
                }
                if let Some(at) = expires_at(&message) {
                    let order = message.order();
                    self.schedule.push(at, Work::Overdue { order });
                }
                self.outbox.push(message);
                return;
            }
            Venue::Paper(paper) => paper.way.arrival(self.clock),
        };
        let order = message.order();
        let released = matches!(message, VenueMessage::Submit(_));
        self.schedule.push(at, Work::Arrival(message));
        if released {
            self.step(InputEvent::Released { order });
        }
    }

    fn is_live(&self, order: OrderId) -> bool {
        let order = self.kernel.orders().get(order);
        order.is_some_and(|order| order.state.is_live())
    }
}

/// Till when a new order is good.
pub(crate) fn expires_at(message: &VenueMessage) -> Option<UnixNanos> {
    match message {
        VenueMessage::Submit(approved) => approved.get().time_in_force.expires_at(),
        VenueMessage::Replace { .. } | VenueMessage::Cancel { .. } => None,
    }
}
