#![deny(unused_variables)]

use obs_gpu::{Lane, gpu_kernel};

#[gpu_kernel(stream = stream)]
fn f(stream: Lane, n: u8) {}

fn main() {}
