//! What every file of answers must hold, whatever tool it is of.

use super::*;
use crate::source::Memory;
use handback_core::import::Layout;
use jiff::civil::date;
use proptest::prelude::*;

fn file(text: &str) -> Memory {
    Memory {
        name: "responses.csv".into(),
        bytes: text.into(),
    }
}

fn read(text: &str) -> (Reading, Collected) {
    read_all(&file(text), &Hints::default()).expect("a file of answers")
}

/// An answer in one line.
fn told(answer: &Answer) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let factors: Vec<&str> = answer.factors.iter().map(String::as_str).collect();
    let lost = answer
        .lost_minutes
        .map_or("-".to_owned(), |lost| lost.to_string());
    format!(
        "{} {}|{}|{} {} {lost} {}",
        answer.period.from,
        text(&answer.service),
        text(&answer.directorate),
        text(&answer.place),
        answer.happiness.get(),
        factors.join("+")
    )
}

const FORMS: &str = "\
ID,Start time,Completion time,Email,Name,Last modified time,Which service did you use?,Which directorate do you work in?,\"On a scale of 0 to 10, how happy are you with the technology that you use at work?\",How much working time did you lose (minutes)?,What got in the way?,Is there anything else you would like to tell us?\n\
1,2019-04-29 09:00:11,2019-04-29 09:01:12,doe@example.org,Jo Doe,,Email,Adults,9 - happy,15,,\n\
2,2019-04-02 10:00:11,2019-04-02 10:01:12,roe@example.org,Ri Roe,,Laptops,Housing,3,1h 30,Slow computer;Crashes;,It broke twice.\n\
3,2019-05-03 11:00:11,2019-05-03 11:01:12,poe@example.org,Al Poe,,Email,Adults,8,30-60,Slow computer;,\n\
4,2019-05-03 12:00:11,2019-05-03 12:01:12,moe@example.org,Em Moe,,Email,Adults,,,,Nothing to say\n";

#[test]
fn an_export_of_microsoft_forms_is_read() {
    let (reading, collected) = read(FORMS);
    let answers: Vec<String> = collected.answers.iter().map(told).collect();
    assert_eq!(
        answers,
        [
            "2019-04-01 Email|Adults| 9 15 ",
            "2019-04-01 Laptops|Housing| 3 90 Crashes+Slow computer"
        ]
    );
    let comment = Comment {
        service: Some("Laptops".into()),
        text: "It broke twice.".into(),
    };
    assert_eq!(collected.comments, [comment]);
    let faults: Vec<(u64, &str)> = collected
        .faults
        .iter()
        .map(|fault| (fault.line, fault.value.as_str()))
        .collect();
    assert_eq!(faults, [(4, "30-60"), (0, "")]);
    assert!(
        collected.faults[0].reason.starts_with("a range"),
        "{:?}",
        collected.faults
    );
    assert!(
        collected.faults[1]
            .reason
            .starts_with("1 line without an answer"),
        "{:?}",
        collected.faults
    );
    let tally = &collected.tally;
    assert_eq!((tally.rows, tally.rejected, tally.set_aside), (2, 1, 1));
    assert_eq!(
        (tally.from, tally.to),
        (Some(date(2019, 4, 1)), Some(date(2019, 4, 30)))
    );
    let personal: Vec<&str> = reading
        .columns
        .iter()
        .filter(|column| column.role == Role::Personal)
        .map(|column| column.header.as_str())
        .collect();
    assert_eq!(
        personal,
        ["ID", "Start time", "Email", "Name", "Last modified time"]
    );
    let said = "Not kept, because about persons: “ID”, “Start time”, “Email”, “Name”, “Last modified time”.";
    assert!(
        reading.notes.iter().any(|note| note == said),
        "{:?}",
        reading.notes
    );
}

const LIMESURVEY: &str = "\
\"id. Response ID\",\"submitdate. Date submitted\",\"lastpage. Last page\",\"startlanguage. Start language\",\"seed. Seed\",\"token. Access code\",\"startdate. Date started\",\"datestamp. Date last action\",\"ipaddr. IP address\",\"refurl. Referrer URL\",\"Q1. How happy are you with our IT?\",\"Q2. Where do you work?\",\"Q3[SQ001]. What were the reasons? [Slow computer]\",\"Q3[SQ002]. What were the reasons? [Friendly help]\",\"Q4. Hours lost\",\"Q5. Comments\"\n\
\"7\",\"2019-06-03 08:10:00\",\"2\",\"en\",\"123\",\"tok1\",\"2019-06-03 08:00:00\",\"2019-06-03 08:10:00\",\"10.0.0.1\",\"\",\"10\",\"Depot\",\"No\",\"Yes\",\"\",\"\"\n\
\"8\",\"\",\"1\",\"en\",\"124\",\"tok2\",\"2019-06-03 08:00:00\",\"2019-06-03 08:10:00\",\"10.0.0.2\",\"\",\"2\",\"Depot\",\"Yes\",\"No\",\"4\",\"\"\n\
\"9\",\"2019-06-05 08:10:00\",\"2\",\"cy\",\"125\",\"tok3\",\"2019-06-05 08:00:00\",\"2019-06-05 08:10:00\",\"10.0.0.3\",\"\",\"4\",\"Town Hall\",\"Yes\",\"Yes\",\"1.5\",\"Araf iawn\"\n";

