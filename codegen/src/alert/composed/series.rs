//! Series in which a simple condition holds, found without a parser of PromQL: a selector with plain labels,
//! compared with a number.

use super::target;
use crate::query::Select;

/// A series in which a condition holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Simple {
    /// The series.
    pub(super) select: Select,
    /// Its labels.
    pub(super) labels: Vec<(String, String)>,
    /// A value with which it holds.
    pub(super) value: String,
}

/// What makes `name{label="value"} > 5` hold; `None` for any other form of condition.
pub(super) fn simple(query: &str) -> Option<Simple> {
    let (left, operator, right) = split(query.trim())?;
    let bound: i64 = right.trim().parse().ok()?;
    let value = match operator {
        ">" => bound.checked_add(1)?,
        "<" => bound.checked_sub(1)?,
        ">=" | "<=" | "==" => bound,
        "!=" => bound.checked_add(1)?,
        _ => return None,
    };
    let select = Select::written(left);
    let name = select.name();
    let plain = !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':');
    let inner = left.split_once('{').map_or("", |(_, rest)| rest.trim_end().trim_end_matches('}'));
    let mut labels = labels(inner)?;
    let given = |labels: &[(String, String)], name: &str| labels.iter().any(|(label, _)| label == name);
    let select = match (given(&labels, "job"), given(&labels, "instance")) {
        (false, false) => {
            labels.push(("job".to_owned(), crate::objective::JOB.to_owned()));
            labels.push(("instance".to_owned(), crate::objective::INSTANCE.to_owned()));
            target(select)
        }
        _ => select,
    };
    plain.then(|| Simple { select, labels, value: value.to_string() })
}

/// The two sides of the only comparison outside of quotes and braces.
fn split(query: &str) -> Option<(&str, &str, &str)> {
    let start = query.rfind('}').map_or(0, |end| end + 1);
    let at = start + query[start..].find(['<', '>', '=', '!'])?;
    let length = if query[at + 1..].starts_with('=') { 2 } else { 1 };
    Some((query[..at].trim(), &query[at..at + length], &query[at + length..]))
}

/// The labels of matchers that are all equalities of plain text.
fn labels(inner: &str) -> Option<Vec<(String, String)>> {
    let parts = inner.split(',').map(str::trim).filter(|part| !part.is_empty());
    let label = |part: &str| {
        let (name, value) = part.split_once("=\"")?;
        let value = value.strip_suffix('"')?;
        let plain = !name.contains(['!', '~']) && !value.contains(['"', '\\', '=']);
        plain.then(|| (name.trim().to_owned(), value.to_owned()))
    };
    parts.map(label).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(query: &str) -> Option<(String, String)> {
        simple(query).map(|simple| (simple.select.to_string(), simple.value))
    }

    #[test]
    fn a_comparison_of_a_selector_tells_when_it_holds() {
        let plain = |text: &str| format!("{text}job=\"test\",instance=\"a\"}}");
        assert_eq!(of("orders_waiting > 100"), Some((plain("orders_waiting{"), "101".into())));
        assert_eq!(of("x{state=\"used\"} <= 3"), Some((plain("x{state=\"used\","), "3".into())));
        assert_eq!(of("x{job=\"a\"}<3"), Some(("x{job=\"a\"}".into(), "2".into())));
    }

    #[test]
    fn everything_else_is_left_to_whoever_wrote_it() {
        for query in
            ["rate(x[5m]) > 1", "x > y", "x", "x{a=~\"b\"} > 1", "sum(x) > 1", "x > 0.5", "x and y > 1", ""]
        {
            assert_eq!(of(query), None, "{query}");
        }
    }
}
