use super::*;

const RULES: &str = "groups:
- name: own
  rules:
  - record: function:calls:rate5m
    expr: sum by (function) (rate(function_calls_total[5m]))
  - record: slo:ratio
    expr: function:calls:rate5m{function=\"place\"}
    labels:
      slo: place
  - alert: PlaceSlow
    expr: slo:ratio{slo=\"place\"} > 1
    annotations:
      runbook_url: https://x/y.md
  - alert: Other
    expr: function:calls:rate5m{function!=\"place\"} > 1
  - alert: ElseSlow
    expr: slo:ratio{slo=\"else\"} > 1
";

const DASHBOARD: &str = r#"{
  "title": "Own",
  "panels": [
    {"title": "A", "targets": [{"expr": "function:calls:rate5m{function=~\"$function\"}"}]},
    {"title": "B", "targets": [
      {"expr": "function:calls:rate5m{function=~\"$function\"}"}
    ]}
  ]
}"#;

const RUNBOOK: &str = "# Slow

Look at `orders_total` and `cargo`, not at `a::b_c`.

```promql
rate(orders_total[5m])
```

```sh
kill `orders_total`
```
";

fn all() -> Vec<Use> {
    let files = [
        ("rules/own.yml", RULES),
        ("rules/tests/own.yml", ": {"),
        ("dashboards/own.json", DASHBOARD),
        ("runbooks/a/slow.md", RUNBOOK),
        ("METRICS.md", "`orders_total`"),
    ];
    uses(files).unwrap()
}

#[test]
fn each_is_found_in_its_line() {
    let all = all();
    let told: Vec<String> =
        all.iter().map(|each| format!("{}:{}: {}", each.file, each.line, each.owner)).collect();
    let expected = [
        "rules/own.yml:4: rule function:calls:rate5m",
        "rules/own.yml:6: rule slo:ratio",
        "rules/own.yml:10: alert PlaceSlow",
        "rules/own.yml:14: alert Other",
        "rules/own.yml:16: alert ElseSlow",
        "dashboards/own.json:4: panel \"A\"",
        "dashboards/own.json:6: panel \"B\"",
        "runbooks/a/slow.md:3: runbook \"Slow\"",
        "runbooks/a/slow.md:6: runbook \"Slow\"",
    ];
    assert_eq!(told, expected);
    assert_eq!(all[2].annotation("runbook_url"), Some("https://x/y.md"));
    assert_eq!((all[7].asks, all[8].asks), (Asks::Mention, Asks::Runbook));
    assert_eq!(all[8].query, "rate(orders_total[5m])");
    assert!(uses([("rules/bad.yml", "a: b: {")]).unwrap_err().starts_with("rules/bad.yml: "));
}

#[test]
fn what_is_recorded_passes_on_what_is_known() {
    let all = all();
    let of = |function: &str| -> Vec<String> {
        let wanted = |_: &Use, asked: &Asked| asked.name == "function_calls_total";
        let reached = reach(&all, &[("function", function)], &wanted);
        reached.iter().map(|each| format!("{} via {}", each.by.owner, each.via.join(", "))).collect()
    };
    let shown = "via function:calls:rate5m";
    assert_eq!(
        of("place"),
        [
            format!("panel \"A\" {shown}"),
            format!("panel \"B\" {shown}"),
            "rule function:calls:rate5m via ".to_owned(),
            format!("rule slo:ratio {shown}"),
            format!("alert PlaceSlow {shown}, slo:ratio"),
        ]
    );
    assert_eq!(
        of("list"),
        [
            format!("panel \"A\" {shown}"),
            format!("panel \"B\" {shown}"),
            "rule function:calls:rate5m via ".to_owned(),
            format!("alert Other {shown}"),
        ]
    );
}
