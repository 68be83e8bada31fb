//! What was linked into this program, and its state at one moment.
//!
//! Every annotated item enters itself before `main`, through [`inventory`]. The order in which the
//! linker leaves them is unspecified, so they are sorted once; an item whose family contradicts an
//! earlier one is left off the page and reported.

mod calls;
mod conflict;
mod entry;
mod kernels;
mod merge;
mod metrics;
mod model;

pub use conflict::Conflict;
pub(crate) use entry::Item;
pub use entry::{Entry, KernelEntry};
use kernels::Kernels;

use crate::cells::{self, Reader};
use crate::collect;
use crate::instrument::errors::ErrorCounts;
use crate::instrument::family::{Instrument, Page, Texts};
use crate::private::{FunctionMetric, Live, MetricDesc, Poll, Site};
use crate::snapshot::{Family, FamilyKind, Snapshot};
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::SystemTime;

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::linked);

/// Errors that [`report`](crate::report) counted.
static REPORTS: ErrorCounts = ErrorCounts::new();

/// What snapshots share. The lock also makes them take turns, so that two scrapers at once do not
/// compete with each other.
static TEXTS: Mutex<Option<Texts>> = Mutex::new(None);

thread_local! {
    /// Whether this thread is asking others what they measure.
    static ASKING: Cell<bool> = const { Cell::new(false) };
}

/// Asks others what they measure. They may ask for a snapshot in turn, which is one without them: otherwise, it would
/// ask them again.
fn asking(ask: impl FnOnce()) {
    struct Asked;
    impl Drop for Asked {
        fn drop(&mut self) {
            ASKING.set(false);
        }
    }
    if !ASKING.replace(true) {
        let _asked = Asked;
        ask();
    }
}

#[derive(Debug)]
pub(crate) struct Registry {
    sites: Vec<&'static Live>,
    metrics: Vec<Metric>,
    kernels: Kernels,
    catalogue: obs_model::Catalogue,
    conflicts: Vec<Conflict>,
    /// Families in which two items have the same series, to be added up.
    merged: HashSet<Cow<'static, str>>,
}

/// An item under `#[metric]`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Metric {
    Static(&'static MetricDesc, &'static dyn Instrument),
    Function(&'static FunctionMetric),
    Polled(&'static MetricDesc, fn() -> Option<f64>),
    PolledSet(&'static dyn Poll),
}

impl Metric {
    pub(crate) fn desc(&self) -> &'static MetricDesc {
        match self {
            Metric::Static(desc, _) | Metric::Polled(desc, _) => desc,
            Metric::Function(metric) => &metric.desc,
            Metric::PolledSet(polled) => polled.desc(),
        }
    }
}

/// Everything that is measured in this program, as it was linked; of requests, those that were counted by now.
///
/// Entries of a crate or module that nothing in the program names can be lost to the linker; the drift
/// test that compares this with the source finds them.
///
/// ```
/// for function in obs_runtime::catalogue().functions {
///     println!("{} is observed in {}", function.name, function.module);
/// }
/// ```
pub fn catalogue() -> obs_model::Catalogue {
    obs_model::Catalogue { requests: counted_requests(), ..REGISTRY.catalogue.clone() }
}

/// Requests have no entry: layers are values that a program makes.
#[cfg(feature = "tower")]
fn counted_requests() -> Vec<obs_model::Requests> {
    let mut requests = crate::tower::metrics::counted();
    requests.sort();
    requests
}

#[cfg(not(feature = "tower"))]
fn counted_requests() -> Vec<obs_model::Requests> {
    Vec::new()
}

/// Families that contradict each other. Of each pair the first, by module and name, is exported.
///
/// Empty in a program that is right; `Builder::init` logs what is here.
pub fn conflicts() -> &'static [Conflict] {
    &REGISTRY.conflicts
}

/// The state of all metrics now.
///
/// Costs about 30 ns a series and thread; the threads that record are not disturbed. Works at any time,
/// before and without `init`. In a polled function or a collector of a registry, which are asked for this, it leaves out
/// what they and others like them measure.
///
/// ```
/// let snapshot = obs_runtime::snapshot();
/// assert!(snapshot.family("obs_cells_bytes").is_some());
/// ```
pub fn snapshot() -> Snapshot {
    let mut families = own_families();
    asking(|| collect::foreign(&mut families));
    Snapshot::new(families, SystemTime::now())
}

/// What this thread alone has counted and observed, of the program's own families.
#[cfg(feature = "testing")]
pub(crate) fn of_this_thread() -> Snapshot {
    let registry = &*REGISTRY;
    let reader = Reader::of_this_thread();
    let mut families = recorded(registry, &reader);
    families.retain(|family| family.kind != FamilyKind::Gauge);
    for family in families.iter_mut().filter(|family| registry.merged.contains(&family.name)) {
        merge::series(family);
    }
    Snapshot::new(families, SystemTime::now())
}

