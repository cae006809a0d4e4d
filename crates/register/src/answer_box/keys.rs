//! The keys of rounds, in a folder of their own: outside the data directory, in no backup, gone when a round closes.

use super::{Random, Token};
use crate::error::{Error, Trouble};
use blind_rsa_signatures::{
    DefaultRng, KeyPairSha384PSSRandomized, MessageRandomizer, PublicKeySha384PSSRandomized,
    SecretKeySha384PSSRandomized, Signature,
};
use handback_core::record::RecordId;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The length of a round's key for signatures.
pub const BITS: usize = 3_072;

/// The key that signs tokens of a round without seeing them: RSABSSA-SHA384-PSS-Randomized (RFC 9474). Each signing is
/// blinded once more by randomness, so that its time tells nothing of the key (RUSTSEC-2023-0071).
pub struct Signing(SecretKeySha384PSSRandomized);

fn wrong(what: &'static str) -> Error {
    Trouble::AnswerBox(what).into()
}

impl Signing {
    pub(super) fn fresh() -> Result<Signing, Error> {
        let pair = KeyPairSha384PSSRandomized::generate(&mut DefaultRng, BITS);
        Ok(Signing(
            pair.map_err(|_| wrong("a key for signatures could not be made"))?
                .sk,
        ))
    }

    pub(super) fn public(&self) -> Result<Vec<u8>, Error> {
        let public = self.0.public_key().and_then(|key| key.to_der());
        public.map_err(|_| wrong("a key for signatures cannot be written"))
    }

    /// SHA-256 of the modulus.
    pub(super) fn hash(&self) -> Result<[u8; 32], Error> {
        Ok(Sha256::digest(modulus(&self.public()?)?).into())
    }

    pub(super) fn sign(&self, blinded: &[u8]) -> Result<Vec<u8>, Error> {
        let signed = self.0.blind_sign(blinded);
        Ok(signed.map_err(|_| wrong("this is no blinded message"))?.0)
    }
}

fn public_of(der: &[u8]) -> Result<PublicKeySha384PSSRandomized, Error> {
    PublicKeySha384PSSRandomized::from_der(der)
        .map_err(|_| wrong("a key for signatures cannot be read"))
}

pub(super) fn modulus(public: &[u8]) -> Result<Vec<u8>, Error> {
    Ok(public_of(public)?.components().n())
}

/// Whether a token bears the signature of this key.
pub(super) fn verify(public: &[u8], token: &Token) -> Result<bool, Error> {
    let verified = public_of(public)?.verify(
        &Signature(token.signature.clone()),
        Some(MessageRandomizer(token.randomizer)),
        &token.message,
    );
    Ok(verified.is_ok())
}

/// Make the folder, for nobody else to look into.
pub(super) fn folder(keys: &Path) -> Result<(), Error> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    Ok(builder.create(keys).map_err(|reason| Trouble::File {
        path: keys.into(),
        reason,
    })?)
}

fn path(keys: &Path, round: RecordId, which: &str) -> PathBuf {
    keys.join(format!("{round}.{which}"))
}

pub(super) fn keep(
    keys: &Path,
    round: RecordId,
    sealing: &[u8],
    signing: &Signing,
) -> Result<(), Error> {
    write(&path(keys, round, "seal"), sealing)?;
    let signing = signing.0.to_der();
    let signing = signing.map_err(|_| wrong("a key for signatures cannot be written"))?;
    write(&path(keys, round, "sign"), &signing)
}

pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(path)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    Ok(written.map_err(|reason| Trouble::File {
        path: path.into(),
        reason,
    })?)
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>, Error> {
    Ok(fs::read(path).map_err(|reason| Trouble::File {
        path: path.into(),
        reason,
    })?)
}

pub(super) fn sealing(keys: &Path, round: RecordId) -> Result<Vec<u8>, Error> {
    read(&path(keys, round, "seal"))
}

pub(super) fn signing(keys: &Path, round: RecordId) -> Result<Signing, Error> {
    let der = read(&path(keys, round, "sign"))?;
    let key = SecretKeySha384PSSRandomized::from_der(&der);
    Ok(Signing(key.map_err(|_| {
        wrong("a key for signatures cannot be read")
    })?))
}

/// The rounds that have keys here.
pub(super) fn kept(keys: &Path) -> Result<BTreeSet<RecordId>, Error> {
    let trouble = |reason| Trouble::File {
        path: keys.into(),
        reason,
    };
    let mut kept = BTreeSet::new();
    for file in fs::read_dir(keys).map_err(trouble)? {
        let name = file.map_err(trouble)?.file_name();
        let name = name.to_string_lossy();
        let stem = name.strip_suffix(".seal").or(name.strip_suffix(".sign"));
        kept.extend(stem.and_then(|stem| stem.parse::<RecordId>().ok()));
    }
    Ok(kept)
}

/// Overwrite and remove the keys of a round. Those that are gone already are gone.
pub(super) fn destroy(keys: &Path, round: RecordId, random: Random) -> Result<(), Error> {
    for which in ["seal", "sign"] {
        let path = path(keys, round, which);
        let Ok(length) = fs::metadata(&path).map(|it| it.len()) else {
            continue;
        };
        let mut noise = vec![0; usize::try_from(length).unwrap_or_default()];
        random(&mut noise);
        let gone = OpenOptions::new()
            .write(true)
            .open(&path)
            .and_then(|mut file| file.write_all(&noise).and_then(|()| file.sync_all()))
            .and_then(|()| fs::remove_file(&path));
        gone.map_err(|reason| Trouble::File { path, reason })?;
    }
    Ok(())
}
