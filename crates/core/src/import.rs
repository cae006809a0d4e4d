//! What comes in from files: how a file was read, what was wrong in it, what it covers.

pub mod bulk;

use crate::dated::{Period, When};
use crate::organisation::Identifier;
use crate::pence::Pence;
use crate::performance::state::Means;
use crate::record::{Kind, RecordId, Reference};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dataset {
    /// Payments over a threshold, or purchase-card lines.
    Payments,
    /// A contracts register (Transparency Code).
    Contracts,
    /// Open Contracting releases or records.
    Ocds,
    /// The log or list of a service desk.
    Tickets,
    /// Values of measures through time.
    Measurements,
    /// People's answers about the technology, as a form's tool exports them.
    Responses,
    /// A table with the documented headings of a kind.
    Organisations,
    Services,
    Arrangements,
    StaffMovements,
    Clauses,
    Obligations,
    Requests,
    Variations,
    Charges,
    IndexFigures,
    Volumes,
    Waves,
    Blackouts,
    Tasks,
    Gates,
    ReadinessStatements,
    /// The exit registers.
    Assets,
    Licences,
    ThirdPartyContracts,
    DataHoldings,
    Credentials,
    Knowledge,
    Documents,
    /// What is measured of services, and when limits are set anew.
    Measures,
    Rebases,
    /// When services are open, and what is promised of their tickets.
    WorkingCalendars,
    Claims,
    Recommendations,
    /// What goes wrong for whom, and what came of it.
    Problems,
    Challenges,
    Trials,
    Benefits,
    Events,
    /// Decisions on what payments are of.
    Treatments,
    /// Decisions on which payments are technology.
    Scope,
    /// Decisions on which organisation a printed name means.
    Names,
    /// Totals that somebody published.
    PublishedTotals,
    /// What was promised to directorates, done about what people said, used instead, and told.
    Commitments,
    Actions,
    WorkArounds,
    Updates,
}

impl Dataset {
    /// Whether its rows are kept as facts, in bulk, rather than stated as records.
    pub fn is_bulk(self) -> bool {
        matches!(
            self,
            Dataset::Payments | Dataset::Tickets | Dataset::Measurements
        )
    }
}

/// The role that a column of a file in bulk plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    // payments
    Date,
    /// The amount taken: net of VAT where the file has net and gross, else its one amount.
    Amount,
    Vat,
    /// A second amount, gross of VAT, beside the one taken.
    Gross,
    Supplier,
    SupplierNumber,
    CompanyNumber,
    Department,
    Service,
    Category,
    Description,
    Transaction,
    // contracts registers
    Reference,
    Title,
    Start,
    End,
    Review,
    ExtensionOption,
    ContractValue,
    AnnualValue,
    Process,
    // logs and lists of service desks
    /// The ticket's number.
    Ticket,
    /// The state that a ticket entered, or what was done to it.
    State,
    /// When it entered that state.
    At,
    /// Whether an activity began or was completed (XES `lifecycle:transition`).
    Lifecycle,
    Opened,
    Responded,
    Paused,
    Resumed,
    Resolved,
    Reopened,
    Closed,
    Priority,
    Group,
    Channel,
    Satisfaction,
    // measurements
    /// The name of a measure.
    Measure,
    Value,
    Numerator,
    Denominator,
    // people's answers
    /// How happy they are with it, 0 to 10.
    Happiness,
    /// Working time that they lost.
    LostTime,
    /// What it was due to: several in one column, or a column for each.
    Factors,
    Directorate,
    Place,
    /// What they wrote.
    Comment,
    /// Published but not kept: card numbers, e-mail addresses, telephone numbers.
    Personal,
    /// Kept in the source file only.
    Other,
}

/// What was read from one column, and why it was taken for that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnReading {
    /// From 0.
    pub index: usize,
    /// As printed; empty where the file names no column.
    pub header: String,
    pub role: Role,
    /// 0 to 100.
    pub confidence: u8,
    /// One plain sentence.
    pub why: String,
}

/// How the dates of a file are written; settled over the whole file, never row by row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateOrder {
    /// No date in the file depends on the order.
    Plain,
    DayFirst,
    MonthFirst,
}

/// Whether the amounts taken hold VAT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VatBasis {
    Net,
    Gross,
    NotStated,
}

