//! An observed call as a `tracing` span.

use super::{Live, Site, SpanKind};
use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt::{Debug, Display};
use std::sync::atomic::Ordering;
use std::sync::{LazyLock, PoisonError, RwLock};
use tracing::callsite::{Callsite, Identifier};
use tracing::dispatcher;
use tracing::field::{DebugValue, DisplayValue};
use tracing::level_filters::LevelFilter;
use tracing::span::EnteredSpan;
use tracing::subscriber::Interest;
use tracing::{Id, Metadata};

pub use tracing::field::Value;
pub use tracing::{Level, Span};

/// The most fields that an attribute may name: `tracing`'s own limit, less those of the outcome.
const MAX_FIELDS: usize = 29;

const UNASKED: u8 = 0;
const NEVER: u8 = 1;
const SOMETIMES: u8 = 2;
const ALWAYS: u8 = 3;

/// The call sites that subscribers have been told of.
static OBSERVED: LazyLock<RwLock<HashSet<Identifier>>> = LazyLock::new(RwLock::default);

/// Whether it is an observed function's span.
#[cfg_attr(not(feature = "tracing-subscriber"), allow(dead_code))]
pub(crate) fn is_observed(meta: &Metadata<'_>) -> bool {
    // A subscriber asks this of everything; hardly anything has fields of these names.
    meta.fields().field("error.type").is_some()
        && OBSERVED.read().unwrap_or_else(PoisonError::into_inner).contains(&meta.callsite())
}

impl Callsite for Site {
    fn set_interest(&self, interest: Interest) {
        let interest = match () {
            () if interest.is_never() => NEVER,
            () if interest.is_always() => ALWAYS,
            () => SOMETIMES,
        };
        if let Some(live) = self.known() {
            live.interest.store(interest, Ordering::Relaxed);
        }
    }

    fn metadata(&self) -> &Metadata<'_> {
        match self.known() {
            Some(live) => &live.meta,
            // What registers a site is its `Live`.
            None => unreachable!("nobody knows of this call site yet"),
        }
    }
}

impl Site {
    /// Whether any subscriber could want the span. One relaxed load and a comparison where there is none.
    #[inline(always)]
    pub(super) fn wants_span(&'static self) -> bool {
        LevelFilter::current() != LevelFilter::OFF && self.live().wants_span()
    }
}

impl Live {
    #[inline]
    fn wants_span(&'static self) -> bool {
        // Where the logs are ours, there is a subscriber that wants none of them.
        self.interest.load(Ordering::Relaxed) != NEVER
            && self.desc.level <= LevelFilter::current()
            && self.is_enabled()
    }

    #[cold]
    fn is_enabled(&'static self) -> bool {
        if !self.desc.spans {
            return false;
        }
        if self.interest.load(Ordering::Relaxed) == UNASKED {
            OBSERVED.write().unwrap_or_else(PoisonError::into_inner).insert(self.meta.callsite());
            tracing::callsite::register(self.site);
        }
        match self.interest.load(Ordering::Relaxed) {
            NEVER => false,
            ALWAYS => true,
            _ => dispatcher::get_default(|dispatch| dispatch.enabled(&self.meta)),
        }
    }

    /// The span with the user's fields, which come first in the attribute's list.
    pub(super) fn span(&'static self, parent: Option<Option<Id>>, fields: &[Option<&dyn Value>]) -> Span {
        let kind = self.desc.kind.as_str();
        let mut values: [Option<&dyn Value>; MAX_FIELDS + 3] = [None; MAX_FIELDS + 3];
        let given = fields.len().min(MAX_FIELDS);
        values[..given].copy_from_slice(&fields[..given]);
        if self.desc.kind != SpanKind::Internal {
            values[given] = Some(&kind);
        }
        let all = self.meta.fields();
        let values = all.value_set_all(&values[..all.len().min(MAX_FIELDS + 3)]);
        match parent {
            None => Span::new(&self.meta, &values),
            Some(None) => Span::new_root(&self.meta, &values),
            Some(Some(parent)) => Span::child_of(parent, &self.meta, &values),
        }
    }
}

/// Whose child a span is.
#[derive(Clone, Copy, Debug)]
pub enum Parent<P> {
    /// Of the current span.
    Current,
    /// Of the span that `parent = …` names; a root where it names none.
    Given(P),
}

/// What `parent = …` names, so that the compiler complains there about what is no span.
pub fn parent(parent: impl Into<Option<Id>>) -> Option<Id> {
    parent.into()
}

/// No `parent` argument.
pub const CURRENT: Parent<Option<Id>> = Parent::Current;
/// No `follows_from` argument.
pub const NO_CAUSES: [Option<Id>; 0] = [];

/// `%value`
pub fn display<T: Display>(value: T) -> DisplayValue<T> {
    tracing::field::display(value)
}

/// `?value`
pub fn debug<T: Debug>(value: T) -> DebugValue<T> {
    tracing::field::debug(value)
}

thread_local! {
    /// The spans of this thread's calls in progress. Kept here, and not in the calls themselves, so that
    /// a call without a span has nothing to keep: calls of functions that are no futures end in the
    /// reverse order of their starts.
    static ENTERED: RefCell<Vec<EnteredSpan>> = const { RefCell::new(Vec::new()) };
}

/// Enters a span until [`leave`]. False where it cannot be kept, because the thread is ending.
#[cold]
pub(super) fn enter(span: Span) -> bool {
    // Entered before the vector is borrowed: a subscriber may run observed code.
    let span = span.entered();
    ENTERED.try_with(|entered| entered.borrow_mut().push(span)).is_ok()
}

/// Leaves the span that was entered last, with the outcome written on it.
#[cold]
pub(super) fn leave(error_type: Option<&'static str>) {
    let span = ENTERED.try_with(|entered| entered.borrow_mut().pop());
    if let Ok(Some(span)) = span {
        mark(&span, error_type);
    }
}

/// Writes the outcome of a call that did not end well on its span.
#[cold]
pub(super) fn mark(span: &Span, error_type: Option<&'static str>) {
    if let Some(error_type) = error_type {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", error_type);
    }
}
