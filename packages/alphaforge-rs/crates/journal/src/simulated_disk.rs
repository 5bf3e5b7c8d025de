//! A disk that can be made to fail and to lose power, for tests and simulations.
//!
//! What is written is seen at once and is safe after a sync. When power is lost, any part of what was not synced may
//! be there, sector by sector; of names that were not synced, the first few changes may be.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::disk::{Disk, DiskFile};

const SECTOR: usize = 512;

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The disk is full.
    NoSpace,
    /// The disk does not work. After a failed sync what was not safe is gone, as on Linux.
    Broken,
}

/// A folder of files in memory; clones are the same folder.
#[derive(Clone, Debug, Default)]
pub struct SimulatedDisk(Arc<Mutex<Inner>>);

/// A file of such a folder.
#[derive(Clone, Debug)]
pub struct SimulatedFile {
    disk: SimulatedDisk,
    id: usize,
}

#[derive(Debug, Default)]
struct Inner {
    files: Vec<Content>,
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    /// Changes of names since they were synced: (name, file or none).
    name_changes: Vec<Vec<(String, Option<usize>)>>,
    calls: u64,
    fault: Option<(u64, Fault)>,
}

#[derive(Debug, Default)]
struct Content {
    seen: Vec<u8>,
    durable: Vec<u8>,
    written: Vec<(usize, usize)>,
}

impl SimulatedDisk {
    /// Makes the `call`-th call from now on fail that changes anything, counted from one.
    pub fn fail_at(&self, call: u64, fault: Fault) {
        let mut inner = self.lock();
        inner.fault = Some((inner.calls + call, fault));
    }

    /// How many calls have changed something, or tried to.
    pub fn calls(&self) -> u64 {
        self.lock().calls
    }

    /// Power is lost: what was not synced survives in part, as `random` decides. Files that were open are not to be
    /// used any more.
    pub fn lose_power(&self, random: &mut dyn FnMut() -> u64) {
        let mut inner = self.lock();
        inner.fault = None;
        for content in &mut inner.files {
            for (from, to) in std::mem::take(&mut content.written) {
                let mut start = from;
                while start < to {
                    let end = (start / SECTOR * SECTOR + SECTOR).min(to);
                    if random().is_multiple_of(2) {
                        content.durable[start..end].copy_from_slice(&content.seen[start..end]);
                    }
                    start = end;
                }
            }
            content.seen.clone_from(&content.durable);
        }
        let changes = std::mem::take(&mut inner.name_changes);
        let kept = random() % (changes.len() as u64 + 1);
        let mut names = inner.durable_names.clone();
        for change in changes.into_iter().take(kept as usize) {
            apply(&mut names, change);
        }
        inner.names.clone_from(&names);
        inner.durable_names = names;
    }

    /// The bytes of a file, to look at or to damage.
    pub fn with_bytes<T>(&self, name: &str, change: impl FnOnce(&mut Vec<u8>) -> T) -> Option<T> {
        let mut inner = self.lock();
        let id = *inner.names.get(name)?;
        let content = &mut inner.files[id];
        let result = change(&mut content.seen);
        content.durable.clone_from(&content.seen);
        Some(result)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn call(&mut self) -> Result<(), Fault> {
        self.calls += 1;
        match self.fault {
            Some((at, fault)) if self.calls >= at => Err(fault),
            Some(_) | None => Ok(()),
        }
    }

    fn change_names(&mut self, change: Vec<(String, Option<usize>)>) {
        apply(&mut self.names, change.clone());
        self.name_changes.push(change);
    }

    fn find(&self, name: &str) -> io::Result<usize> {
        let missing = || io::Error::new(io::ErrorKind::NotFound, name.to_owned());
        self.names.get(name).copied().ok_or_else(missing)
    }
}

fn apply(names: &mut BTreeMap<String, usize>, change: Vec<(String, Option<usize>)>) {
    for (name, file) in change {
        match file {
            Some(file) => names.insert(name, file),
            None => names.remove(&name),
        };
    }
}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> io::Error {
        match fault {
            Fault::NoSpace => io::Error::from(io::ErrorKind::StorageFull),
            Fault::Broken => io::Error::other("input/output error"),
        }
    }
}

impl Disk for SimulatedDisk {
    type File = SimulatedFile;

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.lock().names.keys().cloned().collect())
    }

    fn create(&mut self, name: &str, size: u64) -> io::Result<SimulatedFile> {
        let mut inner = self.lock();
        inner.call()?;
        if inner.names.contains_key(name) {
            return Err(io::Error::from(io::ErrorKind::AlreadyExists));
        }
        let zeros = vec![0; size as usize];
        inner.files.push(Content {
            seen: zeros.clone(),
            durable: zeros,
            written: Vec::new(),
        });
        let id = inner.files.len() - 1;
        inner.change_names(vec![(name.to_owned(), Some(id))]);
        Ok(SimulatedFile {
            disk: self.clone(),
            id,
        })
    }

    fn open(&self, name: &str) -> io::Result<SimulatedFile> {
        Ok(SimulatedFile {
            disk: self.clone(),
            id: self.lock().find(name)?,
        })
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        let mut inner = self.lock();
        inner.call()?;
        let id = inner.find(from)?;
        inner.change_names(vec![(to.to_owned(), Some(id)), (from.to_owned(), None)]);
        Ok(())
    }

    fn remove(&mut self, name: &str) -> io::Result<()> {
        let mut inner = self.lock();
        inner.call()?;
        inner.find(name)?;
        inner.change_names(vec![(name.to_owned(), None)]);
        Ok(())
    }

    fn sync_names(&mut self) -> io::Result<()> {
        let mut inner = self.lock();
        inner.call()?;
        inner.durable_names = inner.names.clone();
        inner.name_changes.clear();
        Ok(())
    }
}

impl DiskFile for SimulatedFile {
    fn read(&self) -> io::Result<Vec<u8>> {
        Ok(self.disk.lock().files[self.id].seen.clone())
    }

    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut inner = self.disk.lock();
        inner.call()?;
        let content = &mut inner.files[self.id];
        let (from, to) = (offset as usize, offset as usize + bytes.len());
        if content.seen.len() < to {
            content.seen.resize(to, 0);
            content.durable.resize(to, 0);
        }
        content.seen[from..to].copy_from_slice(bytes);
        content.written.push((from, to));
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut inner = self.disk.lock();
        let outcome = inner.call();
        let content = &mut inner.files[self.id];
        match outcome {
            Ok(()) => {
                content.durable.clone_from(&content.seen);
                content.written.clear();
                Ok(())
            }
            Err(fault) => {
                content.seen.clone_from(&content.durable);
                content.written.clear();
                Err(fault.into())
            }
        }
    }
}
