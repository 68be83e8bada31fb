//! What a query asks for: its selectors, one by one.

use super::check::parse;
use promql_parser::label::{METRIC_NAME, MatchOp, Matcher};
use promql_parser::parser::{Expr, VectorSelector};

/// One selector of a query that names the series it wants.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The name of the series.
    pub name: String,
    matchers: Vec<Matcher>,
    /// Other sets of matchers of which any will do, as in `{a="1" or b="2"}`.
    or: Vec<Vec<Matcher>>,
}

impl Asked {
    /// Whether a series whose `label` has this value is wanted, as far as that label says. A variable of a
    /// dashboard may be anything.
    pub fn admits(&self, label: &str, value: &str) -> bool {
        let all = |matchers: &[Matcher]| {
            matchers.iter().filter(|matcher| matcher.name == label).all(|matcher| admits(matcher, value))
        };
        all(&self.matchers) && (self.or.is_empty() || self.or.iter().any(|matchers| all(matchers)))
    }

    /// The labels whose value is chosen, variables of dashboards left out.
    pub fn chosen(&self) -> Vec<&str> {
        let all = self.matchers.iter().chain(self.or.iter().flatten());
        let mut labels: Vec<&str> =
            all.filter(|matcher| !is_variable(&matcher.value)).map(|matcher| matcher.name.as_str()).collect();
        labels.sort_unstable();
        labels.dedup();
        labels
    }

    /// What a label has to be, as it is written: `="used"`, `=~"a|b"`.
    pub fn condition(&self, label: &str) -> String {
        let written = |matcher: &Matcher| format!("{}\"{}\"", matcher.op, matcher.value);
        let all = self.matchers.iter().chain(self.or.iter().flatten());
        let parts: Vec<String> = all.filter(|matcher| matcher.name == label).map(written).collect();
        parts.join(" and ")
    }
}

fn admits(matcher: &Matcher, value: &str) -> bool {
    // What is not there is not excluded by a variable either.
    is_variable(&matcher.value) || matcher.is_match(value)
}

/// Whether Grafana puts something of its own there: `$job`, `${job:regex}`, `[[job]]`.
fn is_variable(value: &str) -> bool {
    let starts = |c: char| c.is_ascii_alphabetic() || c == '_' || c == '{';
    value.split('$').skip(1).any(|rest| rest.starts_with(starts)) || value.contains("[[")
}

/// Every selector of a query, from left to right. One that names no series is about any, and is left out.
///
/// # Errors
///
/// Why the query is no PromQL.
///
/// ```
/// let asked = obs_codegen::query::asked::asked(r#"rate(hits_total{path="/"}[5m]) > 2 * limit"#).unwrap();
/// assert_eq!(asked.iter().map(|asked| asked.name.as_str()).collect::<Vec<_>>(), ["hits_total", "limit"]);
/// assert!(asked[0].admits("path", "/") && !asked[0].admits("path", "/help"));
/// ```
pub fn asked(query: &str) -> Result<Vec<Asked>, String> {
    let mut found = Vec::new();
    visit(&parse(query)?, &mut found);
    Ok(found)
}

fn visit(expr: &Expr, found: &mut Vec<Asked>) {
    match expr {
        Expr::VectorSelector(selector) => found.extend(selected(selector)),
        Expr::MatrixSelector(selector) => found.extend(selected(&selector.vs)),
        Expr::Aggregate(aggregate) => {
            visit(&aggregate.expr, found);
            if let Some(parameter) = &aggregate.param {
                visit(parameter, found);
            }
        }
        Expr::Binary(binary) => {
            visit(&binary.lhs, found);
            visit(&binary.rhs, found);
        }
        Expr::Call(call) => call.args.args.iter().for_each(|argument| visit(argument, found)),
        Expr::Paren(paren) => visit(&paren.expr, found),
        Expr::Unary(unary) => visit(&unary.expr, found),
        Expr::Subquery(subquery) => visit(&subquery.expr, found),
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => {}
    }
}

fn selected(selector: &VectorSelector) -> Option<Asked> {
    let named = |matcher: &&Matcher| matcher.name == METRIC_NAME && matcher.op == MatchOp::Equal;
    let matchers = &selector.matchers;
    let name = selector
        .name
        .clone()
        .or_else(|| matchers.matchers.iter().find(named).map(|matcher| matcher.value.clone()))?;
    let rest = |matchers: &[Matcher]| -> Vec<Matcher> {
        matchers.iter().filter(|matcher| matcher.name != METRIC_NAME).cloned().collect()
    };
    let or = matchers.or_matchers.iter().map(|matchers| rest(matchers)).collect();
    Some(Asked { name, matchers: rest(&matchers.matchers), or })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_selector_is_found() {
        let query = "topk(scalar(n), sum by (a) (rate(x{a=\"1\"}[5m]))) / on (a) -(max_over_time(y[1h:1m]) or {__name__=\"z\"})";
        let names: Vec<String> = asked(query).unwrap().into_iter().map(|asked| asked.name).collect();
        assert_eq!(names, ["x", "n", "y", "z"]);
        assert!(asked("rate(x)").is_err());
        assert_eq!(asked("vector(1)").unwrap().len(), 0);
    }

    #[test]
    fn a_variable_may_be_anything_and_an_anchor_is_none() {
        let one = |query: &str| asked(query).unwrap().remove(0);
        let asked = one(r#"x{job=~"$job",path=~"/a|/b$",mode!="off"}"#);
        assert!(asked.admits("job", "whatever"));
        assert!(asked.admits("path", "/b") && !asked.admits("path", "/c"));
        assert!(!asked.admits("mode", "off") && asked.admits("other", "thing"));
        assert_eq!(asked.chosen(), ["mode", "path"]);
        assert_eq!(asked.condition("path"), "=~\"/a|/b$\"");
    }
}
