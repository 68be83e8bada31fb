use obs_runtime::observe;

mod shop {
    use super::observe;

    #[observe]
    mod orders;
}

fn main() {}
