use obs_runtime::LabelValue;

#[derive(LabelValue)]
enum Format {
    Json,
    #[label(rename = "json")]
    JsonLines,
}

fn main() {}
