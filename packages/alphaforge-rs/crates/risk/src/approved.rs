//! Proof that the gate has passed something.

/// A value that the gate has approved.
///
/// The constructor is private to this crate, and there is no `Clone`: an approval is used once.
#[derive(Debug, PartialEq, Eq)]
pub struct Approved<T>(T);

impl<T> Approved<T> {
    pub(crate) fn new(value: T) -> Approved<T> {
        Approved(value)
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
