//! An attack on what is kept: three rounds of 200 people, and somebody who has the files, the backups of every hour, the
//! letters, and knows in which order people answered. They must not link answers better than chance does; and they must
//! succeed where a leak is planted, or the attack proves nothing.

use super::{Place, ROUND, holds};
use handback_core::engagement::response::Comment;
use handback_core::engagement::way::Way;
use handback_register::answer_box::Entitlement;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, Row, SqliteConnection};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const PEOPLE: usize = 200;
const ROUNDS: u8 = 3;

/// Between two hourly backups so many people answer.
const AN_HOUR: usize = 25;

/// A person of the script, in the order in which they answer.
struct Person {
    secret: Vec<u8>,
    /// What only they would write: of a length of its own for most.
    comment: String,
}

fn people(round: u8) -> Vec<Person> {
    let mut dice = ChaCha8Rng::seed_from_u64(u64::from(round));
    let person = |_| {
        let word = format!("{:016x}", dice.next_u64());
        let length = dice.next_u32() as usize % 180;
        Person {
            secret: dice.next_u64().to_string().into_bytes(),
            comment: format!("{word} {}", "x".repeat(length)),
        }
    };
    (0..PEOPLE).map(person).collect()
}

/// What somebody can lay hands on.
struct Kept {
    /// Copies of the data directory, hour by hour, and the last one.
    copies: Vec<PathBuf>,
    /// As a moderator reads them, or as they stand in what is kept: contents in an order.
    listed: Vec<(String, Vec<String>)>,
    /// What a server wrote down of each request: who, and how long its body was.
    log: Vec<(usize, usize)>,
}

/// The chance of so strong a rank correlation between two orders of the same things, were they unrelated.
fn chance_of_order(truth: &[usize]) -> f64 {
    let n = truth.len() as f64;
    let squares = truth
        .iter()
        .enumerate()
        .map(|(rank, own)| (rank as f64 - *own as f64).powi(2));
    let rho = 1.0 - 6.0 * squares.sum::<f64>() / (n * (n * n - 1.0));
    normal_tail(rho.abs() * (n - 1.0).sqrt()) * 2.0
}

/// The chance of at least so many people matched, were they matched by lot: about Poisson with mean 1.
fn chance_of_matches(matches: usize) -> f64 {
    let mut term = (-1.0f64).exp();
    let mut below = 0.0;
    for k in 0..matches {
        below += term;
        term /= (k + 1) as f64;
    }
    (1.0 - below).max(f64::MIN_POSITIVE)
}

/// P(Z > z), by Abramowitz and Stegun 26.2.17.
fn normal_tail(z: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * z);
    let poly = t
        * (0.319_381_530
            + t * (-0.356_563_782
                + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
    poly * (-z * z / 2.0).exp() / (std::f64::consts::TAU).sqrt()
}

/// The smallest chance of all ways to link, corrected for how many were tried.
fn attack(people: &[Person], kept: &Kept) -> f64 {
    let place: BTreeMap<&str, usize> = people
        .iter()
        .enumerate()
        .map(|(place, it)| (it.comment.as_str(), place))
        .collect();
    let mut chances = vec![1.0];
    for (_, listed) in &kept.listed {
        let truth: Vec<usize> = listed
            .iter()
            .filter_map(|text| place.get(text.as_str()).copied())
            .collect();
        if truth.len() < PEOPLE / 2 {
            continue;
        }
        let matches = truth
            .iter()
            .enumerate()
            .filter(|(rank, own)| rank == *own)
            .count();
        chances.push(chance_of_order(&truth));
        chances.push(chance_of_matches(matches));
        // A body is as long as its comment and what stands around it: the nearest length is the guess.
        let around = kept
            .log
            .iter()
            .map(|(_, length)| *length)
            .min()
            .unwrap_or_default();
        let shortest = listed.iter().map(String::len).min().unwrap_or_default();
        let linked = kept.log.iter().filter(|(who, length)| {
            let same: Vec<&String> = listed
                .iter()
                .filter(|text| text.len() - shortest == length - around)
                .collect();
            matches!(same[..], [only] if place.get(only.as_str()) == Some(who))
        });
        chances.push(chance_of_matches(linked.count()));
    }
    let smallest = chances.iter().copied().fold(1.0, f64::min);
    (smallest * chances.len() as f64).min(1.0)
}

/// Every text of every table of every database below a folder, in the order in which its rows lie.
async fn rows(folder: &Path) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|it| it != "sqlite") {
            continue;
        }
        let options = SqliteConnectOptions::new().filename(&path).read_only(true);
        let mut open = SqliteConnection::connect_with(&options)
            .await
            .expect("a database");
        let tables = sqlx::query("SELECT name FROM sqlite_master WHERE type = 'table'");
        for table in tables.fetch_all(&mut open).await.expect("tables") {
            let table: String = table.get(0);
            let statement = sqlx::AssertSqlSafe(format!("SELECT * FROM {table}"));
            let rows = sqlx::query(statement)
                .fetch_all(&mut open)
                .await
                .expect("rows");
            let texts = rows.iter().flat_map(|row| {
                (0..row.len()).filter_map(|at| {
                    let bytes: Vec<u8> = row.try_get_unchecked(at).ok()?;
                    String::from_utf8(bytes).ok()
                })
            });
            found.push((format!("{table} of {}", path.display()), texts.collect()));
        }
    }
    found
}

fn copied(place: &Place, hour: usize) -> PathBuf {
    let copy = place.path(&format!("backup-{hour}"));
    fs::create_dir(&copy).expect("a folder");
    for entry in fs::read_dir(place.folder.path()).expect("the folder") {
        let path = entry.expect("an entry").path();
        // Keys lie where no backup looks.
        if path.is_file() {
            fs::copy(&path, copy.join(path.file_name().expect("a name"))).expect("a copy");
        }
    }
    copy
}

