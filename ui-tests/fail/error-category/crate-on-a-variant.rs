use obs_runtime::ErrorCategory;

#[derive(ErrorCategory)]
enum Failure {
    #[category("lost", crate = obs_runtime)]
    Lost,
}

fn main() {}
