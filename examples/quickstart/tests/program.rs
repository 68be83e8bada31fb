//! The program as a newcomer runs it.

use std::net::TcpListener;
use std::process::{Command, Output};

fn quickstart(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_quickstart")).args(args).output().expect("the built program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("output is text")
}

#[test]
fn it_ends_with_what_it_measured() {
    let output = quickstart(&["--seconds", "3", "--metrics", "127.0.0.1:0"]);
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{stdout}{stderr}");
    if cfg!(feature = "off") {
        assert!(
            stdout.ends_with("Telemetry is compiled out (feature `off`): there is nothing to summarise.\n\n")
        );
        return;
    }
    assert!(stderr.contains("a bug, as planned (shown once): index out of bounds"), "{stderr}");

    // Columns are two or more spaces apart; within one, a unit is one space behind its number.
    let mut rows = stdout.trim_end().rsplit("\n\n").next().expect("a last block").lines().map(|line| {
        let cells = line.split("  ").map(str::trim).filter(|cell| !cell.is_empty());
        cells.map(str::to_owned).collect::<Vec<String>>()
    });
    assert_eq!(
        rows.next().unwrap_or_default(),
        ["function", "calls", "errors", "cancelled", "panics", "p50", "p99"],
        "{stdout}"
    );
    let rows: Vec<Vec<String>> = rows.collect();
    let count = |function: &str, column: usize| -> u64 {
        let row = rows.iter().find(|row| row[0] == function);
        let row = row.unwrap_or_else(|| panic!("no row for {function}:\n{stdout}"));
        row[column].parse().unwrap_or_else(|_| panic!("no number in column {column}: {row:?}"))
    };
    for row in &rows {
        assert_eq!(row.len(), 7, "{row:?}");
        let [calls, errors, cancelled, panics] = [1, 2, 3, 4].map(|column| count(&row[0], column));
        assert!(calls > 0 && errors + cancelled + panics <= calls, "{row:?}");
        assert!(row[5].ends_with('s') && row[6].ends_with('s'), "{row:?}");
    }
    assert!(rows.len() >= 14, "{stdout}");
    assert!(count("place_order", 2) > 0 && count("place_order", 3) > 0, "{stdout}");
    assert!(count("pack", 4) > 0, "{stdout}");
}

#[test]
fn it_says_what_it_measures_when_it_is_asked_and_does_nothing_else() {
    let output = Command::new(env!("CARGO_BIN_EXE_quickstart"))
        .args(["--seconds", "3", "--metrics", "127.0.0.1:0"])
        .env("OBS_PRINT_CATALOGUE", "1")
        .output()
        .expect("the built program starts");
    let out = text(&output.stdout);
    assert!(output.status.success(), "{out}");
    let json =
        out.rfind("\n{\n").and_then(|at| out.get(at..)).unwrap_or_else(|| panic!("no catalogue in {out}"));
    let catalogue = obs_codegen::catalogue::from_json(json).unwrap_or_else(|error| panic!("{error}: {json}"));
    let placed = catalogue.functions.iter().any(|function| function.name == "place_order");
    assert_eq!(placed, cfg!(not(feature = "off")));
}

#[test]
fn help_is_no_mistake_and_a_mistake_is_no_crash() {
    let help = quickstart(&["--help"]);
    assert!(help.status.success());
    assert!(text(&help.stdout).contains("--serve"));

    let mistake = quickstart(&["--sevre"]);
    assert_eq!(mistake.status.code(), Some(2));
    assert_eq!(text(&mistake.stderr), "quickstart: unknown option --sevre; see quickstart --help\n");
}

#[test]
fn a_taken_address_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("its number").to_string();
    for (option, expected) in [
        ("--metrics", "is in use: is another quickstart running? Choose another address with --metrics"),
        ("--listen", "choose another address with --listen"),
    ] {
        let other = if option == "--metrics" { "--listen" } else { "--metrics" };
        let output = quickstart(&[option, &address, other, "127.0.0.1:0"]);
        assert_eq!(output.status.code(), Some(1));
        let stderr = text(&output.stderr);
        assert!(stderr.contains(&address) && stderr.contains(expected), "{stderr}");
    }
}