/// One round, answered and closed as the program does it.
async fn round(number: u8) -> (Place, Vec<Person>, Kept) {
    let place = Place::new().await;
    let people = people(number);
    let comments = place.comments().await;
    let secrets: Vec<Vec<u8>> = people.iter().map(|person| person.secret.clone()).collect();
    place
        .answers
        .slips(ROUND, Way::Email, &secrets)
        .await
        .expect("slips");
    let mut copies = Vec::new();
    for (hour, group) in people.chunks(AN_HOUR).enumerate() {
        for person in group {
            let slip = Entitlement::Slip(person.secret.clone());
            let taken = place
                .answers
                .accept(ROUND, &slip, person.comment.as_bytes());
            taken.await.expect("works").expect("taken");
        }
        copies.push(copied(&place, hour));
    }
    place.answers.closing(ROUND).await.expect("closes");
    let opened = place.answers.opened(ROUND).await.expect("opens");
    let written = |bytes| Comment {
        service: None,
        text: String::from_utf8(bytes).expect("text"),
    };
    let written: Vec<Comment> = opened.into_iter().map(written).collect();
    comments.keep(ROUND, &written).await.expect("keeps");
    place.answers.forget(&[ROUND]).await.expect("forgets");
    copies.push(copied(&place, 99));
    let mut listed = Vec::new();
    for copy in &copies {
        listed.extend(rows(copy).await);
    }
    let read = comments.all().await.expect("reads");
    listed.push((
        "as a moderator reads them".into(),
        read.into_iter().map(|it| it.comment.text).collect(),
    ));
    let kept = Kept {
        copies,
        listed,
        log: Vec::new(),
    };
    (place, people, kept)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_links_answers_to_people_better_than_chance() {
    for number in 0..ROUNDS {
        let (_place, people, kept) = round(number).await;
        let chance = attack(&people, &kept);
        println!("round {number}: p = {chance:.3}");
        assert!(chance > 0.01, "round {number}: {chance}");
        // No file holds a comment, or the secret of an invitation, in the clear: not even in free pages.
        for copy in &kept.copies {
            for entry in fs::read_dir(copy).expect("the copy") {
                let bytes = fs::read(entry.expect("an entry").path()).expect("its bytes");
                for person in people.iter().step_by(10) {
                    assert!(!holds(&bytes, person.comment.as_bytes()));
                    assert!(!holds(&bytes, &person.secret));
                }
            }
        }
    }
}

/// What lies under random keys has no order of arrival, even while the round is open: not the sealed answers in the
/// order of their rows, against the hours in which they first appear.
#[tokio::test(flavor = "multi_thread")]
async fn sealed_rows_have_no_order_of_arrival() {
    let (_place, _, kept) = round(0).await;
    let mut arrived: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
    for (hour, copy) in kept.copies.iter().enumerate().take(PEOPLE / AN_HOUR) {
        let options = SqliteConnectOptions::new().filename(copy.join("answers.sqlite"));
        let mut open = SqliteConnection::connect_with(&options)
            .await
            .expect("a database");
        let keys = sqlx::query("SELECT key, length(sealed) FROM sealed");
        for row in keys.fetch_all(&mut open).await.expect("rows") {
            arrived.entry(row.get(0)).or_insert(hour);
            assert_eq!(row.get::<i64, _>(1), 32 + 4_096 + 16);
        }
    }
    assert_eq!(arrived.len(), PEOPLE);
    let mut ranked: Vec<(usize, usize)> = arrived.values().copied().enumerate().collect();
    ranked.sort_by_key(|(_, hour)| *hour);
    let truth: Vec<usize> = ranked.into_iter().map(|(place, _)| place).collect();
    assert!(chance_of_order(&truth) > 1e-4);
}

#[tokio::test(flavor = "multi_thread")]
async fn planted_leaks_are_caught() {
    let (place, people, kept) = round(1).await;
    // Leak 1: the order of rows is kept, as an ordinary table keeps it.
    let leaky = place.path("leaky.sqlite");
    let options = SqliteConnectOptions::new()
        .filename(&leaky)
        .create_if_missing(true);
    let mut open = SqliteConnection::connect_with(&options)
        .await
        .expect("a database");
    sqlx::query("CREATE TABLE answer (text TEXT)")
        .execute(&mut open)
        .await
        .expect("made");
    for person in &people {
        let insert = sqlx::query("INSERT INTO answer VALUES ($1)").bind(&person.comment);
        insert.execute(&mut open).await.expect("written");
    }
    let mut ordered = Kept {
        copies: Vec::new(),
        listed: rows(place.folder.path()).await,
        log: Vec::new(),
    };
    assert!(attack(&people, &ordered) < 1e-9);
    // Leak 2: a log of requests with the lengths of their bodies, beside comments that are listed by what they say.
    ordered.listed = kept.listed.clone();
    assert!(attack(&people, &ordered) > 0.01);
    let bodies = people
        .iter()
        .enumerate()
        .map(|(who, it)| (who, it.comment.len() + 40));
    ordered.log = bodies.collect();
    assert!(attack(&people, &ordered) < 1e-9);
}

#[test]
fn chances_are_what_they_should_be() {
    assert!((chance_of_matches(1) - 0.632).abs() < 0.001);
    assert!(chance_of_matches(8) < 1e-4);
    let straight: Vec<usize> = (0..PEOPLE).collect();
    assert!(chance_of_order(&straight) < 1e-9);
    assert!((normal_tail(1.959_964) - 0.025).abs() < 1e-6);
}
