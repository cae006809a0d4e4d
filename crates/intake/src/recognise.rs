//! What a file is and how it is to be read, from its beginning and from what people confirmed before.
//!
//! The answer is a [`Reading`]: proposed here, corrected once by a person if need be, stored with the
//! import. A file whose meaning is not clear is refused with a reason.

mod answered;
mod desk;
mod heading;
mod measured;

use crate::columns::{self, Proposal};
use crate::dates::{self, Order};
use crate::refused::called;
use crate::source::Source;
use crate::tabular::{self, Form, Format, Table};
use crate::{Refused, table, text};
use handback_core::dated::Period;
use handback_core::import::{ColumnReading, Dataset, DateOrder, Layout, Reading, Role, VatBasis};
use handback_core::kinds::TABLES;
use handback_core::pence::Pence;
use handback_core::performance::state::Means;
use heading::{HEADING_WITHIN, Heading, LEDGERS, Sampled, same_headings};

/// The version of the readers of this crate; raised whenever the same file would read differently.
pub const READER: u16 = 2;

/// The version of the reader of documented tables, raised likewise.
const TABLE_READER: u16 = 3;

/// How many lines after that are looked at.
const SAMPLE: usize = 500;

/// How many lines are looked at where there is no heading, so that values must say all.
const SAMPLE_WITHOUT_HEADING: usize = 20_000;

/// What the person who brings the file says of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hints<'h> {
    /// What the file holds, where they said so.
    pub dataset: Option<Dataset>,
    /// What it covers, for files without dates.
    pub period: Option<Period>,
    /// Layouts that people confirmed before.
    pub layouts: &'h [Layout],
    /// What the words of a service desk for states mean, where they said so.
    pub states: &'h [(String, Means)],
    /// The IANA name of the zone that a service desk's times are of; Europe/London when not said.
    pub zone: Option<&'h str>,
}

/// Recognise a file: what it holds and how it is to be read.
pub fn recognise(source: &dyn Source, hints: &Hints<'_>) -> Result<Reading, Refused> {
    let form = tabular::form(source)?;
    if matches!(form.format, Format::Json | Format::JsonLines)
        && let Some(encoding) = &form.encoding
        && text::beginning(source, encoding)?.contains(OCDS_MARK)
    {
        agree(source, hints, Dataset::Ocds)?;
        // How a table would be cut from the document is of no interest here.
        let notes = Vec::new();
        return Ok(reading(Dataset::Ocds, Form { notes, ..form }));
    }
    let mut table = Table::open(source, &form)?;
    let keys = table.keys().map(<[String]>::to_vec);
    let mut sample = Vec::new();
    look(&mut table, HEADING_WITHIN + SAMPLE, &mut sample)?;
    if let Some((dataset, line)) = filled_in(keys.as_deref(), &sample, hints) {
        agree(source, hints, dataset)?;
        let header_lines = sample
            .get(line)
            .filter(|_| keys.is_none())
            .map(|line| line.number);
        let printed = sample.get(line).map(|line| &line.cells[..]);
        let columns = keys
            .as_deref()
            .or(printed)
            .unwrap_or_default()
            .iter()
            .enumerate()
            .map(as_documented)
            .collect();
        return Ok(Reading {
            reader: TABLE_READER,
            header_lines: header_lines.into_iter().collect(),
            columns,
            ..reading(dataset, form)
        });
    }
    if let Some(reading) = answered::recognise(source, hints, &form, &sample, &mut table)? {
        return Ok(reading);
    }
    if let Some(reading) = desk::recognise(source, hints, &form, &sample, &mut table)? {
        return Ok(reading);
    }
    let is_stated = |dataset: Dataset| {
        let known = |layout: &Layout| {
            layout.dataset == dataset
                && sample
                    .iter()
                    .any(|line| same_headings(&layout.headings, &line.cells))
        };
        hints.dataset == Some(dataset) || hints.layouts.iter().any(known)
    };
    if is_stated(Dataset::Measurements)
        && let Some(reading) = measured::recognise(source, hints, &form, &sample, &mut table)?
    {
        return Ok(reading);
    }
    let mut heading = match keys {
        Some(names) => Heading {
            names,
            ..Heading::default()
        },
        None => heading::find(&sample, hints.layouts, &LEDGERS),
    };
    if heading.names.is_empty() {
        look(&mut table, SAMPLE_WITHOUT_HEADING, &mut sample)?;
        heading = heading::among(&sample);
    }
    let rows: Vec<Vec<String>> = sample[heading.data_from..]
        .iter()
        .map(|line| line.cells.clone())
        .collect();
    if rows.is_empty() {
        return Err(Refused::Unclear {
            file: source.name().to_owned(),
            reason: "it has a heading but no rows".into(),
        });
    }
    let (dataset, proposal) = match meaning(source, hints, &heading, &rows) {
        Err(Refused::Unclear { .. })
            if hints.dataset.is_none()
                && let Some(reading) =
                    measured::recognise(source, hints, &form, &sample, &mut table)? =>
        {
            return Ok(reading);
        }
        meant => meant?,
    };
    let mut reading = reading(dataset, form);
    reading.columns = proposal.columns;
    let above = &sample[..heading.data_from];
    let among_rows = above.iter().any(|line| is_payment(&reading, line));
    if !among_rows {
        reading.header_lines = heading.lines;
    }
    reading.vat = match proposal.vat {
        VatBasis::NotStated => stated_above(above, &mut reading.notes),
        stated => stated,
    };
    reading.period = hints.period;
    let layout = layout_of(&heading.names, hints.layouts);
    let dated = if among_rows {
        &sample[..]
    } else {
        &sample[heading.data_from..]
    };
    let columns = date_columns(&reading);
    let mut order = Order::default();
    for line in dated {
        let cells = columns.iter().filter_map(|&column| line.cells.get(column));
        cells
            .filter_map(|cell| dates::readings(cell))
            .for_each(|readings| order.see(readings));
    }
    settle_dates(source, &mut reading, layout, order, &mut table)?;
    remark(&mut reading, layout);
    Ok(reading)
}

