//! Whether the program can do its work: a list of checks, asked when somebody asks us.

use crate::snapshot::{Family, FamilyKind, Labels};
use obs_model::duration;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

mod probe;
mod report;

pub(crate) use probe::Probe;
pub(crate) use report::{Facts, Report};

type Run = dyn Fn() -> Result<(), String> + Send + Sync;

/// A question about something that the program needs: a database, a disk, a peer.
///
/// It is asked for each request of `/health` (and of `/health/ready`, if it is critical), on a thread of
/// its own, with a timeout. One that hangs is reported as hanging and not asked again until it returns; one that
/// panics has failed.
///
/// ```
/// use obs_runtime::Check;
///
/// fn ping() -> Result<(), std::io::Error> {
///     Ok(())
/// }
///
/// let check = Check::new("database", ping).critical().timeout("2s").degraded_over("100ms");
/// # let _ = check;
/// ```
#[must_use = "a check is asked once it is given to the builder"]
pub struct Check {
    name: String,
    run: Arc<Run>,
    critical: bool,
    timeout: Option<String>,
    degraded_over: Option<String>,
}

impl Check {
    /// How long a check may take, unless it says otherwise.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(2);

    /// A check of that name, which answers with an error or with nothing to say.
    pub fn new<E: fmt::Display>(
        name: impl Into<String>,
        run: impl Fn() -> Result<(), E> + Send + Sync + 'static,
    ) -> Check {
        let run = Arc::new(move || run().map_err(|error| error.to_string()));
        Check { name: name.into(), run, critical: false, timeout: None, degraded_over: None }
    }

    /// The program cannot serve while this fails: it is down and not ready. Without it, a failure only
    /// makes the program degraded.
    pub fn critical(mut self) -> Check {
        self.critical = true;
        self
    }

    /// The check has failed when it takes longer, as in `"2s"`. A mistake in the text is an error of
    /// [`Builder::init`](crate::Builder::init).
    pub fn timeout(mut self, timeout: &str) -> Check {
        self.timeout = Some(timeout.to_owned());
        self
    }

    /// The program is degraded when the check passes but takes longer, as in `"100ms"`. A mistake in the
    /// text is an error of [`Builder::init`](crate::Builder::init).
    pub fn degraded_over(mut self, bound: &str) -> Check {
        self.degraded_over = Some(bound.to_owned());
        self
    }

    fn into_probe(self) -> Result<Probe, CheckError> {
        let parse = |argument: &str, text: Option<&str>| {
            let parsed = text.map(duration::parse).transpose();
            parsed.map_err(|problem| CheckError::new(&self.name, format!("{argument}: {problem}")))
        };
        let timeout = parse("timeout", self.timeout.as_deref())?.unwrap_or(Check::DEFAULT_TIMEOUT);
        let degraded_over = parse("degraded_over", self.degraded_over.as_deref())?;
        if let Some(bound) = degraded_over.filter(|bound| *bound >= timeout) {
            let (bound, timeout) = (duration::display(bound), duration::display(timeout));
            let problem = format!("degraded_over ({bound}) must be below the timeout ({timeout})");
            return Err(CheckError::new(&self.name, problem));
        }
        Ok(Probe::new(self.name, self.run, self.critical, timeout, degraded_over))
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check")
            .field("name", &self.name)
            .field("critical", &self.critical)
            .field("timeout", &self.timeout)
            .field("degraded_over", &self.degraded_over)
            .finish_non_exhaustive()
    }
}

/// A check that cannot be asked as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckError {
    check: String,
    problem: String,
}

impl CheckError {
    fn new(check: &str, problem: impl Into<String>) -> CheckError {
        CheckError { check: check.to_owned(), problem: problem.into() }
    }
}

impl fmt::Display for CheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "health check {:?}: {}", self.check, self.problem)
    }
}

impl std::error::Error for CheckError {}

/// The checks of a program.
#[derive(Debug, Default)]
pub(crate) struct Health {
    probes: Vec<Arc<Probe>>,
}

