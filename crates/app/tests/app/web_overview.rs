//! The statement of control as a page.

use crate::site::Site;

#[test]
fn the_statement_says_what_the_command_line_says() {
    let site = Site::demo();
    let director = site.sign_in("director");
    let page = director.get("/?at=2021-03-26");
    assert_eq!(page.status, 200, "{}", page.text);
    page.says("at least 19 and at most 22 of 25").says("£33.8m");
    page.says("at=2021-03-26&amp;known=");
    // Whoever is not signed in sees nothing of it.
    let public = site.visitor().get("/?at=2021-03-26");
    assert_eq!(public.status, 200);
    public.lacks("19").says("Nothing is published yet");
    // Dates that make no sense are said to make none.
    assert_eq!(director.get("/?at=soon").status, 400);
    let months = director.get("/control.csv?at=2021-03-26");
    assert!(months.header("content-type").starts_with("text/csv"));
    assert!(months.text.lines().count() > 150, "{}", months.text);
}

#[test]
fn everybody_sees_what_is_published_as_it_was_known_then() {
    let site = Site::demo();
    let director = site.sign_in("director");
    let ask = director.get("/publish?at=2021-03-26");
    // The date bar has a field of this name too; the form's stands after it.
    let known = ask.text.rsplit("name=\"known\" value=\"").next();
    let known = known
        .and_then(|rest| rest.split('"').next())
        .map(str::to_owned);
    let known = known.expect("the entry to publish");
    let fields = [
        ("at", "2021-03-26"),
        ("known", known.as_str()),
        ("note", "Read to the council <b>today</b>"),
    ];
    let public = site.visitor();
    let contracts = site.sign_in("contracts");
    let refused = contracts.post_from("/", "/publish", &fields);
    assert_eq!(refused.status, 403, "only who may publish does");
    let answer = director.post_from("/publish", "/publish", &fields);
    assert_eq!(answer.status, 303, "{}", answer.text);
    let page = public.get("/");
    page.says("at least 19 and at most 22 of 25")
        .says("Read to the council &lt;b&gt;today&lt;&#x2f;b&gt;")
        .lacks("href=\"&#x2f;services")
        .lacks("/figures/");
    // What is learnt later does not change it, and nobody can look behind it.
    assert_eq!(public.get("/publications").status, 303);
    let list = director.get("/publications");
    let id = list
        .text
        .split("/publications/")
        .nth(1)
        .and_then(|rest| rest.split('/').next())
        .expect("a publication")
        .to_owned();
    director.post_from(
        "/publications",
        &format!("/publications/{id}/withdraw"),
        &[],
    );
    public.get("/").says("Nothing is published yet");
}