/// Add lines that hold something to the sample until it is `enough`.
fn look(table: &mut Table<'_>, enough: usize, sample: &mut Vec<Sampled>) -> Result<(), Refused> {
    while sample.len() < enough
        && let Some(line) = table.next_line()?
    {
        if !line.is_blank() && line.damage.is_none() {
            sample.push(Sampled::of(line));
        }
    }
    Ok(())
}

/// The heading by which a table of a procurement's stages, such as flattened Open Contracting data,
/// shows that its amounts were offered or awarded and its names buy: nothing was paid.
fn of_procurement(columns: &[ColumnReading]) -> Option<&str> {
    let says = |column: &&ColumnReading, words: &[&str]| {
        let header = column.header.to_lowercase();
        words.iter().any(|word| header.contains(word))
    };
    let amounts = columns.iter().filter(|column| column.role == Role::Amount);
    let names = columns
        .iter()
        .filter(|column| column.role == Role::Supplier);
    let mut offered = amounts.filter(|column| says(column, &["tender", "awards/", "bids/"]));
    let mut buyers = names.filter(|column| says(column, &["buyer", "tender", "awards/", "bids/"]));
    offered
        .next()
        .or_else(|| buyers.next())
        .map(|column| column.header.as_str())
}

/// Which documented table a file is, and which line of the sample has its headings: what the person
/// says, or what one of the first lines says.
fn filled_in(
    keys: Option<&[String]>,
    sample: &[Sampled],
    hints: &Hints<'_>,
) -> Option<(Dataset, usize)> {
    let all: Vec<_> = TABLES
        .iter()
        .map(|table| (table.dataset, table.headings))
        .collect();
    let stated = all
        .iter()
        .filter(|(dataset, _)| Some(*dataset) == hints.dataset)
        .copied();
    let stated: Vec<_> = stated.collect();
    if let [(dataset, headings)] = stated[..] {
        let lines = sample.iter().take(table::HEADING_WITHIN);
        let place = table::place_among(lines.map(|line| &line.cells[..]), headings);
        return Some((dataset, place));
    }
    if let Some(keys) = keys {
        return Some((table::documented(keys, &all)?, 0));
    }
    let first = sample.iter().take(table::HEADING_WITHIN).enumerate();
    let mut found =
        first.filter_map(|(place, line)| Some((table::documented(&line.cells, &all)?, place)));
    found.next()
}

