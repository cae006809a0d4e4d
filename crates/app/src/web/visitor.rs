//! Who asks: nobody known, somebody signed in, or a program with a token.
//!
//! A browser holds one cookie with 32 random bytes, its secret. The desk knows a session by a hash of
//! the secret, so reading the desk lets nobody in. The token that every form carries is made from the
//! same secret, so another site can neither read nor guess it.

use crate::data::Author;
use axum::http::{HeaderMap, header};
use handback_core::permission::{Action, Grant, Permit, Refusal, Subject};
use handback_core::record::Visibility;
use handback_register::desk::Account;
use sha2::{Digest, Sha256};

/// The random bytes of a cookie, a link or a token. Never stored, never logged: the desk holds
/// [`Secret::key`].
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

/// What a secret is for, so that one sort of key never opens another sort of door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    Session,
    Link,
    Token,
    /// A calendar feed.
    Feed,
}

impl Secret {
    /// A secret that nobody can guess.
    pub fn fresh() -> Secret {
        let mut bytes = [0; 32];
        crate::clock::random(&mut bytes);
        Secret(bytes)
    }

    /// As it stands in a cookie, a link or a header: 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Secret> {
        from_hex(text).map(Secret)
    }

    pub fn words(&self) -> String {
        to_hex(&self.0)
    }

    /// What the desk holds in its place.
    pub fn key(&self, door: Door) -> [u8; 32] {
        let door = match door {
            Door::Session => "handback session",
            Door::Link => "handback link",
            Door::Token => "handback token",
            Door::Feed => "handback feed",
        };
        digest(&[door.as_bytes(), &self.0])
    }

    /// A token for one form. Each is different, so that compressed pages give nothing away.
    pub fn form_token(&self) -> String {
        let nonce = Secret::fresh().0;
        to_hex(&nonce) + &to_hex(&self.form_mark(&nonce))
    }

    /// Whether a form's token was made from this secret.
    pub fn made(&self, token: &str) -> bool {
        let (Some(nonce), Some(mark)) = (
            token.get(..64).and_then(from_hex),
            token.get(64..).and_then(from_hex),
        ) else {
            return false;
        };
        let expected = self.form_mark(&nonce);
        // All bytes are looked at, however early they differ.
        let differing = expected
            .iter()
            .zip(mark)
            .fold(0, |sum, (a, b)| sum | (a ^ b));
        differing == 0
    }

    fn form_mark(&self, nonce: &[u8; 32]) -> [u8; 32] {
        digest(&[b"handback form", &self.0, nonce])
    }
}

fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// Bytes as lower-case hexadecimal digits, two to a byte.
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * place..2 * place + 2], 16).ok()?;
    }
    Some(bytes)
}

/// Who asks.
#[derive(Clone, Default)]
pub struct Visitor {
    /// The secret in the browser's cookie, if it has one.
    pub secret: Option<Secret>,
    /// Whose session or token it is.
    pub account: Option<Account>,
    /// What the visitor may: the account's grants, or the fewer of a token.
    pub grants: Vec<Grant>,
    /// Whether a program showed a token that is none, or none any more.
    pub bad_token: bool,
}

impl Visitor {
    pub fn is_signed_in(&self) -> bool {
        self.account.is_some()
    }

    /// The permit to do this to that, or why not.
    pub fn permit(&self, action: Action, subject: &Subject) -> Result<Permit, Refusal> {
        self.author()
            .ok_or(Refusal::NoRole)?
            .permit(action, subject)
    }

    /// Whether some subject exists on which the visitor may do this.
    pub fn could(&self, action: Action) -> bool {
        handback_core::permission::could(&self.grants, action)
    }

    /// Whether the visitor may see a record.
    pub fn sees(&self, visibility: Visibility, subject: &Subject) -> bool {
        handback_core::permission::sees(&self.grants, visibility, subject)
    }

    /// Who states and decides, when somebody is signed in.
    pub fn author(&self) -> Option<Author> {
        self.account.as_ref().map(|account| Author {
            actor: account.actor.clone(),
            grants: self.grants.clone(),
        })
    }
}

/// The value of a cookie.
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter();
    let pairs = cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'));
    pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(held, _)| *held == name)
        .map(|(_, value)| value.to_owned())
}

/// The bearer token of a program.
pub fn bearer(headers: &HeaderMap) -> Option<Secret> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| Secret::parse(token.trim()))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_token_is_of_one_secret_alone() {
        let (mine, yours) = (Secret::fresh(), Secret::fresh());
        let token = mine.form_token();
        assert!(mine.made(&token));
        assert!(!yours.made(&token));
        assert_ne!(mine.form_token(), token);
        for wrong in ["", "00", &token[1..], &token.replace(&token[..1], "z")] {
            assert!(!mine.made(wrong), "{wrong}");
        }
    }

    #[test]
    fn keys_open_one_sort_of_door() {
        let secret = Secret::fresh();
        assert_ne!(secret.key(Door::Session), secret.key(Door::Link));
        assert_ne!(secret.key(Door::Link), secret.key(Door::Token));
        assert_eq!(
            Secret::parse(&secret.words()).map(|secret| secret.words()),
            Some(secret.words())
        );
        assert!(Secret::parse("é".repeat(32).as_str()).is_none());
    }

    #[test]
    fn cookies_and_bearer_tokens_are_found_among_others() {
        let secret = Secret::fresh().words();
        let mut headers = HeaderMap::new();
        let value = format!("other=1; handback={secret}; more=2");
        headers.insert(header::COOKIE, value.parse().expect("a header"));
        headers.insert(
            header::AUTHORIZATION,
            format!("Bearer {secret}").parse().expect("a header"),
        );
        assert_eq!(cookie(&headers, "handback"), Some(secret));
        assert_eq!(cookie(&headers, "hand"), None);
        assert!(bearer(&headers).is_some());
    }
}
