//! The chain of hashes that links each record to all before it.

use sha2::{Digest, Sha256};

/// The hash of a record and of all before it: the first 16 bytes of SHA-256.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chain(pub [u8; 16]);

impl Chain {
    /// The link after this one.
    #[must_use]
    pub fn next(self, parts: [&[u8]; 3]) -> Chain {
        let mut hash = Sha256::new();
        hash.update(self.0);
        for part in parts {
            hash.update(part);
        }
        let mut link = [0; 16];
        link.copy_from_slice(&hash.finalize()[..16]);
        Chain(link)
    }
}
