//! What was linked, as the model that code generation uses too.

use super::{KernelEntry, Metric};
use crate::private::{ErrorTypeDesc, FunctionDesc, KernelDesc, LabelDesc, Live, MetricDesc, SloDesc};
use obs_model::{Catalogue, Every, Function, Kernel, Label, Latency, Percent, Place, Slo, Unit};
use std::num::NonZeroU32;
use std::time::Duration;

pub(super) fn catalogue(
    sites: &[&'static Live],
    metrics: &[Metric],
    kernels: &[&'static dyn KernelEntry],
    errors: &[&'static ErrorTypeDesc],
) -> Catalogue {
    let mut catalogue = Catalogue {
        functions: sites.iter().map(|site| function(&site.desc)).collect(),
        metrics: metrics.iter().map(|metric| self::metric(metric.desc())).collect(),
        kernels: kernels.iter().map(|entry| kernel(entry.desc())).collect(),
        errors: errors.iter().map(|desc| crate::error::model(desc)).collect(),
        requests: Vec::new(),
    };
    catalogue.sort();
    catalogue
}

fn function(desc: &FunctionDesc) -> Function {
    let fields = &desc.fields[..desc.fields.len().saturating_sub(FunctionDesc::FIELDS.len())];
    Function {
        name: desc.name.to_owned(),
        module: desc.module.to_owned(),
        place: place(desc.file, desc.line, desc.column),
        help: desc.help.to_owned(),
        metric: desc.metric.map(str::to_owned),
        labels: labels(desc.labels),
        buckets: desc.buckets.to_vec(),
        is_async: desc.is_async,
        slow: desc.slow.map(Duration::from_nanos),
        slo: desc.slo.as_ref().map(slo),
        runbook: desc.runbook.map(str::to_owned),
        dashboard: desc.dashboard.map(str::to_owned),
        kind: desc.kind,
        level: desc.level.as_str().to_ascii_lowercase(),
        target: if desc.target.is_empty() { desc.module } else { desc.target }.to_owned(),
        fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        spans: desc.spans,
        metrics: desc.metrics,
    }
}

fn metric(desc: &MetricDesc) -> obs_model::Metric {
    obs_model::Metric {
        name: desc.name.to_owned(),
        kind: desc.kind,
        help: desc.help.to_owned(),
        unit: Unit::of(desc.name),
        labels: labels(desc.labels),
        buckets: desc.buckets.to_vec(),
        source: desc.source,
        module: desc.module.to_owned(),
        place: place(desc.file, desc.line, desc.column),
        dashboard: desc.dashboard.map(str::to_owned),
    }
}

fn kernel(desc: &KernelDesc) -> Kernel {
    Kernel {
        name: desc.name.to_owned(),
        module: desc.module.to_owned(),
        place: place(desc.file, desc.line, desc.column),
        help: desc.help.to_owned(),
        labels: labels(desc.labels),
        buckets: desc.buckets.to_vec(),
        every: NonZeroU32::new(desc.every).map_or(Every::Auto, Every::Nth),
        bytes: desc.bytes,
        flops: desc.flops,
        items: desc.items,
        slow: desc.slow.map(Duration::from_nanos),
        slo: desc.slo.as_ref().map(slo),
        runbook: desc.runbook.map(str::to_owned),
        dashboard: desc.dashboard.map(str::to_owned),
    }
}

fn slo(desc: &SloDesc) -> Slo {
    let latency = |(bound, share): &(u64, u32)| {
        Some(Latency { bound: Duration::from_nanos(*bound), share: Percent::from_millionths(*share)? })
    };
    Slo {
        success: desc.success.and_then(Percent::from_millionths),
        latency: desc.latency.iter().filter_map(latency).collect(),
        window: Duration::from_nanos(desc.window),
        min_events: desc.min_events,
        name: desc.name.map(str::to_owned),
    }
}

fn labels(labels: &[LabelDesc]) -> Vec<Label> {
    let label = |label: &LabelDesc| Label { name: label.name.to_owned(), cap: label.cap, values: Vec::new() };
    labels.iter().map(label).collect()
}

fn place(file: &str, line: u32, column: u32) -> Place {
    Place { file: file.to_owned(), line, column }
}
