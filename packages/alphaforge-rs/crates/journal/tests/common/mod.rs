//! What the tests of the journal share.
#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod sqlite;

use alphaforge_journal::{
    Journal, JournalError, Kind, Record, Recovered, SegmentStore, SimulatedDisk, Store,
};
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

pub const SEGMENT: u64 = 1024;

pub fn random(seed: u64) -> Pcg64Mcg {
    Pcg64Mcg::seed_from_u64(seed)
}

pub fn below(random: &mut Pcg64Mcg, end: u64) -> u64 {
    random.next_u64() % end
}

/// The payload of a record: its number, and some bytes more.
pub fn payload(sequence: u64) -> Vec<u8> {
    let mut bytes = sequence.to_le_bytes().to_vec();
    bytes.resize(8 + (sequence % 61) as usize, sequence as u8);
    bytes
}

pub fn segments(disk: &SimulatedDisk) -> SegmentStore<SimulatedDisk> {
    SegmentStore::new(disk.clone(), SEGMENT)
}

pub type Opened<S> = Result<(Journal<S>, Vec<Record>, Recovered), JournalError>;

/// Opens a journal and reads all of it.
pub fn open<S: Store>(store: S, epoch: u32) -> Opened<S> {
    let mut records = Vec::new();
    let (journal, recovered) = Journal::open(store, epoch, 0, &mut |record| records.push(record))?;
    Ok((journal, records, recovered))
}

/// The records `1..=count` as they must come back.
pub fn assert_records(records: &[Record], count: u64) {
    let numbers: Vec<u64> = records.iter().map(|record| record.sequence).collect();
    assert_eq!(numbers, (1..=count).collect::<Vec<u64>>());
    for record in records {
        assert_eq!(record.payload, payload(record.sequence));
        assert_eq!(record.kind, Kind(record.sequence as u8 % 7));
    }
}

/// Appends a record as [`assert_records`] wants it.
pub fn append<S: Store>(journal: &mut Journal<S>) -> Result<u64, JournalError> {
    let sequence = journal.position().sequence;
    journal.append(Kind(sequence as u8 % 7), &payload(sequence))
}

/// A journal of `count` records, committed one by one.
pub fn filled(disk: &SimulatedDisk, count: u64) {
    let (mut journal, _, _) = open(segments(disk), 1).unwrap();
    for _ in 0..count {
        append(&mut journal).unwrap();
        journal.commit().unwrap();
    }
}
