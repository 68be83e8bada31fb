//! `async fn` captures every lifetime, in this edition too.

use obs_runtime::observe;
use ui_tests::{ready, Yield};

#[observe]
async fn two<'a>(x: &'a str, y: &str) -> usize {
    Yield::default().await;
    x.len() + y.len()
}

#[observe]
async fn failing(x: &str, y: &mut Vec<u8>) -> Result<usize, std::num::ParseIntError> {
    Yield::default().await;
    y.push(1);
    Ok(x.parse::<usize>()? + y.len())
}

struct Pair<'a>(&'a str);

impl<'a> Pair<'a> {
    #[observe]
    async fn method(&self, y: &str) -> usize {
        Yield::default().await;
        self.0.len() + y.len()
    }

    #[observe]
    async fn longest<'b>(&'b self, y: &'b str) -> &'b str {
        Yield::default().await;
        if y.len() > self.0.len() {
            y
        } else {
            self.0
        }
    }
}

struct Other<'a, T>(&'a T);

#[observe]
impl<'a, T: std::fmt::Display> Other<'a, T> {
    async fn method<U: std::fmt::Debug>(&self, y: U) -> String {
        Yield::default().await;
        format!("{}{y:?}", self.0)
    }
}

trait Later {
    async fn later(&self, x: &str) -> usize;
}

#[observe]
impl Later for Pair<'_> {
    async fn later(&self, x: &str) -> usize {
        Yield::default().await;
        self.0.len() + x.len()
    }
}

#[test]
fn every_lifetime_is_captured() {
    let (x, y) = (String::from("12"), String::from("345"));
    assert_eq!(ready(two(&x, &y)), 5);
    let mut v = vec![];
    assert_eq!(ready(failing(&x, &mut v)), Ok(13));
    let pair = Pair(&x);
    assert_eq!(ready(pair.method(&y)), 5);
    assert_eq!(ready(pair.longest(&y)), "345");
    assert_eq!(ready(pair.later(&y)), 5);
    assert_eq!(ready(Other(&1).method("x")), "1\"x\"");
}
