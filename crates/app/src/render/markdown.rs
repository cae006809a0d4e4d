//! Markdown that people wrote, as markup of ours and nothing else: every tag is written here and every text escaped, so
//! that what somebody puts in as HTML stands there as text.

use super::chart::escaped;
use crate::web::page::dated;
use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// A picture that the text may show.
pub struct Picture {
    /// Where it is.
    pub href: String,
    pub alt: String,
}

/// How addresses of our own stand in what is made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Within<'a> {
    /// Before them, for readers elsewhere.
    pub host: &'a str,
    /// After links, as a query: the dates of the page.
    pub dates: &'a str,
}

/// Markdown as HTML. Headings begin at the second level, since a page has one of the first. `pictures` are shown where the
/// text names them by their number from 1, as in `![](1)`, or by their address; those that it does not name follow it.
/// Addresses of our own stand as `within` says.
pub fn html(text: &str, pictures: &[Picture], within: Within<'_>) -> String {
    let mut page = Page {
        html: String::with_capacity(text.len() * 2),
        pictures,
        within,
        placed: BTreeSet::new(),
        links: Vec::new(),
        within_picture: Vec::new(),
    };
    for event in Parser::new(text) {
        page.take(event);
    }
    let left = (0..pictures.len()).filter(|place| !page.placed.contains(place));
    for place in left.collect::<Vec<_>>() {
        page.html.push_str("<p class=\"govuk-body\">");
        page.picture(place);
        page.html.push_str("</p>\n");
    }
    page.html
}

/// The first words of a text without its marks, for lists: whole words, at most so many letters.
pub fn beginning(text: &str, most: usize) -> String {
    let mut words = String::new();
    for event in Parser::new(text) {
        match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                words.push_str(&text);
            }
            Event::SoftBreak
            | Event::HardBreak
            | Event::End(
                TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item | TagEnd::CodeBlock,
            ) => words.push(' '),
            _ => {}
        }
    }
    let mut short = String::new();
    for word in words.split_whitespace() {
        if short.chars().count() + word.chars().count() >= most {
            return short + "…";
        }
        if !short.is_empty() {
            short.push(' ');
        }
        short.push_str(word);
    }
    short
}

struct Page<'a> {
    html: String,
    pictures: &'a [Picture],
    within: Within<'a>,
    placed: BTreeSet<usize>,
    /// Of the links around, which lead somewhere.
    links: Vec<bool>,
    /// Of the pictures around, which are shown: their own text then is not.
    within_picture: Vec<bool>,
}

