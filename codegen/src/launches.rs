//! The questions one asks of kernels.
//!
//! Not every launch is timed, and how many are differs from kernel to kernel. So whatever is a second of all
//! launches is their rate times the mean of the timed ones, and is worked out for each kernel before any sum.

use crate::query::{Query, Select};
use obs_model::Kernel;

/// The labels that tell where and what was launched.
pub(crate) const WHERE: [&str; 2] = ["kernel", "device"];

/// The device time of timed launches.
pub(crate) const DURATION: &str = "_duration_seconds";
/// From the launch to the start on the device.
pub(crate) const QUEUE: &str = "_queue_seconds";
/// The time that the host takes to launch.
pub(crate) const LAUNCH: &str = "_launch_seconds";

/// How much launches do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Amount {
    Bytes,
    Flops,
    Items,
}

impl Amount {
    const fn suffix(self) -> &'static str {
        match self {
            Amount::Bytes => "_bytes_total",
            Amount::Flops => "_flops_total",
            Amount::Items => "_items_total",
        }
    }

    /// Whether a kernel says how much it does of it.
    pub(crate) fn of(self, kernel: &Kernel) -> bool {
        match self {
            Amount::Bytes => kernel.bytes,
            Amount::Flops => kernel.flops,
            Amount::Items => kernel.items,
        }
    }

    /// What the device can do of it, where that is known.
    const fn peak(self) -> Option<&'static str> {
        match self {
            Amount::Bytes => Some("gpu_device_peak_bytes_per_second"),
            Amount::Flops => Some("gpu_device_peak_flops_per_second"),
            Amount::Items => None,
        }
    }
}

/// Launches of one kernel, of several, or of those that a dashboard's variables choose.
#[derive(Clone, Debug)]
pub(crate) struct Launches {
    of: Select,
}

impl Launches {
    /// Of one kernel.
    pub(crate) fn of(kernel: &Kernel) -> Launches {
        Launches { of: Select::new("gpu_kernel").eq("kernel", &kernel.name) }
    }

    /// Of some kernels: the families are everybody's.
    pub(crate) fn any(kernels: &[&Kernel]) -> Launches {
        let mut names: Vec<&str> = kernels.iter().map(|kernel| kernel.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        Launches { of: Select::new("gpu_kernel").one_of("kernel", &names) }
    }

    /// Of the kernels that the dashboard's variables choose, on the devices that they choose.
    pub(crate) fn chosen() -> Launches {
        let of = Select::new("gpu_kernel").like("kernel", "$kernel").like("device", "$device");
        Launches { of }.on_dashboard()
    }

    /// Those of the targets that the dashboard's variables choose.
    pub(crate) fn on_dashboard(self) -> Launches {
        Launches { of: self.of.like("job", "$job").like("instance", "$instance") }
    }

    /// Those among them that are of one of these kernels.
    pub(crate) fn only(self, kernels: &[&Kernel]) -> Launches {
        let names: Vec<&str> = kernels.iter().map(|kernel| kernel.name.as_str()).collect();
        Launches { of: self.of.one_of("kernel", &names) }
    }

    /// Series of a family, by the rest of its name.
    pub(crate) fn family(&self, suffix: &str) -> Select {
        self.of.clone().suffixed(suffix)
    }

    /// Every launch.
    pub(crate) fn total(&self) -> Select {
        self.family("_launches_total")
    }

    /// The launches that count as failed. A cancelled one is its caller's choice.
    pub(crate) fn failed(&self) -> Select {
        self.total().like("result", "error|panic")
    }

    /// The share of launches that failed, by `labels`.
    pub(crate) fn error_ratio(&self, range: &str, labels: &[&str]) -> Query {
        self.failed().rate(range).sum(labels).ratio(&self.total().rate(range).sum(labels))
    }

    /// The buckets of one of the histograms, summed by `labels` and `le`.
    pub(crate) fn buckets(&self, part: &str, range: &str, labels: &[&str]) -> Query {
        let labels: Vec<&str> = ["le"].iter().chain(labels).copied().collect();
        self.family(part).suffixed("_bucket").rate(range).sum(&labels)
    }

    /// The mean of a histogram, by `labels`.
    pub(crate) fn mean(&self, part: &str, range: &str, labels: &[&str]) -> Query {
        let rate = |end: &str| self.family(part).suffixed(end).rate(range).sum(labels);
        rate("_sum").ratio(&rate("_count"))
    }

    /// The share of timed launches that took at most `bound` seconds, by `labels`.
    pub(crate) fn within(&self, bound: f64, range: &str, labels: &[&str]) -> Query {
        let durations = |end: &str| self.family(DURATION).suffixed(end);
        let all = durations("_count").rate(range).sum(labels);
        durations("_bucket").bucket(bound).rate(range).sum(labels).ratio(&all)
    }

    /// Seconds that the device is busy with each kernel, a second, by `labels`.
    pub(crate) fn busy(&self, range: &str, labels: &[&str]) -> Query {
        const EACH: [&str; 3] = ["instance", "kernel", "device"];
        let launched = self.total().eq("result", "ok").rate(range).sum(&EACH);
        launched.product(&self.mean(DURATION, range, &EACH)).sum_block(labels)
    }

    /// How much a launch does a second while it runs, by `labels`, of which `kernel` has to be one: the amount of
    /// a launch over the time of a launch, each from all that is known of it.
    pub(crate) fn achieved(&self, amount: Amount, range: &str, labels: &[&str]) -> Query {
        let launched = self.total().eq("result", "ok").rate(range).sum(labels);
        let done = self.family(amount.suffix()).rate(range).sum(labels);
        done.ratio(&launched).ratio(&self.mean(DURATION, range, labels))
    }

    /// That as a share of what the device can do; the best of all instances.
    pub(crate) fn share_of_peak(&self, amount: Amount, range: &str) -> Option<Query> {
        const AT: [&str; 3] = ["job", "instance", "device"];
        let peak = Select::new(amount.peak()?).like("job", "$job").like("instance", "$instance");
        let achieved = self.achieved(amount, range, &["job", "instance", "kernel", "device"]);
        Some(achieved.share_of(&AT, &peak.now().max(&AT)).max_block(&WHERE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    #[test]
    fn names_are_matched_as_they_are() {
        let catalogue = example::with_kernels();
        let kernels: Vec<&Kernel> = catalogue.kernels.iter().collect();
        assert_eq!(
            Launches::any(&kernels).failed().to_string(),
            r#"gpu_kernel_launches_total{kernel=~"layout::step\\ \\\"a\\.b\\\"|reduce|saxpy",result=~"error|panic"}"#
        );
        assert_eq!(
            Launches::of(kernels[1]).total().to_string(),
            r#"gpu_kernel_launches_total{kernel="reduce"}"#
        );
    }

    /// A tenth of the launches is timed: what they moved is counted for all of them.
    #[test]
    fn sampling_cancels_out() {
        let kernel = example::kernel("k", 1);
        assert_eq!(
            Launches::of(&kernel).achieved(Amount::Bytes, "5m", &["kernel"]).to_string(),
            "sum by (kernel) (rate(gpu_kernel_bytes_total{kernel=\"k\"}[5m]))\n/\n\
             (sum by (kernel) (rate(gpu_kernel_launches_total{kernel=\"k\",result=\"ok\"}[5m])) > 0)\n/\n\
             (sum by (kernel) (rate(gpu_kernel_duration_seconds_sum{kernel=\"k\"}[5m]))\n/\n\
             (sum by (kernel) (rate(gpu_kernel_duration_seconds_count{kernel=\"k\"}[5m])) > 0) > 0)"
        );
    }
}
