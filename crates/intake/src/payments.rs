//! Payments: the rows of a ledger, in batches, with a fault for each that cannot be taken.
//!
//! Every line after the heading is taken, rejected with a fault, or set aside because it is no
//! payment (blank, a repeated heading, a total). Nothing is lost between the three.

use crate::Refused;
use crate::columns;
use crate::dates::{self, NotADay};
use crate::refused::quoted;
use crate::source::Source;
use crate::tabular::{Form, Line, Table};
use handback_core::dated::Period;
use handback_core::import::{DateOrder, Fault, Payment, Payments, Reading, Role, Tally};
use handback_core::pence::{NotAnAmount, Pence};
use std::ops::ControlFlow;

/// A batch is handed over early when its texts come to this many bytes.
const BATCH_BYTES: usize = 64 << 20;

/// Read the payments of a recognised file.
///
/// Batches and faults are handed over as they come; either taker may break off, and the tally then
/// covers what was read until there. A file more than half of whose rows are rejected is refused at
/// its end: the reading is wrong, and nothing handed over must be kept.
pub fn read(
    source: &dyn Source,
    reading: &Reading,
    on_batch: &mut dyn FnMut(Payments) -> ControlFlow<()>,
    on_fault: &mut dyn FnMut(Fault) -> ControlFlow<()>,
) -> Result<Tally, Refused> {
    let unclear = |reason: String| Refused::Unclear {
        file: source.name().to_owned(),
        reason,
    };
    let form = Form::try_from(reading).map_err(|error| unclear(error.to_string()))?;
    let ledger =
        Ledger::of(reading).ok_or_else(|| unclear("no column was taken as the amount".into()))?;
    let mut table = Table::open(source, &form)?;
    let sum = |total: Pence, amount: Pence| {
        let sum = total.0.checked_add(amount.0).map(Pence);
        sum.ok_or_else(|| {
            unclear(
                "its amounts come to more money than there is: another column must be meant".into(),
            )
        })
    };
    let data_after = reading.header_lines.last().copied().unwrap_or(0);
    let mut tally = Tally::default();
    let mut batch = Payments::default();
    let mut bytes = 0;
    let mut since_total = Pence::ZERO;
    let mut first_fault: Option<Fault> = None;
    while let Some(line) = table.next_line()? {
        if line.number <= data_after {
            continue;
        }
        let sums = Sums {
            all: sum(tally.total, tally.rejected_total)?,
            since_total,
        };
        let judged = ledger.judge(line, sums);
        match judged {
            Judged::Payment(payment) => {
                tally.rows += 1;
                tally.total = sum(tally.total, payment.amount)?;
                since_total = sum(since_total, payment.amount)?;
                tally.from = Some(
                    tally
                        .from
                        .map_or(payment.date, |from| from.min(payment.date)),
                );
                tally.to = Some(
                    tally
                        .to
                        .map_or(payment.date_to, |to| to.max(payment.date_to)),
                );
                batch.push(&payment);
                bytes += line.bytes();
                if batch.len() == Payments::BATCH || bytes > BATCH_BYTES {
                    bytes = 0;
                    if on_batch(std::mem::take(&mut batch)).is_break() {
                        return Ok(tally);
                    }
                }
            }
            Judged::SetAside => tally.set_aside += 1,
            Judged::Total => {
                tally.set_aside += 1;
                since_total = Pence::ZERO;
            }
            Judged::Rejected(fault) => {
                tally.rejected += 1;
                first_fault.get_or_insert_with(|| fault.clone());
                tally.rejected_total = sum(tally.rejected_total, fault.amount.unwrap_or_default())?;
                if on_fault(fault).is_break() {
                    return Ok(tally);
                }
            }
        }
    }
    if let Some(fault) = first_fault.filter(|_| tally.rejected > tally.rows) {
        return Err(unclear(format!(
            "{} of its {} rows cannot be read this way, the first on line {}, where {} is {}: {}",
            tally.rejected,
            tally.rows + tally.rejected,
            fault.line,
            fault.column,
            quoted(&fault.value),
            fault.reason
        )));
    }
    if !batch.is_empty() {
        // The last batch: whether its taker would break off no longer matters.
        let _ = on_batch(batch);
    }
    Ok(tally)
}

