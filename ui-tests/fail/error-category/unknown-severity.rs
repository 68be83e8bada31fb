use obs_runtime::ErrorCategory;

#[derive(ErrorCategory)]
enum Failure {
    #[category("lost", severity = "critcal")]
    Lost,
}

fn main() {}
