//! The parts of Grafana's dashboard JSON that are written here, in the order they are written.
//!
//! Names and values follow `@grafana/schema`. Version 39 is what Grafana 10.2 writes; later versions
//! migrate it when they load it.

use serde::Serialize;

/// The version of the schema that these types follow.
pub(crate) const SCHEMA_VERSION: u32 = 39;

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Dashboard {
    pub(crate) uid: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) tags: Vec<String>,
    pub(crate) editable: bool,
    /// 1: the crosshair is shared by all panels.
    pub(crate) graph_tooltip: u8,
    pub(crate) refresh: &'static str,
    pub(crate) schema_version: u32,
    pub(crate) time: TimeRange,
    pub(crate) timezone: &'static str,
    pub(crate) templating: Templating,
    pub(crate) panels: Vec<Item>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct TimeRange {
    pub(crate) from: &'static str,
    pub(crate) to: &'static str,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Templating {
    pub(crate) list: Vec<Variable>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Variable {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) datasource: Option<Datasource>,
    /// For a query variable, `label_values(selector, label)`; for a data source variable, its type.
    pub(crate) query: String,
    pub(crate) include_all: bool,
    pub(crate) multi: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) all_value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) current: Option<Choice>,
    /// 1: when the dashboard is loaded; 2: also when the time range changes.
    pub(crate) refresh: u8,
    /// 1: by name.
    pub(crate) sort: u8,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Choice {
    pub(crate) text: &'static str,
    pub(crate) value: &'static str,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Datasource {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) uid: &'static str,
}

impl Datasource {
    /// The Prometheus that the viewer chose.
    pub(crate) const CHOSEN: Datasource = Datasource { kind: "prometheus", uid: "${datasource}" };
}

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
    pub(crate) field_config: FieldConfig,
    pub(crate) options: Options,
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

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Target {
    pub(crate) ref_id: String,
    pub(crate) datasource: Datasource,
    pub(crate) expr: String,
    pub(crate) legend_format: String,
    pub(crate) format: &'static str,
    pub(crate) instant: bool,
    pub(crate) range: bool,
    pub(crate) exemplar: bool,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct FieldConfig {
    pub(crate) defaults: Defaults,
    pub(crate) overrides: Vec<Override>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Defaults {
    pub(crate) unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) no_value: Option<&'static str>,
    pub(crate) color: Color,
    pub(crate) thresholds: Thresholds,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) custom: Option<Lines>,
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
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Step {
    pub(crate) color: &'static str,
    pub(crate) value: Option<f64>,
}

/// How a time series is drawn.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Lines {
    pub(crate) draw_style: &'static str,
    pub(crate) fill_opacity: u32,
    pub(crate) line_width: u32,
    pub(crate) show_points: &'static str,
    pub(crate) thresholds_style: Mode,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Mode {
    pub(crate) mode: &'static str,
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
    pub(crate) value: Option<PropertyValue>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum PropertyValue {
    Text(&'static str),
    Links(Vec<Link>),
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Link {
    pub(crate) title: String,
    pub(crate) url: String,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Transformation {
    pub(crate) id: &'static str,
    pub(crate) options: serde_json::Value,
}

/// What a kind of panel has of its own.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub(crate) enum Options {
    TimeSeries {
        legend: Legend,
        tooltip: Tooltip,
    },
    Stat {
        color_mode: &'static str,
        graph_mode: &'static str,
        reduce_options: Reduce,
    },
    Heatmap {
        calculate: bool,
        cell_gap: u32,
        color: Scheme,
        legend: Shown,
        tooltip: HeatmapTooltip,
        y_axis: Axis,
    },
    Table {
        show_header: bool,
        cell_height: &'static str,
    },
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Legend {
    pub(crate) calcs: &'static [&'static str],
    pub(crate) display_mode: &'static str,
    pub(crate) placement: &'static str,
    pub(crate) show_legend: bool,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Tooltip {
    pub(crate) mode: &'static str,
    pub(crate) sort: &'static str,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Reduce {
    pub(crate) calcs: [&'static str; 1],
    pub(crate) fields: &'static str,
    pub(crate) values: bool,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Scheme {
    pub(crate) mode: &'static str,
    pub(crate) scheme: &'static str,
    pub(crate) steps: u32,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Shown {
    pub(crate) show: bool,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct HeatmapTooltip {
    pub(crate) mode: &'static str,
    #[serde(rename = "yHistogram")]
    pub(crate) histogram: bool,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Axis {
    pub(crate) unit: &'static str,
}
