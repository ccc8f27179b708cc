//! Texts one behind the other, each with its length, for rows that no format of lines holds.

use std::io;

/// Adds a text; a page of a roster is far below 4 GiB.
pub fn pack(text: &str, into: &mut Vec<u8>) {
    into.extend((text.len() as u32).to_le_bytes());
    into.extend(text.as_bytes());
}

/// All texts.
pub fn unpacked(mut bytes: &[u8]) -> io::Result<Vec<&str>> {
    let mut texts = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk() {
        let (text, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(damaged)?;
        texts.push(std::str::from_utf8(text).map_err(|_| damaged())?);
        bytes = rest;
    }
    if bytes.is_empty() { Ok(texts) } else { Err(damaged()) }
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the temporary file was changed from outside")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let mut bytes = Vec::new();
        ["", "Zoë, \"Z\"\n", "x"].into_iter().for_each(|text| pack(text, &mut bytes));
        assert_eq!(unpacked(&bytes).unwrap(), ["", "Zoë, \"Z\"\n", "x"]);
    }

    #[test]
    fn damage_is_an_error_and_no_panic() {
        for bytes in [&[9, 0, 0, 0, b'x'][..], &[1, 0, 0, 0, 0xff], &[1, 0]] {
            assert!(unpacked(bytes).is_err(), "{bytes:?}");
        }
    }
}
