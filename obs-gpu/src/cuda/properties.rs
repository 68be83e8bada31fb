//! What a device can do at most, from what its driver tells.

use super::Version;
use super::ffi::{Code, Functions};
use crate::driver::Properties;

// Names of `CUdevice_attribute`.
const CLOCK_RATE: i32 = 13;
const MULTIPROCESSOR_COUNT: i32 = 16;
const MEMORY_CLOCK_RATE: i32 = 36;
const GLOBAL_MEMORY_BUS_WIDTH: i32 = 37;
const COMPUTE_CAPABILITY_MAJOR: i32 = 75;
const COMPUTE_CAPABILITY_MINOR: i32 = 76;

/// Asks the driver; what it does not tell is left out.
pub(super) fn properties(functions: &Functions, device: i32) -> Properties {
    let told = |attribute| functions.device_attribute(attribute, device).ok().filter(|value| *value > 0);
    let capability = |attribute| functions.device_attribute(attribute, device);
    let capability: Result<_, Code> = capability(COMPUTE_CAPABILITY_MAJOR)
        .and_then(|major| Ok((major, capability(COMPUTE_CAPABILITY_MINOR)?)));
    let memory = told(MEMORY_CLOCK_RATE).zip(told(GLOBAL_MEMORY_BUS_WIDTH));
    let compute = told(CLOCK_RATE).zip(told(MULTIPROCESSOR_COUNT)).zip(capability.ok());
    Properties {
        name: functions.device_name(device).unwrap_or_default(),
        driver: functions.driver_version().map(|version| Version(version).to_string()).unwrap_or_default(),
        peak_bytes_per_second: memory.map(|(kilohertz, bits)| bytes_per_second(kilohertz, bits)),
        peak_flops_per_second: compute.and_then(|((kilohertz, multiprocessors), capability)| {
            Some(flops_per_second(kilohertz, multiprocessors, cores(capability)?))
        }),
        memory_bytes: functions.device_memory(device).ok().map(|bytes| bytes as u64),
    }
}

/// Memory moves a bus width twice a clock.
fn bytes_per_second(kilohertz: i32, bits: i32) -> f64 {
    2.0 * 1e3 * f64::from(kilohertz) * f64::from(bits) / 8.0
}

/// A core does a multiplication and an addition a clock.
fn flops_per_second(kilohertz: i32, multiprocessors: i32, cores: i32) -> f64 {
    2.0 * 1e3 * f64::from(kilohertz) * f64::from(multiprocessors) * f64::from(cores)
}

/// The single precision cores of a multiprocessor, by compute capability. No driver tells; the figures are from the
/// tables of NVIDIA's programming guide.
fn cores(capability: (i32, i32)) -> Option<i32> {
    match capability {
        (3, _) => Some(192),
        (5, _) | (6, 1 | 2) | (8, 6..=9) | (9..=12, _) => Some(128),
        (6 | 8, 0) | (7, _) => Some(64),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Within what the data sheets round to.
    fn close(value: f64, sheet: f64) -> bool {
        (value / sheet - 1.0).abs() < 0.01
    }

    #[test]
    fn peaks_are_those_of_the_data_sheets() {
        // H100 SXM: 3.35 TB/s, 67 TFLOP/s; A100 SXM 40 GB: 1555 GB/s, 19.5 TFLOP/s; RTX 4090: 1008 GB/s, 82.6 TFLOP/s.
        assert!(close(bytes_per_second(2_619_000, 5120), 3.35e12));
        assert!(close(flops_per_second(1_980_000, 132, cores((9, 0)).unwrap()), 67e12));
        assert!(close(bytes_per_second(1_215_000, 5120), 1555e9));
        assert!(close(flops_per_second(1_410_000, 108, cores((8, 0)).unwrap()), 19.5e12));
        assert!(close(bytes_per_second(10_501_000, 384), 1008e9));
        assert!(close(flops_per_second(2_520_000, 128, cores((8, 9)).unwrap()), 82.6e12));
    }

    #[test]
    fn what_is_not_in_the_tables_is_not_guessed() {
        assert_eq!(cores((2, 0)), None);
        assert_eq!(cores((13, 0)), None);
    }
}
