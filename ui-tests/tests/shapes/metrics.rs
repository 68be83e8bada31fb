//! `#[metric]`, on everything that it stands on.

use obs_runtime::{Capped, Counter, ErrorCategory, Gauge, Histogram, LabelValue, metric, observe};
use std::time::Duration;
use ui_tests::{Yield, cancel, ended, number, observed, panics, ready};

#[derive(Clone, Copy, LabelValue)]
enum State {
    Idle,
    Busy,
}

/// Connections that were opened.
#[metric(counter, name = "metrics_connections_total")]
static CONNECTIONS: Counter = Counter::new();

#[metric(counter, name = "metrics_requests_total", labels(state: State))]
static REQUESTS: Counter<State> = Counter::new();

#[metric(counter, name = "metrics_sent_bytes_total", labels(state: State, tenant: Capped<2>))]
static SENT: Counter<(State, Capped<2>)> = Counter::new();

#[metric(gauge, name = "metrics_depth", help = "Depth of the queue")]
pub(crate) static DEPTH: Gauge = Gauge::new();

#[metric(gauge, name = "metrics_pool", labels(state: State, local: bool))]
static POOL: Gauge<(State, bool)> = Gauge::new();

#[metric(histogram, name = "metrics_wait_seconds", buckets = "fast")]
static WAIT: Histogram = Histogram::new();

#[metric(histogram, name = "metrics_batch_size", buckets = [1, 10, 100], labels(state: State))]
static BATCH: Histogram<State> = Histogram::new();

type Aliased = Gauge<(State,)>;

#[metric(gauge, name = "metrics_aliased", labels(state: State))]
static ALIASED: Aliased = Gauge::new();

#[test]
fn statics() {
    CONNECTIONS.inc();
    CONNECTIONS.add(2);
    assert_eq!(number("metrics_connections_total", &[]), Some(3.0));
    REQUESTS.with(State::Busy).inc();
    assert_eq!(number("metrics_requests_total", &[("state", "busy")]), Some(1.0));
    // What can be known is there as 0.
    assert_eq!(number("metrics_requests_total", &[("state", "idle")]), Some(0.0));
    for tenant in ["a", "b", "c", "d"] {
        SENT.with((State::Idle, tenant)).add(10);
    }
    let sent =
        |tenant| number("metrics_sent_bytes_total", &[("state", "idle"), ("tenant", tenant)]).unwrap_or(-1.0);
    assert_eq!((sent("a"), sent("b"), sent("_other")), (10.0, 10.0, 20.0));
    DEPTH.set(3.5);
    DEPTH.dec();
    assert_eq!(number("metrics_depth", &[]), Some(2.5));
    POOL.with((State::Busy, true)).inc();
    assert_eq!(number("metrics_pool", &[("state", "busy"), ("local", "true")]), Some(1.0));
    WAIT.observe(0.25);
    assert_eq!(observed("metrics_wait_seconds", &[]), Some((1, 0.25)));
    BATCH.with(State::Idle).observe(7.0);
    BATCH.with(State::Idle).observe(700.0);
    assert_eq!(observed("metrics_batch_size", &[("state", "idle")]), Some((2, 707.0)));
    ALIASED.with((State::Idle,)).set(1.0);
    assert_eq!(number("metrics_aliased", &[("state", "idle")]), Some(1.0));
    let snapshot = obs_runtime::snapshot();
    let help = |name| snapshot.family(name).map(|family| family.help.to_string());
    assert_eq!(help("metrics_connections_total").as_deref(), Some("Connections that were opened."));
    assert_eq!(help("metrics_depth").as_deref(), Some("Depth of the queue"));
}

#[metric(counter, name = "metrics_moves_total", labels(to = to))]
#[metric(histogram, name = "metrics_move_size", value = size, buckets = [1, 10], labels(to = to))]
#[metric(counter, name = "metrics_movers_total", labels(to = to, who = capped(who, 2)))]
fn relocate(to: State, size: u32, who: &str) {
    assert!(matches!(to, State::Idle | State::Busy) && !who.is_empty());
}

