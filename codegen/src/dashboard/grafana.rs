//! The parts of Grafana's dashboard JSON that are written here, in the order they are written.
//!
//! Names and values follow `@grafana/schema`, and `cargo xtask test` holds every dashboard against it. Version
//! 39 is what Grafana 10.2 writes; later versions migrate it when they load it.

mod panel;

pub(crate) use panel::{
    Color, Defaults, FieldConfig, GridPos, Item, Link, Mapping, MappingResult, Override, Panel, Property,
    Row, Step, Target, Thresholds, Transformation,
};

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
    pub(crate) refresh: String,
    pub(crate) schema_version: u32,
    pub(crate) time: TimeRange,
    pub(crate) timezone: &'static str,
    pub(crate) annotations: Annotations,
    pub(crate) links: Vec<DashboardLink>,
    pub(crate) templating: Templating,
    pub(crate) panels: Vec<Item>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct TimeRange {
    pub(crate) from: String,
    pub(crate) to: &'static str,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Templating {
    pub(crate) list: Vec<Variable>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) label: String,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) datasource: Option<Datasource>,
    /// For a query variable, `label_values(selector, label)`; for a data source variable, its type; for a custom one,
    /// `text : value` of each, by commas.
    pub(crate) query: String,
    pub(crate) include_all: bool,
    pub(crate) multi: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) all_value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) current: Option<Choice>,
    /// 0: never; 1: when the dashboard is loaded; 2: also when the time range changes.
    pub(crate) refresh: u8,
    /// 0: as they stand; 1: by name.
    pub(crate) sort: u8,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Choice {
    pub(crate) text: String,
    pub(crate) value: String,
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

    /// The Loki that the viewer chose.
    pub(crate) const LOGS: Datasource = Datasource { kind: "loki", uid: "${logs}" };
}

/// Events that are drawn over every graph.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Annotations {
    pub(crate) list: Vec<Annotation>,
}

/// A kind of events: where a query has a value there is one, at that time or at the time that it gives.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Annotation {
    pub(crate) name: &'static str,
    pub(crate) datasource: Datasource,
    pub(crate) enable: bool,
    pub(crate) icon_color: &'static str,
    pub(crate) target: AnnotationTarget,
    pub(crate) title_format: &'static str,
    pub(crate) text_format: &'static str,
    pub(crate) tag_keys: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) use_value_for_time: Option<&'static str>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AnnotationTarget {
    pub(crate) ref_id: &'static str,
    pub(crate) expr: String,
    pub(crate) interval: &'static str,
}

/// What stands beside the choices: other dashboards, or a page.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DashboardLink {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) title: String,
    pub(crate) tooltip: &'static str,
    pub(crate) icon: &'static str,
    pub(crate) url: String,
    pub(crate) tags: Vec<String>,
    pub(crate) as_dropdown: bool,
    pub(crate) include_vars: bool,
    pub(crate) keep_time: bool,
    pub(crate) target_blank: bool,
}

impl DashboardLink {
    /// A page elsewhere.
    pub(crate) fn page(title: impl Into<String>, tooltip: &'static str, url: String) -> DashboardLink {
        DashboardLink {
            kind: "link",
            title: title.into(),
            tooltip,
            icon: "doc",
            url,
            tags: Vec::new(),
            as_dropdown: false,
            include_vars: false,
            keep_time: false,
            target_blank: true,
        }
    }
}
