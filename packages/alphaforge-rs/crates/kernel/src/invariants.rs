//! Whatever venues report, in whatever order and however often, the books add up.

use alphaforge_risk::RestingOrders;
use alphaforge_types::{Amount, OrderId, OrderKind, OrderTerms, ParentId, Quantity, Side, Trigger};
use proptest::prelude::*;

use crate::input::{Command, InputEvent, NewParent, Replace, ReportEvent, SubmitGroup};
use crate::kernel::Kernel;
use crate::order_state::OrderState;
use crate::parents::ParentShare;
use crate::testing::{
    INSTRUMENT, STRATEGY, VENUE, currency, fill, kernel, limit, price, quantity, step,
};
use crate::testing::{report, submit};

#[derive(Clone, Debug)]
enum Action {
    Submit { buy: bool, size: i64, how: How },
    Replace { size: i64 },
    Cancel,
    Fired,
    Overdue,
    Released,
    Report(ReportEvent),
}

/// What an order asks for besides side and size.
#[derive(Clone, Copy, Debug)]
enum How {
    Plain,
    Stop,
    ReduceOnly,
    HeldReduceOnly,
    Budget,
    Bracket,
    Child,
    HeldChild,
}

fn hows() -> impl Strategy<Value = How> {
    prop::sample::select(vec![
        How::Plain,
        How::Stop,
        How::ReduceOnly,
        How::HeldReduceOnly,
        How::Budget,
        How::Bracket,
        How::Child,
        How::HeldChild,
    ])
}

fn actions() -> impl Strategy<Value = Action> {
    let reason = || std::borrow::Cow::Borrowed("why");
    prop_oneof![
        (any::<bool>(), 1_i64..5, hows()).prop_map(|(buy, size, how)| Action::Submit {
            buy,
            size,
            how
        }),
        Just(Action::Fired),
        Just(Action::Overdue),
        (1_i64..8).prop_map(|size| Action::Replace { size }),
        Just(Action::Cancel),
        Just(Action::Released),
        Just(Action::Report(ReportEvent::Accepted)),
        Just(Action::Report(ReportEvent::Rejected { reason: reason() })),
        Just(Action::Report(ReportEvent::Cancelled { reason: reason() })),
        Just(Action::Report(ReportEvent::CancelRejected {
            reason: reason()
        })),
        (0_u32..4).prop_map(|version| Action::Report(ReportEvent::Replaced { version })),
        (0_u32..4).prop_map(move |version| Action::Report(ReportEvent::ReplaceRejected {
            version,
            reason: reason()
        })),
        Just(Action::Report(ReportEvent::Expired { reason: reason() })),
        Just(Action::Report(ReportEvent::Lost { reason: reason() })),
        (0_u128..6, 0_i64..4).prop_map(|(trade_id, size)| Action::Report(ReportEvent::Filled(
            fill(trade_id, price("100"), Quantity::from_mantissa(size))
        ))),
    ]
}

fn act(kernel: &mut Kernel, order: OrderId, action: Action) {
    match action {
        Action::Submit { buy, size, how } => {
            let side = if buy { Side::Buy } else { Side::Sell };
            ask(kernel, side, Quantity::from_mantissa(size), how);
        }
        Action::Fired => {
            step(kernel, InputEvent::Fired { order });
        }
        Action::Overdue => {
            step(kernel, InputEvent::Overdue { order });
        }
        Action::Replace { size } => {
            let terms = OrderTerms {
                price: price("99"),
                quantity: Quantity::from_mantissa(size),
            };
            let replace = Replace {
                strategy: STRATEGY,
                order,
                terms,
                fault: None,
                verdict: None,
            };
            step(kernel, InputEvent::Command(Command::Replace(replace)));
        }
        Action::Cancel => {
            let cancel = Command::Cancel {
                strategy: STRATEGY,
                order,
            };
            step(kernel, InputEvent::Command(cancel));
        }
        Action::Released => {
            step(kernel, InputEvent::Released { order });
        }
        Action::Report(event) => {
            report(kernel, order, event);
        }
    }
}

fn parent_on(side: Side) -> ParentId {
    ParentId::from_index(match side {
        Side::Buy => 0,
        Side::Sell => 1,
    })
}

/// A parent of each side, of ten lots.
fn make_parents(kernel: &mut Kernel) {
    for side in [Side::Buy, Side::Sell] {
        let parent = NewParent {
            strategy: STRATEGY,
            instrument: INSTRUMENT,
            side,
            quantity: Quantity::from_mantissa(10),
            fault: None,
        };
        let event = InputEvent::Command(Command::Parent(parent));
        let (outcome, _) = step(kernel, event);
        assert_eq!(outcome.parent, Some(parent_on(side)));
    }
}

