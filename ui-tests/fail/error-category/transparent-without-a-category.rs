use obs_runtime::ErrorCategory;

#[derive(ErrorCategory)]
enum Failure {
    #[category(transparent)]
    Io(std::io::Error),
}

fn main() {}
