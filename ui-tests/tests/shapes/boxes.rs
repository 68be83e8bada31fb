//! Boxed futures that are one or another, and boxes by other names.

use obs_runtime::observe;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;
use ui_tests::{Yield, ended, ready};

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

async fn first() -> Result<u8, String> {
    Yield::default().await;
    Ok(1)
}

async fn second() -> Result<u8, String> {
    Err("second".to_owned())
}

#[observe]
fn either(is_first: bool) -> Pin<Box<dyn Future<Output = Result<u8, String>> + Send>> {
    if is_first { Box::pin(first()) } else { Box::pin(second()) }
}

#[observe]
fn matched(n: u8) -> Pin<Box<dyn Future<Output = Result<u8, String>>>> {
    let below = n.saturating_sub(1);
    match n {
        0 => Box::pin(second()),
        1 => Box::pin(std::future::ready(Ok(below))),
        _ => Box::pin(async move { Ok(below) }),
    }
}

#[observe]
fn borrowed<'a>(shelf: &'a Mutex<Vec<u8>>) -> Pin<Box<dyn Future<Output = usize> + Send + 'a>> {
    match shelf.lock().unwrap().len() {
        0 => Box::pin(async { 0 }),
        _ => Box::pin(async move { shelf.lock().unwrap().len() }),
    }
}

#[observe]
fn unwritten(_: u8) -> Pin<Box<dyn Future<Output = u8>>> {
    unimplemented!("on purpose")
}

#[test]
fn branches_are_boxes_of_different_futures() {
    assert_eq!(ready(either(true)), Ok(1));
    assert!(ready(either(false)).is_err());
    ended!("either", "ok" => 1, "error/_OTHER" => 1);
    assert!(ready(matched(0)).is_err());
    assert_eq!((ready(matched(1)), ready(matched(2))), (Ok(0), Ok(1)));
    ended!("matched", "ok" => 2, "error/_OTHER" => 1);
    assert_eq!((ready(borrowed(&Mutex::default())), ready(borrowed(&Mutex::new(vec![1])))), (0, 1));
    ended!("borrowed", "ok" => 2);
    assert!(std::panic::catch_unwind(|| unwritten(1)).is_err());
    ended!("unwritten", "panic" => 1);
}

mod other {
    //! As in tonic, where the alias is given what a `Result` is.
    pub(super) type BoxFuture<T, E> = super::Boxed<Result<T, E>>;
}

#[observe]
fn of_a_result(n: u8) -> other::BoxFuture<u8, String> {
    Box::pin(async move { n.checked_add(1).ok_or_else(|| "too much".to_owned()) })
}

#[observe]
fn of_a_result_that_is_ok(n: u8) -> other::BoxFuture<u8, Infallible> {
    if n == 0 { Box::pin(async { Ok(0) }) } else { Box::pin(std::future::ready(Ok(n))) }
}

#[observe]
fn of_one_type(n: u8) -> Pin<Box<impl Future<Output = Result<u8, String>> + Send>> {
    Box::pin(async move {
        Yield::default().await;
        n.checked_add(1).ok_or_else(|| "too much".to_owned())
    })
}

#[test]
fn boxes_by_other_names() {
    assert_eq!(ready(of_a_result(1)), Ok(2));
    assert!(ready(of_a_result(255)).is_err());
    ended!("of_a_result", "ok" => 1, "error/_OTHER" => 1);
    assert_eq!((ready(of_a_result_that_is_ok(0)), ready(of_a_result_that_is_ok(1))), (Ok(0), Ok(1)));
    ended!("of_a_result_that_is_ok", "ok" => 2);
    assert_eq!(ready(of_one_type(1)), Ok(2));
    assert!(ready(of_one_type(255)).is_err());
    ended!("of_one_type", "ok" => 1, "error/_OTHER" => 1);
}

#[observe]
fn handed_on<'a, T: 'a>(
    future: Pin<Box<dyn Future<Output = T> + 'a>>,
) -> Pin<Box<dyn Future<Output = T> + 'a>> {
    future
}

struct Held<T>(T);

impl<T: Clone> Held<T> {
    #[observe]
    fn again<'a>(
        &'a self,
        future: Option<Pin<Box<dyn Future<Output = T> + 'a>>>,
    ) -> Pin<Box<dyn Future<Output = T> + 'a>> {
        future.unwrap_or_else(|| Box::pin(async { self.0.clone() }))
    }
}

#[observe]
fn made<T>(value: T) -> Pin<Box<dyn Future<Output = Option<T>>>>
where
    T: Clone + 'static,
{
    Box::pin(async move {
        Yield::default().await;
        Some(value.clone())
    })
}

