//! Pages: templates, and what every page shows around its own content.

use super::fields::Fields;
use super::visit::Visit;
use super::{assets, govuk};
use crate::{render, words};
use handback_core::permission::Action;
use jiff::civil::Date;
use minijinja::value::Serde;
use minijinja::{Environment, State, Value, context};
use serde::Serialize;
use std::collections::BTreeMap;

/// The text of a whole page.
pub struct PageText(pub String);

/// The templates of all pages.
pub struct Pages(Environment<'static>);

impl Pages {
    pub fn new() -> anyhow::Result<Pages> {
        Pages::of(assets::TEMPLATES.iter().copied())
    }

    fn of(
        templates: impl Iterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> anyhow::Result<Pages> {
        let mut environment = render::environment()?;
        for (name, source) in templates {
            environment.add_template_owned(name.into(), source.into())?;
        }
        govuk::add_to(&mut environment);
        environment.add_filter("link", link);
        environment.add_filter("file_of", |told: &str| {
            told.rsplit_once(" (")
                .map_or(told, |(file, _)| file)
                .to_owned()
        });
        environment.add_function("asset", |name: &str| assets::url(name));
        Ok(Pages(environment))
    }

    /// A page with everything around it. `page` is what the page itself shows.
    pub fn render(
        &self,
        template: &str,
        visit: &Visit,
        page: &impl Serialize,
    ) -> anyhow::Result<PageText> {
        let around = Around::of(visit)?;
        let edited = edited()?;
        let pages = edited.as_ref().unwrap_or(self);
        let text = pages.0.get_template(template)?.render(context! {
            visit => Value::from(Serde(&around)),
            page => Value::from(Serde(page)),
        })?;
        Ok(PageText(text))
    }
}

impl Pages {
    /// A page with nothing around it.
    pub fn alone(&self, template: &str, page: &impl Serialize) -> anyhow::Result<PageText> {
        let edited = edited()?;
        let pages = edited.as_ref().unwrap_or(self);
        let text = pages.0.get_template(template)?.render(context! {
            page => Value::from(Serde(page)),
        })?;
        Ok(PageText(text))
    }
}

/// The templates as they stand in a folder, in a program built for development: a page can be changed
/// without building again.
fn edited() -> anyhow::Result<Option<Pages>> {
    let Some(folder) = std::env::var_os("HANDBACK_TEMPLATES").filter(|_| cfg!(debug_assertions))
    else {
        return Ok(None);
    };
    let mut templates = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        templates.push((name, std::fs::read_to_string(entry.path())?));
    }
    Ok(Some(Pages::of(templates.into_iter())?))
}

/// What stands around every page.
#[derive(Serialize)]
struct Around {
    authority: Option<String>,
    path: String,
    at: String,
    /// Whether the page is about another day than today because the address says so.
    at_pinned: bool,
    /// The moment of knowing as the address has it.
    known: Option<String>,
    entry: u64,
    head: String,
    past_knowledge: bool,
    /// The dates as a query, for links.
    dates: String,
    /// The fields of the address's query that are no dates.
    others: Vec<Field>,
    others_query: String,
    /// The dates as fields, for forms.
    dates_fields: Vec<Field>,
    /// Exactly this page, for ever: both dates named.
    pinned: String,
    known_is_entry: bool,
    language: &'static str,
    languages: Vec<Tongue>,
    words: BTreeMap<&'static str, &'static str>,
    /// What has just been done.
    notice: Option<&'static str>,
    signed_in: bool,
    name: Option<String>,
    form_token: Option<String>,
    navigation: Vec<Place>,
    can: BTreeMap<String, bool>,
    demo: bool,
}

/// A field of a query.
#[derive(Serialize)]
struct Field {
    name: String,
    value: String,
}

fn fields(fields: &Fields) -> Vec<Field> {
    let field = |(name, value): (&str, &str)| Field {
        name: name.to_owned(),
        value: value.to_owned(),
    };
    fields.iter().map(field).collect()
}

/// Another language that the page can be had in.
#[derive(Serialize)]
struct Tongue {
    code: &'static str,
    name: &'static str,
    href: String,
}

/// A place in the navigation.
#[derive(Serialize)]
struct Place {
    text: &'static str,
    href: String,
    active: bool,
}

/// Only those who answer for something have work here.
const WORK: &str = "/work";

/// The navigation: what a place is called, its address, and the addresses below it.
const NAVIGATION: &[(&str, &str, &[&str])] = &[
    ("Statement", "/", &["/figures"]),
    ("Your work", WORK, &[]),
    ("Services", "/services", &["/arrangements"]),
    (
        "Contracts",
        "/contracts",
        &[
            "/organisations",
            "/obligations",
            "/requests",
            "/variations",
            "/calendar",
        ],
    ),
    (
        "Money",
        "/suppliers",
        &[
            "/groups",
            "/payments",
            "/names",
            "/scope",
            "/extras",
            "/totals",
            "/published-totals",
        ],
    ),
    ("Performance", "/performance", &["/measures"]),
    ("Experience", "/experience", &["/rounds"]),
    (
        "Promises",
        "/promises",
        &["/commitments", "/told-us", "/actions", "/work-arounds"],
    ),
    ("Updates", "/updates", &["/comments"]),
    ("Problems", "/problems", &["/innovation"]),
    ("People and events", "/movements", &["/events"]),
    ("Exit registers", "/registers", &[]),
    (
        "Readiness",
        "/readiness",
        &["/waves", "/gates", "/tasks", "/blackouts"],
    ),
    ("Claims", "/claims", &[]),
    ("Recommendations", "/recommendations", &[]),
    ("Files", "/imports", &["/jobs"]),
];

impl Around {
    fn of(visit: &Visit) -> anyhow::Result<Around> {
        let basis = visit.view.basis();
        let signed_in = visit.visitor.is_signed_in();
        let place = |(text, href, below): &(&'static str, &'static str, &[&str])| Place {
            text,
            href: visit.link(href),
            active: std::iter::once(href)
                .chain(*below)
                .any(|start| lies_below(&visit.path, start)),
        };
        let mut others = Fields::default();
        for (name, value) in visit.query.iter() {
            if !["at", "known", "done", "language"].contains(&name) {
                others.push(name, value);
            }
        }
        let known = visit
            .dates
            .known
            .as_ref()
            .map(|known| known.words().to_owned());
        let language = visit.dates.language;
        let elsewhere = language.other();
        // Looking at what was known once, nobody changes anything, and no page offers it.
        let past = visit.is_past_knowledge();
        let can = |action: &Action| {
            let offered = visit.visitor.could(*action) && (!past || !action.changes_records());
            (action.word().to_owned(), offered)
        };
        Ok(Around {
            authority: visit.site.authority(&visit.view)?,
            path: visit.path.clone(),
            at: visit.dates.at.to_string(),
            at_pinned: visit.dates.pinned,
            known_is_entry: known
                .as_ref()
                .is_some_and(|known| known.parse::<Date>().is_err()),
            known,
            others: fields(&others),
            dates_fields: fields(&Fields::parse(visit.dates.query().as_bytes())),
            pinned: visit.pinned(),
            others_query: others.query(),
            language: language.code(),
            languages: vec![Tongue {
                code: elsewhere.code(),
                name: elsewhere.name(),
                href: dated(
                    &dated(&visit.path, &others.query()),
                    &visit.dates.in_language(elsewhere).query(),
                ),
            }],
            words: words::list(language, "page"),
            notice: visit
                .query
                .get("done")
                .and_then(|done| words::word("done", done)),
            entry: basis.entry,
            head: basis.head,
            past_knowledge: visit.is_past_knowledge(),
            dates: visit.dates.query(),
            signed_in,
            name: visit
                .visitor
                .account
                .as_ref()
                .map(|account| account.name.clone()),
            form_token: signed_in.then(|| visit.form_token()),
            navigation: NAVIGATION
                .iter()
                .filter(|(_, href, _)| {
                    signed_in && (*href != WORK || visit.visitor.could(Action::ShapeProblem))
                })
                .map(place)
                .collect(),
            can: Action::ALL.iter().map(can).collect(),
            demo: visit.site.settings.demo,
        })
    }
}

/// Whether an address is another or lies below it.
fn lies_below(path: &str, start: &str) -> bool {
    match path.strip_prefix(start) {
        Some("") => true,
        Some(rest) => start != "/" && rest.starts_with('/'),
        None => false,
    }
}

/// An address with dates added to its query.
pub fn dated(path: &str, dates: &str) -> String {
    if dates.is_empty() {
        return path.to_owned();
    }
    let (path, fragment) = path
        .split_once('#')
        .map_or((path, String::new()), |(path, end)| {
            (path, format!("#{end}"))
        });
    let joined = if path.contains('?') { '&' } else { '?' };
    format!("{path}{joined}{dates}{fragment}")
}

/// `{{ "/services"|link }}`: the address at this page's dates.
fn link(state: &State<'_, '_>, path: &str) -> Result<String, minijinja::Error> {
    let visit = state
        .lookup("visit")
        .ok_or_else(|| render::refused("links need the visit".into()))?;
    let dates = visit.get_attr("dates")?;
    Ok(dated(path, dates.as_str().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_added_before_the_fragment() {
        for (path, dates, is) in [
            ("/services", "", "/services"),
            ("/services", "at=2021-03-26", "/services?at=2021-03-26"),
            ("/services?q=a#top", "at=1", "/services?q=a&at=1#top"),
        ] {
            assert_eq!(dated(path, dates), is);
        }
    }

    #[test]
    fn an_address_lies_below_its_place() {
        assert!(lies_below("/services/ab", "/services"));
        assert!(lies_below("/", "/"));
        assert!(!lies_below("/services", "/"));
        assert!(!lies_below("/servicesx", "/services"));
    }
}
