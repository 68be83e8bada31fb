//! The kernels, each launched by one annotated function, whatever the device.

use crate::device::{Buffer, Device, Values};
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::host;
use obs_gpu::gpu_kernel;

/// Threads in a block of all kernels that are lines of threads.
pub const BLOCK: u32 = 256;
/// Blocks of the reduction's first pass.
pub(crate) const PARTIAL: usize = 256;
/// What a side of a matrix is a multiple of.
pub(crate) const TILE: usize = 16;

/// Adds a scaled vector to another.
#[gpu_kernel(
    stream = device,
    bytes = 12 * y.len(), flops = 2 * y.len(), items = y.len(),
    grid = blocks(y.len()), block = BLOCK,
    slo(success = "99.5%"), runbook = "gpu-kernels"
)]
pub fn saxpy(device: &Device, a: f32, x: &Buffer<f32>, y: &mut Buffer<f32>) -> Result {
    same(x.len(), y.len())?;
    match (device, &x.values, &mut y.values) {
        (Device::Host, Values::Host(x), Values::Host(y)) => host::saxpy(a, x, y),
        #[cfg(feature = "cuda")]
        (Device::Cuda(cuda), Values::Cuda(x), Values::Cuda(y)) => cuda.saxpy(a, x, y)?,
        #[cfg(feature = "cuda")]
        _ => return Err(Error::Elsewhere),
    }
    Ok(())
}

/// Adds up a vector, in two passes.
#[gpu_kernel(
    stream = device,
    bytes = 4 * x.len(), flops = x.len(), items = x.len(),
    grid = PARTIAL as u32, block = BLOCK,
    slo(success = "99.5%"), runbook = "gpu-kernels"
)]
pub fn reduce(device: &Device, x: &Buffer<f32>, partial: &mut Buffer<f32>, sum: &mut Buffer<f32>) -> Result {
    match (device, &x.values, &mut partial.values, &mut sum.values) {
        (Device::Host, Values::Host(x), _, Values::Host(sum)) => sum[0] = host::reduce(x),
        #[cfg(feature = "cuda")]
        (Device::Cuda(cuda), Values::Cuda(x), Values::Cuda(partial), Values::Cuda(sum)) => {
            cuda.reduce(x, partial, sum)?;
        }
        #[cfg(feature = "cuda")]
        _ => return Err(Error::Elsewhere),
    }
    Ok(())
}

/// Multiplies two square matrices.
#[gpu_kernel(
    stream = device,
    bytes = 12 * side * side, flops = 2 * side * side * side, items = side * side,
    grid = ((side / TILE) as u32, (side / TILE) as u32), block = (TILE as u32, TILE as u32),
    slow = "1s", slo(success = "99.5%", latency("100ms", "99%")), runbook = "gpu-kernels"
)]
pub fn matmul(device: &Device, side: usize, a: &Buffer<f32>, b: &Buffer<f32>, c: &mut Buffer<f32>) -> Result {
    for matrix in [a.len(), b.len(), c.len()] {
        same(matrix, side * side)?;
    }
    match (device, &a.values, &b.values, &mut c.values) {
        (Device::Host, Values::Host(a), Values::Host(b), Values::Host(c)) => host::matmul(side, a, b, c),
        #[cfg(feature = "cuda")]
        (Device::Cuda(cuda), Values::Cuda(a), Values::Cuda(b), Values::Cuda(c)) => {
            same(side % TILE, 0)?;
            cuda.matmul(side as u32, a, b, c)?;
        }
        #[cfg(feature = "cuda")]
        _ => return Err(Error::Elsewhere),
    }
    Ok(())
}

/// A graph and its layout on a device.
#[derive(Debug)]
pub struct Layout {
    offsets: Buffer<u32>,
    edges: Buffer<u32>,
    force: Buffer<f32>,
    /// Where the nodes are, two numbers each.
    pub position: Buffer<f32>,
}

impl Layout {
    /// Brings a graph to a device.
    ///
    /// # Errors
    ///
    /// The device has no room, or fails.
    pub fn new(device: &Device, graph: &Graph, position: &[f32]) -> Result<Layout> {
        Ok(Layout {
            offsets: device.upload(&graph.offsets)?,
            edges: device.upload(&graph.edges)?,
            force: device.zeros(2 * graph.nodes())?,
            position: device.upload(position)?,
        })
    }

    /// Pushes all nodes of a graph away from each other, and pulls neighbours together.
    #[gpu_kernel(
        name = "layout_forces", stream = device,
        flops = 10 * graph.nodes() * graph.nodes() + 4 * graph.edges.len(), items = graph.nodes(),
        grid = blocks(graph.nodes()), block = BLOCK,
        slow = "1s", slo(success = "99.5%"), runbook = "gpu-kernels"
    )]
    pub fn forces(&mut self, device: &Device, graph: &Graph) -> Result {
        let Layout { offsets, edges, force, position } = self;
        let (repulsion, spring) = (graph.repulsion, graph.spring);
        match (device, &position.values, &offsets.values, &edges.values, &mut force.values) {
            (
                Device::Host,
                Values::Host(position),
                Values::Host(offsets),
                Values::Host(edges),
                Values::Host(force),
            ) => host::layout_forces(position, offsets, edges, repulsion, spring, force),
            #[cfg(feature = "cuda")]
            (
                Device::Cuda(cuda),
                Values::Cuda(position),
                Values::Cuda(offsets),
                Values::Cuda(edges),
                Values::Cuda(force),
            ) => cuda.layout_forces(position, offsets, edges, [repulsion, spring], force)?,
            #[cfg(feature = "cuda")]
            _ => return Err(Error::Elsewhere),
        }
        Ok(())
    }

    /// Moves all nodes along their forces.
    #[gpu_kernel(
        name = "layout_move", stream = device,
        bytes = 24 * graph.nodes(), items = graph.nodes(), grid = blocks(graph.nodes()), block = BLOCK,
        slo(success = "99.5%"), runbook = "gpu-kernels"
    )]
    pub fn step(&mut self, device: &Device, graph: &Graph) -> Result {
        let Layout { force, position, .. } = self;
        match (device, &force.values, &mut position.values) {
            (Device::Host, Values::Host(force), Values::Host(position)) => {
                host::layout_move(graph.limit, force, position);
            }
            #[cfg(feature = "cuda")]
            (Device::Cuda(cuda), Values::Cuda(force), Values::Cuda(position)) => {
                cuda.layout_move(graph.limit, force, position)?;
            }
            #[cfg(feature = "cuda")]
            _ => return Err(Error::Elsewhere),
        }
        Ok(())
    }
}

/// How many blocks give each item a thread.
pub fn blocks(items: usize) -> u32 {
    items.div_ceil(BLOCK as usize) as u32
}

fn same(given: usize, expected: usize) -> Result {
    match given == expected {
        true => Ok(()),
        false => Err(Error::Failed(format!("{given} where {expected} is expected"))),
    }
}
