//! Generated code does not depend on what names mean where it lands.

#![allow(dead_code, non_camel_case_types)]

use obs_runtime::{ErrorCategory, LabelValue, metric, observe};
use ui_tests::{ended, ready};

mod shadowed {
    //! Every name of the prelude and of the standard library's roots means something else here.
    #![allow(unused_macros)]

    pub(super) struct Option;
    pub(super) struct Result;
    pub(super) struct String;
    pub(super) struct Vec;
    pub(super) struct Box;
    pub(super) struct Some;
    pub(super) struct None;
    pub(super) struct Ok;
    pub(super) struct Err;
    pub(super) trait Drop {}
    pub(super) trait Fn {}
    pub(super) trait FnOnce {}
    pub(super) trait Into {}
    pub(super) trait From {}
    pub(super) trait Future {}
    pub(super) trait Iterator {}
    pub(super) trait AsRef {}
    pub(super) trait Clone {}
    pub(super) trait Copy {}
    pub(super) trait Send {}
    pub(super) trait Sync {}
    pub(super) mod core {}
    pub(super) mod std {}
    pub(super) mod alloc {}
    pub(super) mod obs_runtime {}
    pub(super) mod tracing {}
    pub(super) mod inventory {}
    pub(super) fn drop() {}

    macro_rules! unreachable {
        () => {};
    }
    macro_rules! module_path {
        () => {};
    }
    macro_rules! file {
        () => {};
    }

    use ::obs_runtime::{ErrorCategory, LabelValue, metric, observe};

    #[observe]
    pub(super) fn nothing() {}

    #[observe]
    pub(super) fn number(n: u8) -> u8 {
        if n == 0 {
            return 1;
        }
        n
    }

    #[observe(labels(kind = kind, text = capped(text)), fields(text, n = 1, length = text.len()), slow = "1ms", slo(success = "99%"))]
    pub(super) fn fallible(kind: Kind, text: &str) -> ::std::result::Result<u8, Failure> {
        if text.is_empty() {
            return ::std::result::Result::Err(Failure::Empty);
        }
        ::std::result::Result::Ok(1)
    }

    #[observe(ok_if = |r| r.is_some())]
    pub(super) async fn later(n: u8, text: ::std::string::String) -> ::std::option::Option<u8> {
        let first = text.bytes().next()?;
        ::std::option::Option::Some(first + n)
    }

    #[observe]
    pub(super) fn boxed() -> ::std::pin::Pin<::std::boxed::Box<dyn ::std::future::Future<Output = u8>>> {
        ::std::boxed::Box::pin(async { 1 })
    }

    #[observe]
    #[track_caller]
    pub(super) fn located(text: &str) -> ::std::result::Result<u8, Failure> {
        let n: ::std::result::Result<u8, Failure> = text.parse().map_err(|_| Failure::Empty);
        ::std::result::Result::Ok(n?)
    }

    #[metric(counter, name = "hygiene_counted_total", labels(kind = kind), when = "always")]
    #[metric(histogram, name = "hygiene_bytes", value = n)]
    #[metric(gauge, name = "hygiene_last", value = n, when = "error")]
    pub(super) fn measured(kind: Kind, n: usize) -> ::std::result::Result<(), Failure> {
        if n == 0 {
            return ::std::result::Result::Err(Failure::Empty);
        }
        ::std::result::Result::Ok(())
    }

    #[metric(gauge, name = "hygiene_polled", expire = "1h")]
    static GAUGE: ::obs_runtime::Gauge = ::obs_runtime::Gauge::new();

    #[metric(gauge, name = "hygiene_asked")]
    pub(super) fn asked() -> u8 {
        3
    }

    #[derive(LabelValue)]
    pub(super) enum Kind {
        Some,
        None,
    }

    #[derive(ErrorCategory)]
    pub(super) enum Failure {
        #[category("empty", severity = "fatal", retry_after = "5s", action = "wait", runbook = "r")]
        Empty,
        #[category(transparent)]
        Inner(Other),
    }

    #[derive(ErrorCategory)]
    #[category("other")]
    pub(super) struct Other;
}

#[test]
fn names_of_the_prelude() {
    use shadowed::{Failure, Kind};
    shadowed::nothing();
    assert_eq!((shadowed::number(0), shadowed::number(2)), (1, 2));
    assert!(shadowed::fallible(Kind::None, "x").is_ok());
    assert!(matches!(shadowed::fallible(Kind::Some, ""), Err(Failure::Empty)));
    assert_eq!(ready(shadowed::later(1, "0".to_owned())), Some(49));
    assert_eq!(ready(shadowed::boxed()), 1);
    assert!(matches!(shadowed::located("3"), Ok(3)));
    assert!(shadowed::located("x").is_err());
    assert!(shadowed::measured(Kind::Some, 0).is_err());
    let module = concat!(module_path!(), "::shadowed");
    ui_tests::assert_ended("nothing", module, &[("ok", 1)]);
    ui_tests::assert_ended("number", module, &[("ok", 2)]);
    let expected = [("ok kind=none text=x", 1), ("error/empty kind=some text=", 1)];
    ui_tests::assert_ended("fallible", module, &expected);
    ui_tests::assert_ended("later", module, &[("ok", 1)]);
    ui_tests::assert_ended("located", module, &[("ok", 1), ("error/empty", 1)]);
    assert_eq!(ui_tests::number("hygiene_counted_total", &[("kind", "some")]), Some(1.0));
    assert_eq!(ui_tests::number("hygiene_asked", &[]), Some(3.0));
    let found = ui_tests::number(
        "errors_total",
        &[("function", "fallible"), ("module", module), ("category", "empty"), ("severity", "fatal")],
    );
    assert_eq!(found, Some(1.0));
}

