//! Files taken in on pages, from the upload to taking them back.

use crate::desk::Desk;
use crate::site::{Answer, Person, Site};
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

const MAY: &str = "Payment Date,Supplier Name,Vendor Nam,Amount,Reference\n\
    03/05/2022,n/a,Northmere Digital Ltd,100.00,P1\n\
    04/05/2022,n/a,Petals and Sons,250.50,P2\n\
    28/05/2022,n/a,Brightwater Cleaning,about ten,P3\n";
const MAY_AGAIN: &str = "Payment Date,Supplier Name,Amount,Reference\n\
    03/05/2022,Northmere Digital Ltd,100.00,P1\n\
    04/05/2022,Petals and Sons,250.50,P2\n\
    28/05/2022,Brightwater Cleaning,10.00,P3\n";

/// Files on a desk of their own, to be sent.
struct Files(Desk);

impl Files {
    fn of(files: &[(&str, &str)]) -> Files {
        let desk = Desk::new();
        for (name, text) in files {
            desk.file(name, text);
        }
        Files(desk)
    }

    /// Send one, and follow where that leads once the program has looked at it.
    fn send(&self, person: &Person, name: &str) -> (String, Answer) {
        let path = self.0.path(name);
        let sent = person.upload("/imports/new", "/imports/new", &[], &[&path]);
        assert_eq!(sent.status, 303, "{}", sent.text);
        assert!(sent.location.starts_with("/imports/jobs/"), "{sent:?}");
        let page = settled(person, &sent.location);
        (sent.location, page)
    }
}

/// A ledger so long that a debug build needs a while for it.
fn long_ledger() -> String {
    let mut text = "Payment Date,Supplier Name,Department,Amount,Reference\n".to_owned();
    for row in 0..500_000 {
        text += &format!(
            "{:02}/{:02}/2023,Firm {} Limited,Parks,{}.00,R{row}\n",
            row % 28 + 1,
            row % 12 + 1,
            row % 900,
            row % 5_000 + 1
        );
    }
    text
}

