//! What holds for every input and every expansion. What the expansions do is tested in `ui-tests`, by the
//! telemetry that comes out.

use crate::{derive, kernel, metric, observe};
use proc_macro2::TokenStream;
use proptest::prelude::*;
use quote::quote;

/// Pieces that attributes are made of, and some that they are not.
const WORDS: [&str; 70] = [
    "name",
    "target",
    "level",
    "kind",
    "parent",
    "follows_from",
    "fields",
    "labels",
    "metric",
    "buckets",
    "slow",
    "slo",
    "ok_if",
    "error_if",
    "runbook",
    "help",
    "dashboard",
    "no_span",
    "no_metrics",
    "skip",
    "crate",
    "counter",
    "gauge",
    "histogram",
    "value",
    "when",
    "expire",
    "keep_name",
    "stream",
    "bytes",
    "flops",
    "items",
    "grid",
    "block",
    "every",
    "capped",
    "success",
    "latency",
    "window",
    "min_events",
    "category",
    "severity",
    "retry_after",
    "action",
    "transparent",
    "rename",
    "=",
    ",",
    "(",
    ")",
    "[",
    "]",
    "%",
    "?",
    ".",
    ":",
    "::",
    "\"99.9%\"",
    "\"25ms\"",
    "\"\"",
    "\"x_total\"",
    "0.5",
    "3",
    "-1",
    "true",
    "|r| r.is_ok()",
    "a.b",
    "<u8>",
    "r#type",
    "'a",
];

/// Any row of words whose brackets match.
fn soup() -> impl Strategy<Value = TokenStream> {
    prop::collection::vec(0..WORDS.len(), 0..24).prop_filter_map("brackets that do not match", |words| {
        let text: Vec<&str> = words.into_iter().map(|word| WORDS[word]).collect();
        text.join(" ").parse().ok()
    })
}

/// Any row of words, of which opening and closing brackets are made to match.
fn balanced() -> impl Strategy<Value = TokenStream> {
    prop::collection::vec(0..WORDS.len(), 0..24).prop_filter_map("no tokens", |words| {
        let (mut text, mut open) = (String::new(), Vec::new());
        for word in words.into_iter().map(|word| WORDS[word]) {
            match word {
                "(" => open.push(" )"),
                "[" => open.push(" ]"),
                ")" | "]" => {
                    text.push_str(open.pop().unwrap_or_default());
                    continue;
                }
                _ => {}
            }
            text.push(' ');
            text.push_str(word);
        }
        open.into_iter().rev().for_each(|close| text.push_str(close));
        text.parse().ok()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_attribute_makes_a_macro_panic_or_lose_its_item(args in prop_oneof![soup(), balanced()]) {
        let items = [
            quote!(fn kept(input: &str) -> Result<u8, E> { input.parse::<u8>()?; Ok(1) }),
            quote!(async fn kept(self: Pin<&mut Self>) {}),
            quote!(static kept: Counter<Tier> = Counter::new();),
            quote!(impl Store { fn kept(&self) {} }),
            quote!(mod kept { fn f() {} }),
            quote!(trait kept { fn f(&self); }),
        ];
        for item in items {
            for expand in [observe::expand, metric::expand, kernel::expand] {
                let expanded = expand(args.clone(), item.clone());
                prop_assert!(expanded.to_string().contains("kept"), "{args}: {expanded}");
            }
            // What is misread is not all that there is: a kernel's arguments are right with a stream.
            let args = quote!(stream = s, #args);
            let expanded = kernel::expand(args.clone(), item);
            prop_assert!(expanded.to_string().contains("kept"), "{args}: {expanded}");
        }
    }

    #[test]
    fn no_input_makes_a_derive_panic(args in balanced()) {
        derive::error_category(quote!(enum E { #[category(#args)] A, #[category #args] B(u8) }));
        derive::error_category(quote!(#[category(#args)] struct S { cause: Box<E> }));
        derive::label_value(quote!(enum E { #[label(#args)] A, B }));
    }

    #[test]
    fn no_item_makes_a_macro_panic(args in balanced(), item in balanced()) {
        observe::expand(args.clone(), item.clone());
        metric::expand(args.clone(), item.clone());
        kernel::expand(args, item.clone());
        derive::error_category(item.clone());
        derive::label_value(item);
    }
}

fn count(tokens: TokenStream) -> usize {
    tokens
        .into_iter()
        .map(|token| match token {
            proc_macro2::TokenTree::Group(group) => 2 + count(group.stream()),
            _ => 1,
        })
        .sum()
}

/// Every user compiles every token, every time. The bounds are what there was when they were written and a
/// little more: raise one only for something that is worth it to all of them.
#[test]
fn an_expansion_stays_small() {
    let size = |item| count(observe::expand(TokenStream::new(), item));
    let plain = size(quote!(
        fn f(a: u8) {
            g(a);
        }
    ));
    let fallible = size(quote!(
        fn f(a: String) -> Result<u8, E> {
            let b = g(a)?;
            Ok(b)
        }
    ));
    let future = size(quote!(
        async fn f(a: String) -> Result<u8, E> {
            let b = g(a).await?;
            Ok(b)
        }
    ));
    assert!(plain <= 176, "{plain} tokens");
    assert!(fallible <= 290, "{fallible} tokens");
    assert!(future <= 300, "{future} tokens");
}

#[test]
fn a_kernel_stays_small() {
    let bare = quote!(stream = s);
    let full = quote!(stream = &self.stream, bytes = 12 * n, flops = 2 * n, grid = (b, 1, 1), labels(p = p));
    let size = |args: &TokenStream, item| count(kernel::expand(args.clone(), item));
    let plain = quote!(
        fn f(s: &Stream) {
            g(a);
        }
    );
    let fallible = quote!(
        fn f(s: &Stream) -> Result<u8, E> {
            let b = g(a)?;
            Ok(b)
        }
    );
    let future = quote!(
        async fn f(s: &Stream) -> Result<u8, E> {
            let b = g(a).await?;
            Ok(b)
        }
    );
    let sorted = quote!(
        static SORT: Kernel = Kernel::new();
    );
    for (name, found, most) in [
        ("plain", size(&bare, plain), 258),
        ("fallible", size(&bare, fallible.clone()), 330),
        ("with amounts and a label", size(&full, fallible), 475),
        ("a future", size(&bare, future), 373),
        ("a static", size(&TokenStream::new(), sorted), 190),
    ] {
        assert!(found <= most, "{name}: {found} tokens");
    }
}
