//! What may stand where a parameter does.

use obs_runtime::observe;
use std::fmt::{Debug, Display};
use ui_tests::{ended, ready};

struct Point {
    x: i32,
    y: String,
}

#[observe]
fn taken_apart(Point { x, y }: Point, (a, [b, .., c]): (u8, [u8; 4])) -> Result<String, String> {
    if x < 0 {
        return Err(y);
    }
    Ok(format!("{x}{y}{a}{b}{c}"))
}

#[observe]
async fn taken_apart_later(Point { x, mut y }: Point, &n: &i32) -> Result<String, String> {
    y.push('!');
    let sum = x.checked_add(n).ok_or("too much")?;
    Ok(format!("{sum}{y}"))
}

#[test]
fn patterns() {
    let point = |x| Point { x, y: "y".to_owned() };
    assert_eq!(taken_apart(point(1), (2, [3, 0, 0, 4])).as_deref(), Ok("1y234"));
    assert!(taken_apart(point(-1), (2, [3, 0, 0, 4])).is_err());
    assert_eq!(ready(taken_apart_later(point(1), &2)).as_deref(), Ok("3y!"));
    ended!("taken_apart", "ok" => 1, "error/_OTHER" => 1);
    ended!("taken_apart_later", "ok" => 1);
}

#[observe]
fn changed(mut n: i32, mut text: String) -> Result<String, String> {
    n += 1;
    text.push_str("!!");
    let n = u8::try_from(n).map_err(|e| e.to_string())?;
    Ok(format!("{text}{n}"))
}

#[observe]
async fn changed_later(mut n: i32, mut text: String) -> String {
    n += 1;
    text.push_str(&n.to_string());
    text
}

#[test]
fn mutable() {
    assert_eq!(changed(1, "a".to_owned()).as_deref(), Ok("a!!2"));
    assert_eq!(ready(changed_later(1, "a".to_owned())), "a2");
    ended!("changed", "ok" => 1);
    ended!("changed_later", "ok" => 1);
}

#[observe]
#[allow(clippy::toplevel_ref_arg)]
fn by_ref(ref text: String, ref mut list: Vec<u8>) -> Result<usize, String> {
    list.push(1);
    if text.is_empty() {
        return Err("empty".to_owned());
    }
    Ok(text.len() + list.len())
}

#[observe]
fn bound_twice(whole @ (a, b): (u8, u8)) -> Result<u8, String> {
    let sum = a.checked_add(b).ok_or("too much")?;
    Ok(sum + whole.0)
}

#[test]
fn by_reference_and_twice() {
    assert_eq!(by_ref("abc".to_owned(), vec![1]), Ok(5));
    assert!(by_ref(String::new(), vec![]).is_err());
    assert_eq!(bound_twice((1, 2)), Ok(4));
    ended!("by_ref", "ok" => 1, "error/_OTHER" => 1);
    ended!("bound_twice", "ok" => 1);
}

#[observe]
fn unnamed(_: String, _: &str, n: u8) -> Result<u8, String> {
    let n = n.checked_add(1).ok_or("too much")?;
    Ok(n)
}

#[observe]
async fn unnamed_later(_: String, _unused: Vec<u8>, n: u8) -> u8 {
    n
}

#[test]
fn without_names() {
    assert_eq!(unnamed(String::new(), "", 1), Ok(2));
    assert_eq!(ready(unnamed_later(String::new(), Vec::new(), 1)), 1);
    ended!("unnamed", "ok" => 1);
    ended!("unnamed_later", "ok" => 1);
}

#[observe]
fn opaque(shown: impl Display, f: impl FnOnce(u8) -> u8) -> Result<String, String> {
    let n = u8::try_from(shown.to_string().len()).map_err(|e| e.to_string())?;
    Ok(f(n).to_string())
}

#[observe]
async fn opaque_later(shown: impl Display + Send, all: impl IntoIterator<Item = u8>) -> String {
    all.into_iter().fold(shown.to_string(), |text, n| text + &n.to_string())
}

#[test]
fn impl_trait() {
    assert_eq!(opaque("four", |n| n * 2).as_deref(), Ok("8"));
    assert_eq!(ready(opaque_later(1, [2, 3])), "123");
    ended!("opaque", "ok" => 1);
    ended!("opaque_later", "ok" => 1);
}

#[observe]
fn dynamic(shown: &dyn Display, mut call: Box<dyn FnMut() -> u8 + '_>) -> Result<String, Box<dyn Debug>> {
    let n = call();
    if n == 0 {
        return Err(Box::new(n));
    }
    Ok(format!("{shown}{n}"))
}

#[test]
fn trait_objects() {
    let mut n = 0;
    assert!(dynamic(&"x", Box::new(|| n)).is_err());
    n = 3;
    assert_eq!(dynamic(&"x", Box::new(|| n)).ok().as_deref(), Some("x3"));
    ended!("dynamic", "ok" => 1, "error/_OTHER" => 1);
}

#[observe]
fn on_condition(
    #[cfg(not(any()))] text: String,
    #[cfg(any())] text: NoSuchType,
    #[allow(unused_variables)] ignored: String,
) -> Result<usize, String> {
    if text.is_empty() {
        return Err(text);
    }
    Ok(text.len())
}

#[observe]
async fn on_condition_later(#[cfg(not(any()))] n: Vec<u8>, #[cfg(any())] n: NoSuchType) -> usize {
    n.len()
}

#[test]
fn conditions() {
    assert_eq!(on_condition("ab".to_owned(), String::new()), Ok(2));
    assert_eq!(ready(on_condition_later(vec![1])), 1);
    ended!("on_condition", "ok" => 1);
    ended!("on_condition_later", "ok" => 1);
}

#[observe]
fn raw(r#type: String, r#fn: &str) -> Result<String, String> {
    if r#type.is_empty() {
        return Err(r#fn.to_owned());
    }
    Ok(r#type)
}

#[observe]
fn r#match(n: u8) -> u8 {
    n
}

#[test]
fn raw_identifiers() {
    assert_eq!(raw("a".to_owned(), "b").as_deref(), Ok("a"));
    assert_eq!(r#match(3), 3);
    ended!("raw", "ok" => 1);
    ended!("match", "ok" => 1);
}
