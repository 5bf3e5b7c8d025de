//! Proof that the gate has passed something.

use crate::overrides::OverridableRule;

/// A value that the gate has approved.
///
/// The constructor is private to this crate, and there is no `Clone`: an approval is used once.
#[derive(Debug, PartialEq, Eq)]
pub struct Approved<T>(T, Option<OverridableRule>);

impl<T> Approved<T> {
    pub(crate) fn new(value: T) -> Approved<T> {
        Approved(value, None)
    }

    pub(crate) fn overriding(value: T, rule: Option<OverridableRule>) -> Approved<T> {
        Approved(value, rule)
    }

    /// The rule that it breaks, which a person has set aside for it.
    pub fn overridden(&self) -> Option<OverridableRule> {
        self.1
    }

    /// What was approved.
    pub fn get(&self) -> &T {
        &self.0
    }

    /// Gives up the approval and returns what was approved.
    pub fn into_inner(self) -> T {
        self.0
    }
}
