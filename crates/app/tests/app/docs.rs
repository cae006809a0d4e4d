//! The pages of docs run as they stand: each `console` block is a session on the files that the page's
//! named blocks hold (```` ```csv services.csv ````), and prints what the page says. A line `…` in the
//! expected output stands for any lines.

use crate::desk::{Desk, repository};
use std::fs;
use std::path::PathBuf;

fn pages() -> Vec<PathBuf> {
    let mut pages = Vec::new();
    for folder in ["docs", "docs/measures", "docs/guide"] {
        let entries = fs::read_dir(repository().join(folder)).expect("a folder of docs");
        pages.extend(entries.map(|entry| entry.expect("an entry").path()));
    }
    pages.retain(|page| page.extension().is_some_and(|ending| ending == "md"));
    pages.sort();
    pages
}

/// The fenced blocks of a page: what stands after the fence, and the lines inside.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some((info.trim().to_owned(), String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

fn matches(expected: &[&str], printed: &[&str]) -> bool {
    match expected.split_first() {
        None => printed.is_empty(),
        Some((&"…", rest)) => {
            (0..=printed.len()).any(|skipped| matches(rest, &printed[skipped..]))
        }
        Some((line, rest)) => printed.split_first().is_some_and(|(first, others)| {
            line.trim_end() == first.trim_end() && matches(rest, others)
        }),
    }
}

#[test]
fn what_the_pages_say_is_what_the_program_prints() {
    let mut sessions = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).expect("a page");
        let desk = Desk::new();
        for (info, block) in blocks(&text) {
            if let Some((_, name)) = info.split_once(' ') {
                desk.file(name, block);
            } else if info == "console" {
                sessions += 1;
                for command in block.split("$ handback ").skip(1) {
                    let (words, expected) = command.split_once('\n').unwrap_or((command, ""));
                    let words: Vec<&str> = words.split_whitespace().collect();
                    let run = desk.run(&words);
                    let printed = format!("{}{}", run.out, run.err);
                    let (expected, lines): (Vec<&str>, Vec<&str>) =
                        (expected.lines().collect(), printed.lines().collect());
                    assert!(
                        matches(&expected, &lines),
                        "{}: handback {}\n{printed}",
                        page.display(),
                        words.join(" ")
                    );
                }
            }
        }
    }
    assert!(sessions >= 4, "the measures' worked examples are sessions");
}

#[test]
fn every_measure_has_its_page_and_every_page_its_example() {
    let list = Desk::new().done(&["figure", "--list"]);
    let figures: Vec<&str> = list.lines().filter(|line| !line.starts_with(' ')).collect();
    let measures: Vec<PathBuf> = pages()
        .into_iter()
        .filter(|page| {
            page.parent()
                .is_some_and(|folder| folder.ends_with("measures"))
        })
        .collect();
    let texts: Vec<String> = measures
        .iter()
        .map(|page| fs::read_to_string(page).expect("a page"))
        .collect();
    for figure in figures {
        assert!(
            texts
                .iter()
                .any(|text| text.contains(&format!("`{figure}`"))),
            "no page explains {figure}"
        );
    }
    for (page, text) in measures.iter().zip(&texts) {
        assert!(
            text.contains("```console"),
            "{} has no worked example",
            page.display()
        );
    }
}
