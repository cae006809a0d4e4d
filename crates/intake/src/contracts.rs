//! Contracts registers, as the Local Government Transparency Code 2015 (paragraph 32) has councils
//! publish them: the columns vary, many cells are blank, and a line is still worth having.
//!
//! A line that says what is contracted or with whom is taken; what cannot be read in it is left
//! unknown and told. Lines after the heading are taken, rejected or set aside; nothing is lost.

use crate::Refused;
use crate::source::Source;
use crate::table::when;
use crate::tabular::{Form, Line, Table};
use handback_core::dated::When;
use handback_core::import::{ContractLine, DateOrder, Fault, Reading, Role, Tally};
use handback_core::pence::Pence;
use std::collections::BTreeMap;

/// Read the lines of a recognised contracts register.
///
/// Faults name the line they are about; those about line 0 count, by column, what is blank or was put
/// right in the whole file. The tally's total is that of the contract values, and its days run from
/// the first start to the last end.
pub fn read(
    source: &dyn Source,
    reading: &Reading,
    on_line: &mut dyn FnMut(ContractLine),
    on_fault: &mut dyn FnMut(Fault),
) -> Result<Tally, Refused> {
    let unclear = |reason: String| Refused::Unclear {
        file: source.name().to_owned(),
        reason,
    };
    let form = Form::try_from(reading).map_err(|error| unclear(error.to_string()))?;
    if !NAMING.iter().any(|&role| reading.column(role).is_some()) {
        return Err(unclear(
            "no column was taken as the contract's reference, title, description or supplier"
                .into(),
        ));
    }
    let mut table = Table::open(source, &form)?;
    let data_after = reading.header_lines.last().copied().unwrap_or(0);
    let mut register = Register {
        reading,
        tally: Tally::default(),
        remarks: BTreeMap::new(),
        on_fault,
    };
    while let Some(line) = table.next_line()? {
        if line.number > data_after
            && let Some(contract) = register.line(&line)
        {
            on_line(contract);
        }
    }
    register.tell_remarks();
    Ok(register.tally)
}

/// The roles of which a line must fill at least one.
const NAMING: [Role; 4] = [
    Role::Reference,
    Role::Title,
    Role::Description,
    Role::Supplier,
];

/// What councils write where they have nothing to state.
const BLANK: [&str; 9] = [
    "-",
    "--",
    "n/a",
    "na",
    "n.a.",
    "#n/a",
    "none",
    "null",
    "not applicable",
];

/// A register being read.
struct Register<'r> {
    reading: &'r Reading,
    tally: Tally,
    /// How often each remark was made about each column, by the column's index.
    remarks: BTreeMap<(usize, Remark), u64>,
    on_fault: &'r mut dyn FnMut(Fault),
}

/// What is told once for a whole column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Remark {
    Blank,
    LostZeros,
}

