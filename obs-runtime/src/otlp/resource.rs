//! What sends: the resource, in OpenTelemetry's words, and the messages around everything that it sends.

use super::exporter::Program;
use super::proto::{instrumentation_scope, request, resource, resource_items, scope_items};
use super::settings::Settings;
use super::value::{SCHEMA, attribute};
use super::wire::Wire;
use crate::trace::record::Named;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

/// What is around the items of a scope, about.
const AROUND: usize = SCHEMA.len() + 32;

/// A program, written once.
#[derive(Clone, Debug, Default)]
pub(super) struct Resource {
    field: Arc<[u8]>,
}

impl Resource {
    pub(super) fn new(program: &Program, settings: &Settings) -> Resource {
        let mut wire = Wire::default();
        wire.message(resource_items::RESOURCE, 512, |wire| {
            for (name, value) in known(program, settings) {
                attribute(wire, resource::ATTRIBUTES, &name, (&value).into());
            }
        });
        Resource { field: wire.into_bytes().into() }
    }

    /// The message that sends what this program's scopes have: about so many bytes.
    pub(super) fn request(&self, about: usize, scopes: impl FnOnce(&mut Wire)) -> Vec<u8> {
        let about = about + self.field.len() + SCHEMA.len();
        let mut wire = Wire::with_capacity(about + AROUND);
        wire.message(request::RESOURCES, about, |wire| {
            wire.raw(&self.field);
            scopes(wire);
            wire.text(resource_items::SCHEMA_URL, SCHEMA);
        });
        wire.into_bytes()
    }
}

/// Writes what one scope has: about so many bytes.
pub(super) fn scope(wire: &mut Wire, name: &str, version: &str, about: usize, items: impl FnOnce(&mut Wire)) {
    wire.message(resource_items::SCOPES, AROUND + about, |wire| {
        wire.message(scope_items::SCOPE, name.len() + version.len(), |wire| {
            wire.nonempty_text(instrumentation_scope::NAME, name);
            wire.nonempty_text(instrumentation_scope::VERSION, version);
        });
        items(wire);
        wire.text(scope_items::SCHEMA_URL, SCHEMA);
    });
}

/// What the runtime knows, then what the environment or the program says, which replaces it.
fn known(program: &Program, settings: &Settings) -> Vec<Named> {
    let mut known: Vec<Named> = vec![
        ("service.name".into(), program.name.as_str().into()),
        ("service.instance.id".into(), instance().into()),
        ("telemetry.sdk.name".into(), "obs".into()),
        ("telemetry.sdk.language".into(), "rust".into()),
        ("telemetry.sdk.version".into(), env!("CARGO_PKG_VERSION").into()),
        ("process.pid".into(), std::process::id().into()),
    ];
    known.extend(program.version.map(|version| ("service.version".into(), version.into())));
    known.extend(host().map(|host| ("host.name".into(), host.into())));
    for (name, value) in &settings.attributes {
        put(&mut known, (name.clone().into(), value.as_str().into()));
    }
    if let Some(name) = &settings.service_name {
        put(&mut known, ("service.name".into(), name.as_str().into()));
    }
    known
}

/// Puts an attribute in the place of one of its name, or at the end: a name may be there once.
fn put(attributes: &mut Vec<Named>, new: Named) {
    match attributes.iter_mut().find(|old| old.0 == new.0) {
        Some(old) => *old = new,
        None => attributes.push(new),
    }
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
    use crate::trace::FieldValue;

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
            let mut found = known(&program, settings).into_iter().filter(|(known, _)| known == name);
            let value = found.next()?.1;
            assert!(found.next().is_none(), "{name} twice");
            match value {
                FieldValue::Text(value) => Some(value),
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
