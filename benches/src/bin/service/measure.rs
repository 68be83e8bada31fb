//! Pairs of servers, loaded in turn, and what comes of it.

use crate::load::Answers;
use crate::processor;
use crate::serve::Told;
use crate::server::{Server, With};
use obs_benches::receiver::Reply;
use std::error::Error;
use std::time::Duration;

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lengths {
    pairs: u32,
    /// Stretches of a load that each server of a pair gets.
    stretches: u32,
}

impl Lengths {
    pub(crate) const LONG: Lengths = Lengths { pairs: 11, stretches: 12 };
    pub(crate) const QUICK: Lengths = Lengths { pairs: 3, stretches: 4 };
}

/// How long a stretch is: short against what the machine does besides, which then comes to both servers of a pair.
const STRETCH: Duration = Duration::from_millis(500);

/// How long a server is loaded before it is measured.
const WARM: Duration = Duration::from_secs(1);

/// The load at which durations are measured, of the usual orders that the plain service can do: 40 % of its processor,
/// with the large ones among them. Requests wait for a large one before them, and for little else.
const SHARE: f64 = 0.3;

/// What spans take at most, in MiB: 12 that are held until their traces end, and 3 that wait to be sent. Fields come on
/// top of it.
const SPANS_MIB: f64 = 15.0;

/// The collectors that do not work, by the name of their row.
const BROKEN: [(&str, With); 4] = [
    ("p99, collector down", With::Nobody),
    ("p99, collector hangs", With::Collector(Reply::Never)),
    ("p99, collector slow", With::Collector(Reply::Slowly)),
    ("p99, collector answers errors", With::Collector(Reply::Refuse)),
];

/// Measures everything, and prints it. Each pair is of new processes: how fast one is depends a little on where its
/// memory happens to be, for as long as it runs.
///
/// # Errors
///
/// A server does not run, or its counts do not add up.
pub(crate) fn run(lengths: Lengths) -> Result<(), Box<dyn Error>> {
    let (load, served) = processor::two()?;
    processor::keep_to(load)?;
    let start = |name: &str, with: With| -> Result<Server, Box<dyn Error>> {
        let mut server = Server::start(name, with, served)?;
        server.busy(WARM)?;
        Ok(server)
    };
    let mut plain = start("plain", With::Nothing)?;
    let rate = plain.busy(WARM)?.rate() * SHARE;
    plain.end()?;
    eprintln!("{:.0} requests a second; {:.0} for durations", rate / SHARE, rate);
    let (healthy, steady) = (With::Collector(Reply::Take), Load::Steady(rate));

    let mut twins =
        [Row::new("throughput, nothing on either", Load::Busy), Row::new("p99, nothing on either", steady)];
    let mut rows =
        [Row::new("throughput, everything on", Load::Busy), Row::new("p99, everything on", steady)];
    let mut ended = Ended::default();
    for _ in 0..lengths.pairs {
        let mut plain = start("plain", With::Nothing)?;
        let mut twin = start("twin", With::Nothing)?;
        for row in &mut twins {
            row.measure(lengths.stretches, &mut plain, &mut twin)?;
        }
        twin.end()?;
        let mut observed = start("observed", healthy)?;
        for row in &mut rows {
            row.measure(lengths.stretches, &mut plain, &mut observed)?;
        }
        ended.add(&plain.end()?, &observed.end()?);
    }
    headings("than without", "without", "with");
    twins.iter().chain(&rows).for_each(Row::print);
    ended.print("everything on");

    headings("than with one that works", "works", "does not");
    for (name, with) in BROKEN {
        let (mut row, mut ended) = (Row::new(name, steady), Ended::default());
        for _ in 0..lengths.pairs {
            let (mut works, mut broken) = (start("works", healthy)?, start("broken", with)?);
            row.measure(lengths.stretches, &mut works, &mut broken)?;
            ended.add(&works.end()?, &broken.end()?);
        }
        row.print();
        ended.print(name);
    }
    Ok(())
}

/// How servers are loaded, and so what is asked of them.
#[derive(Clone, Copy, Debug)]
enum Load {
    /// As fast as they answer: how many requests they answer less.
    Busy,
    /// With so many requests a second: how much longer the slowest hundredth takes at least.
    Steady(f64),
}

impl Load {
    fn of(self, server: &mut Server) -> Result<Answers, Box<dyn Error>> {
        match self {
            Load::Busy => server.busy(STRETCH),
            Load::Steady(rate) => server.steady(rate, STRETCH),
        }
    }

