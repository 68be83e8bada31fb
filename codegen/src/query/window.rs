//! Expressions over windows of time, and between vectors.
//!
//! None of them adds brackets around what it is given but those that say so: what is passed in binds tighter
//! than the operator, which is what their callers build.

use super::{Query, Select};

impl Query {
    /// A query that a person wrote.
    pub(crate) fn written(text: &str) -> Query {
        Query(text.to_owned())
    }

    /// In brackets, on lines of its own.
    pub(crate) fn bracketed(self) -> Query {
        let lines: Vec<String> = self.0.lines().map(|line| format!("  {line}")).collect();
        Query(format!("(\n{}\n)", lines.join("\n")))
    }

    /// `self * factor`.
    pub(crate) fn times(self, factor: &str) -> Query {
        Query(format!("{self} * {factor}"))
    }

    /// `self / divisor`.
    pub(crate) fn over(self, divisor: &str) -> Query {
        Query(format!("{self} / {divisor}"))
    }

    /// `self - other`, series by series.
    pub(crate) fn minus(self, other: &Query) -> Query {
        Query(format!("{self}\n-\n{other}"))
    }

    /// `self * other`; `other` is not put in brackets.
    pub(crate) fn product(self, other: &Query) -> Query {
        Query(format!("{self} * {other}"))
    }

    /// `clamp_min(self, least)`.
    pub(crate) fn no_less_than(self, least: &str) -> Query {
        Query(format!("clamp_min{}", Query(format!("{self},\n{least}")).bracketed()))
    }

    /// `sum by (labels) (self)` over several lines.
    pub(crate) fn sum_block(self, labels: &[&str]) -> Query {
        match labels {
            [] => Query(format!("sum {}", self.bracketed())),
            labels => Query(format!("sum by ({}) {}", labels.join(", "), self.bracketed())),
        }
    }

    /// Keeps what is at least `bound`.
    pub(crate) fn from(&self, bound: &str) -> Query {
        Query(format!("{self} >= {bound}"))
    }

    /// Keeps what is `value`.
    pub(crate) fn equal(&self, value: &str) -> Query {
        Query(format!("{self} == {value}"))
    }

    /// `self`, where it is more than `factor` times `other`.
    pub(crate) fn exceeds(&self, factor: &str, other: &Query) -> Query {
        Query(format!("{self} > {factor} * {other}"))
    }

    /// `max without (labels) (self)`.
    pub(crate) fn max_without(self, labels: &[&str]) -> Query {
        Query(format!("max without ({}) {}", labels.join(", "), self.bracketed()))
    }

    /// `self` as a share of `whole`, which has one series for each value of `on`.
    pub(crate) fn share_of(self, on: &[&str], whole: &Query) -> Query {
        Query(format!("{self}\n/ on ({}) group_left ()\n({whole} > 0)", on.join(", ")))
    }

    /// `max by (labels) (self)` over several lines.
    pub(crate) fn max_block(self, labels: &[&str]) -> Query {
        match labels {
            [] => Query(format!("max {}", self.bracketed())),
            labels => Query(format!("max by ({}) {}", labels.join(", "), self.bracketed())),
        }
    }

    /// `group by (labels) (self)`: which sets of labels there are.
    pub(crate) fn group(self, labels: &[&str]) -> Query {
        self.aggregate("group", labels)
    }

    /// `self` with a label of one value.
    pub(crate) fn labelled(self, label: &str, value: &str) -> Query {
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "$$");
        Query(format!("label_replace({self}, \"{label}\", \"{value}\", \"\", \"\")"))
    }
}

impl Select {
    /// A selector that a person wrote: `name` or `name{label="value"}`.
    pub(crate) fn written(text: &str) -> Select {
        let (name, matchers) = text.trim().split_once('{').unwrap_or((text.trim(), ""));
        let inner = matchers.trim_end().trim_end_matches('}').trim().trim_end_matches(',');
        let matchers = if inner.is_empty() { Vec::new() } else { vec![inner.to_owned()] };
        Select { name: name.trim().to_owned(), matchers }
    }

    /// The name it asks for.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Those whose label is one of these.
    pub(crate) fn one_of(self, label: &str, values: &[&str]) -> Select {
        match values {
            [one] => self.eq(label, one),
            values => {
                let escaped = values.iter().map(|value| regex_escape(value));
                self.like(label, &escaped.collect::<Vec<_>>().join("|"))
            }
        }
    }

    /// A series that it selects, if that can be told from its text: each label equal to something, or like one of some
    /// words, in which any character may stand for itself.
    pub(crate) fn example(&self) -> Option<Select> {
        let matchers = self.matchers.iter().flat_map(|matchers| apart(matchers));
        let matchers = matchers.map(plain).collect::<Option<_>>()?;
        Some(Select { name: self.name.clone(), matchers })
    }

