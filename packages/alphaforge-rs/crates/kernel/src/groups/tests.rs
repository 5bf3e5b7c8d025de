use super::*;
use crate::input::{Command, InputEvent, ReportEvent};
use crate::output::VenueMessage;
use crate::testing::{fill, kernel, limit, price, quantity, report, step};
use alphaforge_types::{OrderKind, Side, Trigger};

/// A group, the orders of it, and what was sent last.
struct Bracket {
    kernel: Kernel,
    ids: Vec<OrderId>,
    trades: u128,
}

fn stop(side: Side, at: &str, size: &str) -> Submit {
    let mut stop = limit(side, at, size);
    stop.kind = OrderKind::Market;
    stop.conditions.trigger = Some(Trigger::Stop { price: price(at) });
    stop
}

fn exits(size: &str) -> Vec<Submit> {
    vec![limit(Side::Sell, "110", size), stop(Side::Sell, "95", size)]
}

impl Bracket {
    fn new(entry: Option<Submit>, exits: Vec<Submit>) -> (Bracket, Vec<String>) {
        let mut kernel = kernel();
        let group = SubmitGroup { entry, exits };
        let command = Command::SubmitGroup(group);
        let (outcome, outputs) = step(&mut kernel, InputEvent::Command(command));
        let ids = outcome.order.into_iter().chain(outcome.others).collect();
        let bracket = Bracket {
            kernel,
            ids,
            trades: 0,
        };
        let sent = bracket.sent(&outputs);
        (bracket, sent)
    }

    /// What goes to the venue, and what is watched: `submit 0 2`, `cancel 1`, `arm 2`.
    fn sent(&self, outputs: &[Output]) -> Vec<String> {
        let index = |id: &OrderId| self.ids.iter().position(|each| each == id).unwrap();
        let text = |output: &Output| {
            if let Output::ToVenue(VenueMessage::Submit(approved)) = output {
                let request = approved.get();
                return Some(format!(
                    "submit {} {}",
                    index(&request.order),
                    request.quantity
                ));
            }
            if let Output::ToVenue(VenueMessage::Cancel { order, .. }) = output {
                return Some(format!("cancel {}", index(order)));
            }
            if let Output::Armed(order) = output {
                return Some(format!("arm {}", index(order)));
            }
            None
        };
        outputs.iter().filter_map(text).collect()
    }

    fn step(&mut self, event: InputEvent) -> Vec<String> {
        let (_, outputs) = step(&mut self.kernel, event);
        self.sent(&outputs)
    }

    fn says(&mut self, order: usize, event: ReportEvent) -> Vec<String> {
        let outputs = report(&mut self.kernel, self.ids[order], event);
        self.sent(&outputs)
    }

    fn fills(&mut self, order: usize, size: &str) -> Vec<String> {
        self.trades += 1;
        let at = price(if order == 0 { "100" } else { "110" });
        let fill = fill(self.trades, at, quantity(size));
        self.says(order, ReportEvent::Filled(fill))
    }

    fn cancelled(&mut self, order: usize) -> Vec<String> {
        let reason = Reason::Borrowed("cancelled on request");
        self.says(order, ReportEvent::Cancelled { reason })
    }

    fn fires(&mut self, order: usize) -> Vec<String> {
        let order = self.ids[order];
        self.step(InputEvent::Fired { order })
    }

    fn states(&self) -> Vec<&'static str> {
        let state = |id: &OrderId| self.kernel.orders.get(*id).unwrap().state.name();
        self.ids.iter().map(state).collect()
    }
}

fn bracket() -> Bracket {
    let (bracket, sent) = Bracket::new(Some(limit(Side::Buy, "100", "2")), exits("2"));
    assert_eq!(sent, ["submit 0 2000"]);
    assert_eq!(bracket.states(), ["intent", "held", "held"]);
    bracket
}

#[test]
fn a_bracket_takes_its_profit() {
    let mut bracket = bracket();
    assert_eq!(bracket.fills(0, "2"), ["submit 1 2000", "arm 2"]);
    assert_eq!(bracket.fills(1, "2"), [""; 0]);
    assert_eq!(bracket.states(), ["filled", "filled", "cancelled"]);
}

#[test]
fn a_bracket_stops_its_loss_once_the_other_exit_is_out_of_the_way() {
    let mut bracket = bracket();
    bracket.fills(0, "2");
    assert_eq!(bracket.fires(2), ["cancel 1"]);
    assert_eq!(bracket.states(), ["filled", "pending_cancel", "held"]);
    // A part of the profit is taken while the cancel is on its way: the stop closes the rest only.
    assert_eq!(bracket.fills(1, "0.5"), [""; 0]);
    assert_eq!(bracket.cancelled(1), ["submit 2 1500"]);
    assert_eq!(bracket.states(), ["filled", "cancelled", "intent"]);
}

#[test]
fn a_stop_that_fires_while_the_profit_is_taken_closes_nothing() {
    let mut bracket = bracket();
    bracket.fills(0, "2");
    bracket.fires(2);
    assert_eq!(bracket.fills(1, "2"), [""; 0]);
    assert_eq!(bracket.states(), ["filled", "filled", "cancelled"]);
}

