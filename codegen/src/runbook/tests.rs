//! What holds for every page.

mod gpu;

use super::*;
use crate::alert::{Guide, Urgency};
use crate::example;
use crate::query::Select;
use std::collections::BTreeMap;

fn alert(name: &str, labels: &[(&str, &str)]) -> Alert {
    Alert {
        name: name.into(),
        urgency: Urgency::Page,
        after: "5m".into(),
        query: Select::new("up").eq("job", "registry").now().below("1"),
        labels: labels.iter().map(|&(name, value)| (name.into(), value.into())).collect(),
        summary: "{{ $labels.instance }} is down".into(),
        description: "No scrape of {{ $labels.instance }} succeeded.".into(),
        runbook: Runbook::Alert(name.into()),
        dashboard: "https://grafana.example.org/d/x?var-job=registry&var-instance={{ $labels.instance }}"
            .into(),
        guide: Guide {
            meaning: "the service cannot be scraped".into(),
            causes: vec!["it is down".into()],
            actions: vec!["look at its log".into(), "start it again".into()],
            queries: vec![("targets that are down".into(), Select::new("up").now().below("1"))],
        },
        cases: Vec::new(),
    }
}

fn pages() -> BTreeMap<String, String> {
    let plan = example::plan(example::catalogue());
    let objectives = objectives::all(&plan);
    let mut burn = alert("ErrorBudgetBurn", &[("sloth_slo", "registration-success")]);
    burn.runbook = Runbook::Named("register-schema".into());
    let slow = alert("Slow", &[("function", "register_schema"), ("module", "registry")]);
    let mut again = alert("Slow", &[("function", "Index::lookup"), ("module", "registry::index")]);
    again.urgency = Urgency::Ticket;
    again.query = Select::new("up").now().below("2");
    let critical = alert("Critical", &[("category", "database")]);
    let alerts = vec![alert("TargetDown", &[]), burn, slow, again, critical];
    Book { plan: &plan, alerts, objectives }.files().into_iter().collect()
}

fn page<'a>(pages: &'a BTreeMap<String, String>, path: &str) -> &'a str {
    pages.get(path).unwrap_or_else(|| panic!("no {path} among {:?}", pages.keys()))
}

#[track_caller]
fn says(text: &str, wanted: &[&str]) {
    wanted.iter().for_each(|wanted| assert!(text.contains(wanted), "no {wanted:?} in\n{text}"));
}

#[test]
fn everything_that_can_go_wrong_has_a_page() {
    let pages = pages();
    assert_eq!(
        pages.keys().collect::<Vec<_>>(),
        [
            "runbooks/alerts/Critical.md",
            "runbooks/alerts/ErrorBudgetBurn.md",
            "runbooks/alerts/Slow.md",
            "runbooks/alerts/TargetDown.md",
            "runbooks/database-down.md",
            "runbooks/errors/database.md",
            "runbooks/errors/not_found.md",
            "runbooks/objectives/registration-latency-1s.md",
            "runbooks/objectives/registration-latency-25ms.md",
            "runbooks/objectives/registration-success.md",
            "runbooks/objectives/registry-shop-checkout-success.md",
            "runbooks/register-schema.md",
        ]
    );
}

#[test]
fn the_page_of_an_alert_says_what_to_do() {
    let pages = pages();
    says(
        page(&pages, "runbooks/alerts/TargetDown.md"),
        &[
            "# TargetDown\n",
            "**page**: Somebody is called now, once it has held for 5m.",
            "The service cannot be scraped.",
            "{{ $labels.instance }} is down\n",
            "- It is down.\n",
            "1. Look at its log.\n2. Start it again.\n",
            "```promql\nup{job=\"registry\"} < 1\n```",
            "- [Dashboard](https://grafana.example.org/d/x?var-job=registry)\n",
            "- [All metrics](../../METRICS.md)\n",
            "## Notes\n",
        ],
    );
    let burn = page(&pages, "runbooks/alerts/ErrorBudgetBurn.md");
    says(
        burn,
        &[
            "3. Follow the runbook of `register_schema`: [`register-schema`](../register-schema.md).",
            "Objective [registration succeeds](../objectives/registration-success.md), 99.9% over 30d",
            "Function [`registry::register_schema`](https://example.org/registry/blob/HEAD/src/lib.rs#L10): Stores a schema",
            "- Alert [`Slow`](Slow.md)\n",
            "function_calls_total{function=\"register_schema\",module=\"registry\"",
        ],
    );
    let slow = page(&pages, "runbooks/alerts/Slow.md");
    says(
        slow,
        &[
            "**page**: ",
            "**ticket**: ",
            "### `function=\"Index::lookup\"`, `module=\"registry::index\"` (ticket)\n",
            "[`ErrorBudgetBurn`](ErrorBudgetBurn.md)",
        ],
    );
    assert_eq!(slow.matches("\n### Calls of `").count(), 2, "each function stands once\n{slow}");
    let critical = page(&pages, "runbooks/alerts/Critical.md");
    says(critical, &["- Errors of category [`database`](../errors/database.md)\n"]);
}

