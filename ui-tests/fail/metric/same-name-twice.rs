use obs_runtime::metric;

#[metric(counter, name = "orders_total")]
#[metric(counter, name = "orders_total", when = "error")]
fn f() -> Result<(), ()> {
    Ok(())
}

fn main() {}
