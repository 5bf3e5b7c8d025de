//! What is read back after files were cut or changed: all that was written, a clean part of it, or a refusal that
//! names the place.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use alphaforge_journal::{Damage, Disk, JournalError, SimulatedDisk};
use common::{append, assert_records, filled, open, segments};

const FIRST: &str = "00000000000000000001.journal";

/// Where each record of the first segment begins, and where the last ends.
fn bounds(disk: &SimulatedDisk) -> Vec<usize> {
    let bytes = disk.with_bytes(FIRST, |bytes| bytes.clone()).unwrap();
    let mut at = 64;
    let mut bounds = vec![at];
    loop {
        let mut size = [0; 4];
        let Some(found) = bytes.get(at..at + 4) else {
            return bounds;
        };
        size.copy_from_slice(found);
        let size = u32::from_le_bytes(size) as usize;
        if size == 0 {
            return bounds;
        }
        at += size.next_multiple_of(8);
        bounds.push(at);
    }
}

fn damage_of(error: JournalError) -> (u64, u64, Damage) {
    let JournalError::Damaged {
        offset,
        sequence,
        damage,
        ..
    } = error
    else {
        panic!("{error}");
    };
    (offset, sequence, damage)
}

/// A folder with these bytes as its only segment.
fn folder(bytes: &[u8]) -> SimulatedDisk {
    let mut disk = SimulatedDisk::default();
    disk.create(FIRST, 0).unwrap();
    disk.with_bytes(FIRST, |file| *file = bytes.to_vec());
    disk
}

#[test]
fn a_journal_that_ends_at_any_byte_of_its_last_records_is_a_clean_part() {
    let disk = SimulatedDisk::default();
    filled(&disk, 9);
    let whole = disk.with_bytes(FIRST, |bytes| bytes.clone()).unwrap();
    let bounds = bounds(&disk);
    assert_eq!(bounds.len(), 10);
    for end in bounds[6]..=bounds[9] {
        // Zeros from here on, as on a disk that was reserved, and a file that ends here.
        let mut zeroed = whole.clone();
        zeroed[end..].fill(0);
        for bytes in [&zeroed[..], &whole[..end]] {
            let disk = folder(bytes);
            let (mut journal, records, recovered) = open(segments(&disk), 2).unwrap();
            let there = records.len();
            assert_records(&records, there as u64);
            // All records that are whole, and one more where only zeros are missing.
            let complete = bounds.iter().filter(|bound| **bound <= end).count() - 1;
            assert!(there == complete || whole[end..bounds[there]].iter().all(|byte| *byte == 0));
            let is_rest_zero = bytes[bounds[there].min(end)..]
                .iter()
                .all(|byte| *byte == 0);
            assert_eq!(recovered.cut.is_none(), is_rest_zero, "{end}");
            append(&mut journal).unwrap();
            journal.commit().unwrap();
            let (_, records, recovered) = open(segments(&disk), 3).unwrap();
            assert_records(&records, there as u64 + 1);
            assert_eq!(recovered.cut, None);
        }
    }
}

#[test]
fn every_flipped_bit_is_found() {
    let disk = SimulatedDisk::default();
    filled(&disk, 9);
    let whole = disk.with_bytes(FIRST, |bytes| bytes.clone()).unwrap();
    let bounds = bounds(&disk);
    for bit in 0..bounds[9] * 8 {
        disk.with_bytes(FIRST, |bytes| {
            bytes.clone_from(&whole);
            bytes[bit / 8] ^= 1 << (bit % 8);
        });
        match open(segments(&disk), 2) {
            // Nothing behind the last record proves that it was durable.
            Ok((_, records, recovered)) => {
                assert!(bit / 8 >= bounds[8], "bit {bit} was not found");
                assert_records(&records, 8);
                assert!(recovered.cut.is_some());
            }
            Err(error) => {
                let (offset, sequence, _) = damage_of(error);
                let place = bounds.iter().filter(|bound| **bound <= bit / 8).count();
                assert_eq!(sequence, place.max(1) as u64, "bit {bit}");
                assert!(offset as usize <= bit / 8);
            }
        }
    }
}

#[test]
fn a_segment_that_is_missing_or_of_another_journal_is_refused() {
    let disk = SimulatedDisk::default();
    filled(&disk, 60);
    let mut second = String::new();
    for name in disk.list().unwrap() {
        if name.ends_with(".journal") && name != FIRST {
            second = name;
            break;
        }
    }
    let whole = disk.with_bytes(&second, |bytes| bytes.clone()).unwrap();
    // Its end is zeroed: the next segment proves that there was more.
    disk.with_bytes(&second, |bytes| bytes[200..].fill(0));
    let (_, _, damage) = damage_of(open(segments(&disk), 2).err().unwrap());
    assert!(
        matches!(damage, Damage::Sequence { .. } | Damage::Checksum),
        "{damage}"
    );
    // Another version.
    disk.with_bytes(&second, |bytes| {
        bytes.clone_from(&whole);
        bytes[8] = 9;
    });
    let (offset, _, damage) = damage_of(open(segments(&disk), 2).err().unwrap());
    assert_eq!(offset, 0);
    assert_eq!(damage, Damage::Version { found: 9, known: 1 });
}

#[test]
fn the_format_is_that_of_the_golden_file() {
    let disk = SimulatedDisk::default();
    filled(&disk, 9);
    let written = disk.with_bytes(FIRST, |bytes| bytes.clone()).unwrap();
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/golden/segment-v1.journal"
    );
    if std::env::var_os("ALPHAFORGE_WRITE_GOLDEN").is_some() {
        std::fs::write(path, &written).unwrap();
    }
    let golden = std::fs::read(path).unwrap();
    assert!(
        written == golden,
        "the format has changed: raise FORMAT_VERSION"
    );
}
