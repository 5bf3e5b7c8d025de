//! By which pairs of currencies an amount is brought from one currency into another.

use std::collections::BTreeMap;

use alphaforge_types::{Currency, InstrumentId};

/// A step of a path: through a pair of currencies, into one of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hop {
    pair: usize,
    /// The currency that it leads to.
    pub(crate) to: Currency,
}

/// The shortest path between any two currencies over the pairs that instruments trade; of equally short ones
/// that which was there first, in the order of the instruments.
///
/// A new pair is tried between all that it connects, and takes the place of a path only where it makes a
/// shorter one: so each path is found once, and asking for one is a look-up.
#[derive(Clone, Debug, Default)]
pub(crate) struct ConversionPaths {
    /// Both orders of each pair, and the pair's place.
    places: BTreeMap<(Currency, Currency), usize>,
    /// The instruments of each pair, in either direction, of all venues.
    instruments: Vec<Vec<InstrumentId>>,
    /// For each currency what can be reached from it, itself by no step.
    paths: BTreeMap<Currency, BTreeMap<Currency, Vec<Hop>>>,
}

impl ConversionPaths {
    /// Adds an instrument that trades `one` for `other`.
    pub(crate) fn add(&mut self, instrument: InstrumentId, one: Currency, other: Currency) {
        if let Some(place) = self.places.get(&(one, other)) {
            self.instruments[*place].push(instrument);
            return;
        }
        let pair = self.instruments.len();
        self.instruments.push(vec![instrument]);
        for (from, to) in [(one, other), (other, one)] {
            self.places.insert((from, to), pair);
            let paths = self.paths.entry(from).or_default();
            paths.entry(from).or_default();
        }
        for (from, to) in [(one, other), (other, one)] {
            self.shorten(pair, from, to);
        }
    }

    /// Puts the paths through `from` → `to` in place of longer ones. What a pair shortens in one direction it
    /// does not in the other, so that the order of the two does not matter.
    fn shorten(&mut self, pair: usize, from: Currency, to: Currency) {
        let reach = |currency| self.paths.get(&currency).cloned().unwrap_or_default();
        // Paths are as long in both directions, so what leads to `from` is as far away as what it leads to.
        let (starts, rests) = (reach(from), reach(to));
        for start in starts.keys() {
            let Some(paths) = self.paths.get_mut(start) else {
                continue;
            };
            let Some(first) = paths.get(&from).cloned() else {
                continue;
            };
            for (end, rest) in &rests {
                let length = first.len() + 1 + rest.len();
                if paths.get(end).is_some_and(|path| path.len() <= length) {
                    continue;
                }
                let mut path = first.clone();
                path.push(Hop { pair, to });
                path.extend_from_slice(rest);
                paths.insert(*end, path);
            }
        }
    }

    /// The path, empty where both are the same; `None` where there is none.
    pub(crate) fn path(&self, from: Currency, to: Currency) -> Option<&[Hop]> {
        self.paths.get(&from)?.get(&to).map(Vec::as_slice)
    }

    /// The instruments of a step, in their order.
    pub(crate) fn instruments(&self, hop: Hop) -> &[InstrumentId] {
        &self.instruments[hop.pair]
    }

    /// True where an instrument trades the currency.
    pub(crate) fn knows(&self, currency: Currency) -> bool {
        self.paths.contains_key(&currency)
    }
}

#[cfg(test)]
mod tests;
