//! Where a click on a panel leads: whether that is there, and whether the click says enough to get there.

use super::super::dashboard::{Leads, Panel, chosen};
use super::Checker;
use crate::query::check::labels_of;
use obs_model::suggest::nearest;

impl Checker<'_> {
    /// What is wrong with where a click leads.
    pub(super) fn leads(&self, leads: &Leads, panel: &Panel) -> Option<String> {
        match leads {
            Leads::Address { title, address } => (title.trim().is_empty() || address.trim().is_empty())
                .then(|| "a data link needs a title and an address".to_owned()),
            Leads::Traces { span } => {
                span.trim().is_empty().then(|| "`.traces(…)` needs the name of a span".to_owned())
            }
            Leads::Dashboard { title, labels } => {
                let dashboards = &self.plan.composed.dashboards;
                let Some(there) = dashboards.iter().find(|dashboard| dashboard.title == *title) else {
                    let titles = dashboards.iter().map(|dashboard| dashboard.title.as_str());
                    let hint = nearest(title, titles);
                    let hint = hint.map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
                    return Some(format!(
                        "there is no composed dashboard \"{title}\" to drill down to{hint}"
                    ));
                };
                labels.iter().find_map(|label| {
                    if !there.variables.iter().any(|choice| choice.label == *label) {
                        let add = format!("add `.variable(\"{label}\", …)` there");
                        return Some(format!("the dashboard \"{title}\" has no variable `{label}`: {add}"));
                    }
                    let has = |query: &str| {
                        let first = chosen(query, self.dashboard.first_choices());
                        labels_of(&first, self.known).is_none_or(|labels| labels.contains(label))
                    };
                    let asks = panel.queries.iter().any(|asked| has(&asked.query));
                    (!asks).then(|| format!("no query of it has the label `{label}` to drill down by"))
                })
            }
        }
    }
}
