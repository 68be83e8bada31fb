//! Where kernels run: on a GPU, or on the processor with the same functions and the same measurements.

use crate::error::Result;
#[cfg(feature = "cuda")]
use crate::cuda::{self, Cuda, Slice};
use obs_gpu::{Direction, Lane, Stream, host};

/// A device with one stream.
#[derive(Debug)]
#[non_exhaustive]
pub enum Device {
    /// The processor.
    Host,
    /// A GPU of NVIDIA's.
    #[cfg(feature = "cuda")]
    Cuda(Cuda),
}

/// Memory of a device.
#[derive(Debug)]
#[non_exhaustive]
pub enum Buffer<T> {
    /// The processor's.
    Host(Vec<T>),
    /// A GPU's.
    #[cfg(feature = "cuda")]
    Cuda(Slice<T>),
}

/// So that attributes can say `stream = device`.
impl Stream for Device {
    fn lane(&self) -> Lane {
        match self {
            Device::Host => host::stream().lane(),
            #[cfg(feature = "cuda")]
            Device::Cuda(cuda) => cuda.stream().lane(),
        }
    }
}

/// What fits into a device's memory as it is.
#[cfg(feature = "cuda")]
pub trait Element: Copy + Default + cuda::Plain {}
#[cfg(feature = "cuda")]
impl<T: Copy + Default + cuda::Plain> Element for T {}

/// What fits into a device's memory as it is.
#[cfg(not(feature = "cuda"))]
pub trait Element: Copy + Default {}
#[cfg(not(feature = "cuda"))]
impl<T: Copy + Default> Element for T {}

impl Device {
    /// A copy of `values` on the device.
    ///
    /// # Errors
    ///
    /// The device has no room, or fails.
    pub fn upload<T: Element>(&self, values: &[T]) -> Result<Buffer<T>> {
        let copy = obs_gpu::copy(Direction::HostToDevice, size_of_val(values) as f64, self);
        let buffer = match self {
            Device::Host => Ok(Buffer::Host(values.to_vec())),
            #[cfg(feature = "cuda")]
            Device::Cuda(cuda) => cuda.upload(values).map(Buffer::Cuda),
        };
        copy.finish(&buffer);
        buffer
    }

    /// Zeros on the device.
    ///
    /// # Errors
    ///
    /// The device has no room, or fails.
    pub fn zeros<T: Element>(&self, len: usize) -> Result<Buffer<T>> {
        match self {
            Device::Host => Ok(Buffer::Host(vec![T::default(); len])),
            #[cfg(feature = "cuda")]
            Device::Cuda(cuda) => cuda.zeros(len).map(Buffer::Cuda),
        }
    }

    /// What is in a buffer. Waits for the device, as whoever wants a result has to.
    ///
    /// # Errors
    ///
    /// The device fails, or something that was launched before has.
    pub fn download<T: Element>(&self, buffer: &Buffer<T>) -> Result<Vec<T>> {
        let bytes = buffer.len() * size_of::<T>();
        let copy = obs_gpu::copy(Direction::DeviceToHost, bytes as f64, self);
        let values = match buffer {
            Buffer::Host(values) => Ok(values.clone()),
            #[cfg(feature = "cuda")]
            Buffer::Cuda(slice) => slice.download(),
        };
        copy.finish(&values);
        values
    }
}

impl<T> Buffer<T> {
    /// How many values it holds.
    pub fn len(&self) -> usize {
        match self {
            Buffer::Host(values) => values.len(),
            #[cfg(feature = "cuda")]
            Buffer::Cuda(slice) => slice.len(),
        }
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
