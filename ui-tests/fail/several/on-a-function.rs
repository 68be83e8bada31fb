use obs_runtime::observe;

#[observe(
    bucket = "fast",
    level = "warning",
    slow = "100",
    labels(tenant = tenant, le = flag),
    slo(success = "99.9"),
    name = "a",
    name = "b",
)]
fn f(tenant: String, flag: bool) -> u8 {
    1
}

// It is still there.
fn main() {
    let _: u8 = f(String::new(), true);
}
