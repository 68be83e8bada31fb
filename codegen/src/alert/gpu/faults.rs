//! Errors that the device or its driver counts.

use super::devices::{self, AT, NAMED, cases};
use super::guide;
use crate::alert::template::WHOLE;
use crate::alert::{Alert, Urgency};
use crate::query::Select;
use crate::subject::Subject;

/// One kind of them.
pub(super) struct Fault {
    name: &'static str,
    error_type: &'static str,
    what: &'static str,
    meaning: &'static str,
    causes: &'static [&'static str],
    actions: &'static [&'static str],
}

pub(super) const FAULTS: [Fault; 2] = [
    Fault {
        name: "GpuXidError",
        error_type: "xid",
        what: "Xid errors",
        meaning: "The driver reports an Xid error: something went wrong in the hardware, in the driver, or in a kernel \
                  that ran on the device.",
        causes: &[
            "A kernel reads or writes out of bounds (13, 31), or runs too long.",
            "Memory has errors (48, 63, 64, 94, 95).",
            "The device has fallen off the bus (79).",
        ],
        actions: &[
            "Look its number up in the driver's documentation: it says whose fault it is.",
            "Where it is a kernel's, run it with the memory checker; failing launches name it.",
            "Where it is the hardware's, take work from the device, reset it, and have it checked if it returns.",
        ],
    },
    Fault {
        name: "GpuMemoryError",
        error_type: "uncorrected",
        what: "memory errors that it could not correct",
        meaning: "The device's memory gave wrong bits, and the device could not put them right. Results that used them \
                  are lost.",
        causes: &["Memory that fails.", "Heat, or a supply that is not steady."],
        actions: &[
            "Reset the device when nothing runs on it: pages with errors are retired then.",
            "Have it replaced if errors return.",
        ],
    },
];

impl Fault {
    pub(super) fn alert(&self, subject: &Subject) -> Alert {
        let errors = || Select::new("hw_errors_total").eq("error_type", self.error_type);
        let query = errors().increase("1h").max(&AT).above("0");
        let alert = devices::alert(
            (self.name, Urgency::Ticket, "0s"),
            query,
            (
                &format!("a GPU has {}", self.what),
                format!("{NAMED} had {WHOLE} {} within an hour.", self.what),
            ),
            guide(
                self.meaning,
                self.causes,
                self.actions,
                vec![
                    (
                        "Errors by type",
                        Select::new("hw_errors_total").increase("1d").sum(&[
                            "instance",
                            "device",
                            "error_type",
                        ]),
                    ),
                    ("The last Xid", Select::new("hw_gpu_last_xid").now().max(&["instance", "device"])),
                ],
            ),
            subject,
        );
        cases(alert, subject, ("it has no errors", "it has errors"), "120")
    }
}
