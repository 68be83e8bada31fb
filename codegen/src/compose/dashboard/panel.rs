//! One panel: questions, and how to draw the answers.

use super::place;
use obs_model::Place;
use serde::{Deserialize, Serialize};

/// How an answer is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Visual {
    TimeSeries,
    Stat,
    Gauge,
    BarGauge,
    Pie,
    Heatmap,
    Table,
    StateTimeline,
    Text,
    Logs,
}

/// Where a click on a point, a bar or a row leads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Leads {
    /// To an address, a template.
    Address { title: String, address: String },
    /// To a composed dashboard of that title, with these labels chosen there.
    Dashboard { title: String, labels: Vec<String> },
    /// To the traces of spans of that name, a template.
    Traces { span: String },
}

/// A bound, and which side of it is bad.
///
/// Several of one kind are steps on the way from good to bad: what is beyond the first is orange, what is
/// beyond the last is red.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Threshold {
    /// Bad from here up.
    AtMost(f64),
    /// Bad below.
    AtLeast(f64),
}

/// A query and where it was written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) query: String,
    pub(crate) legend: String,
    #[serde(with = "place")]
    pub(crate) place: Place,
}

/// A panel of a [`Dashboard`](super::Dashboard). Choose its kind by what the values mean: a course over time,
/// one number now, a share of a limit, the largest of many, parts of a whole, a distribution, rows of facts,
/// or states over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Panel {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) visual: Visual,
    pub(crate) unit: String,
    pub(crate) queries: Vec<Asked>,
    pub(crate) thresholds: Vec<Threshold>,
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    pub(crate) no_value: Option<String>,
    pub(crate) words: Vec<(String, String, String)>,
    pub(crate) links: Vec<(String, String)>,
    pub(crate) leads: Vec<Leads>,
    /// What a text says, in Markdown; what lines of logs are asked for, in Loki's language.
    pub(crate) content: String,
    pub(crate) stacked: bool,
    pub(crate) size: Option<(u32, u32)>,
    #[serde(with = "place")]
    pub(crate) place: Place,
}

impl Panel {
    #[track_caller]
    fn new(visual: Visual, title: impl Into<String>) -> Panel {
        Panel {
            title: title.into(),
            description: String::new(),
            visual,
            unit: "short".to_owned(),
            queries: Vec::new(),
            thresholds: Vec::new(),
            min: None,
            max: None,
            no_value: None,
            words: Vec::new(),
            links: Vec::new(),
            leads: Vec::new(),
            content: String::new(),
            stacked: false,
            size: None,
            place: place::caller(),
        }
    }

    /// Lines over time.
    #[track_caller]
    #[must_use]
    pub fn time_series(title: impl Into<String>) -> Panel {
        Panel::new(Visual::TimeSeries, title)
    }

    /// The last value, in large letters.
    #[track_caller]
    #[must_use]
    pub fn stat(title: impl Into<String>) -> Panel {
        Panel::new(Visual::Stat, title)
    }

    /// A value against its limit, on a dial. It reaches from 0 to 1 unless [`range`](Panel::range) says otherwise.
    #[track_caller]
    #[must_use]
    pub fn gauge(title: impl Into<String>) -> Panel {
        Panel::new(Visual::Gauge, title).range(0.0, 1.0)
    }

    /// A bar for each series, for the largest of many: `topk(10, …)`.
    #[track_caller]
    #[must_use]
    pub fn bar_gauge(title: impl Into<String>) -> Panel {
        Panel::new(Visual::BarGauge, title)
    }

    /// Parts of a whole, as a ring.
    #[track_caller]
    #[must_use]
    pub fn pie(title: impl Into<String>) -> Panel {
        Panel::new(Visual::Pie, title)
    }

    /// A distribution over time: `sum by (le) (rate(…_bucket[$__rate_interval]))`.
    #[track_caller]
    #[must_use]
    pub fn heatmap(title: impl Into<String>) -> Panel {
        Panel::new(Visual::Heatmap, title)
    }

    /// A row for each series, a column for each label and each query.
    #[track_caller]
    #[must_use]
    pub fn table(title: impl Into<String>) -> Panel {
        Panel::new(Visual::Table, title)
    }

    /// States over time; [`word`](Panel::word) names them.
    #[track_caller]
    #[must_use]
    pub fn state_timeline(title: impl Into<String>) -> Panel {
        Panel::new(Visual::StateTimeline, title)
    }

    /// Text, in Markdown: what to do about what the panels beside it show. It asks nothing.
    #[track_caller]
    #[must_use]
    pub fn text(title: impl Into<String>, markdown: impl Into<String>) -> Panel {
        let content = markdown.into();
        // The text is also what there is to say about it.
        Panel { content: content.clone(), ..Panel::new(Visual::Text, title).describe(content) }
    }

