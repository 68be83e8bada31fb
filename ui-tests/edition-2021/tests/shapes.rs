//! In this edition the temporaries of a block's last expression outlive its variables, closures capture fields,
//! `impl Trait` captures no lifetime that it does not name, and `unsafe fn` bodies are unsafe.

use obs_runtime::{metric, observe, ErrorCategory, LabelValue};
use std::cell::RefCell;
use std::future::Future;
use std::sync::Mutex;
use ui_tests::{ended, ready, Yield};

#[observe]
fn locked(m: Mutex<i32>) -> i32 {
    *m.lock().unwrap()
}

#[observe]
fn locked_or_not(m: Mutex<i32>) -> Result<i32, String> {
    if m.is_poisoned() {
        return Err("poisoned".to_owned());
    }
    Ok(*m.lock().unwrap())
}

#[observe]
async fn locked_later(m: Mutex<i32>) -> i32 {
    Yield::default().await;
    *m.lock().unwrap()
}

#[observe]
async fn locked_or_not_later(m: Mutex<i32>, n: Option<i32>) -> Result<i32, String> {
    let n = n.ok_or("none")?;
    Yield::default().await;
    let sum = n + m.lock().map(|m| *m).map_err(|e| e.to_string())?;
    Ok(sum)
}

#[observe]
fn matched(m: Mutex<Option<i32>>) -> Result<i32, String> {
    match *m.lock().unwrap() {
        Some(n) => Ok(n),
        None => return Err("none".to_owned()),
    }
}

#[observe]
fn borrowed(cell: &RefCell<Vec<i32>>) -> Option<i32> {
    let first = cell.borrow().first().copied()?;
    cell.borrow_mut().push(first);
    cell.borrow().last().copied()
}

#[metric(counter, name = "edition_locked_total", when = "always")]
fn measured(m: Mutex<i32>) -> Result<i32, String> {
    if m.is_poisoned() {
        return Err(String::new());
    }
    m.lock().map(|n| *n).map_err(|e| e.to_string())
}

#[test]
fn temporaries_of_the_last_expression() {
    assert_eq!(locked(Mutex::new(1)), 1);
    assert_eq!(locked_or_not(Mutex::new(2)), Ok(2));
    assert_eq!(ready(locked_later(Mutex::new(3))), 3);
    assert_eq!(ready(locked_or_not_later(Mutex::new(4), Some(1))), Ok(5));
    assert_eq!(matched(Mutex::new(Some(5))), Ok(5));
    assert_eq!(borrowed(&RefCell::new(vec![6])), Some(6));
    assert_eq!(measured(Mutex::new(7)), Ok(7));
    for name in ["locked", "locked_or_not", "locked_later", "locked_or_not_later", "matched", "borrowed"] {
        ended!(name, "ok" => 1);
    }
    assert_eq!(ui_tests::number("edition_locked_total", &[]), Some(1.0));
}

#[derive(Debug, ErrorCategory)]
#[category("absent")]
struct Absent;

#[derive(LabelValue)]
enum Size {
    Small,
    Large,
}

struct Store {
    items: Vec<String>,
    hits: u32,
}

#[observe(labels(size = if self.items.len() < 2 { Size::Small } else { Size::Large }))]
impl Store {
    fn get(&mut self, at: usize) -> Result<&mut String, Absent> {
        self.hits += 1;
        let item = self.items.get_mut(at).ok_or(Absent)?;
        Ok(item)
    }

    fn opaque<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        if text.is_empty() {
            return self.items.iter().map(String::as_str).skip(1);
        }
        self.items.iter().map(String::as_str).skip(usize::from(text.is_empty()))
    }

    async fn take(self) -> Result<Vec<String>, Absent> {
        Yield::default().await;
        if self.items.is_empty() {
            return Err(Absent);
        }
        Ok(self.items)
    }
}

#[observe]
fn opaque_future(text: &str) -> impl Future<Output = usize> {
    let length = text.len();
    async move { length }
}

#[observe]
#[allow(unsafe_code, unsafe_op_in_unsafe_fn)]
unsafe fn dangerous(n: *const u8) -> Result<u8, Absent> {
    if n.is_null() {
        return Err(Absent);
    }
    Ok(*n)
}

#[observe]
#[allow(unsafe_code, unsafe_op_in_unsafe_fn)]
async unsafe fn dangerous_later(n: *const u8) -> Result<u8, Absent> {
    if n.is_null() {
        return Err(Absent);
    }
    Ok(*n)
}

#[test]
#[allow(unsafe_code)]
fn methods_and_unsafe_functions() {
    let mut store = Store { items: vec!["a".to_owned()], hits: 0 };
    assert!(store.get(0).is_ok() && store.get(1).is_err());
    assert_eq!(store.hits, 2);
    assert_eq!((store.opaque("").count(), store.opaque("a").count()), (0, 1));
    assert!(ready(store.take()).is_ok());
    ended!("Store::get", "ok size=small" => 1, "error/absent size=small" => 1);
    ended!("Store::opaque", "ok size=small" => 2);
    ended!("Store::take", "ok size=small" => 1);
    let future = opaque_future(String::from("ab").as_str());
    assert_eq!(ready(future), 2);
    ended!("opaque_future", "ok" => 1);
    // SAFETY: references.
    let both = unsafe { (dangerous(&1), ready(dangerous_later(&2))) };
    assert!(matches!(both, (Ok(1), Ok(2))));
    ended!("dangerous", "ok" => 1);
    ended!("dangerous_later", "ok" => 1);
}

#[observe]
async fn captures(first: &str, second: &mut String) -> usize {
    Yield::default().await;
    second.push_str(first);
    second.len()
}

#[test]
fn an_async_fn_captures_what_it_does_not_name() {
    let mut text = "a".to_owned();
    assert_eq!(ready(captures("b", &mut text)), 2);
    ended!("captures", "ok" => 1);
}

#[derive(ErrorCategory)]
#[category("absent")]
struct ShelfError;

/// Its parameters are called as types are, of which the attribute on a method knows nothing.
struct Shelf<InnerError, const MAX_SIZE: usize>(Option<InnerError>);

impl<InnerError: Clone, const MAX_SIZE: usize> Shelf<InnerError, MAX_SIZE> {
    #[observe]
    fn first(&self) -> Result<[u8; MAX_SIZE], InnerError> {
        let none = self.0.clone().map_or(Ok([0; MAX_SIZE]), Err)?;
        Ok(none)
    }

    #[observe]
    async fn first_later(&self) -> Result<usize, InnerError> {
        Yield::default().await;
        self.0.clone().map_or(Ok(MAX_SIZE), Err)
    }

    #[observe]
    fn known(&self) -> Result<(), ShelfError> {
        Ok(())
    }
}

#[test]
fn methods_annotated_by_themselves() {
    assert_eq!(Shelf::<_, 1>(Some("no")).first(), Err("no"));
    assert_eq!(ready(Shelf::<(), 2>(None).first_later()), Ok(2));
    assert!(Shelf::<(), 1>(None).known().is_ok());
    ended!("first", "error/_OTHER" => 1);
    ended!("first_later", "ok" => 1);
    ended!("known", "ok" => 1);
    let absent = [
        ("function", "known"),
        ("module", module_path!()),
        ("category", "absent"),
        ("severity", "recoverable"),
    ];
    assert_eq!(ui_tests::number("errors_total", &absent), Some(0.0));
}