/// Where `increase` sees the first error, its series was there before.
#[test]
fn after_the_first_call_all_bounded_series_are_there() {
    relocate(State::Busy, 3, "a");
    assert_eq!(number("metrics_moves_total", &[("to", "busy")]), Some(1.0));
    assert_eq!(number("metrics_moves_total", &[("to", "idle")]), Some(0.0));
    assert_eq!(observed("metrics_move_size", &[("to", "idle")]), Some((0, 0.0)));
    // Which strings there will be, nobody knows.
    assert_eq!(number("metrics_movers_total", &[("to", "busy"), ("who", "a")]), Some(1.0));
    assert_eq!(number("metrics_movers_total", &[("to", "idle"), ("who", "a")]), None);
}

struct Holder;

impl Holder {
    #[metric(counter, name = "metrics_method_total")]
    fn method(&self) {
        #[metric(counter, name = "metrics_in_function_total")]
        static INSIDE: Counter = Counter::new();
        INSIDE.inc();
    }
}

#[test]
fn in_functions_and_methods() {
    Holder.method();
    Holder.method();
    assert_eq!(number("metrics_method_total", &[]), Some(2.0));
    assert_eq!(number("metrics_in_function_total", &[]), Some(2.0));
}

#[derive(Debug, ErrorCategory)]
#[category("refused")]
struct Refused;

#[metric(counter, name = "metrics_ok_total")]
#[metric(counter, name = "metrics_error_total", when = "error")]
#[metric(counter, name = "metrics_always_total", when = "always", labels(state = state))]
#[metric(counter, name = "metrics_stored_bytes_total", value = body.len())]
#[metric(histogram, name = "metrics_store_size_bytes", value = body.len(), when = "always")]
#[metric(histogram, name = "metrics_store_duration_seconds", when = "error")]
#[metric(gauge, name = "metrics_last_size_bytes", value = body.len(), labels(state = state))]
fn store(state: State, body: &str) -> Result<usize, Refused> {
    match body {
        "" => return Err(Refused),
        "panic" => panic!("by design"),
        _ => {}
    }
    let length = body.len().checked_sub(1).ok_or(Refused)?;
    Ok(length)
}

#[test]
fn functions() {
    assert!(store(State::Busy, "abc").is_ok());
    assert!(store(State::Idle, "").is_err());
    panics(|| store(State::Idle, "panic"));
    assert_eq!(number("metrics_ok_total", &[]), Some(1.0));
    assert_eq!(number("metrics_error_total", &[]), Some(1.0));
    assert_eq!(number("metrics_always_total", &[("state", "idle")]), Some(2.0));
    assert_eq!(number("metrics_always_total", &[("state", "busy")]), Some(1.0));
    assert_eq!(number("metrics_stored_bytes_total", &[]), Some(3.0));
    assert_eq!(observed("metrics_store_size_bytes", &[]), Some((3, 8.0)));
    assert_eq!(observed("metrics_store_duration_seconds", &[]).map(|(count, _)| count), Some(1));
    assert_eq!(number("metrics_last_size_bytes", &[("state", "busy")]), Some(3.0));
    assert_eq!(number("metrics_last_size_bytes", &[("state", "idle")]), None);
}

#[metric(counter, name = "metrics_async_ok_total")]
#[metric(counter, name = "metrics_async_always_total", when = "always")]
#[metric(histogram, name = "metrics_async_seconds")]
async fn later(n: u8) -> Result<u8, Refused> {
    Yield::default().await;
    let n = n.checked_sub(1).ok_or(Refused)?;
    Ok(n)
}

#[metric(counter, name = "metrics_opaque_total", when = "error")]
fn opaque(n: u8) -> impl Future<Output = Result<u8, Refused>> {
    let start = n;
    async move { start.checked_sub(1).ok_or(Refused) }
}

