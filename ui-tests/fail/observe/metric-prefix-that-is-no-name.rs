use obs_runtime::observe;

#[observe(metric = "shop.checkout")]
fn f() {}

fn main() {}
