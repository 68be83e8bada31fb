use obs_runtime::ErrorCategory;

#[derive(ErrorCategory)]
#[category("lost", retry_after = "5")]
struct Lost;

fn main() {}
