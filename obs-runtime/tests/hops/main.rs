//! One trace from a client through everything that a request goes by: HTTP, tasks, threads, a channel, gRPC.

#![cfg(not(feature = "off"))]

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::post;
use bytes::{Buf, BufMut, Bytes};
use http_body::Body as HttpBody;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use obs_runtime::testing::{Captured, Span, capture_future};
use obs_runtime::tower::{ClientLayer, ServerLayer};
use obs_runtime::{
    Baggage, Context, ContextExt, TraceContext, correlation_id, observe, spawn, spawn_blocking,
};
use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::NamedService;
use tonic::service::Routes;
use tonic::transport::Channel;
use tonic::{Response, Status};
use tower::{Layer, Service, ServiceExt, service_fn};

const TRACES: u64 = 100;

/// What a worker is sent.
#[derive(Debug)]
struct Job {
    context: Context,
    order: u64,
    done: oneshot::Sender<String>,
}

#[observe]
async fn accept(order: u64, queue: mpsc::Sender<Job>) -> String {
    let (task, blocking) = (spawn(reserve(order)), spawn_blocking(price));
    let thread = std::thread::spawn(Context::current().wrap(weigh));
    task.await.expect("a task");
    blocking.await.expect("a task");
    thread.join().expect("a thread");
    let (done, answer) = oneshot::channel();
    let sent = queue.send(Job { context: Context::current(), order, done }).await;
    assert!(sent.is_ok());
    answer.await.expect("an answer")
}

#[observe]
async fn reserve(order: u64) {
    tokio::task::yield_now().await;
    assert_eq!(Baggage::current().get("order"), Some(order.to_string().as_str()));
}

#[observe]
fn price() {
    assert!(correlation_id().is_some());
}

#[observe]
fn weigh() {
    assert!(TraceContext::current().is_some());
}

#[observe]
async fn work(order: u64, channel: Channel, origin: http::Uri) -> String {
    let client = ClientLayer::new().layer(channel);
    let mut grpc = tonic::client::Grpc::with_origin(client, origin);
    grpc.ready().await.expect("a connection");
    let path = http::uri::PathAndQuery::from_static("/shop.Shipping/Ship");
    let answer = grpc.unary(tonic::Request::new(order.to_string()), path, Text).await;
    answer.expect("an answer").into_inner()
}

#[observe]
fn ship(order: &str) -> String {
    assert_eq!(Baggage::current().get("order"), Some(order), "baggage goes over all hops");
    format!("shipped {order} of {}", correlation_id().expect("an id"))
}

/// Handles what comes by the channel. It is in nobody's context, but each of its jobs is in one.
async fn worker(mut queue: mpsc::Receiver<Job>, server: SocketAddr) {
    let origin: http::Uri = format!("http://{server}").parse().expect("an address");
    let channel = Channel::builder(origin.clone()).connect_lazy();
    while let Some(Job { context, order, done }) = queue.recv().await {
        let work = work(order, channel.clone(), origin.clone()).in_context(context);
        tokio::spawn(async move { done.send(work.await) });
    }
}

/// Messages that are plain text.
#[derive(Clone, Copy, Debug)]
struct Text;

impl Codec for Text {
    type Encode = String;
    type Decode = String;
    type Encoder = Text;
    type Decoder = Text;

    fn encoder(&mut self) -> Text {
        Text
    }

    fn decoder(&mut self) -> Text {
        Text
    }
}

impl Encoder for Text {
    type Item = String;
    type Error = Status;

    fn encode(&mut self, item: String, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(item.as_bytes());
        Ok(())
    }
}

impl Decoder for Text {
    type Item = String;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<String>, Status> {
        let bytes = buffer.copy_to_bytes(buffer.remaining());
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }
}

/// What tonic generates of a service with one method.
#[derive(Clone, Copy, Debug)]
struct Shipping;

impl NamedService for Shipping {
    const NAME: &'static str = "shop.Shipping";
}

impl Service<http::Request<tonic::body::Body>> for Shipping {
    type Response = http::Response<tonic::body::Body>;
    type Error = Infallible;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Infallible>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<tonic::body::Body>) -> Self::Future {
        Box::pin(async move {
            let handler = service_fn(|request: tonic::Request<String>| async move {
                Ok::<_, Status>(Response::new(ship(request.get_ref())))
            });
            Ok(tonic::server::Grpc::new(Text).unary(handler, request).await)
        })
    }
}

/// Keeps the streams of a connection in its context, so that the test captures their spans too.
#[derive(Clone, Copy, Debug)]
struct InContext;

