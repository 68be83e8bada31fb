//! Streams of `cudarc`.

use crate::Stream;
use crate::stream::Lane;
use cudarc::driver::CudaStream;

/// An `Arc<CudaStream>`, as `cudarc` gives them out, is one too.
impl Stream for CudaStream {
    fn lane(&self) -> Lane {
        crate::cuda::lane(self.cu_stream() as usize, Some(self.context().cu_ctx() as usize))
    }
}
