use obs_runtime::LabelValue;

#[derive(LabelValue)]
#[label(rename = "format")]
enum Format {
    Json,
}

fn main() {}
