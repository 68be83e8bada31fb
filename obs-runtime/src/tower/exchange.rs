//! One request, from its beginning to whatever ends it.

use super::grpc::Code;
use super::metrics::{Set, Side};
use super::red::Flying;
use super::seen::Listed;
use super::words::{self, METHODS, OTHER, SCHEMES};
use super::{Route, Said};
use crate::carry::Context;
use crate::clock;
use crate::context::{self, TraceContext};
use crate::error::Category;
use crate::private::SpanKind;
use crate::trace::FieldValue;
use crate::trace::record::Ended;
use crate::trace::request::{Attributes, RequestSpan};
use http::HeaderMap;
use std::borrow::Cow;

/// How many attributes the span of a request has at least.
const ATTRIBUTES: usize = 8;

/// A request in progress. It is counted when it is [ended](Exchange::end), or else when it is dropped: as a
/// panic if that happens while somebody works on it, as cancelled otherwise.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) set: &'static Set,
    pub(super) side: Side,
    pub(super) start: u64,
    pub(super) method: usize,
    pub(super) scheme: usize,
    pub(super) version: &'static str,
    /// The call's name, if it is one of gRPC.
    pub(super) call: Option<Box<str>>,
    /// Of servers: the template that the path matched.
    pub(super) route: Option<Route>,
    /// Of clients: the server's host and port.
    pub(super) server: Option<(Box<str>, u16)>,
    /// Of servers whose span is recorded: what the request says of them.
    pub(super) said: Option<Said>,
    pub(super) request_bytes: Option<u64>,
    pub(super) response_bytes: u64,
    pub(super) status: Option<u16>,
    pub(super) code: Option<Code>,
    pub(super) span: Option<RequestSpan>,
    /// What everything is done in, besides the span.
    pub(super) context: Context,
    pub(super) attributes: Attributes,
    pub(super) flying: Option<Flying>,
    /// Set while somebody works on it: only a panic ends it there.
    pub(super) running: bool,
    pub(super) ended: bool,
}

/// What ended a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// The answer is complete.
    Answered,
    /// The service, or the body of the answer, failed.
    Failed,
    /// Nobody waits for the answer any more.
    Dropped,
    Panicked,
}

impl Exchange {
    /// Does something for the request: in its context, and in its span.
    pub(super) fn inside<R>(&mut self, work: impl FnOnce() -> R) -> R {
        self.running = true;
        let Exchange { context, span, .. } = self;
        let result = context.inside(|| match span {
            Some(span) => span.inside(work),
            None => work(),
        });
        self.running = false;
        result
    }

    /// The head of the answer is there.
    pub(super) fn answered(&mut self, status: u16, headers: &HeaderMap) {
        self.status = Some(status);
        if self.call.is_some() {
            // Of an answer that has a status in its head, nothing else comes.
            self.code = Code::of(headers).or((status != 200).then(|| Code::of_http(status)));
        }
    }

    /// The trailers of the answer are there.
    pub(super) fn trailed(&mut self, trailers: &HeaderMap) {
        if self.call.is_some() {
            self.code = Code::of(trailers).or(self.code);
        }
    }

