use obs_runtime::observe;

#[observe]
fn f(text: &str) {
    let _: u8 = text.parse()?;
}

fn main() {}
