//! A shop whose orders go by everything that a request can go by: HTTP, tasks, threads, a channel, gRPC.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::post;
use bytes::{Buf, BufMut, Bytes};
use http_body::Body as HttpBody;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use obs_runtime::tower::{ClientLayer, ServerLayer};
use obs_runtime::{
    Baggage, Context, ContextExt, TraceContext, correlation_id, observe, spawn, spawn_blocking,
};
use std::convert::Infallible;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::NamedService;
use tonic::service::Routes;
use tonic::transport::Channel;
use tonic::{Response, Status};
use tower::{Layer, Service, ServiceExt, service_fn};

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
    // It has no span of its own.
    spawn(async { tracing::info!("noted") }).await.expect("a task");
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
    tracing::info!(name: "order.shipped", order, "shipped");
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

/// Who ships for the shop.
pub async fn shipping() -> SocketAddr {
    serve(ServerLayer::new().layer(Routes::new(Shipping))).await
}

/// The shop's routes.
pub fn router(shipping: SocketAddr) -> Router {
    let (jobs, queue) = mpsc::channel(16);
    tokio::spawn(worker(queue, shipping));
    let order = |State(jobs): State<mpsc::Sender<Job>>, Path(order): Path<u64>| accept(order, jobs);
    Router::new().route("/orders/{id}", post(order)).layer(ServerLayer::new()).with_state(jobs)
}

/// The shop.
pub async fn shop(shipping: SocketAddr) -> SocketAddr {
    serve(router(shipping)).await
}

/// Where orders are placed.
pub type Orders = Client<HttpConnector, Full<Bytes>>;

pub fn orders() -> Orders {
    Client::builder(TokioExecutor::new()).build_http()
}

/// Places an order. Its number is to be in the baggage.
///
/// # Errors
///
/// The shop cannot be reached.
pub async fn order(orders: Orders, shop: SocketAddr, n: u64) -> Result<(), String> {
    let client = ClientLayer::new().layer(orders);
    let request = http::Request::post(format!("http://{shop}/orders/{n}")).body(Full::default());
    let answer = client.oneshot(request.expect("a request")).await.map_err(|error| error.to_string())?;
    assert_eq!(answer.status(), 200);
    let id = answer.headers()["x-correlation-id"].to_str().expect("text").to_owned();
    let body = answer.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
    assert_eq!(body, format!("shipped {n} of {id}").as_bytes());
    Ok(())
}
