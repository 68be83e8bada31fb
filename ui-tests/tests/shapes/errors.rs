//! Which calls failed, and as what.

use obs_runtime::{ErrorCategory, Severity, observe, report};
use std::fmt;
use std::time::Duration;
use ui_tests::{ended, ready};

#[derive(Debug, thiserror::Error, ErrorCategory)]
enum StoreError {
    #[error("{0} not found")]
    #[category("not_found")]
    NotFound(String),
    #[error("broken")]
    #[category("broken", severity = "critical", retry_after = "5s", action = "look", runbook = "broken")]
    Broken { disk: u8 },
    #[error(transparent)]
    #[category(transparent)]
    Network(#[from] NetworkError),
}

#[derive(Debug, thiserror::Error, ErrorCategory)]
#[category("network", severity = "degraded")]
enum NetworkError {
    #[error("refused")]
    Refused,
    #[error("too slow")]
    #[category("timeout", retry_after = "1s")]
    Slow,
}

#[derive(Debug, thiserror::Error, ErrorCategory)]
#[error("api")]
enum ApiError {
    #[category(transparent)]
    Store(Box<StoreError>),
    #[category(transparent)]
    Shared { source: std::sync::Arc<NetworkError> },
    #[category("denied", severity = "fatal")]
    Denied,
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> ApiError {
        ApiError::Store(Box::new(error))
    }
}

#[observe]
fn load(n: u8) -> Result<u8, StoreError> {
    match n {
        0 => Err(StoreError::NotFound("0".to_owned())),
        1 => Err(StoreError::Broken { disk: n }),
        2 => Err(NetworkError::Refused)?,
        3 => return Err(NetworkError::Slow.into()),
        n => Ok(n),
    }
}

#[observe]
async fn serve(n: u8) -> Result<u8, ApiError> {
    if n == 8 {
        return Err(ApiError::Denied);
    }
    if n == 9 {
        return Err(ApiError::Shared { source: std::sync::Arc::new(NetworkError::Slow) });
    }
    Ok(load(n)?)
}

#[test]
fn categories_by_value() {
    for n in 0..10 {
        ready(serve(n)).ok();
    }
    let expected =
        [("ok", 4), ("error/not_found", 1), ("error/broken", 1), ("error/network", 1), ("error/timeout", 1)];
    ui_tests::assert_ended("load", module_path!(), &expected);
    ended!(
        "serve",
        "ok" => 4,
        "error/not_found" => 1,
        "error/broken" => 1,
        "error/network" => 1,
        "error/timeout" => 2,
        "error/denied" => 1,
    );
    let errors = |function: &str, category: &str, severity: &str| {
        let labels = [
            ("function", function),
            ("module", module_path!()),
            ("category", category),
            ("severity", severity),
        ];
        ui_tests::number("errors_total", &labels)
    };
    assert_eq!(errors("serve", "timeout", "degraded"), Some(2.0));
    assert_eq!(errors("serve", "denied", "fatal"), Some(1.0));
    assert_eq!(errors("load", "broken", "critical"), Some(1.0));
    assert_eq!(errors("load", "not_found", "recoverable"), Some(1.0));
}

#[test]
fn answers_by_value() {
    let broken = ApiError::from(StoreError::Broken { disk: 1 });
    let category = broken.category();
    assert_eq!((category.name, category.severity), ("broken", Severity::Critical));
    assert_eq!(category.retry_after, Some(Duration::from_secs(5)));
    assert_eq!((category.action, category.runbook), (Some("look"), Some("broken")));
    let slow = NetworkError::Slow.category();
    // A variant's own category keeps what the enum says by default.
    assert_eq!((slow.name, slow.severity), ("timeout", Severity::Degraded));
}

#[test]
fn reported_where_nothing_is_observed() {
    let labels =
        [("function", "report"), ("module", ""), ("category", "reported"), ("severity", "recoverable")];
    #[derive(ErrorCategory)]
    #[category("reported")]
    struct Reported;
    report(&Reported);
    report(&Box::new(Reported));
    report::<dyn ErrorCategory>(&Reported);
    assert_eq!(ui_tests::number("errors_total", &labels), Some(3.0));
}

type CoreResult<T> = Result<T, StoreError>;
type Both<T, E> = Result<T, E>;

mod io {
    pub(super) type Result<T, E = super::NetworkError> = std::result::Result<T, E>;
}

#[observe]
fn by_alias(n: u8) -> CoreResult<u8> {
    if n == 0 {
        return Err(StoreError::NotFound(String::new()));
    }
    Ok(n)
}

#[observe]
fn by_other_alias(n: u8) -> Both<u8, NetworkError> {
    n.checked_sub(1).ok_or(NetworkError::Slow)
}

#[observe]
async fn by_path(n: u8) -> io::Result<u8> {
    n.checked_sub(1).ok_or(NetworkError::Slow)
}

#[test]
fn aliases() {
    assert!(by_alias(0).is_err() && by_alias(1).is_ok());
    assert!(by_other_alias(0).is_err());
    assert!(ready(by_path(0)).is_err());
    ended!("by_alias", "ok" => 1, "error/not_found" => 1);
    ended!("by_other_alias", "error/timeout" => 1);
    ended!("by_path", "error/timeout" => 1);
}

#[derive(Debug)]
struct NoCategory;

impl fmt::Display for NoCategory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no category")
    }
}

