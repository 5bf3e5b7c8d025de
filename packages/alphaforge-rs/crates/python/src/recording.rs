//! Recordings as Python reads them.

use std::path::PathBuf;
use std::sync::Mutex;

use alphaforge_data::{RecordingEnd, RecordingReader as Inner};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::errors::Result;

/// One frame of a recording.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct Frame {
    line: u64,
    ts_recv: i64,
    data: Py<PyBytes>,
    is_whole: bool,
}

#[pymethods]
impl Frame {
    /// The line it stands on, from 1.
    #[getter]
    fn line(&self) -> u64 {
        self.line
    }

    /// When it was received, in ns since the epoch.
    #[getter]
    fn ts_recv(&self) -> i64 {
        self.ts_recv
    }

    /// What was received.
    #[getter]
    fn data(&self, py: Python<'_>) -> Py<PyBytes> {
        self.data.clone_ref(py)
    }

    /// False for a last line that does not end in a newline: it may be cut off.
    #[getter]
    fn is_whole(&self) -> bool {
        self.is_whole
    }
}

/// Reads a recording of `<receive time, ns> <frame>` lines, plain or gzip.
#[pyclass(frozen, module = "alphaforge_rs")]
pub(crate) struct RecordingReader {
    inner: Mutex<Inner>,
}

#[pymethods]
impl RecordingReader {
    #[new]
    fn new(path: PathBuf) -> Result<RecordingReader> {
        Ok(RecordingReader {
            inner: Mutex::new(Inner::open(&path)?),
        })
    }

    /// The next frames, at most `count` of them; an empty list at the end.
    fn next_frames(&self, py: Python<'_>, count: usize) -> Result<Vec<Frame>> {
        let frames = py.detach(|| -> Result<_> { Ok(self.inner.lock()?.next_frames(count)?) })?;
        Ok(frames
            .into_iter()
            .map(|frame| Frame {
                line: frame.line,
                ts_recv: frame.ts_recv.nanos(),
                data: PyBytes::new(py, &frame.bytes).unbind(),
                is_whole: frame.is_whole,
            })
            .collect())
    }

    /// The last whole line, where the recording ended in the middle of one; None where it has not
    /// ended, or ended well.
    #[getter]
    fn cut_off_after(&self) -> Result<Option<u64>> {
        Ok(match self.inner.lock()?.end() {
            RecordingEnd::CutOff { last_whole_line } => Some(*last_whole_line),
            RecordingEnd::NotReached | RecordingEnd::Whole => None,
        })
    }

    /// How many bytes of the file have been read, and how many there are.
    #[getter]
    fn progress(&self) -> Result<(u64, u64)> {
        Ok(self.inner.lock()?.progress())
    }
}
