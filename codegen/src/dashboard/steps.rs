//! Bounds, as the colours that Grafana gives to values.

use super::grafana::Step;
use crate::compose::dashboard::Threshold;

/// The colours from good to bad, or from bad to good, by rising values.
pub(super) fn steps(thresholds: &[Threshold]) -> Vec<Step> {
    let at_most =
        thresholds.iter().filter_map(|t| if let Threshold::AtMost(b) = t { Some(*b) } else { None });
    let at_least =
        thresholds.iter().filter_map(|t| if let Threshold::AtLeast(b) = t { Some(*b) } else { None });
    let (mut most, mut least): (Vec<f64>, Vec<f64>) = (at_most.collect(), at_least.collect());
    most.sort_by(f64::total_cmp);
    least.sort_by(f64::total_cmp);
    let first = |color| Step { color, value: None };
    let mut steps = match least.split_last() {
        None => vec![first("green")],
        Some((best, between)) => {
            let orange = between.iter().map(|&value| Step { color: "orange", value: Some(value) });
            let green = Step { color: "green", value: Some(*best) };
            [first("red")].into_iter().chain(orange).chain([green]).collect()
        }
    };
    if let Some((worst, between)) = most.split_last() {
        steps.extend(between.iter().map(|&value| Step { color: "orange", value: Some(value) }));
        steps.push(Step { color: "red", value: Some(*worst) });
    }
    steps
}