impl std::error::Error for NoCategory {}

#[observe]
fn plain(fail: bool) -> Result<(), NoCategory> {
    if fail { Err(NoCategory) } else { Ok(()) }
}

#[observe]
fn dynamic(fail: bool) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    plain(fail)?;
    Ok(())
}

#[observe]
fn dynamic_borrowed<'a>(text: &'a str) -> Result<(), Box<dyn std::error::Error + 'a>> {
    if text.is_empty() {
        return Err(Box::new(NoCategory));
    }
    Ok(())
}

#[test]
fn without_a_category() {
    assert!(plain(true).is_err() && dynamic(true).is_err() && dynamic_borrowed("").is_err());
    assert!(plain(false).is_ok());
    ended!("plain", "ok" => 1, "error/_OTHER" => 2);
    ended!("dynamic", "error/_OTHER" => 1);
    ended!("dynamic_borrowed", "error/_OTHER" => 1);
}

#[observe]
fn generic<E: ErrorCategory>(error: E) -> Result<(), E> {
    Err(error)
}

#[observe]
fn generic_plain<E>(error: E) -> Result<(), E> {
    Err(error)
}

#[test]
fn generic_errors_by_what_is_known_of_them() {
    assert!(generic(NetworkError::Slow).is_err());
    assert!(generic(ApiError::Denied).is_err());
    assert!(generic_plain(NetworkError::Slow).is_err());
    ended!("generic", "error/timeout" => 1, "error/denied" => 1);
    ended!("generic_plain", "error/_OTHER" => 1);
}

#[observe(ok_if = |value| value.is_some())]
fn some(n: u8) -> Option<u8> {
    let n = n.checked_sub(1)?;
    Some(n)
}

#[observe(error_if = Vec::is_empty)]
fn many(n: usize) -> Vec<u8> {
    vec![0; n]
}

#[observe(error_if = |status: &u16| *status >= 500)]
async fn status(n: u16) -> u16 {
    n
}

#[observe(ok_if = |r| matches!(r, Ok(_) | Err(StoreError::NotFound(_))))]
fn absent_is_fine(n: u8) -> Result<u8, StoreError> {
    load_quietly(n)
}

#[observe(error_if = |r| matches!(r, Ok(0)))]
fn zero_is_not(n: u8) -> Result<u8, NetworkError> {
    if n == 9 { Err(NetworkError::Slow) } else { Ok(n) }
}

#[observe(ok_if = move |length| *length <= limit)]
fn bounded(text: &str, limit: usize) -> usize {
    if text.is_empty() {
        return usize::MAX;
    }
    text.len()
}

#[observe(ok_if = |length| *length <= limit)]
async fn bounded_later(text: String, limit: usize) -> usize {
    ui_tests::Yield::default().await;
    text.len()
}

#[observe(ok_if = |length| *length <= limit)]
fn bounded_opaque(text: String, limit: usize) -> impl Future<Output = usize> {
    async move { text.len() }
}

fn load_quietly(n: u8) -> Result<u8, StoreError> {
    match n {
        0 => Err(StoreError::NotFound(String::new())),
        1 => Err(StoreError::Broken { disk: 1 }),
        n => Ok(n),
    }
}

