//! Every mistake has its own message, at its own token, and none hides another.

use obs_model::grammar::{Ctxt, ErrorDerive, LabelDerive, MetricArgs, ObserveArgs, check, keyword, observe};
use proc_macro2::TokenStream;
use syn::{Item, ItemFn, ItemStatic};

/// The mistakes of `item`, each as `token: message`.
fn mistakes(source: &str) -> Vec<String> {
    let item: Item = syn::parse_str(source).unwrap_or_else(|e| panic!("{source}: {e}"));
    let ctxt = Ctxt::new();
    match &item {
        Item::Fn(function) => on_function(&ctxt, function),
        Item::Static(item) => on_static(&ctxt, item),
        Item::Enum(_) | Item::Struct(_)
            if source.contains("#[category") || source.contains("ErrorCategory") =>
        {
            ErrorDerive::of(&ctxt, &item);
        }
        other => {
            LabelDerive::of(&ctxt, other);
        }
    }
    let text = |e: &syn::Error| {
        let (start, end) = (e.span().start(), e.span().end());
        let line = source.lines().nth(start.line - 1).unwrap_or_default();
        let to = if end.line == start.line { end.column } else { line.len() };
        let token: String = line.chars().skip(start.column).take(to - start.column).collect();
        format!("{token}: {e}")
    };
    ctxt.finish().iter().map(text).collect()
}

fn on_function(ctxt: &Ctxt, function: &ItemFn) {
    ObserveArgs::of_member(ctxt, &function.attrs, &function.sig, true, None);
    let mut all = Vec::new();
    for attribute in function.attrs.iter().filter(|a| observe::is(a, keyword::METRIC)) {
        let args = MetricArgs::of(ctxt, attribute);
        check::metric(ctxt, &args, check::On::Function(&function.sig));
        all.push(args);
    }
    check::metrics(ctxt, &all);
}

fn on_static(ctxt: &Ctxt, item: &ItemStatic) {
    let args = MetricArgs::of(ctxt, &item.attrs[0]);
    check::metric(ctxt, &args, check::On::Static(item));
}

#[track_caller]
fn expect(source: &str, expected: &[&str]) {
    let found = mistakes(source);
    let fits = found.len() == expected.len() && found.iter().zip(expected).all(|(f, e)| f.contains(e));
    assert!(fits, "{source}\nfound {found:#?}\nexpected {expected:#?}");
}

#[test]
fn right_attributes_have_no_mistakes() {
    for source in [
        "#[observe] fn f() {}",
        "#[observe()] fn f() {}",
        "#[observe(name = \"n\",)] fn f() {}",
        "#[observe(buckets = [0.1, 1, 2.5,], slo(latency(\"100ms\", \"95%\",),),)] fn f() {}",
        "#[observe(ok_if = |r| r.is_some(), crate = ::obs)] fn f() -> Option<u8> { None }",
        "#[observe(labels(a = x.y, b = capped(&z), c = capped(z, 3,)))] fn f() {}",
        "#[observe(fields(a, b.c, d = 1, e.f = %g, h = ?i, %j, ?k.l, \"x-y\" = 2, http.type = 3))] fn f() {}",
        "#[observe(parent = None, follows_from = [a, b], level = \"trace\", kind = \"client\")] fn f() {}",
        "#[observe(ok_if = check)] fn f() -> impl Future { async {} }",
        "#[metric(counter, name = \"a_total\")] #[metric(counter, name = \"b_total\", when = \"error\")]
         fn f() -> Result<(), ()> { Ok(()) }",
        "#[metric(counter, name = \"a_total\", labels(status = result(), error_type = error_type()))]
         fn f() -> Result<(), ()> { Ok(()) }",
        "#[metric(counter, name = \"a_total\", labels(function = |r| r.is_ok(), result = capped(|r| r.name(), 5)))]
         fn f() -> Result<(), ()> { Ok(()) }",
        "#[metric(counter, name = \"a_total\", labels(a = result(b), c = self::error_type()))] fn f() {}",
        "#[metric(histogram, name = \"batch_size\", value = n, buckets = [1, 10])] fn f(n: usize) {}",
        "#[metric(gauge, name = \"requests_per_second\")] fn f() -> f64 { 0.0 }",
        "#[metric(counter, name = \"a_total\")] static A: obs::Counter = obs::Counter::new();",
        "#[metric(histogram, name = \"a_seconds\", labels(s: S))] static A: Histogram<S> = Histogram::new();",
        "#[derive(ErrorCategory)] enum Never {}",
        "#[derive(LabelValue)] #[label(crate = obs)] enum A { B, #[label(rename = \"x-1\")] C }",
    ] {
        expect(source, &[]);
    }
}

