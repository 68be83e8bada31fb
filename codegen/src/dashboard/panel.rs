//! One panel: a question, how to draw the answer, and what the reader should know about it.

use super::grafana::{
    Axis, Color, Datasource, Defaults, FieldConfig, GridPos, HeatmapTooltip, Legend, Lines, Link, Mode,
    Options, Override, Panel as Json, Property, PropertyValue, Reduce, Scheme, Shown, Step, Target,
    Thresholds, Tooltip, Transformation,
};
use crate::query::Query;
use obs_model::Unit;
use serde_json::json;

/// A panel before it has a place.
#[derive(Clone, Debug)]
pub(super) struct Panel {
    title: String,
    description: String,
    unit: &'static str,
    visual: Visual,
    targets: Vec<(Query, String)>,
    exemplars: bool,
    threshold: Option<Threshold>,
    from_zero: bool,
    no_value: Option<&'static str>,
    columns: Vec<Column>,
}

/// How an answer is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Visual {
    TimeSeries,
    Stat,
    Heatmap,
    Table,
}

/// A bound, and which side of it is bad.
#[derive(Clone, Copy, Debug)]
pub(super) enum Threshold {
    /// Bad from here up.
    AtMost(f64),
    /// Bad below.
    AtLeast(f64),
}

/// A column of a table: the name that Grafana gives the field, and its heading.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) field: &'static str,
    pub(super) title: &'static str,
    pub(super) unit: Option<&'static str>,
    pub(super) link: Option<String>,
}

impl Panel {
    pub(super) fn new(visual: Visual, title: impl Into<String>, unit: &'static str) -> Panel {
        Panel {
            title: title.into(),
            description: String::new(),
            unit,
            visual,
            targets: Vec::new(),
            exemplars: false,
            threshold: None,
            from_zero: true,
            no_value: None,
            columns: Vec::new(),
        }
    }

    /// What the reader should know, as sentences.
    pub(super) fn describe(mut self, sentence: impl AsRef<str>) -> Panel {
        let sentence = sentence.as_ref().trim();
        if !sentence.is_empty() {
            if !self.description.is_empty() {
                self.description.push(' ');
            }
            self.description.push_str(sentence);
            if !sentence.ends_with(['.', '!', '?']) {
                self.description.push('.');
            }
        }
        self
    }

    /// Asks a question; `legend` names each of the series it returns.
    pub(super) fn query(mut self, query: Query, legend: impl Into<String>) -> Panel {
        self.targets.push((query, legend.into()));
        self
    }

    /// Shows the traces behind the points. Only histograms carry them.
    pub(super) fn exemplars(mut self) -> Panel {
        self.exemplars = true;
        self
    }

    pub(super) fn threshold(mut self, threshold: Option<Threshold>) -> Panel {
        self.threshold = threshold;
        self
    }

    /// Lets the axis start where the values do.
    pub(super) fn start_at_lowest(mut self) -> Panel {
        self.from_zero = false;
        self
    }

    /// What stands there when the query returns nothing.
    pub(super) fn or_else(mut self, text: &'static str) -> Panel {
        self.no_value = Some(text);
        self
    }

    /// Names a column of a table.
    pub(super) fn column(mut self, column: Column) -> Panel {
        self.columns.push(column);
        self
    }

    /// The width and height it asks for, on the grid of 24 columns.
    pub(super) fn size(&self) -> (u32, u32) {
        match self.visual {
            Visual::Stat => (6, 4),
            Visual::Table => (24, 10),
            Visual::TimeSeries | Visual::Heatmap => (12, 8),
        }
    }

    /// The panel as Grafana reads it.
    pub(super) fn place(self, id: u32, grid_pos: GridPos) -> Json {
        Json {
            id,
            kind: match self.visual {
                Visual::TimeSeries => "timeseries",
                Visual::Stat => "stat",
                Visual::Heatmap => "heatmap",
                Visual::Table => "table",
            },
            grid_pos,
            datasource: Datasource::CHOSEN,
            field_config: self.field_config(),
            options: self.options(),
            targets: self.targets(),
            transformations: self.transformations(),
            title: self.title,
            description: self.description,
        }
    }

    fn targets(&self) -> Vec<Target> {
        let target = |(at, (query, legend)): (usize, &(Query, String))| Target {
            ref_id: ref_id(at),
            datasource: Datasource::CHOSEN,
            expr: query.to_string(),
            legend_format: legend.clone(),
            format: match self.visual {
                Visual::Heatmap => "heatmap",
                Visual::Table => "table",
                Visual::TimeSeries | Visual::Stat => "time_series",
            },
            instant: self.visual == Visual::Table,
            range: self.visual != Visual::Table,
            exemplar: self.exemplars,
        };
        self.targets.iter().enumerate().map(target).collect()
    }

