//! Nanoseconds of taking a record, and of making records durable, beside SQLite and the disk's own `fdatasync` on
//! the same disk in the same run, as JSON. Groups are given per record.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark has no callers, and stops where its set-up is wrong"
)]

use std::fs::File;
use std::hint::black_box;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Instant;

use alphaforge_journal::{Folder, Journal, Kind, MemoryStore, SegmentStore};
use rusqlite::Connection;

const APPENDS: usize = 1_000_000;
const SYNCS: usize = 1_000;
const GROUP: usize = 100;
const SEGMENT: u64 = 64 * 1024 * 1024;

/// About what an order with its market takes.
const PAYLOAD: [u8; 120] = [7; 120];

fn main() {
    // Beside the build, and not in a temporary folder, which may lie in memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let rows = [
        ("append, not durable", append()),
        ("durable append, alone", durable(folder.path(), 1)),
        (
            "durable append, in groups of 100",
            durable(folder.path(), GROUP),
        ),
        ("the disk's own write and fdatasync", disk(folder.path())),
        (
            "SQLite, WAL, synchronous = FULL, alone",
            sqlite(folder.path(), 1),
        ),
        (
            "SQLite, WAL, synchronous = FULL, in groups of 100",
            sqlite(folder.path(), GROUP),
        ),
    ];
    let rows: Vec<String> = rows
        .into_iter()
        .map(|(name, nanos)| format!("\"{name}\": {}", percentiles(nanos)))
        .collect();
    println!("{{{}}}", rows.join(", "));
}

fn percentiles(mut nanos: Vec<u64>) -> String {
    nanos.sort_unstable();
    let at = |share: f64| nanos[((nanos.len() - 1) as f64 * share) as usize];
    let (p50, p99, most) = (at(0.5), at(0.99), at(0.999));
    format!("{{\"p50\": {p50}, \"p99\": {p99}, \"p99.9\": {most}}}")
}

fn timed(repeat: usize, records: usize, mut work: impl FnMut()) -> Vec<u64> {
    let mut nanos = Vec::with_capacity(repeat);
    for _ in 0..repeat {
        let started = Instant::now();
        work();
        nanos.push(started.elapsed().as_nanos() as u64 / records as u64);
    }
    nanos
}

fn append() -> Vec<u64> {
    let (mut journal, _) = Journal::open(MemoryStore::default(), 1, 0, &mut |_| ()).unwrap();
    timed(APPENDS, 1, || {
        black_box(journal.append(Kind(1), black_box(&PAYLOAD)).unwrap());
    })
}

fn durable(folder: &Path, group: usize) -> Vec<u64> {
    let folder = folder.join(format!("journal-{group}"));
    std::fs::create_dir(&folder).unwrap();
    let store = SegmentStore::new(Folder::new(&folder), SEGMENT);
    let (mut journal, _) = Journal::open(store, 1, 0, &mut |_| ()).unwrap();
    timed(SYNCS, group, || {
        for _ in 0..group {
            journal.append(Kind(1), &PAYLOAD).unwrap();
        }
        journal.commit().unwrap();
    })
}

/// What the disk takes for the same bytes, on a file whose blocks have been written before.
fn disk(folder: &Path) -> Vec<u64> {
    let file = File::create(folder.join("bare")).unwrap();
    file.write_all_at(&vec![0; SYNCS * 256], 0).unwrap();
    file.sync_all().unwrap();
    let mut offset = 0;
    timed(SYNCS, 1, || {
        file.write_all_at(&[7; 168], offset).unwrap();
        file.sync_data().unwrap();
        offset += 168;
    })
}

fn sqlite(folder: &Path, group: usize) -> Vec<u64> {
    let database = Connection::open(folder.join(format!("records-{group}.db"))).unwrap();
    database
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE records (sequence INTEGER PRIMARY KEY, payload BLOB NOT NULL);",
        )
        .unwrap();
    let mut insert = database
        .prepare("INSERT INTO records (payload) VALUES (?)")
        .unwrap();
    timed(SYNCS, group, || {
        database.execute_batch("BEGIN").unwrap();
        for _ in 0..group {
            insert.execute([PAYLOAD.as_slice()]).unwrap();
        }
        database.execute_batch("COMMIT").unwrap();
    })
}