#[test]
fn all_mistakes_of_an_item_are_reported_together() {
    expect(
        "#[observe(nam = \"x\", level = \"loud\", slow = \"5\", labels(le = a, b), level = \"info\", buckets = [2, 1])]
        fn f() {}",
        &[
            "nam: unknown argument `nam` of `#[observe]`; did you mean `name`?",
            "\"loud\": unknown `level` \"loud\"; expected one of \"trace\", \"debug\"",
            "\"5\": expected a duration with a unit",
            "le: the label `le` is set by the runtime",
            "b: the label `b` needs a value",
            "level: `level` is given twice; keep one of them",
            "1: bucket boundaries rise strictly; 1 follows 2",
        ],
    );
}

#[test]
fn each_argument_says_what_it_takes() {
    expect("#[observe(name)] fn f() {}", &["name: `name` needs a value, such as `name = \"checkout\"`"]);
    expect("#[observe(name = 3)] fn f() {}", &["3: expected a string in quotes"]);
    expect("#[observe(name(\"x\"))] fn f() {}", &["expected `=`, as in `name = \"checkout\"`"]);
    expect("#[observe(name = \"\")] fn f() {}", &["\"\": `name` is empty"]);
    expect("#[observe(name = \"a\" \"b\")] fn f() {}", &["\"b\": expected `,` after `name`"]);
    expect("#[observe(3)] fn f() {}", &["3: expected an argument of `#[observe]`: one of `name`"]);
    expect(
        "#[observe(zzz)] fn f() {}",
        &["zzz: unknown argument `zzz` of `#[observe]`; expected one of `name`"],
    );
    expect("#[observe = \"x\"] fn f() {}", &["=: expected `#[observe(…)]`, with arguments in parentheses"]);
    expect("#[observe(no_span = true)] fn f() {}", &["=: `no_span` stands alone"]);
    expect("#[observe(labels = 3)] fn f() {}", &["labels: `labels` takes a list in parentheses"]);
    expect("#[observe(fields(\"x\"))] fn f() {}", &["\"x\": a quoted field needs a value"]);
    expect("#[observe(fields(a, a = 2))] fn f() {}", &["a: the field `a` is given twice"]);
    expect("#[observe(fields(3))] fn f() {}", &["3: expected a field: `name`"]);
    expect("#[observe(parent = )] fn f() {}", &["expected an expression, as in `parent ="]);
    expect("#[observe(crate = 3)] fn f() {}", &["3: expected the path of the runtime crate"]);
    expect("#[observe(kind = \"servre\")] fn f() {}", &["unknown `kind` \"servre\"; did you mean `server`?"]);
    expect(
        "#[observe(buckets = \"quick\")] fn f() {}",
        &["unknown preset \"quick\"; expected one of \"latency\""],
    );
    expect("#[observe(buckets = 3)] fn f() {}", &["3: expected a preset or a list of numbers"]);
    expect("#[observe(buckets)] fn f() {}", &["buckets: `buckets` takes a preset or a list"]);
    expect("#[observe(buckets = [])] fn f() {}", &["[]: a histogram needs at least one bucket boundary"]);
    expect("#[observe(buckets = [a, 1])] fn f() {}", &["a: a bucket boundary is a number"]);
    expect("#[observe(buckets = \"bytes\")] fn f() {}", &["\"bytes\": calls are timed in seconds"]);
    expect("#[observe] #[observe] fn f() {}", &["observe: `#[observe]` is given twice"]);
    expect("#[observe(skip)] fn f() {}", &["skip: `skip` leaves a function of an observed"]);
    expect("#[observe(skip, name = \"x\")] fn f() {}", &["name: `skip` leaves the function out", "skip: "]);
}

