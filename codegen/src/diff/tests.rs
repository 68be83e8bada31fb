use super::*;
use crate::example;
use crate::uses::{Use, uses};
use obs_model::{Kind, Percent, Severity};
use std::time::Duration;

/// The differences that a change to the example makes, as they are told.
fn told(change: impl FnOnce(&mut Catalogue)) -> Vec<String> {
    let mut new = example::catalogue();
    change(&mut new);
    diff(&example::catalogue(), &new).iter().map(ToString::to_string).collect()
}

#[track_caller]
fn tells(change: impl FnOnce(&mut Catalogue), expected: &[&str]) {
    assert_eq!(told(change), expected);
}

fn function<'a>(catalogue: &'a mut Catalogue, name: &str) -> &'a mut obs_model::Function {
    catalogue.functions.iter_mut().find(|function| function.name == name).unwrap()
}

#[test]
fn the_same_catalogue_differs_in_nothing_and_lines_do_not_count() {
    tells(|catalogue| catalogue.metrics[0].place.line += 3, &[]);
}

#[test]
fn what_a_query_asks_for_is_breaking_when_it_goes() {
    tells(
        |c| c.metrics[0].name = "db_conections".into(),
        &["src/metrics.rs:7:5: breaking: metric db_connections renamed to db_conections"],
    );
    tells(|c| drop(c.metrics.remove(1)), &["src/metrics.rs:7:5: breaking: metric open_files removed"]);
    tells(
        |c| c.metrics[0].labels.clear(),
        &["src/metrics.rs:7:5: breaking: metric db_connections changed: label state is gone"],
    );
    tells(
        |c| c.metrics[0].labels[0].values = vec!["used".into(), "broken".into()],
        &[
            "src/metrics.rs:7:5: harmless: metric db_connections changed: label state can be broken",
            "src/metrics.rs:7:5: breaking: metric db_connections changed: label state is never idle any more",
        ],
    );
    tells(
        |c| c.metrics[0].kind = Kind::Counter,
        &[
            "src/metrics.rs:7:5: breaking: metric db_connections changed: its kind is counter now, and was gauge",
        ],
    );
    tells(
        |c| function(c, "Index::lookup").buckets.retain(|bound| *bound != 0.001),
        &["src/lib.rs:30:5: breaking: function registry::index::Index::lookup changed: bucket 0.001 gone"],
    );
    tells(
        |c| function(c, "checkout").metric = None,
        &[
            "src/lib.rs:20:5: breaking: function registry::shop::checkout changed: its family is function_calls \
           now, and was checkout",
        ],
    );
    tells(
        |c| function(c, "register_schema").slo.as_mut().unwrap().latency.truncate(1),
        &[
            "src/lib.rs:10:5: breaking: function registry::register_schema changed: the objective for 1s is gone",
        ],
    );
    tells(
        |c| c.errors[0].categories[0].name = "absent".into(),
        &["src/error.rs:3:5: breaking: category not_found renamed to absent"],
    );
    tells(
        |c| c.errors[0].categories[1].severity = Severity::Fatal,
        &[
            "src/error.rs:3:5: breaking: category database changed: its severity is fatal now, and was critical",
        ],
    );
}

#[test]
fn what_is_new_or_is_no_series_is_harmless() {
    let promises = |c: &mut Catalogue| {
        let slo = function(c, "checkout").slo.as_mut().unwrap();
        slo.success = Percent::parse("99%").ok();
        slo.window = Duration::from_secs(7 * 24 * 3600);
    };
    let about = "src/lib.rs:20:5: harmless: function registry::shop::checkout changed: ";
    tells(
        promises,
        &[
            &format!("{about}the objective for success is 99% now, and was 99.9%"),
            &format!("{about}the window of its objectives is 7d now, and was 30d"),
        ],
    );
    tells(
        |c| function(c, "checkout").labels.push(example::label("tier", None, &[])),
        &[&format!("{about}label tier is new")],
    );
    tells(
        |c| c.functions.push(example::function("brand_new", "other", 77)),
        &["src/lib.rs:77:5: harmless: function other::brand_new added"],
    );
    // Nothing is counted of it, so nothing of it can be asked for.
    tells(
        |c| c.functions.retain(|f| f.name != "quiet"),
        &["src/lib.rs:40:5: harmless: function registry::index::quiet removed"],
    );
}

