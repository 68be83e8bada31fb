//! `#[async_trait]`, whichever attribute comes first.

use async_trait::async_trait;
use obs_runtime::observe;
use ui_tests::{Yield, cancel, ended, ready};

#[async_trait]
trait Store: Send + Sync {
    async fn put(&mut self, key: &str, value: String) -> Result<usize, String>;
    async fn get(&self, key: &str) -> Option<String>;
    async fn close(self: Box<Self>, wait: bool) -> u8;

    #[observe(name = "Store::first")]
    async fn first(&self, keys: &[&str]) -> Result<String, String> {
        for key in keys {
            if let Some(found) = self.get(key).await {
                return Ok(found);
            }
        }
        Err("none of them".to_owned())
    }
}

#[derive(Default)]
struct Methods(Vec<(String, String)>);

#[async_trait]
impl Store for Methods {
    #[observe]
    async fn put(&mut self, key: &str, mut value: String) -> Result<usize, String> {
        Yield::default().await;
        if key.is_empty() {
            return Err(value);
        }
        value.push('!');
        let length = u8::try_from(value.len()).map_err(|e| e.to_string())?;
        self.0.push((key.to_owned(), value));
        Ok(usize::from(length))
    }

    #[observe]
    async fn get(&self, key: &str) -> Option<String> {
        let (_, value) = self.0.iter().find(|(known, _)| known == key)?;
        Some(value.clone())
    }

    #[observe(labels(wait = wait), fields(length = self.0.len()))]
    async fn close(self: Box<Self>, wait: bool) -> u8 {
        if wait {
            Yield::default().await;
        }
        self.0.len() as u8
    }
}

#[derive(Default)]
struct Outside(Vec<(String, String)>);

#[observe]
#[async_trait]
impl Store for Outside {
    async fn put(&mut self, key: &str, mut value: String) -> Result<usize, String> {
        Yield::default().await;
        if key.is_empty() {
            return Err(value);
        }
        value.push('!');
        let length = u8::try_from(value.len()).map_err(|e| e.to_string())?;
        self.0.push((key.to_owned(), value));
        Ok(usize::from(length))
    }

    async fn get(&self, key: &str) -> Option<String> {
        let (_, value) = self.0.iter().find(|(known, _)| known == key)?;
        Some(value.clone())
    }

    #[observe(labels(wait = wait), fields(length = self.0.len()))]
    async fn close(self: Box<Self>, wait: bool) -> u8 {
        if wait {
            Yield::default().await;
        }
        self.0.len() as u8
    }
}

#[derive(Default)]
struct Inside(Vec<(String, String)>);

#[async_trait]
#[observe]
impl Store for Inside {
    async fn put(&mut self, key: &str, mut value: String) -> Result<usize, String> {
        Yield::default().await;
        if key.is_empty() {
            return Err(value);
        }
        value.push('!');
        let length = u8::try_from(value.len()).map_err(|e| e.to_string())?;
        self.0.push((key.to_owned(), value));
        Ok(usize::from(length))
    }

    async fn get(&self, key: &str) -> Option<String> {
        let (_, value) = self.0.iter().find(|(known, _)| known == key)?;
        Some(value.clone())
    }

    #[observe(labels(wait = wait), fields(length = self.0.len()))]
    async fn close(self: Box<Self>, wait: bool) -> u8 {
        if wait {
            Yield::default().await;
        }
        self.0.len() as u8
    }
}

fn use_it(mut store: impl Store + Default) {
    assert_eq!(ready(store.put("a", "b".to_owned())), Ok(2));
    assert!(ready(store.put("", "b".to_owned())).is_err());
    cancel(store.put("c", "d".to_owned()));
    assert_eq!(ready(store.get("a")).as_deref(), Some("b!"));
    assert_eq!(ready(store.get("z")), None);
    assert_eq!(ready(Box::new(store).close(true)), 1);
}

#[test]
fn on_methods() {
    use_it(Methods::default());
    ended!("put", "ok" => 1, "error/_OTHER" => 1, "cancelled" => 1);
    ended!("get", "ok" => 2);
    ended!("close", "ok wait=true" => 1);
}

#[test]
fn outside() {
    use_it(Outside::default());
    ended!("Outside::put", "ok" => 1, "error/_OTHER" => 1, "cancelled" => 1);
    ended!("Outside::get", "ok" => 2);
    ended!("Outside::close", "ok wait=true" => 1);
}

#[test]
fn inside() {
    use_it(Inside::default());
    ended!("Inside::put", "ok" => 1, "error/_OTHER" => 1, "cancelled" => 1);
    ended!("Inside::get", "ok" => 2);
    ended!("Inside::close", "ok wait=true" => 1);
}

struct Empty;

#[async_trait]
impl Store for Empty {
    async fn put(&mut self, _: &str, _: String) -> Result<usize, String> {
        Ok(0)
    }

    async fn get(&self, key: &str) -> Option<String> {
        (key == "b").then(|| "found".to_owned())
    }

    async fn close(self: Box<Self>, _: bool) -> u8 {
        0
    }
}

#[test]
fn a_default_method() {
    assert_eq!(ready(Empty.first(&["a", "b"])).as_deref(), Ok("found"));
    assert!(ready(Empty.first(&[])).is_err());
    ended!("Store::first", "ok" => 1, "error/_OTHER" => 1);
}
