//! The functions of NVIDIA's driver that timing needs, as C declares them, and no other: nothing that waits for a
//! device is here, so nothing that waits for one can be called.

#![allow(unsafe_code)]

use std::ffi::{CStr, c_char, c_int, c_uint};

/// `CUresult`.
pub(super) type Code = c_int;

/// A pointer of the driver's, which is never followed here.
macro_rules! handles {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        #[repr(transparent)]
        pub(crate) struct $name(pub(crate) usize);
    )*};
}

handles! {
    /// `CUcontext`.
    ContextHandle;
    /// `CUstream`.
    StreamHandle;
    /// `CUevent`.
    EventHandle;
}

/// A function of the driver's with these arguments.
macro_rules! function {
    ($($argument:ty),*) => { unsafe extern "system" fn($($argument),*) -> Code };
}

/// Declares the table and how it is filled. Of several names the first that the library has is taken: the later
/// ones are of other versions, with the same arguments.
macro_rules! functions {
    (
        required { $($field:ident: $($name:literal)|+ ($($argument:ty),*);)* }
        optional { $($maybe:ident: $maybe_name:literal ($($maybe_argument:ty),*);)* }
    ) => {
        /// The functions, by what they do.
        #[derive(Clone, Copy, Debug)]
        pub(super) struct Functions {
            $($field: function!($($argument),*),)*
            $($maybe: Option<function!($($maybe_argument),*)>,)*
        }

        impl Functions {
            /// Finds all of them.
            ///
            /// # Errors
            ///
            /// The name of one that is missing.
            ///
            /// # Safety
            ///
            /// What `find` finds by a name is a function with the arguments that NVIDIA documents under it, and stays
            /// loaded for as long as the program runs.
            pub(super) unsafe fn find(find: impl Fn(&str) -> Option<Symbol>) -> Result<Functions, &'static str> {
                $(
                    let names = [$($name),+];
                    let $field = names.into_iter().find_map(&find).ok_or(names[0])?;
                    // SAFETY: the caller promises that it is that function; the types are those of `cuda.h`.
                    let $field = unsafe { std::mem::transmute::<Symbol, function!($($argument),*)>($field) };
                )*
                $(
                    // SAFETY: the same.
                    let $maybe = find($maybe_name).map(|symbol| unsafe {
                        std::mem::transmute::<Symbol, function!($($maybe_argument),*)>(symbol)
                    });
                )*
                Ok(Functions { $($field,)* $($maybe,)* })
            }
        }
    };
}

/// The address of a function, which is never null.
pub(super) type Symbol = std::ptr::NonNull<std::ffi::c_void>;

functions! {
    required {
        init: "cuInit" (c_uint);
        driver_version: "cuDriverGetVersion" (*mut c_int);
        device_count: "cuDeviceGetCount" (*mut c_int);
        device: "cuDeviceGet" (*mut c_int, c_int);
        device_name: "cuDeviceGetName" (*mut c_char, c_int, c_int);
        device_attribute: "cuDeviceGetAttribute" (*mut c_int, c_int, c_int);
        device_memory: "cuDeviceTotalMem_v2" (*mut usize, c_int);
        context: "cuCtxGetCurrent" (*mut ContextHandle);
        set_context: "cuCtxSetCurrent" (ContextHandle);
        push_context: "cuCtxPushCurrent_v2" (ContextHandle);
        pop_context: "cuCtxPopCurrent_v2" (*mut ContextHandle);
        context_device: "cuCtxGetDevice" (*mut c_int);
        stream_context: "cuStreamGetCtx" (StreamHandle, *mut ContextHandle);
        create_stream: "cuStreamCreate" (*mut StreamHandle, c_uint);
        is_capturing: "cuStreamIsCapturing" (StreamHandle, *mut c_int);
        capture_mode: "cuThreadExchangeStreamCaptureMode" (*mut c_int);
        create_event: "cuEventCreate" (*mut EventHandle, c_uint);
        destroy_event: "cuEventDestroy_v2" (EventHandle);
        record_event: "cuEventRecord" (EventHandle, StreamHandle);
        query_event: "cuEventQuery" (EventHandle);
        elapsed: "cuEventElapsedTime" | "cuEventElapsedTime_v2" (*mut f32, EventHandle, EventHandle);
        error_name: "cuGetErrorName" (Code, *mut *const c_char);
    }
    optional {
        context_id: "cuCtxGetId" (ContextHandle, *mut u64);
        green_context: "cuStreamGetGreenCtx" (StreamHandle, *mut usize);
        primary_state: "cuDevicePrimaryCtxGetState" (c_int, *mut c_uint, *mut c_int);
        retain_primary: "cuDevicePrimaryCtxRetain" (*mut ContextHandle, c_int);
        release_primary: "cuDevicePrimaryCtxRelease_v2" (c_int);
    }
}

