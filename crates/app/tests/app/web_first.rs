//! The first ten minutes of a new authority, and the lists that people review.

use crate::site::{Answer, Person, Site};

/// Technology £1,850.00 of £3,000.00: two names as a whole, one as far as it is labelled.
const JULY: &str = "\
Payment Date,Supplier Name,Net Amount,Expenditure Category,Description
03/07/2019,Northmere Digital Ltd,1000.00,Computer software,Licences
04/07/2019,Northmere Digital Ltd,250.00,Computer software,Support
05/07/2019,Northmere Networks Ltd,400.00,Telephony,Lines
08/07/2019,Larkfield Works Ltd,200.00,Computer hardware,Screens
09/07/2019,Larkfield Works Ltd,150.00,Furniture,Desks
17/07/2019,Paving Ltd,1000.00,Highways,Kerbs
";
const ANN: [(&str, &str); 3] = [
    ("name", "Ann Baker"),
    ("login", "ann@harrowmere.example"),
    ("password", "three words apart"),
];

/// An empty place, and the first person in it.
fn begun() -> (Site, Person) {
    let site = Site::empty();
    let (_, link) = site.printed.split_once("/setup/").expect("a link");
    let path = format!("/setup/{}", link.lines().next().expect("a line").trim());
    let ann = site.visitor();
    let answer = ann.post(&path, &ANN);
    assert_eq!(answer.status, 303, "{}", answer.text);
    (site, ann)
}

/// The same with a month of payments, taken in beside the program that serves.
fn paid() -> (Site, Person) {
    let (site, ann) = begun();
    site.desk.file("july.csv", JULY);
    site.desk.done(&["import", "july.csv", "--data", "data"]);
    until(&ann, "/scope", "£3,000");
    (site, ann)
}

