//! Every way to take `self`.

use obs_runtime::observe;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use ui_tests::{Yield, ended, ready};

#[derive(Clone, Debug, Default, PartialEq)]
struct List {
    items: Vec<String>,
    taken: u32,
}

impl List {
    #[observe]
    fn shared(&self, at: usize) -> Result<&str, String> {
        let item = self.items.get(at).ok_or("none there")?;
        Ok(item)
    }

    #[observe]
    fn exclusive(&mut self, at: usize) -> Result<&mut String, String> {
        if at > self.items.len() {
            return Err("too far".to_owned());
        }
        self.taken += 1;
        self.items.get_mut(at).ok_or_else(|| "none there".to_owned())
    }

    #[observe]
    fn reborrowed(&mut self) -> &mut String {
        self.items.push(String::new());
        if self.items.len() == 1 {
            return &mut self.items[0];
        }
        self.items.last_mut().unwrap()
    }

    #[observe]
    fn both<'a>(&'a mut self, other: &'a mut List) -> Option<(&'a mut String, &'a mut String)> {
        let first = self.items.first_mut()?;
        Some((first, other.items.first_mut()?))
    }

    #[observe]
    fn by_value(self) -> Result<Vec<String>, List> {
        if self.items.is_empty() {
            return Err(self);
        }
        Ok(self.items)
    }

    #[observe]
    fn changed(mut self, item: String) -> Result<Self, String> {
        if item.is_empty() {
            return Err(item);
        }
        self.items.push(item);
        Ok(self)
    }

    #[observe]
    fn boxed(self: Box<Self>) -> Result<u32, String> {
        if self.items.is_empty() {
            return Err("empty".to_owned());
        }
        Ok(self.taken)
    }

    #[observe]
    fn counted(self: Rc<Self>) -> Result<usize, String> {
        let first = self.items.first().ok_or("empty")?;
        Ok(first.len() + Rc::strong_count(&self))
    }

    #[observe]
    async fn shared_later(self: Arc<Self>) -> usize {
        Yield::default().await;
        Arc::strong_count(&self)
    }

    #[observe]
    fn pinned(mut self: Pin<&mut Self>) -> Result<u32, String> {
        let this = self.as_mut().get_mut();
        this.taken = this.taken.checked_add(1).ok_or("too much")?;
        Ok(self.taken)
    }

    #[observe]
    async fn pinned_later(self: Pin<&mut Self>) -> Result<u32, String> {
        Yield::default().await;
        let this = self.get_mut();
        this.taken = this.taken.checked_add(1).ok_or("too much")?;
        Ok(this.taken)
    }

    #[observe]
    async fn exclusive_later(&mut self, item: String) -> Result<&mut Self, String> {
        if item.is_empty() {
            return Err(item);
        }
        self.items.push(item);
        Yield::default().await;
        Ok(self)
    }

    #[observe]
    async fn by_value_later(mut self) -> Vec<String> {
        self.items.push("last".to_owned());
        Yield::default().await;
        self.items
    }

    #[observe]
    fn explicit(self: &Self) -> Result<Self, String> {
        let copy = self.items.first().map(|_| self.clone());
        Ok(copy.ok_or("empty")?)
    }
}

fn list(items: &[&str]) -> List {
    List { items: items.iter().map(ToString::to_string).collect(), taken: 0 }
}

#[test]
fn by_reference() {
    let mut list = list(&["a"]);
    assert_eq!(list.shared(0), Ok("a"));
    assert!(list.shared(1).is_err());
    list.exclusive(0).unwrap().push('b');
    assert!(list.exclusive(5).is_err());
    list.reborrowed().push('c');
    list.reborrowed().push('d');
    assert_eq!(list.items, ["ab", "c", "d"]);
    let mut other = list.clone();
    let (first, second) = list.both(&mut other).unwrap();
    std::mem::swap(first, second);
    ended!("shared", "ok" => 1, "error/_OTHER" => 1);
    ended!("exclusive", "ok" => 1, "error/_OTHER" => 1);
    ended!("reborrowed", "ok" => 2);
    ended!("both", "ok" => 1);
}

#[test]
fn by_value() {
    assert_eq!(list(&["a"]).by_value(), Ok(vec!["a".to_owned()]));
    assert_eq!(list(&[]).by_value(), Err(list(&[])));
    assert_eq!(list(&[]).changed("a".to_owned()), Ok(list(&["a"])));
    assert!(list(&[]).changed(String::new()).is_err());
    assert_eq!(ready(list(&[]).by_value_later()), ["last"]);
    ended!("by_value", "ok" => 1, "error/_OTHER" => 1);
    ended!("changed", "ok" => 1, "error/_OTHER" => 1);
    ended!("by_value_later", "ok" => 1);
}

#[test]
fn behind_pointers() {
    assert_eq!(Box::new(list(&["a"])).boxed(), Ok(0));
    assert_eq!(Rc::new(list(&["a"])).counted(), Ok(2));
    assert_eq!(ready(Arc::new(list(&[])).shared_later()), 1);
    assert_eq!(Pin::new(&mut list(&[])).pinned(), Ok(1));
    assert_eq!(ready(Pin::new(&mut list(&[])).pinned_later()), Ok(1));
    assert_eq!(list(&["a"]).explicit(), Ok(list(&["a"])));
    for name in ["boxed", "counted", "shared_later", "pinned", "pinned_later", "explicit"] {
        ended!(name, "ok" => 1);
    }
}

#[test]
fn a_future_that_gives_its_receiver_back() {
    let mut list = list(&[]);
    ready(list.exclusive_later("a".to_owned())).unwrap().items.push("b".to_owned());
    assert!(ready(list.exclusive_later(String::new())).is_err());
    assert_eq!(list.items, ["a", "b"]);
    ended!("exclusive_later", "ok" => 1, "error/_OTHER" => 1);
}
