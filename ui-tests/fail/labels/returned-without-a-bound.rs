use obs_runtime::metric;

#[metric(counter, name = "a_total", labels(text = |returned| returned.clone()))]
fn f() -> String {
    String::new()
}

fn main() {}
