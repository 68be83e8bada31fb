use obs_runtime::metric;

#[metric(counter, name = "orders", wen = "ok")]
#[metric(gauge, name = "depth_total", value = n)]
#[metric(histogram, name = "wait_ms", value = n, buckets = "latancy")]
#[metric(counter, name = "failed_total", when = "error")]
fn f(n: u64) {}

fn main() {
    f(1);
}