    /// It has ended, and is counted.
    pub(super) fn end(&mut self, how: How) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        let how = match how {
            // A client reads as much of an answer as it likes.
            How::Dropped if self.side == Side::Client && self.call.is_none() && self.status.is_some() => {
                How::Answered
            }
            // The status was the last to come.
            How::Dropped if self.code.is_some() => How::Answered,
            how => how,
        };
        if self.call.is_some() && self.code.is_none() {
            self.code = Some(if how == How::Dropped { Code::CANCELLED } else { Code::UNKNOWN });
        }
        let ended = match how {
            How::Answered => self.error().map_or(Ended::Ok, Ended::Error),
            How::Failed => Ended::Error(&crate::error::OTHER),
            How::Dropped => Ended::Cancelled,
            How::Panicked => Ended::Panic,
        };
        let end = clock::now();
        let seconds = clock::seconds(end.saturating_sub(self.start));
        let span = self.span.take();
        // Where an exemplar leads: to the span, and without one to what everything is in.
        let sampled = match &span {
            Some(span) => Some(span.context()).filter(|context| context.sampled),
            None if context::is_sampled() => TraceContext::current().filter(|context| context.sampled),
            None => None,
        };
        self.count(seconds, ended, sampled.map(|context| (context.trace_id, context.span_id)));
        if let Some(span) = span {
            let kind = if self.side == Side::Server { SpanKind::Server } else { SpanKind::Client };
            span.end(kind, end, ended, || self.describe());
        }
        self.flying = None;
    }

    /// The error that the status means, by OpenTelemetry's conventions: of HTTP, 5xx at servers, 4xx too at
    /// clients; of gRPC, everything but OK at clients, and what the server is to blame for at servers.
    fn error(&self) -> Option<&'static Category> {
        match (self.side, self.code, self.status) {
            (Side::Server, Some(code), _) => code.is_server_error().then(|| code.category()),
            (Side::Client, Some(code), _) => (code != Code::OK).then(|| code.category()),
            (side, None, Some(status)) => {
                let least = if side == Side::Server { 500 } else { 400 };
                (status >= least).then(|| words::status_error(status))
            }
            (_, None, None) => None,
        }
    }

    fn count(&self, seconds: f64, ended: Ended, span: Option<(u128, u64)>) {
        let error = ended.error_type().unwrap_or("");
        let status = self.status.map_or("", words::status);
        let method = METHODS[self.method];
        let mut digits = itoa::Buffer::new();
        let port = self.server.as_ref().map_or("", |(_, port)| digits.format(*port));
        let host = self.server.as_ref().map_or("", |(host, _)| host);
        if let (Some(call), Some(code)) = (&self.call, self.code) {
            // A name that the server does not know could be anything.
            let call = if code == Code::UNIMPLEMENTED { OTHER } else { self.set.grpc.place(call) };
            match self.side {
                Side::Server => {
                    self.set.grpc.observe(&["grpc", call, code.name(), error], &[Some(seconds)], span);
                }
                Side::Client => {
                    let (host, port) = known(self.set.http.place(host), port);
                    let values = ["grpc", call, host, port, code.name(), error];
                    self.set.grpc.observe(&values, &[Some(seconds)], span);
                }
            }
            return;
        }
        let http = &self.set.http;
        match self.side {
            Side::Server => {
                let (route, scheme) = (self.route.as_ref().map(Route::as_str), SCHEMES[self.scheme]);
                let listed = Listed { method, status, error, scheme, version: self.version };
                let sent = self.status.map(|_| self.response_bytes as f64);
                let received = self.request_bytes.map(|bytes| bytes as f64);
                http.observe_route(route, listed, &[Some(seconds), received, sent], span);
            }
            Side::Client => {
                let (host, port) = known(http.place(host), port);
                http.observe(&[method, host, port, status, error, self.version], &[Some(seconds)], span);
            }
        }
    }

    /// The span's name and attributes.
    fn describe(&mut self) -> (String, Attributes) {
        let mut attributes = std::mem::take(&mut self.attributes);
        attributes.reserve(ATTRIBUTES);
        let mut add = |name: &'static str, value: FieldValue| attributes.push((Cow::Borrowed(name), value));
        let text = |text: &str| FieldValue::Text(text.to_owned());
        let name = match (&self.call, self.code) {
            (Some(call), Some(code)) => {
                add("rpc.system.name", text("grpc"));
                add("rpc.method", text(call));
                add("rpc.response.status_code", text(code.name()));
                call.to_string()
            }
            _ => {
                add("http.request.method", text(METHODS[self.method]));
                let method = if METHODS[self.method] == OTHER { "HTTP" } else { METHODS[self.method] };
                if let Some(status) = self.status {
                    add("http.response.status_code", FieldValue::Integer(status.into()));
                }
                match &self.route {
                    Some(route) => {
                        add("http.route", text(route.as_str()));
                        format!("{method} {}", route.as_str())
                    }
                    None => method.to_owned(),
                }
            }
        };
        if self.side == Side::Server {
            add("url.scheme", text(SCHEMES[self.scheme]));
        }
        let said = self.said.take().and_then(|said| said.read(SCHEMES[self.scheme]));
        if let Some((host, port)) = said.or_else(|| self.server.take()) {
            add("server.address", FieldValue::Text(host.into()));
            add("server.port", FieldValue::Integer(port.into()));
        }
        add("network.protocol.version", text(self.version));
        if let Some(id) = self.context.correlation_id() {
            add("correlation.id", text(id.as_str()));
        }
        (name, attributes)
    }
}

/// A host and its port, or `_other` for both.
fn known<'a>(host: &'a str, port: &'a str) -> (&'a str, &'a str) {
    if host == crate::label::OTHER { (host, host) } else { (host, port) }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        if !self.ended {
            self.end(if self.running { How::Panicked } else { How::Dropped });
        }
    }
}
