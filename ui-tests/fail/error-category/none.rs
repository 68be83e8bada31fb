use obs_runtime::ErrorCategory;

#[derive(ErrorCategory)]
enum Failure {
    #[category("known")]
    Known,
    NotFound,
    TooLate(u8),
}

fn name(failure: &Failure) -> &str {
    failure.category().name
}

fn main() {}