impl Register<'_> {
    /// Judge one line: a contract, or nothing once it is rejected or set aside.
    fn line(&mut self, line: &Line<'_>) -> Option<ContractLine> {
        if let Some(damage) = line.damage {
            self.tally.rejected += 1;
            let reason = format!("{damage}: correct the line and import again");
            (self.on_fault)(Fault {
                line: line.number,
                column: String::new(),
                value: line.cell(0).to_owned(),
                reason,
                amount: None,
            });
            return None;
        }
        if line.is_blank() || self.is_heading(line) {
            self.tally.set_aside += 1;
            return None;
        }
        if NAMING
            .iter()
            .filter_map(|&role| self.cell(line, role))
            .all(is_total)
        {
            self.unnamed(line);
            return None;
        }
        let value = self.value(line);
        self.tally.rows += 1;
        let contract = ContractLine {
            line: line.number,
            reference: self.text(line, Role::Reference),
            title: self.text(line, Role::Title),
            description: self.text(line, Role::Description),
            department: self.text(line, Role::Department),
            supplier: self.text(line, Role::Supplier),
            company_number: self.company_number(line),
            start: self.when(line, Role::Start),
            end: self.when(line, Role::End),
            review: self.when(line, Role::Review),
            extension_option: self.extension_option(line),
            value,
            annual_value: self.amount(line, Role::AnnualValue),
            process: self.text(line, Role::Process),
            category: self.text(line, Role::Category),
        };
        self.span(line, &contract);
        Some(contract)
    }

    /// A line that names no contract: a total, a remark, or a value without its contract.
    fn unnamed(&mut self, line: &Line<'_>) {
        let value = self
            .cell(line, Role::ContractValue)
            .and_then(|text| Pence::parse(text).ok());
        match value {
            Some(value) if !line.cells().any(is_total) => {
                self.tally.rejected += 1;
                self.tally.rejected_total += value;
                let reason =
                    "this value stands beside no reference, title, description or supplier";
                self.fault(line, Role::ContractValue, reason.into(), Some(value));
            }
            _ => self.tally.set_aside += 1,
        }
    }

    /// The heading again, as at the top of each printed page.
    fn is_heading(&self, line: &Line<'_>) -> bool {
        let mut filled = line
            .cells()
            .enumerate()
            .filter(|(_, cell)| !cell.is_empty());
        filled.all(|(index, cell)| {
            self.reading
                .columns
                .get(index)
                .is_some_and(|column| column.header.trim().eq_ignore_ascii_case(cell))
        })
    }

    /// The cell of a role, unless it is blank or says so.
    fn cell<'t>(&self, line: &Line<'t>, role: Role) -> Option<&'t str> {
        let text = line.cell(self.reading.column(role)?.index);
        let blank = text.is_empty() || BLANK.iter().any(|blank| text.eq_ignore_ascii_case(blank));
        (!blank).then_some(text)
    }

    /// The cell of a role; a blank one is counted.
    fn counted<'t>(&mut self, line: &Line<'t>, role: Role) -> Option<&'t str> {
        let cell = self.cell(line, role);
        if cell.is_none() {
            self.remark(role, Remark::Blank);
        }
        cell
    }

    fn remark(&mut self, role: Role, remark: Remark) {
        if let Some(column) = self.reading.column(role) {
            *self.remarks.entry((column.index, remark)).or_default() += 1;
        }
    }

    fn text(&mut self, line: &Line<'_>, role: Role) -> String {
        self.counted(line, role).unwrap_or_default().to_owned()
    }

    fn when(&mut self, line: &Line<'_>, role: Role) -> Option<When> {
        let text = self.counted(line, role)?;
        let order = self.reading.date_order.unwrap_or(DateOrder::Plain);
        match when(text, order) {
            Ok(when) => Some(when),
            Err(why) => {
                self.fault(
                    line,
                    role,
                    format!("{why}: the contract was taken without this date"),
                    None,
                );
                None
            }
        }
    }

    fn amount(&mut self, line: &Line<'_>, role: Role) -> Option<Pence> {
        let text = self.counted(line, role)?;
        match Pence::parse(text) {
            Ok(amount) => Some(amount),
            Err(why) => {
                self.fault(
                    line,
                    role,
                    format!("not an amount ({why}): the contract was taken without it"),
                    None,
                );
                None
            }
        }
    }

    /// The contract value, added to the total.
    fn value(&mut self, line: &Line<'_>) -> Option<Pence> {
        let value = self.amount(line, Role::ContractValue)?;
        match self.tally.total.0.checked_add(value.0) {
            Some(total) => {
                self.tally.total = Pence(total);
                Some(value)
            }
            None => {
                let reason = "too large to be added up: the contract was taken without its value";
                self.fault(line, Role::ContractValue, reason.into(), None);
                None
            }
        }
    }

    /// A number alone means nothing without its heading: `Option to extend (months): 12`.
    fn extension_option(&mut self, line: &Line<'_>) -> String {
        let text = self.text(line, Role::ExtensionOption);
        match self.reading.column(Role::ExtensionOption) {
            Some(column) if text.parse::<f64>().is_ok() => {
                format!("{}: {text}", column.header.trim())
            }
            _ => text,
        }
    }

    /// The number at Companies House: spreadsheets drop the zeros that it begins with.
    fn company_number(&mut self, line: &Line<'_>) -> String {
        let Some(text) = self.counted(line, Role::CompanyNumber) else {
            return String::new();
        };
        match company_number(text) {
            Some(number) => {
                if number.len() > text.split_whitespace().map(str::len).sum() {
                    self.remark(Role::CompanyNumber, Remark::LostZeros);
                }
                number
            }
            None => {
                let reason = "not a number at Companies House (eight digits, or two letters and six): it was not taken";
                self.fault(line, Role::CompanyNumber, reason.into(), None);
                String::new()
            }
        }
    }

    /// Widen the tally's days by a contract's, and tell when it ends before it starts.
    fn span(&mut self, line: &Line<'_>, contract: &ContractLine) {
        let start = contract.start.and_then(When::earliest);
        let end = contract.end.and_then(When::latest);
        if let (Some(start), Some(end)) = (start, end)
            && end < start
        {
            self.fault(
                line,
                Role::End,
                format!("the contract ends before it starts on {start}: check both dates"),
                None,
            );
        }
        if let Some(start) = start {
            self.tally.from = Some(self.tally.from.map_or(start, |from| from.min(start)));
        }
        self.tally.to = self.tally.to.max(end);
    }

    fn fault(&mut self, line: &Line<'_>, role: Role, reason: String, amount: Option<Pence>) {
        let (column, value) = match self.reading.column(role) {
            Some(column) => (column.header.clone(), line.cell(column.index).to_owned()),
            None => (String::new(), String::new()),
        };
        (self.on_fault)(Fault {
            line: line.number,
            column,
            value,
            reason,
            amount,
        });
    }

    fn tell_remarks(&mut self) {
        let rows = self.tally.rows;
        for ((index, remark), count) in &self.remarks {
            let reason = match remark {
                Remark::Blank => {
                    format!("blank in {count} of {rows} contracts, which were taken without it")
                }
                Remark::LostZeros => format!(
                    "{count} numbers had lost the zeros they begin with, which were put back"
                ),
            };
            let header = self
                .reading
                .columns
                .iter()
                .find(|column| column.index == *index);
            let column = header.map_or_else(String::new, |column| column.header.clone());
            (self.on_fault)(Fault {
                line: 0,
                column,
                value: String::new(),
                reason,
                amount: None,
            });
        }
    }
}

