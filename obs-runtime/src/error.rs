//! What kind of error a value is, asked of the value itself.

use crate::private::ErrorTypeDesc;
pub use obs_model::Severity;
use std::time::Duration;

/// What an on-call engineer needs to know about an error, shared by all errors of one kind.
///
/// `#[derive(ErrorCategory)]` makes one in a `static` for every variant.
#[derive(Debug, PartialEq, Eq)]
pub struct Category {
    /// The value of the labels `error_type` and `category`: few, and stable over releases.
    pub name: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// When it is worth trying again.
    pub retry_after: Option<Duration>,
    /// What to do about it.
    pub action: Option<&'static str>,
    /// The name or address of the page that says more.
    pub runbook: Option<&'static str>,
}

impl Category {
    /// A recoverable category of that name, without retry time, action or runbook.
    pub const fn new(name: &'static str) -> Category {
        Category { name, severity: Severity::Recoverable, retry_after: None, action: None, runbook: None }
    }
}

/// The category of an error whose type has none; the name is OpenTelemetry's fallback for `error.type`.
pub(crate) static OTHER: Category = Category::new("_OTHER");

/// An error that knows its category.
///
/// Derive it. When an `#[observe]`d function returns such an error, it is counted under its category
/// and severity and marks the span; nothing is asked of values that are no errors.
///
/// ```
/// use obs_runtime::{ErrorCategory, Severity};
///
/// #[derive(Debug, ErrorCategory)]
/// enum StoreError {
///     #[category("not_found")]
///     NotFound,
///     #[category("database", severity = "critical", retry_after = "5s", runbook = "database-down")]
///     Database,
/// }
///
/// let category = StoreError::Database.category();
/// assert_eq!((category.name, category.severity), ("database", Severity::Critical));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no error category",
    note = "derive `obs_runtime::ErrorCategory` for it, or give the variant a category of its own instead of `transparent`"
)]
pub trait ErrorCategory {
    /// The category of this value. Cheap: it is asked each time an error leaves an observed function.
    fn category(&self) -> &'static Category;

    /// Shows `visit` every category that values of this type can have, so that their series exist, at
    /// zero, before the first error.
    fn categories(visit: &mut Categories<'_>)
    where
        Self: Sized;
}

/// Collects the categories of an error type and of those it is transparent to.
pub struct Categories<'a> {
    visit: &'a mut dyn FnMut(&'static Category),
    /// The types that were asked. A type that is transparent to itself ends there, and one that is reached on
    /// many ways is asked once.
    asked: Vec<&'static str>,
}

impl std::fmt::Debug for Categories<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Categories").field("asked", &self.asked).finish_non_exhaustive()
    }
}

impl Categories<'_> {
    pub(crate) fn of(types: fn(&mut Categories<'_>), visit: &mut dyn FnMut(&'static Category)) {
        types(&mut Categories { visit, asked: Vec::new() });
    }

    /// A category of the type's own.
    pub fn add(&mut self, category: &'static Category) {
        (self.visit)(category);
    }

    /// All categories of a type that this one is transparent to.
    pub fn add_all<E: ErrorCategory>(&mut self) {
        // Not by its id, which only types without borrows have. Two types of one name would at worst leave
        // series out until their first error.
        let name = std::any::type_name::<E>();
        if !self.asked.contains(&name) {
            self.asked.push(name);
            E::categories(self);
        }
    }
}

macro_rules! delegate {
    ($($pointer:ty),*) => {$(
        impl<E: ErrorCategory> ErrorCategory for $pointer {
            fn category(&self) -> &'static Category {
                (**self).category()
            }

            fn categories(visit: &mut Categories<'_>) {
                visit.add_all::<E>();
            }
        }
    )*};
}
delegate!(&E, Box<E>, std::rc::Rc<E>, std::sync::Arc<E>);

/// Counts an error where no observed function returns it: `errors_total` with `function="report"`, and
/// marks the current span, which is an error's from then on. Whether its trace is kept is for how calls end to say.
///
/// # Examples
///
/// ```
/// # use obs_runtime::ErrorCategory;
/// #[derive(ErrorCategory)]
/// enum QueueError { #[category("full", severity = "degraded")] Full }
///
/// // In a loop that handles its own errors:
/// obs_runtime::report(&QueueError::Full);
/// ```
pub fn report<E: ErrorCategory + ?Sized>(error: &E) {
    let category = error.category();
    crate::registry::reports().count(category, 1, 0);
    crate::private::mark_current(category.name);
}

pub(crate) fn model(desc: &ErrorTypeDesc) -> obs_model::ErrorType {
    let own = |(variant, category): &(&str, &Category)| obs_model::Category {
        variant: (*variant).to_owned(),
        name: category.name.to_owned(),
        severity: category.severity,
        retry_after: category.retry_after,
        action: category.action.map(str::to_owned),
        runbook: category.runbook.map(str::to_owned),
    };
    obs_model::ErrorType {
        name: desc.name.to_owned(),
        module: desc.module.to_owned(),
        place: obs_model::Place { file: desc.file.to_owned(), line: desc.line, column: desc.column },
        categories: desc.categories.iter().map(own).collect(),
    }
}
