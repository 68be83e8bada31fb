//! The command line.

use clap::builder::PossibleValuesParser;
use clap::{Parser, Subcommand};
use obs_codegen::lint::Rule;
use std::path::PathBuf;

/// What a package measures, read from its source: dashboards, rules, checks.
#[derive(Debug, Parser)]
#[command(name = "cargo obs", bin_name = "cargo obs", version, propagate_version = true)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "Exit codes:
  0  nothing to say
  1  findings, one a line: file:line:column: message
  2  a wrong argument, or something that cannot be read";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Writes the catalogue, the dashboard and the rules, to be committed
    Generate(Common),
    /// Checks that what was committed is up to date, and that the catalogue answers every query there
    Check(Common),
    /// Looks at names, units, cardinality, and missing help and runbooks
    Lint(Lint),
    /// Shows what is measured, as a table
    List(List),
}

/// What every command takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Common {
    /// The package; more than once for several [default: those that cargo would build here]
    #[arg(short, long, value_name = "NAME")]
    pub(crate) package: Vec<String>,

    /// The manifest of the package or workspace [default: the nearest one]
    #[arg(long, value_name = "PATH")]
    pub(crate) manifest_path: Option<PathBuf>,

    /// The directory of the artefacts [default: what build.rs gives `mirror_to`, else `observability` in the
    /// package]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// The service's name [default: what build.rs gives service, else the package's]
    #[arg(long, value_name = "NAME")]
    pub(crate) service: Option<String>,

    /// Features to turn on, separated by commas
    #[arg(short = 'F', long, value_name = "FEATURES", value_delimiter = ',')]
    pub(crate) features: Vec<String>,

    /// Turns all features on
    #[arg(long)]
    pub(crate) all_features: bool,

    /// Leaves the default features off
    #[arg(long)]
    pub(crate) no_default_features: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Lint {
    #[command(flatten)]
    common: Common,

    /// A rule to leave out; more than once for several
    #[arg(long, value_name = "RULE", value_parser = PossibleValuesParser::new(Rule::ALL.map(Rule::as_str)))]
    pub(crate) allow: Vec<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    common: Common,

    /// Prints the catalogue as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

impl Args {
    pub(crate) fn common(&self) -> &Common {
        match &self.command {
            Command::Generate(common) | Command::Check(common) => common,
            Command::Lint(lint) => &lint.common,
            Command::List(list) => &list.common,
        }
    }
}