/// What another program writes is read a moment later.
fn until(person: &Person, path: &str, words: &str) -> Answer {
    for _ in 0..100 {
        let page = person.get(path);
        if page.text.contains(words) {
            return page;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("{path} never says {words:?}: {}", person.get(path).text)
}

/// The row of a name on a page of the list.
fn place(page: &Answer, name: &str) -> usize {
    let mut names = page.text.match_indices("name=\"name-");
    let value = format!("value=\"{name}\"");
    names
        .position(|(start, _)| {
            let field = page.text[start..].split('>').next().unwrap_or_default();
            field.contains(&value)
        })
        .unwrap_or_else(|| panic!("no row of {name} in {}", page.text))
}

/// Save these decisions on a list that was read before.
fn decide(person: &Person, page: &Answer, path: &str, wishes: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("base".to_owned(), page.field("base").expect("an entry"))];
    for (name, decision) in wishes {
        let place = place(page, name);
        let was = page
            .field(&format!("was-{place}"))
            .expect("what stood before");
        fields.push((format!("name-{place}"), (*name).to_owned()));
        fields.push((format!("was-{place}"), was));
        fields.push((format!("decision-{place}"), (*decision).to_owned()));
    }
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    person.post_from(path, path, &fields)
}

/// Click an answer in the row of a service.
fn click(person: &Person, service: &str, answer: &str, supplier: &str) {
    let base = person
        .get("/first/services")
        .field("base")
        .expect("an entry");
    let fields = [
        ("base", base.as_str()),
        ("name", service),
        ("answer", answer),
        ("supplier", supplier),
    ];
    let answer = person.post("/first/services", &fields);
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert!(answer.location.contains("#s-"), "{}", answer.location);
}

#[test]
fn the_first_ten_minutes() {
    let (site, ann) = begun();
    ann.get("/")
        .says("First steps")
        .says("No services are stated yet");

    let blank = ann.post("/first/authority", &[("name", " ")]);
    assert_eq!(blank.status, 422);
    let named = ann.post("/first/authority", &[("name", "Harrowmere City Council")]);
    assert_eq!((named.status, &*named.location), (303, "/imports/new"));
    ann.get("/").says("Harrowmere City Council");

    site.desk.file("july.csv", JULY);
    let sent = ann.upload(
        "/imports/new",
        "/imports/new",
        &[],
        &[&site.desk.path("july.csv")],
    );
    assert_eq!(sent.status, 303, "{}", sent.text);
    until(&ann, &sent.location, "value=\"take\"");
    let took = ann.post_from(&sent.location, &sent.location, &[("do", "take")]);
    assert_eq!(took.status, 303, "{}", took.text);
    let list = until(
        &ann,
        "/scope",
        "£1,850 of £3,000 looks like technology, 3 names. Right?",
    );
    ann.get("/").says("£1,850").says("3 names look like it");
    list.says("Bought: Licences; Support")
        .says("computer software");
    assert!(ann.get("/first/authority").status == 200);

    let fields = [("base", list.field("base").expect("an entry"))];
    let confirmed = ann.post("/scope", &[("base", &fields[0].1), ("all", "1")]);
    assert_eq!(confirmed.status, 303, "{}", confirmed.text);
    ann.get(&confirmed.location)
        .says("Technology paid is now £1,850.00 (was £1,850.00)")
        .says("Nothing is left to decide");
    ann.get("/").says("of which 3 confirmed");

    let names = ann.get("/names");
    names.says("The same first word: perhaps one group");
    let ticked = ann.post(
        "/names",
        &[
            ("base", &names.field("base").expect("an entry")),
            ("tick-0", "Northmere Digital Ltd"),
            ("tick-0", "Northmere Networks Ltd"),
            ("same-0", "group"),
            ("called-0", "Northmere Group plc"),
        ],
    );
    assert_eq!(ticked.status, 303, "{}", ticked.text);
    ann.get(&ticked.location)
        .says("£1,650.00 for technology, of £1,650.00 in all")
        .says("3 payments to 2 printed names")
        .lacks("The same first word");
    ann.get("/").says("Northmere Group plc, as a group");

    click(&ann, "Service desk", "in-house", "");
    let count = |words: &str| {
        ann.get("/first/services").says(words);
    };
    count("at least 0 and at most 1 of 1 services");
    click(&ann, "Network", "supplier", "Northmere Networks Ltd");
    count("at least 0 and at most 1 of 2 services");
    click(&ann, "Telephony", "unknown", "");
    count("at least 0 and at most 2 of 3 services");
    click(&ann, "Service desk", "confirm", "");
    count("at least 1 and at most 2 of 3 services");
    click(&ann, "Libraries", "none", "");
    count("at least 1 and at most 2 of 3 services");
    count("You have no such service");
    click(&ann, "Parking permits of residents", "shared", "");
    ann.get("/")
        .says("at least 1 and at most 2 of 4")
        .says("with Northmere Networks Ltd")
        .lacks("First steps");
}

#[test]
fn decisions_change_the_figures_exactly_and_can_be_taken_back() {
    let (_site, ann) = paid();
    let mut page = ann.get("/scope?show=all");
    for (name, decision, now, was) in [
        (
            "Northmere Digital Ltd",
            "technology",
            "1,850.00",
            "1,850.00",
        ),
        ("Larkfield Works Ltd", "technology", "2,000.00", "1,850.00"),
        ("Larkfield Works Ltd", "labelled", "1,850.00", "2,000.00"),
        (
            "Larkfield Works Ltd",
            "not-technology",
            "1,650.00",
            "1,850.00",
        ),
        ("Paving Ltd", "technology", "2,650.00", "1,650.00"),
        ("Paving Ltd", "later", "1,650.00", "2,650.00"),
        ("Larkfield Works Ltd", "later", "1,850.00", "1,650.00"),
    ] {
        let saved = decide(&ann, &page, "/scope?show=all", &[(name, decision)]);
        assert_eq!(saved.status, 303, "{name} {decision}: {}", saved.text);
        page = ann.get(&saved.location);
        page.says(&format!("Technology paid is now £{now} (was £{was})"));
    }
    page.says("Decided by Ann Baker on").says("&#x2f;history");
    // What is as it was is not written again.
    let saved = decide(
        &ann,
        &page,
        "/scope?show=all",
        &[("Northmere Digital Ltd", "technology")],
    );
    assert!(
        saved.location.contains("done=nothing"),
        "{}",
        saved.location
    );
    // From a date on, what was decided for the time before stays.
    let place = place(&page, "Northmere Digital Ltd");
    let dated = |from: &str| {
        let fields = [
            ("base".to_owned(), page.field("base").expect("an entry")),
            (format!("name-{place}"), "Northmere Digital Ltd".to_owned()),
            (format!("was-{place}"), "technology".to_owned()),
            (format!("decision-{place}"), "not-technology".to_owned()),
            ("from".to_owned(), from.to_owned()),
        ];
        let fields: Vec<_> = fields
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        ann.post_from("/scope?show=all", "/scope?show=all", &fields)
    };
    let wrong = dated("July");
    assert_eq!(wrong.status, 422);
    wrong.says("value=\"July\"").says("is not a date");
    let saved = dated("2019-07-04");
    assert_eq!(saved.status, 303, "{}", saved.text);
    ann.get(&saved.location)
        .says("Technology paid is now £1,600.00 (was £1,850.00)");
}

#[test]
fn who_decides_second_sees_what_the_first_decided() {
    let site = Site::demo();
    let (director, contracts) = (site.sign_in("director"), site.sign_in("contracts"));
    let path = "/scope?show=all";
    let page = director.get(path);
    let mut fields = page.text.match_indices("name=\"name-").map(|(start, _)| {
        let field = page.text[start..]
            .split("value=\"")
            .nth(1)
            .unwrap_or_default();
        field.split('"').next().unwrap_or_default()
    });
    let plain = |name: &&str| !name.contains('&');
    let (one, other) = (
        fields.by_ref().find(plain).expect("a name"),
        fields.by_ref().find(plain).expect("another name"),
    );
    let theirs = contracts.get(path);
    let opposite = |name: &str| {
        let was = page.field(&format!("was-{}", place(&page, name)));
        match was.as_deref() {
            Some("not-technology") => "technology",
            _ => "not-technology",
        }
    };
    let first = decide(&director, &page, path, &[(one, opposite(one))]);
    assert_eq!(first.status, 303, "{}", first.text);
    let wishes = [(one, "later"), (other, opposite(other))];
    let wishes = match theirs
        .field(&format!("was-{}", place(&theirs, one)))
        .as_deref()
    {
        Some("later") => [(one, "technology"), wishes[1]],
        _ => wishes,
    };
    let second = decide(&contracts, &theirs, path, &wishes);
    assert_eq!(second.status, 422, "{}", second.text);
    second
        .says("Somebody else decided about some of these names")
        .says("<strong>Meanwhile:</strong>")
        .says(&format!("value=\"{}\"", wishes[0].1));
    // Nothing was half saved, nothing is lost, and a second save counts.
    assert_eq!(second.text.matches("data-review-row").count(), 2);
    let again = decide(&contracts, &second, path, &wishes);
    assert_eq!(again.status, 303, "{}", again.text);
    contracts
        .get(&again.location)
        .says("Technology paid is now");

    let reader = site.sign_in("reader");
    for path in ["/scope", "/names", "/first/services"] {
        let page = reader.get(path);
        assert_eq!(page.status, 200, "{path}");
        page.lacks("Save these decisions")
            .lacks("name=\"answer\"")
            .lacks("type=\"radio\"");
        assert_eq!(reader.post_from("/", path, &[]).status, 403, "{path}");
    }
    assert_eq!(reader.get("/first/authority").status, 403);
    assert_eq!(reader.post_from("/", "/first/authority", &[]).status, 403);
}

#[test]
fn two_answers_about_one_service() {
    let (site, ann) = paid();
    let base = ann.get("/first/services").field("base").expect("an entry");
    let say = |answer: &str| {
        let fields = [
            ("base", base.as_str()),
            ("name", "Network"),
            ("answer", answer),
        ];
        ann.post("/first/services", &fields)
    };
    assert_eq!(say("in-house").location, "/first/services#s-network");
    let second = say("shared");
    assert!(
        second.location.contains("moved=s-network"),
        "{}",
        second.location
    );
    ann.get("/first/services?moved=s-network")
        .says("Somebody else answered while you looked")
        .says("In-house; taken to be controlled");
    // What has dates is changed on its own page.
    site.desk
        .file("services.csv", "service\nPayroll platform\n")
        .file(
            "arrangements.csv",
            "service,mode,from\nPayroll platform,supplier,2006-04-01\n",
        )
        .done(&[
            "import",
            "services.csv",
            "arrangements.csv",
            "--data",
            "data",
        ]);
    until(&ann, "/first/services", "Dates are stated");
    let fields = [("name", "Payroll platform"), ("answer", "in-house")];
    assert_eq!(ann.post("/first/services", &fields).status, 400);
}
