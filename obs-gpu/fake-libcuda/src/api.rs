//! The functions that the script knows, a file for each chapter of the driver's manual.

mod context;
mod device;
mod event;
mod graph;
mod launch;
mod memory;
mod stream;

use crate::symbols::Symbol;

/// Tells which function answers for which name.
macro_rules! answers {
    ($set:ident: $($symbol:ident => $function:path;)*) => {
        $($set(Symbol::$symbol, $function as *const () as *mut ());)*
    };
}

/// Hands over every function that the script knows.
pub(crate) fn fill(set: impl Fn(Symbol, *mut ())) {
    answers! { set:
        cuInit => device::init;
        cuDriverGetVersion => device::version;
        cuGetErrorName => device::error_name;
        cuGetErrorString => device::error_name;
        cuDeviceGetCount => device::count;
        cuDeviceGet => device::get;
        cuDeviceGetName => device::name;
        cuDeviceGetUuid => device::uuid;
        cuDeviceGetUuid_v2 => device::uuid;
        cuDeviceGetAttribute => device::attribute;
        cuDeviceTotalMem_v2 => device::total_memory;
        cuDevicePrimaryCtxRetain => context::retain;
        cuDevicePrimaryCtxRelease_v2 => context::release;
        cuDevicePrimaryCtxReset_v2 => context::reset;
        cuDevicePrimaryCtxSetFlags_v2 => context::set_flags;
        cuDevicePrimaryCtxGetState => context::state;
        cuCtxCreate_v2 => context::create;
        cuCtxCreate_v3 => context::create_with_affinity;
        cuCtxCreate_v4 => context::create_with_parameters;
        cuCtxDestroy_v2 => context::destroy;
        cuCtxGetCurrent => context::current;
        cuCtxSetCurrent => context::set_current;
        cuCtxPushCurrent_v2 => context::push;
        cuCtxPopCurrent_v2 => context::pop;
        cuCtxGetDevice => context::device;
        cuCtxGetId => context::id;
        cuCtxGetApiVersion => context::api_version;
        cuCtxSynchronize => context::synchronize;
        cuStreamCreate => stream::create;
        cuStreamCreateWithPriority => stream::create_with_priority;
        cuStreamDestroy_v2 => stream::destroy;
        cuStreamGetCtx => stream::context;
        cuStreamGetGreenCtx => stream::green_context;
        cuStreamGetFlags => stream::flags;
        cuStreamQuery => stream::query;
        cuStreamSynchronize => stream::synchronize;
        cuStreamWaitEvent => stream::wait_event;
        cuEventCreate => event::create;
        cuEventDestroy_v2 => event::destroy;
        cuEventRecord => event::record;
        cuEventQuery => event::query;
        cuEventSynchronize => event::synchronize;
        cuEventElapsedTime => event::elapsed;
        cuEventElapsedTime_v2 => event::elapsed;
        cuStreamBeginCapture_v2 => graph::begin_capture;
        cuStreamEndCapture => graph::end_capture;
        cuStreamIsCapturing => graph::is_capturing;
        cuThreadExchangeStreamCaptureMode => graph::exchange_mode;
        cuGraphInstantiateWithFlags => graph::instantiate;
        cuGraphLaunch => graph::launch;
        cuGraphUpload => graph::upload;
        cuGraphDestroy => graph::destroy;
        cuGraphExecDestroy => graph::destroy;
        cuModuleLoadData => launch::load_data;
        cuModuleLoadDataEx => launch::load_data_ex;
        cuModuleGetFunction => launch::function;
        cuModuleUnload => launch::unload;
        cuLaunchKernel => launch::kernel;
        cuMemAlloc_v2 => memory::alloc;
        cuMemAllocAsync => memory::alloc_async;
        cuMemFree_v2 => memory::free;
        cuMemFreeAsync => memory::free_async;
        cuMemAllocHost_v2 => memory::alloc_host;
        cuMemHostAlloc => memory::alloc_host;
        cuMemFreeHost => memory::free_host;
        cuMemGetInfo_v2 => memory::info;
        cuMemcpyHtoD_v2 => memory::copy_to_device;
        cuMemcpyDtoH_v2 => memory::copy_to_host;
        cuMemcpyDtoD_v2 => memory::copy_on_device;
        cuMemcpyHtoDAsync_v2 => memory::copy_to_device_async;
        cuMemcpyDtoHAsync_v2 => memory::copy_to_host_async;
        cuMemcpyDtoDAsync_v2 => memory::copy_on_device_async;
        cuMemsetD8_v2 => memory::set;
        cuMemsetD8Async => memory::set_async;
    }
}
