//! Whose artefacts these are.

use crate::package::Package;

/// A package, and the service it is or is part of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The service's name, as given to the runtime.
    pub service: String,
    /// The package's name; files are named after it.
    pub package: String,
    /// The crates it builds, which start its module paths.
    pub crates: Vec<String>,
}

impl Subject {
    /// A package as a service, which is named like it unless told otherwise.
    pub fn new(package: &Package, service: Option<&str>) -> Subject {
        let mut crates: Vec<String> = package.crates.iter().map(|krate| krate.name.clone()).collect();
        crates.sort();
        crates.dedup();
        Subject {
            service: service.unwrap_or(&package.name).to_owned(),
            package: package.name.clone(),
            crates,
        }
    }

    /// The service, and the package where that is another word.
    pub(crate) fn title(&self) -> String {
        match self.service == self.package {
            true => self.service.clone(),
            false => format!("{} ({})", self.service, self.package),
        }
    }

    /// An identifier for a dashboard of this subject, the same in every build.
    pub(crate) fn uid(&self, dashboard: &str) -> String {
        let name = format!("{}\0{}\0{dashboard}", self.service, self.package);
        format!("obs-{:016x}", fnv(name.as_bytes()))
    }
}

/// FNV-1a. The standard library's hashes differ between its versions.
fn fnv(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_the_published_ones() {
        assert_eq!(fnv(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