impl Page<'_> {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::Image { dest_url, .. }) => self.begin_picture(&dest_url),
            Event::End(TagEnd::Image) => {
                self.within_picture.pop();
            }
            _ if self.within_picture.contains(&true) => {}
            Event::Start(tag) => self.begin(tag),
            Event::End(tag) => self.end(tag),
            Event::Code(code) => {
                let _ = write!(self.html, "<code class=\"hb-code\">{}</code>", escaped(&code));
            }
            Event::SoftBreak => self.html.push('\n'),
            Event::HardBreak => self.html.push_str("<br>"),
            Event::Rule => self
                .html
                .push_str("<hr class=\"govuk-section-break govuk-section-break--m govuk-section-break--visible\">\n"),
            Event::Text(text)
            | Event::Html(text)
            | Event::InlineHtml(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text)
            | Event::FootnoteReference(text) => self.html.push_str(&lines(&text)),
            Event::TaskListMarker(_) => {}
        }
    }

    fn begin(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.html.push_str("<p class=\"govuk-body\">"),
            Tag::Heading { level, .. } => {
                let (level, size) = heading(level);
                let _ = write!(self.html, "<h{level} class=\"govuk-heading-{size}\">");
            }
            Tag::BlockQuote(_) => self
                .html
                .push_str("<blockquote class=\"govuk-inset-text\">"),
            Tag::CodeBlock(_) => self
                .html
                .push_str("<pre class=\"hb-exact\" tabindex=\"0\">"),
            Tag::List(None) => self
                .html
                .push_str("<ul class=\"govuk-list govuk-list--bullet\">"),
            Tag::List(Some(first)) => {
                let _ = write!(
                    self.html,
                    "<ol class=\"govuk-list govuk-list--number\" start=\"{first}\">"
                );
            }
            Tag::Item => self.html.push_str("<li>"),
            Tag::Emphasis => self.html.push_str("<em>"),
            Tag::Strong => self.html.push_str("<strong>"),
            Tag::Link { dest_url, .. } => self.begin_link(&dest_url),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.html.push_str("</p>\n"),
            TagEnd::Heading(level) => {
                let _ = writeln!(self.html, "</h{}>", heading(level).0);
            }
            TagEnd::BlockQuote(_) => self.html.push_str("</blockquote>\n"),
            TagEnd::CodeBlock => self.html.push_str("</pre>\n"),
            TagEnd::List(false) => self.html.push_str("</ul>\n"),
            TagEnd::List(true) => self.html.push_str("</ol>\n"),
            TagEnd::Item => self.html.push_str("</li>\n"),
            TagEnd::Emphasis => self.html.push_str("</em>"),
            TagEnd::Strong => self.html.push_str("</strong>"),
            TagEnd::Link if self.links.pop() == Some(true) => self.html.push_str("</a>"),
            _ => {}
        }
    }

    /// A link where it may lead there; else its words alone.
    fn begin_link(&mut self, href: &str) {
        let Within { host, dates } = self.within;
        let address = match allowed(href) {
            Some(Leads::Inside) => format!("{host}{}", dated(href, dates)),
            Some(Leads::Outside) => href.to_owned(),
            None => {
                self.links.push(false);
                return;
            }
        };
        let _ = write!(
            self.html,
            "<a class=\"govuk-link\" rel=\"noreferrer\" href=\"{}\">",
            escaped(&address)
        );
        self.links.push(true);
    }

    /// A picture where it is ours; else what the text says in its place.
    fn begin_picture(&mut self, named: &str) {
        let number = named
            .parse()
            .ok()
            .and_then(|number: usize| number.checked_sub(1));
        let place = number
            .filter(|place| *place < self.pictures.len())
            .or_else(|| self.pictures.iter().position(|it| it.href == named));
        if let Some(place) = place
            && !self.within_picture.contains(&true)
        {
            self.picture(place);
        }
        self.within_picture.push(place.is_some());
    }

    fn picture(&mut self, place: usize) {
        let Picture { href, alt } = &self.pictures[place];
        let _ = write!(
            self.html,
            "<img class=\"hb-picture\" src=\"{}{}\" alt=\"{}\">",
            escaped(self.within.host),
            escaped(href),
            escaped(alt)
        );
        self.placed.insert(place);
    }
}

/// One level down, and the size of its letters.
fn heading(level: HeadingLevel) -> (u8, char) {
    match level {
        HeadingLevel::H1 => (2, 'm'),
        HeadingLevel::H2 => (3, 's'),
        HeadingLevel::H3 => (4, 's'),
        HeadingLevel::H4 => (5, 's'),
        HeadingLevel::H5 | HeadingLevel::H6 => (6, 's'),
    }
}