/// What a line of a ledger is.
enum Judged<'t> {
    Payment(Payment<'t>),
    /// No payment: a blank line, a repeated heading, a remark.
    SetAside,
    /// The sum of other lines.
    Total,
    Rejected(Fault),
}

/// What the lines before one come to: all of them, and those since the last total.
#[derive(Clone, Copy)]
struct Sums {
    all: Pence,
    since_total: Pence,
}

impl Sums {
    /// Whether an amount is what the lines before it come to.
    fn end_in(self, amount: Pence) -> bool {
        amount == self.all || amount == self.since_total
    }
}

/// Where a file keeps what, by column.
struct Ledger<'r> {
    reading: &'r Reading,
    amount: usize,
    date: Option<usize>,
    order: DateOrder,
    period: Option<Period>,
    vat: Option<usize>,
    gross: Option<usize>,
    supplier: Option<usize>,
    supplier_number: Option<usize>,
    company_number: Option<usize>,
    department: Option<usize>,
    service: Option<usize>,
    category: Option<usize>,
    description: Option<usize>,
    transaction: Option<usize>,
}

impl<'r> Ledger<'r> {
    fn of(reading: &'r Reading) -> Option<Ledger<'r>> {
        let column = |role| reading.column(role).map(|column| column.index);
        Some(Ledger {
            reading,
            amount: column(Role::Amount)?,
            date: column(Role::Date),
            order: reading.date_order.unwrap_or(DateOrder::Plain),
            period: reading.period,
            vat: column(Role::Vat),
            gross: column(Role::Gross),
            supplier: column(Role::Supplier),
            supplier_number: column(Role::SupplierNumber),
            company_number: column(Role::CompanyNumber),
            department: column(Role::Department),
            service: column(Role::Service),
            category: column(Role::Category),
            description: column(Role::Description),
            transaction: column(Role::Transaction),
        })
    }

    fn judge<'t>(&self, line: Line<'t>, sums: Sums) -> Judged<'t> {
        let text = |column: Option<usize>| column.map_or("", |column| line.cell(column));
        let printed = line.cell(self.amount);
        let amount = amount(printed);
        let days = self.date.map_or(Err(NotADay::Blank), |column| {
            dates::days(line.cell(column), self.order)
        });
        let amount = match (amount, days) {
            (Ok(amount), _) => amount,
            _ if line.is_blank() => return Judged::SetAside,
            (Err(_), _) if line.damage.is_some() => return self.damaged(line),
            (Err(NotAnAmount::Blank), Err(_)) if self.is_remark(line) => return Judged::SetAside,
            (Err(_), Err(NotADay::Blank)) if is_lone_text(line) => return Judged::SetAside,
            (Err(_), Err(_)) if self.is_heading(line) => return Judged::SetAside,
            (Err(error), _) => return Judged::Rejected(self.no_amount(line, error)),
        };
        let days = match (days, self.period) {
            // A report may print its own date on the line of its total.
            (Ok(_), _) if sums.end_in(amount) && self.is_labelled_total(line) => {
                return Judged::Total;
            }
            (Ok(days), _) => days,
            (Err(_), _) if self.is_total(line, amount, sums) => return Judged::Total,
            (Err(NotADay::Blank), Some(period)) => period,
            (Err(error), _) => return Judged::Rejected(self.no_date(line, error, amount)),
        };
        let second =
            |column: Option<usize>| column.and_then(|column| self::amount(line.cell(column)).ok());
        Judged::Payment(Payment {
            line: line.number,
            date: days.from,
            date_to: days.to,
            amount,
            vat: second(self.vat),
            gross: second(self.gross),
            supplier: text(self.supplier),
            supplier_number: text(self.supplier_number),
            company_number: text(self.company_number),
            department: text(self.department),
            service: text(self.service),
            category: text(self.category),
            description: text(self.description),
            transaction: text(self.transaction),
        })
    }

    /// Text without amount and date: a section's heading or a footnote, rather than a payment whose
    /// amount is missing.
    fn is_remark(&self, line: Line<'_>) -> bool {
        let mut filled = line.cells().filter(|cell| !cell.is_empty());
        let undated = self.date.is_some_and(|column| line.cell(column).is_empty());
        (undated || filled.clone().count() <= 2) && !filled.any(ends_in_pence)
    }

    /// The heading again, as on each page of a printed ledger.
    fn is_heading(&self, line: Line<'_>) -> bool {
        let same = |column: usize| {
            let heading = self
                .reading
                .columns
                .get(column)
                .map_or("", |column| column.header.trim());
            let cell = line.cell(column);
            !cell.is_empty() && heading.to_lowercase().ends_with(&cell.to_lowercase())
        };
        same(self.amount) && self.date.is_none_or(same)
    }

    /// An amount that stands for others: labelled so, or with neither date nor supplier. Where a
    /// period stated by the person dates every line, a line without any words is a total only if it
    /// is the sum of lines before it.
    fn is_total(&self, line: Line<'_>, amount: Pence, sums: Sums) -> bool {
        if self.is_labelled_total(line) {
            return true;
        }
        let date = self.date.map_or("", |column| line.cell(column));
        let supplier = self.supplier.map_or("", |column| line.cell(column));
        match self.period {
            None => date.is_empty() && supplier.is_empty(),
            Some(_) => {
                date.is_empty() && self.texts(line).all(str::is_empty) && sums.end_in(amount)
            }
        }
    }

    fn is_labelled_total(&self, line: Line<'_>) -> bool {
        let date = self.date.map_or("", |column| line.cell(column));
        let first = line.cells().find(|cell| !cell.is_empty());
        self.texts(line).chain([date]).chain(first).any(says_total)
    }

    /// The words of a line, by which a total may be labelled.
    fn texts<'t>(&self, line: Line<'t>) -> impl Iterator<Item = &'t str> + use<'t> {
        let columns = [
            self.supplier,
            self.department,
            self.service,
            self.category,
            self.description,
        ];
        columns
            .into_iter()
            .flatten()
            .map(move |column| line.cell(column))
    }

    fn damaged<'t>(&self, line: Line<'_>) -> Judged<'t> {
        let reason = format!(
            "{}: correct the line and import again",
            line.damage.unwrap_or("not readable")
        );
        let value = line.cell(0).to_owned();
        Judged::Rejected(Fault {
            line: line.number,
            column: String::new(),
            value,
            reason,
            amount: None,
        })
    }

    fn no_amount(&self, line: Line<'_>, error: NotAnAmount) -> Fault {
        let reason = match error {
            NotAnAmount::Blank => {
                "no amount, though the row says more than a remark would".to_owned()
            }
            error => format!("not an amount that can be taken: {error}"),
        };
        let amount = match error {
            NotAnAmount::FractionOfAPenny => nearest_penny(line.cell(self.amount)),
            _ => None,
        };
        self.fault(line, self.amount, reason, amount)
    }

    fn no_date(&self, line: Line<'_>, error: NotADay, amount: Pence) -> Fault {
        self.fault(
            line,
            self.date.unwrap_or(self.amount),
            error.to_string(),
            Some(amount),
        )
    }

    fn fault(&self, line: Line<'_>, column: usize, reason: String, amount: Option<Pence>) -> Fault {
        let header = self
            .reading
            .columns
            .get(column)
            .map_or("", |column| column.header.as_str());
        let named = if header.is_empty() {
            columns::name(column, header)
        } else {
            header.to_owned()
        };
        Fault {
            line: line.number,
            column: named,
            value: line.cell(column).to_owned(),
            reason,
            amount,
        }
    }
}

