//! One tiny function, instrumented by each peer in turn, and the stopwatch they share.
//!
//! Everybody measures the same [`body`], on the same threads, in the same loop; a peer is one file under
//! [`peers`] and one line in [`peers::sync`], [`peers::ready`], [`peers::spans`]
//! or [`peers::exported`]. `cargo xtask bench`
//! runs all of it several times and prints one table.

pub mod peers;
mod ready;
pub mod receiver;
pub mod scrape;
mod stopwatch;

use std::hint::black_box;

pub use ready::ready;
pub use stopwatch::{Group, on_threads};

/// Why [`body`] may fail, so that every peer has a result to look at. It never does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}

impl std::error::Error for Refused {}

/// The work that is instrumented: a multiplication which the compiler can neither fold nor skip.
///
/// # Errors
///
/// [`Refused`] for `u64::MAX`, which no bench passes.
#[inline(always)]
pub fn body(input: u64) -> Result<u64, Refused> {
    match black_box(input) {
        u64::MAX => Err(Refused),
        input => Ok(input.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
    }
}

/// One way of instrumenting [`body`].
pub trait Peer {
    /// Its row in the table.
    const NAME: &'static str;

    /// The fewest calls that say anything: criterion asks for few of a peer that takes long to settle, and then a
    /// new thread's first call is most of what it sees.
    const AT_LEAST: u64 = 1;

    /// The instrumented function.
    ///
    /// # Errors
    ///
    /// Those of [`body`].
    fn call(input: u64) -> Result<u64, Refused>;

    /// Sets the peer up, and says whether a call left its mark: one that records nothing would look fast.
    fn works() -> bool;

    /// What one thread does while the stopwatch runs.
    fn stretch(calls: u64) {
        for input in 0..calls {
            let _ = black_box(Self::call(input));
        }
    }

    /// Housekeeping between two stretches, off the clock.
    fn settle() {}
}

/// Something done for each peer of a list.
pub trait Visitor {
    /// Called once a peer.
    fn peer<P: Peer>(&mut self);
}