mod greedy {
    //! Traits that give every type methods of the names that generated code calls.
    use super::*;

    trait Greedy: Sized {
        fn class(&self) -> u8 {
            panic!("not this one")
        }
        fn finish(self) {
            panic!("not this one")
        }
        fn unread(self) {
            panic!("not this one")
        }
        fn record(self, _: u8) {
            panic!("not this one")
        }
        fn count(self) {
            panic!("not this one")
        }
        fn elapsed(self) {
            panic!("not this one")
        }
        fn or_other(self) {
            panic!("not this one")
        }
        fn reading(&self) {
            panic!("not this one")
        }
        fn index(&self) {
            panic!("not this one")
        }
        fn category(&self) {
            panic!("not this one")
        }
        fn poll(&self) {
            panic!("not this one")
        }
    }
    impl<T> Greedy for T {}

    trait Constant {
        const ERRORS: u8 = 1;
    }
    impl<T> Constant for T {}

    #[observe]
    fn unread_one() {}

    #[observe]
    fn read_one(n: u8) -> Result<u8, Failure> {
        if n == 0 {
            return Err(Failure::Zero);
        }
        Ok(n)
    }

    #[observe]
    fn other_one(n: u8) -> Option<u8> {
        Some(n)
    }

    #[observe(ok_if = |r| *r > 0)]
    async fn judged(n: u8) -> u8 {
        n
    }

    #[metric(counter, name = "greedy_total", when = "always")]
    #[metric(histogram, name = "greedy_seconds")]
    #[metric(gauge, name = "greedy_value", value = n)]
    fn measured(n: u8) -> Result<(), Failure> {
        read_one(n).map(drop)
    }

    #[metric(gauge, name = "greedy_polled")]
    fn polled() -> u8 {
        1
    }

    #[metric(counter, name = "greedy_static_total")]
    static STATIC: obs_runtime::Counter = obs_runtime::Counter::new();

    #[derive(ErrorCategory)]
    enum Failure {
        #[category("zero")]
        Zero,
    }

    #[derive(LabelValue)]
    enum Kind {
        A,
    }

    #[observe(labels(kind = kind))]
    fn labelled(kind: Kind) -> Result<(), Failure> {
        Ok(())
    }

    #[test]
    fn methods_of_the_same_names() {
        unread_one();
        assert!(read_one(1).is_ok());
        other_one(1);
        ready(judged(0));
        assert!(measured(0).is_err() && measured(2).is_ok());
        assert!(labelled(Kind::A).is_ok());
        STATIC.inc();
        ended!("unread_one", "ok" => 1);
        ended!("read_one", "ok" => 2, "error/zero" => 1);
        ended!("other_one", "ok" => 1);
        ended!("judged", "error/_OTHER" => 1);
        ended!("labelled", "ok kind=a" => 1);
        assert_eq!(ui_tests::number("greedy_total", &[]), Some(2.0));
        assert_eq!(ui_tests::number("greedy_value", &[]), Some(2.0));
        assert_eq!(ui_tests::number("greedy_polled", &[]), Some(1.0));
    }
}

mod internal_names {
    //! Items called like the runtime's own.
    use super::*;

    struct Site;
    struct Call;
    struct Class;
    const SITE: u8 = 1;

    #[observe]
    fn enter(call: u8, class: u8, future: u8) -> Result<u8, String> {
        let site = call.checked_add(class).ok_or("too much")?;
        Ok(site + future + SITE)
    }

    #[observe]
    fn run(ret: u8) -> Result<u8, String> {
        let run = |n: u8| n;
        if ret == 0 {
            return Err("zero".to_owned());
        }
        Ok(run(ret))
    }

    #[observe]
    async fn future(v1: u8) -> Result<u8, String> {
        let body = v1;
        let value = body.checked_add(1).ok_or("too much")?;
        Ok(value)
    }

    #[test]
    fn of_items_and_variables() {
        assert_eq!(enter(1, 2, 3), Ok(7));
        assert_eq!(run(1), Ok(1));
        assert_eq!(ready(future(1)), Ok(2));
        ended!("enter", "ok" => 1);
        ended!("run", "ok" => 1);
        ended!("future", "ok" => 1);
    }
}

