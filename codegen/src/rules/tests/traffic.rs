//! What is recorded of known traffic, and which alerts come of it, as promtool works it out.

use super::*;

const ID: &str = "schema-registry-registration-success";
const PAGE: &str = "ErrorBudgetBurnFast";
const TICKET: &str = "ErrorBudgetBurnSlow";

/// The objective alone, so that days take seconds.
fn alone(window: &str) -> Plan {
    let mut plan = example::plan(example::catalogue());
    plan.catalogue.functions.retain(|function| function.name == "register_schema");
    plan.catalogue.errors.clear();
    let slo = plan.catalogue.functions[0].slo.as_mut().unwrap();
    slo.latency.clear();
    slo.window = obs_model::duration::parse(window).unwrap();
    plan
}

/// The values of counters of good and bad calls; each is left out where it is empty.
struct Traffic<'a>(&'a str, &'a str);

/// Writes a test file of one test, and runs it.
fn assert_recorded(
    name: &str,
    (window, evaluated): (&str, &str),
    Traffic(good, bad): Traffic<'_>,
    expected: &[(&str, &str, Option<&str>)],
) {
    let plan = alone(window);
    let written = Written::new(&format!("traffic-{name}"), &plan);
    let groups: String = groups(&plan).iter().map(|group| format!("- {}\n", group.name)).collect();
    let mut text = format!(
        "rule_files: [../registry.yml]\nevaluation_interval: {evaluated}\ngroup_eval_order:\n{groups}\
         tests:\n- interval: 1m\n  input_series:\n"
    );
    for (result, values) in
        [("ok", good), ("error", bad)].into_iter().filter(|(_, values)| !values.is_empty())
    {
        text += &format!(
            "  - series: function_calls_total{{job=\"a\",function=\"register_schema\",module=\"registry\",result=\"{result}\"}}\n    \
             values: {values}\n"
        );
    }
    text += "  promql_expr_test:\n";
    for (at, expr, value) in expected {
        text += &format!("  - eval_time: {at}\n    expr: '{expr}'\n");
        match value {
            Some(value) => text += &format!("    exp_samples: [{{value: {value}}}]\n"),
            None => text += "    exp_samples: []\n",
        }
    }
    written.write(TESTS, &text);
    let (fine, said) = written.tested(TESTS);
    assert!(fine, "{said}\n{text}");
}

/// A recorded value, without labels and rounded: sums of rates are not exact in the last digits.
fn of(name: &str) -> String {
    format!("round(sum({name}{{sloth_id=\"{ID}\"}}), 0.000001)")
}

fn firing(alert: &str) -> String {
    format!("sum(ALERTS{{alertname=\"{alert}\",alertstate=\"firing\"}})")
}

#[test]
fn one_percent_of_errors_burns_a_budget_of_a_thousandth_ten_times_too_fast() {
    assert_recorded(
        "steady",
        ("30d", "1m"),
        Traffic("0+99x120", "0+1x120"),
        &[
            ("2h", &of("slo:sli_error:ratio_rate5m"), Some("0.01")),
            ("2h", &of("slo:sli_error:ratio_rate1h"), Some("0.01")),
            ("2h", &of("slo:sli_error:ratio_rate30d"), Some("0.01")),
            ("2h", &of("slo:current_burn_rate:ratio"), Some("10")),
            ("2h", &of("slo:period_burn_rate:ratio"), Some("10")),
            ("2h", &of("slo:period_error_budget_remaining:ratio"), Some("-9")),
            ("2h", &of("slo:objective:ratio"), Some("0.999")),
            ("2h", &of("slo:error_budget:ratio"), Some("0.001")),
            ("2h", &of("slo:time_period:days"), Some("30")),
            // An hour has 61 evaluations, both ends included, of a hundred calls each.
            ("2h", &of("slo:events:increase1h"), Some("6100")),
            // Ten times is too fast for six hours, and not for one.
            ("2h", &firing(PAGE), Some("1")),
        ],
    );
}

