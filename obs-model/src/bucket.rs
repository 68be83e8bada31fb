//! Histogram bucket boundaries.

/// A named list of boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// 1 ms to 10 s, for requests and queries. The default.
    Latency,
    /// 1 µs to 1 s, for work in memory.
    Fast,
    /// 100 ms to 30 min, for jobs.
    Batch,
    /// 64 B to 64 MiB, for sizes.
    Bytes,
    /// 1 µs to 1 s in finer steps, for work on a GPU.
    Kernel,
}

impl Preset {
    /// Every preset.
    pub const ALL: [Preset; 5] =
        [Preset::Latency, Preset::Fast, Preset::Batch, Preset::Bytes, Preset::Kernel];

    /// The word that attributes use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Preset::Latency => "latency",
            Preset::Fast => "fast",
            Preset::Batch => "batch",
            Preset::Bytes => "bytes",
            Preset::Kernel => "kernel",
        }
    }

    /// The preset of that name.
    pub fn parse(name: &str) -> Option<Preset> {
        Preset::ALL.into_iter().find(|preset| preset.as_str() == name)
    }

    /// The upper bounds, in seconds or bytes, without +Inf.
    pub const fn bounds(self) -> &'static [f64] {
        match self {
            Preset::Latency => &[0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0],
            Preset::Fast => {
                &[0.000001, 0.0000025, 0.00001, 0.000025, 0.0001, 0.00025, 0.001, 0.0025, 0.01, 0.1, 1.0]
            }
            Preset::Batch => &[0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0],
            Preset::Bytes => &[
                64.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262144.0, 1048576.0, 4194304.0, 16777216.0,
                67108864.0,
            ],
            Preset::Kernel => &[
                0.000001, 0.0000025, 0.000005, 0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001,
                0.0025, 0.005, 0.01, 0.025, 0.1, 1.0,
            ],
        }
    }
}

/// The most boundaries that a histogram may have: each is a series a label set.
pub const MAX: usize = 64;

/// Checks that `bounds` can be buckets: at least one, at most [`MAX`], finite, strictly rising.
///
/// # Errors
///
/// A sentence, and the index of the boundary it is about.
pub fn check(bounds: &[f64]) -> Result<(), (usize, String)> {
    if bounds.is_empty() {
        return Err((0, "a histogram needs at least one bucket boundary".to_owned()));
    }
    if bounds.len() > MAX {
        return Err((MAX, format!("at most {MAX} bucket boundaries: each is a series for every label set")));
    }
    for (i, &bound) in bounds.iter().enumerate() {
        if !bound.is_finite() {
            return Err((i, "a bucket boundary is a finite number; +Inf is added by itself".to_owned()));
        }
        if i > 0 && bound <= bounds[i - 1] {
            return Err((i, format!("bucket boundaries rise strictly; {bound} follows {}", bounds[i - 1])));
        }
    }
    Ok(())
}

/// The boundary closest to `value` by ratio, for error messages.
pub fn nearest(bounds: &[f64], value: f64) -> Option<f64> {
    let distance = |bound: f64| (bound / value).ln().abs();
    bounds.iter().copied().filter(|b| *b > 0.0).min_by(|a, b| distance(*a).total_cmp(&distance(*b)))
}

/// The text of a boundary's `le` label, in the canonical form of OpenMetrics: the shortest digits that
/// read back the same, `1.0` rather than `1`, an exponent of two digits below 1e-4 and from 1e+06.
///
/// The exposition and every query that names a bucket have to spell it alike.
///
/// ```
/// use obs_model::bucket::le;
/// assert_eq!([le(0.000001), le(0.25), le(1.0), le(1048576.0)], ["1e-06", "0.25", "1.0", "1.048576e+06"]);
/// ```
pub fn le(bound: f64) -> String {
    if !bound.is_finite() {
        return if bound.is_nan() {
            "NaN"
        } else if bound > 0.0 {
            "+Inf"
        } else {
            "-Inf"
        }
        .to_owned();
    }
    let scientific = format!("{bound:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>().unwrap_or(0) {
        exponent @ -4..6 if exponent < 0 || bound.fract() != 0.0 => format!("{bound}"),
        -4..6 => format!("{bound}.0"),
        exponent => format!("{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn le_is_canonical() {
        // The list of the OpenMetrics specification, and Go's `%g` for the rest.
        for text in [
            "0.0",
            "1e-10",
            "1e-05",
            "0.0001",
            "0.001",
            "0.01",
            "0.1",
            "1.0",
            "10.0",
            "100000.0",
            "1e+06",
            "1e+10",
            "0.005",
            "2.5",
            "-0.5",
            "-1.0",
            "123456.0",
            "1.234567e+06",
            "1e+100",
            "2.5e-06",
            "+Inf",
        ] {
            assert_eq!(le(text.parse().unwrap()), text);
        }
    }

    #[test]
    fn presets_are_valid_and_read_back() {
        for preset in Preset::ALL {
            assert_eq!(check(preset.bounds()), Ok(()));
            assert_eq!(Preset::parse(preset.as_str()), Some(preset));
        }
    }

    #[test]
    fn mistakes_name_their_boundary() {
        assert_eq!(check(&[1.0, 1.0]).unwrap_err().0, 1);
        assert_eq!(check(&[1.0, f64::NAN]).unwrap_err().0, 1);
        assert!(check(&[]).is_err());
        assert_eq!(nearest(Preset::Latency.bounds(), 0.03), Some(0.025));
    }
}
