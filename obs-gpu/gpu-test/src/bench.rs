//! What observing costs.

mod report;

use crate::Result;
use crate::gpu::{Gpu, Work};
use crate::observed::{EACH, SOME, flush};
use crate::setting;
use crate::statistics::median;
use cudarc::driver::CudaStream;
use cudarc::driver::sys::CUevent;
use report::Report;
use std::path::PathBuf;
use std::time::Instant;

/// How to measure.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) fake: bool,
    pub(crate) quick: bool,
    /// Where the results go, if a device made them.
    pub(crate) out: Option<PathBuf>,
}

impl Options {
    /// As arguments of a child.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let mut arguments = vec!["bench".to_owned()];
        arguments.extend(self.quick.then(|| "--quick".to_owned()));
        if let Some(out) = &self.out {
            arguments.extend(["--out".to_owned(), out.display().to_string()]);
        }
        arguments
    }
}

/// How a launch is made.
#[derive(Clone, Copy, Debug)]
enum Way {
    Bare,
    /// With an event before and one after, which is what timing cannot do without.
    Events([CUevent; 2]),
    /// Every launch is timed.
    Each,
    /// As many as pay.
    Some,
}

/// Launches in a row when the host's time is measured: few enough that none waits for room in the stream.
const BATCH: u32 = 200;

/// Launches in a row when the device's time is measured.
const STREAM: u32 = 2_000;

/// Measures, prints, and writes.
///
/// # Errors
///
/// When the device does not do what it should.
pub(crate) fn run(options: &Options) -> Result {
    let gpu = Gpu::open()?;
    gpu.warm_up()?;
    let stream = gpu.stream()?;
    let events = gpu.events()?;
    let repeats = if options.quick { 7 } else { 51 };
    let mut report = Report::new(&gpu)?;

    // On the host: what a launch costs that the device is in time for.
    let ways = [Way::Bare, Way::Events(events), Way::Each, Way::Some];
    let mut costs = ways.map(|_| Vec::new());
    for turn in 0..repeats + 3 {
        for (way, costs) in ways.iter().zip(&mut costs) {
            let cost = host(&gpu, &stream, *way)?;
            // The first turns fill caches, and find out how many timings pay.
            if turn >= 3 {
                costs.push(cost);
            }
        }
    }
    report.host = costs.each_ref().map(|costs| median(costs));

    // On the device: what is lost between kernels.
    if setting::is_real() {
        let repeats = if options.quick { 5 } else { 21 };
        for microseconds in [5, 7, 10] {
            let work = Work::Spin(gpu.cycles(f64::from(microseconds) * 1e-6));
            let mut times = [Vec::new(), Vec::new()];
            for turn in 0..repeats + 2 {
                for (way, times) in [Way::Bare, Way::Some].into_iter().zip(&mut times) {
                    let time = back_to_back(&gpu, &stream, way, work)?;
                    if turn >= 2 {
                        times.push(time);
                    }
                }
            }
            report
                .throughput
                .push((microseconds, times.each_ref().map(|times| median(times) / f64::from(STREAM))));
        }
    }
    println!("{report}");
    match &options.out {
        Some(out) if setting::is_real() => {
            std::fs::write(out, report.markdown())?;
            println!("written to {}", out.display());
        }
        Some(out) => println!("{} is left as it is: no device has run this", out.display()),
        None => {}
    }
    Ok(())
}

fn launch(gpu: &Gpu, stream: &CudaStream, way: Way, work: Work) -> Result {
    match way {
        Way::Bare => gpu.launch(stream, work)?,
        Way::Events([start, stop]) => {
            gpu.record(start, stream)?;
            gpu.launch(stream, work)?;
            gpu.record(stop, stream)?;
        }
        Way::Each => {
            let launch = EACH.launch(stream);
            gpu.launch(stream, work)?;
            drop(launch);
        }
        Way::Some => {
            let launch = SOME.launch(stream);
            gpu.launch(stream, work)?;
            drop(launch);
        }
    }
    Ok(())
}

/// Seconds of the host's a launch.
fn host(gpu: &Gpu, stream: &CudaStream, way: Way) -> Result<f64> {
    stream.synchronize()?;
    flush()?;
    let began = Instant::now();
    for _ in 0..BATCH {
        launch(gpu, stream, way, Work::Spin(0))?;
    }
    Ok(began.elapsed().as_secs_f64() / f64::from(BATCH))
}

/// Seconds until all of many kernels are done.
fn back_to_back(gpu: &Gpu, stream: &CudaStream, way: Way, work: Work) -> Result<f64> {
    stream.synchronize()?;
    flush()?;
    let began = Instant::now();
    for _ in 0..STREAM {
        launch(gpu, stream, way, work)?;
    }
    stream.synchronize()?;
    Ok(began.elapsed().as_secs_f64())
}
