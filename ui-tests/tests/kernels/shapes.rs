//! Signatures and bodies of every kind.

use super::host;
use obs_gpu::{Lane, Stream, gpu_kernel};
use std::fmt::Display;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use ui_tests::{Yield, launched, ready};

#[gpu_kernel(stream = stream, name = "shapes_generic", items = values.len())]
fn generic<S: Stream + ?Sized, T, const N: usize>(stream: &S, values: &[T; N]) -> Result<String, T>
where
    T: Display + Clone,
{
    match values.first() {
        Some(first) if first.to_string().is_empty() => Err(first.clone()),
        Some(first) => Ok(first.to_string()),
        None => Ok(String::new()),
    }
}

#[gpu_kernel(stream = stream, name = "shapes_borrowed")]
fn borrowed<'a, 'b: 'a>(stream: &dyn Stream, a: &'a mut Vec<u8>, b: &'b [u8]) -> Result<&'a mut u8, &'b str> {
    a.extend_from_slice(b);
    let last = a.last_mut().ok_or("empty")?;
    Ok(last)
}

#[gpu_kernel(stream = stream, name = "shapes_iterator")]
fn iterator<'a>(stream: Lane<'static>, values: &'a [u8]) -> impl Iterator<Item = u8> + use<'a> {
    values.iter().map(|value| value + 1)
}

#[gpu_kernel(stream = host(), name = "shapes_mutable", bytes = n)]
fn mutable(mut n: u32, _: String, Wrapper { mut inner, .. }: Wrapper) -> Result<u32, String> {
    n += 1;
    inner += 1;
    if n == 1 {
        return Err("one".to_owned());
    }
    Ok(n + inner)
}

struct Wrapper {
    inner: u32,
    _rest: String,
}

#[gpu_kernel(stream = stream, name = "shapes_taken_apart")]
fn taken_apart((stream, text): (Lane<'static>, String)) -> Result<usize, String> {
    let first = text.chars().next().ok_or("empty")?;
    Ok(first.len_utf8())
}

#[test]
fn generics_and_lifetimes() {
    assert!(taken_apart((host(), "a".to_owned())).is_ok() && taken_apart((host(), String::new())).is_err());
    launched!("shapes_taken_apart", "ok" => 1, "error" => 1);
    assert_eq!(generic(&host(), &[1, 2]), Ok("1".to_owned()));
    assert!(generic::<dyn Stream, _, 1>(&host(), &[String::new()]).is_err());
    launched!("shapes_generic", "ok" => 1, "error" => 1);
    assert_eq!(borrowed(&host(), &mut vec![], b"ab"), Ok(&mut b'b'));
    assert!(borrowed(&host(), &mut vec![], b"").is_err());
    launched!("shapes_borrowed", "ok" => 1, "error" => 1);
    assert_eq!(iterator(host(), &[1, 2]).collect::<Vec<_>>(), [2, 3]);
    launched!("shapes_iterator", "ok" => 1);
    let wrapper = || Wrapper { inner: 5, _rest: String::new() };
    assert_eq!(mutable(1, String::new(), wrapper()), Ok(8));
    assert!(mutable(0, String::new(), wrapper()).is_err());
    launched!("shapes_mutable", "ok" => 1, "error" => 1);
}

#[derive(Clone)]
struct Solver {
    stream: Lane<'static>,
    steps: Vec<u32>,
}

trait Scale {
    #[gpu_kernel(stream = self.lane(), name = "shapes_provided")]
    fn scale(&self) -> Result<u32, String> {
        Ok(1)
    }

    fn lane(&self) -> Lane<'static>;
}

impl Scale for Solver {
    fn lane(&self) -> Lane<'static> {
        self.stream
    }
}

impl Solver {
    #[gpu_kernel(stream = self.stream, items = self.steps.len(), name = "shapes_exclusive")]
    fn exclusive(&mut self, at: usize) -> Result<&mut u32, String> {
        if at > self.steps.len() {
            return Err("too far".to_owned());
        }
        self.steps.get_mut(at).ok_or_else(|| "none there".to_owned())
    }

