//! The board of kernels and devices, by what the program exports.

use super::*;

/// The GPU's board of a plan, if there is one.
fn gpu(plan: &Plan) -> Option<Value> {
    let mut files = crate::dashboard::files(plan).into_iter();
    files.find(|(path, _)| path.ends_with("-gpu.json")).map(|(_, json)| serde_json::from_str(&json).unwrap())
}

fn rows(dashboard: &Value) -> Vec<&str> {
    let rows = items(dashboard).iter().filter(|item| item["type"] == "row");
    rows.map(|row| row["title"].as_str().unwrap()).collect()
}

#[test]
fn the_board_of_the_gpu_has_what_the_program_exports() {
    assert!(gpu(&example::plan(example::catalogue())).is_none());
    let [measured, timed, all] = gpus().map(|plan| gpu(&plan).unwrap());
    assert_eq!(rows(&measured), ["Memory", "Devices"]);
    let of_kernels = [
        "Kernels",
        "Device time",
        "Launches",
        "On the way to the device",
        "Out of the ordinary",
        "Throughput",
        "Compute and transfer",
        "Launches by label",
        "Memory",
        "Timing itself",
    ];
    assert_eq!(rows(&timed), of_kernels);
    assert!(!timed.to_string().contains("hw_"), "{timed}");
    assert_eq!(rows(&all).len(), of_kernels.len() + 1);
    let variables = |dashboard: &Value| -> Vec<String> {
        let list = dashboard["templating"]["list"].as_array().unwrap();
        list.iter().map(|variable| variable["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(variables(&all), ["datasource", "job", "instance", "device", "kernel"]);
    assert_eq!(variables(&measured), ["datasource", "job", "instance", "device"]);
}

#[test]
fn kernels_with_different_buckets_are_not_added_up() {
    let mut plan = example::gpu_plan();
    let heatmaps = |plan: &Plan| -> Vec<String> {
        let gpu = gpu(plan).unwrap();
        let heatmaps = panels(&gpu).into_iter().filter(|panel| panel["type"] == "heatmap");
        heatmaps.map(|panel| queries(panel)[0].to_owned()).collect()
    };
    let mixed = heatmaps(&plan);
    assert_eq!(mixed.len(), 2);
    assert!(mixed.iter().all(|query| query.contains("kernel=~\"$kernel\"")), "{mixed:?}");
    assert!(mixed[1].contains("kernel=~\"reduce|saxpy\""), "{mixed:?}");
    // Everything else is by kernel wherever it asks for buckets.
    for query in panels(&gpu(&plan).unwrap()).into_iter().flat_map(queries) {
        let whole = query.contains("gpu_kernel_") && query.contains("sum by (le) (");
        assert!(!whole || mixed.iter().any(|heatmap| heatmap == query), "{query}");
    }
    plan.catalogue.kernels.retain(|kernel| kernel.name != "layout::step \"a.b\"");
    assert_eq!(heatmaps(&plan).len(), 1);
}

#[test]
fn amounts_are_shown_of_kernels_that_name_them() {
    let mut plan = example::gpu_plan();
    let titles = |plan: &Plan| -> Vec<String> {
        let gpu = gpu(plan).unwrap();
        panels(&gpu).iter().map(|panel| panel["title"].as_str().unwrap().to_owned()).collect()
    };
    let all = titles(&plan);
    for title in ["Bandwidth by kernel", "Operations: share of peak", "Items by kernel", "Slow launches"] {
        assert!(all.iter().any(|known| known == title), "no {title} in {all:?}");
    }
    plan.catalogue.kernels.retain(|kernel| kernel.name.starts_with("layout"));
    let none = titles(&plan);
    for word in ["Bandwidth", "Operations", "Items", "Slow launches"] {
        assert!(!none.iter().any(|title| title.starts_with(word)), "{word} in {none:?}");
    }
    // A kernel is on the board that it names, with its runbook.
    let files = crate::dashboard::files(&example::gpu_plan());
    let (_, named) = files.iter().find(|(path, _)| path.ends_with("-simulation.json")).unwrap();
    let named: Value = serde_json::from_str(named).unwrap();
    let time = find(&named, "saxpy: device time");
    assert_eq!(time["links"][1]["url"], "https://example.org/runbooks/gpu-slow.md");
    assert_eq!(time["fieldConfig"]["defaults"]["thresholds"]["steps"][1]["value"], 0.001);
    assert_eq!(panels(&named).len(), 6);
    // Only times on the device lead to traces.
    let leads = |panel: &Value| panel["targets"].as_array().unwrap().iter().any(|t| t["exemplar"] == true);
    let leading: Vec<&Value> = panels(&named).into_iter().filter(|panel| leads(panel)).collect();
    assert_eq!(leading, [time]);
}
