//! Several kernels, streams and threads.

use super::spans::launch_and_wait;
use crate::Result;
use crate::gpu::{Gpu, Work};
use crate::observed::{EACH, OTHER, flush, launches, observe, timed, timings};
use crate::statistics::time;
use obs_runtime::testing;

/// Within a tenth, or 3 µs: what is asked is whether they are told apart.
fn near(value: f64, wanted: f64) -> bool {
    (value - wanted).abs() <= (0.1 * wanted).max(3e-6)
}

pub(super) fn order(gpu: &Gpu) -> Result<String> {
    let stream = gpu.stream()?;
    let lengths = [300e-6, 100e-6, 200e-6];
    let works = lengths.map(|seconds| Work::Spin(gpu.cycles(seconds)));
    // The first launch of all is slower.
    launch_and_wait(gpu, &stream, &works)?;
    flush()?;
    let (done, captured) = testing::capture(|| launch_and_wait(gpu, &stream, &works).and_then(|()| flush()));
    done?;
    let spans: Vec<_> = captured.spans("gpu.kernel").collect();
    if spans.len() != works.len() {
        return Err(format!("{} spans of {} kernels", spans.len(), works.len()).into());
    }
    let took: Vec<f64> = spans.iter().map(|span| span.duration.as_secs_f64()).collect();
    // The device may run a little faster or slower than it says: what counts are the shares.
    let unit = took.iter().sum::<f64>() / lengths.iter().sum::<f64>();
    if !took.iter().zip(lengths).all(|(took, length)| near(*took, unit * length)) {
        return Err(format!("launched as 300, 100 and 200 µs, timed as {took:?} s").into());
    }
    for pair in spans.windows(2) {
        let gap = pair[1].since(pair[0]) - pair[0].duration.as_secs_f64();
        // An event tells half a microsecond, each kernel has two.
        if gap < -2e-6 {
            return Err(format!("one began {} before the one before it ended", time(-gap)).into());
        }
    }
    Ok("three of 300, 100 and 200 µs, one after the other".into())
}

pub(super) fn several(gpu: &Gpu) -> Result<String> {
    let streams = [gpu.stream()?, gpu.stream()?];
    let (short, long) = (Work::Spin(gpu.cycles(500e-6)), Work::Spin(gpu.cycles(2e-3)));
    let both = || -> Result<[f64; 2]> {
        let before = timings("other");
        let long = timed("each", 1, || {
            observe(&EACH, gpu, &streams[0], long)?;
            observe(&OTHER, gpu, &streams[1], short)
        })?;
        let after = timings("other");
        if after.0 != before.0 + 1 {
            return Err("the second stream's kernel was not timed".into());
        }
        Ok([long, after.1 - before.1])
    };
    both()?;
    let [long, short] = both()?;
    match near(long / short, 4.0) {
        true => Ok(format!("{} and {} at once", time(long), time(short))),
        false => Err(format!("2 ms and 0.5 ms were timed as {} and {}", time(long), time(short)).into()),
    }
}

pub(super) fn threads(gpu: &Gpu) -> Result<String> {
    const THREADS: u64 = 8;
    let stream = gpu.stream()?;
    let work = Work::Spin(gpu.cycles(20e-6));
    // The first launch waits for the events to be made; others that come meanwhile are not timed.
    timed("each", 1, || observe(&EACH, gpu, &stream, work))?;
    timed("each", THREADS, || {
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    // The thread is in no context yet: the first event is in the stream before cudarc enters one.
                    let launch = EACH.launch(&stream);
                    let _ = stream.context().bind_to_thread();
                    let launched = gpu.launch(&stream, work);
                    match launched {
                        Ok(()) => drop(launch),
                        Err(_) => launch.fail(),
                    }
                });
            }
        });
        Ok(())
    })?;
    match launches("each", "ok") {
        count if count == THREADS as f64 + 1.0 => Ok(format!("{THREADS} threads, {THREADS} timings")),
        count => Err(format!("{count} of {THREADS} launches and one went well").into()),
    }
}
