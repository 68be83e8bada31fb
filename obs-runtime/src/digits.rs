//! Numbers as digits. The formatter of the standard library takes hundreds of instructions for each, which is felt
//! where every request writes some.

/// The hexadecimal digits of a number, in lower case, on the stack.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Hex<const N: usize>([u8; N]);

impl Hex<32> {
    /// All 32 of a trace's id.
    pub(crate) fn of_trace(id: u128) -> Hex<32> {
        Hex::of(|at| (id >> (96 - 32 * at)) as u32)
    }
}

impl Hex<16> {
    /// All 16 of a span's id.
    pub(crate) fn of_span(id: u64) -> Hex<16> {
        Hex::of(|at| (id >> (32 - 32 * at)) as u32)
    }
}

impl<const N: usize> Hex<N> {
    /// Eight digits from each part of a number.
    #[inline]
    fn of(part: impl Fn(usize) -> u32) -> Hex<N> {
        let mut digits = [0; N];
        for (at, eight) in digits.as_chunks_mut::<8>().0.iter_mut().enumerate() {
            *eight = self::eight(part(at));
        }
        Hex(digits)
    }

    #[cfg(any(feature = "logs", feature = "tower"))]
    #[cfg(any(feature = "logs", feature = "tower"))]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn as_str(&self) -> &str {
        // They are ASCII, so there always is one.
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The digits of a number, all at once: its halves of bytes are spread until each has a byte of its own.
#[inline]
fn eight(number: u32) -> [u8; 8] {
    const ALL: u64 = u64::from_le_bytes([1; 8]);
    let halves = u64::from(number);
    let halves = (halves | halves << 16) & 0x0000_ffff_0000_ffff;
    let halves = (halves | halves << 8) & 0x00ff_00ff_00ff_00ff;
    let halves = (halves | halves << 4) & (ALL * 0xf);
    // Six more than nine is a carry into the next four bits.
    let letters = ((halves + ALL * 6) >> 4) & ALL;
    (halves + ALL * u64::from(b'0') + letters * u64::from(b'a' - b'9' - 1)).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_those_of_the_standard_library() {
        for id in [0, 1, 0xabc, 0x0123_4567_89ab_cdef_fedc_ba98_7654_3210, u128::MAX] {
            assert_eq!(Hex::of_trace(id).as_str(), format!("{id:032x}"));
            let id = id as u64;
            assert_eq!(Hex::of_span(id).as_str(), format!("{id:016x}"));
        }
    }
}