fn ask(kernel: &mut Kernel, side: Side, quantity: Quantity, how: How) {
    let mut plain = limit(side, "100", "1");
    plain.quantity = quantity;
    let mut guard = plain.clone();
    guard.side = side.opposite();
    guard.kind = OrderKind::Market;
    guard.conditions.trigger = Some(Trigger::Stop { price: price("95") });
    match how {
        How::Plain => {}
        How::ReduceOnly => plain.conditions.reduce_only = true,
        How::Stop => plain = guard,
        How::Child => plain.conditions.parent = Some(parent_on(side)),
        How::HeldChild => {
            plain = guard;
            plain.conditions.parent = Some(parent_on(plain.side));
        }
        How::HeldReduceOnly => {
            plain = guard;
            plain.conditions.reduce_only = true;
        }
        How::Budget => {
            plain.kind = OrderKind::Market;
            plain.conditions.budget =
                Some(Amount::from_scaled(quantity.mantissa().into(), 1).unwrap());
        }
        How::Bracket => {
            let mut take_profit = plain.clone();
            take_profit.side = guard.side;
            let group = SubmitGroup {
                entry: Some(plain),
                exits: vec![take_profit, guard],
            };
            let command = Command::SubmitGroup(group);
            step(kernel, InputEvent::Command(command));
            return;
        }
    }
    submit(kernel, plain);
}

/// Every figure that is kept up step by step equals the one computed from all orders.
fn check_books(kernel: &Kernel) -> Result<(), TestCaseError> {
    let (mut open_buy, mut open_sell) = (Quantity::ZERO, Quantity::ZERO);
    let (mut position, mut quote_lock, mut base_lock) =
        (Quantity::ZERO, Amount::ZERO, Amount::ZERO);
    let instrument = kernel.instrument(INSTRUMENT).unwrap();
    let highest_fee = kernel.venues[0].highest_fee;
    for order in kernel.orders().iter() {
        prop_assert!(order.filled <= order.quantity, "filled more than ordered");
        if matches!(order.state, OrderState::Filled) {
            prop_assert_eq!(order.filled, order.quantity);
        }
        position = position.saturating_add(order.side.signed(order.filled));
        let (_, worst) = order.worst_case(instrument, highest_fee);
        match order.side {
            Side::Buy => {
                open_buy = open_buy.saturating_add(worst.quantity);
                quote_lock = quote_lock.plus(worst.cost).unwrap();
            }
            Side::Sell => {
                open_sell = open_sell.saturating_add(worst.quantity);
                base_lock = base_lock.plus(worst.cost).unwrap();
            }
        }
    }
    let exposure = kernel.exposure(INSTRUMENT);
    prop_assert_eq!(
        (exposure.open_buy, exposure.open_sell, exposure.position),
        (open_buy, open_sell, position)
    );
    let balance = |code| {
        let balance = kernel.account(VENUE).unwrap().balance(currency(code));
        balance.unwrap()
    };
    prop_assert_eq!(balance("USDT").locked, quote_lock);
    prop_assert_eq!(balance("BTC").locked, base_lock);
    let base = instrument.base_amount(position).unwrap();
    let initial = instrument.base_amount(quantity("10")).unwrap();
    prop_assert_eq!(balance("BTC").total, initial.plus(base).unwrap());
    Ok(())
}

/// What is kept up of the open orders equals what all orders say.
fn check_open_orders(kernel: &Kernel) -> Result<(), TestCaseError> {
    let mut resting = RestingOrders::default();
    let mut live = 0;
    for order in kernel.orders().iter() {
        live += u32::from(order.state.is_live());
        for price in order.resting_prices().into_iter().flatten() {
            resting.add(order.side, price);
        }
    }
    prop_assert_eq!(kernel.orders().live().count(), live as usize);
    prop_assert_eq!(kernel.open_orders, live);
    prop_assert_eq!(kernel.venues[0].open_orders, live);
    prop_assert_eq!(kernel.strategies[0].open_orders, live);
    prop_assert_eq!(kernel.instruments[0].open_orders, live);
    prop_assert_eq!(&kernel.instruments[0].resting, &resting);
    Ok(())
}

/// What is taken of a parent equals what its children come to, and they never fill more than it holds, but for
/// what the venue fills beyond their own quantities.
fn check_parents(kernel: &Kernel) -> Result<(), TestCaseError> {
    for side in [Side::Buy, Side::Sell] {
        let parent = kernel.parent(parent_on(side)).unwrap();
        let mut taken = ParentShare::default();
        let mut filled = Quantity::ZERO;
        for order in kernel.orders().iter() {
            if order.conditions.parent == Some(parent_on(side)) {
                let share = order.parent_share();
                taken.filled = taken.filled.saturating_add(share.filled);
                taken.open = taken.open.saturating_add(share.open);
                filled = filled.saturating_add(order.filled);
            }
        }
        prop_assert_eq!(parent.taken, taken);
        if taken.filled == filled {
            prop_assert!(
                filled <= parent.quantity,
                "{} of {}",
                filled.mantissa(),
                parent.quantity.mantissa()
            );
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn books_add_up_whatever_is_reported(steps in prop::collection::vec((1_u64..9, actions()), 1..80)) {
        let mut kernel = kernel();
        make_parents(&mut kernel);
        for (counter, action) in steps {
            act(&mut kernel, OrderId::new(1, counter).unwrap(), action);
            check_books(&kernel)?;
            check_open_orders(&kernel)?;
            check_parents(&kernel)?;
        }
    }
}
