//! What is told of what changed.

use super::*;
use crate::artefacts::Artefacts;
use crate::example;

/// The example's catalogue as it is committed.
fn committed() -> Catalogue {
    let artefacts = Artefacts::to_commit(&example::plan(example::catalogue()));
    let (_, text) = artefacts.files().find(|(path, _)| *path == "catalogue.json").unwrap();
    assert!(!text.contains("\"line\""));
    crate::catalogue::from_json(text).unwrap()
}

fn told(change: impl FnOnce(&mut Catalogue)) -> Vec<String> {
    let mut source = example::catalogue();
    change(&mut source);
    changes(&source, &committed(), "ops/catalogue.json").iter().map(ToString::to_string).collect()
}

#[test]
fn a_line_that_moved_is_no_change() {
    assert_eq!(told(|catalogue| catalogue.metrics[0].place.line += 7), [""; 0]);
}

#[test]
fn a_renamed_metric_is_recognised_by_name_or_by_file() {
    assert_eq!(
        told(|catalogue| catalogue.metrics[0].name = "db_conections".into()),
        [
            "src/metrics.rs:7:5: metric db_conections is not in ops/catalogue.json (renamed from db_connections?); \
          run cargo obs generate"
        ]
    );
    assert_eq!(
        told(|catalogue| catalogue.errors[0].name = "Failure".into()),
        ["src/error.rs:3:5: error type registry::error::Failure is not in ops/catalogue.json (renamed from \
          registry::error::RegistryError?); run cargo obs generate"]
    );
}

#[test]
fn of_several_that_came_the_similar_one_is_the_renamed_one() {
    let at = |file: &str| Place { file: file.into(), line: 1, column: 1 };
    let (a, b) = (at("a.rs"), at("b.rs"));
    let gone = [("queue_depth", &a), ("hits_total", &b)];
    assert_eq!(predecessors(&[("orders", &a), ("queue_depths", &a)], &gone), [None, Some(0)]);
    assert_eq!(predecessors(&[("orders", &a)], &gone), [Some(0)]);
    assert_eq!(predecessors(&[("orders", &a), ("items", &a)], &gone), [None, None]);
    assert_eq!(predecessors(&[("orders", &a), ("hit_total", &a)], &gone), [Some(0), Some(1)]);
}

#[test]
fn of_two_that_share_a_family_each_is_compared_with_itself() {
    // The second is of another module, the third of the same file, with other labels.
    let shared = |catalogue: &mut Catalogue| {
        let first = catalogue.metrics[0].clone();
        for (module, file, line) in
            [("registry::pool", "src/pool.rs", 9), ("registry::metrics", "src/metrics.rs", 30)]
        {
            let mut other = first.clone();
            (other.module, other.place.file, other.place.line) = (module.into(), file.into(), line);
            catalogue.metrics.push(other);
        }
        catalogue.metrics.last_mut().unwrap().labels.clear();
        // Methods of two types have one name in one module, too.
        let mut twin = catalogue.functions[0].clone();
        (twin.metric, twin.place.line) = (Some("twins".into()), 99);
        catalogue.functions.push(twin);
        catalogue.sort();
    };
    let mut source = example::catalogue();
    shared(&mut source);
    let artefacts = Artefacts::to_commit(&example::plan(source.clone()));
    let (_, text) = artefacts.files().find(|(path, _)| *path == "catalogue.json").unwrap();
    let committed = crate::catalogue::from_json(text).unwrap();
    let told = |change: fn(&mut Vec<obs_model::Metric>)| -> Vec<String> {
        let mut source = source.clone();
        change(&mut source.metrics);
        source.sort();
        changes(&source, &committed, "ops/catalogue.json").iter().map(ToString::to_string).collect()
    };
    fn of<'a>(metrics: &'a mut [obs_model::Metric], file: &str) -> &'a mut obs_model::Metric {
        metrics.iter_mut().find(|m| m.name == "db_connections" && m.place.file == file).unwrap()
    }
    assert_eq!(told(|_| ()), [""; 0]);
    let [other] = &told(|metrics| of(metrics, "src/pool.rs").help = "Other.".into())[..] else {
        panic!("one change")
    };
    assert!(other.starts_with("src/pool.rs:9:5: metric db_connections: help is \"Other.\" now"), "{other}");
    assert_eq!(
        told(|metrics| of(metrics, "src/pool.rs").module = "registry::other".into()),
        [
            "src/pool.rs:9:5: metric db_connections: it is in module registry::other now, and was in registry::pool in \
          ops/catalogue.json; run cargo obs generate"
        ]
    );
    assert_eq!(
        told(|metrics| metrics.retain(|m| m.place.file != "src/pool.rs")),
        ["src/pool.rs: metric db_connections is in ops/catalogue.json, but no longer in the source; \
          run cargo obs generate"]
    );
    assert_eq!(
        told(|metrics| {
            let mut new = of(metrics, "src/pool.rs").clone();
            new.place.file = "src/new.rs".into();
            metrics.push(new);
        }),
        ["src/new.rs:9:5: metric db_connections is not in ops/catalogue.json; run cargo obs generate"]
    );
    // Of two in one file the one with labels stays what it was, and the other goes.
    assert_eq!(
        told(|metrics| metrics.retain(|m| m.place.line != 30)),
        ["src/metrics.rs: metric db_connections is in ops/catalogue.json, but no longer in the source; \
          run cargo obs generate"]
    );
}

