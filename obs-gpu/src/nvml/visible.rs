//! Which of a machine's devices a program sees, and under which numbers.

use super::reading::Identity;

/// The variable by which CUDA shows a program some devices, in an order of its own.
pub(crate) const VARIABLE: &str = "CUDA_VISIBLE_DEVICES";

/// The variable by which CUDA is told how to number devices, and the value under which it does so as the library does.
pub(crate) const ORDER: &str = "CUDA_DEVICE_ORDER";
pub(crate) const BY_BUS: &str = "PCI_BUS_ID";

/// Whether CUDA may number these devices otherwise: it puts the fastest first, unless told not to.
pub(crate) fn uncertain(shown: &[Identity], order: Option<&str>) -> bool {
    order != Some(BY_BUS) && shown.windows(2).any(|pair| pair[0].name != pair[1].name)
}

/// The devices that CUDA shows, in its order: places in `uuids`, which are the machine's devices by PCI bus.
///
/// As CUDA reads it, the list ends at the first entry that names no device, or one that was named before.
pub(crate) fn visible(setting: Option<&str>, uuids: &[String]) -> Vec<usize> {
    let Some(setting) = setting else { return (0..uuids.len()).collect() };
    let mut shown = Vec::new();
    for entry in setting.split(',').map(str::trim) {
        match find(entry, uuids) {
            Some(index) if !shown.contains(&index) => shown.push(index),
            _ => break,
        }
    }
    shown
}

/// A number, or as much of a UUID as is unambiguous.
fn find(entry: &str, uuids: &[String]) -> Option<usize> {
    if let Ok(index) = entry.parse::<usize>() {
        return (index < uuids.len()).then_some(index);
    }
    if entry.len() <= "GPU-".len() || !entry.starts_with("GPU-") {
        return None;
    }
    let mut found = uuids.iter().enumerate().filter(|(_, uuid)| uuid.starts_with(entry));
    match (found.next(), found.next()) {
        (Some((index, _)), None) => Some(index),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_cuda_reads_it() {
        let uuids = ["GPU-aa01", "GPU-aa02", "GPU-b003"].map(str::to_owned);
        let shown = |setting| visible(setting, &uuids);
        assert_eq!(shown(None), [0, 1, 2]);
        assert_eq!(shown(Some("2,0")), [2, 0]);
        assert_eq!(shown(Some(" 1 , 2")), [1, 2]);
        assert_eq!(shown(Some("")), [0; 0]);
        assert_eq!(shown(Some("-1")), [0; 0]);
        assert_eq!(shown(Some("0,7,1")), [0], "it ends at what is no device");
        assert_eq!(shown(Some("0,1,0")), [0, 1], "and at what was there before");
        assert_eq!(shown(Some("GPU-b,GPU-aa01")), [2, 0]);
        assert_eq!(shown(Some("GPU-aa")), [0; 0], "ambiguous");
        assert_eq!(shown(Some("GPU-")), [0; 0]);
    }

    #[test]
    fn numbers_are_certain_where_all_are_alike_or_the_bus_decides() {
        let device = |name: &str| Identity {
            ordinal: 0,
            index: 0,
            uuid: String::new(),
            name: name.to_owned(),
            pci_bus_id: String::new(),
        };
        assert!(!uncertain(&[device("H100"), device("H100")], None));
        assert!(uncertain(&[device("H100"), device("T4")], None));
        assert!(uncertain(&[device("H100"), device("T4")], Some("FASTEST_FIRST")));
        assert!(!uncertain(&[device("H100"), device("T4")], Some("PCI_BUS_ID")));
        assert!(!uncertain(&[device("T4")], None));
    }
}
