//! Rates, ratios and times of kernels, recorded once for all alerts, and for comparing today with yesterday.

use super::{Group, RANGE, Rule};
use crate::launches::{DURATION, Launches};
use crate::plan::Plan;
use crate::query::Select;
use obs_model::Kernel;

/// What times are worked out over: long enough for rare kernels, and for one in ten that is timed.
const LONG: &str = "1h";

/// The labels that are kept.
pub(crate) const LABELS: [&str; 3] = ["job", "kernel", "device"];

/// The rules that record what every kernel does; none where there are no kernels.
pub(super) fn group(plan: &Plan) -> Group {
    let kernels: Vec<&Kernel> = plan.catalogue.kernels.iter().collect();
    let mut rules = Vec::new();
    if !kernels.is_empty() {
        let (launches, recorded) = (Launches::any(&kernels), Recorded::of(&kernels));
        let (all, failed) = (recorded.rate(), recorded.failed());
        // A series of failures may appear with the first of them; until then there are none.
        let none = all.clone().now().times("0");
        let durations = |end: &str| launches.family(DURATION).suffixed(end);
        let timings = durations("_count").increase(LONG).sum(&LABELS);
        rules = vec![
            Rule::record(all.name(), launches.total().rate(RANGE).sum(&LABELS)),
            Rule::record(failed.name(), launches.failed().rate(RANGE).sum(&LABELS).or(&none)),
            Rule::record(recorded.error_ratio().name(), failed.clone().now().ratio(&all.clone().now())),
            Rule::record(recorded.timings().name(), timings),
            Rule::record(recorded.mean().name(), launches.mean(DURATION, LONG, &LABELS)),
            Rule::record(recorded.p99().name(), launches.buckets(DURATION, LONG, &LABELS).quantile("0.99")),
        ];
    }
    Group {
        name: format!("{}.kernels", plan.subject.package),
        comment: "Launches, failures and device time of each kernel, without the labels of its own."
            .to_owned(),
        interval: None,
        rules,
    }
}

/// The series that the rules record, named `level:metric:operations`, of some kernels.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    names: Vec<String>,
}

impl Recorded {
    /// Of these kernels: series of these names are recorded by the rules of other services as well.
    pub(crate) fn of(kernels: &[&Kernel]) -> Recorded {
        let mut names: Vec<String> = kernels.iter().map(|kernel| kernel.name.clone()).collect();
        names.sort();
        names.dedup();
        Recorded { names }
    }

    fn select(&self, name: &str) -> Select {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        Select::new(format!("kernel:gpu_kernel_{name}")).one_of("kernel", &names)
    }

    /// Launches a second.
    pub(crate) fn rate(&self) -> Select {
        self.select("launches:rate5m")
    }

    /// Failed ones a second.
    pub(crate) fn failed(&self) -> Select {
        self.select("failed_launches:rate5m")
    }

    /// The share of launches that failed.
    pub(crate) fn error_ratio(&self) -> Select {
        self.select("launches:error_ratio5m")
    }

    /// Launches that were timed in an hour.
    pub(crate) fn timings(&self) -> Select {
        self.select("timings:increase1h")
    }

    /// The mean device time of an hour.
    pub(crate) fn mean(&self) -> Select {
        self.select("duration_seconds:mean1h")
    }

    /// What 99 of 100 launches of an hour took at most on the device.
    pub(crate) fn p99(&self) -> Select {
        self.select("duration_seconds:p99_1h")
    }
}
