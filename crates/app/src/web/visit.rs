//! One request as the pages see it: who asks, for what, and as at which day and moment of knowing.

use super::Site;
use super::answer::{Answer, Error};
use super::fields::Fields;
use super::page::{self, PageText};
use super::route::Route;
use super::visitor::{Secret, Visitor};
use crate::estate::{KnownMoment, View};
use crate::words::Language;
use axum::body::Bytes;
use handback_core::permission::{Action, Permit, Subject};
use handback_core::record::RecordId;
use handback_core::statement::Estate;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// A file that came with a form, kept in the inbox until somebody takes it in or it is forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// The form's field.
    pub field: String,
    /// As the person's machine calls it, without folders.
    pub name: String,
    pub path: PathBuf,
    pub size: u64,
}

/// The two dates of every page.
#[derive(Clone, Debug)]
pub struct Dates {
    /// The day that the page is about.
    pub at: Date,
    /// Whether the address names it; else it is today.
    pub pinned: bool,
    /// Up to when knowledge counts, where the address says; else everything known now.
    pub known: Option<KnownMoment>,
    pub language: Language,
}

impl Dates {
    /// The same dates in another language.
    pub fn in_language(&self, language: Language) -> Dates {
        Dates {
            language,
            ..self.clone()
        }
    }

    /// From `?at=2021-03-26&known=118`.
    pub fn of(query: &Fields, today: Date) -> Result<Dates, Error> {
        let at = match query.get("at") {
            None => None,
            Some(text) => Some(text.parse::<Date>().map_err(|_| {
                Error::Wrong(format!("{text:?} is no date: write it as 2021-03-26"))
            })?),
        };
        let known = query
            .get("known")
            .map(str::parse::<KnownMoment>)
            .transpose()
            .map_err(Error::Wrong)?;
        Ok(Dates {
            at: at.unwrap_or(today),
            pinned: at.is_some(),
            known,
            language: query
                .get("language")
                .map(Language::of_code)
                .unwrap_or_default(),
        })
    }

    /// The dates as a query, so that they stay while a person moves about.
    pub fn query(&self) -> String {
        let mut fields = Fields::default();
        if self.pinned {
            fields.push("at", self.at.to_string());
        }
        if let Some(known) = &self.known {
            fields.push("known", known.words());
        }
        if self.language != Language::default() {
            fields.push("language", self.language.code());
        }
        fields.query()
    }
}

/// One request.
pub struct Visit {
    pub site: Arc<Site>,
    pub route: &'static Route,
    pub visitor: Visitor,
    /// The address without its query.
    pub path: String,
    pub params: BTreeMap<String, String>,
    pub query: Fields,
    pub form: Fields,
    pub files: Vec<Upload>,
    /// What a program sent.
    pub body: Bytes,
    /// Where the request comes from, for limits alone.
    pub address: String,
    pub dates: Dates,
    /// The register at the moment of knowing, resolved once for the whole answer.
    pub view: View,
    pub now: Timestamp,
    /// A secret made for a visitor that had none, because a form needs one.
    pub made: OnceLock<Secret>,
}

impl Visit {
    /// A part of the address that must be there.
    pub fn param(&self, name: &str) -> &str {
        self.params
            .get(name)
            .map(String::as_str)
            .unwrap_or_default()
    }

    /// The record that the address names.
    pub fn record(&self, name: &str) -> Result<RecordId, Error> {
        self.param(name).parse().map_err(|_| Error::NotFound)
    }

    /// Everything the register knew, by kind. Kept from request to request while nothing changes.
    pub fn estate(&self) -> Result<Arc<Estate>, Error> {
        self.site.estate(&self.view)
    }

    /// The permit to do this to that.
    pub fn permit(&self, action: Action, subject: &Subject) -> Result<Permit, Error> {
        Ok(self.visitor.permit(action, subject)?)
    }

    /// Whether what is shown is not what is known now: then nothing can be edited.
    pub fn is_past_knowledge(&self) -> bool {
        self.dates.known.is_some() && !self.view.is_newest()
    }

    /// The token that this visitor's forms carry.
    pub fn form_token(&self) -> String {
        let secret = self.visitor.secret.as_ref();
        secret
            .unwrap_or_else(|| self.made.get_or_init(Secret::fresh))
            .form_token()
    }

    /// An address with this page's dates.
    pub fn link(&self, path: &str) -> String {
        page::dated(path, &self.dates.query())
    }

    /// The address of exactly this page, for ever: both dates named.
    pub fn pinned(&self) -> String {
        let mut fields = Fields::default();
        for (name, value) in self.query.iter() {
            if !["at", "known", "done"].contains(&name) {
                fields.push(name, value);
            }
        }
        fields.push("at", self.dates.at.to_string());
        fields.push("known", self.view.entry().to_string());
        page::dated(&self.path, &fields.query())
    }

    /// Look there next, at the same dates.
    pub fn see(&self, path: &str) -> Result<Answer, Error> {
        Ok(Answer::See(self.link(path)))
    }

    /// A page.
    pub fn page(&self, template: &str, page: &impl Serialize) -> Result<Answer, Error> {
        Ok(Answer::Page(self.text(template, page)?))
    }

    /// A page that shows a form again, with what is wrong with it.
    pub fn invalid(&self, template: &str, page: &impl Serialize) -> Result<Answer, Error> {
        Ok(Answer::Invalid(self.text(template, page)?))
    }

    fn text(&self, template: &str, page: &impl Serialize) -> Result<PageText, Error> {
        Ok(self.site.pages.render(template, self, page)?)
    }
}