/// The character encoding of a text file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encoding {
    /// The WHATWG label: `utf-8`, `windows-1252`, `utf-16le`.
    pub label: String,
    /// The text had been encoded twice and was put right.
    pub twice: bool,
}

/// How a file was read. Stored whole in the import record: the same source under the same reading
/// gives the same rows for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    pub dataset: Dataset,
    /// The version of the reading program; raised whenever the same file would read differently.
    pub reader: u16,
    /// `csv`, `xls`, `xlsx`, `ods`, `json`, `jsonl`.
    pub format: String,
    pub compressed: bool,
    pub encoding: Option<Encoding>,
    pub delimiter: Option<char>,
    pub sheet: Option<String>,
    /// The lines (from 1) that make up the heading; empty when the file has none.
    pub header_lines: Vec<u64>,
    pub columns: Vec<ColumnReading>,
    pub date_order: Option<DateOrder>,
    pub vat: VatBasis,
    /// Stated by the person, for files that carry no dates.
    pub period: Option<Period>,
    /// How the log or list of a service desk was understood; none for other files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desk: Option<DeskReading>,
    /// What a person should know of how the file was understood, in plain sentences.
    pub notes: Vec<String>,
}

/// How the log or list of a service desk was understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskReading {
    /// A line for each change of a ticket; else a line for each ticket.
    pub is_log: bool,
    /// The IANA name of the zone whose clocks the file's times are of, where they do not say.
    pub zone: String,
    /// A log that has no word for it: a ticket's first line is when it was opened.
    pub first_opens: bool,
    /// The states among the lines that were looked at, and those that a person named, by their words.
    pub states: Vec<StateReading>,
}

/// What a desk's word for a state was taken for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateReading {
    /// As printed.
    pub printed: String,
    /// None where nobody knows: lines that say so change nothing, and are counted.
    pub means: Option<Means>,
}

impl Reading {
    /// The columns that are kept as something.
    pub fn taken(&self) -> impl Iterator<Item = &ColumnReading> {
        let kept = |column: &&ColumnReading| !matches!(column.role, Role::Other | Role::Personal);
        self.columns.iter().filter(kept)
    }

    /// The column that plays a role.
    pub fn column(&self, role: Role) -> Option<&ColumnReading> {
        self.columns.iter().find(|column| column.role == role)
    }
}

/// Something wrong in a file's data: the row was not taken, the rest of the file was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The line in the file (row number in a spreadsheet), from 1; 0 when the whole file is meant.
    pub line: u64,
    /// The column's heading as printed, or its number where the file names none.
    pub column: String,
    /// As printed.
    pub value: String,
    /// What is wrong and what to do, in plain words.
    pub reason: String,
    /// The amount of the rejected row where it could be read, so that totals can be compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Pence>,
}

/// What the reading of a whole file came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Rows taken.
    pub rows: u64,
    /// Rows not taken, each with its fault.
    pub rejected: u64,
    /// Lines that are no data: blank, repeated headings, totals; and the amount that totals lines state.
    pub set_aside: u64,
    /// Sum of the rows taken.
    pub total: Pence,
    /// Sum of the rejected rows whose amount could be read.
    pub rejected_total: Pence,
    pub from: Option<Date>,
    pub to: Option<Date>,
}

/// What an import speaks for: two imports that share a ledger and a day may count money twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    pub authority: RecordId,
    /// Who published the file, where that is not the authority.
    pub publisher: Option<String>,
    /// `payments` or `purchase cards`, or as the person names it.
    pub ledger: String,
    pub period: Option<Period>,
}

/// One Parquet file of facts, named by its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// SHA-256 of the file, hexadecimal; the file's name is `<hash>.parquet`.
    pub hash: String,
    pub rows: u64,
    pub total: Pence,
}

/// What a person decided about an import that overlaps live ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "is", content = "of")]
pub enum Overlap {
    /// It replaces these imports, which no longer count from the same entry on.
    Replaces(BTreeSet<RecordId>),
    /// Both count: they hold different payments.
    Adds,
    /// It overlaps and nobody has decided; both count and the figures' basis says so.
    Undecided,
}

