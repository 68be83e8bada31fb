//! With feature `off`, what only an attribute's expressions name is neither unused nor run.
#![deny(warnings, unused)]

use obs_runtime::{LabelValue, metric, observe};
use std::cell::Cell;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

thread_local! {
    static RUN: Cell<u32> = const { Cell::new(0) };
}

#[derive(Clone, Copy, Debug, LabelValue)]
enum Size {
    Small,
    Large,
}

fn size(text: &str) -> Size {
    RUN.set(RUN.get() + 1);
    if text.len() < 10 { Size::Small } else { Size::Large }
}

fn shown(text: &str) -> String {
    RUN.set(RUN.get() + 1);
    text.to_owned()
}

fn is_fine(value: &Option<u8>) -> bool {
    RUN.set(RUN.get() + 1);
    value.is_some()
}

fn amount(text: &str) -> usize {
    RUN.set(RUN.get() + 1);
    text.len()
}

#[observe(labels(size = size(text), text = capped(shown(tenant), 5)), fields(text = %shown(text), n), ok_if = is_fine)]
fn all_at_once(text: &str, tenant: &str, n: u32) -> Option<u8> {
    #![allow(clippy::needless_return)]
    return None;
}

#[observe(labels(size = size(&text)), error_if = |value| !is_fine(value))]
async fn later(text: String) -> Option<u8> {
    None
}

#[observe(labels(size = size(text)), fields(amount = amount(text)))]
impl Size {
    fn of(self, text: &str) -> Size {
        self
    }
}

#[metric(counter, name = "off_texts_total", labels(size = size(text)))]
#[metric(histogram, name = "off_text_bytes", value = amount(text))]
fn measured(text: &str) {}

#[metric(gauge, name = "off_polled")]
fn polled() -> u8 {
    helper()
}

fn helper() -> u8 {
    RUN.set(RUN.get() + 1);
    1
}

#[metric(gauge, name = "off_gauge", labels(size: Size))]
static UNUSED: obs_runtime::Gauge<Size> = obs_runtime::Gauge::new();

#[test]
fn expressions_are_checked_and_never_run() {
    assert_eq!(all_at_once("a", "b", 3), None);
    let answer = pin!(later(String::new())).poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!(answer, Poll::Ready(None));
    assert!(matches!(Size::Small.of("a"), Size::Small) && !matches!(Size::Large, Size::Small));
    measured("a");
    assert_eq!(RUN.get(), 0);
    let snapshot = obs_runtime::snapshot();
    assert!(!snapshot.families.iter().any(|family| family.name.starts_with("off_")));
}
