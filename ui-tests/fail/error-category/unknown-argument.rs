use obs_runtime::ErrorCategory;

#[derive(ErrorCategory)]
enum Failure {
    #[category("lost", retry = "5s")]
    Lost,
}

fn main() {}