/// The headings of a file as printed, for a person who says which column is what: the line on which
/// all the headings that they name stand.
pub fn headings(source: &dyn Source, named: &[&str]) -> Result<Vec<String>, Refused> {
    let form = tabular::form(source)?;
    let mut table = Table::open(source, &form)?;
    let holds = |cells: &[String]| {
        let stands = |name: &&str| {
            cells
                .iter()
                .any(|cell| cell.trim().eq_ignore_ascii_case(name.trim()))
        };
        named.iter().all(stands)
    };
    if let Some(names) = table.keys().filter(|names| holds(names)) {
        return Ok(names.to_vec());
    }
    let mut looked_at = 0;
    while looked_at < HEADING_WITHIN
        && let Some(line) = table.next_line()?
    {
        looked_at += 1;
        let cells = Sampled::of(line).cells;
        if holds(&cells) {
            return Ok(cells);
        }
    }
    let reason = format!(
        "no line among its first {HEADING_WITHIN} holds the headings {}",
        named.join(", ")
    );
    Err(Refused::Unclear {
        file: source.name().to_owned(),
        reason,
    })
}

/// Every Open Contracting release and record carries this key.
const OCDS_MARK: &str = "\"ocid\"";

fn reading(dataset: Dataset, form: Form) -> Reading {
    Reading {
        dataset,
        reader: READER,
        format: form.format.to_string(),
        compressed: form.compressed,
        encoding: form.encoding,
        delimiter: form.delimiter,
        sheet: form.sheet,
        header_lines: Vec::new(),
        columns: Vec::new(),
        date_order: None,
        vat: VatBasis::NotStated,
        period: None,
        desk: None,
        notes: form.notes,
    }
}

/// A column of a documented table, which is read by its heading alone.
fn as_documented((index, header): (usize, &String)) -> ColumnReading {
    let why = "Read by its documented heading.".to_owned();
    ColumnReading {
        index,
        header: header.clone(),
        role: Role::Other,
        confidence: 100,
        why,
    }
}

/// Refuse a file that was given as something else than it is.
fn agree(source: &dyn Source, hints: &Hints<'_>, found: Dataset) -> Result<(), Refused> {
    match hints.dataset {
        Some(wanted) if wanted != found => {
            let file = source.name().to_owned();
            Err(Refused::AnotherDataset {
                file,
                wanted: called(wanted),
                found: called(found),
            })
        }
        _ => Ok(()),
    }
}

/// Whether a line above the heading is a row all the same.
fn is_payment(reading: &Reading, line: &Sampled) -> bool {
    let cell = |role: Role| {
        let index = reading.column(role).map(|column| column.index);
        index
            .and_then(|index| line.cells.get(index))
            .filter(|cell| !cell.is_empty())
    };
    cell(Role::Amount).is_some_and(|cell| Pence::parse(cell).is_ok())
        && cell(Role::Date).is_some_and(|cell| dates::readings(cell).is_some())
}

fn layout_of<'l>(headings: &[String], layouts: &'l [Layout]) -> Option<&'l Layout> {
    layouts
        .iter()
        .find(|layout| !headings.is_empty() && same_headings(&layout.headings, headings))
}

