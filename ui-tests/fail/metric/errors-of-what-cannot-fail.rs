use obs_runtime::metric;

#[metric(counter, name = "orders_total", when = "error")]
fn f() -> u8 {
    1
}

fn main() {}
