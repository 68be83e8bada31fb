//! Values that go up and down.

use super::family::{self, Instrument, Page};
use crate::clock;
use crate::label::{Interns, LabelSet, Space, Vacant};
use crate::private::MetricDesc;
use crate::snapshot::FamilyKind;
use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A value that goes up and down, in a `static` under `#[metric(gauge, …)]`.
///
/// The last value that any thread sets is the value, so all threads share one word: an update costs a
/// locked instruction at worst. A gauge with labels shows the series that were set; one whose labels
/// are all bounded types shows all of them, from zero. With `expire = "10m"` a series leaves the
/// exposition when nothing updated it for so long, and comes back with the next update.
///
/// # Examples
///
/// ```
/// use obs_runtime::{Gauge, LabelValue, metric};
///
/// #[derive(LabelValue)]
/// enum PoolState { Active, Idle }
///
/// /// Connections by state.
/// #[metric(gauge, name = "db_connections", labels(state: PoolState))]
/// static CONNECTIONS: Gauge<PoolState> = Gauge::new();
///
/// CONNECTIONS.with(PoolState::Idle).set(8.0);
/// CONNECTIONS.with(PoolState::Active).inc();
/// ```
pub struct Gauge<L: LabelSet = ()> {
    space: Space<GaugeCell>,
    interns: Interns,
    labels: PhantomData<fn(L)>,
}

/// A gauge's value.
#[derive(Debug)]
pub(crate) struct GaugeCell {
    bits: AtomicU64,
    /// When it was last updated, in ticks; 0 for never.
    touched: AtomicU64,
}

impl Vacant for GaugeCell {
    const VACANT: GaugeCell = GaugeCell { bits: AtomicU64::new(0), touched: AtomicU64::new(0) };
}

impl GaugeCell {
    #[inline]
    pub(crate) fn set(&self, value: f64) {
        if cfg!(feature = "off") {
            return;
        }
        self.bits.store(value.to_bits(), Ordering::Relaxed);
        self.touch();
    }

    #[inline]
    fn add(&self, delta: f64) {
        if cfg!(feature = "off") {
            return;
        }
        let add = |bits| Some((f64::from_bits(bits) + delta).to_bits());
        // The closure always returns a value, so the update cannot fail.
        let _ = self.bits.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
        self.touch();
    }

    #[inline]
    fn touch(&self) {
        self.touched.store(clock::now().max(1), Ordering::Relaxed);
    }

    /// The value, if the gauge was ever set and not longer ago than `expire`.
    pub(crate) fn read(&self, expire: Option<u64>) -> Option<f64> {
        let touched = self.touched.load(Ordering::Relaxed);
        let age = || clock::seconds(clock::now().saturating_sub(touched));
        let expired = expire.is_some_and(|nanos| age() > Duration::from_nanos(nanos).as_secs_f64());
        (touched != 0 && !expired).then(|| f64::from_bits(self.bits.load(Ordering::Relaxed)))
    }
}

/// One series of a [`Gauge`].
#[derive(Clone, Copy, Debug)]
pub struct GaugeSeries<'a>(&'a GaugeCell);

impl<L: LabelSet> Gauge<L> {
    /// A gauge at zero.
    #[allow(clippy::new_without_default)] // It belongs into a static, which cannot call `default`.
    pub const fn new() -> Self {
        Gauge { space: Space::new(), interns: Interns::new(), labels: PhantomData }
    }

    /// The series with these labels' values.
    #[inline]
    pub fn with(&self, labels: L::Values<'_>) -> GaugeSeries<'_> {
        let labels = L::resolve(labels, &self.interns);
        GaugeSeries(self.space.at(labels.as_ref()).0)
    }
}

impl Gauge {
    /// Makes it `value`.
    #[inline]
    pub fn set(&self, value: f64) {
        self.with(()).set(value);
    }

    /// Adds one.
    #[inline]
    pub fn inc(&self) {
        self.with(()).add(1.0);
    }

    /// Takes one away.
    #[inline]
    pub fn dec(&self) {
        self.with(()).add(-1.0);
    }

    /// Adds `delta`, which may be negative.
    #[inline]
    pub fn add(&self, delta: f64) {
        self.with(()).add(delta);
    }
}

impl GaugeSeries<'_> {
    /// Makes it `value`.
    #[inline]
    pub fn set(self, value: f64) {
        self.0.set(value);
    }

    /// Adds one.
    #[inline]
    pub fn inc(self) {
        self.0.add(1.0);
    }

    /// Takes one away.
    #[inline]
    pub fn dec(self) {
        self.0.add(-1.0);
    }

    /// Adds `delta`, which may be negative.
    #[inline]
    pub fn add(self, delta: f64) {
        self.0.add(delta);
    }
}

impl<L: LabelSet> fmt::Debug for Gauge<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gauge").field("labels", &L::CAPS.len()).finish_non_exhaustive()
    }
}

impl<L: LabelSet> Instrument for Gauge<L> {
    fn collect(&'static self, desc: &'static MetricDesc, page: &mut Page<'_>) {
        family::prepare(&self.space, L::CAPS, L::VALUES);
        page.family(desc, FamilyKind::Gauge, |series| {
            self.space.each(!L::CAPS.is_empty(), |at, cell| {
                let zero = (desc.expire.is_none() && self.space.is_known(at)).then_some(0.0);
                if let Some(value) = cell.read(desc.expire).or(zero) {
                    series.add(&self.space, &self.interns, at, value.into());
                }
            });
        });
        page.overflows(desc.name.into(), desc.labels, &self.interns);
    }
}
