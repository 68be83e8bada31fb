//! Whether a query can return anything: it parses, its metrics are exported, their labels exist.

use crate::family::TARGET_LABELS;
use obs_model::suggest::nearest;
use promql_parser::label::METRIC_NAME;
use promql_parser::parser::token::T_COUNT_VALUES;
use promql_parser::parser::{
    AggregateExpr, BinaryExpr, Call, Expr, LabelModifier, VectorSelector, value::ValueType,
};
use std::collections::BTreeSet;

pub use super::known::Known;

/// The labels that a series may have; `None` if anything goes.
pub(super) type Labels = Option<BTreeSet<String>>;

/// The labels of what a query returns.
pub(crate) fn labels_of(query: &str, known: &Known) -> Labels {
    Checker { known, problems: Vec::new() }.labels(&parse(query).ok()?)
}

/// Every reason for which the query cannot return what its author wanted; none if it can.
pub fn check(query: &str, known: &Known) -> Vec<String> {
    match parse(query) {
        Ok(query) => {
            let mut checker = Checker { known, problems: Vec::new() };
            checker.labels(&query);
            checker.problems
        }
        Err(error) => vec![error],
    }
}

/// Parses a query as Grafana would send it.
pub(super) fn parse(query: &str) -> Result<Expr, String> {
    let mut query = query.to_owned();
    for (variable, value) in [("__rate_interval", "5m"), ("__interval", "1m"), ("__range", "1h")] {
        query = query.replace(&format!("${{{variable}}}"), value).replace(&format!("${variable}"), value);
    }
    promql_parser::parser::parse(&query).map_err(|error| format!("no PromQL: {error}"))
}

pub(super) fn did_you_mean(problem: String, candidate: Option<&str>) -> String {
    match candidate {
        Some(candidate) => format!("{problem}; did you mean `{candidate}`?"),
        None => problem,
    }
}

/// Works out the labels of each subexpression, inside out.
struct Checker<'a> {
    known: &'a Known,
    problems: Vec<String>,
}

