//! Who is who: small integer handles inside, names and venue ids at the edges.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

macro_rules! handle {
    ($(#[$documentation:meta])* $name:ident) => {
        $(#[$documentation])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(u32);

        impl $name {
            /// The handle with this index.
            pub const fn from_index(index: u32) -> $name {
                $name(index)
            }

            /// The index, for tables.
            pub const fn index(self) -> usize {
                self.0 as usize
            }

            /// The index as it is kept.
            pub const fn raw(self) -> u32 {
                self.0
            }
        }
    };
}

handle! {
    /// A traded instrument of this node.
    InstrumentId
}
handle! {
    /// A venue of this node.
    VenueId
}
handle! {
    /// A strategy of this node.
    StrategyId
}

handle! {
    /// A parent order of this node: a quantity that is traded by several orders.
    ParentId
}

const COUNTER_BITS: u32 = 40;
const COUNTER_MASK: u64 = (1 << COUNTER_BITS) - 1;

/// An order of this node: the epoch it was made in and a counter within it.
///
/// The epoch rises with every start and takeover, so an id never comes twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OrderId(u64);

impl OrderId {
    /// The id of the `counter`-th order of `epoch`; `None` past 2^40 orders or 2^24 epochs.
    pub fn new(epoch: u32, counter: u64) -> Option<OrderId> {
        if counter > COUNTER_MASK || epoch >= 1 << (64 - COUNTER_BITS) {
            return None;
        }
        Some(OrderId((u64::from(epoch) << COUNTER_BITS) | counter))
    }

    /// The id kept as `raw`.
    pub const fn from_raw(raw: u64) -> OrderId {
        OrderId(raw)
    }

    /// The id as one integer.
    pub const fn raw(self) -> u64 {
        self.0
    }

    /// The epoch the order was made in.
    pub const fn epoch(self) -> u32 {
        (self.0 >> COUNTER_BITS) as u32
    }

    /// The order's number within its epoch.
    pub const fn counter(self) -> u64 {
        self.0 & COUNTER_MASK
    }
}

/// Why a text is not a node name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0:?} is not a node name: use 1 to 12 lower-case letters or digits, such as main")]
pub struct NodeNameError(String);

/// The name of a node; part of every client order id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeName(String);

impl NodeName {
    /// The node name `name`.
    ///
    /// # Errors
    /// Where it is not 1 to 12 lower-case ASCII letters and digits, which every venue's alphabet holds.
    pub fn new(name: &str) -> Result<NodeName, NodeNameError> {
        let valid = (1..=12).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        if !valid {
            return Err(NodeNameError(name.to_owned()));
        }
        Ok(NodeName(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The id an order carries to its venue: `node-epoch-counter`, the numbers in hexadecimal.
///
/// At most 12 + 1 + 6 + 1 + 10 = 30 characters of `[a-z0-9-]`, which fits Binance's
/// `^[a-zA-Z0-9-_]{1,36}$` and says who owns the order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientOrderId(String);

impl ClientOrderId {
    /// The id under which `node` sends `order`.
    pub fn new(node: &NodeName, order: OrderId) -> ClientOrderId {
        ClientOrderId(format!(
            "{}-{:x}-{:x}",
            node.as_str(),
            order.epoch(),
            order.counter()
        ))
    }

    /// The order that `text` names, if it is one of `node`.
    pub fn owned_by(text: &str, node: &NodeName) -> Option<OrderId> {
        let rest = text.strip_prefix(node.as_str())?.strip_prefix('-')?;
        let (epoch, counter) = rest.split_once('-')?;
        let order = OrderId::new(
            u32::from_str_radix(epoch, 16).ok()?,
            u64::from_str_radix(counter, 16).ok()?,
        )?;
        (ClientOrderId::new(node, order).0 == text).then_some(order)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A venue's own id of an order, as the venue writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct VenueOrderId(Box<str>);

impl VenueOrderId {
    /// The id written as `text`.
    pub fn new(text: &str) -> VenueOrderId {
        VenueOrderId(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A venue's id of a trade within one instrument; holds integers and UUIDs alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TradeId(u128);

impl TradeId {
    /// The trade id `number`.
    pub const fn new(number: u128) -> TradeId {
        TradeId(number)
    }

    /// The id as an integer.
    pub const fn number(self) -> u128 {
        self.0
    }
}

impl fmt::Display for TradeId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_order_ids_say_who_owns_them() {
        let main = NodeName::new("main").unwrap();
        let other = NodeName::new("mainb").unwrap();
        let order = OrderId::new(3, 1042).unwrap();
        let text = ClientOrderId::new(&main, order);
        assert_eq!(text.as_str(), "main-3-412");
        assert_eq!(ClientOrderId::owned_by("main-3-412", &main), Some(order));
        for foreign in [
            "mainb-3-412",
            "main-3",
            "main-03-412",
            "main-+3-412",
            "x",
            "main-3-412-1",
        ] {
            assert_eq!(ClientOrderId::owned_by(foreign, &main), None, "{foreign}");
        }
        assert_eq!(ClientOrderId::owned_by("main-3-412", &other), None);
    }

    #[test]
    fn the_longest_client_order_id_fits_thirty_characters() {
        let node = NodeName::new("abcdefghijkl").unwrap();
        let order = OrderId::new((1 << 24) - 1, COUNTER_MASK).unwrap();
        assert_eq!(ClientOrderId::new(&node, order).as_str().len(), 30);
        assert_eq!(OrderId::new(1 << 24, 0), None);
        assert_eq!(OrderId::new(0, COUNTER_MASK + 1), None);
    }

    #[test]
    fn node_names_fit_every_alphabet() {
        for name in ["", "Main", "a-b", "abcdefghijklm", "ä"] {
            assert!(NodeName::new(name).is_err(), "{name}");
        }
    }
}
