use obs_runtime::LabelValue;

#[derive(LabelValue)]
enum Format {
    #[label("json")]
    Json,
    #[label(name = "avro")]
    Avro,
}

fn main() {}
