//! A GPU of NVIDIA's through `cudarc`, which loads the driver when the program runs.

#![allow(unsafe_code)] // A launch trusts its arguments to be what the kernel expects.

use crate::error::{Error, Result};
use crate::kernels::{BLOCK, TILE, blocks};
use cudarc::driver::{
    CudaContext, CudaFunction, CudaSlice, CudaStream, DeviceRepr, DriverError, LaunchConfig, PushKernelArg,
    ValidAsZeroBits, sys,
};
use cudarc::nvrtc::Ptx;
use std::fmt;
use std::sync::Arc;

/// The kernels as the driver compiles them; see `kernels/kernels.cu`.
const PTX: &str = include_str!("../kernels/kernels.ptx");

/// What can be copied to a GPU as it is.
pub trait Plain: DeviceRepr + ValidAsZeroBits + fmt::Debug {}
impl<T: DeviceRepr + ValidAsZeroBits + fmt::Debug> Plain for T {}

/// A GPU with one stream and the kernels of this program.
#[derive(Debug)]
pub struct Cuda {
    stream: Arc<CudaStream>,
    saxpy: CudaFunction,
    reduce: CudaFunction,
    matmul: CudaFunction,
    layout_forces: CudaFunction,
    layout_move: CudaFunction,
}

/// Whether there is a driver to ask.
pub(crate) fn is_there() -> bool {
    // SAFETY: it tries to load the driver's library, whose initialisers are NVIDIA's and have no conditions.
    unsafe { sys::is_culib_present() }
}

impl Cuda {
    /// The GPU of that number, with the kernels compiled for it.
    ///
    /// # Errors
    ///
    /// What the driver says.
    pub(crate) fn open(ordinal: usize) -> Result<Cuda> {
        let context = CudaContext::new(ordinal)?;
        let kernels = context.load_module(Ptx::from_src(PTX))?;
        let stream = context.new_stream()?;
        let kernel = |name| kernels.load_function(name);
        Ok(Cuda {
            stream,
            saxpy: kernel("saxpy")?,
            reduce: kernel("reduce")?,
            matmul: kernel("matmul")?,
            layout_forces: kernel("layout_forces")?,
            layout_move: kernel("layout_move")?,
        })
    }

    pub(crate) fn name(&self) -> String {
        let context = self.stream.context();
        context.name().unwrap_or_else(|_| format!("GPU {}", context.ordinal()))
    }

    pub(crate) fn stream(&self) -> &Arc<CudaStream> {
        &self.stream
    }

    pub(crate) fn upload<T: Plain>(&self, values: &[T]) -> Result<CudaSlice<T>> {
        Ok(self.stream.clone_htod(values)?)
    }

    pub(crate) fn zeros<T: Plain>(&self, len: usize) -> Result<CudaSlice<T>> {
        Ok(self.stream.alloc_zeros(len)?)
    }

    pub(crate) fn download<T: Plain>(&self, values: &CudaSlice<T>) -> Result<Vec<T>> {
        Ok(self.stream.clone_dtoh(values)?)
    }

    pub(crate) fn saxpy(&self, a: f32, x: &CudaSlice<f32>, y: &mut CudaSlice<f32>) -> Result {
        let n = y.len() as u32;
        let mut launch = self.stream.launch_builder(&self.saxpy);
        launch.arg(&n).arg(&a).arg(x).arg(y);
        // SAFETY: the arguments are the kernel's; it writes below `n`, which both vectors have.
        unsafe { launch.launch(blocks_of(n.div_ceil(BLOCK), BLOCK)) }?;
        Ok(())
    }

    /// The sum of `x` in the first place of `partial`, whose length is the number of blocks.
    pub(crate) fn reduce(
        &self,
        x: &CudaSlice<f32>,
        partial: &mut CudaSlice<f32>,
        sum: &mut CudaSlice<f32>,
    ) -> Result {
        let blocks = partial.len() as u32;
        let (n, config) = (x.len() as u32, |blocks| blocks_of(blocks, BLOCK));
        let mut launch = self.stream.launch_builder(&self.reduce);
        launch.arg(&n).arg(x).arg(&mut *partial);
        // SAFETY: the arguments are the kernel's; each block writes its own place of `partial`.
        unsafe { launch.launch(config(blocks)) }?;
        let mut launch = self.stream.launch_builder(&self.reduce);
        launch.arg(&blocks).arg(&*partial).arg(sum);
        // SAFETY: as before, with one block.
        unsafe { launch.launch(config(1)) }?;
        Ok(())
    }

    pub(crate) fn matmul(
        &self,
        side: u32,
        a: &CudaSlice<f32>,
        b: &CudaSlice<f32>,
        c: &mut CudaSlice<f32>,
    ) -> Result {
        let tile = TILE as u32;
        let tiles = side / tile;
        let config =
            LaunchConfig { grid_dim: (tiles, tiles, 1), block_dim: (tile, tile, 1), shared_mem_bytes: 0 };
        let mut launch = self.stream.launch_builder(&self.matmul);
        launch.arg(&side).arg(a).arg(b).arg(c);
        // SAFETY: the arguments are the kernel's; the caller has seen that all are squares of that side,
        // which the tile divides.
        unsafe { launch.launch(config) }?;
        Ok(())
    }

    pub(crate) fn layout_forces(
        &self,
        position: &CudaSlice<f32>,
        offsets: &CudaSlice<u32>,
        edges: &CudaSlice<u32>,
        [repulsion, spring]: [f32; 2],
        force: &mut CudaSlice<f32>,
    ) -> Result {
        let nodes = force.len() / 2;
        let n = nodes as u32;
        let mut launch = self.stream.launch_builder(&self.layout_forces);
        launch.arg(&n).arg(position).arg(offsets).arg(edges);
        launch.arg(&repulsion).arg(&spring).arg(force);
        // SAFETY: the arguments are the kernel's; a graph's offsets are within its edges, and its edges
        // below the number of its nodes.
        unsafe { launch.launch(blocks_of(blocks(nodes), BLOCK)) }?;
        Ok(())
    }

    pub(crate) fn layout_move(
        &self,
        limit: f32,
        force: &CudaSlice<f32>,
        position: &mut CudaSlice<f32>,
    ) -> Result {
        let nodes = force.len() / 2;
        let n = nodes as u32;
        let mut launch = self.stream.launch_builder(&self.layout_move);
        launch.arg(&n).arg(&limit).arg(force).arg(position);
        // SAFETY: the arguments are the kernel's, and of one length.
        unsafe { launch.launch(blocks_of(blocks(nodes), BLOCK)) }?;
        Ok(())
    }
}

fn blocks_of(blocks: u32, threads: u32) -> LaunchConfig {
    LaunchConfig { grid_dim: (blocks, 1, 1), block_dim: (threads, 1, 1), shared_mem_bytes: 0 }
}

impl From<DriverError> for Error {
    fn from(error: DriverError) -> Error {
        match error.0 {
            sys::CUresult::CUDA_ERROR_OUT_OF_MEMORY => Error::OutOfMemory,
            code => Error::Failed(format!("{code:?}")),
        }
    }
}
