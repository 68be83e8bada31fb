//! Kernels and the devices that they run on, with the choice of both.
//!
//! Rows are there for what the program exports: kernels where it has some, what the driver measures where it is
//! asked. What is exported only once something has happened is `none` until then, so that every query has an
//! answer.

mod amounts;
mod devices;
mod kernels;
mod own;

pub(super) use own::own;

use super::frame::Frame;
use super::layout::Section;
use super::variables;
use super::{RANGE, chosen};
use crate::launches::{DURATION, Launches, WHERE};
use crate::plan::Plan;
use crate::query::{Query, Select};
use crate::subject::Board;
use obs_model::Kernel;

/// A kernel on a device, in a legend.
const LEGEND: &str = "{{kernel}} on {{device}}";

/// One, if there are kernels, or devices that are measured.
pub(super) fn board(plan: &Plan) -> Option<Frame> {
    let kernels: Vec<&Kernel> = plan.catalogue.kernels.iter().collect();
    let measured = plan.subject.devices.measured();
    if !plan.has_gpu() {
        return None;
    }
    let mut sections = Vec::new();
    if !kernels.is_empty() {
        sections.extend(kernels::sections(&kernels, &plan.subject));
        sections.push(Section::new("Throughput", amounts::achieved(&kernels)));
        sections.push(Section::new("Compute and transfer", amounts::transfer()));
        sections.push(kernels::labels(&kernels, &plan.subject));
    }
    sections.push(Section::new("Memory", devices::memory(!kernels.is_empty(), measured)));
    if measured {
        sections.push(Section::new("Devices", devices::measured()));
    }
    if !kernels.is_empty() {
        sections.push(Section::new("Timing itself", devices::timing()));
    }
    let frame = Frame::new(Board::Gpu.as_str(), "GPU", plan, sections)
        .describe("What kernels do on their devices, how long they take there, and how the devices are.");
    let kernel = (!kernels.is_empty()).then(|| variables::kernel(&kernels));
    let frame = frame.variable(variables::device(!kernels.is_empty()));
    Some(kernel.into_iter().fold(frame, Frame::variable))
}

/// A select of the targets and devices that the variables choose.
fn on_device(name: &str) -> Select {
    chosen(name).like("device", "$device")
}

/// What is by kernel and device, or a zero that [`LEGEND`] has a name for.
fn or_none(query: Query) -> Query {
    query.or_else_by(&Query::fact(&[("kernel", "none"), ("device", "any device")]))
}

/// The panels about kernels on the page about everything.
pub(super) fn overview(plan: &Plan) -> Vec<super::panel::Panel> {
    use super::panel::{Panel, Visual};
    let kernels: Vec<&Kernel> = plan.catalogue.kernels.iter().collect();
    if kernels.is_empty() {
        return Vec::new();
    }
    let launches = Launches::any(&kernels).on_dashboard();
    let only = super::frame::other(
        &plan.subject,
        Board::Gpu,
        &[("kernel", "${__field.labels.kernel}"), ("device", "${__field.labels.device}")],
    );
    let panel = |title, unit, about| {
        Panel::new(Visual::TimeSeries, title, unit)
            .describe(about)
            .sized(8, 8)
            .data_link("This kernel", only.clone())
    };
    vec![
        panel("Launches by kernel", "ops", "Launches a second.")
            .query(launches.total().rate(RANGE).sum(&WHERE), LEGEND),
        panel("Failed launches", "percentunit", "The share of launches that ended in an error or a panic.")
            .query(launches.error_ratio(RANGE, &WHERE), LEGEND),
        panel("p99 device time", "s", "99 of 100 timed launches took at most this long on the device.")
            .query(launches.buckets(DURATION, RANGE, &WHERE).quantile("0.99"), LEGEND),
    ]
}