/// What the file holds, and the role of each column.
fn meaning(
    source: &dyn Source,
    hints: &Hints<'_>,
    heading: &Heading,
    rows: &[Vec<String>],
) -> Result<(Dataset, Proposal), Refused> {
    let unclear = |reason: String| Refused::Unclear {
        file: source.name().to_owned(),
        reason,
    };
    if let Some(layout) = layout_of(&heading.names, hints.layouts) {
        agree(source, hints, layout.dataset)?;
        return Ok((layout.dataset, confirmed(layout, &heading.names)));
    }
    if !heading.names.is_empty() {
        let contracts = columns::propose(Dataset::Contracts, &heading.names, rows);
        if is_contracts_register(&contracts) {
            agree(source, hints, Dataset::Contracts)?;
            return Ok((Dataset::Contracts, contracts));
        }
    }
    let payments = if heading.names.is_empty() {
        columns::propose_without_headings(rows)
    } else {
        columns::propose(Dataset::Payments, &heading.names, rows)
    };
    if let Some(reason) = payments.unclear {
        return Err(unclear(reason));
    }
    let has = |role: Role| payments.columns.iter().any(|column| column.role == role);
    let describing = [
        Role::Department,
        Role::Service,
        Role::Category,
        Role::Description,
        Role::Transaction,
        Role::Vat,
    ];
    if !has(Role::Amount) {
        return Err(unclear(no_amounts(&heading.names)));
    }
    if !has(Role::Supplier) && describing.into_iter().filter(|&role| has(role)).count() < 2 {
        return Err(unclear(
            "it has amounts, but no column says to whom or for what they were paid".into(),
        ));
    }
    if let Some(column) = of_procurement(&payments.columns) {
        return Err(unclear(format!(
            "it tells of tenders and awards, not of payments: its column “{column}” says so"
        )));
    }
    agree(source, hints, Dataset::Payments)?;
    if !has(Role::Date) && hints.period.is_none() {
        return Err(Refused::NoDates {
            file: source.name().to_owned(),
        });
    }
    Ok((Dataset::Payments, payments))
}

fn no_amounts(headings: &[String]) -> String {
    let named: Vec<&str> = headings
        .iter()
        .map(String::as_str)
        .filter(|heading| !heading.is_empty())
        .take(6)
        .collect();
    if named.is_empty() {
        return "no heading was found among its first lines, and no column of amounts".into();
    }
    format!(
        "no column of amounts was found under its headings ({}, …)",
        named.join(", ")
    )
}

/// A register of contracts says when each starts or ends, and names, numbers or values them.
fn is_contracts_register(proposal: &Proposal) -> bool {
    let of_contracts = |column: &&ColumnReading| {
        use Role::{
            AnnualValue, ContractValue, End, ExtensionOption, Process, Reference, Review, Start,
            Title,
        };
        let roles = [
            Reference,
            Title,
            Start,
            End,
            Review,
            ExtensionOption,
            ContractValue,
            AnnualValue,
            Process,
        ];
        column.confidence >= 60 && roles.contains(&column.role)
    };
    let found: Vec<Role> = proposal
        .columns
        .iter()
        .filter(of_contracts)
        .map(|column| column.role)
        .collect();
    found.len() >= 3 && (found.contains(&Role::Start) || found.contains(&Role::End))
}

/// The columns as a person confirmed them.
fn confirmed(layout: &Layout, names: &[String]) -> Proposal {
    let column = |(index, header): (usize, &String)| ColumnReading {
        index,
        header: header.clone(),
        role: layout.roles.get(index).copied().unwrap_or(Role::Other),
        confidence: 100,
        why: format!("As confirmed in layout “{}”.", layout.name),
    };
    let columns: Vec<ColumnReading> = names.iter().enumerate().map(column).collect();
    let amount = columns.iter().find(|column| column.role == Role::Amount);
    let vat = amount.map_or(VatBasis::NotStated, |column| {
        columns::vat_basis(&column.header)
    });
    Proposal {
        vat,
        columns,
        unclear: None,
    }
}

/// Pivot tables say above their heading what they sum: `Sum of Invoice Nett Amount`.
fn stated_above(above: &[Sampled], notes: &mut Vec<String>) -> VatBasis {
    let cells = above
        .iter()
        .flat_map(|line| &line.cells)
        .filter(|cell| !cell.is_empty());
    let mut stated = cells
        .map(|cell| (cell, columns::vat_basis(cell)))
        .filter(|(_, basis)| *basis != VatBasis::NotStated);
    match stated.next() {
        Some((cell, basis)) => {
            notes.push(format!(
                "Whether amounts hold VAT is taken from “{cell}” above the rows."
            ));
            basis
        }
        None => VatBasis::NotStated,
    }
}

