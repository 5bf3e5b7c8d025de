//! Records in files of a fixed size, one after the other.

use crate::disk::{Disk, DiskFile};
use crate::error::{Damage, JournalError};
use crate::frame::Position;
use crate::record::Record;
use crate::segment::{End, SEGMENT_HEADER, header, proves_durable, read_header, read_records};
use crate::store::{Batch, Cut, Recovered, Store};

const SUFFIX: &str = ".journal";
const EPOCH_FILE: &str = "epoch.claimed";
const EPOCH_UNFINISHED: &str = "epoch.new";

/// Keeps records in segments, which are reserved on the disk before they are used, so that a write neither grows a
/// file nor finds the disk full.
#[derive(Debug)]
pub struct SegmentStore<D: Disk> {
    disk: D,
    segment_size: u64,
    epoch: u32,
    current: Option<Current<D::File>>,
}

/// The segment that is written to.
#[derive(Debug)]
struct Current<F> {
    name: String,
    file: F,
    offset: u64,
    size: u64,
    is_dirty: bool,
}

/// A segment that was read, and where its first record belongs.
struct Segment<F> {
    name: String,
    file: F,
    bytes: Vec<u8>,
    first: Position,
}

impl<D: Disk> SegmentStore<D> {
    /// A store in a folder; `segment_size` is that of new segments, in bytes.
    pub fn new(disk: D, segment_size: u64) -> SegmentStore<D> {
        SegmentStore {
            disk,
            segment_size,
            epoch: 0,
            current: None,
        }
    }

    /// The folder.
    pub fn disk_mut(&mut self) -> &mut D {
        &mut self.disk
    }

    fn segments(&self) -> Result<Vec<String>, JournalError> {
        let names = self
            .disk
            .list()
            .map_err(JournalError::io("the folder", "list"))?;
        Ok(names
            .into_iter()
            .filter(|name| name.ends_with(SUFFIX))
            .collect())
    }

    fn read(&self, name: &str) -> Result<(D::File, Vec<u8>), JournalError> {
        let file = self
            .disk
            .open(name)
            .map_err(JournalError::io(name, "open"))?;
        let bytes = file.read().map_err(JournalError::io(name, "read"))?;
        Ok((file, bytes))
    }

    /// A segment that follows `at`; `None` where its writer died before it held anything.
    fn read_segment(
        &mut self,
        name: &str,
        at: Option<Position>,
        is_last: bool,
    ) -> Result<Option<Segment<D::File>>, JournalError> {
        let (file, bytes) = self.read(name)?;
        let expected = at.unwrap_or(Position::START).sequence;
        let damaged = |damage| damaged(name, 0, expected, damage);
        let first = match read_header(&bytes) {
            Ok(first) => first,
            Err(_) if is_last && is_unborn(&bytes) => {
                let failed = JournalError::io(name, "remove");
                self.disk.remove(name).map_err(failed)?;
                return Ok(None);
            }
            Err(damage) => return Err(damaged(damage)),
        };
        if at.is_some_and(|at| at.sequence != first.sequence) {
            let found = first.sequence;
            return Err(damaged(Damage::Sequence { expected, found }));
        }
        if at.is_some_and(|at| at.chain != first.chain) {
            return Err(damaged(Damage::Chain));
        }
        Ok(Some(Segment {
            name: name.to_owned(),
            file,
            bytes,
            first,
        }))
    }

    /// Goes on behind the records of a segment, without what its writer had not finished.
    fn take_over(
        &mut self,
        segment: Segment<D::File>,
        end: End,
        is_last: bool,
    ) -> Result<Option<Cut>, JournalError> {
        let Segment {
            name,
            mut file,
            bytes,
            ..
        } = segment;
        let offset = end.offset as u64;
        let mut cut = None;
        if let Some(damage) = end.damage {
            let sequence = end.next.sequence;
            if !is_last || proves_durable(&bytes, end.offset, sequence) {
                return Err(damaged(&name, offset, sequence, damage));
            }
            Self::cut(&name, &mut file, end.offset, &bytes)?;
            cut = Some(Cut {
                file: name.clone(),
                offset,
                damage,
            });
        }
        self.current = Some(Current {
            name,
            file,
            offset,
            size: bytes.len() as u64,
            is_dirty: false,
        });
        Ok(cut)
    }

    /// Cuts what was never acknowledged, so that it cannot come back behind later records.
    fn cut(name: &str, file: &mut D::File, from: usize, bytes: &[u8]) -> Result<(), JournalError> {
        let used = bytes
            .iter()
            .rposition(|byte| *byte != 0)
            .map_or(0, |last| last + 1);
        if used > from {
            let zeros = vec![0; used - from];
            file.write_at(&zeros, from as u64)
                .map_err(JournalError::io(name, "write"))?;
            file.sync().map_err(JournalError::io(name, "sync"))?;
        }
        Ok(())
    }

    /// Begins a segment for records from `first` on, with room for `needed` bytes.
    fn roll(&mut self, first: Position, needed: usize) -> Result<(), JournalError> {
        self.sync()?;
        let name = format!("{:020}{SUFFIX}", first.sequence);
        let size = self.segment_size.max((SEGMENT_HEADER + needed) as u64);
        let mut file = self
            .disk
            .create(&name, size)
            .map_err(JournalError::io(&name, "create"))?;
        file.write_at(&header(first), 0)
            .map_err(JournalError::io(&name, "write"))?;
        // Before any record: a header that cannot be read then means that no record was ever there.
        file.sync().map_err(JournalError::io(&name, "sync"))?;
        self.disk
            .sync_names()
            .map_err(JournalError::io(&name, "sync the folder of"))?;
        self.current = Some(Current {
            name,
            file,
            offset: SEGMENT_HEADER as u64,
            size,
            is_dirty: false,
        });
        Ok(())
    }

