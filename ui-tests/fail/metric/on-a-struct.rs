use obs_runtime::metric;

#[metric(counter, name = "orders_total")]
struct Orders;

fn orders() -> Orders {
    Orders
}

fn main() {}
