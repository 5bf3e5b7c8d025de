//! What a strategy may do at all, declared before it starts.

use alphaforge_types::{InstrumentId, OrderType, Side, VenueId};

/// What a person lets a strategy do; `None` lets it do all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// Buying, selling, or both.
    pub sides: Option<Vec<Side>>,
    /// The types of its orders.
    pub order_types: Option<Vec<OrderType>>,
    /// Where it may trade.
    pub venues: Option<Vec<VenueId>>,
    /// What it may trade.
    pub instruments: Option<Vec<InstrumentId>>,
}

/// Why a strategy may not trade an instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barred {
    /// It was not given the instrument.
    NotGiven,
    /// The instrument's venue is none of its venues.
    Venue,
    /// The instrument is none of those that it may trade.
    Instrument,
}

impl Barred {
    /// Why, in words.
    pub const fn text(self) -> &'static str {
        match self {
            Barred::NotGiven => "it is none of its `instruments`",
            Barred::Venue => "its venue is not among the `venues` of its limits",
            Barred::Instrument => "it is not among the `instruments` of its limits",
        }
    }
}

/// An envelope, as it is for one instrument.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstrumentEnvelope {
    /// Why nothing may be traded in it.
    pub barred: Option<Barred>,
    /// The sides that may be traded.
    pub sides: Option<Vec<Side>>,
    /// The types that orders may have.
    pub order_types: Option<Vec<OrderType>>,
}

impl Envelope {
    /// What it comes to for one instrument, of those that the strategy was given (`None`: all).
    #[must_use]
    pub fn within(
        &self,
        venue: VenueId,
        instrument: InstrumentId,
        given: Option<&[InstrumentId]>,
    ) -> InstrumentEnvelope {
        let lacks =
            |list: Option<&[InstrumentId]>| list.is_some_and(|it| !it.contains(&instrument));
        let is_elsewhere = self.venues.as_ref().is_some_and(|it| !it.contains(&venue));
        let barred = [
            (lacks(given), Barred::NotGiven),
            (is_elsewhere, Barred::Venue),
            (lacks(self.instruments.as_deref()), Barred::Instrument),
        ];
        InstrumentEnvelope {
            barred: barred.into_iter().find_map(|(is, why)| is.then_some(why)),
            sides: self.sides.clone(),
            order_types: self.order_types.clone(),
        }
    }
}
