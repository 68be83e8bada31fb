use obs_runtime::LabelValue;

#[derive(LabelValue)]
enum Format {
    Json,
    #[label(rename = "_other")]
    Other,
}

fn main() {}
