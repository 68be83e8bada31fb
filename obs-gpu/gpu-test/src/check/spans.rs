//! Where spans lie in time.

use crate::Result;
use crate::gpu::{Gpu, Work};
use crate::observed::{self, EACH, flush};
use crate::statistics::time;
use cudarc::driver::CudaStream;
use obs_runtime::testing::FieldValue;
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
    let mut stated: f64 = 0.0;
    for _ in 0..20 {
        let (done, captured) =
            testing::capture(|| launch_and_wait(gpu, &stream, &works).and_then(|()| flush()));
        done?;
        let (outer, inner) = (captured.span("launch_and_wait"), captured.span("gpu.kernel"));
        outer.assert_parent_of(inner);
        let Some(FieldValue::Float(error)) = inner.field("gpu.clock_error_seconds") else {
            return Err("the span does not state the error of its times".into());
        };
        let early = -inner.since(outer);
        let late = inner.since(outer) + inner.duration.as_secs_f64() - outer.duration.as_secs_f64();
        let outside = early.max(late);
        // Events themselves tell half a microsecond.
        if outside > error + 1e-6 {
            let found = format!("{} outside, where the stated error is {}", time(outside), time(*error));
            return Err(found.into());
        }
        stated = stated.max(*error);
    }
    Ok(format!("20 of 20 inside; the clock's stated error is at most {}", time(stated)))
}
