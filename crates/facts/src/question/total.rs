//! What all payments of a scope come to.

use super::{Scope, Sum, plan::Plan, reading};
use crate::error::Problem;
use crate::rollup::{self, FIRST, LAST};
use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::prelude::{DataFrame, col};
use jiff::civil::Date;

const INSIDE: &str = "inside";

/// What do the payments of the scope come to? Answered with one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub scope: Scope,
}

/// What the payments of a scope come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totalled {
    /// Payments in the scope for certain.
    pub certain: Sum,
    /// Payments whose printed date can mean a day in the period or one outside: in no other figure
    /// of this scope.
    pub uncertain: Sum,
    /// The first and last day of the certain ones; none when there are none.
    pub days: Option<(Date, Date)>,
}

impl Plan for Totals {
    type Row = Totalled;

    fn reads_rollups(&self) -> bool {
        self.scope.is_whole_months()
    }

    fn plan(&self, table: DataFrame) -> Result<DataFrame, Problem> {
        let possible = table
            .filter(self.scope.possible())?
            .with_column(INSIDE, self.scope.inside())?;
        Ok(possible.aggregate(vec![col(INSIDE)], rollup::sums())?)
    }

    fn read(&self, answer: &RecordBatch) -> Result<Vec<Totalled>, Problem> {
        let mut totalled = Totalled::default();
        let (sums, first, last) = (
            reading::sums(answer)?,
            reading::days(answer, FIRST)?,
            reading::days(answer, LAST)?,
        );
        let inside = answer.column(0).as_boolean();
        for row in (0..answer.num_rows()).filter(|&row| sums[row].rows > 0) {
            if inside.value(row) {
                totalled.certain = sums[row];
                totalled.days = Some((first[row], last[row]));
            } else {
                totalled.uncertain = sums[row];
            }
        }
        Ok(vec![totalled])
    }
}
