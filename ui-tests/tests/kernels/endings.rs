//! Every way in which a launch can end, once each.

use super::host;
use obs_gpu::{Lane, gpu_kernel};
use obs_runtime::ErrorCategory;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use ui_tests::{Yield, cancel, launch_errors, launched, panics, ready};

#[derive(Debug, thiserror::Error, ErrorCategory)]
enum LaunchError {
    #[error("no memory")]
    #[category("out_of_memory", severity = "critical")]
    OutOfMemory,
    #[error("refused")]
    #[category("refused")]
    Refused,
}

type Launched<T> = Result<T, LaunchError>;

#[gpu_kernel(stream = stream, name = "endings_sync")]
fn sync(stream: Lane<'static>, n: u8) -> Result<u8, LaunchError> {
    match n {
        0 => Err(LaunchError::OutOfMemory)?,
        1 => return Err(LaunchError::Refused),
        2 => panic!("by design"),
        n => Ok(n),
    }
}

#[test]
fn of_functions() {
    assert!(sync(host(), 0).is_err() && sync(host(), 1).is_err());
    assert_eq!(panics(|| sync(host(), 2)), "by design");
    assert!(sync(host(), 3).is_ok() && sync(host(), 4).is_ok());
    launched!("endings_sync", "ok" => 2, "error" => 2, "panic" => 1);
    let errors = launch_errors("endings_sync");
    assert_eq!((errors["out_of_memory"], errors["refused"]), (1, 1));
}

#[gpu_kernel(stream = stream, name = "endings_nothing")]
fn nothing(stream: Lane<'static>, n: u8) {
    if n == 0 {
        return;
    }
    assert!(n > 1, "by design");
}

#[gpu_kernel(stream = stream, name = "endings_never")]
fn never(stream: Lane<'static>) -> ! {
    panic!("by design")
}

#[gpu_kernel(stream = stream, name = "endings_optional")]
fn optional(stream: Lane<'static>, text: &str) -> Option<char> {
    let first = text.chars().next()?;
    Some(first)
}

#[gpu_kernel(stream = stream, name = "endings_aliased")]
fn aliased(stream: Lane<'static>, n: u8) -> Launched<u8> {
    n.checked_sub(1).ok_or(LaunchError::Refused)
}

#[gpu_kernel(stream = stream, name = "endings_plain")]
fn plain(stream: Lane<'static>, text: &str) -> Result<u8, std::num::ParseIntError> {
    let n: u8 = text.parse()?;
    Ok(n)
}

#[test]
fn by_what_is_returned() {
    nothing(host(), 0);
    nothing(host(), 2);
    panics(|| nothing(host(), 1));
    launched!("endings_nothing", "ok" => 2, "panic" => 1);
    panics(|| never(host()));
    launched!("endings_never", "panic" => 1);
    assert_eq!((optional(host(), ""), optional(host(), "a")), (None, Some('a')));
    launched!("endings_optional", "ok" => 2);
    assert!(aliased(host(), 0).is_err() && aliased(host(), 1).is_ok());
    launched!("endings_aliased", "ok" => 1, "error" => 1);
    assert_eq!(launch_errors("endings_aliased")["refused"], 1);
    assert!(plain(host(), "x").is_err());
    launched!("endings_plain", "error" => 1);
    assert_eq!(launch_errors("endings_plain")["_OTHER"], 1);
}

#[gpu_kernel(stream = stream, name = "endings_later")]
async fn later(stream: Lane<'static>, n: u8) -> Launched<u8> {
    Yield::default().await;
    match n {
        0 => Err(LaunchError::Refused),
        1 => panic!("by design"),
        n => Ok(n),
    }
}

#[test]
fn of_futures() {
    assert!(ready(later(host(), 2)).is_ok() && ready(later(host(), 0)).is_err());
    assert_eq!(panics(|| ready(later(host(), 1))), "by design");
    cancel(later(host(), 2));
    // A future that nobody polls is no launch.
    drop(later(host(), 2));
    launched!("endings_later", "ok" => 1, "error" => 1, "panic" => 1, "cancelled" => 1);
    assert_eq!(launch_errors("endings_later")["refused"], 1);
}

#[gpu_kernel(stream = stream, name = "endings_opaque")]
fn opaque(stream: Lane<'static>, n: u8) -> impl Future<Output = Launched<u8>> {
    assert!(n < 9, "by design");
    async move {
        Yield::default().await;
        n.checked_sub(1).ok_or(LaunchError::Refused)
    }
}

#[gpu_kernel(stream = stream, name = "endings_boxed")]
fn boxed(stream: Lane<'static>, n: u8) -> Pin<Box<dyn Future<Output = Launched<u8>> + Send>> {
    if n == 0 {
        return Box::pin(async { Err(LaunchError::OutOfMemory) });
    }
    Box::pin(async move {
        Yield::default().await;
        Ok(n)
    })
}

#[test]
fn of_returned_futures() {
    assert!(ready(opaque(host(), 1)).is_ok() && ready(opaque(host(), 0)).is_err());
    panics(|| ready(opaque(host(), 9)));
    cancel(opaque(host(), 1));
    // Its statements are part of the launch, so that it has begun.
    drop(opaque(host(), 1));
    launched!("endings_opaque", "ok" => 1, "error" => 1, "panic" => 1, "cancelled" => 2);
    assert!(ready(boxed(host(), 1)).is_ok() && ready(boxed(host(), 0)).is_err());
    cancel(boxed(host(), 1));
    launched!("endings_boxed", "ok" => 1, "error" => 1, "cancelled" => 1);
    assert_eq!(launch_errors("endings_boxed")["out_of_memory"], 1);
}

#[gpu_kernel(stream = host(), name = "endings_again")]
async fn again() -> u8 {
    1
}

#[test]
fn a_future_polled_after_its_end_is_one_launch() {
    let mut future = pin!(again());
    let context = &mut Context::from_waker(Waker::noop());
    assert_eq!(future.as_mut().poll(context), Poll::Ready(1));
    panics(|| future.as_mut().poll(context));
    launched!("endings_again", "ok" => 1);
}

#[gpu_kernel(stream = host(), name = "endings_in_a_destructor")]
fn in_a_destructor() {}

#[test]
fn in_destructors_during_a_panic() {
    struct Guard;
    impl Drop for Guard {
        fn drop(&mut self) {
            in_a_destructor();
        }
    }
    panics(|| {
        let _guard = Guard;
        panic!("by design");
    });
    launched!("endings_in_a_destructor", "ok" => 1);
}

macro_rules! bail {
    ($error:expr) => {
        return Err($error)
    };
}

#[gpu_kernel(stream = host(), name = "endings_bails")]
fn bails(n: u8) -> Launched<u8> {
    if n == 0 {
        bail!(LaunchError::Refused);
    }
    Ok(n)
}

#[test]
fn by_a_macro() {
    assert!(bails(0).is_err() && bails(1).is_ok());
    launched!("endings_bails", "ok" => 1, "error" => 1);
}
