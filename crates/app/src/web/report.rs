//! The page of an answer: sentences, charts, tables.

use super::charted::Charted;
use super::sheet::{Said, Table};
use serde::Serialize;

/// A day that the page asks for.
#[derive(Serialize)]
pub struct Asked {
    pub name: &'static str,
    pub label: &'static str,
    pub value: String,
}

/// A link of the row that leads on to other lists.
#[derive(Serialize)]
pub struct Beside {
    pub text: &'static str,
    pub href: &'static str,
    pub current: bool,
}

/// What `report.html` shows.
#[derive(Default, Serialize)]
pub struct Report {
    pub title: String,
    /// What stands over the title.
    pub caption: String,
    pub path: String,
    /// Where it belongs to: name and address.
    pub back: Option<(String, String)>,
    pub beside: Vec<Beside>,
    /// The answer first.
    pub lead: Vec<Vec<Said>>,
    pub links: Vec<(String, String)>,
    pub fields: Vec<Asked>,
    pub charts: Vec<Charted>,
    pub tables: Vec<Table>,
    pub notes: Vec<String>,
}

impl Report {
    /// The links to lists that share a place in the navigation.
    pub fn beside(lists: &'static [(&'static str, &'static str)], path: &str) -> Vec<Beside> {
        let link = |(text, href): &(&'static str, &'static str)| Beside {
            text,
            href,
            current: *href == path,
        };
        lists.iter().map(link).collect()
    }
}
