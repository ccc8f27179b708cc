//! The places of the bytes that matter to a reader of rows, found 64 bytes at a time.
//!
//! Pure. Short cells make a search for one sign after the other dear: this one begins once a chunk.

const CHUNK: usize = 64;

/// Every delimiter, line end, quote and zero byte, in order.
pub struct Marks<'a> {
    bytes: &'a [u8],
    delimiter: u8,
    /// The chunk in hand, and those of its marks that are not shown yet, one bit a byte.
    chunk: usize,
    left: u64,
    next_chunk: usize,
}

impl<'a> Marks<'a> {
    pub fn new(bytes: &'a [u8], delimiter: u8) -> Marks<'a> {
        Marks { bytes, delimiter, chunk: 0, left: 0, next_chunk: 0 }
    }

    /// The place of the next mark; the length of the bytes where there is none.
    #[inline]
    pub fn next(&mut self) -> usize {
        while self.left == 0 {
            if self.next_chunk >= self.bytes.len() {
                return self.bytes.len();
            }
            self.chunk = self.next_chunk;
            self.left = self.marks_at(self.chunk);
            self.next_chunk += CHUNK;
        }
        let place = self.chunk + self.left.trailing_zeros() as usize;
        self.left &= self.left - 1;
        place
    }

    fn marks_at(&self, chunk: usize) -> u64 {
        let bytes = &self.bytes[chunk..];
        if let Some(bytes) = bytes.first_chunk::<CHUNK>() {
            return marks_of(bytes, self.delimiter);
        }
        let mut last = [0; CHUNK];
        last[..bytes.len()].copy_from_slice(bytes);
        marks_of(&last, self.delimiter) & ((1 << bytes.len()) - 1)
    }
}

/// One bit for each byte, set where it is a mark. The compiler makes wide instructions of it.
#[inline]
fn marks_of(bytes: &[u8; CHUNK], delimiter: u8) -> u64 {
    let mut flags = [0; CHUNK];
    for (flag, byte) in flags.iter_mut().zip(bytes) {
        let line_end = (*byte == b'\n') | (*byte == b'\r');
        *flag = u8::from((*byte == delimiter) | line_end | (*byte == b'"') | (*byte == 0));
    }
    let (words, _) = flags.as_chunks::<8>();
    words.iter().rev().fold(0, |marks, word| marks << 8 | gathered(*word))
}

/// The lowest bits of eight bytes, side by side: the product has a copy of each where none falls on another.
#[inline]
fn gathered(flags: [u8; 8]) -> u64 {
    u64::from_le_bytes(flags).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_mark_is_found(bytes in prop::collection::vec(prop::sample::select(&b"ab;,\n\r\"\0\xff"[..]), 0..200)) {
            let mut marks = Marks::new(&bytes, b';');
            let found: Vec<usize> = std::iter::from_fn(|| Some(marks.next()).filter(|place| *place < bytes.len())).collect();
            let is_mark = |place: &usize| b";\n\r\"\0".contains(&bytes[*place]);
            prop_assert_eq!(found, (0..bytes.len()).filter(is_mark).collect::<Vec<_>>());
            prop_assert_eq!(marks.next(), bytes.len());
        }
    }
}
