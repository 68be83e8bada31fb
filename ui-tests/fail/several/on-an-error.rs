use obs_runtime::{ErrorCategory, observe};

#[derive(ErrorCategory)]
#[category(severty = "fatal")]
enum Failure {
    #[category("NotFound")]
    NotFound,
    #[category("lost", severity = "bad", retry_after = "soon")]
    Lost,
    #[category(transparent)]
    Empty,
    #[category("twice", action = "a", action = "b")]
    Twice,
    Forgotten,
}

// No second error for each use.
#[observe]
fn f() -> Result<(), Failure> {
    Err(Failure::Lost)
}

fn main() {
    let _ = f();
}
