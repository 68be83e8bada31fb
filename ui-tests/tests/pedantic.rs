//! Expansions trigger no lint of the user's: not by themselves, and not by what they make of the user's code.
//!
//! What is here is written as the strictest of styles wants it, on one line where that makes a difference.

#![cfg_attr(rustfmt, rustfmt::skip)]
#![deny(warnings, clippy::all, clippy::pedantic, clippy::nursery)]
#![deny(
    clippy::implicit_return,
    clippy::let_underscore_untyped,
    clippy::let_with_type_underscore,
    clippy::missing_inline_in_public_items,
    clippy::panic,
    clippy::pattern_type_mismatch,
    clippy::question_mark_used,
    clippy::redundant_type_annotations,
    clippy::same_name_method,
    clippy::semicolon_outside_block,
    clippy::shadow_reuse,
    clippy::shadow_same,
    clippy::shadow_unrelated,
    clippy::unwrap_used,
    clippy::std_instead_of_core,
    clippy::absolute_paths,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    let_underscore_drop,
    missing_debug_implementations,
    missing_docs,
    non_ascii_idents,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unreachable_pub,
    unsafe_code,
    unsafe_op_in_unsafe_fn,
    unused_import_braces,
    unused_lifetimes,
    unused_macro_rules,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]
// Of the style that the tests themselves are written in.
#![allow(clippy::implicit_return, clippy::question_mark_used, clippy::panic, clippy::missing_const_for_fn)]
#![allow(clippy::arbitrary_source_item_ordering, clippy::redundant_pub_crate, clippy::unused_async)]

use core::fmt::{Display, Formatter, Error as FmtError, Result as FmtResult};
use core::future::{Future, ready};
use core::pin::Pin;
use obs_gpu::{Kernel, Lane, gpu_kernel};
use obs_runtime::{Capped, Counter, ErrorCategory, Gauge, Histogram, LabelValue, metric, observe};
use ui_tests::ended;

/// A bounded label.
#[derive(Clone, Copy, Debug, LabelValue)]
enum Format {
    Json,
    Avro,
}

/// Why something failed.
#[derive(Debug, ErrorCategory)]
#[category("failure", severity = "degraded", retry_after = "1s", action = "wait", runbook = "r")]
enum Failure {
    #[category("empty")]
    Empty,
    Number { at: u32 },
    #[category(transparent)]
    Text(TextFailure),
}

/// Why a text is wrong.
#[derive(Debug, ErrorCategory)]
#[category("text")]
struct TextFailure;

impl Display for Failure {
    #[observe]
    fn fmt(&self, f: &mut Formatter<'_>) -> FmtResult {
        match *self { Self::Empty => f.write_str("empty"), Self::Number { at } => write!(f, "{at}"), Self::Text(_) => f.write_str("text") }
    }
}

