//! What a program says of the call that it is in.

use super::fields::{Addition, Fields};
use super::{FieldValue, is_on, thread};
use std::borrow::Cow;

/// Records a field of the innermost observed call, or of the request where no call is observed below it: what is known
/// only while it runs, such as the tier that had the answer, or how many rows there were. What is known before belongs
/// into the attribute's `fields(…)`.
///
/// The field is in the span, and in the log lines that are written from then on. A name that is recorded again has the
/// last value. Where calls have neither spans nor ids for the logs, nothing happens, and the value is not made text. Spans
/// that a subscriber of `tracing` makes of observed calls do not have it: their fields are fixed.
///
/// ```
/// use obs_runtime::observe;
///
/// #[observe(fields(k))]
/// fn search(k: usize) -> Vec<u64> {
///     let found: Vec<u64> = (0..k as u64).collect();
///     obs_runtime::record("tier", "hot");
///     obs_runtime::record("db.response.returned_rows", found.len());
///     found
/// }
/// # search(3);
/// ```
pub fn record(name: &'static str, value: impl Into<FieldValue>) {
    if is_on() {
        let values = vec![(Cow::Borrowed(name), value.into())];
        thread::note(Addition::Fields(Fields { values, ..Fields::default() }));
    }
}
