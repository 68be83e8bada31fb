//! The reader against a library that does what a script says.

mod fake;

use super::board::Xids;
use super::dcgm::dcgm;
use super::families::{Page, hardware};
use super::reading::{Call, Identity, Library, Reading, Refusal, Source};
use super::sampler::{self, Reader, Shared};
use super::*;
use fake::{Fake, identity, logged, reading};
use obs_runtime::exposition::{Format, encode};
use obs_runtime::snapshot::{Snapshot, Value};
use std::sync::mpsc;
use std::time::SystemTime;

/// A fake's devices, read as often as it is told.
struct Bench {
    fake: Fake,
    shared: Shared,
    reader: Reader,
}

impl Bench {
    fn new(fake: Fake) -> Bench {
        let shared = Shared::default();
        let reader = Reader::list(&shared, &mut fake.clone()).unwrap();
        Bench { fake, shared, reader }
    }

    fn tick(&mut self) -> Result<(), String> {
        self.reader.tick(&self.shared, &mut self.fake)
    }

    fn page(&self, fill: impl FnOnce(&mut Page<'_>)) -> Snapshot {
        self.page_of(Duration::from_secs(3600), fill)
    }

    fn page_of(&self, stale: Duration, fill: impl FnOnce(&mut Page<'_>)) -> Snapshot {
        let (board, mut families) = (self.shared.board(), Vec::new());
        fill(&mut Page::new(&board, stale, &mut families));
        Snapshot::new(families, SystemTime::now())
    }

    fn hardware(&self) -> Snapshot {
        self.page(hardware)
    }
}

fn text(snapshot: &Snapshot) -> String {
    let mut page = Vec::new();
    encode(snapshot, Format::Text, &mut page);
    let page = String::from_utf8(page).unwrap();
    page.lines().filter(|line| !line.starts_with('#')).fold(String::new(), |all, line| all + line + "\n")
}

#[test]
fn what_a_device_says_in_base_units() {
    let mut bench = Bench::new(Fake::of([(identity(0), reading())]));
    bench.tick().unwrap();
    let expected = r#"
hw_energy_joules_total{hw_id="GPU-0",device="0",hw_name="NVIDIA H100",hw_type="gpu"} 9876.543
hw_errors_total{hw_id="GPU-0",device="0",hw_name="NVIDIA H100",hw_type="gpu",error_type="corrected"} 3
hw_errors_total{hw_id="GPU-0",device="0",hw_name="NVIDIA H100",hw_type="gpu",error_type="uncorrected"} 0
hw_errors_total{hw_id="GPU-0",device="0",hw_name="NVIDIA H100",hw_type="gpu",error_type="xid"} 0
hw_gpu_clock_hertz{hw_id="GPU-0",device="0",hw_name="NVIDIA H100",clock="sm"} 1980000000
hw_gpu_clock_hertz{hw_id="GPU-0",device="0",hw_name="NVIDIA H100",clock="memory"} 2619000000
hw_gpu_io_bytes_per_second{hw_id="GPU-0",device="0",hw_name="NVIDIA H100",direction="receive"} 1200000
hw_gpu_io_bytes_per_second{hw_id="GPU-0",device="0",hw_name="NVIDIA H100",direction="transmit"} 30000
hw_gpu_last_xid{hw_id="GPU-0",device="0",hw_name="NVIDIA H100"} 0
hw_gpu_memory_limit_bytes{hw_id="GPU-0",device="0",hw_name="NVIDIA H100"} 85899345920
hw_gpu_memory_usage_bytes{hw_id="GPU-0",device="0",hw_name="NVIDIA H100"} 64424509440
hw_gpu_memory_utilization_ratio{hw_id="GPU-0",device="0",hw_name="NVIDIA H100"} 0.75
hw_gpu_process_memory_bytes{hw_id="GPU-0",device="0",hw_name="NVIDIA H100"} 62277025792
hw_gpu_throttled{hw_id="GPU-0",device="0",hw_name="NVIDIA H100",reason="applications_clocks_setting"} 0
hw_gpu_throttled{hw_id="GPU-0",device="0",hw_name="NVIDIA H100",reason="sw_power_cap"} 1
hw_gpu_throttled{hw_id="GPU-0",device="0",hw_name="NVIDIA H100",reason="hw_slowdown"} 0
hw_gpu_throttled{hw_id="GPU-0",device="0",hw_name="NVIDIA H100",reason="sync_boost"} 0
hw_gpu_throttled{hw_id="GPU-0",device="0",hw_name="NVIDIA H100",reason="sw_thermal_slowdown"} 0
hw_gpu_throttled{hw_id="GPU-0",device="0",hw_name="NVIDIA H100",reason="hw_thermal_slowdown"} 0
hw_gpu_throttled{hw_id="GPU-0",device="0",hw_name="NVIDIA H100",reason="hw_power_brake_slowdown"} 0
hw_gpu_throttled{hw_id="GPU-0",device="0",hw_name="NVIDIA H100",reason="display_clock_setting"} 0
hw_gpu_utilization_ratio{hw_id="GPU-0",device="0",hw_name="NVIDIA H100",hw_gpu_task="general"} 0.87
hw_gpu_utilization_ratio{hw_id="GPU-0",device="0",hw_name="NVIDIA H100",hw_gpu_task="encoder"} 0.05
hw_gpu_utilization_ratio{hw_id="GPU-0",device="0",hw_name="NVIDIA H100",hw_gpu_task="decoder"} 0
hw_power_watts{hw_id="GPU-0",device="0",hw_name="NVIDIA H100",hw_type="gpu"} 412.5
hw_temperature_celsius{hw_id="GPU-0",device="0",hw_name="NVIDIA H100"} 71
obs_gpu_readings_total{hw_id="GPU-0",device="0",hw_name="NVIDIA H100",result="ok"} 1
obs_gpu_readings_total{hw_id="GPU-0",device="0",hw_name="NVIDIA H100",result="failed"} 0
obs_gpu_readings_total{hw_id="GPU-0",device="0",hw_name="NVIDIA H100",result="lost"} 0
"#;
    assert_eq!(text(&bench.hardware()), expected.trim_start());
}

#[test]
fn under_the_names_and_units_of_dcgm() {
    let mut bench = Bench::new(Fake::of([(identity(1), reading())]));
    bench.fake.script().devices[0].1.xids = Some(vec![31]);
    bench.tick().unwrap();
    let page = text(&bench.page(|page| dcgm(page, Some("node-7"))));
    let labels = r#"{gpu="3",UUID="GPU-1",pci_bus_id="00000000:17:00.0",device="nvidia3",modelName="NVIDIA H100",Hostname="node-7"}"#;
    for line in [
        "DCGM_FI_DEV_GPU_UTIL 87",
        "DCGM_FI_DEV_MEM_COPY_UTIL 40",
        "DCGM_FI_DEV_ENC_UTIL 5",
        "DCGM_FI_DEV_DEC_UTIL 0",
        "DCGM_FI_DEV_FB_TOTAL 81920",
        "DCGM_FI_DEV_FB_FREE 20480",
        "DCGM_FI_DEV_FB_USED 60416",
        "DCGM_FI_DEV_FB_RESERVED 1024",
        "DCGM_FI_DEV_GPU_TEMP 71",
        "DCGM_FI_DEV_POWER_USAGE 412.5",
        "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION 9876543",
        "DCGM_FI_DEV_SM_CLOCK 1980",
        "DCGM_FI_DEV_MEM_CLOCK 2619",
        "DCGM_FI_DEV_PCIE_RX_THROUGHPUT 1200",
        "DCGM_FI_DEV_PCIE_TX_THROUGHPUT 30",
        "DCGM_FI_DEV_ECC_SBE_VOL_TOTAL 3",
        "DCGM_FI_DEV_ECC_DBE_VOL_TOTAL 0",
        "DCGM_FI_DEV_CLOCKS_EVENT_REASONS 5",
        "DCGM_FI_DEV_XID_ERRORS 31",
    ] {
        let (name, value) = line.split_once(' ').unwrap();
        assert!(page.contains(&format!("{name}{labels} {value}\n")), "{line}\n{page}");
    }
    assert_eq!(page.lines().filter(|line| line.starts_with("DCGM_")).count(), 19);
    let ours = r#"obs_gpu_readings_total{hw_id="GPU-1",device="1",hw_name="NVIDIA H100",result="ok"} 1"#;
    assert!(page.contains(ours) && !page.contains("\nhw_"), "{page}");
}

#[test]
fn what_is_not_supported_is_told_once_and_asked_once() {
    let fake = Fake::of([(identity(0), reading()), (identity(1), reading())]);
    fake.refuses(0, Call::Power, Refusal::Unsupported("not on this board".to_owned()));
    let mut bench = Bench::new(fake);
    let log = logged(|| {
        bench.tick().unwrap();
        bench.tick().unwrap();
    });
    assert_eq!(log, ["DEBUG obs::gpu: GPU 0 (NVIDIA H100, GPU-0) does not tell power: not on this board"]);
    let power = bench.fake.asked().into_iter().filter(|(_, call)| *call == Call::Power);
    assert_eq!(power.map(|(device, _)| device).collect::<Vec<_>>(), [0, 1, 1]);
    let page = text(&bench.hardware());
    let watts: Vec<_> = page.lines().filter(|line| line.starts_with("hw_power_watts")).collect();
    assert!(matches!(watts[..], [line] if line.contains("device=\"1\"")), "{watts:?}");
    assert!(
        page.contains("device=\"0\",hw_name=\"NVIDIA H100\",result=\"ok\"} 2"),
        "that is no failure: {page}"
    );
}

#[test]
fn a_failed_call_leaves_out_its_series_until_it_works() {
    let mut bench = Bench::new(Fake::of([(identity(0), reading())]));
    bench.fake.refuses(0, Call::Temperature, Refusal::Failed("an unknown error".to_owned()));
    let log = logged(|| {
        bench.tick().unwrap();
        bench.tick().unwrap();
    });
    assert_eq!(log.len(), 1, "{log:?}");
    let page = bench.hardware();
    assert!(page.family("hw_temperature_celsius").is_none() && page.family("hw_power_watts").is_some());
    assert_eq!(count(&page, "obs_gpu_readings_total", ("result", "failed")), 2);
    bench.fake.script().refusals.clear();
    bench.tick().unwrap();
    let page = bench.hardware();
    assert!(page.family("hw_temperature_celsius").is_some());
    assert_eq!(count(&page, "obs_gpu_readings_total", ("result", "ok")), 1);
}

#[test]
fn a_lost_device_keeps_its_counts_and_nothing_else() {
    let mut bench = Bench::new(Fake::of([(identity(0), reading()), (identity(1), reading())]));
    bench.tick().unwrap();
    bench.fake.script().devices[0].1.xids = Some(vec![13, 79]);
    for call in Call::ALL.into_iter().skip(1) {
        bench.fake.refuses(0, call, Refusal::Lost("fell off the bus".to_owned()));
    }
    bench.fake.asked();
    let log = logged(|| (0..3).for_each(|_| bench.tick().unwrap()));
    assert_eq!(log, ["WARN obs::gpu: GPU 0 (NVIDIA H100, GPU-0) is lost: fell off the bus"]);
    let calls = bench.fake.asked().iter().filter(|(device, _)| *device == 0).count();
    assert_eq!(calls, 6, "a lost device is asked for its Xids and one thing more");

    let page = bench.hardware();
    for family in &page.families {
        let lost = family.series.iter().filter(|series| series.labels.get("device") == Some("0"));
        match &*family.name {
            "hw_gpu_last_xid" => {
                assert!(lost.map(|series| &series.value).eq([&79.into()]), "{family:?}");
            }
            "hw_errors_total" => {
                let errors = lost.map(|series| (series.labels.get("error_type"), series.value.clone()));
                assert_eq!(errors.collect::<Vec<_>>(), [(Some("xid"), Value::Integer(2))]);
            }
            "obs_gpu_readings_total" => assert_eq!(lost.count(), 3),
            name => assert_eq!(lost.count(), 0, "{name}"),
        }
        assert!(
            family.series.iter().any(|series| series.labels.get("device") == Some("1")),
            "{}",
            family.name
        );
    }

    bench.fake.script().refusals.clear();
    let log = logged(|| bench.tick().unwrap());
    assert_eq!(log, ["INFO obs::gpu: GPU 0 (NVIDIA H100, GPU-0) answers again"]);
    assert_eq!(bench.hardware().family("hw_temperature_celsius").unwrap().series.len(), 2);
}

#[test]
fn the_library_going_away_takes_every_gauge_and_no_count() {
    let fake = Fake::of([(identity(0), reading())]);
    let mut bench = Bench::new(fake);
    bench.fake.script().devices[0].1.xids = Some(vec![48]);
    bench.tick().unwrap();
    bench.fake.refuses(0, Call::Memory, Refusal::Gone("the driver is not loaded".to_owned()));
    assert_eq!(bench.tick(), Err("the driver is not loaded".to_owned()));
    bench.shared.board().lose_all();
    let page = bench.hardware();
    let names: Vec<_> = page.families.iter().map(|family| &*family.name).collect();
    assert_eq!(names, ["hw_errors_total", "hw_gpu_last_xid", "obs_gpu_readings_total"]);

    // It comes back with the devices in another order, and one more.
    bench.fake.script().refusals.clear();
    let (first, second) = (Identity { ordinal: 1, ..identity(0) }, Identity { ordinal: 0, ..identity(7) });
    bench.fake.script().devices = vec![(second, reading()), (first, reading())];
    bench.reader = Reader::list(&bench.shared, &mut bench.fake.clone()).unwrap();
    bench.tick().unwrap();
    let board = bench.shared.board();
    assert_eq!(board.devices[0].xids, Some(Xids { count: 0, last: 0 }));
    assert_eq!(board.devices[1].xids, Some(Xids { count: 1, last: 48 }), "by UUID, not by place");
}

#[test]
fn what_was_read_too_long_ago_is_left_out() {
    let mut bench = Bench::new(Fake::of([(identity(0), reading())]));
    bench.tick().unwrap();
    thread::sleep(Duration::from_millis(2));
    let page = bench.page_of(Duration::from_millis(1), hardware);
    assert!(page.family("hw_temperature_celsius").is_none());
    assert!(page.family("hw_gpu_last_xid").is_some());
    assert!(bench.hardware().family("hw_temperature_celsius").is_some());
}

#[test]
fn without_a_library_there_is_one_line_and_the_program_goes_on() {
    let fake = Fake::default();
    fake.script().absent = Some("libnvidia-ml.so.1: cannot open shared object file".to_owned());
    let shared = Shared::default();
    shared.stop();
    let log = logged(|| sampler::run(&shared, &mut fake.clone(), Duration::from_secs(5)));
    assert_eq!(
        log,
        ["WARN obs::gpu: no metrics of GPUs: libnvidia-ml.so.1: cannot open shared object file \
          (the program goes on; tried again every 60 s)"]
    );
    let none = Fake::default();
    let log = logged(|| sampler::run(&shared, &mut none.clone(), Duration::from_secs(5)));
    assert!(log[0].contains("the driver shows no device to this program"), "{log:?}");
}

#[test]
fn mistakes_name_the_text() {
    let problem = |every: &str| DeviceMetrics::new().every(every).start().unwrap_err().to_string();
    assert!(problem("often").starts_with("device metrics: every: expected a duration with a unit"));
    assert_eq!(problem("1ms"), "device metrics: every: expected at least 100ms; found \"1ms\"");
}

/// A scrape while the driver hangs: the thread that reads is held, the scrape is not.
#[test]
fn a_scrape_never_waits_for_the_driver() {
    struct Hangs(Fake, mpsc::Sender<()>, mpsc::Receiver<()>);
    impl Library for Hangs {
        fn devices(&mut self) -> Result<Vec<Identity>, Refusal> {
            self.0.devices()
        }
        fn ask(&mut self, device: usize, call: Call, into: &mut Reading) -> Result<(), Refusal> {
            if device == 1 && call == Call::Xids {
                self.1.send(()).unwrap();
                self.2.recv().unwrap();
            }
            self.0.ask(device, call, into)
        }
    }
    impl Source for Hangs {
        fn open(&mut self, with: &mut dyn FnMut(&mut dyn Library)) -> Result<(), String> {
            with(self);
            Ok(())
        }
    }
    let fake = Fake::of([(identity(0), reading()), (identity(1), reading())]);
    let ((reached, hanging), (release, released)) = (mpsc::channel(), mpsc::channel());
    let readings = DeviceMetrics::new().start_with(Box::new(Hangs(fake, reached, released))).unwrap();
    if cfg!(feature = "off") {
        assert_eq!(hanging.recv(), Err(mpsc::RecvError), "nothing was started");
        return;
    }
    let twice = DeviceMetrics::new().start_with(Box::new(Fake::default())).unwrap_err().to_string();
    assert_eq!(twice, "device metrics: they are being read already; stop those readings first");
    hanging.recv_timeout(Duration::from_secs(20)).unwrap();
    let page = text(&obs_runtime::snapshot());
    assert!(page.contains("hw_temperature_celsius{hw_id=\"GPU-0\""), "{page}");
    assert!(!page.contains("hw_temperature_celsius{hw_id=\"GPU-1\""), "{page}");
    readings.stop();
    assert!(obs_runtime::snapshot().family("hw_temperature_celsius").is_none());
    release.send(()).unwrap();
    assert_eq!(hanging.recv_timeout(Duration::from_secs(20)), Err(mpsc::RecvTimeoutError::Disconnected));
}

fn count(page: &Snapshot, family: &str, (label, value): (&str, &str)) -> u64 {
    let series = page.family(family).unwrap().series.iter();
    let mut found = series.filter(|series| series.labels.get(label) == Some(value));
    match found.next().map(|series| &series.value) {
        Some(Value::Integer(count)) => *count,
        other => panic!("{family} {label}={value}: {other:?}"),
    }
}
