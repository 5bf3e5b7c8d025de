//! Recordings: what a venue sent, frame by frame, with the time at which each frame was received.
//! Columns: market events as columnar files hold them.
//!
//! This crate and `alphaforge-journal` are the only ones that touch files.

mod columns;
mod counted_file;
mod recording;

pub use columns::{
    ColumnError, Columns, KINDS, LEVEL_COLUMNS, ROW_COLUMNS, Scales, decode, encode,
};
pub use recording::{Frame, RecordingEnd, RecordingError, RecordingReader};
