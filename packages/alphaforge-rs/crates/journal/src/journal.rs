//! Numbering, linking and committing records.

use crate::error::JournalError;
use crate::frame::{Position, encode};
use crate::record::{Kind, Record};
use crate::store::{Batch, Recovered, Store};

/// Numbers and links records until they are taken to a store.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) epoch: u32,
    pub(crate) next: Position,
    /// The last record that is durable.
    pub(crate) durable: u64,
    waiting_from: Position,
    waiting: Vec<u8>,
}

/// Records that go to the store together.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) first: Position,
    pub(crate) bytes: Vec<u8>,
    pub(crate) last: u64,
}

impl Writer {
    pub(crate) fn new(next: Position, epoch: u32) -> Writer {
        Writer {
            epoch,
            next,
            durable: next.sequence - 1,
            waiting_from: next,
            waiting: Vec::new(),
        }
    }

    pub(crate) fn append(&mut self, kind: Kind, payload: &[u8]) -> Result<u64, JournalError> {
        let sequence = self.next.sequence;
        self.next = encode(
            self.next,
            self.epoch,
            self.durable,
            kind,
            payload,
            &mut self.waiting,
        )?;
        Ok(sequence)
    }

    pub(crate) fn waiting_bytes(&self) -> usize {
        self.waiting.len()
    }

    /// What waits, in exchange for an empty buffer.
    pub(crate) fn take(&mut self, mut spare: Vec<u8>) -> Waiting {
        spare.clear();
        let first = std::mem::replace(&mut self.waiting_from, self.next);
        Waiting {
            first,
            bytes: std::mem::replace(&mut self.waiting, spare),
            last: self.next.sequence - 1,
        }
    }
}

impl Waiting {
    pub(crate) fn batch(&self) -> Batch<'_> {
        Batch {
            first: self.first,
            bytes: &self.bytes,
        }
    }
}

/// A journal that is written in the caller's thread.
#[derive(Debug)]
pub struct Journal<S: Store> {
    store: S,
    writer: Writer,
    failure: Option<String>,
}

impl<S: Store> Journal<S> {
    /// Reads what a store holds, from `from` on, and begins an epoch behind it.
    ///
    /// # Errors
    /// Where records that were acknowledged cannot be read, a later epoch has begun, or the system refuses.
    pub fn open(
        mut store: S,
        epoch: u32,
        from: u64,
        each: &mut dyn FnMut(Record),
    ) -> Result<(Journal<S>, Recovered), JournalError> {
        let recovered = store.recover(from, each)?;
        if epoch < recovered.next.epoch {
            return Err(JournalError::Fenced {
                ours: epoch,
                theirs: recovered.next.epoch,
            });
        }
        store.claim(epoch)?;
        let journal = Journal {
            store,
            writer: Writer::new(recovered.next, epoch),
            failure: None,
        };
        Ok((journal, recovered))
    }

    /// Takes a record; it is durable after the next commit. Gives its sequence number.
    ///
    /// # Errors
    /// Where the journal has failed before, or the payload is too large.
    pub fn append(&mut self, kind: Kind, payload: &[u8]) -> Result<u64, JournalError> {
        self.refuse_failed()?;
        self.writer.append(kind, payload)
    }

    /// Writes what was appended, and syncs it. Gives the last durable sequence number.
    ///
    /// # Errors
    /// Where the journal has failed, now or before; it is not tried again.
    pub fn commit(&mut self) -> Result<u64, JournalError> {
        self.refuse_failed()?;
        if self.writer.waiting_bytes() == 0 {
            return Ok(self.writer.durable);
        }
        let waiting = self.writer.take(Vec::new());
        let result = self
            .store
            .write(waiting.batch())
            .and_then(|()| self.store.sync());
        match result {
            Ok(()) => {
                self.writer.durable = waiting.last;
                Ok(waiting.last)
            }
            Err(error) => {
                self.failure = Some(error.to_string());
                Err(error)
            }
        }
    }

    /// Where the next record belongs.
    pub fn position(&self) -> Position {
        self.writer.next
    }

    /// The store, to let go of records or to be opened anew.
    pub fn into_store(self) -> S {
        self.store
    }

    /// The store.
    pub fn store_mut(&mut self) -> &mut S {
        &mut self.store
    }

    /// Both halves, for a committer.
    pub(crate) fn into_parts(self) -> (S, Writer) {
        (self.store, self.writer)
    }

    fn refuse_failed(&self) -> Result<(), JournalError> {
        match &self.failure {
            Some(failure) => Err(JournalError::Failed(failure.clone())),
            None => Ok(()),
        }
    }
}
