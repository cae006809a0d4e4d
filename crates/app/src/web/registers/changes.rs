//! A supplier’s new list against what stood before it, and what to ask about because of a freeze.

use super::BESIDE;
use crate::estate::View;
use crate::import::line;
use crate::render::{self, lists};
use crate::web::answer::{Answer, Error};
use crate::web::readiness::{Beside, links};
use crate::web::sheet::{Said, Table, capital};
use crate::web::visit::Visit;
use handback_core::contract::exit::{Comparison, compare, is_register, to_ask_about};
use handback_core::contract::{Contract, Freeze};
use handback_core::import::{Import, List};
use handback_core::kinds::{self, Table as Form};
use handback_core::record::{Act, Kind, RecordId};
use handback_core::statement::Estate;
use handback_intake::refused::called;
use handback_register::Entry;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Page {
    beside: Vec<Beside>,
    /// Id, what it is called, and whether it is the one shown.
    lists: Vec<(String, String, bool)>,
    shown: Option<Shown>,
}

#[derive(Serialize)]
struct Shown {
    title: String,
    /// Where its file and faults are.
    import: String,
    lead: String,
    frozen: String,
    from: String,
    to: String,
    tables: Vec<Table>,
    to_ask: Option<Table>,
}

/// A list that came in: its import, and the entry that states it.
struct Listed<'a> {
    id: RecordId,
    import: &'a Import,
    list: &'a List,
    entry: &'a Entry,
    form: &'static Form,
}

pub fn page(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let mut all = all(visit, &estate);
    all.sort_by_key(|it| std::cmp::Reverse(it.entry.number));
    let chosen = match visit.query.get("list") {
        None => all.first(),
        Some(id) => Some(
            all.iter()
                .find(|it| it.id.to_string() == id)
                .ok_or(Error::NotFound)?,
        ),
    };
    let name = |it: &Listed<'_>| {
        let on = render::when(it.list.on.into());
        let what = capital(called(it.import.dataset));
        format!("{what}, list of {on}: {}", it.import.file)
    };
    let lists = all.iter().map(|it| {
        let current = chosen.is_some_and(|chosen| chosen.id == it.id);
        (it.id.to_string(), name(it), current)
    });
    if let Some(listed) = chosen {
        visit.noted(listed.entry)?;
    }
    visit.page(
        "register-changes.html",
        &Page {
            beside: links(visit, BESIDE),
            lists: lists.collect(),
            shown: chosen
                .map(|listed| shown(visit, &estate, listed, &all))
                .transpose()?,
        },
    )
}

/// Every list that the visitor may see.
fn all<'a>(visit: &'a Visit, estate: &'a Estate) -> Vec<Listed<'a>> {
    let of = |(id, import): (&RecordId, &'a Import)| {
        let list = import.list.as_ref()?;
        let form = kinds::TABLES
            .iter()
            .find(|form| form.dataset == import.dataset && is_register(form.kind))?;
        Some(Listed {
            id: *id,
            import,
            list,
            entry: visit.view.known().entry_of(*id)?,
            form,
        })
    };
    estate.imports.iter().filter_map(of).collect()
}

