//! A timed launch as a span.

use crate::driver::StreamId;
use crate::series::Series;
use crate::work::Work;
use obs_runtime::__private::v1::{FieldValue, Place, Ran};
use std::borrow::Cow;

/// When it ran, in ticks of the host's clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    pub(crate) start: u64,
    pub(crate) end: u64,
    /// Seconds from the launch to the start.
    pub(crate) queue: Option<f64>,
    /// By how much both may be off, in seconds.
    pub(crate) clock_error: f64,
}

/// Records it. Says which span it is, if its trace is sampled.
pub(crate) fn record(
    place: &Place,
    series: &Series,
    stream: StreamId,
    work: &Work,
    times: Times,
) -> Option<(u128, u64)> {
    let (name, what) = match series.kernel.direction() {
        None => ("gpu.kernel", "gpu.kernel.name"),
        Some(_) => ("gpu.copy", "gpu.copy.direction"),
    };
    let mut fields: Vec<(Cow<'static, str>, FieldValue)> = vec![
        (what.into(), series.desc.name.into()),
        ("gpu.device".into(), (&*series.state.label).into()),
        ("gpu.stream".into(), FieldValue::Text(format!("{:#x}", stream.0))),
        ("gpu.clock_error_seconds".into(), times.clock_error.into()),
    ];
    let dims = [("gpu.grid", work.grid), ("gpu.block", work.block)];
    fields.extend(
        dims.into_iter().filter_map(|(name, dim)| Some((name.into(), FieldValue::Text(dim?.to_string())))),
    );
    let amounts = [
        ("gpu.bytes", Some(work.bytes)),
        ("gpu.flops", Some(work.flops)),
        ("gpu.items", Some(work.items)),
        ("gpu.queue_seconds", times.queue),
    ];
    let amounts = amounts.into_iter().filter_map(|(name, amount)| Some((name, amount?)));
    fields.extend(amounts.filter(|(_, amount)| !amount.is_nan()).map(|(name, x)| (name.into(), x.into())));
    place.record(Ran { name, start: times.start, end: times.end, error: None, fields })
}
