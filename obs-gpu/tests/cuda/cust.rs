//! Streams of `cust`, which is linked to the driver.

use crate::process::{SCALE, flush, launches, timings, with_script};
use cust::context::Context;
use cust::module::Module;
use cust::stream::{Stream, StreamFlags};
use cust::{CudaFlags, device::Device};

#[test]
fn streams_of_cust_are_streams() {
    with_script("cust::streams_of_cust_are_streams", "devices 2; kernel scale 0.001", || {
        for ordinal in 0..2 {
            cust::init(CudaFlags::empty()).unwrap();
            let context = Context::new(Device::get_device(ordinal).unwrap()).unwrap();
            cust::context::CurrentContext::set_current(&context).unwrap();
            let module = Module::from_ptx(".visible .entry scale()\n{ ret; }", &[]).unwrap();
            let function = module.get_function("scale").unwrap();
            let stream = Stream::new(StreamFlags::NON_BLOCKING, None).unwrap();
            let launch = SCALE.launch(&stream);
            // SAFETY: the kernel has no parameters.
            unsafe { cust::launch!(function<<<4, 256, 0, stream>>>()) }.unwrap();
            drop(launch);
            flush();
            let device = ordinal.to_string();
            assert_eq!((timings("scale", &device).0, launches("scale", &device, "ok")), (1, 1.0));
            std::mem::forget(context);
        }
    });
}