impl<F: Future<Output = ()> + Send + 'static> hyper::rt::Executor<F> for InContext {
    fn execute(&self, stream: F) {
        spawn(stream);
    }
}

/// Serves connections, HTTP/1 and 2. They are spawned in the context of the test, which captures their spans.
async fn serve<S, B>(service: S) -> SocketAddr
where
    S: Service<http::Request<hyper::body::Incoming>, Response = http::Response<B>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: std::error::Error + Send + Sync,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = TowerToHyperService::new(service.clone());
            spawn(async move {
                let _ = auto::Builder::new(InContext).serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    address
}

/// The shop, and who ships for it.
async fn start() -> SocketAddr {
    let shipping = serve(ServerLayer::new().layer(Routes::new(Shipping))).await;
    let (jobs, queue) = mpsc::channel(16);
    tokio::spawn(worker(queue, shipping));
    let order = |State(jobs): State<mpsc::Sender<Job>>, Path(order): Path<u64>| accept(order, jobs);
    let router = Router::new().route("/orders/{id}", post(order)).layer(ServerLayer::new());
    serve(router.with_state(jobs)).await
}

/// An order, by somebody whose own trace is recorded elsewhere.
async fn order(shop: SocketAddr, n: u64) {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let client = ClientLayer::new().layer(client);
    let request = http::Request::post(format!("http://{shop}/orders/{n}")).body(Full::default());
    let answer = client.oneshot(request.expect("a request")).await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let id = answer.headers()["x-correlation-id"].to_str().expect("text").to_owned();
    let body = answer.into_body().collect().await.expect("a body").to_bytes();
    assert_eq!(body, format!("shipped {n} of {id}").as_bytes());
}

/// The only span of that name below that one.
#[track_caller]
fn below<'a>(spans: &[&'a Span], parent: u64, name: &str) -> &'a Span {
    let mut found = spans.iter().filter(|span| span.parent_id == parent && span.name == name);
    match (found.next(), found.next()) {
        (Some(span), None) => span,
        (found, _) => panic!("expected {name:?} once below {parent:x}, found {found:?} in {spans:#?}"),
    }
}

fn traces(captured: &Captured) -> HashMap<u128, Vec<&Span>> {
    let mut traces: HashMap<u128, Vec<&Span>> = HashMap::new();
    captured.all_spans().iter().for_each(|span| traces.entry(span.trace_id).or_default().push(span));
    traces
}

#[tokio::test(flavor = "multi_thread")]
async fn every_hop_is_in_the_trace_of_its_caller() {
    let remote = |n: u64| TraceContext { trace_id: u128::from(n) + 1, span_id: 7, sampled: true };
    let (_, captured) = capture_future(async {
        let shop = start().await;
        let orders: Vec<_> = (0..TRACES)
            .map(|n| {
                let context = Context::current().with_baggage(Baggage::empty().with("order", &n.to_string()));
                spawn(remote(n).in_future(order(shop, n)).in_context(context))
            })
            .collect();
        for order in orders {
            order.await.expect("no panic");
        }
    })
    .await;

    let traces = traces(&captured);
    for n in 0..TRACES {
        let spans = &traces[&remote(n).trace_id];
        let sent = below(spans, 7, "POST");
        let received = below(spans, sent.span_id, "POST /orders/{id}");
        let accepted = below(spans, received.span_id, "accept");
        for name in ["reserve", "price", "weigh"] {
            below(spans, accepted.span_id, name);
        }
        let worked = below(spans, accepted.span_id, "work");
        let called = below(spans, worked.span_id, "shop.Shipping/Ship");
        let answered = below(spans, called.span_id, "shop.Shipping/Ship");
        below(spans, answered.span_id, "ship");
        assert_eq!(spans.len(), 10, "and no others: {spans:#?}");
        for span in spans {
            span.assert_ok();
        }
    }
    assert_eq!(traces.len() as u64, TRACES);
}

#[tokio::test]
async fn an_id_that_comes_with_a_request_goes_back_with_the_answer() {
    // As curl sends it, on a connection of its own.
    let shop = start().await;
    let mut stream = TcpStream::connect(shop).await.expect("a connection");
    let request = "POST /orders/7 HTTP/1.1\r\nHost: shop\r\nConnection: close\r\nContent-Length: 0\r\n\
                   traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\
                   baggage: order=7\r\nX-Correlation-Id: ticket-7\r\n\r\n";
    stream.write_all(request.as_bytes()).await.expect("a connection");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(answer.contains("\r\nx-correlation-id: ticket-7\r\n"), "{answer}");
    assert!(answer.ends_with("shipped 7 of ticket-7"), "{answer}");
}
