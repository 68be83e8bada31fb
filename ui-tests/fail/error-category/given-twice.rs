use obs_runtime::ErrorCategory;

#[derive(ErrorCategory)]
enum Failure {
    #[category("lost")]
    #[category("found")]
    Lost,
}

fn main() {}