/// Whether a cell labels a line of totals.
fn is_total(label: &str) -> bool {
    let label = label.trim_end_matches(':').to_lowercase();
    matches!(
        label.as_str(),
        "total" | "totals" | "grand total" | "subtotal" | "sub-total" | "sub total"
    )
}

/// A company number in its full form of eight characters: digits, or a prefix such as `SC` or `OC`
/// and six more, of which a registered society's last may be a letter (`IP29627R`). `None` for
/// anything else, such as `Various`.
fn company_number(text: &str) -> Option<String> {
    let text: String = text
        .split_whitespace()
        .collect::<String>()
        .to_ascii_uppercase();
    if !text.is_ascii() {
        return None;
    }
    let prefix = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    if !matches!(prefix, 0 | 2) {
        return None;
    }
    let (letters, rest) = text.split_at(prefix);
    let suffix = usize::from(letters == "IP" && rest.ends_with('R'));
    let digits = &rest[..rest.len() - suffix];
    let width = 8 - prefix - suffix;
    let valid = (1..=width).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && digits.bytes().any(|byte| byte != b'0');
    valid.then(|| format!("{letters}{digits:0>width$}{}", &rest[digits.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recognise::{Hints, recognise};
    use crate::source::Memory;
    use handback_core::import::Dataset;
    use jiff::civil::date;
    use proptest::prelude::*;
    use std::fs;
    use std::path::Path;

    struct Outcome {
        lines: Vec<ContractLine>,
        faults: Vec<Fault>,
        tally: Tally,
    }

    fn outcome(name: &str, bytes: Vec<u8>) -> Result<Outcome, Refused> {
        let source = Memory {
            name: name.into(),
            bytes,
        };
        let reading = recognise(
            &source,
            &Hints {
                dataset: Some(Dataset::Contracts),
                ..Hints::default()
            },
        )?;
        let (mut lines, mut faults) = (Vec::new(), Vec::new());
        let tally = read(
            &source,
            &reading,
            &mut |line| lines.push(line),
            &mut |fault| faults.push(fault),
        )?;
        Ok(Outcome {
            lines,
            faults,
            tally,
        })
    }

    fn told(faults: &[Fault]) -> Vec<(u64, &str, &str)> {
        faults
            .iter()
            .map(|fault| (fault.line, &fault.column[..], &fault.value[..]))
            .collect()
    }

    #[test]
    fn a_register_with_blanks_and_faults() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/contracts/register.csv");
        let outcome =
            outcome("register.csv", fs::read(path).expect("a fixture")).expect("a register");
        let [first, second, third, fourth] = &outcome.lines[..] else {
            panic!("four contracts: {:?}", outcome.lines)
        };
        let day = |text: &str| text.parse::<When>().ok();
        assert_eq!(
            *first,
            ContractLine {
                line: 2,
                reference: "C-001".into(),
                title: "Service desk".into(),
                description: "First line support".into(),
                department: "Resources".into(),
                supplier: "Made-up Desk Ltd".into(),
                company_number: "00000017".into(),
                start: day("2021-04-01"),
                end: day("2024-03-31"),
                review: day("2023-09"),
                extension_option: "Option to extend (months): 12".into(),
                value: Some(Pence(36_000_050)),
                annual_value: Some(Pence(12_000_000)),
                process: "ITT".into(),
                category: "IT".into(),
            }
        );
        assert_eq!(
            (&second.reference[..], second.start, second.value),
            ("", None, None)
        );
        assert_eq!(
            (&second.company_number[..], &second.extension_option[..]),
            ("", "1 + 1 years")
        );
        assert_eq!(
            (&third.company_number[..], third.value, third.end),
            ("SC000123", Some(Pence(500_000)), day("2020-01-01"))
        );
        assert_eq!(
            (&fourth.company_number[..], fourth.review),
            ("IP00001R", None)
        );
        assert_eq!(
            told(&outcome.faults),
            [
                (3, "Company Number", "Various"),
                (3, "Start Date", "when signed"),
                (4, "End Date", "01/01/2020"),
                (6, "Total Contract Value", "12.345"),
                (8, "Total Contract Value", "700.00"),
                (0, "Contract Reference", ""),
                (0, "Contract Title", ""),
                (0, "Contract Description", ""),
                (0, "Company Number", ""),
                (0, "Review Date", ""),
                (0, "Total Contract Value", ""),
                (0, "Annual Value", ""),
            ]
        );
        assert_eq!(
            outcome.faults[8].reason,
            "2 numbers had lost the zeros they begin with, which were put back"
        );
        assert_eq!(
            outcome.tally,
            Tally {
                rows: 4,
                rejected: 1,
                set_aside: 3,
                total: Pence(36_500_050),
                rejected_total: Pence(70_000),
                from: Some(date(2020, 2, 1)),
                to: Some(date(2024, 3, 31)),
            }
        );
    }

    #[test]
    fn company_numbers_in_full() {
        for (text, number) in [
            ("12345678", Some("12345678")),
            ("2535986", Some("02535986")),
            (" 1234 567 ", Some("01234567")),
            ("sc123456", Some("SC123456")),
            ("OC1234", Some("OC001234")),
            ("IP29627R", Some("IP29627R")),
            ("123456789", None),
            ("GBML4119704", None),
            ("Various", None),
            ("0", None),
            ("A1234567", None),
            ("N/A", None),
        ] {
            assert_eq!(company_number(text).as_deref(), number, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_line_is_taken_rejected_or_set_aside(
            cells in proptest::collection::vec(("[A-C]{0,2}|N/A|Total", "[a-c]{0,2}|-", "[0-9]{1,3}\\.[0-9]{2}||TBC"), 0..15),
        ) {
            let mut csv = String::from("Contract Reference,Supplier Name,Contract Value,Start Date,End Date\n");
            csv.push_str("C-1,Made-up Ltd,1.00,2020-01-01,2021-01-01\n");
            for (reference, supplier, value) in &cells {
                csv.push_str(&format!("{reference},{supplier},{value},2020-01-01,2021-01-01\n"));
            }
            let outcome = outcome("register.csv", csv.into_bytes()).expect("a register");
            let tally = outcome.tally;
            prop_assert_eq!(tally.rows + tally.rejected + tally.set_aside, cells.len() as u64 + 1);
            prop_assert_eq!(tally.rows, outcome.lines.len() as u64);
            prop_assert_eq!(tally.total, outcome.lines.iter().filter_map(|line| line.value).sum::<Pence>());
        }
    }

    /// Counted beside this program with decimal arithmetic.
    #[test]
    fn a_real_register_adds_up() {
        let Some(root) = std::env::var_os("HANDBACK_REAL_DATA") else {
            println!("skipped: HANDBACK_REAL_DATA names no folder of real data");
            return;
        };
        let path = Path::new(&root).join("contracts/salford_contracts_register_2022-07.csv");
        let outcome =
            outcome("register.csv", fs::read(path).expect("a readable file")).expect("a register");
        for fault in &outcome.faults {
            println!("{fault:?}");
        }
        let tally = outcome.tally;
        assert_eq!(
            (tally.rows, tally.rejected, tally.set_aside, tally.total),
            (360, 0, 0, Pence(159_875_851_562))
        );
    }
}
