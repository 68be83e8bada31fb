//! What goes wrong.

use crate::Result;
use crate::gpu::{Gpu, Work};
use crate::observed::{
    EACH, FIRST, flush, is_up, launches, number, observe, timed, timings, timings_on, untimed,
};
use std::time::{Duration, Instant};

pub(super) fn refused(gpu: &Gpu) -> Result<String> {
    let stream = gpu.stream()?;
    let work = Work::Spin(gpu.cycles(20e-6));
    timed("each", 1, || observe(&EACH, gpu, &stream, work))?;
    if observe(&EACH, gpu, &stream, Work::TooMany).is_ok() {
        return Err("the driver took a block of 4096 threads".into());
    }
    timed("each", 1, || observe(&EACH, gpu, &stream, work))?;
    match (launches("each", "ok"), launches("each", "error"), is_up(FIRST)) {
        (2.0, 1.0, true) => Ok("two ok, one error".into()),
        other => Err(format!("ok, error, device up: {other:?}").into()),
    }
}

pub(super) fn lost(gpu: &Gpu) -> Result<String> {
    let stream = gpu.stream()?;
    let work = Work::Spin(gpu.cycles(20e-6));
    timed("each", 1, || observe(&EACH, gpu, &stream, work))?;
    observe(&EACH, gpu, &stream, Work::Wild)?;
    wait_until_down(FIRST)?;
    // The program goes on, with errors that it can handle.
    for _ in 0..10 {
        let _ = observe(&EACH, gpu, &stream, work);
    }
    flush()?;
    let (ok, error, lost) = (launches("each", "ok"), launches("each", "error"), untimed("each", "lost"));
    match (ok + error, timings("each").0, ok - lost) {
        (12.0, 1, 1.0) => Ok(format!("12 launches counted, {lost} of them without their timing")),
        _ => {
            Err(format!("of 12 launches: {ok} ok, of which {lost} lost their timing; {error} failed").into())
        }
    }
}

pub(super) fn destroyed(gpu: &Gpu) -> Result<String> {
    let first = gpu.stream()?;
    let work = Work::Spin(gpu.cycles(20e-6));
    timed("each", 1, || observe(&EACH, gpu, &first, work))?;
    {
        let other = gpu.another()?;
        let stream = other.stream()?;
        observe(&EACH, &other, &stream, Work::Spin(gpu.cycles(20e-3)))?;
        // It goes with its stream, its events, and the work that was under way, if the driver does not wait for that.
    }
    flush()?;
    let second = [("kernel", "each"), ("device", "0.2")];
    let lost = number("gpu_kernel_untimed_total", &[second[0], second[1], ("reason", "lost")]);
    let read = timings_on("each", "0.2").0;
    gpu.context.bind_to_thread()?;
    timed("each", 1, || observe(&EACH, gpu, &first, work))?;
    match (is_up(FIRST), lost as u64 + read) {
        (true, 1) => {
            Ok(format!("its launch was {}", if read == 1 { "timed before" } else { "lost with it" }))
        }
        (up, settled) => Err(format!("of one launch {settled} are settled; first device up: {up}").into()),
    }
}

/// Until obs-gpu's own questions say that the device is lost.
fn wait_until_down(device: &str) -> Result {
    let began = Instant::now();
    while is_up(device) {
        if began.elapsed() > Duration::from_secs(10) {
            return Err(format!("device {device} is thought to be up ten seconds after it was lost").into());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(())
}
