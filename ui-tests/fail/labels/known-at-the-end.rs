use obs_runtime::{metric, observe};

#[observe(labels(status = result()))]
fn f() -> Result<(), String> {
    Ok(())
}

#[metric(counter, name = "a_total", labels(even = |n: &u8| n % 2 == 0), when = "always")]
fn g() -> u8 {
    1
}

#[metric(counter, name = "b_total", labels(kind = error_type()))]
fn h() {}

fn main() {}
