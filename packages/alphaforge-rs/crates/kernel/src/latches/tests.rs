use super::*;
use crate::input::InputEvent;
use crate::order_state::OrderState;
use crate::output::VenueMessage;
use crate::testing::{INSTRUMENT, STRATEGY, VENUE, kernel, limit, open, step, submit};
use alphaforge_types::{OrderId, Side, StrategyId};

fn code(kernel: &Kernel, id: OrderId) -> &'static str {
    let state = &kernel.orders().get(id).unwrap().state;
    let OrderState::Denied { reject } = state else {
        panic!("not denied but {}", state.name());
    };
    reject.code()
}

const SCOPES: [Scope; 4] = [
    Scope::Account,
    Scope::Venue(VENUE),
    Scope::Strategy(STRATEGY),
    Scope::Instrument(INSTRUMENT),
];

#[test]
fn halting_denies_and_cancels() {
    let mut kernel = kernel();
    open(&mut kernel, Side::Buy, "100", "1");
    let halt = |scope| {
        InputEvent::Operator(OperatorAction {
            by: Actor::Node,
            scope,
            state: TradingState::Halted,
            cancel_orders: true,
            flatten: false,
            reason: "test".into(),
        })
    };
    for scope in SCOPES {
        let mut kernel = kernel.clone();
        let (_, outputs) = step(&mut kernel, halt(scope));
        let cancels = outputs
            .iter()
            .filter(|output| matches!(output, Output::ToVenue(VenueMessage::Cancel { .. })))
            .count();
        assert_eq!(cancels, 1, "{scope:?}");
        let order = submit(&mut kernel, limit(Side::Buy, "100", "1"));
        assert_eq!(code(&kernel, order), "halted", "{scope:?}");
    }
}

#[test]
fn only_a_person_lets_go_what_is_held_back() {
    for scope in SCOPES {
        let mut kernel = kernel();
        let mut operate = |by: Actor, state| {
            let reason = "test".into();
            let action = OperatorAction {
                by,
                scope,
                state,
                cancel_orders: false,
                flatten: false,
                reason,
            };
            step(&mut kernel, InputEvent::Operator(action)).0.refusal
        };
        let person = || Actor::Person("ada".to_owned());
        assert_eq!(operate(Actor::Node, TradingState::Reducing), None);
        // What is held back as much already is no news, and no loosening.
        for _ in 0..2 {
            assert_eq!(operate(Actor::Node, TradingState::Halted), None);
        }
        for looser in [TradingState::Reducing, TradingState::Active] {
            let refusal = Some(CommandRefusal::NeedsPerson);
            assert_eq!(operate(Actor::Node, looser), refusal);
        }
        assert_eq!(operate(person(), TradingState::Reducing), None);
        let latches: Vec<_> = kernel.latches().map(|(scope, _)| scope).collect();
        assert_eq!(latches, [scope]);
        let active = OperatorAction {
            by: person(),
            scope,
            state: TradingState::Active,
            cancel_orders: false,
            flatten: false,
            reason: "mended".into(),
        };
        step(&mut kernel, InputEvent::Operator(active));
        assert_eq!(kernel.latches().count(), 0);
        let order = submit(&mut kernel, limit(Side::Buy, "100", "1"));
        assert!(kernel.orders().get(order).unwrap().state.is_live());
    }
}

#[test]
fn a_scope_that_is_not_there_is_refused() {
    let action = OperatorAction {
        by: Actor::Node,
        scope: Scope::Strategy(StrategyId::from_index(9)),
        state: TradingState::Halted,
        cancel_orders: true,
        flatten: false,
        reason: "test".into(),
    };
    let (outcome, outputs) = step(&mut kernel(), InputEvent::Operator(action));
    assert_eq!(outcome.refusal, Some(CommandRefusal::UnknownScope));
    assert_eq!(outputs, []);
}

#[test]
fn who_has_done_something_is_told_by_name() {
    assert_eq!(Actor::Node.to_string(), "the node");
    assert_eq!(Actor::Person("ada".to_owned()).to_string(), "ada");
}