#[test]
fn objectives() {
    expect("#[observe(slo())] fn f() {}", &["slo: an objective needs `success"]);
    expect("#[observe(slo(success = \"99.9\"))] fn f() {}", &["\"99.9\": expected a percentage"]);
    expect("#[observe(slo(latency(\"25ms\")))] fn f() {}", &["expected `,` and the share of calls"]);
    expect(
        "#[observe(slo(latency = \"25ms\"))] fn f() {}",
        &["latency: `latency` takes a list in parentheses"],
    );
    expect(
        "#[observe(slo(latency(\"30ms\", \"95%\")))] fn f() {}",
        &[
            "\"30ms\": an objective's bound is one of the function's buckets, or it cannot be measured, and 30ms is \
           none; the nearest is \"25ms\"; use it, or add 0.03 to `buckets`",
        ],
    );
    expect(
        "#[observe(slo(latency(\"25ms\", \"95%\"), latency(\"25ms\", \"99%\")))] fn f() {}",
        &["\"25ms\": two objectives for the bound 25ms"],
    );
    expect("#[observe(slo(success = \"99%\", window = \"5m\"))] fn f() {}", &["at least an hour"]);
    expect(
        "#[observe(slo(success = \"99%\", min_events = 0))] fn f() {}",
        &["0: `min_events` is a whole number from 1"],
    );
    expect(
        "#[observe(slo(sucess = \"99%\"))] fn f() {}",
        &["sucess: unknown argument `sucess` of `slo(…)`; did you mean `success`?"],
    );
}

#[test]
fn arguments_that_contradict() {
    expect(
        "#[observe(ok_if = a, error_if = b)] fn f() -> u8 { 1 }",
        &["b: `ok_if` and `error_if` answer the same"],
    );
    expect(
        "#[observe(ok_if = a)] fn f() {}",
        &["a: `ok_if` looks at the returned value, and `f` returns none"],
    );
    expect(
        "#[observe(no_span, fields(a), level = \"info\")] fn f() {}",
        &["fields: `fields` has no effect beside `no_span`", "`level` has no"],
    );
    expect(
        "#[observe(no_metrics, slo(success = \"99%\"), buckets = \"fast\", labels(a = b))] fn f() {}",
        &["slo: `slo` has no effect beside `no_metrics`", "`buckets` has no", "labels: `labels` has no"],
    );
    expect("#[observe(metric = \"orders_total\")] fn f() {}", &["`metric` is a prefix"]);
    expect(
        "#[observe(metric = \"process_x\")] fn f() {}",
        &["metrics starting with `process_` are the runtime's own"],
    );
    expect("#[observe(metric = \"a-b\")] fn f() {}", &["\"a-b\" is no metric name"]);
}

#[test]
fn functions_that_cannot_be_wrapped() {
    expect("#[observe] const fn f() {}", &["const: `#[observe]` cannot count calls of a `const fn`"]);
    expect(
        "#[observe] unsafe extern \"C\" fn f(n: u8, ...) {}",
        &["...: `#[observe]` cannot wrap a variadic"],
    );
    let ctxt = Ctxt::new();
    let method: syn::TraitItemFn = syn::parse_quote!(
        #[observe]
        fn required(&self);
    );
    ObserveArgs::of_member(&ctxt, &method.attrs, &method.sig, false, None);
    assert!(ctxt.finish()[0].to_string().contains("`#[observe]` needs a body to run in"));
}

#[test]
fn unbounded_labels() {
    for (label, what) in [
        ("\"x\"", "a string"),
        ("3", "a number"),
        ("format!(\"{a}\")", "`format!`"),
        ("&a.to_string()", "`.to_string()`"),
        ("name", "`str`"),
        ("id", "`u64`"),
    ] {
        expect(
            &format!("#[observe(labels(l = {label}))] fn f(name: &str, id: u64) {{}}"),
            &[&format!(
                "unbounded label: nothing limits the values of {what}; use an enum with #[derive(LabelValue)], a bool, or `l = capped(…)`"
            )],
        );
    }
    expect(
        "#[metric(gauge, name = \"a\", labels(l: String))] static A: Gauge<String> = Gauge::new();",
        &[
            "String: unbounded label: nothing limits the values of `String`; use an enum with #[derive(LabelValue)], bool, or `l: Capped<50>`",
        ],
    );
    expect("#[observe(labels(l = capped()))] fn f() {}", &["(): `capped` takes a string"]);
    expect(
        "#[observe(labels(l = capped(a, 0)))] fn f() {}",
        &["0: the cap of a label is a whole number from 1 to 10000"],
    );
    expect("#[observe(labels(l = capped(a, 5, 6)))] fn f() {}", &["6: `capped` takes a string and a cap"]);
    expect(
        "#[observe(labels(status = result()))] fn f() {}",
        &[
            "status: the label `status` is known only when the call has ended, and labels here are evaluated before it",
        ],
    );
    expect(
        "#[metric(counter, name = \"a_total\", labels(l = |r| r.is_ok()), when = \"always\")]
         fn f() -> Result<(), ()> { Ok(()) }",
        &["l: the label `l` is read from what the function returns"],
    );
    expect(
        "#[metric(counter, name = \"a_total\", labels(l = error_type()))] fn f() {}",
        &["l: `f` returns no error, so there is no type of one"],
    );
    expect(
        "#[metric(gauge, name = \"a\", labels(l = result()))] static A: Gauge<S> = Gauge::new();",
        &["l: on a static the label `l` has a type"],
    );
    expect("#[observe(labels(l = a, l = b))] fn f() {}", &["l: the label `l` is given twice"]);
    expect(
        "#[observe(labels(l: T))] fn f() {}",
        &["l: on a function the label `l` takes its value from an expression"],
    );
}

