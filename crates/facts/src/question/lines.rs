//! The single payments, so that a figure leads back to a file and a line.

use super::{Scope, plan::Plan, reading};
use crate::columns::{
    CATEGORY, COMPANY_NUMBER, DATE, DATE_TO, DEPARTMENT, DESCRIPTION, GROSS, LINE, NAME, PENCE,
    SERVICE, SUPPLIER_NUMBER, TRANSACTION, VAT,
};
use crate::error::Problem;
use crate::parts::{FILE, IMPORT, PART};
use crate::rollup::DESCRIBED;
use datafusion::arrow::array::RecordBatch;
use datafusion::prelude::{DataFrame, col};
use handback_core::pence::Pence;
use handback_core::record::RecordId;
use jiff::civil::Date;

/// Which payments are these? By date, then by part and line; one page of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    pub scope: Scope,
    /// How many payments come before the page.
    pub skip: usize,
    /// How many payments a page has at most; [`usize::MAX`] is all.
    pub most: usize,
}

/// One payment as printed, and where it is printed. Texts are empty where the file leaves them blank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The import that lists the part.
    pub import: RecordId,
    /// The source file's name.
    pub file: String,
    /// The part's hash.
    pub part: String,
    /// The line in the source file, from 1.
    pub line: u64,
    /// The day paid, or the first day that the printed date can mean.
    pub date: Date,
    /// The last day that the printed date can mean.
    pub date_to: Date,
    pub amount: Pence,
    pub vat: Option<Pence>,
    pub gross: Option<Pence>,
    pub name: String,
    pub supplier_number: String,
    pub company_number: String,
    pub department: String,
    pub service: String,
    pub category: String,
    pub description: String,
    /// Whether the description holds one of the words that are marked.
    pub described: bool,
    pub transaction: String,
}

impl Plan for Lines {
    type Row = Line;

    fn reads_rollups(&self) -> bool {
        false
    }

    fn plan(&self, table: DataFrame) -> Result<DataFrame, Problem> {
        let order = [DATE, PART, LINE, IMPORT]
            .map(|key| col(key).sort(true, true))
            .to_vec();
        Ok(table
            .filter(self.scope.certain())?
            .sort(order)?
            .limit(self.skip, (self.most < usize::MAX).then_some(self.most))?)
    }

    fn read(&self, answer: &RecordBatch) -> Result<Vec<Line>, Problem> {
        let text = |name| reading::texts(answer, name);
        let (import, file, part) = (reading::imports(answer)?, text(FILE)?, text(PART)?);
        let (line, date, date_to) = (
            reading::lines(answer, LINE)?,
            reading::days(answer, DATE)?,
            reading::days(answer, DATE_TO)?,
        );
        let amount = reading::amounts(answer, PENCE)?;
        let (vat, gross) = (
            reading::amounts(answer, VAT)?,
            reading::amounts(answer, GROSS)?,
        );
        let (name, supplier_number, company_number) =
            (text(NAME)?, text(SUPPLIER_NUMBER)?, text(COMPANY_NUMBER)?);
        let (department, service, category) = (text(DEPARTMENT)?, text(SERVICE)?, text(CATEGORY)?);
        let described = reading::truths(answer, DESCRIBED)?;
        let (description, transaction) = (text(DESCRIPTION)?, text(TRANSACTION)?);
        Ok((0..answer.num_rows())
            .map(|row| Line {
                import: import[row],
                file: file.get(row),
                part: part.get(row),
                line: line[row],
                date: date[row],
                date_to: date_to[row],
                amount: amount[row].expect("a part's amounts are never null"),
                vat: vat[row],
                gross: gross[row],
                name: name.get(row),
                supplier_number: supplier_number.get(row),
                company_number: company_number.get(row),
                department: department.get(row),
                service: service.get(row),
                category: category.get(row),
                description: description.get(row),
                described: described[row],
                transaction: transaction.get(row),
            })
            .collect())
    }
}