#[observe] fn nothing() {}
#[observe] fn one(n: u8) -> u8 { n }
#[observe] fn one_string(n: u8) -> String { n.to_string() }
#[observe] fn one_call(text: &str) -> usize { text.len() }
#[observe] fn one_call_of_owned(text: String) -> Result<usize, Failure> { Ok(text.into_bytes().len()) }
#[observe] fn one_block(n: u8) -> Result<u8, Failure> { if n == 0 { Err(Failure::Empty) } else { Ok(n) } }
#[observe] async fn one_later(n: u8) -> u8 { ready(n).await }
#[observe] async fn one_result_later(n: u8) -> Result<u8, Failure> { one_block(n) }
#[observe] fn one_future(n: u8) -> impl Future<Output = u8> { ready(n) }
#[observe] fn one_block_future(n: u8) -> impl Future<Output = u8> { async move { n } }
#[observe] fn one_box(n: u8) -> Pin<Box<dyn Future<Output = u8> + Send>> { Box::pin(async move { n }) }
#[observe] fn one_of_two_boxes(n: u8) -> Pin<Box<dyn Future<Output = u8> + Send>> { if n == 0 { Box::pin(async { 0 }) } else { Box::pin(ready(n)) } }
#[observe] fn one_box_never(n: u8) -> Pin<Box<dyn Future<Output = u8> + Send>> { panic!("{n}") }
#[observe] fn one_never(_: &str) -> Result<u8, Failure> { panic!("on purpose") }
#[observe] async fn one_never_later(_: &str) -> Result<u8, Failure> { panic!("on purpose") }
#[metric(counter, name = "pedantic_one_never_total")] fn one_never_counted(_: &str) -> Result<u8, Failure> { panic!("on purpose"); }
#[observe] async fn one_later_never() -> ! { loop { ready(()).await; } }
#[observe] fn one_option(n: u8) -> Option<u8> { n.checked_add(1) }
#[observe(ok_if = Option::is_some)] fn one_judged(n: u8) -> Option<u8> { n.checked_add(1) }
#[observe] #[track_caller] fn one_located(n: u8) -> Option<u8> { Some(n.checked_add(1)?) }
#[metric(counter, name = "pedantic_one_total")] fn one_counted(n: u8) -> u8 { n }
#[metric(counter, name = "pedantic_one_error_total", when = "error")] fn one_error(n: u8) -> Result<u8, Failure> { Ok(n) }
#[metric(gauge, name = "pedantic_one_polled")] fn one_polled() -> u8 { 1 }
#[metric(gauge, name = "pedantic_one_set", value = n)] fn one_set(n: u8) -> u8 { n }
#[metric(histogram, name = "pedantic_one_seconds", when = "always")] async fn one_timed(n: u8) -> u8 { n }

#[observe]
fn early(text: &str, format: Format) -> Result<u8, Failure> {
    if text.is_empty() {
        return Err(Failure::Empty);
    }
    if matches!(format, Format::Avro) {
        return Err(Failure::Text(TextFailure));
    }
    let number: u8 = text.parse().map_err(|_| Failure::Number { at: 0 })?;
    Ok(number)
}

#[observe(
    labels(format = format, tenant = capped(tenant), many = list.len() > 3),
    fields(tenant, first = ?list.first(), shown = %list.len()),
    slow = "100ms",
    slo(success = "99.9%", latency("25ms", "95%")),
    buckets = "latency",
    kind = "client"
)]
async fn later(format: Format, tenant: &str, list: Vec<u8>) -> Result<u8, Failure> {
    let first = list.first().copied().ok_or(Failure::Empty)?;
    ready(()).await;
    if tenant.is_empty() {
        return Err(Failure::Empty);
    }
    Ok(first)
}

#[observe(labels(format = format))]
fn unit_with_early_end(format: Format, text: String) {
    if text.is_empty() {
        return;
    }
    drop(text);
}

#[observe]
async fn unit_later(text: String) {
    if text.is_empty() {
        return;
    }
    drop(text);
}

#[observe]
fn patterns((a, b): (String, String), _: String, mut last: String) -> Result<String, Failure> {
    if a == b {
        return Err(Failure::Empty);
    }
    last.push('!');
    Ok(last)
}

#[observe]
fn never(text: &str) -> ! {
    panic!("{text}")
}

#[observe]
async fn loops(mut n: u32) -> Result<u32, Failure> {
    loop {
        n = n.checked_add(1).ok_or(Failure::Number { at: n })?;
        if n > 10 {
            return Ok(n);
        }
    }
}

/// Whose signatures are the trait's, however complex.
#[derive(Debug)]
struct Complex(u8);

impl Iterator for Complex {
    type Item = Result<Option<Result<Option<u8>, Failure>>, Result<Option<u8>, Option<Failure>>>;

    #[observe]
    fn next(&mut self) -> Option<Result<Option<Result<Option<u8>, Failure>>, Result<Option<u8>, Option<Failure>>>> {
        let next = self.0.checked_add(1)?;
        self.0 = next;
        Some(Ok(Some(Ok(Some(next)))))
    }

