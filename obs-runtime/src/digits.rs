//! Numbers as digits. The formatter of the standard library takes hundreds of instructions for each, which is felt
//! where every request writes some.

/// The hexadecimal digits of a number, in lower case, on the stack.
#[derive(Clone, Copy)]
pub(crate) struct Hex<const N: usize>([u8; N]);

impl Hex<32> {
    /// All 32 of a trace's id.
    pub(crate) fn of_trace(id: u128) -> Hex<32> {
        let mut digits = [0; 32];
        write(&mut digits, &id.to_be_bytes());
        Hex(digits)
    }
}

impl Hex<16> {
    /// All 16 of a span's id.
    pub(crate) fn of_span(id: u64) -> Hex<16> {
        let mut digits = [0; 16];
        write(&mut digits, &id.to_be_bytes());
        Hex(digits)
    }
}

impl<const N: usize> Hex<N> {
    pub(crate) fn as_str(&self) -> &str {
        // They are ASCII, so there always is one.
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

#[inline]
fn write(digits: &mut [u8], bytes: &[u8]) {
    // Without a branch or a table, so that the compiler does many at once.
    let digit = |half: u8| half + b'0' + u8::from(half > 9) * (b'a' - b'9' - 1);
    for (pair, byte) in digits.as_chunks_mut::<2>().0.iter_mut().zip(bytes) {
        *pair = [digit(byte >> 4), digit(byte & 0xf)];
    }
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
