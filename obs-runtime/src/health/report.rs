//! What the checks say together.

use super::Probe;
use super::probe::Outcome;
use crate::time::rfc3339;
use obs_model::json::Writer;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// How well a program, or one thing that it needs, works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// As it should.
    Up,
    /// Less well than it should.
    Degraded,
    /// Nobody has asked yet.
    Unknown,
    /// Not at all.
    Down,
}

impl Status {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Status::Up => "up",
            Status::Degraded => "degraded",
            Status::Unknown => "unknown",
            Status::Down => "down",
        }
    }
}

/// Answers of checks.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) status: Status,
    components: Vec<Component>,
}

#[derive(Debug)]
struct Component {
    name: String,
    status: Status,
    critical: bool,
    /// `None` before the first answer.
    outcome: Option<Outcome>,
    /// How old it is, where nobody asked just now.
    age: Option<Duration>,
}

/// What a report says besides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) service: Option<&'a str>,
    pub(crate) version: Option<&'a str>,
    pub(crate) uptime: Duration,
    pub(crate) at: SystemTime,
}

impl Report {
    /// The report without checks: who answers is up.
    pub(crate) fn empty() -> Report {
        Report { status: Status::Up, components: Vec::new() }
    }

    /// Asks these checks, but for those that are asked by themselves.
    pub(super) fn of<'a>(probes: impl Iterator<Item = &'a Arc<Probe>>) -> Report {
        let asked: Vec<_> =
            probes.map(|probe| (probe, probe.every.is_none().then(|| probe.start()))).collect();
        let component = |(probe, ticket): (&Arc<Probe>, Option<_>)| match ticket {
            Some(ticket) => Component::new(probe, Some(probe.wait(&ticket)), None),
            None => {
                let standing = probe.standing();
                Component::new(probe, standing.last, standing.age)
            }
        };
        let components: Vec<_> = asked.into_iter().map(component).collect();
        let status = components.iter().map(Component::weight).max().unwrap_or(Status::Up);
        Report { status, components }
    }

    /// Whether requests should come.
    pub(crate) fn serves(&self) -> bool {
        self.status < Status::Unknown
    }

    pub(crate) fn to_json(&self, facts: &Facts<'_>) -> String {
        let mut json = Writer::new();
        json.object(|json| {
            json.key("status").string(self.status.as_str());
            for (key, value) in [("service", facts.service), ("version", facts.version)] {
                if let Some(value) = value {
                    json.key(key).string(value);
                }
            }
            json.key("timestamp").string(rfc3339(facts.at).as_str());
            json.key("uptime_seconds").number(seconds(facts.uptime));
            json.key("components").object(|json| {
                for component in &self.components {
                    json.key(&component.name).object(|json| component.write(json));
                }
            });
        });
        json.finish()
    }
}

impl Component {
    fn new(probe: &Probe, outcome: Option<Outcome>, age: Option<Duration>) -> Component {
        let slow = |outcome: &Outcome| probe.degraded_over.is_some_and(|bound| outcome.duration > bound);
        let status = match &outcome {
            None => Status::Unknown,
            Some(outcome) if !outcome.passes => Status::Down,
            Some(outcome) if outcome.error.is_some() || slow(outcome) => Status::Degraded,
            Some(_) => Status::Up,
        };
        Component { name: probe.name.clone(), status, critical: probe.critical, outcome, age }
    }

    /// What the component makes of the whole.
    fn weight(&self) -> Status {
        if self.critical { self.status } else { self.status.min(Status::Degraded) }
    }

    fn write(&self, json: &mut Writer) {
        json.key("status").string(self.status.as_str());
        json.key("critical").boolean(self.critical);
        let Some(outcome) = &self.outcome else { return };
        json.key("duration_seconds").number(seconds(outcome.duration));
        if let Some(age) = self.age {
            json.key("age_seconds").number(seconds(age));
        }
        let recovering = "it passes again, and has to for some time before that counts";
        let recovering = (self.status == Status::Down).then_some(recovering);
        if let Some(error) = outcome.error.as_deref().or(recovering) {
            json.key("error").string(error);
        }
    }
}

/// Whole microseconds: nobody reads more of a check's duration.
fn seconds(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::super::{Check, Health};
    use super::*;

    fn status(checks: Vec<Check>) -> (Status, Status) {
        let health = Health::new(checks).unwrap();
        (health.ask().status, health.ask_critical().status)
    }

    #[test]
    fn the_whole_is_as_bad_as_what_is_critical() {
        let good = || Check::new("good", || Ok::<(), String>(()));
        let bad = || Check::new("bad", || Err("broken"));
        let slow = || {
            let run = || {
                std::thread::sleep(Duration::from_millis(20));
                Ok::<(), String>(())
            };
            Check::new("slow", run).degraded_over("1ms")
        };
        use Status::{Degraded, Down, Up};
        assert_eq!(status(vec![]), (Up, Up));
        assert_eq!(status(vec![good().critical()]), (Up, Up));
        assert_eq!(status(vec![good(), bad()]), (Degraded, Up));
        assert_eq!(status(vec![good(), bad().critical()]), (Down, Down));
        assert_eq!(status(vec![slow()]), (Degraded, Up));
        assert_eq!(status(vec![slow().critical()]), (Degraded, Degraded));
    }

    #[test]
    fn checks_run_at_the_same_time() {
        let all = Arc::new(std::sync::Barrier::new(4));
        let meets = |name: &str| {
            let all = Arc::clone(&all);
            let run = move || {
                all.wait();
                Ok::<(), String>(())
            };
            // One after the other, they would never end.
            Check::new(name, run).critical().timeout("60s")
        };
        let health = Health::new(vec![meets("a"), meets("b"), meets("c"), meets("d")]).unwrap();
        assert!(health.ask().serves());
    }

    #[test]
    fn json() {
        let outcome = Outcome {
            error: Some("said \"no\"".to_owned()),
            duration: Duration::from_nanos(1_500_999),
            passes: false,
        };
        let component = |name: &str, status, outcome, age| Component {
            name: name.to_owned(),
            status,
            critical: false,
            outcome,
            age,
        };
        let passing = Outcome { error: None, duration: Duration::from_millis(1), passes: false };
        let components = vec![
            component("db", Status::Down, Some(outcome), None),
            component("graph", Status::Down, Some(passing), Some(Duration::from_secs(3))),
            component("gpu", Status::Unknown, None, None),
        ];
        let report = Report { status: Status::Degraded, components };
        let facts = Facts {
            service: Some("shop"),
            version: None,
            uptime: Duration::from_millis(1500),
            at: SystemTime::UNIX_EPOCH,
        };
        assert_eq!(
            report.to_json(&facts),
            r#"{
  "status": "degraded",
  "service": "shop",
  "timestamp": "1970-01-01T00:00:00.000Z",
  "uptime_seconds": 1.5,
  "components": {
    "db": {
      "status": "down",
      "critical": false,
      "duration_seconds": 0.0015,
      "error": "said \"no\""
    },
    "graph": {
      "status": "down",
      "critical": false,
      "duration_seconds": 0.001,
      "age_seconds": 3,
      "error": "it passes again, and has to for some time before that counts"
    },
    "gpu": {
      "status": "unknown",
      "critical": false
    }
  }
}
"#
        );
    }
}
