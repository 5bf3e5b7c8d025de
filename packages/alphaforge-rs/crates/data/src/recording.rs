//! Reads recordings: lines of `<receive time, ns> <frame>`, plain or gzip.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use alphaforge_types::UnixNanos;
use flate2::read::MultiGzDecoder;
use thiserror::Error;

use crate::counted_file::CountedFile;

/// The years 2000 to 2199: a time in other units than nanoseconds lies outside.
const PLAUSIBLE_NS: std::ops::Range<i64> = 946_684_800_000_000_000..7_258_118_400_000_000_000;

/// A longer frame is an error, so that a damaged file cannot take all memory.
const LONGEST_FRAME: usize = 64 * 1024 * 1024;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Why a recording cannot be read on. Each names the file and the line.
#[derive(Debug, Error)]
pub enum RecordingError {
    /// The file cannot be opened or read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is a folder, a pipe or a device.
    #[error("{}: not a regular file; a recording is read more than once, so that a pipe cannot be one", path.display())]
    NoFile {
        /// The path.
        path: PathBuf,
    },
    /// The gzip data is damaged.
    #[error("{}: the gzip data is damaged after line {line} ({source}); check the file with `gzip -t`", path.display())]
    DamagedGzip {
        /// The file.
        path: PathBuf,
        /// The last good line.
        line: u64,
        /// What the decoder says.
        source: io::Error,
    },
    /// A time cannot be in nanoseconds.
    #[error(
        "{}:{line}: receive time {nanos} is not in the years 2000 to 2199; is it in nanoseconds since 1970?{hint}",
        path.display()
    )]
    ImplausibleTime {
        /// Which file.
        path: PathBuf,
        /// Which line, from one.
        line: u64,
        /// The time.
        nanos: i64,
        /// What else it may be.
        hint: &'static str,
    },
    /// A line does not begin with a time.
    #[error("{}:{line}: expected `<receive time in ns> <frame>`, found {found:?}{hint}", path.display())]
    NoTime {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
        /// Its beginning.
        found: String,
        /// What else it may be.
        hint: &'static str,
    },
    /// A line is longer than any frame.
    #[error("{}:{line}: the line is longer than {LONGEST_FRAME} bytes", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
    },
}

/// One frame of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The line it stands on, from 1.
    pub line: u64,
    /// When it was received.
    pub ts_recv: UnixNanos,
    /// What was received.
    pub bytes: Vec<u8>,
    /// False for a last line that does not end in a newline: it may be cut off.
    pub is_whole: bool,
}

/// How a recording ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordingEnd {
    /// It has not been read to its end yet.
    NotReached,
    /// With a whole line.
    Whole,
    /// In the middle of a line or of its gzip data, as when the recorder was killed.
    CutOff {
        /// The last line that is whole.
        last_whole_line: u64,
    },
}

/// Reads a recording from front to back.
pub struct RecordingReader {
    path: PathBuf,
    input: Box<dyn BufRead + Send>,
    is_gzip: bool,
    line: u64,
    end: RecordingEnd,
    /// Met behind frames that had to be returned first.
    failure: Option<RecordingError>,
    read: Arc<AtomicU64>,
    total: u64,
}

impl RecordingReader {
    /// Opens a recording; gzip is recognised by its first bytes, not by its name.
    ///
    /// # Errors
    /// Where the file cannot be opened.
    pub fn open(path: &Path) -> Result<RecordingReader, RecordingError> {
        let io_error = |source| RecordingError::Io {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(io_error)?;
        let metadata = file.metadata().map_err(io_error)?;
        if !metadata.is_file() {
            return Err(RecordingError::NoFile {
                path: path.to_owned(),
            });
        }
        let total = metadata.len();
        let (counted, read) = CountedFile::new(file);
        let mut buffered = BufReader::with_capacity(1 << 16, counted);
        let is_gzip = buffered
            .fill_buf()
            .map_err(io_error)?
            .starts_with(&GZIP_MAGIC);
        let input: Box<dyn BufRead + Send> = if is_gzip {
            let decoder = MultiGzDecoder::new(buffered);
            Box::new(BufReader::with_capacity(1 << 18, decoder))
        } else {
            Box::new(buffered)
        };
        Ok(RecordingReader {
            path: path.to_owned(),
            input,
            is_gzip,
            line: 0,
            end: RecordingEnd::NotReached,
            failure: None,
            read,
            total,
        })
    }

    /// The next frames, at most `count` of them; none at the end. Empty lines are skipped.
    ///
    /// # Errors
    /// Where the file cannot be read on. All frames before the place are returned first.
    pub fn next_frames(&mut self, count: usize) -> Result<Vec<Frame>, RecordingError> {
        if let Some(error) = self.failure.take() {
            return Err(error);
        }
        let mut frames = Vec::new();
        while frames.len() < count && self.end == RecordingEnd::NotReached {
            match self.next_frame() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => {}
                Err(error) if frames.is_empty() => return Err(error),
                Err(error) => {
                    self.failure = Some(error);
                    break;
                }
            }
        }
        Ok(frames)
    }

