//! What is accepted, and what is told of the rest.

use super::*;
use crate::example;
use crate::family::Schema;

fn problems(query: &str) -> Vec<String> {
    let mut known = Known::of(Schema::of(&example::catalogue()));
    known.record(
        "function:function_calls:rate5m",
        "sum by (job, function) (rate(function_calls_total[5m]))",
        ["team"],
    );
    check(query, &known)
}

#[test]
fn good_queries_have_no_problem() {
    for query in [
        r#"sum by (function) (rate(function_calls_total{job=~"$job",result="ok"}[$__rate_interval]))"#,
        "histogram_quantile(0.99, sum by (le, format) (rate(function_calls_duration_seconds_bucket[${__rate_interval}])))",
        "sum without (instance, result) (checkout_total) / on () group_left () sum(checkout_concurrent)",
        r#"count_values("x", db_connections) > 2"#,
        r#"sum by (kind) (label_replace(db_connections, "kind", "$1", "state", "(.*)"))"#,
        "topk(3, sum by (state) (db_connections))",
        "function:function_calls:rate5m{team=\"a\",job=\"b\"} and on (function) function_calls_concurrent",
        "up == 0 or absent(build_info)",
        "sum(rate(schema_size_bytes_sum[5m])) / sum(rate(schema_size_bytes_count[5m]))",
        r#"{__name__="open_files"} + 1"#,
        "max_over_time(open_files[1h:5m] offset 1d)",
        "time() - process_start_time_seconds",
    ] {
        assert_eq!(problems(query), [""; 0], "{query}");
    }
}

#[test]
fn each_problem_is_named() {
    for (query, problem) in [
        ("db_conections", "unknown metric `db_conections`; did you mean `db_connections`?"),
        ("something_else", "unknown metric `something_else`"),
        ("rate(schema_size_bytes[5m])", "`schema_size_bytes` is a histogram: its samples are"),
        ("db_connections{stat=\"idle\"}", "`db_connections` has no label `stat`; did you mean `state`?"),
        ("db_connections{zone=\"a\"}", "`db_connections` has no label `zone`; it has state"),
        ("open_files{zone=\"a\"}", "`open_files` has no label `zone`; it has none"),
        (r#"{__name__="x"}"#, "unknown metric `x`"),
        (
            "sum by (functon) (function_calls_total)",
            "what it aggregates has no label `functon`; did you mean",
        ),
        (
            "sum by (module) (sum by (function) (function_calls_total))",
            "what it aggregates has no label `module`",
        ),
        ("sum without (zone) (open_files)", "what it aggregates has no label `zone`"),
        (
            "histogram_quantile(0.9, sum(checkout_duration_seconds_bucket))",
            "histogram_quantile needs the label `le`",
        ),
        ("open_files / on (state) db_connections", "the left side has no label `state`"),
        (r#"label_replace(open_files, "a", "$1", "zone", ".*")"#, "the vector has no label `zone`"),
        ("sum(rate(checkout_total[5m])", "no PromQL: "),
        ("rate(checkout_total)", "no PromQL: "),
        ("nosuch(checkout_total)", "no PromQL: "),
    ] {
        let found = problems(query);
        assert!(found.len() == 1 && found[0].starts_with(problem), "{query}\n  {found:?}\n  not {problem}");
    }
}
