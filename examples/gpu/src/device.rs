//! Where kernels run: on a GPU, or on the processor with the same functions and the same measurements.

use crate::args::Choice;
#[cfg(feature = "cuda")]
use crate::cuda::{self, Cuda};
use crate::error::{Error, Result};
#[cfg(feature = "cuda")]
use cudarc::driver::CudaSlice;
use obs_gpu::memory::{self, Allocation};
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

/// Memory of a device, which is told of when it comes and goes.
#[derive(Debug)]
pub struct Buffer<T> {
    pub(crate) values: Values<T>,
    /// Counted as allocated while the buffer lives.
    _allocation: Allocation,
}

/// What a buffer holds.
#[derive(Debug)]
pub(crate) enum Values<T> {
    /// The processor's.
    Host(Vec<T>),
    /// A GPU's.
    #[cfg(feature = "cuda")]
    Cuda(CudaSlice<T>),
}

/// So that attributes can say `stream = device`.
impl Stream for Device {
    fn lane(&self) -> Lane<'_> {
        match self {
            Device::Host => Lane::HOST,
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
    /// The device that was asked for. `auto` takes the processor where there is no GPU.
    ///
    /// # Errors
    ///
    /// There is no such GPU, or it does not start.
    pub fn open(choice: Choice) -> Result<Device> {
        #[cfg(feature = "cuda")]
        match choice {
            Choice::Host => {}
            Choice::Gpu(ordinal) if cuda::is_there() => return Ok(Device::Cuda(Cuda::open(ordinal)?)),
            Choice::Auto if cuda::is_there() => match Cuda::open(0) {
                Ok(cuda) => return Ok(Device::Cuda(cuda)),
                Err(problem) => eprintln!("gpu-example: GPU 0 is of no use: {problem}"),
            },
            Choice::Auto | Choice::Gpu(_) => {}
        }
        match choice {
            Choice::Gpu(_) => Err(Error::Failed("there is no driver for GPUs on this machine".to_owned())),
            Choice::Auto => {
                #[cfg(feature = "cuda")]
                if !cuda::is_there() {
                    eprintln!(
                        "gpu-example: there is no driver for GPUs on this machine; the processor does the work"
                    );
                }
                host::instead();
                Ok(Device::Host)
            }
            Choice::Host => Ok(Device::Host),
        }
    }

    /// What it is called.
    pub fn name(&self) -> String {
        match self {
            Device::Host => "the processor".to_owned(),
            #[cfg(feature = "cuda")]
            Device::Cuda(cuda) => cuda.name(),
        }
    }

    /// A copy of `values` on the device.
    ///
    /// # Errors
    ///
    /// The device has no room, or fails.
    pub fn upload<T: Element>(&self, values: &[T]) -> Result<Buffer<T>> {
        let copy = obs_gpu::copy(Direction::HostToDevice, size_of_val(values) as u64, self);
        let uploaded = match self {
            Device::Host => Ok(Values::Host(values.to_vec())),
            #[cfg(feature = "cuda")]
            Device::Cuda(cuda) => cuda.upload(values).map(Values::Cuda),
        };
        copy.finish(&uploaded);
        uploaded.map(|values| self.told(values))
    }

    /// Zeros on the device.
    ///
    /// # Errors
    ///
    /// The device has no room, or fails.
    pub fn zeros<T: Element>(&self, len: usize) -> Result<Buffer<T>> {
        let zeros = match self {
            Device::Host => Values::Host(vec![T::default(); len]),
            #[cfg(feature = "cuda")]
            Device::Cuda(cuda) => Values::Cuda(cuda.zeros(len)?),
        };
        Ok(self.told(zeros))
    }

    /// What is in a buffer. Waits for the device, as whoever wants a result has to.
    ///
    /// # Errors
    ///
    /// The device fails, or something that was launched before has.
    pub fn download<T: Element>(&self, buffer: &Buffer<T>) -> Result<Vec<T>> {
        let bytes = buffer.len() * size_of::<T>();
        let copy = obs_gpu::copy(Direction::DeviceToHost, bytes as u64, self);
        let values = match (self, &buffer.values) {
            (Device::Host, Values::Host(values)) => Ok(values.clone()),
            #[cfg(feature = "cuda")]
            (Device::Cuda(cuda), Values::Cuda(values)) => cuda.download(values),
            #[cfg(feature = "cuda")]
            _ => Err(Error::Elsewhere),
        };
        copy.finish(&values);
        values
    }

    fn told<T>(&self, values: Values<T>) -> Buffer<T> {
        let bytes = (values.len() * size_of::<T>()) as u64;
        Buffer { values, _allocation: memory::allocated(self, bytes) }
    }
}

impl<T> Values<T> {
    fn len(&self) -> usize {
        match self {
            Values::Host(values) => values.len(),
            #[cfg(feature = "cuda")]
            Values::Cuda(values) => values.len(),
        }
    }
}

impl<T> Buffer<T> {
    /// How many values it holds.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
