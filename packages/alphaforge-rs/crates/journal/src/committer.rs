//! Group commit: records are appended without waiting, and made durable together on a thread of their own.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use crate::error::JournalError;
use crate::frame::Position;
use crate::journal::{Journal, Writer};
use crate::record::Kind;
use crate::store::Store;

/// Beyond this the disk does not keep up, and new records are refused.
const LARGEST_BACKLOG: usize = 64 * 1024 * 1024;

/// When a record counts as safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// When the disk has it: it survives a power cut.
    Fsync,
    /// When the system has it: it survives the end of the process.
    Process,
}

/// Tells that records have become durable, or that the journal has failed. It is called on the journal's thread.
pub type Notify = Box<dyn Fn() + Send>;

/// Appends records, and commits them in groups.
pub struct Committer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    state: Mutex<State>,
    has_work: Condvar,
    durable: AtomicU64,
}

struct State {
    writer: Writer,
    failure: Option<String>,
    is_closing: bool,
}

impl Committer {
    /// Takes a journal over. `notify` is called after each group.
    pub fn start<S: Store + 'static>(
        journal: Journal<S>,
        durability: Durability,
        notify: Notify,
    ) -> Committer {
        let (store, writer) = journal.into_parts();
        let shared = Arc::new(Shared {
            durable: AtomicU64::new(writer.durable),
            state: Mutex::new(State {
                writer,
                failure: None,
                is_closing: false,
            }),
            has_work: Condvar::new(),
        });
        let of_thread = Arc::clone(&shared);
        let thread = std::thread::spawn(move || of_thread.commit_all(store, durability, &notify));
        Committer {
            shared,
            thread: Some(thread),
        }
    }

    /// Takes a record, and gives its sequence number; it is durable when [`Committer::durable`] has reached that.
    ///
    /// # Errors
    /// Where the journal has failed, the disk does not keep up, or the payload is too large.
    pub fn append(&self, kind: Kind, payload: &[u8]) -> Result<u64, JournalError> {
        let mut state = self.shared.lock();
        if let Some(failure) = &state.failure {
            return Err(JournalError::Failed(failure.clone()));
        }
        let waiting = state.writer.waiting_bytes();
        if waiting > LARGEST_BACKLOG {
            return Err(JournalError::Backlog { waiting });
        }
        let sequence = state.writer.append(kind, payload)?;
        drop(state);
        self.shared.has_work.notify_one();
        Ok(sequence)
    }

    /// The last record that is durable.
    pub fn durable(&self) -> u64 {
        self.shared.durable.load(Ordering::Acquire)
    }

    /// Where the next record belongs.
    pub fn position(&self) -> Position {
        self.shared.lock().writer.next
    }

    /// Why the journal cannot be used any more, if it cannot.
    pub fn failure(&self) -> Option<String> {
        self.shared.lock().failure.clone()
    }

    /// Commits what waits, and ends.
    ///
    /// # Errors
    /// Where the journal has failed.
    pub fn close(mut self) -> Result<u64, JournalError> {
        self.end();
        match self.failure() {
            Some(failure) => Err(JournalError::Failed(failure)),
            None => Ok(self.durable()),
        }
    }

    fn end(&mut self) {
        self.shared.lock().is_closing = true;
        self.shared.has_work.notify_one();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            self.shared.lock().failure = Some("its thread has panicked".to_owned());
        }
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        self.end();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing is left half done while the lock is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread: takes what waits, writes and syncs it, and tells, until it is closed or has failed.
    fn commit_all<S: Store>(&self, mut store: S, durability: Durability, notify: &Notify) {
        let mut spare = Vec::new();
        loop {
            let mut state = self.lock();
            while state.writer.waiting_bytes() == 0 && !state.is_closing {
                state = self
                    .has_work
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            if state.writer.waiting_bytes() == 0 {
                return;
            }
            let waiting = state.writer.take(spare);
            drop(state);
            let written = store.write(waiting.batch());
            let result = match durability {
                Durability::Fsync => written.and_then(|()| store.sync()),
                Durability::Process => written,
            };
            let mut state = self.lock();
            let has_failed = result.is_err();
            match result {
                Ok(()) => {
                    state.writer.durable = waiting.last;
                    self.durable.store(waiting.last, Ordering::Release);
                }
                Err(error) => state.failure = Some(error.to_string()),
            }
            drop(state);
            notify();
            if has_failed {
                return;
            }
            spare = waiting.bytes;
        }
    }
}
