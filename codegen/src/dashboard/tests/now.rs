//! What panels say of this moment: the last value of a range is that of an hour ago where there is none now.

use super::*;

fn stats() -> impl Iterator<Item = Value> {
    let stats = |(_, dashboard): (Plan, Value)| -> Vec<Value> {
        panels(&dashboard).into_iter().filter(|panel| panel["type"] == "stat").cloned().collect()
    };
    dashboards().into_iter().flat_map(stats)
}

#[test]
fn a_number_that_may_be_missing_now_is_not_that_of_an_hour_ago() {
    let mut seen = 0;
    for stat in stats() {
        for target in stat["targets"].as_array().unwrap() {
            let query = target["expr"].as_str().unwrap();
            // Without calls there is no quantile, no share, and no record of a rule.
            let may_be_missing =
                ["histogram_quantile(", " > 0)", "slo:"].iter().any(|part| query.contains(part));
            if may_be_missing {
                assert_eq!(target["instant"], true, "{}: {query}", stat["title"]);
                assert!(stat["fieldConfig"]["defaults"]["noValue"].is_string(), "{}: {query}", stat["title"]);
                assert_eq!(
                    stat["options"]["graphMode"], "none",
                    "there is no past to draw: {}",
                    stat["title"]
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 10, "{seen}");
}

#[test]
fn what_is_gone_counts_as_none() {
    for title in ["Instances up", "Calls", "In flight", "Launches", "Devices up"] {
        let mut counts = stats().filter(|stat| stat["title"] == title).peekable();
        assert!(counts.peek().is_some(), "no panel {title}");
        for stat in counts {
            assert!(queries(&stat)[0].ends_with("\nor on () vector(0)"), "{stat}");
        }
    }
}

/// One chose an instance and clicked on what is wrong with it.
#[test]
fn links_to_other_boards_keep_the_choice_of_targets() {
    let mut links = 0;
    for (_, dashboard) in dashboards() {
        for panel in panels(&dashboard) {
            let text = panel.to_string();
            for url in text.split('"').filter(|text| text.starts_with("/d/obs-")) {
                for kept in ["${datasource:queryparam}", "${job:queryparam}", "${instance:queryparam}"] {
                    assert!(url.contains(kept), "{}: {url}", panel["title"]);
                }
                links += 1;
            }
        }
    }
    assert!(links > 10, "{links}");
}

/// In a Prometheus with other programs, `build_info` alone is everybody's.
#[test]
fn jobs_are_those_of_the_service() {
    for (plan, dashboard) in dashboards() {
        let job = &dashboard["templating"]["list"][1];
        assert_eq!(job["name"], "job");
        let query = job["query"].as_str().unwrap();
        let ours = query.contains(&format!("service=\"{}\"", plan.subject.service));
        assert!(ours || !query.contains("build_info"), "{query}");
    }
}

/// Beside gigabytes of address space, a leak of megabytes is a flat line.
#[test]
fn what_leaks_is_not_drawn_beside_what_is_far_larger() {
    let board = &whole()["use"];
    for (small, large) in [
        ("process_resident_memory_bytes", "process_virtual_memory_bytes"),
        ("process_open_fds", "process_max_fds"),
    ] {
        let graphs = panels(board).into_iter().filter(|panel| panel["type"] == "timeseries");
        let asked: Vec<String> = graphs.map(|panel| queries(panel).join("\n")).collect();
        assert!(asked.iter().any(|queries| queries.contains(small)), "{small}");
        assert!(!asked.iter().any(|queries| queries.contains(small) && queries.contains(large)), "{asked:?}");
    }
}
