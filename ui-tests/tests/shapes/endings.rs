//! Every way in which a call can end, and what is in flight meanwhile.

use obs_runtime::observe;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use ui_tests::{Yield, cancel, ended, panics, ready};

fn in_flight(function: &str) -> u64 {
    let labels = [("function", function), ("module", module_path!())];
    ui_tests::number("function_calls_concurrent", &labels).unwrap() as u64
}

#[observe]
fn sync(n: u8) -> Result<u8, String> {
    assert_eq!(in_flight("sync"), 1);
    match n {
        0 => Err("zero".to_owned()),
        1 => panic!("by design"),
        n => Ok(n),
    }
}

#[test]
fn of_functions() {
    assert!(sync(2).is_ok() && sync(0).is_err());
    assert_eq!(panics(|| sync(1)), "by design");
    ended!("sync", "ok" => 1, "error/_OTHER" => 1, "panic" => 1);
}

#[observe]
async fn later(n: u8) -> Result<u8, String> {
    Yield::default().await;
    match n {
        0 => Err("zero".to_owned()),
        1 => panic!("by design"),
        n => Ok(n),
    }
}

#[test]
fn of_futures() {
    assert!(ready(later(2)).is_ok() && ready(later(0)).is_err());
    assert_eq!(panics(|| ready(later(1))), "by design");
    cancel(later(2));
    ended!("later", "ok" => 1, "error/_OTHER" => 1, "panic" => 1, "cancelled" => 1);
    // A future that nobody polls is no call.
    drop(later(2));
    ended!("later", "ok" => 1, "error/_OTHER" => 1, "panic" => 1, "cancelled" => 1);
    {
        let mut future = pin!(later(2));
        assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert_eq!(in_flight("later"), 1);
    }
    assert_eq!(in_flight("later"), 0);
}

#[observe]
fn opaque(n: u8) -> impl Future<Output = u8> {
    assert!(n < 9, "by design");
    async move {
        Yield::default().await;
        assert!(n > 0, "by design");
        n
    }
}

#[test]
fn of_returned_futures() {
    ready(opaque(1));
    panics(|| ready(opaque(0)));
    cancel(opaque(1));
    // Its statements are part of the call, so that it has started.
    drop(opaque(1));
    ended!("opaque", "ok" => 1, "panic" => 1, "cancelled" => 2);
}

#[observe]
fn statements_that_panic() -> std::pin::Pin<Box<dyn Future<Output = u8>>> {
    let n: u8 = "x".parse().unwrap();
    Box::pin(async move { n })
}

#[test]
fn before_there_is_a_future() {
    panics(|| ready(statements_that_panic()));
    ended!("statements_that_panic", "panic" => 1);
}

#[observe]
async fn cleans_up() {
    struct Guard;
    impl Drop for Guard {
        fn drop(&mut self) {
            in_a_destructor();
        }
    }
    let _guard = Guard;
    Yield::default().await;
    panic!("by design");
}

#[observe]
fn in_a_destructor() {}

#[test]
fn in_destructors_during_a_panic() {
    panics(|| ready(cleans_up()));
    cancel(cleans_up());
    ended!("cleans_up", "panic" => 1, "cancelled" => 1);
    ended!("in_a_destructor", "ok" => 2);
}

#[observe]
fn reads_in_a_destructor() -> Result<(), String> {
    Ok(())
}

#[test]
fn read_in_destructors_during_a_panic() {
    struct Guard;
    impl Drop for Guard {
        fn drop(&mut self) {
            reads_in_a_destructor().unwrap();
            ready(awaits_in_a_destructor());
            cancel(awaits_in_a_destructor());
        }
    }
    panics(|| {
        let _guard = Guard;
        panic!("by design");
    });
    ended!("reads_in_a_destructor", "ok" => 1);
    ended!("awaits_in_a_destructor", "ok" => 1, "cancelled" => 1);
}

#[observe]
async fn awaits_in_a_destructor() {
    Yield::default().await;
}

#[observe]
fn catches() -> Result<(), String> {
    let caught = std::panic::catch_unwind(|| inner_panic());
    caught.map_err(|_| "inside".to_owned())
}

#[observe]
fn inner_panic() {
    panic!("by design");
}

#[test]
fn caught_inside() {
    assert!(catches().is_err());
    ended!("inner_panic", "panic" => 1);
    ended!("catches", "error/_OTHER" => 1);
}

macro_rules! bail {
    ($message:expr) => {
        return Err($message.to_owned())
    };
}

#[observe]
fn bails(n: u8) -> Result<u8, String> {
    if n == 0 {
        bail!("zero");
    }
    Ok(n)
}

#[observe]
async fn bails_later(n: u8) -> Result<u8, String> {
    if n == 0 {
        bail!("zero");
    }
    Ok(n)
}

#[test]
fn by_a_macro() {
    assert!(bails(0).is_err() && bails(1).is_ok());
    assert!(ready(bails_later(0)).is_err() && ready(bails_later(1)).is_ok());
    ended!("bails", "ok" => 1, "error/_OTHER" => 1);
    ended!("bails_later", "ok" => 1, "error/_OTHER" => 1);
}

#[observe]
async fn polled_again() -> u8 {
    1
}

#[test]
fn a_future_polled_after_its_end_counts_once() {
    let mut future = Box::pin(polled_again());
    let context = &mut Context::from_waker(Waker::noop());
    assert_eq!(future.as_mut().poll(context), Poll::Ready(1));
    panics(|| future.as_mut().poll(context));
    ended!("polled_again", "ok" => 1);
}
