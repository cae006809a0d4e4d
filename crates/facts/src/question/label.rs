//! What it was paid for: the labels and descriptions that scope rules look at.

use super::{Scope, Sum, plan::Plan, reading, scope};
use crate::columns::{CATEGORY, DEPARTMENT, DESCRIPTION, NAME, PENCE, SERVICE};
use crate::error::Problem;
use crate::marks::says_any;
use crate::rollup::{self, DESCRIBED, MONTH, ROWS};
use datafusion::arrow::array::RecordBatch;
use datafusion::prelude::{DataFrame, Expr, col, lit};
use handback_core::dated::Period;
use handback_core::money::{Paid, YearBasis};
use jiff::civil::Date;
use std::collections::BTreeSet;

const YEAR: &str = "year";
const LABELS: [&str; 4] = [NAME, DEPARTMENT, SERVICE, CATEGORY];
const WITH_DESCRIPTION: [&str; 5] = [NAME, DEPARTMENT, SERVICE, CATEGORY, DESCRIPTION];

/// How much was paid under each combination of name, department, service and category? The most
/// money first, then in the order of the labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaidByLabel {
    pub scope: Scope,
}

/// What was paid to a name under one combination of labels, each as printed or empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelPaid {
    pub name: String,
    pub department: String,
    pub service: String,
    pub category: String,
    /// Empty in the answer to [`PaidByLabel`], which adds all descriptions up.
    pub description: String,
    pub sum: Sum,
}

/// How much was paid under each combination of labels in each year? In the order of the labels,
/// then of the years. A payment whose printed period crosses the end of a year counts in the year
/// in which that period begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaidByLabelAndYear {
    pub scope: Scope,
    /// Only payments whose printed date begins in this span: spans that follow one another share the
    /// payments of a scope out among them without losing any.
    pub begun: Option<Period>,
    pub years: YearBasis,
}

/// How much was paid for what is described with any of these words? In whatever case, as a whole
/// word (a word ends where no letter or digit follows): `SAP` is in `Sap licences` and not in
/// `sapling`. The most money first, then in the order of the labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaidByDescription {
    pub scope: Scope,
    pub words: BTreeSet<String>,
}

/// What did payments say they were for? The most frequent descriptions first, then by text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Descriptions {
    pub scope: Scope,
    /// How many descriptions are wanted.
    pub most: usize,
}

/// What did the payments of several names say they were for? In the order of the names; of each the
/// most frequent descriptions first, then by text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DescriptionsByName {
    pub names: BTreeSet<String>,
}

/// One printed description of one name's payments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameDescribed {
    pub name: String,
    pub described: Described,
}

/// One printed description of a name's payments; empty where the file prints none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    pub description: String,
    pub sum: Sum,
}

impl Plan for PaidByLabel {
    type Row = LabelPaid;

    fn reads_rollups(&self) -> bool {
        self.scope.is_whole_months()
    }

    fn plan(&self, table: DataFrame) -> Result<DataFrame, Problem> {
        most_paid(table.filter(self.scope.certain())?, &LABELS)
    }

    fn read(&self, answer: &RecordBatch) -> Result<Vec<LabelPaid>, Problem> {
        labels(answer, |_| String::new())
    }
}

impl Plan for PaidByLabelAndYear {
    type Row = Paid;

    fn reads_rollups(&self) -> bool {
        let whole = |span: Period| span.from.day() == 1 && span.to == span.to.last_of_month();
        self.scope.is_whole_months() && self.begun.is_none_or(whole)
    }

    fn plan(&self, table: DataFrame) -> Result<DataFrame, Problem> {
        let months_before = match self.years {
            YearBasis::Calendar => 0,
            YearBasis::Financial => 3,
        };
        let year = (col(MONTH) - lit(months_before)) / lit(12);
        let keys: Vec<Expr> = LABELS
            .into_iter()
            .chain([DESCRIBED, YEAR])
            .map(col)
            .collect();
        let paid = table
            .filter(self.scope.certain())?
            .filter(self.begun.map_or(lit(true), scope::begun))?
            .with_column(YEAR, year)?
            .aggregate(keys.clone(), rollup::sums())?;
        Ok(paid.sort(keys.into_iter().map(|key| key.sort(true, true)).collect())?)
    }

