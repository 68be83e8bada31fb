use obs_runtime::LabelValue;

#[derive(LabelValue)]
struct Format(String);

fn main() {}
