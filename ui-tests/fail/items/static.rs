use obs_runtime::observe;

#[observe]
static COUNT: u8 = 1;

fn main() {}