const OWN: &str = "groups:
- name: own
  rules:
  - record: lookups
    expr: function_calls_total{function=\"Index::lookup\",module=\"registry::index\"}
  - alert: Idle
    expr: db_connections{state=\"idle\"} > 5
  - alert: Lost
    expr: errors_total{category=~\"not_found|gone\"} > 5
  - alert: Slow
    expr: checkout_duration_seconds_bucket{le=\"1.0\"} > 5
  - alert: Recorded
    expr: lookups > 5
  - alert: Wrong
    expr: never_was > 5
";

fn own() -> Vec<Use> {
    let page = "# Pool\n\nLook at `db_connections`, then at `db_connections` again.\n";
    uses([("rules/own.yml", OWN), ("runbooks/pool.md", page)]).unwrap()
}

/// What a change to the example breaks of the rules above, which stay.
#[track_caller]
fn breaks(change: impl FnOnce(&mut Catalogue), expected: &[&str]) {
    let (old, own) = (example::catalogue(), own());
    let mut new = old.clone();
    change(&mut new);
    let (old, new) = (example::plan(old), example::plan(new));
    let broken = broken(&own, (&old, &own), (&new, &own));
    let told: Vec<String> =
        broken.iter().map(|each| format!("{}: {}", each.by.owner, each.reasons.join("; "))).collect();
    assert_eq!(told, expected);
}

#[test]
fn what_was_answered_and_is_no_more_is_broken() {
    breaks(|_| (), &[]);
    breaks(
        |c| c.metrics[0].name = "pool_connections".into(),
        &[
            "alert Idle: unknown metric `db_connections`; did you mean `pool_connections`?",
            "runbook \"Pool\": `db_connections` is gone",
        ],
    );
    breaks(
        |c| c.metrics[0].labels.clear(),
        &["alert Idle: `db_connections` has no label `state`; it has none"],
    );
    breaks(
        |c| c.metrics[0].labels[0].values = vec!["used".into()],
        &["alert Idle: nothing has state=\"idle\" any more"],
    );
    breaks(
        |c| c.errors[0].categories[0].name = "missing".into(),
        &["alert Lost: nothing has category=~\"not_found|gone\" any more"],
    );
    breaks(
        |c| function(c, "checkout").buckets.retain(|bound| *bound != 1.0),
        &["alert Slow: nothing has le=\"1.0\" any more"],
    );
    breaks(
        |c| function(c, "Index::lookup").module = "registry".into(),
        &["rule lookups: nothing has function=\"Index::lookup\" any more"],
    );
}

#[test]
fn a_rule_that_is_no_longer_generated_takes_its_readers_with_it() {
    let (plan, own) = (example::plan(example::catalogue()), own());
    let rest: Vec<Use> = own.iter().filter(|each| each.name != "lookups").cloned().collect();
    let broken = broken(&rest, (&plan, &own), (&plan, &rest));
    assert_eq!(broken.len(), 1);
    assert_eq!(broken[0].by.name, "Recorded");
    assert!(broken[0].reasons[0].starts_with("unknown metric `lookups`"), "{:?}", broken[0].reasons);
}

#[test]
fn requests_that_are_no_longer_counted_are_breaking() {
    let (without, mut with) = (example::catalogue(), example::catalogue());
    with.requests = example::requests();
    with.requests.truncate(1);
    let told = |old, new| diff(old, new).iter().map(ToString::to_string).collect::<Vec<_>>();
    let family = with.requests[0].duration().name;
    assert_eq!(told(&without, &with), [format!("build.rs: harmless: requests {family} added")]);
    assert_eq!(told(&with, &without), [format!("build.rs: breaking: requests {family} removed")]);
}
