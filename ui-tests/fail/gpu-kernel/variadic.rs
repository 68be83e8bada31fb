use obs_gpu::gpu_kernel;

unsafe extern "C" {
    #[gpu_kernel(stream = format)]
    fn printf(format: *const u8, ...) -> i32;
}

fn main() {}
