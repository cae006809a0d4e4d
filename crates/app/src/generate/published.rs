//! The files in which the ledger is published, with what is odd about them.

use super::layout::{Layout, Payment, plain};
use super::ledger::{Ledger, months};
use super::payee::lines;
use super::random::Random;
use super::{Create, Shape};
use handback_core::pence::Pence;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use std::io::{self, Write};

const MERCHANTS: &str = include_str!("../../data/example/merchants.csv");

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
    line(&layout.headings())?;
    let mut total = Pence::ZERO;
    ledger.month(month, late, |payment| {
        total += payment.net;
        line(&layout.payment(&payment))
    })?;
    match oddity {
        Some(Oddity::Totals) => line(&layout.totals(total))?,
        Some(Oddity::BlankTail) => {
            for _ in 0..40 {
                line(&layout.blank())?;
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
        for row in lines(MERCHANTS) {
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