#[test]
fn metrics_on_functions() {
    let f = |args: &str| format!("#[metric({args})] fn f(n: u64) -> Result<(), E> {{ Ok(()) }}");
    expect(&f("name = \"x\""), &["name: `#[metric]` starts with its kind"]);
    expect(&f("countr, name = \"x\""), &["countr: unknown kind of metric `countr`; did you mean `counter`?"]);
    expect(&f("counter name = \"x_total\""), &["name: expected `,` after `counter`"]);
    expect(&f("counter"), &["counter: a metric needs a name"]);
    expect(
        &f("counter, name = \"orders\""),
        &["the name of a counter ends in `_total`: write \"orders_total\""],
    );
    expect(
        &f("gauge, name = \"x_total\", value = n"),
        &["only counters end in `_total`, and this is a gauge"],
    );
    expect(
        &f("histogram, name = \"f_ms\""),
        &["`_ms` is no base unit; measure in seconds and write \"f_seconds\""],
    );
    expect(&f("counter, name = \"sent_kb_total\", value = n"), &["write \"sent_bytes_total\""]);
    expect(&f("counter, name = \"cost_dollars\", keep_name"), &[]);
    expect(&f("gauge, name = \"nodes_total\", value = n, keep_name"), &[]);
    expect(
        &f("counter, name = \"x_total\", keep_name"),
        &["keep_name: `keep_name` changes nothing: the name follows the conventions; remove it"],
    );
    expect(
        &f("histogram, name = \"f_ms\", keep_name"),
        &["without `value` a histogram times calls, so its name ends in `_seconds`"],
    );
    expect(&f("counter, name = \"a b\", keep_name"), &["is no metric name"]);
    expect(
        &f("histogram, name = \"f\""),
        &["without `value` a histogram times calls, so its name ends in `_seconds`"],
    );
    expect(&f("histogram, name = \"items\", value = n"), &["needs its buckets: `buckets = [1, 10, 100]`"]);
    expect(
        &f("histogram, name = \"items\", value = n, buckets = \"bytes\""),
        &["\"bytes\": this preset is in bytes"],
    );
    expect(
        &f("counter, name = \"x_total\", buckets = \"fast\""),
        &["only histograms have buckets, and this is a counter"],
    );
    expect(
        &f("counter, name = \"x_total\", expire = \"1m\""),
        &["only gauges expire, and this is a counter"],
    );
    expect(&f("counter, name = \"errors_total\""), &["the metric `errors_total` is the runtime's own"]);
    expect(&f("counter, name = \"x_total\", when = \"never\""), &["unknown `when` \"never\""]);
    expect(&f("gauge, name = \"x\""), &["so its function takes nothing; give `value = …`"]);
    expect(
        "#[metric(gauge, name = \"x\")] async fn f() -> u8 { 1 }",
        &["async: a gauge without `value` is asked"],
    );
    expect(
        "#[metric(gauge, name = \"x\")] fn f() {}",
        &["f: a gauge without `value` is asked at each scrape, so its function returns a number"],
    );
    expect(
        "#[metric(gauge, name = \"x\", labels(a = b))] fn f() -> u8 { 1 }",
        &["a: a gauge without `value` is asked at each scrape: its label `a` has a type"],
    );
    expect(
        "#[metric(counter, name = \"x_total\", when = \"error\")] fn f() {}",
        &["\"error\": `f` returns no error"],
    );
    expect(
        "#[metric(counter, name = \"x_total\")] #[metric(counter, name = \"x_total\")] fn f() {}",
        &["two metrics named \"x_total\" on one item"],
    );
}

