//! Requests that come in.

use super::body::ObservedBody;
use super::exchange::{Exchange, How};
use super::metrics::{Set, Side};
use super::{Host, RequestLabel, Route, Said, attribute, grpc, text, words};
use crate::carry::CorrelationId;
use crate::clock;
use crate::propagate::{Remote, extract_known};
use crate::trace::request::RequestSpan;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderName, HeaderValue, USER_AGENT};
use http::{Extensions, Method, Request, Response};
use http_body::Body;
use obs_model::request::{Protocol, Requests};
use pin_project_lite::pin_project;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tower_layer::Layer;
use tower_service::Service;

/// What is told apart of servers.
#[derive(Clone, Debug)]
struct Settings {
    names: Requests,
    scheme: Option<&'static str>,
    /// Where the correlation id is looked for; it is returned where it was found, or in the first.
    correlation: Arc<[HeaderName]>,
    believes: bool,
    path: bool,
    user_agent: bool,
    client: Option<fn(&Extensions) -> Option<IpAddr>>,
    logged: Vec<Arc<Logged>>,
}

/// One request in so many of a route is logged.
#[derive(Debug)]
struct Logged {
    route: String,
    of: u64,
    seen: AtomicU64,
}

impl Logged {
    /// Whether a request is one of those that are not.
    fn hushes(&self, route: &str) -> bool {
        self.route == route && !self.seen.fetch_add(1, Ordering::Relaxed).is_multiple_of(self.of)
    }
}

/// Answers requests in their context, with a span and metrics. See [the module](super) for what is measured.
///
/// Wrap axum's routes with `Router::layer`, not the router: outside of it, the route of a request is not known,
/// and all are `_unmatched`. tonic takes it with `Server::builder().layer(…)`.
#[derive(Clone, Debug)]
pub struct ServerLayer {
    settings: Settings,
}

impl Default for ServerLayer {
    fn default() -> ServerLayer {
        ServerLayer::new()
    }
}

impl ServerLayer {
    /// OpenTelemetry's names; a correlation id in `x-correlation-id` or `x-request-id`; no attribute that
    /// could say who somebody is.
    pub fn new() -> ServerLayer {
        let correlation = ["x-correlation-id", "x-request-id"].map(HeaderName::from_static);
        let settings = Settings {
            names: Requests::new(Side::Server, Protocol::Http),
            scheme: None,
            correlation: correlation.into(),
            believes: true,
            path: false,
            user_agent: false,
            client: None,
            logged: Vec::new(),
        };
        ServerLayer { settings }
    }

    /// Puts this and an underscore before the names of all families. What a name cannot hold becomes an
    /// underscore.
    #[must_use]
    pub fn prefix(mut self, prefix: &str) -> ServerLayer {
        self.settings.names.prefix = obs_model::request::prefix(prefix);
        self
    }

    /// The names from before there were conventions: `http_requests_total`, `http_request_duration_seconds`,
    /// `http_requests_in_flight`, `http_request_size_bytes` and `http_response_size_bytes`, with labels
    /// `method`, `route`, `status`, `error_type`, `scheme` and `version`; of calls, `grpc_requests_total` and
    /// `grpc_request_duration_seconds`, with labels `method`, `status` and `error_type`.
    #[must_use]
    pub fn classic_names(mut self) -> ServerLayer {
        self.settings.names.classic = true;
        self
    }

