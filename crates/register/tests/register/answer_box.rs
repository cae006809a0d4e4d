//! The answer box: one answer each, nothing that links one to who gave it, and nothing left once a round is forgotten.

mod attack;

use blind_rsa_signatures::{BlindSignature, DefaultRng, PublicKeySha384PSSRandomized};
use handback_core::engagement::response::Comment;
use handback_core::engagement::way::Way;
use handback_core::record::RecordId;
use handback_register::answer_box::{AnswerBox, Comments, Entitlement, NotTaken, Standing, Token};
use rsa::RsaPublicKey;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use std::path::PathBuf;

pub const ROUND: RecordId = RecordId([7; 16]);

/// From the operating system, as in the program.
pub fn random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("random bytes");
}

/// A folder with a box in it, and the keys beside it.
pub struct Place {
    pub folder: tempfile::TempDir,
    pub answers: AnswerBox,
}

impl Place {
    pub async fn new() -> Place {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, keys) = (
            folder.path().join("answers.sqlite"),
            folder.path().join("keys"),
        );
        let answers = AnswerBox::open(&file, &keys, random).await.expect("opens");
        answers.prepare(ROUND).await.expect("keys");
        Place { folder, answers }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub async fn comments(&self) -> Comments {
        let (file, keys) = (self.path("comments.sqlite"), self.path("keys"));
        Comments::open(&file, &keys, random).await.expect("opens")
    }

    async fn accept(&self, entitlement: &Entitlement, text: &str) -> Result<(), NotTaken> {
        let accepted = self.answers.accept(ROUND, entitlement, text.as_bytes());
        accepted.await.expect("the box works")
    }

    async fn slip(&self, secret: &str, way: Way) -> Entitlement {
        let secret = secret.as_bytes().to_vec();
        let made = self
            .answers
            .slips(ROUND, way, std::slice::from_ref(&secret));
        made.await.expect("a slip");
        Entitlement::Slip(secret)
    }

