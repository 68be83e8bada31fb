use obs_runtime::ErrorCategory;

#[derive(ErrorCategory)]
struct Failure;

fn main() {}
