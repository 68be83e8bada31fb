//! Protobuf, written straight into bytes.
//!
//! What comes out is what prost would write of the protocol's types, byte for byte: lengths are as short as they can be.
//! Whoever calls writes fields in rising order, and says of each whether zero and nothing are worth a field.

/// A varint: whole numbers, and lengths.
const VARINT: u32 = 0;
/// Eight bytes, the lowest first.
const FIXED64: u32 = 1;
/// A length, and so many bytes.
const DELIMITED: u32 = 2;
/// Four bytes, the lowest first.
const FIXED32: u32 = 5;

/// A message in the making.
#[derive(Clone, Debug, Default)]
pub(super) struct Wire {
    bytes: Vec<u8>,
}

impl Wire {
    pub(super) fn with_capacity(bytes: usize) -> Wire {
        Wire { bytes: Vec::with_capacity(bytes) }
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    #[cfg(test)]
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Fields that somebody has written before.
    #[inline]
    pub(super) fn raw(&mut self, fields: &[u8]) {
        self.bytes.extend_from_slice(fields);
    }

    /// The same, where every field is delimited, and has another number here. Both numbers are less than 16, so that
    /// they take one byte.
    pub(super) fn raw_renumbered(&mut self, field: u32, fields: &[u8]) {
        let mut at = self.bytes.len();
        self.raw(fields);
        while let Some(key) = self.bytes.get_mut(at) {
            *key = (field << 3 | DELIMITED) as u8;
            let length = self.bytes.get(at + 1..).unwrap_or_default();
            let digits = length.iter().position(|byte| *byte < 0x80).map_or(length.len(), |last| last + 1);
            let length = length.iter().take(digits).rev();
            at += 1 + digits + length.fold(0, |length, byte| length << 7 | usize::from(byte & 0x7f));
        }
    }

    /// A number, whatever it is.
    #[inline]
    pub(super) fn uint(&mut self, field: u32, value: u64) {
        self.key(field, VARINT);
        self.varint(value);
    }

    #[inline]
    pub(super) fn nonzero_uint(&mut self, field: u32, value: u64) {
        if value != 0 {
            self.uint(field, value);
        }
    }

    #[inline]
    pub(super) fn nonzero_fixed32(&mut self, field: u32, value: u32) {
        if value != 0 {
            self.key(field, FIXED32);
            self.raw(&value.to_le_bytes());
        }
    }

    /// Eight bytes, whatever they are.
    #[inline]
    pub(super) fn fixed64(&mut self, field: u32, value: u64) {
        self.key(field, FIXED64);
        self.raw(&value.to_le_bytes());
    }

    #[inline]
    pub(super) fn nonzero_fixed64(&mut self, field: u32, value: u64) {
        if value != 0 {
            self.fixed64(field, value);
        }
    }

    /// A measurement, whatever it is.
    #[inline]
    pub(super) fn double(&mut self, field: u32, value: f64) {
        self.fixed64(field, value.to_bits());
    }

    #[inline]
    pub(super) fn nonzero_double(&mut self, field: u32, value: f64) {
        if value != 0.0 {
            self.double(field, value);
        }
    }

    /// Bytes, or none.
    #[inline]
    pub(super) fn bytes(&mut self, field: u32, value: &[u8]) {
        self.header(field, value.len());
        self.raw(value);
    }

    #[inline]
    pub(super) fn nonempty_bytes(&mut self, field: u32, value: &[u8]) {
        if !value.is_empty() {
            self.bytes(field, value);
        }
    }

    /// A text, or none.
    #[inline]
    pub(super) fn text(&mut self, field: u32, value: &str) {
        self.bytes(field, value.as_bytes());
    }

    #[inline]
    pub(super) fn nonempty_text(&mut self, field: u32, value: &str) {
        self.nonempty_bytes(field, value.as_bytes());
    }

    /// A text in pieces.
    #[inline]
    pub(super) fn joined<const N: usize>(&mut self, field: u32, pieces: [&str; N]) {
        self.header(field, pieces.iter().map(|piece| piece.len()).sum());
        pieces.iter().for_each(|piece| self.raw(piece.as_bytes()));
    }

    /// Numbers of eight bytes each; no field where there are none.
    #[inline]
    pub(super) fn packed(&mut self, field: u32, values: impl ExactSizeIterator<Item = u64>) {
        let length = values.len() * 8;
        if length == 0 {
            return;
        }
        self.header(field, length);
        let start = self.bytes.len();
        self.bytes.resize(start + length, 0);
        for (room, value) in self.bytes[start..].chunks_exact_mut(8).zip(values) {
            room.copy_from_slice(&value.to_le_bytes());
        }
    }

    /// Begins a message in this one, of exactly so many bytes.
    #[inline]
    pub(super) fn header(&mut self, field: u32, length: usize) {
        self.key(field, DELIMITED);
        self.varint(length as u64);
    }

    /// A message in this one. Its length goes before it: room is left for that of about so many bytes, and where it
    /// takes more or less, what was written is moved.
    #[inline]
    pub(super) fn message(&mut self, field: u32, about: usize, write: impl FnOnce(&mut Wire)) {
        self.key(field, DELIMITED);
        let (start, room) = (self.bytes.len(), digits(about as u64));
        self.raw(&[0; MOST_DIGITS][..room]);
        write(self);
        let mut length = self.bytes.len() - start - room;
        let digits = digits(length as u64);
        if digits != room {
            self.shift(start + room, start + digits);
        }
        for digit in &mut self.bytes[start..start + digits - 1] {
            *digit = length as u8 | 0x80;
            length >>= 7;
        }
        self.bytes[start + digits - 1] = length as u8;
    }

    /// Moves what is behind `from` so that it begins at `to`.
    #[cold]
    fn shift(&mut self, from: usize, to: usize) {
        let end = self.bytes.len();
        self.bytes.resize(end.max(end + to - from), 0);
        self.bytes.copy_within(from..end, to);
        self.bytes.truncate(end + to - from);
    }

    #[inline]
    fn key(&mut self, field: u32, kind: u32) {
        self.varint(u64::from(field << 3 | kind));
    }

    #[inline]
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }
}

/// The most digits of a number.
const MOST_DIGITS: usize = 10;

/// How many digits, of seven bits each, a number takes.
#[inline]
pub(super) fn digits(value: u64) -> usize {
    (u64::BITS - (value | 1).leading_zeros()).div_ceil(7) as usize
}

/// How many bytes a delimited field takes whose number is less than 16.
#[inline]
pub(super) fn delimited(length: usize) -> usize {
    1 + digits(length as u64) + length
}