/// A single cell of text, as at the foot of a page, wherever it stands.
fn is_lone_text(line: Line<'_>) -> bool {
    let mut filled = line.cells().filter(|cell| !cell.is_empty());
    filled.next().is_some_and(|cell| !ends_in_pence(cell)) && filled.next().is_none()
}

/// Whether a label is that of a total: `Total`, `Grand Total`, `Acorn Ltd Total`, `Total for May`; but
/// not a firm whose name begins with the word.
fn says_total(label: &str) -> bool {
    let mut words = label
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let total = |word: &str| {
        ["total", "totals", "subtotal", "subtotals"]
            .iter()
            .any(|total| word.eq_ignore_ascii_case(total))
    };
    let counted = |word: &str| {
        [
            "for",
            "payments",
            "spend",
            "expenditure",
            "amount",
            "value",
            "net",
            "gross",
            "of",
        ]
        .iter()
        .any(|counted| word.eq_ignore_ascii_case(counted))
    };
    words.clone().next_back().is_some_and(total)
        || (words.next().is_some_and(total)
            && words
                .next()
                .is_none_or(|word| counted(word) || word.starts_with(|c: char| c.is_ascii_digit())))
}

/// Whether a text ends as amounts do, `Acorn Ltd740.00`: its delimiter may be missing.
fn ends_in_pence(text: &str) -> bool {
    matches!(text.as_bytes(), [.., whole, b'.', tens, ones] if [whole, tens, ones].iter().all(|byte| byte.is_ascii_digit()))
}

