//! A file that knows how much of it was read, for progress bars.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) struct CountedFile {
    file: File,
    read: Arc<AtomicU64>,
}

impl CountedFile {
    pub(crate) fn new(file: File) -> (CountedFile, Arc<AtomicU64>) {
        let read = Arc::new(AtomicU64::new(0));
        let counted = CountedFile {
            file,
            read: Arc::clone(&read),
        };
        (counted, read)
    }
}

impl Read for CountedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
