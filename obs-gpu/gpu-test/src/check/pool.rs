//! More launches than there are events for.

use crate::Result;
use crate::gpu::{Gpu, Work};
use crate::observed::{EACH, flush, launches, observe, timings, untimed};
use crate::statistics::time;
use std::time::Instant;

pub(super) fn exhausted(gpu: &Gpu) -> Result<String> {
    const LAUNCHES: u32 = 200;
    let stream = gpu.stream()?;
    observe(&EACH, gpu, &stream, Work::Spin(10))?;
    flush()?;
    // The device is busy for longer than all the launches take.
    observe(&EACH, gpu, &stream, Work::Spin(gpu.cycles(0.2)))?;
    let began = Instant::now();
    for _ in 0..LAUNCHES {
        observe(&EACH, gpu, &stream, Work::Spin(10))?;
    }
    let took = began.elapsed().as_secs_f64();
    flush()?;
    let (counted, timed, pool) = (launches("each", "ok"), timings("each").0 as f64, untimed("each", "pool"));
    let all = f64::from(LAUNCHES) + 2.0;
    if counted != all || timed + pool != all || pool == 0.0 {
        let found =
            format!("{counted} of {all} launches were counted, {timed} timed, {pool} found no events");
        return Err(found.into());
    }
    match took < 0.1 {
        true => Ok(format!("{pool} of {all} found no events; {LAUNCHES} launches took {}", time(took))),
        false => Err(format!("{LAUNCHES} launches took {}: somebody waited", time(took)).into()),
    }
}
