//! Shapes of code that an attribute must accept, each run and its telemetry read back.

// Some shapes are what they are for the sake of the shape.
#![allow(
    clippy::boxed_local,
    clippy::manual_async_fn,
    clippy::manual_is_multiple_of,
    clippy::needless_arbitrary_self_type,
    clippy::needless_return,
    clippy::redundant_closure,
    clippy::redundant_closure_for_method_calls,
    clippy::unimplemented
)]

mod alone;
mod around;
mod async_trait;
mod blocks;
mod boxes;
mod deferred;
mod drops;
mod endings;
mod errors;
mod functions;
mod futures;
mod generic;
mod hygiene;
mod labels;
mod metrics;
mod parameters;
mod receivers;
mod services;
mod track_caller;