impl Checker<'_> {
    fn labels(&mut self, expr: &Expr) -> Labels {
        match expr {
            Expr::VectorSelector(selector) => self.selector(selector),
            Expr::MatrixSelector(selector) => self.selector(&selector.vs),
            Expr::Aggregate(aggregate) => self.aggregate(aggregate),
            Expr::Binary(binary) => self.binary(binary),
            Expr::Call(call) => self.call(call),
            Expr::Paren(paren) => self.labels(&paren.expr),
            Expr::Unary(unary) => self.labels(&unary.expr),
            Expr::Subquery(subquery) => self.labels(&subquery.expr),
            Expr::NumberLiteral(_) | Expr::StringLiteral(_) => Some(BTreeSet::new()),
            Expr::Extension(_) => None,
        }
    }

    fn selector(&mut self, selector: &VectorSelector) -> Labels {
        let named = |matcher: &&promql_parser::label::Matcher| matcher.name == METRIC_NAME;
        let name = selector.name.clone().or_else(|| {
            let matcher = selector.matchers.matchers.iter().find(named)?;
            matches!(matcher.op, promql_parser::label::MatchOp::Equal).then(|| matcher.value.clone())
        })?;
        let labels = match self.known.labels(&name) {
            Ok(labels) => labels,
            Err(problem) => {
                self.problems.push(problem);
                return None;
            }
        };
        let matchers =
            selector.matchers.matchers.iter().chain(selector.matchers.or_matchers.iter().flatten());
        for matcher in matchers.filter(|matcher| !named(matcher)) {
            self.has(&labels, &matcher.name, &format!("`{name}`"));
        }
        labels
    }

    fn aggregate(&mut self, aggregate: &AggregateExpr) -> Labels {
        let inner = self.labels(&aggregate.expr);
        let outer = match &aggregate.modifier {
            None => Some(BTreeSet::new()),
            Some(modifier) => {
                for label in &modifier.labels().labels {
                    self.has(&inner, label, "what it aggregates");
                }
                match modifier {
                    LabelModifier::Include(labels) => Some(labels.labels.iter().cloned().collect()),
                    LabelModifier::Exclude(labels) => inner.clone().map(|mut inner| {
                        inner.retain(|label| !labels.labels.contains(label));
                        inner
                    }),
                }
            }
        };
        match (aggregate.op.id(), aggregate.param.as_deref()) {
            (T_COUNT_VALUES, Some(Expr::StringLiteral(added))) => with(outer, &added.val),
            // These choose among the series, and leave them their labels.
            _ if matches!(
                aggregate.op.to_string().as_str(),
                "topk" | "bottomk" | "limitk" | "limit_ratio"
            ) =>
            {
                inner
            }
            _ => outer,
        }
    }

    fn binary(&mut self, binary: &BinaryExpr) -> Labels {
        let (left, right) = (self.labels(&binary.lhs), self.labels(&binary.rhs));
        let scalar = |expr: &Expr| expr.value_type() == ValueType::Scalar;
        if scalar(&binary.lhs) {
            return right;
        }
        if scalar(&binary.rhs) {
            return left;
        }
        let Some(modifier) = &binary.modifier else { return left };
        let on = match &modifier.matching {
            Some(LabelModifier::Include(on)) => {
                for label in &on.labels {
                    self.has(&left, label, "the left side");
                    self.has(&right, label, "the right side");
                }
                Some(on)
            }
            _ => None,
        };
        use promql_parser::parser::VectorMatchCardinality::{ManyToMany, ManyToOne, OneToMany, OneToOne};
        match (&modifier.card, on) {
            (ManyToOne(added), _) => added.labels.iter().fold(left, |labels, label| with(labels, label)),
            (OneToMany(added), _) => added.labels.iter().fold(right, |labels, label| with(labels, label)),
            (OneToOne, Some(on)) => Some(on.labels.iter().cloned().collect()),
            (ManyToMany, _) if binary.op.to_string() == "or" => {
                left.zip(right).map(|(left, right)| left.union(&right).cloned().collect())
            }
            _ => left,
        }
    }

    fn call(&mut self, call: &Call) -> Labels {
        let arguments: Vec<(&Expr, Labels)> =
            call.args.args.iter().map(|argument| (&**argument, self.labels(argument))).collect();
        let vector = |(argument, labels): &(&Expr, Labels)| {
            matches!(argument.value_type(), ValueType::Vector | ValueType::Matrix).then(|| labels.clone())
        };
        let labels = arguments.iter().find_map(vector).unwrap_or(Some(BTreeSet::new()));
        let word = |at: usize| match arguments.get(at) {
            Some((Expr::StringLiteral(word), _)) => Some(word.val.as_str()),
            _ => None,
        };
        match call.func.name {
            "histogram_quantile" => {
                if labels.as_ref().is_some_and(|labels| !labels.contains("le")) {
                    self.problems.push("histogram_quantile needs the label `le`: sum by (le, …)".to_owned());
                }
                labels.map(|mut labels| {
                    labels.remove("le");
                    labels
                })
            }
            "label_replace" => {
                if let Some(from) = word(3).filter(|from| !from.is_empty()) {
                    self.has(&labels, from, "the vector");
                }
                word(1).map_or(labels.clone(), |to| with(labels, to))
            }
            "label_join" => word(1).map_or(labels.clone(), |to| with(labels, to)),
            "absent" | "absent_over_time" => None,
            "scalar" | "vector" | "time" => Some(BTreeSet::new()),
            _ => labels,
        }
    }

    /// Reports a label that `labels` do not have.
    fn has(&mut self, labels: &Labels, label: &str, whose: &str) {
        let Some(labels) = labels else { return };
        if labels.contains(label) {
            return;
        }
        let own = labels.iter().map(String::as_str).filter(|known| !TARGET_LABELS.contains(known));
        let problem = match nearest(label, labels.iter().map(String::as_str)) {
            near @ Some(_) => did_you_mean(format!("{whose} has no label `{label}`"), near),
            None => {
                let own: Vec<&str> = own.collect();
                let has = if own.is_empty() { "none".to_owned() } else { own.join(", ") };
                format!("{whose} has no label `{label}`; it has {has}")
            }
        };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

fn with(labels: Labels, label: &str) -> Labels {
    labels.map(|mut labels| {
        labels.insert(label.to_owned());
        labels
    })
}

#[cfg(test)]
mod tests;