#[test]
fn boxes_of_a_parameter() {
    let text = "a".to_owned();
    assert_eq!(ready(handed_on(Box::pin(async { text.as_str() }))), "a");
    ended!("handed_on", "ok" => 1);
    let held = Held(text.as_str());
    assert_eq!((ready(held.again(None)), ready(held.again(Some(Box::pin(async { "b" }))))), ("a", "b"));
    ended!("again", "ok" => 2);
    assert_eq!(ready(made("c")), Some("c"));
    ended!("made", "ok" => 1);
}

trait Asked {
    type Answer;
    fn ask(&self) -> impl Future<Output = Result<Self::Answer, String>> + Send;

    /// Nobody says how long an answer lives.
    #[observe]
    fn ask_boxed(&self) -> Pin<Box<dyn Future<Output = Result<Self::Answer, String>> + Send + '_>> {
        Box::pin(self.ask())
    }
}

impl Asked for u8 {
    type Answer = u8;

    async fn ask(&self) -> Result<u8, String> {
        Yield::default().await;
        self.checked_add(1).ok_or_else(|| "too much".to_owned())
    }
}

#[observe]
fn of_a_function<T, F: Future<Output = Option<T>> + 'static>(
    make: impl Fn() -> F,
) -> Pin<Box<dyn Future<Output = Option<T>>>> {
    Box::pin(make())
}

#[observe]
fn of_no_known_type(is_empty: bool) -> Pin<Box<dyn Future<Output = Result<Vec<u8>, String>>>> {
    assert!(is_empty);
    Box::pin(std::future::ready(Ok(vec![])))
}

#[observe]
fn of_a_written_type(n: u8) -> Pin<Box<dyn Future<Output = Option<u8>>>> {
    Box::<std::future::Ready<Option<u8>>>::pin(std::future::ready(Some(n)))
}

#[test]
fn boxes_of_futures_that_are_made_elsewhere() {
    assert_eq!(ready(of_a_written_type(1)), Some(1));
    ended!("of_a_written_type", "ok" => 1);
    assert_eq!(ready(1.ask_boxed()), Ok(2));
    assert!(ready(255.ask_boxed()).is_err());
    ui_tests::cancel(1.ask_boxed());
    ended!("ask_boxed", "ok" => 1, "error/_OTHER" => 1, "cancelled" => 1);
    assert_eq!(ready(of_a_function(|| async { Some(1) })), Some(1));
    ended!("of_a_function", "ok" => 1);
    assert_eq!(ready(of_no_known_type(true)), Ok(vec![]));
    assert!(!ui_tests::panics(|| drop(of_no_known_type(false))).is_empty());
    ended!("of_no_known_type", "ok" => 1, "panic" => 1);
}

/// As `tower` has it: what is returned is called by a name that only the block knows.
trait Service<Request> {
    type Response;
    type Error;
    type Future: Future<Output = Result<Self::Response, Self::Error>>;

    fn call(&mut self, request: Request) -> Self::Future;
}

#[derive(Clone)]
struct Checked;

#[observe]
impl Service<u8> for Checked {
    type Response = u8;
    type Error = String;
    type Future = Boxed<Result<u8, String>>;

    #[observe(name = "Checked::alias")]
    fn call(&mut self, request: u8) -> Self::Future {
        Box::pin(std::future::ready(Ok(request)))
    }
}

#[derive(Clone)]
struct Layered<S>(S);

#[observe]
impl<S, Request> Service<Request> for Layered<S>
where
    S: Service<Request> + Clone + Send + 'static,
    S::Future: Send,
    Request: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn call(&mut self, request: Request) -> Self::Future {
        let mut inner = self.0.clone();
        Box::pin(async move {
            Yield::default().await;
            inner.call(request).await
        })
    }
}

#[derive(Clone)]
struct Refusing;

impl Service<u8> for Refusing {
    type Response = u8;
    type Error = String;
    type Future = std::future::Ready<Result<u8, String>>;

    fn call(&mut self, request: u8) -> Self::Future {
        std::future::ready(Err(format!("no {request}")))
    }
}

#[test]
fn futures_by_the_name_that_their_block_gives_them() {
    assert!(ready(Layered(Refusing).call(1)).is_err());
    assert_eq!(ready(Layered(Checked).call(1)), Ok(1));
    ui_tests::cancel(Layered(Refusing).call(2));
    drop(Layered(Refusing).call(3));
    ended!("Layered::call", "ok" => 1, "error/_OTHER" => 1, "cancelled" => 2);
    // An alias outside of the block says nothing of what is behind it.
    ended!("Checked::alias", "ok" => 1);
    let functions = obs_runtime::catalogue().functions;
    assert!(functions.iter().any(|f| f.name == "Layered::call" && f.is_async));
}
