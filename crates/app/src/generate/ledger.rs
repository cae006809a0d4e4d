//! What the example authority paid: month by month, to whom and for what.

use super::layout::{Layout, Payment, plain};
use super::random::Random;
use super::{Create, Shape, places};
use handback_core::dated::When;
use handback_core::pence::Pence;
use jiff::civil::{Date, date};
use jiff::{ToSpan, Unit};
use std::io::{self, Write};

const PAYEES: &str = include_str!("../../data/example/payees.csv");
const MERCHANTS: &str = include_str!("../../data/example/merchants.csv");

/// The days that the ledger covers.
const FIRST: Date = date(2015, 4, 1);
const LAST: Date = date(2021, 3, 31);

/// The supplier group, which there is only one of at any scale.
const GROUP: &str = "northmere";

/// The year of purchase cards that was published.
const CARDS_FROM: Date = date(2018, 4, 1);

/// What is odd about a month's file, as real ledgers are odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Oddity {
    /// Encoded as Windows-1252 instead of UTF-8.
    Windows1252,
    /// Two lines of explanation above the headings.
    Preamble,
    /// A last line with the sum.
    Totals,
    /// Lines of nothing but commas at the end.
    BlankTail,
    /// Published again in the next month, with payments that came late.
    Republished,
}

/// What is odd about the file for the month that begins on `month`.
pub(super) fn oddity(month: Date) -> Option<Oddity> {
    match (month.year(), month.month()) {
        (2016, 7) => Some(Oddity::Windows1252),
        (2017, 6) => Some(Oddity::Preamble),
        (2018, 1) => Some(Oddity::Totals),
        (2018, 11) => Some(Oddity::Republished),
        (2019, 2) => Some(Oddity::BlankTail),
        _ => None,
    }
}

/// One way in which a supplier is paid: the name as printed, what for, how often and how much.
struct Payee {
    supplier: String,
    number: String,
    department: String,
    category: String,
    description: String,
    /// Payments in a month.
    monthly: u64,
    /// The usual amount of one payment.
    usual: Pence,
    /// By how many percent an amount may lie above or below the usual one.
    spread: u64,
    /// Percent.
    vat: i64,
    from: Date,
    until: Date,
}

impl Payee {
    fn of(row: &csv::StringRecord) -> Payee {
        let cells: [&str; 11] = std::array::from_fn(|place| &row[place]);
        let [
            supplier,
            number,
            department,
            category,
            description,
            monthly,
            usual,
            ..,
        ] = cells;
        let [.., spread, vat, from, until] = cells;
        let whole = |text: &str| {
            text.parse()
                .expect("counts and percentages are whole numbers")
        };
        let moment = |text: &str| text.parse().unwrap_or(When::Unknown);
        Payee {
            supplier: supplier.to_owned(),
            number: number.to_owned(),
            department: department.to_owned(),
            category: category.to_owned(),
            description: description.to_owned(),
            monthly: whole(monthly),
            usual: Pence::parse(usual).expect("the usual amount is in pounds"),
            spread: whole(spread),
            vat: whole(vat) as i64,
            from: moment(from).earliest().unwrap_or(FIRST),
            until: moment(until).latest().unwrap_or(LAST),
        }
    }

    /// A firm in the same trade, from elsewhere.
    fn elsewhere(&self, copy: u32) -> Payee {
        let trade = self.supplier.split_once(' ').map_or("", |(_, trade)| trade);
        let number: u64 = self.number.parse().expect("supplier numbers are numbers");
        Payee {
            supplier: format!("{} {trade}", places::name(copy)),
            number: (number + 10_000 * u64::from(copy)).to_string(),
            department: self.department.clone(),
            category: self.category.clone(),
            description: self.description.clone(),
            ..*self
        }
    }

    fn is_of_the_group(&self) -> bool {
        self.supplier.to_lowercase().starts_with(GROUP)
    }

    fn is_paid_on(&self, day: Date) -> bool {
        (self.from..=self.until).contains(&day)
    }

