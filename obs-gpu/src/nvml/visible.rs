//! Which of a machine's devices a program sees, and under which numbers.

/// The variable by which CUDA shows a program some devices, in an order of its own.
pub(crate) const VARIABLE: &str = "CUDA_VISIBLE_DEVICES";

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
}
