use obs_runtime::ErrorCategory;

#[derive(ErrorCategory)]
enum Failure {
    #[category = "lost"]
    Lost,
}

fn main() {}
