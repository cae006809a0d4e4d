//! When it was paid, month by month.

use super::{Scope, Sum, plan::Plan, reading};
use crate::columns::{CATEGORY, DEPARTMENT, NAME, SERVICE};
use crate::error::Problem;
use crate::parts::{IMPORT, PART};
use crate::rollup::{self, MONTH, MONTH_TO};
use datafusion::arrow::array::RecordBatch;
use datafusion::prelude::{DataFrame, col};
use handback_core::dated::Period;
use handback_core::record::RecordId;

/// How much was paid in each month? In the order of the months.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaidByMonth {
    pub scope: Scope,
}

/// What was paid in one month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthPaid {
    /// The month; the months of a longer period where the file prints no month.
    pub months: Period,
    pub sum: Sum,
}

/// How much was each name paid in each month? In the order of names, then months.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaidByNameAndMonth {
    pub scope: Scope,
}

/// What one printed name was paid in one month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameMonthPaid {
    pub name: String,
    /// As in [`MonthPaid`].
    pub months: Period,
    pub sum: Sum,
}

/// All payments, added up as far as rollups go, with the part that each sum is from. In the order
/// of parts, names, months, departments, services and categories.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rollup;

/// The payments of one part to one name in one month under one department, service and category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollupRow {
    /// The import that lists the part.
    pub import: RecordId,
    /// The part's hash.
    pub part: String,
    pub name: String,
    /// As in [`MonthPaid`].
    pub months: Period,
    pub department: String,
    pub service: String,
    pub category: String,
    pub sum: Sum,
}

impl Plan for PaidByMonth {
    type Row = MonthPaid;

    fn reads_rollups(&self) -> bool {
        self.scope.is_whole_months()
    }

    fn plan(&self, table: DataFrame) -> Result<DataFrame, Problem> {
        added_up(table.filter(self.scope.certain())?, &[MONTH, MONTH_TO])
    }

    fn read(&self, answer: &RecordBatch) -> Result<Vec<MonthPaid>, Problem> {
        let (months, sums) = (reading::months(answer)?, reading::sums(answer)?);
        Ok(months
            .into_iter()
            .zip(sums)
            .map(|(months, sum)| MonthPaid { months, sum })
            .collect())
    }
}

impl Plan for PaidByNameAndMonth {
    type Row = NameMonthPaid;

    fn reads_rollups(&self) -> bool {
        self.scope.is_whole_months()
    }

    fn plan(&self, table: DataFrame) -> Result<DataFrame, Problem> {
        added_up(
            table.filter(self.scope.certain())?,
            &[NAME, MONTH, MONTH_TO],
        )
    }

    fn read(&self, answer: &RecordBatch) -> Result<Vec<NameMonthPaid>, Problem> {
        let name = reading::texts(answer, NAME)?;
        let (months, sum) = (reading::months(answer)?, reading::sums(answer)?);
        Ok((0..answer.num_rows())
            .map(|row| NameMonthPaid {
                name: name.get(row),
                months: months[row],
                sum: sum[row],
            })
            .collect())
    }
}

impl Plan for Rollup {
    type Row = RollupRow;

    fn reads_rollups(&self) -> bool {
        true
    }

    fn plan(&self, table: DataFrame) -> Result<DataFrame, Problem> {
        added_up(
            table,
            &[
                PART, IMPORT, NAME, MONTH, MONTH_TO, DEPARTMENT, SERVICE, CATEGORY,
            ],
        )
    }

    fn read(&self, answer: &RecordBatch) -> Result<Vec<RollupRow>, Problem> {
        let text = |name| reading::texts(answer, name);
        let (import, part, name) = (reading::imports(answer)?, text(PART)?, text(NAME)?);
        let (department, service, category) = (text(DEPARTMENT)?, text(SERVICE)?, text(CATEGORY)?);
        let (months, sum) = (reading::months(answer)?, reading::sums(answer)?);
        Ok((0..answer.num_rows())
            .map(|row| RollupRow {
                import: import[row],
                part: part.get(row),
                name: name.get(row),
                months: months[row],
                department: department.get(row),
                service: service.get(row),
                category: category.get(row),
                sum: sum[row],
            })
            .collect())
    }
}

/// Sums by the keys, in the order of the keys, blank first.
fn added_up(table: DataFrame, keys: &[&str]) -> Result<DataFrame, Problem> {
    let sums = table.aggregate(keys.iter().copied().map(col).collect(), rollup::sums())?;
    Ok(sums.sort(keys.iter().map(|&key| col(key).sort(true, true)).collect())?)
}
