use obs_runtime::metric;

#[metric(counter, name = "orders_total")]
const fn f() -> u8 {
    1
}

const ONE: u8 = f();

fn main() {}
