//! The exit registers: lists as suppliers write them, taken in, compared and shown.

use crate::desk::{Desk, Run};
use crate::site::{Answer, Person, Site, ok};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

static DEMO: LazyLock<Site> = LazyLock::new(Site::demo);

const SERVICES: &str = "service,reference\nNetwork,S-01\nTelephony,S-02\n";
const CONTRACTS: &str = "\
Contract Reference,Contract Title,Supplier Name,Start Date,End Date,Total Value
C-001,Technology partnership,Northmere Digital Services Ltd,2006-04-01,2021-03-31,125000
C-002,Another contract,Larkfallow Networks Ltd,2015-04-01,2021-03-31,1000
";

/// A sheet as a supplier sends it: a title above, its own headings, values as people type them.
const MAY: &str = "\
Northmere Digital Services Ltd: asset register,,,,,,,,,
,,,,,,,,,
Asset Tag,Asset Description,Serial No.,Make/Model,Site,Owner,Exclusive / Non-Exclusive,End of Life Date,Service Supported,NBV (£)
A-1,Core switch,LF-100,Larkfallow LS-9000,Civic Centre,Harrowmere City Council,Exclusive,31/12/2023,Network,\"41,200.00\"
A-2,Storage array,TV-7,Tallowick V400,Eastholme,Northmere Digital Services Ltd,Non-exclusive,Jun 2020,network,88000
A-3,Telephone gateway,BT-3,Brindlemoor G1,Depot,Northmere Digital Services Ltd,,TBC,Telephony,-
";

/// The next one: the array has gone, the gateway has moved, a firewall is new.
const JUNE: &str = "\
Asset Tag,Asset Description,Serial No.,Make/Model,Site,Owner,Exclusive / Non-Exclusive,End of Life Date,Service Supported,NBV (£)
A-1,Core switch,LF-100,Larkfallow LS-9000,Civic Centre,Harrowmere City Council,Exclusive,31/12/2023,Network,\"41,200.00\"
A-3,Telephone gateway,BT-3,Brindlemoor G1,Eastholme,Northmere Digital Services Ltd,,TBC,Telephony,-
A-4,Firewall,LFW-1,Larkfallow FW-6,Civic Centre,Northmere Digital Services Ltd,Exclusive,2021-12-31,Network,22000
";

/// A desk whose data hold two services and two contracts.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.file("services.csv", SERVICES)
        .file("contracts.csv", CONTRACTS);
    let data = ["--data", "data", "--authority", "Harrowmere City Council"];
    let words = [&["import", "services.csv", "contracts.csv"][..], &data].concat();
    desk.done(&words);
    desk
}

fn import(desk: &Desk, words: &[&str]) -> Run {
    desk.run(&[&["import", "--data", "data"][..], words].concat())
}

const MAY_WORDS: [&str; 6] = [
    "may.csv",
    "--contract",
    "C-001",
    "--listed-on",
    "2019-05-14",
    "--whole-list",
];
const JUNE_WORDS: [&str; 6] = [
    "june.csv",
    "--contract",
    "technology partnership",
    "--listed-on",
    "2019-06-30",
    "--whole-list",
];

fn with_lists() -> Desk {
    let desk = desk();
    desk.file("may.csv", MAY).file("june.csv", JUNE);
    let may = import(&desk, &MAY_WORDS);
    assert_eq!(may.code, 0, "{}{}", may.out, may.err);
    desk
}

/// The rows of a register as the analyst's question answers them.
fn rows(desk: &Desk, query: &str) -> serde_json::Value {
    desk.json(&["sql", query, "--data", "data", "--json"])
}

