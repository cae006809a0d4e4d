//! Rounds of feedback through the real program: people are asked, answer in every way, and what may be shown is released.

use crate::desk::Desk;
use crate::mail::Mail;
use crate::site::{Answer, Person, Site};
use blind_rsa_signatures::{BlindSignature, DefaultRng, PublicKeySha384PSSRandomized};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

#[expect(
    clippy::disallowed_methods,
    reason = "a round takes answers on the day on which the program is asked"
)]
fn day(days: i64) -> String {
    let today = jiff::Zoned::now().date();
    today
        .saturating_add(jiff::Span::new().days(days))
        .to_string()
}

/// A desk whose data directory knows one service, with a round that is open today.
fn desk(more: &[&str]) -> Desk {
    let desk = Desk::new();
    desk.file(
        "services.csv",
        "service,what it does\nNetwork,Carries everything\n",
    );
    desk.done(&[
        "import",
        "services.csv",
        "--data",
        "d",
        "--authority",
        "Northmere Council",
    ]);
    let (from, to) = (day(0), day(1));
    let words = [
        "round",
        "open",
        "Autumn",
        "--data",
        "d",
        "--service",
        "Network",
    ];
    let days = ["--from", &from, "--to", &to];
    let words: Vec<&str> = words
        .into_iter()
        .chain(days)
        .chain(more.iter().copied())
        .collect();
    desk.done(&words);
    desk
}

fn id(desk: &Desk) -> String {
    let rounds = desk.json(&["round", "list", "--data", "d", "--json"]);
    let rounds = rounds.as_object().expect("rounds by id");
    rounds.keys().next().expect("a round").clone()
}

/// Whoever answers: no cookie, no form token.
fn answers(person: &Person, path: &str, fields: &[(&str, &str)]) -> Answer {
    person.forge(path, fields)
}

/// The release of the newest round, as it stands in the register.
fn released(desk: &Desk) -> Value {
    let close = desk.done(&["round", "close", "--data", "d", "--before", &day(9)]);
    assert!(close.contains("Autumn: "), "{close}");
    let told = desk.json(&["sql", "SELECT * FROM releases", "--data", "d", "--json"]);
    let row = told[0]
        .as_object()
        .unwrap_or_else(|| panic!("no release: {told}"));
    let value = |(name, cell): (&String, &Value)| {
        let text = cell.as_str().unwrap_or("null");
        (
            name.clone(),
            serde_json::from_str(text).unwrap_or_else(|_| cell.clone()),
        )
    };
    row.iter().map(value).collect()
}

fn whole(release: &Value) -> &Value {
    &release["cells"][0]["shown"]
}

#[test]
fn a_link_for_everybody_is_answered_without_a_cookie_and_released_once() {
    let desk = desk(&[
        "--way",
        "link",
        "--moderator",
        "Head of service",
        "--hour",
        "30.00",
    ]);
    let base = format!("/answer/{}", id(&desk));
    let site = Site::logging(desk, &["serve", "--data", "d"]);
    let person = site.visitor();
    let page = person.get(&base);
    page.says("How happy are you with Network?")
        .says("Nothing stops anybody");
    page.says("Head of service reads it before anyone else does");
    page.lacks("form-token");
    assert_eq!(page.header("set-cookie"), "");
    assert!(page.text.len() < 30_000, "{} bytes", page.text.len());
    let welsh = person.get(&format!("{base}?language=cy"));
    welsh.says("Pa mor hapus").says("lang=\"cy\"");

    let wrong = answers(
        &person,
        &base,
        &[("happiness", "12"), ("comment", "The printer hums")],
    );
    assert_eq!(wrong.status, 422);
    wrong
        .says("Choose a number from 0 to 10")
        .says("The printer hums");
    for mark in 0..24 {
        let mark = (mark % 11).to_string();
        let fields = [
            ("happiness", mark.as_str()),
            ("lost_minutes", "60"),
            ("factors", "Speed"),
            ("comment", "The printer hums"),
        ];
        let taken = answers(&person, &base, &fields);
        assert_eq!(
            (taken.status, taken.location.as_str()),
            (303, "/answer/thanks")
        );
        assert_eq!(taken.header("set-cookie"), "");
    }
    person.get("/answer/thanks").says("Thank you");

    let release = released(&site.desk);
    assert_eq!(whole(&release)["n"], 24);
    assert_eq!(whole(&release)["lost"], json!({"n": 24, "minutes": 1440}));
    let late = answers(&person, &base, &[("happiness", "3")]);
    assert_eq!(late.status, 400);
    let again = site
        .desk
        .done(&["round", "close", "--data", "d", "--before", &day(9)]);
    assert!(again.contains("No round is over"), "{again}");

    for (path, bytes) in everything(&site.desk.path(".")) {
        let holds = bytes.windows(11).any(|part| part == b"printer hum");
        assert!(!holds, "what somebody wrote lies in {path}");
    }
    let log = fs::read_to_string(site.desk.path("log")).expect("the log");
    assert!(!log.contains(&base), "the program logs where people answer");
}