    /// One payment. One in seventy is a credit, except under contracts with a steady charge.
    fn payment(&self, date: Date, transaction: u64, random: &mut Random) -> Payment<'_> {
        let percent = 100 - self.spread + random.below(2 * self.spread + 1);
        let odd_pence = random.below(100) as i64;
        let mut net = Pence(self.usual.0 * percent as i64 / 100 + odd_pence);
        if self.spread > 20 && random.below(70) == 0 {
            net = Pence(-net.0 / 4);
        }
        Payment {
            date,
            supplier: &self.supplier,
            number: &self.number,
            department: &self.department,
            category: &self.category,
            description: &self.description,
            net,
            vat: Pence(net.0 * self.vat / 100),
            transaction: transaction.to_string(),
        }
    }
}

/// Everybody who is paid.
pub(super) struct Ledger {
    payees: Vec<Payee>,
    seed: u64,
}

impl Ledger {
    pub(super) fn of(shape: &Shape) -> Ledger {
        let mut payees: Vec<Payee> = rows(PAYEES).map(|row| Payee::of(&row)).collect();
        let own = payees.len();
        for copy in 1..shape.scale {
            for place in 0..own {
                if !payees[place].is_of_the_group() {
                    payees.push(payees[place].elsewhere(copy));
                }
            }
        }
        Ledger {
            payees,
            seed: shape.seed,
        }
    }

