//! What CI runs, runnable by hand.
fn main() {}
