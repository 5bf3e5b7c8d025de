//! Something for some scopes, found without a search: every order asks for that of its four scopes.

use alphaforge_risk::Scope;

/// At most one `T` for each scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScopeTable<T> {
    account: Vec<Option<T>>,
    venues: Vec<Option<T>>,
    strategies: Vec<Option<T>>,
    instruments: Vec<Option<T>>,
    count: usize,
}

impl<T> Default for ScopeTable<T> {
    fn default() -> ScopeTable<T> {
        ScopeTable {
            account: Vec::new(),
            venues: Vec::new(),
            strategies: Vec::new(),
            instruments: Vec::new(),
            count: 0,
        }
    }
}

impl<T> ScopeTable<T> {
    /// What there is for a scope.
    pub(crate) fn get(&self, scope: &Scope) -> Option<&T> {
        let (places, index) = match scope {
            Scope::Account => (&self.account, 0),
            Scope::Venue(venue) => (&self.venues, venue.index()),
            Scope::Strategy(strategy) => (&self.strategies, strategy.index()),
            Scope::Instrument(instrument) => (&self.instruments, instrument.index()),
        };
        places.get(index)?.as_ref()
    }

    /// What there is for a scope, to be changed.
    pub(crate) fn get_mut(&mut self, scope: &Scope) -> Option<&mut T> {
        let (places, index) = self.place(*scope);
        places.get_mut(index)?.as_mut()
    }

    /// Puts something in place of what was there for a scope.
    pub(crate) fn insert(&mut self, scope: Scope, value: T) {
        let (places, index) = self.place(scope);
        if places.len() <= index {
            places.resize_with(index + 1, || None);
        }
        let is_new = places[index].replace(value).is_none();
        self.count += usize::from(is_new);
    }

    /// Takes what there is for a scope.
    pub(crate) fn remove(&mut self, scope: &Scope) -> Option<T> {
        let (places, index) = self.place(*scope);
        let value = places.get_mut(index)?.take()?;
        self.count -= 1;
        Some(value)
    }

    /// True where there is nothing for any scope.
    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    fn place(&mut self, scope: Scope) -> (&mut Vec<Option<T>>, usize) {
        match scope {
            Scope::Account => (&mut self.account, 0),
            Scope::Venue(venue) => (&mut self.venues, venue.index()),
            Scope::Strategy(strategy) => (&mut self.strategies, strategy.index()),
            Scope::Instrument(instrument) => (&mut self.instruments, instrument.index()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alphaforge_types::{InstrumentId, StrategyId, VenueId};

    #[test]
    fn each_scope_has_its_own_place() {
        let scopes = [
            Scope::Account,
            Scope::Venue(VenueId::from_index(1)),
            Scope::Strategy(StrategyId::from_index(1)),
            Scope::Instrument(InstrumentId::from_index(1)),
            Scope::Instrument(InstrumentId::from_index(0)),
        ];
        let mut table = ScopeTable::default();
        assert!(table.is_empty());
        for (number, scope) in scopes.into_iter().enumerate() {
            assert_eq!(table.get(&scope), None);
            table.insert(scope, number);
            table.insert(scope, number);
        }
        for (number, scope) in scopes.into_iter().enumerate() {
            assert_eq!(table.get(&scope), Some(&number));
            assert_eq!(table.get_mut(&scope), Some(&mut { number }));
        }
        assert_eq!(table.get(&Scope::Venue(VenueId::from_index(0))), None);
        assert_eq!(table.get(&Scope::Venue(VenueId::from_index(9))), None);
        for (number, scope) in scopes.into_iter().enumerate() {
            assert!(!table.is_empty());
            assert_eq!(table.remove(&scope), Some(number));
            assert_eq!(table.remove(&scope), None);
        }
        assert!(table.is_empty());
    }
}
