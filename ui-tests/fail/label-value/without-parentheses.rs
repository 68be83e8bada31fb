use obs_runtime::LabelValue;

#[derive(LabelValue)]
enum Format {
    #[label = "json"]
    Json,
}

fn main() {}
