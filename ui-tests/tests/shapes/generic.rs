//! Generics, lifetimes and opaque types in signatures.

use obs_runtime::observe;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::{Debug, Display};
use ui_tests::{ended, ready};

#[observe]
fn typed<T, E>(value: Result<T, E>) -> Result<T, E>
where
    T: Clone,
    E: Debug,
{
    let value = value?;
    Ok(value.clone())
}

#[observe]
fn sized<const N: usize, T: Default + Copy>(n: usize) -> Result<[T; N], String> {
    if n > N {
        return Err(n.to_string());
    }
    Ok([T::default(); N])
}

#[observe]
async fn typed_later<T: Display + Send, const N: usize>(values: [T; N]) -> Result<String, std::fmt::Error> {
    use std::fmt::Write as _;
    let mut text = String::new();
    for value in values {
        write!(text, "{value}")?;
    }
    Ok(text)
}

#[test]
fn types_and_constants() {
    assert_eq!(typed::<_, ()>(Ok(1)), Ok(1));
    assert_eq!(typed::<(), _>(Err("no")), Err("no"));
    assert_eq!(sized::<2, u8>(1), Ok([0, 0]));
    assert!(sized::<2, u8>(3).is_err());
    assert_eq!(ready(typed_later([1, 2])).as_deref(), Ok("12"));
    ended!("typed", "ok" => 1, "error/_OTHER" => 1);
    ended!("sized", "ok" => 1, "error/_OTHER" => 1);
    ended!("typed_later", "ok" => 1);
}

#[derive(Debug, PartialEq)]
struct ParseError<'a>(&'a str);

#[observe]
fn named<'a, 'b: 'a>(long: &'b str, short: &'a str) -> Result<&'a str, ParseError<'b>> {
    if long.is_empty() {
        return Err(ParseError(long));
    }
    Ok(if short.is_empty() { long } else { short })
}

#[observe]
fn elided(text: &str) -> Result<Cow<'_, str>, ParseError<'_>> {
    let first = text.chars().next().ok_or(ParseError(text))?;
    if first == 'a' {
        return Ok(Cow::Borrowed(text));
    }
    Ok(Cow::Owned(text.to_uppercase()))
}

#[observe]
fn elided_dynamic(text: &str) -> Result<Box<dyn Iterator<Item = char> + '_>, String> {
    if text.is_empty() {
        return Err("empty".to_owned());
    }
    Ok(Box::new(text.chars().rev()))
}

#[observe]
async fn elided_later(text: &str, other: &mut String) -> Result<usize, String> {
    other.push_str(text);
    let _ = text.chars().next().ok_or("empty")?;
    Ok(other.len())
}

#[observe]
fn higher(f: impl for<'x> Fn(&'x str) -> &'x str, text: &str) -> Result<&str, String> {
    if text.is_empty() {
        return Err("empty".to_owned());
    }
    Ok(f(text))
}

#[test]
fn lifetimes() {
    assert_eq!(named("long", ""), Ok("long"));
    assert_eq!(named("", ""), Err(ParseError("")));
    assert_eq!(elided("ab"), Ok(Cow::Borrowed("ab")));
    assert!(elided("").is_err());
    assert_eq!(elided_dynamic("ab").unwrap().collect::<String>(), "ba");
    assert_eq!(ready(elided_later("ab", &mut "c".to_owned())), Ok(3));
    assert_eq!(higher(|text| &text[1..], "ab"), Ok("b"));
    ended!("named", "ok" => 1, "error/_OTHER" => 1);
    ended!("elided", "ok" => 1, "error/_OTHER" => 1);
    ended!("elided_dynamic", "ok" => 1);
    ended!("elided_later", "ok" => 1);
    ended!("higher", "ok" => 1);
}

#[observe]
fn opaque(all: bool) -> impl Iterator<Item = u8> {
    if all {
        return 0..=9;
    }
    1..=2
}

#[observe]
fn opaque_inside(text: &str) -> Result<(impl Fn() -> usize + use<'_>, Vec<impl Display>), String> {
    if text.is_empty() {
        return Err("empty".to_owned());
    }
    Ok((|| text.len(), vec![text.len()]))
}

#[observe]
fn opaque_error(n: u8) -> Result<u8, impl Debug> {
    n.checked_sub(1).ok_or(n)
}

