//! Together with other attributes, in either order.

use super::host;
use async_trait::async_trait;
use obs_gpu::{Lane, gpu_kernel};
use obs_runtime::{metric, observe};
use ui_tests::{Yield, cancel, ended, launched, number, panics, ready};

#[observe]
#[gpu_kernel(stream = stream, bytes = 8 * n, name = "stacked_below")]
fn below((stream, n): (Lane<'static>, usize)) -> Result<usize, String> {
    (n > 0).then_some(n).ok_or("nothing to do")?;
    assert!(n < 9, "by design");
    Ok(n)
}

#[gpu_kernel(stream = stream, bytes = 8 * n, name = "stacked_above")]
#[observe(labels(odd = n % 2 == 1))]
fn above((stream, n): (Lane<'static>, usize)) -> Result<usize, String> {
    (n > 0).then_some(n).ok_or("nothing to do")?;
    assert!(n < 9, "by design");
    Ok(n)
}

#[metric(counter, name = "stacked_rows_total", value = n)]
#[gpu_kernel(stream = stream, items = n, name = "stacked_between")]
#[observe(fields(n))]
#[metric(counter, name = "stacked_failures_total", when = "error")]
#[inline]
fn between(stream: Lane<'static>, n: u32) -> Result<u32, String> {
    if n == 0 {
        return Err("nothing to do".to_owned());
    }
    Ok(n)
}

#[test]
fn functions() {
    for call in [below, above] {
        assert!(call((host(), 1)).is_ok() && call((host(), 0)).is_err());
        panics(|| call((host(), 9)));
    }
    ended!("below", "ok" => 1, "error/_OTHER" => 1, "panic" => 1);
    ended!("above", "ok odd=true" => 1, "error/_OTHER odd=false" => 1, "panic odd=true" => 1);
    for kernel in ["stacked_below", "stacked_above"] {
        launched!(kernel, "ok" => 1, "error" => 1, "panic" => 1);
        let bytes = number("gpu_kernel_bytes_total", &[("kernel", kernel), ("device", "host")]);
        assert_eq!(bytes, Some(8.0));
    }
    assert!(between(host(), 3).is_ok() && between(host(), 0).is_err());
    ended!("between", "ok" => 1, "error/_OTHER" => 1);
    launched!("stacked_between", "ok" => 1, "error" => 1);
    assert_eq!(number("stacked_rows_total", &[]), Some(3.0));
    assert_eq!(number("stacked_failures_total", &[]), Some(1.0));
}

#[observe]
#[gpu_kernel(stream = stream, name = "stacked_below_later")]
async fn below_later(stream: &Lane<'static>, text: String) -> Result<usize, String> {
    Yield::default().await;
    let first = text.chars().next().ok_or("empty")?;
    Ok(first.len_utf8())
}

#[gpu_kernel(stream = stream, name = "stacked_above_later")]
#[observe]
async fn above_later(stream: &Lane<'static>, text: String) -> Result<usize, String> {
    Yield::default().await;
    let first = text.chars().next().ok_or("empty")?;
    Ok(first.len_utf8())
}

#[test]
fn futures() {
    let text = |text: &str| text.to_owned();
    assert!(ready(below_later(&host(), text("a"))).is_ok() && ready(below_later(&host(), text(""))).is_err());
    cancel(below_later(&host(), text("a")));
    assert!(ready(above_later(&host(), text("a"))).is_ok() && ready(above_later(&host(), text(""))).is_err());
    cancel(above_later(&host(), text("a")));
    for (function, kernel) in [("below_later", "stacked_below_later"), ("above_later", "stacked_above_later")]
    {
        ended!(function, "ok" => 1, "error/_OTHER" => 1, "cancelled" => 1);
        launched!(kernel, "ok" => 1, "error" => 1, "cancelled" => 1);
    }
}

#[async_trait]
trait Launch: Send + Sync {
    async fn launch(&self, n: usize) -> Result<usize, String>;

    #[gpu_kernel(stream = host(), name = "stacked_provided", items = times)]
    async fn twice(&self, times: usize) -> Result<usize, String> {
        self.launch(times).await?;
        self.launch(times).await
    }
}

struct Inside(Lane<'static>);

#[observe]
#[async_trait]
impl Launch for Inside {
    #[gpu_kernel(stream = self.0, name = "stacked_inside", bytes = n, labels(odd = n % 2 == 1))]
    async fn launch(&self, n: usize) -> Result<usize, String> {
        Yield::default().await;
        n.checked_sub(1).ok_or_else(|| "nothing to do".to_owned())
    }
}

struct Outside(Lane<'static>);

#[async_trait]
#[observe]
impl Launch for Outside {
    #[gpu_kernel(stream = self.0, name = "stacked_outside", bytes = n, labels(odd = n % 2 == 1))]
    async fn launch(&self, n: usize) -> Result<usize, String> {
        Yield::default().await;
        n.checked_sub(1).ok_or_else(|| "nothing to do".to_owned())
    }
}

fn launch_all(target: &dyn Launch) {
    assert!(ready(target.launch(1)).is_ok() && ready(target.launch(0)).is_err());
    cancel(target.launch(1));
}

#[test]
fn with_async_trait() {
    launch_all(&Inside(host()));
    launch_all(&Outside(host()));
    for kernel in ["stacked_inside", "stacked_outside"] {
        launched!(kernel, "ok odd=true" => 1, "error odd=false" => 1, "cancelled odd=true" => 1);
    }
    ended!("Inside::launch", "ok" => 1, "error/_OTHER" => 1, "cancelled" => 1);
    ended!("Outside::launch", "ok" => 1, "error/_OTHER" => 1, "cancelled" => 1);
}

struct Provided;

#[async_trait]
impl Launch for Provided {
    async fn launch(&self, n: usize) -> Result<usize, String> {
        n.checked_sub(1).ok_or_else(|| "nothing to do".to_owned())
    }
}

#[test]
fn a_default_method() {
    assert!(ready(Provided.twice(2)).is_ok() && ready(Provided.twice(0)).is_err());
    launched!("stacked_provided", "ok" => 1, "error" => 1);
}
