//! Contracts by their clocks on pages: what they say of a day, and clauses from a template.

use crate::site::{Answer, Person, Site};
use std::sync::LazyLock;

static DEMO: LazyLock<Site> = LazyLock::new(Site::demo);

/// The address of a contract's page.
fn contract(person: &Person, title: &str) -> String {
    let list = person.get("/contracts").text;
    let end = format!("\">{title}</a>");
    let before = list.split_once(&end).expect("it is on the list").0;
    let href = before.rsplit_once("href=\"").expect("a link").1;
    let path = href.replace("&#x2f;", "/");
    path.split('?').next().expect("a path").to_owned()
}

/// A table's rows as the page has them, one line each, tags away.
fn table(answer: &Answer, caption: &str) -> Vec<String> {
    let (_, rest) = answer
        .text
        .split_once(caption)
        .unwrap_or_else(|| panic!("no {caption:?}"));
    let table = rest.split("</table>").next().expect("a table");
    let rows = table.split("<tr").skip(2);
    rows.map(|row| {
        let cells = row.split("</t").map(|cell| {
            let words = cell
                .split('<')
                .map(|tag| tag.split_once('>').map_or("", |(_, words)| words));
            words
                .collect::<String>()
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        });
        cells
            .filter(|cell| !cell.is_empty())
            .collect::<Vec<_>>()
            .join(" | ")
    })
    .collect()
}

#[test]
fn a_contract_says_by_when_to_decide_and_why() {
    let reader = DEMO.sign_in("reader");
    let path = contract(&reader, "Strategic technology partnership");
    let page = reader.get(&format!("{path}?at=2018-09-01"));
    page.says("Its term ends on 31 March 2021, renewed once.")
        .says("The last safe day to decide to leave is 18 February 2019.");
    assert_eq!(
        table(&page, "Why 18 February 2019 is the last safe day to decide"),
        [
            "Transition | 1 April 2019 | 1 August 2019 | not stated",
            "Approval | 18 February 2019 | 1 April 2019 | Constitution, part 4",
        ]
    );
    assert!(
        table(&page, "If notice were given on 1 September 2018")
            .iter()
            .any(|row| row.contains("The contract ends on 1 December 2018.")
                && row.contains("£4,200,000.00")
                && row.ends_with("31.2")),
        "{:?}",
        table(&page, "If notice were given on 1 September 2018")
    );
    // The same page on a later day: nothing is stored that the day could make wrong.
    reader
        .get(&format!("{path}?at=2020-01-15"))
        .says("The last safe day to decide to leave was 18 February 2019");
}

#[test]
fn the_list_of_contracts_sorts_by_the_last_safe_day() {
    let reader = DEMO.sign_in("reader");
    let file = reader
        .get("/contracts?at=2018-09-01&sort=decide&format=csv")
        .text;
    let decided: Vec<&str> = file
        .lines()
        .skip(1)
        .map(|line| line.split(',').next().expect("a title"))
        .collect();
    assert_eq!(
        decided[..3],
        [
            "Shared library catalogue",
            "Strategic technology partnership",
            "Council tax and benefits software"
        ]
    );
    // All names of services stand in the file and are searched, though the page shows two of them.
    reader
        .get("/contracts?at=2018-09-01&q=website")
        .says("Strategic technology partnership")
        .says("and 16 more")
        .lacks("Schools network");
}

#[test]
fn clauses_of_a_template_are_confirmed_one_by_one() {
    let site = Site::demo();
    let manager = site.sign_in("contracts");
    let path = contract(&manager, "Lines and calls");
    let before = manager.get(&format!("{path}?at=2021-01-15"));
    before.says("Its term ends on 30 June 2021.");
    let perhaps = |page: &Answer| {
        let rows = table(page, "What falls due</caption>");
        rows.iter().filter(|row| row.contains("| perhaps")).count()
    };
    let clauses = format!("{path}/clauses");
    let taken = manager.post_from(&clauses, &clauses, &[]);
    assert_eq!(taken.status, 303, "{}", taken.text);
    let page = manager.get(&clauses);
    page.says("To look up in the contract")
        .lacks("Put the usual clauses on the list");
    let after = manager.get(&format!("{path}?at=2021-01-15"));
    assert!(
        perhaps(&after) > perhaps(&before),
        "{:?}",
        table(&after, "What falls due</caption>")
    );
    let action = |page: &Answer| {
        let (_, rest) = page
            .text
            .split_once("action=\"&#x2f;clauses&#x2f;")
            .expect("one waits");
        let id = rest.split("&#x2f;").next().expect("an id");
        format!("/clauses/{id}/standing")
    };
    let told = |page: &Answer| page.text.matches("It says this").count();
    let waiting = told(&page);
    let confirm = [("standing", "confirmed"), ("clause", "17.2")];
    let answer = manager.post_from(&clauses, &action(&page), &confirm);
    assert_eq!(answer.status, 303, "{}", answer.text);
    let page = manager.get(&clauses);
    page.says("1 read in the contract").says("17.2");
    assert_eq!(told(&page), waiting - 1);
    let refuse = [("standing", "not-in-contract")];
    let answer = manager.post_from(&clauses, &action(&page), &refuse);
    assert_eq!(answer.status, 303, "{}", answer.text);
    let page = manager.get(&clauses);
    page.says("Not in this contract");
    assert_eq!(told(&page), waiting - 2);
    let answer = manager.post_from(&clauses, &action(&page), &[("standing", "perhaps")]);
    assert_eq!(answer.status, 400);
    answer.says("Say whether the contract says it");
}