#[test]
fn metrics_on_statics() {
    let s = |args: &str, ty: &str| format!("#[metric({args})] static S: {ty} = x;");
    expect(
        &s("gauge, name = \"x\"", "Counter"),
        &["gauge: this is a `Counter`; write `#[metric(counter, …)]`"],
    );
    expect(&s("gauge, name = \"x\"", "&'static Gauge"), &["`#[metric]` on a static expects a `Counter`"]);
    expect(&s("gauge, name = \"x\", value = 3", "Gauge"), &["3: `value` is for functions"]);
    expect(
        &s("gauge, name = \"x\", labels(a = b)", "Gauge<A>"),
        &["a: on a static the label `a` has a type"],
    );
    expect(
        &s("gauge, name = \"x\"", "Gauge<A>"),
        &["Gauge<A>: the attribute names 0 labels and the type has 1"],
    );
    expect(&s("gauge, name = \"x\", labels(a: B)", "Gauge<A>"), &["B: the label `a` has the type `A`"]);
    expect("#[metric(gauge, name = \"x\")] static mut S: Gauge = x;", &["mut: an instrument is shared"]);
}

#[test]
fn categories() {
    let e = |body: &str| format!("#[derive(ErrorCategory)] enum E {{ {body} }}");
    expect(
        &e("A, #[category(\"b\")] B, C"),
        &["A: no category for `A`, `C`; add #[category(\"a\")] to each variant, or a default to the enum"],
    );
    expect(&e("#[category(\"A b\")] A"), &["\"A b\": \"A b\" is no category"]);
    expect(&e("#[category(\"a\" severity)] A"), &["expected `,` after the category's name"]);
    expect(&e("#[category(\"a\", severty = \"fatal\")] A"), &["severty: unknown argument `severty`"]);
    expect(
        &e("#[category(\"a\", severity = \"bad\")] A"),
        &["unknown `severity` \"bad\"; expected one of \"recoverable\""],
    );
    expect(&e("#[category(\"a\", retry_after = \"x\")] A"), &["\"x\": expected a duration"]);
    expect(&e("#[category(transparent)] A"), &["transparent: `transparent` needs exactly one field"]);
    expect(&e("#[category(transparent)] A(u8, u8)"), &["transparent: `transparent` needs exactly one field"]);
    expect(
        &e("#[category(transparent, severity = \"fatal\")] A(X)"),
        &["severity: a `transparent` category is"],
    );
    expect(&e("#[category(\"a\")] #[category(\"b\")] A"), &["category: `#[category]` is given twice"]);
    expect(&e("#[category(\"a\", crate = x)] A"), &["crate: `crate` stands on the type"]);
    expect(
        &e("#[category(\"a\")] A(#[category(\"b\")] u8)"),
        &["category: `#[category]` stands on the variant"],
    );
    expect("#[derive(ErrorCategory)] struct S;", &["S: `S` has no category"]);
    expect(
        "#[derive(ErrorCategory)] #[category(transparent)] enum E { #[category(\"a\")] A }",
        &["an enum has no inner error"],
    );
}

#[test]
fn label_values() {
    expect("struct S;", &["stands on an enum"]);
    expect("enum E {}", &["E: a label needs at least one value"]);
    expect("enum E { A(u8) }", &["(u8): the variant `A` has fields"]);
    expect(
        "enum E { A, #[label(rename = \"ab\")] B, #[label(rename = \"ab\")] C }",
        &["\"ab\": `B` already has the value \"ab\""],
    );
    expect("enum E { #[label(rename = \"_other\")] A }", &["\"_other\" stands for the values over"]);
    expect(
        "enum E { #[label(\"a\")] A }",
        &["\"a\": expected an argument of `#[label]` on a variant: `rename`"],
    );
    expect("enum E { #[label(rename = \"a\", rename = \"b\")] A }", &["rename: `rename` is given twice"]);
}

#[test]
fn token_soup_is_refused_without_a_panic() {
    for soup in [
        "",
        ",",
        ",,,",
        "=",
        "name = ,",
        "labels(,)",
        "slo(,,)",
        "labels(a = capped(,))",
        "buckets = [,]",
        "::",
    ] {
        let tokens: TokenStream = soup.parse().expect("it is tokens");
        let ctxt = Ctxt::new();
        ObserveArgs::parse(&ctxt, tokens.clone());
        MetricArgs::parse(&ctxt, tokens.clone());
        let errors = ctxt.finish();
        assert!(!errors.is_empty(), "{soup}");
    }
}
