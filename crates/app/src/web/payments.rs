//! Single payments: what every sum of money leads back to, with the file and the line of each.

use super::answer::{Answer, Error};
use super::fields::Fields;
use super::listing::{Cell, Column, Listing, ROWS, Row, Shown, numbers, page_asked, words};
use super::route::{Needs, Route};
use super::visit::Visit;
use crate::estate::live_parts;
use handback_core::dated::Period;
use handback_core::money::{Paid, YearBasis};
use handback_core::pence::Pence;
use handback_core::permission::Action;
use handback_core::record::RecordId;
use handback_core::statement::{
    Estate, Rules, SupplierLine, counts_as_technology, spans_of_meaning,
};
use handback_facts::LivePart;
use handback_facts::question::{Line, Lines, Payee, Scope, Totalled, Totals};
use jiff::civil::Date;
use serde::Serialize;

pub const ROUTES: &[Route] = &[Route::get("/payments", Needs::May(Action::See), list)];

/// How many payments a file has at most: more are for `handback sql` and `handback export`.
const MOST: usize = 100_000;

/// The payments of a supplier of the statement: its printed names, each in the spans in which it
/// means the supplier.
pub fn scope_of(estate: &Estate, line: &SupplierLine) -> Scope {
    let names = line.names.iter().map(String::as_str);
    payees(estate, names, line.organisation)
}

fn payees<'a>(
    estate: &Estate,
    names: impl Iterator<Item = &'a str>,
    organisation: Option<RecordId>,
) -> Scope {
    let payees = names.flat_map(|name| {
        let spans = spans_of_meaning(estate, name, organisation);
        spans.into_iter().map(|(from, to)| Payee {
            name: name.to_owned(),
            begun: (from > Date::MIN || to < Date::MAX).then(|| Period::new(from, to)),
        })
    });
    Scope {
        payees: Some(payees.collect()),
        ..Scope::default()
    }
}

/// What the address asks for.
struct Asked {
    scope: Scope,
    live: Vec<LivePart>,
    /// In words, for the heading.
    of: Vec<String>,
}

fn asked(visit: &Visit, estate: &Estate) -> Result<Asked, Error> {
    let query = &visit.query;
    let mut of = Vec::new();
    let mut scope = Scope::default();
    if query.has("name") && !query.typed("name").is_empty() || query.typed("blank") == "yes" {
        let name = query.typed("name");
        scope.names = Some([name.to_owned()].into());
        of.push(format!(
            "to {}",
            if name.is_empty() {
                "no printed name"
            } else {
                name
            }
        ));
    }
    if let Some(id) = query.get("organisation") {
        let id: RecordId = id.parse().map_err(|_| Error::NotFound)?;
        let organisation = estate.organisations.get(&id).ok_or(Error::NotFound)?;
        let statement = visit.statement()?;
        let line = statement
            .suppliers
            .iter()
            .find(|line| line.organisation == Some(id));
        scope.payees = line.map_or(Some(Vec::new()), |line| scope_of(estate, line).payees);
        of.push(format!("to {}", organisation.name));
    }
    let (from, to) = (day(query, "from")?, day(query, "to")?);
    let to = to.unwrap_or(visit.dates.at).min(visit.dates.at);
    let from = from.unwrap_or(Date::MIN);
    if from > to {
        return Err(Error::Wrong(format!(
            "nothing lies between {from} and {to}: the first day must not be after the last, nor after the day of this page"
        )));
    }
    scope.period = Some(Period::new(from, to));
    let mut live = live_parts(estate);
    if let Some(id) = query.get("import") {
        let id: RecordId = id.parse().map_err(|_| Error::NotFound)?;
        let import = estate.imports.get(&id).ok_or(Error::NotFound)?;
        live.retain(|part| part.import == id);
        of.push(format!("in {}", import.file));
    }
    Ok(Asked { scope, live, of })
}

fn day(query: &Fields, name: &str) -> Result<Option<Date>, Error> {
    let day = query.get(name).map(str::parse::<Date>).transpose();
    day.map_err(|_| {
        let typed = query.typed(name);
        Error::Wrong(format!("{typed:?} is no date: write it as 2021-03-26"))
    })
}

const COLUMNS: &[Column] = &[
    words("date", "Paid"),
    words("name", "Name as printed"),
    numbers("amount", "Amount"),
    words("technology", "Technology"),
    words("department", "Department"),
    words("for", "For"),
    words("file", "File and line"),
];

/// A file has each thing in a column of its own, so that sums and filters work on it.
const FILE: &[Column] = &[
    words("date", "Paid"),
    words("date-to", "Or until"),
    words("name", "Name as printed"),
    numbers("amount", "Amount"),
    words("technology", "Technology"),
    words("why", "Why"),
    words("department", "Department"),
    words("service", "Service"),
    words("category", "Category"),
    words("description", "Description"),
    words("transaction", "Transaction"),
    words("file", "File"),
    numbers("line", "Line"),
];