#[test]
fn judged() {
    assert_eq!((some(0), some(1)), (None, Some(0)));
    ended!("some", "ok" => 1, "error/_OTHER" => 1);
    assert_eq!((many(0).len(), many(2).len()), (0, 2));
    ended!("many", "ok" => 1, "error/_OTHER" => 1);
    ready(status(200));
    ready(status(503));
    ended!("status", "ok" => 1, "error/_OTHER" => 1);
    (0..3).for_each(|n| drop(absent_is_fine(n)));
    ended!("absent_is_fine", "ok" => 2, "error/broken" => 1);
    [0, 1, 9].into_iter().for_each(|n| drop(zero_is_not(n)));
    // What `error_if` does not call an error is none.
    ended!("zero_is_not", "ok" => 2, "error/_OTHER" => 1);
    assert_eq!((bounded("abc", 3), bounded("abc", 2)), (3, 3));
    ended!("bounded", "ok" => 1, "error/_OTHER" => 1);
    ready(bounded_later("abc".to_owned(), 2));
    ended!("bounded_later", "error/_OTHER" => 1);
    ready(bounded_opaque("abc".to_owned(), 3));
    ended!("bounded_opaque", "ok" => 1);
}

#[observe]
fn nested(n: u8) -> Result<Result<u8, NetworkError>, StoreError> {
    match n {
        0 => Err(StoreError::Broken { disk: 0 }),
        1 => Ok(Err(NetworkError::Slow)),
        n => Ok(Ok(n)),
    }
}

#[observe]
fn by_reference(result: &Result<u8, NetworkError>) -> &Result<u8, NetworkError> {
    result
}

#[test]
fn only_the_outermost_result_counts() {
    (0..3).for_each(|n| drop(nested(n)));
    ended!("nested", "ok" => 2, "error/broken" => 1);
    assert!(by_reference(&Err(NetworkError::Slow)).is_err());
    ended!("by_reference", "ok" => 1);
}

#[derive(ErrorCategory)]
enum Wrapped<T> {
    #[category(transparent)]
    Inner(T),
    #[category("own")]
    Own,
}

#[derive(ErrorCategory)]
#[category(transparent)]
struct Newtype(NetworkError);

#[derive(ErrorCategory)]
enum Nobody {}

#[derive(ErrorCategory)]
enum Recursive {
    #[category(transparent)]
    Left(Box<Recursive>),
    #[category(transparent)]
    Right(Box<Recursive>),
    #[category(transparent)]
    Middle(Box<Recursive>),
    #[category("leaf")]
    Leaf,
}

#[observe]
fn wrapped(own: bool) -> Result<(), Wrapped<NetworkError>> {
    if own { Err(Wrapped::Own) } else { Err(Wrapped::Inner(NetworkError::Slow)) }
}

#[observe]
fn newtype() -> Result<(), Newtype> {
    Err(Newtype(NetworkError::Refused))
}

#[observe]
fn nobody() -> Result<(), Nobody> {
    Ok(())
}

#[observe]
fn recursive() -> Result<(), Recursive> {
    let middle = Recursive::Middle(Box::new(Recursive::Left(Box::new(Recursive::Leaf))));
    Err(Recursive::Right(Box::new(middle)))
}

#[test]
fn generic_wrapped_empty_and_recursive() {
    assert!(wrapped(true).is_err() && wrapped(false).is_err());
    assert!(newtype().is_err() && nobody().is_ok() && recursive().is_err());
    ended!("wrapped", "error/own" => 1, "error/timeout" => 1);
    ended!("newtype", "error/network" => 1);
    ended!("nobody", "ok" => 1);
    ended!("recursive", "error/leaf" => 1);
}

#[observe]
fn declared(n: u8) -> Result<u8, StoreError> {
    Ok(n)
}

#[test]
fn series_of_all_categories_are_there_before_the_first_call() {
    let zero = |function: &str, error_type: &str| {
        let labels = [
            ("function", function),
            ("module", module_path!()),
            ("result", "error"),
            ("error_type", error_type),
        ];
        ui_tests::number("function_calls_total", &labels)
    };
    for category in ["not_found", "broken", "network", "timeout"] {
        assert_eq!(zero("declared", category), Some(0.0), "{category}");
    }
    let result = |result: &str| {
        let labels = [("function", "declared"), ("module", module_path!()), ("result", result)];
        ui_tests::number("function_calls_total", &labels)
    };
    assert_eq!((result("ok"), result("panic"), result("cancelled")), (Some(0.0), Some(0.0), None));
    assert!(declared(1).is_ok());
}
