use obs_runtime::metric;

#[metric(counter, name = "sent_bytes_total", value = body.len())]
fn f(text: &str) {}

fn main() {}
