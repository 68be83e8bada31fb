//! Fields that are written where they are read, and those that are copied before: nobody can tell.

use super::*;
use std::cell::Cell;
use std::fmt;
use tracing::field;

thread_local! {
    static PRINTED: Cell<u32> = const { Cell::new(0) };
}

/// Prints in pieces, counts that, and may fail.
struct Talks {
    fails: bool,
}

impl fmt::Debug for Talks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("said \"")?;
        PRINTED.set(PRINTED.get() + 1);
        if self.fails {
            return Err(fmt::Error);
        }
        f.write_str("all\"\n")
    }
}

/// Every kind of field.
fn events() {
    for _ in 0..2 {
        tracing::info!("nothing else");
        tracing::info!(name = "without a message");
        tracing::info!(a = 1, message = 7, b = "before the message and after it");
        tracing::info!(message = 1.5, other = f64::INFINITY);
        tracing::info!(message = true, big = u64::MAX, huge = u128::MAX, small = i64::MIN);
        tracing::warn!(path = ?Some("a\tb"), shown = %"é", none = field::Empty, bytes = &b"ab"[..], "{}", "x".repeat(9));
        tracing::info!(message = ?Talks { fails: false }, talks = ?Talks { fails: false }, "two messages");
        tracing::info!(talks = ?Talks { fails: true }, after = 1, "fails");
        let error: &(dyn std::error::Error + 'static) = &fmt::Error;
        tracing::error!(error, user.password = "hunter2", password = ?Talks { fails: false });
    }
}

#[test]
fn fields_are_the_same_whether_they_are_copied_or_not() {
    for form in [Logs::json, Logs::text] {
        let written = logged(form().redact(["password"]), |_| events());
        let printed = PRINTED.take();
        // Nothing has this baggage, but who asks for any has the fields copied.
        let copied = logged(form().redact(["password"]).baggage(["nothing"]), |_| events());
        assert_eq!(written, copied);
        assert!(!written.contains("hunter2") && written.contains("***"), "{written}");
        // What is hidden is not printed.
        assert_eq!((printed, PRINTED.take()), (6, 8));
    }
}

#[test]
fn who_fails_or_panics_while_it_is_printed_leaves_whole_lines() {
    struct Panics;
    impl fmt::Debug for Panics {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("half")?;
            std::panic::resume_unwind(Box::new(()))
        }
    }
    let text = logged(Logs::json(), |_| {
        let panics = std::panic::catch_unwind(|| tracing::info!(panics = ?Panics, "one"));
        assert!(panics.is_err());
        tracing::info!(talks = ?Talks { fails: true }, "two");
        tracing::info!(big = "x".repeat(10_000), "three");
        tracing::info!("four");
    });
    let from = |line: &str| line.split_once("\"message\":").unwrap().1.to_owned();
    let lines: Vec<String> = text.lines().map(from).collect();
    let starts: Vec<&str> = lines.iter().map(|line| line.split_once(',').unwrap().0).collect();
    assert_eq!(starts, ["\"two\"", "\"three\"", "\"four\""]);
    assert!(lines[0].ends_with(",\"fields\":{\"talks\":\"said \\\"\"}}"), "{}", lines[0]);
    assert!(lines[1].len() > 10_000 && lines[2].len() < 300);
}

#[test]
fn places_that_share_a_place_in_memory_are_told_apart() {
    macro_rules! events {
        ($($first:literal)*) => { $(events!(@ $first a b c d e f g h);)* };
        (@ $first:literal $($second:ident)*) => {
            $(tracing::info!(target: concat!("target_", $first, stringify!($second)), concat!("target_", $first, stringify!($second)));)*
        };
    }
    let mut other = String::new();
    let text = logged(Logs::json(), |_| {
        for _ in 0..2 {
            let events = || {
                events!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19);
            };
            events();
            // The same places and the same thread, in another form.
            other += &logged(Logs::text(), |_| events());
        }
    });
    assert_eq!((text.lines().count(), other.lines().count()), (320, 320));
    for line in text.lines() {
        let said = line.split_once("\"message\":\"").unwrap().1.split_once('"').unwrap().0;
        assert!(line.contains(&format!("\"target\":\"{said}\",\"file\":")), "{line}");
    }
    for line in other.lines() {
        let said = line.split_once(": ").unwrap().1.split_once(' ').unwrap().0;
        assert!(line.contains(&format!(" {said}: ")) && line.ends_with(')') && !line.contains('{'), "{line}");
    }
}
