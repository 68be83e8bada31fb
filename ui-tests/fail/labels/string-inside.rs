use obs_runtime::observe;

struct Input {
    tenant: String,
}

#[observe(labels(tenant = input.tenant))]
fn f(input: &Input) {}

fn main() {}
