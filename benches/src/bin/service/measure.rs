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
    /// Stretches of load that each server of a pair gets.
    stretches: u32,
}

impl Lengths {
    pub(crate) const LONG: Lengths = Lengths { pairs: 11, stretches: 12 };
    pub(crate) const QUICK: Lengths = Lengths { pairs: 3, stretches: 4 };
}

/// How long a stretch is: short against what the machine does besides, which then comes to both servers of a pair.
const STRETCH: Duration = Duration::from_millis(500);

/// How long a server is loaded before it is measured.
const WARM: Duration = Duration::from_secs(2);

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

/// Measures everything, and prints it.
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
    let healthy = With::Collector(Reply::Take);
    let mut plain = start("plain", With::Nothing)?;
    let rate = plain.busy(WARM)?.rate() * SHARE;
    eprintln!("{:.0} requests a second; {:.0} for durations", rate / SHARE, rate);
    let busy = |server: &mut Server| server.busy(STRETCH);
    let steady = |server: &mut Server| server.steady(rate, STRETCH);
    let lost = |plain: &Answers, observed: &Answers| plain.rate() / observed.rate();
    let slower = |plain: &Answers, observed: &Answers| observed.quantile(0.99) / plain.quantile(0.99);
    let p99 = |answers: &Answers| answers.quantile(0.99) * 1e3;

    headings("than without", "without", "with");
    let mut twin = start("twin", With::Nothing)?;
    let pairs = lengths.pairs(&mut plain, &mut twin, busy)?;
    print("throughput, nothing on either", "/s", &pairs, lost, Answers::rate);
    let pairs = lengths.pairs(&mut plain, &mut twin, steady)?;
    print("p99, nothing on either", "ms", &pairs, slower, p99);
    twin.end()?;
    let mut observed = start("observed", healthy)?;
    let pairs = lengths.pairs(&mut plain, &mut observed, busy)?;
    print("throughput, everything on", "/s", &pairs, lost, Answers::rate);
    let pairs = lengths.pairs(&mut plain, &mut observed, steady)?;
    print("p99, everything on", "ms", &pairs, slower, p99);
    let (plain, told) = (plain.end()?, observed.end()?);
    ended("everything on", &plain, &told);

    headings("than with one that works", "works", "does not");
    for (name, with) in BROKEN {
        let (mut works, mut broken) = (start("works", healthy)?, start("broken", with)?);
        let pairs = lengths.pairs(&mut works, &mut broken, steady)?;
        print(name, "ms", &pairs, slower, p99);
        let (works, told) = (works.end()?, broken.end()?);
        ended(name, &works, &told);
    }
    Ok(())
}

impl Lengths {
    /// The same load for both, in stretches one after the other.
    fn pairs(
        self,
        reference: &mut Server,
        measured: &mut Server,
        load: impl Fn(&mut Server) -> Result<Answers, Box<dyn Error>>,
    ) -> Result<Vec<(Answers, Answers)>, Box<dyn Error>> {
        let mut pairs = Vec::new();
        for _ in 0..self.pairs {
            let (mut without, mut with) = (Answers::default(), Answers::default());
            for stretch in 0..self.stretches {
                // Whoever comes second finds the machine as the first has left it: A B, B A, ...
                if stretch % 2 == 0 {
                    without.add(load(reference)?);
                    with.add(load(measured)?);
                } else {
                    with.add(load(measured)?);
                    without.add(load(reference)?);
                }
            }
            pairs.push((without, with));
        }
        Ok(pairs)
    }
}

/// What stands above rows of the table.
fn headings(than: &str, without: &str, with: &str) {
    eprintln!("\n{:34}{:>9}{:>20}{without:>14}{with:>14}", format!("% more {than}"), "median", "quartiles");
}

/// A row of the table, and its figures as data: how much more it is than the reference, in per cent.
fn print(
    name: &str,
    unit: &str,
    pairs: &[(Answers, Answers)],
    ratio: impl Fn(&Answers, &Answers) -> f64,
    figure: impl Fn(&Answers) -> f64,
) {
    let more: Vec<f64> = pairs.iter().map(|(without, with)| (ratio(without, with) - 1.0) * 100.0).collect();
    for more in &more {
        println!("{}", serde_json::json!({ "name": name, "percent": more }));
    }
    let median = |side: fn(&(Answers, Answers)) -> &Answers| {
        quartiles(&pairs.iter().map(|pair| figure(side(pair))).collect::<Vec<_>>())[1]
    };
    let [low, middle, high] = quartiles(&more);
    let [without, with] = [median(|pair| &pair.0), median(|pair| &pair.1)];
    eprintln!(
        "{name:34}{middle:>+9.2}{:>20}{without:>11.3} {unit:2}{with:>11.3} {unit:2}",
        format!("{low:+.2} to {high:+.2}")
    );
}

/// What a server told when it ended, beside the one that it was measured against.
fn ended(name: &str, reference: &Told, told: &Told) {
    let grown = told.peak_kib.saturating_sub(reference.peak_kib) as f64 / 1024.0;
    let bound = if grown <= SPANS_MIB { "at most" } else { "MORE than" };
    eprintln!(
        "    {} requests, all counted; of {} spans, {} were exported, {} sampled out and {} lost; {grown:.1} MiB more \
         memory, {bound} the {SPANS_MIB} that spans may take",
        told.requests,
        told.spans(),
        told.exported,
        told.sampled_out,
        told.lost()
    );
    println!("{}", serde_json::json!({ "name": name, "mebibytes": grown, "lost": told.lost() }));
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
