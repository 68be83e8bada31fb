//! A snapshot as a page that Prometheus reads.
//!
//! Two formats, told apart by [`negotiate`](Format::negotiate): the Prometheus text format 0.0.4 and
//! OpenMetrics 1.0, which adds exemplars and units. Series have the same names and labels in both.

use crate::snapshot::Snapshot;

mod accept;
#[cfg(feature = "gzip")]
mod gzip;
mod header;
mod sample;

pub use accept::accepts_gzip;
#[cfg(feature = "gzip")]
pub(crate) use gzip::gzip;

/// An exposition format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// The Prometheus text format, version 0.0.4.
    Text,
    /// OpenMetrics, version 1.0.0: with exemplars.
    OpenMetrics,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 2] = [Format::Text, Format::OpenMetrics];

    /// The word that our own metrics have for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::OpenMetrics => "openmetrics",
        }
    }

    /// The `Content-Type` of a page in this format.
    pub const fn content_type(self) -> &'static str {
        match self {
            Format::Text => "text/plain; version=0.0.4; charset=utf-8",
            Format::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }

    /// The format that a client asks for with its `Accept` header.
    ///
    /// OpenMetrics is given to those who name it and like it no less than text; everybody else gets text,
    /// also who accepts neither: a scraper that reads what it did not ask for beats one that gets nothing.
    ///
    /// ```
    /// use obs_runtime::exposition::Format;
    /// let prometheus = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    /// assert_eq!(Format::negotiate(Some(prometheus)), Format::OpenMetrics);
    /// assert_eq!(Format::negotiate(Some("text/html,*/*;q=0.8")), Format::Text);
    /// assert_eq!(Format::negotiate(None), Format::Text);
    /// ```
    pub fn negotiate(accept: Option<&str>) -> Format {
        accept::format(accept)
    }
}

/// Appends the page to `out`.
///
/// Costs some tens of nanoseconds a line. Nothing is allocated but room in `out`.
///
/// ```
/// use obs_runtime::exposition::{Format, encode};
/// use obs_runtime::snapshot::{Family, FamilyKind, Snapshot};
///
/// let up = Family::new("jobs_done_total", "Finished jobs.", FamilyKind::Counter).with(3);
/// let mut page = Vec::new();
/// encode(&Snapshot::new(vec![up], std::time::SystemTime::now()), Format::Text, &mut page);
/// assert_eq!(
///     String::from_utf8(page).unwrap(),
///     "# HELP jobs_done_total Finished jobs.\n# TYPE jobs_done_total counter\njobs_done_total 3\n",
/// );
/// ```
pub fn encode(snapshot: &Snapshot, format: Format, out: &mut Vec<u8>) {
    for family in &snapshot.families {
        let header = header::Header::of(family, format, snapshot);
        header.write(out);
        sample::write(family, format, out);
    }
    if format == Format::OpenMetrics {
        out.extend_from_slice(b"# EOF\n");
    }
}
