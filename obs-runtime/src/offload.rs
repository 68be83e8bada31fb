//! Blocking work for async callers, without an async runtime to depend on.

use std::future::Future;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;

/// Does the work on a thread of that name. The future is ready when it is done, with `None` if it
/// panicked. Dropping the future does not stop the work.
pub(crate) fn offload<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<Offload<T>> {
    let shared = Arc::new(Mutex::new(Shared { result: None, done: false, waiting: None }));
    let theirs = Arc::clone(&shared);
    thread::Builder::new().name(name.to_owned()).spawn(move || {
        let result = catch_unwind(AssertUnwindSafe(work)).ok();
        let waiting = {
            let mut shared = theirs.lock().unwrap_or_else(PoisonError::into_inner);
            shared.result = result;
            shared.done = true;
            shared.waiting.take()
        };
        if let Some(waker) = waiting {
            waker.wake();
        }
    })?;
    Ok(Offload { shared })
}

/// Work that goes on elsewhere.
#[derive(Debug)]
pub(crate) struct Offload<T> {
    shared: Arc<Mutex<Shared<T>>>,
}

#[derive(Debug)]
struct Shared<T> {
    result: Option<T>,
    done: bool,
    waiting: Option<Waker>,
}

impl<T> Future for Offload<T> {
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        if shared.done {
            return Poll::Ready(shared.result.take());
        }
        shared.waiting = Some(cx.waker().clone());
        Poll::Pending
    }
}
