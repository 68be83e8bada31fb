//! Methods with the attribute on themselves, which does not see the parameters of the block around them.

use obs_runtime::{ErrorCategory, observe};
use std::error::Error as StdError;
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use ui_tests::{Yield, ended, ready};

#[derive(Clone, Copy, Debug, PartialEq, ErrorCategory)]
enum StoreError {
    #[category("full")]
    Full,
    #[category("gone", severity = "critical")]
    Gone,
}

/// What the series of a function's errors are, those without an error too.
#[track_caller]
fn categories(function: &str) -> Vec<(String, f64)> {
    let snapshot = obs_runtime::snapshot();
    let family = snapshot.family("errors_total").expect("errors");
    let ours = family.series.iter().filter(|series| {
        series.labels.get("function") == Some(function) && series.labels.get("module") == Some(module_path!())
    });
    let mut found: Vec<_> = ours
        .map(|series| {
            let category = series.labels.get("category").unwrap_or_default().to_owned();
            let errors = match &series.value {
                obs_runtime::snapshot::Value::Integer(errors) => *errors as f64,
                other => panic!("errors are {other:?}"),
            };
            (category, errors)
        })
        .collect();
    found.sort_by(|a, b| a.partial_cmp(b).expect("numbers"));
    found
}

/// Parameters that are called as types are.
#[derive(Debug)]
struct Attempt<InnerError, Error, ReqBody, RespT>(Option<InnerError>, Option<Error>, ReqBody, RespT);

#[derive(Debug)]
struct Failed<Body>(Body);

/// A type that wants something of its argument.
#[derive(Debug)]
struct Explained<E: Explains>(E);

trait Explains {}
impl Explains for &str {}

type StoreResult<T> = Result<T, StoreError>;

impl<InnerError: Debug, Error: StdError, ReqBody: Explains + Copy, RespT: Copy>
    Attempt<InnerError, Error, ReqBody, RespT>
{
    #[observe]
    fn inner(&mut self) -> Result<RespT, InnerError> {
        match self.0.take() {
            Some(error) => Err(error),
            None => Ok(self.3),
        }
    }

    #[observe]
    fn second(&mut self) -> Result<u8, Error> {
        let none = self.1.take().map_or(Ok(0), Err)?;
        Ok(none)
    }

    #[observe]
    async fn inner_later(&mut self) -> Result<u8, InnerError> {
        Yield::default().await;
        let none = self.0.take().map_or(Ok(0), Err)?;
        Ok(none)
    }

    #[observe(fields(n = 1))]
    async fn awaited(&mut self) -> Result<u8, Error> {
        Yield::default().await;
        let none = self.1.take().map_or(Ok(0), Err)?;
        Ok(none)
    }

    #[observe]
    fn opaque(self) -> impl Future<Output = Result<Self, InnerError>> {
        async move {
            match self.0 {
                Some(error) => Err(error),
                None => Ok(self),
            }
        }
    }

    #[observe]
    fn boxed(&mut self) -> Pin<Box<dyn Future<Output = Result<u8, InnerError>> + '_>> {
        Box::pin(async move {
            match self.0.take() {
                Some(error) => Err(error),
                None => Ok(1),
            }
        })
    }

    #[observe]
    fn within(&self) -> Result<u8, Failed<ReqBody>> {
        Err(Failed(self.2))
    }

    #[observe]
    fn explained(&self) -> Result<u8, Explained<ReqBody>> {
        Err(Explained(self.2))
    }

    #[observe]
    fn aliased(&self) -> StoreResult<RespT> {
        Ok(self.3)
    }

    #[observe]
    fn refused(&self) -> StoreResult<ReqBody> {
        Err(StoreError::Gone)
    }

    #[observe]
    fn whole(self) -> Result<u8, Self> {
        Err(self)
    }

    #[observe]
    fn option(&mut self) -> Option<InnerError> {
        let error = self.0.take()?;
        Some(error)
    }

    #[observe]
    fn by_reference<'a>(&'a self) -> Result<u8, &'a InnerError> {
        self.0.as_ref().map_or(Ok(1), Err)
    }
}

fn attempt<E>(error: Option<E>) -> Attempt<E, std::fmt::Error, &'static str, u8> {
    Attempt(error, Some(std::fmt::Error), "body", 7)
}

