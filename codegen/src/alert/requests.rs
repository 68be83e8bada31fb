//! Requests that a server answers badly, or late.

use super::scope::{build_info, ours, series};
use super::template::{PERCENT, verbatim};
use super::{Alert, Guide, Urgency};
use crate::objective::{FEW, JOB};
use crate::plan::Plan;
use crate::query::{Query, Select};
use crate::requests::{Counted, HIGH};
use crate::rules::{RANGE, RANGE_SECONDS};
use crate::subject::{Board, Subject};
use obs_model::duration;
use obs_model::request::{Protocol, Side};
use std::time::Duration;

/// The share of requests that may be slow: what is left of a 99th percentile.
const SLOW: &str = "0.01";

/// Requests a minute in rule tests: enough for every guard.
const MANY: u64 = 60;

/// Of servers. What a client asks for is somebody else's to answer, and its errors are those of functions here.
pub(super) fn all(plan: &Plan) -> Vec<Alert> {
    let counted = Counted::all(plan);
    let servers = counted.iter().filter(|counted| counted.of.side == Side::Server);
    servers
        .flat_map(|counted| {
            let server = Server { counted, subject: &plan.subject };
            [Some(server.failing()), counted.slow.map(|slow| server.slow(slow))]
        })
        .flatten()
        .collect()
}

/// A server's requests, route by route.
struct Server<'a> {
    counted: &'a Counted<'a>,
    subject: &'a Subject,
}