fn everything(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => found.extend(everything(&path)),
            false => found.push((
                path.display().to_string(),
                fs::read(&path).expect("its bytes"),
            )),
        }
    }
    found
}

/// The links that letters hold, each without the address that people type.
fn links(letters: &[String]) -> Vec<String> {
    let link = |letter: &String| {
        let text = letter.replace("=\n", "").replace("=3D", "=");
        let (_, rest) = text.split_once("http://handback.example").expect("a link");
        rest.split_whitespace()
            .next()
            .expect("an address")
            .to_owned()
    };
    letters.iter().map(link).collect()
}

#[test]
fn invitations_reach_each_address_once_and_answer_once_with_and_without_a_script() {
    let desk = desk(&["--way", "email", "--invited", "12"]);
    let people: String = (0..12)
        .map(|place| format!("pat{place}@example.org,{}\n", ["en", "cy"][place % 2]))
        .collect();
    desk.file("people.csv", format!("email,language\n{people}"));
    let mail = Mail::start(false);
    let words = [
        "round",
        "invite",
        "Autumn",
        "people.csv",
        "--data",
        "d",
        "--smtp",
        &mail.url,
        "--mail-from",
        "Handback <handback@example.org>",
        "--public-url",
        "http://handback.example",
    ];
    assert!(desk.done(&words).contains("12 sent, 0 had"));
    assert!(
        desk.done(&words)
            .contains("0 sent, 12 had their invitation before")
    );
    let links = links(&mail.all());
    assert_eq!(links.len(), 12);
    let base = format!("/answer/{}", id(&desk));
    let site = Site::start(desk, &["serve", "--data", "d"]);
    let person = site.visitor();
    for (place, link) in links.iter().enumerate() {
        let (path, key) = link.split_once('#').expect("the hash of the key");
        let page = person.get(path);
        if place % 2 == 0 {
            page.says("Somebody who altered our program")
                .says("it has our signature");
        }
        let happiness = (place % 11).to_string();
        if place < 3 {
            let taken = blinded(&person, &base, path, (&page, key), &happiness);
            assert_eq!(taken.status, 303, "{}", taken.text);
            assert_eq!(answers(&person, path, &[("happiness", "1")]).status, 400);
            continue;
        }
        assert_eq!(
            answers(&person, path, &[("happiness", &happiness)]).status,
            303
        );
        let again = answers(&person, path, &[("happiness", "1")]);
        assert_eq!(again.status, 400);
        again.says(
            [
                "Every invitation and every code works once",
                "gweithio unwaith",
            ][place % 2],
        );
    }
    let release = released(&site.desk);
    assert_eq!(whole(&release)["n"], 12);
    assert_eq!(whole(&release)["invited"], 12);
    // Three of twelve came with a token: that would tell of few.
    assert_eq!(release["tokens"], Value::Null);
    for (path, bytes) in everything(&site.desk.path("d")) {
        for secret in [
            "pat3@example.org",
            links[4].rsplit('/').next().expect("a secret"),
        ] {
            let holds = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!holds, "{secret} in {path}");
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let byte = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal");
    (0..text.len()).step_by(2).map(byte).collect()
}

/// Answer as the script does: a signature for what it has blinded, then the token alone.
fn blinded(
    person: &Person,
    base: &str,
    path: &str,
    (page, key_hash): (&Answer, &str),
    happiness: &str,
) -> Answer {
    use rsa::BoxedUint;
    use sha2::{Digest, Sha256};
    let (_, rest) = page.text.split_once("data-modulus=\"").expect("a key");
    let modulus = unhex(rest.split('"').next().expect("digits"));
    assert_eq!(hex(&Sha256::digest(&modulus)), key_hash);
    let number = |bytes: &[u8]| BoxedUint::from_be_slice_vartime(bytes);
    let key = rsa::RsaPublicKey::new(number(&modulus), number(&[1, 0, 1])).expect("a key");
    let key = PublicKeySha384PSSRandomized::new(key);
    let message = [5; 32];
    let blinding = key.blind(&mut DefaultRng, message).expect("blinds");
    let slip = path
        .split('?')
        .next()
        .and_then(|path| path.rsplit('/').next())
        .expect("a slip");
    let sign = format!("{base}/sign");
    let sent = hex(&blinding.blind_message.0);
    let signed = answers(person, &sign, &[("slip", slip), ("blinded", &sent)]);
    assert_eq!(signed.status, 200, "{}", signed.text);
    let signature: Value = serde_json::from_str(&signed.text).expect("JSON");
    let signature = BlindSignature(unhex(signature["signature"].as_str().expect("a signature")));
    let signature = key
        .finalize(&signature, &blinding, message)
        .expect("of this key");
    let randomizer = blinding.msg_randomizer.expect("randomized").0;
    let fields = [
        ("happiness", happiness),
        ("message", &hex(&[&randomizer[..], &message].concat())),
        ("signature", &hex(&signature.0)),
    ];
    answers(person, base, &fields)
}

#[test]
fn printed_codes_work_once_however_they_are_typed() {
    let desk = desk(&["--way", "code"]);
    let codes = desk.done(&["round", "codes", "Autumn", "11", "--data", "d"]);
    let codes: Vec<&str> = codes.lines().collect();
    let slips = [
        "round",
        "codes",
        "Autumn",
        "2",
        "--data",
        "d",
        "--slips",
        "slips.html",
    ];
    assert!(desk.done(&slips).contains("delete the file"));
    let slips = fs::read_to_string(desk.path("slips.html")).expect("the slips");
    assert_eq!(
        (
            slips.matches("<svg").count(),
            slips.matches("Nobody knows").count()
        ),
        (2, 2)
    );
    let base = format!("/answer/{}", id(&desk));
    let site = Site::start(desk, &["serve", "--data", "d"]);
    let person = site.visitor();
    assert_eq!(person.get(&base).status, 404);
    person.get("/answer").says("Which code is on your slip?");
    let unknown = answers(&person, "/answer", &[("code", "aaaa-bbbb-cccc")]);
    assert_eq!(unknown.status, 422);
    unknown.says("This code is not known");
    let typed = codes[0].to_uppercase().replace('-', " ");
    let page = answers(&person, "/answer", &[("code", &typed)]);
    page.says("Each printed code works once");
    let code = page.field("code").expect("the code goes with the form");
    for code in [code.as_str()]
        .into_iter()
        .chain(codes[1..].iter().copied())
    {
        let taken = answers(
            &person,
            &base,
            &[
                ("code", code),
                ("happiness", &(code.len() % 11).to_string()),
            ],
        );
        assert_eq!(taken.status, 303);
    }
    assert_eq!(
        answers(&person, &base, &[("code", codes[3]), ("happiness", "5")]).status,
        400
    );
}

#[test]
fn tickets_have_a_link_each_by_file_and_by_a_call() {
    let desk = desk(&["--way", "ticket"]);
    desk.file("tickets.csv", "number\nINC1\nINC2\nINC1\n");
    let words = [
        "round",
        "links",
        "Autumn",
        "--tickets",
        "tickets.csv",
        "--data",
        "d",
    ];
    let links = desk.done(&words);
    assert_eq!(links.lines().count(), 3, "{links}");
    assert_eq!(desk.done(&words).lines().count(), 1);
    let link = links
        .lines()
        .nth(1)
        .and_then(|line| line.split_once("8080"))
        .expect("a link")
        .1;
    let site = Site::start(desk, &["serve", "--data", "d"]);
    let person = site.visitor();
    person
        .get(link)
        .says("once for each ticket")
        .says("and so from you");
    assert_eq!(answers(&person, link, &[("happiness", "5")]).status, 303);
    assert_eq!(person.get(link).status, 400);
}

#[test]
fn few_answers_wait_for_the_next_round_of_the_question() {
    let desk = desk(&["--way", "link"]);
    let base = format!("/answer/{}", id(&desk));
    let site = Site::start(desk, &["serve", "--data", "d"]);
    let person = site.visitor();
    for _ in 0..9 {
        assert_eq!(answers(&person, &base, &[("happiness", "5")]).status, 303);
    }
    let close = ["round", "close", "--data", "d", "--before", &day(9)];
    let told = site.desk.done(&close);
    assert!(told.contains("too few answered"), "{told}");
    // A release stands only where enough answered: there is none, and nothing to count.
    let told = site
        .desk
        .json(&["sql", "SELECT * FROM releases", "--data", "d", "--json"]);
    assert_eq!(told, json!([]));
    // What is collected elsewhere of that time would close it before the round.
    let mut file = String::from("ID,Completion time,How happy are you from 0 to 10?\n");
    (0..12).for_each(|id| file += &format!("{id},{},{}\n", day(0), id % 11));
    std::fs::write(site.desk.path("answers.csv"), file).expect("a file");
    let import = ["import", "answers.csv", "--data", "d", "--as", "responses"];
    let refused = site.desk.run(&import);
    let refused = refused.out + &refused.err;
    assert!(refused.contains("is not released yet"), "{refused}");
    // Nothing was shut that was only to be ended early: one more is enough.
    assert_eq!(answers(&person, &base, &[("happiness", "9")]).status, 303);
    let told = site.desk.done(&close);
    assert!(told.contains("from 10 answers"), "{told}");
    assert_eq!(answers(&person, &base, &[("happiness", "5")]).status, 400);
    person.get(&base).says("over");
}

#[test]
fn a_director_opens_a_round_and_a_moderator_reads_first() {
    let site = Site::demo();
    let director = site.sign_in("director");
    let fields = [
        ("name", "Pulse"),
        ("from", &day(0)[..]),
        ("to", &day(0)),
        ("question", "confidence"),
        ("ways", "link"),
        ("directorates", "Housing = 40\nParking = 9"),
        ("moderator", "Head of service"),
    ];
    let wrong = director.post_from("/rounds/new", "/rounds/new", &[("from", "2026-13-40")]);
    assert_eq!(wrong.status, 422);
    wrong
        .says("Give the round a name")
        .says("Choose how people answer");
    let opened = director.post_from("/rounds/new", "/rounds/new", &fields);
    assert_eq!(opened.status, 303, "{}", opened.text);
    let page = director.get(opened.location.split('?').next().expect("its address"));
    page.says("Takes answers")
        .says("no: too few")
        .says("QR code of this link");
    let path = page
        .text
        .replace("&#x2f;", "/")
        .split("/answer/")
        .nth(1)
        .and_then(|it| it.get(..32).map(str::to_owned))
        .expect("its link");
    let visitor = site.visitor();
    let asked = visitor.get(&format!("/answer/{path}"));
    asked
        .says("How sure are you")
        .says("<option>Housing</option>")
        .lacks("Parking");
    assert_eq!(site.sign_in("reader").get("/rounds/new").status, 403);
    assert_eq!(
        site.sign_in("reader").get("/experience/comments").status,
        403
    );
    director
        .get("/experience/comments")
        .says("Nothing was written yet");
    director.get("/rounds").says("Pulse");
}
