//! Functions that are futures, or return one.

use futures_core::future::{BoxFuture, LocalBoxFuture};
use obs_runtime::observe;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use ui_tests::{Yield, cancel, ended, ready};

#[observe]
async fn nothing() {}

#[observe]
async fn fallible(n: u8) -> Result<u8, String> {
    Yield::default().await;
    if n == 0 {
        return Err("zero".to_owned());
    }
    let n = n.checked_add(1).ok_or("too much")?;
    Ok(n)
}

#[observe]
async fn never() -> ! {
    std::future::pending().await
}

#[test]
fn asynchronous() {
    ready(nothing());
    ended!("nothing", "ok" => 1);
    assert_eq!(ready(fallible(1)), Ok(2));
    assert!(ready(fallible(0)).is_err());
    assert!(ready(fallible(255)).is_err());
    ended!("fallible", "ok" => 1, "error/_OTHER" => 2);
    cancel(never());
    ended!("never", "cancelled" => 1);
}

#[observe]
#[allow(clippy::manual_async_fn)]
fn opaque(n: u8) -> impl Future<Output = Result<u8, String>> + Send {
    async move {
        Yield::default().await;
        n.checked_add(1).ok_or_else(|| "too much".to_owned())
    }
}

#[observe]
fn after_statements(text: &str) -> impl Future<Output = Result<usize, String>> + use<> {
    let length = text.len();
    let owned = text.to_owned();
    async move {
        if owned.is_empty() {
            return Err("empty".to_owned());
        }
        Ok(length)
    }
}

#[observe]
fn handed_on(n: u8) -> impl Future<Output = Result<u8, String>> {
    let succeeded = n.checked_add(1).ok_or_else(|| "too much".to_owned());
    std::future::ready(succeeded)
}

#[observe]
fn one_of_two(n: u8) -> impl Future<Output = Result<u8, String>> {
    if n == 0 {
        return std::future::ready(Err("zero".to_owned()));
    }
    std::future::ready(Ok(n))
}

#[observe]
fn borrowed<'a>(text: &'a str, into: &'a mut String) -> impl Future<Output = usize> + 'a {
    async move {
        into.push_str(text);
        into.len()
    }
}

#[test]
fn impl_future() {
    assert_eq!(ready(opaque(1)), Ok(2));
    assert!(ready(opaque(255)).is_err());
    ended!("opaque", "ok" => 1, "error/_OTHER" => 1);
    assert_eq!(ready(after_statements("ab")), Ok(2));
    assert!(ready(after_statements("")).is_err());
    ended!("after_statements", "ok" => 1, "error/_OTHER" => 1);
    assert_eq!(ready(handed_on(1)), Ok(2));
    ended!("handed_on", "ok" => 1);
    assert!(ready(one_of_two(1)).is_ok() && ready(one_of_two(0)).is_err());
    ended!("one_of_two", "ok" => 1, "error/_OTHER" => 1);
    assert_eq!(ready(borrowed("ab", &mut "c".to_owned())), 3);
    ended!("borrowed", "ok" => 1);
}

#[observe]
fn boxed(n: u8) -> Pin<Box<dyn Future<Output = Result<u8, String>> + Send>> {
    let start = n;
    Box::pin(async move { start.checked_sub(1).ok_or_else(|| "zero".to_owned()) })
}

#[observe]
fn boxed_early(n: u8) -> Pin<Box<dyn Future<Output = u8> + Send>> {
    if n == 0 {
        return Box::pin(async { 0 });
    }
    Box::pin(async move {
        Yield::default().await;
        n
    })
}

#[observe]
fn aliased<'a>(text: &'a str) -> BoxFuture<'a, Result<&'a str, String>> {
    Box::pin(async move { if text.is_empty() { Err("empty".to_owned()) } else { Ok(text) } })
}

#[observe]
fn local(shared: Rc<u8>) -> LocalBoxFuture<'static, u8> {
    Box::pin(async move { *shared })
}

#[observe]
fn boxed_elsewhere(n: u8) -> BoxFuture<'static, Result<u8, String>> {
    boxed(n)
}

#[test]
fn boxed_futures() {
    assert_eq!(ready(boxed(1)), Ok(0));
    assert!(ready(boxed(0)).is_err());
    ended!("boxed", "ok" => 1, "error/_OTHER" => 1);
    assert_eq!((ready(boxed_early(0)), ready(boxed_early(1))), (0, 1));
    ended!("boxed_early", "ok" => 2);
    assert_eq!(ready(aliased("a")), Ok("a"));
    assert!(ready(aliased("")).is_err());
    ended!("aliased", "ok" => 1, "error/_OTHER" => 1);
    assert_eq!(ready(local(Rc::new(3))), 3);
    ended!("local", "ok" => 1);
    assert_eq!(ready(boxed_elsewhere(4)), Ok(3));
    ended!("boxed_elsewhere", "ok" => 1);
}

#[observe]
async fn depth(n: u32) -> Result<u32, String> {
    if n == 0 {
        return Ok(0);
    }
    let below = Box::pin(depth(n - 1)).await?;
    Ok(below + 1)
}

