use obs_runtime::ErrorCategory;

#[derive(ErrorCategory)]
enum Failure {
    #[category("NotFound")]
    NotFound,
}

fn main() {}
