//! What stands above a family's samples.

use super::Format;
use crate::snapshot::{Family, FamilyKind, Snapshot};

/// A family as a format sees it.
pub(super) struct Header<'a> {
    family: &'a Family,
    format: Format,
    /// The name on the comment lines.
    name: &'a str,
    kind: &'static str,
}

impl<'a> Header<'a> {
    pub(super) fn of(family: &'a Family, format: Format, snapshot: &Snapshot) -> Header<'a> {
        let (name, kind) = match format {
            Format::Text => (&*family.name, family.kind.as_str()),
            Format::OpenMetrics => openmetrics(family, snapshot),
        };
        Header { family, format, name, kind }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        if !self.family.help.is_empty() {
            self.line("# HELP ", |out| escape_help(&self.family.help, self.format, out), out);
        }
        self.line("# TYPE ", |out| out.extend_from_slice(self.kind.as_bytes()), out);
        if let Some(unit) = self.unit() {
            self.line("# UNIT ", |out| out.extend_from_slice(unit.as_bytes()), out);
        }
    }

    fn line(&self, start: &str, rest: impl FnOnce(&mut Vec<u8>), out: &mut Vec<u8>) {
        out.extend_from_slice(start.as_bytes());
        out.extend_from_slice(self.name.as_bytes());
        out.push(b' ');
        rest(out);
        out.push(b'\n');
    }

    /// The unit, where the format has a line for it and its rule is kept: the name on the comment lines
    /// ends in it.
    fn unit(&self) -> Option<&'static str> {
        let unit = self.family.unit.filter(|_| self.format == Format::OpenMetrics)?.as_str();
        self.name.strip_suffix(unit).is_some_and(|stem| stem.ends_with('_')).then_some(unit)
    }
}

/// OpenMetrics names a counter without `_total` and an info without `_info`.
///
/// A counter that does not end in `_total` is of unknown type there: renaming its samples would make
/// other series of them. So is a family whose shorter name is another's.
fn openmetrics<'a>(family: &'a Family, snapshot: &Snapshot) -> (&'a str, &'static str) {
    let (suffix, kind) = match family.kind {
        FamilyKind::Counter => ("_total", "counter"),
        FamilyKind::Info => ("_info", "info"),
        FamilyKind::Untyped => return (&family.name, "unknown"),
        kind => return (&family.name, kind.as_str()),
    };
    let free = |stem: &&str| {
        let taken = family.kind == FamilyKind::Info && snapshot.family(&format!("{stem}_total")).is_some();
        !taken && snapshot.family(stem).is_none()
    };
    match family.name.strip_suffix(suffix).filter(free) {
        Some(stem) => (stem, kind),
        None => (&family.name, "unknown"),
    }
}

fn escape_help(help: &str, format: Format, out: &mut Vec<u8>) {
    for byte in help.bytes() {
        match byte {
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'"' if format == Format::OpenMetrics => out.extend_from_slice(b"\\\""),
            byte => out.push(byte),
        }
    }
}
