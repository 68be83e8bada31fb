use obs_runtime::ErrorCategory;

#[derive(ErrorCategory)]
#[category("lost")]
struct Lost {
    #[category("field")]
    at: u8,
}

fn main() {}
