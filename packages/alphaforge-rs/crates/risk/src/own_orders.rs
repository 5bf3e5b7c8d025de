//! What the rules may know of the node's own orders besides the one that they judge.

use alphaforge_types::Quantity;

use crate::limits::Scope;
use crate::overrides::Overrides;
use crate::recent_orders::RecentOrders;
use crate::resting_orders::RestingOrders;

/// How many orders are live in each scope that an order belongs to: in flight, unknown and held ones
/// included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenOrders {
    /// Of the whole node.
    pub account: u32,
    /// On the order's venue.
    pub venue: u32,
    /// Of the order's strategy.
    pub strategy: u32,
    /// In the order's instrument.
    pub instrument: u32,
}

impl OpenOrders {
    /// How many a scope of this order has.
    pub(crate) const fn of(&self, scope: Scope) -> u32 {
        match scope {
            Scope::Account => self.account,
            Scope::Venue(_) => self.venue,
            Scope::Strategy(_) => self.strategy,
            Scope::Instrument(_) => self.instrument,
        }
    }
}

/// A quantity that is traded by several orders, of which the order that is judged is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParentOrder {
    /// How much in all.
    pub quantity: Quantity,
    /// What the others have filled and can still fill.
    pub taken: Quantity,
}

/// The node's own orders, as the order that is judged meets them. By default there are none.
#[derive(Clone, Copy, Debug, Default)]
pub struct OwnOrders<'a> {
    /// Rule 7: what its strategy has asked for lately in its instrument; `None` where the order itself is
    /// one of them: a replace, or a held order that goes out.
    pub recent: Option<&'a RecentOrders>,
    /// Rule 13: how many orders there are with it; `None` where it is no new one.
    pub open: Option<OpenOrders>,
    /// Rule 15: what may rest in its instrument; `None` where the venue keeps orders from trading with
    /// each other.
    pub resting: Option<&'a RestingOrders>,
    /// Rule 21: what a person has set aside for it.
    pub overrides: Overrides,
    /// What it is a part of.
    pub parent: Option<ParentOrder>,
}
