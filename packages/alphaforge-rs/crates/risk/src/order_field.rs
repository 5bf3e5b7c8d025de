//! Which number of an order something is about.

/// A number of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrderField {
    /// The limit price.
    Price,
    /// The quantity.
    Quantity,
    /// The price or the distance of a trigger.
    TriggerPrice,
    /// The part that the book shows.
    DisplayQuantity,
    /// The quantity in the quote currency.
    QuoteQuantity,
}

impl OrderField {
    /// The lower-case name.
    pub const fn name(self) -> &'static str {
        match self {
            OrderField::Price => "price",
            OrderField::Quantity => "quantity",
            OrderField::TriggerPrice => "trigger price",
            OrderField::DisplayQuantity => "displayed quantity",
            OrderField::QuoteQuantity => "quote quantity",
        }
    }
}
