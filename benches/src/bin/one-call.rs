//! `one-call PEER CALLS`: that many calls of one peer and nothing else, for callgrind to count.
//!
//! Callgrind is told to count inside `counted_calls` only: some peers calibrate a clock before `main`, for a
//! time and not for a number of instructions. Without arguments it prints the peers.

use std::process::ExitCode;

use obs_benches::{Peer, Visitor, peers};

/// Lists the peers, or runs the one of that name.
enum Choice<'a> {
    List,
    Run { name: &'a str, calls: u64, found: bool },
}

impl Visitor for Choice<'_> {
    fn peer<P: Peer>(&mut self) {
        match self {
            Choice::List => println!("{}", P::NAME),
            Choice::Run { name, calls, found } => {
                if *name == P::NAME && !*found {
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
        [name, calls] => match calls.parse() {
            Ok(calls) => Choice::Run { name, calls, found: false },
            Err(_) => return usage(),
        },
        _ => return usage(),
    };
    peers::sync(&mut choice);
    match choice {
        Choice::Run { found: false, .. } => usage(),
        _ => ExitCode::SUCCESS,
    }
}

fn usage() -> ExitCode {
    eprintln!("one-call [PEER CALLS]");
    ExitCode::FAILURE
}
