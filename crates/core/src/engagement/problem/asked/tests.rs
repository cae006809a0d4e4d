//! Sentences as people send them, each with how it is to be read.

use super::*;

const PURCHASES: &[&str] = &[
    "We need 40 laptops by March.",
    "Buy a chatbot for the website",
    "Please procure Adobe licences for the design team",
    "Upgrade to Windows 11",
    "Roll out Teams to all schools",
    "We need Salesforce",
    "Licences for thirty users",
    "We would like a new case management system.",
    "Can we have iPads for the inspectors?",
    "It is time to replace the CRM",
    "Request for two more scanners",
    "We want to move to the cloud",
    "Power BI licences",
    "We need an app",
    "Could you install AutoCAD on our machines?",
    "The council should adopt artificial intelligence",
    "Implement a dashboard for directors",
    "We require a consultant. Start date 1 May.",
];

const PROBLEMS: &[&str] = &[
    "Tenants ring three times because a booked repair does not show in the system",
    "Residents cannot buy parking permits online",
    "Purchase orders get lost between departments",
    "Order forms are filled in by hand and typed again",
    "The licence inspections take two weeks to book",
    "We need to know which invoices are late",
    "Nobody sees when a software licence expires",
    "Installing a desk telephone takes nine days",
    "The system is slow on Monday mornings",
    "Callers wait twenty minutes to report a missed bin",
    "Upgrade of the ledger in June left reports with wrong totals",
    "Inspectors write on paper and type it up in the evening",
    "People need to log in four times a day",
    "Landlords must send licences for houses by post",
    "Staff have to get to the office to print a letter",
    "We need Housing to answer our questions about arrears",
    "Taxi drivers renew badges at a counter that opens two days a week",
    "Members want answers to their questions within a week",
    "Half of the letters about benefits come back unread",
    "New starters do nothing for nine days, until their account is there",
    "Could you please fix the printer on floor 3?",
    "We need the laptops to start faster",
    "Can we have a meeting about the app?",
];

/// With the problem and the suggested solution that are kept.
const BOTH: &[(&str, &str, &str)] = &[
    (
        "We need Salesforce because callers wait 20 minutes",
        "Callers wait 20 minutes",
        "We need Salesforce",
    ),
    (
        "Social workers type each visit twice. Please buy tablets.",
        "Social workers type each visit twice",
        "Please buy tablets",
    ),
    (
        "Buy 12 scanners; post is opened late and claims are delayed",
        "Post is opened late and claims are delayed",
        "Buy 12 scanners",
    ),
    (
        "We need a booking system so that nobody waits at the counter",
        "Nobody waits at the counter",
        "We need a booking system",
    ),
    (
        "We need a new CRM to stop losing complaints",
        "We need a new CRM to stop losing complaints",
        "We need a new CRM to stop losing complaints",
    ),
    (
        "The map is out of date. Officers visit the wrong house. We want to upgrade the map server.",
        "The map is out of date. Officers visit the wrong house",
        "We want to upgrade the map server",
    ),
];

/// Written after the rules, and read by them without a change to any: what they get wrong here is what they get wrong.
const HELD_BACK: &[(&str, char)] = &[
    ("We need more licences for Visio", 'p'),
    ("Please order three headsets", 'p'),
    ("Get us SharePoint", 'p'),
    ("A portal for landlords", 'p'),
    ("We should go out to tender for a new payroll platform", 'p'),
    ("Switch to Google Workspace", 'p'),
    ("Requirement for 200 smartphones", 'p'),
    ("We want to introduce robots in finance", 'p'),
    ("Pupils forget their passwords every Monday", 'g'),
    ("A bill that is paid late costs us the discount", 'g'),
    ("Foster carers hear of meetings after they took place", 'g'),
    ("Minutes of meetings must be typed up from recordings", 'g'),
    ("Two teams keep their own list of vulnerable tenants", 'g'),
    ("People want to know when their street is swept", 'g'),
    (
        "Our budget holders see spending six weeks after it happened",
        'g',
    ),
    ("Headsets break after three months", 'g'),
    ("The portal for landlords loses attachments", 'g'),
    ("We need to see a tenant's history before a visit", 'g'),
    (
        "The service desk closes tickets before anything is mended",
        'g',
    ),
    (
        "When a worker leaves, access to the building stays open",
        'g',
    ),
];

#[test]
fn what_is_only_a_purchase_is_answered_with_questions() {
    let rules = Purchases::default();
    for text in PURCHASES {
        match rules.read(text) {
            Reads::Purchase {
                solution,
                questions,
            } => {
                assert!(!solution.is_empty(), "{text}");
                assert!(questions.len() >= 3, "{text}: {questions:?}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn whoever_tells_a_problem_is_never_sent_back() {
    let rules = Purchases::default();
    for text in PROBLEMS {
        assert_eq!(rules.read(text), Reads::Problem, "{text}");
    }
}

#[test]
fn what_to_buy_is_kept_apart_from_the_problem() {
    let rules = Purchases::default();
    for (text, problem, solution) in BOTH {
        let both = Reads::Both {
            problem: (*problem).into(),
            solution: (*solution).into(),
        };
        assert_eq!(rules.read(text), both, "{text}");
    }
}

#[test]
fn sentences_that_the_rules_were_not_made_for() {
    let rules = Purchases::default();
    let is_purchase = |text| matches!(rules.read(text), Reads::Purchase { .. });
    let wrong: Vec<&str> = HELD_BACK
        .iter()
        .filter(|(text, reads)| is_purchase(text) != (*reads == 'p'))
        .map(|(text, _)| *text)
        .collect();
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn the_sort_of_purchase_has_its_own_question() {
    let rules = Purchases::default();
    for (text, question) in [
        ("We need 40 laptops", "where are they when they try?"),
        ("Upgrade to Windows 11", "when does its support end?"),
        (
            "Buy a chatbot for the website",
            "What do people ask for most",
        ),
        (
            "Licences for thirty users",
            "What can people without a licence not do",
        ),
        (
            "Implement a dashboard for directors",
            "Which decision is waiting",
        ),
    ] {
        let Reads::Purchase { questions, .. } = rules.read(text) else {
            panic!("{text}")
        };
        let found = questions.iter().any(|asked| asked.contains(question));
        assert!(found, "{text}: {questions:?}");
    }
    assert_eq!(rules.read(""), Reads::Problem);
}

#[test]
fn every_question_is_asked_for_words_of_the_rules() {
    let rules = Purchases::default();
    let all: BTreeSet<&String> = rules.buying.iter().chain(&rules.things).collect();
    for question in &rules.question {
        for word in &question.words {
            assert!(all.contains(word), "{word}");
        }
    }
}