    async fn opened(&self) -> Vec<String> {
        let opened = self.answers.opened(ROUND).await.expect("opens");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        opened.into_iter().map(text).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_answers_once_however_many_try_at_once() {
    let place = Place::new().await;
    let slip = place.slip("ann", Way::Email).await;
    let unknown = Entitlement::Slip(b"nobody".to_vec());
    assert_eq!(place.accept(&unknown, "x").await, Err(NotTaken::Unknown));
    let tries = (0..20).map(|_| place.accept(&slip, "mine"));
    let outcomes = futures_util::future::join_all(tries).await;
    let taken = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(taken, 1, "{outcomes:?}");
    assert!(
        outcomes
            .iter()
            .all(|it| it.is_ok() || *it == Err(NotTaken::Used))
    );
    assert_eq!(place.opened().await, ["mine"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_for_everybody_takes_every_answer_until_the_round_closes() {
    let place = Place::new().await;
    let tries = ["b", "a", "c", "a"].map(|text| {
        let place = &place;
        async move { place.accept(&Entitlement::Open, text).await }
    });
    for outcome in futures_util::future::join_all(tries).await {
        assert_eq!(outcome, Ok(()));
    }
    place.answers.closing(ROUND).await.expect("closes");
    assert_eq!(place.answers.waiting(ROUND).await.expect("looks"), 4);
    let late = place.accept(&Entitlement::Open, "late").await;
    assert_eq!(late, Err(NotTaken::Closed));
    // In order of what they say, whatever the order in which they came.
    assert_eq!(place.opened().await, ["a", "a", "b", "c"]);
}

fn public(modulus: &[u8]) -> PublicKeySha384PSSRandomized {
    let number = |bytes: &[u8]| rsa::BoxedUint::from_be_slice_vartime(bytes);
    let key = RsaPublicKey::new(number(modulus), number(&[1, 0, 1])).expect("a key");
    PublicKeySha384PSSRandomized::new(key)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_signed_once_and_unseen_and_answers_once() {
    let place = Place::new().await;
    let slip = place.slip("ann", Way::Email).await;
    let modulus = place.answers.modulus(ROUND).await.expect("reads");
    let key = public(&modulus.expect("a key"));
    let message = [9; 32];
    let blinding = key.blind(&mut DefaultRng, message).expect("blinds");
    let sign = |blinded: Vec<u8>| {
        let answers = place.answers.clone();
        async move { answers.sign(ROUND, b"ann", &blinded).await.expect("works") }
    };
    let signature = sign(blinding.blind_message.0.clone()).await.expect("signs");
    // A lost connection: the same again, and no other.
    assert_eq!(
        sign(blinding.blind_message.0.clone()).await,
        Ok(signature.clone())
    );
    let other = key.blind(&mut DefaultRng, [8; 32]).expect("blinds");
    assert_eq!(sign(other.blind_message.0).await, Err(NotTaken::Signed));
    assert_eq!(place.accept(&slip, "plain").await, Err(NotTaken::Signed));

    let finished = key.finalize(&BlindSignature(signature), &blinding, message);
    let token = Token {
        message: message.to_vec(),
        randomizer: blinding.msg_randomizer.expect("randomized").0,
        signature: finished.expect("a signature of the key").0,
    };
    let forged = Token {
        message: vec![1; 32],
        ..token.clone()
    };
    for (token, outcome) in [
        (forged, Err(NotTaken::Unknown)),
        (token.clone(), Ok(())),
        (token, Err(NotTaken::Used)),
    ] {
        let accepted = place.accept(&Entitlement::Token(token), "unseen").await;
        assert_eq!(accepted, outcome);
    }
    let tokens = place.answers.tokens(ROUND).await.expect("counts");
    assert_eq!((tokens.signed, tokens.accepted), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printed_code_gets_no_signature_and_a_ticket_none_either() {
    let place = Place::new().await;
    for (secret, way) in [("code", Way::Code), ("ticket", Way::Ticket)] {
        let slip = place.slip(secret, way).await;
        let signed = place.answers.sign(ROUND, secret.as_bytes(), &[1; 384]);
        assert_eq!(signed.await.expect("works"), Err(NotTaken::Unknown));
        assert_eq!(place.accept(&slip, secret).await, Ok(()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_forgotten_is_gone_and_can_be_forgotten_again() {
    let place = Place::new().await;
    place
        .accept(&Entitlement::Open, "something to hide")
        .await
        .expect("taken");
    let before = std::fs::read(place.path("answers.sqlite")).expect("the file");
    assert!(!holds(&before, b"something to hide"));
    let sealed = sealed(&place).await;
    place.answers.closing(ROUND).await.expect("closes");
    let folder = place.path("keys");
    let names: Vec<_> = std::fs::read_dir(&folder)
        .expect("the folder")
        .map(|file| file.expect("a file").path())
        .collect();
    let keys = names.iter().map(|path| std::fs::read(path).expect("a key"));
    let keys: Vec<Vec<u8>> = keys.collect();
    assert!(!keys.is_empty());
    place.answers.sweep().await.expect("sweeps");
    assert!(names[0].exists(), "what is held keeps its keys");
    for _ in 0..2 {
        place.answers.forget(&[ROUND]).await.expect("forgets");
        assert!(!place.answers.holds(ROUND).await.expect("looks"));
    }
    let left = || std::fs::read_dir(&folder).expect("the folder").count();
    assert_eq!(left(), 0);
    // As if the closing had been cut short before the keys were destroyed.
    for (path, key) in names.iter().zip(&keys) {
        std::fs::write(path, key).expect("a key");
    }
    place.answers.sweep().await.expect("sweeps");
    assert_eq!(left(), 0);
    let after = std::fs::read(place.path("answers.sqlite")).expect("the file");
    let pieces: Vec<&[u8]> = sealed.chunks_exact(64).collect();
    // All but those that lie across two pages of the file.
    let found = pieces.iter().filter(|piece| holds(&before, piece)).count();
    assert!(found + 2 >= pieces.len(), "{found} of {}", pieces.len());
    assert!(!pieces.iter().any(|piece| holds(&after, piece)));
    assert!(!place.path("answers.sqlite-journal").exists());
}

pub fn holds(bytes: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(bytes, part).is_some()
}

/// The one sealed answer that lies in the box.
async fn sealed(place: &Place) -> Vec<u8> {
    let options = SqliteConnectOptions::new().filename(place.path("answers.sqlite"));
    let open = SqliteConnection::connect_with(&options).await;
    let mut open = open.expect("a database");
    let sealed = sqlx::query_scalar("SELECT sealed FROM sealed").fetch_one(&mut open);
    sealed.await.expect("one answer")
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_twice() {
    let place = Place::new().await;
    let asked = |whom| place.answers.note_asked(ROUND, whom);
    assert!(asked("Ann@example.org").await.expect("notes"));
    assert!(!asked(" ann@EXAMPLE.org ").await.expect("notes"));
    place
        .answers
        .not_asked(ROUND, "ann@example.org")
        .await
        .expect("takes back");
    assert!(asked("ann@example.org").await.expect("notes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_are_kept_once_shown_by_somebody_and_erased_for_good() {
    let place = Place::new().await;
    let comments = place.comments().await;
    let written = |text: &str| Comment {
        service: Some("Network".into()),
        text: text.into(),
    };
    // Two people who wrote the same are two.
    let all = [written("Slow"), written("Slow"), written("The printer")];
    for _ in 0..2 {
        comments.keep(ROUND, &all).await.expect("keeps");
    }
    let kept = comments.all().await.expect("reads");
    assert_eq!(
        kept.iter().map(|it| &it.comment).collect::<Vec<_>>(),
        all.iter().collect::<Vec<_>>()
    );
    assert!(kept.iter().all(|it| it.standing == Standing::Waiting));
    comments
        .stand(kept[0].key, Standing::Shown)
        .await
        .expect("shows");
    comments.erase(kept[2].key).await.expect("erases");
    let kept = comments.all().await.expect("reads");
    let mut stands: Vec<Standing> = kept.iter().map(|it| it.standing).collect();
    stands.sort();
    assert_eq!(stands, [Standing::Waiting, Standing::Shown]);
    let bytes = std::fs::read(place.path("comments.sqlite")).expect("the file");
    assert!(!holds(&bytes, b"printer"));
}
