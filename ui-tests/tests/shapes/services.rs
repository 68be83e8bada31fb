//! Implementations that give the future that they return a name, where what is in it may not last.

use obs_runtime::observe;
use std::future::Future;
use std::pin::Pin;
use ui_tests::{Yield, cancel, ended, ready};

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

trait Service<Request> {
    type Response;
    type Error;
    type Future: Future<Output = Result<Self::Response, Self::Error>>;

    fn call(&mut self, request: Request) -> Self::Future;
}

/// A service whose future is a box of anything, whether it lasts or not.
struct Innermost;

impl Service<bool> for Innermost {
    type Response = u8;
    type Error = String;
    type Future = Boxed<Result<u8, String>>;

    fn call(&mut self, is_ok: bool) -> Self::Future {
        Box::pin(async move {
            Yield::default().await;
            is_ok.then_some(1).ok_or_else(|| "no".to_owned())
        })
    }
}

struct Handing<S>(S);

#[observe]
impl<S, Request, T, E> Service<Request> for Handing<S>
where
    S: Service<Request, Response = T, Error = E, Future = Boxed<Result<T, E>>>,
{
    type Response = T;
    type Error = E;
    type Future = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

    /// Another box around this one would ask of `T` and `E` that they last.
    fn call(&mut self, request: Request) -> Self::Future {
        self.0.call(request)
    }
}

struct Pinning<S>(S);

#[observe]
impl<S, Request, T, E> Service<Request> for Pinning<S>
where
    S: Service<Request, Response = T, Error = E>,
    S::Future: Send + 'static,
{
    type Response = T;
    type Error = E;
    type Future = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

    fn call(&mut self, request: Request) -> Self::Future {
        let future = self.0.call(request);
        Box::pin(async move {
            Yield::default().await;
            future.await
        })
    }
}

struct Guarding<S>(S);

#[observe]
impl<S> Service<Option<bool>> for Guarding<S>
where
    S: Service<bool, Response = u8, Error = String> + Send + 'static,
    S::Future: Send,
{
    type Response = u8;
    type Error = String;
    type Future = Pin<Box<dyn Future<Output = Result<u8, String>> + Send>>;

    fn call(&mut self, request: Option<bool>) -> Self::Future {
        let Some(request) = request else { return Box::pin(std::future::ready(Err("none".to_owned()))) };
        Box::pin(self.0.call(request))
    }
}

#[test]
fn what_does_not_last_is_put_into_no_other_box() {
    let is_async =
        |name: &str| obs_runtime::catalogue().functions.iter().find(|f| f.name == name).map(|f| f.is_async);
    assert_eq!(ready(Handing(Innermost).call(true)), Ok(1));
    ended!("Handing::call", "ok" => 1);
    assert_eq!(is_async("Handing::call"), Some(false));
    assert_eq!(ready(Pinning(Innermost).call(true)), Ok(1));
    assert!(ready(Pinning(Innermost).call(false)).is_err());
    cancel(Pinning(Innermost).call(true));
    ended!("Pinning::call", "ok" => 1, "error/_OTHER" => 1, "cancelled" => 1);
    assert_eq!(is_async("Pinning::call"), Some(true));
    assert!(ready(Guarding(Innermost).call(None)).is_err());
    assert_eq!(ready(Guarding(Innermost).call(Some(true))), Ok(1));
    cancel(Guarding(Innermost).call(Some(true)));
    ended!("Guarding::call", "ok" => 1, "error/_OTHER" => 1, "cancelled" => 1);
}

#[derive(Debug, PartialEq)]
struct Answer;

trait Asked {
    type Future;

    fn ask<Answer>(&self, as_well: Answer) -> Self::Future;
}

struct Named;

#[observe]
impl Asked for Named {
    type Future = Pin<Box<dyn Future<Output = Answer>>>;

    /// Its parameter is called as what the future yields.
    fn ask<Answer>(&self, _: Answer) -> Self::Future {
        Box::pin(std::future::ready(answer()))
    }
}

fn answer() -> Answer {
    Answer
}

#[test]
fn names_mean_what_they_mean_in_the_block() {
    assert_eq!(ready(Named.ask(1)), Answer);
    ended!("Named::ask", "ok" => 1);
}
