//! Work on a device, timed on its stream.

use super::{Label, Place, Slo};
use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

/// Which launches of a kernel are timed. All of them are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Every {
    /// As many as cost at most a hundredth of the kernel's own time: all of a long kernel's launches, few of a
    /// kernel that takes as long as its events.
    #[default]
    Auto,
    /// One in so many.
    Nth(NonZeroU32),
}

impl fmt::Display for Every {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Every::Auto => f.write_str("auto"),
            Every::Nth(n) => write!(f, "{n}"),
        }
    }
}

/// A function or a static under `#[gpu_kernel]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Kernel {
    /// The `kernel` label and the name in its spans' attributes.
    pub name: String,
    /// The module that declares it.
    pub module: String,
    /// Where the item it stands on is declared.
    pub place: Place,
    /// The first paragraph of its documentation, or `help = "…"`.
    pub help: String,
    /// The labels it adds to `kernel` and `device`.
    pub labels: Vec<Label>,
    /// The upper bounds of its duration's buckets in seconds, without +Inf.
    pub buckets: Vec<f64>,
    /// Which launches are timed.
    pub every: Every,
    /// Whether the attribute says how many bytes a launch moves.
    pub bytes: bool,
    /// Whether the attribute says how many floating-point operations a launch makes.
    pub flops: bool,
    /// Whether the attribute says how many items a launch works on.
    pub items: bool,
    /// Launches that take longer on the device are slow.
    pub slow: Option<Duration>,
    /// Its objective: success of launches, latency on the device.
    pub slo: Option<Slo>,
    /// The name or address of its runbook.
    pub runbook: Option<String>,
    /// The dashboard it belongs on.
    pub dashboard: Option<String>,
}
