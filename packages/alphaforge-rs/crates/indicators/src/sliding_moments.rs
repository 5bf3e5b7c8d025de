//! Mean and variance of the last `length` values.

use crate::moments::Moments;

/// A window that is never subtracted from, so that no error stays in it.
///
/// The values stand in blocks of `length`. The window is the end of the block before, whose moments
/// from each place to its end are known, and the beginning of the present block, whose moments grow
/// with it. When a block is full its moments are taken from the back: one step a value, all told.
#[derive(Clone, Debug)]
pub(crate) struct SlidingMoments {
    length: usize,
    block: Vec<f64>,
    of_block: Moments,
    /// Moments of the block before from the place after this one to its end; empty before it is full.
    rest_of_last: Vec<Moments>,
}

impl SlidingMoments {
    pub(crate) fn new(length: usize) -> SlidingMoments {
        SlidingMoments {
            length,
            block: Vec::new(),
            of_block: Moments::default(),
            rest_of_last: Vec::new(),
        }
    }

    /// Takes a value. The moments of the window; None before it is full.
    pub(crate) fn update(&mut self, value: f64) -> Option<Moments> {
        self.block.push(value);
        self.of_block = self.of_block.with(value);
        let place = self.block.len() - 1;
        let window = match self.rest_of_last.get(place) {
            Some(rest) => Some(self.of_block.and(*rest)),
            None if self.block.len() == self.length => Some(self.of_block),
            None => None,
        };
        if self.block.len() == self.length {
            self.turn();
        }
        window
    }

    fn turn(&mut self) {
        self.rest_of_last.resize(self.length, Moments::default());
        let mut rest = Moments::default();
        for (place, value) in self.block.drain(..).enumerate().rev() {
            self.rest_of_last[place] = rest;
            rest = rest.with(value);
        }
        self.of_block = Moments::default();
    }
}
