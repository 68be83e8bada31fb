//! A family's samples.

use super::Format;
use crate::snapshot::{Exemplar, Family, HistogramValue, Labels, SummaryValue, Value};
use obs_model::bucket;
use std::time::UNIX_EPOCH;

pub(super) fn write(family: &Family, format: Format, out: &mut Vec<u8>) {
    let name = family.name.as_bytes();
    let mut buckets = Buckets::default();
    for series in &family.series {
        match &series.value {
            Value::Integer(value) => {
                identity(name, b"", &series.labels, out);
                integer(*value, out);
                out.push(b'\n');
            }
            Value::Float(value) => {
                identity(name, b"", &series.labels, out);
                float(*value, out);
                out.push(b'\n');
            }
            Value::Histogram(value) => {
                buckets.write(name, &series.labels, value, format, out);
                sum_and_count(name, &series.labels, value.sum, buckets.total, out);
            }
            Value::Summary(value) => summary(name, &series.labels, value, out),
        }
    }
}

/// `name{labels} `, with the space before the value.
fn identity(name: &[u8], suffix: &[u8], labels: &Labels, out: &mut Vec<u8>) {
    out.reserve(name.len() + labels.escaped().len() + 40);
    out.extend_from_slice(name);
    out.extend_from_slice(suffix);
    if !labels.is_empty() {
        out.push(b'{');
        out.extend_from_slice(labels.escaped().as_bytes());
        out.push(b'}');
    }
    out.push(b' ');
}

/// The start of a sample that has one label more than its series: `name{labels,extra="`.
fn open(name: &[u8], suffix: &[u8], labels: &Labels, extra: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(name);
    out.extend_from_slice(suffix);
    out.push(b'{');
    if !labels.is_empty() {
        out.extend_from_slice(labels.escaped().as_bytes());
        out.push(b',');
    }
    out.extend_from_slice(extra);
    out.extend_from_slice(b"=\"");
}

/// Writes bucket lines; what repeats on each line of a series is put together once.
#[derive(Default)]
struct Buckets {
    start: Vec<u8>,
    total: u64,
}

impl Buckets {
    fn write(
        &mut self,
        name: &[u8],
        labels: &Labels,
        value: &HistogramValue,
        format: Format,
        out: &mut Vec<u8>,
    ) {
        self.start.clear();
        open(name, b"_bucket", labels, b"le", &mut self.start);
        self.total = 0;
        let mut exemplars = value.exemplars.iter().peekable();
        out.reserve(value.counts.len() * (self.start.len() + 32));
        for (index, (le, count)) in value.bounds.le().zip(&value.counts).enumerate() {
            self.total = self.total.wrapping_add(*count);
            out.extend_from_slice(&self.start);
            out.extend_from_slice(le.as_bytes());
            out.extend_from_slice(b"\"} ");
            integer(self.total, out);
            let mut exemplar = None;
            while let Some((_, next)) = exemplars.next_if(|(bucket, _)| *bucket <= index) {
                exemplar = Some(next);
            }
            if let Some(exemplar) = exemplar.filter(|_| format == Format::OpenMetrics) {
                write_exemplar(exemplar, out);
            }
            out.push(b'\n');
        }
    }
}

fn sum_and_count(name: &[u8], labels: &Labels, sum: f64, count: u64, out: &mut Vec<u8>) {
    identity(name, b"_sum", labels, out);
    float(sum, out);
    out.push(b'\n');
    identity(name, b"_count", labels, out);
    integer(count, out);
    out.push(b'\n');
}

fn summary(name: &[u8], labels: &Labels, value: &SummaryValue, out: &mut Vec<u8>) {
    for (quantile, reading) in &value.quantiles {
        open(name, b"", labels, b"quantile", out);
        out.extend_from_slice(bucket::le(*quantile).as_bytes());
        out.extend_from_slice(b"\"} ");
        float(*reading, out);
        out.push(b'\n');
    }
    sum_and_count(name, labels, value.sum, value.count, out);
}

/// ` # {trace_id="…",span_id="…"} value timestamp`: 63 of the 128 characters that the labels may have.
fn write_exemplar(exemplar: &Exemplar, out: &mut Vec<u8>) {
    out.extend_from_slice(b" # {trace_id=\"");
    hex(exemplar.trace_id, 32, out);
    out.extend_from_slice(b"\",span_id=\"");
    hex(exemplar.span_id.into(), 16, out);
    out.extend_from_slice(b"\"} ");
    float(exemplar.value, out);
    if let Ok(since) = exemplar.at.duration_since(UNIX_EPOCH) {
        out.push(b' ');
        integer(since.as_secs(), out);
        let millis = since.subsec_millis();
        out.extend([b'.', digit(millis / 100), digit(millis / 10 % 10), digit(millis % 10)]);
    }
}

fn digit(value: u32) -> u8 {
    b"0123456789abcdef"[(value & 15) as usize]
}

fn hex(value: u128, digits: u32, out: &mut Vec<u8>) {
    out.extend((0..digits).rev().map(|place| digit((value >> (4 * place)) as u32)));
}

fn integer(value: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Whole numbers as such; everything else as the shortest text that reads back the same.
fn float(value: f64, out: &mut Vec<u8>) {
    /// Up to here a whole number's digits are exact and no longer than its exponential form.
    const WHOLE: f64 = 1e15;
    let minus_zero = value == 0.0 && value.is_sign_negative();
    if value.abs() < WHOLE && value.trunc() == value && !minus_zero {
        out.extend_from_slice(itoa::Buffer::new().format(value as i64).as_bytes());
    } else if value.is_finite() {
        out.extend_from_slice(ryu::Buffer::new().format_finite(value).as_bytes());
    } else {
        let text: &[u8] = if value.is_nan() {
            b"NaN"
        } else if value > 0.0 {
            b"+Inf"
        } else {
            b"-Inf"
        };
        out.extend_from_slice(text);
    }
}
