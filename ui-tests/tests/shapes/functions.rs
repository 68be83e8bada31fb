//! Functions that are no futures, by what their signatures say.

use obs_runtime::observe;
use ui_tests::{ended, panics};

#[observe]
fn nothing() {}

#[observe]
fn number(n: u32) -> u32 {
    n + 1
}

#[observe]
fn early(n: u32) -> u32 {
    if n == 0 {
        return 7;
    }
    n
}

#[test]
fn plain() {
    nothing();
    assert_eq!(number(1), 2);
    assert_eq!((early(0), early(3)), (7, 3));
    ended!("nothing", "ok" => 1);
    ended!("number", "ok" => 1);
    ended!("early", "ok" => 2);
}

#[observe]
fn question(text: &str) -> Result<u8, std::num::ParseIntError> {
    let n: u8 = text.parse()?;
    if n == 0 {
        return Ok(100);
    }
    Ok(n)
}

#[observe]
fn optional(text: &str) -> Option<char> {
    let first = text.chars().next()?;
    Some(first)
}

#[test]
fn early_exits() {
    assert_eq!(question("0").ok(), Some(100));
    assert_eq!(question("3").ok(), Some(3));
    assert!(question("x").is_err());
    ended!("question", "ok" => 2, "error/_OTHER" => 1);
    assert_eq!((optional("ab"), optional("")), (Some('a'), None));
    ended!("optional", "ok" => 2);
}

#[observe]
fn never() -> ! {
    panic!("by design")
}

#[test]
fn diverging() {
    assert_eq!(panics(|| never()), "by design");
    ended!("never", "panic" => 1);
}

#[observe]
fn always_fails() -> Result<(), String> {
    Err("always".to_owned())
}

#[observe]
fn unfinished(flag: bool) -> Result<(), String> {
    if flag { Ok(()) } else { unimplemented!("later") }
}

#[test]
fn bodies_that_do_not_come_to_their_end() {
    assert!(always_fails().is_err());
    ended!("always_fails", "error/_OTHER" => 1);
    assert!(unfinished(true).is_ok());
    panics(|| unfinished(false));
    ended!("unfinished", "ok" => 1, "panic" => 1);
}

#[observe]
#[allow(unsafe_code)]
unsafe fn dangerous(n: *const u8) -> Result<u8, String> {
    if n.is_null() {
        return Err("null".to_owned());
    }
    // SAFETY: the callers pass references.
    Ok(unsafe { *n })
}

#[observe]
extern "C" fn foreign(n: i32) -> i32 {
    -n
}

#[test]
#[allow(unsafe_code)]
fn unsafe_and_extern() {
    // SAFETY: a reference, and null, which is looked for.
    let both = unsafe { (dangerous(&3), dangerous(std::ptr::null())) };
    assert!(matches!(both, (Ok(3), Err(_))));
    ended!("dangerous", "ok" => 1, "error/_OTHER" => 1);
    assert_eq!(foreign(4), -4);
    ended!("foreign", "ok" => 1);
    // Their addresses are those of ordinary functions.
    let address: extern "C" fn(i32) -> i32 = foreign;
    assert_eq!(address(1), -1);
    ended!("foreign", "ok" => 2);
}

/// The first line,
/// continued.
///
/// More.
#[observe]
#[inline(always)]
#[must_use]
fn documented() -> u8 {
    1
}

#[cold]
#[inline(never)]
#[observe]
fn attributes_before() -> Result<u8, String> {
    Ok(2)
}

#[observe(help = "Said here.")]
/// Not said here.
fn helped() {}

#[test]
fn other_attributes_stay() {
    assert_eq!(documented(), 1);
    assert_eq!(attributes_before(), Ok(2));
    helped();
    ended!("documented", "ok" => 1);
    ended!("attributes_before", "ok" => 1);
    let help = |name: &str| {
        let all = obs_runtime::catalogue().functions;
        all.into_iter().find(|f| f.name == name && f.module == module_path!()).map(|f| f.help)
    };
    assert_eq!(help("documented").as_deref(), Some("The first line, continued."));
    assert_eq!(help("helped").as_deref(), Some("Said here."));
}

#[cfg(any())]
#[observe]
fn left_out() -> NoSuchType {}

#[observe]
#[cfg(any())]
fn left_out_too() -> NoSuchType {}

#[cfg_attr(all(), observe(name = "conditional"))]
fn observed_on_condition() {}

#[test]
fn conditions() {
    observed_on_condition();
    ended!("conditional", "ok" => 1);
    let all = obs_runtime::catalogue().functions;
    assert!(!all.iter().any(|function| function.name.starts_with("left_out")));
}

#[observe]
fn factorial(n: u64) -> u64 {
    if n == 0 { 1 } else { n * factorial(n - 1) }
}

#[observe]
fn countdown(n: u32) -> Result<u32, String> {
    if n == 0 {
        return Err("zero".to_owned());
    }
    countdown(n - 1)?;
    Ok(n)
}

#[test]
fn recursion() {
    assert_eq!(factorial(5), 120);
    ended!("factorial", "ok" => 6);
    assert!(countdown(3).is_err());
    ended!("countdown", "error/_OTHER" => 4);
}

#[observe]
fn outer(n: u8) -> Result<u8, String> {
    #[observe]
    fn inner(n: u8) -> Result<u8, String> {
        let twice = |n: u8| -> Option<u8> { n.checked_mul(2).or_else(|| n.checked_add(1)) };
        twice(n).ok_or_else(|| "too much".to_owned())
    }
    let by_closure = || -> Result<u8, String> {
        let n = inner(n)?;
        return Ok(n);
    };
    by_closure()
}

#[test]
fn nested_functions_and_closures() {
    assert_eq!(outer(2), Ok(4));
    ended!("outer", "ok" => 1);
    ended!("inner", "ok" => 1);
}

#[observe]
fn inner_attributes(n: u8) -> Result<u8, String> {
    #![allow(unused_variables)]
    let unused = n;
    Ok(1)
}

#[test]
fn inner_attributes_stay_first() {
    assert_eq!(inner_attributes(1), Ok(1));
    ended!("inner_attributes", "ok" => 1);
}

#[observe]
fn loops(words: &[&str]) -> Result<usize, String> {
    let mut total = 0;
    'words: for word in words {
        for c in word.chars() {
            match c {
                ' ' => continue 'words,
                '!' => break 'words,
                '?' => return Err("a question".to_owned()),
                _ => total += 1,
            }
        }
    }
    Ok(total)
}

#[test]
fn labels_of_loops() {
    assert_eq!(loops(&["ab", "c d", "ef!", "gh"]), Ok(5));
    assert!(loops(&["a?"]).is_err());
    ended!("loops", "ok" => 1, "error/_OTHER" => 1);
}

mod same_name {
    use obs_runtime::observe;

    pub(super) struct A;
    pub(super) struct B;

    impl A {
        #[observe]
        pub(super) fn go(&self) {}
    }

    impl B {
        #[observe]
        pub(super) fn go(&self) -> Result<(), String> {
            Err("b".to_owned())
        }
    }

    #[test]
    fn functions_of_one_name_are_added_up() {
        A.go();
        A.go();
        assert!(B.go().is_err());
        ui_tests::ended!("go", "ok" => 2, "error/_OTHER" => 1);
    }
}

#[observe(name = "Checkout.submit")]
fn renamed() {}

#[test]
fn a_name_of_its_own() {
    renamed();
    ended!("Checkout.submit", "ok" => 1);
}