    #[gpu_kernel(stream = self.stream, name = "shapes_by_value")]
    fn by_value(mut self) -> Result<Vec<u32>, String> {
        self.steps.push(1);
        if self.steps.len() == 1 {
            return Err("empty".to_owned());
        }
        Ok(self.steps)
    }

    #[gpu_kernel(stream = self.stream, name = "shapes_pinned", items = self.steps.len())]
    async fn pinned(mut self: Pin<&mut Self>, step: u32) -> Result<usize, String> {
        Yield::default().await;
        self.steps.push(step);
        let length = u8::try_from(self.steps.len()).map_err(|e| e.to_string())?;
        Ok(usize::from(length))
    }

    #[gpu_kernel(stream = self.stream, name = "shapes_counted")]
    async fn counted(self: Rc<Self>) -> usize {
        Yield::default().await;
        Rc::strong_count(&self)
    }

    #[gpu_kernel(stream = self.stream, name = "shapes_taken", labels(big = self.steps.len() > 3))]
    async fn taken(self: Arc<Self>, more: Vec<u32>) -> Result<Vec<u32>, String> {
        Yield::default().await;
        let first = self.steps.first().ok_or("empty")?;
        Ok(more.into_iter().chain([*first]).collect())
    }
}

#[test]
fn receivers() {
    let mut solver = Solver { stream: host(), steps: vec![3] };
    assert!(solver.exclusive(0).is_ok() && solver.exclusive(9).is_err());
    launched!("shapes_exclusive", "ok" => 1, "error" => 1);
    assert_eq!(solver.clone().by_value(), Ok(vec![3, 1]));
    launched!("shapes_by_value", "ok" => 1);
    assert_eq!(ready(Pin::new(&mut solver).pinned(4)), Ok(2));
    launched!("shapes_pinned", "ok" => 1);
    assert_eq!(ready(Rc::new(solver.clone()).counted()), 1);
    launched!("shapes_counted", "ok" => 1);
    assert_eq!(ready(Arc::new(solver.clone()).taken(vec![7])), Ok(vec![7, 3]));
    launched!("shapes_taken", "ok big=false" => 1);
    assert_eq!(solver.scale(), Ok(1));
    launched!("shapes_provided", "ok" => 1);
}

/// A stream that goes when it is dropped, as those of drivers do.
#[derive(Debug, Default)]
struct Owned(String);

impl Stream for Owned {
    fn lane(&self) -> Lane<'_> {
        Lane::HOST
    }
}

#[derive(Default)]
struct Queue {
    stream: Arc<Owned>,
    other: Owned,
    done: Vec<u32>,
}

impl Queue {
    /// A handle of its own, so that the body can do what it likes.
    #[gpu_kernel(stream = self.stream.clone(), name = "shapes_cloned")]
    fn cloned(&mut self) -> Result<&mut u32, String> {
        self.stream = Arc::default();
        self.done.push(1);
        self.done.last_mut().ok_or_else(|| "nothing".to_owned())
    }

    #[gpu_kernel(stream = self.stream.clone(), name = "shapes_cloned_later")]
    async fn cloned_later(&mut self, n: u32) -> Result<usize, String> {
        Yield::default().await;
        self.done.push(n);
        self.stream = Arc::default();
        self.done.len().checked_sub(1).ok_or_else(|| "nothing".to_owned())
    }

    #[gpu_kernel(stream = &self.other, name = "shapes_lent")]
    fn lent(&self, more: Vec<u32>) -> Result<usize, String> {
        let first = more.first().ok_or("empty")?;
        Ok(self.done.len() + *first as usize)
    }

    #[gpu_kernel(stream = &self.other, name = "shapes_lent_later")]
    async fn lent_later(&self, more: Vec<u32>) -> Result<usize, String> {
        Yield::default().await;
        let first = more.first().ok_or("empty")?;
        Ok(self.done.len() + *first as usize)
    }
}

#[gpu_kernel(stream = stream, name = "shapes_reference")]
async fn reference(stream: &Owned, more: Vec<u32>) -> Result<usize, String> {
    Yield::default().await;
    let first = more.first().ok_or("empty")?;
    Ok(stream.0.len() + *first as usize)
}

