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
    pub(super) transaction: u64,
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
    /// From April 2020: `03/06/2020`, `£1,234.50` between spaces.
    ByVendor,
}

/// What stands in a column.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Body,
    Date,
    Supplier,
    Number,
    Department,
    Category,
    Description,
    Net,
    Vat,
    Gross,
    Transaction,
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

    /// The headings and what stands under them.
    fn columns(self) -> &'static [(&'static str, Column)] {
        match self {
            Layout::ByDirectorate => &[
                ("Directorate", Column::Department),
                ("Expense Type", Column::Category),
                ("Payment Date", Column::Date),
                ("Transaction No", Column::Transaction),
                ("Supplier Name", Column::Supplier),
                ("Supplier ID", Column::Number),
                ("Amount (£)", Column::Net),
            ],
            Layout::ByExpense => &[
                ("Body Name", Column::Body),
                ("Date", Column::Date),
                ("Transaction Number", Column::Transaction),
                ("Amount", Column::Net),
                ("Supplier Name", Column::Supplier),
                ("Supplier ID", Column::Number),
                ("Expense Area", Column::Department),
                ("Expense Type", Column::Category),
                ("Narrative", Column::Description),
            ],
            Layout::NetAndVat => &[
                ("Payment Date", Column::Date),
                ("Supplier Name", Column::Supplier),
                ("Supplier Number", Column::Number),
                ("Department", Column::Department),
                ("Category", Column::Category),
                ("Description", Column::Description),
                ("Net Amount", Column::Net),
                ("VAT", Column::Vat),
                ("Gross Amount", Column::Gross),
                ("Transaction Number", Column::Transaction),
            ],
            Layout::ByVendor => &[
                ("Vendor Number", Column::Number),
                ("Vendor Name", Column::Supplier),
                ("Cost Centre", Column::Department),
                ("Account", Column::Category),
                ("Text", Column::Description),
                ("Doc Number", Column::Transaction),
                ("Payment Date", Column::Date),
                (" Invoice Amount ", Column::Net),
            ],
        }
    }

    /// The line of headings.
    pub(super) fn headings(self) -> Vec<String> {
        self.line(|heading, _| heading.to_owned())
    }

    /// The line that states a payment.
    pub(super) fn payment(self, payment: &Payment<'_>) -> Vec<String> {
        self.line(|_, column| match column {
            Column::Body => "Harrowmere City Council".to_owned(),
            Column::Date => self.date(payment.date),
            Column::Supplier => payment.supplier.to_owned(),
            Column::Number => payment.number.to_owned(),
            Column::Department => payment.department.to_owned(),
            Column::Category => payment.category.to_owned(),
            Column::Description => payment.description.to_owned(),
            Column::Net => self.amount(payment.net),
            Column::Vat => self.amount(payment.vat),
            Column::Gross => self.amount(payment.net + payment.vat),
            Column::Transaction => payment.transaction.to_string(),
        })
    }

    /// A last line with the sum of the amounts, as some months have.
    pub(super) fn totals(self, net: Pence) -> Vec<String> {
        let mut line = self.line(|_, column| match column {
            Column::Net => self.amount(net),
            _ => String::new(),
        });
        line[0] = "Total".to_owned();
        line
    }

    /// A line of nothing but commas.
    pub(super) fn blank(self) -> Vec<String> {
        self.line(|_, _| String::new())
    }

    fn line(self, cell: impl Fn(&str, Column) -> String) -> Vec<String> {
        self.columns()
            .iter()
            .map(|(heading, column)| cell(heading, *column))
            .collect()
    }

    fn date(self, date: Date) -> String {
        let form = match self {
            Layout::ByDirectorate | Layout::ByVendor => "%d/%m/%Y",
            Layout::ByExpense => "%d-%b-%Y",
            Layout::NetAndVat => "%Y-%m-%d",
        };
        date.strftime(form).to_string()
    }

    fn amount(self, pence: Pence) -> String {
        match self {
            Layout::ByDirectorate => grouped(pence).replace('£', ""),
            Layout::ByExpense if pence < Pence::ZERO => format!("({})", plain(-pence)),
            Layout::ByExpense | Layout::NetAndVat => plain(pence),
            Layout::ByVendor => format!(" {} ", grouped(pence)),
        }
    }
}

/// `1234.50`, `-1234.50`.
pub(super) fn plain(pence: Pence) -> String {
    let sign = if pence < Pence::ZERO { "-" } else { "" };
    let size = pence.abs().0;
    format!("{sign}{}.{:02}", size / 100, size % 100)
}

/// `£1,234.50`, `-£1,234.50`: with a hyphen, since a real minus sign is not in Windows-1252.
fn grouped(pence: Pence) -> String {
    pence.to_string().replace('−', "-")
}
