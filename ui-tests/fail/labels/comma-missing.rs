use obs_runtime::observe;

#[observe(labels(large = n > 9 odd = n % 2 == 1))]
fn f(n: u8) {
    let _ = n;
}

fn main() {}
