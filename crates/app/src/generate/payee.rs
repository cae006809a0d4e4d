//! To whom the example authority pays, what for, how often and how much.

use super::layout::Payment;
use super::places;
use super::random::Random;
use handback_core::dated::When;
use handback_core::pence::Pence;
use jiff::civil::{Date, date};

const PAYEES: &str = include_str!("../../data/example/payees.csv");

/// The days that the ledger covers.
pub(super) const FIRST: Date = date(2015, 4, 1);
pub(super) const LAST: Date = date(2021, 3, 31);

/// The supplier group, which there is only one of at any scale.
const GROUP: &str = "northmere";

/// One way in which a supplier is paid: the name as printed, what for, how often and how much.
pub(super) struct Payee {
    supplier: String,
    number: String,
    department: String,
    category: String,
    description: String,
    /// Payments in a month.
    pub(super) monthly: u64,
    /// The usual amount of one payment.
    usual: Pence,
    /// By how many percent an amount may lie above or below the usual one.
    spread: u64,
    /// Percent.
    vat: u64,
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
        let moment = |text: &str| match text {
            "" => When::Unknown,
            stated => stated.parse().expect("from and until are dates or blank"),
        };
        Payee {
            supplier: supplier.to_owned(),
            number: number.to_owned(),
            department: department.to_owned(),
            category: category.to_owned(),
            description: description.to_owned(),
            monthly: whole(monthly),
            usual: Pence::parse(usual).expect("the usual amount is in pounds"),
            spread: whole(spread),
            vat: whole(vat),
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

    pub(super) fn is_paid_on(&self, day: Date) -> bool {
        (self.from..=self.until).contains(&day)
    }

    /// One payment; one in seventy is a credit, except under contracts with a steady charge.
    pub(super) fn payment(&self, date: Date, transaction: u64, random: &mut Random) -> Payment<'_> {
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
            vat: Pence(net.0 * self.vat as i64 / 100),
            transaction,
        }
    }
}

/// Everybody who is paid: the example's own payees, and at a larger scale as many more of each.
pub(super) fn payees(scale: u32) -> Vec<Payee> {
    let own: Vec<Payee> = lines(PAYEES).map(|line| Payee::of(&line)).collect();
    let others: Vec<Payee> = (1..scale)
        .flat_map(|copy| own.iter().map(move |payee| (copy, payee)))
        .filter(|(_, payee)| !payee.is_of_the_group())
        .map(|(copy, payee)| payee.elsewhere(copy))
        .collect();
    own.into_iter().chain(others).collect()
}

/// The lines of one of the example's own tables.
pub(super) fn lines(table: &'static str) -> impl Iterator<Item = csv::StringRecord> {
    csv::Reader::from_reader(table.as_bytes())
        .into_records()
        .map(|line| line.expect("the example's own tables are well formed"))
}