/// Read an amount. Plain numbers, which nearly all are, are read without looking at what else
/// councils write.
fn amount(text: &str) -> Result<Pence, NotAnAmount> {
    plain_amount(text.as_bytes()).map_or_else(|| Pence::parse(text), Ok)
}

/// What an amount with fractions of a penny comes to in whole pence, so that a file's own total can be
/// compared with what was taken and what was not.
fn nearest_penny(printed: &str) -> Option<Pence> {
    let third = printed.find('.')? + 3;
    let digits = printed.get(third..)?;
    let after = digits.trim_start_matches(|c: char| c.is_ascii_digit());
    let cut = Pence::parse(&format!("{}{after}", &printed[..third])).ok()?;
    let up = digits.starts_with(['5', '6', '7', '8', '9']);
    let sign = if printed.contains(['-', '(']) { -1 } else { 1 };
    Some(cut + Pence(if up { sign } else { 0 }))
}

/// `1234`, `-1234.5` or `1234.56`, of up to fifteen digits.
fn plain_amount(text: &[u8]) -> Option<Pence> {
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let (whole, decimals) = match text {
        [whole @ .., b'.', _, _] => (whole, 2),
        [whole @ .., b'.', _] => (whole, 1),
        _ => (text, 0),
    };
    if whole.is_empty() || whole.len() > 13 {
        return None;
    }
    let digits = |number: i64, byte: &u8| {
        byte.is_ascii_digit()
            .then(|| number * 10 + i64::from(byte - b'0'))
    };
    let pounds = whole.iter().try_fold(0, digits)?;
    let pence = text[text.len() - decimals..].iter().try_fold(0, digits)?;
    let pence = pounds * 100 + if decimals == 1 { pence * 10 } else { pence };
    Some(Pence(if negative { -pence } else { pence }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn totals_and_firms_called_total() {
        for label in [
            "Total",
            "TOTAL:",
            "Grand Total",
            " Sub-Total ",
            "Acorn Ltd Total",
            "Total for May 2019",
            "Totals",
            "Total £",
            "Total: 3 payments",
        ] {
            assert!(says_total(label), "{label}");
        }
        for label in [
            "Total Hygiene Ltd",
            "SumTotal Systems",
            "Totally Local",
            "Acorn Ltd",
            "",
            "Total Gas and Power",
        ] {
            assert!(!says_total(label), "{label}");
        }
    }

    #[test]
    fn fractions_of_a_penny_are_counted_to_the_nearest() {
        for (printed, pence) in [
            ("2802.375", 280_238),
            ("503.6244", 50_362),
            ("-0.3525", -35),
            ("(1.999)", -200),
            ("-0.005", -1),
            ("£1,372.69375", 137_269),
        ] {
            assert_eq!(nearest_penny(printed), Some(Pence(pence)), "{printed}");
        }
        assert_eq!(nearest_penny("1."), None);
    }

    proptest! {
        #[test]
        fn plain_amounts_read_as_any_others(text in "-?[0-9]{0,14}(\\.[0-9]{0,3})?") {
            if let Some(pence) = plain_amount(text.as_bytes()) {
                prop_assert_eq!(Pence::parse(&text), Ok(pence));
            }
        }
    }
}
