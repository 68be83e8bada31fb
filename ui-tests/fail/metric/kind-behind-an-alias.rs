use obs_runtime::{Gauge, metric};

type Instrument = Gauge;

#[metric(counter, name = "orders_total")]
static ORDERS: Instrument = Instrument::new();

fn main() {}
