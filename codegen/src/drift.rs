//! Whether the program as linked is the program as its source reads.

use crate::catalogue::{All, from_all};
use crate::package::Crate;
use crate::source::Source;
use obs_model::Catalogue;
use serde::Deserialize;
use std::collections::BTreeSet;

/// The file in `OUT_DIR` that [`assert_no_drift!`](crate::assert_no_drift) includes.
pub(crate) const FILE: &str = "drift.json";

/// Asserts that what is linked into this test is what the build script read in the source.
///
/// Takes the linked catalogue. The package needs a build script that calls
/// [`Builder::emit`](crate::Builder::emit). An integration test is the best place: there the library is
/// built without `cfg(test)`, as it was read.
///
/// ```text
/// // tests/drift.rs
/// use schema_registry as _;   // or the linker drops the library
///
/// #[test]
/// fn source_and_program_agree() {
///     obs_codegen::assert_no_drift!(obs_runtime::catalogue());
/// }
/// ```
///
/// # Panics
///
/// If they differ, with every difference: something that a macro made and no reader of source can see, a
/// crate or module that the linker dropped, or an attribute that the two readings understand differently.
/// A binary counts only where something of it is linked; the library always does.
#[macro_export]
macro_rules! assert_no_drift {
    ($linked:expr $(,)?) => {
        $crate::drift::assert(
            &$linked,
            include_str!(concat!(
                env!("OUT_DIR", "assert_no_drift! needs a build.rs that calls obs_codegen::Builder::emit"),
                "/drift.json"
            )),
        )
    };
}

/// The crates of a package with their catalogues, for a test to include.
pub(crate) fn to_embed(crates: &[(&Crate, Source)]) -> String {
    let crates: Vec<serde_json::Value> = crates
        .iter()
        .map(|(krate, source)| {
            let catalogue: serde_json::Value =
                serde_json::from_str(&source.catalogue.to_json()).unwrap_or_default();
            serde_json::json!({ "name": krate.name, "library": krate.library, "catalogue": catalogue })
        })
        .collect();
    serde_json::Value::from(crates).to_string()
}

#[derive(Deserialize)]
struct Embedded {
    name: String,
    library: bool,
    catalogue: All,
}

/// What [`assert_no_drift!`](crate::assert_no_drift) calls, with the text it includes.
///
/// # Panics
///
/// If there is a difference.
#[doc(hidden)]
#[track_caller]
pub fn assert(linked: &Catalogue, embedded: &str) {
    let found = between(linked, embedded);
    assert!(found.is_empty(), "the program and its source differ:\n  {}", found.join("\n  "));
}

/// Every difference between a linked catalogue and the text that a build script wrote, in words.
pub fn between(linked: &Catalogue, embedded: &str) -> Vec<String> {
    let crates: Vec<Embedded> = match serde_json::from_str(embedded) {
        Ok(crates) => crates,
        Err(error) => return vec![format!("{FILE} is of another version of obs-codegen: {error}")],
    };
    let mut names = BTreeSet::new();
    let mut expected = Catalogue::default();
    let mut any = false;
    for Embedded { name, library, catalogue } in crates {
        let catalogue = from_all(catalogue);
        any |= !is_empty(&catalogue);
        if library || shares(linked, &catalogue) {
            names.insert(name);
            expected.functions.extend(catalogue.functions);
            expected.metrics.extend(catalogue.metrics);
            expected.kernels.extend(catalogue.kernels);
            expected.errors.extend(catalogue.errors);
        }
    }
    if any && names.is_empty() {
        return vec!["nothing of this package is linked into this test".to_owned()];
    }
    expected.sort();
    expected.functions.dedup();
    expected.metrics.dedup();
    expected.kernels.dedup();
    expected.errors.dedup();
    names.iter().flat_map(|name| linked.drift(&expected, name)).map(|drift| drift.to_string()).collect()
}

fn is_empty(catalogue: &Catalogue) -> bool {
    let Catalogue { functions, metrics, kernels, errors, requests: _ } = catalogue;
    functions.is_empty() && metrics.is_empty() && kernels.is_empty() && errors.is_empty()
}

/// Whether anything of `source` is linked.
fn shares(linked: &Catalogue, source: &Catalogue) -> bool {
    let same = |a: &obs_model::Place, b: &obs_model::Place| (&a.file, a.line) == (&b.file, b.line);
    source
        .functions
        .iter()
        .any(|s| linked.functions.iter().any(|l| l.name == s.name && same(&l.place, &s.place)))
        || source
            .metrics
            .iter()
            .any(|s| linked.metrics.iter().any(|l| l.name == s.name && same(&l.place, &s.place)))
        || source
            .kernels
            .iter()
            .any(|s| linked.kernels.iter().any(|l| l.name == s.name && same(&l.place, &s.place)))
        || source
            .errors
            .iter()
            .any(|s| linked.errors.iter().any(|l| l.name == s.name && same(&l.place, &s.place)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use std::path::PathBuf;

    /// A library, and a binary of another name with one function.
    fn embedded() -> String {
        let krate = |name: &str, library| Crate {
            name: name.into(),
            root: PathBuf::new(),
            library,
            required_features: Vec::new(),
        };
        let (library, binary) = (krate("registry", true), krate("import", false));
        let source = |catalogue| Source { catalogue, ..Source::default() };
        to_embed(&[(&library, source(example::catalogue())), (&binary, source(binary_catalogue()))])
    }

    fn binary_catalogue() -> Catalogue {
        let run = example::function("run", "import", 3);
        let twice = example::function("twice", "import", 9);
        Catalogue { functions: vec![run, twice], ..Catalogue::default() }
    }

    #[test]
    fn a_library_alone_needs_no_binary() {
        assert_eq!(between(&example::catalogue(), &embedded()), [""; 0]);
        assert(&example::catalogue(), &embedded());
    }

    #[test]
    fn a_binary_that_is_linked_must_agree_as_well() {
        let mut linked = example::catalogue();
        linked.functions.push(binary_catalogue().functions.remove(0));
        linked.functions[0].help = "Else.".into();
        let found = between(&linked, &embedded());
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().any(|drift| drift.contains("import::twice") && drift.contains("not linked")));
        assert!(found.iter().any(|drift| drift.contains("help is \"Else.\" as linked")));
    }

    #[test]
    fn a_library_that_the_linker_dropped_is_told() {
        assert_eq!(between(&Catalogue::default(), &embedded()).len(), 9);
        let without_library = embedded().replace("\"library\":true", "\"library\":false");
        assert_eq!(
            between(&Catalogue::default(), &without_library),
            ["nothing of this package is linked into this test"]
        );
        assert!(between(&Catalogue::default(), "{}")[0].contains("another version"));
    }
}
