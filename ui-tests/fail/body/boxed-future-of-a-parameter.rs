use obs_runtime::observe;
use std::future::Future;
use std::pin::Pin;

fn main() {}

// The future goes into another box, whose lifetime the output has to outlive.

#[observe]
fn handed_on<T>(future: Pin<Box<dyn Future<Output = T>>>) -> Pin<Box<dyn Future<Output = T>>> {
    future
}

#[observe]
fn handed_on_for<'a, T>(
    future: Pin<Box<dyn Future<Output = T> + Send + 'a>>,
) -> Pin<Box<dyn Future<Output = T> + Send + 'a>> {
    future
}
