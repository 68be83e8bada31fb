//! Requests that layers of the runtime count, as a build script names them.

use super::place;
use crate::mistake::Mistake;
use obs_model::request::{self, Protocol, RequestLabel, Side};
use obs_model::{Place, bucket, duration, name};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Requests that the program's layers count: `ServerLayer` and `ClientLayer` of `obs_runtime::tower`.
///
/// No attribute declares them, so the build script says which there are. Then they have a dashboard, alerts and a
/// place in `METRICS.md`, and queries may ask for them.
///
/// ```no_run
/// use obs_codegen::{Builder, Requests};
/// Builder::from_crate()
///     // `ServerLayer::new()` around axum's routes; half a second is slow.
///     .requests(Requests::http_server().slow("500ms"))
///     // `ClientLayer::new().prefix("shop")` around tonic's channel.
///     .requests(Requests::grpc_client().prefix("shop"))
///     .emit();
/// ```
///
/// `cargo obs check --url` says which requests a running program counts and its build script does not name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use = "requests are known once they are given to `Builder::requests`"]
pub struct Requests {
    server: bool,
    grpc: bool,
    prefix: String,
    classic: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    labels: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    duration_labels: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    buckets: Vec<f64>,
    slow: Option<String>,
    #[serde(with = "place")]
    pub(crate) place: Place,
}

impl Requests {
    #[track_caller]
    fn new(server: bool, grpc: bool) -> Requests {
        Requests {
            server,
            grpc,
            prefix: String::new(),
            classic: false,
            labels: Vec::new(),
            duration_labels: Vec::new(),
            buckets: Vec::new(),
            slow: None,
            place: place::caller(),
        }
    }

    /// HTTP requests that a `ServerLayer` answers.
    #[track_caller]
    pub fn http_server() -> Requests {
        Requests::new(true, false)
    }

    /// HTTP requests that a `ClientLayer` sends.
    #[track_caller]
    pub fn http_client() -> Requests {
        Requests::new(false, false)
    }

    /// gRPC calls that a `ServerLayer` answers.
    #[track_caller]
    pub fn grpc_server() -> Requests {
        Requests::new(true, true)
    }

    /// gRPC calls that a `ClientLayer` sends.
    #[track_caller]
    pub fn grpc_client() -> Requests {
        Requests::new(false, true)
    }

