//! Where records are kept.

use crate::error::{Damage, JournalError};
use crate::frame::{Position, decode};
use crate::record::Record;

/// Records on their way to a store, as bytes.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// What held before the first of them.
    pub first: Position,
    /// The records, one behind the other.
    pub bytes: &'a [u8],
}

impl Batch<'_> {
    /// The records, for a store that keeps them one by one, and what holds after them.
    ///
    /// # Errors
    /// Where the bytes are no records.
    pub fn read(&self) -> Result<(Vec<Record>, Position), Damage> {
        let (mut at, mut bytes) = (self.first, self.bytes);
        let mut records = Vec::new();
        while let Some(decoded) = decode(bytes, at)? {
            at = decoded.next;
            bytes = &bytes[decoded.size..];
            records.push(decoded.record);
        }
        Ok((records, at))
    }
}

/// A tail that was not acknowledged when the writer died, and is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// In which file.
    pub file: String,
    /// From which byte on.
    pub offset: u64,
    /// What was wrong with the first record there.
    pub damage: Damage,
}

/// What a store held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// Where the next record belongs.
    pub next: Position,
    /// The first record that is still kept; equal to the next one where none is.
    pub first_sequence: u64,
    /// The tail that was cut, if any.
    pub cut: Option<Cut>,
}

/// Keeps records. Whoever has seen one of its methods fail uses it no more.
pub trait Store: Send {
    /// Reads all records that are kept, from `from` on, in order, and gets ready to write behind them. A tail that
    /// was never acknowledged is cut.
    ///
    /// # Errors
    /// Where records that were acknowledged cannot be read.
    fn recover(
        &mut self,
        from: u64,
        each: &mut dyn FnMut(Record),
    ) -> Result<Recovered, JournalError>;

    /// Begins an epoch: from here on, writers of earlier ones are refused.
    ///
    /// # Errors
    /// Where a later epoch has begun, or the system refuses.
    fn claim(&mut self, epoch: u32) -> Result<(), JournalError>;

    /// Writes records behind those that are there; they survive the process, and not yet a power cut.
    ///
    /// # Errors
    /// Where a later epoch has begun, or the system refuses.
    fn write(&mut self, batch: Batch<'_>) -> Result<(), JournalError>;

    /// Makes all that was written durable.
    ///
    /// # Errors
    /// Where the system refuses.
    fn sync(&mut self) -> Result<(), JournalError>;

    /// Lets go of records before `sequence`, as far as it can.
    ///
    /// # Errors
    /// Where the system refuses.
    fn forget_before(&mut self, sequence: u64) -> Result<(), JournalError>;
}