    #[metric(counter, name = "pedantic_last_total")]
    fn last(self) -> Option<Result<Option<Result<Option<u8>, Failure>>, Result<Option<u8>, Option<Failure>>>> {
        Some(Ok(Some(Ok(Some(self.0)))))
    }
}

/// Holds something.
#[derive(Debug, Default)]
struct Store {
    items: Vec<String>,
}

#[observe(level = "debug")]
impl Store {
    fn new() -> Self { Self { items: Vec::new() } }
    fn len(&self) -> usize { self.items.len() }
    fn add(&mut self, item: String) -> Result<&mut Self, Failure> {
        if item.is_empty() {
            return Err(Failure::Empty);
        }
        self.items.push(item);
        Ok(self)
    }
    async fn first(&self) -> Result<&str, Failure> {
        let first = self.items.first().ok_or(Failure::Empty)?;
        Ok(first)
    }
    fn into_items(self) -> Result<Vec<String>, Failure> {
        if self.items.is_empty() {
            return Err(Failure::Empty);
        }
        Ok(self.items)
    }
    #[observe(skip)]
    fn skipped(&self) -> bool { self.items.is_empty() }
}

/// Methods that some lints tell from others by their being `async`.
#[derive(Debug)]
pub struct Cursor(Option<u8>);

impl Cursor {
    /// Named like a method of a trait, which an `async fn` is not taken for.
    #[observe]
    #[inline]
    pub async fn next(&mut self) -> Option<u8> { self.0.take() }
    /// Its lint looks at the future of an `async fn`, and is expected.
    #[observe]
    #[expect(clippy::missing_errors_doc, reason = "to be seen")]
    #[inline]
    pub async fn failing(&self) -> Result<u8, FmtError> { self.0.ok_or(FmtError) }
}

/// Expected by whoever wrote them, of which their expansions have nothing to see.
#[observe] #[expect(clippy::unused_async, reason = "of a trait once")]
async fn not_awaiting(n: u8) -> u8 { n }
#[observe] #[expect(clippy::needless_pass_by_value, reason = "of a trait once")]
fn not_taking(text: String) -> Option<u8> { if text.is_empty() { return None; } Some(1) }

/// Has one more.
pub trait Steps {
    /// Expected too.
    #[observe]
    #[expect(async_fn_in_trait, reason = "to be seen")]
    #[inline]
    async fn step(&self) -> u8 { 1 }
}

impl Steps for Cursor {}

/// What has a method that has no need of it, as is expected.
#[derive(Debug)]
struct Unneeded;

impl Unneeded {
    #[observe] #[expect(clippy::unused_self, reason = "of a trait once")]
    fn once(self, n: u8) -> Option<u8> { if n == 0 { return None; } Some(n) }
}

/// A trait with complex types in it, which are none of the implementation's.
#[expect(clippy::type_complexity, async_fn_in_trait, reason = "here they are the author's")]
pub trait Nested {
    /// Of its outputs.
    type Out;
    /// In a future.
    async fn later(&self) -> Result<Vec<Option<Box<(Self::Out, Self::Out, Self::Out)>>>, Box<dyn Fn(Self::Out) -> Option<Vec<Self::Out>>>>;
    /// In one that is in a box.
    fn in_a_box(&self) -> Pin<Box<dyn Future<Output = Result<Vec<Option<Box<(Self::Out, Self::Out)>>>, Option<Vec<Self::Out>>>>>>;
}

impl Nested for Cursor {
    type Out = u8;
    #[observe]
    #[inline]
    async fn later(&self) -> Result<Vec<Option<Box<(Self::Out, Self::Out, Self::Out)>>>, Box<dyn Fn(Self::Out) -> Option<Vec<Self::Out>>>> {
        if let Some(n) = self.0 { return Ok(vec![Some(Box::new((n, n, n)))]); }
        Ok(ready(vec![]).await)
    }
    #[observe]
    #[inline]
    fn in_a_box(&self) -> Pin<Box<dyn Future<Output = Result<Vec<Option<Box<(Self::Out, Self::Out)>>>, Option<Vec<Self::Out>>>>>> {
        if self.0.is_none() { return Box::pin(ready(Ok(vec![]))); }
        Box::pin(ready(Err(None)))
    }
}

