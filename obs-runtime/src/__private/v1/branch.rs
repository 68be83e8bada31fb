//! `?` on a labelled block, for functions whose body may not move into a closure.

use std::ops::ControlFlow;
use std::task::Poll;

/// What `?` asks of a value first. Stands in for the standard `Try`, which is unstable.
#[diagnostic::on_unimplemented(
    message = "the `?` operator can only be applied to values that implement `Try`, and `{Self}` does not"
)]
pub trait Branch {
    type Output;
    type Residual;
    fn branch(self) -> ControlFlow<Self::Residual, Self::Output>;
}

/// The other half of [`Branch`].
#[diagnostic::on_unimplemented(message = "`?` couldn't convert the error to the one in `{Self}`")]
pub trait FromResidual<R> {
    fn from_residual(residual: R) -> Self;
}

/// What `?` does first.
#[inline(always)]
pub fn branch<B: Branch>(value: B) -> ControlFlow<B::Residual, B::Output> {
    value.branch()
}

/// What `?` does when it leaves.
#[inline(always)]
#[track_caller]
pub fn from_residual<R, T: FromResidual<R>>(residual: R) -> T {
    T::from_residual(residual)
}

/// The error of a `Result` under `?`.
#[derive(Debug)]
pub struct Failed<E>(E);

/// The nothing of an `Option` under `?`.
#[derive(Debug)]
pub struct Nothing;

/// What a `ControlFlow` breaks with under `?`.
#[derive(Debug)]
pub struct Broken<B>(B);

impl<T, E> Branch for Result<T, E> {
    type Output = T;
    type Residual = Failed<E>;

    #[inline(always)]
    fn branch(self) -> ControlFlow<Failed<E>, T> {
        match self {
            Ok(value) => ControlFlow::Continue(value),
            Err(error) => ControlFlow::Break(Failed(error)),
        }
    }
}

impl<T, E, F: From<E>> FromResidual<Failed<E>> for Result<T, F> {
    #[inline(always)]
    #[track_caller]
    fn from_residual(residual: Failed<E>) -> Self {
        Err(F::from(residual.0))
    }
}

impl<T, E> Branch for Poll<Result<T, E>> {
    type Output = Poll<T>;
    type Residual = Failed<E>;

    #[inline(always)]
    fn branch(self) -> ControlFlow<Failed<E>, Poll<T>> {
        match self {
            Poll::Ready(Ok(value)) => ControlFlow::Continue(Poll::Ready(value)),
            Poll::Ready(Err(error)) => ControlFlow::Break(Failed(error)),
            Poll::Pending => ControlFlow::Continue(Poll::Pending),
        }
    }
}

impl<T, E, F: From<E>> FromResidual<Failed<E>> for Poll<Result<T, F>> {
    #[inline(always)]
    #[track_caller]
    fn from_residual(residual: Failed<E>) -> Self {
        Poll::Ready(Err(F::from(residual.0)))
    }
}

impl<T, E> Branch for Poll<Option<Result<T, E>>> {
    type Output = Poll<Option<T>>;
    type Residual = Failed<E>;

    #[inline(always)]
    fn branch(self) -> ControlFlow<Failed<E>, Poll<Option<T>>> {
        match self {
            Poll::Ready(Some(Ok(value))) => ControlFlow::Continue(Poll::Ready(Some(value))),
            Poll::Ready(Some(Err(error))) => ControlFlow::Break(Failed(error)),
            Poll::Ready(None) => ControlFlow::Continue(Poll::Ready(None)),
            Poll::Pending => ControlFlow::Continue(Poll::Pending),
        }
    }
}

impl<T, E, F: From<E>> FromResidual<Failed<E>> for Poll<Option<Result<T, F>>> {
    #[inline(always)]
    #[track_caller]
    fn from_residual(residual: Failed<E>) -> Self {
        Poll::Ready(Some(Err(F::from(residual.0))))
    }
}

impl<T> Branch for Option<T> {
    type Output = T;
    type Residual = Nothing;

    #[inline(always)]
    fn branch(self) -> ControlFlow<Nothing, T> {
        self.map_or(ControlFlow::Break(Nothing), ControlFlow::Continue)
    }
}

impl<T> FromResidual<Nothing> for Option<T> {
    #[inline(always)]
    fn from_residual(_: Nothing) -> Self {
        None
    }
}

impl<B, C> Branch for ControlFlow<B, C> {
    type Output = C;
    type Residual = Broken<B>;

    #[inline(always)]
    fn branch(self) -> ControlFlow<Broken<B>, C> {
        self.map_break(Broken)
    }
}

impl<B, C> FromResidual<Broken<B>> for ControlFlow<B, C> {
    #[inline(always)]
    fn from_residual(residual: Broken<B>) -> Self {
        ControlFlow::Break(residual.0)
    }
}
