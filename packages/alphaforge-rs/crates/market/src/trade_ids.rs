//! Which trades were seen, of any number.

use std::collections::BTreeMap;

use alphaforge_types::TradeId;

/// A set of trade ids. Venues mostly count their trades up by one, so that runs are kept, not ids.
#[derive(Clone, Debug, Default)]
pub struct TradeIds {
    /// The last id of each run, by its first.
    runs: BTreeMap<u128, u128>,
}

impl TradeIds {
    /// Adds an id; false where it is there already.
    pub fn insert(&mut self, id: TradeId) -> bool {
        let id = id.number();
        let before = self.run_at(id);
        if before.is_some_and(|(_, last)| id <= last) {
            return false;
        }
        let first = match before {
            Some((first, last)) if last + 1 == id => first,
            Some(_) | None => id,
        };
        let after = id.checked_add(1).and_then(|next| self.runs.remove(&next));
        self.runs.insert(first, after.unwrap_or(id));
        true
    }

    /// True where an id is there.
    pub fn contains(&self, id: TradeId) -> bool {
        let id = id.number();
        self.run_at(id).is_some_and(|(_, last)| id <= last)
    }

    /// True where the venue cannot have counted a trade between those that are there and this one.
    pub fn contains_the_one_before(&self, id: TradeId) -> bool {
        let before = id.number().checked_sub(1);
        before.is_some_and(|before| self.contains(TradeId::new(before)))
    }

    /// The run that begins at an id or before it.
    fn run_at(&self, id: u128) -> Option<(u128, u128)> {
        let (first, last) = self.runs.range(..=id).next_back()?;
        Some((*first, *last))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// It is a set, whose runs are apart.
        #[test]
        fn it_equals_a_plain_set(ids in prop::collection::vec(prop_oneof![0_u128..30, Just(u128::MAX)], 0..60)) {
            let (mut runs, mut set) = (TradeIds::default(), BTreeSet::new());
            for id in ids {
                prop_assert_eq!(runs.insert(TradeId::new(id)), set.insert(id));
            }
            for id in (0..31).chain([u128::MAX]) {
                prop_assert_eq!(runs.contains(TradeId::new(id)), set.contains(&id));
                let before = id.checked_sub(1).is_some_and(|before| set.contains(&before));
                prop_assert_eq!(runs.contains_the_one_before(TradeId::new(id)), before);
            }
            let starts = set.iter().filter(|id| id.checked_sub(1).is_none_or(|before| !set.contains(&before)));
            prop_assert_eq!(runs.runs.len(), starts.count());
        }
    }
}