    /// Keeps these labels only, and calls them so, in this order: for services whose dashboards are there already.
    /// Those of HTTP and of gRPC are given together; each family takes its own. What is not kept is not told apart: its
    /// series are added up when somebody asks, so it costs a request nothing.
    ///
    /// Without [`ErrorType`](RequestLabel::ErrorType), the status of a request that has none is `cancelled`, `panic` or
    /// `_OTHER`.
    ///
    /// ```
    /// use obs_runtime::tower::{RequestLabel::{Call, Method, Route, Status}, ServerLayer};
    ///
    /// // akidb_http_requests_total{method,path,status} and akidb_grpc_requests_total{method,status}, beside
    /// // akidb_http_request_duration_seconds{method,path} and akidb_grpc_request_duration_seconds{method}.
    /// let layer = ServerLayer::new()
    ///     .prefix("akidb")
    ///     .classic_names()
    ///     .labels([(Method, "method"), (Route, "path"), (Call, "method"), (Status, "status")])
    ///     .duration_labels([Method, Route, Call])
    ///     .buckets([0.001, 0.01, 0.1, 1.0]);
    /// # drop(layer);
    /// ```
    #[must_use]
    pub fn labels<'a>(mut self, labels: impl IntoIterator<Item = (RequestLabel, &'a str)>) -> ServerLayer {
        let name = |(label, name): (RequestLabel, &str)| (label, name.to_owned());
        self.settings.names.labels = labels.into_iter().map(name).collect();
        self
    }

    /// Durations and sizes have these of the labels only.
    #[must_use]
    pub fn duration_labels(mut self, labels: impl IntoIterator<Item = RequestLabel>) -> ServerLayer {
        self.settings.names.duration_labels = labels.into_iter().collect();
        self
    }

    /// Where the buckets of the durations end, in seconds, instead of where OpenTelemetry's conventions have them. What
    /// is no duration is left out.
    #[must_use]
    pub fn buckets(mut self, bounds: impl IntoIterator<Item = f64>) -> ServerLayer {
        let bounds = bounds.into_iter().filter_map(|bound| Duration::try_from_secs_f64(bound).ok());
        self.settings.names.buckets = bounds.filter(|bound| !bound.is_zero()).collect();
        self
    }

    /// The scheme of requests that do not say it, as those of HTTP/1 do not: `https` behind a proxy or
    /// listener that speaks TLS. `http` unless told.
    #[must_use]
    pub fn scheme(mut self, scheme: &'static str) -> ServerLayer {
        self.settings.scheme = Some(scheme);
        self
    }

    /// The header of the correlation id, instead of the two that are usual.
    #[must_use]
    pub fn correlation_header(mut self, name: HeaderName) -> ServerLayer {
        self.settings.correlation = [name].into();
        self
    }

    /// Believes nothing that requests say of their context: each begins a new trace, without baggage, under a
    /// correlation id of its own. For servers that strangers reach, who could otherwise have all of their requests
    /// recorded.
    #[must_use]
    pub fn without_remote(mut self) -> ServerLayer {
        self.settings.believes = false;
        self
    }

    /// Logs one of `of` requests of a route, from the first on: of the others, only warnings and errors, wherever they
    /// are said. A route is what the label of that name says, such as `/health` or `/orders/{id}`; of calls it is their
    /// name, such as `grpc.health.v1.Health/Check`. It is not told apart where the layer is around a router that says
    /// nothing of routes, and then the path counts.
    ///
    /// What is left out is counted in `obs_log_dropped_total{reason="sampled"}`. It is for `Logs`, of feature `logs`, and
    /// says nothing of traces: those are [`Sampling`](crate::Sampling)'s.
    ///
    /// ```
    /// use obs_runtime::tower::ServerLayer;
    /// let layer = ServerLayer::new().log_one_in(100, "/health");
    /// # drop(layer);
    /// ```
    #[must_use]
    pub fn log_one_in(mut self, of: u32, route: impl Into<String>) -> ServerLayer {
        let (route, of) = (route.into(), u64::from(of.max(1)));
        self.settings.logged.push(Arc::new(Logged { route, of, seen: AtomicU64::new(0) }));
        self
    }

    /// Adds the attribute `url.path` to spans: the path as it is, ids and all, without the query.
    #[must_use]
    pub fn record_path(mut self) -> ServerLayer {
        self.settings.path = true;
        self
    }

    /// Adds the attribute `user_agent.original` to spans.
    #[must_use]
    pub fn record_user_agent(mut self) -> ServerLayer {
        self.settings.user_agent = true;
        self
    }

    /// Adds the attribute `client.address` to spans, where this function finds one in the extensions of a
    /// request: with axum's `ConnectInfo<SocketAddr>`,
    /// `|extensions| Some(extensions.get::<ConnectInfo<SocketAddr>>()?.0.ip())`.
    #[must_use]
    pub fn record_client(mut self, find: fn(&Extensions) -> Option<IpAddr>) -> ServerLayer {
        self.settings.client = Some(find);
        self
    }
}

impl<S> Layer<S> for ServerLayer {
    type Service = Server<S>;

    fn layer(&self, inner: S) -> Server<S> {
        let set = Set::of(&self.settings.names);
        Server { inner, settings: Arc::new(self.settings.clone()), set }
    }
}

/// A service that is observed. From [`ServerLayer`].
#[derive(Clone, Debug)]
pub struct Server<S> {
    inner: S,
    /// Shared: axum clones its services for each request.
    settings: Arc<Settings>,
    set: &'static Set,
}

impl<S, B, R> Service<Request<B>> for Server<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Body,
{
    type Response = Response<ObservedBody<R>>;
    type Error = S::Error;
    type Future = ServerFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> ServerFuture<S::Future> {
        let (mut exchange, returned) = self.settings.begin(self.set, &request);
        let method = request.method().clone();
        let future = exchange.inside(|| self.inner.call(request));
        ServerFuture { future, exchange: Some(exchange), method, returned }
    }
}

/// The headers that say something of a request, each as it came first.
#[derive(Debug, Default)]
struct Head<'a> {
    host: Option<&'a HeaderValue>,
    length: Option<&'a HeaderValue>,
    kind: Option<&'a HeaderValue>,
}

impl<'a> Head<'a> {
    #[inline]
    fn read(&mut self, name: &HeaderName, value: &'a HeaderValue) {
        let place = match *name {
            HOST => &mut self.host,
            CONTENT_LENGTH => &mut self.length,
            CONTENT_TYPE => &mut self.kind,
            _ => return,
        };
        place.get_or_insert(value);
    }
}