/// One file taken in. This record is the commit: facts reads only parts that live imports list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    pub dataset: Dataset,
    /// The file's name as it was given, without its folder.
    pub file: String,
    /// SHA-256 of the source as it came; it is kept in the vault under this name.
    pub source: String,
    /// SHA-256 of the reading.
    pub reading_hash: String,
    pub reading: Reading,
    pub coverage: Coverage,
    pub tally: Tally,
    /// SHA-256 of the list of faults (JSON lines) in the vault; none when there was no fault.
    pub faults: Option<String>,
    pub parts: Vec<Part>,
    pub overlap: Option<Overlap>,
    /// The import that replaced this one, if any: this one no longer counts.
    pub replaced_by: Option<RecordId>,
    /// Of which list an exit register was brought up to date; none for other files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<List>,
}

/// A list of a supplier for an exit register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// The day on which it was true, as far as the supplier says; else the day on which it came in.
    pub on: Date,
    /// The contract under which it was given, where the person names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<RecordId>,
    /// Whether it is the whole list, so that what it does not name is missing.
    pub is_whole: bool,
}

impl Import {
    /// Whether its rows count.
    pub fn is_live(&self) -> bool {
        self.replaced_by.is_none()
    }
}

/// Counts rows by month, to tell which months a file speaks for: a stray date does not make a
/// file of May a file of March.
#[derive(Clone, Debug, Default)]
pub struct Months(BTreeMap<(i16, i8), u64>);

impl Months {
    /// Count a batch. A payment dated to a quarter counts in its first and its last month.
    pub fn count(&mut self, batch: &Payments) {
        for (from, to) in batch.date.iter().zip(&batch.date_to) {
            self.see(*from, *to);
        }
    }

    /// Count one row that is of these days.
    pub fn see(&mut self, from: Date, to: Date) {
        let (first, last) = ((from.year(), from.month()), (to.year(), to.month()));
        *self.0.entry(first).or_default() += 1;
        if last != first {
            *self.0.entry(last).or_default() += 1;
        }
    }

    /// From the first to the last month that holds at least a twentieth of what the busiest holds.
    pub fn period(&self) -> Option<Period> {
        let busiest = self.0.values().max()?;
        let telling = self.0.iter().filter(|(_, count)| **count * 20 >= *busiest);
        let mut telling = telling.map(|((year, month), _)| Date::constant(*year, *month, 1));
        let first = telling.next()?;
        let last = telling.next_back().unwrap_or(first);
        Some(Period::new(first, last.last_of_month()))
    }
}

/// How many measures name the ledger of a report.
const MEASURES_NAMED: usize = 3;

/// The ledger of a report of these measures: two reports share one when they are of the same measures, so
/// that the second may be the first again.
pub fn ledger_of_measures(measures: &BTreeSet<String>) -> String {
    let named: Vec<&str> = measures.iter().map(String::as_str).collect();
    match named.len() {
        count if count <= MEASURES_NAMED => named.join(", "),
        count => format!(
            "{} and {} more measures",
            named[..MEASURES_NAMED].join(", "),
            count - MEASURES_NAMED
        ),
    }
}

/// Which ledger a file belongs to when the person does not say: card lines are published beside the
/// invoices of the same days and hold other payments.
pub fn ledger(reading: &Reading, file: &str) -> &'static str {
    if reading.dataset == Dataset::Tickets {
        return "tickets";
    }
    let merchant = |column: &ColumnReading| column.header.to_lowercase().contains("merchant");
    let card = file.to_lowercase().contains("card") || reading.columns.iter().any(merchant);
    if card { "purchase cards" } else { "payments" }
}

/// What a new import does about the live ones it overlaps: as the person decided, but undecided as
/// long as any overlap is neither replaced nor said to add.
pub fn overlap(
    overlaps: &BTreeSet<RecordId>,
    replaces: BTreeSet<RecordId>,
    adds: bool,
) -> Option<Overlap> {
    match (adds, replaces.is_empty(), overlaps.is_subset(&replaces)) {
        (true, ..) => Some(Overlap::Adds),
        (false, true, true) => None,
        (false, false, true) => Some(Overlap::Replaces(replaces)),
        (false, _, false) => Some(Overlap::Undecided),
    }
}

impl Kind for Import {
    const NAME: &'static str = "import";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.file.clone()
    }
    fn references(&self) -> Vec<Reference> {
        vec![Reference {
            kind: "organisation",
            id: self.coverage.authority,
        }]
    }
}

