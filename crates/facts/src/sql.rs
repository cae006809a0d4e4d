//! Queries that analysts write themselves: they read, and change nothing.
//!
//! The table `payments` holds every payment that counts, one row each, with the columns `import`,
//! `file`, `part`, `line`, `date`, `date_to`, `pence`, `vat`, `gross` (whole pence, as decimals, so
//! that sums stay exact), `name`, `supplier_number`, `company_number`, `department`, `service`,
//! `category`, `description` and `transaction`; a blank cell is null. The table `ticket_changes` holds every
//! change of a ticket, with `import`, `file`, `part`, `line`, `ticket`, `place`, `at` (UTC), `what`, `printed`,
//! `service`, `assigned_group`, `channel` and `satisfaction`; the table `measurements` every value of a measure,
//! with `import`, `file`, `part`, `line`, `measure`, `service`, `date`, `date_to`, `value`, `numerator`,
//! `denominator` and `printed`. Further tables are handed in.

use crate::LivePart;
use crate::columns::{self, GROSS, PENCE, VAT};
use crate::engine::Engine;
use crate::error::Problem;
use crate::folder::Folder;
use crate::parts;
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Int64Array, RecordBatch, StringArray,
};
use datafusion::arrow::compute::cast as cast_column;
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Field, Float64Type, Schema};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::datasource::MemTable;
use datafusion::error::DataFusionError;
use datafusion::prelude::{SQLOptions, SessionContext, cast, col};
use futures::StreamExt;
use handback_core::import::Dataset;
use handback_core::import::bulk::{Measurements, TicketChanges};
use serde_json::Value;
use std::sync::Arc;

/// Rows that an answer may have.
const MOST_ROWS: usize = 1_000_000;

/// What a column of a table that is handed in holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    Text,
    Whole,
    Truth,
    /// A day, written `2019-08-01`.
    Day,
}

/// A column of a table that is handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub holds: Holds,
}

/// A table beside `payments`, such as the register's services. A cell is null or of its column's
/// type: a text, a whole number, true or false.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Value>>,
}

/// What a query answers, in the query's order. Numbers are numbers, except that decimals with
/// places and whole numbers beyond 64 bits are texts, so that nothing is rounded; days are texts.
#[derive(Clone, Debug, PartialEq)]
pub struct SqlAnswer {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Value>>,
}

pub(crate) fn run(
    engine: &Engine,
    folder: &Folder,
    query: &str,
    live: &[LivePart],
    tables: &[Table],
) -> Result<SqlAnswer, Problem> {
    let session = engine.session();
    let pence = DataType::Decimal128(20, 0);
    let of = |dataset| crate::of(live, dataset);
    let mut payments = parts::payments(&session, folder, &of(Dataset::Payments))?;
    for amount in [PENCE, VAT, GROSS] {
        payments = payments.with_column(amount, cast(col(amount), pence.clone()))?;
    }
    session.register_table("payments", payments.into_view())?;
    let changes = parts::rows::<TicketChanges>(&session, folder, &of(Dataset::Tickets))?;
    session.register_table("ticket_changes", changes.into_view())?;
    let values = parts::rows::<Measurements>(&session, folder, &of(Dataset::Measurements))?;
    session.register_table("measurements", values.into_view())?;
    for table in tables {
        let batch = record_batch(table)?;
        session.register_table(
            table.name.as_str(),
            Arc::new(MemTable::try_new(batch.schema(), vec![vec![batch]])?),
        )?;
    }
    let query = query.to_owned();
    engine.run(async move { answer(&session, &query).await })
}

async fn answer(session: &SessionContext, query: &str) -> Result<SqlAnswer, Problem> {
    let state = session.state();
    let dialect = state.config().options().sql_parser.dialect;
    let statement = state
        .sql_to_statement(query, &dialect)
        .map_err(of_the_query)?;
    let plan = state
        .statement_to_plan(statement)
        .await
        .map_err(of_the_query)?;
    SQLOptions::new()
        .with_allow_ddl(false)
        .with_allow_dml(false)
        .with_allow_statements(false)
        .verify_plan(&plan)
        .map_err(|error| Problem::NotReadOnly(error.strip_backtrace()))?;
    let mut stream = session
        .execute_logical_plan(plan)
        .await
        .map_err(of_the_query)?
        .execute_stream()
        .await
        .map_err(of_the_query)?;
    let columns = stream
        .schema()
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect();
    let mut rows = Vec::new();
    while let Some(batch) = stream.next().await {
        let batch = batch.map_err(of_the_query)?;
        if rows.len() + batch.num_rows() > MOST_ROWS {
            return Err(Problem::TooManyRows(MOST_ROWS));
        }
        let cells = batch
            .columns()
            .iter()
            .map(values)
            .collect::<Result<Vec<_>, _>>()?;
        rows.extend(
            (0..batch.num_rows())
                .map(|row| cells.iter().map(|column| column[row].clone()).collect()),
        );
    }
    Ok(SqlAnswer { columns, rows })
}

