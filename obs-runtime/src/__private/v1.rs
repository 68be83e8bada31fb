//! The first version of the contract with generated code. A change that older generated code would not
//! survive makes a `v2`, so that a mismatched pair of crates fails to compile instead of misbehaving.

mod branch;
mod call;
mod class;
mod desc;
mod ending;
mod families;
mod future;
mod metric;
mod place;
mod polled;
mod site;
mod slow;
mod span;
mod spans;
mod submit;
mod tally;

pub use crate::error::{Categories, Category, ErrorCategory, Severity};
pub use crate::label::{
    Capped, Gives, GivesAll, GivesSeries, Interns, Label, LabelIndex, LabelSet, LabelValue,
};
pub use crate::registry::{Entry, KernelEntry};
pub use branch::{Branch, FromResidual, branch, from_residual};
pub use call::{Call, Unread, enter, enter_fields, enter_span, enter_with, never, run};
pub(crate) use class::Fallible;
pub use class::{
    ByCategory, ByResult, Class, ClassOther, ClassPlain, Errors, Probe, ProbeFallback, Reader, ReaderOther,
    ReaderPlain, Returned, Unreadable, class, ok, probe, reader, test,
};
pub use desc::{ErrorTypeDesc, FunctionDesc, KernelDesc, LabelDesc, MetricDesc, SloDesc, fields};
pub use ending::at_shutdown;
pub(crate) use ending::finish;
pub use families::{CombinationOf, Families, Key, Name, Pairs, polled, source};
pub(crate) use families::{poll, sources};
pub use future::{
    AsyncCall, Awaited, Deferred, Observed, Progress, awaited, deferred, enter_async, enter_async_fields,
    enter_async_span, enter_async_with, enter_awaited, enter_awaited_fields, enter_awaited_span,
    enter_awaited_with, future,
};
pub use inventory;
pub use metric::{Ending, FunctionMetric, LATER, OnDrop, OnEnd, Reading, Started, amount, look, start};
pub use obs_model::{Kind, Source, SpanKind};
pub use place::{FieldValue, Place, Ran, now, seconds, ticks};
pub(crate) use polled::Poll;
pub use polled::{Polled, Readings};
pub use site::{Labelled, Outcome, Site, capped, label};
pub(crate) use site::{Live, SeriesRef};
#[cfg(any(feature = "logs", feature = "otlp"))]
pub(crate) use slow::SLOW;
#[cfg(feature = "tracing-subscriber")]
pub(crate) use span::is_observed;
pub use span::{CURRENT, Level, NO_CAUSES, Parent, Span, Value, debug, display, parent};
pub(crate) use spans::mark_current;
pub use spans::{Prepared, span};
pub use std::boxed::Box;
pub use std::convert::Infallible;
pub use std::future::Future;
pub use std::ops::ControlFlow;
pub use std::option::Option::{None, Some};
pub use std::time::Duration;
pub use std::{file, module_path, unreachable};
pub use submit::{submit_error, submit_function_metric, submit_polled, submit_polled_set, submit_static};
pub use tally::{ErrorTally, Lanes, LanesAt, Read, Tally, TickBuckets};
