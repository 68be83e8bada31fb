//! Streams of `cust`.

use crate::Stream;
use crate::stream::Lane;

/// Asks the driver for the stream's context at every launch: a stream of `cust` does not know.
impl Stream for cust::stream::Stream {
    fn lane(&self) -> Lane {
        crate::cuda::lane(self.as_inner() as usize, None)
    }
}
