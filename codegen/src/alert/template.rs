//! Templates of annotations: what goes into them, and what comes out.
//!
//! Only a few actions are used, so that rule tests know what an alert will say, to the letter.

/// The value as a percentage.
pub(crate) const PERCENT: &str = "{{ $value | humanizePercentage }}";

/// The value as a whole number.
pub(crate) const WHOLE: &str = "{{ $value | printf \"%.0f\" }}";

/// Text of a user inside a template: what opens an action there is printed as it is.
pub(crate) fn verbatim(text: &str) -> String {
    text.replace("{{", "{{ \"{{\" }}")
}

/// What a template says about a result with these labels and this value: a decimal number.
///
/// `None` if it does something else than naming a label, or the value plain, in percent or whole.
pub(crate) fn expand(template: &str, labels: &[(String, String)], value: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = template;
    while let Some(start) = rest.find("{{") {
        out.push_str(&rest[..start]);
        let end = start + rest[start..].find("}}")?;
        let action = rest[start + 2..end].trim();
        out.push_str(&result(action, labels, value)?);
        rest = &rest[end + 2..];
    }
    out.push_str(rest);
    Some(out)
}

fn result(action: &str, labels: &[(String, String)], value: &str) -> Option<String> {
    if let Some(name) = action.strip_prefix("$labels.") {
        let found = labels.iter().find(|(label, _)| label == name);
        return Some(found.map(|(_, value)| value.clone()).unwrap_or_default());
    }
    match action {
        "\"{{\"" => Some("{{".to_owned()),
        "$value" => Some(value.to_owned()),
        "$value | humanizePercentage" => {
            let percent: f64 = value.parse().ok()?;
            // Go prints four digits; values in rule tests have no more.
            Some(format!("{}%", (percent * 1e6).round() / 1e4)).filter(|_| percent.abs() < 100.0)
        }
        "$value | printf \"%.0f\"" => value.parse::<f64>().ok().map(|value| format!("{value:.0}")),
        _ => None,
    }
}

/// What Prometheus would refuse, or could not answer, in a template of a user.
#[cfg(feature = "promql")]
pub(crate) fn problem(template: &str) -> Option<String> {
    const FORMATS: [&str; 6] = [
        "humanize",
        "humanize1024",
        "humanizeDuration",
        "humanizePercentage",
        "humanizeTimestamp",
        "printf \"%.0f\"",
    ];
    let mut rest = template;
    while let Some(start) = rest.find("{{") {
        let Some(length) = rest[start..].find("}}") else {
            return Some("`{{` opens an action that `}}` does not close".to_owned());
        };
        let action = rest[start + 2..start + length].trim();
        let label = action.strip_prefix("$labels.");
        let named = label.is_some_and(|name| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        });
        let format = action.strip_prefix("$value |").map(str::trim);
        let formatted = format.is_some_and(|format| FORMATS.contains(&format));
        if !(named || formatted || action == "$value" || action == "\"{{\"") {
            return Some(format!(
                "`{{{{ {action} }}}}` is none of `{{{{ $labels.name }}}}`, `{{{{ $value }}}}` and `{{{{ $value | format \
                 }}}}` with one of the formats {}",
                FORMATS.join(", ")
            ));
        }
        rest = &rest[start + length + 2..];
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brace_in_text_is_no_template() {
        assert_eq!(verbatim("uses {{x}}"), "uses {{ \"{{\" }}x}}");
        assert_eq!(expand(&verbatim("uses {{x}}"), &[], "0").unwrap(), "uses {{x}}");
    }

    #[test]
    fn what_is_known_is_expanded_and_the_rest_is_not() {
        let labels = [("job".to_owned(), "shop".to_owned())];
        let template =
            format!("{{{{ $labels.job }}}}{{{{ $labels.none }}}}: {PERCENT}, {WHOLE}, {{{{ $value }}}}");
        assert_eq!(expand(&template, &labels, "0.5").unwrap(), "shop: 50%, 0, 0.5");
        assert_eq!(expand("{{ $value | humanizeDuration }}", &labels, "1"), None);
        assert_eq!(expand("{{ $value", &labels, "1"), None);
    }

    #[cfg(feature = "promql")]
    #[test]
    fn templates_that_prometheus_refuses_are_told() {
        for fine in ["", "{{ $labels.a_b }} {{$value}}", "{{ $value | humanizeDuration }}"] {
            assert_eq!(problem(fine), None);
        }
        for wrong in ["{{ $value", "{{ $labels. }}", "{{ .Labels.x }}", "{{ $value | humanise }}"] {
            assert!(problem(wrong).is_some(), "{wrong}");
        }
    }
}
