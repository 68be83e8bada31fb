//! tonic's metadata, which is what gRPC calls headers.

use super::{BAGGAGE, CORRELATION, Remote, TRACEPARENT, TRACESTATE, extract, inject};
use crate::carry::Context;
use tonic::metadata::{AsciiMetadataValue, MetadataMap};

/// As [`extract`], from the metadata of a call: `extract_metadata(request.metadata())`.
pub fn extract_metadata(metadata: &MetadataMap) -> Remote {
    let names = [TRACEPARENT, TRACESTATE, BAGGAGE].into_iter().chain(CORRELATION);
    let fields = names.flat_map(|name| {
        // What is no text is malformed, as an empty value is.
        metadata.get_all(name).iter().map(move |value| (name, value.to_str().unwrap_or("")))
    });
    extract(fields)
}

/// As [`inject`], into the metadata of a call, instead of fields of the same names. A `tracestate` that is there goes
/// with the `traceparent` that it was said of.
///
/// An interceptor that does it for each call of a client that has no layers:
///
/// ```
/// use obs_runtime::{Baggage, Context, propagate};
/// use tonic::{Request, Status};
///
/// fn with_context(mut request: Request<()>) -> Result<Request<()>, Status> {
///     propagate::inject_metadata(&Context::current(), request.metadata_mut());
///     Ok(request)
/// }
///
/// let _attached = Baggage::parse("tenant=acme").attach();
/// let request = with_context(Request::new(()))?;
/// assert_eq!(request.metadata().get("baggage").unwrap(), "tenant=acme");
/// assert_eq!(propagate::extract_metadata(request.metadata()).baggage.get("tenant"), Some("acme"));
/// # Ok::<(), Status>(())
/// ```
pub fn inject_metadata(context: &Context, metadata: &mut MetadataMap) {
    if context.trace().is_some() {
        metadata.remove(TRACESTATE);
    }
    inject(context, |name, value| {
        if let Ok(value) = value.parse::<AsciiMetadataValue>() {
            metadata.insert(name, value);
        }
    });
}
