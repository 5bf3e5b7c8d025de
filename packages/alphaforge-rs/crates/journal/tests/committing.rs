//! Group commit on a thread, snapshots, and letting go of what is not needed, over a real folder.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use std::sync::mpsc::channel;

use alphaforge_journal::{
    Committer, Damage, Disk, Durability, Fault, Folder, Journal, JournalError, Kind, MemoryStore,
    SegmentStore, SimulatedDisk, Snapshot, Store, load_snapshot, save_snapshot,
};
use common::{SEGMENT, append, assert_records, open, payload, segments};

fn start<S: Store + 'static>(
    store: S,
    durability: Durability,
) -> (Committer, std::sync::mpsc::Receiver<()>) {
    let (journal, _) = Journal::open(store, 1, 0, &mut |_| ()).unwrap();
    let (told, tells) = channel();
    let notify = Box::new(move || told.send(()).unwrap());
    (Committer::start(journal, durability, notify), tells)
}

#[test]
fn what_was_appended_becomes_durable_in_order_and_is_told() {
    for durability in [Durability::Fsync, Durability::Process] {
        let folder = tempfile::tempdir().unwrap();
        let store = || SegmentStore::new(Folder::new(folder.path()), SEGMENT);
        let (committer, tells) = start(store(), durability);
        for sequence in 1..=500 {
            let kind = Kind(sequence as u8 % 7);
            assert_eq!(
                committer.append(kind, &payload(sequence)).unwrap(),
                sequence
            );
        }
        let mut durable = 0;
        while durable < 500 {
            tells.recv().unwrap();
            let now = committer.durable();
            assert!(now >= durable);
            durable = now;
        }
        assert_eq!(committer.close().unwrap(), 500);
        let (_, records, recovered) = open(store(), 2).unwrap();
        assert_records(&records, 500);
        assert_eq!(recovered.cut, None);
    }
}

#[test]
fn closing_commits_what_waits() {
    let (committer, _tells) = start(MemoryStore::default(), Durability::Process);
    for sequence in 1..=9 {
        committer.append(Kind(0), &payload(sequence)).unwrap();
    }
    assert_eq!(committer.close().unwrap(), 9);
}

#[test]
fn a_disk_that_fails_is_told_and_takes_no_more() {
    let disk = SimulatedDisk::default();
    let (committer, tells) = start(segments(&disk), Durability::Fsync);
    committer.append(Kind(0), &payload(1)).unwrap();
    tells.recv().unwrap();
    assert_eq!(committer.durable(), 1);
    disk.fail_at(1, Fault::NoSpace);
    committer.append(Kind(0), &payload(2)).unwrap();
    tells.recv().unwrap();
    assert_eq!(committer.durable(), 1);
    let failure = committer.failure().unwrap();
    assert!(failure.contains("no storage space"), "{failure}");
    let refused = committer.append(Kind(0), &payload(3)).err().unwrap();
    assert!(matches!(refused, JournalError::Failed(_)), "{refused}");
    assert!(committer.close().is_err());
}

#[test]
fn a_payload_that_no_record_can_hold_is_refused_and_harms_nothing() {
    let (mut journal, _, _) = open(MemoryStore::default(), 1).unwrap();
    let refused = journal.append(Kind(0), &vec![0; 17 << 20]).err().unwrap();
    assert!(
        matches!(refused, JournalError::TooLarge { .. }),
        "{refused}"
    );
    append(&mut journal).unwrap();
    assert_eq!(journal.commit().unwrap(), 1);
}

#[test]
fn a_snapshot_and_the_tail_are_all_that_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let mut disk = Folder::new(folder.path());
    let store = || SegmentStore::new(Folder::new(folder.path()), SEGMENT);
    let (mut journal, _, _) = open(store(), 1).unwrap();
    for round in 1..=4_u64 {
        for _ in 0..50 {
            append(&mut journal).unwrap();
        }
        journal.commit().unwrap();
        let snapshot = Snapshot {
            next: journal.position(),
            payload: vec![round as u8; 5000],
        };
        let needed = save_snapshot(&mut disk, &snapshot).unwrap();
        assert_eq!(needed, if round == 1 { 51 } else { (round - 1) * 50 + 1 });
        journal.store_mut().forget_before(needed).unwrap();
        let found = load_snapshot(&disk).unwrap();
        assert_eq!(found.snapshot, Some(snapshot));
        assert_eq!(found.damaged, []);
    }
    let (_, records, recovered) = open(store(), 2).unwrap();
    // Segments go as a whole.
    assert!(
        (140..=151).contains(&recovered.first_sequence),
        "{}",
        recovered.first_sequence
    );
    assert_eq!(records.last().unwrap().sequence, 200);
    let mut tail = 0;
    Journal::open(store(), 3, 151, &mut |_| tail += 1).unwrap();
    assert_eq!(tail, 50);
}

#[test]
fn of_a_damaged_snapshot_the_one_before_is_taken() {
    let mut disk = SimulatedDisk::default();
    let snapshot = |sequence: u64| Snapshot {
        next: alphaforge_journal::Position {
            sequence,
            ..alphaforge_journal::Position::START
        },
        payload: payload(sequence),
    };
    for sequence in [10, 20] {
        save_snapshot(&mut disk, &snapshot(sequence)).unwrap();
    }
    let newest = disk.list().unwrap().pop().unwrap();
    let size = disk.with_bytes(&newest, |bytes| bytes.len()).unwrap();
    for bit in 0..size * 8 {
        disk.with_bytes(&newest, |bytes| bytes[bit / 8] ^= 1 << (bit % 8));
        let found = load_snapshot(&disk).unwrap();
        assert_eq!(found.snapshot, Some(snapshot(10)), "bit {bit}");
        assert_eq!(found.damaged.len(), 1);
        disk.with_bytes(&newest, |bytes| bytes[bit / 8] ^= 1 << (bit % 8));
    }
    disk.with_bytes(&newest, |bytes| bytes.truncate(40));
    let found = load_snapshot(&disk).unwrap();
    assert_eq!(found.damaged, [(newest, Damage::Short)]);
}
