//! `#[gpu_kernel]` on every shape of code that it must accept, run on the host, and its telemetry read back.

// Some shapes are what they are for the sake of the shape.
#![allow(clippy::manual_async_fn, clippy::needless_return)]

mod drift;
mod endings;
mod hygiene;
mod shapes;
mod stacked;
mod statics;
mod work;

use obs_gpu::Lane;

/// A stream of the host's.
fn host() -> Lane<'static> {
    Lane::HOST
}
