//! The attribute on `impl` and trait blocks, and on modules.

use obs_runtime::observe;
use ui_tests::{ended, ready};

struct Index {
    entries: Vec<String>,
}

#[observe(level = "debug")]
impl Index {
    const LIMIT: usize = 2;

    const fn empty() -> Index {
        Index { entries: Vec::new() }
    }

    fn add(&mut self, entry: &str) -> Result<usize, String> {
        if self.entries.len() == Index::LIMIT {
            return Err("full".to_owned());
        }
        self.entries.push(entry.to_owned());
        Ok(self.entries.len())
    }

    /// How many there are.
    async fn count(&self) -> usize {
        self.entries.len()
    }

    #[observe(skip)]
    fn skipped(&self) -> bool {
        self.entries.is_empty()
    }

    #[observe(name = "Index.find", ok_if = Option::is_some, labels(short = key.len() < 3))]
    fn find(&self, key: &str) -> Option<&String> {
        self.entries.iter().find(|entry| *entry == key)
    }
}

#[test]
fn inherent() {
    let mut index = Index::empty();
    assert!(index.skipped());
    assert_eq!((index.add("a"), index.add("long")), (Ok(1), Ok(2)));
    assert!(index.add("c").is_err());
    assert_eq!(ready(index.count()), 2);
    assert!(index.find("a").is_some());
    assert_eq!(index.find("unknown"), None);
    ended!("Index::add", "ok" => 2, "error/_OTHER" => 1);
    ended!("Index::count", "ok" => 1);
    ended!("Index.find", "ok short=true" => 1, "error/_OTHER short=false" => 1);
    let functions = obs_runtime::catalogue().functions;
    let ours = |name: &str| functions.iter().find(|f| f.name == name && f.module == module_path!());
    assert!(ours("Index::skipped").is_none() && ours("Index::empty").is_none());
    assert_eq!(ours("Index::count").unwrap().help, "How many there are.");
    assert_eq!(ours("Index.find").unwrap().level, "debug");
}

trait Codec {
    fn encode(&self, n: u8) -> Result<String, String>;
    fn name(&self) -> &'static str {
        "codec"
    }
}

#[observe]
impl Codec for Index {
    fn encode(&self, n: u8) -> Result<String, String> {
        self.entries.get(usize::from(n)).cloned().ok_or_else(|| "none".to_owned())
    }
}

#[observe]
trait Shape {
    fn area(&self) -> f64;

    fn double(&self) -> f64 {
        self.area() * 2.0
    }

    async fn later(&self) -> Result<f64, String>
    where
        Self: Sized,
    {
        Ok(self.area())
    }
}

struct Square;

impl Shape for Square {
    fn area(&self) -> f64 {
        4.0
    }
}

#[test]
fn traits() {
    let index = Index { entries: vec!["a".to_owned()] };
    assert_eq!(index.encode(0).as_deref(), Ok("a"));
    assert!(index.encode(1).is_err());
    assert_eq!(index.name(), "codec");
    let encoded =
        ui_tests::calls("function_calls", &[("function", "Index::encode"), ("module", module_path!())]);
    assert_eq!(encoded["ok"], 1);
    assert!(Square.double() > 7.0);
    assert!(ready(Square.later()).is_ok());
    ended!("Shape::double", "ok" => 1);
    ended!("Shape::later", "ok" => 1);
}

#[observe(target = "shop")]
mod shop {
    use super::Codec as _;

    pub(super) const LIMIT: u8 = 3;

    pub(super) fn buy(n: u8) -> Result<u8, String> {
        let n = check(n)?;
        Ok(n)
    }

    fn check(n: u8) -> Result<u8, String> {
        if n > LIMIT { Err("too many".to_owned()) } else { Ok(n) }
    }

    pub(super) const fn doubled(n: u8) -> u8 {
        n * 2
    }

    pub(super) struct Cart(pub(super) super::Index);

