//! Telling errors from other values, by type and value and never by spelling.

use super::{Categories, Category};
use crate::error::{ErrorCategory, OTHER};
use std::marker::PhantomData;

/// What a returned value says about its call.
#[derive(Clone, Copy, Debug)]
pub enum Class {
    Ok,
    Error(&'static Category),
}

impl Class {
    /// An error that has no category.
    pub const OTHER_ERROR: Class = Class::Error(&OTHER);

    /// The same as an error, for a value that `ok_if` or `error_if` calls one.
    #[inline(always)]
    pub fn or_other(self) -> Class {
        match self {
            Class::Ok => Class::OTHER_ERROR,
            error => error,
        }
    }
}

/// A returned value, so that [`class!`] can ask about it by method look-up: the method is an inherent one
/// where the error has a category, that of [`ClassPlain`] for other results, and of [`ClassOther`] for
/// everything else. The name is one that no trait of the user's has, so a type that is generic in the observed
/// function falls through to what is known about it there.
#[derive(Debug)]
pub struct Returned<'a, R>(pub &'a R);

impl<T, E: ErrorCategory> Returned<'_, Result<T, E>> {
    #[inline(always)]
    pub fn __obs_class(&self) -> Class {
        match self.0 {
            Ok(_) => Class::Ok,
            Err(error) => Class::Error(error.category()),
        }
    }
}

pub trait ClassPlain {
    fn __obs_class(&self) -> Class;
}

impl<T, E> ClassPlain for Returned<'_, Result<T, E>> {
    #[inline(always)]
    fn __obs_class(&self) -> Class {
        if self.0.is_ok() { Class::Ok } else { Class::OTHER_ERROR }
    }
}

/// Found by one more auto-reference than [`ClassPlain`].
pub trait ClassOther {
    fn __obs_class(&self) -> Class;
}

impl<R> ClassOther for &Returned<'_, R> {
    #[inline(always)]
    fn __obs_class(&self) -> Class {
        Class::Ok
    }
}

/// The class of a returned value.
#[doc(hidden)]
#[macro_export]
macro_rules! __class {
    ($returned:expr) => {{
        #[allow(unused_imports)]
        use $crate::__private::v1::{ClassOther as _, ClassPlain as _};
        (&$crate::__private::v1::Returned($returned)).__obs_class()
    }};
}
pub use crate::__class as class;

/// The class of a value whose type cannot be an error.
#[inline(always)]
pub fn ok<R>(_: &R) -> Class {
    Class::Ok
}

/// Reads the values of a type, as [`class!`] would a value: it is found by the type alone, so that a future
/// can be told how to read its output before there is one, and without a closure.
pub trait Reader<R> {
    fn read(returned: &R) -> Class;
}

/// Reads errors that have a category.
#[derive(Debug)]
pub struct ByCategory;

/// Reads other errors.
#[derive(Debug)]
pub struct ByResult;

/// Reads what cannot be an error.
#[derive(Debug)]
pub struct Unreadable;

impl<T, E: ErrorCategory> Reader<Result<T, E>> for ByCategory {
    #[inline(always)]
    fn read(returned: &Result<T, E>) -> Class {
        Returned(returned).__obs_class()
    }
}

impl<T, E> Reader<Result<T, E>> for ByResult {
    #[inline(always)]
    fn read(returned: &Result<T, E>) -> Class {
        ClassPlain::__obs_class(&Returned(returned))
    }
}

impl<R> Reader<R> for Unreadable {
    #[inline(always)]
    fn read(_: &R) -> Class {
        Class::Ok
    }
}

impl<T, E: ErrorCategory> Probe<Result<T, E>> {
    #[inline(always)]
    pub fn __obs_reader(&self) -> ByCategory {
        ByCategory
    }
}

pub trait ReaderPlain {
    #[inline(always)]
    fn __obs_reader(&self) -> ByResult {
        ByResult
    }
}

impl<T, E> ReaderPlain for Probe<Result<T, E>> {}

/// Found by one more auto-reference than [`ReaderPlain`].
pub trait ReaderOther {
    #[inline(always)]
    fn __obs_reader(&self) -> Unreadable {
        Unreadable
    }
}

impl<R> ReaderOther for &Probe<R> {}

/// A question about a type.
#[inline(always)]
pub fn probe<R>() -> Probe<R> {
    Probe(PhantomData)
}

/// The [`Reader`] of a type.
#[doc(hidden)]
#[macro_export]
macro_rules! __reader {
    ($returned:ty) => {{
        #[allow(unused_imports)]
        use $crate::__private::v1::{ReaderOther as _, ReaderPlain as _};
        (&$crate::__private::v1::probe::<$returned>()).__obs_reader()
    }};
}
pub use crate::__reader as reader;

/// Asks `ok_if` or `error_if`; its own function so that the closure's argument has a type.
#[inline(always)]
pub fn test<R>(returned: &R, test: impl FnOnce(&R) -> bool) -> bool {
    test(returned)
}

/// What a return type says before the first call.
#[derive(Clone, Copy, Debug)]
pub struct Errors {
    pub(crate) fallible: Fallible,
    pub(crate) categories: Option<fn(&mut Categories<'_>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fallible {
    Never,
    /// The type cannot be named outside the function.
    Unknown,
    Always,
}

impl Errors {
    /// Calls return no errors.
    pub const NONE: Errors = Errors { fallible: Fallible::Never, categories: None };
    /// It shows with the first error.
    pub const UNKNOWN: Errors = Errors { fallible: Fallible::Unknown, categories: None };
    /// Calls can return errors, of no known category.
    pub const FALLIBLE: Errors = Errors { fallible: Fallible::Always, categories: None };
}

/// Answers `<Probe<R>>::ERRORS` and [`reader!`]: an inherent constant where there is one, that of [`ProbeFallback`]
/// elsewhere.
#[derive(Debug)]
pub struct Probe<R>(PhantomData<R>);

impl<T, E: ErrorCategory> Probe<Result<T, E>> {
    pub const ERRORS: Errors = Errors { fallible: Fallible::Always, categories: Some(E::categories) };
}

pub trait ProbeFallback {
    const ERRORS: Errors;
}

impl<R> ProbeFallback for Probe<R> {
    // Whether it is a plain `Result` cannot be asked here; its series appear with the first error.
    const ERRORS: Errors = Errors::UNKNOWN;
}
