//! Where spans lie in time.

use crate::Result;
use crate::gpu::{Gpu, Work};
use crate::observed::{self, EACH, FIRST, flush};
use crate::statistics::time;
use cudarc::driver::CudaStream;
use obs_runtime::{observe, testing};

/// The launching span: from before the first launch until all is done.
#[observe]
pub(super) fn launch_and_wait(gpu: &Gpu, stream: &CudaStream, works: &[Work]) -> Result {
    for work in works {
        observed::observe(&EACH, gpu, stream, *work)?;
    }
    Ok(stream.synchronize()?)
}

pub(super) fn inside(gpu: &Gpu) -> Result<String> {
    let stream = gpu.stream()?;
    let works = [Work::Spin(gpu.cycles(300e-6))];
    launch_and_wait(gpu, &stream, &works)?;
    flush()?;
    let mut worst = f64::NEG_INFINITY;
    for _ in 0..20 {
        let (done, captured) =
            testing::capture(|| launch_and_wait(gpu, &stream, &works).and_then(|()| flush()));
        done?;
        let (outer, inner) = (captured.span("launch_and_wait"), captured.span("gpu.kernel"));
        outer.assert_parent_of(inner);
        let early = -inner.since(outer);
        let late = inner.since(outer) + inner.duration.as_secs_f64() - outer.duration.as_secs_f64();
        worst = worst.max(early).max(late);
    }
    let error = observed::number("gpu_clock_error_seconds", &[("device", FIRST)]);
    // Events themselves tell half a microsecond.
    match worst <= error + 1e-6 && error > 0.0 {
        true => Ok(format!("20 of 20 inside; the clock's stated error is {}", time(error))),
        false => Err(format!("{} outside, where the stated error is {}", time(worst), time(error)).into()),
    }
}
