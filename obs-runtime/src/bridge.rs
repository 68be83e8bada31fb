//! Both ways between our page and the `prometheus` crate's registries.
//!
//! What was registered there is exported here ([`Builder::prometheus_registry`]), and what we measure can
//! be registered there ([`PrometheusCollector`]). Doing both with one registry is harmless: while we ask a
//! registry, our collector in it has nothing to say.
//!
//! [`Builder::prometheus_registry`]: crate::Builder::prometheus_registry

use std::cell::Cell;

mod admission;
mod incoming;
mod outgoing;
mod reading;

pub(crate) use incoming::collect;
pub use outgoing::PrometheusCollector;

thread_local! {
    /// Whether this thread is asking registries for our own page.
    static ASKING: Cell<bool> = const { Cell::new(false) };
}

/// Asks registries, during which our collector in them is silent.
fn asking<T>(ask: impl FnOnce() -> T) -> T {
    struct Before(bool);
    impl Drop for Before {
        fn drop(&mut self) {
            ASKING.set(self.0);
        }
    }
    let _before = Before(ASKING.replace(true));
    ask()
}
