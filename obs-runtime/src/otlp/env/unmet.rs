//! Variables that ask for what is not done here. Who sets one is told, and does not find out from empty boards.

use super::Reader;

/// Each with the words that are as good as met, and what is done instead of any other.
const UNMET: [(&str, &[&str], &str); 7] = [
    (
        "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
        &["cumulative"],
        "cumulative, which is what is sent (a collector's cumulativetodelta processor makes deltas of it)",
    ),
    (
        "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
        &["explicit_bucket_histogram"],
        "explicit_bucket_histogram, as the boundaries of a metric are in the code",
    ),
    (
        "OTEL_METRICS_EXEMPLAR_FILTER",
        &["trace_based"],
        "trace_based, as exemplars are of exported traces only",
    ),
    ("OTEL_PROPAGATORS", &["tracecontext", "baggage"], "tracecontext,baggage, which are read and written"),
    ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", &[], WHOLE),
    ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", &[], WHOLE),
    ("OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT", &[], WHOLE),
];

const WHOLE: &str = "nothing, as values are sent whole";

impl Reader<'_> {
    /// Warns of each that asks for something else.
    pub(super) fn unmet(&mut self) {
        for (name, met, instead) in UNMET {
            let Some(text) = self.text(name) else { continue };
            let is_met = |word: &str| met.iter().any(|met| word.trim().eq_ignore_ascii_case(met));
            if !text.split(',').all(is_met) {
                self.warn(name, instead, &text);
            }
        }
    }
}
