//! What keeps others out: headers, cookies, sessions, links, limits, and what is never logged.

use crate::desk::Desk;
use crate::site::{Answer, Person, Site};
use handback_register::desk::{Link, Purpose};
use handback_register::{Place, Register};
use jiff::{Timestamp, ToSpan};
use sha2::{Digest, Sha256};
use std::io::{Read, Write};
use std::net::TcpStream;

/// What follows a mark in a text, up to the first of these ends.
fn after<'a>(text: &'a str, mark: &str, ends: &[char]) -> &'a str {
    let (_, rest) = text
        .split_once(mark)
        .unwrap_or_else(|| panic!("no {mark:?} in {text}"));
    rest.split(ends).next().unwrap_or_default()
}

/// The cookie that an answer sets, as a browser sends it back.
fn cookie(answer: &Answer) -> String {
    let set = answer.header("set-cookie");
    set.split(';').next().unwrap_or_default().to_owned()
}

/// Somebody whose browser holds exactly this cookie.
fn with_cookie(site: &Site, path: &str, cookie: &str) -> u16 {
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .build()
        .new_agent();
    let sent = agent
        .get(format!("{}{path}", site.url))
        .header("cookie", cookie)
        .call();
    sent.expect("the program answers").status().as_u16()
}

/// A request exactly as written, which no library tidies up.
fn raw(site: &Site, request: &str) -> String {
    let address = site.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("the program listens");
    let request = format!("{request}\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("answered");
    String::from_utf8_lossy(&answer).into_owned()
}

fn is_signed_in(person: &Person) -> bool {
    person.get("/services").status == 200
}

/// Hand out a link to make an account, as the administrator.
fn invite(administrator: &Person, role: &str, within: &str) -> String {
    let fields = [("for", "Kim"), ("role", role), ("within", within)];
    let answer = administrator.post("/accounts", &fields);
    assert_eq!(answer.status, 200, "{}", answer.text);
    let text = answer.text.replace("&#x2f;", "/");
    format!("/invitation/{}", after(&text, "/invitation/", &['<', '"']))
}

/// Make an account by a link, which signs in.
fn join(person: &Person, link: &str, login: &str) -> Answer {
    let fields = [
        ("name", "Kim"),
        ("login", login),
        ("password", "three words together"),
    ];
    person.post(link, &fields)
}

const EVERYWHERE: &str = r#"{"within":"everything"}"#;

#[test]
fn nobody_comes_in_who_should_not() {
    let site = Site::demo();
    let administrator = &site.sign_in("administrator");
    let reader = &site.sign_in("reader");
    every_answer_carries_the_headers(&site, reader);
    accounts_are_a_file_too(administrator);
    other_methods_are_refused(&site);
    no_file_is_reached_through_assets(&site);
    sessions_begin_fresh_and_end(&site);
    links_work_once(&site, administrator);
    rights_are_handed_out_by_those_who_have_them(&site, administrator);
    hostile_names_are_text(administrator);
    a_disabled_account_is_out(administrator, reader, &site);
    tries_are_counted(&site);
}

fn accounts_are_a_file_too(administrator: &Person) {
    let file = administrator.get("/accounts?format=csv");
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert!(file.text.lines().count() >= 7, "{}", file.text);
}

fn every_answer_carries_the_headers(site: &Site, reader: &Person) {
    let nobody = site.visitor();
    let wrong = [("login", "reader"), ("password", "wrong")];
    let answers = [
        (200, nobody.get("/sign-in")),
        (303, nobody.get("/services")),
        (200, reader.get("/services")),
        (200, reader.get("/services?format=csv")),
        (404, nobody.get("/nowhere")),
        (403, reader.get("/accounts")),
        (400, reader.get("/services?at=never")),
        (400, reader.forge("/account/name", &[("name", "Eve")])),
        (422, nobody.post("/sign-in", &wrong)),
        (405, reader.forge("/services", &[])),
        (404, nobody.get("/assets/none.css")),
        (401, nobody.get("/api/v1/head")),
        (404, nobody.get("/api/v1/nothing")),
        (200, nobody.get("/api/v1/openapi.json")),
    ];
    for (status, answer) in &answers {
        assert_eq!(answer.status, *status, "{answer:?}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{answer:?}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(policy.contains("form-action 'self'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert_eq!(answer.header("cache-control"), "no-store", "{answer:?}");
    }
    let page = reader.get("/services").text;
    for inline in ["<script>", " onclick=", " style=\"", "javascript:"] {
        assert!(!page.contains(inline), "{inline} on a page");
    }
}

fn other_methods_are_refused(site: &Site) {
    let head = raw(site, "HEAD /sign-in HTTP/1.1");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let (_, body) = head.split_once("\r\n\r\n").expect("headers end");
    assert!(body.is_empty(), "{body}");
    for method in ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"] {
        let answer = raw(site, &format!("{method} /services HTTP/1.1"));
        assert!(answer.starts_with("HTTP/1.1 405"), "{method}: {answer}");
    }
}

fn no_file_is_reached_through_assets(site: &Site) {
    for path in [
        "/assets/../Cargo.toml",
        "/assets/..%2f..%2f..%2fetc%2fpasswd",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/assets//etc/passwd",
        "/assets/..\\..\\etc\\passwd",
        "/templates/..%2f..%2fetc%2fpasswd",
    ] {
        let answer = raw(site, &format!("GET {path} HTTP/1.1"));
        let refused = ["HTTP/1.1 404", "HTTP/1.1 400", "HTTP/1.1 303"];
        assert!(
            refused.iter().any(|status| answer.starts_with(status)),
            "{path}: {answer}"
        );
        assert!(!answer.contains("root:"), "{path}: {answer}");
    }
}

fn sessions_begin_fresh_and_end(site: &Site) {
    let person = site.visitor();
    let planted = cookie(&person.get("/sign-in"));
    let fields = [
        ("login", "director"),
        ("password", "harrowmere example"),
        ("next", "https://evil.example/"),
    ];
    let signed_in = person.post("/sign-in", &fields);
    assert_eq!((signed_in.status, signed_in.location.as_str()), (303, "/"));
    let flags = signed_in.header("set-cookie");
    assert!(
        flags.contains("HttpOnly") && flags.contains("SameSite=Lax"),
        "{flags}"
    );
    let held = cookie(&signed_in);
    assert_ne!(planted, held);
    assert_eq!(with_cookie(site, "/services", &planted), 303);
    assert_eq!(with_cookie(site, "/services", &held), 200);
    assert_eq!(
        with_cookie(site, "/api/v1/head", &held),
        401,
        "cookies open no API"
    );

    let elsewhere = site.sign_in("director");
    person.post_from("/account", "/sign-out", &[]);
    assert_eq!(
        with_cookie(site, "/services", &held),
        303,
        "signed out on the server"
    );
    assert!(is_signed_in(&elsewhere));

    let third = site.sign_in("director");
    third.post_from("/account", "/account/sign-out-everywhere", &[]);
    assert!(!is_signed_in(&elsewhere) && !is_signed_in(&third));
}

fn links_work_once(site: &Site, administrator: &Person) {
    let link = invite(administrator, "reader", EVERYWHERE);
    let person = site.visitor();
    assert_eq!(join(&person, &link, "kim@example.org").status, 303);
    assert!(is_signed_in(&person));
    assert_eq!(person.get("/accounts").status, 403);
    site.visitor().get(&link).says("used already");
    assert_eq!(site.visitor().get(&link).status, 400);

    let link = invite(administrator, "reader", EVERYWHERE);
    let page = administrator.get("/accounts");
    page.lacks(link.trim_start_matches("/invitation/"));
    let key = page.field("key").expect("a link that can be taken back");
    let fields = [("key", key.as_str())];
    administrator.post_from("/accounts", "/accounts/links/revoke", &fields);
    assert_eq!(site.visitor().get(&link).status, 400);

    // A link lets in until it expires.
    for (hours, status) in [(1, 200), (-1, 400)] {
        let link = expiring(site, hours);
        assert_eq!(site.visitor().get(&link).status, status, "{hours} hours");
    }

    // One sort of link does not open another sort of door.
    let link = invite(administrator, "reader", EVERYWHERE);
    let other = link.replace("/invitation/", "/password/");
    assert_eq!(site.visitor().get(&other).status, 400);

    // A link for a new password puts whoever knew the old one out.
    let kim = account_of(administrator, "kim@example.org");
    let answer = administrator.post(&kim, &[("do", "reset")]);
    let text = answer.text.replace("&#x2f;", "/");
    let link = format!("/password/{}", after(&text, "/password/", &['<', '"']));
    let set = site
        .visitor()
        .post(&link, &[("password", "four words stand together")]);
    assert_eq!(set.status, 303, "{}", set.text);
    assert!(!is_signed_in(&person));
    assert_eq!(site.visitor().get(&link).status, 400);
}

/// A link to make an account that can be used for so many hours from now.
#[expect(
    clippy::disallowed_methods,
    reason = "the running program goes by the real clock"
)]
fn expiring(site: &Site, hours: i64) -> String {
    let secret = [if hours > 0 { 1 } else { 2 }; 32];
    let now = Timestamp::now();
    let link = Link {
        key: Sha256::digest([b"handback link".as_slice(), &secret].concat()).into(),
        purpose: Purpose::Invitation,
        actor: None,
        grants: Vec::new(),
        for_name: "Kim".into(),
        issued_at: now,
        expires_at: now + hours.hours(),
    };
    let place = Place::Sqlite(site.desk.path("demo/data/register.sqlite"));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let register = Register::open(&place).await.expect("the register");
        register.desk().issue_link(&link).await.expect("issued");
        register.close().await;
    });
    let words: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("/invitation/{words}")
}

