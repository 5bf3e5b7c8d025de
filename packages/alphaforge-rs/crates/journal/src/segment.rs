//! One file of the log: a header that says where it begins, and records.

use crate::error::Damage;
use crate::frame::{
    FORMAT_VERSION, Position, chain, decode, durable_before, little_endian, number, padded,
};
use crate::record::Record;

const MAGIC: [u8; 8] = *b"AFJOURNL";

/// The size of the header: magic, version, epoch, sequence, chain, CRC-32C of these, zeros.
pub(crate) const SEGMENT_HEADER: usize = 64;

/// The header of a segment whose first record belongs at `first`.
pub(crate) fn header(first: Position) -> [u8; SEGMENT_HEADER] {
    let mut bytes = [0; SEGMENT_HEADER];
    bytes[0..8].copy_from_slice(&MAGIC);
    bytes[8..12].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
    bytes[12..16].copy_from_slice(&first.epoch.to_le_bytes());
    bytes[16..24].copy_from_slice(&first.sequence.to_le_bytes());
    bytes[24..40].copy_from_slice(&first.chain.0);
    let checksum = crc32c::crc32c(&bytes[..40]);
    bytes[40..44].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

/// Where the first record of a segment belongs.
///
/// # Errors
/// Where the header cannot be read.
pub(crate) fn read_header(bytes: &[u8]) -> Result<Position, Damage> {
    let header = bytes.get(..SEGMENT_HEADER).ok_or(Damage::Short)?;
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
    if little_endian(&header[40..44]) != crc32c::crc32c(&header[..40]) {
        return Err(Damage::Checksum);
    }
    if header[44..].iter().any(|byte| *byte != 0) {
        return Err(Damage::Padding);
    }
    Ok(Position {
        sequence: number(header, 16),
        chain: chain(header, 24),
        epoch: little_endian(&header[12..16]),
    })
}

/// The end of what can be read of a segment.
pub(crate) struct End {
    /// Where the next record belongs.
    pub(crate) next: Position,
    /// At which byte it begins.
    pub(crate) offset: usize,
    /// What stands there instead, if anything does.
    pub(crate) damage: Option<Damage>,
}

/// Reads the records of a segment, up to the first that cannot be read.
pub(crate) fn read_records(bytes: &[u8], first: Position, each: &mut dyn FnMut(Record)) -> End {
    let (mut next, mut offset) = (first, SEGMENT_HEADER);
    loop {
        let rest = bytes.get(offset..).unwrap_or_default();
        let damage = match decode(rest, next) {
            Ok(Some(decoded)) => {
                next = decoded.next;
                offset += decoded.size;
                each(decoded.record);
                continue;
            }
            Ok(None) if rest.iter().all(|byte| *byte == 0) => None,
            Ok(None) => Some(Damage::Padding),
            Err(damage) => Some(damage),
        };
        return End {
            next,
            offset,
            damage,
        };
    }
}

/// True where a record further behind proves that the record `sequence` was durable once: then it was lost by
/// damage, and not torn by the end of its writer.
pub(crate) fn proves_durable(bytes: &[u8], from: usize, sequence: u64) -> bool {
    (padded(from)..bytes.len())
        .step_by(padded(1))
        .any(|offset| durable_before(&bytes[offset..]).is_some_and(|durable| durable >= sequence))
}
