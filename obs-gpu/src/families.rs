//! What is exported of kernels, copies and devices.

use crate::copy::COPIES;
use crate::device::{self, state::State};
use crate::kernel::Kernel;
use crate::series::{DURATION, HOST_TIME, PRESET, QUEUE, Series, Untimed};
use crate::tell;
use crate::work::Work;
use obs_runtime::__private::v1::{
    self, CombinationOf, Families, KernelDesc, Key, Labelled, Name, Outcome, Pairs, Tally,
};
use std::sync::Once;
use std::sync::atomic::Ordering;

mod names;

use names::*;

/// Has the registry ask for what no kernel holds, from the first device on.
pub(crate) fn announce() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        v1::source(collect);
        v1::at_shutdown(|within| {
            crate::flush(within);
        });
    });
}

/// Counts what an ok launch does, of what its attribute names.
#[inline]
pub(crate) fn amounts(series: &Series, work: &Work) {
    let KernelDesc { bytes, flops, items, .. } = *series.desc;
    if bytes {
        series.bytes.add_f64(work.bytes);
    }
    if flops {
        series.flops.add_f64(work.flops);
    }
    if items {
        series.items.add_f64(work.items);
    }
}

// A series of a kernel on a device is found again by its number among these.
const OUTCOMES: usize = 0;
const OWN: usize = 10;
const UNTIMED: usize = 20;
const ERRORS: usize = 30;

/// Adds a kernel on one device.
pub(crate) fn kernel(series: &'static Series, families: &mut Families<'_, '_>) {
    let identity =
        || -> Pairs { vec![("kernel", series.desc.name.into()), ("device", (&*series.state.label).into())] };
    for of in families.combinations(&series.lanes, series.desc.labels, series.kernel.label_interns()) {
        let labels = || -> Pairs { identity().into_iter().chain(of.values.clone()).collect() };
        let names = [LAUNCHES, DURATIONS, QUEUES, LAUNCH_TIMES];
        lanes(series, &of, names, labels, families);
    }
    let desc = series.desc;
    let amounts = [
        (BYTES, desc.bytes, &series.bytes),
        (FLOPS, desc.flops, &series.flops),
        (ITEMS, desc.items, &series.items),
        (OUTLIERS, true, &series.outliers),
        (SLOW, desc.slow.is_some(), &series.slow),
    ];
    for (name, is_given, tally) in amounts {
        if is_given {
            let value = families.read(tally);
            families.counter(name, Key(series, 0, OWN), identity, value);
        }
    }
    for why in Untimed::ALL {
        let value = families.read(&series.untimed[why as usize]);
        let labels = || identity().into_iter().chain([("reason", why.as_str().into())]).collect();
        families.counter(UNTIMED_LAUNCHES, Key(series, 0, UNTIMED + why as usize), labels, value);
    }
    let mut errors = Vec::new();
    families.errors(&series.errors, |number, category, count| errors.push((number, category, count)));
    for (number, category, count) in errors {
        let labels = || identity().into_iter().chain([("error_type", category.name.into())]).collect();
        families.counter(KERNEL_ERRORS, Key(series, 0, ERRORS + number), labels, count);
    }
}

/// Adds how often a kernel was launched on the host where another device is wanted.
pub(crate) fn fallbacks(tally: &'static Tally, desc: &'static KernelDesc, families: &mut Families<'_, '_>) {
    let value = families.read(tally);
    families.counter(FALLBACKS, Key(tally, 0, OWN), || vec![("kernel", desc.name.into())], value);
}

/// Adds what is told of each combination of labels: launches by result, durations, queue times and the host's times,
/// under the names in this order. A name without words is left out.
fn lanes(
    series: &'static Series,
    of: &CombinationOf<{ crate::series::LANES }>,
    names: [Name; 4],
    labels: impl Fn() -> Pairs,
    families: &mut Families<'_, '_>,
) {
    let [launches, durations, queues, launch_times] = names;
    let at = of.number();
    let mut host = families.ticked(of, Outcome::Ok as usize, &HOST_TIME);
    for outcome in Outcome::ALL {
        let read = families.ticked(of, outcome as usize, &HOST_TIME);
        let labels = || {
            let mut labels = labels();
            labels.push(("result", outcome.as_str().into()));
            labels
        };
        families.counter(launches, Key(series, at, OUTCOMES + outcome as usize), labels, read.count());
        if outcome != Outcome::Ok {
            host.absorb(&read);
        }
    }
    let bounds = series.desc.buckets;
    let took = families.observed(of, DURATION, bounds);
    families.histogram(durations, Key(series, at, OWN + 2), &labels, bounds, took);
    if !queues.0.is_empty() {
        let queued = families.observed(of, QUEUE, PRESET);
        families.histogram(queues, Key(series, at, OWN + 2), &labels, PRESET, queued);
        families.histogram(launch_times, Key(series, at, OWN + 2), &labels, PRESET, host);
    }
}

