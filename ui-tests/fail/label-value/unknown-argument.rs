use obs_runtime::LabelValue;

#[derive(LabelValue)]
enum Format {
    #[label(renamed = "json")]
    Json,
}

fn main() {}
