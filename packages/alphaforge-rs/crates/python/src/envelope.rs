//! What a strategy may do, as Python gives it.

use alphaforge_risk::Envelope;
use alphaforge_runtime::Runtime;
use alphaforge_types::OrderType;

use crate::batch::parse_side;
use crate::errors::{Error, Result};
use crate::lookup::find_venue;

/// The names of an envelope, which the runtime gives a meaning to.
pub(crate) struct EnvelopeNames {
    pub(crate) sides: Option<Vec<String>>,
    pub(crate) order_types: Option<Vec<String>>,
    pub(crate) venues: Option<Vec<String>>,
    pub(crate) instruments: Option<Vec<String>>,
}

impl EnvelopeNames {
    /// The envelope that they name.
    ///
    /// # Errors
    /// Where one names nothing.
    pub(crate) fn find(&self, runtime: &Runtime) -> Result<Envelope> {
        let order_type = |name: &str| {
            let names = OrderType::ALL.map(OrderType::name).join(", ");
            let found = OrderType::named(name);
            found.ok_or_else(|| Error::value("order_types", name, format!("use {names}")))
        };
        let instrument = |name: &str| {
            let found = runtime.kernel().find_instrument(name);
            found.ok_or_else(|| {
                Error::value("instruments", name, "this node has no such instrument")
            })
        };
        Ok(Envelope {
            sides: each(self.sides.as_ref(), parse_side)?,
            order_types: each(self.order_types.as_ref(), order_type)?,
            venues: each(self.venues.as_ref(), |name| find_venue(runtime, name))?,
            instruments: each(self.instruments.as_ref(), instrument)?,
        })
    }
}

fn each<T>(
    names: Option<&Vec<String>>,
    find: impl Fn(&str) -> Result<T>,
) -> Result<Option<Vec<T>>> {
    let all = |names: &Vec<String>| names.iter().map(|name| find(name)).collect();
    names.map(all).transpose()
}
