//! The choices at the top of a dashboard.

use super::grafana::{Choice, Datasource, Variable};
use crate::query::Select;

/// The Prometheus to ask.
pub(super) fn datasource() -> Variable {
    Variable {
        name: "datasource",
        label: "Data source",
        kind: "datasource",
        datasource: None,
        query: "prometheus".to_owned(),
        include_all: false,
        multi: false,
        all_value: None,
        current: None,
        refresh: 1,
        sort: 1,
    }
}

/// The values of a label of `select`, several at once. All of them are chosen at first: one by one, or as
/// the expression `all`.
pub(super) fn label(name: &'static str, title: &'static str, select: &Select, all: Option<&str>) -> Variable {
    Variable {
        name,
        label: title,
        kind: "query",
        datasource: Some(Datasource::CHOSEN),
        query: format!("label_values({select}, {name})"),
        include_all: true,
        multi: true,
        all_value: all.map(str::to_owned),
        current: Some(Choice { text: "All", value: "$__all" }),
        refresh: 2,
        sort: 1,
    }
}
