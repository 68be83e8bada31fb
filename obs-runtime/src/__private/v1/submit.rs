//! Entering an item into the registry, before `main`.

/// An observed function, by the path of its site.
#[doc(hidden)]
#[macro_export]
macro_rules! __submit_function {
    ($site:expr) => {
        $crate::__private::v1::inventory::submit! { $crate::__private::v1::Entry::function(&$site) }
    };
}

/// A static instrument, with what its attribute says.
#[doc(hidden)]
#[macro_export]
macro_rules! __submit_static {
    ($desc:expr, $instrument:expr) => {
        $crate::__private::v1::inventory::submit! {
            $crate::__private::v1::Entry::instrument(&$instrument, &const { $desc })
        }
    };
}

/// A function that counts or measures its calls.
#[doc(hidden)]
#[macro_export]
macro_rules! __submit_function_metric {
    ($metric:expr) => {
        $crate::__private::v1::inventory::submit! { $crate::__private::v1::Entry::metric(&$metric) }
    };
}

/// A function that is asked at each scrape.
#[doc(hidden)]
#[macro_export]
macro_rules! __submit_polled {
    ($desc:expr, $reading:expr) => {
        $crate::__private::v1::inventory::submit! {
            $crate::__private::v1::Entry::polled(
                &const { $desc },
                || $crate::__private::v1::Reading::reading($reading),
            )
        }
    };
}

/// An error type.
#[doc(hidden)]
#[macro_export]
macro_rules! __submit_error {
    ($desc:expr) => {
        $crate::__private::v1::inventory::submit! {
            $crate::__private::v1::Entry::error(&const { $desc })
        }
    };
}

pub use crate::{
    __submit_error as submit_error, __submit_function as submit_function,
    __submit_function_metric as submit_function_metric, __submit_polled as submit_polled,
    __submit_static as submit_static,
};