    /// The same of another name: `_bucket`, `_count` or `_sum` added to a histogram's.
    pub(crate) fn suffixed(mut self, suffix: &str) -> Select {
        self.name.push_str(suffix);
        self
    }

    /// The increase over `range`.
    pub(crate) fn increase(self, range: &str) -> Query {
        Query(format!("increase({self}[{range}])"))
    }

    /// The increase over the `range` that ended `ago`.
    pub(crate) fn increase_before(self, range: &str, ago: &str) -> Query {
        Query(format!("increase({self}[{range}] offset {ago})"))
    }

    /// The sum of the samples in `range`.
    pub(crate) fn total_over(self, range: &str) -> Query {
        Query(format!("sum_over_time({self}[{range}])"))
    }

    /// The mean of the samples in `range`.
    pub(crate) fn mean_over(self, range: &str) -> Query {
        Query(format!("avg_over_time({self}[{range}])"))
    }

    /// What was there at some time in `range`.
    pub(crate) fn seen(self, range: &str) -> Query {
        Query(format!("last_over_time({self}[{range}])"))
    }

    /// What was there at some time in the `range` that ended `ago`.
    pub(crate) fn seen_before(self, range: &str, ago: &str) -> Query {
        Query(format!("last_over_time({self}[{range}] offset {ago})"))
    }

    /// The values that there were some time ago.
    pub(crate) fn before(self, ago: &str) -> Query {
        Query(format!("{self} offset {ago}"))
    }

    /// The least of the samples in `range`.
    pub(crate) fn least_over(self, range: &str) -> Query {
        Query(format!("min_over_time({self}[{range}])"))
    }

    /// One, if there is no such series.
    pub(crate) fn absent(self) -> Query {
        Query(format!("absent({self})"))
    }
}

/// Text as a regular expression for itself.
fn regex_escape(text: &str) -> String {
    let special = |c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':' || c == '-');
    text.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c])).collect()
}

/// Matchers, at the commas that are not inside of quotes.
fn apart(matchers: &str) -> Vec<&str> {
    let (mut quoted, mut escaped) = (false, false);
    let at_commas = move |c: char| {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            _ => return c == ',' && !quoted,
        }
        false
    };
    matchers.split(at_commas).map(str::trim).filter(|matcher| !matcher.is_empty()).collect()
}

/// A matcher of one value that this one matches.
fn plain(matcher: &str) -> Option<String> {
    let name = matcher.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    let (label, rest) = matcher.split_at(name);
    let rest = rest.trim_start();
    let Some(regex) = rest.strip_prefix("=~") else {
        return rest.starts_with("=").then(|| matcher.to_owned());
    };
    let words =
        regex.trim().strip_prefix('"')?.strip_suffix('"')?.split('|').map(|word| word.replace('.', "0"));
    let is_plain = |word: &String| {
        !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/'))
    };
    words.into_iter().find(is_plain).map(|word| format!("{label}=\"{word}\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_of_people_are_taken_apart() {
        for (text, expected) in [
            ("orders_total", "orders_total_bucket"),
            (" orders_total{} ", "orders_total_bucket"),
            ("orders_total{state=\"{x}\", }", "orders_total_bucket{state=\"{x}\"}"),
        ] {
            assert_eq!(Select::written(text).suffixed("_bucket").to_string(), expected);
        }
    }

    #[test]
    fn an_example_is_a_series_that_is_selected() {
        let of = |text: &str| Select::written(text).example().map(|example| example.to_string());
        for (text, expected) in [
            ("orders_total", Some("orders_total")),
            ("orders_total{state=\"a,b\\\"c\", x=\"=~\"}", Some("orders_total{state=\"a,b\\\"c\",x=\"=~\"}")),
            ("orders_total{status=~\"5..|panic\"}", Some("orders_total{status=\"500\"}")),
            ("orders_total{status=~\".+|panic\"}", Some("orders_total{status=\"panic\"}")),
            ("orders_total{status=~\"[45]..\"}", None),
            ("orders_total{status!=\"ok\"}", None),
            ("orders_total{status!~\"ok\"}", None),
        ] {
            assert_eq!(of(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn brackets_are_indented() {
        let or = Select::new("a").now().or(&Select::new("b").now());
        let max = or.max_without(&["c"]);
        assert_eq!(max.to_string(), "max without (c) (\n  a\n  or\n  b\n)");
        assert_eq!(max.bracketed().to_string(), "(\n  max without (c) (\n    a\n    or\n    b\n  )\n)");
    }
}