#[metric(counter, name = "metrics_boxed_total")]
fn boxed(n: u8) -> std::pin::Pin<Box<dyn Future<Output = Result<u8, Refused>> + Send>> {
    if n == 9 {
        return Box::pin(async { Ok(9) });
    }
    Box::pin(async move { n.checked_sub(1).ok_or(Refused) })
}

#[test]
fn futures() {
    assert!(ready(later(1)).is_ok() && ready(later(0)).is_err());
    cancel(later(1));
    assert_eq!(number("metrics_async_ok_total", &[]), Some(1.0));
    assert_eq!(number("metrics_async_always_total", &[]), Some(3.0));
    assert_eq!(observed("metrics_async_seconds", &[]).map(|(count, _)| count), Some(1));
    assert!(ready(opaque(1)).is_ok() && ready(opaque(0)).is_err());
    assert_eq!(number("metrics_opaque_total", &[]), Some(1.0));
    for n in [0, 1, 9] {
        ready(boxed(n)).ok();
    }
    assert_eq!(number("metrics_boxed_total", &[]), Some(2.0));
}

#[metric(counter, name = "metrics_ended_total", labels(state = state, status = result()))]
#[metric(counter, name = "metrics_failed_total", labels(error_type = error_type()))]
#[metric(histogram, name = "metrics_ended_seconds", labels(status = result(), kind = error_type()))]
#[metric(counter, name = "metrics_found_total", labels(even = |found| matches!(found, Ok(n) if n % 2 == 0)))]
#[metric(counter, name = "metrics_named_total", labels(name = capped(|found| if found.is_ok() { "some" } else { "none" }, 5)), when = "error")]
fn ends(state: State, n: u8) -> Result<u8, Refused> {
    assert!(n < 100, "by design");
    let n = n.checked_sub(1).ok_or(Refused)?;
    Ok(n)
}

#[metric(counter, name = "metrics_ended_later_total", labels(status = result()))]
async fn ends_later(n: u8) -> Result<u8, Refused> {
    Yield::default().await;
    n.checked_sub(1).ok_or(Refused)
}

#[metric(counter, name = "metrics_ended_boxed_total", labels(status = result()))]
#[metric(counter, name = "metrics_boxed_always_total", when = "always")]
fn ends_boxed(n: u8) -> std::pin::Pin<Box<dyn Future<Output = Result<u8, Refused>> + Send>> {
    Box::pin(async move {
        Yield::default().await;
        n.checked_sub(1).ok_or(Refused)
    })
}

#[metric(counter, name = "metrics_ended_well_total", labels(status = result()))]
fn cannot_fail(panic: bool) {
    assert!(!panic, "by design");
}

