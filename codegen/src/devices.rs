//! What a program exports of the devices that its kernels run on.

use crate::package::Package;
use crate::settings::Settings;
use crate::source::Cfg;

/// How much a package exports of GPUs besides what its kernels count, by what its manifest says of `obs-gpu`.
///
/// Families of a part that is not there are unknown to queries, and nothing is drawn or called for them: a panel
/// that can never show anything helps nobody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Devices {
    /// Nothing: it does not depend on `obs-gpu`.
    #[default]
    None,
    /// Copies, allocated memory and the state of timing, `gpu_*`.
    Timed,
    /// That, and what the driver measures of each device, `hw_*`: the feature `nvml` of `obs-gpu` is on.
    Measured,
}

/// The crate that times kernels.
const CRATE: &str = "obs-gpu";

/// Its feature that asks the driver about devices.
const FEATURE: &str = "nvml";

impl Devices {
    /// What the manifest says, with the features that are on; unless the build script says otherwise with
    /// [`device_metrics`](crate::Builder::device_metrics).
    pub fn of(package: &Package, cfg: &Cfg, settings: &Settings) -> Devices {
        let found = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.name == CRATE)
            .map(|dependency| {
                let on = |feature: &&String| cfg.has_feature(feature);
                let turned = package.features.iter().filter(|(feature, _)| on(feature)).any(|(_, turns)| {
                    turns.iter().any(|turn| match turn.split_once('/') {
                        Some((of, feature)) => {
                            of.trim_end_matches('?') == dependency.called() && feature == FEATURE
                        }
                        None => false,
                    })
                });
                match turned || dependency.features.iter().any(|feature| feature == FEATURE) {
                    true => Devices::Measured,
                    false => Devices::Timed,
                }
            })
            .max()
            .unwrap_or_default();
        match settings.device_metrics {
            Some(true) => Devices::Measured,
            Some(false) => found.min(Devices::Timed),
            None => found,
        }
    }

    /// Whether the driver is asked about devices.
    pub fn measured(self) -> bool {
        self == Devices::Measured
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::Dependency;
    use std::collections::BTreeMap;

    fn devices(dependency: Option<&[&str]>, on: &[&str], device_metrics: Option<bool>) -> Devices {
        let text = |features: &[&str]| features.iter().map(|&feature| feature.to_owned()).collect();
        let dependency = dependency.map(|features| Dependency {
            name: "obs-gpu".into(),
            rename: Some("gpu".into()),
            features: text(features),
        });
        let package = Package {
            name: "p".into(),
            root: "p".into(),
            workspace: ".".into(),
            crates: Vec::new(),
            build_script: None,
            features: BTreeMap::from([("sensors".to_owned(), vec!["gpu?/nvml".to_owned()])]),
            dependencies: dependency.into_iter().collect(),
            repository: None,
        };
        let mut cfg = Cfg::default();
        on.iter().for_each(|feature| cfg.add_feature(feature));
        Devices::of(&package, &cfg, &Settings { device_metrics, ..Settings::default() })
    }

    #[test]
    fn the_manifest_says_what_is_exported_unless_the_build_script_does() {
        assert_eq!(devices(None, &["sensors"], None), Devices::None);
        assert_eq!(devices(Some(&["cust"]), &[], None), Devices::Timed);
        assert_eq!(devices(Some(&["nvml"]), &[], None), Devices::Measured);
        assert_eq!(devices(Some(&[]), &["sensors"], None), Devices::Measured);
        assert_eq!(devices(Some(&["nvml"]), &[], Some(false)), Devices::Timed);
        assert_eq!(devices(None, &[], Some(false)), Devices::None);
        assert_eq!(devices(None, &[], Some(true)), Devices::Measured);
    }
}
