//! One panel: a question, how to draw the answer, and what the reader should know about it.

use super::column::{self, Column};
use super::grafana::{
    Color, DashboardLink, Datasource, Defaults, FieldConfig, GridPos, Link, Panel as Json, Target, Thresholds,
};
use super::options;
use super::steps::steps;
pub(super) use crate::compose::dashboard::{Threshold, Visual};
use crate::query::Query;
use obs_model::Unit;
use std::collections::BTreeSet;

/// A panel before it has a place.
#[derive(Clone, Debug)]
pub(super) struct Panel {
    title: String,
    description: String,
    unit: String,
    visual: Visual,
    targets: Vec<(String, String)>,
    exemplars: bool,
    thresholds: Vec<Threshold>,
    range: (Option<f64>, Option<f64>),
    no_value: Option<String>,
    columns: Vec<Column>,
    links: Vec<DashboardLink>,
    data_links: Vec<Link>,
    content: String,
    words: Vec<(String, String, String)>,
    colors: Vec<(String, &'static str)>,
    stacked: bool,
    quiet: bool,
    size: Option<(u32, u32)>,
}

impl Panel {
    pub(super) fn new(visual: Visual, title: impl Into<String>, unit: impl Into<String>) -> Panel {
        Panel {
            title: title.into(),
            description: String::new(),
            unit: unit.into(),
            visual,
            targets: Vec::new(),
            exemplars: false,
            thresholds: Vec::new(),
            range: ((visual == Visual::TimeSeries).then_some(0.0), None),
            no_value: None,
            columns: Vec::new(),
            links: Vec::new(),
            data_links: Vec::new(),
            content: String::new(),
            words: Vec::new(),
            colors: Vec::new(),
            stacked: false,
            quiet: false,
            size: None,
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
    pub(super) fn query(self, query: Query, legend: impl Into<String>) -> Panel {
        self.text(query.to_string(), legend)
    }

    /// Asks a question that somebody else has written.
    pub(super) fn text(mut self, query: String, legend: impl Into<String>) -> Panel {
        self.targets.push((query, legend.into()));
        self
    }

    /// What a text says, in Markdown.
    pub(super) fn content(mut self, markdown: &str) -> Panel {
        self.content = markdown.to_owned();
        self
    }

    /// Shows the traces behind the points. Only histograms carry them.
    pub(super) fn exemplars(mut self) -> Panel {
        self.exemplars = true;
        self
    }

    pub(super) fn threshold(mut self, threshold: impl IntoIterator<Item = Threshold>) -> Panel {
        self.thresholds.extend(threshold);
        self
    }

    /// Lets the axis start where the values do.
    pub(super) fn start_at_lowest(mut self) -> Panel {
        self.range.0 = None;
        self
    }

    /// Where the axis or the dial begins and ends.
    pub(super) fn range(mut self, min: impl Into<Option<f64>>, max: impl Into<Option<f64>>) -> Panel {
        self.range = (min.into(), max.into());
        self
    }

    /// What stands there when the query returns nothing.
    pub(super) fn or_else(mut self, text: impl Into<String>) -> Panel {
        self.no_value = Some(text.into());
        self
    }

    /// Names a column of a table.
    pub(super) fn column(mut self, column: Column) -> Panel {
        self.columns.push(column);
        self
    }

    /// A page about the whole panel, if there is one.
    pub(super) fn link(mut self, title: impl Into<String>, url: Option<String>) -> Panel {
        // Without a base, a runbook is the path of its file, which Grafana cannot open.
        let url = url.filter(|url| url.contains("://") || url.starts_with('/'));
        self.links.extend(url.map(|url| DashboardLink::page(title, "", url)));
        self
    }

    /// A page about one of its series, opened by a click on it.
    pub(super) fn data_link(mut self, title: impl Into<String>, url: impl Into<String>) -> Panel {
        self.data_links.push(Link { title: title.into(), url: url.into(), target_blank: true });
        self
    }

    /// Shows a word, in a colour, in place of a value.
    pub(super) fn word(
        mut self,
        value: impl Into<String>,
        text: impl Into<String>,
        color: impl Into<String>,
    ) -> Panel {
        self.words.push((value.into(), text.into(), color.into()));
        self
    }

    /// Gives a series the colour that its name means.
    pub(super) fn colored(mut self, name: impl Into<String>, color: &'static str) -> Panel {
        self.colors.push((name.into(), color));
        self
    }

    /// Puts lines on top of each other.
    pub(super) fn stacked(mut self, stacked: bool) -> Panel {
        self.stacked = stacked;
        self
    }

    /// Leaves out what surrounds the values: the line behind a number, the numbers below lines.
    pub(super) fn quiet(mut self) -> Panel {
        self.quiet = true;
        self
    }

    pub(super) fn sized(mut self, width: u32, height: u32) -> Panel {
        self.size = Some((width, height));
        self
    }

    /// The same under a title that no other panel of its row has.
    pub(super) fn distinct(mut self, titles: &mut BTreeSet<String>) -> Panel {
        let title = self.title.clone();
        let mut at = 2;
        while !titles.insert(self.title.clone()) {
            self.title = format!("{title} ({at})");
            at += 1;
        }
        self
    }

    pub(super) fn title(&self) -> &str {
        &self.title
    }

    /// The width and height it asks for, on the grid of 24 columns.
    pub(super) fn size(&self) -> (u32, u32) {
        self.size.unwrap_or(match self.visual {
            Visual::Stat => (6, 4),
            Visual::Gauge => (6, 6),
            Visual::Table | Visual::Logs => (24, 9),
            Visual::TimeSeries | Visual::Heatmap | Visual::BarGauge | Visual::StateTimeline => (12, 8),
            Visual::Pie | Visual::Text => (8, 8),
        })
    }

    /// The panel as Grafana reads it.
    pub(super) fn place(self, id: u32, grid_pos: GridPos) -> Json {
        Json {
            id,
            kind: options::kind(self.visual),
            grid_pos,
            datasource: if self.visual == Visual::Logs { Datasource::LOGS } else { Datasource::CHOSEN },
            field_config: self.field_config(),
            options: self.options(),
            targets: self.targets(),
            transformations: match self.visual {
                Visual::Table => column::transformations(&self.columns),
                _ => Vec::new(),
            },
            title: self.title,
            description: self.description,
            links: self.links,
        }
    }

    /// Whether it shows this moment only. A stat draws its past behind the number; but the last value of a past is that
    /// of an hour ago where there is none now, so one that says what stands there then does not.
    fn is_of_now(&self) -> bool {
        match self.visual {
            Visual::Table | Visual::BarGauge | Visual::Pie | Visual::Gauge => true,
            Visual::Stat => self.no_value.is_some(),
            Visual::TimeSeries | Visual::Heatmap | Visual::StateTimeline | Visual::Text | Visual::Logs => {
                false
            }
        }
    }

    fn options(&self) -> serde_json::Value {
        let mut options = options::of(self.visual, &self.unit, self.quiet || self.is_of_now());
        if self.visual == Visual::Text {
            options["content"] = serde_json::Value::from(self.content.as_str());
        }
        options
    }

    fn targets(&self) -> Vec<Target> {
        if self.visual == Visual::Logs {
            return vec![Target::Loki {
                ref_id: ref_id(0),
                datasource: Datasource::LOGS,
                expr: self.content.clone(),
                query_type: "range",
            }];
        }
        let instant = self.is_of_now();
        let target = |(at, (query, legend)): (usize, &(String, String))| Target::Prometheus {
            ref_id: ref_id(at),
            datasource: Datasource::CHOSEN,
            expr: query.clone(),
            legend_format: legend.clone(),
            format: match self.visual {
                Visual::Heatmap => "heatmap",
                Visual::Table => "table",
                _ => "time_series",
            },
            instant,
            range: !instant,
            exemplar: self.exemplars,
        };
        self.targets.iter().enumerate().map(target).collect()
    }

    fn field_config(&self) -> FieldConfig {
        let dashed = !self.thresholds.is_empty();
        let by_value = matches!(self.visual, Visual::Stat | Visual::Gauge | Visual::StateTimeline)
            || self.visual == Visual::BarGauge && dashed;
        FieldConfig {
            defaults: Defaults {
                unit: self.unit.clone(),
                min: self.range.0,
                max: self.range.1,
                no_value: self.no_value.clone(),
                color: Color {
                    mode: match self.visual {
                        _ if by_value => "thresholds",
                        // Longer is darker: these are the largest of many, and their names tell them apart.
                        Visual::BarGauge => "continuous-BlPu",
                        _ => "palette-classic",
                    },
                },
                thresholds: Thresholds { mode: "absolute", steps: steps(&self.thresholds) },
                mappings: options::mappings(&self.words),
                links: self.data_links.clone(),
                custom: options::custom(self.visual, &self.unit, dashed, self.stacked),
            },
            overrides: self
                .columns
                .iter()
                .filter_map(Column::differs)
                .chain(self.colors.iter().map(|(name, color)| column::colored(name, color)))
                .collect(),
        }
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
