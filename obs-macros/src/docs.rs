//! What rustdoc says of an annotated item besides its author's words: what it exports, and what to ask for.
//!
//! Only rustdoc reads it, so it is written only where rustdoc is the compiler: other builds do without.

use obs_model::catalogue::{self, Kind, Slo};
use obs_model::duration;
use proc_macro2::Span;
use quote::ToTokens;
use std::fmt::Write as _;
use std::sync::LazyLock;
use syn::{AttrStyle, Attribute, Expr, Ident, Meta, MetaNameValue};

/// The documentation of an observed function; none where nothing is counted.
pub(crate) fn function(desc: &catalogue::Function) -> Option<Attribute> {
    if !desc.metrics || !is_read() {
        return None;
    }
    let (family, select) = match &desc.metric {
        Some(prefix) => (prefix.as_str(), String::new()),
        None => ("function_calls", format!("function=\"{}\"", desc.name)),
    };
    let with = |more: &str| match (select.as_str(), more) {
        ("", "") => String::new(),
        (select, "") => format!("{{{select}}}"),
        ("", more) => format!("{{{more}}}"),
        (select, more) => format!("{{{select},{more}}}"),
    };
    let (all, failed) = (with(""), with("result=~\"error|panic\""));
    let mut text = format!(
        "\n\n# Telemetry\n\nCalls are counted in `{family}_total` and timed in `{family}_duration_seconds`, by `result`{}{}; \
         those in flight are `{family}_concurrent`.\n\n\
         ```promql\n\
         # Calls a second, the share that failed, the time that 99 of 100 take at most.\n\
         sum(rate({family}_total{all}[5m]))\n\
         sum(rate({family}_total{failed}[5m])) / sum(rate({family}_total{all}[5m]))\n\
         histogram_quantile(0.99, sum by (le) (rate({family}_duration_seconds_bucket{all}[5m])))\n\
         ```\n",
        if desc.metric.is_none() { ", `function` and `module`" } else { "" },
        desc.labels.iter().fold(String::new(), |text, label| format!("{text}, `{}`", label.name)),
    );
    if let Some(slo) = &desc.slo {
        let _ = writeln!(
            text,
            "\nObjective over {}: {}.",
            duration::display(slo.window),
            objective(slo, "calls")
        );
    }
    if let Some(slow) = desc.slow {
        let bound = duration::display(slow);
        let _ = writeln!(
            text,
            "\nCalls that take longer than {bound} are also counted in `{family}_slow_total`."
        );
    }
    Some(attribute(&text))
}

/// `99.9% succeed, 95% of those within 25ms`
fn objective(slo: &Slo, what: &str) -> String {
    let success = slo.success.map(|share| format!("{share} of {what} succeed"));
    let latency = slo
        .latency
        .iter()
        .map(|latency| format!("{} of successes within {}", latency.share, duration::display(latency.bound)));
    success.into_iter().chain(latency).collect::<Vec<_>>().join(", ")
}

/// The documentation of a metric.
pub(crate) fn metric(desc: &catalogue::Metric) -> Option<Attribute> {
    if !is_read() {
        return None;
    }
    let name = &desc.name;
    let labels = desc.labels.iter().map(|label| format!("`{}`", label.name)).collect::<Vec<_>>().join(", ");
    let by = if labels.is_empty() { String::new() } else { format!(", by {labels}") };
    let query = match desc.kind {
        Kind::Counter => format!("sum(rate({name}[5m]))"),
        Kind::Gauge => name.clone(),
        Kind::Histogram => format!("histogram_quantile(0.99, sum by (le) (rate({name}_bucket[5m])))"),
    };
    let kind = desc.kind.as_str();
    Some(attribute(&format!("\n\n# Telemetry\n\nThe {kind} `{name}`{by}.\n\n```promql\n{query}\n```\n")))
}