    fn claimed(&self) -> Result<u32, JournalError> {
        let names = self
            .disk
            .list()
            .map_err(JournalError::io("the folder", "list"))?;
        if !names.iter().any(|name| name == EPOCH_FILE) {
            return Ok(0);
        }
        let (_, bytes) = self.read(EPOCH_FILE)?;
        let mut number = [0; 4];
        let found = bytes.get(..4).ok_or(JournalError::Damaged {
            file: EPOCH_FILE.to_owned(),
            offset: 0,
            sequence: 0,
            damage: Damage::Short,
        })?;
        number.copy_from_slice(found);
        Ok(u32::from_le_bytes(number))
    }

    fn refuse_older(&self, epoch: u32) -> Result<(), JournalError> {
        let theirs = self.claimed()?;
        if theirs > epoch {
            return Err(JournalError::Fenced {
                ours: epoch,
                theirs,
            });
        }
        Ok(())
    }
}

impl<D: Disk> Store for SegmentStore<D> {
    fn recover(
        &mut self,
        from: u64,
        each: &mut dyn FnMut(Record),
    ) -> Result<Recovered, JournalError> {
        self.current = None;
        let names = self.segments()?;
        let (mut at, mut first_sequence, mut cut) = (None, None, None);
        for (index, name) in names.iter().enumerate() {
            let is_last = index + 1 == names.len();
            let Some(segment) = self.read_segment(name, at, is_last)? else {
                break;
            };
            first_sequence.get_or_insert(segment.first.sequence);
            let end = read_records(&segment.bytes, segment.first, &mut |record| {
                if record.sequence >= from {
                    each(record);
                }
            });
            at = Some(end.next);
            cut = self.take_over(segment, end, is_last)?;
        }
        let next = at.unwrap_or(Position::START);
        Ok(Recovered {
            next,
            first_sequence: first_sequence.unwrap_or(next.sequence),
            cut,
        })
    }

    fn claim(&mut self, epoch: u32) -> Result<(), JournalError> {
        self.refuse_older(epoch)?;
        let failed = |action| JournalError::io(EPOCH_FILE, action);
        if self
            .disk
            .list()
            .map_err(failed("list"))?
            .iter()
            .any(|name| name == EPOCH_UNFINISHED)
        {
            self.disk
                .remove(EPOCH_UNFINISHED)
                .map_err(failed("remove the unfinished"))?;
        }
        let mut file = self
            .disk
            .create(EPOCH_UNFINISHED, 4)
            .map_err(failed("create"))?;
        file.write_at(&epoch.to_le_bytes(), 0)
            .map_err(failed("write"))?;
        file.sync().map_err(failed("sync"))?;
        self.disk
            .rename(EPOCH_UNFINISHED, EPOCH_FILE)
            .map_err(failed("rename"))?;
        self.disk
            .sync_names()
            .map_err(failed("sync the folder of"))?;
        self.epoch = epoch;
        Ok(())
    }

    fn write(&mut self, batch: Batch<'_>) -> Result<(), JournalError> {
        self.refuse_older(self.epoch)?;
        let needed = batch.bytes.len();
        let has_room = |current: &Current<D::File>| current.offset + needed as u64 <= current.size;
        if !self.current.as_ref().is_some_and(has_room) {
            self.roll(batch.first, needed)?;
        }
        let Some(current) = &mut self.current else {
            return Ok(());
        };
        let failed = JournalError::io(&current.name, "write");
        current
            .file
            .write_at(batch.bytes, current.offset)
            .map_err(failed)?;
        current.offset += needed as u64;
        current.is_dirty = true;
        Ok(())
    }

    fn sync(&mut self) -> Result<(), JournalError> {
        if let Some(current) = self.current.as_mut().filter(|current| current.is_dirty) {
            let failed = JournalError::io(&current.name, "sync");
            current.file.sync().map_err(failed)?;
            current.is_dirty = false;
        }
        Ok(())
    }

    fn forget_before(&mut self, sequence: u64) -> Result<(), JournalError> {
        let names = self.segments()?;
        // A segment may go when the next one begins at or before what is still wanted.
        for (name, after) in names.iter().zip(names.iter().skip(1)) {
            let begins = after.trim_end_matches(SUFFIX).parse::<u64>();
            if begins.is_ok_and(|begins| begins <= sequence) {
                self.disk
                    .remove(name)
                    .map_err(JournalError::io(name, "remove"))?;
            }
        }
        self.disk
            .sync_names()
            .map_err(JournalError::io("the folder", "sync"))
    }
}

/// A segment that was created when its writer died: the header is written before any record is.
fn is_unborn(bytes: &[u8]) -> bool {
    let records = bytes.get(SEGMENT_HEADER..).unwrap_or_default();
    records.iter().all(|byte| *byte == 0)
}

fn damaged(file: &str, offset: u64, sequence: u64, damage: Damage) -> JournalError {
    JournalError::Damaged {
        file: file.to_owned(),
        offset,
        sequence,
        damage,
    }
}
