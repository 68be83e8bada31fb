//! What two versions of a kernel disagree about.

use super::function::objectives;
use super::item::{buckets, labels, texts};
use super::{Named, Property};
use obs_model::{Kernel, duration};

/// Series are told apart by the name alone, so a kernel that moved to another module is the same.
pub(super) fn of(kernel: &Kernel) -> Named<'_, Kernel> {
    Named { name: kernel.name.clone(), place: &kernel.place, counts: true, thing: kernel }
}

pub(super) fn differences(old: &Kernel, new: &Kernel) -> Vec<Property> {
    let mut found = Vec::new();
    labels(&old.labels, &new.labels, &mut found);
    buckets(&old.buckets, &new.buckets, &mut found);
    for (word, before, now) in [
        ("bytes", old.bytes, new.bytes),
        ("flops", old.flops, new.flops),
        ("items", old.items, new.items),
        ("slow launches", old.slow.is_some(), new.slow.is_some()),
    ] {
        match (before, now) {
            (true, false) => found.push((true, format!("its {word} are not counted any more"))),
            (false, true) => found.push((false, format!("its {word} are counted"))),
            _ => {}
        }
    }
    // Objectives without a name of their own are named after the module as well.
    if old.module != new.module && old.slo.as_ref().is_some_and(|slo| slo.name.is_none()) {
        found.push((true, "its objectives are named after its module, which is another one".to_owned()));
    }
    objectives(old.slo.as_ref(), new.slo.as_ref(), &mut found);
    let slow = |kernel: &Kernel| kernel.slow.map(duration::display);
    texts(
        [
            ("help", Some(old.help.clone()), Some(new.help.clone())),
            ("every", Some(old.every.to_string()), Some(new.every.to_string())),
            ("slow", slow(old), slow(new)),
            ("runbook", old.runbook.clone(), new.runbook.clone()),
            ("dashboard", old.dashboard.clone(), new.dashboard.clone()),
            ("its module", Some(old.module.clone()), Some(new.module.clone())),
        ],
        &mut found,
    );
    found
}

#[cfg(test)]
mod tests {
    use crate::diff::{broken, diff};
    use crate::example;
    use crate::plan::Plan;
    use obs_model::{Every, Kernel};

    fn saxpy(plan: &mut Plan) -> &mut Kernel {
        plan.catalogue.kernels.iter_mut().find(|kernel| kernel.name == "saxpy").unwrap()
    }

    fn told(change: impl FnOnce(&mut Kernel)) -> Vec<String> {
        let mut new = example::gpu_plan();
        change(saxpy(&mut new));
        let changes = diff(&example::with_kernels(), &new.catalogue);
        changes.iter().map(|change| change.to_string().replace("src/gpu.rs:10:5: ", "")).collect()
    }

    #[test]
    fn what_a_query_asks_for_is_breaking_when_it_goes() {
        assert_eq!(told(|_| ()), [""; 0]);
        assert_eq!(told(|k| k.name = "saxpi".into())[0], "breaking: kernel saxpy renamed to saxpi");
        assert_eq!(
            told(|k| k.bytes = false),
            ["breaking: kernel saxpy changed: its bytes are not counted any more"]
        );
        let bucket = told(|k| k.buckets.retain(|bound| *bound != 0.001));
        assert_eq!(bucket, ["breaking: kernel saxpy changed: bucket 0.001 gone"]);
        let every = told(|k| k.every = Every::Nth(5.try_into().unwrap()));
        assert_eq!(every, ["harmless: kernel saxpy changed: every is 5 now, and was auto"]);
        let moved = told(|k| k.module = "registry".into());
        assert!(moved.iter().any(|change| change.starts_with("breaking: ")), "{moved:?}");
    }

    #[test]
    fn a_board_that_asks_for_a_kernel_that_is_gone_is_broken() {
        let (old, mut new) = (example::gpu_plan(), example::gpu_plan());
        saxpy(&mut new).name = "saxpi".into();
        let board = r#"{"title":"Own","panels":[{"title":"x","targets":[
            {"expr":"sum(rate(gpu_kernel_launches_total{kernel=\"saxpy\"}[5m]))"},
            {"expr":"sum(rate(gpu_kernel_launches_total{kernel=\"reduce\",precision=\"single\"}[5m]))"},
            {"expr":"sum(rate(gpu_kernel_duration_seconds_bucket{kernel=\"saxpy\",le=\"0.001\"}[5m]))"}]}]}"#;
        let uses = crate::uses::uses([("dashboards/own.json", board)]).unwrap();
        let found = broken(&uses, (&old, &[]), (&new, &[]));
        let reasons: Vec<String> = found.iter().flat_map(|broken| broken.reasons.clone()).collect();
        assert_eq!(
            reasons,
            [
                "nothing has kernel=\"saxpy\" any more",
                "nothing has kernel=\"saxpy\" any more",
                "nothing has le=\"0.001\" any more"
            ]
        );
    }
}