fn shown(
    visit: &Visit,
    estate: &Estate,
    listed: &Listed<'_>,
    all: &[Listed<'_>],
) -> Result<Shown, Error> {
    let Listed {
        list, import, form, ..
    } = listed;
    let compared = compared(visit, listed)?;
    let before = all.iter().filter(|it| {
        it.form.kind == form.kind && it.list.contract == list.contract && it.list.on < list.on
    });
    let last: Option<Date> = before.map(|it| it.list.on).max();
    let freeze = freeze(visit, estate, list)?;
    let asked = freeze
        .as_ref()
        .map(|freeze| to_ask_about(form.kind, &compared, (last, list.on), freeze));
    let item = |(id, title): &(RecordId, String)| vec![named(visit, form.kind, *id, title)];
    let table = |caption: String, headings, rows| Table {
        caption,
        headings,
        rows,
        empty: None,
    };
    let changed = compared.changed.iter().flat_map(|changed| {
        changed.differences.iter().enumerate().map(|(place, it)| {
            let item = match place {
                0 => named(visit, form.kind, changed.id, &changed.title),
                _ => Said::text(&changed.title),
            };
            let value = |text: &str| match text {
                "" => Said::unknown(),
                text => Said::text(text),
            };
            vec![item, Said::text(&it.heading), value(&it.was), value(&it.is)]
        })
    });
    let asking = asked.map(|asked| {
        let row = |it: &handback_core::contract::exit::Breach| {
            vec![
                named(visit, form.kind, it.id, &it.title),
                Said::text(capital(&lists::breach(it))),
            ]
        };
        Table {
            caption: "To ask about".into(),
            headings: vec!["Item", "What to ask"],
            rows: asked.iter().map(row).collect(),
            empty: Some("Nothing that the freeze speaks of changed in this list."),
        }
    });
    let said = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    Ok(Shown {
        title: format!("{}: {}", capital(called(import.dataset)), import.file),
        import: format!("/imports/{}", listed.id),
        lead: lead(visit, listed, &compared, last),
        frozen: frozen(freeze.as_ref()),
        from: said(freeze.as_ref().map(|it| it.from)),
        to: said(freeze.as_ref().and_then(|it| it.to)),
        tables: vec![
            table(
                format!("No longer listed ({})", compared.vanished.len()),
                vec!["Item"],
                compared.vanished.iter().map(item).collect(),
            ),
            table(
                format!("Changed ({})", compared.changed.len()),
                vec!["Item", "What", "Was", "Is"],
                changed.collect(),
            ),
            table(
                format!("New ({})", compared.appeared.len()),
                vec!["Item"],
                compared.appeared.iter().map(item).collect(),
            ),
        ],
        to_ask: asking,
    })
}

fn named(visit: &Visit, kind: &str, id: RecordId, title: &str) -> Said {
    match visit.sees(id) {
        true => Said::text(title).to(crate::web::forms::page_of(kind, id)),
        false => Said::text("An item that is not shown here"),
    }
}

fn lead(visit: &Visit, listed: &Listed<'_>, compared: &Comparison, last: Option<Date>) -> String {
    let on = render::when(listed.list.on.into());
    let under = listed.list.contract.map_or_else(String::new, |id| {
        format!(" under {}", Said::record(visit, Contract::NAME, id).text)
    });
    let against = match last {
        Some(last) => format!("the list of {}", render::when(last.into())),
        None => "what stood in the register".into(),
    };
    let whole = match listed.list.is_whole {
        true => "",
        false => {
            " It was not given as the whole list, so that what it does not name was left as it was."
        }
    };
    format!(
        "The list of {on}{under}, held against {against}: {} new, {} no longer listed, {} changed, {} unchanged.{whole}",
        compared.appeared.len(),
        compared.vanished.len(),
        compared.changed.len(),
        compared.unchanged
    )
}

fn frozen(freeze: Option<&Freeze>) -> String {
    let Some(freeze) = freeze else {
        return "No clause of the contract states a freeze for that time. Name the days in which the supplier was to change nothing, and the list is held against them.".into();
    };
    let to = match freeze.to {
        Some(to) => format!("to {}", render::when(to.into())),
        None => "on, without a stated end".into(),
    };
    let clause = freeze.clause.as_ref();
    let clause = clause.map_or_else(String::new, |clause| format!(" ({clause})"));
    format!(
        "Held against a freeze from {} {to}{clause}. A list shows that something changed, never that nobody agreed to it.",
        render::when(freeze.from.into())
    )
}

/// The freeze that the address names, else the one that the contract’s clauses state.
fn freeze(visit: &Visit, estate: &Estate, list: &List) -> Result<Option<Freeze>, Error> {
    let day = |name: &str| {
        let text = visit.query.get(name);
        text.map(|text| {
            text.parse::<Date>()
                .map_err(|_| Error::Wrong(format!("{text:?} is no date: write it as 2021-03-26")))
        })
        .transpose()
    };
    let (from, to) = (day("from")?, day("to")?);
    match from {
        Some(from) if to.is_some_and(|to| to < from) => Err(Error::Wrong(
            "the freeze ends before it begins: correct a date".into(),
        )),
        Some(from) => Ok(Some(Freeze {
            from,
            to,
            clause: None,
        })),
        None => {
            let timed = list.contract.and_then(|id| estate.timed(id, list.on));
            Ok(timed.and_then(|timed| timed.clock.freeze))
        }
    }
}

/// What the entries written with a list made of the items that stood before them.
fn compared(visit: &Visit, listed: &Listed<'_>) -> Result<Comparison, Error> {
    let form = listed.form;
    let view: &View = &visit.view;
    let batch = listed.entry.batch.id;
    let of_batch = view.picture().entries().filter(|entry| {
        entry.batch.id == batch && entry.kind == form.kind && entry.act == Act::Stated
    });
    let unreadable = |error: kinds::Unreadable| Error::Inside(error.into());
    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    for entry in of_batch.filter(|entry| visit.seen(entry)) {
        let stood = view
            .picture()
            .known(entry.number - 1)
            .entry_of(entry.record);
        for (entry, lines) in [(stood, &mut before), (Some(entry), &mut after)] {
            let Some((entry, item)) = entry.and_then(|it| Some((it, it.item()?))) else {
                continue;
            };
            let line = line(form, entry.record, (entry.version, item), visit);
            lines.extend(line.map_err(unreadable)?);
        }
    }
    let mut compared = compare(form.headings, &before, &after);
    let told = compared.appeared.len() + compared.changed.len();
    let rows = usize::try_from(listed.import.tally.rows).unwrap_or(usize::MAX);
    compared.unchanged += rows.saturating_sub(told + compared.unchanged);
    Ok(compared)
}
