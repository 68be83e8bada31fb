//! Layers that carry the context over HTTP and gRPC, record a span a request and count all of them.
//!
//! [`ServerLayer`] takes the context from the headers of a request, answers the request in it, and returns
//! the correlation id; [`ClientLayer`] sends the context along. Both work for whatever is a tower service of
//! `http` requests: axum, hyper, tonic on both sides, clients such as hyper-util's.
//!
//! ```
//! use axum::{Router, extract::Path, routing::get};
//! use obs_runtime::tower::ServerLayer;
//!
//! async fn order(Path(id): Path<u64>) -> String {
//!     // Observed calls in here are below the request's span, and so are tasks of `obs_runtime::spawn`.
//!     format!("order {id} of request {:?}", obs_runtime::correlation_id())
//! }
//!
//! let app: Router = Router::new()
//!     .route("/orders/{id}", get(order))
//!     // Around the routes: here it is known which one a request takes.
//!     .layer(ServerLayer::new());
//! # drop(app);
//! ```
//!
//! tonic takes them on both sides:
//!
//! ```
//! use obs_runtime::tower::{ClientLayer, ServerLayer};
//! use tonic::service::Routes;
//! use tonic::transport::{Channel, Server, Uri};
//! use tower::Layer;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! # let services = Routes::default();
//! let server = Server::builder().layer(ServerLayer::new()).add_routes(services);
//!
//! let origin = Uri::from_static("http://orders:50051");
//! let channel = ClientLayer::new().layer(Channel::builder(origin.clone()).connect_lazy());
//! // As the constructor that tonic generates: `OrdersClient::with_origin(channel, origin)`.
//! let client = tonic::client::Grpc::with_origin(channel, origin);
//! # drop((client, server));
//! # }
//! ```
//!
//! # When a request ends
//!
//! A request lasts until its answer is complete: until the last frame of the body was handed on. So a stream is in
//! the duration and in the size, what the stream records is below the request's span, and a client that
//! goes away in the middle is seen. An answer of which a client drops the rest counts as the client saw it.
//!
//! # Metrics
//!
//! By OpenTelemetry's semantic conventions 1.44, in Prometheus' form; they appear with the first request.
//!
//! | family | labels |
//! |---|---|
//! | `http_server_request_duration_seconds` | `http_request_method`, `http_route`, `http_response_status_code`, `error_type`, `url_scheme`, `network_protocol_version` |
//! | `http_server_request_body_size_bytes`, `http_server_response_body_size_bytes` | the same |
//! | `http_server_active_requests` | `http_request_method`, `url_scheme` |
//! | `http_client_request_duration_seconds` | `http_request_method`, `server_address`, `server_port`, `http_response_status_code`, `error_type`, `network_protocol_version` |
//! | `rpc_server_call_duration_seconds` | `rpc_system_name`, `rpc_method`, `rpc_response_status_code`, `error_type` |
//! | `rpc_client_call_duration_seconds` | the same, `server_address`, `server_port` |
//!
//! A request whose content type is `application/grpc` is a call, counted in the `rpc` families, and in
//! `http_server_active_requests`. An `error_type` is a status that is an error (5xx at servers, 4xx too at
//! clients, and the codes of gRPC that the conventions list), `cancelled`, `panic`, or `_OTHER` for an error of
//! the service itself or of the body. A label that a request does not have is left out.
//!
//! [`classic_names`](ServerLayer::classic_names) has them under the names from before there were conventions.
//! [`labels`](ServerLayer::labels), [`duration_labels`](ServerLayer::duration_labels) and
//! [`buckets`](ServerLayer::buckets) choose among the labels, name them, and say where buckets end: for services whose
//! dashboards are there already.
//!
//! No attribute declares them, so a build script that wants a dashboard and alerts of them names them:
//! `obs_codegen::Builder::from_crate().requests(Requests::http_server())`.
//!
//! Labels are bounded. A method that is not in the conventions is `_OTHER`. A route is the template, such as
//! `/orders/{id}`, or `_unmatched`; never the path. Routes, hosts and the names of calls are kept up to 200 each and
//! 2000 series a family; more are `_other`, counted in `obs_label_overflow_total`. A call that the
//! server does not implement has no name, since it could be anything.
//!
//! # Cost
//!
//! A few hundred nanoseconds and three allocations a request, more where its trace is kept. With feature `off`,
//! neither spans nor metrics are made; the context and the correlation id are carried all the same.

