//! Compression of a page.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{self, Write};

/// The page, compressed for speed: a page of metrics is so repetitive that the fastest level already
/// leaves a tenth of it.
pub(crate) fn gzip(page: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(page.len() / 8 + 64), Compression::fast());
    encoder.write_all(page)?;
    encoder.finish()
}
