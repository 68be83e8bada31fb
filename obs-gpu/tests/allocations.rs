//! A launch in the steady state allocates nothing.

#![cfg(not(feature = "off"))]

use obs_gpu::__private::v1::{self, KernelDesc, LabelDesc, Work};
use obs_gpu::driver::StreamId;
use obs_gpu::{Device, Kernel, fake};

static TIMED: Kernel =
    Kernel::described(&KernelDesc { name: "timed", every: 1, bytes: true, ..KernelDesc::DEFAULT });
static SAMPLED: Kernel = Kernel::described(&KernelDesc { name: "sampled", every: 10, ..KernelDesc::DEFAULT });
static LABELLED: Kernel = Kernel::described(&KernelDesc {
    name: "labelled",
    every: 1,
    labels: &[LabelDesc { name: "shape", cap: Some(10) }],
    ..KernelDesc::DEFAULT
});

#[test]
fn a_launch_in_the_steady_state_allocates_nothing() {
    let driver = fake::Device::new();
    let device = Device::open(driver.clone(), "0").unwrap();
    let (lane, host) = (device.lane(StreamId(1)), obs_gpu::host::stream());
    let round = || {
        for _ in 0..10 {
            TIMED.launch(&lane).bytes(4096.0).finish(&Ok::<(), obs_gpu::GpuError>(()));
            drop(SAMPLED.launch(&lane));
            drop(SAMPLED.launch(&host));
            drop(v1::launch(&LABELLED, &lane, [v1::capped(&LABELLED, 0, "small")], Work::NONE));
        }
    };
    // The first launches make their series, and the device its streams.
    round();
    // The driver's clock stands still, but what was put there has happened: the collector reads while we launch.
    let info = allocation_counter::measure(|| (0..5).for_each(|_| round()));
    assert_eq!((info.count_total, info.bytes_total), (0, 0));
    // All of the events are in use, by and by.
    let full = allocation_counter::measure(|| (0..200).for_each(|_| round()));
    assert_eq!(full.count_total, 0);
    assert_eq!(device.label(), "0");
}