#[test]
fn kernels_are_compared_as_well() {
    let artefacts = Artefacts::to_commit(&example::gpu_plan());
    let (_, text) = artefacts.files().find(|(path, _)| *path == "catalogue.json").unwrap();
    assert!(!text.contains("\"line\""), "{text}");
    let committed = crate::catalogue::from_json(text).unwrap();
    let told = |change: fn(&mut obs_model::Kernel)| -> Vec<String> {
        let mut source = example::with_kernels();
        change(source.kernels.iter_mut().find(|kernel| kernel.name == "saxpy").unwrap());
        changes(&source, &committed, "ops/catalogue.json").iter().map(ToString::to_string).collect()
    };
    assert_eq!(told(|kernel| kernel.place.line += 1), [""; 0]);
    assert_eq!(
        told(|kernel| kernel.name = "saxpi".into()),
        ["src/gpu.rs:10:5: kernel registry::gpu::saxpi is not in ops/catalogue.json (renamed from \
          registry::gpu::saxpy?); run cargo obs generate"]
    );
    assert_eq!(
        told(|kernel| kernel.every = obs_model::Every::Nth(7.try_into().unwrap())),
        [
            "src/gpu.rs:10:5: kernel registry::gpu::saxpy: every is 7 now, and auto in ops/catalogue.json; run cargo \
          obs generate"
        ]
    );
}

#[test]
fn what_came_went_or_differs_is_told() {
    assert_eq!(
        told(|catalogue| {
            let mut new = example::function("brand_new_thing", "registry", 88);
            new.place.file = "src/new.rs".into();
            catalogue.functions.push(new);
        }),
        [
            "src/new.rs:88:5: function registry::brand_new_thing is not in ops/catalogue.json; run cargo obs generate"
        ]
    );
    assert_eq!(
        told(|catalogue| drop(catalogue.metrics.remove(0))),
        ["src/metrics.rs: metric db_connections is in ops/catalogue.json, but no longer in the source; \
          run cargo obs generate"]
    );
    assert_eq!(
        told(|catalogue| catalogue.metrics[0].kind = obs_model::Kind::Counter),
        ["src/metrics.rs:7:5: metric db_connections: kind is counter now, and gauge in ops/catalogue.json; \
          run cargo obs generate"]
    );
    assert_eq!(
        told(|catalogue| catalogue.metrics[0].module = "registry".into()),
        [
            "src/metrics.rs:7:5: metric db_connections: it is in module registry now, and was in registry::metrics in \
          ops/catalogue.json; run cargo obs generate"
        ]
    );
}
