//! Pages for people and an API for programs, over the same data directory as the command line.
//!
//! [`route`] has the table of addresses, [`visit`] what an answer may know of the request, [`visitor`]
//! who asks. Every other module answers the addresses of one subject. Answers are plain functions that
//! may wait; only [`server`] is asynchronous.

mod about;
mod account;
mod accounts;
mod actions;
pub mod answer;
mod answering;
mod api;
pub mod assets;
mod blank;
mod bulk;
mod calendar;
pub mod charted;
pub mod claims;
mod clauses;
mod contract_page;
mod contracts;
mod control_chart;
mod difference;
mod entries;
mod experience;
mod extras;
pub mod fields;
pub mod figures;
pub mod first;
pub mod forms;
mod gates;
pub mod govuk;
mod happenings;
mod history;
pub mod imports;
mod innovation;
pub mod listing;
mod measures;
mod names;
mod obligations;
mod organisations;
mod overview;
pub mod page;
pub mod password;
pub mod payments;
mod performance;
mod problems;
mod promises;
pub mod publications;
mod readiness;
mod recommendations;
mod register;
mod registers;
mod report;
mod requests;
mod review;
mod rounds;
pub mod route;
mod scope;
pub mod server;
mod service_page;
mod services;
pub mod sheet;
pub mod sight;
pub mod sign_in;
pub mod suppliers;
mod tasks;
mod totals;
mod updates;
mod variations;
pub mod visit;
pub mod visitor;
mod waves;
mod work;

use crate::data::Data;
use crate::estate::{View, authority_of, paid_until};
use crate::extras::with_lines;
use crate::performance::{Gathered, ServiceDesk, gathered, stepped};
use answer::Error;
use handback_core::import::Dataset;
use handback_core::money::{PaidName, ScopeRule, by_name, scoped};
use handback_core::performance::service_clock::RuleBook;
use handback_core::performance::verdict::change::{Changes, EFFORT, changes};
use handback_core::performance::verdict::{Effort, Verdict};
use handback_core::performance::{Asked, Point};
use handback_core::record::RecordId;
use handback_core::statement::{Estate, PaidUntil, Rules, Statement, statement};
use handback_facts::LivePart;
use handback_register::desk::Desk;
use jiff::civil::Date;
use lru::LruCache;
use page::Pages;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// How the site is served.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address that people type, without a final slash: `https://handback.example.gov.uk`.
    pub public_url: String,
    /// Whether a proxy in front tells who asks, in `X-Forwarded-For`.
    pub behind_proxy: bool,
    /// The most bytes that one upload may have.
    pub most_upload: u64,
    /// Where uploads wait.
    pub inbox: PathBuf,
    /// Whom people tell when something does not work for them, as it ends the sentence "Tell …".
    pub contact: String,
    /// How reminders are sent, where they are.
    pub mailing: Option<crate::mail::Mailing>,
    /// The made-up authority with its known passwords.
    pub demo: bool,
}

impl Settings {
    /// Whether browsers reach the site over TLS: cookies are then sent over nothing else.
    pub fn is_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// The name of the one cookie. The prefix makes browsers refuse one that another host has set.
    pub fn cookie(&self) -> &'static str {
        if self.is_secure() {
            "__Host-handback"
        } else {
            "handback"
        }
    }
}

/// What was made lately, by the entry and the day that it is of.
type Kept<T> = Mutex<LruCache<(u64, Date), Arc<T>>>;

/// Everything that answers share.
pub struct Site {
    pub data: Data,
    pub desk: Desk,
    pub pages: Pages,
    pub settings: Settings,
    pub tries: server::Tries,
    estates: Mutex<LruCache<u64, Arc<Estate>>>,
    statements: Kept<Statement>,
    paid: Kept<PaidUntil>,
    names: Kept<Vec<PaidName>>,
    measured: Mutex<LruCache<u64, Arc<BTreeMap<RecordId, Gathered>>>>,
    verdicts: Mutex<LruCache<String, Arc<Verdict>>>,
    changes: Mutex<LruCache<String, Arc<Changes>>>,
    timed: Mutex<LruCache<String, Arc<ServiceDesk>>>,
    sending: Mutex<BTreeMap<RecordId, rounds::Sending>>,
}

/// How many estates and statements are kept: enough for people who look at a few days at once.
const KEPT: NonZeroUsize = NonZeroUsize::new(16).expect("sixteen is not zero");

/// How many days' payments are kept, which are far larger: those of the day and the moment that
/// somebody looks at, and a few more.
const KEPT_PAID: NonZeroUsize = NonZeroUsize::new(4).expect("four is not zero");

/// How often all tickets are kept, which are many: as they are now, and as they were for whoever looks back.
const KEPT_DESKS: NonZeroUsize = NonZeroUsize::new(2).expect("two is not zero");

/// How many verdicts are kept: each takes about a second to reach and little to keep.
const KEPT_VERDICTS: NonZeroUsize = NonZeroUsize::new(2_000).expect("two thousand is not zero");