#[test]
fn how_a_call_ended_is_a_label() {
    assert!(ends(State::Idle, 1).is_ok() && ends(State::Idle, 2).is_ok() && ends(State::Busy, 0).is_err());
    panics(|| ends(State::Busy, 100));
    let ended = |state, status| number("metrics_ended_total", &[("state", state), ("status", status)]);
    assert_eq!(
        (ended("idle", "ok"), ended("busy", "error"), ended("busy", "panic")),
        (Some(2.0), Some(1.0), Some(1.0))
    );
    // Only errors have a type, so only they are counted unless something else is said.
    assert_eq!(number("metrics_failed_total", &[("error_type", "refused")]), Some(1.0));
    assert_eq!(number("metrics_failed_total", &[("error_type", "")]), None);
    let took = |status, kind| observed("metrics_ended_seconds", &[("status", status), ("kind", kind)]);
    assert_eq!(took("error", "refused").map(|(calls, _)| calls), Some(1));
    assert_eq!(took("ok", "").map(|(calls, _)| calls), Some(2));
    assert_eq!(number("metrics_found_total", &[("even", "true")]), Some(1.0));
    assert_eq!(number("metrics_found_total", &[("even", "false")]), Some(1.0));
    assert_eq!(number("metrics_named_total", &[("name", "none")]), Some(1.0));

    assert!(ready(ends_later(1)).is_ok() && ready(ends_later(0)).is_err());
    cancel(ends_later(1));
    for status in ["ok", "error", "cancelled"] {
        assert_eq!(number("metrics_ended_later_total", &[("status", status)]), Some(1.0), "{status}");
    }
    // A call lasts as long as the future that the function returns.
    let future = ends_boxed(1);
    assert_eq!(number("metrics_boxed_always_total", &[]), Some(0.0));
    assert!(ready(future).is_ok() && ready(ends_boxed(0)).is_err());
    cancel(ends_boxed(1));
    for status in ["ok", "error", "cancelled"] {
        assert_eq!(number("metrics_ended_boxed_total", &[("status", status)]), Some(1.0), "{status}");
    }
    assert_eq!(number("metrics_boxed_always_total", &[]), Some(3.0));

    cannot_fail(false);
    panics(|| cannot_fail(true));
    assert_eq!(number("metrics_ended_well_total", &[("status", "ok")]), Some(1.0));
    assert_eq!(number("metrics_ended_well_total", &[("status", "panic")]), Some(1.0));
}

#[metric(counter, name = "metrics_both_total", labels(even = n % 2 == 0), when = "always")]
#[observe(labels(even = n % 2 == 0))]
fn both(n: u8) -> Result<u8, Refused> {
    let n = n.checked_sub(1).ok_or(Refused)?;
    Ok(n)
}

#[observe(fields(n))]
#[metric(histogram, name = "metrics_both_seconds")]
#[metric(counter, name = "metrics_both_errors_total", when = "error")]
async fn both_later(n: u8, text: String) -> Result<usize, Refused> {
    if n == 0 {
        return Err(Refused);
    }
    Ok(text.len())
}

#[observe]
impl Holder {
    #[metric(counter, name = "metrics_both_method_total")]
    fn both(&mut self, n: u8) -> Result<&mut Self, Refused> {
        if n == 0 {
            return Err(Refused);
        }
        Ok(self)
    }
}

#[test]
fn beside_observe() {
    assert!(both(1).is_ok() && both(0).is_err());
    ended!("both", "ok even=false" => 1, "error/refused even=true" => 1);
    assert_eq!(number("metrics_both_total", &[("even", "true")]), Some(1.0));
    assert!(ready(both_later(1, String::new())).is_ok());
    assert!(ready(both_later(0, String::new())).is_err());
    ended!("both_later", "ok" => 1, "error/refused" => 1);
    assert_eq!(observed("metrics_both_seconds", &[]).map(|(count, _)| count), Some(1));
    assert_eq!(number("metrics_both_errors_total", &[]), Some(1.0));
    assert!(Holder.both(1).is_ok() && Holder.both(0).is_err());
    ended!("Holder::both", "ok" => 1, "error/refused" => 1);
    assert_eq!(number("metrics_both_method_total", &[]), Some(1.0));
}

#[metric(gauge, name = "metrics_polled_float")]
fn polled_float() -> f64 {
    1.5
}

#[metric(gauge, name = "metrics_polled_seconds")]
fn polled_duration() -> Duration {
    Duration::from_millis(250)
}

#[metric(gauge, name = "metrics_polled_flag")]
fn polled_flag() -> bool {
    true
}

#[metric(gauge, name = "metrics_polled_nothing")]
fn polled_nothing() -> Option<i64> {
    None
}

#[metric(gauge, name = "metrics_polled_panic")]
fn polled_panic() -> u8 {
    // Without a message in the output of every test that takes a snapshot.
    std::panic::resume_unwind(Box::new(()))
}

