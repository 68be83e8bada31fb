//! The numbers of the protocol's fields, by message: those that we write.
//!
//! The outer messages are the same for all signals but for their names: `ExportTraceServiceRequest` is made of
//! `ResourceSpans`, these of `ScopeSpans` and these of `Span`; so it is with metrics and logs.

pub(super) mod request {
    pub(crate) const RESOURCES: u32 = 1;
}

/// `ResourceSpans`, `ResourceMetrics`, `ResourceLogs`.
pub(super) mod resource_items {
    pub(crate) const RESOURCE: u32 = 1;
    pub(crate) const SCOPES: u32 = 2;
    pub(crate) const SCHEMA_URL: u32 = 3;
}

/// `ScopeSpans`, `ScopeMetrics`, `ScopeLogs`.
pub(super) mod scope_items {
    pub(crate) const SCOPE: u32 = 1;
    pub(crate) const ITEMS: u32 = 2;
    pub(crate) const SCHEMA_URL: u32 = 3;
}

pub(super) mod resource {
    pub(crate) const ATTRIBUTES: u32 = 1;
}

pub(super) mod instrumentation_scope {
    pub(crate) const NAME: u32 = 1;
    pub(crate) const VERSION: u32 = 2;
}

pub(super) mod key_value {
    pub(crate) const KEY: u32 = 1;
    pub(crate) const VALUE: u32 = 2;
}

pub(super) mod any_value {
    pub(crate) const STRING: u32 = 1;
    pub(crate) const BOOL: u32 = 2;
    pub(crate) const INT: u32 = 3;
    pub(crate) const DOUBLE: u32 = 4;
}

pub(super) mod metric {
    pub(crate) const NAME: u32 = 1;
    pub(crate) const DESCRIPTION: u32 = 2;
    pub(crate) const UNIT: u32 = 3;
    pub(crate) const GAUGE: u32 = 5;
    pub(crate) const SUM: u32 = 7;
    pub(crate) const HISTOGRAM: u32 = 9;
    pub(crate) const SUMMARY: u32 = 11;
}

/// `Gauge`, `Sum`, `Histogram`, `Summary`, as far as they have these.
pub(super) mod points {
    pub(crate) const DATA_POINTS: u32 = 1;
    pub(crate) const AGGREGATION_TEMPORALITY: u32 = 2;
    pub(crate) const IS_MONOTONIC: u32 = 3;
    pub(crate) const CUMULATIVE: u64 = 2;
}

pub(super) mod number_data_point {
    pub(crate) const START_TIME: u32 = 2;
    pub(crate) const TIME: u32 = 3;
    pub(crate) const AS_DOUBLE: u32 = 4;
    pub(crate) const AS_INT: u32 = 6;
    pub(crate) const ATTRIBUTES: u32 = 7;
}

pub(super) mod histogram_data_point {
    pub(crate) const START_TIME: u32 = 2;
    pub(crate) const TIME: u32 = 3;
    pub(crate) const COUNT: u32 = 4;
    pub(crate) const SUM: u32 = 5;
    pub(crate) const BUCKET_COUNTS: u32 = 6;
    pub(crate) const EXPLICIT_BOUNDS: u32 = 7;
    pub(crate) const EXEMPLARS: u32 = 8;
    pub(crate) const ATTRIBUTES: u32 = 9;
}

pub(super) mod exemplar {
    pub(crate) const TIME: u32 = 2;
    pub(crate) const AS_DOUBLE: u32 = 3;
    pub(crate) const SPAN_ID: u32 = 4;
    pub(crate) const TRACE_ID: u32 = 5;
}

pub(super) mod summary_data_point {
    pub(crate) const START_TIME: u32 = 2;
    pub(crate) const TIME: u32 = 3;
    pub(crate) const COUNT: u32 = 4;
    pub(crate) const SUM: u32 = 5;
    pub(crate) const QUANTILE_VALUES: u32 = 6;
    pub(crate) const ATTRIBUTES: u32 = 7;
}

pub(super) mod value_at_quantile {
    pub(crate) const QUANTILE: u32 = 1;
    pub(crate) const VALUE: u32 = 2;
}

pub(super) mod span {
    pub(crate) const TRACE_ID: u32 = 1;
    pub(crate) const SPAN_ID: u32 = 2;
    pub(crate) const PARENT_SPAN_ID: u32 = 4;
    pub(crate) const NAME: u32 = 5;
    pub(crate) const KIND: u32 = 6;
    pub(crate) const START_TIME: u32 = 7;
    pub(crate) const END_TIME: u32 = 8;
    pub(crate) const ATTRIBUTES: u32 = 9;
    pub(crate) const DROPPED_ATTRIBUTES: u32 = 10;
    pub(crate) const EVENTS: u32 = 11;
    pub(crate) const DROPPED_EVENTS: u32 = 12;
    pub(crate) const LINKS: u32 = 13;
    pub(crate) const DROPPED_LINKS: u32 = 14;
    pub(crate) const STATUS: u32 = 15;
    pub(crate) const FLAGS: u32 = 16;
}

/// `Span.Event`.
pub(super) mod event {
    pub(crate) const TIME: u32 = 1;
    pub(crate) const NAME: u32 = 2;
    pub(crate) const ATTRIBUTES: u32 = 3;
}

/// `Span.Link`.
pub(super) mod link {
    pub(crate) const TRACE_ID: u32 = 1;
    pub(crate) const SPAN_ID: u32 = 2;
}

pub(super) mod status {
    pub(crate) const MESSAGE: u32 = 2;
    pub(crate) const CODE: u32 = 3;
    pub(crate) const OK: u64 = 1;
    pub(crate) const ERROR: u64 = 2;
}

#[cfg(feature = "logs")]
pub(super) mod log_record {
    pub(crate) const TIME: u32 = 1;
    pub(crate) const SEVERITY_NUMBER: u32 = 2;
    pub(crate) const SEVERITY_TEXT: u32 = 3;
    pub(crate) const BODY: u32 = 5;
    pub(crate) const ATTRIBUTES: u32 = 6;
    pub(crate) const FLAGS: u32 = 8;
    pub(crate) const TRACE_ID: u32 = 9;
    pub(crate) const SPAN_ID: u32 = 10;
    pub(crate) const OBSERVED_TIME: u32 = 11;
    pub(crate) const EVENT_NAME: u32 = 12;
}
