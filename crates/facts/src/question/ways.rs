//! The payments behind a question, split by everything on which ways of counting it differ.

use super::{Scope, plan::Plan, reading};
use crate::columns::{CATEGORY, DEPARTMENT, GROSS, NAME, SERVICE, VAT};
use crate::error::Problem;
use crate::parts::IMPORT;
use crate::rollup::{self, DESCRIBED, FIRST, WIDE};
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::DataType;
use datafusion::functions_aggregate::expr_fn::sum;
use datafusion::logical_expr::case;
use datafusion::prelude::{DataFrame, Expr, cast, col, lit};
use handback_core::dated::Period;
use handback_core::money::Paid;
use handback_core::money::totals::Inside;
use handback_core::statement::{Gathered, ToGather};
use jiff::civil::Date;

const SPAN: &str = "span";
const CALENDAR: &str = "in_calendar";
const FINANCIAL: &str = "in_financial";
const HAS_VAT: &str = "has_vat";
const HAS_GROSS: &str = "has_gross";

/// What was paid to these names in these years, in lots that every way of counting treats alike? One pass
/// over the payments answers for all ways together. In the order of the lots' keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaidByWay {
    pub wanted: ToGather,
}

impl Plan for PaidByWay {
    type Row = Gathered;

    fn reads_rollups(&self) -> bool {
        // Rollups hold neither VAT nor gross amounts.
        false
    }

    fn plan(&self, table: DataFrame) -> Result<DataFrame, Problem> {
        let ToGather {
            names,
            calendar,
            financial,
            changes,
        } = &self.wanted;
        let meant = Scope {
            period: Some(calendar.union(financial)),
            names: Some(names.clone()),
            payees: None,
        };
        let keys: Vec<Expr> = [
            NAME, DEPARTMENT, SERVICE, CATEGORY, DESCRIBED, IMPORT, SPAN, CALENDAR, FINANCIAL,
            HAS_VAT, HAS_GROSS,
        ]
        .map(col)
        .to_vec();
        let begun = changes.iter().map(|change| {
            cast(
                col(FIRST).gt_eq(super::scope::day(*change)),
                DataType::Int32,
            )
        });
        let span = begun.reduce(|one, other| one + other);
        let mut sums = rollup::sums();
        sums.extend([VAT, GROSS].map(|amount| sum(cast(col(amount), WIDE)).alias(amount)));
        let gathered = table
            .filter(meant.possible())?
            .with_column(SPAN, span.unwrap_or_else(|| lit(0_i32)))?
            .with_column(CALENDAR, inside(*calendar)?)?
            .with_column(FINANCIAL, inside(*financial)?)?
            .with_column(HAS_VAT, col(VAT).is_not_null())?
            .with_column(HAS_GROSS, col(GROSS).is_not_null())?
            .aggregate(keys.clone(), sums)?;
        Ok(gathered.sort(keys.into_iter().map(|key| key.sort(true, true)).collect())?)
    }

    fn read(&self, answer: &RecordBatch) -> Result<Vec<Gathered>, Problem> {
        let text = |name| reading::texts(answer, name);
        let (name, department, service, category) = (
            text(NAME)?,
            text(DEPARTMENT)?,
            text(SERVICE)?,
            text(CATEGORY)?,
        );
        let described = reading::truths(answer, DESCRIBED)?;
        let (import, sum) = (reading::imports(answer)?, reading::sums(answer)?);
        let places = |name| reading::places(answer, name);
        let (span, calendar, financial) = (places(SPAN)?, places(CALENDAR)?, places(FINANCIAL)?);
        let (has_vat, has_gross) = (
            reading::truths(answer, HAS_VAT)?,
            reading::truths(answer, HAS_GROSS)?,
        );
        let (vat, gross) = (
            reading::wide_amounts(answer, VAT)?,
            reading::wide_amounts(answer, GROSS)?,
        );
        let begins: Vec<Date> = std::iter::once(Date::MIN)
            .chain(self.wanted.changes.iter().copied())
            .collect();
        let inside = |place: usize| [Inside::No, Inside::Perhaps, Inside::Yes][place.min(2)];
        Ok((0..answer.num_rows())
            .map(|row| Gathered {
                paid: Paid {
                    name: name.get(row),
                    department: department.get(row),
                    service: service.get(row),
                    category: category.get(row),
                    described: described[row],
                    year: 0,
                    from: begins[span[row].min(begins.len() - 1)],
                    rows: sum[row].rows,
                    pence: sum[row].pence,
                },
                import: import[row],
                calendar: inside(calendar[row]),
                financial: inside(financial[row]),
                vat: has_vat[row].then_some(vat[row]),
                gross: has_gross[row].then_some(gross[row]),
            })
            .collect())
    }
}

/// 2 where every day that the date can mean lies in the period, 1 where one of them may, else 0.
fn inside(period: Period) -> Result<Expr, Problem> {
    let scope = Scope::during(period);
    Ok(case(lit(true))
        .when(scope.inside(), lit(2_i32))
        .when(scope.possible(), lit(1_i32))
        .otherwise(lit(0_i32))?)
}