    fn read(&self, answer: &RecordBatch) -> Result<Vec<Paid>, Problem> {
        let text = |name| reading::texts(answer, name);
        let (name, department, service, category) = (
            text(NAME)?,
            text(DEPARTMENT)?,
            text(SERVICE)?,
            text(CATEGORY)?,
        );
        let (year, sum) = (reading::years(answer, YEAR)?, reading::sums(answer)?);
        let described = reading::truths(answer, DESCRIBED)?;
        let span = self.begun.or(self.scope.period);
        let from = span.map_or(Date::MIN, |span| span.from);
        Ok((0..answer.num_rows())
            .map(|row| Paid {
                name: name.get(row),
                department: department.get(row),
                service: service.get(row),
                category: category.get(row),
                described: described[row],
                year: year[row],
                from,
                rows: sum[row].rows,
                pence: sum[row].pence,
            })
            .collect())
    }
}

impl Plan for PaidByDescription {
    type Row = LabelPaid;

    fn reads_rollups(&self) -> bool {
        false
    }

    fn plan(&self, table: DataFrame) -> Result<DataFrame, Problem> {
        most_paid(
            table.filter(self.scope.certain().and(says_any(&self.words)))?,
            &WITH_DESCRIPTION,
        )
    }

    fn read(&self, answer: &RecordBatch) -> Result<Vec<LabelPaid>, Problem> {
        let description = reading::texts(answer, DESCRIPTION)?;
        labels(answer, |row| description.get(row))
    }
}

impl Plan for Descriptions {
    type Row = Described;

    fn reads_rollups(&self) -> bool {
        false
    }

    fn plan(&self, table: DataFrame) -> Result<DataFrame, Problem> {
        let described = table
            .filter(self.scope.certain())?
            .aggregate(vec![col(DESCRIPTION)], rollup::sums())?;
        let order = vec![
            col(ROWS).sort(false, false),
            col(DESCRIPTION).sort(true, true),
        ];
        Ok(described.sort(order)?.limit(0, Some(self.most))?)
    }

    fn read(&self, answer: &RecordBatch) -> Result<Vec<Described>, Problem> {
        let description = reading::texts(answer, DESCRIPTION)?;
        let sums = reading::sums(answer)?;
        Ok(sums
            .into_iter()
            .enumerate()
            .map(|(row, sum)| Described {
                description: description.get(row),
                sum,
            })
            .collect())
    }
}

impl Plan for DescriptionsByName {
    type Row = NameDescribed;

    fn reads_rollups(&self) -> bool {
        false
    }

    fn plan(&self, table: DataFrame) -> Result<DataFrame, Problem> {
        let named = Scope {
            names: Some(self.names.clone()),
            ..Scope::default()
        };
        let described = table
            .filter(named.certain())?
            .aggregate(vec![col(NAME), col(DESCRIPTION)], rollup::sums())?;
        Ok(described.sort(vec![
            col(NAME).sort(true, true),
            col(ROWS).sort(false, false),
            col(DESCRIPTION).sort(true, true),
        ])?)
    }

    fn read(&self, answer: &RecordBatch) -> Result<Vec<NameDescribed>, Problem> {
        let (name, description) = (
            reading::texts(answer, NAME)?,
            reading::texts(answer, DESCRIPTION)?,
        );
        let sums = reading::sums(answer)?;
        let row = |(row, sum)| NameDescribed {
            name: name.get(row),
            described: Described {
                description: description.get(row),
                sum,
            },
        };
        Ok(sums.into_iter().enumerate().map(row).collect())
    }
}

fn most_paid(table: DataFrame, labels: &[&str]) -> Result<DataFrame, Problem> {
    let paid = table.aggregate(labels.iter().copied().map(col).collect(), rollup::sums())?;
    let ties = labels.iter().map(|&label| col(label).sort(true, true));
    Ok(paid.sort(
        std::iter::once(col(PENCE).sort(false, false))
            .chain(ties)
            .collect(),
    )?)
}

fn labels(
    answer: &RecordBatch,
    description: impl Fn(usize) -> String,
) -> Result<Vec<LabelPaid>, Problem> {
    let text = |name| reading::texts(answer, name);
    let (name, department, service, category) = (
        text(NAME)?,
        text(DEPARTMENT)?,
        text(SERVICE)?,
        text(CATEGORY)?,
    );
    let sum = reading::sums(answer)?;
    Ok((0..answer.num_rows())
        .map(|row| LabelPaid {
            name: name.get(row),
            department: department.get(row),
            service: service.get(row),
            category: category.get(row),
            description: description(row),
            sum: sum[row],
        })
        .collect())
}
