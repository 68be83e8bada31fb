//! Methods with the attribute on themselves, in blocks with constants, lifetimes and associated types.

#![allow(clippy::type_complexity)]

use obs_runtime::observe;
use std::fmt::Display;
use std::future::Future;
use ui_tests::{Yield, ended, ready};

#[derive(Debug)]
struct Failed<Cause>(Cause);

/// Constants among the parameters.
#[derive(Debug, PartialEq)]
struct TooLong<const N: usize>;

struct Buffer<const N: usize, const MAX_SIZE: usize, T>([T; N]);

impl<const N: usize, const MAX_SIZE: usize, T: Copy> Buffer<N, MAX_SIZE, T> {
    #[observe]
    fn checked(&self) -> Result<[T; N], TooLong<N>> {
        if N > MAX_SIZE { Err(TooLong) } else { Ok(self.0) }
    }

    #[observe]
    fn braced(&self) -> Result<[T; N], TooLong<{ MAX_SIZE }>> {
        if N > MAX_SIZE { Err(TooLong) } else { Ok(self.0) }
    }

    #[observe]
    async fn array(&self) -> Result<u8, [T; N]> {
        Err(self.0)
    }
}

#[allow(non_upper_case_globals)]
struct Lower<const size: usize>;

#[allow(non_upper_case_globals)]
impl<const size: usize> Lower<size> {
    #[observe]
    fn lower(&self) -> Result<u8, TooLong<size>> {
        Err(TooLong)
    }

    #[observe]
    fn lower_array(&self) -> Result<u8, [u8; size]> {
        Err([0; size])
    }
}

#[observe]
#[allow(non_upper_case_globals)]
fn free<const size: usize>() -> Result<u8, TooLong<size>> {
    Err(TooLong)
}

#[test]
fn constants() {
    assert_eq!((Buffer::<1, 2, _>([1]).checked(), Buffer::<1, 0, _>([1]).checked()), (Ok([1]), Err(TooLong)));
    assert_eq!((Buffer::<1, 2, _>([1]).braced(), Buffer::<1, 0, _>([1]).braced()), (Ok([1]), Err(TooLong)));
    assert_eq!(ready(Buffer::<1, 2, _>([1]).array()), Err([1]));
    ended!("checked", "ok" => 1, "error/_OTHER" => 1);
    ended!("braced", "ok" => 1, "error/_OTHER" => 1);
    ended!("array", "error/_OTHER" => 1);
    assert!(Lower::<1>.lower().is_err() && Lower::<1>.lower_array().is_err() && free::<1>().is_err());
    ended!("lower", "error/_OTHER" => 1);
    ended!("lower_array", "error/_OTHER" => 1);
    ended!("free", "error/_OTHER" => 1);
}

trait Service<ReqBody> {
    type Error;
    type Response;

    fn call(&mut self, body: ReqBody) -> Result<Self::Response, Self::Error>;

    fn call_later(
        &mut self,
        body: ReqBody,
    ) -> impl Future<Output = Result<Self::Response, Self::Error>> + Send;

    #[observe]
    fn provided(&mut self, body: ReqBody) -> Result<ReqBody, Failed<Self::Error>> {
        match self.call(body) {
            Ok(_) => unreachable!("nothing is accepted"),
            Err(error) => Err(Failed(error)),
        }
    }
}

struct Layered<Inner, ServiceError>(Inner, std::marker::PhantomData<ServiceError>);

impl<Inner, ReqBody, ServiceError> Service<ReqBody> for Layered<Inner, ServiceError>
where
    Inner: FnMut(ReqBody) -> ServiceError + Send,
    ReqBody: Send,
    ServiceError: Send,
{
    type Error = ServiceError;
    type Response = ();

    #[observe]
    fn call(&mut self, body: ReqBody) -> Result<(), Self::Error> {
        Err(self.0(body))
    }

    #[observe(name = "call_later")]
    async fn call_later(&mut self, body: ReqBody) -> Result<Self::Response, ServiceError> {
        Yield::default().await;
        Err(self.0(body))
    }
}

#[test]
fn implementations_of_generic_traits() {
    let mut service = Layered(|body: &'static str| format!("no {body}"), std::marker::PhantomData);
    assert_eq!(service.call("a"), Err("no a".to_owned()));
    assert_eq!(ready(service.call_later("b")), Err("no b".to_owned()));
    assert_eq!(service.provided("c").unwrap_err().0, "no c");
    ended!("call", "error/_OTHER" => 2);
    ended!("call_later", "error/_OTHER" => 1);
    ended!("provided", "error/_OTHER" => 1);
}

trait KvStore {
    type Error;
}

struct Cached<InnerStore>(std::marker::PhantomData<InnerStore>);

impl<InnerStore: KvStore> Cached<InnerStore> {
    #[observe]
    fn of_a_store(error: InnerStore::Error, _: Option<&Self>) -> Result<u8, <InnerStore as KvStore>::Error> {
        Err(error)
    }
}

#[test]
fn types_that_a_trait_gives_to_parameters() {
    struct MemStore;
    impl KvStore for MemStore {
        type Error = &'static str;
    }
    struct Local;
    impl Local {
        #[observe]
        fn of_a_local_store(&self) -> Result<u8, <MemStore as KvStore>::Error> {
            Err("full")
        }
    }
    assert_eq!(Cached::<MemStore>::of_a_store("gone", None), Err("gone"));
    ended!("of_a_store", "error/_OTHER" => 1);
    assert_eq!(Local.of_a_local_store(), Err("full"));
    ended!("of_a_local_store", "error/_OTHER" => 1);
}

type FmtResult<T> = Result<T, std::fmt::Error>;

struct Parsed<'a, 'b, InnerError>(&'a str, &'b str, std::marker::PhantomData<InnerError>);

impl<'a, 'b: 'a, InnerError: Display + 'b> Parsed<'a, 'b, InnerError> {
    #[observe]
    fn longest(&self) -> Result<&'a str, Box<dyn Fn(&InnerError) -> String + 'b>> {
        let second = self.1;
        match self.0.is_empty() {
            true => Err(Box::new(move |error| format!("{second}: {error}"))),
            false => Ok(self.0),
        }
    }

    #[observe]
    fn all(&self) -> FmtResult<Box<dyn for<'x> Fn(&'x InnerError) -> &'x InnerError>> {
        Ok(Box::new(|error| error))
    }
}

#[test]
fn lifetimes() {
    let parsed = |text| Parsed::<u8>(text, "b", std::marker::PhantomData);
    assert_eq!(parsed("a").longest().ok(), Some("a"));
    assert_eq!(parsed("").longest().err().map(|show| show(&1)), Some("b: 1".to_owned()));
    assert!(parsed("").all().is_ok_and(|same| same(&1) == &1));
    ended!("longest", "ok" => 1, "error/_OTHER" => 1);
    ended!("all", "ok" => 1);
}
