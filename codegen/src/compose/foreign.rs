//! Metrics that this program does not export, and that its dashboards and alerts ask for all the same.

use super::place;
use obs_model::Place;
use serde::{Deserialize, Serialize};

/// A metric of another program, declared so that queries may ask for it.
///
/// A query of a hand-composed dashboard or alert asks for what the program exports, for what its rules
/// record, or for what is declared here; anything else fails the build, since a misspelt name would be an
/// empty panel. That holds for what Prometheus makes of its own accord as well, such as `up` and `ALERTS`.
///
#[cfg_attr(feature = "promql", doc = "```")]
#[cfg_attr(not(feature = "promql"), doc = "```ignore")]
/// use obs_codegen::Foreign;
/// // One metric, of which it is known what labels it has besides those of its target.
/// let load = Foreign::metric("node_load1").labels(["mode"]);
/// // Everything that an exporter exports, unchecked.
/// let node = Foreign::prefix("node_");
/// # let _ = (load, node);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Foreign {
    pub(crate) name: String,
    pub(crate) prefix: bool,
    pub(crate) labels: Option<Vec<String>>,
    #[serde(with = "place")]
    pub(crate) place: Place,
}

impl Foreign {
    /// The metric of this name, as a query spells it: `node_load1`, `up`, `redis_commands_total`.
    #[track_caller]
    #[must_use]
    pub fn metric(name: impl Into<String>) -> Foreign {
        Foreign { name: name.into(), prefix: false, labels: None, place: place::caller() }
    }

    /// Every metric whose name begins like this.
    #[track_caller]
    #[must_use]
    pub fn prefix(prefix: impl Into<String>) -> Foreign {
        Foreign { name: prefix.into(), prefix: true, labels: None, place: place::caller() }
    }

    /// The labels that it has besides those that Prometheus puts on every series of a target, such as `job`
    /// and `instance`. Without this, queries may ask for any label.
    #[must_use]
    pub fn labels<L: Into<String>>(mut self, labels: impl IntoIterator<Item = L>) -> Foreign {
        self.labels = Some(labels.into_iter().map(Into::into).collect());
        self
    }

    /// Whether a selector's name is meant.
    #[cfg(feature = "promql")]
    pub(crate) fn covers(&self, name: &str) -> bool {
        if self.prefix { name.starts_with(&self.name) } else { name == self.name }
    }
}
