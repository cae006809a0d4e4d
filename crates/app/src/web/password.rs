//! Passwords: what is accepted, how they are kept, how they are compared.

use super::fields::{FieldFaults, Fields};
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

/// Length is what makes a password hard to guess (NCSC, "Password policy: updating your approach"):
/// no rules about signs or digits.
const SHORTEST: usize = 12;
const LONGEST: usize = 200;

/// The password of a form that asks for it once, and what is wrong with it.
pub fn chosen(form: &Fields, faults: &mut FieldFaults) -> String {
    let password = form.typed("password");
    let length = password.chars().count();
    if length == 0 {
        faults.add("password", "Enter a password");
    } else if length < SHORTEST {
        faults.add(
            "password",
            format!("The password must have at least {SHORTEST} characters: three words will do"),
        );
    } else if length > LONGEST {
        faults.add(
            "password",
            format!("The password must have at most {LONGEST} characters"),
        );
    } else if form
        .get("login")
        .is_some_and(|login| password.eq_ignore_ascii_case(login))
    {
        faults.add("password", "The password must not be what you sign in with");
    }
    password.to_owned()
}

/// What is kept of a password: Argon2id with the crate's parameters, as OWASP recommends.
pub fn kept(password: &str) -> anyhow::Result<String> {
    let mut salt = [0; 16];
    crate::clock::random(&mut salt);
    let hash: PasswordHash =
        Argon2::default().hash_password_with_salt(password.as_bytes(), &salt)?;
    Ok(hash.to_string())
}

/// Whether a password is the one that was kept. Takes as long where none is kept, so that nobody
/// learns from the time who has an account.
pub fn is_right(password: &str, kept: Option<&str>) -> bool {
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm90aGluZy1pcy1oZXJl$\
                          v3n2M0Ny8xWmZl6o8yAHd1u4v4T1sMZl8gRk3cV2m0s";
    let hash = PasswordHash::new(kept.unwrap_or(NOBODY));
    let right = hash.is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    });
    right && kept.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_kept_so_that_only_it_is_right() {
        let hash = kept("three words will do").expect("a hash");
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert!(is_right("three words will do", Some(&hash)));
        assert!(!is_right("three words will not", Some(&hash)));
        assert!(!is_right("three words will do", None));
        assert_ne!(kept("three words will do").expect("a hash"), hash);
    }

    #[test]
    fn nobody_costs_as_much_as_somebody() {
        // The stand-in must be a hash that is really computed.
        assert!(PasswordHash::new("$argon2id$v=19$m=19456,t=2,p=1$bm90aGluZy1pcy1oZXJl$v3n2M0Ny8xWmZl6o8yAHd1u4v4T1sMZl8gRk3cV2m0s").is_ok());
    }

    #[test]
    fn a_password_must_be_long_and_not_the_login() {
        for (form, wrong) in [
            (&b"password="[..], true),
            (b"password=short", true),
            (b"password=ann@example.org&login=Ann@Example.org", true),
            (b"password=correct+horse+battery", false),
        ] {
            let mut faults = FieldFaults::default();
            chosen(&Fields::parse(form), &mut faults);
            assert_eq!(!faults.is_empty(), wrong, "{form:?}");
        }
    }
}
