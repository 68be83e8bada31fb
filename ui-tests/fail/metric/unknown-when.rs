use obs_runtime::metric;

#[metric(counter, name = "orders_total", when = "err")]
fn f() -> Result<(), ()> {
    Ok(())
}

fn main() {}