    /// How much more it takes with it than without, in per cent.
    fn more(self, (without, with): &(Answers, Answers)) -> f64 {
        let ratio = match self {
            Load::Busy => self.figure(without) / self.figure(with),
            Load::Steady(_) => self.figure(with) / self.figure(without),
        };
        (ratio - 1.0) * 100.0
    }

    /// Requests a second, or milliseconds.
    fn figure(self, answers: &Answers) -> f64 {
        match self {
            Load::Busy => answers.rate(),
            Load::Steady(_) => answers.quantile(0.99) * 1e3,
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Load::Busy => "/s",
            Load::Steady(_) => "ms",
        }
    }
}

/// A row of the table: pairs of the reference and of what is measured.
#[derive(Debug)]
struct Row {
    name: &'static str,
    load: Load,
    pairs: Vec<(Answers, Answers)>,
}

impl Row {
    fn new(name: &'static str, load: Load) -> Row {
        Row { name, load, pairs: Vec::new() }
    }

    /// Another pair: the same load for both, in stretches one after the other.
    fn measure(
        &mut self,
        stretches: u32,
        reference: &mut Server,
        measured: &mut Server,
    ) -> Result<(), Box<dyn Error>> {
        let (mut without, mut with) = (Answers::default(), Answers::default());
        for stretch in 0..stretches {
            // Whoever comes second finds the machine as the first has left it: A B, B A, ...
            if stretch % 2 == 0 {
                without.add(self.load.of(reference)?);
                with.add(self.load.of(measured)?);
            } else {
                with.add(self.load.of(measured)?);
                without.add(self.load.of(reference)?);
            }
        }
        self.pairs.push((without, with));
        Ok(())
    }

    /// Prints it, and its figures as data: how much more it is than the reference, in per cent.
    fn print(&self) {
        let Row { name, load, pairs } = self;
        let more: Vec<f64> = pairs.iter().map(|pair| load.more(pair)).collect();
        for more in &more {
            println!("{}", serde_json::json!({ "name": name, "percent": more }));
        }
        let median = |side: fn(&(Answers, Answers)) -> &Answers| {
            quartiles(&pairs.iter().map(|pair| load.figure(side(pair))).collect::<Vec<_>>())[1]
        };
        let ([low, middle, high], unit) = (quartiles(&more), load.unit());
        let [without, with] = [median(|pair| &pair.0), median(|pair| &pair.1)];
        eprintln!(
            "{name:34}{middle:>+9.2}{:>20}{without:>11.3} {unit:2}{with:>11.3} {unit:2}",
            format!("{low:+.2} to {high:+.2}")
        );
    }
}

/// What stands above rows of the table.
fn headings(than: &str, without: &str, with: &str) {
    eprintln!("\n{:34}{:>9}{:>20}{without:>14}{with:>14}", format!("% more {than}"), "median", "quartiles");
}

/// What the servers of a row told when they ended.
#[derive(Debug, Default)]
struct Ended {
    told: Told,
    /// The most memory, in MiB, that one had more than the one that it was measured against.
    grown: f64,
}

impl Ended {
    fn add(&mut self, reference: &Told, told: &Told) {
        let grown = told.peak_kib.saturating_sub(reference.peak_kib) as f64 / 1024.0;
        self.grown = self.grown.max(grown);
        self.told.add(told);
    }

    fn print(&self, name: &str) {
        let Ended { told, grown } = self;
        let bound = if *grown <= SPANS_MIB { "at most" } else { "MORE than" };
        eprintln!(
            "    {} requests, all counted; of {} spans, {} were exported, {} sampled out and {} lost; up to {grown:.1} \
             MiB more memory, {bound} the {SPANS_MIB} that spans may take",
            told.requests,
            told.spans(),
            told.exported,
            told.sampled_out,
            told.lost()
        );
        println!("{}", serde_json::json!({ "name": name, "mebibytes": grown, "lost": told.lost() }));
    }
}

/// The quartiles, the median in the middle.
fn quartiles(values: &[f64]) -> [f64; 3] {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    [0.25, 0.5, 0.75].map(|share| {
        let at = (sorted.len().max(1) - 1) as f64 * share;
        let (low, high) = (at.floor() as usize, at.ceil() as usize);
        let value = |at: usize| sorted.get(at).copied().unwrap_or(f64::NAN);
        value(low) + (value(high) - value(low)) * at.fract()
    })
}
