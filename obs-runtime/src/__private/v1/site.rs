//! Everything about one observed function, in one static.

use super::slow::Slow;
use super::{Categories, Class, Errors, FunctionDesc, LabelDesc, LabelIndex, LabelValue};
use crate::cells::{Count, Slot};
use crate::clock;
use crate::context;
use crate::instrument::errors::ErrorCounts;
use crate::instrument::exemplar::Exemplars;
use crate::instrument::timing::TickBounds;
use crate::label::{Combination, Interns, Space};
use std::panic::RefUnwindSafe;
use std::sync::OnceLock;
use std::sync::atomic::AtomicU8;
use tracing::Metadata;
use tracing::callsite::Identifier;
use tracing::field::FieldSet;
use tracing::metadata::Kind;

/// How a call ended, or a launch. The numbers are the lanes that they are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Ok = 0,
    Error = 1,
    Cancelled = 2,
    Panic = 3,
}

impl Outcome {
    pub const ALL: [Outcome; 4] = [Outcome::Ok, Outcome::Error, Outcome::Cancelled, Outcome::Panic];

    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Ok => "ok",
            Outcome::Error => "error",
            Outcome::Cancelled => "cancelled",
            Outcome::Panic => "panic",
        }
    }
}

/// The series that a call belongs to, found when it starts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SeriesRef {
    pub(super) slots: &'static [Slot; 4],
    pub(crate) at: Combination,
}

// The same in every static, so that the compiler makes them once and copies them.
#[allow(clippy::declare_interior_mutable_const)]
const BOUNDS: TickBounds = TickBounds::new();
#[allow(clippy::declare_interior_mutable_const)]
const STARTED: Slot = Slot::new();
#[allow(clippy::declare_interior_mutable_const)]
const CALLS: Space<[Slot; 4]> = Space::new();
#[allow(clippy::declare_interior_mutable_const)]
const LIVE: OnceLock<Live> = OnceLock::new();

/// One observed function: a static in its body.
///
/// It holds what the attribute says, and what every call touches. The rest is `Live`, because the compiler
/// evaluates a static at every build.
///
/// Calls that have started are one count, those that have ended are the counts of the buckets they fell
/// into, by outcome. So an ordinary call updates three cells, and the calls counter, the in-flight gauge
/// and the histogram's count are sums that only a snapshot makes.
#[derive(Debug)]
pub struct Site {
    name: &'static str,
    module: &'static str,
    file: &'static str,
    line: u32,
    column: u32,
    help: &'static str,
    is_async: bool,
    errors: Errors,
    /// What else the attribute says. What stands above is left out of it.
    options: &'static FunctionDesc,
    bounds: TickBounds,
    pub(crate) started: Slot,
    pub(crate) calls: Space<[Slot; 4]>,
    live: OnceLock<Live>,
}

/// What few calls of an observed function touch. The first of them fills it in, or the registry.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) site: &'static Site,
    pub(crate) desc: FunctionDesc,
    pub(super) meta: Metadata<'static>,
    pub(super) interest: AtomicU8,
    pub(crate) errors: ErrorCounts,
    pub(crate) exemplars: Exemplars,
    pub(crate) interns: Interns,
    pub(crate) slow: Slow,
}

// Nothing in it is left half done by a panic: it is counts, and what is written once.
impl RefUnwindSafe for Site {}

// A row of plain arguments is the cheapest thing to compile that says all of this.
#[allow(clippy::too_many_arguments)]
impl Site {
    /// A function whose attribute has no arguments.
    pub const fn new(
        name: &'static str,
        module: &'static str,
        file: &'static str,
        line: u32,
        column: u32,
        help: &'static str,
        is_async: bool,
        errors: Errors,
    ) -> Site {
        Site::with(name, module, file, line, column, help, is_async, errors, &FunctionDesc::DEFAULT)
    }

    /// A function of which more is said.
    pub const fn with(
        name: &'static str,
        module: &'static str,
        file: &'static str,
        line: u32,
        column: u32,
        help: &'static str,
        is_async: bool,
        errors: Errors,
        options: &'static FunctionDesc,
    ) -> Site {
        Site {
            name,
            module,
            file,
            line,
            column,
            help,
            is_async,
            errors,
            options,
            bounds: BOUNDS,
            started: STARTED,
            calls: CALLS,
            live: LIVE,
        }
    }