    impl Cart {
        pub(super) fn first(&self) -> Result<String, String> {
            self.0.encode(0)
        }

        #[observe(skip)]
        pub(super) fn left_out(&self) {}
    }

    #[observe(skip)]
    impl Default for Cart {
        fn default() -> Cart {
            Cart(super::Index::empty())
        }
    }

    pub(super) mod inner {
        pub(in super::super) async fn deep() -> Result<u8, String> {
            super::buy(1)
        }

        #[test]
        fn called() {
            ui_tests::ready(deep()).unwrap();
            ui_tests::ended!("deep", "ok" => 1);
        }
    }

    #[observe(skip)]
    #[test]
    fn called() {
        assert!(buy(2).is_ok() && buy(4).is_err());
        let calls = ui_tests::calls("function_calls", &[("function", "check"), ("module", module_path!())]);
        assert!(calls["ok"] >= 1 && calls["error/_OTHER"] == 1);
        assert!(Cart::default().first().is_err());
        Cart::default().left_out();
        assert_eq!(doubled(2), 4);
        ui_tests::ended!("Cart::first", "error/_OTHER" => 1);
    }
}

#[test]
fn modules() {
    let names: Vec<String> = obs_runtime::catalogue()
        .functions
        .into_iter()
        .filter(|f| f.module.starts_with(concat!(module_path!(), "::shop")))
        .map(|f| format!("{}::{}", f.module.rsplit("::").next().unwrap(), f.name))
        .collect();
    let expected = ["shop::Cart::first", "shop::buy", "shop::check", "inner::called", "inner::deep"];
    assert_eq!(names, expected);
}

#[observe(ok_if = |r: &Option<u8>| r.is_some())]
impl Square {
    fn some(&self) -> Option<u8> {
        Some(1)
    }

    fn none(&self) -> Option<u8> {
        None
    }

    fn nothing(&self) {}

    #[observe(error_if = |r| r.is_some())]
    fn reversed(&self) -> Option<u8> {
        Some(1)
    }
}

#[test]
fn a_judgement_for_all_that_return_something() {
    assert_eq!((Square.some(), Square.none(), Square.reversed()), (Some(1), None, Some(1)));
    Square.nothing();
    ended!("Square::some", "ok" => 1);
    ended!("Square::none", "error/_OTHER" => 1);
    ended!("Square::nothing", "ok" => 1);
    ended!("Square::reversed", "error/_OTHER" => 1);
}

#[observe]
impl<T> Codec for (T,)
where
    T: Send,
{
    fn encode(&self, _: u8) -> Result<String, String> {
        Ok(String::new())
    }
}

#[observe]
impl Codec for &[u8] {
    fn encode(&self, _: u8) -> Result<String, String> {
        Ok(String::new())
    }
}

#[observe]
impl Codec for dyn std::fmt::Debug + Send {
    fn encode(&self, _: u8) -> Result<String, String> {
        Ok(String::new())
    }
}

#[test]
fn types_that_are_no_paths() {
    (1,).encode(0).unwrap();
    (&[1u8][..]).encode(0).unwrap();
    let object: &(dyn std::fmt::Debug + Send) = &1;
    object.encode(0).unwrap();
    ended!("tuple::encode", "ok" => 1);
    ended!("slice::encode", "ok" => 1);
    ended!("Debug::encode", "ok" => 1);
}

macro_rules! services {
    ($($name:ident => $answer:expr),* $(,)?) => {$(
        struct $name;

        #[observe]
        impl $name {
            fn answer(&self) -> Result<u8, String> {
                let answer: u8 = $answer.try_into().map_err(|_| "too much".to_owned())?;
                Ok(answer)
            }
        }
    )*};
}

services!(Small => 3_i32, Large => 300_i32);

#[test]
fn generated_blocks() {
    assert!(Small.answer().is_ok() && Large.answer().is_err());
    ended!("Small::answer", "ok" => 1);
    ended!("Large::answer", "error/_OTHER" => 1);
}
