use obs_runtime::ErrorCategory;

struct Failure;

fn f() {
    obs_runtime::report(&Failure);
}

fn g<E: ErrorCategory>(error: &E) {
    obs_runtime::report(error);
}

fn main() {}
