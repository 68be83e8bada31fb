//! tokio's tasks, in the context of whoever spawns them.

use super::{Context, ContextExt};
use std::future::Future;
use tokio::task::JoinHandle;

/// [`tokio::spawn`] in the current [`Context`]: what the task records is below what the caller is in, also
/// when that has ended by then.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use obs_runtime::{Baggage, spawn};
///
/// let task = {
///     let _attached = Baggage::parse("tenant=acme").attach();
///     spawn(async { Baggage::current().to_header() })
/// };
/// assert_eq!(task.await.unwrap(), "tenant=acme");
/// # }
/// ```
///
/// # Panics
///
/// Outside of a tokio runtime, as [`tokio::spawn`] does.
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(future.in_current_context())
}

/// [`tokio::task::spawn_blocking`] in the current [`Context`].
///
/// # Panics
///
/// Outside of a tokio runtime, as [`tokio::task::spawn_blocking`] does.
#[track_caller]
pub fn spawn_blocking<F, R>(work: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    tokio::task::spawn_blocking(Context::current().wrap(work))
}
