use obs_runtime::ErrorCategory;

#[derive(ErrorCategory)]
enum Failure {
    #[category(name = "lost")]
    Lost,
}

fn main() {}