/// The page of the account with this login.
fn account_of(administrator: &Person, login: &str) -> String {
    let page = administrator.get(&format!("/accounts?q={login}")).text;
    let page = page.replace("&#x2f;", "/");
    let actor = page
        .split("href=\"/accounts/")
        .skip(1)
        .filter_map(|piece| piece.split(['"', '?']).next())
        .find(|actor| {
            administrator
                .get(&format!("/accounts/{actor}"))
                .text
                .contains(login)
        });
    format!("/accounts/{}", actor.expect("an account"))
}

fn rights_are_handed_out_by_those_who_have_them(site: &Site, administrator: &Person) {
    // The last administrator stays one.
    let own = "/accounts/example-administrator";
    for deed in ["disable", "close"] {
        let answer = administrator.post(own, &[("do", deed)]);
        assert_eq!(answer.status, 422, "{deed}: {}", answer.text);
        answer.says("No administrator would remain");
    }
    // Whoever administers one service hands out no rights to all.
    let service = administrator.get("/services").text.replace("&#x2f;", "/");
    let service = after(&service, "href=\"/services/", &['"', '?']).to_owned();
    let within = format!(r#"{{"within":"service","id":"{service}"}}"#);
    let link = invite(administrator, "administrator", &within);
    let small = site.visitor();
    assert_eq!(join(&small, &link, "small@example.org").status, 303);
    assert_eq!(small.get("/accounts").status, 403);
    assert_eq!(small.get("/accounts/readings").status, 403);
    let fields = [
        ("for", "Eve"),
        ("role", "administrator"),
        ("within", EVERYWHERE),
    ];
    assert_eq!(
        small.post_from("/account", "/accounts", &fields).status,
        403
    );
    for deed in ["reset", "close", "disable"] {
        let answer = small.post_from("/account", own, &[("do", deed)]);
        assert_eq!(answer.status, 403, "{deed}");
    }
    // Nor does anybody give a token more than they have.
    let fields = [
        ("label", "too much"),
        ("days", "30"),
        (
            "grant",
            r#"{"role":"administrator","within":{"within":"everything"}}"#,
        ),
    ];
    let answer = small.post_from("/account", "/account/tokens", &fields);
    assert_eq!(answer.status, 422, "{}", answer.text);
    answer.says("too much");
}

fn hostile_names_are_text(administrator: &Person) {
    const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7 * 7 }}";
    let answer = administrator.post_from("/account", "/account/name", &[("name", HOSTILE)]);
    assert_eq!(answer.status, 303);
    for path in [
        "/account",
        "/accounts",
        "/accounts/example-administrator",
        "/services",
    ] {
        let page = administrator.get(path);
        assert_eq!(page.status, 200);
        page.lacks("<script>alert").lacks("<img src=x");
    }
    administrator
        .get("/account")
        .says("&lt;script&gt;")
        .says("{{ 7 * 7 }}");
    let searched = administrator.get("/services?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E");
    searched.lacks("<script>alert");
    let lost = administrator.get("/%3Cscript%3Ealert(1)%3C/script%3E");
    lost.lacks("<script>alert");
}

