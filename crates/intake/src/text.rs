//! Text from bytes: which encoding a file is in, decoding as it streams, and undoing a second encoding.
//!
//! British councils publish UTF-8, UTF-16 or what Windows calls ANSI (Windows-1252), and files glued
//! together from several of these. So a file that is UTF-8 where it was looked at may hold
//! Windows-1252 bytes further on: bytes that are not UTF-8 are read as Windows-1252 wherever they are.

use crate::Refused;
use crate::source::{self, Source};
use encoding_rs::{Decoder, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use handback_core::import::Encoding;
use std::borrow::Cow;
use std::io::{self, Read};

/// How many bytes are looked at before the encoding is settled.
pub const SAMPLE: usize = 256 * 1024;

/// A byte-order mark, as it is, and as it looks after one and two encodings too many.
const MARKS: [&str; 4] = ["\u{feff}", "ï»¿", "Ã¯»¿", "Ã¯Â»Â¿"];

/// Settle the encoding from a file's first bytes (up to [`SAMPLE`] of them). `None` means that they
/// are no text.
pub fn detect(sample: &[u8]) -> Option<Encoding> {
    let encoding = match sample {
        [0xff, 0xfe, ..] => UTF_16LE,
        [0xfe, 0xff, ..] => UTF_16BE,
        _ => match std::str::from_utf8(sample) {
            _ if sample.contains(&0) => utf16_without_mark(sample)?,
            // A sample may end inside a character.
            Err(error) if error.error_len().is_some() => WINDOWS_1252,
            _ => UTF_8,
        },
    };
    let (text, _) = encoding.decode_without_bom_handling(sample);
    let twice = MARKS[1..].iter().any(|mark| text.starts_with(mark))
        || matches!(mended(&text), Cow::Owned(_));
    Some(Encoding {
        label: encoding.name().to_ascii_lowercase(),
        twice,
    })
}

/// Western text in UTF-16 has a zero in every other byte.
fn utf16_without_mark(sample: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let zeros = |from: usize| {
        sample
            .iter()
            .skip(from)
            .step_by(2)
            .filter(|&&byte| byte == 0)
            .count()
    };
    let (even, odd, half) = (zeros(0), zeros(1), sample.len() / 2);
    match () {
        () if odd * 10 >= half * 7 && even * 10 < half => Some(UTF_16LE),
        () if even * 10 >= half * 7 && odd * 10 < half => Some(UTF_16BE),
        () => None,
    }
}

/// Decodes a stream to UTF-8, piece by piece, and drops byte-order marks at its start.
pub struct Decoding<R> {
    bytes: R,
    /// `None` for UTF-8, which is checked rather than converted.
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    /// How many bytes of `raw` wait for the rest of their character.
    waiting: usize,
    at_start: bool,
}

impl<R: Read> Decoding<R> {
    /// Bytes per piece.
    const PIECE: usize = 256 * 1024;

    /// Decode `bytes`, which start at the first byte of the file.
    pub fn new(bytes: R, encoding: &Encoding) -> Decoding<R> {
        let decoder = encoding_rs::Encoding::for_label(encoding.label.as_bytes())
            .filter(|&encoding| encoding != UTF_8)
            .map(encoding_rs::Encoding::new_decoder_with_bom_removal);
        Decoding {
            bytes,
            decoder,
            raw: vec![0; Self::PIECE],
            waiting: 0,
            at_start: true,
        }
    }

    /// Append the next piece to `text`; `false` when the stream has ended.
    pub fn read_onto(&mut self, text: &mut String) -> io::Result<bool> {
        let from = text.len();
        let filled = self.waiting + fill(&mut self.bytes, &mut self.raw[self.waiting..])?;
        let last = filled < self.raw.len();
        match &mut self.decoder {
            Some(decoder) => {
                let piece = &self.raw[..filled];
                let room = decoder
                    .max_utf8_buffer_length(piece.len())
                    .unwrap_or(piece.len() * 3);
                text.reserve(room);
                let _ = decoder.decode_to_string(piece, text, last);
                self.waiting = 0;
            }
            None => {
                let taken = utf8_or_windows(&self.raw[..filled], last, text);
                self.raw.copy_within(taken..filled, 0);
                self.waiting = filled - taken;
            }
        }
        if std::mem::take(&mut self.at_start) {
            while let Some(mark) = MARKS.iter().find(|&mark| text[from..].starts_with(mark)) {
                text.replace_range(from..from + mark.len(), "");
            }
        }
        Ok(!last)
    }
}

/// Read until the buffer is full or the stream ends; answers how many bytes came.
fn fill(bytes: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match bytes.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Append UTF-8, taking every byte that is none as Windows-1252; answers how many bytes were taken.
/// Only a character cut off at the end waits, unless the end is the `last`.
fn utf8_or_windows(bytes: &[u8], last: bool, text: &mut String) -> usize {
    let mut at = 0;
    loop {
        match std::str::from_utf8(&bytes[at..]) {
            Ok(rest) => {
                text.push_str(rest);
                return bytes.len();
            }
            Err(error) => {
                let bad = at + error.valid_up_to();
                text.push_str(std::str::from_utf8(&bytes[at..bad]).expect("checked just above"));
                let length = match error.error_len() {
                    Some(length) => length,
                    None if last => bytes.len() - bad,
                    None => return bad,
                };
                let (windows, _) =
                    WINDOWS_1252.decode_without_bom_handling(&bytes[bad..bad + length]);
                text.push_str(&windows);
                at = bad + length;
            }
        }
    }
}

/// The beginning of a text file (about [`SAMPLE`] of it), decoded.
pub fn beginning(source: &dyn Source, encoding: &Encoding) -> Result<String, Refused> {
    let mut text = String::new();
    let read = Decoding::new(source::open(source)?.bytes, encoding).read_onto(&mut text);
    read.map_err(|error| source::unreadable(source, error))?;
    Ok(text)
}

/// Undo a second encoding where the text shows it: `Â£` to `£`, `â€™` to `’`, `Ã©` to `é`.
///
/// Only runs that begin as twice-encoded Western text begins, and that are valid UTF-8 when taken
/// back to bytes, are changed, so that `CAFÉ’S` stays as it is.
pub fn mended(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut mended = String::new();
    let mut kept = 0;
    let mut at = 0;
    while let Some(found) = text[at..].find(['Â', 'Ã', 'â', 'ï']) {
        let start = at + found;
        match once_encoded(&text[start..]) {
            Some((character, length)) => {
                mended.push_str(&text[kept..start]);
                mended.push(character);
                at = start + length;
                kept = at;
            }
            None => at = start + 'Â'.len_utf8(),
        }
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    mended.push_str(&text[kept..]);
    Cow::Owned(mended)
}

/// The one character that the first two or three characters of `text` stand for, and the length of
/// those in bytes.
fn once_encoded(text: &str) -> Option<(char, usize)> {
    let mut bytes = [0u8; 3];
    for (place, (at, character)) in text.char_indices().take(bytes.len()).enumerate() {
        bytes[place] = windows_byte(character)?;
        let end = at + character.len_utf8();
        if let Ok(decoded) = std::str::from_utf8(&bytes[..=place]) {
            return decoded.chars().next().map(|character| (character, end));
        }
    }
    None
}

/// The byte that Windows-1252 writes for a character.
fn windows_byte(character: char) -> Option<u8> {
    let mut buffer = [0u8; 4];
    let (bytes, _, lossy) = WINDOWS_1252.encode(character.encode_utf8(&mut buffer));
    match (bytes.as_ref(), lossy) {
        ([byte], false) => Some(*byte),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Hands out a few bytes at a time, so that characters are cut anywhere.
    struct Drip<'a>(&'a [u8], usize);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(self.0.len()).min(buffer.len());
            buffer[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }

    fn decode(bytes: &[u8], encoding: &Encoding, drip: usize) -> String {
        let mut decoding = Decoding::new(Drip(bytes, drip), encoding);
        let mut text = String::new();
        while decoding.read_onto(&mut text).expect("memory reads") {}
        text
    }

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn encodings_as_councils_publish_them() {
        let marked = [&[0xff, 0xfe][..], &utf16("Supplier £\n")].concat();
        for (bytes, label, twice, text) in [
            (&b"Supplier,Amount"[..], "utf-8", false, "Supplier,Amount"),
            (
                "\u{feff}Amount (£), excl. VAT".as_bytes(),
                "utf-8",
                false,
                "Amount (£), excl. VAT",
            ),
            (
                "ï»¿Date,Amount (£), Net".as_bytes(),
                "utf-8",
                true,
                "Date,Amount (£), Net",
            ),
            (
                "Ã¯»¿Date,Amount of it".as_bytes(),
                "utf-8",
                true,
                "Date,Amount of it",
            ),
            ("Oâ€™Neill,Â£5".as_bytes(), "utf-8", true, "Oâ€™Neill,Â£5"),
            (
                &b"Amount (\xa3),Ren\xe9's Caf\xe9"[..],
                "windows-1252",
                false,
                "Amount (£),René's Café",
            ),
            (
                &utf16("Supplier,Amount (£)"),
                "utf-16le",
                false,
                "Supplier,Amount (£)",
            ),
            (&marked, "utf-16le", false, "Supplier £\n"),
        ] {
            let encoding = detect(bytes).expect("text");
            assert_eq!(
                (encoding.label.as_str(), encoding.twice),
                (label, twice),
                "{text}"
            );
            for drip in [1, 2, 3, 1000] {
                assert_eq!(decode(bytes, &encoding, drip), text, "{drip}");
            }
        }
        assert_eq!(detect(b"\x00\x01\x02\x03PNG and so on\x00"), None);
    }

    #[test]
    fn windows_bytes_late_in_a_utf8_file_are_read() {
        let encoding = Encoding {
            label: "utf-8".into(),
            twice: false,
        };
        assert_eq!(
            decode("Café £5 \u{2019}".as_bytes(), &encoding, 1000),
            "Café £5 ’"
        );
        assert_eq!(
            decode(
                b"Caf\xc3\xa9 \xa35, O\x92Neill, ends on \xc3",
                &encoding,
                1000
            ),
            "Café £5, O’Neill, ends on Ã"
        );
    }

    #[test]
    fn a_second_encoding_is_undone_and_nothing_else() {
        for (text, mend) in [
            ("Oâ€™Neill Â£5 CafÃ©", "O’Neill £5 Café"),
            ("Â\u{a0}500", "\u{a0}500"),
            ("CAFÉ’S", "CAFÉ’S"),
            ("château", "château"),
            ("naïve “quotes”", "naïve “quotes”"),
            ("Ã", "Ã"),
            ("", ""),
        ] {
            assert_eq!(mended(text), mend);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_decode_without_loss_of_the_valid(text in "\\PC{0,40}", drip in 1usize..9) {
            let plain = format!("long enough a start {text}");
            let encoding = Encoding { label: "utf-8".into(), twice: false };
            prop_assert_eq!(decode(plain.as_bytes(), &encoding, drip), plain);
        }

        #[test]
        fn what_was_encoded_twice_comes_back(text in "[a-z£é’–\u{a0}]{0,20}") {
            let (once_too_many, _, _) = WINDOWS_1252.decode(text.as_bytes());
            prop_assert_eq!(mended(&once_too_many), text.as_str());
        }
    }
}
