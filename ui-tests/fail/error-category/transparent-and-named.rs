use obs_runtime::ErrorCategory;

#[derive(ErrorCategory)]
#[category("inner")]
struct Inner;

#[derive(ErrorCategory)]
enum Failure {
    #[category("lost", transparent)]
    Lost(Inner),
}

fn main() {}
