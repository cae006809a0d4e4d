//! A record's page: one shape for every kind. What it is in a sentence, a drawing of its life with
//! its table, what is stated line by line, and tables of what belongs to it.

use super::answer::{Answer, Error};
use super::visit::Visit;
pub use crate::render::capital;
use crate::{render, words};
use handback_core::contract::exit::is_register;
use handback_core::contract::{Clause, Contract};
use handback_core::dated::When;
use handback_core::permission::Action;
use handback_core::record::{Kind, KindName, RecordId, Visibility};
use serde::Serialize;

/// A piece of text, perhaps leading somewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Said {
    pub text: String,
    /// An address inside the site; the page adds its dates.
    pub href: Option<String>,
    /// An address elsewhere.
    pub outside: Option<String>,
    /// More of it, less loud.
    pub quiet: Option<String>,
}

impl Said {
    pub fn text(text: impl Into<String>) -> Said {
        Said {
            text: text.into(),
            ..Said::default()
        }
    }

    /// What is not known, said so.
    pub fn unknown() -> Said {
        Said {
            quiet: Some("not known".into()),
            ..Said::default()
        }
    }

    pub fn when(when: When) -> Said {
        Said::text(render::when(when))
    }

    pub fn to(self, href: impl Into<String>) -> Said {
        Said {
            href: Some(href.into()),
            ..self
        }
    }

    pub fn with(self, quiet: impl Into<String>) -> Said {
        Said {
            quiet: Some(quiet.into()),
            ..self
        }
    }

    /// The name of a record that the page may lead to.
    pub fn record(visit: &Visit, kind: KindName, id: RecordId) -> Said {
        use handback_core::table::Call;
        let said = Said::text(visit.call(kind, id));
        let standing = visit.view.known().entry_of(id);
        match standing.is_some_and(|entry| visit.seen(entry)) {
            true => Said {
                href: address(kind, id),
                ..said
            },
            false => said,
        }
    }
}

/// Where the page of a record is; none for kinds that have no page of their own.
pub fn address(kind: &str, id: RecordId) -> Option<String> {
    let place = match kind {
        "service" => "services",
        "contract" => "contracts",
        "obligation" => "obligations",
        "request" => "requests",
        "variation" => "variations",
        "organisation" => "organisations",
        "staff movement" => "movements",
        "wave" => "waves",
        "blackout" => "blackouts",
        "task" => "tasks",
        "gate" => "gates",
        "event" => "events",
        "published total" => "published-totals",
        "measure" => "measures",
        "claim" => "claims",
        "import" => "imports",
        "recommendation" => "recommendations",
        "commitment" => "commitments",
        "action" => "actions",
        "work-around" => "work-arounds",
        "update" => "updates",
        "problem" => "problems",
        "challenge" => "challenges",
        "trial" => "trials",
        "benefit" => "benefits",
        kind if is_register(kind) => return Some(super::forms::page_of(kind, id)),
        _ => return None,
    };
    Some(format!("/{place}/{id}"))
}

/// Text with the web addresses in it as links. Only `https` and `http` lead anywhere.
pub fn linked(text: &str) -> Vec<Said> {
    let mut said: Vec<Said> = Vec::new();
    let mut rest = text;
    while let Some(start) = ["https://", "http://"]
        .iter()
        .filter_map(|scheme| rest.find(scheme))
        .min()
    {
        let (before, from) = rest.split_at(start);
        let end = from
            .find(|letter: char| letter.is_whitespace() || "<>\"".contains(letter))
            .unwrap_or(from.len());
        let url = from[..end].trim_end_matches([';', ',', '.', ')', ':']);
        if !before.is_empty() {
            said.push(Said::text(before));
        }
        said.push(Said {
            outside: Some(url.to_owned()),
            ..Said::text(url)
        });
        rest = &from[url.len()..];
    }
    if !rest.is_empty() {
        said.push(Said::text(rest));
    }
    said
}

/// One line of what is stated. Nothing said means not known.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    pub what: &'static str,
    /// One after the other on a line each, or running on.
    pub said: Vec<Said>,
    pub running: bool,
}

impl Line {
    pub fn new(what: &'static str, said: impl IntoIterator<Item = Said>) -> Line {
        Line {
            what,
            said: said.into_iter().collect(),
            running: false,
        }
    }

    pub fn text(what: &'static str, text: Option<&str>) -> Line {
        Line {
            what,
            said: text.map(linked).unwrap_or_default(),
            running: true,
        }
    }

    pub fn when(what: &'static str, when: Option<When>) -> Line {
        Line::new(what, when.map(Said::when))
    }
}

/// A table with words for when it has no rows.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    pub caption: String,
    pub headings: Vec<&'static str>,
    pub rows: Vec<Vec<Said>>,
    /// Said in place of an empty table; an empty table without it is left out.
    pub empty: Option<&'static str>,
}

