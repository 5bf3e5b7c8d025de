//! How wide a price collar is.

/// What a price collar is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CollarUnit {
    /// Basis points of the middle of the market.
    Bps,
    /// Ticks of the instrument.
    Ticks,
}

impl CollarUnit {
    /// The lower-case name.
    pub const fn name(self) -> &'static str {
        match self {
            CollarUnit::Bps => "bps",
            CollarUnit::Ticks => "ticks",
        }
    }
}
