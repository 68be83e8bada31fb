use obs_runtime::ErrorCategory;

#[derive(ErrorCategory)]
#[category(transparent)]
enum Failure {
    #[category("lost")]
    Lost,
}

fn main() {}
