//! The objectives of a function, one by one, under the names that rules and the running program share.

use crate::{Function, Kernel, Percent, Slo, duration};
use std::time::Duration;

/// One thing that a function promises: a share of its calls, and what makes a call good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Its name among those of the service. Functions whose objectives have one name keep it together.
    pub name: String,
    /// The share of calls that has to be good.
    pub share: Percent,
    /// With a bound, successful calls count, and those are good that take at most this long. Without, all
    /// calls count, and those are bad that end in an error or a panic.
    pub bound: Option<Duration>,
}

impl Function {
    /// What the function promises: success first, then latencies by their bound.
    ///
    /// A promise is named after the objective (`name = "…"`) or else after the function with its module,
    /// and after what it is about: `checkout-success`, `shop-cart-add-latency-25ms`.
    pub fn promises(&self) -> Vec<Promise> {
        promises(self.slo.as_ref(), &self.module, &self.name)
    }
}

impl Kernel {
    /// What the kernel promises: success of its launches, then latencies on the device by their bound. Named as
    /// a function's are: `render-saxpy-latency-5ms`.
    pub fn promises(&self) -> Vec<Promise> {
        promises(self.slo.as_ref(), &self.module, &self.name)
    }
}

fn promises(slo: Option<&Slo>, module: &str, name: &str) -> Vec<Promise> {
    let Some(slo) = slo else { return Vec::new() };
    let of = match &slo.name {
        Some(name) => slug(name),
        None => slug(&format!("{module}::{name}")),
    };
    let success = slo.success.map(|share| Promise { name: format!("{of}-success"), share, bound: None });
    let latency = slo.latency.iter().map(|latency| Promise {
        name: format!("{of}-latency-{}", duration::display(latency.bound)),
        share: latency.share,
        bound: Some(latency.bound),
    });
    success.into_iter().chain(latency).collect()
}

/// A name as a part of an identifier, of a file's name or of an address: its words, joined by `-`.
///
/// ```
/// assert_eq!(obs_model::promise::slug("shop::Cart::add item"), "shop-Cart-add-item");
/// assert_eq!(obs_model::promise::slug("../not_found"), "not_found");
/// ```
pub fn slug(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}
