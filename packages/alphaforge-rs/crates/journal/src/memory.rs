//! Records in memory: for nodes that need no durability, and for tests.

use crate::error::JournalError;
use crate::frame::Position;
use crate::record::Record;
use crate::store::{Batch, Recovered, Store};

/// Keeps records for as long as it lives.
#[derive(Clone, Debug)]
pub struct MemoryStore {
    records: Vec<Record>,
    next: Position,
    epoch: u32,
}

impl Default for MemoryStore {
    fn default() -> MemoryStore {
        MemoryStore {
            records: Vec::new(),
            next: Position::START,
            epoch: 0,
        }
    }
}

impl Store for MemoryStore {
    fn recover(
        &mut self,
        from: u64,
        each: &mut dyn FnMut(Record),
    ) -> Result<Recovered, JournalError> {
        for record in self.records.iter().filter(|record| record.sequence >= from) {
            each(record.clone());
        }
        Ok(Recovered {
            next: self.next,
            first_sequence: self
                .records
                .first()
                .map_or(self.next.sequence, |record| record.sequence),
            cut: None,
        })
    }

    fn claim(&mut self, epoch: u32) -> Result<(), JournalError> {
        if epoch < self.epoch {
            return Err(JournalError::Fenced {
                ours: epoch,
                theirs: self.epoch,
            });
        }
        self.epoch = epoch;
        Ok(())
    }

    fn write(&mut self, batch: Batch<'_>) -> Result<(), JournalError> {
        let (records, next) = batch.read().map_err(|damage| JournalError::Damaged {
            file: "memory".to_owned(),
            offset: 0,
            sequence: batch.first.sequence,
            damage,
        })?;
        self.records.extend(records);
        self.next = next;
        Ok(())
    }

    fn sync(&mut self) -> Result<(), JournalError> {
        Ok(())
    }

    fn forget_before(&mut self, sequence: u64) -> Result<(), JournalError> {
        self.records.retain(|record| record.sequence >= sequence);
        Ok(())
    }
}
