//! What was measured: for each row and number of threads, one figure a round.

use std::fmt;

/// A part of the table, whose rows compare with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Sync,
    Async,
    Spans,
    SpansAsync,
    Exported,
    ExportedAsync,
    Scrape,
    Check,
    Footprint,
    Service,
}

impl Section {
    pub(super) const ALL: [Section; 10] = [
        Section::Sync,
        Section::Async,
        Section::Spans,
        Section::SpansAsync,
        Section::Exported,
        Section::ExportedAsync,
        Section::Scrape,
        Section::Check,
        Section::Footprint,
        Section::Service,
    ];

    /// The criterion group of that section.
    pub(super) fn of_group(group: &str) -> Option<Section> {
        match group {
            "sync" => Some(Section::Sync),
            "async" => Some(Section::Async),
            "spans" => Some(Section::Spans),
            "spans-async" => Some(Section::SpansAsync),
            "exported" => Some(Section::Exported),
            "exported-async" => Some(Section::ExportedAsync),
            "scrape" => Some(Section::Scrape),
            _ => None,
        }
    }

    /// Its headline, with the unit of its figures.
    pub(super) fn title(self) -> &'static str {
        match self {
            Section::Sync => "sync call, no subscriber [ns]",
            Section::Async => "async call, ready on first poll [ns]",
            Section::Spans => "sync call, span recorded [ns]",
            Section::SpansAsync => "async call, span recorded [ns]",
            Section::Exported => "sync span, exported, ten a trace [ns]",
            Section::ExportedAsync => "async span, exported, ten a trace [ns]",
            Section::Scrape => "scrape of 10,000 lines [ms]",
            Section::Check => "cargo check, 1,000 functions [s]",
            Section::Footprint => "default features of obs-runtime",
            Section::Service => "HTTP service under load, cost [%]",
        }
    }

    /// The row that the ratios are taken to, by the start of its name.
    pub(super) fn reference(self) -> Option<(Section, &'static str)> {
        match self {
            Section::Sync | Section::Spans | Section::Exported => Some((Section::Sync, "floor")),
            Section::Async | Section::SpansAsync | Section::ExportedAsync => Some((Section::Async, "floor")),
            Section::Scrape => Some((Section::Scrape, "prometheus-client")),
            Section::Check => Some((Section::Check, "#[tracing::instrument]")),
            Section::Footprint | Section::Service => None,
        }
    }
}

/// One row of a section at one number of threads.
#[derive(Clone, Debug)]
pub(super) struct Figure {
    pub(super) section: Section,
    pub(super) name: String,
    pub(super) threads: u32,
    /// A value for each round, in order.
    pub(super) rounds: Vec<f64>,
}

/// Everything measured, in the order in which it came.
#[derive(Debug, Default)]
pub(super) struct Figures(Vec<Figure>);

impl Figures {
    /// Takes the value of the next round.
    pub(super) fn add(&mut self, section: Section, name: &str, threads: u32, value: f64) {
        let same = |figure: &&mut Figure| {
            figure.section == section && figure.name == name && figure.threads == threads
        };
        match self.0.iter_mut().find(same) {
            Some(figure) => figure.rounds.push(value),
            None => self.0.push(Figure { section, name: name.into(), threads, rounds: vec![value] }),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Figure> {
        self.0.iter()
    }

    /// The names of a section's rows.
    pub(super) fn names(&self, section: Section) -> Vec<&str> {
        let mut names = Vec::new();
        for figure in self.0.iter().filter(|figure| figure.section == section) {
            if !names.contains(&figure.name.as_str()) {
                names.push(&figure.name);
            }
        }
        names
    }

    /// The row of exactly that name.
    pub(super) fn get(&self, section: Section, name: &str, threads: u32) -> Option<&Figure> {
        let mut all = self.0.iter();
        all.find(|figure| figure.section == section && figure.name == name && figure.threads == threads)
    }

    /// The reference of a section.
    pub(super) fn reference(&self, section: Section, threads: u32) -> Option<&Figure> {
        let (section, start) = section.reference()?;
        let mut all = self.0.iter();
        all.find(|it| it.section == section && it.threads == threads && it.name.starts_with(start))
    }
}

impl Figure {
    pub(super) fn median(&self) -> f64 {
        median(&self.rounds)
    }

    pub(super) fn least(&self) -> f64 {
        self.rounds.iter().copied().fold(f64::INFINITY, f64::min)
    }

    pub(super) fn most(&self) -> f64 {
        self.rounds.iter().copied().fold(f64::NEG_INFINITY, f64::max)
    }

    /// The median of a comparison made within each round: what slows a whole round down cancels out.
    pub(super) fn against(&self, other: &Figure, compare: impl Fn(f64, f64) -> f64) -> f64 {
        let rounds: Vec<f64> =
            self.rounds.iter().zip(&other.rounds).map(|(ours, theirs)| compare(*ours, *theirs)).collect();
        median(&rounds)
    }
}

impl fmt::Display for Figure {
    /// `16.3 (16.1–16.9)`: the median and the spread of the rounds. A count has no decimals.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = match self.median() {
            _ if self.rounds.iter().all(|round| round.fract() == 0.0) => 0,
            small if small < 10.0 => 2,
            _ => 1,
        };
        write!(f, "{:.digits$}", self.median())?;
        if self.rounds.len() > 1 && self.least() < self.most() {
            write!(f, " ({:.digits$}–{:.digits$})", self.least(), self.most())?;
        }
        Ok(())
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_gather_under_their_row() {
        let mut figures = Figures::default();
        for value in [30.0, 10.0, 20.25] {
            figures.add(Section::Sync, "floor: two TSC reads", 1, value);
        }
        figures.add(Section::Sync, "floor: two TSC reads", 2, 11.0);
        let floor = figures.reference(Section::Spans, 1).unwrap();
        assert_eq!(floor.to_string(), "20.2 (10.0–30.0)");
        assert_eq!(figures.names(Section::Sync), ["floor: two TSC reads"]);
        assert!(figures.reference(Section::Scrape, 1).is_none());
    }

    #[test]
    fn comparisons_are_made_within_a_round() {
        let figure = |rounds: &[f64]| Figure {
            section: Section::Sync,
            name: "f".into(),
            threads: 1,
            rounds: rounds.into(),
        };
        // The second round was three times as slow for both.
        let (ours, floor) = (figure(&[12.0, 36.0, 12.0, 12.0]), figure(&[10.0, 30.0, 10.0, 10.0]));
        assert!((ours.against(&floor, |ours, floor| ours / floor) - 1.2).abs() < 1e-9);
        assert!((ours.against(&floor, |ours, floor| ours - floor) - 2.0).abs() < 1e-9);
    }

    #[test]
    fn whole_numbers_have_no_decimals() {
        let mut figures = Figures::default();
        figures.add(Section::Footprint, "crates", 1, 21.0);
        assert_eq!(figures.get(Section::Footprint, "crates", 1).unwrap().to_string(), "21");
    }
}
