//! What is dropped, and when, is the same with an attribute and without.
//!
//! Each subject is compiled twice from the same tokens. What it drops, and the marks that it sets on the way,
//! are logged and compared.

use std::cell::RefCell;
use ui_tests::{Yield, ready};

thread_local! {
    static LOG: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

fn log(entry: &'static str) {
    LOG.with_borrow_mut(|log| log.push(entry));
}

/// Says so when it is dropped.
struct Noisy(&'static str);

impl Drop for Noisy {
    fn drop(&mut self) {
        log(self.0);
    }
}

impl Noisy {
    fn length(&self) -> usize {
        self.0.len()
    }
}

fn logged(run: impl FnOnce()) -> Vec<&'static str> {
    run();
    LOG.take()
}

macro_rules! same {
    ($test:ident: [$($attribute:tt)*] $call:expr; $($subject:tt)*) => {
        #[test]
        fn $test() {
            #[allow(dead_code, unused_imports)]
            mod plain {
                use super::*;
                $($subject)*
            }
            #[allow(dead_code, unused_imports)]
            mod observed {
                use super::*;
                #[$($attribute)*]
                $($subject)*
            }
            let without = logged(|| {
                use plain::*;
                let _ = $call;
                log("returned");
            });
            let with = logged(|| {
                use observed::*;
                let _ = $call;
                log("returned");
            });
            assert!(without.len() > 2, "nothing was dropped: {without:?}");
            assert_eq!(with, without);
        }
    };
}

use obs_runtime::{metric, observe};

same! { straight: [observe] subject(Noisy("a"), Noisy("b"));
    pub(super) fn subject(_a: Noisy, _b: Noisy) -> usize {
        let _x = Noisy("x");
        let _y = Noisy("y");
        log("body");
        Noisy("tail").length()
    }
}

same! { read: [observe] subject(Noisy("a"), Noisy("b"));
    pub(super) fn subject(_a: Noisy, _b: Noisy) -> Result<usize, Noisy> {
        let _x = Noisy("x");
        log("body");
        Ok(Noisy("tail").length())
    }
}

same! { early: [observe] (subject(Noisy("a"), Noisy("b"), true), subject(Noisy("c"), Noisy("d"), false));
    pub(super) fn subject(a: Noisy, _b: Noisy, early: bool) -> Result<usize, Noisy> {
        let _x = Noisy("x");
        if early {
            return Err(a);
        }
        let _y = Noisy("y");
        Ok(Noisy("tail").length())
    }
}

same! { by_question: [observe] (subject(Some(1), Noisy("a")).is_ok(), subject(None, Noisy("b")).is_ok());
    pub(super) fn subject(n: Option<usize>, a: Noisy) -> Result<usize, String> {
        let _x = Noisy("x");
        let n = n.ok_or_else(|| { let _closure = Noisy("closure"); "none".to_owned() })?;
        Ok(a.length() + n)
    }
}

same! { partly_moved: [observe] subject((Noisy("a"), Noisy("b")), Noisy("c"), false).is_ok();
    pub(super) fn subject(both: (Noisy, Noisy), last: Noisy, early: bool) -> Result<usize, String> {
        if early {
            return Err(String::new());
        }
        let (first, _) = both;
        let length = last.length();
        drop(first);
        log("body");
        Ok(length)
    }
}

same! { patterns: [observe] subject((Noisy("a"), Noisy("b")), (Noisy("c"), Noisy("d")), Noisy("e"), false).is_ok();
    pub(super) fn subject(
        (_a, _): (Noisy, Noisy),
        (_, _d): (Noisy, Noisy),
        _: Noisy,
        early: bool,
    ) -> Result<(), String> {
        if early {
            return Err(String::new());
        }
        log("body");
        Ok(())
    }
}

same! { unused: [observe] subject(Noisy("a"), Noisy("b"), Noisy("c"), None).is_ok();
    #[allow(unused_variables)]
    pub(super) fn subject(a: Noisy, _: Noisy, _c: Noisy, n: Option<u8>) -> Result<(), String> {
        log("body");
        n.ok_or("none")?;
        Ok(())
    }
}

same! { labelled: [observe(labels(early = early), fields(a = a.length()))] subject(Noisy("a"), Noisy("b"), false).is_ok();
    pub(super) fn subject(a: Noisy, b: Noisy, early: bool) -> Result<usize, String> {
        let _x = Noisy("x");
        if early {
            return Err(String::new());
        }
        Ok(a.length() + b.length())
    }
}

same! { measured: [metric(counter, name = "drops_total", value = a.length(), when = "always")] subject(Noisy("a"), Noisy("b"), false).is_ok();
    pub(super) fn subject(a: Noisy, b: Noisy, early: bool) -> Result<usize, String> {
        let _x = Noisy("x");
        if early {
            return Err(String::new());
        }
        Ok(a.length() + b.length())
    }
}

same! { panicking: [observe] ui_tests::panics(|| subject(Noisy("a"), Noisy("b"), false).is_ok());
    pub(super) fn subject(_a: Noisy, _b: Noisy, early: bool) -> Result<usize, String> {
        let _x = Noisy("x");
        if early {
            return Err(String::new());
        }
        panic!("by design");
    }
}

same! { asynchronous: [observe] ready(subject(Noisy("a"), Noisy("b"))).is_ok();
    pub(super) async fn subject(_a: Noisy, b: Noisy) -> Result<usize, String> {
        let _x = Noisy("x");
        Yield::default().await;
        let _y = Noisy("y");
        let n = Some(b.length()).ok_or("none")?;
        Ok(Noisy("tail").length() + n)
    }
}

same! { asynchronous_patterns: [observe] ready(subject((Noisy("a"), Noisy("b")), Noisy("c"), Noisy("d")));
    #[allow(unused_variables)]
    pub(super) async fn subject((_a, _): (Noisy, Noisy), _: Noisy, unused: Noisy) {
        let _x = Noisy("x");
        Yield::default().await;
        log("body");
    }
}

same! { cancelled: [observe] ui_tests::cancel(subject(Noisy("a"), Noisy("b")));
    pub(super) async fn subject(_a: Noisy, _b: Noisy) -> Result<usize, String> {
        let _x = Noisy("x");
        Yield::default().await;
        log("not reached");
        Ok(1)
    }
}

same! { never_polled: [observe] { let _future = subject(Noisy("a"), Noisy("b"), Noisy("c")); };
    pub(super) async fn subject(_a: Noisy, _b: Noisy, _: Noisy) -> Result<usize, String> {
        log("not reached");
        Ok(1)
    }
}

same! { asynchronous_panic: [observe] ui_tests::panics(|| ready(subject(Noisy("a"), Noisy("b"))));
    pub(super) async fn subject(_a: Noisy, _b: Noisy) {
        let _x = Noisy("x");
        Yield::default().await;
        panic!("by design");
    }
}

same! { opaque_future: [observe] ready(subject(Noisy("a"), Noisy("b")));
    pub(super) fn subject(a: Noisy, _b: Noisy) -> impl Future<Output = usize> {
        let x = Noisy("x");
        log("before");
        async move {
            let _y = Noisy("y");
            Yield::default().await;
            a.length() + x.length()
        }
    }
}

same! { boxed_future: [observe] ready(subject(Noisy("a"), Noisy("b"), false));
    pub(super) fn subject(a: Noisy, _b: Noisy, early: bool) -> std::pin::Pin<Box<dyn Future<Output = usize>>> {
        let _x = Noisy("x");
        if early {
            return Box::pin(async move { a.length() });
        }
        let y = Noisy("y");
        Box::pin(async move {
            Yield::default().await;
            y.length()
        })
    }
}

macro_rules! same_of_self {
    ($test:ident: $call:expr; $($subject:tt)*) => {
        same! { $test: [observe] $call;
            impl Owner { $($subject)* }

            pub(super) struct Owner {
                pub(super) first: Noisy,
                pub(super) second: Noisy,
            }

            pub(super) fn owner() -> Owner {
                Owner { first: Noisy("first"), second: Noisy("second") }
            }
        }
    };
}

same_of_self! { by_value: owner().subject(Noisy("a"), false).is_ok();
    pub(super) fn subject(self, _a: Noisy, early: bool) -> Result<usize, String> {
        let _x = Noisy("x");
        if early {
            return Err(String::new());
        }
        Ok(self.first.length())
    }
}

same_of_self! { by_value_moved_out_of: owner().subject(Noisy("a"), false).is_ok();
    pub(super) fn subject(self, _a: Noisy, early: bool) -> Result<usize, String> {
        if early {
            return Err(String::new());
        }
        let taken = self.second;
        log("body");
        Ok(self.first.length() + taken.length())
    }
}

same_of_self! { by_value_later: ready(owner().subject(Noisy("a")));
    pub(super) async fn subject(self, _a: Noisy) -> usize {
        let _x = Noisy("x");
        Yield::default().await;
        self.first.length()
    }
}

same_of_self! { by_value_moved_out_of_later: ready(owner().subject(Noisy("a")));
    pub(super) async fn subject(self, a: Noisy) -> usize {
        let taken = self.second;
        Yield::default().await;
        taken.length() + a.length()
    }
}

same_of_self! { by_value_never_used: ready(owner().subject(Noisy("a")));
    pub(super) async fn subject(self, _a: Noisy) {
        Yield::default().await;
        log("body");
    }
}

same_of_self! { by_value_cancelled: ui_tests::cancel(owner().subject(Noisy("a")));
    #[allow(unused_assignments)]
    pub(super) async fn subject(mut self, _a: Noisy) {
        log(self.first.0);
        self.first = Noisy("new");
        Yield::default().await;
        log("not reached");
    }
}

same_of_self! { by_box: Box::new(owner()).subject(Noisy("a"), false).is_ok();
    pub(super) fn subject(self: Box<Self>, _a: Noisy, early: bool) -> Result<usize, String> {
        if early {
            return Err(String::new());
        }
        Ok(self.second.length())
    }
}