#[test]
fn parameters_that_are_called_as_types_are() {
    assert_eq!((attempt(Some("no")).inner(), attempt::<()>(None).inner()), (Err("no"), Ok(7)));
    ended!("inner", "ok" => 1, "error/_OTHER" => 1);
    assert!(attempt::<()>(None).second().is_err());
    ended!("second", "error/_OTHER" => 1);
    assert_eq!(ready(attempt(Some("no")).inner_later()), Err("no"));
    assert_eq!(ready(attempt::<()>(None).inner_later()), Ok(0));
    ended!("inner_later", "ok" => 1, "error/_OTHER" => 1);
    assert!(ready(attempt::<()>(None).awaited()).is_err());
    ended!("awaited", "error/_OTHER" => 1);
    assert_eq!(ready(attempt(Some("no")).opaque()).err(), Some("no"));
    assert!(ready(attempt::<()>(None).opaque()).is_ok());
    ended!("opaque", "ok" => 1, "error/_OTHER" => 1);
    assert_eq!(ready(attempt(Some("no")).boxed()), Err("no"));
    assert_eq!(ready(attempt::<()>(None).boxed()), Ok(1));
    ended!("boxed", "ok" => 1, "error/_OTHER" => 1);
    assert!(attempt::<()>(None).within().is_err_and(|Failed(body)| body == "body"));
    ended!("within", "error/_OTHER" => 1);
    assert!(attempt::<()>(None).explained().is_err_and(|Explained(body)| body == "body"));
    ended!("explained", "error/_OTHER" => 1);
    assert!(attempt::<()>(None).whole().is_err());
    ended!("whole", "error/_OTHER" => 1);
    assert_eq!((attempt(Some(1)).option(), attempt::<()>(None).option()), (Some(1), None));
    ended!("option", "ok" => 2);
    assert_eq!(attempt(Some("no")).by_reference(), Err(&"no"));
    ended!("by_reference", "error/_OTHER" => 1);
}

#[test]
fn a_category_of_a_parameter_shows_with_the_first_error() {
    struct Refused;
    impl Refused {
        #[observe]
        fn parametric(&self) -> Result<u8, StoreError> {
            Err(StoreError::Full)
        }
    }
    assert_eq!(Refused.parametric(), Err(StoreError::Full));
    ended!("parametric", "error/full" => 1);
    assert_eq!(attempt::<()>(None).aliased(), Ok(7));
    assert_eq!(attempt::<()>(None).refused(), Err(StoreError::Gone));
    ended!("aliased", "ok" => 1);
    ended!("refused", "error/gone" => 1);
}

/// Its parameter is called as a type of this module is.
struct Shelf<StoreError>(Option<StoreError>);

impl<StoreError> Shelf<StoreError> {
    #[observe]
    fn of_another(self) -> Result<u8, StoreError> {
        self.0.map_or(Ok(1), Err)
    }
}

/// As a foreign library calls it.
#[derive(Debug, PartialEq, ErrorCategory)]
#[allow(non_camel_case_types, dead_code)]
enum errno_t {
    #[category("interrupted")]
    Interrupted,
}

#[observe]
fn known_by_a_small_name() -> Result<u8, errno_t> {
    Ok(1)
}

struct Store;

impl Store {
    #[observe]
    fn known_by_a_small_name_alone(&self) -> Result<u8, errno_t> {
        Ok(1)
    }

    #[observe]
    fn known_by_a_raw_name(&self) -> Result<u8, r#StoreError> {
        Ok(1)
    }

    #[observe]
    fn known(&self) -> Result<u8, StoreError> {
        Ok(1)
    }

    #[observe]
    async fn known_later(&self) -> Result<u8, StoreError> {
        Err(StoreError::Full)
    }
}

#[test]
fn a_type_of_the_module_is_known_before_the_first_error() {
    assert_eq!((known_by_a_small_name(), Store.known_by_a_small_name_alone()), (Ok(1), Ok(1)));
    assert_eq!(Store.known_by_a_raw_name(), Ok(1));
    assert_eq!((Store.known(), ready(Store.known_later())), (Ok(1), Err(StoreError::Full)));
    let (full, gone) = ("full".to_owned(), "gone".to_owned());
    assert_eq!(categories("known"), [(full.clone(), 0.0), (gone.clone(), 0.0)]);
    assert_eq!(categories("known_later"), [(full, 1.0), (gone, 0.0)]);
    for small in ["known_by_a_small_name", "known_by_a_small_name_alone"] {
        assert_eq!(categories(small), [("interrupted".to_owned(), 0.0)]);
    }
    assert_eq!(categories("known_by_a_raw_name").len(), 2);
    assert_eq!((Shelf(Some("no")).of_another(), Shelf::<()>(None).of_another()), (Err("no"), Ok(1)));
    ended!("of_another", "ok" => 1, "error/_OTHER" => 1);
}
