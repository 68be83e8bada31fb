//! The dashboards that attributes name with `dashboard = "…"`: whatever names one is shown on it.

use super::frame::Frame;
use super::{functions, gpu, metrics, variables, word};
use crate::plan::Plan;
use obs_model::Place;
use std::collections::BTreeMap;

/// One for each name.
pub(super) fn boards(plan: &Plan) -> Vec<Frame> {
    names(plan).into_keys().map(|name| board(&name, plan)).collect()
}

/// Each name, and where it is first given.
pub(crate) fn names(plan: &Plan) -> BTreeMap<String, Place> {
    let functions = plan.counted().map(|function| (&function.dashboard, &function.place));
    let metrics = plan.catalogue.metrics.iter().map(|metric| (&metric.dashboard, &metric.place));
    let kernels = plan.catalogue.kernels.iter().map(|kernel| (&kernel.dashboard, &kernel.place));
    let mut names = BTreeMap::new();
    for (name, place) in functions.chain(metrics).chain(kernels) {
        if let Some(name) = name {
            names.entry(name.clone()).or_insert_with(|| place.clone());
        }
    }
    names
}

fn board(name: &str, plan: &Plan) -> Frame {
    let here = |dashboard: &Option<String>| dashboard.as_deref() == Some(name);
    let functions: Vec<_> = plan.counted().filter(|function| here(&function.dashboard)).collect();
    let metrics = plan.catalogue.metrics.iter().filter(|metric| here(&metric.dashboard));
    let kernels = plan.catalogue.kernels.iter().filter(|kernel| here(&kernel.dashboard));
    let traced = !functions.is_empty();
    let mut sections: Vec<_> =
        functions.into_iter().map(|function| functions::own(function, &plan.subject)).collect();
    sections.extend(kernels.map(|kernel| gpu::own(kernel, &plan.subject)));
    sections.extend(metrics::sections(metrics, &plan.subject));
    let about = format!("Whatever names the dashboard \"{name}\" in its attribute.");
    let frame = Frame::new(&word(name), name, plan, sections).describe(&about);
    if traced { frame.variable(variables::traces()) } else { frame }
}