#[observe]
#[metric(gauge, name = "metrics_polled_observed")]
fn polled_and_observed() -> Result2 {
    if std::env::args().count() == 0 {
        return 0;
    }
    7
}

type Result2 = u16;

#[test]
fn polled() {
    assert_eq!(number("metrics_polled_float", &[]), Some(1.5));
    assert_eq!(number("metrics_polled_seconds", &[]), Some(0.25));
    assert_eq!(number("metrics_polled_flag", &[]), Some(1.0));
    assert_eq!(number("metrics_polled_nothing", &[]), None);
    assert_eq!(number("metrics_polled_panic", &[]), None);
    assert_eq!(number("metrics_polled_observed", &[]), Some(7.0));
    // Still a function.
    assert_eq!(polled_float(), 1.5);
}

#[metric(gauge, name = "metrics_polled_states", labels(state: State))]
fn polled_states() -> [(State, usize); 2] {
    [(State::Idle, 4), (State::Busy, 1)]
}

/// More strings than there is room for, and a value that is none.
#[metric(gauge, name = "metrics_polled_queues", labels(queue: Capped<2>, local: bool))]
fn polled_queues() -> Vec<((String, bool), Option<f64>)> {
    ["a", "b", "c", "d"]
        .into_iter()
        .map(|queue| ((queue.to_owned(), true), Some(2.5)))
        .chain([(("a".to_owned(), false), None)])
        .collect()
}

/// One label alone needs no tuple.
#[metric(gauge, name = "metrics_polled_by_name", labels(queue: Capped<5>))]
fn polled_by_name() -> std::collections::HashMap<&'static str, u64> {
    [("in", 3), ("out", 4)].into()
}

#[metric(gauge, name = "metrics_polled_pairs_panic", labels(queue: Capped<5>))]
fn polled_pairs_panic() -> [(String, f64); 1] {
    std::panic::resume_unwind(Box::new(()))
}

#[test]
fn polled_with_labels() {
    assert_eq!(number("metrics_polled_states", &[("state", "idle")]), Some(4.0));
    assert_eq!(number("metrics_polled_states", &[("state", "busy")]), Some(1.0));
    let queue = |name| number("metrics_polled_queues", &[("queue", name), ("local", "true")]);
    // What is over the cap is one series, and counted.
    assert_eq!((queue("a"), queue("b"), queue("_other")), (Some(2.5), Some(2.5), Some(5.0)));
    assert_eq!(number("metrics_polled_queues", &[("queue", "a"), ("local", "false")]), None);
    let overflow = [("item", "metrics_polled_queues"), ("label", "queue")];
    assert!(number("obs_label_overflow_total", &overflow) >= Some(2.0));
    assert_eq!(number("metrics_polled_by_name", &[("queue", "out")]), Some(4.0));
    assert!(obs_runtime::snapshot().family("metrics_polled_pairs_panic").is_none());
}

#[metric(gauge, name = "metrics_expiring", labels(state: State), expire = "20ms")]
static EXPIRING: Gauge<State> = Gauge::new();

#[metric(gauge, name = "metrics_expiring_function", value = n, expire = "20ms")]
fn expiring(n: u8) {
    EXPIRING.with(State::Busy).set(f64::from(n));
}

#[test]
fn expiry() {
    expiring(3);
    let read =
        || (number("metrics_expiring", &[("state", "busy")]), number("metrics_expiring_function", &[]));
    // Unless the machine slept in between.
    if let (Some(a), Some(b)) = read() {
        assert_eq!((a, b), (3.0, 3.0));
    }
    std::thread::sleep(Duration::from_millis(40));
    assert_eq!(read(), (None, None));
    // Those that were never set are not there as 0 either.
    assert_eq!(number("metrics_expiring", &[("state", "idle")]), None);
}

#[metric(counter, name = "metrics_typed_total", value = amount(), when = "always")]
fn typed_values() {}

fn amount() -> Option<f64> {
    None
}