#[observe]
fn boxed(n: u8) -> Box<dyn Fn(u8) -> u8> {
    if n == 0 {
        return Box::new(|n| n);
    }
    Box::new(move |m| m + n)
}

#[observe]
fn pointer(n: u8) -> fn(u8) -> u8 {
    fn same(n: u8) -> u8 {
        n
    }
    if n == 0 {
        return same;
    }
    |n| n + 1
}

#[test]
fn opaque_and_dynamic_returns() {
    assert_eq!((opaque(true).count(), opaque(false).count()), (10, 2));
    let (length, list) = opaque_inside("ab").unwrap();
    assert_eq!((length(), list[0].to_string()), (2, "2".to_owned()));
    assert!(opaque_inside("").is_err());
    assert!(opaque_error(1).is_ok() && opaque_error(0).is_err());
    assert_eq!((boxed(0)(1), boxed(1)(1)), (1, 2));
    assert_eq!((pointer(0)(1), pointer(1)(1)), (1, 2));
    ended!("opaque", "ok" => 2);
    ended!("opaque_inside", "ok" => 1, "error/_OTHER" => 1);
    ended!("opaque_error", "ok" => 1, "error/_OTHER" => 1);
    ended!("boxed", "ok" => 2);
    ended!("pointer", "ok" => 2);
}

struct Cache<K, V> {
    entries: HashMap<K, V>,
}

#[observe]
impl<K: std::hash::Hash + Eq, V: Clone> Cache<K, V> {
    fn new() -> Self {
        Cache { entries: HashMap::new() }
    }

    fn get<Q>(&self, key: &Q) -> Result<V, KeyError>
    where
        K: std::borrow::Borrow<Q>,
        Q: std::hash::Hash + Eq + ?Sized,
    {
        self.entries.get(key).cloned().ok_or(KeyError)
    }

    fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.entries.insert(key, value)
    }
}

#[derive(Debug, PartialEq)]
struct KeyError;

#[test]
fn generic_impl() {
    let mut cache = Cache::<String, u8>::new();
    cache.insert("a".to_owned(), 1);
    assert_eq!((cache.get("a"), cache.get("b")), (Ok(1), Err(KeyError)));
    ended!("Cache::new", "ok" => 1);
    ended!("Cache::insert", "ok" => 1);
    ended!("Cache::get", "ok" => 1, "error/_OTHER" => 1);
}

struct Shard<const N: usize>;

#[observe]
impl Shard<{ 1 + 1 }> {
    fn only(&self) -> Result<usize, String> {
        Ok(2)
    }
}

#[test]
fn braces_among_the_arguments_of_a_type() {
    assert_eq!(Shard::<2>.only(), Ok(2));
    ended!("Shard::only", "ok" => 1);
}

trait Store {
    type Error: Debug;
    type Item<'a>
    where
        Self: 'a;

    fn load<'a>(&'a self, key: &str) -> Result<Self::Item<'a>, Self::Error>;
}

struct Memory(Vec<String>);

impl Store for Memory {
    type Error = KeyError;
    type Item<'a> = &'a str;

    #[observe]
    fn load<'a>(&'a self, key: &str) -> Result<Self::Item<'a>, Self::Error> {
        let found = self.0.iter().find(|item| *item == key).ok_or(KeyError)?;
        Ok(found)
    }
}

/// What its closure takes, only the return type says.
#[observe]
fn lengths(words: &[String]) -> impl Fn(&usize) -> usize + use<'_> {
    move |&at| words[at].len()
}

#[observe]
fn longer(words: &[String], least: Option<usize>) -> impl AsyncFn(&usize) -> bool + use<'_> {
    let least = least.unwrap_or_default();
    async move |&at| words[at].len() > least
}

#[test]
fn closures_learn_what_they_take() {
    let words = ["ab".to_owned()];
    assert_eq!(lengths(&words)(&0), 2);
    ended!("lengths", "ok" => 1);
    assert!(ready(longer(&words, None)(&0)));
    ended!("longer", "ok" => 1);
}

#[test]
fn associated_types() {
    let memory = Memory(vec!["a".to_owned()]);
    assert_eq!((memory.load("a"), memory.load("b")), (Ok("a"), Err(KeyError)));
    ended!("load", "ok" => 1, "error/_OTHER" => 1);
}
