//! Entering an item into the registry, before `main`. An observed function's site is entered as it is, with
//! no macro of ours in between.

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

/// The same of a function that gives all series of a gauge with these labels.
#[doc(hidden)]
#[macro_export]
macro_rules! __submit_polled_set {
    ($desc:expr, $labels:ty, $readings:expr) => {
        const _: () = {
            static POLLED: $crate::__private::v1::Polled<$labels> =
                $crate::__private::v1::Polled::new(&const { $desc }, |polled| polled.readings($readings));
            $crate::__private::v1::inventory::submit! { $crate::__private::v1::Entry::polled_set(&POLLED) }
        };
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
    __submit_error as submit_error, __submit_function_metric as submit_function_metric,
    __submit_polled as submit_polled, __submit_polled_set as submit_polled_set,
    __submit_static as submit_static,
};
