//! Panels as Grafana reads them.

use super::{DashboardLink, Datasource};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What stands on the grid.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Item {
    Row(Row),
    Panel(Box<Panel>),
}

/// A heading, with the panels below it as its siblings.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Row {
    pub(crate) id: u32,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) title: String,
    pub(crate) grid_pos: GridPos,
    pub(crate) collapsed: bool,
    pub(crate) panels: [(); 0],
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Panel {
    pub(crate) id: u32,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) grid_pos: GridPos,
    pub(crate) datasource: Datasource,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) links: Vec<DashboardLink>,
    pub(crate) field_config: FieldConfig,
    /// What this kind of panel has of its own; keys in alphabetical order.
    pub(crate) options: Value,
    pub(crate) targets: Vec<Target>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) transformations: Vec<Transformation>,
}

/// A place on the grid of 24 columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct GridPos {
    pub(crate) x: u32,
    pub(crate) y: u32,
    pub(crate) w: u32,
    pub(crate) h: u32,
}

/// What a panel asks, in the words of whom it asks.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Target {
    #[serde(rename_all = "camelCase")]
    Prometheus {
        ref_id: String,
        datasource: Datasource,
        expr: String,
        legend_format: String,
        format: &'static str,
        instant: bool,
        range: bool,
        exemplar: bool,
    },
    #[serde(rename_all = "camelCase")]
    Loki { ref_id: String, datasource: Datasource, expr: String, query_type: &'static str },
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct FieldConfig {
    pub(crate) defaults: Defaults,
    pub(crate) overrides: Vec<Override>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Defaults {
    pub(crate) unit: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) no_value: Option<String>,
    pub(crate) color: Color,
    pub(crate) thresholds: Thresholds,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) mappings: Vec<Mapping>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) links: Vec<Link>,
    /// What this kind of panel draws a field with; keys in alphabetical order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) custom: Option<Value>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Color {
    pub(crate) mode: &'static str,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Thresholds {
    pub(crate) mode: &'static str,
    pub(crate) steps: Vec<Step>,
}

/// The colour from a value up; from minus infinity where there is none.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Step {
    pub(crate) color: &'static str,
    pub(crate) value: Option<f64>,
}

/// Words for values.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Mapping {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) options: BTreeMap<String, MappingResult>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct MappingResult {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) color: String,
    pub(crate) index: usize,
    pub(crate) text: String,
}

/// What differs for one column of a table.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Override {
    pub(crate) matcher: Property,
    pub(crate) properties: Vec<Property>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Property {
    pub(crate) id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) options: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<Value>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Link {
    pub(crate) title: String,
    pub(crate) url: String,
    pub(crate) target_blank: bool,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Transformation {
    pub(crate) id: &'static str,
    pub(crate) options: Value,
}
