//! Which encoding a text file has, and the file in UTF-8.
//!
//! A mark at the start of the file is believed first, then `--encoding`, then UTF-8 where every byte fits,
//! then UTF-16 by its zero bytes; the rest is a guess, which is always told and never made from little.

use std::fs::File;
use std::io::{Read, Write};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{DecoderResult, Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE};
use memchr::memchr_iter;

use super::source::{Source, cannot_read, cannot_spool};
use super::{Refusal, SheetOptions};

/// With fewer bytes that are not ASCII a guess needs somebody who looks at it.
const THIN: u64 = 50;

/// A text in UTF-8 that came in another encoding.
#[derive(Debug)]
pub struct Decoded {
    pub text: Source,
    pub note: Option<String>,
}

/// An encoding that was guessed.
#[derive(Debug)]
pub struct Guess {
    pub text: Source,
    encoding: &'static Encoding,
    /// Bytes that are not ASCII.
    evidence: u64,
}

/// Decodes a file whose encoding is known without a guess; `None` where it is to be read as UTF-8.
pub fn known(source: &Source, head: &[u8], options: &SheetOptions) -> Result<Option<Decoded>, Refusal> {
    let named = options.encoding.as_deref().map(of_name).transpose()?;
    let marked = Encoding::for_bom(head).map(|(encoding, _)| encoding);
    let (encoding, note) = match (marked, named) {
        (Some(marked), Some(named)) if marked != named => (marked, Some(mark_wins(marked, named))),
        (Some(marked), _) => (marked, None),
        (None, Some(named)) => (named, None),
        (None, None) => match by_zero_bytes(head) {
            Some(encoding) => (encoding, Some(assumed(encoding))),
            None => return Ok(None),
        },
    };
    match encoding == UTF_8 {
        true => Ok(None),
        false => Ok(Some(Decoded { text: decoded(source, encoding)?, note })),
    }
}

/// Guesses the encoding of a file that is not UTF-8; `refusal` says where it is not.
pub fn guessed(source: &Source, refusal: Refusal) -> Result<Guess, Refusal> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let (mut evidence, mut fitting, mut broken) = (0, 0, 0);
    source.each_chunk(|chunk| {
        detector.feed(chunk, false);
        evidence += chunk.iter().filter(|byte| !byte.is_ascii()).count() as u64;
        for part in chunk.utf8_chunks() {
            fitting += part.valid().chars().filter(|sign| !sign.is_ascii()).count();
            broken += usize::from(!part.invalid().is_empty());
        }
    })?;
    // A UTF-8 file with a few broken places would come out as nonsense everywhere else.
    if fitting > broken {
        return Err(refusal);
    }
    detector.feed(&[], true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    Ok(Guess { text: decoded(source, encoding)?, encoding, evidence })
}

impl Guess {
    /// The note that tells the guess; a refusal where it is thin and nobody looks.
    pub fn told(&self, samples: &[String], attended: bool) -> Result<String, Refusal> {
        let name = self.encoding.name();
        let shown = match samples {
            [] => String::new(),
            samples => format!(", which reads {}", samples.join(", ")),
        };
        match attended || self.evidence >= THIN {
            true => Ok(format!(
                "read as {name}, a guess{shown}; if that looks wrong, name the encoding with --encoding"
            )),
            false => Err(Refusal(format!(
                "it is not UTF-8 and has too few signs to guess its encoding from; if it is {name}{shown}, say --encoding {name}, or save it as CSV UTF-8"
            ))),
        }
    }
}

/// The name of an encoding as it was given, where it is known.
pub fn known_encoding(name: &str) -> Result<String, Refusal> {
    of_name(name).map(|_| name.to_string())
}