    /// The rest of it.
    #[inline(always)]
    pub(crate) fn live(&'static self) -> &'static Live {
        match self.live.get() {
            Some(live) => live,
            None => self.fill(),
        }
    }

    /// The same where a call or the registry has asked for it.
    pub(super) fn known(&self) -> Option<&Live> {
        self.live.get()
    }

    #[cold]
    #[inline(never)]
    fn fill(&'static self) -> &'static Live {
        self.live.get_or_init(|| Live::new(self))
    }

    fn desc(&self) -> FunctionDesc {
        let Site { name, module, file, line, column, help, is_async, errors, options, .. } = *self;
        FunctionDesc { name, module, file, line, column, help, is_async, errors, ..*options }
    }

    /// Counts a start, and says when it was. `attend` is whether there is anything to attend to.
    #[inline(always)]
    pub(super) fn begin<const METRICS: bool>(&'static self, attend: bool) -> u64 {
        if METRICS {
            self.started.update(1, Count { at: 0, n: 1 });
        }
        match attend {
            true => clock::now(),
            false if METRICS => clock::counted(),
            false => 0,
        }
    }

    /// Counts an end in the slots that belong to the call's labels, and says when it was.
    #[inline(always)]
    pub(super) fn end<const METRICS: bool>(
        &'static self,
        start: u64,
        series: SeriesRef,
        outcome: Outcome,
        attend: bool,
    ) -> u64 {
        let end = match attend {
            true => clock::now(),
            false if METRICS => clock::counted(),
            false => return 0,
        };
        if METRICS {
            let ticks = end.saturating_sub(start);
            let slot = &series.slots[outcome as usize];
            self.bounds.record(self.options.buckets, slot, ticks, || self.search(ticks, end, attend));
        }
        end
    }

    /// The bucket of a call that is not in the lowest. So it is here that slow ones are found, and others do not
    /// pay for it. Of one that has spans, whoever ends those tells.
    #[inline(never)]
    fn search(&'static self, ticks: u64, end: u64, attend: bool) -> usize {
        let found = self.bounds.find(self.options.buckets, self.options.slow, ticks);
        if found.slow {
            self.live().was_slow(ticks, end, attend);
        }
        found.bucket
    }

    /// The series of calls with these labels.
    #[inline(always)]
    pub(super) fn labelled(&'static self, labels: &[LabelIndex]) -> SeriesRef {
        let (slots, at) = self.calls.at(labels);
        SeriesRef { slots, at }
    }

    /// The outcome that a class means, with the error counted.
    #[inline(always)]
    pub(super) fn outcome<const METRICS: bool>(&'static self, class: Class, at: Combination) -> Outcome {
        match class {
            Class::Ok => Outcome::Ok,
            Class::Error(category) => {
                if METRICS {
                    self.live().errors.count(category, self.calls.combinations(), at.number());
                }
                Outcome::Error
            }
        }
    }
}

impl Live {
    fn new(site: &'static Site) -> Live {
        let desc = site.desc();
        let target = desc.target();
        let meta = Metadata::new(
            desc.name,
            target,
            desc.level,
            Some(desc.file),
            Some(desc.line),
            Some(desc.module),
            FieldSet::new(desc.fields, Identifier(site)),
            Kind::SPAN,
        );
        Live {
            site,
            desc,
            meta,
            interest: AtomicU8::new(0),
            errors: ErrorCounts::new(),
            exemplars: Exemplars::new(),
            interns: Interns::new(),
            slow: Slow::new(desc.slow),
        }
    }

    /// Leaves the current trace as an example of a call that took so long, if it is sampled.
    pub(super) fn exemplify(&self, series: usize, ticks: u64) {
        if context::is_sampled() {
            self.exemplars.offer_ticks(series, self.desc.buckets, ticks);
        }
    }

    /// The number of a combination and outcome among the site's series.
    pub(crate) fn series(at: Combination, outcome: Outcome) -> usize {
        at.number() * Outcome::ALL.len() + outcome as usize
    }

    /// Makes the series of all errors exist that the return type tells of.
    pub(crate) fn declare_errors(&self) {
        if let Some(categories) = self.desc.errors.categories {
            Categories::of(categories, &mut |category| self.errors.declare(category));
        }
    }
}

/// An item whose attribute names labels.
pub trait Labelled {
    fn label_descs(&'static self) -> &'static [LabelDesc];
    fn label_interns(&'static self) -> &'static Interns;
}

impl Labelled for Site {
    fn label_descs(&'static self) -> &'static [LabelDesc] {
        self.options.labels
    }

    #[inline(always)]
    fn label_interns(&'static self) -> &'static Interns {
        &self.live().interns
    }
}

/// A label's value, from an expression of a bounded type.
#[inline(always)]
pub fn label<L: LabelValue + ?Sized>(value: &L) -> LabelIndex {
    LabelIndex::of(value)
}

/// A capped label's value: the one at `position` in the attribute.
#[inline(always)]
pub fn capped<S: AsRef<str> + ?Sized>(item: &'static impl Labelled, position: usize, text: &S) -> LabelIndex {
    item.label_interns().label(item.label_descs(), position, text.as_ref())
}
