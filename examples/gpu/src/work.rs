//! One round of all kernels, and the check of what they computed.

use crate::device::{Buffer, Device};
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::kernels::{self, Layout, PARTIAL, TILE};
use crate::reference;
use fastrand::Rng;
use obs_runtime::observe;

/// How many elements of a result are compared with the reference, which is slow.
const SAMPLES: usize = 64;

/// The work: its inputs, on the processor and on the device.
#[derive(Debug)]
pub struct Work {
    random: Rng,
    side: usize,
    x: Vec<f32>,
    matrix: [Vec<f32>; 2],
    graph: Graph,
    position: Vec<f32>,
}

impl Work {
    /// Work of a size from 1 to 16, the same at each run.
    pub fn new(size: usize) -> Work {
        let mut random = Rng::with_seed(2);
        let side = 8 * TILE * size;
        let graph = Graph::ring(1024 * size, &mut random);
        let position = graph.scattered(&mut random);
        Work {
            side,
            // Larger than caches are, so that the kernels on it show what the memory can do.
            x: values(size << 22, &mut random),
            matrix: [values(side * side, &mut random), values(side * side, &mut random)],
            graph,
            position,
            random,
        }
    }

    /// How long its vectors are.
    pub(crate) fn vector_len(&self) -> usize {
        self.x.len()
    }

    /// Runs every kernel once, and checks what it computed.
    ///
    /// # Errors
    ///
    /// The device fails, or a result is wrong.
    #[observe]
    pub fn round(&mut self, device: &Device) -> Result {
        self.vectors(device)?;
        self.matrices(device)?;
        self.layout(device)
    }

    /// a x + y, and its sum.
    #[observe]
    fn vectors(&mut self, device: &Device) -> Result {
        let (a, before) = (0.5, vec![1.0; self.x.len()]);
        let x = device.upload(&self.x)?;
        let mut y = device.upload(&before)?;
        let (mut partial, mut sum) = (device.zeros(PARTIAL)?, device.zeros(1)?);
        kernels::saxpy(device, a, &x, &mut y)?;
        kernels::reduce(device, &y, &mut partial, &mut sum)?;
        let (after, sum) = (device.download(&y)?, device.download(&sum)?[0]);
        for _ in 0..SAMPLES {
            let i = self.random.usize(..after.len());
            check("saxpy", after[i], reference::saxpy(a, self.x[i], before[i]), 1e-6)?;
        }
        check("reduce", sum, reference::reduce(&after), 1e-5)
    }

    /// A product.
    #[observe]
    fn matrices(&mut self, device: &Device) -> Result {
        let [a, b] = &self.matrix;
        let (left, right) = (device.upload(a)?, device.upload(b)?);
        let mut product: Buffer<f32> = device.zeros(a.len())?;
        kernels::matmul(device, self.side, &left, &right, &mut product)?;
        let product = device.download(&product)?;
        for _ in 0..SAMPLES {
            let [row, column] = [self.random.usize(..self.side), self.random.usize(..self.side)];
            let expected = reference::matmul(self.side, a, b, row, column);
            check("matmul", product[row * self.side + column], expected, 1e-5)?;
        }
        Ok(())
    }

    /// A step of the layout, from where the last one ended.
    #[observe]
    fn layout(&mut self, device: &Device) -> Result {
        let mut layout = Layout::new(device, &self.graph, &self.position)?;
        layout.forces(device, &self.graph)?;
        layout.step(device, &self.graph)?;
        let after = device.download(&layout.position)?;
        for _ in 0..SAMPLES {
            let node = self.random.usize(..self.graph.nodes());
            let expected = reference::layout(&self.graph, &self.position, node);
            check("layout", after[2 * node], expected[0], 1e-4)?;
            check("layout", after[2 * node + 1], expected[1], 1e-4)?;
        }
        self.position = after;
        Ok(())
    }
}

/// Numbers from 0 to 1: sums of them do not cancel, so that a relative bound says something.
fn values(count: usize, random: &mut Rng) -> Vec<f32> {
    (0..count).map(|_| random.f32()).collect()
}

/// Whether a value is as near to the reference as single precision gets it.
fn check(kernel: &'static str, got: f32, expected: f64, bound: f64) -> Result {
    let error = (f64::from(got) - expected).abs() / expected.abs().max(1.0);
    // Not `error > bound`, which a NaN is not.
    if error <= bound { Ok(()) } else { Err(Error::Wrong { kernel, error, bound }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_on_the_processor_agree_with_the_reference() {
        let mut work = Work::new(1);
        for _ in 0..3 {
            work.round(&Device::Host).unwrap();
        }
    }

    #[test]
    fn a_wrong_result_is_noticed() {
        assert!(check("saxpy", 1.000_01, 1.0, 1e-6).is_err());
        assert!(check("saxpy", f32::NAN, 1.0, 1e-6).is_err());
        assert!(check("saxpy", 1.0, 1.0, 1e-6).is_ok());
    }
}
