//! A server under measurement, seen from outside.

use crate::load::{self, Answers};
use crate::processor;
use crate::serve::Told;
use crate::shop::SPANS;
use obs_benches::receiver::{Receiver, Reply};
use std::error::Error;
use std::io::{self, BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// What a server is run with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum With {
    /// Nothing.
    Nothing,
    /// Everything, and a collector that answers like this.
    Collector(Reply),
    /// Everything, and an address at which nobody listens.
    Nobody,
}

/// A server, which ends with this.
#[derive(Debug)]
pub(crate) struct Server {
    with: With,
    child: Child,
    said: BufReader<ChildStdout>,
    address: SocketAddr,
    collector: Option<Receiver>,
    log: PathBuf,
    sent: u64,
}

impl Server {
    /// Starts one, on that processor. Its log is a file of that name in the temporary directory, while it runs.
    pub(crate) fn start(name: &str, with: With, processor: usize) -> Result<Server, Box<dyn Error>> {
        let log = std::env::temp_dir().join(format!("obs-bench-{}-{name}.log", std::process::id()));
        let collector = match with {
            With::Collector(reply) => Some(Receiver::start(reply)),
            _ => None,
        };
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["serve", &processor.to_string()]);
        let to = match (with, &collector) {
            (With::Nothing, _) => None,
            (_, Some(collector)) => Some(collector.address()),
            // A port that was free a moment ago.
            (_, None) => Some(TcpListener::bind("127.0.0.1:0")?.local_addr()?),
        };
        if let Some(to) = to {
            command.arg(format!("http://{to}")).arg(&log);
        }
        // What it logs of a collector that is not there is the test's business, and not the reader's.
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut said = BufReader::new(child.stdout.take().ok_or("no output")?);
        let mut line = String::new();
        said.read_line(&mut line)?;
        let address = line.trim().parse().map_err(|_| format!("the server said {line:?}"))?;
        Ok(Server { with, child, said, address, collector, log, sent: 0 })
    }

    /// As many orders as it answers in that time.
    pub(crate) fn busy(&mut self, length: Duration) -> Result<Answers, Box<dyn Error>> {
        self.load(|server| load::closed(server, length))
    }

    /// So many orders a second, for that time.
    pub(crate) fn steady(&mut self, rate: f64, length: Duration) -> Result<Answers, Box<dyn Error>> {
        self.load(|server| load::open(server, rate, length))
    }

    /// It works while it is loaded, and stands still otherwise.
    fn load(&mut self, load: impl Fn(SocketAddr) -> io::Result<Answers>) -> Result<Answers, Box<dyn Error>> {
        processor::go_on(&self.child)?;
        let answers = load(self.address)?;
        processor::stand_still(&self.child)?;
        self.sent += answers.seconds.len() as u64 + answers.unmeasured;
        Ok(answers)
    }

    /// Ends it. What it tells has to add up: every request, line and span is in exactly one count.
    ///
    /// # Errors
    ///
    /// It did not end well, or something does not add up.
    pub(crate) fn end(mut self) -> Result<Told, Box<dyn Error>> {
        processor::go_on(&self.child)?;
        drop(self.child.stdin.take());
        let mut line = String::new();
        self.said.read_line(&mut line)?;
        let told: Told = serde_json::from_str(&line).map_err(|error| format!("{line:?}: {error}"))?;
        let status = self.child.wait()?;
        if !status.success() {
            return Err(format!("{:?}: it ended with {status}", self.with).into());
        }
        if self.with == With::Nothing {
            return Ok(told);
        }
        let mut sums = vec![
            ("requests", told.requests, self.sent),
            ("calls", told.calls, self.sent),
            ("lines of the log", (told.lines + told.lines_dropped).min(self.sent), self.sent),
            ("spans", told.spans(), self.sent * SPANS),
        ];
        if let (With::Collector(Reply::Take), Some(collector)) = (self.with, &self.collector) {
            sums.push(("spans at the collector", collector.received(), told.exported));
            sums.push(("spans lost", told.lost(), 0));
        }
        for (what, found, expected) in sums {
            if found != expected {
                let with = self.with;
                return Err(format!("{with:?}: {what}: {found}, and not {expected}: {told:?}").into());
            }
        }
        Ok(told)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Each may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.log);
    }
}