#[derive(Serialize)]
struct Page {
    list: Shown,
    of: Vec<String>,
    total: Pence,
    payments: u64,
    uncertain: u64,
    uncertain_pence: Pence,
    /// What was typed into the form.
    name: String,
    from: String,
    to: String,
    /// Fields that the form carries along.
    carried: Vec<(String, String)>,
    most: usize,
    too_many: bool,
}

fn list(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.estate()?;
    let asked = asked(visit, &estate)?;
    let facts = &visit.site.data.facts;
    if visit.query.get("format") == Some("csv") {
        let lines = lines(visit, &asked, 0, MOST)?;
        return listing(FILE, file_rows(&estate, &lines), lines.len()).file();
    }
    let scope = asked.scope.clone();
    let totals = facts.ask(&Totals { scope }, &asked.live)?;
    let Totalled {
        certain, uncertain, ..
    } = totals.first().copied().unwrap_or_default();
    let found = usize::try_from(certain.rows).unwrap_or(usize::MAX);
    let (page, _) = page_asked(visit, found);
    let lines = lines(visit, &asked, (page - 1) * ROWS, ROWS)?;
    let carried = ["organisation", "import"].into_iter().filter_map(|name| {
        let value = visit.query.get(name)?;
        Some((name.to_owned(), value.to_owned()))
    });
    let typed = |name| visit.query.typed(name).to_owned();
    visit.page(
        "payments.html",
        &Page {
            list: listing(COLUMNS, page_rows(&estate, &lines), found).page_of(visit, found),
            of: asked.of,
            total: certain.pence,
            payments: certain.rows,
            uncertain: uncertain.rows,
            uncertain_pence: uncertain.pence,
            name: typed("name"),
            from: typed("from"),
            to: typed("to"),
            carried: carried.collect(),
            most: MOST,
            too_many: found > MOST,
        },
    )
}

fn lines(
    visit: &Visit,
    asked: &Asked,
    skip: usize,
    most: usize,
) -> Result<std::sync::Arc<Vec<Line>>, Error> {
    let scope = asked.scope.clone();
    let question = Lines { scope, skip, most };
    Ok(visit.site.data.facts.ask(&question, &asked.live)?)
}

fn listing(columns: &'static [Column], rows: Vec<Row>, found: usize) -> Listing {
    Listing {
        name: "payments",
        caption: format!("{found} payments"),
        columns,
        filters: Vec::new(),
        rows,
    }
}

/// Why each payment counts as technology; none where it does not.
fn technology(estate: &Estate, lines: &[Line]) -> Vec<Option<String>> {
    let paid = |line: &Line| Paid {
        name: line.name.clone(),
        department: line.department.clone(),
        service: line.service.clone(),
        category: line.category.clone(),
        described: line.described,
        year: YearBasis::default().year(line.date),
        from: line.date,
        rows: 1,
        pence: line.amount,
    };
    let paid: Vec<Paid> = lines.iter().map(paid).collect();
    counts_as_technology(estate, &Rules::default(), &paid)
}

fn page_rows(estate: &Estate, lines: &[Line]) -> Vec<Row> {
    let row = |(line, technology): (&Line, Option<String>)| {
        let purpose = [&line.description, &line.category, &line.service];
        let mut purpose = purpose.into_iter().filter(|text| !text.is_empty());
        let what = purpose.next().cloned().unwrap_or_default();
        let name = if line.name.is_empty() {
            "(no name printed)"
        } else {
            &line.name
        };
        let until = (line.date != line.date_to)
            .then(|| format!("or until {}", line.date_to.strftime("%-d %B %Y")));
        Row {
            cells: vec![
                Cell::day(line.date).with(until.unwrap_or_default()),
                Cell::text(name).to(format!(
                    "/suppliers/named?name={}",
                    super::suppliers::encoded(&line.name)
                )),
                Cell::money(line.amount),
                match technology {
                    Some(why) => Cell::text("yes").with(why),
                    None => Cell::text("no"),
                },
                Cell::text(&line.department),
                Cell::text(what).with(purpose.cloned().collect::<Vec<_>>().join(", ")),
                Cell::text(&line.file)
                    .with(format!("line {}", line.line))
                    .to(format!("/imports/{}", line.import)),
            ],
            kept_by: Vec::new(),
        }
    };
    lines
        .iter()
        .zip(technology(estate, lines))
        .map(row)
        .collect()
}

fn file_rows(estate: &Estate, lines: &[Line]) -> Vec<Row> {
    let row = |(line, technology): (&Line, Option<String>)| Row {
        cells: vec![
            Cell::day(line.date),
            Cell::day(line.date_to),
            Cell::text(&line.name),
            Cell::money(line.amount),
            Cell::text(if technology.is_some() { "yes" } else { "no" }),
            Cell::text(technology.unwrap_or_default()),
            Cell::text(&line.department),
            Cell::text(&line.service),
            Cell::text(&line.category),
            Cell::text(&line.description),
            Cell::text(&line.transaction),
            Cell::text(&line.file),
            Cell::count(line.line),
        ],
        kept_by: Vec::new(),
    };
    lines
        .iter()
        .zip(technology(estate, lines))
        .map(row)
        .collect()
}
