//! Utilisation, saturation and errors: of the process, of the runtime's own bookkeeping, and of whatever the
//! program shows as a gauge.

use super::frame::Frame;
use super::layout::Section;
use super::panel::{Panel, Threshold, Visual};
use super::{RANGE, chosen, metrics};
use crate::plan::Plan;
use crate::query::Query;
use crate::subject::Board;
use obs_model::Kind;

const EACH: &str = "{{instance}}";

/// Every service has one.
pub(super) fn board(plan: &Plan) -> Option<Frame> {
    let gauges = plan.catalogue.metrics.iter().filter(|metric| metric.kind == Kind::Gauge);
    let sections = vec![
        Section::new("", saturation()),
        Section::new("Process", process()),
        Section::new("Starts", starts()),
        Section::new(
            "Pools and gauges",
            gauges.map(|metric| metrics::gauge(metric, &plan.subject)).collect(),
        ),
        Section::new("Metrics themselves", telemetry()),
        Section::new("Scrapes", scrapes()),
    ];
    let frame = Frame::new(Board::Use.as_str(), "utilisation, saturation, errors", plan, sections);
    Some(frame.describe("What the process uses, and how close that is to its limits."))
}

fn now(name: &str) -> Query {
    chosen(name).now()
}

fn each(name: &str) -> Query {
    now(name).max(&["instance"])
}

/// How close the process is to its limits.
pub(super) fn saturation() -> Vec<Panel> {
    let open = each("process_open_fds").ratio(&each("process_max_fds")).max(&[]);
    vec![
        Panel::new(Visual::Gauge, "File descriptors", "percentunit")
            .describe("The share of its file descriptors that the fullest instance has open.")
            .threshold([Threshold::AtMost(0.7), Threshold::AtMost(0.9)])
            .range(0.0, 1.0)
            .query(open, "open"),
        Panel::new(Visual::Stat, "CPU", "suffix: cores")
            .describe("Processors that are busy, of all instances together.")
            .sized(6, 6)
            .query(chosen("process_cpu_seconds_total").rate(RANGE).sum(&[]), "busy"),
        Panel::new(Visual::Stat, "Memory", "bytes")
            .describe("Resident memory of the largest instance.")
            .sized(6, 6)
            .query(now("process_resident_memory_bytes").max(&[]), "resident"),
        Panel::new(Visual::Stat, "Threads", "short")
            .describe("Threads of the instance that has most.")
            .sized(6, 6)
            .query(now("process_threads").max(&[]), "threads"),
    ]
}

fn graph(title: &str, unit: &str, about: &str) -> Panel {
    Panel::new(Visual::TimeSeries, title, unit).describe(about)
}

fn process() -> Vec<Panel> {
    vec![
        graph("CPU by instance", "suffix: cores", "Processors that each instance keeps busy.")
            .query(chosen("process_cpu_seconds_total").rate(RANGE).sum(&["instance"]), EACH),
        // What is hundreds of times larger has an axis of its own, or a leak would not be seen beside it.
        graph("Memory by instance", "bytes", "Memory that is in use.")
            .query(each("process_resident_memory_bytes"), EACH),
        graph("Address space by instance", "bytes", "Memory that is reserved, in use or not.")
            .query(each("process_virtual_memory_bytes"), EACH),
        graph(
            "Open files",
            "short",
            "Open file descriptors of each instance; the dial above shows their limit.",
        )
        .query(each("process_open_fds"), EACH),
        graph("Threads by instance", "short", "Operating system threads.")
            .query(each("process_threads"), EACH),
    ]
}

fn starts() -> Vec<Panel> {
    let start = || now("process_start_time_seconds");
    vec![
        Panel::new(Visual::Stat, "Youngest", "s")
            .describe("How long ago the instance was started that was started last.")
            .quiet()
            .query(start().max(&[]).age(), "uptime"),
        Panel::new(Visual::Stat, "Oldest", "s")
            .describe("How long ago the instance was started that has run longest.")
            .quiet()
            .query(start().min(&[]).age(), "uptime"),
        graph("Restarts", "short", "Instances that were started again under the same address.")
            .sized(12, 4)
            .quiet()
            .query(chosen("process_start_time_seconds").changes(RANGE).sum(&[]), "restarts"),
    ]
}

/// What measuring costs, and what it lost.
fn telemetry() -> Vec<Panel> {
    let rate = |name: &str, by: &[&str]| chosen(name).rate(RANGE).sum(by);
    let lost = [Threshold::AtMost(0.000_001)];
    vec![
        Panel::new(Visual::Stat, "Conflicts", "short")
            .describe("Families that are left out because another one has their name.")
            .threshold([Threshold::AtMost(1.0)])
            .quiet()
            .query(now("obs_registry_conflicts").max(&[]), "families"),
        Panel::new(Visual::Stat, "Dropped updates", "ops")
            .describe("Updates a second for which there was no memory left.")
            .threshold(lost)
            .query(rate("obs_dropped_updates_total", &[]).or_zero(), "dropped"),
        Panel::new(Visual::Stat, "Memory of counts", "bytes")
            .describe("Memory that counts take in the instance that has most.")
            .query(now("obs_cells_bytes").max(&[]), "cells"),
        Panel::new(Visual::Stat, "Recording threads", "short")
            .describe("The most threads that recorded at one time.")
            .query(now("obs_cells_threads").max(&[]), "threads"),
        graph("Label values over their cap", "ops", "Updates a second whose label value became _other.")
            .query(
                rate("obs_label_overflow_total", &["item", "label"]).or_none(&["item"]),
                "{{item}} {{label}}",
            ),
        graph(
            "Rejected connections",
            "ops",
            "Connections a second to the metrics server that were turned away.",
        )
        .query(rate("obs_http_rejected_total", &["reason"]).or_none(&["reason"]), "{{reason}}"),
    ]
}

fn scrapes() -> Vec<Panel> {
    let buckets = |by: &[&str]| chosen("obs_scrape_duration_seconds_bucket").rate(RANGE).sum(by);
    vec![
        graph("Pages", "ops", "Pages of metrics a second, by their format.")
            .query(chosen("obs_scrapes_total").rate(RANGE).sum(&["format"]), "{{format}}"),
        graph("Time to make a page", "s", "How long half and 99 of 100 pages took at most.")
            .query(buckets(&["le"]).quantile("0.5"), "p50")
            .query(buckets(&["le"]).quantile("0.99"), "p99"),
    ]
}