impl Site {
    pub fn new(data: Data, mut settings: Settings) -> anyhow::Result<Site> {
        // Paths of files in it are kept and compared: they must be the same wherever they are made.
        settings.inbox = std::path::absolute(&settings.inbox)?;
        std::fs::create_dir_all(&settings.inbox)?;
        Ok(Site {
            desk: data.register.desk(),
            data,
            pages: Pages::new()?,
            settings,
            tries: server::Tries::default(),
            estates: Mutex::new(LruCache::new(KEPT)),
            statements: Mutex::new(LruCache::new(KEPT)),
            paid: Mutex::new(LruCache::new(KEPT_PAID)),
            names: Mutex::new(LruCache::new(KEPT)),
            measured: Mutex::new(LruCache::new(KEPT_PAID)),
            verdicts: Mutex::new(LruCache::new(KEPT_VERDICTS)),
            changes: Mutex::new(LruCache::new(KEPT_VERDICTS)),
            sending: Mutex::default(),
            timed: Mutex::new(LruCache::new(KEPT_DESKS)),
        })
    }

    /// How sending invitations to a round goes, since this program started.
    pub fn sending(&self, round: RecordId) -> Option<rounds::Sending> {
        lock(&self.sending).get(&round).cloned()
    }

    pub fn set_sending(&self, round: RecordId, told: rounds::Sending) {
        lock(&self.sending).insert(round, told);
    }

    /// Everything the register knew at a view's entry.
    pub fn estate(&self, view: &View) -> Result<Arc<Estate>, Error> {
        let entry = view.entry();
        kept(&self.estates, entry, || Ok(view.estate()?))
    }

    /// The statement of control for a day, as known at a view's entry.
    pub fn statement(&self, view: &View, at: Date) -> Result<Arc<Statement>, Error> {
        let estate = self.estate(view)?;
        kept(&self.statements, (view.entry(), at), || {
            let paid = self.paid(view, at)?;
            let measured = self.measured(view)?;
            let performance = stepped(&estate, &measured, at, &|asked| self.verdict(asked))?;
            Ok(statement(
                &estate,
                &paid,
                performance,
                &Rules::default(),
                at,
                view.basis(),
            ))
        })
    }

    /// What was paid up to each day that the statement of a day needs, as known at a view's entry.
    pub fn paid(&self, view: &View, at: Date) -> Result<Arc<PaidUntil>, Error> {
        let estate = self.estate(view)?;
        kept(&self.paid, (view.entry(), at), || {
            let days = estate.days_of_payments(at);
            let rules = Rules::default();
            let paid = paid_until(&self.data, &estate, days, rules.years)?;
            Ok(with_lines(&self.data, &estate, paid, &rules, at)?)
        })
    }

    /// About when a measure changed, where nobody named a date.
    pub fn changes(&self, points: Vec<Point>) -> Result<Arc<Changes>, Error> {
        kept(&self.changes, format!("{points:?}"), || {
            Ok(changes(&points, EFFORT))
        })
    }

    /// What files print of every measure, as known at a view's entry.
    pub fn measured(&self, view: &View) -> Result<Arc<BTreeMap<RecordId, Gathered>>, Error> {
        let estate = self.estate(view)?;
        kept(&self.measured, view.entry(), || {
            gathered(&self.data, &estate, &|live, book| self.timed(live, book))
        })
    }

    /// Every ticket on record, timed by these rules: it takes a while, and only tickets or rules change it.
    fn timed(&self, live: &[LivePart], book: &RuleBook) -> Result<Arc<ServiceDesk>, Error> {
        let of_tickets = live.iter().filter(|part| part.dataset == Dataset::Tickets);
        let parts: Vec<&LivePart> = of_tickets.collect();
        kept(&self.timed, format!("{parts:?} {book:?}"), || {
            Ok(ServiceDesk::of(&self.data, live, book)?)
        })
    }

    /// The answer to a question about a measure: the same question has the same answer.
    pub fn verdict(&self, asked: &Asked) -> Result<Arc<Verdict>, Error> {
        kept(&self.verdicts, format!("{asked:?}"), || {
            Ok(asked.answered(Effort::default()))
        })
    }

    /// What each printed name was paid up to a day, and what of it is technology, as known at a
    /// view's entry.
    pub fn names(&self, view: &View, at: Date) -> Result<Arc<Vec<PaidName>>, Error> {
        let estate = self.estate(view)?;
        kept(&self.names, (view.entry(), at), || {
            let rules = Rules::default();
            let paid = paid_until(&self.data, &estate, [at].into(), rules.years)?;
            let decisions: Vec<ScopeRule> = estate.scope_rules.values().cloned().collect();
            Ok(by_name(scoped(
                &paid[&at].parts,
                &decisions,
                &rules.technology,
            )))
        })
    }

    /// What the authority is called.
    pub fn authority(&self, view: &View) -> anyhow::Result<Option<String>> {
        let named = authority_of(view.picture(), view.entry())?;
        Ok(named.map(|(_, authority)| authority.name))
    }
}

/// What was made before for this key, or what is made now and kept. Two who ask at once may both
/// make it; that wastes a moment, and a lock held while making would block everybody.
fn kept<K: std::hash::Hash + Eq, V>(
    cache: &Mutex<LruCache<K, Arc<V>>>,
    key: K,
    make: impl FnOnce() -> Result<V, Error>,
) -> Result<Arc<V>, Error> {
    let found = lock(cache).get(&key).cloned();
    if let Some(found) = found {
        return Ok(found);
    }
    let made = Arc::new(make()?);
    lock(cache).put(key, Arc::clone(&made));
    Ok(made)
}

fn lock<T>(held: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}
