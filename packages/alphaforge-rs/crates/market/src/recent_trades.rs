//! Trades that were seen already: streams repeat them after a reconnect, and recordings overlap.

use std::collections::VecDeque;

use alphaforge_types::TradeId;

/// How many ids are remembered.
const REMEMBERED: usize = 1_024;

/// The ids of the last trades of one instrument.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecentTrades {
    highest: Option<TradeId>,
    ids: VecDeque<TradeId>,
}

impl RecentTrades {
    /// Remembers a trade; false where it is remembered already.
    pub(crate) fn remember(&mut self, id: TradeId) -> bool {
        // Most venues count their trades up, so that nothing has to be looked for.
        let is_higher = self.highest.is_none_or(|highest| id > highest);
        if is_higher {
            self.highest = Some(id);
        } else if self.ids.contains(&id) {
            return false;
        }
        if self.ids.len() == REMEMBERED {
            self.ids.pop_front();
        }
        self.ids.push_back(id);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Within what is remembered, it equals a plain list.
        #[test]
        fn every_id_is_new_once(ids in prop::collection::vec(0_u128..40, 0..200)) {
            let mut recent = RecentTrades::default();
            let mut list = Vec::new();
            for id in ids {
                prop_assert_eq!(recent.remember(TradeId::new(id)), !list.contains(&id));
                list.push(id);
            }
        }
    }

    #[test]
    fn only_the_last_are_remembered() {
        let mut recent = RecentTrades::default();
        for id in 0..=REMEMBERED as u128 {
            assert!(recent.remember(TradeId::new(id)));
        }
        assert!(!recent.remember(TradeId::new(1)));
        assert!(recent.remember(TradeId::new(0)));
    }
}
