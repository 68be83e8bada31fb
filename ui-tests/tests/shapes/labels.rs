//! Labels of observed functions, and families of their own.

use obs_runtime::{ErrorCategory, LabelValue, observe};
use ui_tests::{calls, ended, number, ready, timed};

#[derive(Clone, Copy, LabelValue)]
enum Format {
    Json,
    #[label(rename = "avro-1")]
    Avro,
    HTTPText,
}

struct Input {
    format: Format,
    tenant: String,
}

#[observe(labels(format = input.format, empty = input.tenant.is_empty()))]
fn parse(input: &Input) -> Result<usize, String> {
    if input.tenant.is_empty() {
        return Err("no tenant".to_owned());
    }
    Ok(input.tenant.len())
}

#[derive(Debug, ErrorCategory)]
enum ParseError {
    #[category("too_long")]
    TooLong,
    #[category("too_deep")]
    TooDeep,
}

#[observe(labels(format = format))]
fn refuse(format: Format) -> Result<(), ParseError> {
    Err(if matches!(format, Format::Json) { ParseError::TooLong } else { ParseError::TooDeep })
}

/// What a type says of its categories is known before the values of labels are: they once were counted under the first.
#[test]
fn errors_have_the_labels_of_their_calls_also_where_somebody_looked_before_the_first() {
    obs_runtime::snapshot();
    refuse(Format::Json).unwrap_err();
    refuse(Format::Avro).unwrap_err();
    refuse(Format::HTTPText).unwrap_err();
    ended!("refuse", "error/too_long format=json" => 1, "error/too_deep format=avro-1" => 1, "error/too_deep format=http_text" => 1);
}

#[observe(labels(format = format))]
async fn parse_later(format: Format) -> Result<(), String> {
    Ok(())
}

#[observe(labels(format = &input.format))]
fn only_for_its_label(input: Input) -> Result<(), String> {
    None.ok_or_else(String::new)?;
    Ok(())
}

#[test]
fn enums_and_bools() {
    let input = |format, tenant: &str| Input { format, tenant: tenant.to_owned() };
    assert!(parse(&input(Format::Json, "a")).is_ok());
    assert!(parse(&input(Format::Avro, "")).is_err());
    assert!(parse(&input(Format::HTTPText, "a")).is_ok());
    ended!(
        "parse",
        "ok format=json empty=false" => 1,
        "error/_OTHER format=avro-1 empty=true" => 1,
        "ok format=http_text empty=false" => 1,
    );
    assert!(ready(parse_later(Format::Json)).is_ok());
    ended!("parse_later", "ok format=json" => 1);
    assert!(only_for_its_label(input(Format::Json, "")).is_err());
    ended!("only_for_its_label", "error/_OTHER format=json" => 1);
}

#[observe(labels(tenant = capped(tenant, 2)))]
fn capped(tenant: &str) -> usize {
    tenant.len()
}

#[observe(labels(tenant = capped(tenant), first = capped(&tenant[..1], 1)))]
async fn capped_later(tenant: String) -> Result<usize, String> {
    if tenant.is_empty() {
        return Err(tenant);
    }
    Ok(tenant.len())
}

#[test]
fn capped_strings() {
    for tenant in ["a", "b", "a", "c", "d"] {
        capped(tenant);
    }
    ended!("capped", "ok tenant=a" => 2, "ok tenant=b" => 1, "ok tenant=_other" => 2);
    ready(capped_later("ab".to_owned())).unwrap();
    ready(capped_later("cd".to_owned())).unwrap();
    ended!("capped_later", "ok tenant=ab first=a" => 1, "ok tenant=cd first=_other" => 1);

    let overflows = |function: &str, label: &str| {
        let snapshot = obs_runtime::snapshot();
        let family = snapshot.family("obs_label_overflow_total").unwrap();
        let suffix = format!("::{function}");
        let mut found = family.series.iter().filter(|series| {
            series.labels.get("label") == Some(label)
                && series.labels.pairs().any(|(_, value)| value.ends_with(&suffix))
        });
        found.next().map(|series| series.value.clone())
    };
    use obs_runtime::snapshot::Value;
    assert_eq!(overflows("capped", "tenant"), Some(Value::Integer(2)));
    assert_eq!(overflows("capped_later", "tenant"), Some(Value::Integer(0)));
    assert_eq!(overflows("capped_later", "first"), Some(Value::Integer(1)));
}

#[observe(metric = "labels_checkout")]
fn checkout(n: u8) -> Result<u8, String> {
    n.checked_sub(1).ok_or_else(|| "zero".to_owned())
}

#[observe(metric = "labels_order", labels(big = n > 10), buckets = [0.5, 1.0])]
async fn order(n: u8) -> u8 {
    n
}

#[observe(metric = "labels_shared")]
fn shared_by_one() {}

#[observe(metric = "labels_shared")]
fn shared_by_another() {}

#[test]
fn families_of_their_own() {
    assert!(checkout(1).is_ok() && checkout(0).is_err());
    let counted = calls("labels_checkout", &[]);
    assert_eq!(counted.into_iter().collect::<Vec<_>>(), [("error/_OTHER".into(), 1), ("ok".into(), 1)]);
    assert_eq!(timed("labels_checkout", &[]).len(), 2);
    assert_eq!(number("labels_checkout_concurrent", &[]), Some(0.0));
    ready(order(1));
    ready(order(11));
    let counted: Vec<_> = calls("labels_order", &[]).into_iter().collect();
    assert_eq!(counted, [("ok big=false".into(), 1), ("ok big=true".into(), 1)]);
    shared_by_one();
    shared_by_another();
    assert_eq!(calls("labels_shared", &[]).into_iter().collect::<Vec<_>>(), [("ok".into(), 2)]);
    let anywhere = calls("function_calls", &[("module", module_path!()), ("function", "checkout")]);
    assert!(anywhere.is_empty());
}

#[observe(no_metrics)]
fn not_counted() -> Result<(), String> {
    Err(String::new())
}

#[observe(no_metrics)]
async fn not_counted_later() {}

#[observe(no_span, no_metrics)]
fn only_listed() -> u8 {
    1
}

#[test]
fn not_counted_at_all() {
    not_counted().unwrap_err();
    ready(not_counted_later());
    only_listed();
    for function in ["not_counted", "not_counted_later", "only_listed"] {
        assert!(calls("function_calls", &[("function", function), ("module", module_path!())]).is_empty());
        let listed = obs_runtime::catalogue().functions;
        assert!(listed.iter().any(|f| f.name == function && f.module == module_path!() && !f.metrics));
    }
}

struct Service {
    format: Format,
}

#[observe(labels(format = self.format))]
impl Service {
    fn get(&self) -> Result<u8, String> {
        Ok(1)
    }

    #[observe(labels(slow = slow))]
    async fn put(&mut self, slow: bool) -> Result<u8, String> {
        Err("no".to_owned())
    }

    #[observe(labels(format = Format::Avro))]
    fn fixed(&self) -> u8 {
        1
    }
}

#[test]
fn a_blocks_labels() {
    let mut service = Service { format: Format::Json };
    service.get().unwrap();
    ready(service.put(true)).unwrap_err();
    service.fixed();
    ended!("Service::get", "ok format=json" => 1);
    ended!("Service::put", "error/_OTHER slow=true format=json" => 1);
    ended!("Service::fixed", "ok format=avro-1" => 1);
}
