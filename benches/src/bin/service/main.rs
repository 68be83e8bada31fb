//! What obs costs a service under load, and what a collector that does not work costs on top of that.
//!
//! `service [--quick]` starts servers, each a process of its own, and loads two of them in turn: the one that is
//! measured and the one that it is measured against, in short stretches, the first of each pair alternating. So what
//! the machine does besides comes to both. A ratio is taken within each pair, and what is printed are the median and
//! the quartiles of the ratios. Nothing fails for being slow; it does fail where a request, a line of the log or a
//! span is in no count, or in two.
//!
//! The table goes to standard error; each pair's figure is a line of JSON on standard output.

mod load;
mod measure;
mod serve;
mod server;
mod shop;

use measure::Lengths;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        [] => measure::run(Lengths::LONG),
        ["--quick"] => measure::run(Lengths::QUICK),
        ["serve"] => serve::serve(None),
        ["serve", collector, log] => serve::serve(Some((collector, Path::new(log)))),
        _ => Err("expected nothing, or `--quick`".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("service: {error}");
            ExitCode::FAILURE
        }
    }
}