/// A remembered way of reading one publisher's files: it proposes the next reading, nothing more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    pub dataset: Dataset,
    pub name: String,
    /// The headings, as printed and in order: a file with the same headings is proposed this layout.
    pub headings: Vec<String>,
    /// The role of each heading, in the same order, as a person confirmed it.
    pub roles: Vec<Role>,
    pub date_order: Option<DateOrder>,
}

impl Kind for Layout {
    const NAME: &'static str = "layout";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.name.clone()
    }
}

/// One payment as printed: nothing derived, so that it leads back to its file and line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment<'a> {
    pub line: u64,
    /// The day paid; for files that state only a month, quarter or period, its first day.
    pub date: Date,
    /// The last day the printed date can mean; equal to `date` where a day is printed.
    pub date_to: Date,
    /// Net of VAT where the file says so; else the one amount it prints.
    pub amount: Pence,
    pub vat: Option<Pence>,
    pub gross: Option<Pence>,
    /// Empty where the file leaves it blank.
    pub supplier: &'a str,
    pub supplier_number: &'a str,
    pub company_number: &'a str,
    pub department: &'a str,
    pub service: &'a str,
    pub category: &'a str,
    pub description: &'a str,
    pub transaction: &'a str,
}

/// One text column of a batch: all texts in one buffer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// The texts, one after another.
    pub buffer: String,
    /// Where each ends in the buffer, in bytes.
    pub ends: Vec<u32>,
}

impl Texts {
    pub fn push(&mut self, text: &str) {
        self.buffer.push_str(text);
        self.ends
            .push(u32::try_from(self.buffer.len()).expect("a batch stays far below 4 GB"));
    }

    pub fn get(&self, row: usize) -> &str {
        let start = if row == 0 {
            0
        } else {
            self.ends[row - 1] as usize
        };
        &self.buffer[start..self.ends[row] as usize]
    }
}

/// A batch of payments, column by column, to hand from the room that reads to the room that counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payments {
    pub line: Vec<u64>,
    pub date: Vec<Date>,
    pub date_to: Vec<Date>,
    /// Pence.
    pub amount: Vec<i64>,
    pub vat: Vec<Option<i64>>,
    pub gross: Vec<Option<i64>>,
    pub supplier: Texts,
    pub supplier_number: Texts,
    pub company_number: Texts,
    pub department: Texts,
    pub service: Texts,
    pub category: Texts,
    pub description: Texts,
    pub transaction: Texts,
}

impl Payments {
    /// The number of rows at which readers hand a batch over.
    pub const BATCH: usize = 32_768;

    pub fn len(&self) -> usize {
        self.line.len()
    }

    pub fn is_empty(&self) -> bool {
        self.line.is_empty()
    }

    pub fn push(&mut self, payment: &Payment<'_>) {
        self.line.push(payment.line);
        self.date.push(payment.date);
        self.date_to.push(payment.date_to);
        self.amount.push(payment.amount.0);
        self.vat.push(payment.vat.map(|vat| vat.0));
        self.gross.push(payment.gross.map(|gross| gross.0));
        self.supplier.push(payment.supplier);
        self.supplier_number.push(payment.supplier_number);
        self.company_number.push(payment.company_number);
        self.department.push(payment.department);
        self.service.push(payment.service);
        self.category.push(payment.category);
        self.description.push(payment.description);
        self.transaction.push(payment.transaction);
    }

    /// One row, as it was pushed.
    pub fn get(&self, row: usize) -> Payment<'_> {
        Payment {
            line: self.line[row],
            date: self.date[row],
            date_to: self.date_to[row],
            amount: Pence(self.amount[row]),
            vat: self.vat[row].map(Pence),
            gross: self.gross[row].map(Pence),
            supplier: self.supplier.get(row),
            supplier_number: self.supplier_number.get(row),
            company_number: self.company_number.get(row),
            department: self.department.get(row),
            service: self.service.get(row),
            category: self.category.get(row),
            description: self.description.get(row),
            transaction: self.transaction.get(row),
        }
    }
}

/// One line of a contracts register, as printed but with amounts and dates read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContractLine {
    pub line: u64,
    pub reference: String,
    pub title: String,
    pub description: String,
    pub department: String,
    pub supplier: String,
    pub company_number: String,
    pub start: Option<When>,
    pub end: Option<When>,
    pub review: Option<When>,
    pub extension_option: String,
    pub value: Option<Pence>,
    pub annual_value: Option<Pence>,
    pub process: String,
    pub category: String,
}

