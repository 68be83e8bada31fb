use obs_runtime::{metric, observe};

fn is_large(text: &str) -> Option<bool> {
    Some(text.len() > 9)
}

#[observe(labels(large = is_large(text)?, known = text.chars().any(|c| { return c == 'a'; })))]
fn f(text: &str) -> Option<()> {
    let _ = text;
    None
}

#[metric(histogram, name = "text_bytes", value = if text.is_empty() { return } else { text.len() })]
fn g(text: &str) {
    let _ = text;
}

fn main() {}