#[test]
fn the_stop_guards_from_the_first_fill_of_the_entry() {
    let mut bracket = bracket();
    assert_eq!(bracket.fills(0, "0.5"), ["arm 2"]);
    assert_eq!(bracket.fires(2), ["cancel 0"]);
    assert_eq!(bracket.states(), ["pending_cancel", "cancelled", "held"]);
    assert_eq!(bracket.fills(0, "0.25"), [""; 0]);
    assert_eq!(bracket.cancelled(0), ["submit 2 750"]);
}

#[test]
fn exits_of_an_entry_that_ends_early_close_what_it_has_opened() {
    let mut bracket = bracket();
    bracket.fills(0, "0.5");
    assert_eq!(bracket.cancelled(0), ["submit 1 500"]);
    assert_eq!(bracket.fills(1, "0.5"), [""; 0]);
    assert_eq!(bracket.states(), ["cancelled", "filled", "cancelled"]);
}

#[test]
fn exits_of_an_entry_that_never_trades_end_with_it() {
    let mut bracket = bracket();
    assert_eq!(bracket.cancelled(0), [""; 0]);
    assert_eq!(bracket.states(), ["cancelled", "cancelled", "cancelled"]);
}

#[test]
fn an_entry_whose_fate_is_unknown_is_waited_for() {
    let mut bracket = bracket();
    bracket.fills(0, "1");
    let reason = Reason::Borrowed("timeout");
    bracket.says(0, ReportEvent::Lost { reason });
    assert_eq!(bracket.fires(2), [""; 0]);
    assert_eq!(bracket.states()[2], "held");
    assert_eq!(bracket.says(0, ReportEvent::Accepted), ["cancel 0"]);
    assert_eq!(bracket.cancelled(0), ["submit 2 1000"]);
}

#[test]
fn one_cancels_the_other() {
    let (mut pair, sent) = Bracket::new(None, exits("2"));
    assert_eq!(sent, ["submit 0 2000", "arm 1"]);
    assert_eq!(pair.fills(0, "2"), [""; 0]);
    assert_eq!(pair.states(), ["filled", "cancelled"]);

    let (mut pair, _) = Bracket::new(None, exits("2"));
    assert_eq!(pair.fires(1), ["cancel 0"]);
    assert_eq!(pair.cancelled(0), ["submit 1 2000"]);

    // The limit alone is cancelled by its owner: the stop still guards.
    let (mut pair, _) = Bracket::new(None, exits("2"));
    pair.cancelled(0);
    assert_eq!(pair.fires(1), ["submit 1 2000"]);
}

#[test]
fn of_two_triggers_the_first_to_fire_wins() {
    let mut take_profit = stop(Side::Sell, "110", "2");
    take_profit.conditions.trigger = Some(Trigger::TakeProfit {
        price: price("110"),
    });
    let (mut pair, sent) = Bracket::new(None, vec![take_profit, stop(Side::Sell, "95", "2")]);
    assert_eq!(sent, ["arm 0", "arm 1"]);
    assert_eq!(pair.fires(1), ["submit 1 2000"]);
    assert_eq!(pair.states(), ["cancelled", "intent"]);
    assert_eq!(pair.fires(0), [""; 0]);
}

#[test]
fn all_orders_of_a_group_pass_or_none() {
    let mut off_grid = stop(Side::Sell, "95", "2");
    off_grid.quantity = Quantity::from_mantissa(0);
    let entry = limit(Side::Buy, "100", "2");
    let exits = vec![limit(Side::Sell, "110", "2"), off_grid];
    let (bracket, sent) = Bracket::new(Some(entry), exits);
    assert_eq!(sent, [""; 0]);
    assert_eq!(bracket.states(), ["denied", "denied", "denied"]);
    let code = |id: &OrderId| {
        let state = &bracket.kernel.orders.get(*id).unwrap().state;
        if let OrderState::Denied { reject } = state {
            return reject.code();
        }
        ""
    };
    let codes: Vec<_> = bracket.ids.iter().map(code).collect();
    assert_eq!(codes, ["group_denied", "group_denied", "not_positive"]);
}

#[test]
fn what_is_no_group_is_refused() {
    let entry = || Some(limit(Side::Buy, "100", "2"));
    for (entry, exits) in [
        (entry(), vec![]),
        (entry(), vec![limit(Side::Buy, "110", "2")]),
        (
            None,
            vec![limit(Side::Sell, "110", "2"), limit(Side::Sell, "120", "2")],
        ),
        (
            None,
            vec![limit(Side::Sell, "110", "2"), stop(Side::Buy, "120", "2")],
        ),
    ] {
        let mut kernel = kernel();
        let command = Command::SubmitGroup(SubmitGroup { entry, exits });
        let (outcome, outputs) = step(&mut kernel, InputEvent::Command(command));
        assert_eq!(outcome.refusal, Some(CommandRefusal::NotAGroup));
        assert_eq!(outputs, []);
    }
}
