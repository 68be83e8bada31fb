//! `#[gpu_kernel]`: its mistakes, each at its token, and what is told of it.

use obs_model::catalogue::Catalogue;
use obs_model::grammar::walk::{At, LabelTypes, walk};
use obs_model::{Every, Kernel};
use std::num::NonZeroU32;

/// What a source file tells, and its mistakes as `token: message`.
fn read(source: &str) -> (Catalogue, Vec<String>) {
    let (mut catalogue, mut errors) = (Catalogue::default(), Vec::new());
    let types = walked("src/solver.rs", "solver", source, &mut catalogue, &mut errors);
    types.fill(&mut catalogue);
    let text = |e: &syn::Error| {
        let (start, end) = (e.span().start(), e.span().end());
        let line = source.lines().nth(start.line - 1).unwrap_or_default();
        let to = if end.line == start.line { end.column } else { line.chars().count() };
        let token: String = line.chars().skip(start.column).take(to - start.column).collect();
        format!("{token}: {e}")
    };
    (catalogue, errors.iter().map(text).collect())
}

fn walked(
    file: &str,
    module: &str,
    source: &str,
    catalogue: &mut Catalogue,
    errors: &mut Vec<syn::Error>,
) -> LabelTypes {
    let parsed = syn::parse_file(source).unwrap_or_else(|e| panic!("{source}: {e}"));
    let off: syn::Attribute = syn::parse_quote!(#[cfg(off)]);
    let active = |attributes: &[syn::Attribute]| !attributes.contains(&off);
    walk(&parsed, &At { file, module }, &active, catalogue, errors)
}

#[track_caller]
fn kernels(source: &str) -> Vec<Kernel> {
    let (catalogue, errors) = read(source);
    assert_eq!(errors, [""; 0]);
    catalogue.kernels
}

#[track_caller]
fn expect(source: &str, expected: &[&str]) {
    let (catalogue, found) = read(source);
    let fits = found.len() == expected.len() && found.iter().zip(expected).all(|(f, e)| f.contains(e));
    assert!(fits, "{source}\nfound {found:#?}\nexpected {expected:#?}");
    assert!(catalogue.kernels.is_empty(), "a mistaken attribute tells nothing");
}

/// A mistake in the arguments of a function that has a stream, which is its only one.
#[track_caller]
fn refuses(arguments: &str, expected: &str) {
    expect(&format!("#[gpu_kernel(stream = s, {arguments})] fn f(s: &S, text: String) {{}}"), &[expected]);
}

#[test]
fn everything_about_a_function_is_told() {
    let told = kernels(
        "
/// Adds a scaled vector
/// to another.
///
/// At length.
#[gpu_kernel(stream = &self.stream, bytes = 12 * n, flops = 2 * n, items = n, grid = (blocks, 1, 1), block = 256,
    labels(precision = self.precision, tenant = capped(tenant, 5)), every = 10, slow = \"5ms\", buckets = \"kernel\",
    slo(success = \"99.5%\", latency(\"1ms\", \"99%\")), name = \"axpy\", runbook = \"r\", dashboard = \"d\", crate = gpu)]
fn saxpy(&self, n: usize) -> Result<(), GpuError> { Ok(()) }",
    );
    let kernel = &told[0];
    assert_eq!((kernel.name.as_str(), kernel.module.as_str()), ("axpy", "solver"));
    assert_eq!((kernel.place.line, kernel.place.column), (9, 4));
    assert_eq!(kernel.help, "Adds a scaled vector to another.");
    let labels: Vec<_> = kernel.labels.iter().map(|label| (label.name.as_str(), label.cap)).collect();
    assert_eq!(labels, [("precision", None), ("tenant", Some(5))]);
    assert_eq!(kernel.every, Every::Nth(NonZeroU32::new(10).unwrap()));
    assert!(kernel.bytes && kernel.flops && kernel.items);
    assert_eq!(kernel.slow.unwrap().as_millis(), 5);
    assert_eq!(kernel.slo.as_ref().unwrap().latency[0].bound.as_micros(), 1000);
    assert_eq!(kernel.buckets[..2], [0.000001, 0.0000025]);
    assert_eq!((kernel.runbook.as_deref(), kernel.dashboard.as_deref()), (Some("r"), Some("d")));
}

#[test]
fn little_is_said_of_a_bare_attribute() {
    let told = kernels(
        "#[obs_gpu::gpu_kernel(stream = s, help = \"Written.\")] async fn r#box(s: &S) {}
        #[gpu_kernel(bytes, items,)] static RADIX_SORT: obs_gpu::Kernel = obs_gpu::Kernel::new();
        #[gpu_kernel] pub(crate) static SCAN: Aliased = make();",
    );
    let names: Vec<_> = told.iter().map(|kernel| kernel.name.as_str()).collect();
    assert_eq!(names, ["box", "radix_sort", "scan"]);
    let amounts: Vec<_> = told.iter().map(|kernel| (kernel.bytes, kernel.flops, kernel.items)).collect();
    assert_eq!(amounts, [(false, false, false), (true, false, true), (false, false, false)]);
    assert!(told.iter().all(|kernel| kernel.every == Every::Auto && kernel.buckets.len() == 16));
    assert_eq!(told[0].help, "Written.");
}

#[test]
fn kernels_are_found_wherever_the_attribute_can_stand() {
    let told = kernels(
        "
        #[gpu_kernel(stream = s)] fn free(s: &S) { #[gpu_kernel] static NESTED: Kernel = Kernel::new(); }
        impl Solver { #[gpu_kernel(stream = self)] fn method(&self) {} fn plain(&self) {} }
        #[observe] impl Solver { #[gpu_kernel(stream = self)] fn observed(&self) {} }
        #[observe(name = \"of_the_function\")] #[gpu_kernel(stream = self)] #[metric(counter, name = \"a_total\")]
        fn several() {}
        trait Launch { #[gpu_kernel(stream = self)] fn provided(&self) {} }
        mod inner { #[gpu_kernel] static DEEP: Kernel = Kernel::new(); }
        #[cfg(off)] #[gpu_kernel] static OFF: Kernel = Kernel::new();
        #[cfg_attr(off, gpu_kernel(stream = s))] fn not_a_kernel() {}
        #[cfg_attr(on, gpu_kernel(stream = s))] fn conditional() {}
        const _: () = { #[gpu_kernel] static HIDDEN: Kernel = Kernel::new(); };
        ",
    );
    let found: Vec<_> = told.iter().map(|kernel| format!("{} {}", kernel.module, kernel.name)).collect();
    assert_eq!(
        found,
        [
            "solver free",
            "solver nested",
            "solver method",
            "solver observed",
            "solver several",
            "solver provided",
            "solver::inner deep",
            "solver conditional",
            "solver hidden",
        ]
    );
}

#[test]
fn values_of_an_enum_are_told_where_a_parameter_names_it() {
    let told = kernels(
        "#[derive(LabelValue)] enum Precision { Half, Single }
        #[gpu_kernel(stream = s, labels(precision = precision, other = self.other))]
        fn f(&self, s: &S, precision: Precision) {}",
    );
    assert_eq!(told[0].labels[0].values, ["half", "single"]);
    assert!(told[0].labels[1].values.is_empty());
}

#[test]
fn a_function_says_its_stream() {
    let missing = "f: `#[gpu_kernel]` needs the stream that `f` launches into: `stream = &self.stream`";
    expect("#[gpu_kernel] fn f() {}", &[missing]);
    expect("#[gpu_kernel(every = 2)] fn f() {}", &[missing]);
    // It may be what was misspelt.
    expect(
        "#[gpu_kernel(strean = s)] fn f() {}",
        &["strean: unknown argument `strean` of `#[gpu_kernel]`; did you mean `stream`?"],
    );
    expect("#[gpu_kernel = \"s\"] fn f() {}", &["=: expected `#[gpu_kernel(…)]`, with arguments", missing]);
    expect(
        "#[gpu_kernel(stream)] fn f() {}",
        &["stream: `stream` needs a value, such as `stream = &self.stream`"],
    );
    expect("#[gpu_kernel(stream = )] fn f() {}", &["expected an expression, as in `stream = &self.stream`"]);
}

#[test]
fn each_argument_says_what_it_takes() {
    refuses("every = 0", "0: `every` is a whole number from 1 to 4294967295");
    refuses("every = 4294967296", "4294967296: `every` is a whole number from 1");
    refuses("every = \"10\"", "\"10\": `every` is a whole number from 1");
    refuses("every", "every: `every` needs a value");
    refuses("bytes", "bytes: on a function `bytes` says how much a launch does: `bytes = 12 * n`");
    refuses("items, flops = 2", "items: on a function `items` says how much a launch does: `items = n`");
    refuses("flops = ", "expected an expression, as in `flops = 2 * n`");
    refuses("grid", "grid: `grid` needs a value, such as `grid = (blocks, 1, 1)`");
    refuses("block(256)", "expected `=`, as in `block = 256`");
    refuses(
        "buckets = \"bytes\"",
        "\"bytes\": launches are timed in seconds, and the preset \"bytes\" is for sizes; use \"kernel\"",
    );
    refuses("buckets = [2, 1]", "1: bucket boundaries rise strictly");
    refuses("slow = \"5\"", "\"5\": expected a duration with a unit");
    refuses("name = \"\"", "\"\": `name` is empty; write something like `name = \"saxpy\"`");
    refuses("stream = t", "stream: `stream` is given twice; keep one of them");
    refuses("crate = 3", "3: expected the path of the runtime crate, as in `crate = ::obs_gpu`");
    refuses("ok_if = |x| x", "ok_if: unknown argument `ok_if` of `#[gpu_kernel]`");
}

#[test]
fn an_objective_is_about_a_bucket() {
    kernels(
        "#[gpu_kernel(stream = s, slo(latency(\"25us\", \"95%\"), latency(\"1ms\", \"99%\")))] fn f() {}",
    );
    kernels("#[gpu_kernel(stream = s, buckets = [0.002, 0.003], slo(latency(\"3ms\", \"95%\")))] fn f() {}");
    refuses(
        "slo(latency(\"3ms\", \"95%\"))",
        "\"3ms\": an objective's bound is one of the kernel's buckets, or it cannot be measured, and 3ms is none; \
         the nearest is \"2500us\"",
    );
    refuses(
        "buckets = [0.002, 0.003], slo(latency(\"1ms\", \"95%\"))",
        "\"1ms\": an objective's bound is one of",
    );
    refuses("slo()", "slo: an objective needs `success");
}

#[test]
fn labels_are_bounded_and_not_the_runtimes_own() {
    for name in ["kernel", "device", "reason"] {
        refuses(
            &format!("labels({name} = x)"),
            &format!("{name}: the label `{name}` is set by the runtime on kernels; choose another name"),
        );
    }
    for name in ["result", "error_type", "le"] {
        refuses(
            &format!("labels({name} = x)"),
            &format!("{name}: the label `{name}` is set by the runtime or by Prometheus"),
        );
    }
    refuses("labels(tenant = text)", "text: unbounded label: nothing limits the values of `String`");
    refuses(
        "labels(precision: Precision)",
        "precision: on a function the label `precision` takes its value from",
    );
    refuses("labels(a = x, a = y)", "a: the label `a` is given twice");
}

#[test]
fn some_functions_launch_nothing() {
    expect(
        "#[gpu_kernel(stream = s)] const fn f() {}",
        &["const: `#[gpu_kernel]` cannot count calls of a `const fn`"],
    );
    expect(
        "trait T { #[gpu_kernel(stream = s)] fn f(); }",
        &["f: `#[gpu_kernel]` needs a body to run in; put it on the implementations of `f`"],
    );
    expect(
        "#[gpu_kernel(stream = s)] #[gpu_kernel(stream = t)] fn f() {}",
        &[
            "gpu_kernel: `#[gpu_kernel]` is given twice; a function that launches several kernels has a static",
        ],
    );
}

#[test]
fn a_static_leaves_to_its_launches_what_they_know() {
    expect(
        "#[gpu_kernel(stream = s, bytes = 4, grid = 1, block = 2, labels(p = q))] static mut SORT: Kernel = Kernel::new();",
        &[
            "mut: a kernel is shared as it is; remove `mut`",
            "s: `stream` is for functions; each launch of a static says it: `SORT.launch(&stream)`",
            "1: `grid` is for functions",
            "2: `block` is for functions",
            "labels: `labels` is for functions; give each kind of launch a static of its own",
            "4: on a static `bytes` stands alone, and each launch says how much it does: `SORT.launch(&stream).bytes(…)`",
        ],
    );
    expect(
        "#[gpu_kernel] static SORT: (Kernel, u8) = x;",
        &["(Kernel, u8): `#[gpu_kernel]` on a static expects an `obs_gpu::Kernel`"],
    );
}

#[test]
fn all_mistakes_are_reported_together_and_leave_the_rest() {
    let source = "#[gpu_kernel(strem = s, every = 0, labels(kernel = a, b), slow = \"5\", every = 2)]
        fn f() {}
        #[gpu_kernel(stream = s)] fn g() {}";
    let (catalogue, errors) = read(source);
    let expected = [
        "strem: unknown",
        "0: `every` is",
        "b: the label `b` needs",
        "\"5\": expected a",
        "every: `every` is given twice",
        "kernel: the label",
    ];
    assert_eq!(errors.len(), expected.len(), "{errors:#?}");
    assert!(errors.iter().zip(expected).all(|(found, expected)| found.starts_with(expected)), "{errors:#?}");
    assert_eq!(catalogue.kernels.len(), 1);
}