/// Text whose line ends stay, escaped.
fn lines(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(escaped).collect();
    lines.join("\n")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leads {
    Inside,
    Outside,
}

/// Where a link may lead: to a page of ours by its path, elsewhere by http or https, or to somebody's mail. Browsers
/// leave out control characters, and take a backslash for a slash, so neither may stand in it.
fn allowed(href: &str) -> Option<Leads> {
    if href.contains(|sign: char| sign.is_control() || sign.is_whitespace() || sign == '\\') {
        return None;
    }
    let small = href.to_ascii_lowercase();
    let outside = ["https://", "http://", "mailto:"];
    match href.strip_prefix('/') {
        Some(rest) if !rest.starts_with('/') => Some(Leads::Inside),
        None if outside.iter().any(|scheme| small.starts_with(scheme)) => Some(Leads::Outside),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pictures() -> [Picture; 2] {
        let picture = |number: u8, alt: &str| Picture {
            href: format!("/updates/pictures/{number}"),
            alt: alt.into(),
        };
        [picture(11, "A \"door\""), picture(22, "A map")]
    }

    #[test]
    fn what_people_write_is_set_as_they_mean_it() {
        for (text, shown) in [
            (
                "Plain *and* **bold**",
                "<p class=\"govuk-body\">Plain <em>and</em> <strong>bold</strong></p>\n",
            ),
            ("# Top", "<h2 class=\"govuk-heading-m\">Top</h2>\n"),
            ("###### Deep", "<h6 class=\"govuk-heading-s\">Deep</h6>\n"),
            (
                "* one\n* two",
                "<ul class=\"govuk-list govuk-list--bullet\"><li>one</li>\n<li>two</li>\n</ul>\n",
            ),
            (
                "3. three",
                "<ol class=\"govuk-list govuk-list--number\" start=\"3\"><li>three</li>\n</ol>\n",
            ),
            (
                "`a < b`",
                "<p class=\"govuk-body\"><code class=\"hb-code\">a &lt; b</code></p>\n",
            ),
            (
                "[desk](/services/1)",
                "<p class=\"govuk-body\"><a class=\"govuk-link\" rel=\"noreferrer\" href=\"/services/1\">desk</a></p>\n",
            ),
            (
                "<https://example.org/?a=1&b=2>",
                "<p class=\"govuk-body\"><a class=\"govuk-link\" rel=\"noreferrer\" href=\"https://example.org/?a=1&amp;b=2\">https://example.org/?a=1&amp;b=2</a></p>\n",
            ),
        ] {
            assert_eq!(html(text, &[], Within::default()), shown, "{text}");
        }
    }

    /// What is hostile, and what must stand nowhere in what is made of it.
    const HOSTILE: &[(&str, &[&str])] = &[
        ("<script>alert(1)</script>", &["<script"]),
        ("a <b onclick=alert(1)>b</b>", &["<b"]),
        ("<!-- <img src=x onerror=alert(1)> -->", &["<!--", "<img"]),
        (
            "<div>\n\n[x](javascript:alert(1))\n\n</div>",
            &["<div", "href"],
        ),
        ("[x](javascript:alert(1))", &["href"]),
        ("[x](JaVaScRiPt:alert(1))", &["href"]),
        ("[x](&#106;avascript:alert(1))", &["href"]),
        ("[x](java&#10;script:alert(1))", &["href"]),
        ("[x](&#1;javascript:alert(1))", &["href"]),
        ("[x](data:text/html;base64,PHNjcmlwdD4=)", &["href"]),
        ("[x](vbscript:msgbox)", &["href"]),
        ("<javascript:alert(1)>", &["href"]),
        ("[x](//evil.example)", &["href"]),
        ("[x](/\\\\evil.example)", &["href"]),
        ("[x](</&#9;/evil.example>)", &["href"]),
        ("[x](\\\\\\\\evil.example)", &["href"]),
        ("[x](file:///etc/passwd)", &["href"]),
        ("[x]: javascript:alert(1)\n\n[x]", &["href"]),
        (
            "[x](https://a.example \"onmouseover=alert(1)\")",
            &["onmouseover", "title"],
        ),
        (
            "[x](https://a.example/\"onmouseover=\"alert)",
            &["\"onmouseover"],
        ),
        ("[x](https://a.example/'><script>)", &["<script"]),
        ("![x](https://evil.example/pixel.png)", &["<img", "evil"]),
        ("![x](javascript:alert(1))", &["<img", "javascript"]),
        ("![x](3)", &["src=\"3"]),
        ("![<script>](1)", &["<script"]),
        ("![a ![b](2) c](1)", &["<script"]),
        ("[![x](1)](javascript:alert(1))", &["href"]),
        ("``` \"><script>\nx\n```", &["<script"]),
        ("`</code><script>`", &["<script"]),
        ("&lt;script&gt;", &["<script"]),
        ("\u{0}<script>", &["<script", "\u{0}"]),
    ];

    #[test]
    fn nothing_hostile_becomes_markup() {
        for (text, nowhere) in HOSTILE {
            let bare = html(text, &[], Within::default());
            // Our own pictures follow every text.
            let shown = html(text, &pictures(), Within::default());
            let marks = nowhere.iter().map(|mark| (mark, &bare));
            let others = nowhere.iter().filter(|mark| **mark != "<img");
            for (mark, made) in marks.chain(others.map(|mark| (mark, &shown))) {
                assert!(!made.contains(mark), "{mark:?} of {text:?} in {made}");
            }
        }
    }

    #[test]
    fn lines_of_code_stay_lines() {
        let made = html("    a < b\n    c\n", &[], Within::default());
        let begins = "<pre class=\"hb-exact\" tabindex=\"0\">a &lt; b\nc";
        assert!(made.starts_with(begins), "{made}");
    }

    #[test]
    fn pictures_are_ours_with_their_own_words_and_each_is_shown() {
        let made = html(
            "Before ![said otherwise](2) after",
            &pictures(),
            Within::default(),
        );
        let (map, door) = (
            made.find("pictures/22\" alt=\"A map\""),
            made.find("pictures/11"),
        );
        assert!(map.is_some() && door > map, "{made}");
        assert!(made.contains("alt=\"A &quot;door&quot;\""), "{made}");
        assert!(!made.contains("said otherwise"), "{made}");
        assert_eq!(made.matches("<img").count(), 2);
        let by_address = html(
            "![](/updates/pictures/11)",
            &pictures()[..1],
            Within {
                host: "https://a.example",
                ..Within::default()
            },
        );
        assert_eq!(
            by_address
                .matches("src=\"https://a.example/updates/pictures/11\"")
                .count(),
            1
        );
        let elsewhere = html(
            "![a chart](https://other.example/c.png)",
            &[],
            Within::default(),
        );
        assert_eq!(elsewhere, "<p class=\"govuk-body\">a chart</p>\n");
    }

    #[test]
    fn readers_elsewhere_find_our_pages() {
        let made = html(
            "[a](/b) [c](https://d.example)",
            &[],
            Within {
                host: "https://h.example",
                dates: "at=1",
            },
        );
        assert!(made.contains("href=\"https://h.example/b?at=1\""), "{made}");
        assert!(made.contains("href=\"https://d.example\""), "{made}");
    }

    #[test]
    fn a_list_shows_the_first_words_without_their_marks() {
        assert_eq!(
            beginning("# Desk\n\nOpen **until** eight", 40),
            "Desk Open until eight"
        );
        assert_eq!(beginning("one two three", 9), "one two…");
        assert_eq!(beginning("", 9), "");
    }

    /// The names of the tags in markup, those that close with their slash.
    fn tags(html: &str) -> Vec<&str> {
        let pieces = html.split('<').skip(1);
        pieces
            .map(|piece| piece.split(['>', ' ']).next().unwrap_or_default())
            .collect()
    }

    proptest! {
        /// Whatever is written, only our own tags come of it, and each that opens closes in its order.
        #[test]
        fn only_our_tags_stand_in_it(text in "[-#*_`<>\\[\\]()!/:a1 \n\"'&;]{0,80}") {
            let made = html(&text, &pictures(), Within::default());
            let mut open = Vec::new();
            for tag in tags(&made) {
                match tag {
                    "br" | "hr" | "img" => {}
                    "p" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "pre" | "ul" | "ol"
                    | "li" | "em" | "strong" | "a" | "code" => open.push(tag),
                    closing => {
                        let name = closing.strip_prefix('/');
                        prop_assert!(name.is_some(), "<{closing} in {made}");
                        prop_assert_eq!(open.pop(), name, "{}", made);
                    }
                }
            }
            prop_assert!(open.is_empty(), "{:?} open in {}", open, made);
        }
    }
}