fn a_disabled_account_is_out(administrator: &Person, reader: &Person, site: &Site) {
    assert!(is_signed_in(reader));
    let answer = administrator.post("/accounts/example-reader", &[("do", "disable")]);
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert!(!is_signed_in(reader));
    let fields = [("login", "reader"), ("password", "harrowmere example")];
    let again = site.visitor().post("/sign-in", &fields);
    assert_eq!(again.status, 422);
    again.says("No account has this name and password");
    administrator.post("/accounts/example-reader", &[("do", "enable")]);
    assert!(!is_signed_in(reader), "a session that ended stays ended");
}

fn tries_are_counted(site: &Site) {
    let person = site.visitor();
    let fields = [("login", "owner"), ("password", "a guess")];
    let mut statuses = (0..15).map(|_| person.post("/sign-in", &fields).status);
    assert!(
        statuses.any(|status| status == 429),
        "guessing goes on for ever"
    );
}

#[test]
fn over_tls_the_cookie_goes_nowhere_else() {
    let url = "https://handback.example.gov.uk";
    let site = Site::published(Desk::new(), &["serve", "--data", "data"], url);
    let set = site.visitor().get("/sign-in");
    let set = set.header("set-cookie");
    assert!(set.starts_with("__Host-handback="), "{set}");
    for flag in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
        assert!(set.contains(flag), "{flag} in {set}");
    }
    assert!(!set.contains("Domain"), "{set}");
}