    /// Lines of logs, the latest first, by a query of Loki's: in the generated stack the lines of a service are
    /// `{service_name="orders"} | json | level="ERROR"`. The reader chooses which Loki. Queries of Loki are not checked,
    /// but for the variables in them.
    #[track_caller]
    #[must_use]
    pub fn logs(title: impl Into<String>, logql: impl Into<String>) -> Panel {
        Panel { content: logql.into(), ..Panel::new(Visual::Logs, title) }
    }

    /// What the reader should know about it. Every panel has a description.
    #[must_use]
    pub fn describe(mut self, description: impl Into<String>) -> Panel {
        self.description = description.into();
        self
    }

    /// Asks a question, in PromQL. Several are drawn together.
    #[track_caller]
    #[must_use]
    pub fn query(mut self, query: impl Into<String>) -> Panel {
        // Buckets are named by their bounds.
        let legend = if self.visual == Visual::Heatmap { "{{le}}".to_owned() } else { String::new() };
        self.queries.push(Asked { query: query.into(), legend, place: place::caller() });
        self
    }

    /// Names the series of the last query: `{{tier}}` stands for the value of a label.
    #[must_use]
    pub fn legend(mut self, legend: impl Into<String>) -> Panel {
        if let Some(last) = self.queries.last_mut() {
            last.legend = legend.into();
        }
        self
    }

    /// Grafana's identifier of the unit, such as `s`, `bytes`, `percentunit`, `reqps` or `currencyEUR`; `short`
    /// without it. Grafana's `prefix:…`, `suffix:…`, `si:…`, `count:…`, `currency:…` and `time:…` do as well.
    #[must_use]
    pub fn unit(mut self, unit: impl Into<String>) -> Panel {
        self.unit = unit.into();
        self
    }

    /// Adds a bound beyond which values are bad.
    #[must_use]
    pub fn threshold(mut self, threshold: Threshold) -> Panel {
        self.thresholds.push(threshold);
        self
    }

    /// Where the axis or the dial begins and ends.
    #[must_use]
    pub fn range(mut self, min: f64, max: f64) -> Panel {
        (self.min, self.max) = (Some(min), Some(max));
        self
    }

    /// What stands there when the queries return nothing. A [`stat`](Panel::stat) with it shows this moment, and no past
    /// behind its number: the last value of a past may be an hour old.
    #[must_use]
    pub fn or_else(mut self, text: impl Into<String>) -> Panel {
        self.no_value = Some(text.into());
        self
    }

    /// Shows a word, in a colour that Grafana knows, in place of a value: `.word("1", "up", "green")`.
    #[must_use]
    pub fn word(
        mut self,
        value: impl Into<String>,
        word: impl Into<String>,
        color: impl Into<String>,
    ) -> Panel {
        self.words.push((value.into(), word.into(), color.into()));
        self
    }

    /// A link in its corner.
    #[must_use]
    pub fn link(mut self, title: impl Into<String>, address: impl Into<String>) -> Panel {
        self.links.push((title.into(), address.into()));
        self
    }

    /// Where a click on a point, a bar or a row leads. The address is a template, in which Grafana puts the values of
    /// what was clicked: `${__field.labels.tier}`, or in a table `${__data.fields.tier}`.
    #[must_use]
    pub fn data_link(mut self, title: impl Into<String>, address: impl Into<String>) -> Panel {
        self.leads.push(Leads::Address { title: title.into(), address: address.into() });
        self
    }

    /// A click on a point, a bar or a row leads to another composed dashboard, named by its title, with the values of
    /// these labels chosen there: with `.drill_down("Tiers", ["tier"])`, the dashboard "Tiers" has a variable `tier`, and
    /// this panel's queries have the label.
    #[must_use]
    pub fn drill_down<L: Into<String>>(
        mut self,
        dashboard: impl Into<String>,
        labels: impl IntoIterator<Item = L>,
    ) -> Panel {
        let labels = labels.into_iter().map(Into::into).collect();
        self.leads.push(Leads::Dashboard { title: dashboard.into(), labels });
        self
    }

    /// A click on a point, a bar or a row leads to the traces in which a span has this name, which is that of an observed
    /// function, or a template as in [`data_link`](Panel::data_link). Where queries ask for buckets, the traces of single
    /// points are on the panel without it.
    #[must_use]
    pub fn traces(mut self, span: impl Into<String>) -> Panel {
        self.leads.push(Leads::Traces { span: span.into() });
        self
    }

    /// Puts lines on top of each other, where their sum means something.
    #[must_use]
    pub fn stacked(mut self) -> Panel {
        self.stacked = true;
        self
    }

    /// Its width of the 24 columns, and its height in rows of 30 pixels.
    #[must_use]
    pub fn size(mut self, width: u32, height: u32) -> Panel {
        self.size = Some((width, height));
        self
    }
}
