//! The rule tests of error budgets.

use super::{About, FAST};
use crate::alert::{Alert, Case, Fires, Urgency};
use crate::objective::{JOB, Objective, Phase, Sli, pairs};
use crate::subject::Subject;

/// How long traffic flows: longer than the longest `for`.
const MINUTES: u64 = 30;

/// What the rule tests of each alert are.
pub(super) fn all(alerts: &[About<'_>], objectives: &[Objective], subject: &Subject) -> Vec<Vec<Case>> {
    let entangled = |one: &&Objective| objectives.iter().any(|other| one.entangles(other));
    let free: Vec<Objective> = objectives.iter().filter(|one| !entangled(one)).cloned().collect();
    let cases = |about: &About<'_>| match entangled(&about.objective) {
        true => alone(about, subject),
        false => cases(about, alerts, &free, subject),
    };
    alerts.iter().map(cases).collect()
}

/// Everything is bad; everything is good; too little is bad to matter.
fn cases(about: &About<'_>, all: &[About<'_>], objectives: &[Objective], subject: &Subject) -> Vec<Case> {
    let objective = about.objective;
    let largest = objectives.iter().map(|objective| objective.min_events).max().unwrap_or_default();
    // Enough events a minute for every objective's guard, though a fifth of the minutes is looked at.
    let many = largest.max(60);
    let name = &objective.name;
    let case = |what: &str, phases: &[Phase], fires| {
        let minute = phases.iter().map(|phase| phase.minutes).sum();
        let what = format!("{name}: {what}");
        objective.series(phases).map(|series| Case { what, series, minute, fires })
    };
    let steady = |bad, all| [Phase { minutes: MINUTES, all, bad }];
    let firing = |objective: &Objective, alert: &Alert| {
        let mut labels = vec![("job".to_owned(), JOB.to_owned())];
        labels.extend(objective.labels(subject));
        alert.firing(subject, &labels, "1")
    };
    let too =
        all.iter().filter(|other| other.alert.name == about.alert.name && other.objective.shares(objective));
    let too: Option<Vec<_>> = too.map(|other| firing(other.objective, &other.alert)).collect();
    let fires = match (&objective.sli, too) {
        // Another objective may count some of what a counter or a histogram counts.
        (Sli::Success | Sli::Latency { .. }, Some(firing)) => Fires::These(firing),
        _ => Fires::Some,
    };
    let quiet = || Fires::These(Vec::new());
    let mut cases = vec![
        case("every event is bad", &steady(many, many), fires),
        Some(Case {
            what: "no event is bad".to_owned(),
            series: merged(objectives, |_| Some(steady(0, many).to_vec())),
            minute: MINUTES,
            fires: quiet(),
        }),
    ];
    let few = |o: &Objective| o.min_events > objectives.len() as u64 * 2;
    if objectives.iter().all(few) {
        let phase = |minutes, events| Phase { minutes, all: events, bad: events };
        let drip = [phase(4, 0), phase(1, 1)].repeat(usize::try_from(MINUTES / 5).unwrap_or_default());
        cases.push(Some(Case {
            what: "an event every five minutes, and each is bad".to_owned(),
            series: merged(objectives, |_| Some(drip.clone())),
            minute: MINUTES,
            fires: quiet(),
        }));
    }
    if about.alert.name == FAST {
        cases.extend(troubled(objective, objectives, many));
    }
    cases.into_iter().flatten().collect()
}

/// The cases of an objective whose series are others' as well: no other's are there with them, and what the others'
/// alerts do is not looked at.
fn alone(about: &About<'_>, subject: &Subject) -> Vec<Case> {
    use std::slice::from_ref;
    let name = &about.objective.name;
    let mut cases = cases(about, from_ref(about), from_ref(about.objective), subject);
    for case in &mut cases {
        if !case.what.starts_with(name.as_str()) {
            case.what = format!("{name}: {}", case.what);
        }
        case.fires = if case.fires.quiet() { Fires::Never } else { Fires::Some };
    }
    cases
}

/// The cases of an hour of trouble, which only the shorter of the windows of pages sees. Objectives whose series do
/// not get in each other's way have their trouble at one time, in one rule test.
fn troubled(objective: &Objective, objectives: &[Objective], many: u64) -> [Option<Case>; 3] {
    // What is trouble for one objective is more of it for a stricter one that shares its events.
    let strictest = |one: &Objective| {
        let stricter = |o: &Objective| o.shares(one) && (o.share > one.share || o.window != one.window);
        !objectives.iter().any(stricter)
    };
    let phases = |one: &Objective| trouble(one, many).filter(|_| strictest(one));
    let Some(own) = phases(objective) else { return [None, None, None] };
    // Of a selector that does not tell which series it selects, nothing can be tested.
    let Some(ours) = objective.series(&own) else { return [None, None, None] };
    let mut series = merged(objectives, |one| phases(one).map(|phases| phases.to_vec()));
    let mut name = "";
    if !ours.iter().all(|one| series.contains(one)) {
        (series, name) = (ours, objective.name.as_str());
    }
    let case = |what: &str, minute, fires| {
        let what = if name.is_empty() { what.to_owned() } else { format!("{name}: {what}") };
        (!series.is_empty()).then(|| Case { what, series: series.clone(), minute, fires })
    };
    let until = |phases: usize| own.iter().take(phases).map(|phase| phase.minutes).sum::<u64>();
    let quiet = || Fires::These(Vec::new());
    [
        // Ten minutes are enough for the short window.
        case("trouble that pages began a moment ago", until(2) + 10, quiet()),
        case("most of an hour of trouble that pages", until(3), Fires::Some),
        case("it is over", until(4), quiet()),
    ]
}

/// The series of all objectives, as far as they agree: of two with other values, the first.
fn merged(
    objectives: &[Objective],
    phases: impl Fn(&Objective) -> Option<Vec<Phase>>,
) -> Vec<(String, String)> {
    let mut merged: Vec<(String, String)> = Vec::new();
    for objective in objectives {
        let series = phases(objective).and_then(|phases| objective.series(&phases)).unwrap_or_default();
        let contradicts = |(name, values): &(String, String)| {
            merged.iter().any(|(known, others)| known == name && others != values)
        };
        if !series.iter().any(contradicts) {
            let new: Vec<_> = series.into_iter().filter(|one| !merged.contains(one)).collect();
            merged.extend(new);
        }
    }
    merged
}

/// Hours in which all is well, then the budget of thirty days burns ten times too fast, then twenty, then all is well
/// again: too fast for an hour, and not for six. None where no whole number of events is that share.
fn trouble(objective: &Objective, many: u64) -> Option<[Phase; 4]> {
    const MONTH: u128 = 30 * 86_400;
    let period = u128::from(objective.window.as_secs());
    // The share of bad events at twenty times, over two so that ten times is whole as well.
    let over = u128::from(100_000_000 - objective.share.millionths()) * 10 * period;
    let under = 100_000_000 * MONTH;
    let both = pairs(objective).iter().filter(|pair| pair.urgency == Urgency::Page).count() == 2;
    // Burn rates of shorter periods are cut off at one.
    if !both || period * 6 < MONTH || over * 2 > under {
        return None;
    }
    let (mut a, mut b) = (over, under);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    let (bad, all) = (u64::try_from(over / a).ok()?, u64::try_from(under / a).ok()?);
    let times = many.div_ceil(all);
    let (bad, all) = (bad * times, all * times);
    let phase = |minutes, bad| Phase { minutes, all, bad };
    Some([phase(200, 0), phase(50, bad), phase(50, 2 * bad), phase(15, 0)]).filter(|_| all < 1_000_000_000)
}
