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
    /// Not at all.
    Down,
}

impl Status {
    const fn as_str(self) -> &'static str {
        match self {
            Status::Up => "up",
            Status::Degraded => "degraded",
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
    outcome: Outcome,
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

    /// Asks these checks.
    pub(super) fn of<'a>(probes: impl Iterator<Item = &'a Arc<Probe>>) -> Report {
        let asked: Vec<_> = probes.map(|probe| (probe, probe.start())).collect();
        let components: Vec<_> =
            asked.into_iter().map(|(probe, ticket)| Component::new(probe, probe.wait(&ticket))).collect();
        let status = components.iter().map(Component::weight).max().unwrap_or(Status::Up);
        Report { status, components }
    }

    /// Whether requests should come.
    pub(crate) fn serves(&self) -> bool {
        self.status != Status::Down
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
    fn new(probe: &Probe, outcome: Outcome) -> Component {
        let slow = probe.degraded_over.is_some_and(|bound| outcome.duration > bound);
        let status = match (&outcome.error, slow) {
            (Some(_), _) => Status::Down,
            (None, true) => Status::Degraded,
            (None, false) => Status::Up,
        };
        Component { name: probe.name.clone(), status, critical: probe.critical, outcome }
    }

    /// What the component makes of the whole.
    fn weight(&self) -> Status {
        if self.critical { self.status } else { self.status.min(Status::Degraded) }
    }

    fn write(&self, json: &mut Writer) {
        json.key("status").string(self.status.as_str());
        json.key("critical").boolean(self.critical);
        json.key("duration_seconds").number(seconds(self.outcome.duration));
        if let Some(error) = &self.outcome.error {
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
        let outcome =
            Outcome { error: Some("said \"no\"".to_owned()), duration: Duration::from_nanos(1_500_999) };
        let component = Component { name: "db".to_owned(), status: Status::Down, critical: false, outcome };
        let report = Report { status: Status::Degraded, components: vec![component] };
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
    }
  }
}
"#
        );
    }
}
