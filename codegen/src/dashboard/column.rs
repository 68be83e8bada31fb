//! The columns of a table.

use super::grafana::{Override, Property, Transformation};
use super::options;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A column of a table: the name that Grafana gives the field, its heading, and what its cells are.
#[derive(Clone, Debug)]
pub(super) struct Column {
    field: String,
    title: &'static str,
    unit: Option<&'static str>,
    link: Option<(&'static str, String)>,
    words: Vec<(String, String, String)>,
    hidden: bool,
    width: Option<u32>,
}

impl Column {
    pub(super) fn new(field: impl Into<String>, title: &'static str) -> Column {
        Column {
            field: field.into(),
            title,
            unit: None,
            link: None,
            words: Vec::new(),
            hidden: false,
            width: None,
        }
    }

    /// A column that is there only because every query has a value.
    pub(super) fn hidden(field: impl Into<String>) -> Column {
        Column { hidden: true, ..Column::new(field, "") }
    }

    pub(super) fn unit(mut self, unit: &'static str) -> Column {
        self.unit = Some(unit);
        self
    }

    /// How many pixels it gets; the columns without a width share the rest.
    pub(super) fn width(mut self, width: u32) -> Column {
        self.width = Some(width);
        self
    }

    /// Where a click on a cell leads.
    pub(super) fn link(mut self, title: &'static str, url: impl Into<String>) -> Column {
        self.link = Some((title, url.into()));
        self
    }

    /// Shows a word, in a colour, in place of a value.
    pub(super) fn word(mut self, value: impl Into<String>, text: impl Into<String>, color: &str) -> Column {
        self.words.push((value.into(), text.into(), color.to_owned()));
        self
    }

    /// What differs from the table for its cells.
    pub(super) fn differs(&self) -> Option<Override> {
        let unit = self.unit.map(|unit| ("unit", Value::from(unit)));
        let link = self.link.as_ref().map(|(title, url)| ("links", json!([{ "title": title, "url": url }])));
        // Mappings of plain data always serialise.
        let words = (!self.words.is_empty())
            .then(|| ("mappings", serde_json::to_value(options::mappings(&self.words)).unwrap_or_default()));
        let coloured = self.words.iter().any(|(_, _, color)| !color.is_empty());
        let coloured = coloured.then(|| ("custom.cellOptions", json!({ "type": "color-text" })));
        let width = self.width.map(|width| ("custom.width", width.into()));
        let properties: Vec<Property> = [unit, link, words, coloured, width]
            .into_iter()
            .flatten()
            .map(|(id, value)| Property { id, options: None, value: Some(value) })
            .collect();
        let matcher = Property { id: "byName", options: Some(self.title.to_owned()), value: None };
        (!properties.is_empty()).then_some(Override { matcher, properties })
    }
}

/// A colour for the series of a name.
pub(super) fn colored(name: &str, color: &str) -> Override {
    let color = json!({ "fixedColor": color, "mode": "fixed" });
    Override {
        matcher: Property { id: "byName", options: Some(name.to_owned()), value: None },
        properties: vec![Property { id: "color", options: None, value: Some(color) }],
    }
}

/// A table is one frame a query: joined on their labels, with the time left out.
pub(super) fn transformations(columns: &[Column]) -> Vec<Transformation> {
    let map = |pairs: BTreeMap<&str, Value>| -> Value {
        pairs
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let hidden = columns.iter().filter(|column| column.hidden);
    let excluded =
        ["Time"].into_iter().chain(hidden.map(|column| column.field.as_str())).map(|f| (f, true.into()));
    let shown = || columns.iter().filter(|column| !column.hidden);
    let order = shown().enumerate().map(|(at, column)| (column.field.as_str(), at.into()));
    let titles = shown().map(|column| (column.field.as_str(), column.title.into()));
    let options = json!({
        "excludeByName": map(excluded.collect()),
        "indexByName": map(order.collect()),
        "renameByName": map(titles.collect()),
    });
    vec![Transformation { id: "merge", options: json!({}) }, Transformation { id: "organize", options }]
}
