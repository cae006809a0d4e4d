//! Where the bytes come from: something with a name that can be read from its start, again and again.

use crate::Refused;
use flate2::read::MultiGzDecoder;
use std::io::{self, Cursor, Read};

/// A file, an upload or a test's text. It is opened once to recognise it and once more to read it.
pub trait Source: Sync {
    /// The file's name without its folder, for messages.
    fn name(&self) -> &str;

    /// In bytes, as stored; `None` where it is not known beforehand.
    fn size(&self) -> Option<u64>;

    /// A reader at the first byte.
    fn open(&self) -> io::Result<Box<dyn Read + Send + '_>>;
}

/// A source held in memory.
#[derive(Clone, Debug)]
pub struct Memory {
    pub name: String,
    pub bytes: Vec<u8>,
}

impl Source for Memory {
    fn name(&self) -> &str {
        &self.name
    }

    fn size(&self) -> Option<u64> {
        Some(self.bytes.len() as u64)
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send + '_>> {
        Ok(Box::new(self.bytes.as_slice()))
    }
}

/// The first bytes of a gzip stream (RFC 1952, section 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// An opened source with its compression, if any, taken off.
pub struct Opened<'s> {
    pub bytes: Box<dyn Read + Send + 's>,
    pub compressed: bool,
}

/// Open a source from its start. Whether it is compressed is read from its first bytes, never from
/// its name.
pub fn open(source: &dyn Source) -> Result<Opened<'_>, Refused> {
    let unreadable = |error| unreadable(source, error);
    let mut bytes = source.open().map_err(unreadable)?;
    let mut start = Vec::with_capacity(GZIP.len());
    bytes
        .by_ref()
        .take(GZIP.len() as u64)
        .read_to_end(&mut start)
        .map_err(unreadable)?;
    let compressed = start == GZIP;
    let whole = Cursor::new(start).chain(bytes);
    let bytes: Box<dyn Read + Send + '_> = if compressed {
        Box::new(MultiGzDecoder::new(whole))
    } else {
        Box::new(whole)
    };
    Ok(Opened { bytes, compressed })
}

/// The refusal of a source whose bytes do not come.
pub fn unreadable(source: &dyn Source, error: io::Error) -> Refused {
    Refused::Unreadable {
        file: source.name().to_owned(),
        source: error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn read(bytes: Vec<u8>) -> (String, bool) {
        let source = Memory {
            name: "ledger.csv".into(),
            bytes,
        };
        let mut opened = open(&source).expect("memory opens");
        let mut text = String::new();
        opened.bytes.read_to_string(&mut text).expect("test text");
        (text, opened.compressed)
    }

    #[test]
    fn gzip_is_found_by_its_first_bytes_and_taken_off() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(b"Date,Amount").expect("memory takes all");
        let once = gzip.finish().expect("memory takes all");
        assert_eq!(read(once.clone()), ("Date,Amount".into(), true));
        assert_eq!(
            read([once.clone(), once].concat()),
            ("Date,AmountDate,Amount".into(), true)
        );
    }

    #[test]
    fn short_and_plain_sources_come_unchanged() {
        for text in ["", "D", "Date,Amount"] {
            assert_eq!(read(text.into()), (text.into(), false));
        }
    }
}
