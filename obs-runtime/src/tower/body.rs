//! The body of an answer, which is part of the request.

use super::exchange::{Exchange, How};
use bytes::Buf;
use http::{HeaderMap, Method};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use std::pin::Pin;
use std::task::{Context, Poll};

pin_project! {
    /// The body of an answer. Its request has ended when it is complete, or dropped.
    #[derive(Debug)]
    pub struct ObservedBody<B> {
        // First, so that the request lasts until the body's own destructors have run.
        #[pin]
        body: B,
        exchange: Option<Box<Exchange>>,
        // How long the body is, if it says so.
        expected: Option<u64>,
    }
}

impl<B: Body> ObservedBody<B> {
    /// `method`, `status` and `headers` say whether the body will be sent at all.
    pub(super) fn new(
        body: B,
        mut exchange: Box<Exchange>,
        method: &Method,
        headers: &HeaderMap,
    ) -> ObservedBody<B> {
        let status = exchange.status.unwrap_or_default();
        let unsent = method == Method::HEAD || matches!(status, 100..200 | 204 | 304);
        if unsent || body.is_end_stream() {
            exchange.end(How::Answered);
        }
        // Asked first: looking for a header takes longer.
        let expected = body
            .size_hint()
            .exact()
            .or_else(|| headers.get(http::header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok());
        // A call's status comes after its body.
        let expected = expected.filter(|_| exchange.call.is_none());
        ObservedBody { body, exchange: (!exchange.ended).then_some(exchange), expected }
    }
}

impl<B: Body> Body for ObservedBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        let Some(exchange) = this.exchange.as_mut() else { return this.body.poll_frame(cx) };
        let polled = exchange.inside(|| this.body.as_mut().poll_frame(cx));
        let how = match &polled {
            Poll::Pending => return polled,
            Poll::Ready(None) => Some(How::Answered),
            Poll::Ready(Some(Err(_))) => Some(How::Failed),
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(data) = frame.data_ref() {
                    exchange.response_bytes += data.remaining() as u64;
                }
                if let Some(trailers) = frame.trailers_ref() {
                    exchange.trailed(trailers);
                }
                // Nobody asks again for what is complete, so its end is here.
                let complete = this.expected.is_some_and(|length| exchange.response_bytes >= length);
                (complete || frame.is_trailers() || this.body.is_end_stream()).then_some(How::Answered)
            }
        };
        if let Some(how) = how {
            exchange.end(how);
            *this.exchange = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
