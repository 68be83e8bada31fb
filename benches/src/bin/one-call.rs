//! `one-call ROW CALLS`: that many calls of one peer and nothing else, for callgrind to count.
//!
//! Callgrind is told to count inside `counted_calls` only: some peers calibrate a clock before `main`, for a
//! time and not for a number of instructions. Without arguments it prints the rows: a peer each, after the table that
//! it is in.

use std::process::ExitCode;

use obs_benches::{Peer, Visitor, peers};

/// Lists the peers of a table, or runs the one of that row.
struct Table<'a> {
    name: &'static str,
    choice: &'a mut Choice,
}

enum Choice {
    List,
    Run { row: String, calls: u64, found: bool },
}

impl Visitor for Table<'_> {
    fn peer<P: Peer>(&mut self) {
        let name = format!("{} {}", self.name, P::NAME);
        match self.choice {
            Choice::List => println!("{name}"),
            Choice::Run { row, calls, found } => {
                if *row == name && !*found {
                    *found = true;
                    assert!(P::works(), "{} records nothing", P::NAME);
                    counted_calls::<P>(*calls);
                }
            }
        }
    }
}

/// What callgrind finds by its name.
#[inline(never)]
fn counted_calls<P: Peer>(calls: u64) {
    P::stretch(calls);
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut choice = match arguments.as_slice() {
        [] => Choice::List,
        [row, calls] => match calls.parse() {
            Ok(calls) => Choice::Run { row: row.clone(), calls, found: false },
            Err(_) => return usage(),
        },
        _ => return usage(),
    };
    peers::sync(&mut Table { name: "sync", choice: &mut choice });
    peers::ready(&mut Table { name: "async", choice: &mut choice });
    peers::exported::ours(&mut Table { name: "sync, exported:", choice: &mut choice });
    peers::exported::ours_ready(&mut Table { name: "async, exported:", choice: &mut choice });
    match choice {
        Choice::Run { found: false, .. } => usage(),
        _ => ExitCode::SUCCESS,
    }
}

fn usage() -> ExitCode {
    eprintln!("one-call [ROW CALLS]");
    ExitCode::FAILURE
}