/// Methods whose error types are looked up, and one whose error type is a parameter.
#[derive(Debug)]
struct Shelf<InnerError>(Option<InnerError>);

impl<InnerError> Shelf<InnerError> {
    #[observe] fn of_a_type(&self) -> Result<u8, TextFailure> { if self.0.is_some() { return Err(TextFailure); } Ok(1) }
    #[observe] fn of_a_parameter(self) -> Result<u8, InnerError> { self.0.map_or(Ok(1), Err) }
}

/// In a module.
#[observe]
mod inner {
    /// Called from outside.
    pub(super) fn called(n: u8) -> Option<u8> { n.checked_sub(1) }
}

#[metric(counter, name = "pedantic_total", labels(format: Format, tenant: Capped<3>))]
static COUNTER: Counter<(Format, Capped<3>)> = Counter::new();
#[metric(gauge, name = "pedantic_depth", expire = "1h")]
static GAUGE: Gauge = Gauge::new();
#[metric(histogram, name = "pedantic_seconds")]
static HISTOGRAM: Histogram = Histogram::new();

#[metric(counter, name = "pedantic_stored_total", labels(format = format), when = "always")]
#[metric(histogram, name = "pedantic_stored_bytes", value = body.len())]
#[metric(gauge, name = "pedantic_last_seconds", value = f64::from(n), when = "error")]
#[observe(fields(n))]
fn measured(format: Format, body: String, n: u8) -> Result<usize, Failure> {
    if n == 0 {
        return Err(Failure::Empty);
    }
    Ok(body.len())
}

#[metric(counter, name = "pedantic_later_total", labels(format = format), when = "always")]
async fn measured_later(format: Format, body: String) -> Result<usize, Failure> {
    ready(()).await;
    if body.is_empty() {
        return Err(Failure::Empty);
    }
    Ok(body.len())
}

#[gpu_kernel(stream = stream)] fn one_kernel(stream: Lane<'static>) {}
#[gpu_kernel(stream = stream, bytes = n)] fn one_kernel_number(stream: Lane<'static>, n: u8) -> u8 { n }
#[gpu_kernel(stream = stream)] fn one_kernel_result(stream: Lane<'static>, n: u8) -> Result<u8, Failure> { one_block(n) }
#[gpu_kernel(stream = stream)] async fn one_kernel_later(stream: Lane<'static>, n: u8) -> Result<u8, Failure> { ready(one_block(n)).await }
#[gpu_kernel(stream = stream)] fn one_kernel_box(stream: Lane<'static>, n: u8) -> Pin<Box<dyn Future<Output = u8> + Send>> { Box::pin(async move { n }) }

/// Everything that a kernel can say.
#[gpu_kernel(
    stream = stream, bytes = 8 * values.len(), flops = 1.5, items = values.len(), grid = (2, 1, 1), block = 64,
    labels(format = format, tenant = capped(tenant)), every = 2, slow = "1s", buckets = [0.001, 0.01],
    slo(success = "99%", latency("10ms", "90%"), name = "p"), help = "h", runbook = "r", dashboard = "d", name = "n"
)]
#[observe(fields(tenant))]
fn whole_kernel(stream: &Lane<'_>, values: Vec<u8>, format: Format, tenant: &str) -> Result<u8, Failure> {
    let first = values.first().copied().ok_or(Failure::Empty)?;
    if matches!(format, Format::Avro) {
        return Err(Failure::Text(TextFailure));
    }
    Ok(first)
}

/// A part of something.
#[gpu_kernel(bytes, every = 1)]
static PART: Kernel = Kernel::new();

