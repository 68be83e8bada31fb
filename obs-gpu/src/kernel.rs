//! Kernels: what an attribute says of one, and its series on each device.

use crate::__private::v1;
use crate::device::{self, DEVICES, state::State};
use crate::launch::Launch;
use crate::series::Series;
use crate::stream::Stream;
use crate::work::Work;
use crate::{Direction, families};
use obs_runtime::__private::v1::{Families, Interns, KernelDesc, KernelEntry, LabelDesc, Labelled, Tally};
use std::panic::RefUnwindSafe;
use std::sync::OnceLock;

/// Work on a device, in a `static` under `#[gpu_kernel(name = …)]`: for a part of a function, or one of its launches.
///
/// Without the attribute it has no name, and nothing is counted.
///
/// ```
/// static NOBODY: obs_gpu::Kernel = obs_gpu::Kernel::new();
///
/// let launch = NOBODY.launch(obs_gpu::host::stream()).bytes(4096.0);
/// // The work.
/// drop(launch);
/// ```
#[derive(Debug)]
pub struct Kernel {
    desc: Option<&'static KernelDesc>,
    copies: Option<Direction>,
    live: OnceLock<Live>,
}

/// What the first launch makes, or the first scrape.
#[derive(Debug)]
struct Live {
    interns: Interns,
    devices: Box<[OnceLock<Box<Series>>]>,
    /// Launches on the host where another device is wanted.
    fallbacks: Tally,
}

// Nothing in it is left half done by a panic: it is counts, and what is written once.
impl RefUnwindSafe for Kernel {}

impl Kernel {
    /// A kernel whose attribute says the rest.
    #[allow(clippy::new_without_default)] // It belongs into a static, which cannot call `default`.
    pub const fn new() -> Kernel {
        Kernel { desc: None, copies: None, live: OnceLock::new() }
    }

    #[doc(hidden)]
    pub const fn described(desc: &'static KernelDesc) -> Kernel {
        Kernel { desc: Some(desc), copies: None, live: OnceLock::new() }
    }

    /// Copies in one direction, which are timed as kernels are.
    pub(crate) const fn copies(desc: &'static KernelDesc, direction: Direction) -> Kernel {
        Kernel { desc: Some(desc), copies: Some(direction), live: OnceLock::new() }
    }

    /// Begins a launch into that stream, which it [holds](Stream#what-a-launch-holds). It lasts until the guard is dropped or
    /// finished.
    ///
    /// The kernel's labels are those of its attribute's expressions; a static has none.
    ///
    /// Costs two events and a place in a queue where the launch is timed, and a few nanoseconds where it is only
    /// counted; and what the stream's [`lane`](Stream::lane) costs, which asks the driver twice where the stream is one of
    /// `cust`. It never waits for the device.
    pub fn launch<S: Stream>(&'static self, stream: S) -> Launch<S> {
        v1::launch(self, stream, [], Work::NONE)
    }

    pub(crate) fn desc(&self) -> Option<&'static KernelDesc> {
        self.desc
    }

    /// The direction, of copies.
    pub(crate) fn direction(&self) -> Option<Direction> {
        self.copies
    }

    fn live(&'static self) -> &'static Live {
        match self.live.get() {
            Some(live) => live,
            None => self.fill(),
        }
    }

    #[cold]
    fn fill(&'static self) -> &'static Live {
        self.live.get_or_init(|| Live {
            interns: Interns::new(),
            devices: (0..DEVICES).map(|_| OnceLock::new()).collect(),
            fallbacks: Tally::new(),
        })
    }

    /// Its series on a device.
    #[inline]
    pub(crate) fn on(&'static self, state: &'static State, desc: &'static KernelDesc) -> &'static Series {
        let place = &self.live().devices[state.index as usize % DEVICES];
        match place.get() {
            Some(series) => series,
            None => place.get_or_init(|| Box::new(Series::new(self, state, desc))),
        }
    }
}

impl Kernel {
    /// Launches on the host where another device is wanted.
    pub(crate) fn fallbacks(&'static self) -> &'static Tally {
        &self.live().fallbacks
    }

    /// Its series on a device, if anything was counted there.
    pub(crate) fn known_on(&'static self, state: &State) -> Option<&'static Series> {
        self.live.get()?.devices.get(state.index as usize)?.get().map(|series| &**series)
    }
}

impl Labelled for Kernel {
    fn label_descs(&'static self) -> &'static [LabelDesc] {
        self.desc.map_or(&[], |desc| desc.labels)
    }

    fn label_interns(&'static self) -> &'static Interns {
        &self.live().interns
    }
}

impl KernelEntry for Kernel {
    fn desc(&self) -> &'static KernelDesc {
        static NOTHING: KernelDesc = KernelDesc::DEFAULT;
        self.desc.unwrap_or(&NOTHING)
    }

    fn collect(&'static self, families: &mut Families<'_, '_>) {
        let Some(desc) = self.desc else { return };
        for state in device::all() {
            families::kernel(self.on(state, desc), families);
        }
        if device::is_wanted() {
            families::fallbacks(self.fallbacks(), desc, families);
        }
        families::overflows(self, desc, families);
    }
}
