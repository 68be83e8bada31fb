//! Rate, errors and duration of each function, with the choice of module and function.

use super::frame::Frame;
use super::{counted, functions, service, variables};
use crate::plan::Plan;
use crate::subject::Board;
use obs_model::Function;

/// One, if any calls are counted.
pub(super) fn board(plan: &Plan) -> Option<Frame> {
    let (shared, own) = counted(plan);
    let all: Vec<&Function> = plan.counted().collect();
    if all.is_empty() {
        return None;
    }
    let mut sections = Vec::new();
    if !shared.is_empty() {
        sections.extend(service::sections(plan, &shared));
        sections.push(functions::table(&plan.subject));
    }
    sections.push(functions::labels(&all, &plan.subject));
    sections.extend(own.iter().map(|function| functions::own(function, &plan.subject)));

    let mut frame = Frame::new(Board::Red.as_str(), "rate, errors, duration", plan, sections)
        .describe("Each function's calls, failures and durations.");
    if !shared.is_empty() {
        for variable in variables::functions(plan) {
            frame = frame.variable(variable);
        }
    }
    Some(frame.variable(variables::traces()))
}