/// The columns that hold dates.
fn date_columns(reading: &Reading) -> Vec<usize> {
    use Role::{
        At, Closed, Date, End, Opened, Paused, Reopened, Resolved, Responded, Resumed, Review,
        Start,
    };
    let holds_dates = [
        Date, Start, End, Review, At, Opened, Responded, Paused, Resumed, Resolved, Reopened,
        Closed,
    ];
    let is_date = |column: &&ColumnReading| holds_dates.contains(&column.role);
    let columns = reading.columns.iter().filter(is_date);
    columns.map(|column| column.index).collect()
}

/// Settle the order of day and month over the whole file, after what its sample showed; reading stops as
/// soon as it is proved.
fn settle_dates(
    source: &dyn Source,
    reading: &mut Reading,
    layout: Option<&Layout>,
    mut order: Order,
    rest: &mut Table<'_>,
) -> Result<(), Refused> {
    let dates = date_columns(reading);
    if dates.is_empty() {
        return Ok(());
    }
    while order.depends() && !order.is_proved() {
        let Some(line) = rest.next_line()? else { break };
        let cells = dates.iter().map(|&column| line.cell(column));
        cells
            .filter_map(dates::readings)
            .for_each(|readings| order.see(readings));
    }
    let confirmed = layout
        .and_then(|layout| layout.date_order)
        .filter(|_| !order.has_proof());
    let Some(settled) = confirmed.or_else(|| order.settled()) else {
        let reason = "its dates could be day-first or month-first and none of them shows which: write them as \
                      2019-08-31, or confirm the order in the layout";
        return Err(Refused::Unclear {
            file: source.name().to_owned(),
            reason: reason.into(),
        });
    };
    if confirmed.is_none() && settled == DateOrder::DayFirst && !order.has_proof() {
        let note = "No date proves whether the day or the month comes first; they were read day-first, as in Britain.";
        reading.notes.push(note.to_owned());
    }
    reading.date_order = Some(settled);
    Ok(())
}

