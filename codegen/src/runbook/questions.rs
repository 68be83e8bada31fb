//! What one asks Prometheus when something is wrong, with the labels of what it is about.

use crate::calls::Calls;
use crate::launches::{Amount, DURATION, Launches, QUEUE};
use crate::objective::{Objective, Sli};
use crate::query::{Query, Select};
use obs_model::{Function, Kernel, duration};

/// Long enough for four scrapes a minute to be many, short enough to see what is going on now.
const NOW: &str = "5m";

/// Of a function.
pub(super) fn function(function: &Function) -> Vec<(String, Query)> {
    let calls = Calls::of(function);
    let name = &function.name;
    let errors = Select::new("errors_total").eq("function", name).eq("module", &function.module);
    vec![
        (format!("calls of `{name}` a second, by result"), calls.total().rate(NOW).sum(&["job", "result"])),
        (format!("the share of calls of `{name}` that fail"), calls.error_ratio(NOW, &["job"])),
        (
            format!("errors that left `{name}`, a second, by category"),
            errors.rate(NOW).sum(&["job", "category", "severity"]),
        ),
        (
            format!("how long 99 of 100 calls of `{name}` take at most, in seconds"),
            calls.buckets(NOW, &["job", "result"]).quantile("0.99"),
        ),
        (format!("calls of `{name}` that are running"), calls.in_flight().now().sum(&["job", "instance"])),
    ]
}

/// Of a kernel.
pub(super) fn kernel(kernel: &Kernel) -> Vec<(String, Query)> {
    let launches = Launches::of(kernel);
    let name = &kernel.name;
    let mut queries = vec![
        (
            format!("launches of `{name}` a second, by result"),
            launches.total().rate(NOW).sum(&["job", "device", "result"]),
        ),
        (
            format!("the share of launches of `{name}` that fail"),
            launches.error_ratio(NOW, &["job", "device"]),
        ),
        (
            format!("failed launches of `{name}` a second, by category of the error"),
            launches.family("_errors_total").rate(NOW).sum(&["job", "device", "error_type"]),
        ),
        (
            format!("how long 99 of 100 timed launches of `{name}` take at most on the device, in seconds"),
            launches.buckets(DURATION, NOW, &["job", "device"]).quantile("0.99"),
        ),
        (
            format!("the same of their time in the queue: does `{name}` wait, or does it run for long?"),
            launches.buckets(QUEUE, NOW, &["job", "device"]).quantile("0.99"),
        ),
    ];
    let amounts = [(Amount::Bytes, "bytes"), (Amount::Flops, "operations"), (Amount::Items, "items")];
    for (amount, word) in amounts.into_iter().filter(|(amount, _)| amount.of(kernel)) {
        let achieved = launches.achieved(amount, NOW, &["job", "kernel", "device"]);
        queries.push((format!("{word} a second that `{name}` achieves while it runs"), achieved));
    }
    queries
}

/// Of a category of errors.
pub(super) fn category(name: &str) -> Vec<(String, Query)> {
    let errors = Select::new("errors_total").eq("category", name);
    vec![
        (
            format!("errors of category `{name}` a second, by the function that they left"),
            errors.clone().rate(NOW).sum(&["job", "module", "function"]),
        ),
        (
            "the same by instance: one bad instance, or all of them?".to_owned(),
            errors.rate(NOW).sum(&["job", "instance"]),
        ),
    ]
}

/// Of an objective: its budget, then what it is made of.
pub(super) fn objective(objective: &Objective, recorded: impl Fn(&str) -> Select) -> Vec<(String, Query)> {
    let mut queries = vec![
        (
            "how fast the error budget burns now; 1 empties it exactly at the end of the window".to_owned(),
            recorded("slo:current_burn_rate:ratio").now(),
        ),
        (
            "the share of the error budget that is left".to_owned(),
            recorded("slo:period_error_budget_remaining:ratio").now(),
        ),
        (
            "the share that was lost in the last five minutes".to_owned(),
            recorded("slo:sli_error:ratio_rate5m").now(),
        ),
    ];
    for function in &objective.functions {
        let (name, calls) = (&function.name, Calls::of(function));
        match &objective.sli {
            Sli::Latency { bound } => queries.push((
                format!("the share of successful calls of `{name}` within {}", duration::display(*bound)),
                calls.within(bound.as_secs_f64(), NOW, &["job"]),
            )),
            _ => queries.push((
                format!("the share of calls of `{name}` that fail, by instance"),
                calls.error_ratio(NOW, &["job", "instance"]),
            )),
        }
        queries.extend(self::function(function));
    }
    for kernel in &objective.kernels {
        let (name, launches) = (&kernel.name, Launches::of(kernel));
        match &objective.sli {
            Sli::Latency { bound } => queries.push((
                format!("the share of timed launches of `{name}` within {}", duration::display(*bound)),
                launches.within(bound.as_secs_f64(), NOW, &["job", "device"]),
            )),
            _ => queries.push((
                format!("the share of launches of `{name}` that fail, by instance"),
                launches.error_ratio(NOW, &["job", "instance"]),
            )),
        }
        queries.extend(self::kernel(kernel));
    }
    queries
}
