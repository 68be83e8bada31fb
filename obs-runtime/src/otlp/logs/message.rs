//! Events as the protocol's log records.

use crate::clock;
use crate::logs::Event;
use crate::otlp::value::{SCHEMA, any, attribute, field, put, scope, span_id, text, trace_id};
use crate::secret::Redacted;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs, SeverityNumber};
use opentelemetry_proto::tonic::resource::v1::Resource;
use std::collections::BTreeMap;
use tracing::{Level, Metadata};

/// The message that sends a batch, by the events' targets.
pub(in crate::otlp) fn request(
    batch: &[Event],
    resource: &Resource,
    redacted: &Redacted,
) -> ExportLogsServiceRequest {
    let mut scopes: BTreeMap<&str, Vec<LogRecord>> = BTreeMap::new();
    for event in batch {
        scopes.entry(event.meta.target()).or_default().push(record(event, redacted));
    }
    let scope_logs = scopes.into_iter().map(|(name, log_records)| ScopeLogs {
        scope: Some(scope(name, "")),
        log_records,
        schema_url: SCHEMA.to_owned(),
    });
    let resource_logs = ResourceLogs {
        resource: Some(resource.clone()),
        scope_logs: scope_logs.collect(),
        schema_url: SCHEMA.to_owned(),
    };
    ExportLogsServiceRequest { resource_logs: vec![resource_logs] }
}

fn record(event: &Event, redacted: &Redacted) -> LogRecord {
    let at = clock::unix_nanos(event.at);
    let mut record = LogRecord {
        time_unix_nano: at,
        // Nobody was in between.
        observed_time_unix_nano: at,
        severity_number: severity(*event.meta.level()).into(),
        severity_text: event.meta.level().as_str().to_owned(),
        body: event.message.as_ref().map(any),
        attributes: attributes(event, redacted),
        event_name: own_name(event.meta).unwrap_or_default().to_owned(),
        ..LogRecord::default()
    };
    if let Some(trace) = event.trace {
        record.trace_id = trace_id(trace.trace_id);
        record.span_id = span_id(trace.span_id);
        record.flags = trace.sampled.into();
    }
    record
}

fn attributes(event: &Event, redacted: &Redacted) -> Vec<KeyValue> {
    let mut attributes = Vec::with_capacity(event.fields.len() + 4);
    attributes.extend(event.meta.file().map(|file| text("code.file.path", file)));
    let line = event.meta.line().map(|line| attribute("code.line.number", Value::IntValue(line.into())));
    attributes.extend(line);
    attributes.extend(event.thread.as_deref().map(|thread| text("thread.name", thread)));
    attributes.extend(event.correlation.as_ref().map(|id| text("correlation_id", id.as_str())));
    for (name, value) in &event.fields {
        put(&mut attributes, field(name, &redacted.shown(name, value)));
    }
    attributes
}

/// The name that the event was given. `tracing` calls the others by their place.
fn own_name(meta: &'static Metadata<'static>) -> Option<&'static str> {
    let place = meta.name().strip_prefix("event ").zip(meta.file());
    let by_place = place.is_some_and(|(place, file)| place.starts_with(file));
    (!by_place).then(|| meta.name())
}

fn severity(level: Level) -> SeverityNumber {
    match level {
        Level::TRACE => SeverityNumber::Trace,
        Level::DEBUG => SeverityNumber::Debug,
        Level::INFO => SeverityNumber::Info,
        Level::WARN => SeverityNumber::Warn,
        Level::ERROR => SeverityNumber::Error,
    }
}
