//! The files that entries speak of: sources and attachments, each under its SHA-256, compressed.

use crate::error::{Error, Trouble};
use sha2::{Digest, Sha256};
use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The SHA-256 of a file as it came, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}
impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A text that is not 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the SHA-256 of a file (64 hexadecimal digits)")]
pub struct NotAFingerprint(pub String);

impl FromStr for Fingerprint {
    type Err = NotAFingerprint;
    fn from_str(text: &str) -> Result<Fingerprint, NotAFingerprint> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| NotAFingerprint(text.into()))?;
        Ok(Fingerprint(bytes))
    }
}

/// A directory of kept files. Nothing in it is ever changed.
#[derive(Clone, Debug)]
pub struct Vault {
    directory: PathBuf,
}

impl Vault {
    /// Open a vault, making its directory where there is none.
    pub fn open(directory: &Path) -> Result<Vault, Error> {
        fs::create_dir_all(directory).map_err(at(directory))?;
        Ok(Vault {
            directory: directory.into(),
        })
    }

    /// Keep a file, in bounded memory. Once this answers, the file outlives a power cut; until
    /// then there is nothing under its name. A file that is kept already is kept once.
    pub fn put(&self, source: impl Read) -> Result<Fingerprint, Error> {
        self.stage(source)?.keep()
    }

    /// Take a file in without keeping it yet: unless [`Staged::keep`] is called, nothing stays.
    pub fn stage(&self, source: impl Read) -> Result<Staged, Error> {
        let staged = self.write(source).map_err(at(&self.directory))?;
        Ok(staged)
    }

    fn write(&self, source: impl Read) -> io::Result<Staged> {
        let file = tempfile::Builder::new()
            .prefix(".incoming-")
            .tempfile_in(&self.directory)?;
        let mut compressed = zstd::Encoder::new(file, zstd::DEFAULT_COMPRESSION_LEVEL)?;
        let mut hashed = Hashed {
            inner: source,
            hash: Sha256::new(),
        };
        io::copy(&mut hashed, &mut compressed)?;
        let mut file = compressed.finish()?;
        file.flush()?;
        file.as_file().sync_all()?;
        Ok(Staged {
            vault: self.clone(),
            file,
            fingerprint: Fingerprint(hashed.hash.finalize().into()),
        })
    }

    /// A kept file, decompressed as it is read. Reading fails at the end if the content is not
    /// what its name says; so act on nothing before the end is reached.
    pub fn get(&self, fingerprint: Fingerprint) -> Result<impl Read + Send + use<>, Error> {
        let path = self.path(fingerprint);
        let file = File::open(&path).map_err(|reason| match reason.kind() {
            io::ErrorKind::NotFound => Trouble::NotInVault(fingerprint),
            _ => at(&path)(reason),
        })?;
        let plain = zstd::Decoder::new(BufReader::new(file)).map_err(at(&path))?;
        Ok(Checked {
            content: Hashed {
                inner: plain,
                hash: Sha256::new(),
            },
            fingerprint,
            path,
        })
    }

    /// Whether a file is kept.
    pub fn holds(&self, fingerprint: Fingerprint) -> bool {
        self.path(fingerprint).is_file()
    }

    fn path(&self, fingerprint: Fingerprint) -> PathBuf {
        self.directory.join(format!("{fingerprint}.zst"))
    }
}

/// A file taken in and not kept yet. Dropped, it leaves nothing behind.
#[derive(Debug)]
pub struct Staged {
    vault: Vault,
    file: tempfile::NamedTempFile,
    fingerprint: Fingerprint,
}

impl Staged {
    /// What the file will be kept as.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Keep it.
    pub fn keep(self) -> Result<Fingerprint, Error> {
        let directory = &self.vault.directory;
        let persist = || {
            self.file.persist(self.vault.path(self.fingerprint))?;
            File::open(directory)?.sync_all()
        };
        persist().map_err(at(directory))?;
        Ok(self.fingerprint)
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> Trouble {
    let path = path.to_owned();
    move |reason| Trouble::File { path, reason }
}

/// Hashes what is read through it.
struct Hashed<R> {
    inner: R,
    hash: Sha256,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hash.update(&buffer[..read]);
        Ok(read)
    }
}

/// Compares the hash at the end.
struct Checked<R> {
    content: Hashed<R>,
    fingerprint: Fingerprint,
    path: PathBuf,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let damaged = |what: &dyn fmt::Display| {
            let message = format!("{}: {what}: restore it from a backup", self.path.display());
            io::Error::new(io::ErrorKind::InvalidData, message)
        };
        let read = self
            .content
            .read(buffer)
            .map_err(|reason| damaged(&reason))?;
        let at_end = read == 0 && !buffer.is_empty();
        if at_end && self.content.hash.clone().finalize()[..] != self.fingerprint.0 {
            return Err(damaged(&"the content is not what its name says"));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tempfile::{TempDir, tempdir};

    fn vault() -> (TempDir, Vault) {
        let directory = tempdir().expect("a temporary directory");
        let vault = Vault::open(&directory.path().join("vault")).expect("an empty vault");
        (directory, vault)
    }

    fn content(vault: &Vault, fingerprint: Fingerprint) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        vault
            .get(fingerprint)
            .expect("it is kept")
            .read_to_end(&mut content)?;
        Ok(content)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn what_is_put_is_got(bytes in proptest::collection::vec(any::<u8>(), 0..5_000)) {
            let (_directory, vault) = vault();
            let fingerprint = vault.put(&bytes[..]).expect("kept");
            prop_assert_eq!(fingerprint.0, <[u8; 32]>::from(Sha256::digest(&bytes)));
            prop_assert_eq!(content(&vault, fingerprint).expect("readable"), bytes);
        }
    }

    #[test]
    fn the_same_file_is_kept_once() {
        let (_directory, vault) = vault();
        let one = vault.put(&b"the same"[..]).expect("kept");
        assert_eq!(vault.put(&b"the same"[..]).expect("kept"), one);
        assert_eq!(fs::read_dir(&vault.directory).expect("readable").count(), 1);
    }

    #[test]
    fn a_source_that_fails_leaves_nothing() {
        struct Fails;
        impl Read for Fails {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("the line went dead"))
            }
        }
        let (_directory, vault) = vault();
        let error = vault
            .put((&b"half a file"[..]).chain(Fails))
            .expect_err("a failed source");
        assert!(error.to_string().contains("the line went dead"), "{error}");
        assert_eq!(fs::read_dir(&vault.directory).expect("readable").count(), 0);
    }

    #[test]
    fn damage_is_noticed_at_the_end() {
        let (_directory, vault) = vault();
        let one = vault.put(&b"one"[..]).expect("kept");
        let other = vault.put(&b"other"[..]).expect("kept");
        fs::copy(vault.path(other), vault.path(one)).expect("overwritten");
        let error = content(&vault, one).expect_err("another content");
        assert!(
            error.to_string().contains("not what its name says"),
            "{error}"
        );

        let whole = fs::read(vault.path(other)).expect("readable");
        fs::write(vault.path(other), &whole[..whole.len() - 3]).expect("cut short");
        assert!(content(&vault, other).is_err());
    }

    #[test]
    fn what_is_not_there_is_said_so() {
        let (_directory, vault) = vault();
        let missing: Fingerprint = "ab".repeat(32).parse().expect("a fingerprint");
        assert!(!vault.holds(missing));
        assert!(
            vault
                .get(missing)
                .map(drop)
                .expect_err("not kept")
                .is_not_found()
        );
        assert!("../../passwd".parse::<Fingerprint>().is_err());
    }
}