/// An organisation as a notice names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// The notice's own id of the organisation, which holds within one process only.
    pub id: String,
    pub name: String,
    pub identifiers: Vec<Identifier>,
}

/// What a notice says a contract is worth.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoticeValue {
    /// The amount that the notice prints first; net of VAT where it prints a gross one beside it.
    pub amount: Option<Pence>,
    pub gross: Option<Pence>,
    /// ISO 4217 code; empty where the notice names none. Amounts are hundredths of this currency.
    pub currency: String,
}

/// A document that a notice points to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoticeDocument {
    pub id: String,
    /// OCDS `documentType`; for UK notices their `noticeType`, such as `UK7`.
    pub kind: String,
    pub title: String,
    pub url: String,
    pub published: Option<When>,
}

/// A change to a contract that a notice states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoticeAmendment {
    pub id: String,
    pub date: Option<When>,
    pub description: String,
    pub rationale: String,
}

/// What is bought, in the words of a classification such as CPV.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Classification {
    pub scheme: String,
    pub id: String,
    pub description: String,
}

/// One contract of a contracting process as its merged Open Contracting releases state it; where
/// they hold an award without a contract, that award. Texts are empty where nothing is stated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContractNotice {
    /// The line of the file on which the first release of the process begins.
    pub line: u64,
    /// The open contracting id of the process.
    pub ocid: String,
    pub award: String,
    /// Empty for an award without a contract.
    pub contract: String,
    pub title: String,
    pub description: String,
    /// Code of the OCDS lists `contractStatus` or, for an award, `awardStatus`.
    pub status: String,
    pub buyer: Party,
    pub suppliers: Vec<Party>,
    pub value: NoticeValue,
    pub signed: Option<When>,
    /// Days as printed, whatever time zone the notice gives them in.
    pub start: Option<When>,
    pub end: Option<When>,
    /// The latest end if every extension is used.
    pub longest_end: Option<When>,
    /// How the contract may be extended or renewed, in the notice's words.
    pub extension_option: String,
    /// Code of the OCDS list `method`: `open`, `selective`, `limited`, `direct`.
    pub method: String,
    /// The procedure in the notice's words.
    pub procedure: String,
    pub classifications: Vec<Classification>,
    pub documents: Vec<NoticeDocument>,
    pub amendments: Vec<NoticeAmendment>,
    /// The contract's (or award's) own object as published and merged, with all its extensions.
    pub published: serde_json::Map<String, serde_json::Value>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_stray_date_does_not_widen_what_a_file_covers() {
        let period = |months: &[(i16, i8, u64)]| {
            Months(
                months
                    .iter()
                    .map(|(year, month, rows)| ((*year, *month), *rows))
                    .collect(),
            )
            .period()
        };
        let may = Some(Period::new(date(2018, 5, 1), date(2018, 5, 31)));
        assert_eq!(period(&[(2018, 3, 1), (2018, 5, 400), (2018, 6, 9)]), may);
        let long: Vec<_> = (0..84)
            .map(|month| (2015 + month / 12, (month % 12) as i8 + 1, 100))
            .collect();
        assert_eq!(
            period(&long),
            Some(Period::new(date(2015, 1, 1), date(2021, 12, 31)))
        );
        assert_eq!(period(&[]), None);
    }

    #[test]
    fn an_overlap_stays_undecided_while_any_is_not_named() {
        let [a, b] = [1, 2].map(|n| RecordId([n; 16]));
        let set = |ids: &[RecordId]| ids.iter().copied().collect::<BTreeSet<_>>();
        for (overlaps, replaces, adds, decided) in [
            (set(&[]), set(&[]), false, None),
            (set(&[a]), set(&[]), false, Some(Overlap::Undecided)),
            (set(&[a, b]), set(&[a]), false, Some(Overlap::Undecided)),
            (
                set(&[a, b]),
                set(&[a, b]),
                false,
                Some(Overlap::Replaces(set(&[a, b]))),
            ),
            (
                set(&[]),
                set(&[a]),
                false,
                Some(Overlap::Replaces(set(&[a]))),
            ),
            (set(&[a, b]), set(&[]), true, Some(Overlap::Adds)),
        ] {
            assert_eq!(
                overlap(&overlaps, replaces.clone(), adds),
                decided,
                "{overlaps:?} {replaces:?}"
            );
        }
    }
}
