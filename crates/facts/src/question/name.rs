//! Who was paid.

use super::{Scope, Sum, plan::Plan, reading};
use crate::columns::{NAME, PENCE};
use crate::error::Problem;
use crate::rollup::{self, FIRST, LAST};
use datafusion::arrow::array::RecordBatch;
use datafusion::prelude::{DataFrame, col};
use jiff::civil::Date;

/// Who was paid, how much, when first and last? The most paid first, then by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaidByName {
    pub scope: Scope,
}

/// What one printed name was paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamePaid {
    pub name: String,
    pub sum: Sum,
    pub first: Date,
    pub last: Date,
}

impl Plan for PaidByName {
    type Row = NamePaid;

    fn reads_rollups(&self) -> bool {
        self.scope.is_whole_months()
    }

    fn plan(&self, table: DataFrame) -> Result<DataFrame, Problem> {
        let paid = table
            .filter(self.scope.certain())?
            .aggregate(vec![col(NAME)], rollup::sums())?;
        Ok(paid.sort(vec![
            col(PENCE).sort(false, false),
            col(NAME).sort(true, true),
        ])?)
    }

    fn read(&self, answer: &RecordBatch) -> Result<Vec<NamePaid>, Problem> {
        let name = reading::texts(answer, NAME)?;
        let (sum, first, last) = (
            reading::sums(answer)?,
            reading::days(answer, FIRST)?,
            reading::days(answer, LAST)?,
        );
        Ok((0..answer.num_rows())
            .map(|row| NamePaid {
                name: name.get(row),
                sum: sum[row],
                first: first[row],
                last: last[row],
            })
            .collect())
    }
}