mod by_macro {
    use super::*;

    macro_rules! functions {
        ($($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),*) -> $ret:ty $body:block)*) => {
            $($(#[$meta])* #[observe] $vis fn $name($($arg: $ty),*) -> $ret $body)*
        };
    }

    functions! {
        /// Documented.
        pub(super) fn with_block(n: u8) -> Result<u8, String> {
            if n == 0 {
                return Err("zero".to_owned());
            }
            Ok(n)
        }
        fn plain(text: String) -> usize { text.len() }
    }

    macro_rules! on_item {
        ($($item:item)*) => { $(#[observe] $item)* };
    }

    on_item! {
        fn as_item(n: u8) -> Result<u8, String> {
            let n = n.checked_sub(1).ok_or("zero")?;
            Ok(n)
        }
        async fn as_async_item(text: String) -> Result<usize, String> {
            let first = text.chars().next().ok_or("empty")?;
            Ok(first.len_utf8())
        }
    }

    macro_rules! by_pattern {
        ($name:ident, $pattern:pat, $ty:ty, $result:expr) => {
            #[observe(name = "by_pattern")]
            fn $name($pattern: $ty) -> Result<u8, String> {
                let result: Option<u8> = $result;
                Ok(result.ok_or("none")?)
            }
        };
    }

    by_pattern!(pattern_of_two, (_a, _), (String, String), u8::try_from(_a.len()).ok());

    macro_rules! by_attribute {
        ($name:literal, $label:ident = $value:expr, $arg:ident: $ty:ty) => {
            #[observe(name = $name, labels($label = $value), ok_if = |r| *r > 0)]
            fn labelled($arg: $ty) -> u8 {
                u8::from($arg)
            }
        };
    }

    by_attribute!("by_attribute", flag = flag, flag: bool);

    macro_rules! method {
        ($this:ident, $name:ident, $body:expr) => {
            #[observe]
            fn $name($this) -> Result<u8, String> {
                if $this.0 == 0 {
                    return Err("zero".to_owned());
                }
                Ok($body)
            }
        };
    }

    struct Holder(u8);

    impl Holder {
        method!(self, held, self.0 + 1);
    }

    #[test]
    fn functions_from_macros() {
        assert!(with_block(0).is_err());
        assert_eq!(plain("ab".to_owned()), 2);
        assert_eq!(as_item(1), Ok(0));
        assert_eq!(ready(as_async_item("a".to_owned())), Ok(1));
        assert_eq!(pattern_of_two(("a".to_owned(), String::new())), Ok(1));
        assert_eq!((labelled(true), labelled(false)), (1, 0));
        assert_eq!(Holder(1).held(), Ok(2));
        ended!("with_block", "error/_OTHER" => 1);
        ended!("plain", "ok" => 1);
        ended!("as_item", "ok" => 1);
        ended!("as_async_item", "ok" => 1);
        ended!("by_pattern", "ok" => 1);
        ended!("by_attribute", "ok flag=true" => 1, "error/_OTHER flag=false" => 1);
        ended!("held", "ok" => 1);
    }
}

mod renamed {
    //! The runtime under another name, as a facade crate would re-export it.
    mod facade {
        pub(super) mod nested {
            pub(in super::super) use ::obs_runtime as obs;
        }
    }
    use facade::nested::obs;
    use obs::{ErrorCategory, LabelValue, metric, observe};

    mod obs_runtime {}

    #[derive(ErrorCategory)]
    #[category(crate = facade::nested::obs)]
    enum Failure {
        #[category("zero")]
        Zero,
    }

    #[derive(LabelValue)]
    #[label(crate = obs)]
    enum Kind {
        A,
    }

    #[observe(crate = obs, labels(kind = kind))]
    fn sync(kind: Kind, n: u8) -> Result<u8, Failure> {
        if n == 0 {
            return Err(Failure::Zero);
        }
        Ok(n)
    }

    struct Service;

    #[observe(crate = self::obs)]
    impl Service {
        async fn later(&self) -> Result<u8, Failure> {
            sync(Kind::A, 1)
        }
    }

    #[metric(counter, name = "renamed_total", crate = obs)]
    static COUNT: obs::Counter = obs::Counter::new();

    #[metric(histogram, name = "renamed_seconds", crate = obs)]
    fn timed() {}

    #[test]
    fn another_path() {
        assert!(sync(Kind::A, 0).is_err());
        assert!(ui_tests::ready(Service.later()).is_ok());
        COUNT.inc();
        timed();
        ui_tests::ended!("sync", "ok kind=a" => 1, "error/zero kind=a" => 1);
        ui_tests::ended!("Service::later", "ok" => 1);
        assert_eq!(ui_tests::number("renamed_total", &[]), Some(1.0));
        assert_eq!(ui_tests::observed("renamed_seconds", &[]).map(|(count, _)| count), Some(1));
    }
}
