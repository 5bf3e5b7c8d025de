//! The journal: an append-only log of every input of the execution plane.
//!
//! A record has a sequence number, the epoch of the leader that wrote it, a kind and a payload, which means
//! nothing here. Each is guarded by a checksum, and all are linked by a chain of hashes. Records go to a
//! [`Store`]: segments in a folder, memory, or (in tests) a database. [`Journal`] numbers and links them;
//! [`Committer`] writes and syncs them in groups on a thread of its own.
//!
//! A store that fails once is not used again: what a failed `fsync` has left on the disk is unknown, and asking
//! again can answer "all is well" for pages that the system has dropped (Rebello et al., "Can Applications
//! Recover from fsync Failures?", USENIX ATC 2020).
//!
//! This crate and `alphaforge-data` are the only ones that touch files.

mod chain;
mod committer;
mod disk;
mod error;
mod frame;
mod journal;
mod memory;
mod record;
mod segment;
mod segments;
mod simulated_disk;
mod snapshot;
mod store;

pub use chain::Chain;
pub use committer::{Committer, Durability, Notify};
pub use disk::{Disk, DiskFile, Folder};
pub use error::{Damage, JournalError};
pub use frame::{FORMAT_VERSION, Position};
pub use journal::Journal;
pub use memory::MemoryStore;
pub use record::{Kind, Record};
pub use segments::SegmentStore;
pub use simulated_disk::{Fault, SimulatedDisk};
pub use snapshot::{Found, Snapshot, load_snapshot, save_snapshot};
pub use store::{Batch, Cut, Recovered, Store};
