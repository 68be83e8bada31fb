//! `snapshot` and the encoder of obs.

use obs_runtime::exposition::{Format, encode};
use obs_runtime::observe;

use super::{CALLS, FUNCTIONS};

/// The page in that format, of functions that have been called.
///
/// # Panics
///
/// When there are not as many functions as the peers have.
pub fn page(format: Format) -> impl Fn() -> Vec<u8> {
    assert_eq!(modules().map(<[_]>::len).sum::<usize>(), FUNCTIONS);
    for function in modules().flatten() {
        for _ in 0..CALLS {
            function();
        }
    }
    move || {
        let mut page = Vec::new();
        encode(&obs_runtime::snapshot(), format, &mut page);
        page
    }
}

/// A module of observed functions for each name.
macro_rules! modules {
    ($($module:ident)*) => {
        $(mod $module {
            use super::observe;

            functions! {
                handle_request_000 handle_request_001 handle_request_002 handle_request_003 handle_request_004
                handle_request_005 handle_request_006 handle_request_007 handle_request_008 handle_request_009
                handle_request_010 handle_request_011 handle_request_012 handle_request_013 handle_request_014
            }
        })*

        fn modules() -> impl Iterator<Item = &'static [fn()]> {
            [$($module::ALL),*].into_iter()
        }
    };
}

macro_rules! functions {
    ($($function:ident)*) => {
        $(#[observe]
        fn $function() {})*

        pub(super) const ALL: &[fn()] = &[$($function),*];
    };
}

modules! {
    m00 m01 m02 m03 m04 m05 m06 m07 m08 m09 m10 m11 m12 m13 m14 m15 m16 m17 m18
    m19 m20 m21 m22 m23 m24 m25 m26 m27 m28 m29 m30 m31 m32 m33 m34 m35 m36
}
