//! What an attribute counts, by one of the labels that it adds.

use super::RANGE;
use super::panel::{Panel, Visual};
use crate::query::Select;
use crate::subject::Subject;
use obs_model::{Label, Place};

/// Who adds labels, and what is counted of them.
pub(super) struct Labelled<'a> {
    /// The function or kernel.
    pub(super) name: &'a str,
    pub(super) place: &'a Place,
    /// `Calls` or `Launches`.
    pub(super) what: &'static str,
    pub(super) total: Select,
}

impl Labelled<'_> {
    /// A panel for each label.
    pub(super) fn panels(&self, labels: &[Label], subject: &Subject) -> Vec<Panel> {
        labels.iter().map(|label| self.panel(label, subject)).collect()
    }

    fn panel(&self, label: &Label, subject: &Subject) -> Panel {
        let Labelled { name, what, .. } = self;
        let by = self.total.clone().rate(RANGE).sum(&[&label.name]);
        let bounded =
            |cap| format!("The ten most frequent values; at most {cap} are told apart, the rest are _other.");
        let (query, more) = match label.cap {
            None => (by, String::new()),
            Some(cap) => (by.top(), bounded(cap)),
        };
        Panel::new(Visual::TimeSeries, format!("{name} by {}", label.name), "ops")
            .describe(format!("{what} a second of {name} by {}.", label.name))
            .describe(more)
            .link("Source", subject.source(self.place))
            .query(query, format!("{{{{{}}}}}", label.name))
    }
}
