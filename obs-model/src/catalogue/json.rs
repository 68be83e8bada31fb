//! The catalogue as JSON. Keys are the names of the fields; durations are in seconds.

use super::{Catalogue, Category, ErrorType, Function, Kernel, Label, Metric, Place, Slo};
use crate::json::Writer;
use crate::{Requests, Unit};
use std::time::Duration;

pub(super) fn write(catalogue: &Catalogue) -> String {
    let mut json = Writer::new();
    json.object(|json| {
        json.key("functions").array(|json| catalogue.functions.iter().for_each(|f| function(f, json)));
        json.key("metrics").array(|json| catalogue.metrics.iter().for_each(|m| metric(m, json)));
        json.key("kernels").array(|json| catalogue.kernels.iter().for_each(|k| kernel(k, json)));
        json.key("errors").array(|json| catalogue.errors.iter().for_each(|e| error_type(e, json)));
        // Most programs have none, and their catalogues stay as they were.
        if !catalogue.requests.is_empty() {
            json.key("requests").array(|json| catalogue.requests.iter().for_each(|r| requests(r, json)));
        }
    });
    json.finish()
}

fn function(function: &Function, json: &mut Writer) {
    json.object(|json| {
        json.key("name").string(&function.name);
        json.key("module").string(&function.module);
        place(&function.place, json);
        json.key("help").string(&function.help);
        json.key("metric").optional(function.metric.as_deref());
        labels(&function.labels, json);
        bounds(&function.buckets, json);
        json.key("is_async").boolean(function.is_async);
        seconds("slow", function.slow, json);
        json.key("slo");
        slo(function.slo.as_ref(), json);
        json.key("runbook").optional(function.runbook.as_deref());
        json.key("dashboard").optional(function.dashboard.as_deref());
        json.key("kind").string(function.kind.as_str());
        json.key("level").string(&function.level);
        json.key("target").string(&function.target);
        json.key("fields").array(|json| function.fields.iter().for_each(|field| json.string(field)));
        json.key("spans").boolean(function.spans);
        json.key("metrics").boolean(function.metrics);
    });
}

fn metric(metric: &Metric, json: &mut Writer) {
    json.object(|json| {
        json.key("name").string(&metric.name);
        json.key("kind").string(metric.kind.as_str());
        json.key("help").string(&metric.help);
        json.key("unit").optional(metric.unit.map(Unit::as_str));
        labels(&metric.labels, json);
        bounds(&metric.buckets, json);
        json.key("source").string(metric.source.as_str());
        json.key("module").string(&metric.module);
        place(&metric.place, json);
        json.key("dashboard").optional(metric.dashboard.as_deref());
    });
}

fn kernel(kernel: &Kernel, json: &mut Writer) {
    json.object(|json| {
        json.key("name").string(&kernel.name);
        json.key("module").string(&kernel.module);
        place(&kernel.place, json);
        json.key("help").string(&kernel.help);
        labels(&kernel.labels, json);
        bounds(&kernel.buckets, json);
        json.key("every").string(&kernel.every.to_string());
        json.key("bytes").boolean(kernel.bytes);
        json.key("flops").boolean(kernel.flops);
        json.key("items").boolean(kernel.items);
        seconds("slow", kernel.slow, json);
        json.key("slo");
        slo(kernel.slo.as_ref(), json);
        json.key("runbook").optional(kernel.runbook.as_deref());
        json.key("dashboard").optional(kernel.dashboard.as_deref());
    });
}

fn error_type(error: &ErrorType, json: &mut Writer) {
    json.object(|json| {
        json.key("name").string(&error.name);
        json.key("module").string(&error.module);
        place(&error.place, json);
        json.key("categories").array(|json| error.categories.iter().for_each(|c| category(c, json)));
    });
}

fn category(category: &Category, json: &mut Writer) {
    json.object(|json| {
        json.key("variant").string(&category.variant);
        json.key("name").string(&category.name);
        json.key("severity").string(category.severity.as_str());
        seconds("retry_after", category.retry_after, json);
        json.key("action").optional(category.action.as_deref());
        json.key("runbook").optional(category.runbook.as_deref());
    });
}

fn requests(requests: &Requests, json: &mut Writer) {
    json.object(|json| {
        json.key("side").string(requests.side.as_str());
        json.key("protocol").string(requests.protocol.as_str());
        json.key("prefix").string(&requests.prefix);
        json.key("classic").boolean(requests.classic);
        // What is as it usually is stays unsaid.
        if !requests.labels.is_empty() {
            json.key("labels").array(|json| {
                for (label, name) in &requests.labels {
                    json.object(|json| {
                        json.key("label").string(label.as_str());
                        json.key("name").string(name);
                    });
                }
            });
        }
        if !requests.duration_labels.is_empty() {
            let labels = &requests.duration_labels;
            json.key("duration_labels")
                .array(|json| labels.iter().for_each(|label| json.string(label.as_str())));
        }
        if !requests.buckets.is_empty() {
            let nanoseconds = |bound: &Duration| u64::try_from(bound.as_nanos()).unwrap_or(u64::MAX);
            json.key("buckets_ns")
                .array(|json| requests.buckets.iter().for_each(|bound| json.integer(nanoseconds(bound))));
        }
    });
}

fn labels(labels: &[Label], json: &mut Writer) {
    json.key("labels").array(|json| {
        for label in labels {
            json.object(|json| {
                json.key("name").string(&label.name);
                if let Some(cap) = label.cap {
                    json.key("cap").integer(u64::from(cap));
                }
                if !label.values.is_empty() {
                    json.key("values").array(|json| label.values.iter().for_each(|value| json.string(value)));
                }
            });
        }
    });
}

fn slo(slo: Option<&Slo>, json: &mut Writer) {
    let Some(slo) = slo else { return json.optional(None) };
    json.object(|json| {
        json.key("name").optional(slo.name.as_deref());
        json.key("success").optional(slo.success.map(|p| p.to_string()).as_deref());
        json.key("latency").array(|json| {
            for latency in &slo.latency {
                json.object(|json| {
                    seconds("bound", Some(latency.bound), json);
                    json.key("share").string(&latency.share.to_string());
                });
            }
        });
        seconds("window", Some(slo.window), json);
        json.key("min_events");
        match slo.min_events {
            Some(events) => json.integer(events),
            None => json.optional(None),
        }
    });
}

fn bounds(bounds: &[f64], json: &mut Writer) {
    json.key("buckets").array(|json| bounds.iter().for_each(|bound| json.number(*bound)));
}

fn place(place: &Place, json: &mut Writer) {
    json.key("place").object(|json| {
        json.key("file").string(&place.file);
        // Lines start at 1: a place without one is a file.
        if place.line > 0 {
            json.key("line").integer(u64::from(place.line));
            json.key("column").integer(u64::from(place.column));
        }
    });
}

fn seconds(key: &str, duration: Option<Duration>, json: &mut Writer) {
    json.key(key);
    match duration {
        Some(duration) => json.number(duration.as_secs_f64()),
        None => json.optional(None),
    }
}