    /// The prefix that the layer has.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Requests {
        self.prefix = prefix.into();
        self
    }

    /// For a layer with `classic_names`.
    pub fn classic_names(mut self) -> Requests {
        self.classic = true;
        self
    }

    /// The labels that the layer keeps, and what it calls them.
    ///
    /// ```no_run
    /// use obs_codegen::{Builder, RequestLabel::{Method, Route, Status}, Requests};
    /// // akidb_http_requests_total{method,path,status_code}, akidb_http_request_duration_seconds{method,path}
    /// let requests = Requests::http_server()
    ///     .prefix("akidb")
    ///     .classic_names()
    ///     .labels([(Method, "method"), (Route, "path"), (Status, "status_code")])
    ///     .duration_labels([Method, Route])
    ///     .buckets([0.001, 0.01, 0.1, 1.0]);
    /// Builder::from_crate().requests(requests).emit();
    /// ```
    pub fn labels<'a>(mut self, labels: impl IntoIterator<Item = (RequestLabel, &'a str)>) -> Requests {
        let labels = labels.into_iter().map(|(label, name)| (label.as_str().to_owned(), name.to_owned()));
        self.labels = labels.collect();
        self
    }

    /// The labels that the layer's durations and sizes have.
    pub fn duration_labels(mut self, labels: impl IntoIterator<Item = RequestLabel>) -> Requests {
        self.duration_labels = labels.into_iter().map(|label| label.as_str().to_owned()).collect();
        self
    }

    /// The bounds of the buckets of the layer's durations, in seconds.
    pub fn buckets(mut self, bounds: impl IntoIterator<Item = f64>) -> Requests {
        self.buckets = bounds.into_iter().collect();
        self
    }

    /// Has an alert when more than one in a hundred requests of a route takes longer than this, one of the bounds of
    /// the buckets: unless the layer has others, `"5ms"`, `"10ms"`, `"25ms"`, `"50ms"`, `"75ms"`, `"100ms"`, `"250ms"`, `"500ms"`, `"750ms"`, `"1s"`,
    /// `"2500ms"`, `"5s"`, `"7500ms"` or `"10s"`. Of servers: whom a client asks has alerts of its own.
    pub fn slow(mut self, bound: impl Into<String>) -> Requests {
        self.slow = Some(bound.into());
        self
    }

    /// What the families are made of.
    pub(crate) fn model(&self) -> obs_model::Requests {
        let side = if self.server { Side::Server } else { Side::Client };
        let protocol = if self.grpc { Protocol::Grpc } else { Protocol::Http };
        let requests = obs_model::Requests::new(side, protocol).with_prefix(&self.prefix);
        let known = |word: &String| RequestLabel::ALL.into_iter().find(|label| label.as_str() == word);
        let named = |(label, name): &(String, String)| Some((known(label)?, name.clone()));
        let bound = |bound: &f64| Duration::try_from_secs_f64(*bound).ok();
        obs_model::Requests {
            classic: self.classic,
            labels: self.labels.iter().filter_map(named).collect(),
            duration_labels: self.duration_labels.iter().filter_map(known).collect(),
            buckets: self.buckets.iter().filter_map(bound).collect(),
            ..requests
        }
        .alone()
    }

    /// The bound of [`slow`](Requests::slow), if it is right.
    pub(crate) fn bound(&self) -> Option<Duration> {
        duration::parse(self.slow.as_deref()?).ok()
    }

    /// What is wrong with its labels.
    fn label_mistakes(&self) -> Vec<String> {
        let model = self.model();
        let mut problems: Vec<String> =
            self.labels.iter().filter_map(|(_, name)| label_problem(name)).collect();
        let mut names: Vec<&str> = model.labels().into_iter().map(|(_, name)| name).collect();
        names.sort_unstable();
        if let Some([name, _]) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            problems.push(format!("two labels are called `{name}`"));
        }
        for needed in [model.place(), RequestLabel::Status] {
            if model.label(needed).is_none() {
                problems.push(format!("alerts need the label that `RequestLabel::{needed:?}` is; keep it"));
            }
        }
        let durations = model.duration_labels();
        let place = model.place();
        if model.label(place).is_some() && !durations.iter().any(|(label, _)| *label == place) {
            problems.push(format!("durations need the label that `RequestLabel::{place:?}` is; keep it"));
        }
        if !self.duration_labels.is_empty() && !self.classic {
            problems.push(
                "only classic names have a counter beside the durations, which need all labels without one; \
                 say `.classic_names()` too, or not `.duration_labels(…)`"
                    .to_owned(),
            );
        }
        if self.buckets.iter().any(|bound| !bound.is_finite() || *bound <= 0.0) {
            problems.push("the bounds of buckets are seconds, finite and above zero".to_owned());
        }
        problems
    }

    /// What is wrong with it.
    fn mistake(&self) -> Option<String> {
        let slow = self.slow.as_deref()?;
        if !self.server {
            return Some(format!(
                "`.slow({slow:?})` is for servers: whom a client asks has alerts of its own"
            ));
        }
        let bound = match duration::parse(slow) {
            Ok(bound) => bound,
            Err(problem) => return Some(format!("`.slow({slow:?})`: {problem}")),
        };
        let le = bucket::le(bound.as_secs_f64());
        let bounds = self.model().bounds();
        if bounds.iter().any(|known| bucket::le(*known) == le) {
            return None;
        }
        let distance = |known: &f64| (known - bound.as_secs_f64()).abs();
        let near = bounds.iter().copied().min_by(|a, b| distance(a).total_cmp(&distance(b)));
        let near = near.map_or_else(String::new, |near| duration::display(Duration::from_secs_f64(near)));
        Some(format!(
            "`.slow({slow:?})` is no bound of a bucket, so it cannot be measured; the nearest is \"{near}\""
        ))
    }
}

/// What is wrong with the name of a label.
fn label_problem(name: &str) -> Option<String> {
    // A label of an error type may be called what it is usually called.
    if name == request::ERROR { None } else { name::check_label(name).err() }
}

/// Everything that is wrong with the requests that a build script names.
pub(crate) fn mistakes(named: &[Requests]) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for (at, requests) in named.iter().enumerate() {
        let before = named.get(..at).unwrap_or_default();
        if let Some(first) = before.iter().find(|before| before.model() == requests.model()) {
            let place = &first.place;
            let problem = format!("these requests are named twice; first at {place}");
            mistakes.push(Mistake::new(requests.place.clone(), problem));
        }
        let problems = requests.label_mistakes().into_iter().chain(requests.mistake());
        mistakes.extend(problems.map(|problem| Mistake::new(requests.place.clone(), problem)));
    }
    mistakes
}
