use obs_runtime::observe;

#[observe(skip_all, err, ret)]
fn of_tracing(_: &str) {}

#[observe(skip(password))]
fn skipping(password: &str) {
    let _ = password;
}

#[observe(objective = API, track_concurrency)]
fn of_autometrics() {}

fn main() {}
