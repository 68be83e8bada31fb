//! The calls of NVML, against a library of our own that the C compiler makes of `library.c`.
#![cfg(all(target_os = "linux", not(feature = "off")))]

use obs_gpu::DeviceMetrics;
use obs_runtime::exposition::{Format, encode};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Set for a process that reads devices, whose environment this one chose.
const READS: &str = "OBS_TEST_READS_DEVICES";

/// Generous: the machine may be busy.
const LONG: Duration = Duration::from_secs(60);

/// Compiles the library, for a test of that name.
fn library(test: &str) -> (PathBuf, PathBuf) {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(test);
    std::fs::create_dir_all(&dir).unwrap();
    let (library, state) = (dir.join("libnvidia-ml.so.1"), dir.join("state"));
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/nvml/library.c");
    let compiled = Command::new(compiler)
        .args(["-shared", "-fPIC", "-Wall", "-Werror", "-o"])
        .args([&library, &source])
        .arg(format!("-DSTATE={:?}", state.to_str().unwrap()))
        .status();
    assert!(compiled.expect("a C compiler, which Rust needs too").success());
    std::fs::write(&state, "ok 0 0").unwrap();
    (library, state)
}

fn page() -> String {
    let mut page = Vec::new();
    encode(&obs_runtime::snapshot(), Format::Text, &mut page);
    String::from_utf8(page).unwrap()
}

/// The page, once it says that.
fn page_with(line: &str) -> String {
    let started = Instant::now();
    loop {
        let page = page();
        if page.contains(line) {
            return page;
        }
        assert!(started.elapsed() < LONG, "no {line:?} in\n{page}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Runs the test again, in a process to which CUDA shows these devices. In that process, says so.
fn shown(test: &str, devices: Option<&str>) -> bool {
    if std::env::var_os(READS).is_some() {
        return true;
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(READS, "1").env_remove("CUDA_VISIBLE_DEVICES");
    command.envs(devices.map(|devices| ("CUDA_VISIBLE_DEVICES", devices)));
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{test} failed:\n{}", String::from_utf8_lossy(&said));
    false
}

#[test]
fn what_two_devices_say() {
    if !shown("what_two_devices_say", None) {
        return;
    }
    let (library, state) = library("two");
    let readings = DeviceMetrics::new().every("100ms").library(library).start().unwrap();
    let text = page_with(r#"hw_gpu_throttled{hw_id="GPU-2""#);
    let first = r#"{hw_id="GPU-1",device="0",hw_name="Model 1""#;
    for line in [
        r#"hw_gpu_utilization_ratio@,hw_gpu_task="general"} 0.61"#,
        r#"hw_gpu_utilization_ratio@,hw_gpu_task="encoder"} 0.07"#,
        r#"hw_gpu_utilization_ratio@,hw_gpu_task="decoder"} 0.08"#,
        "hw_gpu_memory_utilization_ratio@} 0.75",
        "hw_gpu_memory_usage_bytes@} 750",
        "hw_gpu_memory_limit_bytes@} 1000",
        "hw_temperature_celsius@} 55",
        r#"hw_power_watts@,hw_type="gpu"} 101.5"#,
        r#"hw_energy_joules_total@,hw_type="gpu"} 2.5"#,
        r#"hw_gpu_clock_hertz@,clock="sm"} 1000000000"#,
        r#"hw_gpu_clock_hertz@,clock="memory"} 2000000000"#,
        r#"hw_gpu_io_bytes_per_second@,direction="receive"} 11000"#,
        r#"hw_gpu_io_bytes_per_second@,direction="transmit"} 10000"#,
        r#"hw_gpu_throttled@,reason="hw_thermal_slowdown"} 1"#,
        r#"hw_gpu_throttled@,reason="hw_slowdown"} 0"#,
        r#"hw_errors_total@,hw_type="gpu",error_type="corrected"} 40"#,
        r#"hw_errors_total@,hw_type="gpu",error_type="uncorrected"} 41"#,
        r#"hw_errors_total@,hw_type="gpu",error_type="xid"} 0"#,
        "hw_gpu_last_xid@} 0",
    ] {
        assert!(text.contains(&(line.replace('@', first) + "\n")), "{line}\n{text}");
    }
    // In a container, our number is not the one that the driver knows us by.
    let host = std::fs::read_link("/proc/self/ns/pid").unwrap().as_os_str() == "pid:[4026531836]";
    assert_eq!(text.contains(&format!("hw_gpu_process_memory_bytes{first}}} 640\n")), host, "{text}");
    assert_eq!(text.contains("hw_gpu_process_memory_bytes"), host, "{text}");
    for absent in ["hw_gpu_task=\"encoder\"", "error_type=", "hw_gpu_last_xid"] {
        let of_the_second = |line: &str| line.contains("GPU-2") && line.contains(absent);
        assert!(!text.lines().any(of_the_second), "{absent}\n{text}");
    }

    // Two Xids; then the device is lost, then the whole driver.
    std::fs::write(&state, "ok 2 63").unwrap();
    let text = page_with(r#"error_type="xid"} 2"#);
    assert!(text.contains(&format!("hw_gpu_last_xid{first}}} 63\n")), "{text}");
    std::fs::write(&state, "lost 3 79").unwrap();
    let text = page_with(r#"error_type="xid"} 3"#);
    assert!(text.contains(&format!("hw_gpu_last_xid{first}}} 79\n")), "{text}");
    assert!(!text.contains(&format!("hw_temperature_celsius{first}")), "{text}");
    assert!(text.contains("hw_temperature_celsius{hw_id=\"GPU-2\""), "{text}");
    std::fs::write(&state, "gone 3 79").unwrap();
    page_with("# TYPE hw_errors_total");
    let started = Instant::now();
    while page().contains("hw_temperature_celsius") {
        assert!(started.elapsed() < LONG, "{}", page());
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(page().contains(r#"error_type="xid"} 3"#));
    readings.stop();
}

#[test]
fn only_what_cuda_shows() {
    // A slice of the second device stands for that device.
    if !shown("only_what_cuda_shows", Some("MIG-2,GPU-1")) {
        return;
    }
    let (library, _) = library("shown");
    let readings = DeviceMetrics::new().every("100ms").library(library).start().unwrap();
    let text = page_with(r#"hw_temperature_celsius{hw_id="GPU-1",device="1""#);
    assert!(text.contains(r#"hw_temperature_celsius{hw_id="GPU-2",device="0""#), "{text}");
    readings.stop();
}

#[test]
fn no_library_is_no_error() {
    let missing = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no/libnvidia-ml.so.1");
    let readings = DeviceMetrics::new().library(missing).start().unwrap();
    assert!(!page().contains("hw_"), "{}", page());
    readings.stop();
}