mod body;
mod client;
mod columns;
mod exchange;
mod grpc;
pub(crate) mod metrics;
mod red;
mod seen;
mod server;
mod words;

pub use body::ObservedBody;
pub use client::{Client, ClientFuture, ClientLayer};
pub use obs_model::request::RequestLabel;
pub use server::{Server, ServerFuture, ServerLayer};

use ::http::uri::Authority;
use std::borrow::Cow;
use std::sync::Arc;

/// The route that a request takes, for frameworks other than axum: put into the extensions of the request, or
/// of the answer, by whoever knows it.
///
/// It is the template and not the path: a label's value.
///
/// ```
/// use obs_runtime::tower::Route;
///
/// let mut response = http::Response::new(());
/// response.extensions_mut().insert(Route::new("/orders/{id}"));
/// ```
#[derive(Clone, Debug)]
pub struct Route(Template);

#[derive(Clone, Debug)]
enum Template {
    Named(Arc<str>),
    /// As axum has it, which takes no memory.
    #[cfg(feature = "axum")]
    Matched(::axum::extract::MatchedPath),
}

impl Route {
    /// The route with this template.
    pub fn new(template: impl Into<Arc<str>>) -> Route {
        Route(Template::Named(template.into()))
    }

    /// The route's template.
    fn as_str(&self) -> &str {
        match &self.0 {
            Template::Named(template) => template,
            #[cfg(feature = "axum")]
            Template::Matched(path) => path.as_str(),
        }
    }

    /// The route of these extensions, if somebody has put one there.
    fn of(extensions: &http::Extensions) -> Option<Route> {
        let ours = extensions.get::<Route>().cloned();
        #[cfg(feature = "axum")]
        let ours = ours.or_else(|| {
            Some(Route(Template::Matched(extensions.get::<::axum::extract::MatchedPath>()?.clone())))
        });
        ours
    }
}

impl PartialEq for Route {
    fn eq(&self, other: &Route) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Route {}

/// What a request says of the server's host and port, which is read only if somebody wants to know.
#[derive(Clone, Debug)]
enum Said {
    /// In its line.
    Line(Authority),
    /// In the header `host`.
    Host(Host),
}

/// What a header says of a host, which needs no memory unless it is long.
#[derive(Clone, Debug)]
enum Host {
    Short([u8; SHORT], u8),
    Long(Box<[u8]>),
}

/// How long the names of hosts are at most, but for few.
const SHORT: usize = 46;

impl Host {
    fn new(name: &[u8]) -> Host {
        let mut short = [0; SHORT];
        match (short.get_mut(..name.len()), u8::try_from(name.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(name);
                Host::Short(short, length)
            }
            _ => Host::Long(name.into()),
        }
    }

    fn name(&self) -> &[u8] {
        match self {
            Host::Short(name, length) => &name[..usize::from(*length).min(SHORT)],
            Host::Long(name) => name,
        }
    }
}

impl Said {
    /// `None` for what is no host, or longer than any: a stranger's header could be, and a span would keep it.
    fn read(self, scheme: &str) -> Option<(Box<str>, u16)> {
        let authority = match self {
            Said::Line(authority) => authority,
            Said::Host(host) => Authority::try_from(host.name()).ok()?,
        };
        (authority.as_str().len() <= MOST).then(|| server(&authority, scheme))
    }
}

/// Host and port of an authority. Without a port it is that of the scheme.
fn server(authority: &Authority, scheme: &str) -> (Box<str>, u16) {
    let default = if scheme.eq_ignore_ascii_case("https") { 443 } else { 80 };
    (authority.host().to_ascii_lowercase().into(), authority.port_u16().unwrap_or(default))
}

/// How long what a request says may be in a span, and nobody would read more.
const MOST: usize = 1024;

/// Text as the value of an attribute, no longer than that.
fn text(value: &str) -> crate::trace::FieldValue {
    let end = value.char_indices().map(|(at, _)| at).take_while(|at| *at <= MOST).last().unwrap_or(0);
    let value = if value.len() <= MOST { value } else { &value[..end] };
    crate::trace::FieldValue::Text(value.to_owned())
}

/// The name of an attribute.
const fn attribute(name: &'static str) -> Cow<'static, str> {
    Cow::Borrowed(name)
}

#[cfg(test)]
mod tests;
