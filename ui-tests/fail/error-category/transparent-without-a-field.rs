use obs_runtime::ErrorCategory;

#[derive(ErrorCategory)]
enum Failure {
    #[category(transparent)]
    Lost,
}

fn main() {}
