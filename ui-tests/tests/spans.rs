//! The spans of observed calls, as a subscriber sees them.

use obs_runtime::{ErrorCategory, observe};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Subscriber, info_span};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use ui_tests::{Yield, cancel, panics, ready};

/// What was seen of a span.
#[derive(Clone, Debug, Default)]
struct Seen {
    name: &'static str,
    target: String,
    level: String,
    parent: Option<&'static str>,
    fields: BTreeMap<&'static str, String>,
    follows: usize,
    entered: usize,
    closed: bool,
}

impl Visit for Seen {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.fields.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name(), value.to_owned());
    }
}

#[derive(Clone, Default)]
struct Capture(Arc<Mutex<Vec<(Id, Seen)>>>);

impl Capture {
    fn change(&self, id: &Id, change: impl FnOnce(&mut Seen)) {
        let mut all = self.0.lock().unwrap();
        // Ids of closed spans are used again.
        if let Some((_, seen)) = all.iter_mut().rev().find(|(known, _)| known == id) {
            change(seen);
        }
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Capture {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let meta = attributes.metadata();
        let mut seen = Seen {
            name: meta.name(),
            target: meta.target().to_owned(),
            level: meta.level().to_string(),
            parent: context.span(id).and_then(|span| span.parent()).map(|parent| parent.name()),
            ..Seen::default()
        };
        attributes.record(&mut seen);
        self.0.lock().unwrap().push((id.clone(), seen));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        self.change(id, |seen| values.record(seen));
    }

    fn on_follows_from(&self, id: &Id, _: &Id, _: Context<'_, S>) {
        self.change(id, |seen| seen.follows += 1);
    }

    fn on_enter(&self, id: &Id, _: Context<'_, S>) {
        self.change(id, |seen| seen.entered += 1);
    }

    fn on_close(&self, id: Id, _: Context<'_, S>) {
        self.change(&id, |seen| seen.closed = true);
    }
}

/// The spans that something makes, in the order of their starts. All are closed behind it.
#[track_caller]
fn spans(run: impl FnOnce()) -> Vec<Seen> {
    let capture = Capture::default();
    let subscriber = tracing_subscriber::registry().with(capture.clone());
    tracing::subscriber::with_default(subscriber, run);
    let all: Vec<Seen> = capture.0.lock().unwrap().drain(..).map(|(_, seen)| seen).collect();
    assert!(all.iter().all(|span| span.closed), "{all:#?}");
    all
}

#[track_caller]
fn span(run: impl FnOnce()) -> Seen {
    let all = spans(run);
    assert_eq!(all.len(), 1, "{all:#?}");
    all.into_iter().next().unwrap()
}

fn fields<const N: usize>(pairs: [(&'static str, &str); N]) -> BTreeMap<&'static str, String> {
    pairs.map(|(name, value)| (name, value.to_owned())).into()
}

#[observe]
fn plain(_secret: &str) {}

#[test]
fn by_default() {
    let span = span(|| plain("not captured"));
    assert_eq!((span.name, span.target.as_str(), span.level.as_str()), ("plain", "spans", "INFO"));
    assert_eq!((span.parent, span.entered), (None, 1));
    assert_eq!(span.fields, fields([]));
}

#[observe(name = "renamed", target = "shop::orders", level = "warn", kind = "server")]
fn described() {}

#[test]
fn described_by_the_attribute() {
    let span = span(described);
    assert_eq!((span.name, span.target.as_str(), span.level.as_str()), ("renamed", "shop::orders", "WARN"));
    assert_eq!(span.fields, fields([("otel.kind", "server")]));
}

struct Input {
    subject: String,
    list: Vec<u8>,
}

#[observe(fields(subject = %input.subject, ?input.list, n, half = n / 2, http.method = "GET", "x-id" = 7, flag = n > 1, %name))]
fn with_fields(input: &Input, n: u64, name: String) -> Result<String, String> {
    if n == 0 {
        return Err(name);
    }
    Ok(name)
}

#[observe(fields(subject = %input.subject, n))]
async fn with_fields_later(mut input: Input, n: u8) -> Result<String, String> {
    input.subject.push('!');
    Yield::default().await;
    let _ = n.checked_add(1).ok_or("too much")?;
    Ok(input.subject)
}

#[test]
fn with_the_fields_that_are_named() {
    let input = Input { subject: "orders".to_owned(), list: vec![1] };
    let seen = span(|| drop(with_fields(&input, 4, "me".to_owned())));
    let expected = fields([
        ("subject", "orders"),
        ("input.list", "[1]"),
        ("n", "4"),
        ("half", "2"),
        ("http.method", "GET"),
        ("x-id", "7"),
        ("flag", "true"),
        ("name", "me"),
    ]);
    assert_eq!(seen.fields, expected);
    let seen = span(|| drop(ready(with_fields_later(input, 1))));
    assert_eq!(seen.fields, fields([("subject", "orders"), ("n", "1")]));
    assert_eq!(seen.entered, 2, "once a poll");
}

#[derive(Debug, ErrorCategory)]
enum Failure {
    #[category("not_found", severity = "critical")]
    NotFound,
}

#[observe]
fn fails(n: u8) -> Result<(), Failure> {
    match n {
        0 => Err(Failure::NotFound),
        1 => panic!("by design"),
        _ => Ok(()),
    }
}

#[observe]
async fn fails_later(n: u8) -> Result<(), String> {
    Yield::default().await;
    match n {
        0 => Err("no category".to_owned()),
        1 => panic!("by design"),
        _ => Ok(()),
    }
}

#[test]
fn with_the_outcome() {
    let error = |error_type| fields([("otel.status_code", "ERROR"), ("error.type", error_type)]);
    assert_eq!(span(|| drop(fails(0))).fields, error("not_found"));
    assert_eq!(span(|| drop(panics(|| fails(1)))).fields, error("panic"));
    assert_eq!(span(|| drop(fails(2))).fields, fields([]));
    assert_eq!(span(|| drop(ready(fails_later(0)))).fields, error("_OTHER"));
    assert_eq!(span(|| drop(panics(|| ready(fails_later(1))))).fields, error("panic"));
    assert_eq!(span(|| cancel(fails_later(2))).fields, error("cancelled"));
    assert_eq!(span(|| drop(ready(fails_later(2)))).fields, fields([]));
}

#[observe]
fn outer() -> Result<(), Failure> {
    plain("");
    fails(0)?;
    Ok(())
}

#[observe]
async fn outer_later() {
    let both = async {
        inner_later().await;
        plain("");
    };
    both.await;
}

#[observe]
async fn inner_later() {
    Yield::default().await;
    plain("");
}

fn shape(spans: Vec<Seen>) -> Vec<(&'static str, Option<&'static str>)> {
    spans.into_iter().map(|span| (span.name, span.parent)).collect()
}

#[test]
fn with_the_caller_as_parent() {
    let seen = shape(spans(|| drop(outer())));
    assert_eq!(seen, [("outer", None), ("plain", Some("outer")), ("fails", Some("outer"))]);
    let seen = shape(spans(|| info_span!("around").in_scope(|| ready(outer_later()))));
    let expected = [
        ("around", None),
        ("outer_later", Some("around")),
        ("inner_later", Some("outer_later")),
        ("plain", Some("inner_later")),
        ("plain", Some("outer_later")),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn two_futures_at_once_do_not_become_each_others_children() {
    use std::task::{Context, Waker};
    let seen = spans(|| {
        let (mut a, mut b) = (Box::pin(outer_later()), Box::pin(outer_later()));
        let context = &mut Context::from_waker(Waker::noop());
        assert!(a.as_mut().poll(context).is_pending());
        assert!(b.as_mut().poll(context).is_pending());
        assert!(a.as_mut().poll(context).is_ready());
        assert!(b.as_mut().poll(context).is_ready());
    });
    let roots = seen.iter().filter(|span| span.parent.is_none()).count();
    assert_eq!(roots, 2, "{seen:#?}");
    assert!(seen.iter().all(|span| span.name == "outer_later" || span.parent.is_some()));
}

struct Request {
    span: tracing::Span,
    causes: Vec<tracing::Span>,
}

#[observe(parent = &request.span, follows_from = request.causes.iter().map(tracing::Span::id))]
fn given(request: &Request) {}

#[observe(parent = None)]
async fn rootless() {}

#[observe(parent = request.span.id(), follows_from = [request.span.id()])]
async fn given_later(request: Request) {
    Yield::default().await;
    drop(request);
}

#[test]
fn with_the_parent_that_is_given() {
    let request =
        || Request { span: info_span!("request"), causes: vec![info_span!("cause"), info_span!("cause")] };
    let seen = spans(|| info_span!("around").in_scope(|| given(&request())));
    let given = seen.iter().find(|span| span.name == "given").unwrap();
    assert_eq!((given.parent, given.follows), (Some("request"), 2));
    let seen = spans(|| info_span!("around").in_scope(|| ready(given_later(request()))));
    let given = seen.iter().find(|span| span.name == "given_later").unwrap();
    assert_eq!((given.parent, given.follows), (Some("request"), 1));
    let seen = spans(|| info_span!("around").in_scope(|| ready(rootless())));
    assert_eq!(seen[1].parent, None);
}

#[observe(no_span)]
fn without() {
    plain("");
}

#[observe(no_metrics, fields(n))]
fn only_a_span(n: u8) -> Result<u8, Failure> {
    n.checked_sub(1).ok_or(Failure::NotFound)
}

#[test]
fn left_out() {
    let seen = shape(spans(without));
    assert_eq!(seen, [("plain", None)]);
    let expected = fields([("n", "0"), ("otel.status_code", "ERROR"), ("error.type", "not_found")]);
    assert_eq!(span(|| drop(only_a_span(0))).fields, expected);
}

#[observe]
fn recursive(n: u8) -> u8 {
    if n == 0 { 0 } else { recursive(n - 1) + 1 }
}

#[test]
fn one_inside_another_of_the_same_function() {
    let seen = spans(|| assert_eq!(recursive(2), 2));
    let expected = [("recursive", None), ("recursive", Some("recursive")), ("recursive", Some("recursive"))];
    assert_eq!(shape(seen), expected);
}

#[test]
fn a_panic_that_is_caught_leaves_the_right_span_current() {
    #[observe]
    fn catches() {
        panics(|| fails(1));
        plain("");
    }
    let seen = shape(spans(catches));
    assert_eq!(seen, [("catches", None), ("fails", Some("catches")), ("plain", Some("catches"))]);
}

#[observe]
async fn kept() {
    Yield::default().await;
}

#[test]
fn a_span_closes_when_the_future_is_ready_and_not_when_it_is_dropped() {
    let mut future = None;
    let span = span(|| {
        let future = future.insert(Box::pin(kept()));
        ready(future.as_mut());
    });
    assert!(future.is_some() && span.closed);
    assert_eq!((span.name, span.entered), ("kept", 2));
}