impl Health {
    pub(crate) fn new(checks: Vec<Check>) -> Result<Health, CheckError> {
        let mut names = HashSet::new();
        let mut probes = Vec::with_capacity(checks.len());
        for check in checks {
            if check.name.is_empty() {
                return Err(CheckError::new("", "a check needs a name"));
            }
            if !names.insert(check.name.clone()) {
                return Err(CheckError::new(&check.name, "another check has the same name"));
            }
            probes.push(Arc::new(check.into_probe()?));
        }
        Ok(Health { probes })
    }

    /// Asks every check, all at once, and waits for the answers: at most the longest timeout.
    pub(crate) fn ask(&self) -> Report {
        Report::of(self.probes.iter())
    }

    /// Asks the critical ones.
    pub(crate) fn ask_critical(&self) -> Report {
        Report::of(self.probes.iter().filter(|probe| probe.critical))
    }

    /// Appends how the checks went when they were last asked. A scrape does not ask them.
    pub(crate) fn collect(&self, into: &mut Vec<Family>) {
        let (name, help) = ("obs_health_check_up", "Whether the check passed when it was last asked.");
        let mut up = Family::new(name, help, FamilyKind::Gauge);
        let (name, help) =
            ("obs_health_check_duration_seconds", "How long the check took when it was last asked.");
        let mut duration = Family::new(name, help, FamilyKind::Gauge);
        let (name, help) = ("obs_health_check_failures_total", "How often the check has failed.");
        let mut failures = Family::new(name, help, FamilyKind::Counter);
        for probe in &self.probes {
            let labels = Labels::new([("check", probe.name.clone())]);
            let standing = probe.standing();
            failures = failures.with_labels(Arc::clone(&labels), standing.failures);
            if let Some(last) = standing.last {
                up = up.with_labels(Arc::clone(&labels), u64::from(last.error.is_none()));
                duration = duration.with_labels(labels, last.duration.as_secs_f64());
            }
        }
        into.extend([up, duration, failures].into_iter().filter(|family| !family.series.is_empty()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str) -> Check {
        Check::new(name, || Ok::<(), String>(()))
    }

    fn problem(checks: Vec<Check>) -> String {
        Health::new(checks).unwrap_err().to_string()
    }

    #[test]
    fn mistakes_name_the_check_and_the_text() {
        assert_eq!(
            problem(vec![check("db").timeout("2 parsecs")]),
            "health check \"db\": timeout: expected a duration with a unit (ns, us, ms, s, m, h, d, w), such as \
             \"25ms\"; found \"2 parsecs\""
        );
        assert!(
            problem(vec![check("db").degraded_over("fast")]).contains("degraded_over: expected a duration")
        );
        assert_eq!(
            problem(vec![check("db").timeout("1s").degraded_over("1000ms")]),
            "health check \"db\": degraded_over (1s) must be below the timeout (1s)"
        );
        assert_eq!(
            problem(vec![check("db"), check("db")]),
            "health check \"db\": another check has the same name"
        );
        assert_eq!(problem(vec![check("")]), "health check \"\": a check needs a name");
    }

    #[test]
    fn metrics_tell_of_the_last_time() {
        let health = Health::new(vec![check("good"), Check::new("bad", || Err("no"))]).unwrap();
        let mut families = Vec::new();
        health.collect(&mut families);
        assert_eq!(families.len(), 1, "nothing was asked yet, so only the failures are known: {families:?}");
        health.ask();
        health.ask();
        families.clear();
        health.collect(&mut families);
        let snapshot = crate::snapshot::Snapshot::new(families, std::time::SystemTime::now());
        let value = |family, check| snapshot.value(family, &[("check", check)]).cloned();
        assert_eq!(value("obs_health_check_up", "good"), Some(1.into()));
        assert_eq!(value("obs_health_check_up", "bad"), Some(0.into()));
        assert_eq!(value("obs_health_check_failures_total", "good"), Some(0.into()));
        assert_eq!(value("obs_health_check_failures_total", "bad"), Some(2.into()));
        assert!(value("obs_health_check_duration_seconds", "bad").is_some());
    }
}
