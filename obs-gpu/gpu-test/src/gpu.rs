//! The device, as the checks drive it: nothing of obs-gpu is in here.

#![allow(unsafe_code)]

use crate::Result;
use crate::setting;
use cudarc::driver::sys::{CUdevice_attribute, CUevent, CUevent_flags, CUfunction, CUstreamCaptureMode};
use cudarc::driver::{CudaContext, CudaGraph, CudaSlice, CudaStream, DevicePtr, result, sys};
use std::ffi::{CString, c_uint, c_void};
use std::sync::Arc;

const PTX: &str = include_str!("kernels.ptx");

/// A context on the first device, with the kernels and what they work on.
pub(crate) struct Gpu {
    pub(crate) context: Arc<CudaContext>,
    /// Handles, as numbers: threads share them.
    kernels: [usize; 4],
    memory: [CudaSlice<f32>; 2],
}

/// What to launch.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Work {
    /// So many clock cycles.
    Spin(u64),
    /// y = a x + y, for so many.
    Saxpy(u32),
    /// y = x, for so many.
    Copy(u32),
    /// Loses the context.
    Wild,
    /// More threads than a block can have: the driver refuses.
    TooMany,
}

/// Numbers that the kernels work on at most.
pub(crate) const NUMBERS: u32 = 1 << 24;

impl Gpu {
    pub(crate) fn open() -> Result<Gpu> {
        Gpu::of(CudaContext::new(0)?)
    }

    /// Another context on the same device, which goes when it is dropped.
    pub(crate) fn another(&self) -> Result<Gpu> {
        // In all drivers, unlike the one that this version of CUDA's headers names.
        type Create = unsafe extern "C" fn(*mut sys::CUcontext, c_uint, sys::CUdevice) -> sys::CUresult;
        let device = self.context.cu_device();
        let mut context = std::ptr::null_mut();
        // SAFETY: the driver is loaded, and the function is of that type; nobody else has the context.
        let context = unsafe {
            sys::culib().get::<Create>(b"cuCtxCreate_v2")?(&raw mut context, 0, device).result()?;
            CudaContext::from_raw_context(0, device, context)?
        };
        Gpu::of(context)
    }

    fn of(context: Arc<CudaContext>) -> Result<Gpu> {
        // Its own events between streams would be in the way.
        // SAFETY: what is on one stream here is never used on another without waiting.
        unsafe { context.disable_event_tracking() };
        let numbers = if setting::is_real() { NUMBERS } else { 1 << 12 };
        let stream = context.default_stream();
        let memory = [stream.alloc_zeros(numbers as usize)?, stream.alloc_zeros(numbers as usize)?];
        stream.synchronize()?;
        let ptx = CString::new(PTX)?;
        // SAFETY: the text ends in a zero; the module stays as long as the process.
        let module = unsafe { result::module::load_data(ptx.as_ptr().cast()) }?;
        let kernel = |name: &str| -> Result<usize> {
            // SAFETY: the module is loaded.
            Ok(unsafe { result::module::get_function(module, CString::new(name)?) }? as usize)
        };
        let kernels = [kernel("obs_spin")?, kernel("obs_saxpy")?, kernel("obs_copy")?, kernel("obs_wild")?];
        Ok(Gpu { context, kernels, memory })
    }

    /// Brings a device to its working clock.
    pub(crate) fn warm_up(&self) -> Result {
        if setting::is_real() {
            let stream = self.stream()?;
            self.launch(&stream, Work::Spin(self.cycles(0.2)))?;
            stream.synchronize()?;
        }
        Ok(())
    }

    /// A stream that waits for no other.
    pub(crate) fn stream(&self) -> Result<Arc<CudaStream>> {
        Ok(self.context.new_stream()?)
    }

    /// So many cycles take about that long.
    pub(crate) fn cycles(&self, seconds: f64) -> u64 {
        let attribute = CUdevice_attribute::CU_DEVICE_ATTRIBUTE_CLOCK_RATE;
        let kilohertz = self.context.attribute(attribute).unwrap_or(1_000_000);
        (seconds * 1e3 * f64::from(kilohertz)) as u64
    }

    pub(crate) fn numbers(&self) -> u32 {
        self.memory[0].len() as u32
    }

    /// Puts it into the stream.
    pub(crate) fn launch(
        &self,
        stream: &CudaStream,
        work: Work,
    ) -> std::result::Result<(), result::DriverError> {
        let [spin, saxpy, copy, wild] = self.kernels;
        let [mut x, mut y] = self.memory.each_ref().map(|numbers| numbers.device_ptr(stream).0);
        let (mut cycles, mut a) = (0_u64, 2.0_f32);
        let mut count = if let Work::Saxpy(count) | Work::Copy(count) = work { count } else { 0 };
        if let Work::Spin(long) = work {
            cycles = long;
        }
        let [cycles, x, y] = [&raw mut cycles, &raw mut x, &raw mut y].map(<*mut u64>::cast::<c_void>);
        let (count_at, a) = ((&raw mut count).cast(), (&raw mut a).cast());
        let blocks = count.div_ceil(256);
        let (kernel, grid, block, parameters): (_, _, _, &mut [*mut c_void]) = match work {
            Work::Spin(_) => (spin, 1, 1, &mut [cycles]),
            Work::TooMany => (spin, 1, 4096, &mut [cycles]),
            Work::Saxpy(_) => (saxpy, blocks, 256, &mut [count_at, a, x, y]),
            Work::Copy(_) => (copy, blocks, 256, &mut [count_at, x, y]),
            Work::Wild => (wild, 1, 1, &mut []),
        };
        let kernel = kernel as CUfunction;
        // SAFETY: the parameters are those of the kernel's entry, and are read before the call returns; the memory
        // lives as long as the process, and has room for `count` numbers.
        unsafe {
            result::launch_kernel(kernel, (grid, 1, 1), (block, 1, 1), 0, stream.cu_stream(), parameters)
        }
    }

    /// Two events that nothing else uses.
    pub(crate) fn events(&self) -> Result<[CUevent; 2]> {
        self.context.bind_to_thread()?;
        let event = || result::event::create(CUevent_flags::CU_EVENT_DEFAULT);
        Ok([event()?, event()?])
    }

    /// The time between two events, after both happened: waits.
    pub(crate) fn elapsed(&self, [start, stop]: [CUevent; 2]) -> Result<f64> {
        // SAFETY: the events are ours, and were recorded.
        let milliseconds = unsafe {
            sys::cuEventSynchronize(stop).result()?;
            result::event::elapsed(start, stop)?
        };
        Ok(f64::from(milliseconds) / 1e3)
    }

    /// Puts an event into the stream.
    pub(crate) fn record(&self, event: CUevent, stream: &CudaStream) -> Result {
        // SAFETY: both are of our context.
        Ok(unsafe { result::event::record(event, stream.cu_stream()) }?)
    }

    /// What the work of `body` becomes instead of being run.
    pub(crate) fn capture(
        &self,
        stream: &Arc<CudaStream>,
        body: impl FnOnce() -> Result,
    ) -> Result<CudaGraph> {
        stream.begin_capture(CUstreamCaptureMode::CU_STREAM_CAPTURE_MODE_GLOBAL)?;
        let done = body();
        let flags = sys::CUgraphInstantiate_flags(0);
        let graph = stream.end_capture(flags);
        done?;
        graph?.ok_or_else(|| "nothing was captured".into())
    }
}
