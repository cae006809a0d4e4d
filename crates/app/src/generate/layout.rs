//! How the finance team laid its payments file out, and how that changed over the years.

use handback_core::money::YearBasis;
use handback_core::pence::Pence;
use jiff::civil::Date;

/// One payment before it is laid out.
pub(super) struct Payment<'a> {
    pub(super) date: Date,
    pub(super) supplier: &'a str,
    pub(super) number: &'a str,
    pub(super) department: &'a str,
    pub(super) category: &'a str,
    pub(super) description: &'a str,
    pub(super) net: Pence,
    pub(super) vat: Pence,
    pub(super) transaction: String,
}

/// The columns of a payments file and the manner of writing dates and amounts in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// To March 2017: `03/06/2016`, `1,234.50`, a pound sign in a heading.
    ByDirectorate,
    /// To March 2018: `03-Jun-2017`, credits in brackets.
    ByExpense,
    /// To March 2020: `2018-06-03`, with net, VAT and gross.
    NetAndVat,
    /// From April 2020: `03/06/2020`, `£1,234.50`.
    ByVendor,
}

impl Layout {
    /// The layout of the file for the month that begins on `month`.
    pub(super) fn of(month: Date) -> Layout {
        match YearBasis::Financial.year(month) {
            ..=2016 => Layout::ByDirectorate,
            2017 => Layout::ByExpense,
            2018 | 2019 => Layout::NetAndVat,
            2020.. => Layout::ByVendor,
        }
    }

    pub(super) fn headings(self) -> &'static [&'static str] {
        match self {
            Layout::ByDirectorate => &[
                "Directorate",
                "Expense Type",
                "Payment Date",
                "Transaction No",
                "Supplier Name",
                "Supplier ID",
                "Amount (£)",
            ],
            Layout::ByExpense => &[
                "Body Name",
                "Date",
                "Transaction Number",
                "Amount",
                "Supplier Name",
                "Supplier ID",
                "Expense Area",
                "Expense Type",
                "Narrative",
            ],
            Layout::NetAndVat => &[
                "Payment Date",
                "Supplier Name",
                "Supplier Number",
                "Department",
                "Category",
                "Description",
                "Net Amount",
                "VAT",
                "Gross Amount",
                "Transaction Number",
            ],
            Layout::ByVendor => &[
                "Vendor Number",
                "Vendor Name",
                "Cost Centre",
                "Account",
                "Text",
                "Doc Number",
                "Payment Date",
                " Invoice Amount ",
            ],
        }
    }

    /// The cells under the headings.
    pub(super) fn cells(self, payment: &Payment<'_>) -> Vec<String> {
        let Payment {
            date,
            supplier,
            number,
            department,
            category,
            description,
            net,
            vat,
            ..
        } = *payment;
        let own = str::to_owned;
        let transaction = payment.transaction.clone();
        let numeric = || date.strftime("%d/%m/%Y").to_string();
        match self {
            Layout::ByDirectorate => vec![
                own(department),
                own(category),
                numeric(),
                transaction,
                own(supplier),
                own(number),
                net.to_string().replace('£', "").replace('−', "-"),
            ],
            Layout::ByExpense => {
                let amount = match net < Pence::ZERO {
                    true => format!("({})", plain(-net)),
                    false => plain(net),
                };
                vec![
                    own("Harrowmere City Council"),
                    date.strftime("%d-%b-%Y").to_string(),
                    transaction,
                    amount,
                    own(supplier),
                    own(number),
                    own(department),
                    own(category),
                    own(description),
                ]
            }
            Layout::NetAndVat => vec![
                date.to_string(),
                own(supplier),
                own(number),
                own(department),
                own(category),
                own(description),
                plain(net),
                plain(vat),
                plain(net + vat),
                transaction,
            ],
            Layout::ByVendor => vec![
                own(number),
                own(supplier),
                own(department),
                own(category),
                own(description),
                transaction,
                numeric(),
                format!(" {} ", net.to_string().replace('−', "-")),
            ],
        }
    }

    /// A last line with the sum of the amounts, as some months have.
    pub(super) fn totals(self, net: Pence) -> Vec<String> {
        let amount = |heading: &&str| heading.contains("Amount");
        let place = self
            .headings()
            .iter()
            .position(amount)
            .expect("every layout has an amount");
        let mut cells = vec![String::new(); self.headings().len()];
        cells[0] = "Total".to_owned();
        cells[place] = plain(net);
        cells
    }
}

/// `1234.50`, `-1234.50`.
pub(super) fn plain(pence: Pence) -> String {
    let sign = if pence < Pence::ZERO { "-" } else { "" };
    let size = pence.abs().0;
    format!("{sign}{}.{:02}", size / 100, size % 100)
}
