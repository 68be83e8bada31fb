//! What a program sets, and what it is told: in a program of its own, because both are the whole program's.

#![cfg(all(feature = "fake", not(feature = "off")))]

use obs_gpu::__private::v1::{self, KernelDesc};
use obs_gpu::driver::StreamId;
use obs_gpu::{Config, Device, Kernel, Lane, configure, fake, flush};
use obs_runtime::snapshot::Value;
use std::fmt::Debug;
use std::sync::Mutex;
use std::time::Duration;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

static KERNEL: Kernel = Kernel::described(&KernelDesc { name: "kernel", every: 1, ..KernelDesc::DEFAULT });
v1::inventory::submit! { v1::Entry::kernel(&KERNEL) }

/// The messages of this crate's events.
static TOLD: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Listener;

impl Subscriber for Listener {
    fn enabled(&self, meta: &Metadata<'_>) -> bool {
        meta.target() == "obs::gpu" && meta.is_event() && *meta.level() <= tracing::Level::WARN
    }

    fn event(&self, event: &Event<'_>) {
        struct Message;
        impl Visit for Message {
            fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
                if field.name() == "message" {
                    TOLD.lock().unwrap().push(format!("{value:?}"));
                }
            }
        }
        event.record(&mut Message);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

fn told(message: &str) -> usize {
    TOLD.lock().unwrap().iter().filter(|told| *told == message).count()
}

fn number(family: &str, labels: &[(&str, &str)]) -> Option<u64> {
    match obs_runtime::snapshot().value(family, labels)? {
        Value::Integer(value) => Some(*value),
        _ => None,
    }
}

fn launch(driver: &fake::Device, lane: Lane<'_>, seconds: f64) {
    let launch = KERNEL.launch(lane);
    driver.work(StreamId(1), seconds);
    drop(launch);
    driver.advance(seconds);
}

#[test]
fn settings_hold_and_what_is_wrong_is_told_once() {
    tracing::subscriber::set_global_default(Listener).unwrap();
    for (wrong, text) in [
        (Config::new().pairs(0), "pairs: from 1 to 65536 event pairs"),
        (Config::new().poll(Duration::ZERO), "poll: from 10 µs to 1 s"),
        (Config::new().overhead(f64::NAN), "overhead: a share, over 0 and at most 1"),
        (Config::new().sigma(-1.0), "sigma: a number over 0"),
        (Config::new().window(1), "window: from 2 to 65536 timings"),
    ] {
        assert_eq!(configure(wrong).map_err(|error| error.to_string()), Err(text.to_owned()));
    }
    configure(Config::new().pairs(4).window(10).poll(Duration::from_micros(100))).unwrap();

    let driver = fake::Device::new();
    let device = Device::open(driver.clone(), "0").unwrap();
    let lane = device.lane(StreamId(1));
    assert_eq!(number("gpu_event_pairs", &[("device", "0"), ("state", "free")]), Some(4));

    // A window of ten is known after ten, and three outliers in a row are one line.
    for turn in 0..13 {
        launch(&driver, lane, if turn < 10 { 0.001 } else { 10_f64.powi(turn) });
        assert_eq!(flush(Duration::from_secs(10)).pending, 0);
    }
    assert_eq!(number("gpu_kernel_outliers_total", &[("kernel", "kernel"), ("device", "0")]), Some(3));
    assert_eq!(told("the kernel took longer than it usually does"), 1);

    // Four are pending, the fifth finds no pair; and all are lost.
    for _ in 0..5 {
        drop(KERNEL.launch(&lane));
        driver.work(StreamId(1), 1.0);
    }
    driver.lose(700);
    while device.pending() > 0 {
        flush(Duration::from_millis(1));
    }
    launch(&driver, lane, 1.0);
    assert!(!device.is_up());
    assert_eq!(told("the device is lost; its kernels are counted and no longer timed"), 1);

    // A driver that refuses is told of when its device is opened.
    let refused = obs_gpu::driver::DriverError { fault: obs_gpu::driver::Fault::Call, code: 3 };
    let driver = fake::Device::new();
    driver.refuse(fake::Call::Create, u32::MAX, refused);
    let _device = Device::open(driver, "1").unwrap();
    assert_eq!(told("the driver refused what timing needs; kernels may be counted only"), 1);
}