/// The documentation of a kernel.
pub(crate) fn kernel(desc: &catalogue::Kernel) -> Option<Attribute> {
    if !is_read() {
        return None;
    }
    let name = &desc.name;
    let family = |rest: &str, more: &str| format!("gpu_kernel_{rest}{{kernel=\"{name}\"{more}}}[5m]");
    let (all, failed) = (family("launches_total", ""), family("launches_total", ",result=~\"error|panic\""));
    let ended_well = family("launches_total", ",result=\"ok\"");
    let (sum, count) = (family("duration_seconds_sum", ""), family("duration_seconds_count", ""));
    let buckets = family("duration_seconds_bucket", "");
    let labels = desc.labels.iter().fold(String::new(), |text, label| format!("{text}, `{}`", label.name));
    let mut text = format!(
        "\n\n# Telemetry\n\nLaunches are counted in `gpu_kernel_launches_total`, by `result`, and timed on the device \
         in `gpu_kernel_duration_seconds`, by `kernel` (`{name}`), `device`{labels}.\n\n\
         ```promql\n\
         # Launches a second, the share that failed, the time on the device that 99 of 100 take at most.\n\
         sum(rate({all}))\n\
         sum(rate({failed})) / sum(rate({all}))\n\
         histogram_quantile(0.99, sum by (le) (rate({buckets})))\n"
    );
    for (given, amount) in [(desc.bytes, "bytes"), (desc.flops, "flops"), (desc.items, "items")] {
        if given {
            // Not all launches are timed, so the amount of an average one is held against its time.
            let total = family(&format!("{amount}_total"), "");
            let _ = writeln!(
                text,
                "# {amount} a second while it runs.\n\
                 (sum(rate({total})) / sum(rate({ended_well}))) / (sum(rate({sum})) / sum(rate({count})))"
            );
        }
    }
    text.push_str("```\n");
    if let Some(slo) = &desc.slo {
        let window = duration::display(slo.window);
        let _ = writeln!(text, "\nObjective over {window}: {}.", objective(slo, "launches"));
    }
    if let Some(slow) = desc.slow {
        let bound = duration::display(slow);
        let _ = writeln!(
            text,
            "\nLaunches that take longer than {bound} are also counted in `gpu_kernel_slow_total`."
        );
    }
    Some(attribute(&text))
}

/// Whether the program that this runs in is rustdoc. A macro cannot see `cfg(doc)`, which is its user's.
pub(crate) fn is_rustdoc() -> bool {
    static RUSTDOC: LazyLock<bool> = LazyLock::new(|| {
        let program = std::env::current_exe().unwrap_or_default();
        program.file_stem().is_some_and(|name| name == "rustdoc")
    });
    *RUSTDOC
}

/// Whether anybody reads documentation.
fn is_read() -> bool {
    cfg!(test) || is_rustdoc()
}

/// `#[doc = "…"]`
fn attribute(text: &str) -> Attribute {
    Attribute {
        pound_token: Default::default(),
        style: AttrStyle::Outer,
        bracket_token: Default::default(),
        meta: Meta::NameValue(MetaNameValue {
            path: Ident::new("doc", Span::call_site()).into(),
            eq_token: Default::default(),
            value: Expr::Verbatim(text.to_token_stream()),
        }),
    }
}

#[cfg(all(test, not(feature = "off")))]
mod tests {
    use crate::{kernel, metric, observe};
    use quote::quote;

    #[test]
    fn rustdoc_is_told_what_to_ask_for() {
        let args = quote!(slo(success = "99.9%", latency("25ms", "95%")), slow = "1s", labels(tier = tier));
        let text = observe::expand(
            args,
            quote!(
                fn store(tier: Tier) -> Result<(), E> {
                    Ok(())
                }
            ),
        )
        .to_string();
        for said in [
            r"# [doc = ",
            r#"sum(rate(function_calls_total{function=\"store\",result=~\"error|panic\"}[5m]))"#,
            "by `result`, `function` and `module`, `tier`",
            "Objective over 30d: 99.9% of calls succeed, 95% of successes within 25ms.",
            "Calls that take longer than 1s are also counted in `function_calls_slow_total`.",
        ] {
            assert!(text.contains(said), "{said} is not in {text}");
        }
        let text = metric::expand(
            quote!(gauge, name = "pool_size", labels(state: State)),
            quote!(
                static POOL: Gauge<State> = Gauge::new();
            ),
        );
        assert!(text.to_string().contains("The gauge `pool_size`, by `state`."), "{text}");
        let text = kernel::expand(
            quote!(stream = s, bytes = 8 * n, slow = "5ms", slo(success = "99%"), labels(precision = p)),
            quote!(
                fn scale(s: &Stream, n: usize, p: Precision) {}
            ),
        )
        .to_string();
        for said in [
            "by `kernel` (`scale`), `device`, `precision`",
            r#"sum(rate(gpu_kernel_launches_total{kernel=\"scale\",result=~\"error|panic\"}[5m]))"#,
            r#"(sum(rate(gpu_kernel_bytes_total{kernel=\"scale\"}[5m])) / sum("#,
            "Objective over 30d: 99% of launches succeed.",
            "Launches that take longer than 5ms",
        ] {
            assert!(text.contains(said), "{said} is not in {text}");
        }
        let quiet = observe::expand(
            quote!(no_metrics),
            quote!(
                fn f() {}
            ),
        );
        assert!(!quiet.to_string().contains("Telemetry"), "{quiet}");
    }
}