#[metric(counter, name = "metrics_on_condition_total")]
#[cfg(any())]
static LEFT_OUT: NoSuchType = NoSuchType;

#[cfg(any())]
#[metric(gauge, name = "metrics_on_condition")]
fn left_out() -> NoSuchType {}

#[test]
fn conditions_and_no_numbers() {
    typed_values();
    assert_eq!(number("metrics_typed_total", &[]), Some(0.0));
    assert_eq!(number("metrics_on_condition_total", &[]), None);
}

mod conflicting {
    use super::*;

    #[metric(gauge, name = "metrics_conflicting", labels(state: State))]
    static A: Gauge<State> = Gauge::new();

    #[metric(gauge, name = "metrics_conflicting", labels(local: bool))]
    static B: Gauge<bool> = Gauge::new();

    #[metric(histogram, name = "metrics_conflicting_size", value = 1, buckets = [1, 2])]
    fn first() {}

    #[metric(histogram, name = "metrics_conflicting_size", value = 1, buckets = [1, 3])]
    fn second() {}

    #[observe(metric = "metrics_conflicting_own")]
    fn own() {}

    #[metric(counter, name = "metrics_conflicting_own_total", labels(state: State))]
    static OWN: Counter<State> = Counter::new();

    #[metric(counter, name = "metrics_agreeing_total")]
    static C: Counter = Counter::new();

    #[metric(counter, name = "metrics_agreeing_total")]
    fn agreeing() {}

    #[test]
    fn are_reported_and_agreeing_ones_added_up() {
        A.with(State::Idle).set(1.0);
        B.with(true).set(1.0);
        OWN.with(State::Idle).inc();
        C.inc();
        first();
        second();
        own();
        agreeing();
        let ours: Vec<(String, &str)> = obs_runtime::conflicts()
            .iter()
            .filter(|conflict| conflict.family.starts_with("metrics_"))
            .map(|conflict| {
                assert!(conflict.kept.file.ends_with("metrics.rs") && conflict.kept.line > 0);
                assert_ne!(conflict.kept.line, conflict.dropped.line);
                (conflict.family.clone(), conflict.about)
            })
            .collect();
        let about = |family: &str| ours.iter().find(|(name, _)| name == family).map(|(_, about)| *about);
        assert_eq!(about("metrics_conflicting"), Some("set of labels"));
        assert_eq!(about("metrics_conflicting_size"), Some("list of buckets"));
        assert_eq!(about("metrics_conflicting_own_total"), Some("set of labels"));
        assert_eq!(ours.len(), 3);
        assert_eq!(number("metrics_agreeing_total", &[]), Some(2.0));
    }
}

struct Batch {
    rows: usize,
    name: String,
}

#[observe]
#[metric(counter, name = "metrics_rows_below_total", value = rows)]
fn store_below(Batch { rows, name }: Batch) -> Result<usize, String> {
    (!name.is_empty()).then_some(rows).ok_or("it has no name")?;
    Ok(rows)
}

#[metric(counter, name = "metrics_rows_above_total", value = rows)]
#[observe]
async fn store_above((rows, name): (usize, String)) -> Result<usize, String> {
    (!name.is_empty()).then_some(rows).ok_or("it has no name")?;
    Ok(rows)
}

/// What a pattern binds is there for every attribute, whichever is expanded first.
#[test]
fn patterns_of_several_attributes() {
    assert_eq!(store_below(Batch { rows: 3, name: "a".to_owned() }), Ok(3));
    assert_eq!(ready(store_above((4, "a".to_owned()))), Ok(4));
    assert!(store_below(Batch { rows: 5, name: String::new() }).is_err());
    assert_eq!(number("metrics_rows_below_total", &[]), Some(3.0));
    assert_eq!(number("metrics_rows_above_total", &[]), Some(4.0));
    ended!("store_below", "ok" => 1, "error/_OTHER" => 1);
}