fn of_name(name: &str) -> Result<&'static Encoding, Refusal> {
    let plain = name.trim().to_ascii_lowercase();
    let label = match plain.as_str() {
        "utf16" | "utf16le" => "utf-16le",
        "utf16be" => "utf-16be",
        "ansi" => "windows-1252",
        label => label,
    };
    let dashed = label.replace('_', "-");
    match Encoding::for_label(label.as_bytes()).or(Encoding::for_label(dashed.as_bytes())) {
        Some(encoding) if encoding != REPLACEMENT => Ok(encoding),
        _ => Err(Refusal(format!(
            "--encoding {name} is not known; names are such as utf-8, utf-16le, windows-1252, iso-8859-2, shift_jis"
        ))),
    }
}

/// UTF-16 without a mark: headings are mostly ASCII, so every other byte of theirs is zero.
fn by_zero_bytes(head: &[u8]) -> Option<&'static Encoding> {
    let head = &head[..head.len().min(64)];
    let zeros = |offset: usize| head.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, pairs) = (zeros(0), zeros(1), head.len() / 2);
    match () {
        () if odd * 2 > pairs && even == 0 => Some(UTF_16LE),
        () if even * 2 > pairs && odd == 0 => Some(UTF_16BE),
        () => None,
    }
}

fn assumed(encoding: &'static Encoding) -> String {
    format!("read as {}, by its zero bytes; --encoding names another", encoding.name())
}

fn mark_wins(marked: &'static Encoding, named: &'static Encoding) -> String {
    let (marked, named) = (marked.name(), named.name());
    format!("read as {marked}, as the mark at its start says, and not as {named}, as --encoding says")
}

/// The whole file in UTF-8.
fn decoded(source: &Source, encoding: &'static Encoding) -> Result<Source, Refusal> {
    Source::spool(|spool| decode(source, encoding, spool))
}

fn decode(source: &Source, encoding: &'static Encoding, spool: &mut File) -> Result<(), Refusal> {
    let mut decoder = encoding.new_decoder_with_bom_removal();
    let (mut reader, mut input, mut output) = (source.reader(), vec![0; 64 << 10], vec![0; 256 << 10]);
    let (mut feeds, mut returns) = (0, 0);
    loop {
        let length = reader.read(&mut input).map_err(|error| cannot_read(&error))?;
        let mut at = 0;
        loop {
            let rest = &input[at..length];
            let (result, read, written) =
                decoder.decode_to_utf8_without_replacement(rest, &mut output, length == 0);
            let text = &output[..written];
            spool.write_all(text).map_err(|error| cannot_spool(&error))?;
            feeds += memchr_iter(b'\n', text).count();
            returns += memchr_iter(b'\r', text).count();
            at += read;
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => return Err(malformed(encoding, feeds.max(returns) + 1)),
            }
        }
        if length == 0 {
            return Ok(());
        }
    }
}

fn malformed(encoding: &'static Encoding, line: usize) -> Refusal {
    let name = encoding.name();
    Refusal(format!(
        "line {line}: there are bytes that are no text in {name}; name the right encoding with --encoding, or save it as CSV UTF-8"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_has_many_names() {
        for (name, encoding) in [
            ("UTF-8", "UTF-8"),
            ("utf16", "UTF-16LE"),
            ("cp1252", "windows-1252"),
            ("latin1", "windows-1252"),
            (" ANSI ", "windows-1252"),
            ("Windows_1250", "windows-1250"),
            ("Shift-JIS", "Shift_JIS"),
        ] {
            assert_eq!(of_name(name).map(Encoding::name), Ok(encoding), "{name}");
        }
        for name in ["", "klingon", "iso-2022-kr"] {
            assert!(of_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn zero_bytes_tell_utf_16() {
        let little: Vec<u8> = "name,email\nZoë".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "name,email\nZoë".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(by_zero_bytes(&little), Some(UTF_16LE));
        assert_eq!(by_zero_bytes(&big), Some(UTF_16BE));
        assert_eq!(by_zero_bytes(b"name,email\n"), None);
        assert_eq!(by_zero_bytes(b"name\nAn\0na\n"), None);
        assert_eq!(by_zero_bytes(b"\0\0\0\0"), None);
        assert_eq!(by_zero_bytes(b""), None);
    }
}