#[test]
fn an_export_of_limesurvey_is_read() {
    let (reading, collected) = read(LIMESURVEY);
    let answers: Vec<String> = collected.answers.iter().map(told).collect();
    assert_eq!(
        answers,
        [
            "2019-06-01 ||Depot 10 - Friendly help",
            "2019-06-01 ||Town Hall 4 90 Friendly help+Slow computer"
        ]
    );
    assert_eq!(collected.comments.len(), 1);
    assert!(
        collected.faults[0].reason.starts_with("1 line never sent"),
        "{:?}",
        collected.faults
    );
    let kept: Vec<&str> = reading
        .taken()
        .map(|column| column.header.as_str())
        .collect();
    assert_eq!(kept.len(), 7, "{kept:?}");
}

#[test]
fn a_person_says_which_question_is_which_and_when() {
    let text = "Ref,E-mail,Wie gut?,Wo?\n1,a@example.org,8,Amt\n2,b@example.org,2,Amt\n";
    let refused = read_all(&file(text), &Hints::default()).expect_err("no question known");
    assert!(
        refused.to_string().contains("--column happiness"),
        "{refused}"
    );
    let layout = Layout {
        dataset: Dataset::Responses,
        name: "Amt".into(),
        headings: ["Ref", "E-mail", "Wie gut?", "Wo?"]
            .map(str::to_owned)
            .to_vec(),
        roles: vec![Role::Other, Role::Other, Role::Happiness, Role::Place],
        date_order: None,
    };
    let hints = Hints {
        layouts: std::slice::from_ref(&layout),
        ..Hints::default()
    };
    let refused = read_all(&file(text), &hints).expect_err("no time");
    assert!(refused.to_string().contains("--period"), "{refused}");
    let spring = Period::new(date(2019, 4, 1), date(2019, 6, 30));
    let hints = Hints {
        period: Some(spring),
        ..hints
    };
    let (reading, collected) = read_all(&file(text), &hints).expect("answers");
    assert_eq!(collected.answers.len(), 2);
    assert!(
        collected
            .answers
            .iter()
            .all(|answer| answer.period == spring)
    );
    assert_eq!(reading.columns[1].role, Role::Personal);
}

#[test]
fn two_questions_are_not_chosen_between() {
    let text = "Date,How happy are you with email?,How happy are you with laptops?\n2019-04-01,8,2\n2019-04-02,7,3\n";
    let refused = read_all(&file(text), &Hints::default()).expect_err("two questions");
    assert!(
        refused.to_string().contains("could both say how happy"),
        "{refused}"
    );
}

#[test]
fn another_scale_is_pointed_out_and_a_wrong_one_refused() {
    let low = format!("Date,Happiness\n{}", "2019-04-01,5\n".repeat(10));
    let (_, collected) = read(&low);
    assert!(
        collected.faults[0].reason.contains("from 1 to 5"),
        "{:?}",
        collected.faults
    );
    let stars = format!("Date,Happiness\n{}", "2019-04-01,4 stars\n".repeat(3));
    let refused = read_all(&file(&stars), &Hints::default()).expect_err("stars");
    assert!(
        refused.to_string().contains("3 of its 3 answers"),
        "{refused}"
    );
}

#[test]
fn answers_outside_the_period_that_was_stated_are_faults() {
    let text = "Date,Happiness\n2019-04-01,5\n2019-05-01,6\n2019-06-01,9\n";
    let hints = Hints {
        period: Some(Period::new(date(2019, 4, 1), date(2019, 5, 31))),
        ..Hints::default()
    };
    let (_, collected) = read_all(&file(text), &hints).expect("answers");
    assert_eq!((collected.answers.len(), collected.faults.len()), (2, 1));
    assert_eq!(
        (collected.faults[0].line, collected.faults[0].value.as_str()),
        (4, "2019-06-01")
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whoever has what was read cannot tell in which order, on which line, by whom or at what time of which day it
    /// was given.
    #[test]
    fn nothing_of_the_person_or_the_order_is_left(parts in prop::collection::vec((0..11u8, 1..29u8, 0..3usize, 0..60u8), 3..40)) {
        let services = ["Email", "Laptops", "Payroll"];
        let line = |(number, (happiness, day, service, second)): (usize, &(u8, u8, usize, u8))| format!(
            "{},2019-04-{day:02} 07:13:{second:02},secret{number}@example.org,Secret {number},{},{happiness}\n",
            900_000 + number, services[*service]
        );
        let mut lines: Vec<String> = parts.iter().enumerate().map(line).collect();
        let heading = "ID,Completion time,Email,Name,Service,Happiness\n";
        let (_, one) = read(&format!("{heading}{}", lines.concat()));
        lines.reverse();
        let (_, other) = read(&format!("{heading}{}", lines.concat()));
        prop_assert_eq!(&one, &other);
        prop_assert!(one.answers.is_sorted());
        let kept = format!("{one:?}");
        for secret in ["ecret", "90000", "07:13"] {
            prop_assert!(!kept.contains(secret), "{kept}");
        }
        // The month's first and last day alone.
        let whole = one.answers.iter().all(|answer| answer.period == Period::new(date(2019, 4, 1), date(2019, 4, 30)));
        prop_assert!(whole);
    }

    #[test]
    fn no_text_breaks_the_reader(text in "(Date,Happiness,Minutes lost,Factors\n)?([0-9A-Za-z:/?. -]{0,12},){0,3}\\PC{0,60}(\n\\PC{0,40}){0,6}") {
        let _ = read_all(&file(&text), &Hints::default());
    }

    #[test]
    fn no_cell_breaks_the_readers(text in "[0-9a-z.:\\[\\]()/ -]{0,14}|\\PC{0,10}") {
        let _ = said::happiness(&text);
        let _ = said::minutes(&text, false);
        let _ = said::factors(&text, "yes");
    }
}
