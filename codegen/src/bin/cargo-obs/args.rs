//! The command line.

use clap::builder::PossibleValuesParser;
use clap::{Parser, Subcommand};
use obs_codegen::lint::Rule;
use std::path::PathBuf;

/// What a package measures, read from its source: dashboards, rules, runbooks, checks.
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
    /// Writes the dashboards, rules, runbooks and the catalogue, to be committed
    ///
    /// Tells of each file whether it was written or already was as it should be. Writes nothing for a
    /// package whose attributes are wrong.
    #[command(after_help = "Example:\n  cargo obs generate -p shop --out ops/shop")]
    Generate(Generate),

    /// Checks that what was committed is up to date, and that the catalogue answers every query there
    ///
    /// Looks at dashboards, rules and the `promql` blocks of runbooks, generated or written by hand. With
    /// --url or --binary it also compares the source with what is linked.
    #[command(after_help = "Example:\n  cargo obs check -p shop")]
    Check(Common),

    /// Looks at names, units, cardinality, missing help and runbooks, and at metrics that nobody uses
    #[command(after_help = "Example:\n  cargo obs lint --allow missing-help --allow unused")]
    Lint(Lint),

    /// Shows what is measured, promised and alerted on, as tables
    #[command(after_help = "Examples:
  cargo obs list
  cargo obs list --url http://127.0.0.1:9464    what a running program measures, all its crates included
  cargo obs list --binary target/debug/shop     what a built program measures")]
    List(Common),

    /// Tells what a release changes, and which panels, rules, alerts and runbooks that breaks
    ///
    /// A change is breaking if a query that was right can be wrong after it: a series, a label, a value of
    /// a label or a bucket is gone, or a counter is a gauge. Queries are those of the artefacts beside the
    /// old catalogue. Exits with 1 if anything is breaking or broken.
    #[command(after_help = "Examples:
  cargo obs diff                     the committed catalogue against the source
  cargo obs diff --from v1.2         a git revision against the source
  cargo obs diff v1.2 v1.3           two git revisions
  cargo obs diff old.json new.json   two catalogues")]
    Diff(Diff),

    /// Tells where something is recorded, what it says, and who uses it
    ///
    /// NAME is a metric or one of its samples, what a rule records, a function, a category of errors, an
    /// alert or an objective. Uses are found in the committed artefacts, through recorded series too; before
    /// anything is committed, in what would be generated.
    #[command(after_help = "Examples:
  cargo obs explain db_connections
  cargo obs explain function_calls_duration_seconds_bucket
  cargo obs explain orders::place")]
    Explain(Explain),
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

    /// Asks a running program what is linked into it, at its page /catalogue, rather than reading the source
    #[arg(long, value_name = "URL", conflicts_with = "binary")]
    pub(crate) url: Option<String>,

    /// Asks a built program what is linked into it: runs it with `OBS_PRINT_CATALOGUE=1`, which obs-runtime
    /// answers in `init`, for at most ten seconds
    #[arg(long, value_name = "PATH")]
    pub(crate) binary: Option<PathBuf>,

    /// Prints JSON, for machines
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Generate {
    #[command(flatten)]
    common: Common,

    /// Keeps line numbers in the catalogue and in links to the source. Left out, a line added above changes
    /// no file
    #[arg(long)]
    pub(crate) lines: bool,
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
pub(crate) struct Diff {
    #[command(flatten)]
    common: Common,

    /// A catalogue, a directory with one, or a git revision [default: the committed catalogue]
    pub(crate) old: Option<String>,

    /// The same for the other side [default: the source]
    pub(crate) new: Option<String>,

    /// A git revision for OLD, also where a file has its name
    #[arg(long, value_name = "REV", conflicts_with = "old")]
    pub(crate) from: Option<String>,

    /// A git revision for NEW
    #[arg(long, value_name = "REV", conflicts_with = "new")]
    pub(crate) to: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    #[command(flatten)]
    common: Common,

    /// What to explain
    pub(crate) name: String,
}

impl Args {
    pub(crate) fn common(&self) -> &Common {
        match &self.command {
            Command::Check(common) | Command::List(common) => common,
            Command::Generate(generate) => &generate.common,
            Command::Lint(lint) => &lint.common,
            Command::Diff(diff) => &diff.common,
            Command::Explain(explain) => &explain.common,
        }
    }
}
