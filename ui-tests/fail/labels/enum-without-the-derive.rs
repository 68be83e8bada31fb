use obs_runtime::observe;

enum Format {
    Json,
}

#[observe(labels(format = format))]
fn f(format: Format) {}

fn main() {}
