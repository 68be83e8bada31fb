use obs_runtime::observe;

#[observe]
struct Order {
    id: u64,
}

fn id(order: &Order) -> u64 {
    order.id
}

fn main() {}
