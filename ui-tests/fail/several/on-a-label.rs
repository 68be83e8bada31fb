use obs_runtime::{LabelValue, observe};

#[derive(LabelValue)]
enum Format {
    Json(u8),
    #[label(rename = "")]
    Avro,
    #[label(name = "p")]
    Protobuf,
    #[label(rename = "json")]
    Other,
}

// No second error for each use.
#[observe(labels(format = format))]
fn f(format: Format) {}

fn main() {
    f(Format::Avro);
}
