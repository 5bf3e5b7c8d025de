//! Snapshots: a state as of a record, so that a start need not read all records.
//!
//! | bytes | |
//! |---|---|
//! | 0..8 | `AFSNAPSH` |
//! | 8..12 | version of the format |
//! | 12..16 | epoch of the record |
//! | 16..24 | sequence of the record |
//! | 24..40 | chain after the record |
//! | 40..72 | SHA-256 of bytes 0..40 and of the payload |
//! | 72.. | payload |

use sha2::{Digest, Sha256};

use crate::disk::{Disk, DiskFile};
use crate::error::{Damage, JournalError};
use crate::frame::{FORMAT_VERSION, Position, chain, little_endian, number};

const MAGIC: [u8; 8] = *b"AFSNAPSH";
const HEADER: usize = 72;
const SUFFIX: &str = ".snapshot";
const UNFINISHED: &str = "snapshot.new";

/// How many are kept: should the newest be damaged, there is another.
const KEPT: usize = 2;

/// A state as of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Where the next record belongs.
    pub next: Position,
    /// The state.
    pub payload: Vec<u8>,
}

/// Saves a snapshot, durably, and lets go of those before the last two. Gives the first record that is still
/// needed.
///
/// # Errors
/// Where the system refuses; the snapshots before stay.
pub fn save_snapshot<D: Disk>(disk: &mut D, snapshot: &Snapshot) -> Result<u64, JournalError> {
    let name = format!("{:020}{SUFFIX}", snapshot.next.sequence);
    let failed = |action| JournalError::io(&name, action);
    let mut bytes = Vec::with_capacity(HEADER + snapshot.payload.len());
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
    bytes.extend_from_slice(&snapshot.next.epoch.to_le_bytes());
    bytes.extend_from_slice(&snapshot.next.sequence.to_le_bytes());
    bytes.extend_from_slice(&snapshot.next.chain.0);
    let digest = digest(&bytes, &snapshot.payload);
    bytes.extend_from_slice(&digest);
    bytes.extend_from_slice(&snapshot.payload);
    let present = disk.list().map_err(failed("list"))?;
    if present.iter().any(|other| other == UNFINISHED) {
        disk.remove(UNFINISHED)
            .map_err(failed("remove the unfinished"))?;
    }
    let mut file = disk
        .create(UNFINISHED, bytes.len() as u64)
        .map_err(failed("create"))?;
    file.write_at(&bytes, 0).map_err(failed("write"))?;
    file.sync().map_err(failed("sync"))?;
    disk.rename(UNFINISHED, &name).map_err(failed("rename"))?;
    disk.sync_names().map_err(failed("sync the folder of"))?;
    let names = names(disk)?;
    let (old, kept) = names.split_at(names.len().saturating_sub(KEPT));
    for name in old {
        disk.remove(name).map_err(failed("remove an older"))?;
    }
    let oldest = kept.first().and_then(|name| sequence_of(name));
    Ok(oldest.unwrap_or(snapshot.next.sequence))
}

/// What a folder holds of snapshots.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The newest that can be read.
    pub snapshot: Option<Snapshot>,
    /// The newer ones that cannot, by their names, the newest first.
    pub damaged: Vec<(String, Damage)>,
}

/// Looks for the newest snapshot that can be read.
///
/// # Errors
/// Where the system refuses.
pub fn load_snapshot<D: Disk>(disk: &D) -> Result<Found, JournalError> {
    let mut found = Found::default();
    for name in names(disk)?.into_iter().rev() {
        let file = disk.open(&name).map_err(JournalError::io(&name, "open"))?;
        let bytes = file.read().map_err(JournalError::io(&name, "read"))?;
        match parse(&bytes) {
            Ok(snapshot) => {
                found.snapshot = Some(snapshot);
                break;
            }
            Err(damage) => found.damaged.push((name, damage)),
        }
    }
    Ok(found)
}

fn parse(bytes: &[u8]) -> Result<Snapshot, Damage> {
    let (header, payload) = bytes.split_at_checked(HEADER).ok_or(Damage::Short)?;
    if header[0..8] != MAGIC {
        return Err(Damage::NotOurs);
    }
    let found = little_endian(&header[8..12]);
    if found != FORMAT_VERSION {
        return Err(Damage::Version {
            found,
            known: FORMAT_VERSION,
        });
    }
    if digest(&header[..40], payload) != header[40..72] {
        return Err(Damage::Checksum);
    }
    Ok(Snapshot {
        next: Position {
            sequence: number(header, 16),
            chain: chain(header, 24),
            epoch: little_endian(&header[12..16]),
        },
        payload: payload.to_vec(),
    })
}

fn digest(header: &[u8], payload: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(header);
    hash.update(payload);
    hash.finalize().into()
}

fn names<D: Disk>(disk: &D) -> Result<Vec<String>, JournalError> {
    let names = disk
        .list()
        .map_err(JournalError::io("the folder", "list"))?;
    let is_snapshot = |name: &String| name.ends_with(SUFFIX);
    Ok(names.into_iter().filter(is_snapshot).collect())
}

fn sequence_of(name: &str) -> Option<u64> {
    name.trim_end_matches(SUFFIX).parse().ok()
}
