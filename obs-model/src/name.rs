//! Names of metrics and labels.

/// Labels that Prometheus or the exposition format adds itself; nothing else may be called so.
pub const RESERVED_LABELS: [&str; 4] = ["le", "quantile", "job", "instance"];

/// Labels that the runtime adds to the families of observed functions and kernels; a metric of one's own may have them.
pub const OBSERVED_LABELS: [&str; 6] = ["function", "module", "result", "error_type", "category", "severity"];

/// Families that the runtime exports itself.
pub const RESERVED_PREFIXES: [&str; 3] = ["function_calls_", "obs_", "process_"];

/// Suffixes that an exposition format gives to the samples of a family.
const SAMPLE_SUFFIXES: [&str; 5] = ["_bucket", "_count", "_sum", "_created", "_info"];

/// Checks a metric family's name: `[a-zA-Z_][a-zA-Z0-9_]*`, no reserved suffix.
///
/// # Errors
///
/// A sentence saying what a name may hold.
pub fn check_metric(name: &str) -> Result<(), String> {
    if !is_word(name) {
        return Err(format!(
            "\"{name}\" is no metric name: letters, digits and underscores, not starting with a digit \
             (colons are for recording rules)"
        ));
    }
    match SAMPLE_SUFFIXES.iter().find(|suffix| name.ends_with(**suffix)) {
        Some(suffix) => {
            Err(format!("a metric name may not end in `{suffix}`: the exposition format adds it to samples"))
        }
        None => Ok(()),
    }
}

/// Checks a label's name: a word that is neither reserved nor starts with two underscores.
///
/// # Errors
///
/// A sentence saying what a name may be.
pub fn check_label(name: &str) -> Result<(), String> {
    if !is_word(name) {
        return Err(format!(
            "\"{name}\" is no label name: letters, digits and underscores, not starting with a digit"
        ));
    }
    if name.starts_with("__") {
        return Err(format!("\"{name}\" is no label name: two leading underscores are Prometheus's own"));
    }
    if RESERVED_LABELS.contains(&name) {
        return Err(set_by_others(name));
    }
    Ok(())
}

/// Checks the name of a label of an observed function or a kernel.
///
/// # Errors
///
/// A sentence saying what a name may be.
pub fn check_observed_label(name: &str) -> Result<(), String> {
    if OBSERVED_LABELS.contains(&name) {
        return Err(set_by_others(name));
    }
    check_label(name)
}

fn set_by_others(label: &str) -> String {
    format!("the label `{label}` is set by the runtime or by Prometheus; choose another name")
}

/// Families that the runtime exports itself, by their whole name.
pub const RESERVED_FAMILIES: [&str; 4] = ["build_info", "errors_total", "target_info", "up"];

/// Checks that a family, or the prefix of a function's own families, is not one of the runtime's.
///
/// # Errors
///
/// A sentence saying whose it is.
pub fn check_reserved(name: &str) -> Result<(), String> {
    if let Some(prefix) = RESERVED_PREFIXES.iter().find(|prefix| name.starts_with(**prefix)) {
        return Err(format!("metrics starting with `{prefix}` are the runtime's own; choose another name"));
    }
    match RESERVED_FAMILIES.contains(&name) {
        true => Err(format!("the metric `{name}` is the runtime's own; choose another name")),
        false => Ok(()),
    }
}

/// Checks the name of an error category: a word in `snake_case`.
///
/// # Errors
///
/// A sentence saying what it may hold.
pub fn check_value(name: &str) -> Result<(), String> {
    let word = is_word(name) && !name.starts_with('_') && !name.bytes().any(|b| b.is_ascii_uppercase());
    match word {
        true => Ok(()),
        false => Err(format!(
            "\"{name}\" is no category: a word in snake_case, such as \"not_found\", \
             because it becomes the value of a label"
        )),
    }
}

/// `NotFound` and `HTTPError` as `not_found` and `http_error`.
///
/// ```
/// assert_eq!(obs_model::name::snake_case("HTTPError"), "http_error");
/// assert_eq!(obs_model::name::snake_case("V2Beta"), "v2_beta");
/// ```
pub fn snake_case(name: &str) -> String {
    let chars: Vec<char> = name.trim_start_matches("r#").chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (i, &c) in chars.iter().enumerate() {
        let starts_word = c.is_uppercase()
            && i > 0
            && chars[i - 1] != '_'
            && (!chars[i - 1].is_uppercase() || chars.get(i + 1).is_some_and(|next| next.is_lowercase()));
        if starts_word {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

fn is_word(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert!(check_metric("http_requests_total").is_ok());
        for bad in ["", "1up", "a-b", "a.b", "a:b", "é", "x_bucket", "x_count"] {
            assert!(check_metric(bad).is_err(), "{bad}");
        }
        assert!(check_label("tier").is_ok());
        for bad in ["", "le", "__name", "a b", "9"] {
            assert!(check_label(bad).is_err() && check_observed_label(bad).is_err(), "{bad}");
        }
        // Only what the runtime counts has them already.
        for taken in OBSERVED_LABELS {
            assert!(check_label(taken).is_ok() && check_observed_label(taken).is_err(), "{taken}");
        }
    }
}
