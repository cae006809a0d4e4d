//! Sealing to a key of which only the closing of a round has the other half: HPKE (RFC 9180) in base mode, with X25519,
//! HKDF-SHA256 and ChaCha20-Poly1305.

use super::Random;
use crate::error::{Error, Trouble};
use handback_core::record::RecordId;
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use std::convert::Infallible;

/// The most bytes that can be sealed: every envelope is padded to this, so that its length tells nothing.
pub const LONGEST: usize = 4_096 - 2;

const INFO: &[u8] = b"handback answer 1";

/// A key to seal with, and the one that opens.
pub(super) struct Pair {
    pub(super) public: Vec<u8>,
    pub(super) private: Vec<u8>,
}

/// Randomness as the crates of cryptography ask for it.
struct Drawn(Random);

impl TryRng for Drawn {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        (self.0)(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        (self.0)(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        (self.0)(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Drawn {}

pub(super) fn fresh(random: Random) -> Pair {
    let (private, public) = X25519HkdfSha256::gen_keypair_with_rng(&mut Drawn(random));
    Pair {
        public: public.to_bytes().to_vec(),
        private: private.to_bytes().to_vec(),
    }
}

fn refused(what: &'static str) -> Error {
    Trouble::AnswerBox(what).into()
}

/// Seal a text for a round, padded with its length before it.
pub(super) fn seal(
    public: &[u8],
    round: RecordId,
    text: &[u8],
    random: Random,
) -> Result<Vec<u8>, Error> {
    let length = u16::try_from(text.len())
        .ok()
        .filter(|_| text.len() <= LONGEST);
    let length = length.ok_or_else(|| refused("an answer is too long to be sealed"))?;
    let mut padded = vec![0; LONGEST + 2];
    padded[..2].copy_from_slice(&length.to_be_bytes());
    padded[2..2 + text.len()].copy_from_slice(text);
    let public = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(public)
        .map_err(|_| refused("the key to seal with cannot be read"))?;
    let (shared, sealed) =
        hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeS::Base,
            &public,
            INFO,
            &padded,
            &round.0,
            &mut Drawn(random),
        )
        .map_err(|_| refused("an answer could not be sealed"))?;
    Ok([&shared.to_bytes()[..], &sealed[..]].concat())
}

/// Open what [`seal`] sealed for the same round.
pub(super) fn open(private: &[u8], round: RecordId, sealed: &[u8]) -> Result<Vec<u8>, Error> {
    let unreadable = || refused("a sealed answer cannot be opened with the key of its round");
    let private =
        <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(private).map_err(|_| unreadable())?;
    let (shared, sealed) = sealed.split_at_checked(32).ok_or_else(unreadable)?;
    let shared =
        <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(shared).map_err(|_| unreadable())?;
    let padded = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &private,
        &shared,
        INFO,
        sealed,
        &round.0,
    )
    .map_err(|_| unreadable())?;
    let (length, text) = padded.split_first_chunk().ok_or_else(unreadable)?;
    let text = text.get(..usize::from(u16::from_be_bytes(*length)));
    Ok(text.ok_or_else(unreadable)?.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Not random at all: enough to seal with in a test.
    fn drawn(bytes: &mut [u8]) {
        bytes.fill(7);
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_for_its_round_alone(text in prop::collection::vec(any::<u8>(), 0..600)) {
            let pair = fresh(drawn);
            let (one, other) = (RecordId([1; 16]), RecordId([2; 16]));
            let sealed = seal(&pair.public, one, &text, drawn).expect("seals");
            prop_assert_eq!(sealed.len(), 32 + LONGEST + 2 + 16);
            prop_assert_eq!(open(&pair.private, one, &sealed).expect("opens"), text);
            prop_assert!(open(&pair.private, other, &sealed).is_err());
        }
    }

    #[test]
    fn what_is_too_long_is_refused() {
        let pair = fresh(drawn);
        let round = RecordId([1; 16]);
        assert!(seal(&pair.public, round, &vec![1; LONGEST], drawn).is_ok());
        assert!(seal(&pair.public, round, &vec![1; LONGEST + 1], drawn).is_err());
    }
}