/// Say in plain sentences what a person should know of the reading.
fn remark(reading: &mut Reading, layout: Option<&Layout>) {
    let mut notes = Vec::new();
    if let Some(layout) = layout {
        notes.push(format!(
            "The headings are those of layout “{}”, which was used.",
            layout.name
        ));
    }
    if reading
        .encoding
        .as_ref()
        .is_some_and(|encoding| encoding.twice)
    {
        notes.push("The text had been encoded twice and was put right.".to_owned());
    }
    match &reading.header_lines[..] {
        [] if matches!(reading.format.as_str(), "json" | "jsonl" | "xes" | "ocel") => {}
        [] if reading
            .columns
            .iter()
            .all(|column| column.header.is_empty()) =>
        {
            notes.push(
                "The file has no heading: columns were taken by their values alone.".to_owned(),
            );
        }
        [] => notes.push(
            "The heading stands in among the rows and names the columns of all of them.".to_owned(),
        ),
        [1] | [1, 2] => {}
        [first, ..] => notes.push(format!(
            "The heading is on line {first}; the lines above it were not read."
        )),
    }
    if reading.date_order == Some(DateOrder::MonthFirst) {
        notes.push("Dates in this file put the month first.".to_owned());
    }
    if reading.vat == VatBasis::NotStated && reading.dataset == Dataset::Payments {
        notes.push("The file does not say whether amounts hold VAT.".to_owned());
    }
    if reading.column(Role::Supplier).is_none() && reading.dataset == Dataset::Payments {
        notes.push("No column names suppliers: every payment's supplier is unknown.".to_owned());
    }
    let personal: Vec<String> = reading
        .columns
        .iter()
        .filter(|column| column.role == Role::Personal)
        .map(|column| columns::name(column.index, &column.header))
        .collect();
    if !personal.is_empty() {
        notes.push(format!(
            "Not kept, because about persons: {}.",
            personal.join(", ")
        ));
    }
    reading.notes.extend(notes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Memory;

    fn file(text: &str) -> Memory {
        Memory {
            name: "ledger.csv".into(),
            bytes: text.into(),
        }
    }

    fn layout(headings: &[&str], roles: &[Role], date_order: Option<DateOrder>) -> Layout {
        let headings = headings.iter().map(|&heading| heading.to_owned()).collect();
        Layout {
            dataset: Dataset::Payments,
            name: "Testham".into(),
            headings,
            roles: roles.to_vec(),
            date_order,
        }
    }

    /// Words that no rule knows, and dates that prove no order.
    const UNKNOWN: &str = "Ledger of Testham\nWann,Wem,Wieviel\n03/04/2019,Acorn Ltd,1.00\n03/05/2019,Birch Ltd,2.00\n";

    #[test]
    fn what_a_person_confirmed_once_is_proposed_again() {
        assert!(matches!(
            recognise(&file(UNKNOWN), &Hints::default()),
            Err(Refused::Unclear { .. })
        ));
        let roles = [Role::Date, Role::Supplier, Role::Amount];
        let layouts = [layout(
            &["Wann", "Wem", "Wieviel"],
            &roles,
            Some(DateOrder::MonthFirst),
        )];
        let reading = recognise(
            &file(UNKNOWN),
            &Hints {
                layouts: &layouts,
                ..Hints::default()
            },
        )
        .expect("confirmed");
        assert_eq!(
            reading
                .columns
                .iter()
                .map(|column| column.role)
                .collect::<Vec<_>>(),
            roles
        );
        assert!(
            reading
                .columns
                .iter()
                .all(|column| column.confidence == 100)
        );
        assert_eq!(reading.columns[0].why, "As confirmed in layout “Testham”.");
        assert_eq!(
            (reading.header_lines, reading.date_order),
            (vec![2], Some(DateOrder::MonthFirst))
        );
    }

    #[test]
    fn a_documented_table_is_recognised_by_its_headings() {
        let hints = Hints::default();
        let table = file("Service,Yearly cost\nPayroll,1000\n");
        let reading = recognise(&table, &hints).expect("documented");
        assert_eq!(
            (reading.dataset, reading.header_lines),
            (Dataset::Services, vec![1])
        );
        let as_payments = Hints {
            dataset: Some(Dataset::Payments),
            ..hints
        };
        assert!(matches!(
            recognise(&table, &as_payments),
            Err(Refused::AnotherDataset { .. })
        ));
        let ledger = file("Date,Supplier,Service,Amount\n14/03/2019,Acorn Ltd,Roads,1.00\n");
        assert_eq!(
            recognise(&ledger, &hints).expect("a ledger").dataset,
            Dataset::Payments
        );
    }

    #[test]
    fn lists_of_suppliers_are_told_from_each_other_and_from_ledgers() {
        for (text, dataset) in [
            (
                "Asset Tag,Device,Serial No,Make/Model,Site,EOL\nA-1,Switch,7,LS-9,Depot,2021\n",
                Dataset::Assets,
            ),
            (
                "Software Title,Vendor,Licence Count,License Metric,Licence Expiry,Cost\nDesk,Made-up Ltd,3,users,2021,9.50\n",
                Dataset::Licences,
            ),
            (
                "Sub-contract,Supplier,Notice period,Assignable?,End date\nTapes,Made-up Ltd,3 months,yes,2021\n",
                Dataset::ThirdPartyContracts,
            ),
            (
                "Dataset,Contains personal data?,Retention period,Data format\nAccounts,Y,6 years,CSV\n",
                Dataset::DataHoldings,
            ),
            (
                "Account name,Target system,Held by,Password last changed\nroot,Switches,supplier,2019\n",
                Dataset::Credentials,
            ),
            (
                "Knowledge area,Known by,Passed on\nBilling,Officer,no\n",
                Dataset::Knowledge,
            ),
            (
                "Document title,Document type,Version date,Link\nPlan,plan,2019,Store\n",
                Dataset::Documents,
            ),
            (
                "Payment Date,Supplier Name,Description,Service,Cost\n14/03/2019,Acorn Ltd,Laptops,Roads,1.00\n",
                Dataset::Payments,
            ),
            (
                "Date,Vendor,Asset description,Location,Amount\n14/03/2019,Acorn Ltd,Laptops,Depot,1.00\n",
                Dataset::Payments,
            ),
            (
                "Contract Reference,Contract Title,Supplier,Start Date,End Date,Notice period,Contract Value\nC1,Lines,Acorn Ltd,2018-04-01,2021-03-31,3 months,1.00\n",
                Dataset::Contracts,
            ),
        ] {
            let reading = recognise(&file(text), &Hints::default());
            let reading = reading.unwrap_or_else(|refused| panic!("{text}: {refused}"));
            assert_eq!(reading.dataset, dataset, "{text}");
        }
    }

    #[test]
    fn a_table_of_tenders_is_no_ledger() {
        for text in [
            "bidSubmissionOpenDate,buyerName,description,tenderValue\n2019-03-14,Testham Council,Roads,1.00\n",
            "awards/0/date,awards/0/suppliers/0/name,awards/0/value/amount\n2019-03-14,Acorn Ltd,1.00\n",
        ] {
            let refused = recognise(&file(text), &Hints::default());
            assert!(
                matches!(refused, Err(Refused::Unclear { .. })),
                "{refused:?}"
            );
        }
    }

    #[test]
    fn a_layout_for_other_headings_changes_nothing() {
        let text = "Date,Supplier,Amount\n14/03/2019,Acorn Ltd,1.00\n";
        let layouts = [layout(
            &["Date", "Supplier", "Net"],
            &[Role::Other; 3],
            None,
        )];
        let with = recognise(
            &file(text),
            &Hints {
                layouts: &layouts,
                ..Hints::default()
            },
        )
        .expect("a ledger");
        assert_eq!(
            with,
            recognise(&file(text), &Hints::default()).expect("a ledger")
        );
    }

    #[test]
    fn the_proof_in_the_file_overrules_the_order_of_a_layout() {
        let text = "Date,Supplier,Amount\n14/03/2019,Acorn Ltd,1.00\n";
        let roles = [Role::Date, Role::Supplier, Role::Amount];
        let layouts = [layout(
            &["Date", "Supplier", "Amount"],
            &roles,
            Some(DateOrder::MonthFirst),
        )];
        let reading = recognise(
            &file(text),
            &Hints {
                layouts: &layouts,
                ..Hints::default()
            },
        )
        .expect("a ledger");
        assert_eq!(reading.date_order, Some(DateOrder::DayFirst));
    }

    #[test]
    fn a_long_file_is_not_read_to_its_end_once_the_order_is_proved() {
        struct Counting<'f>(&'f Memory, std::sync::atomic::AtomicU64);
        struct Counted<'c>(
            Box<dyn std::io::Read + Send + 'c>,
            &'c std::sync::atomic::AtomicU64,
        );
        impl std::io::Read for Counted<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                let read = self.0.read(buffer)?;
                self.1
                    .fetch_add(read as u64, std::sync::atomic::Ordering::Relaxed);
                Ok(read)
            }
        }
        impl Source for Counting<'_> {
            fn name(&self) -> &str {
                self.0.name()
            }
            fn size(&self) -> Option<u64> {
                self.0.size()
            }
            fn open(&self) -> std::io::Result<Box<dyn std::io::Read + Send + '_>> {
                Ok(Box::new(Counted(self.0.open()?, &self.1)))
            }
        }
        let long = file(&format!(
            "Date,Supplier,Amount\n{}",
            "14/03/2019,Acorn Ltd,1.00\n".repeat(200_000)
        ));
        let counting = Counting(&long, Default::default());
        recognise(&counting, &Hints::default()).expect("a ledger");
        assert!(counting.1.into_inner() < 1 << 20);
    }
}
