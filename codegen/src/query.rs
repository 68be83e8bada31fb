//! PromQL, written by construction: what comes out of here has its labels quoted and its brackets closed.

#[cfg(feature = "promql")]
pub mod asked;
#[cfg(feature = "promql")]
pub mod check;
pub mod found;
#[cfg(feature = "promql")]
mod known;
mod window;

use std::fmt;

/// A PromQL expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query(String);

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Query {
    /// `sum by (labels) (self)`, or a plain `sum` over everything.
    pub fn sum(self, labels: &[&str]) -> Query {
        self.aggregate("sum", labels)
    }

    /// `max by (labels) (self)`.
    pub fn max(self, labels: &[&str]) -> Query {
        self.aggregate("max", labels)
    }

    fn aggregate(self, operator: &str, labels: &[&str]) -> Query {
        match labels {
            [] => Query(format!("{operator}({self})")),
            labels => Query(format!("{operator} by ({}) ({self})", labels.join(", "))),
        }
    }

    /// The `quantile` of a sum of `_bucket`s. Without observations there is none: `>= 0` drops the NaN
    /// that Prometheus would give.
    pub fn quantile(self, quantile: &str) -> Query {
        Query(format!("histogram_quantile({quantile}, {self}) >= 0"))
    }

    /// `sum` of nothing is nothing: zero instead, where `self` has no series at all.
    pub fn or_zero(self) -> Query {
        Query(format!("{self}\nor on () vector(0)"))
    }

    /// The same where `self` is by labels: each of them is `none` then, so that a legend has a name for it.
    pub fn or_none(self, labels: &[&str]) -> Query {
        let none: Vec<(&str, &str)> = labels.iter().map(|&label| (label, "none")).collect();
        self.or_else_by(&Query::fact(&none))
    }

    /// `self`, or else `other` where `self` has no series at all.
    pub fn or_else_by(self, other: &Query) -> Query {
        Query(format!("{self}\nor on ()\n{other}"))
    }

    /// The series of `self`, and those of `other` that differ from them in their labels.
    pub fn or(self, other: &Query) -> Query {
        Query(format!("{self}\nor\n{other}"))
    }

    /// Zero, as a series with these labels: a fact that is no measurement, in the form of one.
    pub fn fact(labels: &[(&str, &str)]) -> Query {
        Query::constant("0", labels)
    }

    /// A number that is known beforehand, as a series with these labels.
    pub fn constant(value: &str, labels: &[(&str, &str)]) -> Query {
        let vector = Query(format!("vector({value})"));
        labels.iter().fold(vector, |fact, (label, value)| {
            // A `$` would begin the name of a group.
            let value = quoted(&value.replace('$', "$$"));
            Query(format!("label_replace({fact}, \"{label}\", {value}, \"\", \"\")"))
        })
    }

    /// Seconds from `self`, a time, until now.
    pub fn age(self) -> Query {
        Query(format!("time() - {self}"))
    }

    /// `self` with some labels of `other`, which has one series for each value of `on`.
    pub fn with(self, on: &[&str], labels: &[&str], other: &Query) -> Query {
        Query(format!("{self}\n* on ({}) group_left ({})\n{other}", on.join(", "), labels.join(", ")))
    }

    /// `min by (labels) (self)`.
    pub fn min(self, labels: &[&str]) -> Query {
        self.aggregate("min", labels)
    }

    /// `count by (labels) (self)`.
    pub fn count(self, labels: &[&str]) -> Query {
        self.aggregate("count", labels)
    }

    /// The largest ten.
    pub fn top(self) -> Query {
        Query(format!("topk(10, {self})"))
    }

    /// `self / whole`, where there is a whole: nothing, rather than NaN, where it is zero.
    pub fn ratio(self, whole: &Query) -> Query {
        Query(format!("{self}\n/\n({whole} > 0)"))
    }

    /// Keeps what is above `bound`.
    pub fn above(&self, bound: &str) -> Query {
        Query(format!("{self} > {bound}"))
    }

    /// Keeps what is below `bound`.
    pub fn below(&self, bound: &str) -> Query {
        Query(format!("{self} < {bound}"))
    }

    /// Keeps those series of `self` for which `condition` has one with the same values of `labels`.
    pub fn and(self, labels: &[&str], condition: &Query) -> Query {
        Query(format!("{self}\nand on ({})\n{condition}", labels.join(", ")))
    }

    /// Drops those series of `self` for which `exception` has one with the same labels.
    pub fn unless(self, exception: &Query) -> Query {
        Query(format!("{self}\nunless\n{exception}"))
    }

    /// At least `count` of what `self` gives the increase of, a second, over `seconds`.
    pub fn at_least(self, count: u64, seconds: u64) -> Query {
        Query(format!("{self} * {seconds} >= {count}"))
    }
}

/// A selector of series: a name, and what its labels have to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Select {
    name: String,
    matchers: Vec<String>,
}

impl Select {
    /// Every series of that name.
    pub fn new(name: impl Into<String>) -> Select {
        Select { name: name.into(), matchers: Vec::new() }
    }

    /// Those whose label is exactly this.
    pub fn eq(self, label: &str, value: &str) -> Select {
        self.matcher(label, "=", value)
    }

    /// Those whose label matches the regular expression, which is anchored at both ends.
    pub fn like(self, label: &str, regex: &str) -> Select {
        self.matcher(label, "=~", regex)
    }

    /// Those whose label is anything else.
    pub fn unlike(self, label: &str, value: &str) -> Select {
        self.matcher(label, "!=", value)
    }

    fn matcher(mut self, label: &str, operator: &str, value: &str) -> Select {
        self.matchers.push(format!("{label}{operator}{}", quoted(value)));
        self
    }

    /// The bucket at a boundary. The text format writes whole bounds `1`, OpenMetrics and Prometheus 3
    /// write `1.0`; a stored series may have either.
    pub fn bucket(self, bound: f64) -> Select {
        match bound.fract() == 0.0 {
            true => self.like("le", &format!("{bound}([.]0)?")),
            false => self.eq("le", &bound.to_string()),
        }
    }

    /// The current values.
    pub fn now(self) -> Query {
        Query(self.to_string())
    }

    /// How often the value changed in `range`.
    pub fn changes(self, range: &str) -> Query {
        Query(format!("changes({self}[{range}])"))
    }

    /// The increase a second over `range`.
    pub fn rate(self, range: &str) -> Query {
        Query(format!("rate({self}[{range}])"))
    }
}

impl fmt::Display for Select {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if self.matchers.is_empty() { Ok(()) } else { write!(f, "{{{}}}", self.matchers.join(",")) }
    }
}

/// A string as PromQL writes it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted() {
        let select = Select::new("x").eq("a", "say \"hi\"\\").like("job", "$job");
        assert_eq!(select.to_string(), r#"x{a="say \"hi\"\\",job=~"$job"}"#);
    }

    #[test]
    fn whole_bounds_match_both_spellings() {
        assert_eq!(Select::new("x").bucket(0.025).to_string(), r#"x{le="0.025"}"#);
        assert_eq!(Select::new("x").bucket(10.0).to_string(), r#"x{le=~"10([.]0)?"}"#);
    }

    #[test]
    fn expressions_nest() {
        let rate = |result| Select::new("c_total").eq("result", result).rate("5m").sum(&["function"]);
        assert_eq!(
            rate("error").ratio(&rate("ok")).to_string(),
            "sum by (function) (rate(c_total{result=\"error\"}[5m]))\n/\n\
             (sum by (function) (rate(c_total{result=\"ok\"}[5m])) > 0)"
        );
    }
}
