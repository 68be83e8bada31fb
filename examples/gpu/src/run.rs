//! The program: open a device, work, show, stop.

use crate::args::Args;
use crate::device::Device;
use crate::peak;
use crate::table::Table;
use crate::work::Work;
use obs_gpu::host;
use std::error::Error;
use std::time::Duration;

/// How long timings may take to come in at the end.
const PATIENCE: Duration = Duration::from_secs(1);

/// Runs the program as its command line says.
///
/// # Errors
///
/// The metrics' address is in use, there is no such device, a device fails, or a result is wrong.
pub fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let obs = obs_runtime::builder!("gpu-example").listen(args.metrics).init()?;
    let device = Device::open(args.device)?;
    let mut work = Work::new(args.size);
    if matches!(device, Device::Host) {
        let peak = peak::measure(work.vector_len());
        host::device().set_peaks(Some(peak.bytes), Some(peak.flops));
    }
    #[cfg(feature = "nvml")]
    let _readings = obs_gpu::DeviceMetrics::new().start()?;
    println!("device   {}", device.name());
    if let Some(address) = obs.local_addr() {
        println!("metrics  http://{address}/metrics");
    }

    for _ in 0..args.rounds {
        work.round(&device)?;
    }
    println!("results  {} rounds agree with the reference in double precision\n", args.rounds);
    obs_gpu::flush(PATIENCE);
    println!("{}", summary());

    if args.serve {
        println!("Serving, at ten rounds a second, until Ctrl-C.");
        loop {
            work.round(&device)?;
            std::thread::sleep(Duration::from_millis(100));
        }
    }
    drop(obs);
    Ok(())
}

fn summary() -> String {
    if cfg!(feature = "off") {
        return "Telemetry is compiled out (feature `off`): there is nothing to summarise.\n".to_owned();
    }
    Table::of(&obs_runtime::snapshot()).to_string()
}
