//! The program as a newcomer runs it, on the processor.

use std::process::{Command, Output};

fn example(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gpu-example")).args(args).output().expect("the built program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("output is text")
}

#[test]
fn it_ends_with_what_it_measured() {
    let output = example(&["--device", "host", "--rounds", "3", "--metrics", "127.0.0.1:0"]);
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{stdout}{stderr}");
    assert!(stdout.contains("3 rounds agree with the reference"), "{stdout}");
    if cfg!(feature = "off") {
        assert!(stdout.ends_with("there is nothing to summarise.\n\n"), "{stdout}");
        return;
    }
    let rows: Vec<Vec<&str>> = stdout
        .trim_end()
        .rsplit("\n\n")
        .next()
        .expect("a last block")
        .lines()
        .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
        .collect();
    let kernels: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(kernels, ["kernel", "layout_forces", "layout_move", "matmul", "reduce", "saxpy"], "{stdout}");
    for row in &rows[1..] {
        assert_eq!((row.len(), row[1], row[2]), (8, "host", "3"), "{row:?}");
        assert!(row[3].ends_with('s') && row[4].ends_with('s'), "{row:?}");
    }
}

#[test]
fn a_gpu_that_is_not_there_is_an_error_that_says_so() {
    let output = example(&["--device", "99", "--rounds", "1", "--metrics", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(1));
    let stderr = text(&output.stderr);
    assert!(stderr.starts_with("gpu-example: the device failed: "), "{stderr}");
}

#[test]
fn without_a_gpu_it_says_so_and_goes_on() {
    let output = example(&["--rounds", "1", "--metrics", "127.0.0.1:0"]);
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{stdout}{stderr}");
    if cfg!(feature = "cuda") && stdout.contains("the processor") {
        assert!(stderr.starts_with("gpu-example: "), "{stderr}");
    }
}

#[test]
fn a_mistake_is_no_crash() {
    let mistake = example(&["--sevre"]);
    assert_eq!(mistake.status.code(), Some(2));
    assert_eq!(text(&mistake.stderr), "gpu-example: unknown option --sevre; see gpu-example --help\n");
}
