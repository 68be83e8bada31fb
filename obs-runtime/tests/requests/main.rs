//! Layers around services that do as they are told.

#![cfg(not(feature = "off"))]

mod catalogue;
mod client;
mod grpc;
mod server;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame};
use obs_runtime::snapshot::Value;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use tower::{Layer, Service};

/// A body of these frames. It says nothing beforehand.
#[derive(Debug, Default)]
struct Frames {
    frames: VecDeque<io::Result<Frame<Bytes>>>,
    /// Whether there could be more at the end of these.
    open: bool,
}

impl Frames {
    fn of(texts: &[&'static str]) -> Frames {
        let frames = texts.iter().map(|text| Ok(Frame::data(Bytes::from_static(text.as_bytes()))));
        Frames { frames: frames.collect(), open: false }
    }

    fn then(mut self, frame: io::Result<Frame<Bytes>>) -> Frames {
        self.frames.push_back(frame);
        self
    }

    fn trailed(self, name: &'static str, value: &'static str) -> Frames {
        let trailers = HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())]);
        self.then(Ok(Frame::trailers(trailers)))
    }
}

impl Body for Frames {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.frames.pop_front() {
            None if self.open => Poll::Pending,
            frame => Poll::Ready(frame),
        }
    }
}

type Answer = Result<Response<Frames>, Infallible>;

/// A service that does this.
#[derive(Clone, Debug)]
struct Does<F>(F);

impl<F, R> Service<Request<()>> for Does<F>
where
    F: FnMut(Request<()>) -> R,
    R: Future,
    Does<F>: Sized,
    R::Output: IsResult,
{
    type Response = <R::Output as IsResult>::Ok;
    type Error = <R::Output as IsResult>::Err;
    type Future = Mapped<R>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<()>) -> Mapped<R> {
        Mapped(Box::pin((self.0)(request)))
    }
}

trait IsResult {
    type Ok;
    type Err;
    fn result(self) -> Result<Self::Ok, Self::Err>;
}

impl<T, E> IsResult for Result<T, E> {
    type Ok = T;
    type Err = E;

    fn result(self) -> Result<T, E> {
        self
    }
}

#[derive(Debug)]
struct Mapped<R>(Pin<Box<R>>);

impl<R: Future> Future for Mapped<R>
where
    R::Output: IsResult,
{
    type Output = Result<<R::Output as IsResult>::Ok, <R::Output as IsResult>::Err>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx).map(IsResult::result)
    }
}

fn cx() -> Context<'static> {
    Context::from_waker(Waker::noop())
}

/// What is ready at once.
fn now<F: Future>(future: F) -> F::Output {
    match std::pin::pin!(future).poll(&mut cx()) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it is not ready"),
    }
}

/// Every frame, until the end or an error.
fn read<B: Body + Unpin>(mut body: B) -> Vec<Frame<B::Data>> {
    let mut frames = Vec::new();
    while let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut body).poll_frame(&mut cx()) {
        frames.push(frame);
    }
    frames
}

fn request(method: &str, uri: &str, headers: &[(&str, &str)]) -> Request<()> {
    let builder = Request::builder().method(method).uri(uri);
    headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value)).body(()).unwrap()
}

/// One request to a service in that layer.
fn send<L, F, R, B, E>(layer: &L, request: Request<()>, service: F) -> Result<Response<B>, E>
where
    L: Layer<Does<F>>,
    L::Service: Service<Request<()>, Response = Response<B>, Error = E>,
    F: FnMut(Request<()>) -> R,
{
    now(layer.layer(Does(service)).call(request))
}

/// Answers at once.
fn answer(status: u16, body: Frames) -> impl FnMut(Request<()>) -> Ready<Answer> {
    let mut answer = Some(Response::builder().status(status).body(body).unwrap());
    move |_| ready(Ok(answer.take().expect("one request")))
}

/// The one series with these labels and maybe others; how many observations it has.
#[track_caller]
fn count(family: &str, labels: &[(&str, &str)]) -> u64 {
    let snapshot = obs_runtime::snapshot();
    let series = snapshot.family(family).into_iter().flat_map(|family| &family.series);
    let found: Vec<_> = series
        .filter(|series| labels.iter().all(|(name, value)| series.labels.get(name) == Some(value)))
        .collect();
    assert!(found.len() <= 1, "{found:?}");
    found.first().map_or(0, |series| match &series.value {
        Value::Integer(count) => *count,
        Value::Histogram(histogram) => histogram.count(),
        other => panic!("{other:?}"),
    })
}

/// The labels of all series of a family.
fn labels(family: &str) -> Vec<String> {
    let snapshot = obs_runtime::snapshot();
    let family = snapshot.family(family).unwrap_or_else(|| panic!("{family}"));
    family.series.iter().map(|series| series.labels.escaped().to_owned()).collect()
}

fn sum(family: &str) -> f64 {
    let snapshot = obs_runtime::snapshot();
    let sum = |value: &Value| if let Value::Histogram(histogram) = value { histogram.sum } else { f64::NAN };
    snapshot
        .family(family)
        .into_iter()
        .flat_map(|family| &family.series)
        .map(|series| sum(&series.value))
        .sum()
}
