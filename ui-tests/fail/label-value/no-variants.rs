use obs_runtime::LabelValue;

#[derive(LabelValue)]
enum Never {}

fn main() {}
