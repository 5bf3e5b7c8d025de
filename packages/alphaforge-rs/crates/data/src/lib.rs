//! Recordings: what a venue sent, frame by frame, with the time at which each frame was received.
//!
//! With the journal this is the only crate that touches files.

mod counted_file;
mod recording;

pub use recording::{Frame, LONGEST_FRAME, RecordingEnd, RecordingError, RecordingReader};