/// A drawing, its key and its tables.
#[derive(Clone, Debug, Serialize)]
pub struct Drawing {
    pub title: &'static str,
    pub svg: String,
    /// CSS class and words.
    pub key: Vec<(&'static str, &'static str)>,
    pub note: Option<String>,
    pub tables: Vec<Table>,
}

/// What stands at the top of a record's page.
#[derive(Serialize)]
pub struct Head {
    kind: &'static str,
    /// What stands over the title: the list that this belongs to.
    list: (&'static str, &'static str),
    title: String,
    restricted: bool,
    published: bool,
    change: Option<String>,
    history: String,
    /// How often something was recorded of it.
    recorded: usize,
}

/// Everything that a record's page shows.
#[derive(Serialize)]
pub struct Sheet {
    #[serde(flatten)]
    pub head: Head,
    /// The answer first, in sentences.
    pub lead: Vec<Vec<Said>>,
    pub drawings: Vec<Drawing>,
    pub lines: Vec<Line>,
    pub tables: Vec<Table>,
}

impl Sheet {
    /// The page of a record that stands and that the visitor may see.
    pub fn of<K: Kind>(
        visit: &Visit,
        list: (&'static str, &'static str),
    ) -> Result<(RecordId, Sheet), Error> {
        let id = visit.record("id")?;
        let entry = visit.standing(K::NAME, id)?;
        let history = visit.view.picture().history(id);
        let known = history
            .iter()
            .filter(|it| it.number <= visit.view.entry() && visit.seen(it));
        let slug = handback_core::kinds::in_address(K::NAME);
        let head = Head {
            kind: K::NAME,
            list,
            title: super::sight::title(entry).unwrap_or_default(),
            restricted: entry.visibility == Visibility::Restricted,
            published: entry.visibility == Visibility::Published,
            change: may_change(visit, K::NAME, id).then(|| format!("/records/{slug}/{id}/change")),
            history: format!("/records/{id}/history"),
            recorded: known.count(),
        };
        let sheet = Sheet {
            head,
            lead: Vec::new(),
            drawings: Vec::new(),
            lines: Vec::new(),
            tables: Vec::new(),
        };
        Ok((id, sheet))
    }

    pub fn titled(mut self, title: impl Into<String>) -> Sheet {
        self.head.title = title.into();
        self
    }

    pub fn shown(&self, visit: &Visit) -> Result<Answer, Error> {
        visit.page("record.html", self)
    }
}

/// Whether the visitor may change a record, and looks at what is known now.
pub fn may_change(visit: &Visit, kind: &str, id: RecordId) -> bool {
    let permit = visit.permit(changing(kind), &visit.subject(kind, id));
    permit.is_ok() && !visit.is_past_knowledge()
}

/// Who may see a record, in words.
pub fn visible(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Published => "everybody",
        Visibility::Internal => "everybody with a role here",
        Visibility::Restricted => "a few: administrators, directors, and those whose service it is",
    }
}

/// What somebody must be allowed to change a record of a kind.
pub fn changing(kind: &str) -> Action {
    match kind {
        Contract::NAME
        | Clause::NAME
        | "obligation"
        | "request"
        | "variation"
        | "charge"
        | "index figure"
        | "volume" => Action::StateContract,
        "treatment" => Action::DecideScope,
        "claim" | "published total" => Action::ReviewClaim,
        "commitment" | "action" | "work-around" => Action::Promise,
        "update" => Action::PublishUpdate,
        "problem" | "challenge" | "trial" | "benefit" => Action::ShapeProblem,
        _ => Action::StateEstate,
    }
}

/// The word for a value that serialises as one.
pub fn spoken(list: &str, value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).ok();
    let value = value.as_ref().and_then(serde_json::Value::as_str);
    let value = value.unwrap_or_default();
    words::word(list, value).unwrap_or(value).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_addresses_in_text_become_links_and_nothing_else() {
        for (text, pieces) in [
            ("Minutes, item 7", vec![("Minutes, item 7", false)]),
            (
                "Statement: https://example.org/a; and (http://example.org/b).",
                vec![
                    ("Statement: ", false),
                    ("https://example.org/a", true),
                    ("; and (", false),
                    ("http://example.org/b", true),
                    (").", false),
                ],
            ),
            ("javascript:alert(1)", vec![("javascript:alert(1)", false)]),
            ("", vec![]),
        ] {
            let said = linked(text);
            let found: Vec<(&str, bool)> = said
                .iter()
                .map(|said| (said.text.as_str(), said.outside.is_some()))
                .collect();
            assert_eq!(found, pieces, "{text}");
        }
    }
}
