//! Pages, as Prometheus' own linter sees them.

use obs_runtime::{Check, builder, http};
use std::io::Write;
use std::process::{Command, Stdio};

/// What `promtool check metrics` says about a page: nothing, if it is right.
fn lint(page: &[u8]) -> String {
    let child = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.unwrap_or_else(|_| panic!("promtool not found: apt-get install prometheus"));
    child.stdin.take().unwrap().write_all(page).unwrap();
    let output = child.wait_with_output().unwrap();
    let mut said = String::from_utf8_lossy(&output.stderr).into_owned();
    said.push_str(&String::from_utf8_lossy(&output.stdout));
    if said.is_empty() && !output.status.success() {
        said = output.status.to_string();
    }
    said
}

#[test]
fn our_own_page_is_silent() {
    let check = Check::new("database", || Err::<(), _>("away"));
    let obs = builder!("shop").health(check).init().unwrap();
    http::health();
    http::metrics(None, None);
    let page = http::metrics(None, None);
    let text = String::from_utf8(page.body.clone()).unwrap();
    for family in [
        "build_info{version=\"",
        "obs_scrapes_total{format=\"text\"} 1",
        "obs_scrape_duration_seconds_count 1",
        "obs_health_check_up{check=\"database\"} 0",
    ] {
        assert!(text.contains(family), "no {family} in\n{text}");
    }
    assert_eq!(lint(&page.body), "", "{text}");
    drop(obs);
}

#[test]
fn a_wrong_page_is_noticed() {
    assert!(lint(b"# TYPE x counter\nx 1\n").contains("should have \"_total\" suffix"));
    assert!(lint(b"# TYPE x gauge\nx 1\n# TYPE x gauge\nx 2\n").contains("second TYPE line"));
    assert!(lint(b"x{a=\"1\"\n").contains("parsing error"));
}
