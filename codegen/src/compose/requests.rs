//! Requests that layers of the runtime count, as a build script names them.

use super::place;
use crate::mistake::Mistake;
use obs_model::request::{Protocol, SECONDS, Side};
use obs_model::{Place, bucket, duration};
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
    slow: Option<String>,
    #[serde(with = "place")]
    pub(crate) place: Place,
}

impl Requests {
    #[track_caller]
    fn new(server: bool, grpc: bool) -> Requests {
        Requests { server, grpc, prefix: String::new(), classic: false, slow: None, place: place::caller() }
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

    /// Has an alert when more than one in a hundred requests of a route takes longer than this, one of the bounds of
    /// the buckets: `"5ms"`, `"10ms"`, `"25ms"`, `"50ms"`, `"75ms"`, `"100ms"`, `"250ms"`, `"500ms"`, `"750ms"`, `"1s"`,
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
        obs_model::Requests { classic: self.classic, ..requests }
    }

    /// The bound of [`slow`](Requests::slow), if it is right.
    pub(crate) fn bound(&self) -> Option<Duration> {
        duration::parse(self.slow.as_deref()?).ok()
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
        if SECONDS.iter().any(|known| bucket::le(*known) == le) {
            return None;
        }
        let distance = |known: &f64| (known - bound.as_secs_f64()).abs();
        let near = SECONDS.iter().copied().min_by(|a, b| distance(a).total_cmp(&distance(b)));
        let near = near.map_or_else(String::new, |near| duration::display(Duration::from_secs_f64(near)));
        Some(format!(
            "`.slow({slow:?})` is no bound of a bucket, so it cannot be measured; the nearest is \"{near}\""
        ))
    }
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
        mistakes.extend(requests.mistake().map(|problem| Mistake::new(requests.place.clone(), problem)));
    }
    mistakes
}
