use obs_runtime::ErrorCategory;

#[derive(ErrorCategory)]
enum Failure {
    #[category(transparent)]
    Lost(u8, u8),
}

fn main() {}
