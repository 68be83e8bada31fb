//! Shapes of code that an attribute must accept, each run and its telemetry read back.

mod async_trait;
mod blocks;
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
mod track_caller;
