//! What `cargo metadata` says of the workspace: members, features, targets.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use crate::Result;
use crate::cargo::{cargo, read};

/// The feature that turns every attribute to nothing. It is checked by itself: whatever shares a build with
/// it measures nothing, so no other step may switch it on.
pub(crate) const OFF: &str = "off";

/// The feature that links NVIDIA's driver, which most machines have not. It is checked by itself, with another library in
/// the driver's place.
pub(crate) const CUST: &str = "cust";

/// The members of the workspace and the folder that cargo builds in.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) packages: Vec<Package>,
    pub(crate) target: PathBuf,
}

/// A member.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// Each feature and what it switches on, `default` among them.
    pub(crate) features: BTreeMap<String, Vec<String>>,
    pub(crate) targets: Vec<Target>,
}

/// A library, binary, test, example or bench.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) name: String,
    /// `lib`, `bin`, `test` and so on.
    pub(crate) kind: String,
    /// Relative to the package.
    pub(crate) path: String,
    pub(crate) required_features: Vec<String>,
}

impl Workspace {
    /// Asks cargo.
    pub(crate) fn read() -> Result<Workspace> {
        let metadata = read(&mut cargo(["metadata", "--no-deps", "--format-version", "1"]))?;
        Self::parse(&metadata)
            .ok_or_else(|| "`cargo metadata` answers in a form that is not known here".into())
    }

    fn parse(metadata: &str) -> Option<Workspace> {
        let metadata: Value = serde_json::from_str(metadata).ok()?;
        let packages = metadata["packages"].as_array()?.iter().map(Package::parse).collect::<Option<_>>()?;
        Some(Workspace { packages, target: metadata["target_directory"].as_str()?.into() })
    }

    /// The member of that name.
    pub(crate) fn package(&self, name: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.name == name)
    }

    /// Every feature of every member but [`OFF`] and [`CUST`], as `--features` wants it.
    pub(crate) fn most_features(&self) -> String {
        let features = self.packages.iter().flat_map(|package| {
            let names =
                package.features.keys().filter(|name| ![OFF, CUST, "default"].contains(&name.as_str()));
            names.map(|feature| format!("{}/{feature}", package.name))
        });
        features.collect::<Vec<_>>().join(",")
    }
}

impl Package {
    fn parse(package: &Value) -> Option<Package> {
        let folder = package["manifest_path"].as_str()?.strip_suffix("Cargo.toml")?;
        let features = package["features"].as_object()?.iter();
        let targets = package["targets"].as_array()?.iter();
        Some(Package {
            name: package["name"].as_str()?.into(),
            features: features.map(|(name, on)| Some((name.clone(), strings(on)?))).collect::<Option<_>>()?,
            targets: targets.map(|target| Target::parse(target, folder)).collect::<Option<_>>()?,
        })
    }
}

impl Target {
    fn parse(target: &Value, folder: &str) -> Option<Target> {
        let path = target["src_path"].as_str()?;
        Some(Target {
            name: target["name"].as_str()?.into(),
            kind: target["kind"][0].as_str()?.into(),
            path: path.strip_prefix(folder).unwrap_or(path).replace('\\', "/"),
            required_features: target.get("required-features").map_or(Some(Vec::new()), strings)?,
        })
    }
}

fn strings(list: &Value) -> Option<Vec<String>> {
    list.as_array()?.iter().map(|item| item.as_str().map(String::from)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: &str = r#"{
        "target_directory": "/repo/target",
        "packages": [
            {
                "name": "runtime", "manifest_path": "/repo/runtime/Cargo.toml",
                "features": { "default": ["server"], "server": ["dep:http"], "off": ["macros/off"] },
                "targets": [
                    { "name": "runtime", "kind": ["lib"], "src_path": "/repo/runtime/src/lib.rs" },
                    { "name": "off", "kind": ["test"], "src_path": "/repo/runtime/tests/off.rs",
                      "required-features": ["off"] }
                ]
            },
            { "name": "model", "manifest_path": "/repo/model/Cargo.toml", "features": { "parse": [], "cust": [] }, "targets": [] }
        ]
    }"#;

    #[test]
    fn members_and_targets_are_read() {
        let workspace = Workspace::parse(METADATA).unwrap();
        assert_eq!(workspace.target, PathBuf::from("/repo/target"));
        let runtime = workspace.package("runtime").unwrap();
        assert_eq!(runtime.features["server"], ["dep:http"]);
        assert_eq!(runtime.targets[1].path, "tests/off.rs");
        assert_eq!(runtime.targets[1].required_features, ["off"]);
    }

    #[test]
    fn features_that_are_checked_by_themselves_stay_off() {
        let workspace = Workspace::parse(METADATA).unwrap();
        assert_eq!(workspace.most_features(), "runtime/server,model/parse");
    }
}