/// The page of a job once it needs somebody or has ended.
fn settled(person: &Person, job: &str) -> Answer {
    let begun = Instant::now();
    loop {
        let page = person.get(job);
        assert_eq!(page.status, 200, "{}", page.text);
        if !page.text.contains("<progress") {
            return page;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "{}", page.text);
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn say(person: &Person, job: &str, fields: &[(&str, &str)]) -> Answer {
    let sent = person.post(job, fields);
    assert_eq!(sent.status, 303, "{}", sent.text);
    settled(person, &sent.location)
}

/// The address of the one import that a page leads to.
fn import_of(page: &Answer) -> String {
    let (_, rest) = page
        .text
        .split_once("<ul class=\"govuk-list hb-list\">")
        .expect("a list of files");
    let links = rest.replace("&#x2f;", "/");
    let (_, rest) = links.split_once("/imports/").expect("a file taken in");
    format!("/imports/{}", &rest[..32])
}

fn inbox(site: &Site, folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(site.desk.path(folder)).expect("the inbox");
    entries.map(|entry| entry.expect("a file").path()).collect()
}

const TICKETS: &str = "Number,Status,Changed at,Priority,Service,Caller\n\
    INC1,New,01/07/2019 09:00,P2,Desktop,Pat Example\n\
    INC1,Parked,01/07/2019 10:00,P2,Desktop,Pat Example\n\
    INC1,Resolved,13/07/2019 10:00,P2,Desktop,Pat Example\n";

#[test]
fn a_log_of_tickets_is_seen_its_words_explained_taken_in_and_taken_back() {
    let site = Site::demo();
    let contracts = site.sign_in("contracts");
    let files = Files::of(&[("desk.csv", TICKETS)]);
    let (job, seen) = files.send(&contracts, "desk.csv");
    seen.says("This looks like tickets")
        .says("What each state was taken for")
        .says("Parked in desk.csv means")
        .says("nobody knows what that means")
        .lacks("Pat Example")
        .lacks("--state");
    // In the order of the page: Parked is not known, New is opened, Resolved is resolved.
    let again = say(
        &contracts,
        &job,
        &[("do", "look"), ("state-0-0", "waits-for-supplier")],
    );
    again
        .says("Taken as waits for supplier")
        .lacks("nobody knows what that means");
    let taken = say(&contracts, &job, &[("do", "take")]);
    taken.says("Taken in");
    let import = import_of(&taken);
    contracts
        .get(&import)
        .says("the ticket’s number")
        .says("not kept")
        .lacks("no amounts of");
    let undo = format!("{import}/undo");
    contracts.get(&undo).says("3 rows leave every figure");
    assert_eq!(contracts.post(&undo, &[("why", "Wrong desk")]).status, 303);
    contracts.get(&import).says("was taken back");
}

#[test]
fn a_file_is_seen_corrected_taken_in_replaced_and_taken_back() {
    let site = Site::demo();
    let contracts = site.sign_in("contracts");
    let files = Files::of(&[
        ("may (first).csv", MAY),
        ("may-again.csv", MAY_AGAIN),
        ("report.pdf", "%PDF-1.4 no table"),
        ("odd.csv", "Who,What\nNorthmere,Lines\nPetals,Plants\n"),
    ]);

    // Seen, and the supplier's column corrected.
    let (job, seen) = files.send(&contracts, "may (first).csv");
    seen.says("This looks like payments")
        .says("£350.50")
        .says("1 row cannot be taken");
    assert_eq!(inbox(&site, "demo/data/inbox").len(), 1);
    let fault = contracts.post(&job, &[("do", "take"), ("period-0", "last May")]);
    assert_eq!(fault.status, 422, "{}", fault.text);
    fault
        .says("must look like 2019-08")
        .says("value=\"last May\"");
    let again = say(
        &contracts,
        &job,
        &[
            ("do", "look"),
            ("role-1-0", "other"),
            ("role-2-0", "supplier"),
        ],
    );
    again.says("<option value=\"supplier\" selected>");
    let taken = say(&contracts, &job, &[("do", "take")]);
    taken
        .says("Taken in")
        .says("What it changed")
        .says("Paid in all");
    assert_eq!(inbox(&site, "demo/data/inbox"), Vec::<PathBuf>::new());
    let first = import_of(&taken);
    let page = contracts.get(&first);
    page.says("£350.50")
        .says("by the contract manager")
        .says("Vendor Nam");
    contracts.get(&format!("{first}/faults")).says("about ten");
    let csv = contracts.get(&format!("{first}/faults.csv"));
    assert!(
        csv.header("content-type").starts_with("text/csv"),
        "{csv:?}"
    );
    assert_eq!(contracts.get(&format!("{first}/source")).text, MAY);
    // The button pressed twice takes nothing twice.
    assert_eq!(contracts.post(&job, &[("do", "take")]).status, 303);

    // A newer edition replaces it.
    let (job, seen) = files.send(&contracts, "may-again.csv");
    seen.says("covers days that may (first).csv covers");
    let taken = say(
        &contracts,
        &job,
        &[("do", "take"), ("overlap-0", "replaces")],
    );
    let second = import_of(&taken);
    contracts.get(&first).says("Replaced by");
    let (job, twice) = files.send(&contracts, "may-again.csv");
    twice.says("taken in before").lacks("value=\"take\"");
    contracts.post(&job, &[("do", "stop")]);
    contracts
        .get("/imports?overlap=replaced")
        .says("may (first).csv");

    // Taken back, the first counts again.
    let undo = format!("{second}/undo");
    assert_eq!(contracts.post(&undo, &[("why", " ")]).status, 422);
    assert_eq!(contracts.post(&undo, &[("why", "Wrong month")]).status, 303);
    contracts.get(&second).says("was taken back");
    contracts.get(&first).lacks("Replaced by");
    assert_eq!(contracts.get(&undo).status, 400);
    contracts
        .get("/imports?overlap=withdrawn")
        .says("may-again.csv");

    // An overlap can be decided afterwards.
    let (job, _) = files.send(&contracts, "may-again.csv");
    let third = import_of(&say(&contracts, &job, &[("do", "take")]));
    contracts
        .get("/imports?overlap=undecided")
        .says("may-again.csv");
    let decide = format!("{third}/overlap");
    let decided = contracts.post_from(&third, &decide, &[("overlap", "adds")]);
    assert_eq!(decided.status, 303, "{}", decided.text);
    contracts.get(&third).says("so both count");

    // A file that is refused says why, and can be named right.
    let (job, seen) = files.send(&contracts, "report.pdf");
    seen.says("cannot be taken as it is").says("a PDF document");
    say(&contracts, &job, &[("do", "stop")]);
    let (job, seen) = files.send(&contracts, "odd.csv");
    seen.says("cannot be taken as it is")
        .says("Northmere; Petals")
        .lacks("value=\"take\"");
    let stopped = contracts.post(&job, &[("do", "stop")]);
    assert!(stopped.location.contains("done=cancelled"), "{stopped:?}");
    assert_eq!(inbox(&site, "demo/data/inbox"), Vec::<PathBuf>::new());
}

#[test]
fn only_who_may_sends_files_and_only_who_sent_them_confirms() {
    let site = Site::demo();
    let files = Files::of(&[("may.csv", MAY)]);
    let path = files.0.path("may.csv");
    let reader = site.sign_in("reader");
    assert_eq!(reader.get("/imports").status, 200);
    reader.get("/imports").lacks("Take in files");
    assert_eq!(reader.get("/imports/new").status, 403);
    let sent = reader.upload("/account", "/imports/new", &[], &[&path]);
    assert_eq!(sent.status, 403, "{}", sent.text);
    // Without the form's token nothing is kept.
    let contracts = site.sign_in("contracts");
    let sent = contracts.upload("/control.csv", "/imports/new", &[], &[&path]);
    assert_eq!(sent.status, 400, "{}", sent.text);
    assert_eq!(site.visitor().get("/imports").status, 303);
    // Nothing stays of a form that is shown again.
    let bad = [("period", "last May")];
    let sent = contracts.upload("/imports/new", "/imports/new", &bad, &[&path]);
    assert_eq!(sent.status, 422, "{}", sent.text);
    let none = contracts.upload("/imports/new", "/imports/new", &[], &[]);
    none.says("Choose at least one file");
    assert_eq!(inbox(&site, "demo/data/inbox"), Vec::<PathBuf>::new());

    let (job, _) = files.send(&contracts, "may.csv");
    let director = site.sign_in("director");
    assert_eq!(director.get(&job).status, 404);
    let administrator = site.sign_in("administrator");
    administrator
        .get(&job)
        .says("only they can confirm")
        .lacks("value=\"take\"");
    let taken = administrator.post(&job, &[("do", "take")]);
    assert_eq!(taken.status, 400, "{}", taken.text);
    let stopped = administrator.post(&job, &[("do", "stop")]);
    assert_eq!(stopped.status, 303, "{}", stopped.text);
    contracts.get(&job).says("Stopped");
    assert_eq!(inbox(&site, "demo/data/inbox"), Vec::<PathBuf>::new());
}

#[test]
fn stopping_and_interrupting_leave_nothing_half_done() {
    let words = ["demo", "--dir", "demo", "--most-upload", "60"];
    let site = Site::start(Desk::new(), &words);
    let contracts = site.sign_in("contracts");
    let long = long_ledger();
    let files = Files::of(&[("long.csv", &long)]);
    files.0.file("huge.csv", vec![b'x'; 61_000_000]);
    let (path, huge) = (files.0.path("long.csv"), files.0.path("huge.csv"));

    // What is too large is refused, and what came with it goes too.
    let sent = contracts.upload("/imports/new", "/imports/new", &[], &[&path, &huge]);
    assert_eq!(sent.status, 400, "{}", sent.text);
    sent.says("larger than 60 MB");
    assert_eq!(inbox(&site, "demo/data/inbox"), Vec::<PathBuf>::new());

    // Stopped while it is looked at.
    let sources = || {
        fs::read_dir(site.desk.path("demo/data/vault"))
            .expect("the vault")
            .count()
    };
    let before = sources();
    let upload = |person: &Person| {
        let sent = person.upload("/imports/new", "/imports/new", &[], &[&path]);
        assert_eq!(sent.status, 303, "{}", sent.text);
        sent.location
    };
    let job = upload(&contracts);
    contracts.post(&job, &[("do", "stop")]);
    settled(&contracts, &job).says("Stopped");
    assert_eq!(inbox(&site, "demo/data/inbox"), Vec::<PathBuf>::new());
    assert_eq!(sources(), before);

    // Killed while it is taken in, it goes on after a restart, and is taken in once.
    let job = upload(&contracts);
    settled(&contracts, &job).says("500,000 rows");
    contracts.post(&job, &[("do", "take")]);
    let site = site.restart(&words);
    let contracts = site.sign_in("contracts");
    let taken = settled(&contracts, &job);
    taken.says("Taken in").says("What it changed");
    let list = contracts.get("/imports?q=long.csv&format=csv");
    assert_eq!(list.text.matches("long.csv").count(), 1, "{}", list.text);
    assert_eq!(inbox(&site, "demo/data/inbox"), Vec::<PathBuf>::new());
}