#[test]
fn a_gap_in_traffic_poisons_nothing() {
    // An hour of calls of which a hundredth fails, an hour of none, an hour of no failures.
    assert_recorded(
        "gap",
        ("30d", "1m"),
        Traffic("0+99x59 5940x60 5940+99x59", "0+1x59 60x120"),
        &[
            ("1h50m", &of("slo:sli_error:ratio_rate5m"), None),
            ("1h50m", &of("slo:current_burn_rate:ratio"), None),
            ("1h50m", &of("slo:events:rate5m"), Some("0")),
            ("1h50m", &of("slo:sli_error:ratio_rate2h"), Some("0.01")),
            ("1h50m", &of("slo:sli_error:ratio_rate30d"), Some("0.01")),
            ("1h50m", "count({__name__=~\"slo:.*\"}) - count({__name__=~\"slo:.*\"} <= Inf)", Some("0")),
            ("3h", &of("slo:sli_error:ratio_rate5m"), Some("0")),
        ],
    );
}

#[test]
fn long_windows_weigh_hours_by_their_events() {
    // An hour of ten calls a minute that all fail, then an hour of 990 that all succeed: 1 % of the calls, where the
    // mean of ratios would say 50 %. With five minutes of an edge between them.
    let edge = "round(sum(slo:sli_error:ratio_rate30d), 0.01)";
    assert_recorded(
        "weighted",
        ("30d", "1m"),
        Traffic("0x60 0+990x59", "0+10x60 600x59"),
        &[("2h", edge, Some("0.01"))],
    );
}

#[test]
fn no_series_of_failures_is_no_failure() {
    assert_recorded(
        "uninitialised",
        ("30d", "1m"),
        Traffic("0+100x30", ""),
        &[
            ("30m", &of("slo:sli_error:ratio_rate5m"), Some("0")),
            ("30m", &of("slo:sli_error:ratio_rate30d"), Some("0")),
            ("30m", &of("slo:period_error_budget_remaining:ratio"), Some("1")),
        ],
    );
}

#[test]
fn few_events_call_nobody_until_there_are_enough() {
    // The objective asks for 100 events in an hour: two a minute are, one a minute is not.
    for (name, bad, fires) in [("few", "0+1x70", None), ("enough", "0+2x70", Some("1"))] {
        assert_recorded(name, ("30d", "1m"), Traffic("0x70", bad), &[("1h9m", &firing(PAGE), fires)]);
    }
}

#[test]
fn a_page_ends_soon_after_the_trouble_and_a_ticket_later() {
    // Ten minutes of failures after an hour of none, then none again.
    assert_recorded(
        "over",
        ("30d", "1m"),
        Traffic("0+100x60 6000x10 6000+100x200", "0x60 0+100x10 1000x200"),
        &[
            ("1h10m", &firing(PAGE), Some("1")),
            ("1h10m", &firing(TICKET), None),
            ("1h46m", &firing(PAGE), None),
            ("1h46m", &firing(TICKET), Some("1")),
        ],
    );
}

#[test]
fn a_slow_burn_over_days_is_a_ticket_and_no_page() {
    // Two of a thousand fail, for four days: twice the budget, once the rate for three days, and none for a day.
    assert_recorded(
        "slow",
        ("30d", "10m"),
        Traffic("0+1996x5760", "0+4x5760"),
        &[
            ("4d", &of("slo:sli_error:ratio_rate3d"), Some("0.002")),
            ("4d", &firing(TICKET), Some("1")),
            ("4d", &firing(PAGE), None),
        ],
    );
}

#[test]
fn a_week_and_an_hour_have_windows_of_their_own() {
    let week = file(&alone("7d"));
    for wanted in ["ratio_rate7d", "> 0.00336", "> 0.0014", "vector(7)"] {
        assert!(week.contains(wanted), "no {wanted} in\n{week}");
    }
    // Less than the budget lasts for is no reason to call anybody.
    assert!(week.contains(&format!("ratio_rate3d{{sloth_id=\"{ID}\"}} > 0.001\n")), "{week}");
    let hour = file(&alone("1h"));
    assert!(hour.contains("ratio_rate1h") && !hour.contains("ratio_rate2h"), "{hour}");
    assert_recorded(
        "hour",
        ("1h", "1m"),
        Traffic("0+99x90", "0+1x90"),
        &[("90m", &of("slo:period_burn_rate:ratio"), Some("10")), ("90m", &firing(PAGE), Some("1"))],
    );
}