#[test]
fn expansions_of_kernels_are_clean_and_work() {
    one_kernel(Lane::NOWHERE);
    assert_eq!(one_kernel_number(Lane::NOWHERE, 1) + ui_tests::ready(one_kernel_box(Lane::NOWHERE, 1)), 2);
    assert!(one_kernel_result(Lane::NOWHERE, 0).is_err());
    assert!(ui_tests::ready(one_kernel_later(Lane::NOWHERE, 1)).is_ok());
    assert!(whole_kernel(&Lane::NOWHERE, vec![1], Format::Json, "t").is_ok());
    PART.launch(&Lane::NOWHERE).bytes(1.0).fail();
}

#[test]
fn expansions_are_clean_and_work() {
    nothing();
    assert_eq!(usize::from(one(3)) + one_string(1).len() + one_call("ab"), 6);
    assert!(one_call_of_owned(String::new()).is_ok() && one_block(0).is_err());
    assert_eq!(ui_tests::ready(one_later(1)) + ui_tests::ready(one_future(1)) + ui_tests::ready(one_box(1)), 3);
    assert_eq!(ui_tests::ready(one_block_future(1)) + ui_tests::ready(one_of_two_boxes(1)), 2);
    assert_eq!(ui_tests::panics(|| drop(one_box_never(7))), "7");
    drop(one_later_never());
    assert!(ui_tests::ready(one_result_later(1)).is_ok());
    assert!(one_option(255).is_none() && one_judged(1).is_some() && one_located(1).is_some());
    assert_eq!(one_counted(1) + one_polled() + one_set(1) + ui_tests::ready(one_timed(1)), 4);
    assert!(one_error(1).is_ok());
    assert!(early("", Format::Json).is_err() && early("3", Format::Avro).is_err());
    assert!(ui_tests::ready(later(Format::Json, "t", Vec::new())).is_err());
    unit_with_early_end(Format::Json, String::new());
    ui_tests::ready(unit_later(String::new()));
    assert!(patterns((String::new(), String::new()), String::new(), String::new()).is_err());
    assert_eq!(ui_tests::panics(|| never("by design")), "by design");
    assert!(ui_tests::ready(loops(1)).is_ok());
    let mut complex = Complex(0);
    assert!(complex.next().is_some() && complex.last().is_some());
    let mut store = Store::new();
    assert!(store.add("a".to_owned()).is_ok() && !store.skipped());
    assert_eq!(store.len(), 1);
    assert!(ui_tests::ready(store.first()).is_ok() && store.into_items().is_ok());
    assert!(inner::called(1).is_some());
    let mut cursor = Cursor(Some(1));
    assert!(ui_tests::ready(cursor.failing()).is_ok() && ui_tests::ready(cursor.next()) == Some(ui_tests::ready(cursor.step())));
    assert!(ui_tests::ready(cursor.later()).is_ok() && ui_tests::ready(cursor.in_a_box()).is_ok());
    assert_eq!((ui_tests::ready(not_awaiting(1)), not_taking(String::new())), (1, None));
    assert!(Unneeded.once(0).is_none());
    assert!(Shelf(Some(1)).of_a_type().is_err() && Shelf::<u8>(None).of_a_parameter().is_ok());
    assert!(ui_tests::panics(|| one_never("").is_ok()).contains("on purpose"));
    assert!(ui_tests::panics(|| ui_tests::ready(one_never_later("")).is_ok()).contains("on purpose"));
    assert!(ui_tests::panics(|| one_never_counted("").is_ok()).contains("on purpose"));
    COUNTER.with((Format::Json, "t")).inc();
    GAUGE.set(1.0);
    HISTOGRAM.observe(1.0);
    assert!(measured(Format::Json, String::new(), 0).is_err());
    assert!(ui_tests::ready(measured_later(Format::Avro, String::new())).is_err());
    assert_eq!(Failure::Number { at: 1 }.to_string(), "1");
    ended!("early", "error/empty" => 1, "error/text" => 1);
    ended!("never", "panic" => 1);
    ended!("measured", "error/empty" => 1);
}
