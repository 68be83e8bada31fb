//! What sends: the resource, in OpenTelemetry's words.

use super::exporter::Program;
use super::settings::Settings;
use super::value::{attribute, put, text};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::resource::v1::Resource;
use std::hash::{BuildHasher, RandomState};

/// What the runtime knows, then what the environment or the program says, which replaces it.
pub(super) fn resource(program: &Program, settings: &Settings) -> Resource {
    let mut attributes = vec![
        text("service.name", program.name.clone()),
        text("service.instance.id", instance()),
        text("telemetry.sdk.name", "obs"),
        text("telemetry.sdk.language", "rust"),
        text("telemetry.sdk.version", env!("CARGO_PKG_VERSION")),
        attribute("process.pid", Value::IntValue(std::process::id().into())),
    ];
    let more = [("service.version", program.version.map(str::to_owned)), ("host.name", host())];
    attributes.extend(more.into_iter().filter_map(|(name, value)| Some(text(name, value?))));
    for (name, value) in &settings.attributes {
        put(&mut attributes, text(name, value));
    }
    if let Some(name) = &settings.service_name {
        put(&mut attributes, text("service.name", name));
    }
    Resource { attributes, ..Resource::default() }
}

/// A random UUID (version 4): another for each start, so that counters that begin anew are another instance's.
fn instance() -> String {
    let word = || u128::from(RandomState::new().hash_one(std::process::id()));
    let id = (word() << 64 | word()) & !(0xf << 76) & !(0b11 << 62) | 4 << 76 | 0b10 << 62;
    let digits = format!("{id:032x}");
    let groups = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    groups.join("-")
}

/// Where it costs one read of a file.
fn host() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instances_are_uuids_and_differ() {
        let id = instance();
        let groups: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12], "{id}");
        assert!(id.as_bytes()[14] == b'4' && b"89ab".contains(&id.as_bytes()[19]), "{id}");
        assert_ne!(id, instance());
    }

    #[test]
    fn what_is_said_replaces_what_is_known() {
        let program = Program { name: "shop".to_owned(), version: Some("1.2.3") };
        let mut settings = Settings::new();
        settings.attributes = vec![("service.name".into(), "till".into()), ("a".into(), "b".into())];
        let named = |settings: &Settings, name: &str| {
            let resource = resource(&program, settings);
            let mut found = resource.attributes.into_iter().filter(|attribute| attribute.key == name);
            let value = found.next()?.value?.value;
            assert!(found.next().is_none(), "{name} twice");
            match value {
                Some(Value::StringValue(value)) => Some(value),
                _ => None,
            }
        };
        assert_eq!(named(&settings, "service.name").as_deref(), Some("till"));
        assert_eq!(named(&settings, "service.version").as_deref(), Some("1.2.3"));
        assert_eq!(named(&settings, "a").as_deref(), Some("b"));
        settings.service_name = Some("counter".to_owned());
        assert_eq!(named(&settings, "service.name").as_deref(), Some("counter"));
    }
}