/// `CU_STREAM_CAPTURE_MODE_RELAXED`.
const RELAXED: c_int = 2;

/// `CU_STREAM_NON_BLOCKING`: the default stream does not wait for it.
const NON_BLOCKING: c_uint = 1;

/// What a function says: nothing, or its code.
fn done(code: Code) -> Result<(), Code> {
    if code == 0 { Ok(()) } else { Err(code) }
}

/// Calls a function that writes its answer to its place, the first argument or the last.
macro_rules! answer {
    ($function:expr, out $(, $argument:expr)*) => {{
        let mut answer = Default::default();
        // SAFETY: the function writes one value of that type to the address, which is ours for the time of the call;
        // handles are such as the driver gave out, or as the caller of `Stream::from_raw` vouched for.
        done(unsafe { $function(&raw mut answer, $($argument),*) }).map(|()| answer)
    }};
    ($function:expr, $argument:expr, out) => {{
        let mut answer = Default::default();
        // SAFETY: the same.
        done(unsafe { $function($argument, &raw mut answer) }).map(|()| answer)
    }};
}

/// Calls a function that takes only handles and numbers.
macro_rules! order {
    ($function:expr $(, $argument:expr)*) => {{
        // SAFETY: it reads no memory of ours; handles are such as the driver gave out, or as the caller of
        // `Stream::from_raw` vouched for. The manual says nothing of one that outlived its context, so that
        // `Context::alive` is asked first wherever that may be.
        done(unsafe { $function($($argument),*) })
    }};
}

impl Functions {
    pub(super) fn init(&self) -> Result<(), Code> {
        order!(self.init, 0)
    }

    /// As the driver writes it: 12080 is 12.8.
    pub(super) fn driver_version(&self) -> Result<c_int, Code> {
        answer!(self.driver_version, out)
    }

    pub(super) fn device_count(&self) -> Result<c_int, Code> {
        answer!(self.device_count, out)
    }

    pub(super) fn device(&self, ordinal: c_int) -> Result<c_int, Code> {
        answer!(self.device, out, ordinal)
    }

    pub(super) fn device_name(&self, device: c_int) -> Result<String, Code> {
        let mut name = [0 as c_char; 256];
        // SAFETY: the driver writes at most the 256 bytes that it is told are there.
        done(unsafe { (self.device_name)(name.as_mut_ptr(), 256, device) })?;
        name[255] = 0;
        // SAFETY: the array ends in a zero.
        Ok(unsafe { CStr::from_ptr(name.as_ptr()) }.to_string_lossy().into_owned())
    }

    pub(super) fn device_attribute(&self, attribute: c_int, device: c_int) -> Result<c_int, Code> {
        answer!(self.device_attribute, out, attribute, device)
    }

    pub(super) fn device_memory(&self, device: c_int) -> Result<usize, Code> {
        answer!(self.device_memory, out, device)
    }

    /// The thread's; zero where it has none.
    pub(super) fn context(&self) -> Result<ContextHandle, Code> {
        answer!(self.context, out)
    }

    pub(super) fn set_context(&self, context: ContextHandle) -> Result<(), Code> {
        order!(self.set_context, context)
    }

    pub(super) fn push_context(&self, context: ContextHandle) -> Result<(), Code> {
        order!(self.push_context, context)
    }

    pub(super) fn pop_context(&self) -> Result<ContextHandle, Code> {
        answer!(self.pop_context, out)
    }

