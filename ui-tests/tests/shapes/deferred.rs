//! An `async fn` becomes a function that returns its future, and nobody can tell.

use obs_runtime::observe;
use std::cell::Cell;
use std::fmt::Display;
use std::future::Future;
use std::panic::{AssertUnwindSafe, UnwindSafe, catch_unwind};
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

mod plain {
    use super::*;

    pub(super) struct Local(pub(super) Cell<u8>);

    impl Local {
        pub(super) async fn unused(&self) -> u8 {
            1
        }
    }

    pub(super) async fn wild(_: &Cell<u8>, _named: &Cell<u8>) -> u8 {
        Yield::default().await;
        1
    }

    pub(super) async fn shared(n: &u8) -> u8 {
        Yield::default().await;
        *n
    }
}

mod observed {
    use super::*;

    pub(super) struct Local(pub(super) Cell<u8>);

    impl Local {
        #[observe]
        pub(super) async fn unused(&self) -> u8 {
            1
        }
    }

    #[observe]
    pub(super) async fn wild(_: &Cell<u8>, _named: &Cell<u8>) -> u8 {
        Yield::default().await;
        1
    }

    #[observe]
    pub(super) async fn shared(n: &u8) -> u8 {
        Yield::default().await;
        *n
    }
}

/// Which auto traits the value of an expression has, found as generated code finds things: by method look-up.
macro_rules! auto_traits {
    ($value:expr) => {{
        #[allow(unused_imports)]
        use IsNot as _;
        let value = $value;
        let has = (
            (&Send_(&value)).has(),
            (&Sync_(&value)).has(),
            (&Unwind(&value)).has(),
            (&Unpin_(&value)).has(),
        );
        drop(value);
        has
    }};
}

#[allow(dead_code)]
trait IsNot {
    fn has(&self) -> bool {
        false
    }
}

macro_rules! question {
    ($($name:ident: $auto:path),*) => {$(
        #[allow(dead_code)]
        struct $name<'a, T>(&'a T);
        #[allow(dead_code)]
        impl<T: $auto> $name<'_, T> {
            fn has(&self) -> bool {
                true
            }
        }
        impl<T> IsNot for &$name<'_, T> {}
    )*};
}

question!(Send_: Send, Sync_: Sync, Unwind: UnwindSafe, Unpin_: Unpin);

#[test]
fn auto_traits_are_those_of_what_is_captured() {
    let (cell, n) = (Cell::new(1), 1);
    let local = plain::Local(Cell::new(1));
    let without = [
        auto_traits!(local.unused()),
        auto_traits!(plain::wild(&cell, &cell)),
        auto_traits!(plain::shared(&n)),
    ];
    let local = observed::Local(Cell::new(local.0.get()));
    let with = [
        auto_traits!(local.unused()),
        auto_traits!(observed::wild(&cell, &cell)),
        auto_traits!(observed::shared(&n)),
    ];
    assert_eq!(with, without);
    assert_eq!(local.0.get(), 1);
    assert_eq!(without[2], (true, true, true, false));
    assert!(!without[0].0 && !without[1].0, "a reference to a cell is not to be sent");
}

fn nested<F: Future + Send>(future: F) -> F {
    future
}

/// A stack of observed functions, each of which awaits the one below.
macro_rules! stack {
    ($attribute:meta $first:ident $($rest:ident)*) => {
        #[$attribute] async fn $first(n: u8) -> u8 { Yield::default().await; n }
        stack!(@ $attribute $first $($rest)*);
    };
    (@ $attribute:meta $below:ident $above:ident $($rest:ident)*) => {
        #[$attribute] async fn $above(n: u8) -> u8 { $below(n).await + 1 }
        stack!(@ $attribute $above $($rest)*);
    };
    (@ $attribute:meta $last:ident) => {
        #[test]
        fn deep_stacks() {
            assert_eq!(ready(nested($last(0))), 29);
        }
    };
}

stack!(observe a01 a02 a03 a04 a05 a06 a07 a08 a09 a10 a11 a12 a13 a14 a15 a16 a17 a18 a19 a20
    a21 a22 a23 a24 a25 a26 a27 a28 a29 a30);
