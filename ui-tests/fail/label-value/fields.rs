use obs_runtime::LabelValue;

#[derive(LabelValue)]
enum Format {
    Json,
    Other(String),
}

fn bounded<T: LabelValue>(_: T) {}

fn f() {
    bounded(Format::Json);
}

fn main() {}
