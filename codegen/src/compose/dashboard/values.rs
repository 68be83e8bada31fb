//! A variable whose values the build script says.

use super::super::place;
use obs_model::Place;
use serde::{Deserialize, Serialize};

/// A variable with values of one's own, of which the first is chosen at first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Values {
    pub(crate) name: String,
    /// What the reader sees, and what stands in queries for it.
    pub(crate) values: Vec<(String, String)>,
    #[serde(with = "place")]
    pub(crate) place: Place,
}

impl Values {
    /// What is wrong with it, if anything.
    #[cfg(any(feature = "promql", test))]
    pub(crate) fn problem(&self) -> Option<String> {
        let starts = |c: char| c.is_ascii_alphabetic() || c == '_';
        let is_name =
            self.name.starts_with(starts) && self.name.chars().all(|c| starts(c) || c.is_ascii_digit());
        // By these, Grafana tells one value from the next, and what is seen from what is meant.
        let breaks =
            |text: &str| text.trim().is_empty() || text.contains([',', '\\', '$']) || text.contains(" : ");
        if !is_name || self.name.starts_with("__") {
            return Some("its name has letters, digits and `_`, and does not begin with `__`".to_owned());
        }
        if self.values.is_empty() {
            return Some("it has no values to choose from".to_owned());
        }
        let wrong = self.values.iter().flat_map(|(text, value)| [text, value]).find(|text| breaks(text));
        wrong.map(|text| format!("\"{text}\" is empty or has a `,`, a `$`, a `\\` or a ` : ` in it"))
    }
}

/// A query with the values of variables in it: `chosen` says which.
pub(crate) fn chosen<'a>(query: &str, chosen: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut values: Vec<(&str, &str)> = chosen.into_iter().collect();
    // `$range` is not the beginning of `$range_long`.
    values.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    values.iter().fold(query.to_owned(), |query, (name, value)| {
        query.replace(&format!("${{{name}}}"), value).replace(&format!("${name}"), value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_is_meant() {
        let values = [("q", "0.5"), ("quantile", "0.9"), ("range", "5m")];
        assert_eq!(chosen("f($quantile, ${q}, a[$range])", values), "f(0.9, 0.5, a[5m])");
        assert_eq!(chosen("f($quantiles)", [("other", "1")]), "f($quantiles)");
    }

    #[test]
    fn mistakes() {
        let values = |name: &str, values: &[(&str, &str)]| Values {
            name: name.to_owned(),
            values: values.iter().map(|(text, value)| ((*text).to_owned(), (*value).to_owned())).collect(),
            place: Place::default(),
        };
        assert_eq!(values("quantile", &[("p50", "0.5"), ("p99", "0.99")]).problem(), None);
        for wrong in [
            values("a b", &[("p50", "0.5")]),
            values("__range", &[("p50", "0.5")]),
            values("quantile", &[]),
            values("quantile", &[("p50", " ")]),
            values("quantile", &[("p50, that is", "0.5")]),
            values("quantile", &[("p50", "0.5 : 1")]),
        ] {
            assert!(wrong.problem().is_some(), "{wrong:?}");
        }
    }
}
