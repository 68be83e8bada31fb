//! Requests that go out.

use super::body::ObservedBody;
use super::exchange::{Exchange, How};
use super::metrics::{Set, Side};
use super::{RequestLabel, attribute, grpc, text, words};
use crate::baggage::Baggage;
use crate::carry;
use crate::clock;
use crate::propagate::{header, inject};
use crate::trace::request::RequestSpan;
use http::header::{CONTENT_TYPE, HOST, HeaderName};
use http::uri::Authority;
use http::{Method, Request, Response};
use http_body::Body;
use obs_model::request::{Protocol, Requests};
use pin_project_lite::pin_project;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tower_layer::Layer;
use tower_service::Service;

/// The header that a correlation id is sent in, unless told.
const CORRELATION: &str = "x-correlation-id";

/// What is told apart of clients.
#[derive(Clone, Debug)]
struct Settings {
    names: Requests,
    correlation: Option<HeaderName>,
    baggage: bool,
    path: bool,
}

/// Sends the context with each request, with a span and metrics. See [the module](super) for what is measured.
///
/// A request whose answer is read to its end lasts until there; one whose answer is dropped, until then. Each
/// attempt of a layer outside of this one, such as tower's `Retry`, is a request.
///
/// Around tonic's `Channel`, make the client by `with_origin`: a request says whom it goes to only then.
///
/// ```
/// use obs_runtime::tower::ClientLayer;
/// use tower::{ServiceBuilder, service_fn};
///
/// # async fn send(request: http::Request<String>) -> Result<http::Response<String>, std::io::Error> {
/// #     assert_eq!(request.headers()["baggage"], "tenant=acme");
/// #     Ok(http::Response::new(String::new()))
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// // Any client that is a service of requests, such as hyper-util's.
/// let client = ServiceBuilder::new().layer(ClientLayer::new()).service(service_fn(send));
/// let request = http::Request::get("http://inventory/items").body(String::new()).unwrap();
/// let _attached = obs_runtime::Baggage::parse("tenant=acme").attach();
/// let answer = tower::ServiceExt::oneshot(client, request);
/// # answer.await.unwrap();
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ClientLayer {
    settings: Settings,
}

impl Default for ClientLayer {
    fn default() -> ClientLayer {
        ClientLayer::new()
    }
}

impl ClientLayer {
    /// OpenTelemetry's names; the trace, the baggage and the correlation id are sent.
    pub fn new() -> ClientLayer {
        let names = Requests::new(Side::Client, Protocol::Http);
        let settings = Settings { names, correlation: None, baggage: true, path: false };
        ClientLayer { settings }
    }

    /// As [`ServerLayer::prefix`](super::ServerLayer::prefix).
    #[must_use]
    pub fn prefix(mut self, prefix: &str) -> ClientLayer {
        self.settings.names.prefix = obs_model::request::prefix(prefix);
        self
    }

    /// `http_client_requests_total` beside the duration, and labels `method`, `server_address`, `server_port`,
    /// `status`, `error_type` and `version`; of calls, `grpc_client_requests_total` and
    /// `grpc_client_request_duration_seconds`, with labels `method`, `server_address`, `server_port`, `status` and
    /// `error_type`.
    #[must_use]
    pub fn classic_names(mut self) -> ClientLayer {
        self.settings.names.classic = true;
        self
    }

    /// As [`ServerLayer::labels`](super::ServerLayer::labels).
    #[must_use]
    pub fn labels<'a>(mut self, labels: impl IntoIterator<Item = (RequestLabel, &'a str)>) -> ClientLayer {
        let name = |(label, name): (RequestLabel, &str)| (label, name.to_owned());
        self.settings.names.labels = labels.into_iter().map(name).collect();
        self
    }

    /// As [`ServerLayer::duration_labels`](super::ServerLayer::duration_labels).
    #[must_use]
    pub fn duration_labels(mut self, labels: impl IntoIterator<Item = RequestLabel>) -> ClientLayer {
        self.settings.names.duration_labels = labels.into_iter().collect();
        self
    }

    /// As [`ServerLayer::buckets`](super::ServerLayer::buckets).
    #[must_use]
    pub fn buckets(mut self, bounds: impl IntoIterator<Item = f64>) -> ClientLayer {
        let bounds = bounds.into_iter().filter_map(|bound| Duration::try_from_secs_f64(bound).ok());
        self.settings.names.buckets = bounds.filter(|bound| !bound.is_zero()).collect();
        self
    }

    /// Sends the correlation id in this header rather than in `x-correlation-id`.
    #[must_use]
    pub fn correlation_header(mut self, name: HeaderName) -> ClientLayer {
        self.settings.correlation = Some(name);
        self
    }

    /// Sends no baggage, and takes that away which is in the headers of a request that is passed on: for services of other
    /// people, whose business it is not.
    #[must_use]
    pub fn without_baggage(mut self) -> ClientLayer {
        self.settings.baggage = false;
        self
    }

    /// Adds the attribute `url.path` to spans: the path as it is, ids and all, without the query.
    #[must_use]
    pub fn record_path(mut self) -> ClientLayer {
        self.settings.path = true;
        self
    }
}

