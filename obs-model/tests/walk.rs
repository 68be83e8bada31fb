//! A source file to the catalogue.

use obs_model::catalogue::Catalogue;
use obs_model::grammar::walk::{At, LabelTypes, walk};
use obs_model::{Kind, Severity, Source};

fn read(source: &str) -> (Catalogue, Vec<String>) {
    let file = syn::parse_file(source).expect("the test's source parses");
    let (mut catalogue, mut errors) = (Catalogue::default(), Vec::new());
    let off: syn::Attribute = syn::parse_quote!(#[cfg(off)]);
    let active = |attributes: &[syn::Attribute]| !attributes.contains(&off);
    walk(&file, &At { file: "src/shop.rs", module: "shop" }, &active, &mut catalogue, &mut errors);
    let errors = errors.iter().map(|e| format!("{}: {e}", e.span().start().line)).collect();
    (catalogue, errors)
}

fn functions(source: &str) -> Vec<String> {
    let (catalogue, errors) = read(source);
    assert_eq!(errors, [""; 0]);
    catalogue.functions.iter().map(|f| format!("{} {}", f.module, f.name)).collect()
}

#[test]
fn functions_are_found_wherever_an_attribute_can_stand() {
    let found = functions(
        "
        #[observe] fn free() { #[observe] fn nested() {} let _ = || { #[observe] fn deep() {} }; }
        #[obs_runtime::observe(name = \"renamed\")] async fn r#async() {}
        impl Store { #[observe] fn put(&self) {} fn plain(&self) {} }
        mod inner { #[observe] fn f() {} mod deeper { #[observe] fn r#g() {} } }
        const _: () = { #[observe] fn hidden() {} };
        static S: u8 = { #[observe] fn hidden_too() {} 1 };
        trait T { const C: u8 = { #[observe] fn in_a_constant() {} 1 }; #[observe] fn provided(&self) {} }
        ",
    );
    assert_eq!(
        found,
        [
            "shop free",
            "shop nested",
            "shop deep",
            "shop renamed",
            "shop put",
            "shop::inner f",
            "shop::inner::deeper g",
            "shop hidden",
            "shop hidden_too",
            "shop in_a_constant",
            "shop provided",
        ]
    );
}

#[test]
fn blocks_name_their_members_after_the_type() {
    let found = functions(
        "
        #[observe] impl<T> store::Index<T> {
            fn get(&self) {}
            #[observe(skip)] fn left_out(&self) {}
            const fn constant() {}
            #[observe(name = \"own\")] fn renamed(&self) { #[observe] fn nested() {} }
        }
        #[observe] impl fmt::Display for &Index { fn fmt(&self) {} }
        #[observe] trait Load { fn required(&self); fn provided(&self) {} }
        #[observe] mod m {
            fn f() {}
            impl A { fn a(&self) {} }
            #[observe(skip)] impl B { fn b(&self) {} }
            mod n { fn g() {} }
        }
        ",
    );
    assert_eq!(
        found,
        [
            "shop Index::get",
            "shop own",
            "shop nested",
            "shop Index::fmt",
            "shop Load::provided",
            "shop::m f",
            "shop::m A::a",
            "shop::m::n g",
        ]
    );
}

#[test]
fn futures_are_known_by_the_name_that_an_observed_block_gives_them() {
    let (catalogue, errors) = read(
        "
        #[observe] impl Service for A {
            type Future = Pin<Box<dyn Future<Output = Result<u8, E>> + Send>>;
            fn call(&self) -> Self::Future {}
        }
        impl Service for B {
            type Future = BoxFuture<'static, u8>;
            #[observe] fn alone(&self) -> Self::Future {}
        }
        #[observe] impl Service for C { type Future = Ready<u8>; fn call(&self) -> Self::Future {} }
        #[observe] impl<S> Service for D<S> {
            type Future = BoxFuture<'static, S::Response>;
            fn call(&self) -> Self::Future { self.0.call() }
            fn pinned(&self) -> Self::Future { let future = self.0.call(); Box::pin(async move { future.await }) }
        }
        #[observe] impl<S: 'static> Service for L<S> {
            type Future = BoxFuture<'static, S::Response>;
            fn call(&self) -> Self::Future { self.0.call() }
        }
        ",
    );
    assert_eq!(errors, [""; 0]);
    let found: Vec<_> = catalogue.functions.iter().map(|f| (f.name.as_str(), f.is_async)).collect();
    let first = [("A::call", true), ("alone", false), ("C::call", false)];
    // Those whose boxes can be put into another one, or are made there.
    assert_eq!(found, [&first[..], &[("D::call", false), ("D::pinned", true), ("L::call", true)]].concat());
}

#[test]
fn members_extend_and_override_their_block() {
    let (catalogue, errors) = read(
        "#[observe(level = \"debug\", slow = \"1s\", labels(tier = self.tier, zone = self.zone))]
        impl Index {
            fn plain(&self) {}
            #[observe(level = \"warn\", labels(zone = capped(z, 5), size = s))]
            fn own(&self, z: &str, s: Size) {}
            #[observe(no_metrics)]
            fn uncounted(&self) {}
        }",
    );
    assert_eq!(errors, [""; 0]);
    let labels = |at: usize| {
        let labels = &catalogue.functions[at].labels;
        labels.iter().map(|l| format!("{}{:?}", l.name, l.cap)).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(labels(0), "tierNone zoneNone");
    assert_eq!(labels(1), "zoneSome(5) sizeNone tierNone");
    assert_eq!(labels(2), "");
    assert_eq!(
        (catalogue.functions[0].level.as_str(), catalogue.functions[1].level.as_str()),
        ("debug", "warn")
    );
    assert!(catalogue.functions.iter().all(|f| f.slow.is_some()));
    assert!(!catalogue.functions[2].metrics);
}

#[test]
fn cfg_and_cfg_attr_are_asked_for() {
    let found = functions(
        "
        #[cfg(off)] #[observe] fn off() {}
        #[cfg(off)] mod m { #[observe] fn off() {} }
        #[cfg_attr(off, observe)] fn not_observed() {}
        #[cfg_attr(on, observe(name = \"x\"), inline)] fn observed() {}
        impl A { #[cfg(off)] #[observe] fn off() {} }
        ",
    );
    assert_eq!(found, ["shop x"]);
}

#[test]
fn everything_about_a_function_is_in_the_catalogue() {
    let (catalogue, errors) = read(
        "
/// Registers a
/// schema.
///
/// At length.
#[observe(labels(format = input.format, tenant = capped(&input.tenant)), fields(subject = %input.subject, id),
    slow = \"100ms\", slo(success = \"99.9%\", latency(\"100ms\", \"99%\"), latency(\"25ms\", \"95%\")),
    kind = \"server\", target = \"api\", runbook = \"r\", dashboard = \"d\", metric = \"register\")]
fn register(input: NewSchema) -> BoxFuture<'static, u8> { todo!() }",
    );
    assert_eq!(errors, [""; 0]);
    let f = &catalogue.functions[0];
    assert_eq!((f.place.line, f.place.column, f.place.file.as_str()), (9, 4, "src/shop.rs"));
    assert_eq!(f.help, "Registers a schema.");
    assert_eq!(f.fields, ["subject", "id"]);
    assert_eq!((f.labels[0].cap, f.labels[1].cap), (None, Some(100)));
    let slo = f.slo.as_ref().expect("it has an objective");
    assert_eq!(slo.latency.iter().map(|l| l.bound.as_millis()).collect::<Vec<_>>(), [25, 100]);
    assert_eq!((f.target.as_str(), f.level.as_str(), f.kind.as_str()), ("api", "info", "server"));
    assert!(f.is_async && f.spans && f.metrics);
    assert_eq!(f.metric.as_deref(), Some("register"));
}

#[test]
fn metrics_are_found_on_statics_and_functions() {
    let (catalogue, errors) = read(
        "
        /// Connections by state.
        #[metric(gauge, name = \"db_connections\", labels(state: PoolState, tenant: Capped<50>))]
        static C: Gauge<(PoolState, Capped<50>)> = Gauge::new();
        #[metric(counter, name = \"stored_total\", when = \"ok\")]
        #[metric(histogram, name = \"stored_bytes\", value = x.len(), buckets = \"bytes\")]
        #[metric(histogram, name = \"store_seconds\")]
        fn store(x: &[u8]) -> Result<(), E> { Ok(()) }
        #[metric(gauge, name = \"queue_depth\")]
        fn depth() -> usize { 0 }
        ",
    );
    assert_eq!(errors, [""; 0]);
    let found: Vec<_> = catalogue
        .metrics
        .iter()
        .map(|m| (m.name.as_str(), m.kind, m.source, m.labels.len(), m.buckets.len()))
        .collect();
    assert_eq!(
        found,
        [
            ("db_connections", Kind::Gauge, Source::Static, 2, 0),
            ("stored_total", Kind::Counter, Source::Function, 0, 0),
            ("stored_bytes", Kind::Histogram, Source::Function, 0, 11),
            ("store_seconds", Kind::Histogram, Source::Function, 0, 12),
            ("queue_depth", Kind::Gauge, Source::Polled, 0, 0),
        ]
    );
    assert_eq!(catalogue.metrics[0].help, "Connections by state.");
    assert_eq!(catalogue.metrics[0].labels[1].cap, Some(50));
}

#[test]
fn error_types_take_defaults_from_their_enum() {
    let (catalogue, errors) = read(
        "
        #[derive(Debug, obs_runtime::ErrorCategory)]
        #[category(\"storage\", severity = \"critical\", runbook = \"disk\")]
        enum StorageError {
            #[category(\"full\", retry_after = \"5s\")] Full,
            #[category(severity = \"degraded\")] Slow,
            Broken(u8),
            #[category(transparent)] Io(io::Error),
        }
        #[derive(ErrorCategory)] #[category(\"timeout\")] struct Timeout;
        ",
    );
    assert_eq!(errors, [""; 0]);
    let all: Vec<_> = catalogue.errors[0]
        .categories
        .iter()
        .map(|c| (c.variant.as_str(), c.name.as_str(), c.severity))
        .collect();
    assert_eq!(
        all,
        [
            ("Full", "full", Severity::Critical),
            ("Slow", "storage", Severity::Degraded),
            ("Broken", "storage", Severity::Critical),
        ]
    );
    assert_eq!(catalogue.errors[0].categories[0].runbook.as_deref(), Some("disk"));
    assert_eq!(catalogue.errors[1].categories[0].severity, Severity::Recoverable);
}

#[test]
fn mistakes_are_reported_with_their_lines_and_leave_the_rest() {
    let (catalogue, errors) = read(
        "#[observe(nam = \"x\")] fn a() {}
        #[observe] fn b() {}
        #[observe] const fn c() {}",
    );
    assert_eq!(catalogue.functions.len(), 1);
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors[0].starts_with("1: unknown argument `nam`") && errors[1].starts_with("3: "), "{errors:?}");
}

/// The labels of a package of these modules, each as `item.label: values`.
fn label_values(modules: &[(&str, &str)]) -> Vec<String> {
    let (mut catalogue, mut errors, mut types) = (Catalogue::default(), Vec::new(), LabelTypes::default());
    for (module, source) in modules {
        let file = syn::parse_file(source).expect("the test's source parses");
        let name = format!("src/{module}.rs");
        types.extend(walk(&file, &At { file: &name, module }, &|_| true, &mut catalogue, &mut errors));
    }
    assert!(errors.is_empty(), "{errors:?}");
    types.fill(&mut catalogue);
    let functions = catalogue.functions.iter().map(|f| (&f.name, &f.labels));
    let metrics = catalogue.metrics.iter().map(|m| (&m.name, &m.labels));
    functions
        .chain(metrics)
        .flat_map(|(item, labels)| labels.iter().map(move |label| (item, label)))
        .map(|(item, label)| format!("{item}.{}: {}", label.name, label.values.join(" ")))
        .collect()
}

const ENUM: &str = "#[derive(LabelValue)] enum Tier { Free, #[label(rename = \"paid\")] Pro }";

#[test]
fn values_of_an_enum_are_told_where_its_type_is_named() {
    let users = "
        use crate::plans::Tier;
        #[metric(gauge, name = \"users\", labels(tier: Tier, name: Capped<5>))]
        static USERS: Gauge<(Tier, Capped<5>)> = Gauge::new();
        #[observe(labels(tier = tier, other = input.tier, long = &long))]
        fn sign_up(tier: Tier, input: Input, long: &crate::plans::Tier) {}
    ";
    assert_eq!(
        label_values(&[("shop::plans", ENUM), ("shop::users", users)]),
        [
            "sign_up.tier: free paid",
            "sign_up.other: ",
            "sign_up.long: free paid",
            "users.tier: free paid",
            "users.name: ",
        ]
    );
}

#[test]
fn how_a_call_ends_has_four_values() {
    let stored = r#"#[metric(counter, name = "stored_total", labels(status = result(), kind = error_type(), how = how))] fn store(how: How) -> Result<(), E> { Ok(()) }"#;
    assert_eq!(
        label_values(&[("shop", stored)]),
        ["stored_total.status: ok error cancelled panic", "stored_total.kind: ", "stored_total.how: "]
    );
}

#[test]
fn a_type_that_may_be_another_has_no_values() {
    let with = |import: &str| {
        let user = format!(
            "{import} #[metric(gauge, name = \"users\", labels(tier: Tier))] static USERS: Gauge<Tier> = Gauge::new();"
        );
        label_values(&[("shop::plans", ENUM), ("shop::users", &user)]).remove(0)
    };
    for ours in ["use crate::plans::Tier;", "use super::plans::*;", "use shop::{a, plans::{b, Tier}};"] {
        assert_eq!(with(ours), "users.tier: free paid", "{ours}");
    }
    assert_eq!(with("use crate::plans::Tier as T; use crate::plans::*;"), "users.tier: free paid");
    for others in ["", "use other::Tier;", "use crate::plans::Other as Tier;", "use other::*;"] {
        assert_eq!(with(others), "users.tier: ", "{others}");
    }
    // Two of one name: nobody says which.
    let user = "use crate::*; #[metric(gauge, name = \"users\", labels(tier: Tier))] static U: Gauge<Tier> = Gauge::new();";
    let other = ENUM.replace("Free", "None");
    let all = [("shop::plans", ENUM), ("shop::old", other.as_str()), ("shop::users", user)];
    assert_eq!(label_values(&all), ["users.tier: "]);
}
