//! The money at one venue.

use std::collections::BTreeMap;

use alphaforge_types::{Amount, Currency, Overflow};

/// One currency of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// All of it.
    pub total: Amount,
    /// What open and in-flight orders can take of it at worst.
    pub locked: Amount,
}

impl Balance {
    /// What a new order may take.
    pub fn free(self) -> Amount {
        self.total
            .minus(self.locked)
            .unwrap_or(Amount::from_units(i128::MIN))
    }
}

/// The balances at one venue. Empty until the venue, or the paper venue's settings, have told them;
/// a currency that is not there is unknown, not zero, and the gate denies what would spend it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    balances: BTreeMap<Currency, Balance>,
}

impl Account {
    /// The balance of a currency, if it is known.
    pub fn balance(&self, currency: Currency) -> Option<Balance> {
        self.balances.get(&currency).copied()
    }

    /// All balances, by currency.
    pub fn balances(&self) -> impl Iterator<Item = (Currency, Balance)> + '_ {
        self.balances
            .iter()
            .map(|(currency, balance)| (*currency, *balance))
    }

    /// Takes the venue's word on what is there. Locks are ours and stay.
    pub fn set_total(&mut self, currency: Currency, total: Amount) {
        self.balances.entry(currency).or_default().total = total;
    }

    /// Changes what orders can take at worst. A lock that does not fit is held at the largest
    /// amount, which leaves nothing free.
    pub fn change_lock(&mut self, currency: Currency, before: Amount, after: Amount) {
        let balance = self.balances.entry(currency).or_default();
        let change = after.minus(before);
        balance.locked = change
            .and_then(|change| balance.locked.plus(change))
            .unwrap_or(Amount::from_units(i128::MAX));
    }

    /// Adds to several currencies at once.
    ///
    /// # Errors
    /// [`Overflow`] where any sum does not fit; nothing is changed then.
    pub fn settle(&mut self, changes: &[(Currency, Amount)]) -> Result<(), Overflow> {
        let mut settled = Vec::with_capacity(changes.len());
        for (currency, change) in changes {
            let earlier = settled
                .iter()
                .rev()
                .find(|(other, _)| other == currency)
                .map(|(_, total)| *total);
            let total = earlier.unwrap_or_else(|| {
                self.balance(*currency)
                    .map_or(Amount::ZERO, |balance| balance.total)
            });
            settled.push((*currency, total.plus(*change)?));
        }
        for (currency, total) in settled {
            self.set_total(currency, total);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        Amount::parse(text).unwrap()
    }

    #[test]
    fn settling_is_all_or_nothing_and_adds_up_per_currency() {
        let (usdt, btc) = (
            Currency::new("USDT").unwrap(),
            Currency::new("BTC").unwrap(),
        );
        let mut account = Account::default();
        account.set_total(usdt, amount("100"));
        account
            .settle(&[
                (usdt, amount("-40")),
                (btc, amount("1")),
                (usdt, amount("-1")),
            ])
            .unwrap();
        assert_eq!(account.balance(usdt).unwrap().total, amount("59"));
        let before = account.clone();
        let too_much = Amount::from_units(i128::MAX);
        assert_eq!(
            account.settle(&[(usdt, amount("1")), (btc, too_much)]),
            Err(Overflow)
        );
        assert_eq!(account, before);
    }

    #[test]
    fn a_lock_that_does_not_fit_leaves_nothing_free() {
        let usdt = Currency::new("USDT").unwrap();
        let mut account = Account::default();
        account.set_total(usdt, amount("100"));
        account.change_lock(usdt, Amount::ZERO, amount("30"));
        assert_eq!(account.balance(usdt).unwrap().free(), amount("70"));
        account.change_lock(usdt, Amount::ZERO, Amount::from_units(i128::MAX));
        assert!(account.balance(usdt).unwrap().free() < Amount::ZERO);
    }
}