#[observe]
fn boxed_depth(n: u32) -> Pin<Box<dyn Future<Output = u32> + Send>> {
    Box::pin(async move { if n == 0 { 0 } else { boxed_depth(n - 1).await + 1 } })
}

#[test]
fn recursion() {
    assert_eq!(ready(depth(20)), Ok(20));
    ended!("depth", "ok" => 21);
    assert_eq!(ready(boxed_depth(20)), 20);
    ended!("boxed_depth", "ok" => 21);
}

#[observe]
#[allow(unsafe_code)]
async unsafe fn dangerous(n: *const u8) -> Result<u8, String> {
    if n.is_null() {
        return Err("null".to_owned());
    }
    // SAFETY: the callers pass references.
    Ok(unsafe { *n })
}

#[observe]
#[allow(improper_ctypes_definitions)]
async extern "C" fn foreign(n: u8) -> u8 {
    n
}

#[test]
#[allow(unsafe_code)]
fn unsafe_and_extern() {
    // SAFETY: a reference.
    assert_eq!(ready(unsafe { dangerous(&3) }), Ok(3));
    ended!("dangerous", "ok" => 1);
    assert_eq!(ready(foreign(2)), 2);
    ended!("foreign", "ok" => 1);
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

fn assert_static<T: 'static>(value: T) -> T {
    value
}

#[observe(fields(n), ok_if = |n: &u8| *n > 0)]
async fn sendable(n: u8) -> u8 {
    Yield::default().await;
    n
}

#[observe(labels(even = n % 2 == 0))]
async fn labelled(n: u8, text: String) -> Result<String, String> {
    Yield::default().await;
    if n == 0 {
        return Err(text);
    }
    Ok(text)
}

#[observe(ok_if = |n| *n > 0)]
#[allow(clippy::manual_async_fn)]
fn sendable_opaque(n: u8) -> impl Future<Output = u8> + Send + 'static {
    async move { n }
}

#[test]
fn futures_stay_send_and_static() {
    ready(assert_static(assert_send(sendable(1))));
    ready(assert_static(assert_send(fallible(1)))).ok();
    ready(assert_static(assert_send(labelled(1, String::new())))).ok();
    ready(assert_static(assert_send(sendable_opaque(1))));
    ended!("sendable", "ok" => 1);
    ended!("sendable_opaque", "ok" => 1);
    ended!("labelled", "ok even=false" => 1);
}

#[observe]
async fn large(n: u8) -> Result<usize, String> {
    let block = [n; 16 * 1024];
    Yield::default().await;
    if block[0] == 0 {
        return Err("zero".to_owned());
    }
    Ok(block.iter().map(|n| usize::from(*n)).sum())
}

async fn large_unobserved(n: u8) -> Result<usize, String> {
    let block = [n; 16 * 1024];
    Yield::default().await;
    if block[0] == 0 {
        return Err("zero".to_owned());
    }
    Ok(block.iter().map(|n| usize::from(*n)).sum())
}

#[test]
fn a_large_future_grows_little() {
    assert_eq!(ready(Box::pin(large(1))), Ok(16 * 1024));
    ended!("large", "ok" => 1);
    // What it awaits is held once, not once for each wrapper.
    let grown = size_of_val(&large(1)) - size_of_val(&large_unobserved(1));
    assert!(grown <= 64, "the future grew by {grown} bytes");
}

#[observe]
async fn selected(n: u8) -> u8 {
    let inner = async {
        Yield::default().await;
        return n;
    };
    let closure = |n: u8| -> Option<u8> { n.checked_add(1) };
    closure(inner.await).unwrap_or(0)
}

#[observe]
async fn by_async_closure(n: u8) -> Result<u8, String> {
    let twice = async |n: u8| n.checked_mul(2).ok_or_else(|| "too much".to_owned());
    let n = twice(n).await?;
    twice(n).await
}

#[test]
fn blocks_and_closures_inside() {
    assert_eq!(ready(selected(1)), 2);
    assert_eq!(ready(by_async_closure(1)), Ok(4));
    assert!(ready(by_async_closure(100)).is_err());
    ended!("selected", "ok" => 1);
    ended!("by_async_closure", "ok" => 1, "error/_OTHER" => 1);
}

trait Fetch {
    async fn fetch(&self, n: u8) -> Result<u8, String>;

    fn fetch_all(&self, n: u8) -> impl Future<Output = Result<u8, String>> + Send
    where
        Self: Sync;

    #[observe(name = "fetch_by_default")]
    async fn fetch_default(&self) -> Result<u8, String> {
        self.fetch(1).await
    }
}

struct Remote;

impl Fetch for Remote {
    #[observe]
    async fn fetch(&self, n: u8) -> Result<u8, String> {
        n.checked_add(1).ok_or_else(|| "too much".to_owned())
    }

    #[observe]
    async fn fetch_all(&self, n: u8) -> Result<u8, String> {
        Yield::default().await;
        Ok(n)
    }
}

#[test]
fn async_functions_of_traits() {
    assert_eq!(ready(Remote.fetch_default()), Ok(2));
    assert_eq!(ready(assert_send(Remote.fetch_all(3))), Ok(3));
    ended!("fetch", "ok" => 1);
    ended!("fetch_all", "ok" => 1);
    ended!("fetch_by_default", "ok" => 1);
}
