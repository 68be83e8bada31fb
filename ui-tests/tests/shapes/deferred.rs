//! An `async fn` becomes a function that returns its future, and nobody can tell.

use obs_runtime::observe;
use std::fmt::Display;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Waker};
use ui_tests::{Yield, ended, ready};

trait Shop {
    type Item;
    async fn find(&self, name: &str) -> Option<&Self::Item>;
    fn count(&self, least: usize) -> impl Future<Output = usize> + Send;
}

struct Shelf(Vec<String>);

impl Shop for Shelf {
    type Item = String;

    #[observe]
    async fn find(&self, name: &str) -> Option<&Self::Item> {
        Yield::default().await;
        self.0.iter().find(|item| *item == name)
    }

    #[observe]
    async fn count(&self, least: usize) -> usize {
        self.0.iter().filter(|item| item.len() >= least).count()
    }
}

#[test]
fn methods_of_a_trait() {
    let shelf = Shelf(vec!["a".to_owned(), "bc".to_owned()]);
    assert_eq!(ready(shelf.find("bc")).map(String::as_str), Some("bc"));
    ended!("find", "ok" => 1);
    assert_eq!(ready(shelf.count(2)), 1);
    ended!("count", "ok" => 1);
}

#[observe]
async fn borrows(first: &str, second: &mut String, shown: impl Display, shelf: &Shelf) -> usize {
    Yield::default().await;
    second.push_str(first);
    second.push_str(&shown.to_string());
    second.len() + shelf.0.len()
}

#[observe]
async fn coerces(n: u8) -> Result<Box<dyn Display>, Box<dyn std::error::Error + Send + Sync>> {
    if n == 0 {
        return Err("zero".into());
    }
    let n = n.checked_add(1).ok_or("too much")?;
    Ok(Box::new(n))
}

#[test]
fn every_argument_is_captured() {
    let mut text = "a".to_owned();
    assert_eq!(ready(borrows("b", &mut text, 3, &Shelf(Vec::new()))), 3);
    ended!("borrows", "ok" => 1);
    assert_eq!(ready(coerces(1)).unwrap().to_string(), "2");
    assert!(ready(coerces(0)).is_err());
    ended!("coerces", "ok" => 1, "error/_OTHER" => 1);
}

#[observe]
async fn lazy() {}

#[test]
fn a_future_that_is_never_polled_is_no_call() {
    drop(lazy());
    ended!("lazy");
}

fn poll<F: Future>(future: Pin<&mut F>) -> bool {
    future.poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

#[observe]
async fn explodes() {
    Yield::default().await;
    panic!("on purpose");
}

#[test]
fn a_panic_ends_the_call_though_the_future_is_kept() {
    let mut future = pin!(explodes());
    assert!(!poll(future.as_mut()));
    assert!(catch_unwind(AssertUnwindSafe(|| poll(future.as_mut()))).is_err());
    ended!("explodes", "panic" => 1);
    assert!(catch_unwind(AssertUnwindSafe(|| poll(future.as_mut()))).is_err());
    ended!("explodes", "panic" => 1);
}

#[observe]
async fn returns(n: u8) -> Result<u8, String> {
    Yield::default().await;
    Ok(n)
}

#[test]
fn an_end_is_counted_though_the_future_is_kept() {
    let mut future = pin!(returns(1));
    assert!(!poll(future.as_mut()) && poll(future.as_mut()));
    ended!("returns", "ok" => 1);
    assert!(catch_unwind(AssertUnwindSafe(|| poll(future.as_mut()))).is_err());
    ended!("returns", "ok" => 1);
}
