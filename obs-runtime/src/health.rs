//! Whether the program can do its work: a list of checks, asked when somebody asks us, or by themselves.

use crate::snapshot::{Family, FamilyKind, Labels};
use obs_model::duration;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

mod probe;
mod report;
mod schedule;
mod verdict;

pub(crate) use probe::Probe;
pub(crate) use report::{Facts, Report};
use schedule::Schedule;
use verdict::Patience;

type Run = dyn Fn() -> Result<(), String> + Send + Sync;

/// A question about something that the program needs: a database, a disk, a peer.
///
/// It is asked for each request of `/health` (and of `/health/ready`, if it is critical), on a thread of
/// its own, with a timeout. One that hangs is reported as hanging and not asked again until it returns; one that
/// panics has failed.
///
/// With [`every`](Check::every) it is asked by itself instead, and requests are told what is known.
///
/// ```
/// use obs_runtime::Check;
///
/// fn ping() -> Result<(), std::io::Error> {
///     Ok(())
/// }
///
/// let database = Check::new("database", ping).critical().timeout("2s").degraded_over("100ms");
/// // Every ten seconds; down after three failures in a row, up after two passes in a row.
/// let mailbox = Check::new("mailbox", ping).critical().every("10s").fails_after(3).recovers_after(2);
/// # let _ = (database, mailbox);
/// ```
#[must_use = "a check is asked once it is given to the builder"]
pub struct Check {
    name: String,
    run: Arc<Run>,
    critical: bool,
    timeout: Option<String>,
    degraded_over: Option<String>,
    every: Option<String>,
    patience: Patience,
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
        let patience = Patience { fails_after: 1, recovers_after: 1 };
        let (timeout, degraded_over, every) = (None, None, None);
        Check { name: name.into(), run, critical: false, timeout, degraded_over, every, patience }
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

    /// Asks by itself, from the start of the program on and as often as in `"10s"`: then metrics and alerts know of
    /// the check also where nobody asks for `/health`, and requests are answered at once with what is known, which is
    /// nothing before the first answer: until then a critical check keeps the program from being ready. At least the
    /// timeout; a mistake in the text is an error of [`Builder::init`](crate::Builder::init).
    pub fn every(mut self, interval: &str) -> Check {
        self.every = Some(interval.to_owned());
        self
    }

    /// The check that passed is down only after so many failures in a row, and degraded until then: one at least, which
    /// is also what holds if nothing is said. A first answer counts at once.
    pub fn fails_after(mut self, failures: u32) -> Check {
        self.patience.fails_after = failures;
        self
    }

    /// The check that is down passes only after so many passes in a row: one at least, which is also what holds if
    /// nothing is said.
    pub fn recovers_after(mut self, passes: u32) -> Check {
        self.patience.recovers_after = passes;
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
        let every = parse("every", self.every.as_deref())?;
        if let Some(every) = every.filter(|every| *every < timeout) {
            let (every, timeout) = (duration::display(every), duration::display(timeout));
            let problem = format!("every ({every}) must be at least the timeout ({timeout})");
            return Err(CheckError::new(&self.name, problem));
        }
        let probe = Probe::new(self.name, self.run, self.critical, timeout, degraded_over);
        Ok(probe.every(every).patient(self.patience))
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check")
            .field("name", &self.name)
            .field("critical", &self.critical)
            .field("timeout", &self.timeout)
            .field("degraded_over", &self.degraded_over)
            .field("every", &self.every)
            .field("patience", &self.patience)
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
    /// Of those that are asked by themselves, once it has begun.
    schedule: Option<Schedule>,
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
        Ok(Health { probes, schedule: None })
    }

    /// Begins to ask the checks that are asked by themselves, until it is dropped.
    pub(crate) fn begin(&mut self) {
        self.schedule = Schedule::begin(&self.probes);
    }

    /// Asks every check that is not asked by itself, all at once, and waits for the answers: at most the longest timeout.
    pub(crate) fn ask(&self) -> Report {
        Report::of(self.probes.iter())
    }

    /// Asks the critical ones.
    pub(crate) fn ask_critical(&self) -> Report {
        Report::of(self.probes.iter().filter(|probe| probe.critical))
    }

    /// Appends how the checks went when they were last asked. A scrape does not ask them.
    pub(crate) fn collect(&self, into: &mut Vec<Family>) {
        let (name, help) = ("obs_health_check_up", "Whether the check passes, as far as it was asked.");
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
                up = up.with_labels(Arc::clone(&labels), u64::from(last.passes));
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
        assert_eq!(
            problem(vec![check("db").timeout("5s").every("2s")]),
            "health check \"db\": every (2s) must be at least the timeout (5s)"
        );
        assert!(problem(vec![check("db").every("often")]).contains("every: expected a duration"));
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