#[test]
fn a_list_is_recognised_as_the_supplier_wrote_it() {
    let desk = desk();
    desk.file("may.csv", MAY);
    let run = import(&desk, &["may.csv"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(
        run.out
            .contains("may.csv  assets, taken: 3 rows, 1 set aside"),
        "{}",
        run.out
    );
    assert!(
        run.out.contains("3 new, 0 no longer listed, 0 changed"),
        "{}",
        run.out
    );
    let held = rows(
        &desk,
        "SELECT asset, reference, serial_number, location, \"use\", end_of_support, services, net_book_value, list FROM assets ORDER BY reference",
    );
    assert_eq!(held[0]["asset"], "Core switch");
    assert_eq!(held[0]["net_book_value"], "41200.00");
    assert_eq!(held[0]["end_of_support"], "2023-12-31");
    assert_eq!(held[1]["use"], "shared", "non-exclusive is shared");
    assert_eq!(held[1]["end_of_support"], "2020-06");
    assert_eq!(held[1]["services"], "Network");
    assert!(
        held[2]["end_of_support"].is_null(),
        "to be confirmed is not known"
    );
    assert_eq!(held[2]["list"], "may");
    let again = import(&desk, &["may.csv"]);
    assert!(
        again.out.contains("taken before, nothing written"),
        "{}",
        again.out
    );
}

#[test]
fn a_new_list_says_what_appeared_vanished_and_changed_and_what_to_ask() {
    let desk = with_lists();
    let dry = [
        &JUNE_WORDS[..],
        &["--freeze", "2019-06..2019-12", "--dry-run"],
    ]
    .concat();
    let dry = import(&desk, &dry);
    let june = [&JUNE_WORDS[..], &["--freeze", "2019-06..2019-12"]].concat();
    let run = import(&desk, &june);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    for words in [
        "since the list of 14 May 2019: 1 new, 1 no longer listed, 1 changed, 1 unchanged",
        "new: Firewall",
        "no longer listed: Storage array",
        "changed: Telephone gateway: location was Depot, is Eastholme",
        "because of the freeze: Firewall: new since the last list; perhaps within the freeze. Was it agreed?",
        "because of the freeze: Telephone gateway: changed in location; perhaps within the freeze. Was it agreed?",
        "because of the freeze: Storage array: no longer listed; perhaps within the freeze. Was it agreed?",
    ] {
        assert!(run.out.contains(words), "{words:?} is not in {}", run.out);
        assert!(dry.out.contains(words), "{words:?} is not in {}", dry.out);
    }
    let held = rows(
        &desk,
        "SELECT asset, missing_since, list FROM assets ORDER BY reference",
    );
    assert_eq!(
        held.as_array().map(Vec::len),
        Some(4),
        "what vanished is not deleted"
    );
    assert_eq!(held[1]["asset"], "Storage array");
    assert_eq!(held[1]["missing_since"], "2019-06-30");
    assert!(held[0]["missing_since"].is_null());
    assert_eq!(
        held[0]["list"], "may",
        "what did not change was said by the list before"
    );
    assert_eq!(held[2]["list"], "june");

    // It is named again: then it is listed again.
    let may = [&MAY_WORDS[..4], &["2019-07-31", "--whole-list", "--json"]].concat();
    let report: serde_json::Value =
        serde_json::from_str(&import(&desk, &may).out).expect("a report");
    let list = &report["files"][0]["list"];
    assert_eq!(list["appeared"][0][1], "Storage array");
    assert_eq!(list["vanished"][0][1], "Firewall");
    assert_eq!(list["last"], "2019-06-30");
}

#[test]
fn what_people_stated_stays_when_the_supplier_sends_a_list() {
    let desk = with_lists();
    let ours = "asset,reference,route,consent,last confirmed,evidence\n\
        Core switch,A-1,assign,given,2019-06-02,Letter of 2 June\n\
        Storage array,A-2,re-buy,,,\n";
    desk.file("ours.csv", ours);
    let run = import(&desk, &["ours.csv"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(
        run.out.contains("0 new, 0 no longer listed, 2 changed"),
        "{}",
        run.out
    );
    assert!(
        run.out
            .contains("1 other assets of the same contracts stand in the register"),
        "a part of a register marks nothing as missing: {}",
        run.out
    );
    let june = import(&desk, &JUNE_WORDS);
    assert!(
        june.out
            .contains("1 new, 1 no longer listed, 1 changed, 1 unchanged"),
        "{}",
        june.out
    );
    let query =
        "SELECT route, consent, evidence, serial_number, contract FROM assets ORDER BY reference";
    let held = rows(&desk, query);
    assert_eq!(held[0]["route"], "assign");
    assert_eq!(held[0]["evidence"], "Letter of 2 June");
    assert_eq!(held[0]["serial_number"], "LF-100");
    assert_eq!(held[0]["contract"], "Technology partnership");
    assert_eq!(held[1]["route"], "re-buy");
}

#[test]
fn what_cannot_be_taken_is_named_by_file_line_and_value() {
    let desk = desk();
    let bad = "asset,services,contract,cost,cost up to,route\n\
        Core switch,Netwerk,,,,\n\
        Firewall,Network,C-999,,,\n\
        Gateway,Network,,100,50,\n\
        Printer,Network,,,,sell\n\
        Server,Network,,10,,end\n\
        Server,Network,,10,,end\n";
    desk.file("bad.csv", bad);
    let run = import(&desk, &["bad.csv", "--faults", "faults.csv"]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    let faults = std::fs::read_to_string(desk.path("faults.csv")).expect("faults");
    for words in [
        "bad.csv,2,services,Netwerk,",
        "bad.csv,3,contract,C-999,",
        "bad.csv,4,cost up to,50.00,",
        "bad.csv,5,route,sell,",
        "bad.csv,7,asset,Server,\"the asset stands on line 6 already: give each its own reference, or keep one row\"",
    ] {
        assert!(faults.contains(words), "{words:?} is not in {faults}");
    }
    let unknown = import(&desk, &["bad.csv", "--contract", "C-999"]);
    assert!(
        unknown
            .out
            .contains("no contract has the reference or title \"C-999\""),
        "{}",
        unknown.out
    );
    let ledger = import(&desk, &["services.csv", "--whole-list"]);
    assert!(
        ledger.out.contains(
            "services.csv holds services, which is not given under a contract, on a day, or whole"
        ),
        "{}",
        ledger.out
    );
    let secrets = "Account Name,System,Password\nroot,Switches,hunter2\n";
    desk.file("accounts.csv", secrets);
    let refused = import(&desk, &["accounts.csv", "--as", "credentials"]);
    assert_eq!(refused.code, 1);
    assert!(
        refused
            .out
            .contains("its column “Password” seems to hold passwords or keys"),
        "{}",
        refused.out
    );
    let files = desk.run(&["sql", "SELECT file FROM imports", "--data", "data"]);
    assert!(!files.out.contains("accounts.csv"), "{}", files.out);
}

#[test]
fn the_overview_leads_to_what_is_open() {
    let director = DEMO.sign_in("director");
    let overview = ok(&director, "/registers?at=2019-07-26");
    overview
        .says("35 items are listed.")
        .says("Contracts with third parties")
        .says("No longer listed");
    let undecided = overview.text.replace("&#x2f;", "/").replace("&amp;", "&");
    assert!(
        undecided.contains("/registers/assets?listed=yes&route=undecided&at=2019-07-26"),
        "{undecided}"
    );
    ok(
        &director,
        "/registers/assets?listed=yes&route=undecided&at=2019-07-26",
    )
    .says("Storage array")
    .lacks("Firewall pair")
    .lacks("Planning scanner");
    ok(
        &director,
        "/registers/licences?listed=yes&consent=open&at=2019-07-26",
    )
    .says("Directory and sign-on")
    .says("Desktop management")
    .lacks("Revbase server");
    ok(
        &director,
        "/registers/assets?listed=yes&over=yes&at=2019-07-26",
    )
    .says("Edge switches")
    .says("Backup tape library")
    .lacks("Storage array");
    ok(&director, "/registers/assets?listed=no&at=2019-07-26").says("Planning scanner");
    let file = ok(
        &director,
        "/registers/assets?listed=no&at=2019-07-26&format=csv",
    );
    assert_eq!(file.text.lines().count(), 2, "{}", file.text);
}

#[test]
fn an_item_says_what_becomes_of_it() {
    let director = DEMO.sign_in("director");
    let list = ok(&director, "/registers/licences?at=2019-07-26");
    ok(&director, &list.link("Directory and sign-on"))
        .says("Nobody has decided what becomes of it.")
        .says("Its service stops without it on the day it moves.")
        .says("Tallowick Software Ltd must agree, and has not yet.")
        .says("Strategic technology partnership");
    let list = ok(&director, "/registers/assets?at=2019-07-26");
    ok(&director, &list.link("Edge switches, 86 sites"))
        .says("It will be assigned to you.")
        .says("Its support ended on 31 December 2018.")
        .says("£38,000.00 to £52,000.00");
    ok(&director, &list.link("Planning scanner, large format"))
        .says("no longer names it since 14 May 2019. Ask what became of it.");
    let list = ok(&director, "/registers/third-party-contracts?at=2019-07-26");
    ok(&director, &list.link("Circuits between sites"))
        .says("It will be assigned to you.")
        .says("Its term ends on 30 June 2021.")
        .lacks("must agree");
    let knowledge = ok(&director, "/registers/knowledge?at=2019-07-26");
    ok(&director, &knowledge.link("Year-end billing run"))
        .says("Only one post knows it: Revenues systems officer.");
}

#[test]
fn services_and_contracts_lead_to_their_items() {
    let director = DEMO.sign_in("director");
    let network = ok(&director, &ok(&director, "/services").link("Network"));
    network.says("What must be in hand to leave");
    let assets = ok(&director, &network.link("Assets"));
    assets
        .says("Core switch, machine room 1")
        .lacks("Storage array");
    let contracts = ok(&director, "/contracts");
    let contract = ok(
        &director,
        &contracts.link("Strategic technology partnership"),
    );
    let licences = ok(&director, &contract.link("Licences"));
    licences.says("Caretrace case management");
}

#[test]
fn credentials_are_for_a_few() {
    let (director, reader) = (DEMO.sign_in("director"), DEMO.sign_in("reader"));
    let list = ok(&director, "/registers/credentials");
    let domain = list.link("Domain administrator");
    ok(&director, &domain)
        .says("Restricted")
        .says("Directory of accounts");
    ok(&reader, "/registers/credentials").lacks("Domain administrator");
    assert_eq!(reader.get(&domain).status, 404);
    ok(&reader, "/registers").says("35 items are listed.");
    // The file that states them is as secret: its faults would quote it.
    ok(&reader, "/imports?q=credentials").lacks("credentials.csv");
    ok(&director, "/imports?q=credentials").says("credentials.csv");
    assert_eq!(DEMO.visitor().get("/registers/assets").status, 303);
}

/// The page of a job once it needs somebody or has ended.
fn settled(person: &Person, job: &str) -> Answer {
    let begun = Instant::now();
    loop {
        let page = ok(person, job);
        if !page.text.contains("<progress") {
            return page;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "{}", page.text);
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_workbook_is_taken_in_on_pages_as_the_whole_list() {
    let site = Site::demo();
    let contracts = site.sign_in("contracts");
    let files = Desk::new();
    files.file("software.xlsx", include_bytes!("../files/software.xlsx"));
    let path = files.path("software.xlsx");
    let sent = contracts.upload("/imports/new", "/imports/new", &[], &[&path]);
    assert_eq!(sent.status, 303, "{}", sent.text);
    let seen = settled(&contracts, &sent.location);
    seen.says("This looks like licences")
        .says("3 new, 0 no longer listed")
        .says("Which list is it?");
    let answers = [
        ("do", "look"),
        ("contract-0", "Strategic technology partnership"),
        ("listed-on-0", "2019-06-28"),
        ("whole-list-0", "yes"),
    ];
    let looked = contracts.post(&sent.location, &answers);
    let looked = settled(&contracts, &looked.location);
    looked.says("3 new, 6 no longer listed");
    let fault = contracts.post(&sent.location, &[("do", "take"), ("listed-on-0", "June")]);
    assert_eq!(fault.status, 422, "{}", fault.text);
    fault.says("The day must look like 2019-06-30");
    let taken = [&[("do", "take")], &answers[1..]].concat();
    let taken = contracts.post(&sent.location, &taken);
    let taken = settled(&contracts, &taken.location);
    taken.says("Taken in");
    let changes = ok(&contracts, &taken.link("What the list changed"));
    changes
        .says("The list of 28 June 2019 under Strategic technology partnership")
        .says("3 new, 6 no longer listed, 0 changed")
        .says("Mail and calendars")
        .says("Diagram tool")
        .says("Held against a freeze from")
        .says("(Schedule 12, 6). A list shows that something changed");
    let item = ok(&contracts, &changes.link("Diagram tool"));
    item.says("1200")
        .says("Pinecroft Tools Ltd")
        .says("£4,200.50");
    let asked = ok(&contracts, "/registers/changes?from=2019-06-01");
    asked
        .says("Held against a freeze from 1 June 2019 on, without a stated end.")
        .says("New since the last list; perhaps within the freeze. Was it agreed?");
    let wrong = contracts.get("/registers/changes?from=2019-06-01&to=2019-05-01");
    assert_eq!(wrong.status, 400, "{}", wrong.text);
}

#[test]
fn empty_registers_say_what_would_fill_them() {
    let site = Site::empty();
    let (_, link) = site.printed.split_once("/setup/").expect("a link");
    let path = format!("/setup/{}", link.lines().next().expect("a line").trim());
    let person = site.visitor();
    let first = [
        ("name", "First"),
        ("login", "first"),
        ("password", "three words apart"),
    ];
    assert_eq!(person.post(&path, &first).status, 303);
    ok(&person, "/registers").says("No exit register lists anything yet");
    ok(&person, "/registers/changes").says("No list of a supplier has come in yet");
    for place in [
        "assets",
        "licences",
        "third-party-contracts",
        "data-holdings",
        "credentials",
        "knowledge",
        "documents",
    ] {
        let page = ok(&person, &format!("/registers/{place}"));
        let page = page.text.replace("&#x2f;", "/");
        assert!(
            page.contains(&format!("/templates/{place}.csv")),
            "{place}: {page}"
        );
        let template = ok(&person, &format!("/templates/{place}.csv"));
        assert!(
            template.text.contains("last confirmed"),
            "{}",
            template.text
        );
    }
}