/// The same without what other libraries measure.
#[cfg(feature = "prometheus")]
pub(crate) fn own_snapshot() -> Snapshot {
    Snapshot::new(own_families(), SystemTime::now())
}

fn own_families() -> Vec<Family> {
    let registry = &*REGISTRY;
    let reader = Reader::new();
    let mut families = recorded(registry, &reader);
    // Without the lock: they are user code, which may take its time, or take a snapshot.
    asking(|| families.extend(registry.metrics.iter().filter_map(|metric| metrics::poll(*metric))));
    for family in families.iter_mut().filter(|family| registry.merged.contains(&family.name)) {
        merge::series(family);
    }
    families.extend(own(registry));
    collect::own(&mut families);
    families
}

/// What instruments hold.
fn recorded(registry: &Registry, reader: &Reader) -> Vec<Family> {
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    let mut page = Page::new(reader, texts.get_or_insert_default());
    calls::collect(&registry.sites, &mut page);
    calls::collect_reports(&REPORTS, &mut page);
    for metric in &registry.metrics {
        metrics::collect(*metric, &mut page);
    }
    // The program's own come first: they keep their names.
    let requests = requests(&mut page);
    let kernels = registry.kernels.collect(&mut page);
    page.finish().into_iter().chain(requests).chain(kernels).collect()
}

/// The families of layers.
#[cfg(feature = "tower")]
fn requests(page: &mut Page<'_>) -> Vec<Family> {
    crate::tower::metrics::collect(page)
}

/// The families of layers: none, without their feature.
#[cfg(not(feature = "tower"))]
fn requests(_: &mut Page<'_>) -> Vec<Family> {
    Vec::new()
}

pub(crate) fn reports() -> &'static ErrorCounts {
    &REPORTS
}

/// The buckets that the attribute of a static histogram names.
pub(crate) fn buckets_of<I: Instrument>(instrument: &'static I) -> Option<&'static [f64]> {
    // Not from REGISTRY: the first observation may come from a polled function or a constructor that
    // runs while it is being made.
    inventory::iter::<Entry>.into_iter().find_map(|entry| match entry.0 {
        Item::Static(desc, candidate) if std::ptr::addr_eq(candidate, instrument) => Some(desc.buckets),
        _ => None,
    })
}

impl Registry {
    fn linked() -> Registry {
        let (mut sites, mut metrics) = (Vec::new(), Vec::new());
        let (mut kernels, mut errors) = (Vec::new(), Vec::new());
        for site in inventory::iter::<&'static Site> {
            sites.push(site.live());
        }
        for entry in inventory::iter::<Entry> {
            match entry.0 {
                Item::Static(desc, instrument) => metrics.push(Metric::Static(desc, instrument)),
                Item::Metric(metric) => metrics.push(Metric::Function(metric)),
                Item::Polled(desc, read) => metrics.push(Metric::Polled(desc, read)),
                Item::PolledSet(polled) => metrics.push(Metric::PolledSet(polled)),
                Item::Error(desc) => errors.push(desc),
                Item::Kernel(kernel) => kernels.push(kernel),
            }
        }
        sites.sort_by_key(|site| (site.desc.module, site.desc.name, site.desc.file, site.desc.line));
        metrics.sort_by_key(|metric| {
            let desc = metric.desc();
            (desc.module, desc.name, desc.file, desc.line)
        });
        kernels.sort_by_key(|kernel: &&dyn KernelEntry| {
            let desc = kernel.desc();
            (desc.module, desc.name, desc.file, desc.line)
        });
        let catalogue = model::catalogue(&sites, &metrics, &kernels, &errors);
        let conflicts = conflict::resolve(&mut sites, &mut metrics, &mut kernels);
        sites.retain(|site| site.desc.metrics);
        let merged = merge::families(&sites, &metrics);
        for site in &sites {
            site.declare_errors();
        }
        Registry { sites, metrics, kernels: Kernels::new(kernels), catalogue, conflicts, merged }
    }
}

/// The runtime's own state.
fn own(registry: &Registry) -> [Family; 4] {
    let usage = cells::usage();
    [
        Family::new("obs_cells_bytes", "Memory that counts take, in all threads.", FamilyKind::Gauge)
            .with(usage.bytes),
        Family::new("obs_cells_threads", "The most threads that recorded at one time.", FamilyKind::Gauge)
            .with(usage.blocks),
        Family::new(
            "obs_dropped_updates_total",
            "Updates for which no cells were left.",
            FamilyKind::Counter,
        )
        .with(usage.dropped),
        Family::new(
            "obs_registry_conflicts",
            "Families left out because another has their name.",
            FamilyKind::Gauge,
        )
        .with(registry.conflicts.len() as u64),
    ]
}
