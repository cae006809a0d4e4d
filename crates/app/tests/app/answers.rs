//! People's answers: what may be shown of them is kept, and nothing else.

use crate::desk::Desk;
use serde_json::json;
use std::fs;

/// An export of a form: twelve answers, somebody's address and words among them.
fn export() -> String {
    let mut text = String::from(
        "ID,Start time,Completion time,Email,How happy are you with the technology (0-10)?,Comment\n",
    );
    for (place, happiness) in [9, 10, 3, 7, 8, 9, 2, 10, 6, 9, 8, 10].iter().enumerate() {
        text += &format!(
            "{},2024-05-{:02} 09:00,2024-05-{:02} 09:01,pat{place}@example.org,{happiness},The printer on floor {place}\n",
            place + 1,
            place + 1,
            place + 1
        );
    }
    text
}

/// Every file under a folder, as bytes.
fn everything(desk: &Desk, folder: &str) -> Vec<(String, Vec<u8>)> {
    let (mut folders, mut found) = (vec![desk.path(folder)], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => folders.push(path),
                false => {
                    let bytes = fs::read(&path).expect("its bytes");
                    found.push((path.display().to_string(), bytes));
                }
            }
        }
    }
    found
}

#[test]
fn a_release_is_kept_and_neither_the_file_nor_an_answer() {
    let desk = Desk::new();
    desk.file("responses.csv", export());
    let told = desk.json(&[
        "import",
        "responses.csv",
        "--data",
        "d",
        "--as",
        "responses",
        "--json",
    ]);
    let file = &told["files"][0];
    assert_eq!(file["stated"], json!({ "release": 1 }), "{told}");
    let notes = file["notes"].to_string();
    assert!(notes.contains("happiness +25"), "{notes}");
    assert!(notes.contains("12 answers"), "{notes}");
    for (path, bytes) in everything(&desk, "d") {
        for secret in ["@example.org", "The printer", "2024-05-07"] {
            let found = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} in {path}");
        }
    }
    desk.done(&["verify", "--data", "d"]);
}

#[test]
fn a_period_closes_once_and_too_few_answers_are_not_taken() {
    let desk = Desk::new();
    desk.file("responses.csv", export());
    desk.run(&[
        "import",
        "responses.csv",
        "--data",
        "d",
        "--as",
        "responses",
    ]);
    let again = desk.run(&[
        "import",
        "responses.csv",
        "--data",
        "d",
        "--as",
        "responses",
    ]);
    assert_eq!(again.code, 1, "{}", again.out);
    assert!(again.out.contains("a period closes once"), "{}", again.out);
    let few: String = export()
        .lines()
        .take(6)
        .map(|line| format!("{line}\n"))
        .collect();
    desk.file("few.csv", few);
    let refused = desk.run(&["import", "few.csv", "--data", "other", "--as", "responses"]);
    assert_eq!(refused.code, 1, "{}", refused.out);
    assert!(
        refused.out.contains("fewer than 10 answers"),
        "{}",
        refused.out
    );
    assert!(!refused.out.contains("example.org"), "{}", refused.out);
}
