//! The fingerprint of a run: what was traded and what is left.

use std::fmt::Write;

use alphaforge_kernel::{Fill, Kernel};
use sha2::{Digest, Sha256};

/// SHA-256 over the canonical fills, and at the end the final balances. Ids, node, epoch and wall
/// time are left out, so that the same strategy over the same data gives the same fingerprint in a
/// backtest and in a paper run.
#[derive(Clone, Debug, Default)]
pub(crate) struct ResultHash {
    digest: Sha256,
}

impl ResultHash {
    /// Adds a fill: `fill|time|strategy|instrument|side|price|quantity|liquidity|fee|currency`.
    pub(crate) fn add(&mut self, fill: &Fill, kernel: &Kernel) {
        let Some(instrument) = kernel.instrument(fill.instrument) else {
            return;
        };
        let strategy = kernel.strategy_name(fill.strategy).unwrap_or_default();
        let line = format!(
            "fill|{}|{strategy}|{instrument}|{}|{}|{}|{}|{}|{}\n",
            fill.ts,
            fill.side,
            instrument.price_decimal(fill.price),
            instrument.quantity_decimal(fill.quantity),
            fill.liquidity.name(),
            fill.fee,
            fill.fee_currency,
        );
        self.digest.update(line.as_bytes());
    }

    /// The fingerprint with the balances as they are now: `balance|venue|currency|total`, by name.
    pub(crate) fn with_balances(&self, kernel: &Kernel) -> String {
        let mut digest = self.digest.clone();
        let mut lines: Vec<String> = kernel
            .venues()
            .filter_map(|venue| Some((kernel.venue_name(venue)?, kernel.account(venue)?)))
            .flat_map(|(name, account)| {
                account
                    .balances()
                    .filter(|(_, balance)| !balance.total.is_zero())
                    .map(move |(currency, balance)| {
                        format!("balance|{name}|{currency}|{}\n", balance.total)
                    })
            })
            .collect();
        lines.sort();
        for line in lines {
            digest.update(line.as_bytes());
        }
        digest
            .finalize()
            .iter()
            .fold(String::with_capacity(64), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            })
    }
}
