//! Graphs.

use crate::Result;
use crate::gpu::{Gpu, Work};
use crate::observed::{EACH, flush, launches, observe, untimed};
use std::time::Duration;

pub(super) fn whole(gpu: &Gpu) -> Result<String> {
    let (captured, busy) = (gpu.stream()?, gpu.stream()?);
    // The collector asks about this one while the other is captured, which must not end the capture.
    observe(&EACH, gpu, &busy, Work::Spin(gpu.cycles(30e-3)))?;
    let graph = gpu.capture(&captured, || {
        for _ in 0..3 {
            observe(&EACH, gpu, &captured, Work::Spin(gpu.cycles(50e-6)))?;
        }
        std::thread::sleep(Duration::from_millis(15));
        Ok(())
    })?;
    graph.launch()?;
    captured.synchronize()?;
    flush()?;
    let (counted, left) = (launches("each", "ok"), untimed("each", "capture"));
    match (counted, left) {
        (4.0, 3.0) => Ok("three launches captured, the graph runs".into()),
        _ => Err(format!("of 4 launches {counted} were counted, of 3 captured ones {left} as such").into()),
    }
}
