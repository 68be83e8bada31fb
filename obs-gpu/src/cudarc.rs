//! Streams of `cudarc`.

use crate::Stream;
use crate::stream::Lane;
use cudarc::driver::CudaStream;

/// An `Arc<CudaStream>`, as `cudarc` gives them out, is one too: a launch that is given a clone needs no borrow.
///
/// The context of a launch whose timing nobody has read is kept, as any clone of its `Arc` does.
impl Stream for CudaStream {
    fn lane(&self) -> Lane<'_> {
        crate::cuda::lane_of_shared(self.cu_stream() as usize, self.context())
    }
}
