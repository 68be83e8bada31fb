//! Requests that come in and go out: rate, errors, duration, what is in flight, and sizes.

use super::column::Column;
use super::frame::{Frame, traces};
use super::layout::Section;
use super::panel::{Panel, Threshold, Visual};
use super::{RANGE, chosen, variables};
use crate::plan::Plan;
use crate::query::{Query, Select};
use crate::requests::Counted;
use crate::subject::{Board, Subject};
use obs_model::request::{Protocol, RequestFamily, RequestLabel, Side};

/// One, if any requests are counted.
pub(super) fn board(plan: &Plan) -> Option<Frame> {
    let counted = Counted::all(plan);
    if counted.is_empty() {
        return None;
    }
    let mut sections = Vec::new();
    for (at, each) in counted.iter().enumerate() {
        // Both protocols of a server share a family, which is shown once.
        let shared = counted.iter().take(at).any(|before| before.of.in_flight() == each.of.in_flight());
        sections.extend(View { of: each, subject: &plan.subject }.sections(!shared));
    }
    let frame = Frame::new(Board::Requests.as_str(), "requests", plan, sections);
    let mut frame = frame.describe("What others ask of the service, and what it asks of others.");
    let mut places = Vec::new();
    for each in counted.iter().filter(|each| each.of.side == Side::Server) {
        let place = each.place();
        // Layers of different names have routes of their own, but one choice.
        if !places.contains(&place) {
            places.push(place);
            let here = chosen(format!("{}_count", each.of.duration().name));
            let title = if each.of.protocol == Protocol::Http { "Route" } else { "Method" };
            frame = frame.variable(variables::label(place, title, &here.to_string(), Some(".*")));
        }
    }
    Some(frame.variable(variables::traces()))
}

/// The rows about requests of one kind.
struct View<'a> {
    of: &'a Counted<'a>,
    subject: &'a Subject,
}

