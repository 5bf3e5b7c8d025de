//! What the journal keeps.

/// What a payload is; the journal does not read payloads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(pub u8);

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its number; the first is 1, and none is left out.
    pub sequence: u64,
    /// The epoch of the leader that wrote it; it never falls.
    pub epoch: u32,
    /// What its payload is.
    pub kind: Kind,
    /// What it says.
    pub payload: Vec<u8>,
}