    /// How the recording ended, once it has.
    pub fn end(&self) -> &RecordingEnd {
        &self.end
    }

    /// How many bytes of the file have been read, and how many there are.
    pub fn progress(&self) -> (u64, u64) {
        (self.read.load(Ordering::Relaxed), self.total)
    }

    fn next_frame(&mut self) -> Result<Option<Frame>, RecordingError> {
        let mut bytes = Vec::new();
        let limit = LONGEST_FRAME as u64 + 1;
        let outcome = (&mut self.input).take(limit).read_until(b'\n', &mut bytes);
        match outcome {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                self.end = self.cut_off();
                return Ok(None);
            }
            Err(source) => return Err(self.read_error(source)),
            Ok(0) => {
                if self.end == RecordingEnd::NotReached {
                    self.end = RecordingEnd::Whole;
                }
                return Ok(None);
            }
            Ok(_) => {}
        }
        self.line += 1;
        let is_whole = bytes.last() == Some(&b'\n');
        if !is_whole && bytes.len() > LONGEST_FRAME {
            return Err(RecordingError::TooLong {
                path: self.path.clone(),
                line: self.line,
            });
        }
        trim_line_end(&mut bytes);
        if bytes.is_empty() {
            return Ok(None);
        }
        if is_whole {
            return self.split(bytes, true).map(Some);
        }
        // Whether an unfinished last line is a whole frame, its decoder has to say.
        let frame = self.split(bytes, false).ok();
        self.end = if frame.is_some() {
            RecordingEnd::Whole
        } else {
            self.line -= 1;
            self.cut_off()
        };
        Ok(frame)
    }

    fn hint(&self) -> &'static str {
        if self.is_gzip {
            "; the gzip data may be damaged: check the file with `gzip -t`"
        } else {
            ""
        }
    }

    fn cut_off(&self) -> RecordingEnd {
        RecordingEnd::CutOff {
            last_whole_line: self.line,
        }
    }

    fn read_error(&self, source: io::Error) -> RecordingError {
        let path = self.path.clone();
        let kind = source.kind();
        // What flate2 says of data that no compressor wrote.
        if kind == ErrorKind::InvalidInput || kind == ErrorKind::InvalidData {
            let line = self.line;
            return RecordingError::DamagedGzip { path, line, source };
        }
        RecordingError::Io { path, source }
    }

    fn split(&self, mut bytes: Vec<u8>, is_whole: bool) -> Result<Frame, RecordingError> {
        let space = bytes.iter().position(|byte| *byte == b' ');
        let time = space
            .and_then(|space| std::str::from_utf8(&bytes[..space]).ok())
            .and_then(|text| text.parse::<i64>().ok());
        let (Some(space), Some(nanos)) = (space, time) else {
            let beginning = &bytes[..bytes.len().min(40)];
            return Err(RecordingError::NoTime {
                path: self.path.clone(),
                line: self.line,
                found: String::from_utf8_lossy(beginning).into_owned(),
                hint: self.hint(),
            });
        };
        if !PLAUSIBLE_NS.contains(&nanos) {
            return Err(RecordingError::ImplausibleTime {
                path: self.path.clone(),
                line: self.line,
                nanos,
                hint: self.hint(),
            });
        }
        bytes.drain(..=space);
        Ok(Frame {
            line: self.line,
            ts_recv: UnixNanos::from_nanos(nanos),
            bytes,
            is_whole,
        })
    }
}

fn trim_line_end(bytes: &mut Vec<u8>) {
    while matches!(bytes.last(), Some(b'\n' | b'\r')) {
        bytes.pop();
    }
}
