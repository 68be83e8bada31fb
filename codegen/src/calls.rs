//! The questions one asks of observed functions, whichever families they count in.

use crate::query::{Query, Select};
use obs_model::Function;

/// The labels that tell the functions of the shared families apart.
pub(crate) const IDENTITY: [&str; 2] = ["function", "module"];

/// The families of functions that have none of their own begin like this.
const SHARED: &str = "function_calls";

/// The calls of one function, or of all that share the `function_calls` families.
#[derive(Clone, Debug)]
pub(crate) struct Calls {
    prefix: String,
    /// Exact values of labels, then regular expressions.
    is: Vec<(&'static str, String)>,
    like: Vec<(&'static str, String)>,
}

impl Calls {
    /// Of every function of these crates that has no family of its own.
    pub(crate) fn shared(crates: &[String]) -> Calls {
        Calls { prefix: SHARED.into(), is: Vec::new(), like: vec![("module", modules(crates))] }
    }

    /// Of the functions that the dashboard's variables choose.
    pub(crate) fn chosen() -> Calls {
        let like = IDENTITY.map(|label| (label, format!("${label}"))).to_vec();
        Calls { prefix: SHARED.into(), is: Vec::new(), like }.on_dashboard()
    }

    /// Of one function.
    pub(crate) fn of(function: &Function) -> Calls {
        match &function.metric {
            Some(prefix) => Calls { prefix: prefix.clone(), is: Vec::new(), like: Vec::new() },
            None => {
                let is = vec![("function", function.name.clone()), ("module", function.module.clone())];
                Calls { prefix: SHARED.into(), is, like: Vec::new() }
            }
        }
    }

    /// Those of the targets that the dashboard's variables choose.
    pub(crate) fn on_dashboard(mut self) -> Calls {
        self.like.extend(["job", "instance"].map(|label| (label, format!("${label}"))));
        self
    }

    /// Whether these are calls of the shared families.
    pub(crate) fn is_shared(&self) -> bool {
        self.prefix == SHARED
    }

    /// Those of some functions of the shared families, which are told apart by their names.
    pub(crate) fn only(mut self, functions: &[&Function]) -> Calls {
        let mut names: Vec<&str> = functions.iter().map(|function| function.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let names: Vec<String> = names.into_iter().map(escaped).collect();
        self.like.push(("function", names.join("|")));
        self
    }

    fn select(&self, suffix: &str) -> Select {
        let select = Select::new(format!("{}{suffix}", self.prefix));
        let select = self.is.iter().fold(select, |select, (label, value)| select.eq(label, value));
        self.like.iter().fold(select, |select, (label, regex)| select.like(label, regex))
    }

    /// Every call.
    pub(crate) fn total(&self) -> Select {
        self.select("_total")
    }

    /// The calls that an objective counts as failed. A cancelled call is its caller's choice.
    pub(crate) fn failed(&self) -> Select {
        self.total().like("result", "error|panic")
    }

    /// The share of calls that failed, by `labels`.
    pub(crate) fn error_ratio(&self, range: &str, labels: &[&str]) -> Query {
        self.failed().rate(range).sum(labels).ratio(&self.total().rate(range).sum(labels))
    }

    /// The share of successful calls that took at most `bound` seconds, by `labels`.
    pub(crate) fn within(&self, bound: f64, range: &str, labels: &[&str]) -> Query {
        let ok = |suffix| self.select(suffix).eq("result", "ok");
        let all = ok("_duration_seconds_count").rate(range).sum(labels);
        ok("_duration_seconds_bucket").bucket(bound).rate(range).sum(labels).ratio(&all)
    }

    /// The buckets of the durations, summed by `labels` and `le`.
    pub(crate) fn buckets(&self, range: &str, labels: &[&str]) -> Query {
        let labels: Vec<&str> = ["le"].iter().chain(labels).copied().collect();
        self.select("_duration_seconds_bucket").rate(range).sum(&labels)
    }

    /// The calls that are running.
    pub(crate) fn in_flight(&self) -> Select {
        self.select("_concurrent")
    }
}

/// A regular expression for exactly this text.
fn escaped(text: &str) -> String {
    let special = |c: char| r"\.+*?()|[]{}^$".contains(c);
    text.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c])).collect()
}

/// A regular expression for the modules of some crates.
pub(crate) fn modules(crates: &[String]) -> String {
    let mut names = crates.to_vec();
    names.sort();
    names.dedup();
    match names.as_slice() {
        [one] => format!("{one}(::.*)?"),
        names => format!("({})(::.*)?", names.join("|")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    #[test]
    fn a_function_of_its_own_family_needs_no_identity() {
        let catalogue = example::catalogue();
        let calls = |name| Calls::of(catalogue.functions.iter().find(|f| f.name == name).unwrap());
        assert_eq!(calls("checkout").failed().to_string(), r#"checkout_total{result=~"error|panic"}"#);
        assert_eq!(
            calls("Index::lookup").total().to_string(),
            r#"function_calls_total{function="Index::lookup",module="registry::index"}"#
        );
    }

    #[test]
    fn names_are_matched_as_they_are() {
        assert_eq!(escaped("Store::find(a.b)"), r"Store::find\(a\.b\)");
        let catalogue = example::catalogue();
        let functions: Vec<&Function> = catalogue.functions.iter().filter(|f| f.metric.is_none()).collect();
        let only = Calls::chosen().only(&functions).total().to_string();
        assert!(only.contains(r#"function=~"Index::lookup|quiet|register_schema""#), "{only}");
    }

    #[test]
    fn modules_of_each_crate() {
        assert_eq!(modules(&["a".into()]), "a(::.*)?");
        assert_eq!(modules(&["b".into(), "a".into(), "b".into()]), "(a|b)(::.*)?");
    }
}