#[test]
fn no_secret_is_logged() {
    const PASSWORD: &str = "horse battery staple";
    let site = Site::logging(Desk::new(), &["serve", "--data", "data"]);
    let link = after(&site.printed, "/setup/", &['\n']).to_owned();
    let person = site.visitor();
    let cookie = cookie(&person.get("/sign-in"));
    let fields = [
        ("name", "Ann Example"),
        ("login", "ann@example.org"),
        ("password", PASSWORD),
    ];
    let made = person.post(&format!("/setup/{link}"), &fields);
    assert_eq!(made.status, 303, "{}", made.text);
    let session = made.header("set-cookie").to_owned();
    let session = after(&session, "handback=", &[';']).to_owned();
    let fields = [
        ("label", "nightly"),
        ("days", "30"),
        (
            "grant",
            r#"{"role":"administrator","within":{"within":"everything"}}"#,
        ),
    ];
    let answer = person.post_from("/account", "/account/tokens", &fields);
    let token = after(&answer.text, "class=\"hb-code\">", &['<']).to_owned();
    assert_eq!(token.len(), 64, "{}", answer.text);
    let sent = person
        .agent
        .get(format!("{}/api/v1/head", site.url))
        .header("authorization", format!("Bearer {token}"))
        .call();
    assert_eq!(sent.expect("the program answers").status().as_u16(), 200);
    let made = person.post_from("/calendar", "/calendar/feed", &[]).text;
    let feed = after(&made.replace("&#x2f;", "/"), "/feeds/", &['.', '<']).to_owned();
    assert_eq!(
        site.visitor().get(&format!("/feeds/{feed}.ics")).status,
        200
    );
    let wrong = [
        ("login", "ann@example.org"),
        ("password", "horse battery stapel"),
    ];
    site.visitor().post("/sign-in", &wrong);
    let log = std::fs::read_to_string(site.desk.path("log")).expect("a log");
    assert!(!log.is_empty(), "nothing was logged");
    for (what, secret) in [
        ("the password", PASSWORD),
        ("a wrong password", "stapel"),
        (
            "the cookie",
            cookie.split_once('=').map_or("?", |(_, value)| value),
        ),
        ("the session", &session),
        ("the link", &link),
        ("the token", &token),
        ("the address of a calendar feed", &feed),
        ("a name", "Ann Example"),
        ("a login", "ann@example.org"),
        ("an address", "127.0.0.1"),
    ] {
        let place = log.find(secret);
        let place = place.map(|at| log[at.saturating_sub(200)..].chars().take(400).collect());
        assert_eq!(place, None::<String>, "{what} is in the log");
    }
}
