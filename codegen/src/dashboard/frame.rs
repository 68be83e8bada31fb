//! What surrounds the panels of every dashboard: its identity, the choices at its top, the events drawn over
//! its graphs, and the ways to other pages.

use super::grafana::{
    Annotation, AnnotationTarget, Annotations, Dashboard, DashboardLink, Datasource, SCHEMA_VERSION,
    Templating, TimeRange, Variable,
};
use super::layout::{Section, lay_out};
use super::{chosen, variables};
use crate::plan::Plan;
use crate::query::{Query, Select};
use crate::subject::{Board, Subject};

/// A dashboard before it is written.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// The word for it in file names and identifiers.
    pub(super) word: String,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) variables: Vec<Variable>,
    /// Whether the reader chooses among jobs and instances.
    pub(super) targets: bool,
    /// How often it is drawn anew, and how much time it shows at first.
    pub(super) refresh: String,
    pub(super) shows: String,
    pub(super) sections: Vec<Section>,
}

impl Frame {
    /// One of the service's own, with the choice of job and instance.
    pub(super) fn new(word: &str, title: &str, plan: &Plan, sections: Vec<Section>) -> Frame {
        let subject = &plan.subject;
        Frame {
            word: word.to_owned(),
            title: format!("{}: {title}", subject.title()),
            description: format!(
                "Generated from the source of {}; edit the attributes there instead.",
                subject.title()
            ),
            variables: variables::targets(plan),
            targets: true,
            refresh: "30s".to_owned(),
            shows: "1h".to_owned(),
            sections,
        }
    }

    /// Begins the description.
    pub(super) fn describe(mut self, sentence: &str) -> Frame {
        self.description = format!("{sentence} {}", self.description);
        self
    }

    /// Adds a choice.
    pub(super) fn variable(mut self, variable: Variable) -> Frame {
        self.variables.push(variable);
        self
    }

    /// The file.
    pub(super) fn json(self, plan: &Plan) -> String {
        let subject = &plan.subject;
        let dashboard = Dashboard {
            uid: subject.uid(&self.word),
            title: self.title,
            description: self.description,
            tags: tags(subject),
            editable: false,
            graph_tooltip: 1,
            refresh: self.refresh,
            schema_version: SCHEMA_VERSION,
            time: TimeRange { from: format!("now-{}", self.shows), to: "now" },
            timezone: "browser",
            annotations: Annotations { list: annotations(subject, self.targets) },
            links: links(subject),
            templating: Templating { list: self.variables },
            panels: lay_out(self.sections),
        };
        // Only a map with keys that are no strings, or a failing `Serialize`, could fail; there is neither.
        let mut json = serde_json::to_string_pretty(&dashboard).unwrap_or_default();
        json.push('\n');
        json
    }
}

/// By which the dashboards of a service find each other.
fn tags(subject: &Subject) -> Vec<String> {
    vec!["obs".to_owned(), subject.service.clone()]
}

/// When a build was started for the first time, and when alerts fired.
fn annotations(subject: &Subject, targets: bool) -> Vec<Annotation> {
    let annotation = |name, icon_color, query: Query, titles, texts, tags, at_value: bool| Annotation {
        name,
        datasource: Datasource::CHOSEN,
        enable: true,
        icon_color,
        target: AnnotationTarget { ref_id: "Anno", expr: query.to_string(), interval: "" },
        title_format: titles,
        text_format: texts,
        tag_keys: tags,
        use_value_for_time: at_value.then_some("on"),
    };
    // The time in milliseconds at which the first instance of each build started, as a value.
    let deploys = chosen("process_start_time_seconds")
        .now()
        .with(&["job", "instance"], &["version", "commit"], &chosen("build_info").now())
        .min(&["job", "version", "commit"])
        .times("1000");
    let deploys = annotation("Deploys", "blue", deploys, "{{version}}", "commit {{commit}}", "job", true);
    let firing = firing(subject).max(&["alertname", "severity"]);
    let alerts =
        annotation("Firing alerts", "red", firing, "{{alertname}}", "{{severity}}", "severity", false);
    targets.then_some(deploys).into_iter().chain([alerts]).collect()
}

/// The alerts of a service that fire.
pub(super) fn firing(subject: &Subject) -> Query {
    // The alert that always fires calls nobody.
    Select::new("ALERTS")
        .eq("alertstate", "firing")
        .eq("service", &subject.service)
        .like("severity", "page|ticket|info")
        .now()
}

/// To the other dashboards of the service, and to its runbooks.
fn links(subject: &Subject) -> Vec<DashboardLink> {
    let dashboards = DashboardLink {
        kind: "dashboards",
        title: format!("Dashboards of {}", subject.service),
        tooltip: "The other dashboards of this service",
        icon: "external link",
        url: String::new(),
        tags: tags(subject),
        as_dropdown: true,
        include_vars: true,
        keep_time: true,
        target_blank: false,
    };
    let page = |title, tooltip, url: &Option<String>| {
        url.clone().map(|url| DashboardLink::page(title, tooltip, url))
    };
    let runbooks = page("Runbooks", "What to do about alerts and errors", &subject.runbooks);
    let source = page("Source", "The code that is measured here", &subject.repository);
    [Some(dashboards), runbooks, source].into_iter().flatten().collect()
}

/// The address of another dashboard of the service, from one of them: with the same data source and time.
pub(super) fn other(subject: &Subject, board: Board, variables: &[(&str, &str)]) -> String {
    named(subject, board.as_str(), variables)
}

/// The same of the dashboard that this word stands for.
pub(super) fn named(subject: &Subject, word: &str, variables: &[(&str, &str)]) -> String {
    let uid = subject.uid(word);
    let chosen: String = variables.iter().map(|(name, value)| format!("&var-{name}={value}")).collect();
    format!("/d/{uid}?${{datasource:queryparam}}&${{__url_time_range}}{chosen}")
}

/// The traces of an operation, in Grafana's explorer. Its name may be a template.
pub(super) fn traces(subject: &Subject, operation: &str) -> String {
    let panes = format!(
        "{{\"a\":{{\"datasource\":\"${{traces}}\",\"queries\":[{{\"refId\":\"A\",\"queryType\":\"search\",\
         \"service\":\"{}\",\"operation\":\"{operation}\"}}],\
         \"range\":{{\"from\":\"${{__from}}\",\"to\":\"${{__to}}\"}}}}}}",
        subject.service
    );
    format!("/explore?schemaVersion=1&panes={}", encoded(&panes))
}

/// Text as a part of an address; what Grafana fills in, `${…}`, stays as it is.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else { break };
        percent(before, &mut encoded);
        encoded.push_str(&format!("${{{name}}}"));
        rest = after;
    }
    percent(rest, &mut encoded);
    encoded
}

fn percent(text: &str, into: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                into.push(char::from(byte));
            }
            _ => into.push_str(&format!("%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    #[test]
    fn templates_in_addresses_stay_as_they_are() {
        assert_eq!(encoded("a b${__from}{c}"), "a%20b${__from}%7Bc%7D");
        let traces = traces(&example::subject(), "${__field.labels.function}");
        assert!(traces.contains("%22datasource%22%3A%22${traces}%22"), "{traces}");
        assert!(traces.contains("%22operation%22%3A%22${__field.labels.function}%22"), "{traces}");
        assert!(traces.contains("%22service%22%3A%22schema-registry%22"), "{traces}");
    }
}
