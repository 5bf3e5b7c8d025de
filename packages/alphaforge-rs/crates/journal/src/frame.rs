//! A record as bytes. All numbers are little-endian.
//!
//! | bytes | |
//! |---|---|
//! | 0..4 | size of header and payload; zero where no record follows |
//! | 4..8 | CRC-32C of bytes 0..4 and of all from byte 8 on |
//! | 8..16 | sequence |
//! | 16..24 | the last sequence that was durable when this record was made |
//! | 24..28 | epoch |
//! | 28 | kind |
//! | 29..32 | zero |
//! | 32..48 | chain |
//! | 48.. | payload, then zeros up to a multiple of 8 |

use crate::chain::Chain;
use crate::error::{Damage, JournalError};
use crate::record::{Kind, Record};

/// The version of the format, of segments and of snapshots.
pub const FORMAT_VERSION: u32 = 1;

pub(crate) const HEADER: usize = 48;
pub(crate) const LARGEST_PAYLOAD: usize = 16 * 1024 * 1024;
const ALIGNMENT: usize = 8;

/// What must hold of the next record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The number of the next record.
    pub sequence: u64,
    /// The chain so far.
    pub chain: Chain,
    /// The epoch of the last record.
    pub epoch: u32,
}

impl Position {
    /// Where a new journal begins.
    pub const START: Position = Position {
        sequence: 1,
        chain: Chain([0; 16]),
        epoch: 0,
    };
}

/// Appends a record to `bytes`, and says what must hold of the next.
///
/// # Errors
/// Where the payload is too large.
pub(crate) fn encode(
    at: Position,
    epoch: u32,
    durable: u64,
    kind: Kind,
    payload: &[u8],
    bytes: &mut Vec<u8>,
) -> Result<Position, JournalError> {
    if payload.len() > LARGEST_PAYLOAD {
        return Err(JournalError::TooLarge {
            size: payload.len(),
            largest: LARGEST_PAYLOAD,
        });
    }
    let size = HEADER + payload.len();
    let start = bytes.len();
    let mut header = [0; HEADER];
    header[0..4].copy_from_slice(&(size as u32).to_le_bytes());
    header[8..16].copy_from_slice(&at.sequence.to_le_bytes());
    header[16..24].copy_from_slice(&durable.to_le_bytes());
    header[24..28].copy_from_slice(&epoch.to_le_bytes());
    header[28] = kind.0;
    bytes.extend_from_slice(&header);
    bytes.extend_from_slice(payload);
    let frame = &mut bytes[start..];
    let chain = at.chain.next(chained(frame));
    frame[32..48].copy_from_slice(&chain.0);
    let checksum = checksum(frame);
    frame[4..8].copy_from_slice(&checksum.to_le_bytes());
    bytes.resize(start + padded(size), 0);
    Ok(Position {
        sequence: at.sequence + 1,
        chain,
        epoch,
    })
}

/// A record that was read, and how many bytes it takes.
pub(crate) struct Decoded {
    pub(crate) record: Record,
    pub(crate) size: usize,
    pub(crate) next: Position,
}

/// Reads the record at the beginning of `bytes`; `None` where none follows.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn decode(bytes: &[u8], at: Position) -> Result<Option<Decoded>, Damage> {
    let Some(frame) = frame_of(bytes)? else {
        return Ok(None);
    };
    let sequence = number(frame, 8);
    if sequence != at.sequence {
        return Err(Damage::Sequence {
            expected: at.sequence,
            found: sequence,
        });
    }
    let chain = at.chain.next(chained(frame));
    if frame[32..48] != chain.0 {
        return Err(Damage::Chain);
    }
    let epoch = epoch_of(frame);
    if epoch < at.epoch {
        return Err(Damage::Epoch {
            before: at.epoch,
            found: epoch,
        });
    }
    Ok(Some(Decoded {
        record: Record {
            sequence,
            epoch,
            kind: Kind(frame[28]),
            payload: frame[HEADER..].to_vec(),
        },
        size: padded(frame.len()),
        next: Position {
            sequence: sequence + 1,
            chain,
            epoch,
        },
    }))
}

/// What a record at the beginning of `bytes` calls durable, if one stands there whose checksum matches, whatever
/// its number is.
pub(crate) fn durable_before(bytes: &[u8]) -> Option<u64> {
    let frame = frame_of(bytes).ok().flatten()?;
    Some(number(frame, 16))
}

/// Where frames may begin, from the start of a file.
pub(crate) const fn padded(size: usize) -> usize {
    size.next_multiple_of(ALIGNMENT)
}

/// Header and payload of a frame whose checksum matches.
fn frame_of(bytes: &[u8]) -> Result<Option<&[u8]>, Damage> {
    let Some(size) = bytes.get(0..4).map(little_endian) else {
        return Ok(None);
    };
    if size == 0 {
        return Ok(None);
    }
    let length = size as usize;
    if !(HEADER..=HEADER + LARGEST_PAYLOAD).contains(&length) {
        return Err(Damage::Size { size });
    }
    let frame = bytes.get(..length).ok_or(Damage::Short)?;
    let padding = bytes.get(length..padded(length)).ok_or(Damage::Short)?;
    if little_endian(&frame[4..8]) != checksum(frame) {
        return Err(Damage::Checksum);
    }
    if frame[29..32] != [0; 3] || padding.iter().any(|byte| *byte != 0) {
        return Err(Damage::Padding);
    }
    Ok(Some(frame))
}

/// What the chain covers: what was recorded, and not when it became durable, which may differ between two
/// journals of the same inputs.
fn chained(frame: &[u8]) -> [&[u8]; 3] {
    [&frame[8..16], &frame[24..32], &frame[HEADER..]]
}

fn checksum(frame: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(&frame[0..4]), &frame[8..])
}

fn epoch_of(frame: &[u8]) -> u32 {
    little_endian(&frame[24..28])
}

/// The number that eight bytes from `at` on are.
pub(crate) fn number(bytes: &[u8], at: usize) -> u64 {
    let mut eight = [0; 8];
    eight.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(eight)
}

/// The number that four bytes are.
pub(crate) fn little_endian(four: &[u8]) -> u32 {
    let mut bytes = [0; 4];
    bytes.copy_from_slice(four);
    u32::from_le_bytes(bytes)
}

/// The chain that sixteen bytes from `at` on are.
pub(crate) fn chain(bytes: &[u8], at: usize) -> Chain {
    let mut link = [0; 16];
    link.copy_from_slice(&bytes[at..at + 16]);
    Chain(link)
}
