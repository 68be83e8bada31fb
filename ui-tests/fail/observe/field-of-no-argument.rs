use obs_runtime::observe;

#[observe(fields(subject = %input.subject))]
fn f() {}

fn main() {}
