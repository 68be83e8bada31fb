//! Generated code does not depend on what names mean where it lands.

use ui_tests::{launched, ready};

mod shadowed {
    //! Every name of the prelude and of the standard library's roots means something else here.
    #![allow(dead_code, unused_macros, non_camel_case_types)]

    pub(super) struct Option;
    pub(super) struct Result;
    pub(super) struct Some;
    pub(super) struct None;
    pub(super) struct Ok;
    pub(super) struct Err;
    pub(super) struct Box;
    pub(super) struct Kernel;
    pub(super) trait Drop {}
    pub(super) trait Into {}
    pub(super) trait From {}
    pub(super) trait Future {}
    pub(super) trait Sync {}
    pub(super) mod core {}
    pub(super) mod std {}
    pub(super) mod obs_runtime {}
    pub(super) mod obs_gpu {}
    pub(super) mod inventory {}
    pub(super) fn drop() {}

    macro_rules! module_path {
        () => {};
    }
    macro_rules! file {
        () => {};
    }

    use ::obs_gpu::gpu_kernel;

    #[gpu_kernel(
        stream = stream, bytes = 8 * n, grid = (1, 2, 3), block = 4, name = "hygiene_fallible", slow = "1ms",
        labels(odd = n % 2 == 1, text = capped(text)), slo(success = "99%")
    )]
    pub(super) fn fallible(
        stream: ::obs_gpu::Lane<'static>,
        n: u8,
        text: &str,
    ) -> ::std::result::Result<u8, Failure> {
        if n == 0 {
            return ::std::result::Result::Err(Failure);
        }
        let m: u8 = text.parse().map_err(|_| Failure)?;
        ::std::result::Result::Ok(m)
    }

    #[gpu_kernel(stream = stream, name = "hygiene_later", items = 1)]
    pub(super) async fn later(
        stream: ::obs_gpu::Lane<'static>,
        text: ::std::string::String,
    ) -> ::std::option::Option<u8> {
        let first = text.bytes().next()?;
        ::std::option::Option::Some(first)
    }

    #[gpu_kernel(name = "hygiene_static", flops)]
    pub(super) static STATIC: ::obs_gpu::Kernel = ::obs_gpu::Kernel::new();

    #[derive(::obs_runtime::ErrorCategory)]
    #[category("failure")]
    pub(super) struct Failure;
}

#[test]
fn names_mean_what_they_mean_to_us() {
    let stream = super::host();
    assert!(shadowed::fallible(stream, 1, "3").is_ok() && shadowed::fallible(stream, 0, "").is_err());
    launched!("hygiene_fallible", "ok odd=true text=3" => 1, "error odd=false text=" => 1);
    assert_eq!(ready(shadowed::later(stream, "a".to_owned())), Some(b'a'));
    launched!("hygiene_later", "ok" => 1);
    drop(shadowed::STATIC.launch(&stream));
    launched!("hygiene_static", "ok" => 1);
}

/// What a crate may have that exports ours under a name of its own.
mod renamed {
    pub(super) use ::obs_gpu as timing;

    #[timing::gpu_kernel(stream = stream, name = "hygiene_renamed", crate = crate::hygiene::renamed::timing)]
    pub(super) fn function(stream: timing::Lane<'static>) {}

    #[timing::gpu_kernel(name = "hygiene_renamed_static", crate = timing)]
    pub(super) static STATIC: timing::Kernel = timing::Kernel::new();
}

#[test]
fn the_crate_may_have_another_name() {
    renamed::function(super::host());
    launched!("hygiene_renamed", "ok" => 1);
    drop(renamed::STATIC.launch(&super::host()));
    launched!("hygiene_renamed_static", "ok" => 1);
}

/// A trait that gives every type methods of the names that expansions call.
trait Everything {
    fn finish(&self) {}
    fn unread(&self) {}
}

impl<T: ?Sized> Everything for T {}

#[obs_gpu::gpu_kernel(stream = super::host(), name = "hygiene_methods")]
fn methods(n: u8) -> Result<u8, String> {
    n.finish();
    n.checked_sub(1).ok_or_else(|| "zero".to_owned())
}

#[obs_gpu::gpu_kernel(stream = super::host(), name = "hygiene_methods_unread")]
fn methods_unread() {
    ().unread();
}

#[test]
fn methods_of_the_users_are_not_called() {
    assert!(methods(1).is_ok() && methods(0).is_err());
    methods_unread();
    launched!("hygiene_methods", "ok" => 1, "error" => 1);
    launched!("hygiene_methods_unread", "ok" => 1);
}