    /// Of the thread's context.
    pub(super) fn context_device(&self) -> Result<c_int, Code> {
        answer!(self.context_device, out)
    }

    /// A number that no other context of this process ever has, or zero: the function came with CUDA 12. Who counts
    /// calls for an older driver has it, and says 500.
    pub(super) fn context_id(&self, context: ContextHandle) -> Result<u64, Code> {
        let Some(function) = self.context_id else { return Ok(0) };
        match answer!(function, context, out) {
            Err(500) => Ok(0),
            answer => answer,
        }
    }

    /// For the default streams, the thread's.
    pub(super) fn stream_context(&self, stream: StreamHandle) -> Result<ContextHandle, Code> {
        answer!(self.stream_context, stream, out)
    }

    /// Whether it is a stream of a part of a device. No driver before CUDA 12.4 has any.
    pub(super) fn is_green(&self, stream: StreamHandle) -> bool {
        let Some(function) = self.green_context else { return false };
        let green: Result<usize, Code> = answer!(function, stream, out);
        green.is_ok_and(|green| green != 0)
    }

    /// Whether the device has a primary context now: asking for one that is not there would make it.
    pub(super) fn is_primary_active(&self, device: c_int) -> bool {
        let Some(function) = self.primary_state else { return false };
        let (mut flags, mut active) = (0, 0);
        // SAFETY: the function writes one value of its type to each of the two addresses, which are ours.
        done(unsafe { function(device, &raw mut flags, &raw mut active) }).is_ok() && active != 0
    }

    /// The device's primary context, which stays until it is [released](Functions::release_primary) as often.
    pub(super) fn retain_primary(&self, device: c_int) -> Result<ContextHandle, Code> {
        // What cannot be given back is not taken.
        let function = self.retain_primary.filter(|_| self.release_primary.is_some());
        answer!(function.ok_or(super::fault::NOT_SUPPORTED)?, out, device)
    }

    pub(super) fn release_primary(&self, device: c_int) -> Result<(), Code> {
        let Some(function) = self.release_primary else { return Err(super::fault::NOT_SUPPORTED) };
        order!(function, device)
    }

    /// In the thread's context.
    pub(super) fn create_stream(&self) -> Result<StreamHandle, Code> {
        answer!(self.create_stream, out, NON_BLOCKING)
    }

    pub(super) fn is_capturing(&self, stream: StreamHandle) -> Result<bool, Code> {
        let status: Result<c_int, Code> = answer!(self.is_capturing, stream, out);
        status.map(|status| status != 0)
    }

    /// Lets this thread ask for events while another one captures: otherwise its question would end their capture.
    pub(super) fn relax_capture(&self) -> Result<(), Code> {
        let mut mode = RELAXED;
        // SAFETY: the driver swaps the mode at the address for the one that the thread had.
        done(unsafe { (self.capture_mode)(&raw mut mode) })
    }

    /// One that keeps the time, in the thread's context.
    pub(super) fn create_event(&self) -> Result<EventHandle, Code> {
        answer!(self.create_event, out, 0)
    }

    pub(super) fn destroy_event(&self, event: EventHandle) -> Result<(), Code> {
        order!(self.destroy_event, event)
    }

    pub(super) fn record_event(&self, event: EventHandle, stream: StreamHandle) -> Result<(), Code> {
        order!(self.record_event, event, stream)
    }

    pub(super) fn query_event(&self, event: EventHandle) -> Result<(), Code> {
        order!(self.query_event, event)
    }

    /// In milliseconds.
    pub(super) fn elapsed(&self, start: EventHandle, end: EventHandle) -> Result<f32, Code> {
        answer!(self.elapsed, out, start, end)
    }

    /// The name of a code in `cuda.h`, where the driver knows it.
    pub(super) fn error_name(&self, code: Code) -> Option<String> {
        let mut name = std::ptr::null();
        // SAFETY: the driver writes the address of a text that it keeps, or null.
        let known = done(unsafe { (self.error_name)(code, &raw mut name) }).is_ok() && !name.is_null();
        // SAFETY: it is not null, and ends in a zero, as all texts of the driver.
        known.then(|| unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned())
    }
}