impl<S> Layer<S> for ClientLayer {
    type Service = Client<S>;

    fn layer(&self, inner: S) -> Client<S> {
        let set = Set::of(&self.settings.names);
        Client { inner, settings: Arc::new(self.settings.clone()), set }
    }
}

/// A client that is observed. From [`ClientLayer`].
#[derive(Clone, Debug)]
pub struct Client<S> {
    inner: S,
    settings: Arc<Settings>,
    set: &'static Set,
}

impl<S, B, R> Service<Request<B>> for Client<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Body,
{
    type Response = Response<ObservedBody<R>>;
    type Error = S::Error;
    type Future = ClientFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> ClientFuture<S::Future> {
        let mut exchange = self.settings.begin(self.set, &mut request);
        let method = request.method().clone();
        let future = exchange.inside(|| self.inner.call(request));
        ClientFuture { future, exchange: Some(exchange), method }
    }
}

impl Settings {
    /// The request, which says what it belongs to from here on.
    fn begin<B>(&self, set: &'static Set, request: &mut Request<B>) -> Box<Exchange> {
        let start = clock::now();
        let mut context = carry::Context::current();
        let span = RequestSpan::client(start);
        self.inject(&context, span.as_ref(), request);
        if span.is_some() {
            context = context.beside_span();
        }
        let headers = request.headers();
        let host = || Authority::try_from(headers.get(HOST)?.as_bytes()).ok();
        let authority = request.uri().authority().cloned().or_else(host);
        let scheme = request.uri().scheme_str().unwrap_or("http");
        let mut exchange = Box::new(Exchange {
            set,
            side: Side::Client,
            start,
            method: words::method(request.method()),
            scheme: words::scheme(scheme),
            version: words::version(request.version()),
            call: grpc::is_call(headers.get(CONTENT_TYPE)).then(|| grpc::method(request.uri()).into()),
            route: None,
            server: authority.map(|authority| super::server(&authority, scheme)),
            said: None,
            request_bytes: None,
            response_bytes: 0,
            status: None,
            code: None,
            span,
            context,
            attributes: Vec::new(),
            flying: None,
            running: false,
            ended: false,
        });
        if self.path && exchange.span.as_ref().is_some_and(RequestSpan::is_recorded) {
            exchange.attributes.push((attribute("url.path"), text(request.uri().path())));
        }
        exchange
    }

    fn inject<B>(&self, context: &carry::Context, span: Option<&RequestSpan>, request: &mut Request<B>) {
        let mut sent = context.clone();
        if let Some(span) = span {
            sent = sent.with_trace(span.context());
        }
        if !self.baggage && !sent.baggage().is_empty() {
            sent = sent.with_baggage(Baggage::empty());
        }
        let headers = request.headers_mut();
        // A proxy's request has what it came with: a state of the trace that ours takes the place of, and baggage.
        if sent.trace().is_some() {
            headers.remove("tracestate");
        }
        if !self.baggage {
            headers.remove("baggage");
        }
        inject(&sent, |name, value| {
            let Some(value) = header(value) else { return };
            match (name, &self.correlation) {
                // Whoever made the request may have given it an id.
                (CORRELATION, ours) => {
                    let name = ours.clone().unwrap_or(HeaderName::from_static(CORRELATION));
                    headers.entry(name).or_insert(value);
                }
                (name, _) => drop(headers.insert(name, value)),
            }
        });
    }
}

pin_project! {
    /// An answer that is waited for. From [`Client`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct ClientFuture<F> {
        // First, so that the request lasts until the future's own destructors have run.
        #[pin]
        future: F,
        exchange: Option<Box<Exchange>>,
        method: Method,
    }
}

impl<F, R, E> Future for ClientFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    R: Body,
{
    type Output = Result<Response<ObservedBody<R>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let future = this.future;
        let polled = match this.exchange {
            Some(exchange) => exchange.inside(|| future.poll(cx)),
            // It was ready before: whatever the inner future says to that.
            None => future.poll(cx),
        };
        let answer = ready!(polled);
        let Some(mut exchange) = this.exchange.take() else { return Poll::Pending };
        match answer {
            Ok(response) => {
                let (head, body) = response.into_parts();
                exchange.answered(head.status.as_u16(), &head.headers);
                exchange.version = words::version(head.version);
                let body = ObservedBody::new(body, exchange, this.method, &head.headers);
                Poll::Ready(Ok(Response::from_parts(head, body)))
            }
            Err(error) => {
                exchange.end(How::Failed);
                Poll::Ready(Err(error))
            }
        }
    }
}
