//! A shop in two processes: orders come in by HTTP, go to a worker by a channel, and from there to shipping by gRPC.
//!
//! Whatever an order causes is in one trace, and every line of a log about it has its correlation id. Read [`orders`]
//! first, then:
//!
//! | file | shows |
//! |---|---|
//! | `telemetry.rs` | metrics, traces, logs and health, all in one place |
//! | `orders.rs` | `ServerLayer` around axum's routes; labels, fields, a slow bound, objectives; a graceful stop |
//! | `worker.rs` | a context that travels in a message; a gauge |
//! | `shipping.rs` | `ServerLayer` around a gRPC server, `ClientLayer` around a channel |
//! | `error.rs` | categories that decide on HTTP's and gRPC's status |
//! | `../build.rs` | requests named, so that they have a dashboard and alerts |
//!
//! The shop is a library with a thin `main`, so that its tests link what its binary does.

pub mod args;
pub mod error;
pub mod orders;
pub mod shelf;
pub mod shipping;
pub mod stop;
pub mod telemetry;
pub mod worker;