impl Settings {
    /// The request, and the header of its answer in which the correlation id is returned.
    fn begin<B>(&self, set: &'static Set, request: &Request<B>) -> (Box<Exchange>, Option<HeaderName>) {
        let start = clock::now();
        let mut head = Head::default();
        let (mut remote, found) = match self.believes {
            true => extract_known(request.headers(), &self.correlation, |name, value| head.read(name, value)),
            false => {
                request.headers().iter().for_each(|(name, value)| head.read(name, value));
                (Remote::default(), None)
            }
        };
        let span = RequestSpan::server(remote.trace, start);
        let recorded = span.as_ref().is_some_and(RequestSpan::is_recorded);
        let trace = span.as_ref().map(RequestSpan::context).or(remote.trace);
        remote.correlation_id.get_or_insert_with(|| CorrelationId::of(trace));
        let returned = self.correlation.get(found.unwrap_or(0)).cloned();
        let mut context = remote.into_context();
        if span.is_some() {
            context = context.beside_span();
        }
        let call = grpc::is_call(head.kind).then(|| grpc::method(request.uri()));
        let route = Route::of(request.extensions());
        if !self.logged.is_empty() {
            let named = call.or(route.as_ref().map(Route::as_str)).unwrap_or(request.uri().path());
            if self.logged.iter().any(|logged| logged.hushes(named)) {
                context = context.quiet();
            }
        }
        let said = || match request.uri().authority() {
            Some(authority) => Some(Said::Line(authority.clone())),
            None => head.host.map(|host| Said::Host(Host::new(host.as_bytes()))),
        };
        let scheme = request.uri().scheme_str().or(self.scheme).map_or(words::HTTP, words::scheme);
        let method = words::method(request.method());
        let mut exchange = Box::new(Exchange {
            set,
            side: Side::Server,
            start,
            method,
            scheme,
            version: words::version(request.version()),
            call: call.map(Into::into),
            route,
            server: None,
            said: if recorded { said() } else { None },
            request_bytes: head.length.and_then(|length| length.to_str().ok()?.parse().ok()),
            response_bytes: 0,
            status: None,
            code: None,
            span,
            context,
            attributes: Vec::new(),
            flying: set.in_flight.as_ref().map(|in_flight| in_flight.begin(method, scheme)),
            running: false,
            ended: false,
        });
        if exchange.span.is_some() {
            self.add_attributes(request, &mut exchange);
            let attributes = std::mem::take(&mut exchange.attributes);
            // From the beginning, for the lines that are written meanwhile have them too.
            if let Some(span) = exchange.span.as_mut().filter(|_| !attributes.is_empty()) {
                span.add(attributes);
            }
        }
        (exchange, returned)
    }

    /// What has to be asked for.
    fn add_attributes<B>(&self, request: &Request<B>, exchange: &mut Exchange) {
        let attributes = &mut exchange.attributes;
        if self.path {
            attributes.push((attribute("url.path"), text(request.uri().path())));
        }
        let agent = request.headers().get(USER_AGENT).filter(|_| self.user_agent);
        if let Some(agent) = agent.and_then(|agent| agent.to_str().ok()) {
            attributes.push((attribute("user_agent.original"), text(agent)));
        }
        if let Some(address) = self.client.and_then(|find| find(request.extensions())) {
            attributes.push((attribute("client.address"), text(&address.to_string())));
        }
    }
}

pin_project! {
    /// An answer in the making. From [`Server`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct ServerFuture<F> {
        // First, so that the request lasts until the future's own destructors have run.
        #[pin]
        future: F,
        // Boxed: the future is moved a dozen times before its first poll.
        exchange: Option<Box<Exchange>>,
        method: Method,
        returned: Option<HeaderName>,
    }
}

impl<F, R, E> Future for ServerFuture<F>
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
        let Some(mut exchange) = this.exchange.take() else {
            // No future of a service is polled again; if one were, it could not be counted twice.
            return Poll::Pending;
        };
        let mut response = match answer {
            Ok(response) => response,
            Err(error) => {
                exchange.end(How::Failed);
                return Poll::Ready(Err(error));
            }
        };
        let id = exchange.context.correlation_id().and_then(|id| HeaderValue::from_bytes(id.as_bytes()).ok());
        if let (Some(name), Some(id)) = (this.returned.take(), id) {
            response.headers_mut().entry(name).or_insert(id);
        }
        if let Some(route) = Route::of(response.extensions()) {
            exchange.route = Some(route);
        }
        let (head, body) = response.into_parts();
        exchange.answered(head.status.as_u16(), &head.headers);
        let body = ObservedBody::new(body, exchange, this.method, &head.headers);
        Poll::Ready(Ok(Response::from_parts(head, body)))
    }
}
