//! What the engine brings from outside: what is on an account, clocks, drifts, limits that a person changes.

use alphaforge_kernel::{AccountSnapshot, Drift, InputEvent, LimitChange};
use alphaforge_types::{Amount, Currency, VenueId};

use crate::runtime::Runtime;

impl Runtime {
    /// A venue outside says what is on the account; also the start money of a paper venue.
    pub fn set_balances(&mut self, venue: VenueId, totals: Vec<(Currency, Amount)>) {
        self.step(InputEvent::Account(AccountSnapshot { venue, totals }));
    }

    /// A person changes a limit.
    pub fn change_limits(&mut self, change: LimitChange) {
        self.step(InputEvent::Limits(Box::new(change)));
    }

    /// The clock of a venue was measured: its time less ours. That of a paper venue is ours, until it is said
    /// otherwise.
    pub fn note_clock(&mut self, venue: VenueId, offset_ns: i64) {
        self.step(InputEvent::ClockOffset { venue, offset_ns });
    }

    /// What is known of an account differs from the venue's word, and nothing under way explains it.
    pub fn note_drift(&mut self, drift: Drift) {
        self.step(InputEvent::Drift(drift));
    }
}
