//! Streams of `cust`.

use crate::Stream;
use crate::stream::Lane;

/// Asks the driver for the stream's context each time, which a stream of `cust` does not know; who launches often into one
/// asks for its lane once. Clones there are none, so that a launch borrows it, or an `Arc` around it.
///
/// As everything in `cust`, it trusts a stream's context to be there while the stream is.
///
/// A context goes when its last owner does, and one of them is a launch whose timing nobody has read. Contexts of
/// `cust::context::legacy` have no owners, so that nothing is timed there.
impl Stream for cust::stream::Stream {
    fn lane(&self) -> Lane<'_> {
        crate::cuda::lane_of_counted(self.as_inner() as usize)
    }
}
