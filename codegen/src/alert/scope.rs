//! Which of everything that Prometheus scrapes belongs to a service, and series of it for rule tests.

use crate::objective::{INSTANCE, JOB};
use crate::query::{Query, Select};
use crate::subject::Subject;

/// The labels of a target.
pub(super) const TARGET: [&str; 2] = ["job", "instance"];

/// The targets of the service: those that said so in the last hour, since one that is down says nothing now.
pub(super) fn targets(subject: &Subject) -> Query {
    targets_within(subject, "1h")
}

/// Those that said so within `range`.
pub(super) fn targets_within(subject: &Subject, range: &str) -> Query {
    build_info(subject).seen(range).group(&TARGET)
}

/// The service's own description of its builds.
pub(super) fn build_info(subject: &Subject) -> Select {
    Select::new("build_info").eq("service", &subject.service)
}

/// A series of the target in rule tests.
pub(super) fn series(select: Select, values: &str) -> (String, String) {
    (select.eq("job", JOB).eq("instance", INSTANCE).to_string(), values.to_owned())
}

/// What says in a rule test that the target is the service's.
pub(super) fn ours(subject: &Subject, values: &str) -> (String, String) {
    series(build_info(subject), values)
}
