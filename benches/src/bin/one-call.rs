//! `one-call PEER CALLS`: that many calls of one peer and nothing else, for callgrind to count.
//!
//! Two runs with different numbers of calls differ by the calls alone: start-up cancels out. Without
//! arguments it prints the peers.

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
                    P::stretch(*calls);
                }
            }
        }
    }
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
