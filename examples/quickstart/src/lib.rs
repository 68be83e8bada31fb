//! A small order service, annotated with obs as its users would, and a load that shows it at work.
//!
//! Read [`api`] first: `place_order` has most of what an `#[observe]` can say. Then:
//!
//! | file | shows |
//! |---|---|
//! | `api.rs` | objectives, labels, fields, a slow bound; a counter with a capped label; a histogram |
//! | `error.rs` | error categories with severity, action and runbook; a transparent one |
//! | `store.rs` | one attribute on a whole `impl`; a gauge that is polled |
//! | `payment.rs` | a call that is cancelled at its deadline |
//! | `provider.rs` | a function with families of its own |
//! | `worker.rs` | a function that panics; a gauge; errors that nobody returns |
//! | `order.rs` | a bounded label; cheap functions without spans |
//! | `service.rs` | metrics and health checks behind an address; a graceful stop |
//! | `trace.rs` | continuing the caller's trace |
//! | `../build.rs` | catalogue, dashboard and rules from all of the above |
//!
//! The rest (`load.rs`, `page.rs`, `summary.rs`, `http.rs`, `args.rs`, `panics.rs`, `run.rs`) makes traffic and
//! shows what came of it. The service is a library with a thin `main`, so that its tests link what its binary does.

pub mod api;
pub mod args;
pub mod error;
pub mod http;
pub mod load;
pub mod order;
pub mod page;
pub mod panics;
pub mod payment;
pub mod provider;
mod run;
pub mod service;
pub mod store;
pub mod summary;
pub mod trace;
pub mod worker;

pub use run::run;
