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

    /// The totals that several changes make; a currency that changes twice is there twice, at last
    /// with what it ends at. Nothing is changed yet.
    ///
    /// # Errors
    /// [`Overflow`] where any sum does not fit.
    pub fn totals_after(
        &self,
        changes: &[(Currency, Amount)],
    ) -> Result<Vec<(Currency, Amount)>, Overflow> {
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
        Ok(settled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        Amount::parse(text).unwrap()
    }

    #[test]
    fn changes_are_all_or_nothing_and_add_up_per_currency() {
        let (usdt, btc) = (
            Currency::new("USDT").unwrap(),
            Currency::new("BTC").unwrap(),
        );
        let mut account = Account::default();
        account.set_total(usdt, amount("100"));
        account.set_total(btc, amount("1"));
        let changes = [
            (usdt, amount("-40")),
            (btc, amount("1")),
            (usdt, amount("-1")),
        ];
        assert_eq!(
            account.totals_after(&changes).unwrap(),
            [
                (usdt, amount("60")),
                (btc, amount("2")),
                (usdt, amount("59"))
            ]
        );
        let too_much = Amount::from_units(i128::MAX);
        assert_eq!(
            account.totals_after(&[(usdt, amount("1")), (btc, too_much)]),
            Err(Overflow)
        );
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