    fn field_config(&self) -> FieldConfig {
        let steps = match self.threshold {
            None => vec![Step { color: "green", value: None }],
            Some(Threshold::AtMost(bound)) => {
                vec![Step { color: "green", value: None }, Step { color: "red", value: Some(bound) }]
            }
            Some(Threshold::AtLeast(bound)) => {
                vec![Step { color: "red", value: None }, Step { color: "green", value: Some(bound) }]
            }
        };
        let lines = Lines {
            draw_style: "line",
            fill_opacity: 10,
            line_width: 1,
            show_points: "never",
            thresholds_style: Mode { mode: if self.threshold.is_some() { "dashed" } else { "off" } },
        };
        FieldConfig {
            defaults: Defaults {
                unit: self.unit,
                min: (self.from_zero && self.visual == Visual::TimeSeries).then_some(0.0),
                no_value: self.no_value,
                color: Color {
                    mode: if self.visual == Visual::Stat { "thresholds" } else { "palette-classic" },
                },
                thresholds: Thresholds { mode: "absolute", steps },
                custom: (self.visual == Visual::TimeSeries).then_some(lines),
            },
            overrides: self.columns.iter().filter_map(Column::override_).collect(),
        }
    }

    fn options(&self) -> Options {
        match self.visual {
            Visual::TimeSeries => Options::TimeSeries {
                legend: Legend {
                    calcs: &["mean", "max"],
                    display_mode: "table",
                    placement: "bottom",
                    show_legend: true,
                },
                tooltip: Tooltip { mode: "multi", sort: "desc" },
            },
            Visual::Stat => Options::Stat {
                color_mode: "value",
                graph_mode: "area",
                reduce_options: Reduce { calcs: ["lastNotNull"], fields: "", values: false },
            },
            Visual::Heatmap => Options::Heatmap {
                calculate: false,
                cell_gap: 1,
                color: Scheme { mode: "scheme", scheme: "Oranges", steps: 64 },
                legend: Shown { show: true },
                tooltip: HeatmapTooltip { mode: "single", histogram: true },
                y_axis: Axis { unit: self.unit },
            },
            Visual::Table => Options::Table { show_header: true, cell_height: "sm" },
        }
    }

    /// A table is one frame a query: joined on their labels, with the time left out.
    fn transformations(&self) -> Vec<Transformation> {
        if self.visual != Visual::Table {
            return Vec::new();
        }
        let titles: serde_json::Map<String, serde_json::Value> =
            self.columns.iter().map(|column| (column.field.to_owned(), column.title.into())).collect();
        vec![
            Transformation { id: "merge", options: json!({}) },
            Transformation {
                id: "organize",
                options: json!({ "excludeByName": { "Time": true }, "indexByName": {}, "renameByName": titles }),
            },
        ]
    }
}

impl Column {
    fn override_(&self) -> Option<Override> {
        let unit = self.unit.map(|unit| ("unit", PropertyValue::Text(unit)));
        let link = self.link.as_ref().map(|url| {
            let title = format!("Only this {}", self.title.to_lowercase());
            ("links", PropertyValue::Links(vec![Link { title, url: url.clone() }]))
        });
        let properties: Vec<Property> = [unit, link]
            .into_iter()
            .flatten()
            .map(|(id, value)| Property { id, options: None, value: Some(value) })
            .collect();
        let matcher = Property { id: "byName", options: Some(self.title.to_owned()), value: None };
        (!properties.is_empty()).then_some(Override { matcher, properties })
    }
}

/// `A` to `Z`, then `A1`.
fn ref_id(at: usize) -> String {
    let letter = char::from(b'A' + u8::try_from(at % 26).unwrap_or(0));
    match at / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{round}"),
    }
}

/// Grafana's unit for values of a family.
pub(super) fn unit(unit: Option<Unit>) -> &'static str {
    unit.map_or("short", Unit::grafana)
}

/// Grafana's unit for the increase a second of a counter.
pub(super) fn rate_unit(unit: Option<Unit>) -> &'static str {
    match unit {
        None => "ops",
        Some(Unit::Bytes) => "binBps",
        // Seconds in a second: how many are busy.
        Some(Unit::Seconds) => "percentunit",
        Some(Unit::Joules) => "watt",
        Some(_) => "short",
    }
}
