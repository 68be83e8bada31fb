//! What two versions of an observed function disagree about.

use super::item::{buckets, labels, texts};
use super::{Named, Property};
use obs_model::{Function, Latency, Slo, duration};

pub(super) fn of(function: &Function) -> Named<'_, Function> {
    Named {
        name: format!("{}::{}", function.module, function.name),
        place: &function.place,
        counts: function.metrics,
        thing: function,
    }
}

pub(super) fn differences(old: &Function, new: &Function) -> Vec<Property> {
    let mut found = Vec::new();
    match (old.metrics, new.metrics) {
        (true, false) => found.push((true, "its calls are no longer counted".to_owned())),
        (false, true) => found.push((false, "its calls are counted".to_owned())),
        _ => {}
    }
    let family = |function: &Function| function.metric.clone().unwrap_or_else(|| "function_calls".to_owned());
    if family(old) != family(new) {
        found.push((true, format!("its family is {} now, and was {}", family(new), family(old))));
    }
    labels(&old.labels, &new.labels, &mut found);
    buckets(&old.buckets, &new.buckets, &mut found);
    objectives(old.slo.as_ref(), new.slo.as_ref(), &mut found);
    let word = |flag: bool, on: &str, off: &str| Some(if flag { on } else { off }.to_owned());
    let slow = |function: &Function| function.slow.map(duration::display);
    let fields = |function: &Function| Some(function.fields.join(", ")).filter(|fields| !fields.is_empty());
    texts(
        [
            ("help", Some(old.help.clone()), Some(new.help.clone())),
            ("slow", slow(old), slow(new)),
            ("runbook", old.runbook.clone(), new.runbook.clone()),
            ("dashboard", old.dashboard.clone(), new.dashboard.clone()),
            ("its kind of span", Some(old.kind.as_str().to_owned()), Some(new.kind.as_str().to_owned())),
            ("level", Some(old.level.clone()), Some(new.level.clone())),
            ("target", Some(old.target.clone()), Some(new.target.clone())),
            ("the list of fields", fields(old), fields(new)),
            ("its span", word(old.spans, "made", "left out"), word(new.spans, "made", "left out")),
            ("it", word(old.is_async, "async", "sync"), word(new.is_async, "async", "sync")),
        ],
        &mut found,
    );
    found
}

/// Rules record the state of an objective under its name; they go when it goes.
pub(super) fn objectives(old: Option<&Slo>, new: Option<&Slo>, found: &mut Vec<Property>) {
    let (old, new) = match (old, new) {
        (None, None) => return,
        (Some(_), None) => return found.push((true, "it has no objectives any more".to_owned())),
        (None, Some(_)) => return found.push((false, "it has objectives".to_owned())),
        (Some(old), Some(new)) => (old, new),
    };
    let name = |slo: &Slo| slo.name.clone().unwrap_or_else(|| "its own".to_owned());
    if old.name != new.name {
        found.push((true, format!("the name of its objectives is {} now, and was {}", name(new), name(old))));
    }
    match (old.success, new.success) {
        (Some(_), None) => found.push((true, "the objective for success is gone".to_owned())),
        (None, Some(share)) => found.push((false, format!("an objective for success: {share}"))),
        (Some(before), Some(now)) if before != now => {
            found.push((false, format!("the objective for success is {now} now, and was {before}")));
        }
        _ => {}
    }
    let at = |slo: &Slo, latency: &Latency| slo.latency.iter().find(|l| l.bound == latency.bound).copied();
    for before in &old.latency {
        let bound = duration::display(before.bound);
        match at(new, before) {
            None => found.push((true, format!("the objective for {bound} is gone"))),
            Some(now) if now.share != before.share => {
                let message =
                    format!("the objective for {bound} is {} now, and was {}", now.share, before.share);
                found.push((false, message));
            }
            Some(_) => {}
        }
    }
    for now in new.latency.iter().filter(|now| at(old, now).is_none()) {
        found.push((false, format!("an objective for {}: {}", duration::display(now.bound), now.share)));
    }
    let window = |slo: &Slo| Some(duration::display(slo.window));
    let events = |slo: &Slo| slo.min_events.map(|events| events.to_string());
    texts(
        [
            ("the window of its objectives", window(old), window(new)),
            ("min_events", events(old), events(new)),
        ],
        found,
    );
}