#[test]
fn the_page_of_an_objective_has_its_budget_and_what_to_do_with_it() {
    let pages = pages();
    says(
        page(&pages, "runbooks/objectives/registration-success.md"),
        &[
            "99.9% of the calls of `registry::register_schema` succeed over 30d.",
            "0.1% of what happens in 30d may be lost, 1 of 1000.",
            "used up in 43m 12s. Alerts stay quiet below 100 events",
            "| 100% | exhausted | Release only fixes",
            "slo:period_error_budget_remaining:ratio{sloth_id=\"schema-registry-registration-success\"}",
            "Alert [`ErrorBudgetBurn`](../alerts/ErrorBudgetBurn.md)",
        ],
    );
    says(
        page(&pages, "runbooks/objectives/registration-latency-25ms.md"),
        &[
            "95% of the successful calls of `registry::register_schema` take at most 25ms over 30d.",
            "le=\"0.025\"",
        ],
    );
}

#[test]
fn the_page_of_a_category_says_what_its_attributes_say() {
    let pages = pages();
    says(
        page(&pages, "runbooks/errors/database.md"),
        &[
            "**critical**: a part of the service does not work",
            "| `RegistryError::Database` | critical | after 5s |",
            "1. Check the connection pool, then the primary.",
            "2. Follow the runbook [`database-down`](../database-down.md).",
            "Callers may try again after 5s",
            "- Alert [`Critical`](../alerts/Critical.md)\n",
            "errors_total{category=\"database\"}",
        ],
    );
    says(
        page(&pages, "runbooks/database-down.md"),
        &[
            "# Database down\n",
            "Errors of category [`database`](errors/database.md) (critical)",
            "errors_total{category=\"database\"}",
        ],
    );
}

#[test]
fn every_link_between_pages_leads_to_a_page() {
    assert_linked(&pages());
}

fn assert_linked(pages: &BTreeMap<String, String>) {
    let mut followed = 0;
    for (path, text) in pages {
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.contains("://") || target.ends_with("METRICS.md") {
                continue;
            }
            let mut parts: Vec<&str> = path.split('/').collect();
            parts.pop();
            for part in target.split('/') {
                match part {
                    ".." => assert!(parts.pop().is_some()),
                    part => parts.push(part),
                }
            }
            assert!(pages.contains_key(&parts.join("/")), "{path} links to {target}");
            followed += 1;
        }
    }
    assert!(followed > 20, "{followed}");
}

#[test]
fn text_of_a_user_cannot_end_the_generated_part() {
    let mut catalogue = example::catalogue();
    let evil = "x\n<!-- obs:end -->\n\n# y".to_owned();
    catalogue.functions.iter_mut().for_each(|f| f.help.clone_from(&evil));
    catalogue.errors[0].categories[0].action = Some(evil);
    let plan = example::plan(catalogue);
    let mut alert = alert("TargetDown", &[]);
    alert.description = "x\n<!-- obs:end -->\n".into();
    let objectives = objectives::all(&plan);
    for (path, text) in (Book { plan: &plan, alerts: vec![alert], objectives }).files() {
        assert_eq!(text.lines().filter(|line| line.starts_with("<!-- obs:end")).count(), 1, "{path}\n{text}");
    }
}

#[cfg(feature = "promql")]
#[test]
fn every_query_is_answered() {
    assert_answered(&pages(), &example::plan(example::catalogue()));
}

#[cfg(feature = "promql")]
fn assert_answered(pages: &BTreeMap<String, String>, plan: &Plan) {
    use crate::query::check::{Known, check};
    let known = Known::of_plan(plan);
    let mut asked = 0;
    for (path, text) in pages {
        for query in text.split("```promql\n").skip(1).filter_map(|rest| rest.split("\n```").next()) {
            assert_eq!(check(query, &known), [""; 0], "{path}: {query}");
            asked += 1;
        }
    }
    assert!(asked > 30, "{asked}");
}

#[test]
fn a_page_of_many_alerts_stays_readable() {
    let mut catalogue = example::catalogue();
    let alerts = (0..30).map(|at| {
        let name = format!("f{at}");
        catalogue.functions.push(example::function(&name, "registry", at));
        let mut alert = alert("Slow", &[("function", &name), ("module", "registry")]);
        alert.query = Select::new("up").eq("function", &name).now().below("1");
        alert
    });
    let alerts = alerts.collect();
    let plan = example::plan(catalogue);
    let pages: BTreeMap<String, String> =
        Book { plan: &plan, alerts, objectives: Vec::new() }.files().into_iter().collect();
    let slow = page(&pages, "runbooks/alerts/Slow.md");
    says(
        slow,
        &["There are 26 more of them, alike; they are in the files of rules.", "Function [`registry::f29`]"],
    );
    assert!(slow.matches("```promql").count() < 10, "{slow}");
}
