//! What is promised, whether it is kept, and how much may still go wrong.
//!
//! Everything here is asked of what the rules record, under sloth's names, so that a graph and the alert on it
//! can never disagree.

use super::column::Column;
use super::frame::Frame;
use super::layout::Section;
use super::panel::{Panel, Threshold, Visual};
use crate::objective::{self, Objective};
use crate::plan::Plan;
use crate::query::{Query, Select};
use crate::subject::Board;
use obs_model::{Latency, duration};

const LEFT: &str = "slo:period_error_budget_remaining:ratio";
const BURN: &str = "slo:current_burn_rate:ratio";

/// One, if anything is promised.
pub(super) fn board(plan: &Plan) -> Option<Frame> {
    let objectives = objective::all(plan);
    let budgets = budgets(plan)?;
    let mut sections = vec![Section::new("", vec![budgets, table(&objectives, plan)])];
    sections.extend(objectives.iter().map(|objective| section(objective, plan)));
    let frame = Frame::new(Board::Objectives.as_str(), "objectives", plan, sections);
    Some(frame.describe("What is promised, whether it is kept, and how much may still go wrong."))
}

/// What is left of each error budget; none if nothing is promised.
pub(super) fn budgets(plan: &Plan) -> Option<Panel> {
    let objectives = objective::all(plan);
    (!objectives.is_empty()).then(|| {
        Panel::new(Visual::BarGauge, "Error budgets remaining", "percentunit")
            .describe("The share of each error budget that is left of its period. Below zero, the objective is missed.")
            .threshold([Threshold::AtLeast(0.0), Threshold::AtLeast(0.25)])
            .range(0.0, 1.0)
            .sized(24, 2 + u32::try_from(objectives.len()).unwrap_or(u32::MAX).clamp(1, 12))
            .query(every(&objectives, LEFT, plan).min(&["sloth_slo"]), "{{sloth_slo}}")
    })
}

/// A record of each objective, in the chosen jobs: rules drop the instance.
fn every(objectives: &[Objective], record: &str, plan: &Plan) -> Query {
    let ids: Vec<String> = objectives.iter().map(|objective| objective.id(&plan.subject)).collect();
    Select::new(record).like("sloth_id", &ids.join("|")).like("job", "$job").now()
}

/// What is promised, whatever was measured.
fn promised(objectives: &[Objective]) -> Query {
    let share =
        |objective: &Objective| Query::constant(&objective.share.ratio(), &[("sloth_slo", &objective.name)]);
    let shares = objectives.iter().map(share).reduce(|all, share| all.or(&share));
    shares.unwrap_or_else(|| Query::fact(&[]))
}

fn table(objectives: &[Objective], plan: &Plan) -> Panel {
    let ask = |record: &str| every(objectives, record, plan);
    Panel::new(Visual::Table, "Objectives", "percentunit")
        .describe(
            "Every objective now: a burn rate of 1 uses up the budget exactly at the end of its period.",
        )
        .sized(24, 8)
        .query(promised(objectives), "")
        .query(ask("slo:sli_error:ratio_rate5m").max(&["sloth_slo"]), "")
        .query(ask(BURN).max(&["sloth_slo"]), "")
        .query(ask(LEFT).min(&["sloth_slo"]), "")
        .column(Column::new("sloth_slo", "Objective").width(420))
        .column(Column::new("Value #A", "Promised"))
        .column(Column::new("Value #B", "Bad now"))
        .column(Column::new("Value #C", "Burn rate").unit("none"))
        .column(Column::new("Value #D", "Budget remaining"))
}

fn section(objective: &Objective, plan: &Plan) -> Section {
    let subject = &plan.subject;
    let window = duration::display(objective.window);
    let ask = |record: &str| objective.recorded(record, subject).like("job", "$job").now();
    let promise = format!("{}: {} of events over {window}.", objective.title, objective.share);
    let panel = |visual, title: &str, unit| {
        Panel::new(visual, title, unit)
            .describe(&promise)
            .describe(&objective.help)
            .link("Runbook", Some(subject.runbook(&objective.page())))
            .link("Source", subject.source(&objective.place))
    };
    // Parsed from the exact decimal, so that the JSON says 0.001.
    let budget: f64 = objective.share.budget_ratio().parse().unwrap_or(0.0);
    let error = |range: &str| ask(&format!("slo:sli_error:ratio_rate{range}")).max(&[]);
    let panels = vec![
        panel(Visual::Gauge, "Budget remaining", "percentunit")
            .describe("What is left of the error budget.")
            .threshold([Threshold::AtLeast(0.0), Threshold::AtLeast(0.25)])
            .range(0.0, 1.0)
            .or_else("no events")
            .sized(4, 8)
            .query(ask(LEFT).min(&[]), "remaining"),
        panel(Visual::Stat, "Burn rate", "none")
            .describe("How many times faster than sustainable the budget is spent now.")
            .threshold([Threshold::AtMost(1.0), Threshold::AtMost(6.0)])
            .or_else("no events")
            .sized(4, 8)
            .query(ask(BURN).max(&[]), "burn rate"),
        panel(Visual::TimeSeries, "Bad events", "percentunit")
            .describe("The share of events that were bad; the line is what the objective allows.")
            .threshold([Threshold::AtMost(budget)])
            .sized(8, 8)
            .query(error("5m"), "5m")
            .query(error("1h"), "1h")
            .query(error("6h"), "6h"),
        panel(Visual::TimeSeries, "Budget over time", "percentunit")
            .describe("What was left of the error budget.")
            .threshold([Threshold::AtLeast(0.0)])
            .start_at_lowest()
            .sized(8, 8)
            .query(ask(LEFT).min(&[]), "remaining"),
    ];
    Section::new(format!("{}: {}", objective.name, objective.share), panels)
}

/// The bound of a latency objective, in a panel of durations.
pub(super) fn bound(objective: &Latency) -> Threshold {
    Threshold::AtMost(objective.bound.as_secs_f64())
}