/// What goes wrong in a query is the query's fault, unless it used too much.
fn of_the_query(error: DataFusionError) -> Problem {
    match Problem::from(error) {
        Problem::Engine(error) => Problem::Query(error.strip_backtrace()),
        problem => problem,
    }
}

fn values(column: &ArrayRef) -> Result<Vec<Value>, ArrowError> {
    Ok(match column.data_type() {
        DataType::Boolean => column.as_boolean().iter().map(Value::from).collect(),
        number if number.is_integer() || matches!(number, DataType::Decimal128(_, 0)) => {
            let whole = cast_column(column, &DataType::Decimal128(38, 0))?;
            whole
                .as_primitive::<Decimal128Type>()
                .iter()
                .map(whole_number)
                .collect()
        }
        number if number.is_floating() => {
            let numbers = cast_column(column, &DataType::Float64)?;
            numbers
                .as_primitive::<Float64Type>()
                .iter()
                .map(Value::from)
                .collect()
        }
        _ => {
            let format = FormatOptions::default();
            let text = ArrayFormatter::try_new(column, &format)?;
            (0..column.len())
                .map(|row| {
                    if column.is_null(row) {
                        Value::Null
                    } else {
                        text.value(row).to_string().into()
                    }
                })
                .collect()
        }
    })
}

fn whole_number(number: Option<i128>) -> Value {
    match number {
        None => Value::Null,
        Some(number) => {
            i64::try_from(number).map_or_else(|_| number.to_string().into(), Value::from)
        }
    }
}

fn record_batch(table: &Table) -> Result<RecordBatch, Problem> {
    let width = table.columns.len();
    if let Some(place) = table.rows.iter().position(|row| row.len() != width) {
        let found = table.rows[place].len();
        return Err(Problem::Width {
            table: table.name.clone(),
            row: place + 1,
            found,
            expected: width,
        });
    }
    let fields: Vec<Field> = table
        .columns
        .iter()
        .map(|column| Field::new(&column.name, data_type(column.holds), true))
        .collect();
    let columns = (0..width)
        .map(|place| array(table, place))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(RecordBatch::try_new(
        Arc::new(Schema::new(fields)),
        columns,
    )?)
}

fn data_type(holds: Holds) -> DataType {
    match holds {
        Holds::Text => DataType::Utf8,
        Holds::Whole => DataType::Int64,
        Holds::Truth => DataType::Boolean,
        Holds::Day => DataType::Date32,
    }
}

fn array(table: &Table, place: usize) -> Result<ArrayRef, Problem> {
    Ok(match table.columns[place].holds {
        Holds::Text => Arc::new(
            cells(table, place, "a text", Value::as_str)?
                .into_iter()
                .collect::<StringArray>(),
        ),
        Holds::Whole => Arc::new(
            cells(table, place, "a whole number", Value::as_i64)?
                .into_iter()
                .collect::<Int64Array>(),
        ),
        Holds::Truth => Arc::new(
            cells(table, place, "true or false", Value::as_bool)?
                .into_iter()
                .collect::<BooleanArray>(),
        ),
        Holds::Day => {
            let day = |value: &Value| value.as_str()?.parse().ok().map(columns::days);
            Arc::new(
                cells(table, place, "a day such as 2019-08-01", day)?
                    .into_iter()
                    .collect::<Date32Array>(),
            )
        }
    })
}

fn cells<'a, T>(
    table: &'a Table,
    place: usize,
    expected: &'static str,
    read: impl Fn(&'a Value) -> Option<T>,
) -> Result<Vec<Option<T>>, Problem> {
    let cell = |(row, cells): (usize, &'a Vec<Value>)| match &cells[place] {
        Value::Null => Ok(None),
        value => read(value).map(Some).ok_or_else(|| Problem::Cell {
            table: table.name.clone(),
            row: row + 1,
            column: table.columns[place].name.clone(),
            value: value.to_string(),
            expected,
        }),
    };
    table.rows.iter().enumerate().map(cell).collect()
}
