//! Times against a reference that waits.

use crate::Result;
use crate::gpu::{Gpu, Work};
use crate::observed::{EACH, observe, timed};
use crate::statistics::{median, time};

const REPEATS: usize = 40;

pub(super) fn short(gpu: &Gpu) -> Result<String> {
    compare(gpu, Work::Spin(gpu.cycles(20e-6)))
}

pub(super) fn middle(gpu: &Gpu) -> Result<String> {
    compare(gpu, Work::Spin(gpu.cycles(200e-6)))
}

pub(super) fn long(gpu: &Gpu) -> Result<String> {
    compare(gpu, Work::Spin(gpu.cycles(5e-3)))
}

pub(super) fn saxpy(gpu: &Gpu) -> Result<String> {
    compare(gpu, Work::Saxpy(gpu.numbers()))
}

pub(super) fn copy(gpu: &Gpu) -> Result<String> {
    compare(gpu, Work::Copy(gpu.numbers()))
}

/// Observed and waited for in turns, so that what the device's clock does happens to both.
fn compare(gpu: &Gpu, work: Work) -> Result<String> {
    let stream = gpu.stream()?;
    let events = gpu.events()?;
    // Into an idle stream the first event would go at once, and the host's time to launch would be compared.
    let fill = || gpu.launch(&stream, Work::Spin(gpu.cycles(200e-6)));
    let reference = || -> Result<f64> {
        fill()?;
        gpu.record(events[0], &stream)?;
        gpu.launch(&stream, work)?;
        gpu.record(events[1], &stream)?;
        gpu.elapsed(events)
    };
    let observed = || {
        timed("each", 1, || {
            fill()?;
            observe(&EACH, gpu, &stream, work)
        })
    };
    for _ in 0..5 {
        reference()?;
        observed()?;
    }
    let (mut references, mut times) = (Vec::new(), Vec::new());
    for _ in 0..REPEATS {
        references.push(reference()?);
        times.push(observed()?);
    }
    let (reference, observed) = (median(&references), median(&times));
    let off = (observed - reference).abs();
    let found = format!("{} observed, {} waited for", time(observed), time(reference));
    // 2 %, or 2 µs: events tell half a microsecond.
    let allowed = (0.02 * reference).max(2e-6);
    match off <= allowed && reference > 0.0 {
        true => Ok(found),
        false => Err(format!("{found}: off by {}, where {} is allowed", time(off), time(allowed)).into()),
    }
}
