//! What obs costs a service under load, and what a collector that does not work costs on top of that.
//!
//! `service [--quick]` starts servers, each a process of its own, and loads two of them in turn: the one that is
//! measured and the one that it is measured against, in many short stretches, and the one whose turn it is not stands
//! still. So what the machine does besides comes to both, and what a server does besides comes to itself. Servers have
//! one processor, the load and the collector another. Where durations are measured, some orders are large, so
//! that the slowest hundredth is of those, and not of what the machine did meanwhile. A ratio is taken within each pair, and what is printed are the
//! median and the quartiles of the ratios; the rows in which nothing is on either say how far such a ratio may be off.
//! Nothing fails for being slow; it does fail where a request, a line of the log or a span is in no count, or in two.
//!
//! The table goes to standard error; each pair's figure is a line of JSON on standard output.

mod load;
mod measure;
mod processor;
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
        ["serve", processor] => serve::serve(processor, None),
        ["serve", processor, collector, log] => serve::serve(processor, Some((collector, Path::new(log)))),
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
