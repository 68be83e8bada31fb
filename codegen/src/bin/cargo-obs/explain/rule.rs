//! What is known of rules, alerts and objectives.

use super::topic::Topics;
use super::{Explained, LabelOf, PlaceOf};
use crate::answer::At;
use obs_codegen::plan::Promise;
use obs_codegen::query::asked::Asked;
use obs_codegen::uses::{Asks, Use, reach};

impl Topics<'_> {
    /// What rules of that name record, or alerts of that name.
    pub(super) fn rule(&self, name: &str, asks: Asks) -> Option<Explained> {
        let rules: Vec<&Use> =
            self.uses.iter().filter(|each| each.asks == asks && each.name == name).collect();
        let first = rules.first()?;
        let what = if asks == Asks::Alert { "alert" } else { "recorded series" };
        let mut explained = Explained::new(what, name);
        explained.help = first.annotation("summary").unwrap_or_default().to_owned();
        for (label, value) in &first.labels {
            explained.labels.push(LabelOf { name: label.clone(), values: vec![value.clone()], cap: None });
        }
        if rules.len() > 1 {
            explained.labels.clear();
        }
        for (fact, key) in [("runbook", "runbook_url"), ("dashboard", "dashboard_url")] {
            explained.fact(fact, first.annotation(key).map(str::to_owned));
        }
        let mut asked: Vec<&str> = rules.iter().flat_map(|r| &r.asked).map(|a| a.name.as_str()).collect();
        asked.sort_unstable();
        asked.dedup();
        explained.fact("asks for", asked.join(", "));
        explained.query.clone_from(&first.query);
        for rule in &rules {
            let at = At::line(format!("{}/{}", self.below, rule.file), rule.line);
            explained.places.push(PlaceOf { at, item: rule.owner.clone() });
        }
        if asks == Asks::Rule {
            let wanted = |_: &Use, asked: &Asked| asked.name == name;
            explained.used(self.below, &reach(self.uses, &[], &wanted));
        } else {
            // `ALERTS` tells of it, and so may a page. That it keeps itself firing is no use of it.
            let wanted = |by: &Use, asked: &Asked| {
                let itself = by.asks == Asks::Alert && by.name == name;
                !itself && asked.name.starts_with("ALERTS") && asked.chosen().contains(&"alertname")
            };
            explained.used(self.below, &reach(self.uses, &[("alertname", name)], &wanted));
        }
        let about = |promise: &Promise| rules.iter().any(|rule| self.is_about(rule, promise));
        explained.objectives = self.objectives(&about);
        Some(explained)
    }

    pub(super) fn objective(&self, promise: &Promise) -> Explained {
        let mut explained = Explained::new("objective", &promise.name);
        explained.help.clone_from(&promise.title);
        explained.fact("promise", format!("{} in {}", promise.share, promise.window));
        explained.places.push(PlaceOf { at: At::from(&promise.place), item: promise.title.clone() });
        let is_recorded = |asked: &Asked| {
            self.uses.iter().any(|rule| {
                rule.asks == Asks::Rule && rule.name == asked.name && self.is_labelled(rule, promise)
            })
        };
        let wanted = |by: &Use, asked: &Asked| self.is_labelled(by, promise) || is_recorded(asked);
        let facts = [("sloth_id", promise.id.as_str()), ("sloth_slo", promise.name.as_str())];
        explained.used(self.below, &reach(self.uses, &facts, &wanted));
        explained
    }

    /// Whether a rule or alert says that it is about an objective.
    fn is_labelled(&self, rule: &Use, promise: &Promise) -> bool {
        rule.labels.iter().any(|(label, value)| match label.as_str() {
            "sloth_id" => *value == promise.id,
            "sloth_slo" => *value == promise.name,
            _ => false,
        })
    }

    fn is_about(&self, rule: &Use, promise: &Promise) -> bool {
        let chooses =
            |asked: &Asked| asked.chosen().contains(&"sloth_id") && asked.admits("sloth_id", &promise.id);
        self.is_labelled(rule, promise) || rule.asked.iter().any(chooses)
    }
}
