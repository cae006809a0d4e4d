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
