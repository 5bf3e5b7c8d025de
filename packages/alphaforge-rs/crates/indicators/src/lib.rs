//! Incremental indicators: each takes one value at a time and costs the same however long it runs.
//!
//! They are signals for strategies and use binary floats; nothing of the execution plane depends on
//! this crate. An input that cannot be used is refused and changes nothing, so that an indicator
//! never holds NaN or infinity. Nothing drifts: sliding windows never subtract what has left them,
//! and endless sums are compensated.

mod atr;
mod compensated_sum;
mod ema;
mod input;
mod moments;
mod rsi;
mod sliding_moments;
mod sma;
mod vwap;
mod warm_up_mean;
mod wilder_average;
mod z_score;

pub use atr::Atr;
pub use ema::Ema;
pub use input::{IndicatorError, LARGEST_VALUE, LONGEST};
pub use rsi::Rsi;
pub use sma::Sma;
pub use vwap::Vwap;
pub use z_score::ZScore;
