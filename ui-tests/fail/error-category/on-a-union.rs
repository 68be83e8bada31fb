use obs_runtime::ErrorCategory;

#[derive(ErrorCategory)]
union Failure {
    a: u8,
    b: i8,
}

fn main() {}
