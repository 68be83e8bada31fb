//! `cargo xtask bench`: every budget beside the peers, in one run on one machine.

mod budget;
mod calls;
mod check;
mod figures;
mod footprint;
mod instructions;
mod machine;
mod report;
mod service;

use std::fs;
use std::path::Path;

use crate::Result;
use crate::workspace::Workspace;
use figures::Figures;
use machine::Machine;

/// What to measure.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) quick: bool,
    /// Count instructions instead of nanoseconds.
    pub(crate) instructions: bool,
    /// The sections to measure; none means all.
    pub(crate) only: Vec<&'static str>,
}

/// The parts that can be measured alone.
pub(crate) const SECTIONS: [&str; 4] = ["calls", "check", "footprint", "service"];

/// Measures, prints the table and writes the summary.
///
/// # Errors
///
/// When something cannot be built or run. A missed budget is none.
pub(crate) fn run(options: &Options) -> Result {
    let workspace = Workspace::read()?;
    if options.instructions {
        return instructions::run(&workspace);
    }
    let folder = workspace.target.join("bench");
    fs::create_dir_all(&folder)?;
    let machine = Machine::look()?;
    println!("{machine}");

    let mut figures = Figures::default();
    // What was measured before something failed is worth seeing.
    let done = measure(options, &folder, &mut figures);
    println!("\n{machine}\n\n{}", report::table(&figures));
    let summary = folder.join("summary.json");
    fs::write(&summary, format!("{:#}\n", report::summary(&machine, &figures)))?;
    println!("The same as data: {}", summary.display());
    done
}

fn measure(options: &Options, folder: &Path, figures: &mut Figures) -> Result {
    let wanted = |section: &str| options.only.is_empty() || options.only.contains(&section);
    if wanted("calls") {
        calls::measure(folder, options.quick, figures)?;
    }
    if wanted("check") {
        check::measure(folder, options.quick, figures)?;
    }
    if wanted("footprint") {
        footprint::measure(folder, options.quick, figures)?;
    }
    if wanted("service") {
        service::measure(options.quick, figures)?;
    }
    Ok(())
}