#[gpu_kernel(stream = Owned::default(), name = "shapes_kept")]
fn kept(n: u8) -> Result<u8, String> {
    n.checked_sub(1).ok_or_else(|| "zero".to_owned())
}

#[test]
fn streams_that_are_held() {
    fn assert_send<T: Send>(value: T) -> T {
        value
    }
    let mut queue = Queue::default();
    assert_eq!(queue.cloned(), Ok(&mut 1));
    assert_eq!(ready(assert_send(queue.cloned_later(2))), Ok(1));
    assert!(queue.lent(vec![3]) == Ok(5) && queue.lent(vec![]).is_err());
    assert_eq!(ready(assert_send(queue.lent_later(vec![4]))), Ok(6));
    assert_eq!(ready(assert_send(reference(&queue.other, vec![4]))), Ok(4));
    assert!(kept(0).is_err());
    for kernel in ["shapes_cloned", "shapes_cloned_later", "shapes_lent_later", "shapes_reference"] {
        launched!(kernel, "ok" => 1);
    }
    launched!("shapes_lent", "ok" => 1, "error" => 1);
    launched!("shapes_kept", "error" => 1);
}

#[gpu_kernel(stream = stream, name = "shapes_boxed", items = n)]
fn boxed<'a>(
    stream: &'a Lane<'static>,
    n: u8,
) -> Pin<Box<dyn Future<Output = Result<u8, String>> + Send + 'a>> {
    let start = n;
    Box::pin(async move {
        Yield::default().await;
        let _ = stream;
        start.checked_sub(1).ok_or_else(|| "zero".to_owned())
    })
}

#[gpu_kernel(stream = host(), name = "shapes_depth")]
async fn depth(n: u32) -> Result<u32, String> {
    if n == 0 {
        return Ok(0);
    }
    let below = Box::pin(depth(n - 1)).await?;
    Ok(below + 1)
}

#[test]
fn futures() {
    fn assert_send<T: Send>(value: T) -> T {
        value
    }
    assert!(ready(boxed(&host(), 1)).is_ok() && ready(boxed(&host(), 0)).is_err());
    launched!("shapes_boxed", "ok" => 1, "error" => 1);
    assert_eq!(ready(assert_send(depth(5))), Ok(5));
    launched!("shapes_depth", "ok" => 6);
}

#[gpu_kernel(stream = host(), name = "shapes_located")]
#[track_caller]
fn located(early: bool) -> Result<u32, String> {
    if early {
        return Err(Location::caller().line().to_string());
    }
    Ok(Location::caller().line())
}

#[gpu_kernel(stream = host(), name = "shapes_unsafe")]
#[allow(unsafe_code)]
unsafe fn dangerous(n: *const u8) -> Result<u8, String> {
    if n.is_null() {
        return Err("null".to_owned());
    }
    // SAFETY: the callers pass references.
    Ok(unsafe { *n })
}

/// Two launches of one kernel, and a kernel in a kernel.
#[gpu_kernel(stream = host(), name = "shapes_outer")]
fn outer() -> Result<u8, String> {
    #[gpu_kernel(stream = host(), name = "shapes_inner")]
    fn inner(n: u8) -> Result<u8, String> {
        n.checked_mul(2).ok_or_else(|| "too much".to_owned())
    }
    inner(inner(1)?)
}

#[test]
#[allow(unsafe_code)]
fn callers_and_the_unsafe() {
    let line = Location::caller().line();
    assert_eq!(located(false), Ok(line + 1));
    assert_eq!(located(true), Err((line + 2).to_string()));
    launched!("shapes_located", "ok" => 1, "error" => 1);
    // SAFETY: a reference.
    assert_eq!(unsafe { dangerous(&3) }, Ok(3));
    launched!("shapes_unsafe", "ok" => 1);
    assert_eq!(outer(), Ok(4));
    launched!("shapes_outer", "ok" => 1);
    launched!("shapes_inner", "ok" => 2);
}
