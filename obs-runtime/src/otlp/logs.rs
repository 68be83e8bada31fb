//! Events that are logged, to the collector: from the layer through a bounded queue to the protocol's messages.

mod message;
mod queue;

pub(super) use message::request;
pub(crate) use queue::{Queue, ask, is_asked, offer};
pub(super) use queue::{install, keep_out};
