//! What is wrong with a composed alert, at its place in the build script.

use super::urgency;
use crate::alert::{self, template};
use crate::compose::{self, Alert, Composed};
use crate::mistake::Mistake;
use crate::plan::Plan;
use crate::query::check::{Known, check};
use obs_model::suggest::nearest;

const SEVERITIES: [&str; 4] = ["page", "ticket", "info", "none"];

/// Labels that a rule or Prometheus sets itself.
const TAKEN: [&str; 4] = ["alertname", "severity", "service", "team"];

/// Every mistake in the composed alerts.
pub(crate) fn mistakes(plan: &Plan) -> Vec<Mistake> {
    let known = compose::known(plan);
    let generated =
        Plan { composed: Composed { alerts: Vec::new(), ..plan.composed.clone() }, ..plan.clone() };
    let mut names: Vec<String> = alert::all(&generated).into_iter().map(|alert| alert.name).collect();
    let mut mistakes = Vec::new();
    for composed in &plan.composed.alerts {
        let mut messages = one(composed, &known);
        let board = composed.dashboard.as_deref();
        messages.extend(board.and_then(|title| compose::dashboard_problem(plan, title)));
        if names.contains(&composed.name) {
            messages.push("another alert has that name".to_owned());
        }
        names.push(composed.name.clone());
        let of =
            |message| Mistake::new(composed.place.clone(), format!("alert `{}`: {message}", composed.name));
        mistakes.extend(messages.into_iter().map(of));
    }
    mistakes
}

fn one(composed: &Alert, known: &Known) -> Vec<String> {
    let mut messages = Vec::new();
    let camel = composed.name.starts_with(|c: char| c.is_ascii_uppercase())
        && composed.name.chars().all(|c| c.is_ascii_alphanumeric());
    if !camel {
        messages.push("a name is in CamelCase, such as `OrdersStuck`".to_owned());
    }
    messages.extend(check(composed.query.trim(), known));
    if !compose::is_duration(&composed.after) {
        messages.push(format!(
            "`.after(\"{}\")` is a whole number of s, m, h, d or w, such as \"10m\"",
            composed.after
        ));
    }
    let looked_at = |text: &str| {
        let time = obs_model::duration::parse(text).ok().filter(|_| compose::is_duration(text));
        time.is_some_and(|time| time.as_secs() > 0 && time.as_secs().is_multiple_of(300))
    };
    if let Some(text) = composed.fires_at.as_deref().filter(|text| !looked_at(text)) {
        messages.push(format!(
            "`.fires_at(\"{text}\")` is a multiple of five minutes, when rule tests look, such as \"30m\""
        ));
    }
    if urgency(&composed.severity).is_none() {
        let near = nearest(&composed.severity, SEVERITIES);
        let near = near.map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default();
        let one_of = SEVERITIES.map(|word| format!("\"{word}\"")).join(", ");
        messages.push(format!("no severity \"{}\", which is one of {one_of}{near}", composed.severity));
    }
    for (name, _) in &composed.labels {
        let valid = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && !name.starts_with("__");
        if !valid {
            messages.push(format!("`{name}` is not the name of a label"));
        } else if TAKEN.contains(&name.as_str()) {
            messages.push(format!("the label `{name}` is set already; `.severity(…)` and the builder's `.service(…)` and `.team(…)` say it"));
        }
    }
    let templates = [&composed.summary, &composed.description];
    messages.extend(templates.into_iter().filter_map(|text| template::problem(text)));
    if composed.summary.is_empty() {
        messages.push("it says nothing; add `.summary(\"…\")`".to_owned());
    }
    messages
}