    /// The payments of the month that begins on `month`, and after them `late` ones by the way.
    pub(super) fn month(
        &self,
        month: Date,
        late: u64,
        mut take: impl FnMut(Payment<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        let stream = i64::from(month.year()) * 12 + i64::from(month.month());
        let mut random = Random::stream(self.seed, stream as u64);
        let paid: Vec<&Payee> = self
            .payees
            .iter()
            .filter(|payee| payee.is_paid_on(month))
            .collect();
        let due = paid
            .iter()
            .flat_map(|payee| (0..payee.monthly).map(move |_| *payee));
        let days = month.days_in_month() as u64;
        let mut transaction = stream as u64 * 1_000_000;
        let mut pay = |payee: &Payee, random: &mut Random| {
            transaction += 1;
            let day = month.saturating_add((random.below(days) as i64).days());
            take(payee.payment(day, transaction, random))
        };
        for payee in due {
            pay(payee, &mut random)?;
        }
        for _ in 0..late {
            let any = random.below(paid.len() as u64) as usize;
            pay(paid[any], &mut random)?;
        }
        Ok(())
    }

    /// Exactly `wanted` payments, evenly over all days, each payee as often as its share.
    fn spread_over(
        &self,
        wanted: u64,
        mut take: impl FnMut(&Payment<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut random = Random::stream(self.seed, 0);
        let weighted: Vec<&Payee> = self
            .payees
            .iter()
            .flat_map(|payee| (0..payee.monthly).map(move |_| payee))
            .collect();
        let days = 1 + FIRST
            .until((Unit::Day, LAST))
            .expect("the ledger's days are in order")
            .get_days() as u64;
        for row in 0..wanted {
            let offset = (u128::from(row) * u128::from(days) / u128::from(wanted)) as i64;
            let day = FIRST.saturating_add(offset.days());
            let payee = loop {
                let any = weighted[random.below(weighted.len() as u64) as usize];
                if any.is_paid_on(day) {
                    break any;
                }
            };
            take(&payee.payment(day, row, &mut random))?;
        }
        Ok(())
    }
}

/// The lines of one of the example's own tables.
fn rows(table: &'static str) -> impl Iterator<Item = csv::StringRecord> {
    csv::Reader::from_reader(table.as_bytes())
        .into_records()
        .map(|row| row.expect("the example's own tables are well formed"))
}

/// The first days of the months that the ledger covers.
pub(super) fn months() -> impl Iterator<Item = Date> {
    FIRST.series(1.month()).take_while(|month| *month <= LAST)
}

/// Write the ledger: monthly files and a year of purchase cards, or one file of a stated length.
pub(super) fn write(shape: &Shape, create: &mut Create<'_>) -> io::Result<()> {
    let ledger = Ledger::of(shape);
    if let Some(wanted) = shape.payment_rows {
        return write_one_file(&ledger, wanted, create("payments.csv")?);
    }
    for month in months() {
        let name = month.strftime("%Y-%m");
        write_month(&ledger, month, 0, create(&format!("payments/{name}.csv"))?)?;
        if oddity(month) == Some(Oddity::Republished) {
            let again = create(&format!("payments/{name}-republished.csv"))?;
            write_month(&ledger, month, 12 * u64::from(shape.scale), again)?;
        }
    }
    write_cards(shape, create("purchase-cards-2018-19.csv")?)
}

fn write_month(ledger: &Ledger, month: Date, late: u64, out: Box<dyn Write>) -> io::Result<()> {
    let (layout, oddity) = (Layout::of(month), oddity(month));
    let mut out = csv::WriterBuilder::new().flexible(true).from_writer(out);
    let mut line = |cells: &[String]| {
        let encode = |text: &String| match oddity {
            Some(Oddity::Windows1252) => latin1(text),
            _ => text.as_bytes().to_vec(),
        };
        out.write_record(cells.iter().map(encode))
            .map_err(io::Error::from)
    };
    if oddity == Some(Oddity::Preamble) {
        line(&["Harrowmere City Council: payments of £500 and more".to_owned()])?;
        line(&[format!(
            "Published for {}; amounts without VAT",
            month.strftime("%B %Y")
        )])?;
    }
    line(
        &layout
            .headings()
            .iter()
            .map(|heading| (*heading).to_owned())
            .collect::<Vec<_>>(),
    )?;
    let mut total = Pence::ZERO;
    ledger.month(month, late, |payment| {
        total += payment.net;
        line(&layout.cells(&payment))
    })?;
    match oddity {
        Some(Oddity::Totals) => line(&layout.totals(total))?,
        Some(Oddity::BlankTail) => {
            for _ in 0..40 {
                line(&vec![String::new(); layout.headings().len()])?;
            }
        }
        _ => {}
    }
    out.flush()
}

/// Windows-1252 agrees with Latin-1 on every character that the example uses, and those are the
/// first 256 of Unicode.
fn latin1(text: &str) -> Vec<u8> {
    let byte = |character| u8::try_from(u32::from(character)).expect("the example is in Latin-1");
    text.chars().map(byte).collect()
}

fn write_one_file(ledger: &Ledger, wanted: u64, out: Box<dyn Write>) -> io::Result<()> {
    let mut out = csv::Writer::from_writer(out);
    out.write_record([
        "Payment Date",
        "Amount",
        "Supplier Name",
        "Supplier Number",
        "Department",
        "Category",
        "Description",
    ])?;
    ledger.spread_over(wanted, |payment| {
        let Payment {
            supplier,
            number,
            department,
            category,
            description,
            ..
        } = *payment;
        let (day, amount) = (payment.date.to_string(), plain(payment.net));
        let cells = [
            &day,
            &amount,
            supplier,
            number,
            department,
            category,
            description,
        ];
        out.write_record(cells).map_err(io::Error::from)
    })?;
    out.flush()
}

/// A year of purchase cards, with masked card numbers as councils publish them by mistake.
fn write_cards(shape: &Shape, out: Box<dyn Write>) -> io::Result<()> {
    let mut random = Random::stream(shape.seed, 1);
    let mut out = csv::Writer::from_writer(out);
    out.write_record([
        "Transaction Date",
        "Merchant",
        "Merchant Category",
        "Directorate",
        "Amount",
        "Card Number",
    ])?;
    for month in CARDS_FROM.series(1.month()).take(12) {
        for row in rows(MERCHANTS) {
            let [merchant, category, department, monthly, pounds] =
                [0, 1, 2, 3, 4].map(|i| &row[i]);
            let times: u32 = monthly.parse().expect("counts are whole numbers");
            let usual = Pence::parse(pounds).expect("the usual amount is in pounds");
            for _ in 0..times * shape.scale {
                let days = month.days_in_month() as u64;
                let day = month.saturating_add((random.below(days) as i64).days());
                let amount = Pence(usual.0 / 2 + random.below(usual.0 as u64) as i64);
                let card = format!("XXXX-XXXX-XXXX-{:04}", random.below(40));
                let day = day.strftime("%d/%m/%Y").to_string();
                out.write_record([&day, merchant, category, department, &plain(amount), &card])?;
            }
        }
    }
    out.flush()
}