/// Adds how often a kernel's capped labels overflowed.
pub(crate) fn overflows(kernel: &'static Kernel, desc: &'static KernelDesc, families: &mut Families<'_, '_>) {
    if !desc.labels.is_empty() {
        families.overflows(format!("{}::{}", desc.module, desc.name), desc.labels, kernel.label_interns());
    }
}

/// Adds copies and devices.
fn collect(families: &mut Families<'_, '_>) {
    let panics = families.read(&tell::PANICS);
    families.counter(PANICS, Key(&tell::PANICS, 0, OWN), Vec::new, panics);
    for state in device::all() {
        if state.is_driven || state.index != device::UNKNOWN {
            of_device(state, families);
        }
        for copies in &COPIES {
            if let Some(series) = copies.known_on(state) {
                of_copies(series, families);
            }
        }
    }
}

fn of_copies(series: &'static Series, families: &mut Families<'_, '_>) {
    let identity = || -> Pairs {
        vec![("direction", series.desc.name.into()), ("device", (&*series.state.label).into())]
    };
    for of in families.combinations(&series.lanes, series.desc.labels, series.kernel.label_interns()) {
        lanes(series, &of, [COPIED, COPY_DURATIONS, NONE, NONE], identity, families);
    }
    let value = families.read(&series.bytes);
    families.counter(COPY_BYTES, Key(series, 0, OWN), identity, value);
}

fn of_device(state: &'static State, families: &mut Families<'_, '_>) {
    let device = || -> Pairs { vec![("device", (&*state.label).into())] };
    let own = Key(state, 0, OWN);
    // Of a device that the program let go of, nobody has to be told that it does not work.
    let lost = state.lost.load(Ordering::Acquire);
    if !state.gone.load(Ordering::Relaxed) {
        families.gauge(UP, own, device, u64::from(!lost));
    }
    let session = state.session();
    let session = session.as_deref();
    let facts = session.and_then(|session| session.facts.get());
    let info = || {
        let (name, driver) = facts.map_or(("", ""), |facts| (&*facts.name, &*facts.driver));
        let backend = session.map_or("host", |session| session.driver.backend());
        let named =
            [("name", name.to_owned()), ("backend", backend.to_owned()), ("driver", driver.to_owned())];
        device().into_iter().chain(named.map(|(label, value)| (label, value.into()))).collect()
    };
    if facts.is_some() || !state.is_driven {
        families.info(INFO, Key(state, 0, OWN + 1), info);
    }
    let [bytes, flops] = state.peaks(session);
    for (name, peak) in [(PEAK_BYTES, bytes), (PEAK_FLOPS, flops)] {
        if let Some(peak) = peak {
            families.gauge(name, Key(state, 0, OWN), device, peak);
        }
    }
    if let Some((now, peak)) = state.memory.read() {
        families.gauge(MEMORY, Key(state, 0, OWN), device, now);
        families.gauge(MEMORY_PEAK, Key(state, 0, OWN), device, peak);
    }
    if let Some(session) = session {
        families.gauge(PENDING, Key(state, 0, OWN), device, state.pending.load(Ordering::Relaxed) as u64);
        let (all, free) = (session.pairs(), state.pool.len());
        for (lane, which, count) in [(1, "free", free), (2, "used", all.saturating_sub(free))] {
            let labels = || device().into_iter().chain([("state", which.into())]).collect();
            families.gauge(PAIRS, Key(state, 1, OWN + lane), labels, count as u64);
        }
        let error = f64::from_bits(state.clock_error.load(Ordering::Relaxed));
        if !error.is_nan() {
            families.gauge(CLOCK_ERROR, Key(state, 0, OWN), device, error);
        }
    }
}
