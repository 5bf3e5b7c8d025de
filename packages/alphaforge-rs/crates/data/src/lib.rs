//! Recordings: what a venue sent, frame by frame, with the time at which each frame was received.
//!
//! This is the only crate that touches files.

mod counted_file;
mod recording;

pub use recording::{Frame, RecordingEnd, RecordingError, RecordingReader};
