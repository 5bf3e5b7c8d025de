//! What can go wrong.

use std::io;

use thiserror::Error;

/// What is wrong with bytes that should be a record or a header.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Damage {
    /// The file does not begin as a segment or a snapshot does.
    #[error("it does not begin as a file of the journal does")]
    NotOurs,
    /// It was written by another version of AlphaForge.
    #[error("it has format {found}; this version of AlphaForge reads format {known}")]
    Version {
        /// Its format.
        found: u32,
        /// The one that is known here.
        known: u32,
    },
    /// A size that cannot be.
    #[error("a record of {size} bytes cannot be")]
    Size {
        /// The size.
        size: u32,
    },
    /// The file ends within a record.
    #[error("it ends within a record")]
    Short,
    /// The checksum does not match.
    #[error("the checksum does not match")]
    Checksum,
    /// A record is missing, or comes twice.
    #[error("record {found} stands where record {expected} belongs")]
    Sequence {
        /// The number that belongs there.
        expected: u64,
        /// The number that stands there.
        found: u64,
    },
    /// It does not follow from the records before it.
    #[error("its hash does not follow from the records before it")]
    Chain,
    /// An epoch below one before it.
    #[error("epoch {found} comes after epoch {before}")]
    Epoch {
        /// The epoch before.
        before: u32,
        /// Its epoch.
        found: u32,
    },
    /// Bytes that only fill up are not zero.
    #[error("bytes that should be zero are not")]
    Padding,
}

/// Why the journal cannot go on.
#[derive(Debug, Error)]
pub enum JournalError {
    /// The system refuses; the journal is not used any more.
    #[error("{file}: {action}: {source}")]
    Io {
        /// Which file.
        file: String,
        /// What was tried.
        action: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// Records that were acknowledged cannot be read.
    #[error(
        "{file} is damaged at byte {offset}, in record {sequence}: {damage}; restore the folder from a copy"
    )]
    Damaged {
        /// Which file.
        file: String,
        /// Where.
        offset: u64,
        /// Which record belongs there.
        sequence: u64,
        /// What is wrong.
        damage: Damage,
    },
    /// A failure has ended the journal earlier.
    #[error("the journal has failed before: {0}")]
    Failed(String),
    /// Another leader has begun a later epoch.
    #[error("epoch {ours} is over: epoch {theirs} has begun")]
    Fenced {
        /// Our epoch.
        ours: u32,
        /// The later one.
        theirs: u32,
    },
    /// A payload beyond what a record can hold.
    #[error("a payload of {size} bytes is larger than a record can hold ({largest})")]
    TooLarge {
        /// Its size.
        size: usize,
        /// The largest.
        largest: usize,
    },
    /// More waits for the disk than may wait.
    #[error("{waiting} bytes wait for the disk: it does not keep up")]
    Backlog {
        /// How many bytes wait.
        waiting: usize,
    },
}

impl JournalError {
    pub(crate) fn io(file: &str, action: &'static str) -> impl FnOnce(io::Error) -> JournalError {
        move |source| JournalError::Io {
            file: file.to_owned(),
            action,
            source,
        }
    }
}