impl View<'_> {
    fn sections(&self, in_flight: bool) -> Vec<Section> {
        let name = self.of.name();
        let titled = |part: &str| format!("{name}: {part}");
        let in_flight = self.of.of.in_flight().filter(|_| in_flight);
        vec![
            Section::new(name.clone(), self.stats(in_flight.as_ref())),
            Section::new(titled("rate"), self.rate()),
            Section::new(titled("errors"), self.errors()),
            Section::new(titled("duration"), self.duration()),
            Section::new(titled("each"), vec![self.table()]),
            Section::new(titled("in flight and sizes"), self.sizes(in_flight)),
        ]
    }

    fn is_http(&self) -> bool {
        self.of.of.protocol == Protocol::Http
    }

    fn is_server(&self) -> bool {
        self.of.of.side == Side::Server
    }

    /// Those that the variables choose.
    fn select(&self, family: &RequestFamily, suffix: &str) -> Select {
        self.chosen(chosen(format!("{}{suffix}", family.name)))
    }

    fn chosen(&self, select: Select) -> Select {
        let place = self.of.place();
        if self.is_server() { select.like(place, &format!("${place}")) } else { select }
    }

    /// All requests that the variables choose.
    fn total(&self) -> Select {
        self.chosen(chosen(self.of.total()))
    }

    fn all(&self, labels: &[&str]) -> Query {
        self.total().rate(RANGE).sum(labels)
    }

    fn error_ratio(&self, labels: &[&str]) -> Query {
        let all = self.all(labels);
        let failed = self.of.failed(self.total()).rate(RANGE).sum(labels);
        // What has never failed has no such series.
        failed.or(&all.clone().times("0")).bracketed().ratio(&all)
    }

    fn buckets(&self, family: &RequestFamily, labels: &[&str]) -> Query {
        let by: Vec<&str> = ["le"].iter().chain(labels).copied().collect();
        self.select(family, "_bucket").rate(RANGE).sum(&by)
    }

    fn took(&self, quantile: &str, labels: &[&str]) -> Query {
        self.buckets(&self.of.of.duration(), labels).quantile(quantile)
    }

    /// Where the traces of a series are: a server names its spans like its series, a client by the method alone.
    fn traced(&self, panel: Panel) -> Panel {
        let field = |label: &str| format!("${{__field.labels.{label}}}");
        let operation = match (self.of.of.protocol, self.of.of.side) {
            (Protocol::Http, Side::Client) => return panel,
            (Protocol::Http, Side::Server) => {
                self.of.identity().into_iter().map(field).collect::<Vec<_>>().join(" ")
            }
            (Protocol::Grpc, _) => field(self.of.place()),
        };
        panel.data_link("Traces of these", traces(self.subject, &operation))
    }

    fn stats(&self, in_flight: Option<&RequestFamily>) -> Vec<Panel> {
        let slow = self.of.slow.map(|slow| Threshold::AtMost(slow.as_secs_f64()));
        let mut panels = vec![
            Panel::new(Visual::Stat, "Requests", "reqps")
                .describe("Requests a second, of all together.")
                .query(self.all(&[]).or_zero(), "requests"),
            Panel::new(Visual::Stat, "Error ratio", "percentunit")
                .describe(self.of.what_fails())
                .threshold(self.is_server().then_some(Threshold::AtMost(self.of.high())))
                .or_else("no requests")
                .query(self.error_ratio(&[]), "errors"),
            Panel::new(Visual::Stat, "p99", "s")
                .describe("99 of 100 requests took at most this long.")
                .threshold(slow)
                .or_else("no requests")
                .exemplars()
                .query(self.took("0.99", &[]), "p99"),
        ];
        panels.extend(in_flight.map(|family| {
            Panel::new(Visual::Stat, "In flight", "short")
                .describe("Requests that are being answered.")
                .query(chosen(&family.name).now().sum(&[]).or_zero(), "in flight")
        }));
        panels
    }

    fn rate(&self) -> Vec<Panel> {
        let (status, each) = (self.of.status(), self.of.each());
        let by_each = Panel::new(Visual::TimeSeries, format!("Requests by {each}"), "reqps")
            .describe(format!("Requests a second, of the ten busiest by {each}."))
            .query(self.all(&self.of.identity()).top(), self.of.legend());
        let by_status = if self.is_http() {
            let panel = Panel::new(Visual::TimeSeries, "Requests by class of status", "reqps")
                .describe("Requests a second by the first digit of their status. Without one are those that were cancelled, or panicked.")
                .stacked(true);
            let class = |panel: Panel, (name, regex, color): (&str, &str, &'static str)| {
                let of = self.total().like(status, regex);
                panel.query(of.rate(RANGE).sum(&[]).or_zero(), name).colored(name, color)
            };
            CLASSES.into_iter().fold(panel, class)
        } else {
            Panel::new(Visual::TimeSeries, "Calls by status", "reqps")
                .describe("Calls a second by gRPC's status codes.")
                .stacked(true)
                .query(self.all(&[status]), format!("{{{{{status}}}}}"))
        };
        vec![by_each, by_status]
    }

    fn errors(&self) -> Vec<Panel> {
        let each = self.of.each();
        let ratio = Panel::new(Visual::TimeSeries, format!("Error ratio by {each}"), "percentunit")
            .describe(self.of.what_fails())
            .threshold(self.is_server().then_some(Threshold::AtMost(self.of.high())))
            .query(self.error_ratio(&self.of.identity()), self.of.legend());
        let error = self.of.error();
        let failed = match error == self.of.status() {
            true => self.of.failed(self.total()),
            false => self.total().like(error, ".+"),
        };
        let types = failed.rate(RANGE).sum(&[error]);
        vec![
            self.traced(ratio),
            Panel::new(Visual::TimeSeries, "Failed requests by error type", "reqps")
                .describe("Requests a second that did not end well: a status, `cancelled` where nobody waited for the answer, `panic`, or `_OTHER`.")
                .query(types.or_none(&[error]), format!("{{{{{error}}}}}")),
        ]
    }

    fn duration(&self) -> Vec<Panel> {
        let each = self.of.each();
        let by_each = Panel::new(Visual::TimeSeries, format!("p99 by {each}"), "s")
            .describe("99 of 100 requests took at most this long. Points are traces.")
            .exemplars()
            .query(self.took("0.99", &self.of.identity()), self.of.legend());
        vec![
            Panel::new(Visual::TimeSeries, "Duration", "s")
                .describe("How long half, 95 of 100 and 99 of 100 requests took at most, answers included. Points are traces.")
                .threshold(self.of.slow.map(|slow| Threshold::AtMost(slow.as_secs_f64())))
                .exemplars()
                .query(self.took("0.5", &[]), "p50")
                .query(self.took("0.95", &[]), "p95")
                .query(self.took("0.99", &[]), "p99"),
            self.traced(by_each),
            Panel::new(Visual::Heatmap, "Durations", "s")
                .describe("How many requests a second took how long. Points are traces.")
                .exemplars()
                .query(self.buckets(&self.of.of.duration(), &[]), "{{le}}"),
        ]
    }

    /// Each route, method or server in one table.
    fn table(&self) -> Panel {
        let identity = self.of.identity();
        let panel = Panel::new(Visual::Table, format!("By {}", self.of.each()), "short")
            .describe("Each of them now.")
            .query(self.all(&identity), "")
            .query(self.error_ratio(&identity), "")
            .query(self.took("0.5", &identity), "")
            .query(self.took("0.99", &identity), "");
        let panel =
            identity.iter().fold(panel, |panel, name| panel.column(Column::new(*name, self.heading(name))));
        panel
            .column(Column::new("Value #A", "Requests").unit("reqps"))
            .column(Column::new("Value #B", "Error ratio").unit("percentunit"))
            .column(Column::new("Value #C", "p50").unit("s"))
            .column(Column::new("Value #D", "p99").unit("s"))
    }

    /// The heading of a label's column.
    fn heading(&self, name: &str) -> &'static str {
        let labels = self.of.of.labels();
        match labels.iter().find(|(_, known)| *known == name) {
            Some((RequestLabel::Method | RequestLabel::Call, _)) => "Method",
            Some((RequestLabel::Route, _)) => "Route",
            _ => "Server",
        }
    }

    fn sizes(&self, in_flight: Option<RequestFamily>) -> Vec<Panel> {
        let mut panels = Vec::new();
        if let Some(family) = in_flight {
            let method = family.labels.iter().find(|(label, _)| *label == RequestLabel::Method);
            let method = method.map_or("", |(_, name)| name);
            panels.push(
                Panel::new(Visual::TimeSeries, "In flight by method", "short")
                    .describe("Requests that are being answered, gRPC's among them.")
                    .query(chosen(&family.name).now().sum(&[method]), format!("{{{{{method}}}}}")),
            );
        }
        let Some([request, response]) = self.of.of.sizes() else { return panels };
        let size = |title: &str, about: &str, family: &RequestFamily| {
            let quantile = |q: &str| self.buckets(family, &[]).quantile(q);
            Panel::new(Visual::TimeSeries, title, "bytes")
                .describe(about)
                .query(quantile("0.5"), "p50")
                .query(quantile("0.99"), "p99")
        };
        let bytes = |family: &RequestFamily| self.select(family, "_sum").rate(RANGE).sum(&[]).or_zero();
        panels.push(
            Panel::new(Visual::TimeSeries, "Bytes", "binBps")
                .describe(
                    "Bytes of bodies a second, of those requests that say how long they are, and of answers.",
                )
                .query(bytes(&request), "received")
                .query(bytes(&response), "sent"),
        );
        panels.push(size("Size of requests", "How large half and 99 of 100 bodies are at most.", &request));
        panels.push(size("Size of answers", "How large half and 99 of 100 bodies are at most.", &response));
        panels
    }
}

/// What a status begins with, how it is matched, and its colour.
const CLASSES: [(&str, &str, &str); 5] = [
    ("2xx", "2..", "green"),
    ("3xx", "3..", "blue"),
    ("4xx", "4..", "orange"),
    ("5xx", "5..", "red"),
    ("none", "", "purple"),
];