impl Server<'_> {
    /// What its condition is about: a route of a job.
    fn labels(&self) -> Vec<&str> {
        ["job"].into_iter().chain(self.counted.identity()).collect()
    }

    fn select(&self, suffix: &str) -> Select {
        Select::new(format!("{}{suffix}", self.counted.of.duration().name))
    }

    /// All requests.
    fn total(&self) -> Select {
        Select::new(self.counted.total())
    }

    fn rate(&self, select: Select) -> Query {
        select.rate(RANGE).sum(&self.labels())
    }

    /// Where enough requests come, and the job is ours: the families are those of every service.
    fn guarded(&self, condition: &Query, requests: Select) -> Query {
        let enough = self.rate(requests).at_least(FEW, RANGE_SECONDS);
        let ours = build_info(self.subject).seen("1h").group(&["job"]);
        condition.clone().and(&self.labels(), &enough).and(&["job"], &ours)
    }

    /// The route, in a template.
    fn words(&self) -> String {
        let label = |label: &str| format!("{{{{ $labels.{label} }}}}");
        self.counted.identity().into_iter().map(label).collect::<Vec<_>>().join(" ")
    }

    /// What is asked when one of them fires.
    fn questions(&self) -> Vec<(String, Query)> {
        let by = self.counted.identity();
        let types: Vec<&str> = by.iter().copied().chain([self.counted.error()]).collect();
        let le: Vec<&str> = ["le"].iter().chain(&by).copied().collect();
        vec![
            (
                "Failed requests by error type".to_owned(),
                self.counted.failed(self.total()).rate(RANGE).sum(&types),
            ),
            (
                "99 of 100 requests take at most".to_owned(),
                self.select("_bucket").rate(RANGE).sum(&le).quantile("0.99"),
            ),
        ]
    }

    /// Says whose alert it is, which tells it from others of its name, and where to see more.
    fn finish(&self, alert: Alert) -> Alert {
        let place = self.counted.place();
        let dashboard =
            self.subject.dashboard(Board::Requests, &[(place, &format!("{{{{ $labels.{place} }}}}"))]);
        Alert { dashboard, ..alert.label("requests", &self.counted.name()) }
    }

    fn failing(&self) -> Alert {
        let failed = self.rate(self.counted.failed(self.total()));
        let condition = failed.ratio(&self.rate(self.total())).above(HIGH);
        let words = self.words();
        let mut alert = Alert::new(
            "RequestErrorRatioHigh",
            Urgency::Ticket,
            "10m",
            self.guarded(&condition, self.total()),
        )
        .says(
            format!("{}: {PERCENT} of {words} fail", verbatim(&self.subject.service)),
            format!(
                "{PERCENT} of the requests of {words} in job {{{{ $labels.job }}}} failed over the last five \
                     minutes."
            ),
        );
        alert = self.finish(alert);
        alert.guide = guide(
            "Whoever asks gets errors for which the server is to blame. If that matters, give the function that answers \
             an objective.",
            &[
                "Something that the route needs fails, or is not there.",
                "A panic, which shows as `error_type=\"panic\"`.",
                "A change that was just deployed.",
            ],
            &[
                "See which errors they are, and whether it is one route or all of them.",
                "Follow an exemplar to a trace of a request that failed: the function below it that failed first is the \
                 cause.",
                "Roll the last change back, if there was one.",
            ],
        );
        alert.guide.queries = self.questions();
        alert
            .quiet("no request fails", self.requests(MANY, 0), 20)
            .quiet("requests are few", self.requests(0, 2), 20)
            .quiet("another service fails", self.requests(MANY, MANY).into_iter().skip(1).collect(), 20)
            .fires(
                self.subject,
                "half of the requests fail",
                self.requests(MANY, MANY),
                20,
                (&self.example(), "0.5"),
            )
    }

    fn slow(&self, bound: Duration) -> Alert {
        let all = self.rate(self.select("_count"));
        let within = self.rate(self.select("_bucket").bucket(bound.as_secs_f64()));
        let condition = all.clone().minus(&within).bracketed().ratio(&all).above(SLOW);
        let (words, text) = (self.words(), duration::display(bound));
        let guarded = self.guarded(&condition, self.select("_count"));
        let mut alert = Alert::new("RequestsSlow", Urgency::Ticket, "10m", guarded).says(
            format!("{}: {PERCENT} of {words} take more than {text}", verbatim(&self.subject.service)),
            format!(
                "{PERCENT} of the requests of {words} in job {{{{ $labels.job }}}} took more than {text} over the last \
                 five minutes, where one in a hundred may."
            ),
        );
        alert = self.finish(alert);
        alert.guide = guide(
            "The 99th percentile of a route is over what the build script calls slow: whoever asks waits.",
            &[
                "Something that the route waits for is slow.",
                "More requests than the service has processors for.",
                "Answers that are larger than before: a request lasts until its answer is sent.",
            ],
            &[
                "Compare requests in flight with their rate: if both have grown, it is load.",
                "Follow an exemplar of a high bucket to a trace, and see where the time goes.",
                "See CPU and memory of the instances.",
            ],
        );
        alert.guide.queries = self.questions();
        let of = |within: u64| {
            let mut series = vec![ours(self.subject, "1x20")];
            series.push(self.series(self.select("_count"), "", MANY));
            let bucket = self.select("_bucket").eq("le", &obs_model::bucket::le(bound.as_secs_f64()));
            series.push(self.series(bucket, "", within));
            series
        };
        alert.quiet("every request is fast", of(MANY), 20).fires(
            self.subject,
            "half of the requests are slow",
            of(MANY / 2),
            20,
            (&self.example(), "0.5"),
        )
    }

    /// So many requests a minute that are well, and so many that fail, beside what says that the target is ours.
    fn requests(&self, well: u64, failed: u64) -> Vec<(String, String)> {
        let error = if self.counted.of.protocol == Protocol::Http { "500" } else { "INTERNAL" };
        vec![
            ours(self.subject, "1x20"),
            self.series(self.total(), "", well),
            self.series(self.total(), error, failed),
        ]
    }

    fn series(&self, select: Select, error: &str, requests: u64) -> (String, String) {
        let select = self.place().iter().fold(select, |select, (label, value)| select.eq(label, value));
        let select = if error.is_empty() { select } else { select.eq(self.counted.error(), error) };
        series(select, &format!("0+{requests}x20"))
    }

    /// A route of rule tests.
    fn place(&self) -> Vec<(&str, &'static str)> {
        let values: &[&str] = match self.counted.of.protocol {
            Protocol::Http => &["POST", "/orders/{id}"],
            Protocol::Grpc => &["shop.Shipping/Ship"],
        };
        let values = values.iter().copied().skip(values.len().saturating_sub(self.counted.identity().len()));
        self.counted.identity().into_iter().zip(values).collect()
    }

    /// The labels of a result in rule tests.
    fn example(&self) -> Vec<(&str, &'static str)> {
        [("job", JOB)].into_iter().chain(self.place()).collect()
    }
}

fn guide(meaning: &str, causes: &[&str], actions: &[&str]) -> Guide {
    let text = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
    Guide { meaning: meaning.to_owned(), causes: text(causes), actions: text(actions), queries: Vec::new() }
}
